//! Unleash's client-specification.

use super::{Asked, Case, Suite, check, document_lines, import, json, own, read, suites};
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Map, Value as Json, json as j};

/// The moment that the cases are asked at; those about time bring their own.
const NOW: i64 = 1_790_000_000;

#[test]
fn own_cases() {
    let cases = specification("own", &own("unleash/own.json"));
    check(&Suite { name: "Unleash own".into(), aside: None, cases });
}

#[test]
fn client_specification() {
    let Some(folder) = suites("unleash/specifications") else { return };
    let index = json(&read(&folder.join("index.json")));
    let mut cases = Vec::new();
    let mut aside = 0;
    for file in index.as_array().expect("files") {
        let file = file.as_str().expect("a name");
        let text = read(&folder.join(file));
        if file.contains("delta-api") {
            aside += json(&text)["tests"].as_array().map_or(0, Vec::len);
            continue;
        }
        cases.extend(specification(file.trim_end_matches(".json"), &text));
    }
    let what = "the protocol that hands features out piece by piece".to_owned();
    let suite = Suite { name: "Unleash client-specification".into(), aside: Some((aside, what)), cases };
    document_lines("unleash", &check(&suite));
}

fn specification(file: &str, text: &str) -> Vec<Case> {
    let asked = import("unleash", &[Input { file: file.to_owned(), text: text.to_owned() }], Bucketing::FlagdV3);
    let all = json(text);
    let tests = |key: &str| all[key].as_array().cloned().unwrap_or_default();
    let id = |test: &Json| format!("{file}: {}", test["description"].as_str().expect("a description"));
    let plain = tests("tests").into_iter().map(|test| {
        let found = Json::from(is_enabled(&asked, &test));
        let expected = &test["expectedResult"];
        let why = asked.left_out(test["toggleName"].as_str().unwrap_or_default());
        let result = if found == *expected { Ok(()) } else { Err(format!("{found}, not {expected}: {why}")) };
        Case { id: id(&test), result }
    });
    let plain: Vec<Case> = plain.collect();
    let variants = tests("variantTests").into_iter().map(|test| {
        let found = variant(&asked, &test);
        let expected = &test["expectedResult"];
        let why = asked.left_out(test["toggleName"].as_str().unwrap_or_default());
        let result = if found == *expected { Ok(()) } else { Err(format!("{found}, not {expected}: {why}")) };
        Case { id: id(&test), result }
    });
    plain.into_iter().chain(variants).collect()
}

/// Properties are attributes like the others.
fn context(test: &Json) -> Json {
    let mut flat = Map::new();
    for (name, value) in test["context"].as_object().into_iter().flatten() {
        match value.as_object().filter(|_| name == "properties") {
            Some(properties) => flat.extend(properties.clone()),
            None => drop(flat.insert(name.clone(), value.clone())),
        }
    }
    flat.into()
}

/// Our key of a toggle: the import says where it is another one.
fn key<'a>(asked: &'a Asked, toggle: &'a str) -> &'a str {
    let named = |flag: &&git_flag::model::Flag| {
        flag.name.as_deref() == Some(toggle) && !flag.key.as_str().ends_with(".variant")
    };
    asked.imported.flags.iter().find(named).map_or(toggle, |flag| flag.key.as_str())
}

fn is_enabled(asked: &Asked, test: &Json) -> bool {
    let key = key(asked, test["toggleName"].as_str().expect("a toggle"));
    asked.ask(key, &context(test), Timestamp::from_unix(NOW)).as_bool() == Some(true)
}

/// What `getVariant` answers, from the two flags of the toggle.
fn variant(asked: &Asked, test: &Json) -> Json {
    let key = format!("{}.variant", key(asked, test["toggleName"].as_str().expect("a toggle")));
    let decision = asked.ask(&key, &context(test), Timestamp::from_unix(NOW));
    let name = decision.variant.unwrap_or("disabled");
    let mut answer = j!({"name": name, "enabled": name != "disabled", "feature_enabled": is_enabled(asked, test)});
    match decision.value {
        Some(Value::String(text)) if name != "disabled" => answer["payload"] = j!({"type": "string", "value": text}),
        Some(Value::Json(payload)) if !payload.is_null() => answer["payload"] = payload.clone(),
        _ => {}
    }
    answer
}

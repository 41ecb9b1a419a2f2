//! Unleash's client-specification.

use super::{Asked, Case, Suite, check, document_lines, import, import_for, json, own, read, suites};
use git_flag::evaluate::{Context, evaluate};
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

/// What an administrator exports has strategies apart from features, for several environments.
#[test]
fn exports_are_read_for_each_environment() {
    let input = Input { file: "export.json".into(), text: own("unleash/export.json") };
    let asked = import_for("unleash", &[input], Bucketing::FlagdV3, &["production", "staging"]);
    let value = |flag: &str, environment: &str, who: &str| {
        let context = Context::from_json(j!({ "targetingKey": who, "userId": who, "plan": "pro" })).expect("a context");
        let decision = evaluate(&asked.program, flag, environment, &context, Timestamp::from_unix(NOW));
        decision.variant.map(ToString::to_string)
    };
    for (flag, environment, who, expected) in [
        ("a", "production", "ada", "on"),
        ("a", "production", "bob", "off"),
        ("a", "production", "eve", "off"),
        ("a", "staging", "bob", "on"),
        ("a", "staging", "ada", "off"),
        ("a.variant", "production", "ada", "x"),
        ("a.variant", "production", "bob", "disabled"),
        ("a.variant", "staging", "bob", "y"),
        ("b", "production", "bob", "on"),
        ("b", "production", "zoe", "off"),
        ("b", "staging", "bob", "off"),
    ] {
        assert_eq!(value(flag, environment, who).as_deref(), Some(expected), "{flag} {environment} {who}");
    }
    assert!(asked.left_out("lost").contains("does not say what its segment 2 asks for"), "{:#?}", asked.imported.items);
    assert!(asked.left_out("child").contains("depends on `lost`, which is left out"));
    assert!(asked.left_out("gone").contains("archived"));
}

#[test]
fn features_without_their_strategies_are_not_taken_for_off() {
    let text = j!({ "features": [{ "name": "a", "type": "release", "project": "default" }] }).to_string();
    let asked = import("unleash", &[Input { file: "features.json".into(), text }], Bucketing::FlagdV3);
    assert!(asked.imported.flags.is_empty());
    assert!(asked.left_out("a").contains("does not say whether it is enabled"));
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

//! LaunchDarkly's test harness of SDKs: files of flags, contexts and expected answers, with parameters to fill in.

use super::{Case, ENVIRONMENT, Suite, check, document_lines, import, import_for, json, read, suites};
use git_flag::evaluate::{Context, Reason};
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Map, Value as Json, json as made};

/// Reasons that mean the same.
const REASONS: &[(&str, &[Reason])] = &[
    ("OFF", &[Reason::Disabled]),
    ("FALLTHROUGH", &[Reason::Static, Reason::Default, Reason::Split, Reason::TargetingMatch]),
    ("TARGET_MATCH", &[Reason::TargetingMatch]),
    ("RULE_MATCH", &[Reason::TargetingMatch, Reason::Split]),
    ("PREREQUISITE_FAILED", &[Reason::Default, Reason::Disabled]),
    ("ERROR", &[Reason::Error]),
];

#[test]
fn own_cases() {
    super::own::cases("launchdarkly", &["flags.json"]);
}

#[test]
fn contexts_of_several_kinds() {
    super::own::cases("launchdarkly", &["kinds.json"]);
}

#[test]
fn rest_api_flags_are_read_for_each_environment() {
    super::own::cases("launchdarkly", &["rest.json"]);
}

/// A segment of LaunchDarkly has contents of its own in each environment.
#[test]
fn segments_of_the_rest_api_are_those_of_the_environment() {
    let settings = |salt: &str| {
        made!({ "on": true, "salt": salt, "targets": [], "offVariation": 1, "fallthrough": { "variation": 1 },
            "rules": [{ "_id": "r", "variation": 0, "clauses": [{ "attribute": "", "op": "segmentMatch", "values": ["outer"] }] }] })
    };
    let flag = |key: &str, segment: &str| {
        let mut flag = made!({ "key": key, "variations": [{ "_id": "1", "value": true }, { "_id": "2", "value": false }],
            "environments": { "production": settings("p"), "staging": settings("s") } });
        for environment in ["production", "staging"] {
            flag["environments"][environment]["rules"][0]["clauses"][0]["values"] = made!([segment]);
        }
        flag
    };
    let segments = |environment: &str, who: &str| {
        let inner = made!({ "clauses": [{ "attribute": "", "op": "segmentMatch", "values": ["inner"] }] });
        let link = |key: &str| made!({ "self": { "href": format!("/api/v2/segments/web/{environment}/{key}") } });
        let list = made!([
            { "key": "inner", "included": [who], "_links": link("inner") },
            { "key": "outer", "rules": [inner], "_links": link("outer") },
            { "key": "same", "included": ["eve"], "_links": link("same") },
        ]);
        Input { file: format!("{environment}.json"), text: made!({ "items": list }).to_string() }
    };
    let share = made!({ "key": "share", "rules": [{ "clauses": [], "weight": 50_000 }],
        "_links": { "self": { "href": "/api/v2/segments/web/staging/share" } } });
    let flags =
        made!({ "items": [flag("x", "outer"), flag("y", "same"), flag("z", "missing"), flag("w", "share"), share] });
    let flags = Input { file: "flags.json".into(), text: flags.to_string() };
    let inputs = [flags, segments("production", "ada"), segments("staging", "bob")];
    let asked = import_for("launchdarkly", &inputs, Bucketing::FlagdV3, &["production", "staging"]);
    let names: Vec<String> = asked.imported.segments.iter().map(|segment| segment.name.to_string()).collect();
    assert_eq!(names, ["inner-production", "inner-staging", "same", "outer-production", "outer-staging"]);
    let value = |flag: &str, environment: &str, who: &str| {
        let context = Context::from_json(made!({ "targetingKey": who })).expect("a context");
        let now = Timestamp::from_unix(0);
        let decision = git_flag::evaluate::evaluate(&asked.program, flag, environment, &context, now);
        decision.value.map(Value::to_json)
    };
    for (flag, environment, who, expected) in [
        ("x", "production", "ada", true),
        ("x", "production", "bob", false),
        ("x", "staging", "ada", false),
        ("x", "staging", "bob", true),
        ("y", "production", "eve", true),
        ("y", "staging", "eve", true),
        ("y", "staging", "ada", false),
    ] {
        assert_eq!(value(flag, environment, who), Some(expected.into()), "{flag} {environment} {who}");
    }
    // What is not in the files is not taken for empty, nor is a share drawn without its salt.
    assert!(asked.left_out("z").contains("the segment `missing` of `production` is not in the files"));
    assert!(asked.left_out("w").contains("the segment `share` of `production` is not in the files"));
    let items = &asked.imported.items;
    assert!(items.iter().any(|item| item.message.contains("salt, which the REST API does not give")), "{items:#?}");
}

#[test]
fn sdk_test_harness() {
    let Some(folder) = suites("launchdarkly") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder.join("server-side-eval"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut lines = String::new();
    for file in files {
        let stem = file.file_stem().expect("a stem").to_string_lossy().into_owned();
        let mut value: serde_yaml::Value = serde_yaml::from_str(&read(&file)).expect("YAML");
        value.apply_merge().expect("merged");
        let mut cases = Vec::new();
        for (number, document) in expanded(&serde_json::to_value(value).expect("JSON")).into_iter().enumerate() {
            let input = Input { file: stem.clone(), text: document["sdkData"].to_string() };
            let asked = import("launchdarkly", &[input], Bucketing::FlagdV3);
            for question in document["evaluations"].as_array().expect("evaluations") {
                let name = question["name"].as_str().unwrap_or_else(|| document["name"].as_str().expect("a name"));
                let id = format!("{number} {name}");
                cases.push(Case { id, result: ask(&asked, question) });
            }
        }
        lines += &check(&Suite { name: format!("launchdarkly {stem}"), aside: None, cases });
    }
    document_lines("launchdarkly", &lines);
}

fn ask(asked: &super::Asked, question: &Json) -> Result<(), String> {
    let key = question["flagKey"].as_str().expect("a flag");
    let context = context(&question["context"]);
    let decision = asked.ask(key, &context, Timestamp::from_unix(1_790_000_000));
    let fits = match (question["valueType"].as_str(), decision.value) {
        (Some("bool"), Some(value)) => matches!(value, Value::Boolean(_)),
        (Some("string"), Some(value)) => matches!(value, Value::String(_)),
        (Some("int" | "double"), Some(value)) => value.to_json().is_number(),
        _ => true,
    };
    let error = decision.error.is_some() || !fits;
    let value = match decision.value {
        Some(value) if !error => value.to_json(),
        _ => question.get("default").cloned().unwrap_or(Json::Bool(false)),
    };
    let expected = &question["expect"];
    let why = || format!("{context} in {ENVIRONMENT}: {decision:?} {}", asked.left_out(key));
    if value != expected["value"] && value.as_f64() != expected["value"].as_f64()
        || value.is_number() != expected["value"].is_number()
    {
        return Err(format!("value {value}, not {}: {}", expected["value"], why()));
    }
    let kind = expected["reason"]["kind"].as_str().expect("a reason");
    let (_, fitting) = REASONS.iter().find(|(name, _)| *name == kind).expect("a reason of LaunchDarkly");
    let reason = if error { Reason::Error } else { decision.reason };
    if !fitting.contains(&reason) {
        return Err(format!("reason {reason}, not {kind}: {}", why()));
    }
    let rule = expected["reason"]["ruleId"].as_str();
    if rule.is_some() && rule != decision.rule {
        return Err(format!("rule {:?}, not {rule:?}: {}", decision.rule, why()));
    }
    Ok(())
}

/// A context as the documents say that flags of LaunchDarkly are asked: the key is `targetingKey`, and of several kinds
/// the user stands on top as well.
fn context(theirs: &Json) -> Json {
    let mut ours = theirs.as_object().expect("a context").clone();
    let user = ours.get("user").and_then(Json::as_object).filter(|_| theirs["kind"] == "multi").cloned();
    for (name, value) in user.unwrap_or_default() {
        ours.entry(name).or_insert(value);
    }
    if let Some(Json::Object(custom)) = ours.remove("custom") {
        ours.extend(custom);
    }
    if let Some(key) = ours.get("key").cloned() {
        ours.insert("targetingKey".into(), key);
    }
    ours.into()
}

/// The document once for each set of its parameters.
fn expanded(document: &Json) -> Vec<Json> {
    let constants = document["constants"].as_object().cloned().unwrap_or_default();
    let text = fill(&document.to_string(), &constants);
    let filled = json(&text);
    let empty = Vec::new();
    let parameters = filled["parameters"].as_array().unwrap_or(&empty);
    let mut sets: Vec<Map<String, Json>> = vec![Map::new()];
    if parameters.first().is_some_and(Json::is_object) {
        sets = parameters.iter().map(|set| set.as_object().expect("an object").clone()).collect();
    } else {
        for choices in parameters {
            let choices = choices.as_array().expect("a list");
            sets = choices
                .iter()
                .flat_map(|choice| {
                    sets.iter().map(move |set| {
                        let mut joined = set.clone();
                        joined.extend(choice.as_object().expect("an object").clone());
                        joined
                    })
                })
                .collect();
        }
    }
    let mut body = filled.clone();
    for name in ["parameters", "constants"] {
        body.as_object_mut().expect("an object").remove(name);
    }
    let text = body.to_string();
    sets.iter().map(|set| json(&fill(&fill(&text, set), &constants))).collect()
}

/// Puts values in for `<NAME>`.
fn fill(text: &str, values: &Map<String, Json>) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.replace(&format!("\"<{name}>\""), &value.to_string()).replace(&format!("<{name}>"), &plain)
    })
}

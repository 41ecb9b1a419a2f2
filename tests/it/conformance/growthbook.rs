//! GrowthBook's cases for SDKs, `cases.json`.

use super::{Case, Suite, check, document_lines, import, json, read, suites};
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Value as Json, json};

#[test]
fn own_cases() {
    super::own::cases("growthbook", &["features.json"]);
}

#[test]
fn sdk_cases() {
    let Some(folder) = suites("growthbook") else { return };
    let all = json(&read(&folder.join("cases.json")));
    let rows = |name: &str| all[name].as_array().expect("cases").clone();
    let mut lines = String::new();
    let mut line = |name: &str, aside: Option<(usize, String)>, cases: Vec<Case>| {
        lines += &check(&Suite { name: format!("growthbook {name}"), aside, cases });
    };
    line("evalCondition", None, rows("evalCondition").iter().map(condition).collect());
    for name in ["feature", "contextualBandit"] {
        // What a client forces for itself is no part of the flags.
        let (forced, own): (Vec<Json>, Vec<Json>) = rows(name).into_iter().partition(|row| {
            ["forcedVariations", "url", "qaMode", "enabled"].iter().any(|name| !row[1][name].is_null())
        });
        line(
            name,
            Some((forced.len(), "variations that a client forces for itself".into())),
            own.iter().map(feature).collect(),
        );
    }
    // Experiments in code, as the rule of a feature; what only such have, or a client forces, is no part of it.
    let (other, own): (Vec<Json>, Vec<Json>) = rows("run").into_iter().partition(|row| {
        let client = ["forcedVariations", "url", "qaMode", "enabled"].iter().any(|name| !row[1][name].is_null());
        client || ["force", "active"].iter().any(|name| !row[2][name].is_null())
    });
    let what = "what a client forces, and experiments that code switches off or forces".to_owned();
    line("run", Some((other.len(), what)), own.iter().map(experiment).collect());
    line("hash", None, rows("hash").iter().map(hash).collect());
    line("inNamespace", None, rows("inNamespace").iter().map(namespace).collect());
    line("getBucketRange", None, rows("getBucketRange").iter().map(ranges).collect());
    document_lines("growthbook", &lines);
}

fn ask(payload: &Json, key: &str, attributes: &Json) -> (Json, Option<String>, String) {
    let input = Input { file: "features.json".into(), text: payload.to_string() };
    let asked = import("growthbook", &[input], Bucketing::FlagdV3);
    let context = if attributes.is_null() { json!({}) } else { attributes.clone() };
    let decision = asked.ask(key, &context, Timestamp::from_unix(1_790_000_000));
    let value = decision.value.map_or(Json::Null, Value::to_json);
    (value, decision.rule.map(str::to_owned), format!("{decision:?} {}", asked.left_out(key)))
}

fn case(id: String, value: &(Json, Option<String>, String), expected: &Json) -> Case {
    let same = value.0 == *expected || value.0.is_number() && value.0.as_f64() == expected.as_f64();
    Case { id, result: if same { Ok(()) } else { Err(format!("{}, not {expected}: {}", value.0, value.2)) } }
}

fn condition(row: &Json) -> Case {
    let rules = json!([{ "condition": row[1], "force": true }]);
    let payload = json!({ "features": { "x": { "defaultValue": false, "rules": rules } }, "savedGroups": row[4] });
    let id = format!("{} {}", row[0].as_str().expect("a name"), row[2]);
    case(id, &ask(&payload, "x", &row[2]), &row[3])
}

fn feature(row: &Json) -> Case {
    let mut payload = row[1].clone();
    if payload["features"].is_null() {
        payload["features"] = json!({});
    }
    let answer = ask(&payload, row[2].as_str().expect("a key"), &row[1]["attributes"]);
    let mut case = case(row[0].as_str().expect("a name").to_owned(), &answer, &row[3]["value"]);
    let rule = row[3]["ruleId"].as_str().filter(|rule| !rule.is_empty());
    if case.result.is_ok() && rule.is_some_and(|rule| answer.1.as_deref() != Some(rule)) {
        case.result = Err(format!("rule {:?}, not {rule:?}: {}", answer.1, answer.2));
    }
    case
}

fn experiment(row: &Json) -> Case {
    let mut features = row[1]["features"].as_object().cloned().unwrap_or_default();
    let rule = row[2].clone();
    features.insert("x".into(), json!({ "defaultValue": rule["variations"][0], "rules": [rule] }));
    let payload = json!({ "features": features, "savedGroups": row[1]["savedGroups"] });
    case(row[0].as_str().expect("a name").to_owned(), &ask(&payload, "x", &row[1]["attributes"]), &row[3])
}

/// A unit is in the smallest range around its hash, and in no other.
fn hash(row: &Json) -> Case {
    let version = row[2].as_f64().expect("a version");
    let step = if version < 2.0 { 0.001 } else { 0.0001 };
    let feature = |start: f64, end: f64| {
        let filter = json!({ "seed": row[0], "hashVersion": row[2], "attribute": "id", "ranges": [[start, end]] });
        json!({ "defaultValue": false, "rules": [{ "force": true, "filters": [filter] }] })
    };
    let bucket = row[3].as_f64().unwrap_or(-1.0);
    let payload =
        json!({ "features": { "in": feature(bucket - step / 2.0, bucket + step / 2.0), "all": feature(0.0, 1.0) } });
    let attributes = json!({ "id": row[1] });
    let found = ask(&payload, "in", &attributes);
    case(row.to_string(), &found, &row[3].is_number().into())
}

fn namespace(row: &Json) -> Case {
    let rules = json!([{ "variations": [true, true], "namespace": row[2] }]);
    let payload = json!({ "features": { "x": { "defaultValue": false, "rules": rules } } });
    case(row[0].as_str().expect("a name").to_owned(), &ask(&payload, "x", &json!({ "id": row[1] })), &row[3])
}

/// Units are in the variation whose stated range has their hash, which is worked out here.
fn ranges(row: &Json) -> Case {
    let count = row[1][0].as_u64().expect("a count");
    let variations: Vec<u64> = (0..count).collect();
    let mut rule = json!({ "variations": variations, "coverage": row[1][1], "hashVersion": 2, "seed": "s" });
    if !row[1][2].is_null() {
        rule["weights"] = row[1][2].clone();
    }
    let payload = json!({ "features": { "x": { "defaultValue": -1, "rules": [rule] } } });
    let input = Input { file: "features.json".into(), text: payload.to_string() };
    let asked = import("growthbook", &[input], Bucketing::FlagdV3);
    let mut wrong = Vec::new();
    for unit in 0..500 {
        let unit = format!("user-{unit}");
        let position = f64::from(fnv(&fnv(&format!("s{unit}")).to_string()) % 10_000) / 10_000.0;
        let inside = |range: &Json| (range[0].as_f64()..range[1].as_f64()).contains(&Some(position));
        let index = row[2].as_array().expect("ranges").iter().position(inside);
        let expected = index.map_or(-1, |index| i64::try_from(index).expect("small"));
        let context = json!({ "id": unit });
        let value = asked.ask("x", &context, Timestamp::from_unix(0)).value.map(Value::to_json);
        // A bound such as 1/3 is written with fewer digits than it has.
        let near = row[2]
            .to_string()
            .split([',', '[', ']'])
            .filter_map(|text| text.parse::<f64>().ok())
            .any(|bound| (bound - position).abs() < 2e-5);
        if value != Some(expected.into()) && !near {
            wrong.push(format!("{unit} at {position}: {value:?}, not {expected}"));
        }
    }
    let result = if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) };
    Case { id: row[0].as_str().expect("a name").to_owned(), result }
}

fn fnv(text: &str) -> u32 {
    text.encode_utf16().fold(0x811c_9dc5, |hash: u32, unit| (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193))
}

//! Flipt's tables of constraints, as JSON.

use super::{Case, Suite, check, document_lines, import, json, read, suites};
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Value as Json, json};

#[test]
fn own_cases() {
    super::own::cases("flipt", &["features.yaml"]);
}

#[test]
fn snapshots_for_clients_are_read() {
    super::own::cases("flipt", &["snapshot.json"]);
}

/// Flipt exports its namespaces one after the other, as YAML or as JSON, and lists in constraints since its format 1.6.
#[test]
fn documents_follow_each_other_and_constraints_have_lists() {
    let flag = |key: &str| {
        json!({ "key": key, "type": "BOOLEAN_FLAG_TYPE", "enabled": false,
            "rollouts": [{ "segment": { "key": "s", "value": true } }] })
    };
    let segment = |operator: &str, values: Json| {
        let constraint =
            json!({ "type": "STRING_COMPARISON_TYPE", "property": "org", "operator": operator, "value": values });
        json!({ "key": "s", "match_type": "ALL_MATCH_TYPE", "constraints": [constraint] })
    };
    let one = json!({ "version": "1.6", "flags": [flag("x")], "segments": [segment("isoneof", json!(["a", true]))] });
    let other = json!({ "version": "1.6", "namespace": { "key": "other", "name": "Other" }, "flags": [flag("x")],
        "segments": [segment("isnotoneof", json!(["a", "b"]))] });
    let empty = json!({ "version": "1.6", "namespace": "empty" });
    let text = format!("\u{feff}{one}\n{other}\n{empty}\n");
    let asked = import("flipt", &[Input { file: "export.json".into(), text }], Bucketing::FlagdV3);
    for (key, org, expected) in
        [("x", "a", true), ("x", "true", true), ("x", "b", false), ("other.x", "a", false), ("other.x", "c", true)]
    {
        let context = json!({ "targetingKey": "entity", "org": org });
        let value = asked.ask(key, &context, Timestamp::from_unix(0)).value.map(Value::to_json);
        assert_eq!(value, Some(expected.into()), "{key} {org}");
    }
    assert_eq!(asked.imported.items, [], "nothing is left out");
}

/// Flipt's server rounds the borders of shares down, and the engine of its clients to the nearest.
#[test]
fn shares_are_rounded_as_who_evaluates_does() {
    let parts = |name: &str| json!([{ name: "a", "rollout": 33.33 }, { name: "b", "rollout": 33.33 }, { name: "c", "rollout": 33.34 }]);
    let file = |name: &str, segments: Json| {
        let mut rule = json!({ "distributions": parts(name) });
        rule.as_object_mut().expect("a rule").extend(segments.as_object().expect("segments").clone());
        json!({ "flags": [{ "key": "x", "type": "VARIANT_FLAG_TYPE", "enabled": true, "rules": [rule],
            "variants": [{ "key": "a" }, { "key": "b" }, { "key": "c" }] }],
            "segments": [{ "key": "all", "match_type": "ALL_MATCH_TYPE", "constraints": [] }] })
    };
    let all = json!({ "key": "all", "matchType": "ALL_SEGMENT_MATCH_TYPE", "constraints": [] });
    let read = |document: Json| {
        import("flipt", &[Input { file: "f.json".into(), text: document.to_string() }], Bucketing::FlagdV3)
    };
    let server = read(file("variant", json!({ "segment": "all" })));
    let client = read(file("variantKey", json!({ "segments": [all] })));
    let mut moved = 0;
    for unit in 0..5000 {
        let context = json!({ "targetingKey": unit.to_string() });
        let position = crc32(&format!("x{unit}")) % 1000;
        for (asked, second) in [(&server, 666), (&client, 667)] {
            let expected = ["a", "b", "c"][usize::from(position >= 333) + usize::from(position >= second)];
            let variant = asked.ask("x", &context, Timestamp::from_unix(0)).variant.map(ToString::to_string);
            assert_eq!(variant.as_deref(), Some(expected), "{unit} at {position}");
        }
        moved += usize::from(position == 666);
    }
    assert!(moved > 0, "somebody is between the two borders");
    for asked in [server, client] {
        assert!(asked.imported.items.iter().any(|item| item.message.contains("rounds the borders")));
    }
}

fn crc32(text: &str) -> u32 {
    let step = |sum: u32, byte: u8| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    };
    !text.bytes().fold(!0, step)
}

#[test]
fn constraints() {
    let Some(folder) = suites("flipt") else { return };
    let rows = json(&read(&folder.join("constraints.json")));
    let cases = rows.as_array().expect("rows").iter().enumerate().map(|(number, row)| {
        let constraint =
            json!({ "type": row["kind"], "property": "foo", "operator": row["operator"], "value": row["value"] });
        let document = json!({
            "flags": [{
                "key": "x", "type": "BOOLEAN_FLAG_TYPE", "enabled": false,
                "rollouts": [{ "segment": { "key": "s", "value": true } }],
            }],
            "segments": [{ "key": "s", "match_type": "ALL_MATCH_TYPE", "constraints": [constraint] }],
        });
        let input = Input { file: "features.yaml".into(), text: document.to_string() };
        let asked = import("flipt", &[input], Bucketing::FlagdV3);
        let context = match &row["input"] {
            Json::Null => json!({ "targetingKey": "entity" }),
            input => json!({ "targetingKey": "entity", "foo": input }),
        };
        let decision = asked.ask("x", &context, Timestamp::from_unix(0));
        let value = decision.value.map(Value::to_json);
        let result = if value == Some(row["match"].clone()) {
            Ok(())
        } else {
            Err(format!("{row}: {decision:?} {}", asked.left_out("x")))
        };
        Case { id: format!("{} {}", number + 1, row["name"].as_str().expect("a name")), result }
    });
    let suite = Suite { name: "flipt constraints".into(), aside: None, cases: cases.collect() };
    let lines = check(&suite) + &integration(&folder.join("integration"));
    document_lines("flipt", &lines);
}

/// The files of Flipt's integration tests, asked as these ask: its `cases.json` has what they state.
fn integration(folder: &std::path::Path) -> String {
    let rows = json(&read(&folder.join("cases.json")));
    let mut cases = Vec::new();
    for namespace in ["default", "alternative"] {
        let file = format!("{namespace}.yaml");
        let asked = import("flipt", &[Input { text: read(&folder.join(&file)), file }], Bucketing::FlagdV3);
        for row in rows.as_array().expect("rows") {
            let key = row["flag"].as_str().expect("a flag");
            let mut context = row["context"].clone();
            if row["entity"] != "" {
                context["targetingKey"] = row["entity"].clone();
            }
            let decision = asked.ask(key, &context, Timestamp::from_unix(0));
            let same = match row.get("variant") {
                Some(Json::String(expected)) => decision.variant.is_some_and(|variant| variant == expected),
                // Nothing matches, or what matches names no variant.
                Some(_) => decision.variant.is_some_and(|variant| variant == "no-match"),
                None => decision.value.map(Value::to_json).as_ref() == Some(&row["enabled"]),
            };
            let result = if same { Ok(()) } else { Err(format!("{row}: {decision:?} {}", asked.left_out(key))) };
            cases.push(Case { id: format!("{namespace} {}", row["name"].as_str().expect("a name")), result });
        }
    }
    check(&Suite { name: "flipt integration".into(), aside: None, cases })
}

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
    document_lines("flipt", &check(&suite));
}

//! GO Feature Flag's test data: its relay proxy's, its command line's and its client's requests with their responses.

use super::{Asked, Case, ENVIRONMENT, Suite, check, document_lines, import, json, own, read, suites};
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Map, Value as Json, json as j};
use std::path::Path;

/// Requests of the relay proxy for one flag, the flag, and the response.
const REQUESTS: [(&str, &str, &str); 5] = [
    ("valid_request", "flag-only-for-admin", "valid_response"),
    ("rule_apply_request", "test-flag-rule-apply", "rule_apply_response"),
    ("rule_apply_false_request", "test-flag-rule-apply-false", "rule_apply_false_response"),
    ("rule_not_apply_request", "test-flag-rule-not-apply", "rule_not_apply_response"),
    ("disable_flag_request", "disable-flag", "disable_flag_response"),
];

#[test]
fn own_cases() {
    let all = json(&own("goff/own.json"));
    let asked = imported("own.json", &all["flags"].to_string());
    let cases = all["cases"].as_array().expect("cases").iter().enumerate().map(|(index, case)| {
        let now = case["now"].as_str().unwrap_or("2026-06-01T00:00:00Z");
        let found = answer(&asked, case["flag"].as_str().expect("a flag"), &case["context"], now);
        Case { id: index.to_string(), result: same(&found, &case["value"]) }
    });
    check(&Suite { name: "GO Feature Flag own".into(), aside: None, cases: cases.collect() });
}

/// The same flag in each of the languages that GO Feature Flag reads.
#[test]
fn files_may_be_toml() {
    let toml = "\u{feff}[flag.variations]\nyes = true\nno = false\n\n[[flag.targeting]]\nquery = 'plan eq \"pro\"'\n\
                variation = \"yes\"\n\n[flag.defaultRule]\nvariation = \"no\"\n\n[flag.metadata]\nsince = 2026-01-02T03:04:05Z\n";
    let asked = import("goff", &[Input { file: "flags.toml".into(), text: toml.into() }], Bucketing::FlagdV3);
    for (plan, expected) in [("pro", true), ("free", false)] {
        let context = serde_json::json!({ "targetingKey": "ada", "plan": plan });
        let value = asked.ask("flag", &context, Timestamp::from_unix(0)).value.map(Value::to_json);
        assert_eq!(value, Some(expected.into()), "{plan} {:#?}", asked.imported.items);
    }
    assert_eq!(asked.imported.flags[0].metadata["since"], "2026-01-02T03:04:05Z");
    let broken = import("goff", &[Input { file: "flags.toml".into(), text: "a = ".into() }], Bucketing::FlagdV3);
    assert!(broken.imported.items[0].message.starts_with("the file does not read"));
}

#[test]
fn test_data() {
    let Some(folder) = suites("goff") else { return };
    let mut cases = Vec::new();
    let relay = folder.join("cmd/relayproxy/testdata/goff");
    let asked = imported("config_flags.yaml", &read(&relay.join("config_flags.yaml")));
    for (request, flag, response) in REQUESTS {
        let of = |name: &str| json(&read(&relay.join(format!("flag_eval/{name}.json"))));
        let context = flat(&of(request)["evaluationContext"]);
        cases.push(case(&asked, request, flag, &context, &of(response)));
    }
    let user = flat(&json(&read(&relay.join("all_flags/valid_request.json")))["user"]);
    all(&asked, "relay", &user, &json(&read(&relay.join("all_flags/valid_response.json")))["flags"], &mut cases);
    let cli = folder.join("cmd/cli/evaluate/testdata");
    let user = j!({"targetingKey": "user-123"});
    let asked = imported("flag.goff.yaml", &read(&cli.join("flag.goff.yaml")));
    all(&asked, "cli", &user, &json(&read(&cli.join("res/all-flag.json"))), &mut cases);
    let client = folder.join("testdata/ffclient");
    let user = j!({"targetingKey": "random-key"});
    for (config, response) in [
        ("all_flags/config_flag/flag-config-all-flags.yaml", "all_flags/marshal_json/valid_multiple_types.json"),
        ("get_flagstates/config_flag/flag-config-all-flags.yaml", "get_flagstates/marshal_json/all_flags.json"),
    ] {
        let asked = imported(config, &read(&client.join(config)));
        all(&asked, response, &user, &json(&read(&client.join(response)))["flags"], &mut cases);
    }
    cases.push(wasm(&folder));
    let suite = Suite { name: "GO Feature Flag test data".into(), aside: None, cases };
    let rules = json(&read(&folder.join("rules.json")));
    let cases = rows_of(&rules).iter().map(rule).collect();
    let rules = Suite { name: "GO Feature Flag rules".into(), aside: None, cases };
    document_lines("goff", &(check(&suite) + &check(&rules)));
}

fn rows_of(rows: &Json) -> &[Json] {
    rows.as_array().expect("rows")
}

/// A row of the table of rules: what the rule serves, or that it is an error of it or does not apply.
fn rule(row: &Json) -> Case {
    const NOW: i64 = 1_790_000_000;
    let mut rule = row["rule"].clone();
    for step in ["initial", "end"] {
        if let Some(offset) = rule["progressiveRollout"][step]["offset"].as_i64() {
            let date = Timestamp::from_unix(NOW + offset).to_string();
            rule["progressiveRollout"][step]["date"] = date.into();
        }
    }
    // Looking at it has made it `null` where there is none.
    rule.as_object_mut().expect("a rule").retain(|_, value| !value.is_null());
    let names = ["none", "variation_A", "variation_B", "variation_C", "variation_D"];
    let variations: Map<String, Json> = names.iter().map(|name| ((*name).to_owned(), (*name).into())).collect();
    let flag = if row["default"] == true {
        j!({ "variations": variations, "defaultRule": rule })
    } else {
        j!({ "variations": variations, "targeting": [rule], "defaultRule": { "variation": "none" } })
    };
    let asked = imported("rules.json", &j!({ "flagname+": flag }).to_string());
    let key = asked.imported.flags.first().map_or_else(String::new, |flag| flag.key.to_string());
    let mut context = row["custom"].clone();
    context["targetingKey"] = row["key"].clone();
    let decision = asked.ask(&key, &context, Timestamp::from_unix(NOW));
    let served = decision.variant.filter(|name| *name != "none");
    let result = if served == row["want"].as_str() {
        Ok(())
    } else {
        Err(format!("{served:?}, not {}: {decision:?} {:?}", row["want"], asked.imported.items))
    };
    Case { id: row["name"].as_str().expect("a name").to_owned(), result }
}

/// The flag of the evaluator that is built for WebAssembly.
fn wasm(folder: &Path) -> Case {
    let of = |name: &str| json(&read(&folder.join(format!("cmd/wasm/testdata/local_evaluation_{name}/valid.json"))));
    let request = of("inputs");
    let name = request["flagKey"].as_str().expect("a flag");
    let asked = imported("valid.json", &j!({name: request["flag"]}).to_string());
    case(&asked, "wasm", name, &request["evalContext"], &of("outputs"))
}

fn imported(file: &str, text: &str) -> Asked {
    import("goff", &[Input { file: file.to_owned(), text: text.to_owned() }], Bucketing::FlagdV3)
}

/// The context of a request: the key is the targeting key, and custom attributes are like the others.
fn flat(user: &Json) -> Json {
    let mut context: Map<String, Json> = user["custom"].as_object().cloned().unwrap_or_default();
    context.insert("targetingKey".into(), user["key"].clone());
    context.into()
}

fn all(asked: &Asked, what: &str, context: &Json, responses: &Json, cases: &mut Vec<Case>) {
    for (flag, response) in responses.as_object().expect("flags") {
        cases.push(case(asked, what, flag, context, response));
    }
}

fn case(asked: &Asked, what: &str, flag: &str, context: &Json, response: &Json) -> Case {
    let found = answer(asked, flag, context, "2026-06-01T00:00:00Z");
    // A flag that is disabled leaves the answer to the caller; here it says that it is disabled.
    let result = if response["reason"] == "DISABLED" {
        let environments =
            asked.imported.flags.iter().find(|one| one.key.as_str() == flag).map(|one| &one.environments);
        let off = environments.is_some_and(|all| all.iter().all(|environment| !environment.enabled));
        if off { Ok(()) } else { Err("it is not disabled".into()) }
    } else {
        same(&found, &response["value"])
    };
    Case { id: format!("{what}: {flag}"), result }
}

fn same(found: &Json, expected: &Json) -> Result<(), String> {
    let equal = found == expected || (found.is_number() && found.as_f64() == expected.as_f64());
    if equal { Ok(()) } else { Err(format!("{found}, not {expected}")) }
}

fn answer(asked: &Asked, flag: &str, context: &Json, now: &str) -> Json {
    let now = Timestamp::parse(now).expect("a time");
    let bound = git_flag::evaluate::Context::from_json(context.clone()).expect("a context");
    let decision = git_flag::evaluate::evaluate(&asked.program, flag, ENVIRONMENT, &bound, now);
    match decision.value {
        Some(Value::Boolean(value)) => (*value).into(),
        Some(Value::String(text)) => text.as_str().into(),
        Some(Value::Integer(number)) => (*number).into(),
        Some(Value::Number(number)) => (*number).into(),
        Some(Value::Json(json)) => json.clone(),
        None => format!("nothing: {}", asked.left_out(flag)).into(),
    }
}

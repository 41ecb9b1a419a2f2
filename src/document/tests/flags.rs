use super::{BOOLEAN, check_flags, good_flag, read_flag, tree_of};
use crate::document::salvage_default;
use crate::model::{Kind, Lifetime, Serve, Timestamp, Value, VariantName};

const FULL: &str = r#"# a comment
name: New checkout
description: One-page checkout
type: boolean
kind: release
owner: team-payments
tags: [checkout, web]
expires: 2027-03-01
links: {ticket: PAY-12}
salt: old-key
bucketing: flagd-v2
default: false
killed: {reason: broken, by: ann, at: 2026-12-24}
archived: {at: 2027-01-01, by: bob}
requires:
  - {flag: payments-v2, serves: true}
  - {flag: theme, serves: dark}
metadata: {a: [1, 2.5, null, {b: c}]}
environments:
  production:
    enabled: true
    schedule: {from: 2026-12-01T09:00:00Z}
    targets:
      - {serve: true, units: [user-1, 2]}
      - {serve: false, units: ["3", 4.0]}
    rules:
      - id: staff
        when: [{segment: staff}]
        serve: true
      - id: eu-premium
        when:
          - {attribute: country, in: [DE, FR, "NO"]}
          - any:
              - {attribute: plan, equals: premium}
              - {attribute: account.age_days, greater_than: 30}
        serve: {percentage: 25}
    serve: false
  staging:
    serve: true
"#;

#[test]
fn reads_everything() {
    let flag = good_flag(FULL);
    assert_eq!(flag.kind, Some(Kind::Release));
    assert_eq!(flag.lifetime, Lifetime::Expires(Timestamp::parse("2027-03-01").unwrap()));
    assert_eq!(flag.default, VariantName::boolean(false));
    assert_eq!(flag.requires[0].serves, VariantName::boolean(true));
    assert_eq!(flag.requires[1].serves, "dark");
    assert_eq!(flag.metadata["a"].to_string(), r#"[1,2.5,null,{"b":"c"}]"#);
    let production = flag.environment("production").unwrap();
    let units: Vec<_> =
        production.targets.iter().flat_map(|target| &target.units).map(crate::model::Unit::as_str).collect();
    assert_eq!(units, ["user-1", "2", "3", "4"]);
    assert_eq!(
        production.rules[1].when.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["country in [DE, FR, NO]", "plan equals premium or account.age_days greater than 30"]
    );
    let staging = flag.environment("staging").unwrap();
    assert!(!staging.enabled, "off unless the file says otherwise");
    assert_eq!(staging.serve, Serve::Variant(VariantName::boolean(true)));
}

#[test]
fn values_have_the_flag_s_type() {
    let value = |kind: &str, value: &str| {
        let text = format!("type: {kind}\nvariants: {{a: {{value: {value}}}}}\ndefault: a\nenvironments: {{}}\n");
        good_flag(&text).variants[0].value.clone()
    };
    assert_eq!(value("string", "\"10\""), Value::String("10".into()));
    assert_eq!(value("string", "\"\""), Value::String(String::new()));
    assert_eq!(value("integer", "10"), Value::Integer(10));
    assert_eq!(value("integer", "1e3"), Value::Integer(1000));
    assert_eq!(value("number", "10"), Value::Number(10.0));
    assert_eq!(value("json", "{a: [1]}"), Value::Json(serde_json::json!({"a": [1]})));
    let other = |kind: &str, value: &str| {
        let text = format!("type: {kind}\nvariants: {{a: {{value: {value}}}}}\ndefault: a\nenvironments: {{}}\n");
        super::summary(&text, &read_flag(&text).1)
    };
    for (kind, bad) in [
        ("string", "10"),
        ("string", "true"),
        ("string", "[a]"),
        ("string", "null"),
        ("integer", "1.5"),
        ("integer", "\"1\""),
        ("integer", "1e300"),
        ("number", "\"1\""),
        ("number", "true"),
    ] {
        assert_eq!(other(kind, bad), ["value-type 2:23"], "{kind} {bad}");
    }
}

#[test]
fn shape_of_the_whole() {
    check_flags(&[
        ("", &["wrong-type 1:1"]),
        ("[]\n", &["wrong-type 1:1"]),
        ("{}\n", &["missing-field 1:1", "missing-field 1:1", "missing-field 1:1"]),
        ("type: boolean\n", &["missing-field 1:1", "missing-field 1:1"]),
        ("type: string\ndefault: a\nenvironments: {}\n", &["missing-field 1:1"]),
        ("tpye: boolean\ndefault: false\nenvironments: {}\n", &["unknown-field 1:1", "missing-field 1:1"]),
        ("type: bool\ndefault: false\nenvironments: {}\n", &["unknown-choice 1:7"]),
        ("type:\ndefault: false\nenvironments: {}\n", &["unknown-choice 1:1"]),
        ("type: boolean\ndefault: false\nenvironments:\n", &["wrong-type 3:1"]),
        ("type: boolean\ndefault: false\nenvironments: []\n", &["wrong-type 3:15"]),
        ("type: boolean\ndefault: false\nenvironments: {production: {}}\n", &["missing-field 3:16"]),
        ("type: boolean\ndefault: false\nenvironments: {-x: {serve: true}}\n", &["bad-name 3:16"]),
        (
            "type: boolean\ndefault: false\nenvironments: {a: {serve: true}, A: {serve: true}}\n",
            &["duplicate-name 3:34"],
        ),
    ]);
}

#[test]
fn fields_of_a_flag() {
    let cases: &[(&str, &[&str])] = &[
        ("owner: 12\n", &["wrong-type 1:8"]),
        ("owner:\n", &["wrong-type 1:1"]),
        ("owner: \"\"\n", &["empty-text 1:8"]),
        ("kind: relase\n", &["unknown-choice 1:7"]),
        ("tags: web\n", &["wrong-type 1:7"]),
        ("tags: [web, 1]\n", &["wrong-type 1:13"]),
        ("tags: [web, web]\n", &["duplicate-item 1:13"]),
        ("expires: 2027-03-01T00:00:00\n", &["bad-time 1:10"]),
        ("expires: soon\n", &["bad-time 1:10"]),
        ("expires: 2027\n", &["wrong-type 1:10"]),
        ("permanent: false\n", &["wrong-type 1:12"]),
        ("expires: 2027-03-01\npermanent: true\n", &["lifetime-conflict 2:1"]),
        ("links: {ticket: 12}\n", &["wrong-type 1:17"]),
        ("salt: a/b\n", &["bad-salt 1:7"]),
        ("salt: \"\"\n", &["bad-salt 1:7"]),
        ("bucketing: flagd-v9\n", &["unknown-choice 1:12"]),
        ("variants: {a: {value: true}}\n", &["not-for-boolean 1:1"]),
        ("killed: {by: ann}\n", &["missing-field 1:1"]),
        ("killed: true\n", &["wrong-type 1:9"]),
        ("archived: {on: 2027-01-01}\n", &["unknown-field 1:12"]),
        ("requires: [{flag: a, serves: 1}]\n", &["wrong-type 1:30"]),
        ("requires: [{flag: a}]\n", &["missing-field 1:12"]),
        ("metadata: [a]\n", &["wrong-type 1:11"]),
    ];
    let texts: Vec<String> =
        cases.iter().map(|(field, _)| format!("{field}{BOOLEAN}").replace("{on:", "{\"on\":")).collect();
    let cases: Vec<(&str, &[&str])> =
        texts.iter().zip(cases).map(|(text, (_, expected))| (text.as_str(), *expected)).collect();
    check_flags(&cases);
}

#[test]
fn variants() {
    let with = |variants: &str, default: &str| {
        format!("type: string\nvariants: {variants}\ndefault: {default}\nenvironments: {{}}\n")
    };
    let texts = [
        (with("{}", "a"), "empty-collection 2:11"),
        (with("[a]", "a"), "wrong-type 2:11"),
        (with("{a: x}", "a"), "wrong-type 2:15"),
        (with("{a: {value: x, vaule: z}}", "a"), "unknown-field 2:26"),
        (with("{a: {value: x}, A: {value: z}}", "a"), "duplicate-name 2:27"),
        (with("{a: {}}", "a"), "missing-field 2:12"),
        (with("{a: {value: x}}", "b"), "unknown-variant 3:10"),
        (with("{a: {value: x}}", "true"), "wrong-type 3:10"),
        (with("{a/b: {value: x}}", "c"), "bad-name 2:12"),
    ];
    for (text, expected) in texts {
        let (_, problems) = read_flag(&text);
        assert_eq!(super::summary(&text, &problems)[0], expected, "{text}\n{problems:#?}");
    }
}

#[test]
fn environments() {
    let with = |body: &str| format!("type: boolean\ndefault: false\nenvironments:\n  e:\n    serve: true\n{body}");
    let cases: Vec<(String, &[&str])> = vec![
        (with("    enabled: 1\n"), &["wrong-type 6:14"]),
        (with("    enabeld: true\n"), &["unknown-field 6:5"]),
        (with("    schedule: {}\n"), &["empty-collection 6:15"]),
        (with("    schedule: {form: 2026-01-01}\n"), &["unknown-field 6:16"]),
        (with("    schedule: {from: 2026-01-02, until: 2026-01-01}\n"), &["schedule-order 6:41"]),
        (with("    schedule: {from: 2026-01-02, until: 2026-01-02}\n"), &["schedule-order 6:41"]),
        (with("    targets: [{serve: true, units: []}]\n"), &["empty-collection 6:36"]),
        (with("    targets: [{serve: true, units: [a, a]}]\n"), &["duplicate-unit 6:40"]),
        (with("    targets: [{serve: true, units: [1, \"1\"]}]\n"), &["duplicate-unit 6:40"]),
        (with("    targets: [{serve: true, units: [a]}, {serve: false, units: [a]}]\n"), &["duplicate-unit 6:65"]),
        (with("    targets: [{serve: true, units: [1.5]}]\n"), &["wrong-type 6:37"]),
        (with("    targets: [{serve: true, units: [\"\"]}]\n"), &["empty-text 6:37"]),
        (with("    targets: [{serve: true, units: {file: a.txt}}]\n"), &["reserved 6:36"]),
        (with("    targets: [{serve: {percentage: 5}, units: [a]}]\n"), &["wrong-type 6:23"]),
        (with("    rules: [{when: []}]\n"), &["missing-field 6:13", "empty-collection 6:20"]),
        (with("    rules: [{id: a, serve: true}, {id: A, serve: true}]\n"), &["duplicate-rule-id 6:40"]),
        (with("    rules: {a: {serve: true}}\n"), &["wrong-type 6:12"]),
    ];
    let cases: Vec<(&str, &[&str])> = cases.iter().map(|(text, expected)| (text.as_str(), *expected)).collect();
    check_flags(&cases);
}

#[test]
fn the_default_is_saved_from_broken_files() {
    let file = "f.yaml".into();
    let saved = |text: &str| salvage_default(&tree_of(&file, text));
    let off = (VariantName::boolean(false), Value::Boolean(false));
    assert_eq!(saved("type: boolean\ndefault: false\nenvironments: broken\nother: 1\n"), Some(off));
    let blue = (VariantName::new("b").unwrap(), Value::String("blue".into()));
    assert_eq!(saved("type: string\nvariants: {b: {value: blue}, c: 1}\ndefault: b\n"), Some(blue));
    assert_eq!(saved("type: string\nvariants: {b: {value: 1}}\ndefault: b\n"), None);
    assert_eq!(saved("default: false\n"), None);
    assert_eq!(saved("[]"), None);
}

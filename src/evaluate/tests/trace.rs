use super::support::*;
use crate::evaluate::bucket::bucket;
use crate::evaluate::{Context, Program, explain};
use crate::model::Share;
use crate::model::{Bucketing, Condition};
use serde_json::json;

fn flag() -> crate::model::Flag {
    let mut flag = with(boolean("x", percentage("30")), |production| {
        production.targets = vec![target("on", &["user-9"])];
        production.rules = vec![
            rule(
                Some("pro"),
                vec![equals("country", "DE"), equals("plan", "pro"), equals("never", "seen")],
                serve("on"),
            ),
            rule(None, vec![Condition::Any(vec![in_segment("staff"), within("0", None, None)])], serve("on")),
        ];
    });
    flag.requires = vec![requires("other", "on")];
    flag
}

fn program() -> Program {
    let staff = segment("staff", &[], &["user-1"], vec![equals("role", "staff")]);
    Program::compile(&catalog([flag(), boolean("other", serve("on"))], [staff]))
}

#[test]
fn a_trace_tells_every_step_up_to_the_first_condition_that_fails() {
    let program = program();
    let context = Context::parse(r#"{"targetingKey": "user-1", "country": "DE", "plan": "free"}"#).unwrap();
    let (decision, trace) = explain(&program, "x", PRODUCTION, &context, at(NOW));
    let drawn = bucket(Bucketing::FlagdV3, "x", "user-1").get();
    let served = decision.variant.unwrap();
    let lines: Vec<String> =
        trace.entries().iter().map(|entry| format!("{}{entry}", "  ".repeat(entry.depth))).collect();
    let enough = Share::from_steps(drawn + 1).unwrap();
    let more = if drawn < 30_000 { String::new() } else { format!(" and would reach it at {enough}%") };
    let bucket_line = format!(
        "  bucket of `targetingKey` with salt `x` (flagd-v3): \"user-1\" is in bucket {drawn} of 100000; the share ends at 30000{more}"
    );
    let serve_line = format!("serve by percentage: `{served}`");
    let expected = [
        "requirement `other` serves `on`: yes",
        "  serve: `on`",
        "targets: no",
        "rule `pro`: no",
        "  country equals DE: yes, it is \"DE\"",
        "  plan equals pro: no, it is \"free\"",
        "rule `#2`: no",
        "  any of: no",
        "    in segment `staff`: no (excluded)",
        "    within 0%: no",
        &serve_line,
        &bucket_line,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_trace_is_nested_json() {
    let program = program();
    let context = Context::parse(r#"{"targetingKey": 5, "role": "staff"}"#).unwrap();
    let (_, trace) = explain(&program, "x", PRODUCTION, &context, at(NOW));
    let json = serde_json::to_value(&trace).unwrap();
    assert_eq!(
        json[2]["steps"],
        json!([{"step": "test", "attribute": "country", "operator": "equals", "expected": "DE", "matched": false}])
    );
    assert_eq!(
        json[3],
        json!({"step": "rule", "rule": "#2", "matched": true, "variant": "on", "steps": [
            {"step": "any", "matched": true, "steps": [
                {"step": "segment", "segment": "staff", "matched": true, "by": "matching", "steps": [
                    {"step": "test", "attribute": "role", "operator": "equals", "expected": "staff", "matched": true, "actual": "staff"}]}]},
            {"step": "serve", "matched": true, "variant": "on"}]})
    );
}

#[test]
fn a_missing_unit_is_told() {
    let program = Program::compile(&catalog([boolean("x", percentage_by("50", "company.id"))], []));
    let context = Context::default();
    let (_, trace) = explain(&program, "x", PRODUCTION, &context, at(NOW));
    assert_eq!(
        trace.to_json(),
        json!([{"step": "serve", "strategy": "percentage", "matched": false, "missing": "unit", "steps": [
            {"step": "draw", "bucketing": "flagd-v3", "salt": "x", "by": "company.id", "matched": false, "missing": "unit"}]}])
    );
}

use crate::lint::testing::{
    context, declaring_project, equals, exists, good_flag, path, percentage, places, places_of_flag_in, rule, segment,
    test, test_with,
};
use crate::lint::{check_flag, check_segment};
use crate::model::{Condition, Operand, Scalar, Serve};

fn found(condition: Condition) -> Vec<String> {
    let mut flag = good_flag();
    flag.environments[2].rules = vec![rule("r", vec![condition], "on")];
    let prefix = "environments.production.rules[0].when[0]";
    let found = places_of_flag_in(&declaring_project(), &flag);
    found.into_iter().map(|text| text.replace(prefix, "@")).collect()
}

fn number(value: f64) -> Operand {
    Operand::One(Scalar::Number(value))
}

#[test]
fn attributes_must_be_declared() {
    assert!(found(equals("plan", "pro")).is_empty());
    assert!(found(equals("targetingKey", "user-1")).is_empty());
    assert_eq!(found(equals("plam", "pro")), ["undeclared-attribute value @.attribute"]);
    assert!(found(exists("a", true)).is_empty(), "attributes below it are declared");
    assert_eq!(found(exists("b", true)), ["undeclared-attribute value @.attribute"]);
    let nested = Condition::Any(vec![Condition::Not(Box::new(equals("nope", "x")))]);
    let expected = ["undeclared-attribute value @.any[0].not.attribute", "not-on-missing value @.any[0].not"];
    assert_eq!(found(nested), expected);
}

#[test]
fn operators_must_fit_the_type() {
    let fits = |attribute: &str, operator: &str, operand: Operand| {
        let found = found(test_with(&format!("a.{attribute}"), operator, operand));
        assert!(found.is_empty() || found == [format!("attribute-type key @.{operator}")], "{found:?}");
        found.is_empty()
    };
    let text = || Operand::One(Scalar::Text("1.0.0".into()));
    let types = ["string", "boolean", "integer", "number", "semver", "time", "ip", "strings", "numbers"];
    let table: [(&str, Operand, &[&str]); 6] = [
        ("greater_than", number(1.5), &["integer", "number"]),
        ("starts_with", text(), &["string", "semver", "time", "ip"]),
        ("matches", text(), &["string", "semver", "time", "ip"]),
        ("semver_equal", text(), &["string", "semver"]),
        ("before", text(), &["string", "integer", "number", "time"]),
        ("in_cidr", text(), &["string", "ip"]),
    ];
    for (operator, operand, allowed) in table {
        for attribute in types {
            let expected = allowed.contains(&attribute);
            assert_eq!(fits(attribute, operator, operand.clone()), expected, "{operator} on {attribute}");
        }
    }
    for list in ["strings", "numbers"] {
        assert!(!fits(list, "equals", text()) && !fits(list, "in", text()));
    }
    assert!(!fits("boolean", "contains", text()) && !fits("number", "contains", text()));
}

#[test]
fn values_must_have_the_type() {
    let text = |text: &str| Operand::One(Scalar::Text(text.into()));
    assert_eq!(found(test_with("a.integer", "equals", text("30"))), ["attribute-type value @.equals"]);
    assert_eq!(found(test_with("a.integer", "equals", number(1.5))), ["attribute-type value @.equals"]);
    assert!(found(test_with("a.integer", "equals", number(30.0))).is_empty());
    assert_eq!(found(test_with("a.string", "equals", number(30.0))), ["attribute-type value @.equals"]);
    assert_eq!(found(test_with("a.boolean", "equals", text("true"))), ["attribute-type value @.equals"]);
    assert_eq!(found(test_with("a.numbers", "contains", text("1"))), ["attribute-type value @.contains"]);
    assert!(found(test_with("a.strings", "contains", text("1"))).is_empty());
    let mixed = Operand::Many(vec![Scalar::Text("x".into()), Scalar::Number(1.0)]);
    assert_eq!(found(test_with("a.string", "in", mixed)), ["attribute-type value @.in[1]"]);
}

#[test]
fn values_must_be_in_the_enum() {
    assert_eq!(found(equals("plan", "prp")), ["undeclared-value value @.equals"]);
    assert_eq!(found(test("plan", "not_in", &["free", "team"])), ["undeclared-value value @.not_in[1]"]);
    assert_eq!(found(test("roles", "contains", &["admin", "boss"])), ["undeclared-value value @.contains[1]"]);
    assert!(found(test("plan", "contains", &["fr"])).is_empty(), "a part");
    let Condition::Test(mut upper) = equals("plan", "PRO") else { unreachable!() };
    assert_eq!(found(Condition::Test(upper.clone())), ["undeclared-value value @.equals"]);
    upper.ignore_case = true;
    assert!(found(Condition::Test(upper)).is_empty());
}

#[test]
fn units_must_be_declared_and_scalar() {
    let by = |name: &str| {
        let mut flag = good_flag();
        let mut serve = percentage("25");
        if let Serve::Rollout(rollout) = &mut serve {
            rollout.by = Some(path(name).into());
        }
        flag.environments[2].serve = serve;
        places_of_flag_in(&declaring_project(), &flag)
    };
    assert!(by("targetingKey").is_empty() && by("a.integer").is_empty() && by("a.string").is_empty());
    assert_eq!(by("compani.id"), ["undeclared-attribute value environments.production.serve.by"]);
    assert_eq!(by("a.boolean"), ["attribute-type value environments.production.serve.by"]);
    assert_eq!(by("roles"), ["attribute-type value environments.production.serve.by"]);
}

#[test]
fn segments_are_checked_and_helped() {
    let project = declaring_project();
    let bad = segment("s", vec![equals("plan", "prp"), equals("a.strings", "x"), equals("zzz", "x")]);
    let found = check_segment(&context(&project), &bad);
    let expected = [
        "undeclared-value value match[0].equals",
        "attribute-type key match[1].equals",
        "undeclared-attribute value match[2].attribute",
    ];
    assert_eq!(places(&found), expected);
    let help: Vec<_> = found.iter().map(|problem| problem.help[0].as_str()).collect();
    assert_eq!(
        help,
        [
            "did you mean `pro`?",
            "use `contains` to ask for an item of the list",
            "declare it under `attributes` in `flags/project.yaml`"
        ]
    );
}

#[test]
fn a_project_without_declarations_allows_all() {
    let mut flag = good_flag();
    flag.environments[2].rules = vec![rule("r", vec![equals("whatever", "x")], "on")];
    assert!(check_flag(&context(&crate::lint::testing::project()), &flag).is_empty());
}

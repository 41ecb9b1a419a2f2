use super::*;
use crate::model::AttributePath;
use serde_json::Value as Json;

fn scalar_of(json: &Json) -> Scalar {
    match json {
        Json::Bool(value) => Scalar::Boolean(*value),
        Json::Number(number) => Scalar::Number(number.as_f64().unwrap()),
        Json::String(text) => Scalar::Text(text.clone()),
        other => panic!("{other} is no scalar"),
    }
}

fn test_of(operator: &'static str, operand: &str, ignore_case: bool) -> Test {
    let operand = match serde_json::from_str(operand).unwrap() {
        Json::Array(items) => Operand::Many(items.iter().map(scalar_of).collect()),
        other => Operand::One(scalar_of(&other)),
    };
    Test {
        attribute: AttributePath::parse("x").unwrap(),
        operator,
        operand,
        ignore_case,
        lenient: false,
        any_item: false,
    }
}

#[test]
fn every_example_is_so() {
    for operator in OPERATORS {
        for example in operator.examples {
            let prepared = Prepared::new(&test_of(operator.name, example.operand, example.ignore_case)).unwrap();
            let json = example.attribute.map(|text| serde_json::from_str(text).unwrap());
            let attribute = Attribute::new(json.as_ref(), prepared.forms());
            assert_eq!(prepared.matches(&attribute), example.matches, "{} {example:?}", operator.name);
        }
    }
}

#[test]
fn every_operator_has_examples_for_and_against_and_for_a_missing_attribute() {
    for operator in OPERATORS {
        let examples = operator.examples;
        assert!(examples.iter().any(|example| example.matches), "{}", operator.name);
        assert!(examples.iter().any(|example| !example.matches), "{}", operator.name);
        assert!(examples.iter().any(|example| example.attribute.is_none()), "{}", operator.name);
        assert_eq!(examples.iter().any(|example| example.ignore_case), operator.ignores_case, "{}", operator.name);
    }
}

#[test]
fn a_missing_or_null_attribute_matches_nothing_but_exists_false_and_the_type_null() {
    for operator in OPERATORS {
        for example in operator.examples {
            let prepared = Prepared::new(&test_of(operator.name, example.operand, example.ignore_case)).unwrap();
            let absence = operator.name == "exists" && example.operand == "false";
            for json in [None, Some(&Json::Null)] {
                let attribute = Attribute::new(json, prepared.forms());
                let null = json.is_some() && operator.name == "has_type" && example.operand.contains("null");
                assert_eq!(prepared.matches(&attribute), absence || null, "{} {example:?}", operator.name);
            }
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    for (operator, operand, words) in [
        ("matches", r#""a(""#, "the regular expression `a(` does not compile: unclosed group"),
        ("matches", r#"["a", "(?<x"]"#, "does not compile"),
        ("matches", r#""(?:\\pL{1000}){1000}""#, "larger than 1 MiB"),
        ("matches", &format!("\"{}\"", "a".repeat(4097)), "of 4097 bytes; at most 4096"),
        ("semver_equal", r#""1.2""#, "`1.2` is not a semantic version"),
        ("semver_less_than", r#""v1.2.3""#, "`v1.2.3` is not a semantic version"),
        ("semver_range", r#"">=""#, "`>=` is not a range of versions"),
        ("before", r#""2026-12-01T09:00:00""#, "needs an offset"),
        ("after", "5", "takes text, not 5"),
        ("in_cidr", r#""10.0.0.0/33""#, "`10.0.0.0/33` is not a network"),
        ("in_cidr", r#"["10.0.0.0/8", "x"]"#, "`x` is not a network"),
        ("greater_than", r#""5""#, "takes a number, not"),
        ("greater_than", "[5]", "takes one value, not a list"),
        ("exists", "1", "takes `true` or `false`, not"),
        ("in", "[]", "needs at least one value"),
        ("starts_with", "[1]", "takes text, not"),
        ("nothing", "1", "there is no operator `nothing`"),
    ] {
        let error = check(&test_of(operator, operand, false)).unwrap_err();
        assert!(error.contains(words), "{operator} {operand}: {error}");
        assert!(!error.ends_with('.') && !error.contains('\n'), "{error}");
    }
    let error = check(&test_of("less_than", "5", true)).unwrap_err();
    assert!(error.contains("`ignore_case`"), "{error}");
}

#[test]
fn a_negative_operator_is_the_opposite_wherever_the_type_is_taken() {
    let jsons = ["\"DE\"", "\"de\"", "5", "true", "[\"DE\"]", "[]", "{}", "\"1.0.0\"", "\"1\""];
    for (positive, negative, operand, taken) in [
        ("equals", "not_equals", "\"DE\"", &jsons[..4]),
        ("in", "not_in", "[\"DE\", 5]", &jsons[..4]),
        ("contains", "not_contains", "\"DE\"", &["\"DE\"", "\"de\"", "[\"DE\"]", "[]"][..]),
        ("semver_equal", "semver_not_equal", "\"1.0.0\"", &["\"1.0.0\""][..]),
    ] {
        for json in jsons {
            let value: Json = serde_json::from_str(json).unwrap();
            let answer = |operator| {
                let prepared = Prepared::new(&test_of(operator, operand, false)).unwrap();
                prepared.matches(&Attribute::new(Some(&value), prepared.forms()))
            };
            if taken.contains(&json) {
                assert_ne!(answer(positive), answer(negative), "{negative} {json}");
            } else if !matches!(json, "\"1.0.0\"" | "\"1\"") || positive == "semver_equal" {
                assert!(!answer(positive) && !answer(negative), "{negative} {json}");
            }
        }
    }
}

#[test]
fn long_lists_answer_like_short_ones() {
    let many: Vec<String> = (0..100).map(|number| format!("Item-{number}")).collect();
    let operand = serde_json::to_string(&many).unwrap();
    for (json, ignore_case, expected) in [
        ("\"Item-42\"", false, true),
        ("\"item-42\"", false, false),
        ("\"ITEM-42\"", true, true),
        ("\"Item-100\"", true, false),
    ] {
        let value: Json = serde_json::from_str(json).unwrap();
        for operator in ["in", "contains"] {
            let prepared = Prepared::new(&test_of(operator, &operand, ignore_case)).unwrap();
            let value = if operator == "in" { value.clone() } else { Json::Array(vec![value.clone()]) };
            let attribute = Attribute::new(Some(&value), prepared.forms());
            assert_eq!(prepared.matches(&attribute), expected, "{operator} {json}");
        }
    }
}

#[test]
fn lenient_numbers_and_versions_are_read_as_people_write_them() {
    for (operator, operand, attribute, strictly, leniently) in [
        ("greater_than", "18", r#""19""#, false, true),
        ("greater_than", "18", r#""1e2""#, false, true),
        ("greater_than", "18", r#""inf""#, false, false),
        ("greater_than", "18", r#"" 19""#, false, false),
        ("greater_than", "18", r#""""#, false, false),
        ("less_than_or_equal", "-1.5", r#""-1.5""#, false, true),
        ("less_than", "18", "17", true, true),
        ("semver_equal", r#""2.0.0""#, r#""v2""#, false, true),
        ("semver_equal", r#""2.0.0""#, r#""2.0""#, false, true),
        ("semver_equal", r#""2.0.0""#, "2", false, true),
        ("semver_equal", r#""2.0.0""#, r#""2.0.0.0""#, false, false),
        ("semver_equal", r#""2.0.0""#, r#""02.0.0""#, false, false),
        ("semver_equal", r#""2.0.0-rc.1""#, r#""2-rc.1""#, false, true),
        ("semver_not_equal", r#""2.0.0""#, r#""2.1""#, false, true),
        ("semver_not_equal", r#""2.0.0""#, r#""x""#, false, false),
        ("semver_less_than", r#""2.0.0""#, r#""V2.0.0-beta""#, false, true),
    ] {
        let value: Json = serde_json::from_str(attribute).unwrap();
        for (lenient, expected) in [(false, strictly), (true, leniently)] {
            let test = Test { lenient, ..test_of(operator, operand, false) };
            let prepared = Prepared::new(&test).unwrap();
            let attribute = Attribute::new(Some(&value), prepared.forms());
            assert_eq!(prepared.matches(&attribute), expected, "{operator} {operand} {value} {lenient}");
        }
    }
    let error = check(&Test { lenient: true, ..test_of("equals", "5", false) }).unwrap_err();
    assert!(error.contains("`lenient`"), "{error}");
    let lenient = Test { lenient: true, ..test_of("semver_equal", r#""v2""#, false) };
    assert_eq!(check(&lenient), Ok(()));
}

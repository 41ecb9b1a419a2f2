use super::support::*;
use crate::evaluate::bucket::bucket;
use crate::model::{Bucketing, Condition, Segment};

/// Whether a rule with these conditions matches.
fn matches(when: Vec<Condition>, segments: Vec<Segment>, context: &str) -> bool {
    let flag = with(boolean("x", serve("off")), |production| production.rules = vec![rule(None, when, serve("on"))]);
    match ask(&catalog([flag], segments), "x", context).as_str() {
        "on TARGETING_MATCH #1" | "on SPLIT #1" => true,
        "off DEFAULT" => false,
        other => panic!("{other}"),
    }
}

fn yes() -> Condition {
    equals("yes", "1")
}

fn no() -> Condition {
    equals("no", "1")
}

const CONTEXT: &str = r#"{"yes": "1", "targetingKey": "user-1"}"#;

#[test]
fn any_all_and_not_nest() {
    let holds = |condition| matches(vec![condition], vec![], CONTEXT);
    assert!(holds(Condition::Any(vec![no(), yes()])));
    assert!(!holds(Condition::Any(vec![no(), no()])));
    assert!(!holds(Condition::Any(vec![])));
    assert!(holds(Condition::All(vec![yes(), yes()])));
    assert!(!holds(Condition::All(vec![yes(), no()])));
    assert!(holds(Condition::Not(Box::new(no()))), "also for a missing attribute");
    assert!(!holds(Condition::Not(Box::new(yes()))));
    let nested = Condition::Not(Box::new(Condition::Any(vec![no(), Condition::All(vec![yes(), no()])])));
    assert!(holds(nested));
    assert!(!matches(vec![yes(), no()], vec![], CONTEXT), "a list means all");
}

#[test]
fn a_negative_operator_does_not_match_a_missing_attribute_but_not_does() {
    let operand = || crate::model::Operand::One(crate::model::Scalar::Text("DE".into()));
    assert!(!matches(vec![test("country", "not_equals", operand())], vec![], "{}"));
    assert!(matches(vec![Condition::Not(Box::new(test("country", "equals", operand())))], vec![], "{}"));
}

#[test]
fn in_a_segment_exclude_wins_then_include_then_match() {
    let staff = || segment("staff", &["user-1", "user-2"], &["user-2", "user-3"], vec![equals("role", "staff")]);
    let is_in = |context| matches(vec![in_segment("staff")], vec![staff()], context);
    assert!(is_in(r#"{"targetingKey": "user-1"}"#), "included");
    assert!(!is_in(r#"{"targetingKey": "user-2", "role": "staff"}"#), "excluded wins");
    assert!(!is_in(r#"{"targetingKey": "user-3", "role": "staff"}"#), "excluded");
    assert!(is_in(r#"{"targetingKey": "user-4", "role": "staff"}"#), "matching");
    assert!(is_in(r#"{"role": "staff"}"#), "needs no unit");
    assert!(!is_in(r#"{"targetingKey": "user-4"}"#));
    let empty = segment("empty", &[], &[], vec![]);
    assert!(!matches(vec![in_segment("empty")], vec![empty], CONTEXT), "no `match` matches nobody");
}

#[test]
fn segments_nest() {
    let inner = segment("inner", &[], &["user-9"], vec![yes()]);
    let outer = segment("outer", &[], &[], vec![in_segment("inner"), Condition::Not(Box::new(no()))]);
    let is_in = |context| matches(vec![in_segment("outer")], vec![inner.clone(), outer.clone()], context);
    assert!(is_in(CONTEXT));
    assert!(!is_in(r#"{"yes": "1", "targetingKey": "user-9"}"#));
}

#[test]
fn the_reason_is_split_where_a_percentage_among_the_conditions_decided() {
    let half = || within("50", None, Some("x"));
    let unit = |inside: bool| {
        let fits = |unit: &String| (bucket(Bucketing::FlagdV3, "x", unit).get() < 50_000) == inside;
        (0..100).map(|at| format!("u{at}")).find(fits).unwrap()
    };
    let (inside, outside) = (unit(true), unit(false));
    let not = |condition| Condition::Not(Box::new(condition));
    let reason = |when: Vec<Condition>, unit: &str| {
        let flag =
            with(boolean("x", serve("off")), |production| production.rules = vec![rule(None, when, serve("on"))]);
        let segment = segment("half", &[], &[], vec![half()]);
        ask(&catalog([flag], [segment]), "x", &format!(r#"{{"yes": "1", "targetingKey": "{unit}"}}"#))
    };
    for (when, unit, expected) in [
        (vec![half()], &inside, "on SPLIT #1"),
        (vec![yes(), half()], &inside, "on SPLIT #1"),
        (vec![not(half())], &outside, "on SPLIT #1"),
        (vec![Condition::Any(vec![no(), half()])], &inside, "on SPLIT #1"),
        (vec![not(Condition::All(vec![yes(), half()]))], &outside, "on SPLIT #1"),
        (vec![in_segment("half")], &inside, "on SPLIT #1"),
        (vec![yes()], &inside, "on TARGETING_MATCH #1"),
        (vec![Condition::Any(vec![yes(), half()])], &inside, "on TARGETING_MATCH #1"),
        (vec![Condition::Any(vec![half(), yes()])], &outside, "on TARGETING_MATCH #1"),
        (vec![within("100", None, None)], &inside, "on TARGETING_MATCH #1"),
        (vec![half()], &outside, "off DEFAULT"),
    ] {
        assert_eq!(reason(when.clone(), unit), expected, "{when:?} for {unit}");
    }
}

#[test]
fn a_percentage_is_true_inside_the_bucket() {
    let v3 = Bucketing::FlagdV3;
    for user in 0..100 {
        let unit = format!("user-{user}");
        let context = format!(r#"{{"targetingKey": "{unit}", "company": {{"id": {user}}}}}"#);
        let holds = |condition| matches(vec![condition], vec![], &context);
        assert_eq!(holds(within("40", None, None)), bucket(v3, "x", &unit).get() < 40_000);
        assert_eq!(holds(within("40", None, Some("own"))), bucket(v3, "own", &unit).get() < 40_000);
        assert_eq!(holds(within("40", Some("company.id"), None)), bucket(v3, "x", &user.to_string()).get() < 40_000);
        let half = segment("half", &[], &[], vec![within("40", None, None)]);
        let in_half = matches(vec![in_segment("half")], vec![half], &context);
        assert_eq!(in_half, bucket(v3, "half", &unit).get() < 40_000, "a segment's salt is its name");
    }
}

#[test]
fn a_percentage_without_its_unit_does_not_match_unless_it_is_everyone() {
    assert!(!matches(vec![within("99.999", None, None)], vec![], "{}"));
    assert!(matches(vec![within("100", None, None)], vec![], "{}"));
    assert!(!matches(vec![within("0", None, None)], vec![], CONTEXT));
    assert!(matches(vec![Condition::Not(Box::new(within("50", Some("company"), None)))], vec![], CONTEXT));
}

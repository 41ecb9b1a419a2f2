//! Flags for the tests of this room.

use crate::model::{
    Archived, AttributePath, Bucketing, Condition, Environment, EnvironmentName, Flag, FlagKey, Kill, Kind, Lifetime,
    Operand, Requirement, RingName, Rollout, Rule, RuleId, Scalar, Schedule, Seconds, SegmentName, Serve, Setting,
    Share, Target, Test, Timestamp, Unit, Value, ValueType, Variant, VariantName, Weighted,
};
use std::collections::BTreeMap;

pub(super) fn key(text: &str) -> FlagKey {
    FlagKey::new(text).unwrap()
}

pub(super) fn variant(text: &str) -> VariantName {
    VariantName::new(text).unwrap()
}

pub(super) fn environment(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

pub(super) fn share(text: &str) -> Share {
    Share::parse(text).unwrap()
}

pub(super) fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn length(text: &str) -> Seconds {
    Seconds::parse(text).unwrap()
}

pub(super) fn unit(text: &str) -> Unit {
    Unit::from_text(text).unwrap()
}

pub(super) fn path(text: &str) -> AttributePath {
    AttributePath::parse(text).unwrap()
}

pub(super) fn fixed(name: &str) -> Serve {
    Serve::Variant(variant(name))
}

pub(super) fn strategy(name: &'static str, serve: Option<&str>, settings: Vec<(&'static str, Setting)>) -> Rollout {
    Rollout { strategy: name, settings, serve: serve.map(variant), by: None, salt: None, bucketing: None }
}

pub(super) fn percentage(text: &str) -> Serve {
    Serve::Rollout(strategy("percentage", Some("on"), vec![("percentage", Setting::Share(share(text)))]))
}

pub(super) fn ring(name: &str) -> Serve {
    Serve::Rollout(strategy("ring", Some("on"), vec![("ring", Setting::Ring(RingName::new(name).unwrap()))]))
}

/// `control 34, blue 66`
pub(super) fn split(text: &str) -> Serve {
    let entry = |part: &str| {
        let (name, size) = part.trim().split_once(' ').unwrap();
        Weighted { variant: variant(name), weight: share(size).into() }
    };
    let entries = text.split(',').map(entry).collect();
    Serve::Rollout(strategy("split", None, vec![("split", Setting::Split(entries))]))
}

pub(super) fn test(attribute: &str, operator: &'static str, operands: &[&str]) -> Condition {
    let texts: Vec<Scalar> = operands.iter().map(|text| Scalar::Text((*text).to_owned())).collect();
    let operand = match texts.as_slice() {
        [one] => Operand::One(one.clone()),
        _ => Operand::Many(texts),
    };
    Condition::Test(Test {
        attribute: path(attribute),
        operator,
        operand,
        ignore_case: false,
        lenient: false,
        any_item: false,
    })
}

pub(super) fn in_segment(name: &str) -> Condition {
    Condition::Segment(SegmentName::new(name).unwrap())
}

pub(super) fn rule(id: &str, when: Vec<Condition>, serve: Serve) -> Rule {
    Rule { id: (!id.is_empty()).then(|| RuleId::new(id).unwrap()), description: None, when, serve }
}

/// An environment that is on and serves this to everyone.
pub(super) fn on(name: &str, serve: Serve) -> Environment {
    Environment {
        name: environment(name),
        enabled: true,
        schedule: None,
        requires: Vec::new(),
        killed: None,
        targets: Vec::new(),
        rules: Vec::new(),
        serve,
    }
}

/// A boolean flag with nothing but its environments.
pub(super) fn boolean(name: &str, environments: Vec<Environment>) -> Flag {
    Flag {
        key: key(name),
        name: None,
        description: None,
        value_type: ValueType::Boolean,
        kind: None,
        owner: None,
        tags: Vec::new(),
        lifetime: Lifetime::Unstated,
        links: BTreeMap::new(),
        salt: None,
        bucketing: None,
        variants: Flag::boolean_variants(),
        default: VariantName::boolean(false),
        requires: Vec::new(),
        killed: None,
        archived: None,
        metadata: serde_json::Map::new(),
        environments,
    }
}

/// A string flag with the variants `control`, `blue` and `green`.
pub(super) fn colours(name: &str, environments: Vec<Environment>) -> Flag {
    let one = |name: &str| Variant { name: variant(name), value: Value::String(name.to_owned()), description: None };
    Flag {
        value_type: ValueType::String,
        variants: ["control", "blue", "green"].map(one).into(),
        default: variant("control"),
        ..boolean(name, environments)
    }
}

/// A flag with something in every field.
pub(super) fn rich() -> Flag {
    let requirement = |flag: &str| Requirement { flag: key(flag), serves: variant("on"), boolean: true };
    let kill = || Kill { reason: "errors".to_owned(), by: Some("ada".to_owned()), at: Some(time("2026-01-02")) };
    let staged = strategy(
        "canary",
        Some("blue"),
        vec![
            ("stages", Setting::Shares(vec![share("1"), share("5"), share("25")])),
            ("stage", Setting::Count(2)),
            ("soak", Setting::Length(length("1h"))),
        ],
    );
    let mut staff = rule("staff", vec![in_segment("staff"), test("plan", "equals", &["pro"])], fixed("blue"));
    staff.description = Some("colleagues".to_owned());
    let everyone = rule(
        "premium",
        vec![Condition::Any(vec![
            test("country", "in", &["DE", "FR"]),
            Condition::Not(Box::new(Condition::Percentage {
                share: share("10"),
                by: Some(path("company.id").into()),
                salt: Some("s".to_owned()),
                bucketing: Some(Bucketing::FlagdV2),
            })),
        ])],
        Serve::Rollout(Rollout {
            by: Some(path("company.id").into()),
            salt: Some("x".to_owned()),
            bucketing: Some(Bucketing::FlagdV2),
            ..staged
        }),
    );
    let production = Environment {
        schedule: Some(Schedule { from: Some(time("2026-12-01")), until: Some(time("2027-01-01")) }),
        requires: vec![requirement("region-ready")],
        killed: Some(kill()),
        targets: vec![
            Target { serve: variant("green"), units: vec![unit("user-1"), unit("user-2")] },
            Target { serve: variant("blue"), units: vec![unit("user-9")] },
        ],
        rules: vec![staff, everyone, rule("", vec![in_segment("beta")], fixed("green"))],
        ..on("production", split("control 34, blue 33, green 33"))
    };
    Flag {
        name: Some("Checkout".to_owned()),
        description: Some("One page".to_owned()),
        kind: Some(Kind::Experiment),
        owner: Some("team-a".to_owned()),
        tags: vec!["web".to_owned(), "checkout".to_owned()],
        lifetime: Lifetime::Expires(time("2027-03-01")),
        links: [("ticket".to_owned(), "PAY-1".to_owned())].into(),
        salt: Some("old-salt".to_owned()),
        bucketing: Some(Bucketing::FlagdV2),
        requires: vec![requirement("payments"), requirement("tax")],
        killed: Some(kill()),
        archived: Some(Archived { at: Some(time("2026-05-01")), by: Some("bo".to_owned()) }),
        metadata: [("team".to_owned(), serde_json::json!({"size": 3}))].into_iter().collect(),
        ..colours("rich", vec![on("staging", fixed("blue")), production])
    }
}

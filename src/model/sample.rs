//! Short ways to write flags, for the tests of all rooms.

use crate::model::{
    AttributePath, Condition, Environment, EnvironmentName, Flag, FlagKey, Lifetime, Operand, Project,
    ProjectEnvironment, Requirement, RingName, Rollout, Rule, RuleId, Scalar, Seconds, SegmentName, Serve, Setting,
    Share, Target, Test, Timestamp, Unit, Value, ValueType, Variant, VariantName, Weighted,
};
use std::collections::BTreeMap;

pub(crate) fn key(text: &str) -> FlagKey {
    FlagKey::new(text).unwrap()
}

pub(crate) fn variant(text: &str) -> VariantName {
    VariantName::new(text).unwrap()
}

pub(crate) fn environment(text: &str) -> EnvironmentName {
    EnvironmentName::new(text).unwrap()
}

pub(crate) fn share(text: &str) -> Share {
    Share::parse(text).unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn length(text: &str) -> Seconds {
    Seconds::parse(text).unwrap()
}

pub(crate) fn unit(text: &str) -> Unit {
    Unit::from_text(text).unwrap()
}

pub(crate) fn path(text: &str) -> AttributePath {
    AttributePath::parse(text).unwrap()
}

pub(crate) fn fixed(name: &str) -> Serve {
    Serve::Variant(variant(name))
}

pub(crate) fn strategy(name: &'static str, serve: Option<&str>, settings: Vec<(&'static str, Setting)>) -> Rollout {
    Rollout { strategy: name, settings, serve: serve.map(variant), by: None, salt: None, bucketing: None }
}

pub(crate) fn percentage(text: &str) -> Serve {
    Serve::Rollout(strategy("percentage", Some("on"), vec![("percentage", Setting::Share(share(text)))]))
}

pub(crate) fn ring(name: &str) -> Serve {
    Serve::Rollout(strategy("ring", Some("on"), vec![("ring", Setting::Ring(RingName::new(name).unwrap()))]))
}

/// `control 34, blue 66`
pub(crate) fn split(text: &str) -> Serve {
    let entry = |part: &str| {
        let (name, size) = part.trim().split_once(' ').unwrap();
        Weighted { variant: variant(name), weight: share(size).into() }
    };
    let entries = text.split(',').map(entry).collect();
    Serve::Rollout(strategy("split", None, vec![("split", Setting::Split(entries))]))
}

pub(crate) fn test(attribute: &str, operator: &'static str, operands: &[&str]) -> Condition {
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

pub(crate) fn in_segment(name: &str) -> Condition {
    Condition::Segment(SegmentName::new(name).unwrap())
}

pub(crate) fn rule(id: &str, when: Vec<Condition>, serve: Serve) -> Rule {
    Rule { id: (!id.is_empty()).then(|| RuleId::new(id).unwrap()), description: None, when, serve }
}

/// An environment that is on and serves this to everyone.
pub(crate) fn on(name: &str, serve: Serve) -> Environment {
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
pub(crate) fn boolean(name: &str, environments: Vec<Environment>) -> Flag {
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
pub(crate) fn colours(name: &str, environments: Vec<Environment>) -> Flag {
    let one = |name: &str| Variant { name: variant(name), value: Value::String(name.to_owned()), description: None };
    Flag {
        value_type: ValueType::String,
        variants: ["control", "blue", "green"].map(one).into(),
        default: variant("control"),
        ..boolean(name, environments)
    }
}

pub(crate) fn target(serve: &str, units: &[&str]) -> Target {
    Target { serve: variant(serve), units: units.iter().map(|text| unit(text)).collect() }
}

pub(crate) fn requirement(flag: &str, serves: &str) -> Requirement {
    Requirement { flag: key(flag), serves: variant(serves), boolean: matches!(serves, "on" | "off") }
}

/// `development`, `staging` and `production`.
pub(crate) fn project() -> Project {
    let one = |name: &str| ProjectEnvironment { name: environment(name), description: None, protected: false };
    Project::with_environments(["development", "staging", "production"].map(one).into())
}

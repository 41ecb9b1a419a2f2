//! Short ways to write flags, segments and questions.

use crate::evaluate::{Cause, Context, Decision, Program, Reason};
use crate::model::{
    AttributePath, Catalog, Condition, Environment, EnvironmentName, Flag, FlagKey, Lifetime, Operand, Project,
    ProjectEnvironment, Requirement, Rollout, Rule, Scalar, Segment, SegmentName, Serve, Setting, Share, Target, Test,
    Timestamp, Unit, Value, ValueType, Variant, VariantName,
};
use std::collections::BTreeMap;

pub(super) const PRODUCTION: &str = "production";
pub(super) const NOW: &str = "2026-12-01T09:00:00Z";

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(super) fn share(text: &str) -> Share {
    Share::parse(text).unwrap()
}

pub(super) fn variant(name: &str) -> VariantName {
    VariantName::new(name).unwrap()
}

pub(super) fn path(text: &str) -> AttributePath {
    AttributePath::parse(text).unwrap()
}

pub(super) fn serve(name: &str) -> Serve {
    Serve::Variant(variant(name))
}

pub(super) fn rollout(strategy: &'static str, settings: Vec<(&'static str, Setting)>, serve: Option<&str>) -> Rollout {
    Rollout { strategy, settings, serve: serve.map(variant), by: None, salt: None, bucketing: None }
}

/// `{percentage: …}` of a boolean flag.
pub(super) fn percentage(text: &str) -> Serve {
    Serve::Rollout(rollout("percentage", vec![("percentage", Setting::Share(share(text)))], None))
}

/// `{percentage: …, by: …}`
pub(super) fn percentage_by(text: &str, by: &str) -> Serve {
    let Serve::Rollout(rollout) = percentage(text) else { unreachable!() };
    Serve::Rollout(Rollout { by: Some(path(by).into()), ..rollout })
}

pub(super) fn environment(name: &str, serve: Serve) -> Environment {
    Environment {
        name: EnvironmentName::new(name).unwrap(),
        enabled: true,
        schedule: None,
        requires: Vec::new(),
        killed: None,
        targets: Vec::new(),
        rules: Vec::new(),
        serve,
    }
}

/// A boolean flag, `off` by default, enabled in production with this serve.
pub(super) fn boolean(key: &str, serve: Serve) -> Flag {
    Flag {
        key: FlagKey::new(key).unwrap(),
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
        environments: vec![environment(PRODUCTION, serve)],
    }
}

/// A string flag with the variants `control` (the default), `blue` and `green`, each with its name as value.
pub(super) fn string(key: &str, serve: Serve) -> Flag {
    let variants = ["control", "blue", "green"];
    Flag {
        value_type: ValueType::String,
        variants: variants
            .map(|name| Variant { name: variant(name), value: Value::String(name.into()), description: None })
            .into(),
        default: variant("control"),
        ..boolean(key, serve)
    }
}

/// The same flag with its environment changed.
pub(super) fn with(mut flag: Flag, change: impl FnOnce(&mut Environment)) -> Flag {
    change(&mut flag.environments[0]);
    flag
}

pub(super) fn rule(id: Option<&str>, when: Vec<Condition>, serve: Serve) -> Rule {
    let id = id.map(|id| crate::model::RuleId::new(id).unwrap());
    Rule { id, description: None, when, serve }
}

pub(super) fn target(serve: &str, units: &[&str]) -> Target {
    Target { serve: variant(serve), units: units.iter().map(|unit| Unit::from_text(unit).unwrap()).collect() }
}

pub(super) fn requires(flag: &str, serves: &str) -> Requirement {
    Requirement { flag: FlagKey::new(flag).unwrap(), serves: variant(serves), boolean: matches!(serves, "on" | "off") }
}

/// `attribute equals text`
pub(super) fn equals(attribute: &str, text: &str) -> Condition {
    test(attribute, "equals", Operand::One(Scalar::Text(text.into())))
}

pub(super) fn test(attribute: &str, operator: &'static str, operand: Operand) -> Condition {
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

pub(super) fn within(text: &str, by: Option<&str>, salt: Option<&str>) -> Condition {
    Condition::Percentage {
        share: share(text),
        by: by.map(|by| path(by).into()),
        salt: salt.map(Into::into),
        bucketing: None,
    }
}

pub(super) fn segment(name: &str, include: &[&str], exclude: &[&str], conditions: Vec<Condition>) -> Segment {
    let units = |units: &[&str]| units.iter().map(|unit| Unit::from_text(unit).unwrap()).collect();
    Segment {
        name: SegmentName::new(name).unwrap(),
        description: None,
        owner: None,
        include: units(include),
        exclude: units(exclude),
        conditions,
    }
}

pub(super) fn project() -> Project {
    let environments = ["development", "staging", PRODUCTION];
    Project::with_environments(
        environments
            .map(|name| ProjectEnvironment {
                name: EnvironmentName::new(name).unwrap(),
                description: None,
                protected: false,
            })
            .into(),
    )
}

pub(super) fn catalog(flags: impl IntoIterator<Item = Flag>, segments: impl IntoIterator<Item = Segment>) -> Catalog {
    let mut catalog = Catalog::new(project());
    catalog.flags = flags.into_iter().map(|flag| (flag.key.clone(), flag)).collect();
    catalog.segments = segments.into_iter().map(|segment| (segment.name.clone(), segment)).collect();
    catalog
}

/// What a decision is about, in one line: `on SPLIT #1: cause`.
pub(super) fn words(decision: &Decision<'_>) -> String {
    let mut words = format!("{} {}", decision.variant.unwrap_or("-"), decision.reason);
    if let Some(rule) = decision.rule {
        words.extend([" ", rule]);
    }
    if let Some(cause) = decision.cause {
        words.extend([": ", &cause.to_string()]);
    }
    if let Some((code, details)) = decision.error {
        words.extend([": ", code.as_str(), ": ", details]);
    }
    assert_eq!(decision.reason == Reason::Error, decision.error.is_some());
    assert_eq!(decision.reason == Reason::Split, decision.bucket.is_some());
    assert!(decision.reason != Reason::Disabled || matches!(decision.cause, Some(Cause::Itself(_))));
    words
}

/// What the flag `key` of `catalog` serves in production at [`NOW`] to `context`.
pub(super) fn ask(catalog: &Catalog, key: &str, context: &str) -> String {
    ask_at(catalog, key, context, NOW)
}

pub(super) fn ask_at(catalog: &Catalog, key: &str, context: &str, now: &str) -> String {
    let program = Program::compile(catalog);
    let context = Context::parse(context).unwrap();
    words(&program.bind(&context).evaluate(key, PRODUCTION, at(now)))
}

/// What `flag` alone serves.
pub(super) fn ask_flag(flag: Flag, context: &str) -> String {
    let key = flag.key.to_string();
    ask(&catalog([flag], []), &key, context)
}

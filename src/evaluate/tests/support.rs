//! Short ways to write flags, segments and questions.

use crate::evaluate::{Cause, Context, Decision, Program, Reason};
use crate::model::sample::{self, project};
use crate::model::{
    Catalog, Condition, Environment, Flag, Operand, Rollout, Rule, Scalar, Segment, SegmentName, Serve, Setting, Test,
    Unit,
};

pub(super) use crate::model::sample::{
    fixed as serve, in_segment, on as environment, path, requirement as requires, share, target, time as at, variant,
};

pub(super) const PRODUCTION: &str = "production";
pub(super) const NOW: &str = "2026-12-01T09:00:00Z";

pub(super) fn rollout(strategy: &'static str, settings: Vec<(&'static str, Setting)>, serve: Option<&str>) -> Rollout {
    sample::strategy(strategy, serve, settings)
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

/// A boolean flag, `off` by default, enabled in production with this serve.
pub(super) fn boolean(key: &str, serve: Serve) -> Flag {
    sample::boolean(key, vec![environment(PRODUCTION, serve)])
}

/// A string flag with the variants `control` (the default), `blue` and `green`, each with its name as value.
pub(super) fn string(key: &str, serve: Serve) -> Flag {
    sample::colours(key, vec![environment(PRODUCTION, serve)])
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

//! A good project and a good flag, which tests break one thing at a time, and short constructors.

use super::{FileContext, FlagFacts, SegmentFacts, check_facts, check_flag, check_segment};
use crate::diagnostic::Diagnostic;
use crate::evaluate::operator;
use crate::model::sample;
use crate::model::{
    AttributeDeclaration, AttributeType, Condition, Flag, Kind, Lifetime, Operand, Project, Ring, Rule, Scalar,
    Segment, Serve, Setting, Share, Test, Timestamp, Unit, Value, ValueType, Variant, Weighted,
};
use crate::source::{At, FilePath, Focus};
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(super) use crate::model::sample::{
    in_segment, on as environment, path, percentage, requirement, ring, share, target, time as at,
};

pub(super) static FILE: LazyLock<FilePath> = LazyLock::new(|| "flags/features/new-checkout.yaml".into());

/// The present of all tests.
pub(super) fn now() -> Timestamp {
    at("2026-12-01")
}

pub(super) fn context(project: &Project) -> FileContext<'_> {
    FileContext { project, file: &FILE, now: now() }
}

/// `development`, `staging`, `production`; rings `internal` and `beta`.
pub(super) fn project() -> Project {
    let mut project = sample::project();
    project.rings = [("internal", Some("staff")), ("beta", None)]
        .map(|(name, segment)| Ring {
            name: name.parse().unwrap(),
            segment: segment.map(|name: &str| name.parse().unwrap()),
            percentage: segment.is_none().then(|| share("10")),
        })
        .into();
    project
}

/// A project that declares attributes of every type; `plan` has an enum.
pub(super) fn declaring_project() -> Project {
    let mut project = project();
    let declare = |attribute_type: AttributeType, allowed: &[&str]| AttributeDeclaration {
        attribute_type,
        allowed: allowed.iter().map(|text| Scalar::Text((*text).to_owned())).collect(),
        description: None,
        examples: Vec::new(),
    };
    let mut attributes: BTreeMap<_, _> =
        AttributeType::ALL.into_iter().map(|(each, name)| (path(&format!("a.{name}")), declare(each, &[]))).collect();
    attributes.insert(path("plan"), declare(AttributeType::String, &["free", "pro"]));
    attributes.insert(path("roles"), declare(AttributeType::Strings, &["admin", "editor"]));
    project.attributes = Some(attributes);
    project
}

/// A boolean release at 25 % in production, of which nothing is to be said.
pub(super) fn good_flag() -> Flag {
    let environments = vec![
        environment("development", "on".into()),
        environment("staging", "on".into()),
        environment("production", percentage("25")),
    ];
    Flag {
        description: Some("One-page checkout".into()),
        kind: Some(Kind::Release),
        owner: Some("team-payments".into()),
        lifetime: Lifetime::Expires(at("2027-03-01")),
        ..sample::boolean("new-checkout", environments)
    }
}

/// A good experiment on `control` and `treatment`.
pub(super) fn good_experiment() -> Flag {
    let variant = |name: &str| Variant {
        name: name.parse().unwrap(),
        value: Value::String(name.to_uppercase()),
        description: None,
    };
    let mut flag = good_flag();
    flag.value_type = ValueType::String;
    flag.kind = Some(Kind::Experiment);
    flag.variants = vec![variant("control"), variant("treatment")];
    flag.default = "control".parse().unwrap();
    flag.environments = ["development", "staging", "production"]
        .map(|name| environment(name, split(&[("control", "50"), ("treatment", "50")])))
        .into();
    flag
}

impl From<&str> for Serve {
    fn from(variant: &str) -> Self {
        Self::Variant(variant.parse().unwrap())
    }
}

pub(super) fn strategy(strategy: &'static str, serve: Option<&str>, settings: Vec<(&'static str, Setting)>) -> Serve {
    Serve::Rollout(sample::strategy(strategy, serve, settings))
}

pub(super) fn split(entries: &[(&str, &str)]) -> Serve {
    let entry =
        |(variant, text): &(&str, &str)| Weighted { variant: variant.parse().unwrap(), weight: share(text).into() };
    strategy("split", None, vec![("split", Setting::Split(entries.iter().map(entry).collect()))])
}

pub(super) fn rule(id: &str, when: Vec<Condition>, serve: &str) -> Rule {
    Rule { id: Some(id.parse().unwrap()), description: None, when, serve: serve.into() }
}

pub(super) fn units(names: &[&str]) -> Vec<Unit> {
    names.iter().map(|name| Unit::from_text(name).unwrap()).collect()
}

/// A test with one text, or with a list of them.
pub(super) fn test(attribute: &str, name: &str, values: &[&str]) -> Condition {
    let scalars: Vec<_> = values.iter().map(|text| Scalar::Text((*text).to_owned())).collect();
    test_with(attribute, name, Operand::Many(scalars))
}

pub(super) fn equals(attribute: &str, value: &str) -> Condition {
    test_with(attribute, "equals", Operand::One(Scalar::Text(value.to_owned())))
}

pub(super) fn test_with(attribute: &str, name: &str, operand: Operand) -> Condition {
    let operator = operator::find(name).unwrap().name;
    Condition::Test(Test {
        attribute: path(attribute),
        operator,
        operand,
        ignore_case: false,
        lenient: false,
        any_item: false,
    })
}

pub(super) fn exists(attribute: &str, there: bool) -> Condition {
    test_with(attribute, "exists", Operand::One(Scalar::Boolean(there)))
}

pub(super) fn percentage_condition(percent: u32) -> Condition {
    Condition::Percentage { share: Share::from_steps(percent * 1000).unwrap(), by: None, salt: None, bucketing: None }
}

pub(super) fn segment(name: &str, conditions: Vec<Condition>) -> Segment {
    Segment {
        name: name.parse().unwrap(),
        description: Some("Somebody".into()),
        owner: None,
        include: Vec::new(),
        exclude: Vec::new(),
        conditions,
    }
}

/// What [`check_flag`] finds, as `name focus path`.
pub(super) fn places_of_flag(flag: &Flag) -> Vec<String> {
    places_of_flag_in(&project(), flag)
}

pub(super) fn places_of_flag_in(project: &Project, flag: &Flag) -> Vec<String> {
    places(&check_flag(&context(project), flag))
}

pub(super) fn places_of_segment(segment: &Segment) -> Vec<String> {
    places(&check_segment(&context(&project()), segment))
}

/// What [`check_facts`] finds among flags in `<key>.yaml` and segments in `<name>.yaml`, as `name focus path in file`.
pub(super) fn places_of_repository(flags: &[Flag], segments: &[Segment]) -> Vec<String> {
    let found = found_in_repository(flags, segments);
    let file = |problem: &Diagnostic| problem.place.as_ref().unwrap().file.clone();
    places(&found).into_iter().zip(&found).map(|(text, problem)| format!("{text} in {}", file(problem))).collect()
}

pub(super) fn found_in_repository(flags: &[Flag], segments: &[Segment]) -> Vec<Diagnostic> {
    let project = project();
    let context = context(&project);
    let facts: Vec<_> = flags
        .iter()
        .map(|flag| FlagFacts::of(&FileContext { file: &format!("{}.yaml", flag.key).into(), ..context }, flag))
        .collect();
    let segments: Vec<_> = segments
        .iter()
        .map(|each| SegmentFacts::of(&FileContext { file: &format!("{}.yaml", each.name).into(), ..context }, each))
        .collect();
    check_facts(&context, &facts, &segments)
}

/// `staff`, which the project's rings refer to.
pub(super) fn staff() -> Segment {
    segment("staff", vec![test("email", "ends_with", &["@example.com"])])
}

pub(super) fn places(found: &[Diagnostic]) -> Vec<String> {
    let text = |problem: &Diagnostic| {
        let at = match problem.place.as_ref().map(|place| &place.at) {
            None => "nowhere".to_owned(),
            Some(At::File) => "file".to_owned(),
            Some(At::Span(span)) => format!("{}..{}", span.start, span.end),
            Some(At::Node(path, Focus::Key)) => format!("key {path}"),
            Some(At::Node(path, Focus::Value)) => format!("value {path}"),
        };
        format!("{} {at}", problem.code.name)
    };
    found.iter().map(text).collect()
}

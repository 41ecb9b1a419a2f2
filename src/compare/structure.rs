//! The model as JSON, in the notation of the files: the full values of differences.

use crate::model::{
    Archived, AttributeDeclaration, By, Condition, Environment, Flag, Kill, Lifetime, Operand, Requirement, Ring,
    Rollout, Rule, Scalar, Schedule, Segment, Serve, Setting, Share, Target, Unit, Variant, Weight,
};
use serde_json::{Map, Value};

/// An object of the entries that are there.
fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let present = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn text(value: &(impl ToString + ?Sized)) -> Value {
    Value::String(value.to_string())
}

fn list<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

fn nonempty<T>(items: &[T], one: impl Fn(&T) -> Value) -> Option<Value> {
    (!items.is_empty()).then(|| list(items, one))
}

pub(super) fn share(share: Share) -> Value {
    // The text of a share is a JSON number.
    serde_json::from_str(&share.to_string()).unwrap_or(Value::Null)
}

fn weight(weight: Weight) -> Value {
    serde_json::from_str(&weight.to_string()).unwrap_or(Value::Null)
}

/// The unit as it is written.
fn by(by: &By) -> Value {
    match by {
        By::One(path) => text(path),
        By::Joined(paths) => list(paths, text),
        By::First(paths) => object([("first", Some(list(paths, text)))]),
    }
}

pub(super) fn scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Boolean(value) => (*value).into(),
        Scalar::Text(value) => value.as_str().into(),
        Scalar::Number(value) => {
            let integer = Unit::from_number(*value).and_then(|unit| unit.as_str().parse::<i64>().ok());
            integer.map_or_else(|| (*value).into(), Into::into)
        }
    }
}

fn setting(setting: &Setting) -> Value {
    match setting {
        Setting::Share(value) => share(*value),
        Setting::Shares(values) => list(values, |it| share(*it)),
        Setting::Time(value) => text(value),
        Setting::Length(value) => text(value),
        Setting::Count(value) => (*value).into(),
        Setting::Split(entries) => list(entries, |entry| {
            let mut one = Map::new();
            one.insert(entry.variant.to_string(), weight(entry.weight));
            Value::Object(one)
        }),
        Setting::Ring(name) => text(name),
    }
}

fn rollout(rollout: &Rollout) -> Value {
    let Rollout { strategy, settings, serve, by, salt, bucketing } = rollout;
    let body = match settings.as_slice() {
        [(name, value)] if name == strategy => setting(value),
        many => many.iter().map(|(name, value)| ((*name).to_owned(), setting(value))).collect::<Map<_, _>>().into(),
    };
    object([
        (strategy, Some(body)),
        ("serve", serve.as_ref().map(text)),
        ("by", by.as_ref().map(self::by)),
        ("salt", salt.as_ref().map(text)),
        ("bucketing", bucketing.as_ref().map(text)),
    ])
}

pub(super) fn serve(serve: &Serve) -> Value {
    match serve {
        Serve::Variant(name) => text(name),
        Serve::Rollout(strategy) => rollout(strategy),
    }
}

pub(super) fn condition(it: &Condition) -> Value {
    match it {
        Condition::Test(test) => {
            let operand = match &test.operand {
                Operand::One(one) => scalar(one),
                Operand::Many(many) => list(many, scalar),
            };
            let ignore_case = test.ignore_case.then_some(Value::Bool(true));
            object([
                ("attribute", Some(text(&test.attribute))),
                (test.operator, Some(operand)),
                ("ignore_case", ignore_case),
                ("lenient", test.lenient.then_some(Value::Bool(true))),
                ("any_item", test.any_item.then_some(Value::Bool(true))),
            ])
        }
        Condition::Segment(name) => object([("segment", Some(text(name)))]),
        Condition::Percentage { share: size, by, salt, bucketing } => object([
            ("percentage", Some(share(*size))),
            ("by", by.as_ref().map(self::by)),
            ("salt", salt.as_ref().map(text)),
            ("bucketing", bucketing.as_ref().map(text)),
        ]),
        Condition::Schedule(schedule) => object([("schedule", Some(self::schedule(schedule)))]),
        Condition::Any(inner) => object([("any", Some(conditions(inner)))]),
        Condition::All(inner) => object([("all", Some(conditions(inner)))]),
        Condition::Not(inner) => object([("not", Some(condition(inner)))]),
    }
}

pub(super) fn conditions(items: &[Condition]) -> Value {
    list(items, condition)
}

pub(super) fn requirement(requirement: &Requirement) -> Value {
    object([("flag", Some(text(&requirement.flag))), ("serves", Some(text(&requirement.serves)))])
}

pub(super) fn kill(kill: &Kill) -> Value {
    object([
        ("reason", Some(text(&kill.reason))),
        ("by", kill.by.as_ref().map(text)),
        ("at", kill.at.as_ref().map(text)),
    ])
}

pub(super) fn archived(archived: &Archived) -> Value {
    object([("at", archived.at.as_ref().map(text)), ("by", archived.by.as_ref().map(text))])
}

pub(super) fn schedule(schedule: &Schedule) -> Value {
    object([("from", schedule.from.as_ref().map(text)), ("until", schedule.until.as_ref().map(text))])
}

pub(super) fn units<'a>(units: impl IntoIterator<Item = &'a Unit>) -> Value {
    units.into_iter().map(text).collect()
}

pub(super) fn target(target: &Target) -> Value {
    object([("serve", Some(text(&target.serve))), ("units", Some(units(&target.units)))])
}

pub(super) fn rule(rule: &Rule) -> Value {
    object([
        ("id", rule.id.as_ref().map(text)),
        ("description", rule.description.as_ref().map(text)),
        ("when", (!rule.when.is_empty()).then(|| conditions(&rule.when))),
        ("serve", Some(serve(&rule.serve))),
    ])
}

pub(super) fn variant(variant: &Variant) -> Value {
    object([("value", Some(variant.value.to_json())), ("description", variant.description.as_ref().map(text))])
}

pub(super) fn environment(environment: &Environment) -> Value {
    object([
        ("enabled", Some(environment.enabled.into())),
        ("schedule", environment.schedule.as_ref().map(schedule)),
        ("requires", nonempty(&environment.requires, requirement)),
        ("killed", environment.killed.as_ref().map(kill)),
        ("targets", nonempty(&environment.targets, target)),
        ("rules", nonempty(&environment.rules, rule)),
        ("serve", Some(serve(&environment.serve))),
    ])
}

pub(super) fn lifetime(lifetime: Lifetime) -> Option<Value> {
    match lifetime {
        Lifetime::Unstated => None,
        Lifetime::Permanent => Some(object([("permanent", Some(true.into()))])),
        Lifetime::Expires(at) => Some(object([("expires", Some(text(&at)))])),
    }
}

/// A flag in full.
pub fn flag(flag: &Flag) -> Value {
    let named = |entries: Vec<(String, Value)>| Value::Object(entries.into_iter().collect());
    let variants = flag.variants.iter().map(|it| (it.name.to_string(), variant(it))).collect();
    let environments = flag.environments.iter().map(|it| (it.name.to_string(), environment(it))).collect();
    let links = flag.links.iter().map(|(name, link)| (name.clone(), text(link))).collect();
    object([
        ("key", Some(text(&flag.key))),
        ("name", flag.name.as_ref().map(text)),
        ("description", flag.description.as_ref().map(text)),
        ("type", Some(text(&flag.value_type))),
        ("kind", flag.kind.as_ref().map(text)),
        ("owner", flag.owner.as_ref().map(text)),
        ("tags", nonempty(&flag.tags, text)),
        ("lifetime", lifetime(flag.lifetime)),
        ("links", (!flag.links.is_empty()).then(|| named(links))),
        ("salt", flag.salt.as_ref().map(text)),
        ("bucketing", flag.bucketing.as_ref().map(text)),
        ("variants", Some(named(variants))),
        ("default", Some(text(&flag.default))),
        ("requires", nonempty(&flag.requires, requirement)),
        ("killed", flag.killed.as_ref().map(kill)),
        ("archived", flag.archived.as_ref().map(archived)),
        ("metadata", (!flag.metadata.is_empty()).then(|| Value::Object(flag.metadata.clone()))),
        ("environments", Some(named(environments))),
    ])
}

/// A segment in full.
pub fn segment(segment: &Segment) -> Value {
    object([
        ("name", Some(text(&segment.name))),
        ("description", segment.description.as_ref().map(text)),
        ("owner", segment.owner.as_ref().map(text)),
        ("include", nonempty(&segment.include, text)),
        ("exclude", nonempty(&segment.exclude, text)),
        ("match", (!segment.conditions.is_empty()).then(|| conditions(&segment.conditions))),
    ])
}

pub(super) fn ring(ring: &Ring) -> Value {
    object([
        ("name", Some(text(&ring.name))),
        ("segment", ring.segment.as_ref().map(text)),
        ("percentage", ring.percentage.map(share)),
    ])
}

pub(super) fn attribute(attribute: &AttributeDeclaration) -> Value {
    object([
        ("type", Some(text(attribute.attribute_type.name()))),
        ("enum", nonempty(&attribute.allowed, scalar)),
        ("description", attribute.description.as_ref().map(text)),
        ("examples", nonempty(&attribute.examples, scalar)),
    ])
}

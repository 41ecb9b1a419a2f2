//! The model as data to be written, with keys in the order of the tables.

use super::tables::{ENVIRONMENT, FLAG, PROJECT, RULE, SEGMENT};
use crate::evaluate::strategy::{self, Form};
use crate::model::{
    Archived, AttributeDeclaration, AttributePath, Bucketing, By, Condition, Environment, Flag, Kill, Lifetime,
    Operand, Project, Requirement, Rollout, Rule, Scalar, Schedule, Segment, Serve, Setting, Share, Target, Test,
    Timestamp, Unit, Value, ValueType, Variant, VariantName,
};
use crate::yaml::Data;

use super::fields::Object;

/// A flag, as `create` would write it.
#[must_use]
pub fn flag(flag: &Flag) -> Data {
    let boolean = flag.value_type == ValueType::Boolean;
    let (expires, permanent) = match flag.lifetime {
        Lifetime::Unstated => (None, None),
        Lifetime::Permanent => (None, Some(Data::Boolean(true))),
        Lifetime::Expires(at) => (Some(time(at)), None),
    };
    let variants = || Data::map(flag.variants.iter().map(|variant| (variant.name.to_string(), self::variant(variant))));
    let environments = flag.environments.iter().map(|e| (e.name.to_string(), environment(e, boolean)));
    in_order(
        &FLAG,
        vec![
            ("name", flag.name.as_ref().map(Data::text)),
            ("description", flag.description.as_ref().map(Data::text)),
            ("type", Some(word(flag.value_type.name()))),
            ("kind", flag.kind.map(|kind| word(kind.name()))),
            ("owner", flag.owner.as_ref().map(Data::text)),
            ("tags", unless_empty(&flag.tags, |tags| Data::flow_list(tags.iter().map(Data::text)))),
            ("expires", expires),
            ("permanent", permanent),
            (
                "links",
                (!flag.links.is_empty())
                    .then(|| Data::flow_map(flag.links.iter().map(|(name, link)| (name, Data::text(link))))),
            ),
            ("salt", flag.salt.as_ref().map(Data::text)),
            ("bucketing", flag.bucketing.map(bucketing)),
            ("variants", (!boolean).then(variants)),
            ("default", Some(variant_name(&flag.default, boolean))),
            ("killed", flag.killed.as_ref().map(kill)),
            ("archived", flag.archived.as_ref().map(archived)),
            ("requires", requirements(&flag.requires)),
            ("metadata", (!flag.metadata.is_empty()).then(|| json_map(&flag.metadata))),
            ("environments", Some(Data::map(environments))),
        ],
    )
}

/// A segment.
#[must_use]
pub fn segment(segment: &Segment) -> Data {
    in_order(
        &SEGMENT,
        vec![
            ("description", segment.description.as_ref().map(Data::text)),
            ("owner", segment.owner.as_ref().map(Data::text)),
            ("include", unless_empty(&segment.include, units)),
            ("exclude", unless_empty(&segment.exclude, units)),
            ("match", unless_empty(&segment.conditions, conditions)),
        ],
    )
}

/// A project.
#[must_use]
pub fn project(project: &Project) -> Data {
    let environments = project.environments.iter().map(|environment| {
        some_fields([
            ("name", Some(Data::text(environment.name.as_str()))),
            ("description", environment.description.as_ref().map(Data::text)),
            ("protected", environment.protected.then_some(Data::Boolean(true))),
        ])
    });
    let rings = project.rings.iter().map(|ring| {
        some_fields([
            ("name", Some(Data::text(ring.name.as_str()))),
            ("segment", ring.segment.as_ref().map(|segment| Data::text(segment.as_str()))),
            ("percentage", ring.percentage.map(share)),
        ])
    });
    let attributes = project
        .attributes
        .as_ref()
        .map(|attributes| Data::map(attributes.iter().map(|(path, declared)| (path.as_str(), attribute(declared)))));
    let lints = || Data::map(project.lints.iter().map(|(lint, level)| (lint, Data::text(level))));
    let native = project.bucketing == Bucketing::default();
    in_order(
        &PROJECT,
        vec![
            ("format", Some(Data::Integer(project.format.into()))),
            ("environments", Some(Data::list(environments))),
            ("attributes", attributes),
            ("rings", (!project.rings.is_empty()).then(|| Data::list(rings))),
            ("bucketing", (!native).then(|| bucketing(project.bucketing))),
            ("lints", (!project.lints.is_empty()).then(lints)),
        ],
    )
}

fn attribute(declared: &AttributeDeclaration) -> Data {
    let values = |values: &[Scalar]| Data::flow_list(values.iter().map(scalar));
    some_fields([
        ("type", Some(word(declared.attribute_type.name()))),
        ("enum", unless_empty(&declared.allowed, values)),
        ("description", declared.description.as_ref().map(Data::text)),
        ("examples", unless_empty(&declared.examples, values)),
    ])
}

fn variant(variant: &Variant) -> Data {
    let value = match &variant.value {
        Value::Boolean(value) => Data::Boolean(*value),
        Value::String(value) => Data::text(value),
        Value::Integer(value) => Data::Integer(*value),
        Value::Number(value) => Data::Number(*value),
        Value::Json(value) => json(value),
    };
    let fields = [("value", Some(value)), ("description", variant.description.as_ref().map(Data::text))];
    let long = matches!(&variant.value, Value::Json(serde_json::Value::Object(_) | serde_json::Value::Array(_)));
    if long { Data::map(present(fields)) } else { some_fields(fields) }
}

fn environment(environment: &Environment, boolean: bool) -> Data {
    in_order(
        &ENVIRONMENT,
        vec![
            ("enabled", Some(Data::Boolean(environment.enabled))),
            ("killed", environment.killed.as_ref().map(kill)),
            ("schedule", environment.schedule.as_ref().map(schedule)),
            ("requires", requirements(&environment.requires)),
            ("targets", unless_empty(&environment.targets, |all| Data::list(all.iter().map(|t| target(t, boolean))))),
            ("rules", unless_empty(&environment.rules, |all| Data::list(all.iter().map(|r| rule(r, boolean))))),
            ("serve", Some(serve(&environment.serve, boolean))),
        ],
    )
}

fn target(target: &Target, boolean: bool) -> Data {
    some_fields([("serve", Some(variant_name(&target.serve, boolean))), ("units", Some(units(&target.units)))])
}

fn rule(rule: &Rule, boolean: bool) -> Data {
    in_order(
        &RULE,
        vec![
            ("id", rule.id.as_ref().map(|id| Data::text(id.as_str()))),
            ("description", rule.description.as_ref().map(Data::text)),
            ("when", unless_empty(&rule.when, conditions)),
            ("serve", Some(serve(&rule.serve, boolean))),
        ],
    )
}

fn kill(kill: &Kill) -> Data {
    some_fields([
        ("reason", Some(Data::text(&kill.reason))),
        ("by", kill.by.as_ref().map(Data::text)),
        ("at", kill.at.map(time)),
    ])
}

fn archived(archived: &Archived) -> Data {
    some_fields([("at", archived.at.map(time)), ("by", archived.by.as_ref().map(Data::text))])
}

fn schedule(schedule: &Schedule) -> Data {
    some_fields([("from", schedule.from.map(time)), ("until", schedule.until.map(time))])
}

fn requirements(requirements: &[Requirement]) -> Option<Data> {
    unless_empty(requirements, |all| {
        Data::list(all.iter().map(|requirement| {
            some_fields([
                ("flag", Some(Data::text(requirement.flag.as_str()))),
                ("serves", Some(variant_name(&requirement.serves, requirement.boolean))),
            ])
        }))
    })
}

/// A serve, of a boolean flag or of another.
#[must_use]
pub fn serve(serve: &Serve, boolean: bool) -> Data {
    match serve {
        Serve::Variant(name) => variant_name(name, boolean),
        Serve::Rollout(rollout) => self::rollout(rollout, boolean),
    }
}

fn rollout(rollout: &Rollout, boolean: bool) -> Data {
    let single = strategy::find(rollout.strategy).is_some_and(|strategy| matches!(strategy.form, Form::Single(_)));
    let own = match rollout.settings.as_slice() {
        [(_, only)] if single => setting(only, boolean),
        all => Data::flow_map(all.iter().map(|(name, value)| (*name, setting(value, boolean)))),
    };
    some_fields([
        (rollout.strategy, Some(own)),
        ("serve", rollout.serve.as_ref().filter(|_| !boolean).map(|name| variant_name(name, false))),
        ("by", rollout.by.as_ref().map(by)),
        ("salt", rollout.salt.as_ref().map(Data::text)),
        ("bucketing", rollout.bucketing.map(bucketing)),
    ])
}

fn setting(setting: &Setting, boolean: bool) -> Data {
    match setting {
        Setting::Share(value) => share(*value),
        Setting::Shares(values) => Data::flow_list(values.iter().copied().map(share)),
        Setting::Time(at) => time(*at),
        Setting::Length(length) => Data::text(length.to_string()),
        Setting::Count(count) => Data::Integer((*count).into()),
        Setting::Split(entries) => Data::flow_list(
            entries
                .iter()
                .map(|entry| Data::pair(written(&entry.variant, boolean), Data::Decimal(entry.weight.to_string()))),
        ),
        Setting::Ring(ring) => Data::text(ring.as_str()),
    }
}

/// Conditions, all of which must match.
#[must_use]
pub fn conditions(conditions: &[Condition]) -> Data {
    let nested = |inner: &Condition| matches!(inner, Condition::Any(_) | Condition::All(_));
    let items = conditions.iter().map(condition);
    // One short condition fits on the line of its key.
    match conditions {
        [only] if !nested(only) => Data::flow_list(items),
        _ => Data::list(items),
    }
}

fn condition(condition: &Condition) -> Data {
    match condition {
        Condition::Test(test) => self::test(test),
        Condition::Segment(name) => Data::flow_map([("segment", Data::text(name.as_str()))]),
        Condition::Percentage { share, by, salt, bucketing } => some_fields([
            ("percentage", Some(self::share(*share))),
            ("by", by.as_ref().map(self::by)),
            ("salt", salt.as_ref().map(Data::text)),
            ("bucketing", bucketing.map(self::bucketing)),
        ]),
        Condition::Schedule(schedule) => Data::flow_map([("schedule", self::schedule(schedule))]),
        Condition::Any(inner) => Data::map([("any", Data::list(inner.iter().map(self::condition)))]),
        Condition::All(inner) => Data::map([("all", Data::list(inner.iter().map(self::condition)))]),
        Condition::Not(inner) => match self::condition(inner) {
            long @ Data::Mapping(_, crate::yaml::Style::Block) => Data::map([("not", long)]),
            short => Data::flow_map([("not", short)]),
        },
    }
}

fn test(test: &Test) -> Data {
    let operand = match &test.operand {
        Operand::One(one) => operand(test.operator, one),
        Operand::Many(many) => Data::flow_list(many.iter().map(|one| operand(test.operator, one))),
    };
    some_fields([
        ("attribute", Some(Data::text(test.attribute.as_str()))),
        (test.operator, Some(operand)),
        ("ignore_case", test.ignore_case.then_some(Data::Boolean(true))),
        ("lenient", test.lenient.then_some(Data::Boolean(true))),
        ("any_item", test.any_item.then_some(Data::Boolean(true))),
    ])
}

fn operand(operator: &str, one: &Scalar) -> Data {
    match one {
        Scalar::Text(text) if matches!(operator, "before" | "after") => Data::plain(text),
        other => scalar(other),
    }
}

/// Whole numbers without a fraction: `30`, not `30.0`.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked to be integral and small")]
fn scalar(scalar: &Scalar) -> Data {
    match scalar {
        Scalar::Boolean(value) => Data::Boolean(*value),
        Scalar::Number(number) if number.fract() == 0.0 && number.abs() <= Unit::MAX_INTEGER as f64 => {
            Data::Integer(*number as i64)
        }
        Scalar::Number(number) => Data::Number(*number),
        Scalar::Text(text) => Data::text(text),
    }
}

/// A variant as a key.
fn written(name: &VariantName, boolean: bool) -> &str {
    match name.as_str() {
        "on" if boolean => "true",
        "off" if boolean => "false",
        other => other,
    }
}

/// A variant of a boolean flag, or of another.
#[must_use]
pub fn variant_name(name: &VariantName, boolean: bool) -> Data {
    match name.as_str() {
        "on" if boolean => Data::Boolean(true),
        "off" if boolean => Data::Boolean(false),
        other => Data::text(other),
    }
}

fn units(units: &[Unit]) -> Data {
    Data::flow_list(units.iter().map(|unit| Data::text(unit.as_str())))
}

fn by(by: &By) -> Data {
    let paths = |paths: &[AttributePath]| Data::flow_list(paths.iter().map(|path| Data::text(path.as_str())));
    match by {
        By::One(path) => Data::text(path.as_str()),
        By::Joined(all) => paths(all),
        By::First(all) => Data::flow_map([("first", paths(all))]),
    }
}

fn bucketing(bucketing: Bucketing) -> Data {
    word(bucketing.name())
}

fn share(share: Share) -> Data {
    Data::Decimal(share.to_string())
}

/// Midnight in UTC as a bare date.
fn time(at: Timestamp) -> Data {
    let text = at.to_string();
    Data::plain(text.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(text))
}

fn word(text: &str) -> Data {
    Data::text(text)
}

/// A JSON value.
#[must_use]
pub fn json(value: &serde_json::Value) -> Data {
    use serde_json::Value as Json;
    match value {
        Json::Null => Data::Null,
        Json::Bool(value) => Data::Boolean(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Data::Integer(integer),
            None => Data::Number(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Data::text(text),
        Json::Array(items) => Data::flow_list(items.iter().map(json)),
        Json::Object(map) => json_map(map),
    }
}

fn json_map(map: &serde_json::Map<String, serde_json::Value>) -> Data {
    Data::map(map.iter().map(|(key, value)| (key, json(value))))
}

fn unless_empty<T>(items: &[T], encode: impl FnOnce(&[T]) -> Data) -> Option<Data> {
    (!items.is_empty()).then(|| encode(items))
}

fn present<'k>(fields: impl IntoIterator<Item = (&'k str, Option<Data>)>) -> impl Iterator<Item = (&'k str, Data)> {
    fields.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// The fields that are there, in braces.
fn some_fields<'k>(fields: impl IntoIterator<Item = (&'k str, Option<Data>)>) -> Data {
    Data::flow_map(present(fields))
}

/// The fields that are there, one on each line, in the order of the table.
fn in_order(object: &Object, fields: Vec<(&'static str, Option<Data>)>) -> Data {
    let mut fields: Vec<(&'static str, Data)> = present(fields).collect();
    fields.sort_by_key(|(name, _)| object.names().position(|candidate| candidate == *name));
    Data::map(fields)
}

//! Two versions of what flags share: segments and the project.

use super::aspect::Aspect;
use super::difference::{Difference, Side, Sink, Subject};
use super::{structure, words};
use crate::model::{AttributeDeclaration, Project, ProjectEnvironment, Ring, Segment, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two versions of a segment; `None` where it does not exist.
#[must_use]
pub fn compare_segments(before: Option<&Segment>, after: Option<&Segment>) -> Vec<Difference> {
    let Some(present) = after.or(before) else { return Vec::new() };
    let mut sink = Sink::new(Subject::Segment(present.name.clone()));
    let whole = |it: &Segment| {
        let text = if it.conditions.is_empty() { units_only(it) } else { words::conditions(&it.conditions) };
        Some(Side::new(text, structure::segment(it)))
    };
    match (before, after) {
        (Some(before), Some(after)) => both_segments(&mut sink, before, after),
        (None, Some(after)) => _ = sink.add(Aspect::Created, None, whole(after)),
        (Some(before), None) => _ = sink.add(Aspect::Deleted, whole(before), None),
        (None, None) => {}
    }
    sink.found
}

fn units_only(segment: &Segment) -> String {
    format!("includes {}", words::units(&segment.include))
}

/// Every field is named here, so that a new field of the model can't be forgotten.
fn both_segments(sink: &mut Sink, before: &Segment, after: &Segment) {
    let Segment { name, description, owner, include, exclude, conditions } = before;
    if *name != after.name {
        let side = |it: &Segment| Some(Side::text(it.name.as_str()));
        // Whoever compares all there is knows better.
        sink.add(Aspect::Renamed, side(before), side(after)).behaviour = true;
    }
    unit_list(sink, Aspect::Include, include, &after.include);
    unit_list(sink, Aspect::Exclude, exclude, &after.exclude);
    if *conditions != after.conditions {
        let side = |it: &[_]| (!it.is_empty()).then(|| Side::new(words::conditions(it), structure::conditions(it)));
        sink.add(Aspect::Match, side(conditions), side(&after.conditions));
    }
    sink.optional(Aspect::Description, description.as_ref(), after.description.as_ref(), |it| Side::text(it));
    sink.optional(Aspect::Owner, owner.as_ref(), after.owner.as_ref(), |it| Side::text(it));
}

/// The units that came and those that went, as one difference each. Their order has no meaning.
fn unit_list(sink: &mut Sink, aspect: Aspect, before: &[Unit], after: &[Unit]) {
    let (old, new) = (BTreeSet::from_iter(before), BTreeSet::from_iter(after));
    let side =
        |units: &[&Unit]| Some(Side::new(words::units(units.iter().copied()), structure::units(units.iter().copied())));
    let came: Vec<&Unit> = new.difference(&old).copied().collect();
    let went: Vec<&Unit> = old.difference(&new).copied().collect();
    if !came.is_empty() {
        sink.add(aspect, None, side(&came)).item = Some(words::units(came.iter().copied()));
    }
    if !went.is_empty() {
        sink.add(aspect, side(&went), None).item = Some(words::units(went.iter().copied()));
    }
    if came.is_empty() && went.is_empty() && before.len() != after.len() {
        let all = |units: &[Unit]| side(&units.iter().collect::<Vec<_>>());
        let difference = sink.add(aspect, all(before), all(after));
        difference.item = Some(words::units(after));
        difference.behaviour = false;
    }
}

/// Compares two versions of the project.
#[must_use]
pub fn compare_projects(before: &Project, after: &Project) -> Vec<Difference> {
    let mut sink = Sink::new(Subject::Project);
    // Every field is named here, so that a new field of the model can't be forgotten.
    let Project { format, environments, attributes, rings, bucketing, geo_database, durability, lints } = before;
    sink.field(Aspect::Format, format, &after.format, |it| Side::new(it.to_string(), *it));
    all_environments(&mut sink, environments, &after.environments);
    if attributes.is_some() != after.attributes.is_some() {
        let side = |declared: bool| Some(Side::new(if declared { "declared" } else { "not declared" }, declared));
        sink.add(Aspect::Attributes, side(attributes.is_some()), side(after.attributes.is_some()));
    }
    let declared = |it: &AttributeDeclaration| Side::new(words::attribute(it), structure::attribute(it));
    sink.entries(Aspect::Attribute, attributes.iter().flatten(), after.attributes.iter().flatten(), declared);
    all_rings(&mut sink, rings, &after.rings);
    sink.field(Aspect::Bucketing, bucketing, &after.bucketing, |it| Side::text(it.name()));
    sink.optional(Aspect::GeoDatabase, geo_database.as_ref(), after.geo_database.as_ref(), |it| Side::text(it));
    sink.field(Aspect::Durability, durability, &after.durability, |it| Side::text(it.name()));
    sink.entries(Aspect::Lint, lints, &after.lints, |it| Side::text(it));
    sink.found
}

fn all_environments(sink: &mut Sink, before: &[ProjectEnvironment], after: &[ProjectEnvironment]) {
    let find = |list: &[ProjectEnvironment], name: &str| list.iter().find(|it| it.name == *name).cloned();
    let mut seen = BTreeSet::new();
    for name in after.iter().chain(before).map(|it| it.name.as_str()).filter(|name| seen.insert(*name)) {
        let side = |it: &ProjectEnvironment| {
            let ProjectEnvironment { name, description, protected } = it;
            let value = serde_json::json!({"name": name.as_str(), "description": description, "protected": protected});
            Some(Side::new(name.as_str(), value))
        };
        let item = Some(name.to_owned());
        match (find(before, name), find(after, name)) {
            (None, Some(new)) => sink.add(Aspect::ProjectEnvironmentAdded, None, side(&new)).item = item,
            (Some(old), None) => sink.add(Aspect::ProjectEnvironmentRemoved, side(&old), None).item = item,
            (Some(old), Some(new)) => {
                if old.protected != new.protected {
                    let side = |on: bool| Some(Side::new(if on { "protected" } else { "unprotected" }, on));
                    sink.add(Aspect::Protection, side(old.protected), side(new.protected)).item = item;
                }
                let (was, is) = (old.description.as_ref(), new.description.as_ref());
                if let Some(difference) = sink.optional(Aspect::Description, was, is, |it| Side::text(it)) {
                    difference.item = Some(format!("environment `{name}`"));
                }
            }
            (None, None) => {}
        }
    }
    let names = |list: &[ProjectEnvironment]| list.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    order(sink, Aspect::ProjectEnvironmentOrder, &names(before), &names(after));
}

fn all_rings(sink: &mut Sink, before: &[Ring], after: &[Ring]) {
    // Every field of a ring is in its words and in its value.
    let side = |it: &Ring| Side::new(words::ring(it), structure::ring(it));
    let by_name = |ring: &'_ Ring| ring.name.clone();
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = (
        before.iter().map(|it| (by_name(it), it.clone())).collect(),
        after.iter().map(|it| (by_name(it), it.clone())).collect(),
    );
    sink.entries(Aspect::Ring, &old, &new, side);
    let names = |rings: &[Ring]| rings.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    order(sink, Aspect::RingOrder, &names(before), &names(after));
}

/// Adds a difference when names that are in both lists stand in another order, or one stands there more often.
fn order(sink: &mut Sink, aspect: Aspect, before: &[String], after: &[String]) {
    let common = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    let (old, new) = (common(before, after), common(after, before));
    if old != new {
        let side = |names: &[String]| Some(Side::new(words::short(&names.join(", ")), serde_json::json!(names)));
        sink.add(aspect, side(before), side(after));
    }
}

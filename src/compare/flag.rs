//! Two versions of a flag.

use super::aspect::Aspect;
use super::difference::{Difference, Side, Sink, Subject};
use super::{environment, renamed, structure, words};
use crate::model::{EnvironmentName, Flag, FlagKey, Requirement, Variant, VariantName};
use std::collections::{BTreeMap, BTreeSet};

/// What surrounds the flags that are compared.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The environments in promotion order.
    pub(super) order: Vec<EnvironmentName>,
    /// Keys before, with the keys that the same flags have after.
    pub(super) renames: BTreeMap<FlagKey, FlagKey>,
    /// Variants before, with the names that they have after, by the key after.
    pub(super) variants: BTreeMap<FlagKey, Vec<(VariantName, VariantName)>>,
}

/// Compares two versions of a flag; `None` where it does not exist. Environments come in the project's order, then in
/// that of the files.
pub(super) fn compare(before: Option<&Flag>, after: Option<&Flag>, scope: &Scope) -> Vec<Difference> {
    let Some(present) = after.or(before) else { return Vec::new() };
    let mut sink = Sink::new(Subject::Flag(present.key.clone()));
    let whole = |flag: &Flag| Side::new(words::flag(flag), structure::flag(flag));
    match (before, after) {
        (Some(before), Some(after)) => both(&mut sink, before, after, scope),
        (None, Some(after)) => _ = sink.add(Aspect::Created, None, Some(whole(after))),
        (Some(before), None) => _ = sink.add(Aspect::Deleted, Some(whole(before)), None),
        (None, None) => {}
    }
    sink.found
}

fn both(sink: &mut Sink, before: &Flag, after: &Flag, scope: &Scope) {
    let renames = renamed::variants(before, after);
    if renames.is_empty() {
        return fields(sink, before, after, scope);
    }
    // What was said of the old names is compared under the new ones.
    let mut before = before.clone();
    for (old, new) in renames {
        before = before.with_variant_renamed(&old, &new);
        let side = |name: &VariantName| Some(Side::text(name.as_str()));
        sink.add(Aspect::VariantRenamed, side(&old), side(&new)).item = Some(new.to_string());
    }
    fields(sink, &before, after, scope);
}

/// Every field is named here, so that a new field of the model can't be forgotten.
fn fields(sink: &mut Sink, before: &Flag, after: &Flag, scope: &Scope) {
    let Flag {
        key: _,
        name,
        description,
        value_type,
        kind,
        owner,
        tags,
        lifetime,
        links,
        salt: _,
        bucketing,
        variants,
        default,
        requires,
        killed,
        archived,
        metadata,
        environments: _,
    } = before;
    identity(sink, before, after);
    sink.field(Aspect::Type, value_type, &after.value_type, |it| Side::text(it.name()));
    all_variants(sink, variants, &after.variants);
    sink.field(Aspect::Default, default, &after.default, |it| Side::text(it.as_str()));
    sink.optional(Aspect::Bucketing, bucketing.as_ref(), after.bucketing.as_ref(), |it| Side::text(it.name()));
    requirements(sink, requires, &after.requires, scope);
    environment::killed(sink, killed.as_ref(), after.killed.as_ref());
    put_away(sink, archived.as_ref(), after.archived.as_ref());

    sink.optional(Aspect::Name, name.as_ref(), after.name.as_ref(), |it| Side::text(it));
    sink.optional(Aspect::Description, description.as_ref(), after.description.as_ref(), |it| Side::text(it));
    sink.optional(Aspect::Kind, kind.as_ref(), after.kind.as_ref(), |it| Side::text(it.name()));
    sink.optional(Aspect::Owner, owner.as_ref(), after.owner.as_ref(), |it| Side::text(it));
    all_tags(sink, tags, &after.tags);
    if *lifetime != after.lifetime {
        let side = |it| Some(Side::new(words::lifetime(it)?, structure::lifetime(it)?));
        sink.add(Aspect::Lifetime, side(*lifetime), side(after.lifetime));
    }
    sink.entries(Aspect::Link, links, &after.links, |it| Side::text(it));
    sink.entries(Aspect::Metadata, metadata, &after.metadata, |it| {
        Side::new(words::short(&it.to_string()), it.clone())
    });

    for name in environment_order(before, after, scope) {
        sink.environment = Some(name.clone());
        let old = before.environment(name.as_str()).map(|environment| (before, environment));
        let new = after.environment(name.as_str()).map(|environment| (after, environment));
        environment::compare(sink, old, new, scope);
    }
}

/// Key and salt: together they say whether everyone keeps their bucket.
fn identity(sink: &mut Sink, before: &Flag, after: &Flag) {
    let renamed = before.key != after.key;
    if renamed {
        let side = |flag: &Flag| {
            let value = serde_json::json!({"key": flag.key.as_str(), "salt": flag.effective_salt()});
            Some(Side::new(flag.key.as_str(), value))
        };
        sink.add(Aspect::Renamed, side(before), side(after));
    }
    let moved = before.effective_salt() != after.effective_salt();
    let rewritten = before.salt != after.salt && !renamed;
    if moved || rewritten {
        let side = |flag: &Flag| Some(Side::text(flag.effective_salt()));
        sink.add(Aspect::Salt, side(before), side(after)).behaviour = moved;
    }
}

fn all_variants(sink: &mut Sink, before: &[Variant], after: &[Variant]) {
    let by_name = |variants: &[Variant], name: &str| variants.iter().find(|it| it.name == *name).cloned();
    let value = |it: &Variant| Some(Side::new(words::short(&it.value.to_string()), it.value.to_json()));
    let whole = |it: &Variant| Some(Side::new(words::short(&it.value.to_string()), structure::variant(it)));
    // The order of variants has no meaning: those after in file order, then those that are gone.
    let mut seen = BTreeSet::new();
    let names = after.iter().chain(before).map(|variant| variant.name.as_str()).filter(|name| seen.insert(*name));
    for name in names {
        match (by_name(before, name), by_name(after, name)) {
            (Some(old), Some(new)) => {
                let Variant { name: _, value: old_value, description } = &old;
                if *old_value != new.value {
                    sink.add(Aspect::VariantValue, value(&old), value(&new)).item = Some(name.to_owned());
                }
                let side = |it: &String| Side::text(it);
                let words = sink.optional(Aspect::Description, description.as_ref(), new.description.as_ref(), side);
                if let Some(difference) = words {
                    difference.item = Some(format!("variant `{name}`"));
                }
            }
            (None, Some(new)) => sink.add(Aspect::VariantAdded, None, whole(&new)).item = Some(name.to_owned()),
            (Some(old), None) => sink.add(Aspect::VariantRemoved, whole(&old), None).item = Some(name.to_owned()),
            (None, None) => {}
        }
    }
}

fn all_tags(sink: &mut Sink, before: &[String], after: &[String]) {
    let sorted = |tags: &[String]| {
        let mut tags = tags.to_vec();
        tags.sort();
        tags
    };
    if sorted(before) != sorted(after) {
        let side = |tags: &[String]| {
            (!tags.is_empty()).then(|| Side::new(words::short(&tags.join(", ")), serde_json::json!(tags)))
        };
        sink.add(Aspect::Tags, side(before), side(after));
    }
}

fn put_away(sink: &mut Sink, before: Option<&crate::model::Archived>, after: Option<&crate::model::Archived>) {
    let aspect = match (before, after) {
        (None, _) => Aspect::Archived,
        (_, None) => Aspect::Unarchived,
        _ => Aspect::ArchiveNote,
    };
    sink.optional(aspect, before, after, |it| Side::new(words::archived(it), structure::archived(it)));
}

/// Requirements of a flag or an environment. Their order has no meaning.
pub(super) fn requirements(sink: &mut Sink, before: &[Requirement], after: &[Requirement], scope: &Scope) {
    let side = |it: &Requirement| Some(Side::new(it.serves.as_str(), structure::requirement(it)));
    let mut gone: Vec<&Requirement> = before.iter().collect();
    let mut new: Vec<&Requirement> = Vec::new();
    for requirement in after {
        match gone.iter().position(|it| *it == requirement) {
            Some(position) => _ = gone.remove(position),
            None => new.push(requirement),
        }
    }
    let current = |key: &FlagKey| scope.renames.get(key).unwrap_or(key).clone();
    for requirement in new {
        let Requirement { flag, serves, boolean } = requirement;
        let item = Some(flag.to_string());
        let same = |it: &Requirement| it.serves == *serves && it.boolean == *boolean;
        if let Some(position) = gone.iter().position(|it| current(&it.flag) == *flag && same(it)) {
            let old = gone.remove(position);
            let key = |it: &Requirement| Some(Side::new(it.flag.as_str(), structure::requirement(it)));
            sink.add(Aspect::RequirementRenamed, key(old), key(requirement)).item = item;
        } else if let Some(position) = gone.iter().position(|it| it.flag == *flag) {
            let old = gone.remove(position);
            let names = scope.variants.get(flag).map(Vec::as_slice).unwrap_or_default();
            let only_renamed = names.iter().any(|(was, is)| *was == old.serves && is == serves);
            let difference = sink.add(Aspect::RequirementChanged, side(old), side(requirement));
            difference.item = item;
            difference.behaviour = !only_renamed;
        } else {
            sink.add(Aspect::RequirementAdded, None, side(requirement)).item = item;
        }
    }
    for requirement in gone {
        sink.add(Aspect::RequirementRemoved, side(requirement), None).item = Some(requirement.flag.to_string());
    }
}

fn environment_order<'a>(before: &'a Flag, after: &'a Flag, scope: &'a Scope) -> Vec<&'a EnvironmentName> {
    let names = |flag: &'a Flag| flag.environments.iter().map(|environment| &environment.name);
    let mut seen = BTreeSet::new();
    scope.order.iter().chain(names(after)).chain(names(before)).filter(|name| seen.insert(*name)).collect()
}

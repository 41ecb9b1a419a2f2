//! What only has another name: variants of a flag, and segments.

use crate::model::{Catalog, Condition, Flag, Segment, SegmentName, Serve, ValueType, VariantName};
use std::collections::BTreeMap;

/// Variants that are gone, with the new ones that have their values and stand wherever they stood.
pub(super) fn variants(before: &Flag, after: &Flag) -> Vec<(VariantName, VariantName)> {
    let mut found: Vec<(VariantName, VariantName)> = Vec::new();
    // A boolean flag's are built in.
    if before.value_type != after.value_type || before.value_type == ValueType::Boolean {
        return found;
    }
    for old in before.variants.iter().filter(|old| after.variant(old.name.as_str()).is_none()) {
        let new = after.variants.iter().find(|new| {
            new.value == old.value
                && before.variant(new.name.as_str()).is_none()
                && !found.iter().any(|(_, taken)| *taken == new.name)
                && mentions(before, &old.name) == mentions(after, &new.name)
        });
        found.extend(new.map(|new| (old.name.clone(), new.name.clone())));
    }
    found
}

/// How often a flag names a variant, its declaration left out.
fn mentions(flag: &Flag, name: &VariantName) -> usize {
    let served = |serve: &Serve| match serve {
        Serve::Variant(variant) => usize::from(variant == name),
        Serve::Rollout(rollout) => rollout.variants().filter(|variant| *variant == name).count(),
    };
    let inside = flag.environments.iter().map(|environment| {
        let targets = environment.targets.iter().filter(|target| target.serve == *name).count();
        targets + environment.serves().map(|(_, serve)| served(serve)).sum::<usize>()
    });
    usize::from(flag.default == *name) + inside.sum::<usize>()
}

/// Segments that are gone, with the new ones that are the same people.
pub(super) fn segments(before: &Catalog, after: &Catalog) -> BTreeMap<SegmentName, SegmentName> {
    let absent = |name: &SegmentName, there: &Catalog| {
        !there.segments.contains_key(name) && !there.broken_segments.contains_key(name)
    };
    let mut found = BTreeMap::new();
    for old in before.segments.values().filter(|old| absent(&old.name, after)) {
        let same = |new: &&Segment| {
            absent(&new.name, before) && !found.values().any(|taken| *taken == new.name) && same_people(old, new)
        };
        let mut candidates: Vec<&Segment> = after.segments.values().filter(same).collect();
        // Of several the one that is told of in the same words.
        candidates.sort_by_key(|new| new.description != old.description);
        if let Some(new) = candidates.first() {
            found.insert(old.name.clone(), new.name.clone());
        }
    }
    found
}

/// Whether two segments hold the same people; one that holds nobody is like no other.
fn same_people(old: &Segment, new: &Segment) -> bool {
    let holds = |segment: &Segment| !segment.include.is_empty() || !segment.conditions.is_empty();
    holds(old) && old.include == new.include && old.exclude == new.exclude && salted(old) == salted(new)
}

/// The conditions of a segment with the salt written out, which is its name where there is none.
fn salted(segment: &Segment) -> Vec<Condition> {
    let mut conditions = segment.conditions.clone();
    each(&mut conditions, &mut |condition| {
        if let Condition::Percentage { salt, .. } = condition {
            salt.get_or_insert_with(|| segment.name.to_string());
        }
    });
    conditions
}

/// A catalog in which segments have the names that they get.
pub(super) fn with_segments(catalog: &Catalog, names: &BTreeMap<SegmentName, SegmentName>, after: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    let mut follow = |condition: &mut Condition| {
        if let Condition::Segment(name) = condition
            && let Some(new) = names.get(name)
        {
            *name = new.clone();
        }
    };
    for flag in catalog.flags.values_mut() {
        let rules = flag.environments.iter_mut().flat_map(|environment| environment.rules.iter_mut());
        rules.for_each(|rule| each(&mut rule.when, &mut follow));
    }
    for segment in catalog.segments.values_mut() {
        each(&mut segment.conditions, &mut follow);
        // Where the salt is written out, it is that which was the name.
        let new = names.get(&segment.name).and_then(|name| after.segments.get(name));
        if let Some(new) = new {
            segment.conditions.clone_from(&new.conditions);
        }
    }
    for ring in &mut catalog.project.rings {
        if let Some(new) = ring.segment.as_ref().and_then(|name| names.get(name)) {
            ring.segment = Some(new.clone());
        }
    }
    catalog
}

/// Visits all conditions at any depth.
fn each(conditions: &mut [Condition], visit: &mut impl FnMut(&mut Condition)) {
    for condition in conditions {
        visit(condition);
        match condition {
            Condition::Any(inner) | Condition::All(inner) => each(inner, visit),
            Condition::Not(inner) => each(std::slice::from_mut(&mut **inner), visit),
            Condition::Test(_) | Condition::Segment(_) | Condition::Percentage { .. } | Condition::Schedule(_) => {}
        }
    }
}

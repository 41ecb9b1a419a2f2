//! Two versions of an environment's targets.

use super::aspect::Aspect;
use super::difference::{Side, Sink};
use super::{structure, words};
use crate::model::{Target, Unit, VariantName};
use std::collections::BTreeMap;

/// What each unit gets: the first target that names it decides.
pub(super) fn effective(targets: &[Target]) -> BTreeMap<&Unit, &VariantName> {
    let mut result = BTreeMap::new();
    for Target { serve, units } in targets {
        for unit in units {
            result.entry(unit).or_insert(serve);
        }
    }
    result
}

/// Units grouped by what they got and get; `None` where no target names them.
pub(super) type Groups<'a> = BTreeMap<(Option<&'a VariantName>, Option<&'a VariantName>), Vec<&'a Unit>>;

/// The units that get something else than before from targets.
pub(super) fn groups<'a>(before: &'a [Target], after: &'a [Target]) -> Groups<'a> {
    let (old, new) = (effective(before), effective(after));
    let mut groups = Groups::new();
    let gone = old.iter().filter(|(unit, _)| !new.contains_key(*unit)).map(|(unit, was)| (*unit, Some(*was), None));
    let here = new.iter().map(|(unit, is)| (*unit, old.get(unit).copied(), Some(*is)));
    for (unit, was, is) in gone.chain(here).filter(|(_, was, is)| was != is) {
        groups.entry((was, is)).or_default().push(unit);
    }
    groups
}

/// Adds one difference for each group of units; one without effect when only the writing differs.
pub(super) fn compare(sink: &mut Sink, before: &[Target], after: &[Target]) {
    if canonical(before) == canonical(after) {
        return;
    }
    let groups = groups(before, after);
    if groups.is_empty() {
        let side = |it: &[Target]| Some(Side::new("targets", it.iter().map(structure::target).collect::<Vec<_>>()));
        sink.add(Aspect::TargetsRewritten, side(before), side(after));
    }
    for ((was, is), units) in groups {
        let side = |variant: Option<&VariantName>| {
            let variant = variant?;
            let value =
                serde_json::json!({"serve": variant.as_str(), "units": structure::units(units.iter().copied())});
            Some(Side::new(variant.as_str(), value))
        };
        sink.add(Aspect::Targets, side(was), side(is)).item = Some(words::units(units.iter().copied()));
    }
}

/// The order of units within one target has no meaning.
pub(super) fn canonical(targets: &[Target]) -> Vec<(&VariantName, Vec<&Unit>)> {
    let sorted = |units: &'_ [Unit]| -> Vec<usize> {
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.sort_by_key(|&index| &units[index]);
        order
    };
    targets
        .iter()
        .map(|target| (&target.serve, sorted(&target.units).into_iter().map(|index| &target.units[index]).collect()))
        .collect()
}

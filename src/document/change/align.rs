//! Which item of an old list became which of a new one.

use crate::yaml::Data;
use std::collections::BTreeMap;

/// For every new item the index of the old item that it was; every old item at most once.
pub(super) fn align(old: &[Data], new: &[Data]) -> Vec<Option<usize>> {
    let mut origin: Vec<Option<usize>> = vec![None; new.len()];
    let mut free: Vec<bool> = vec![true; old.len()];
    by_identity(old, new, &mut origin, &mut free);
    by_content(old, new, &mut origin, &mut free);
    by_place(old, new, &mut origin, &mut free);
    origin
}

/// Rules by id, environments and rings by name, requirements by flag: whatever else changes, they stay who they are.
fn by_identity(old: &[Data], new: &[Data], origin: &mut [Option<usize>], free: &mut [bool]) {
    let old_ids = unique_identities(old);
    let new_ids = unique_identities(new);
    for (id, place) in new_ids {
        if let Some(&index) = old_ids.get(id) {
            origin[place] = Some(index);
            free[index] = false;
        }
    }
}

fn by_content(old: &[Data], new: &[Data], origin: &mut [Option<usize>], free: &mut [bool]) {
    // Looking on from the last find keeps lists with repetitions in order, and long lists fast.
    let mut start = 0;
    for (item, origin) in new.iter().zip(origin).filter(|(_, origin)| origin.is_none()) {
        let candidates = (start..old.len()).chain(0..start);
        let found = candidates.filter(|&index| free[index]).find(|&index| old[index] == *item);
        if let Some(index) = found {
            *origin = Some(index);
            free[index] = false;
            start = index + 1;
        }
    }
}

/// An item right behind the same neighbour as before is the same item, changed.
fn by_place(old: &[Data], new: &[Data], origin: &mut [Option<usize>], free: &mut [bool]) {
    for place in 0..new.len() {
        if origin[place].is_some() {
            continue;
        }
        let before = if place == 0 { Some(0) } else { origin[place - 1].map(|index| index + 1) };
        let Some(index) = before.filter(|&index| index < old.len() && free[index]) else { continue };
        if alike(&old[index], &new[place]) {
            origin[place] = Some(index);
            free[index] = false;
        }
    }
}

fn unique_identities(items: &[Data]) -> BTreeMap<&str, usize> {
    let mut places: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    for (place, item) in items.iter().enumerate() {
        if let Some(id) = identity(item) {
            places.entry(id).and_modify(|known| *known = None).or_insert(Some(place));
        }
    }
    places.into_iter().filter_map(|(id, place)| Some((id, place?))).collect()
}

fn identity(item: &Data) -> Option<&str> {
    let Data::Mapping(entries, _) = item else { return None };
    let names = ["id", "name", "flag"];
    let (_, id) = entries.iter().find(|(key, _)| names.contains(&key.as_str()))?;
    match id {
        Data::Text(id) => Some(id),
        _ => None,
    }
}

/// Whether one can be edited into the other rather than replaced: both are scalars, or they have a key in common and the
/// same identity, or nothing but another identity.
fn alike(old: &Data, new: &Data) -> bool {
    match (old, new) {
        (Data::Mapping(a, _), Data::Mapping(b, _)) => match (identity(old), identity(new)) {
            (Some(was), Some(is)) if was != is => {
                a.len() == b.len() && a.iter().zip(b).filter(|(a, b)| a != b).count() == 1
            }
            _ => a.iter().any(|(key, _)| b.iter().any(|(other, _)| other == key)),
        },
        (Data::Pair(..), Data::Pair(..)) => true,
        _ => !is_compound(old) && !is_compound(new),
    }
}

const fn is_compound(data: &Data) -> bool {
    matches!(data, Data::Mapping(..) | Data::Sequence(..) | Data::Pair(..))
}

/// The positions of a longest strictly increasing subsequence of `values`; gaps are skipped.
pub(super) fn increasing(values: &[Option<usize>]) -> Vec<bool> {
    // For every length the position whose value ends the best chain of it, and for every position its predecessor.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; values.len()];
    for (position, value) in values.iter().enumerate() {
        if value.is_none() {
            continue;
        }
        let length = ends.partition_point(|&end| values[end] < *value);
        previous[position] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(position);
        } else {
            ends[length] = position;
        }
    }
    let mut kept = vec![false; values.len()];
    let mut next = ends.last().copied();
    while let Some(position) = next {
        kept[position] = true;
        next = previous[position];
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> Vec<Data> {
        items.iter().map(|item| Data::text(*item)).collect()
    }

    #[test]
    fn items_keep_their_origin() {
        let aligned = |old: &[&str], new: &[&str]| align(&texts(old), &texts(new));
        assert_eq!(aligned(&["a", "b"], &["b", "a"]), [Some(1), Some(0)]);
        assert_eq!(aligned(&["a", "b"], &["x", "a", "b"]), [None, Some(0), Some(1)]);
        assert_eq!(aligned(&["a", "b", "c"], &["a", "x", "c"]), [Some(0), Some(1), Some(2)], "changed in place");
        assert_eq!(aligned(&["a", "a"], &["a"]), [Some(0)]);
        assert_eq!(aligned(&[], &["a"]), [None]);
    }

    #[test]
    fn rules_are_known_by_their_id() {
        let rule = |id: &str, serve: bool| Data::map([("id", Data::text(id)), ("serve", Data::Boolean(serve))]);
        let old = [rule("a", true), rule("b", true)];
        let new = [rule("b", false), rule("c", true), rule("a", true)];
        assert_eq!(align(&old, &new), [Some(1), None, Some(0)]);
    }

    #[test]
    fn longest_increasing() {
        let kept = |values: &[Option<usize>]| increasing(values);
        assert_eq!(kept(&[Some(1), Some(2), Some(0)]), [true, true, false]);
        assert_eq!(kept(&[Some(2), None, Some(0), Some(1)]), [false, false, true, true]);
        assert_eq!(kept(&[]), Vec::<bool>::new());
    }
}

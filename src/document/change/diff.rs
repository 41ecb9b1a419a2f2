//! The difference of two values as edits on paths.

use super::align::{align, increasing};
use crate::source::Path;
use crate::yaml::{Data, Edit, Node};
use std::sync::Arc;

/// Beyond this many edits of one list it is written anew: every edit reads the text again.
const MOST: usize = 64;

/// The edits that turn a document that says `old` into one that says `new`.
///
/// Where the file leaves out what `old` spells out, or spells out what `old` leaves out (a default, an empty list),
/// the node decides whether something is set or inserted.
pub(super) fn edits(root: &Node<'_>, old: &Data, new: &Data) -> Vec<Edit> {
    let mut edits = Vec::new();
    value(Some(root), &Path::root(), old, new, &mut edits);
    edits
}

/// `path` is where the value stands when the edits before it are done; `node` is what stands there in the file.
fn value(node: Option<&Node<'_>>, path: &Path, old: &Data, new: &Data, edits: &mut Vec<Edit>) {
    if old == new {
        return;
    }
    if let (Some(before), Some(after)) = (entries(old), entries(new)) {
        let common = before.iter().any(|(key, _)| after.iter().any(|(other, _)| other == key));
        if common || ordered(path) {
            return mapping(node, path, &before, &after, edits);
        }
    }
    if let (Data::Sequence(before, _), Data::Sequence(after, _)) = (old, new) {
        let start = edits.len();
        if sequence(node, path, before, after, edits) {
            return;
        }
        edits.truncate(start);
    }
    if old.same(new) {
        // The same number in another type, as `1` and `1.0` in JSON: setting it would change nothing.
        edits.push(Edit::Set { path: path.clone(), value: Data::Null });
    }
    edits.push(Edit::Set { path: path.clone(), value: new.clone() });
}

fn entries(data: &Data) -> Option<Vec<(&str, &Data)>> {
    match data {
        Data::Mapping(entries, _) => Some(entries.iter().map(|(key, value)| (key.as_str(), value)).collect()),
        Data::Pair(key, value) => Some(vec![(key.as_str(), value)]),
        _ => None,
    }
}

/// Whether the order of the keys of the mapping at `path` is part of the meaning: variants and environments of a flag.
fn ordered(path: &Path) -> bool {
    *path == Path::root().key("variants") || *path == Path::root().key("environments")
}

type Entries<'d> = [(&'d str, &'d Data)];

fn mapping(node: Option<&Node<'_>>, path: &Path, old: &Entries<'_>, new: &Entries<'_>, edits: &mut Vec<Edit>) {
    let (origin, renames) = if ordered(path) { follow(old, new) } else { (by_key(old, new), Vec::new()) };
    let there = |key: &str| node.is_some_and(|node| node.entry(key).is_some());
    for (index, (key, _)) in old.iter().enumerate() {
        if !origin.contains(&Some(index)) && there(key) {
            edits.push(Edit::Remove { path: path.key(*key) });
        }
    }
    for (from, to) in renames {
        edits.push(Edit::RenameKey { path: path.key(from), key: to.into() });
    }
    for (place, (key, data)) in new.iter().enumerate() {
        let here = path.key(*key);
        match origin[place].map(|index| old[index]) {
            Some((was, before)) if there(was) => {
                value(node.and_then(|node| node.get(was)), &here, before, data, edits);
            }
            Some((_, before)) if before == *data => {}
            None if !old.iter().any(|(was, _)| was == key) && there(key) => {
                edits.push(Edit::Set { path: here, value: (*data).clone() });
            }
            _ => {
                let before: Vec<Arc<str>> = new[place + 1..].iter().map(|(key, _)| Arc::from(*key)).collect();
                edits.push(Edit::Insert { path: here, value: (*data).clone(), before });
            }
        }
    }
}

fn by_key(old: &Entries<'_>, new: &Entries<'_>) -> Vec<Option<usize>> {
    new.iter().map(|(key, _)| old.iter().position(|(other, _)| other == key)).collect()
}

/// Where order counts: the origin of each new entry, by key or, for a renamed one, by content. Entries that changed their
/// place have none: they are removed and inserted.
fn follow<'d>(old: &Entries<'d>, new: &Entries<'d>) -> (Vec<Option<usize>>, Vec<(&'d str, &'d str)>) {
    let mut origin = by_key(old, new);
    for place in 0..new.len() {
        if origin[place].is_none() {
            let same = |index: &usize| old[*index].1 == new[place].1 && !origin.contains(&Some(*index));
            origin[place] = (0..old.len()).find(same);
        }
    }
    let kept = increasing(&origin);
    let origin: Vec<Option<usize>> = origin.into_iter().zip(kept).map(|(index, kept)| index.filter(|_| kept)).collect();
    let pairs = origin.iter().zip(new).filter_map(|(index, (key, _))| Some((old[(*index)?].0, *key)));
    let renames = pairs.filter(|(from, to)| from != to).collect();
    (origin, renames)
}

/// Whether the list could be edited item by item.
fn sequence(node: Option<&Node<'_>>, path: &Path, old: &[Data], new: &[Data], edits: &mut Vec<Edit>) -> bool {
    let origin = align(old, new);
    let items = node.and_then(Node::items).filter(|items| items.len() == old.len());
    let Some(items) = items.filter(|_| origin.iter().any(Option::is_some)) else { return false };
    let start = edits.len();
    for index in (0..old.len()).rev().filter(|index| !origin.contains(&Some(*index))) {
        edits.push(Edit::Remove { path: path.index(index) });
    }
    arrange(path, new, &origin, edits);
    for (place, index) in origin.iter().enumerate() {
        if let Some(index) = *index {
            value(items.get(index), &path.index(place), &old[index], &new[place], edits);
        }
    }
    edits.len() - start <= MOST
}

/// Moves and inserts, for a list that has only the items that stay, in their old order.
fn arrange(path: &Path, new: &[Data], origin: &[Option<usize>], edits: &mut Vec<Edit>) {
    let kept = increasing(origin);
    // The list as it is after the edits so far, each item by its place in the new list.
    let mut current: Vec<usize> = (0..new.len()).filter(|&place| origin[place].is_some()).collect();
    current.sort_by_key(|&place| origin[place]);
    for place in 0..new.len() {
        if kept[place] {
            continue;
        }
        let from = current.iter().position(|&other| other == place);
        if let Some(from) = from {
            current.remove(from);
        }
        let to = match place.checked_sub(1) {
            Some(before) => current.iter().position(|&other| other == before).map_or(0, |index| index + 1),
            None => 0,
        };
        current.insert(to, place);
        match from {
            Some(from) if from == to => {}
            Some(from) => edits.push(Edit::MoveItem { path: path.clone(), from, to }),
            None => edits.push(Edit::InsertItem { path: path.clone(), index: to, value: new[place].clone() }),
        }
    }
}

//! A new collection over an old one, as the smallest edits: children that stay keep their lines and comments.

use super::Edit;
use super::page::Page;
use crate::source::Path;
use crate::yaml::data::Data;
use crate::yaml::tree::{Kind, Node};
use std::sync::Arc;

/// Beyond this many edits the collection is written anew.
const MOST: usize = 16;

/// The edits that turn the value at `path` into `value`, where both are collections with something in common.
pub(super) fn narrow(page: &Page<'_>, path: &Path, value: &Data) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let node = page.tree.find(path)?;
    collection(node, path, value, &mut edits).then_some(edits).filter(|edits| !edits.is_empty() && edits.len() <= MOST)
}

/// Adds the edits for a value; the whole of it where nothing smaller will do.
fn value(node: &Node<'_>, path: &Path, value: &Data, edits: &mut Vec<Edit>) {
    let before = edits.len();
    if Data::from(node).same(value) {
        return;
    }
    if !collection(node, path, value, edits) {
        edits.truncate(before);
        edits.push(Edit::Set { path: path.clone(), value: value.clone() });
    }
}

fn collection(node: &Node<'_>, path: &Path, data: &Data, edits: &mut Vec<Edit>) -> bool {
    match (&node.kind, data) {
        (Kind::Mapping(old, _), Data::Mapping(new, _)) if !new.is_empty() => {
            let common: Vec<&str> =
                old.iter().map(|entry| &*entry.key).filter(|key| new.iter().any(|(k, _)| k == key)).collect();
            let order = new.iter().map(|(key, _)| key.as_str()).filter(|key| common.contains(key));
            if common.is_empty() || !order.eq(common.iter().copied()) {
                return false;
            }
            for entry in old.iter().filter(|entry| !common.contains(&&*entry.key)) {
                edits.push(Edit::Remove { path: path.key(&*entry.key) });
            }
            for (place, (key, data)) in new.iter().enumerate() {
                let path = path.key(key.as_str());
                if let Some(child) = node.get(key) {
                    value(child, &path, data, edits);
                } else {
                    let following = new[place + 1..].iter().map(|(key, _)| key.as_str());
                    let before = following.filter(|key| common.contains(key)).map(Arc::from).collect();
                    edits.push(Edit::Insert { path, value: data.clone(), before });
                }
            }
            true
        }
        (Kind::Sequence(old, _), Data::Sequence(new, _)) if !new.is_empty() && !old.is_empty() => {
            let same = |old: &Node<'_>, new: &Data| Data::from(old).same(new);
            let head = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
            let shorter = old.len().min(new.len()) - head;
            let tail = old.iter().rev().zip(new.iter().rev()).take(shorter);
            let tail = tail.take_while(|(old, new)| same(old, new)).count();
            let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
            let paired = old.len().min(new.len());
            for (offset, (old, new)) in old.iter().zip(new).enumerate() {
                value(old, &path.index(head + offset), new, edits);
            }
            for index in (paired..old.len()).rev() {
                edits.push(Edit::Remove { path: path.index(head + index) });
            }
            for (index, item) in new.iter().enumerate().skip(paired) {
                edits.push(Edit::InsertItem { path: path.clone(), index: head + index, value: item.clone() });
            }
            true
        }
        _ => false,
    }
}

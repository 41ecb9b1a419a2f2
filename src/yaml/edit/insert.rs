//! New entries and items.

use super::page::{Page, Splice, Spot};
use super::{EditError, entry_of, flow, set};
use crate::source::Path;
use crate::yaml::data::Data;
use crate::yaml::tree::{Kind, Style};
use crate::yaml::write;
use std::sync::Arc;

pub(super) fn plan_entry(
    page: &Page<'_>,
    path: &Path,
    value: &Data,
    before: &[Arc<str>],
) -> Result<Vec<Splice>, EditError> {
    let (parent, key) = entry_of(path)?;
    let spot = page.spot(&parent)?;
    let entries = match &spot.node.kind {
        Kind::Mapping(entries, _) => &entries[..],
        _ if spot.node.is_null() => &[],
        _ => return Err(EditError::NotAMapping { path: parent, found: spot.node.describe() }),
    };
    if entries.iter().any(|entry| entry.key == *key) {
        return Err(EditError::Exists(path.clone()));
    }
    if entries.is_empty() {
        let style = first_style(&spot, value);
        let alone = Data::Mapping(vec![(key.to_string(), value.clone())], style);
        return Ok(first(page, &spot, &alone, &write::flow_entry(&key, value)));
    }
    let index = before
        .iter()
        .find_map(|sibling| entries.iter().position(|entry| entry.key == **sibling))
        .unwrap_or(entries.len());
    if matches!(spot.node.kind, Kind::Mapping(_, Style::Flow)) {
        return Ok(flow::insert(page, spot.node, index, &write::flow_entry(&key, value)));
    }
    let text = |column| write::entry(&key, value, column, page.indentation);
    in_block(page, &spot, index, text).ok_or(EditError::Layout(parent))
}

pub(super) fn plan_item(page: &Page<'_>, path: &Path, index: usize, value: &Data) -> Result<Vec<Splice>, EditError> {
    let spot = page.spot(path)?;
    let len = match &spot.node.kind {
        Kind::Sequence(items, _) => items.len(),
        _ if spot.node.is_null() => 0,
        _ => return Err(EditError::NotAList { path: path.clone(), found: spot.node.describe() }),
    };
    if index > len {
        return Err(EditError::OutOfBounds { path: path.clone(), index, len });
    }
    if len == 0 {
        let alone = Data::Sequence(vec![value.clone()], first_style(&spot, value));
        return Ok(first(page, &spot, &alone, &write::flow_item(value)));
    }
    if matches!(spot.node.kind, Kind::Sequence(_, Style::Flow)) {
        return Ok(flow::insert(page, spot.node, index, &write::flow_item(value)));
    }
    let text = |column| write::item(value, column, page.indentation);
    in_block(page, &spot, index, text).ok_or_else(|| EditError::Layout(path.clone()))
}

/// How a collection is written that gets its first child.
fn first_style(spot: &Spot<'_, '_>, value: &Data) -> Style {
    let braces = spot.node.items().is_some() || spot.node.entries().is_some();
    let brackets = spot.flow || (braces && !write::takes_lines(value));
    if brackets { Style::Flow } else { Style::Block }
}

/// The first child of an empty collection, or of nothing.
fn first(page: &Page<'_>, spot: &Spot<'_, '_>, alone: &Data, inside: &str) -> Vec<Splice> {
    let (start, end) = (spot.node.span.start as usize, spot.node.span.end as usize);
    if page.comment(start, end).is_some() {
        return vec![page.splice(end - 1, end - 1, inside)];
    }
    set::at(page, spot, alone)
}

fn in_block(page: &Page<'_>, spot: &Spot<'_, '_>, index: usize, text: impl Fn(usize) -> String) -> Option<Vec<Splice>> {
    let chunks = page.chunks(spot)?;
    let column = page.column(chunks.first()?.start);
    let (text, break_) = (text(column), write::new_line(column));
    if let Some(next) = chunks.get(index) {
        return Some(vec![page.splice(next.head, next.head, &format!("{text}{break_}"))]);
    }
    let at = chunks.last()?.line_end;
    Some(vec![page.splice(at, at, &format!("{break_}{text}"))])
}

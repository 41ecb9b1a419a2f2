//! Taking entries and items out.

use super::page::{Chunk, Page, Splice, Spot};
use super::{EditError, flow};
use crate::source::{Path, Step};
use crate::yaml::tree::{Kind, Style};

pub(super) fn plan(page: &Page<'_>, path: &Path) -> Result<Vec<Splice>, EditError> {
    let (parent, step) = path.split_last().ok_or(EditError::Root)?;
    let spot = page.spot(&parent)?;
    let index = match (step, &spot.node.kind) {
        (Step::Key(key), Kind::Mapping(entries, _)) => entries.iter().position(|entry| entry.key == **key),
        (Step::Index(index), Kind::Sequence(items, _)) => Some(*index).filter(|&index| index < items.len()),
        _ => None,
    };
    let index = index.ok_or_else(|| EditError::Missing(path.clone()))?;
    if matches!(spot.node.kind, Kind::Mapping(_, Style::Flow) | Kind::Sequence(_, Style::Flow)) {
        return Ok(flow::remove(page, spot.node, index));
    }
    let chunks = page.chunks(&spot).ok_or_else(|| EditError::Layout(path.clone()))?;
    let chunk = *chunks.get(index).ok_or_else(|| EditError::Layout(path.clone()))?;
    if chunks.len() == 1 {
        return Ok(last(page, &spot, chunk));
    }
    let mut splice = cut(page, &chunks, index);
    if chunk.own_line {
        tidy_blank_lines(page, &mut splice, chunk);
    }
    Ok(vec![splice])
}

/// Out with the lines of one of several chunks.
pub(super) fn cut(page: &Page<'_>, chunks: &[Chunk], index: usize) -> Splice {
    let chunk = chunks[index];
    if chunk.own_line {
        return lines(page, chunk);
    }
    // It shares its line with the dash of the list around it: what follows moves up. A comment may be what follows.
    let next = chunks.get(index + 1).map_or(chunk.line_end, |next| next.start);
    Splice::delete(chunk.start, page.comment(chunk.line_end, next).unwrap_or(next))
}

/// Whole lines. Those at the end of a text without a final newline take the newline before them along, and blank lines
/// above it, so that the text still ends without one.
fn lines(page: &Page<'_>, chunk: Chunk) -> Splice {
    let start = page.line_start(chunk.head);
    let mut end = page.next_line(chunk.line_end);
    while page.takes_blank_lines && end < page.text.len() && page.is_blank(end) {
        end = page.next_line(end);
    }
    if end == page.text.len() && !page.text.ends_with('\n') {
        let mut start = page.end_above(start);
        let first_line = page.next_line(chunk.floor);
        while page.line_start(start) >= first_line && page.is_blank(start) {
            start = page.end_above(start);
        }
        return Splice::delete(start, end);
    }
    Splice::delete(start, end)
}

/// Where blank lines stood above and below, one less stays; at the end of the text none.
fn tidy_blank_lines(page: &Page<'_>, splice: &mut Splice, chunk: Chunk) {
    let at_end = splice.end == page.text.len();
    let first_line = page.next_line(chunk.floor);
    if at_end && !page.text.ends_with('\n') {
        return;
    }
    if !at_end && !page.is_blank(splice.end) {
        return;
    }
    while splice.start > first_line && page.is_blank(page.end_above(splice.start)) {
        splice.start = page.line_start(page.end_above(splice.start));
        if !at_end {
            return;
        }
    }
}

/// The only child: an empty collection stays.
fn last(page: &Page<'_>, spot: &Spot<'_, '_>, chunk: Chunk) -> Vec<Splice> {
    let empty = if spot.node.items().is_some() { "[]" } else { "{}" };
    match spot.after {
        Some(after) if chunk.own_line => {
            let mut splice = lines(page, chunk);
            tidy_blank_lines(page, &mut splice, chunk);
            vec![page.splice(after, after, &format!(" {empty}")), splice]
        }
        _ => vec![page.splice(chunk.start, spot.node.span.end as usize, empty)],
    }
}

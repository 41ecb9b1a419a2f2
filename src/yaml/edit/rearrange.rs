//! Renaming keys and moving items.

use super::page::{Page, Splice};
use super::{EditError, entry_of, flow, remove};
use crate::source::Path;
use crate::yaml::quote;
use crate::yaml::tree::{Kind, ScalarStyle, Style};
use crate::yaml::write;

pub(super) fn plan_rename(page: &Page<'_>, path: &Path, new: &str) -> Result<Vec<Splice>, EditError> {
    let (parent, key) = entry_of(path)?;
    let spot = page.spot(&parent)?;
    let entry = spot.node.entry(&key).ok_or_else(|| EditError::Missing(path.clone()))?;
    if *key == *new {
        return Ok(Vec::new());
    }
    if spot.node.entry(new).is_some() {
        return Err(EditError::Exists(parent.key(new)));
    }
    let style = match page.text[entry.key_span.range()].chars().next() {
        Some('"') => ScalarStyle::Double,
        Some('\'') => ScalarStyle::Single,
        _ => ScalarStyle::Plain,
    };
    let text = quote::key(new, Some(style));
    Ok(vec![page.splice(entry.key_span.start as usize, entry.key_span.end as usize, &text)])
}

pub(super) fn plan_move(page: &Page<'_>, path: &Path, from: usize, to: usize) -> Result<Vec<Splice>, EditError> {
    let spot = page.spot(path)?;
    let Kind::Sequence(items, style) = &spot.node.kind else {
        return Err(EditError::NotAList { path: path.clone(), found: spot.node.describe() });
    };
    if let Some(index) = [from, to].into_iter().find(|&index| index >= items.len()) {
        return Err(EditError::OutOfBounds { path: path.clone(), index, len: items.len() });
    }
    if from == to {
        return Ok(Vec::new());
    }
    if *style == Style::Flow {
        // The commas and the comments stay where they are, the items change places.
        let elements = flow::elements(spot.node);
        let mut order: Vec<usize> = (0..elements.len()).collect();
        let moved = order.remove(from);
        order.insert(to, moved);
        let changed = order.iter().zip(&elements).enumerate().filter(|(place, (item, _))| place != *item);
        return Ok(changed
            .map(|(_, (&item, place))| {
                let (start, end) = (elements[item].start, elements[item].end);
                let text = format!("{}{}", &page.text[start..end], flow::space_behind(page, end));
                Splice { start: place.start, end: place.end, text }
            })
            .collect());
    }
    let layout = || EditError::Layout(path.clone());
    let chunks = page.chunks(&spot).ok_or_else(layout)?;
    let chunk = chunks.get(from).ok_or_else(layout)?;
    let break_ = page.splice(0, 0, &write::new_line(page.column(chunk.start))).text;
    let text = &page.text[chunk.head..chunk.line_end];
    let target = if to > from { to + 1 } else { to };
    let insert = if let Some(next) = chunks.get(target) {
        Splice { start: next.head, end: next.head, text: format!("{text}{break_}") }
    } else {
        let at = chunks.last().ok_or_else(layout)?.line_end;
        Splice { start: at, end: at, text: format!("{break_}{text}") }
    };
    Ok(vec![remove::cut(page, &chunks, from), insert])
}

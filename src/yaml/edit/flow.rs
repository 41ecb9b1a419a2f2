//! Children of collections in brackets and braces.

use super::page::{Page, Splice};
use crate::yaml::tree::{Kind, Node};
use crate::yaml::write;

/// Bytes `start..end` of a child, without the comma.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element {
    pub(super) start: usize,
    pub(super) end: usize,
}

pub(super) fn elements(node: &Node<'_>) -> Vec<Element> {
    match &node.kind {
        Kind::Mapping(entries, _) => entries
            .iter()
            .map(|entry| Element {
                start: entry.key_span.start as usize,
                end: entry.value.span.end.max(entry.key_span.end) as usize,
            })
            .collect(),
        Kind::Sequence(items, _) => {
            items.iter().map(|item| Element { start: item.span.start as usize, end: item.span.end as usize }).collect()
        }
        Kind::Scalar(..) => Vec::new(),
    }
}

/// Whether it is a mapping without braces: `[control: 34]`.
fn is_pair(page: &Page<'_>, node: &Node<'_>) -> bool {
    !page.text[node.span.range()].starts_with(['{', '['])
}

/// The comma behind an element, past blanks and comments.
fn comma(page: &Page<'_>, end: usize) -> Option<usize> {
    let mut at = end;
    loop {
        at += page.text[at..].bytes().take_while(u8::is_ascii_whitespace).count();
        match page.text.as_bytes().get(at) {
            Some(b',') => return Some(at),
            Some(b'#') => at = page.line_end(at),
            _ => return None,
        }
    }
}

/// A space where a key without a value ends: many readers do not take `{a:}` and `{a:, b: 1}` for YAML.
pub(super) fn space_behind(page: &Page<'_>, end: usize) -> &'static str {
    if page.text[..end].ends_with(':') { " " } else { "" }
}

/// Whether an element has its line for itself and its comma; a comment may follow.
fn has_own_line(page: &Page<'_>, element: Element) -> bool {
    let line_end = page.line_end(element.end);
    let rest = page.text[element.end..line_end].trim_start();
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    let comma_fits = comma(page, element.end).is_none_or(|comma| comma < line_end);
    page.own_line(element.start) && comma_fits && (rest.is_empty() || rest.starts_with('#'))
}

/// Puts `text` before the element at `index`, or behind the last one. There is at least one.
pub(super) fn insert(page: &Page<'_>, node: &Node<'_>, index: usize, text: &str) -> Vec<Splice> {
    let elements = elements(node);
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    if let Some(next) = elements.get(index) {
        let braces = is_pair(page, node);
        if has_own_line(page, *next) && !braces {
            let floor = index.checked_sub(1).map_or(start, |previous| elements[previous].end);
            let head = page.head(next.start, page.line_end(floor));
            let line = write::new_line(page.column(next.start));
            return vec![page.splice(head, head, &format!("{text},{line}"))];
        }
        let open = if braces { "{" } else { "" };
        let mut splices = vec![page.splice(next.start, next.start, &format!("{open}{text}, "))];
        if braces {
            splices.push(page.splice(end, end, "}"));
        }
        return splices;
    }
    let Some(last) = elements.last() else { return Vec::new() };
    if is_pair(page, node) {
        return vec![
            page.splice(start, start, "{"),
            page.splice(end, end, &format!("{}, {text}}}", space_behind(page, end))),
        ];
    }
    if has_own_line(page, *last) {
        let line = write::new_line(page.column(last.start));
        let line_end = page.line_end(last.end);
        return match comma(page, last.end) {
            Some(_) => vec![page.splice(line_end, line_end, &format!("{line}{text},"))],
            None => {
                vec![
                    page.splice(last.end, last.end, &format!("{},", space_behind(page, last.end))),
                    page.splice(line_end, line_end, &format!("{line}{text}")),
                ]
            }
        };
    }
    vec![page.splice(last.end, last.end, &format!("{}, {text}", space_behind(page, last.end)))]
}

/// Takes the element at `index` out, with one comma.
pub(super) fn remove(page: &Page<'_>, node: &Node<'_>, index: usize) -> Vec<Splice> {
    let elements = elements(node);
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    let Some(&element) = elements.get(index) else { return Vec::new() };
    if is_pair(page, node) {
        return vec![page.splice(start, end, "{}")];
    }
    let own_comma = comma(page, element.end);
    if elements.len() == 1 {
        return match page.comment(start, end) {
            None => vec![Splice::delete(start + 1, end - 1)],
            Some(_) => vec![Splice::delete(element.start, own_comma.map_or(element.end, |comma| comma + 1))],
        };
    }
    let previous = index.checked_sub(1).map(|previous| elements[previous]);
    let comma_before = previous.and_then(|previous| comma(page, previous.end));
    if has_own_line(page, element) {
        let floor = previous.map_or(start, |previous| previous.end);
        let head = page.head(element.start, page.line_end(floor));
        let mut splices = vec![Splice::delete(page.line_start(head), page.next_line(element.end))];
        if own_comma.is_none() {
            splices.extend(comma_before.map(|comma| Splice::delete(comma, comma + 1)));
        }
        return splices;
    }
    // On one line, without comments in between: with the blanks beside it.
    let tidy = |from: usize, to: usize| page.comment(from, to).is_none() && !page.text[from..to].contains('\n');
    if let Some(next) = elements.get(index + 1)
        && (tidy(element.end, next.start) || (previous.is_none() && page.comment(element.end, next.start).is_none()))
    {
        return vec![Splice::delete(element.start, next.start)];
    }
    if let Some(previous) = previous
        && page.comment(previous.end, element.start).is_none()
    {
        return vec![page.splice(previous.end, element.end, space_behind(page, previous.end))];
    }
    let mut splices = vec![Splice::delete(element.start, element.end)];
    splices.extend(own_comma.or(comma_before).map(|comma| Splice::delete(comma, comma + 1)));
    splices
}

//! Replacing a value.

use super::EditError;
use super::page::{Page, Splice, Spot};
use crate::source::Path;
use crate::yaml::data::Data;
use crate::yaml::quote::{self, Context};
use crate::yaml::scalar::misread_by_yaml_1_1;
use crate::yaml::tree::{Kind, Node, ScalarStyle, Style};
use crate::yaml::write;

pub(super) fn plan(page: &Page<'_>, path: &Path, value: &Data) -> Result<Vec<Splice>, EditError> {
    let spot = page.spot(path)?;
    if Data::from(spot.node).same(value) && !is_misread(spot.node) {
        return Ok(Vec::new());
    }
    Ok(at(page, &spot, value))
}

/// A word that other readers take for something else may be set to itself, to get quotes.
fn is_misread(node: &Node<'_>) -> bool {
    matches!(&node.kind, Kind::Scalar(text, ScalarStyle::Plain) if misread_by_yaml_1_1(text).is_some())
}

/// Splices that put `value` in the place of the node at `spot`.
pub(super) fn at(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data) -> Vec<Splice> {
    let (start, end) = (spot.node.span.start as usize, spot.node.span.end as usize);
    let style = match &spot.node.kind {
        Kind::Scalar(_, style) => Some(*style),
        _ => None,
    };
    if spot.flow {
        return vec![in_flow(page, spot, value, style)];
    }
    if start == end {
        return in_empty(page, spot, value);
    }
    match &spot.node.kind {
        Kind::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded) => over_block_scalar(page, spot, value, style),
        Kind::Mapping(_, Style::Block) | Kind::Sequence(_, Style::Block) => over_block(page, spot, value),
        _ => over_inline(page, spot, value, style),
    }
}

fn in_flow(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data, like: Option<ScalarStyle>) -> Splice {
    let (start, end) = (spot.node.span.start as usize, spot.node.span.end as usize);
    let text = match quote::scalar(value, Context::Flow, like) {
        Some(scalar) => scalar,
        None if spot.flow_item => write::flow_item(value),
        None => write::inline(value, Context::Flow),
    };
    match spot.after {
        _ if start != end => page.splice(start, end, &text),
        Some(after) => page.splice(after, after, &format!(" {text}")),
        None => page.splice(start, end, &format!(": {text}")),
    }
}

/// Where nothing stands.
fn in_empty(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data) -> Vec<Splice> {
    let Some(after) = spot.after else {
        // An empty document: below whatever comments there are.
        let separator =
            if page.text.trim_start_matches('\u{feff}').is_empty() || page.text.ends_with('\n') { "" } else { "\n" };
        let end = page.text.len();
        return vec![page.splice(end, end, &format!("{separator}{}", write::at_root(value, page.indentation)))];
    };
    let (first, rest) = split(behind(page, spot, value));
    let line_end = page.line_end(after);
    vec![page.splice(after, after, &first), page.splice(line_end, line_end, &rest)]
}

/// The value as it stands behind a colon or dash, with the space or newline before it.
fn behind(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data) -> String {
    let is_item = spot.after.is_some_and(|after| page.text[..after].ends_with('-'));
    if is_item {
        let item = write::item(value, spot.column, page.indentation);
        item.strip_prefix('-').unwrap_or(&item).to_owned()
    } else {
        write::after_colon(value, spot.column, page.indentation)
    }
}

/// The value as it stands at the top, without a newline at the end.
fn as_root(page: &Page<'_>, value: &Data) -> String {
    let mut text = write::at_root(value, page.indentation);
    text.truncate(text.trim_end_matches('\n').len());
    text
}

/// The first line and, from its line break on, the rest.
fn split(text: String) -> (String, String) {
    match text.find('\n') {
        Some(at) => (text[..at].to_owned(), text[at..].to_owned()),
        None => (text, String::new()),
    }
}

/// Over a scalar without lines of its own, or a collection in brackets. Comments behind it stay on its line.
fn over_inline(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data, style: Option<ScalarStyle>) -> Vec<Splice> {
    let (start, end) = (spot.node.span.start as usize, spot.node.span.end as usize);
    let line_end = page.line_end(end);
    let keeps_quotes = matches!(style, Some(ScalarStyle::Double));
    let several_lines =
        page.indentation.block_scalars && matches!(value, Data::Text(text) | Data::Plain(text) if text.contains('\n'));
    if !several_lines || keeps_quotes {
        if let Some(scalar) = quote::scalar(value, Context::Block, style) {
            return vec![page.splice(start, end, &scalar)];
        }
        if !write::takes_lines(value) {
            return vec![page.splice(start, end, &write::inline(value, Context::Block))];
        }
    }
    let Some(after) = spot.after else {
        let (first, rest) = split(as_root(page, value));
        return vec![page.splice(start, end, &first), page.splice(line_end, line_end, &rest)];
    };
    let (first, rest) = split(behind(page, spot, value));
    // From the colon on, or, where comments stand in between, from the end of the line above.
    let from = match page.comment(after, start) {
        None => after,
        Some(_) if first.is_empty() => page.end_above(start),
        Some(_) => start,
    };
    let first = if from == start { first.trim_start() } else { &first };
    vec![page.splice(from, end, first), page.splice(line_end, line_end, &rest)]
}

fn over_block_scalar(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data, style: Option<ScalarStyle>) -> Vec<Splice> {
    let (start, end) = (spot.node.span.start as usize, spot.node.span.end as usize);
    let token = page.text[start..].bytes().take_while(|byte| b"|>+-0123456789".contains(byte)).count();
    let header_end = page.line_end(start).min(end.max(start + token));
    let body_end = end.max(header_end);
    let blanks = page.text[header_end..body_end].bytes().take_while(u8::is_ascii_whitespace).count();
    if let Data::Text(text) | Data::Plain(text) = value
        && page.indentation.block_scalars
        && let Some((header, lines)) = quote::block(text, style)
    {
        let first = header_end + blanks;
        let fixed = page.text[start..start + token].bytes().any(|byte| byte.is_ascii_digit());
        let column = if fixed || first >= body_end || page.column(first) <= spot.column {
            spot.column + page.indentation.mapping
        } else {
            page.column(first)
        };
        let lines = write::block_scalar_lines(&lines, column);
        return vec![page.splice(start, start + token, header), page.splice(header_end, body_end, &lines)];
    }
    if write::takes_lines(value) && spot.after.is_some() {
        let (first, rest) = split(behind(page, spot, value));
        return vec![page.splice(start, start + token, first.trim_start()), page.splice(header_end, body_end, &rest)];
    }
    let (first, rest) = split(match spot.after {
        Some(_) => write::inline(value, Context::Block),
        None => as_root(page, value),
    });
    vec![page.splice(start, start + token, &first), page.splice(header_end, body_end, &rest)]
}

/// Over a block collection.
fn over_block(page: &Page<'_>, spot: &Spot<'_, '_>, value: &Data) -> Vec<Splice> {
    let (start, end) = (spot.node.span.start as usize, spot.node.span.end as usize);
    let column = page.column(start);
    let line_end = page.line_end(end);
    let Some(after) = spot.after else {
        let (first, rest) = split(as_root(page, value));
        let end = if write::takes_lines(value) { line_end } else { end };
        return vec![page.splice(start, end, &first), page.splice(line_end, line_end, &rest)];
    };
    let is_list = matches!(value, Data::Sequence(..));
    let fits = column > spot.column || (is_list && matches!(spot.node.kind, Kind::Sequence(..)));
    if write::takes_lines(value) && fits {
        return vec![page.splice(start, line_end, &write::block(value, column, page.indentation))];
    }
    let (first, rest) = split(behind(page, spot, value));
    if page.own_line(start) {
        let from = page.line_end(after);
        return vec![page.splice(after, after, &first), page.splice(from, line_end, &rest)];
    }
    vec![page.splice(start, end, first.trim_start()), page.splice(line_end, line_end, &rest)]
}

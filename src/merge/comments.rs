//! Comments of the other side, put where they belong in a text that was edited.
//!
//! A comment belongs to what it stands above or beside, known by the keys and names on the way to it, not by lines.

use crate::source::FilePath;
use crate::yaml::{self, Data, Kind, Node, Tree};

/// A comment and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    /// What it belongs to; empty for the end of the file.
    anchor: Vec<String>,
    /// On the same line, not above it.
    beside: bool,
    /// From the `#` to the end of the line.
    text: String,
    start: usize,
    end: usize,
}

impl Note {
    fn is(&self, other: &Self) -> bool {
        (&self.anchor, self.beside, &self.text) == (&other.anchor, other.beside, &other.text)
    }
}

/// Something that a comment can belong to, and where it begins.
struct Anchor {
    start: usize,
    path: Vec<String>,
}

/// `text`, which was made from `own`, with what `other` did to the comments of `base`. No comment that a side brought is
/// lost; `None` where one can't be placed.
pub(super) fn carry(text: &str, base: &str, own: &str, other: &str) -> Option<String> {
    let (base, own, theirs) = (notes(base)?, notes(own)?, notes(other)?);
    let mut result = text.to_owned();
    let wanted = |text: &str| how_often(count(&base, text), count(&own, text), count(&theirs, text));
    let has = |notes: &[Note], note: &Note| notes.iter().any(|it| it.is(note));
    // What the other side took away goes, wherever it stands by now.
    for note in base.iter().filter(|note| count(&theirs, &note.text) < count(&base, &note.text)) {
        let left = notes(&result)?;
        if count(&left, &note.text) <= wanted(&note.text) {
            continue;
        }
        let found = left.iter().find(|it| it.is(note)).or_else(|| left.iter().find(|it| it.text == note.text));
        if let Some(next) = found.and_then(|found| without(&result, found)) {
            result = next;
        }
    }
    // What it brought comes, where it stands there; what was lost with the lines around it comes back.
    let added = theirs.iter().filter(|note| !has(&base, note));
    let kept = own.iter().filter(|note| !has(&base, note));
    for note in added.chain(kept).chain(&theirs).chain(&own) {
        if count(&notes(&result)?, &note.text) < wanted(&note.text) {
            result = with(&result, note)?;
        }
    }
    Some(result)
}

/// How often a comment stands in the merge, from how often it stands in the versions.
fn how_often(base: usize, own: usize, other: usize) -> usize {
    if base == own {
        other
    } else if base == other {
        own
    } else {
        own.max(other)
    }
}

fn count(notes: &[Note], text: &str) -> usize {
    notes.iter().filter(|note| note.text == text).count()
}

/// The comments of a text, in order.
fn notes(text: &str) -> Option<Vec<Note>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let tree = read(text)?;
    let anchors = anchors(&tree);
    let note = |span: crate::source::Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        let line = line_start(text, start);
        let beside = !text.get(line..start)?.trim().is_empty();
        let anchor = if beside {
            let on_line = anchors.iter().find(|it| it.start >= line && it.start < start);
            on_line.or_else(|| anchors.iter().rev().find(|it| it.start < start))
        } else {
            anchors.iter().find(|it| it.start > start)
        };
        let anchor = anchor.map(|it| it.path.clone()).unwrap_or_default();
        Some(Note { anchor, beside, text: text.get(start..end)?.trim_end().to_owned(), start, end })
    };
    tree.comments.iter().map(|comment| note(comment.span)).collect()
}

fn read(text: &str) -> Option<Tree<'_>> {
    let (tree, problems) = yaml::parse(&FilePath::from(""), text);
    tree.filter(|_| problems.is_empty())
}

/// Everything with a name or a place, outermost first.
fn anchors(tree: &Tree<'_>) -> Vec<Anchor> {
    let mut found = Vec::new();
    collect(&tree.root, &[], &mut found);
    found
}

fn collect(node: &Node<'_>, path: &[String], found: &mut Vec<Anchor>) {
    let mut child = |name: String, start: u32, node: &Node<'_>| {
        let path: Vec<String> = path.iter().cloned().chain([name]).collect();
        found.push(Anchor { start: start as usize, path: path.clone() });
        collect(node, &path, found);
    };
    match &node.kind {
        Kind::Mapping(entries, _) => {
            for entry in entries {
                child(entry.key.to_string(), entry.key_span.start, &entry.value);
            }
        }
        Kind::Sequence(items, _) => {
            for (index, item) in items.iter().enumerate() {
                child(name(item, index), item.span.start, item);
            }
        }
        Kind::Scalar(..) => {}
    }
}

/// What an item of a list is known by: its name, its text, or else its place.
fn name(item: &Node<'_>, index: usize) -> String {
    let scalar = |node: &Node<'_>| match &node.kind {
        Kind::Scalar(text, _) => Some(text.to_string()),
        _ => None,
    };
    let named = ["id", "name", "flag", "segment", "attribute", "serve"].iter().find_map(|key| item.get(key));
    named.and_then(scalar).or_else(|| scalar(item)).map_or_else(|| format!("#{index}"), |text| format!("={text}"))
}

fn line_start(text: &str, at: usize) -> usize {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    // A byte order mark is no part of the first line.
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if text[..end].ends_with('\r') { end - 1 } else { end }
}

/// Without one comment; with its line where it has one of its own.
fn without(text: &str, note: &Note) -> Option<String> {
    let (start, end) = if note.beside {
        (text[..note.start].trim_end_matches([' ', '\t']).len(), note.end)
    } else {
        let next = text[note.end..].find('\n').map_or(text.len(), |newline| note.end + newline + 1);
        (line_start(text, note.start), next)
    };
    let result = format!("{}{}", &text[..start], &text[end..]);
    says_the_same(text, &result).then_some(result)
}

/// With one comment more: where it stands in its own file, else as near to that as can be.
fn with(text: &str, note: &Note) -> Option<String> {
    let tree = read(text)?;
    let anchors = anchors(&tree);
    let mut places: Vec<(usize, bool)> = Vec::new();
    let mut path = note.anchor.as_slice();
    while !path.is_empty() {
        if let Some(anchor) = anchors.iter().find(|it| it.path == path) {
            if note.beside && path.len() == note.anchor.len() {
                places.push((anchor.start, true));
            }
            places.push((anchor.start, false));
        }
        path = &path[..path.len() - 1];
    }
    places.push((text.len(), false));
    places.into_iter().find_map(|(at, beside)| {
        let result = if beside { beside_line(text, at, &note.text)? } else { above_line(text, at, &note.text) };
        let arrived = count(&notes(&result)?, &note.text) > count(&notes(text)?, &note.text);
        (arrived && says_the_same(text, &result)).then_some(result)
    })
}

/// At the end of the line; not where a comment stands already.
fn beside_line(text: &str, at: usize, comment: &str) -> Option<String> {
    let end = line_end(text, at);
    let tree = read(text)?;
    let taken = tree.comments.iter().any(|it| (at..end).contains(&(it.span.start as usize)));
    (!taken).then(|| format!("{} {comment}{}", text[..end].trim_end(), &text[end..]))
}

/// On a line of its own, as deep as the line that it is put above.
fn above_line(text: &str, at: usize, comment: &str) -> String {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let start = line_start(text, at);
    if at == text.len() {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
        return format!("{text}{gap}{comment}{newline}");
    }
    let depth = text[start..].len() - text[start..].trim_start_matches(' ').len();
    let indent = " ".repeat(depth);
    format!("{}{indent}{comment}{newline}{}", &text[..start], &text[start..])
}

fn says_the_same(before: &str, after: &str) -> bool {
    match (read(before), read(after)) {
        (Some(before), Some(after)) => Data::from(&before.root).same(&Data::from(&after.root)),
        _ => false,
    }
}

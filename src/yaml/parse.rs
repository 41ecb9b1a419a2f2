//! Text to tree. The only user of the event parser.

use super::message;
use super::tree::{Comment, Entry, Kind, Node, ScalarStyle, Style, Tree};
use crate::diagnostic::codes::syntax;
use crate::diagnostic::{Code, Diagnostic, short};
use crate::source::{FilePath, Place, Span};
use granit_parser::{ErrorKind, Event, Parser, ScanError, StructureStyle};
use std::borrow::Cow;
use std::collections::HashMap;

mod everyday;
mod refused;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 32;

/// The most values (scalars, lists and mappings) that are read.
pub const MAX_NODES: usize = 50_000;

/// The most problems that are reported for one file.
pub const MAX_PROBLEMS: usize = 100;

/// What to do about values in values in values.
const FLATTEN: &str = "name what is nested once, as a segment or a text, instead of nesting it";

/// What to do about anchors.
const REPEAT: &str = "write the value out where it is used; what several rules share belongs in a segment";

/// The key that merges mappings in YAML 1.1.
const MERGE: &str = "<<";

/// From how many entries on a mapping's keys are hashed to find duplicates.
const HASHED: usize = 16;

/// Reads one document of strict YAML 1.2.
///
/// All problems are collected: duplicate keys, anchors, aliases, tags, ambiguous words and the like do not stop the
/// reading, an error of syntax does. The tree is `None` exactly when the text as a whole could not be read.
#[must_use]
pub fn parse<'t>(file: &FilePath, text: &'t str) -> (Option<Tree<'t>>, Vec<Diagnostic>) {
    read(file, text, true)
}

/// As [`parse`], but the tree has no comments, which takes a third of the time: for those who only want the values.
#[must_use]
pub fn parse_values<'t>(file: &FilePath, text: &'t str) -> (Option<Tree<'t>>, Vec<Diagnostic>) {
    read(file, text, false)
}

fn read<'t>(file: &FilePath, text: &'t str, with_comments: bool) -> (Option<Tree<'t>>, Vec<Diagnostic>) {
    let mut reader = Reader {
        file,
        text,
        with_comments: with_comments && text.contains('#'),
        problems: Vec::new(),
        comments: Vec::new(),
        nodes: 0,
        cursor: 0,
    };
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes, at most {MAX_BYTES} are read", text.len());
        let help = "remove what is not needed; long lists of users belong into attributes that contexts carry";
        reader.helpful(&syntax::TOO_LARGE, Span::new(0, 0), message, help);
        return (None, reader.problems);
    }
    reader.forbidden_characters();
    reader.conflicts();
    if !reader.problems.is_empty() {
        return (None, reader.problems);
    }
    let everyday = if with_comments { None } else { reader.everyday() };
    let root = everyday.or_else(|| reader.document());
    let Reader { problems, comments, .. } = reader;
    (root.map(|root| Tree { text, root, comments }), problems)
}

struct Reader<'a, 't> {
    file: &'a FilePath,
    text: &'t str,
    with_comments: bool,
    problems: Vec<Diagnostic>,
    comments: Vec<Comment>,
    nodes: usize,
    /// The end of the last scalar, or the start of the last collection: a block scalar's header is searched from here.
    cursor: usize,
}

/// A collection that is still open.
struct Open<'t> {
    start: usize,
    end: usize,
    style: Style,
    content: Content<'t>,
}

enum Content<'t> {
    Mapping(Vec<Entry<'t>>, Option<(Cow<'t, str>, Span)>, Keys<'t>),
    Sequence(Vec<Node<'t>>),
}

/// The keys of a large mapping, to find duplicates.
#[derive(Default)]
struct Keys<'t> {
    first: HashMap<Cow<'t, str>, Span>,
    /// How many entries are in it, duplicates included.
    seen: usize,
}

/// What an event means for the reading.
enum Step<'t> {
    Continue,
    Complete(Node<'t>),
    /// Nothing that follows is read.
    Enough,
    /// The text as a whole can't be read.
    Fail,
}

impl<'t> Reader<'_, 't> {
    /// Adds a problem. Beyond [`MAX_PROBLEMS`] they are dropped, after one that says so.
    fn problem(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> Option<&mut Diagnostic> {
        let place = Place::span(self.file.clone(), span);
        let diagnostic = match self.problems.len() {
            MAX_PROBLEMS.. => return None,
            count if count + 1 == MAX_PROBLEMS => Diagnostic::new(
                &syntax::TOO_MANY_PROBLEMS,
                format!("more than {} problems, the others are not shown", MAX_PROBLEMS - 1),
            ),
            _ => Diagnostic::new(code, message),
        };
        let shown = std::ptr::eq(diagnostic.code, code);
        self.problems.push(diagnostic.at(place));
        self.problems.last_mut().filter(|_| shown)
    }

    fn helpful(&mut self, code: &'static Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        if let Some(problem) = self.problem(code, span, message) {
            problem.help.push(short(help.into()));
        }
    }

    fn document(&mut self) -> Option<Node<'t>> {
        let mut options = granit_parser::Options::default();
        options.emit_unresolved_aliases = true;
        options.emit_anchor_events = true;
        options.disallow_directives = true;
        options.max_buffered_comment_events = usize::MAX;
        options.emit_comments = self.with_comments;
        let mut open: Vec<Open<'t>> = Vec::with_capacity(8);
        let mut root = None;
        let mut documents = 0;
        for next in Parser::new_from_str_with_options(self.text, options) {
            let (event, span) = match next {
                Ok(next) => next,
                Err(error) => {
                    self.syntax_error(&error);
                    return None;
                }
            };
            let span = span.byte_range().map_or_else(Span::default, |range| Span::new(range.start, range.end));
            match self.event(event, span, &mut documents, &mut open) {
                Step::Continue => {}
                Step::Complete(node) => match open.last_mut() {
                    Some(parent) => self.attach(parent, node),
                    None => root = Some(node),
                },
                Step::Enough => return root,
                Step::Fail => return None,
            }
        }
        root.or_else(|| {
            let end = self.text.len();
            Some(Node { span: Span::new(end, end), kind: Kind::Scalar(Cow::Borrowed(""), ScalarStyle::Plain) })
        })
    }

    fn syntax_error(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
        let span = Span::new(at, at);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            self.helpful(&syntax::TOO_DEEP, span, format!("nested more than {MAX_DEPTH} levels deep"), FLATTEN);
            return;
        }
        let (span, message, help) = message::of(error, self.text, span);
        if let Some(problem) = self.problem(&syntax::INVALID_YAML, span, message) {
            problem.help.push(help);
        }
    }

    fn event(&mut self, event: Event<'t>, span: Span, documents: &mut u32, open: &mut Vec<Open<'t>>) -> Step<'t> {
        match event {
            Event::DocumentStart(..) => {
                *documents += 1;
                if *documents > 1 {
                    let message = "a file holds one document, a second one starts here";
                    self.helpful(
                        &syntax::SEVERAL_DOCUMENTS,
                        span,
                        message,
                        "move it to a file of its own, or remove `---`",
                    );
                    return Step::Enough;
                }
            }
            Event::Comment(..) => self.comments.push(Comment { span }),
            Event::Anchor(_, name) => {
                self.helpful(&syntax::ANCHOR, span, format!("anchors are not allowed: `&{name}`"), REPEAT);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.helpful(&syntax::ANCHOR, span, "aliases are not allowed", REPEAT);
                self.cursor = span.end as usize;
                return Step::Complete(Node { span, kind: Kind::Scalar(Cow::Borrowed(""), ScalarStyle::Plain) });
            }
            Event::Scalar(text, style, _, tag) => {
                self.refuse_tag(tag.is_some(), span);
                let in_flow = open.last().is_some_and(|open| open.style == Style::Flow);
                return self.count(span).unwrap_or_else(|| Step::Complete(self.scalar(text, style, span, in_flow)));
            }
            Event::MappingStart(style, _, ref tag) | Event::SequenceStart(style, _, ref tag) => {
                self.refuse_tag(tag.is_some(), span);
                if open.len() >= MAX_DEPTH {
                    self.helpful(&syntax::TOO_DEEP, span, format!("nested more than {MAX_DEPTH} levels deep"), FLATTEN);
                    return Step::Fail;
                }
                let content = if matches!(event, Event::MappingStart(..)) {
                    Content::Mapping(Vec::new(), None, Keys::default())
                } else {
                    Content::Sequence(Vec::new())
                };
                let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Block };
                let below_key = matches!(open.last().map(|open| &open.content), Some(Content::Mapping(_, Some(_), _)));
                let start = match content {
                    Content::Sequence(_) if below_key && style == Style::Block => self.dash(span),
                    _ => span.start as usize,
                };
                self.cursor = self.cursor.max(start);
                open.push(Open { start, end: start, style, content });
                return self.count(span).unwrap_or(Step::Continue);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                return open.pop().map_or(Step::Continue, |collection| Step::Complete(close(collection, span)));
            }
            _ => {}
        }
        Step::Continue
    }

    /// The first dash of a block sequence below a key. The event parser reports the first item instead where the dashes
    /// stand in the key's own column.
    fn dash(&self, sequence: Span) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.cursor;
        loop {
            match bytes.get(at) {
                Some(b':' | b' ' | b'\t' | b'\r' | b'\n') => at += 1,
                Some(b'#') => at += bytes[at..].iter().take_while(|&&byte| byte != b'\n').count(),
                Some(b'-') if at <= sequence.start as usize => return at,
                _ => return sequence.start as usize,
            }
        }
    }

    /// Counts a node; a step when there are too many.
    fn count(&mut self, span: Span) -> Option<Step<'t>> {
        self.nodes += 1;
        (self.nodes > MAX_NODES).then(|| {
            let message = format!("the file holds more than {MAX_NODES} values");
            self.helpful(&syntax::TOO_MANY_VALUES, span, message, "move lists of users to attributes or segments");
            Step::Fail
        })
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: granit_parser::ScalarStyle, span: Span, in_flow: bool) -> Node<'t> {
        let style = scalar_style(style);
        let (text, span) = match style {
            // The event parser reports a missing value as `~` before the colon.
            ScalarStyle::Plain if span.start == span.end => {
                let at = span.start as usize;
                let rest = &self.text.as_bytes()[at..];
                // A word may start with a colon, too.
                let is_indicator = rest.first() == Some(&b':')
                    && rest.get(1).is_none_or(|next| {
                        matches!(next, b' ' | b'\t' | b'\r' | b'\n') || in_flow && matches!(next, b',' | b']' | b'}')
                    });
                let at = if is_indicator { at + 1 } else { at };
                (Cow::Borrowed(""), Span::new(at, at))
            }
            ScalarStyle::Plain => {
                self.check_plain(&text, span);
                (text, span)
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let ends_file = span.end as usize >= self.text.len() && !self.text.ends_with('\n');
                let span = super::block_scalar::span(self.text, self.cursor, span, &text);
                // The last line has no line break that the event parser could have kept.
                (if ends_file { without_newline(text) } else { text }, span)
            }
            ScalarStyle::Double => {
                self.forbidden_escapes(span);
                (text, span)
            }
            ScalarStyle::Single => (text, span),
        };
        self.cursor = self.cursor.max(span.end as usize);
        Node { span, kind: Kind::Scalar(text, style) }
    }

    fn attach(&mut self, parent: &mut Open<'t>, node: Node<'t>) {
        parent.end = parent.end.max(node.span.end as usize);
        match &mut parent.content {
            Content::Sequence(items) => {
                self.check_merge(&node);
                items.push(node);
            }
            Content::Mapping(entries, pending, keys) => match pending.take() {
                None => *pending = Some(self.key(node, entries, keys)),
                Some((key, key_span)) => {
                    self.check_merge(&node);
                    entries.push(Entry { key, key_span, value: node });
                }
            },
        }
    }

    fn key(&mut self, node: Node<'t>, entries: &[Entry<'t>], keys: &mut Keys<'t>) -> (Cow<'t, str>, Span) {
        let span = node.span;
        let Kind::Scalar(key, style) = node.kind else {
            let message = "a key is a plain word, not a list or a mapping";
            self.helpful(&syntax::COMPLEX_KEY, span, message, "write a word, or quote the brackets if they are text");
            return (Cow::Borrowed(""), span);
        };
        if self.is_explicit(span) {
            let message = "a key must not be marked with `?`";
            self.helpful(&syntax::COMPLEX_KEY, span, message, "write `key: value` on one line");
        }
        if key.is_empty() && style == ScalarStyle::Plain && self.text[..span.start as usize].ends_with(':') {
            let colon = Span::new(span.start as usize - 1, span.start as usize);
            let message = "a key is missing before this colon";
            self.helpful(&syntax::INVALID_YAML, colon, message, "write `key: value`, or quote the colon if it is text");
            return (key, span);
        }
        if key == MERGE && style == ScalarStyle::Plain {
            self.helpful(&syntax::ANCHOR, span, "merge keys are not allowed: `<<`", REPEAT);
        }
        if let Some(character) = key.chars().find(|c| matches!(c, '\t' | '\n')) {
            let name = if character == '\t' { "a tab" } else { "a line break" };
            self.helpful(&syntax::FORBIDDEN_CHARACTER, span, format!("a key can't hold {name}"), "write a space");
        }
        let first = if entries.len() < HASHED {
            entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span)
        } else {
            // The entries that came since the last look.
            for entry in &entries[keys.seen..] {
                keys.first.entry(entry.key.clone()).or_insert(entry.key_span);
            }
            keys.seen = entries.len();
            keys.first.get(&key).copied()
        };
        if let Some(first) = first {
            let place = Place::span(self.file.clone(), first);
            if let Some(problem) = self.problem(&syntax::DUPLICATE_KEY, span, format!("the key `{key}` stands twice")) {
                problem.related.push((place, "it stands here first".into()));
                problem.help.push("keep one of the two; other readers silently take the last".into());
            }
        }
        (key, span)
    }

    /// Whether `? ` stands before the key on its line.
    fn is_explicit(&self, key: Span) -> bool {
        let before = &self.text.as_bytes()[..key.start as usize];
        let spaces = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let Some((b'?', rest)) = before[..before.len() - spaces].split_last() else { return false };
        spaces > 0 && rest.last().is_none_or(|byte| b" \t\n[{,".contains(byte))
    }
}

fn close(collection: Open<'_>, end: Span) -> Node<'_> {
    let Open { start, end: last, style, content } = collection;
    let end = match style {
        Style::Flow => end.end as usize,
        Style::Block => last,
    };
    let kind = match content {
        Content::Mapping(entries, ..) => Kind::Mapping(entries, style),
        Content::Sequence(items) => Kind::Sequence(items, style),
    };
    Node { span: Span::new(start, end), kind }
}

fn without_newline(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix('\n').unwrap_or(text)),
        Cow::Owned(mut text) => {
            text.truncate(text.strip_suffix('\n').map_or(text.len(), str::len));
            Cow::Owned(text)
        }
    }
}

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::Single,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::Double,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}

#[cfg(test)]
mod tests;

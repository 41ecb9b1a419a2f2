//! The decoder: reads nodes by the tables of fields and collects every problem.

use super::fields::{Object, Shape};
use crate::diagnostic::codes::shape;
use crate::diagnostic::codes::syntax::TOO_MANY_PROBLEMS;
use crate::diagnostic::{Code, Diagnostic, did_you_mean, short};
use crate::model::Bucketing;
use crate::source::{FilePath, Place, Span};
use crate::yaml::{Entry, Kind, MAX_PROBLEMS, Node, Resolved, ScalarStyle, Style, Tree, resolve};
use std::fmt;

/// Collects the problems of one file. Its methods return `None` exactly when they, or the reader before them, have
/// reported a problem.
pub(super) struct Decoder<'f> {
    file: &'f FilePath,
    problems: Vec<Diagnostic>,
    /// How many bytes further regular expressions may take when compiled; `None` when there were too many.
    patterns: Option<usize>,
    /// The algorithm of the flag that is read, where it names one.
    pub(super) bucketing: Option<Bucketing>,
}

/// How many bytes the regular expressions of one file may take when compiled.
const PATTERNS: usize = 8 << 20;

/// A value with what is needed to talk about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a, 't> {
    /// The value.
    pub(super) node: &'a Node<'t>,
    /// The bytes of its key, where it has one of its own.
    pub(super) key: Option<Span>,
    /// What to call it.
    pub(super) name: Name<'a>,
}

/// What to call a value in messages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name<'a> {
    /// The file as a whole, by what it is.
    File(&'a str),
    /// The value of this key.
    Field(&'a str),
    /// An item of the list of this name.
    Item(&'a str),
}

/// The fields of a mapping, after names and presence are checked.
pub(super) struct Fields<'a, 't> {
    entries: &'a [Entry<'t>],
}

impl<'f> Decoder<'f> {
    pub(super) const fn new(file: &'f FilePath) -> Self {
        Self { file, problems: Vec::new(), patterns: Some(PATTERNS), bucketing: None }
    }

    /// What was decoded, unless there were problems, and these.
    pub(super) fn finish<T>(self, value: Option<T>) -> (Option<T>, Vec<Diagnostic>) {
        let value = if self.problems.iter().any(Diagnostic::is_error) { None } else { value };
        let mut problems = self.problems;
        if problems.len() > MAX_PROBLEMS {
            problems.truncate(MAX_PROBLEMS - 1);
            let message = format!("more than {} problems, the others are not shown", MAX_PROBLEMS - 1);
            problems.push(Diagnostic::new(&TOO_MANY_PROBLEMS, message).at(Place::file(self.file.clone())));
        }
        for problem in &mut problems {
            problem.help = std::mem::take(&mut problem.help).into_iter().map(short).collect();
        }
        (value, problems)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place::span(self.file.clone(), span)
    }

    /// Reports a problem; the caller adds label and help to what it gets.
    pub(super) fn report(&mut self, code: &'static Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        let problem = Diagnostic::new(code, message).at(self.place(span));
        let index = self.problems.len();
        self.problems.push(problem);
        &mut self.problems[index]
    }

    /// How many bytes further regular expressions may take; `None` after the problem that they take too many.
    pub(super) const fn room_for_patterns(&self) -> Option<usize> {
        self.patterns
    }

    /// Regular expressions take so many bytes.
    pub(super) fn take_room(&mut self, bytes: usize) {
        self.patterns = self.patterns.and_then(|left| left.checked_sub(bytes));
    }

    /// How many problems there are so far.
    pub(super) const fn count_problems(&self) -> usize {
        self.problems.len()
    }

    /// The problem that was reported last, if it came after there were `before`.
    pub(super) fn last_since(&mut self, before: usize) -> Option<&mut Diagnostic> {
        if self.problems.len() > before { self.problems.last_mut() } else { None }
    }

    /// The problem that was reported last.
    pub(super) fn last(&mut self) -> Option<&mut Diagnostic> {
        self.problems.last_mut()
    }

    /// Reports that `slot` is no `expected`. Numbers out of range and the like were reported by the reader.
    pub(super) fn wrong_type(&mut self, slot: Slot<'_, '_>, expected: &str) {
        self.wrong(&shape::WRONG_TYPE, slot, expected);
    }

    /// As [`Self::wrong_type`], under another code.
    pub(super) fn wrong(&mut self, code: &'static Code, slot: Slot<'_, '_>, expected: &str) {
        if slot.node.scalar() == Some(Resolved::OutOfRange) || is_alias(slot.node) {
            return;
        }
        let found = slot.node.describe();
        let message = format!("{} must be {expected}, not {found}", slot.name);
        let help = help_with_scalar(slot, expected).or_else(|| help_with_list(slot, expected));
        // What is several lines long needs to be shown, not named.
        let is_short = expected.starts_with('`') || slot.node.scalar().is_some();
        let help = help.or_else(|| is_short.then(|| format!("write {expected} here")));
        let problem = self.report(code, slot.span(), message);
        problem.label = Some(format!("expected {expected}"));
        problem.help.extend(help);
    }

    /// The fields of a mapping. Reports unknown and missing ones, and goes on with those that are there.
    pub(super) fn object<'a, 't>(&mut self, slot: Slot<'a, 't>, object: &Object) -> Option<Fields<'a, 't>> {
        let Some(entries) = slot.node.entries() else {
            let expected = match (slot.name, object.what.strip_prefix('`')) {
                (Name::File(what), _) => format!("a mapping ({what})"),
                (_, Some(_)) => "a mapping".to_owned(),
                _ => format!("a mapping ({})", object.what),
            };
            self.wrong_type(slot, &expected);
            self.help_in_braces(slot, object);
            return None;
        };
        let fields = Fields { entries };
        self.unknown(fields.entries, object.names(), object.what, |_| None);
        self.missing(slot, &fields, object);
        Some(fields)
    }

    /// People write `killed: outage` for `killed: {reason: outage}`.
    fn help_in_braces(&mut self, slot: Slot<'_, '_>, object: &Object) {
        let (Some(first), Some(Resolved::Text(_))) = (object.fields.first(), slot.node.scalar()) else { return };
        if let (true, Some(text), false) = (first.required, written(slot.node), matches!(slot.name, Name::File(_))) {
            self.help_last(format!("write `{{{}: {text}}}`", first.name));
        }
    }

    /// The entries of a mapping, whatever their keys.
    pub(super) fn mapping<'a, 't>(&mut self, slot: Slot<'a, 't>, expected: &str) -> Option<Fields<'a, 't>> {
        if let Some(entries) = slot.node.entries() {
            return Some(Fields { entries });
        }
        self.wrong_type(slot, expected);
        None
    }

    #[expect(clippy::needless_pass_by_value, reason = "an iterator is a cheap value, made for this call")]
    /// Reports entries whose key is none of `known`; `special` may have a better message and help for some of them.
    pub(super) fn unknown<'k>(
        &mut self,
        entries: &[Entry<'_>],
        known: impl Iterator<Item = &'k str> + Clone,
        what: &str,
        special: impl Fn(&str) -> Option<(&'static Code, String, String)>,
    ) {
        for entry in entries {
            let key: &str = &entry.key;
            if reported_by_reader(entry) {
                continue;
            }
            if known.clone().any(|name| name == key) {
                continue;
            }
            if let Some((code, message, help)) = special(key) {
                self.report(code, entry.key_span, message).help.push(help);
                continue;
            }
            let help = did_you_mean(key, known.clone()).unwrap_or_else(|| {
                let names: Vec<String> = known.clone().map(|name| format!("`{name}`")).collect();
                format!("{what} has these fields: {}", names.join(", "))
            });
            let message = match key {
                "" => "this field has an empty name".to_owned(),
                _ => format!("{what} has no field `{key}`"),
            };
            let problem = self.report(&shape::UNKNOWN_FIELD, entry.key_span, message);
            problem.label = Some("unknown field".into());
            problem.help.push(help);
        }
    }

    fn missing(&mut self, slot: Slot<'_, '_>, fields: &Fields<'_, '_>, object: &Object) {
        for field in object.fields.iter().filter(|field| field.required && fields.get(field.name).is_none()) {
            self.missing_field(slot, object.what, field.name, field.doc);
            if let Shape::Choice(words) = field.shape {
                let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
                self.help_last(format!("it is one of {}", words.join(", ")));
            }
        }
    }

    /// Reports that `slot`, which is `what`, lacks a field.
    pub(super) fn missing_field(&mut self, slot: Slot<'_, '_>, what: &str, field: &str, doc: &str) {
        let message = format!("{what} needs `{field}`");
        let problem = self.report(&shape::MISSING_FIELD, slot.anchor(), message);
        problem.label = Some(format!("`{field}` is missing"));
        problem.help.push(format!("add `{field}`, {}", lower_first(doc)));
    }

    /// The items of a list.
    pub(super) fn list<'a, 't>(&mut self, slot: Slot<'a, 't>, filled: bool) -> Option<Vec<Slot<'a, 't>>> {
        let Some(items) = slot.node.items() else {
            self.wrong_type(slot, "a list");
            if let (Name::Field(name), Some(text)) = (slot.name, written(slot.node)) {
                self.help_last(format!("write `{name}: [{text}]`"));
            }
            return None;
        };
        if filled && items.is_empty() {
            self.empty(slot);
            return None;
        }
        let name = Name::Item(slot.name.word());
        Some(items.iter().map(|node| Slot { node, key: None, name }).collect())
    }

    /// Reports that a collection is empty.
    pub(super) fn empty(&mut self, slot: Slot<'_, '_>) {
        let message = format!("{} must not be empty", slot.name);
        let problem = self.report(&shape::EMPTY_COLLECTION, slot.span(), message);
        problem.label = Some("needs at least one entry".into());
        problem.help.push(format!("add an entry, or remove {}", slot.name));
    }

    /// Decodes every item of a list; `None` when the list or any item has a problem.
    pub(super) fn each<'a, 't, T>(
        &mut self,
        slot: Slot<'a, 't>,
        filled: bool,
        mut decode: impl FnMut(&mut Self, Slot<'a, 't>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.list(slot, filled)?;
        // Not `collect` on options: it would stop at the first problem.
        let count = items.len();
        let decoded: Vec<T> = items.into_iter().filter_map(|item| decode(self, item)).collect();
        (decoded.len() == count).then_some(decoded)
    }

    /// Decodes an optional field: `Some(None)` when it is absent.
    #[expect(clippy::option_option, reason = "absent, fine and broken are three answers")]
    pub(super) fn optional<'a, 't, T>(
        &mut self,
        fields: &Fields<'a, 't>,
        name: &'static str,
        decode: impl FnOnce(&mut Self, Slot<'a, 't>) -> Option<T>,
    ) -> Option<Option<T>> {
        match fields.get(name) {
            None => Some(None),
            Some(slot) => decode(self, slot).map(Some),
        }
    }

    /// Decodes a field that has a neutral value when it is absent.
    pub(super) fn or_default<'a, 't, T: Default>(
        &mut self,
        fields: &Fields<'a, 't>,
        name: &'static str,
        decode: impl FnOnce(&mut Self, Slot<'a, 't>) -> Option<T>,
    ) -> Option<T> {
        self.optional(fields, name, decode).map(Option::unwrap_or_default)
    }

    /// Decodes a required field; that it is missing was reported with the object.
    pub(super) fn required<'a, 't, T>(
        &mut self,
        fields: &Fields<'a, 't>,
        name: &'static str,
        decode: impl FnOnce(&mut Self, Slot<'a, 't>) -> Option<T>,
    ) -> Option<T> {
        decode(self, fields.get(name)?)
    }
}

impl<'a, 't> Fields<'a, 't> {
    /// The field of that name.
    pub(super) fn get(&self, name: &'a str) -> Option<Slot<'a, 't>> {
        self.entries.iter().find(|entry| entry.key == name).map(Slot::entry)
    }

    /// Its entries.
    pub(super) const fn entries(&self) -> &'a [Entry<'t>] {
        self.entries
    }
}

impl<'a, 't> Slot<'a, 't> {
    /// A whole document.
    pub(super) const fn file(tree: &'a Tree<'t>, what: &'a str) -> Self {
        Self { node: &tree.root, key: None, name: Name::File(what) }
    }

    /// The value of an entry, called by its key.
    pub(super) fn entry(entry: &'a Entry<'t>) -> Self {
        Self { node: &entry.value, key: Some(entry.key_span), name: Name::Field(&entry.key) }
    }

    /// Where the value stands; its key where nothing stands.
    pub(super) fn span(self) -> Span {
        match self.key {
            Some(key) if self.node.span.start >= self.node.span.end => key,
            _ => self.node.span,
        }
    }

    /// Where to point when something is missing inside: its key, else the first key in it, else itself.
    pub(super) fn anchor(self) -> Span {
        let first = || self.node.entries().and_then(|entries| entries.first()).map(|entry| entry.key_span);
        match &self.node.kind {
            Kind::Mapping(_, Style::Flow) if self.key.is_none() => self.node.span,
            _ => self.key.or_else(first).unwrap_or(self.node.span),
        }
    }
}

impl<'a> Name<'a> {
    pub(super) fn word(self) -> &'a str {
        match self {
            Self::File(word) | Self::Field(word) | Self::Item(word) => word,
        }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(_) => f.write_str("the file"),
            Self::Field(key) => write!(f, "`{key}`"),
            Self::Item(list) => write!(f, "an item of `{list}`"),
        }
    }
}

/// What to do about a scalar of the wrong kind.
/// Items where entries belong.
fn help_with_list(slot: Slot<'_, '_>, expected: &str) -> Option<String> {
    let is_list = matches!(slot.node.kind, Kind::Sequence(..)) && expected.starts_with("a mapping");
    is_list.then(|| "write entries such as `name: value`, without dashes and square brackets".to_owned())
}

fn help_with_scalar(slot: Slot<'_, '_>, expected: &str) -> Option<String> {
    let Kind::Scalar(text, style) = &slot.node.kind else { return None };
    if slot.node.is_null() {
        return slot.key.map(|_| "write a value; an optional field that is to be empty is left out".to_owned());
    }
    let unquoted = *style != ScalarStyle::Plain
        && match resolve(text) {
            Resolved::Boolean(_) => expected.contains("`true`"),
            Resolved::Integer(_) | Resolved::Number(_) => expected.contains("number"),
            _ => false,
        };
    if unquoted {
        return Some(format!("write {text}, without quotes"));
    }
    // What has a form of its own is not made right by quotes.
    let wants_text = (expected.contains("text") || expected.contains("name")) && !expected.contains("such as");
    let is_text = matches!(slot.node.scalar(), Some(Resolved::Text(_)));
    (wants_text && !is_text).then(|| format!("put it in quotes if it is meant as text: \"{text}\""))
}

/// A scalar that says something, as it can stand in a file.
pub(super) fn written(node: &Node<'_>) -> Option<String> {
    match &node.kind {
        _ if node.is_null() => None,
        Kind::Scalar(text, ScalarStyle::Plain) => Some(text.clone().into_owned()),
        Kind::Scalar(text, _) => Some(format!("{text:?}")),
        _ => None,
    }
}

/// An alias, which the reader has reported: an empty word that takes room.
fn is_alias(node: &Node<'_>) -> bool {
    matches!(&node.kind, Kind::Scalar(text, ScalarStyle::Plain) if text.is_empty()) && node.span.start < node.span.end
}

/// A merge key, or a list or mapping as a key: not to be called unknown as well.
fn reported_by_reader(entry: &Entry<'_>) -> bool {
    let width = entry.key_span.end.saturating_sub(entry.key_span.start);
    (entry.key == "<<" && width == 2) || (entry.key.is_empty() && width != 2)
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + characters.as_str())
}

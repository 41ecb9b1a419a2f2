//! A document as a tree of nodes with spans, styles and comments.

use super::scalar::{Resolved, resolve};
use crate::source::{Focus, Path, Span, Step};
use std::borrow::Cow;

/// A document.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree<'t> {
    /// The text it was read from.
    pub text: &'t str,
    /// The root; an empty plain scalar when the document has no content.
    pub root: Node<'t>,
    /// All comments, in order.
    pub comments: Vec<Comment>,
}

/// A comment: the bytes from `#` to the end of the line, without the line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Its bytes.
    pub span: Span,
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    /// The bytes of its content. A block collection's span ends where its last child ends.
    pub span: Span,
    /// What it is.
    pub kind: Kind<'t>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind<'t> {
    /// Keys and values, in file order.
    Mapping(Vec<Entry<'t>>, Style),
    /// Items, in file order.
    Sequence(Vec<Node<'t>>, Style),
    /// A scalar, with its text after quotes and escapes are resolved.
    Scalar(Cow<'t, str>, ScalarStyle),
}

/// A key and its value. Keys are scalars.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'t> {
    /// The key's text.
    pub key: Cow<'t, str>,
    /// The key's bytes, quotes included.
    pub key_span: Span,
    /// The value; an empty plain scalar where nothing stands.
    pub value: Node<'t>,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// On lines of their own.
    Block,
    /// In brackets or braces.
    Flow,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl<'t> Tree<'t> {
    /// The node at `path`.
    #[must_use]
    pub fn find(&self, path: &Path) -> Option<&Node<'t>> {
        path.steps().iter().try_fold(&self.root, |node, step| node.child(step))
    }

    /// The bytes that a symbolic place stands for; those of the longest existing prefix where the path leads nowhere.
    #[must_use]
    pub fn locate(&self, path: &Path, focus: Focus) -> Span {
        let mut node = &self.root;
        let mut key = None;
        for step in path.steps() {
            let Some(child) = node.child(step) else {
                // The value is missing: its parent's key says it best.
                return key.unwrap_or(node.span);
            };
            key = match step {
                Step::Key(name) => node.entry(name).map(|entry| entry.key_span),
                Step::Index(_) => None,
            };
            node = child;
        }
        match (focus, key) {
            (Focus::Key, Some(key)) => key,
            // Nothing stands where the value should be.
            (Focus::Value, Some(key)) if node.span.start == node.span.end => key,
            _ => node.span,
        }
    }
}

impl<'t> Node<'t> {
    /// The child that `step` leads to.
    #[must_use]
    pub fn child(&self, step: &Step) -> Option<&Self> {
        match (step, &self.kind) {
            (Step::Key(key), Kind::Mapping(..)) => self.entry(key).map(|entry| &entry.value),
            (Step::Index(index), Kind::Sequence(items, _)) => items.get(*index),
            _ => None,
        }
    }

    /// The entry of that key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries()?.iter().find(|entry| entry.key == key)
    }

    /// The value of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entries of a mapping.
    #[must_use]
    pub fn entries(&self) -> Option<&[Entry<'t>]> {
        match &self.kind {
            Kind::Mapping(entries, _) => Some(entries),
            _ => None,
        }
    }

    /// The items of a sequence.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Sequence(items, _) => Some(items),
            _ => None,
        }
    }

    /// What a scalar means under the YAML 1.2 core schema; quoted and block scalars are text.
    #[must_use]
    pub fn scalar(&self) -> Option<Resolved<'_>> {
        match &self.kind {
            Kind::Scalar(text, ScalarStyle::Plain) => Some(resolve(text)),
            Kind::Scalar(text, _) => Some(Resolved::Text(text)),
            _ => None,
        }
    }

    /// Whether nothing, `~` or `null` stands there.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.scalar(), Some(Resolved::Null))
    }

    /// What it is, in words: `a mapping`, `a list`, `text`, `a number`, `true or false`, `nothing`.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Mapping(..) => "a mapping",
            Kind::Sequence(..) => "a list",
            Kind::Scalar(..) => match self.scalar() {
                Some(Resolved::Null) | None => "nothing",
                Some(Resolved::Boolean(_)) => "true or false",
                Some(Resolved::Integer(_) | Resolved::Number(_) | Resolved::OutOfRange) => "a number",
                Some(Resolved::Text(_)) => "text",
            },
        }
    }
}

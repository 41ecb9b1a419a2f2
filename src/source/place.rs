//! Symbolic places: a file, and a path of keys and indexes inside it.

use super::{FilePath, Span};
use std::fmt;
use std::sync::Arc;

/// One step down a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a mapping, by key.
    Key(Arc<str>),
    /// Into a sequence, by 0-based index.
    Index(usize),
}

/// The steps from a document's root to a node; empty for the root itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Step>);

/// Which part of an entry is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Focus {
    /// The key of the entry (the item itself in a sequence).
    Key,
    /// The value.
    Value,
}

/// A place inside a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The file as a whole.
    File,
    /// These bytes.
    Span(Span),
    /// The node at this path, resolved when it is rendered. Where the path leads nowhere, its longest existing
    /// prefix is meant.
    Node(Path, Focus),
}

/// Where a diagnostic points.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's path in the repository.
    pub file: FilePath,
    /// The place inside it.
    pub at: At,
}

impl Path {
    /// The root.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Its steps, from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path and a key below it.
    #[must_use]
    pub fn key(&self, key: impl Into<Arc<str>>) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Key(key.into()));
        path
    }

    /// This path and an index below it.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Index(index));
        path
    }

    /// The path without its last step, and that step.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &Step)> {
        let (last, rest) = self.0.split_last()?;
        Some((Self(rest.to_vec()), last))
    }

    /// Whether `prefix` is this path or leads to it.
    #[must_use]
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// `environments.production.rules[1].serve`
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl Place {
    /// The whole file.
    #[must_use]
    pub const fn file(file: FilePath) -> Self {
        Self { file, at: At::File }
    }

    /// These bytes of the file.
    #[must_use]
    pub const fn span(file: FilePath, span: Span) -> Self {
        Self { file, at: At::Span(span) }
    }

    /// The value at `path`.
    #[must_use]
    pub const fn value(file: FilePath, path: Path) -> Self {
        Self { file, at: At::Node(path, Focus::Value) }
    }

    /// The key at `path`.
    #[must_use]
    pub const fn key(file: FilePath, path: Path) -> Self {
        Self { file, at: At::Node(path, Focus::Key) }
    }
}

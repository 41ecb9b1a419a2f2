//! Where text comes from, and how we point into it.
//!
//! Decoders point with byte [`Span`]s, checks on the model with symbolic [`Place`]s (a file and a
//! path of keys). Both become line and column only when something is printed.

mod json;
mod place;
mod span;

pub use json::Strict;
pub use place::{At, Focus, Path, Place, Step};
pub use span::{Lines, Position, Span};

use std::collections::BTreeMap;
use std::sync::Arc;

/// A file's path relative to the root of the repository of flags' work tree, with `/` between its parts.
pub type FilePath = Arc<str>;

/// The texts that diagnostics point into, by path.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: BTreeMap<FilePath, Arc<str>>,
}

impl Sources {
    /// No texts yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers `text` as the content of `file`.
    pub fn insert(&mut self, file: FilePath, text: impl Into<Arc<str>>) {
        self.texts.insert(file, text.into());
    }

    /// Takes over all texts of `other`.
    pub fn extend(&mut self, other: Self) {
        self.texts.extend(other.texts);
    }

    /// The text of `file`, when it is known.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(AsRef::as_ref)
    }
}

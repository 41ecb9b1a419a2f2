//! What was not carried over, or not unchanged.

use crate::diagnostic::{Code, Diagnostic, codes};
use crate::source::{At, FilePath, Focus, Path, Place, Span};

/// What became of a construct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Nothing: the flag is left out, or answers otherwise where it says so. Importing asks for consent.
    No,
    /// It is there, but something about it is different, as the words say.
    Otherwise,
    /// All that evaluation depends on is there; something beside is not.
    InEssence,
}

/// A construct of the source that has no exact equivalent.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What became of it.
    pub kept: Kept,
    /// The file of the source.
    pub file: String,
    /// The path to the construct in the file.
    pub path: Path,
    /// Its bytes, where no path leads to it.
    pub span: Option<Span>,
    /// The flag as the source calls it.
    pub flag: Option<String>,
    /// What the construct is and means, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Item {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        match self.kept {
            Kept::No => &codes::exchange::NOT_CARRIED_OVER,
            Kept::Otherwise => &codes::exchange::CARRIED_OVER_OTHERWISE,
            Kept::InEssence => &codes::exchange::DETAIL_LEFT_OUT,
        }
    }

    /// As a problem of the source's file.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let at = match self.span {
            Some(span) => At::Span(span),
            None if self.path.steps().is_empty() => At::File,
            None => At::Node(self.path.clone(), Focus::Value),
        };
        let message = match &self.flag {
            Some(flag) => format!("{flag}: {}", self.message),
            None => self.message.clone(),
        };
        Diagnostic::new(self.code(), message)
            .at(Place { file: FilePath::from(self.file.as_str()), at })
            .help(&self.help)
    }
}

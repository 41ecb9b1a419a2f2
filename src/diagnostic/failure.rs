//! Why something could not be done, and the exit code that goes with it.

use super::{Code, Diagnostic};
use crate::source::Sources;
use std::fmt;

/// The exit codes of the whole tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, true, equal.
    Done = 0,
    /// A negative answer: findings, differences, false.
    Negative = 1,
    /// Wrong usage, or input that does not parse.
    Usage = 2,
    /// Not found: flag, environment, revision, repository.
    NotFound = 3,
    /// Refused by policy or by the person.
    Refused = 4,
    /// Conflict: something else changes, or has changed, the same thing.
    Conflict = 5,
    /// Git, disk or network failed.
    Failed = 6,
}

impl Exit {
    /// The exit code of a command that fails with `code`.
    #[must_use]
    pub fn of(code: &Code) -> Self {
        match code.id {
            "F320" | "F324" => Self::Negative,
            "F200" | "F201" | "F202" | "F203" | "F204" | "F205" | "F255" | "F263" | "F301" => Self::NotFound,
            "F216" | "F217" | "F219" | "F250" | "F252" | "F253" | "F262" => Self::Refused,
            "F206" | "F207" | "F208" | "F209" | "F215" | "F218" | "F254" | "F256" | "F257" | "F261" | "F265"
            | "F266" => Self::Conflict,
            "F210" | "F211" | "F212" | "F213" | "F230" => Self::Failed,
            _ => Self::Usage,
        }
    }
}

/// Why a command could not do what was asked: at least one diagnostic, and the texts that they point into.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The problems, the first being the reason.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they point into.
    pub sources: Sources,
}

/// What can fail so.
pub type Result<T> = std::result::Result<T, Box<Failure>>;

impl Failure {
    /// One problem.
    #[must_use]
    pub fn new(code: &'static Code, message: impl Into<String>) -> Box<Self> {
        Diagnostic::new(code, message).into()
    }

    /// With a way to fix it, added to the first problem.
    #[must_use]
    pub fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        if let Some(first) = self.diagnostics.first_mut() {
            first.help.push(help.into());
        }
        self
    }

    /// With this way to fix it instead of those that the first problem has.
    #[must_use]
    pub fn only_help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        if let Some(first) = self.diagnostics.first_mut() {
            first.help = vec![help.into()];
        }
        self
    }

    /// With further problems and the texts that they point into.
    #[must_use]
    pub fn with(mut self: Box<Self>, diagnostics: Vec<Diagnostic>, sources: Sources) -> Box<Self> {
        self.diagnostics.extend(diagnostics);
        self.sources.extend(sources);
        self
    }

    /// The code of the first problem.
    #[must_use]
    pub fn code(&self) -> Option<&'static Code> {
        self.diagnostics.first().map(|diagnostic| diagnostic.code)
    }

    /// The exit code that goes with the first problem.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.code().map_or(Exit::Failed, Exit::of)
    }
}

impl From<Diagnostic> for Box<Failure> {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(Failure { diagnostics: vec![diagnostic], sources: Sources::new() })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        f.write_str(&messages.join("; "))
    }
}

impl std::error::Error for Failure {}

//! The only place that writes output.
//!
//! A command returns an [`Outcome`]: a [`Report`], which knows how to be text and how to be JSON, and the exit code.
//! [`Output`] prints it in the [`Format`] that was asked for. Data goes to standard output, everything else to standard
//! error. Text is written with the styles of [`style`]; the streams strip them where colour is off.

pub mod diagnostic;
pub mod json;
mod output;
mod pager;
pub mod style;
pub mod table;

pub use output::{ColorChoice, Output, Terminal, choose_color};
pub use pager::Pager;

use crate::diagnostic::Exit;
use std::{fmt, io};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON document per line and record.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// One record per line, fields separated by tabs, no header.
    Plain,
    /// A Markdown document, as for a comment on a pull request.
    Markdown,
    /// The JSON document as YAML.
    Yaml,
    /// Workflow commands that GitHub shows as annotations.
    Github,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Plain => "plain",
            Self::Markdown => "markdown",
            Self::Yaml => "yaml",
            Self::Github => "github",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a command found out or did.
pub trait Report {
    /// For people, with styles; lines end with `\n`.
    fn text(&self, terminal: &Terminal) -> String;

    /// For programs. The object carries `"schema": "git-flag.<command>/v1"`.
    fn json(&self) -> serde_json::Value;

    /// Any other format; `None` where the report does not have it.
    fn other(&self, format: Format) -> Option<String> {
        let _ = format;
        None
    }

    /// Prints a long report piece by piece, so that it is never held as a whole; `None` for the formats that the other
    /// functions make.
    fn stream(&self, format: Format, out: &mut dyn io::Write) -> Option<io::Result<()>> {
        let _ = (format, out);
        None
    }

    /// The records of `jsonl`; the whole report unless it is a list.
    fn records(&self) -> Vec<serde_json::Value> {
        vec![self.json()]
    }
}

/// What a command returns: its report, words for standard error, and the exit code.
pub struct Outcome {
    /// Printed to standard output; nothing when `None`.
    pub report: Option<Box<dyn Report>>,
    /// Lines for people on standard error: what was done and what to do next. Silenced by `--quiet`.
    pub notes: Vec<String>,
    /// The exit code.
    pub exit: Exit,
}

impl Outcome {
    /// A report, done.
    pub fn report(report: impl Report + 'static) -> Self {
        Self { report: Some(Box::new(report)), notes: Vec::new(), exit: Exit::Done }
    }

    /// Nothing on standard output.
    #[must_use]
    pub const fn silent() -> Self {
        Self { report: None, notes: Vec::new(), exit: Exit::Done }
    }

    /// With a line for people on standard error.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With another exit code.
    #[must_use]
    pub const fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

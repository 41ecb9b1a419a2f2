//! Names in files that do not read as a whole: their other problems must not hide an unknown name.

use super::names::{unknown_environment, unknown_ring};
use crate::diagnostic::codes::meaning;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::document::{Mention, Mentioned};
use crate::lint::FileContext;
use crate::source::Place;
use std::collections::BTreeSet;

/// The names that files of the repository have.
#[derive(Debug, Default)]
pub struct Known {
    /// Keys of flags, whether their files read or not.
    pub flags: BTreeSet<String>,
    /// Names of segments, likewise.
    pub segments: BTreeSet<String>,
}

/// Suggestions are for people, and a broken repository can have thousands of unknown names.
const SUGGESTIONS: usize = 50;

/// The problems with what the file of `context` mentions.
#[must_use]
pub fn check_mentions(context: &FileContext<'_>, mentions: &[Mention], known: &Known) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for mention in mentions {
        let name = mention.name.as_str();
        let missing = |code: &'static Code, what: &str, names: &BTreeSet<String>| {
            let problem = Diagnostic::new(code, format!("there is no {what} `{name}`"));
            let hint =
                (found.len() < SUGGESTIONS).then(|| did_you_mean(name, names.iter().map(String::as_str))).flatten();
            let help = hint.unwrap_or_else(|| match what {
                "segment" => format!("create it with `git flag segment create {name}`"),
                _ => "correct the key; `git flag list` shows all flags".to_owned(),
            });
            (!names.contains(name)).then(|| problem.help(help))
        };
        let problem = match mention.what {
            Mentioned::Environment => unknown_environment(context.project, name),
            Mentioned::Ring => unknown_ring(context, name),
            Mentioned::Segment => missing(&meaning::UNKNOWN_SEGMENT, "segment", &known.segments),
            Mentioned::Flag => missing(&meaning::UNKNOWN_FLAG, "flag", &known.flags),
        };
        found.extend(problem.map(|problem| problem.at(Place::span(context.file.clone(), mention.span))));
    }
    found
}

//! What is wrong, where, and how to fix it: one plain value for every problem that the tool reports.
//!
//! A [`Diagnostic`] names its [`Code`] (the tables in [`codes`] hold them all, with the text of `git flag explain`),
//! points at a [`Place`], and says how to fix the problem. `render` turns it into text, JSON, SARIF or GitHub lines.

mod code;
pub mod codes;
mod failure;

pub use code::{Code, Severity};
pub use failure::{Exit, Failure, Result};

use crate::source::Place;

/// One problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Which problem it is.
    pub code: &'static Code,
    /// How bad it is here: the code's own severity unless `project.yaml` sets another.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; `None` for problems of the repository or the command line as a whole.
    pub place: Option<Place>,
    /// Words beside the caret.
    pub label: Option<String>,
    /// What another program said about it, whole and as it said it.
    pub output: Option<String>,
    /// Other places that matter (the first of two duplicates, say), each with its words.
    pub related: Vec<(Place, String)>,
    /// How to fix it, each a sentence or a command.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// A problem of kind `code`, at the severity the code has by default.
    #[must_use]
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: short(message.into()),
            place: None,
            label: None,
            output: None,
            related: Vec::new(),
            help: Vec::new(),
        }
    }

    /// At `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// With words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With what another program said about it; an empty text is nothing.
    #[must_use]
    pub fn output(mut self, output: impl Into<String>) -> Self {
        self.output = Some(output.into()).filter(|output| !output.trim().is_empty());
        self
    }

    /// With another place that matters.
    #[must_use]
    pub fn related(mut self, place: Place, words: impl Into<String>) -> Self {
        self.related.push((place, words.into()));
        self
    }

    /// With a way to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(short(help.into()));
        self
    }

    /// Whether it stops what was asked for.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The most characters of a message or help: whatever a file holds, a problem stays readable.
const LONGEST: usize = 400;

/// `text` without its middle, when it is very long.
#[must_use]
pub fn short(text: String) -> String {
    // Bytes are at least as many as characters.
    if text.len() <= LONGEST || text.chars().count() <= LONGEST {
        return text;
    }
    let start: String = text.chars().take(LONGEST * 2 / 3).collect();
    let mut end: Vec<char> = text.chars().rev().take(LONGEST / 3 - 1).collect();
    end.reverse();
    start + "…" + &end.into_iter().collect::<String>()
}

/// The up to three candidates nearest to `word`, best first: what "did you mean" offers.
///
/// A candidate counts when its Damerau-Levenshtein distance is at most 2 (1 for words of up to three letters) or its
/// Jaro-Winkler similarity is above 0.88, both ignoring ASCII case.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let lower = word.to_ascii_lowercase();
    let allowed = if lower.chars().count() <= 3 { 1 } else { 2 };
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = candidate.to_ascii_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &other);
            let close = distance <= allowed || strsim::jaro_winkler(&lower, &other) > 0.88;
            close.then_some((distance, candidate))
        })
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// "did you mean `a`, `b` or `c`?" for an unknown `word`, or nothing when no candidate is near.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = nearest(word, candidates);
    let (last, rest) = near.split_last()?;
    let quoted: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
    Some(if quoted.is_empty() {
        format!("did you mean `{last}`?")
    } else {
        format!("did you mean {} or `{last}`?", quoted.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_long_texts_lose_their_middle() {
        let long = format!("`{}` is not fine: write `x`", "é".repeat(100_000));
        let problem = Diagnostic::new(&codes::syntax::INVALID_YAML, long.clone()).help(long);
        for text in [&problem.message, &problem.help[0]] {
            assert_eq!(text.chars().count(), LONGEST - 1);
            assert!(text.starts_with("`é") && text.ends_with("é` is not fine: write `x`") && text.contains('…'));
        }
        assert_eq!(short("é".repeat(LONGEST)), "é".repeat(LONGEST));
    }

    #[test]
    fn offers_the_nearest_names_best_first() {
        let names = ["production", "staging", "development"];
        assert_eq!(did_you_mean("prodction", names).as_deref(), Some("did you mean `production`?"));
        assert_eq!(did_you_mean("Staging", names).as_deref(), Some("did you mean `staging`?"));
        assert_eq!(did_you_mean("xyz", names), None);
        assert_eq!(nearest("equal", ["equals", "not_equals", "in"]), ["equals"]);
    }
}

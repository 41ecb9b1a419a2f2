//! Regular expressions: linear-time, unanchored, limited in size.

use super::attribute::Attribute;
use super::{Matcher, texts};
use crate::model::Test;
use regex::{RegexSet, RegexSetBuilder};

/// The most bytes that the compiled expressions of one test may take.
const SIZE_LIMIT: usize = 1 << 20;

/// The most bytes of the cache that a search may build up.
const CACHE_LIMIT: usize = 1 << 20;

/// The most bytes of one expression as written: reading it takes memory and time long before its compiled size is known.
const LENGTH_LIMIT: usize = 4096;

/// Expressions, one of which is found in the text.
#[derive(Debug)]
pub(crate) struct Patterns(RegexSet);

impl Patterns {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        let patterns = texts(test)?;
        short(&patterns)?;
        let set = build(test, &patterns, SIZE_LIMIT).map_err(|error| explain(&error, &patterns))?;
        Ok(Matcher::Patterns(Self(set)))
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        attribute.text(false).map(|text| self.0.is_match(text))
    }
}

fn build(test: &Test, patterns: &[&str], size: usize) -> Result<RegexSet, regex::Error> {
    RegexSetBuilder::new(patterns)
        .case_insensitive(test.ignore_case)
        .size_limit(size)
        .dfa_size_limit(CACHE_LIMIT)
        .build()
}

/// Whether the expressions of `test` compile, and how many bytes that took, rounded up to one of a few sizes: a measure
/// of the memory and time that they cost. What is small is weighed quickly.
///
/// # Errors
/// Why they do not compile, as one sentence without a full stop.
pub fn weigh(test: &Test) -> (usize, Result<(), String>) {
    let patterns = match texts(test).and_then(|patterns| short(&patterns).map(|()| patterns)) {
        Ok(patterns) => patterns,
        Err(message) => return (0, Err(message)),
    };
    let mut size = SIZE_LIMIT >> 8;
    loop {
        match build(test, &patterns, size) {
            Ok(_) => return (size, Ok(())),
            Err(regex::Error::CompiledTooBig(_)) if size < SIZE_LIMIT => size <<= 2,
            Err(error) => return (size, Err(explain(&error, &patterns))),
        }
    }
}

fn short(patterns: &[&str]) -> Result<(), String> {
    match patterns.iter().find(|pattern| pattern.len() > LENGTH_LIMIT) {
        None => Ok(()),
        Some(long) => Err(format!("a regular expression of {} bytes; at most {LENGTH_LIMIT} are allowed", long.len())),
    }
}

/// The library draws syntax errors over several lines; the last one says what is wrong.
fn explain(error: &regex::Error, patterns: &[&str]) -> String {
    let name = patterns.first().filter(|pattern| patterns.len() == 1 && pattern.len() <= 200);
    let subject =
        name.map_or("a regular expression".to_owned(), |pattern| format!("the regular expression `{pattern}`"));
    match error {
        regex::Error::CompiledTooBig(_) if patterns.len() > 1 => {
            "these regular expressions together become larger than 1 MiB when compiled".to_owned()
        }
        regex::Error::CompiledTooBig(_) => format!("{subject} becomes larger than 1 MiB when compiled"),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            let what = last.trim().trim_start_matches("error: ").trim_end_matches('.');
            format!("{subject} does not compile: {what}")
        }
    }
}

//! A golden context, with the answers that were recorded for it: `flags/tests/golden/<name>.yaml`.

use super::change::ChangeError;
use super::decode::{Decoder, Slot};
use super::tables::GOLDEN;
use crate::diagnostic::Diagnostic;
use crate::model::{EnvironmentName, FlagKey, Timestamp, VariantName};
use crate::source::{FilePath, Path, Span};
use crate::yaml::{self, Data, Edit, Style, Tree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every edit reads the text again. Beyond so many bytes the answers are written anew, without the comments between them.
const MOST: usize = 16 << 20;

/// Who asks, where and when, and what every flag answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    /// Who that is.
    pub description: Option<String>,
    /// Where they ask.
    pub environment: EnvironmentName,
    /// When, so that answers do not depend on the clock.
    pub now: Timestamp,
    /// Everything about them.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// What was recorded, in file order. No flag is there twice.
    pub answers: Vec<Recorded>,
}

/// The recorded answer of a flag.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Where it stands in the file.
    pub span: Span,
    /// The flag.
    pub flag: FlagKey,
    /// What it served.
    pub answer: Answer,
}

/// A variant, as it is written in files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its name.
    pub variant: VariantName,
    /// Whether it is written `true` or `false`.
    pub boolean: bool,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.boolean, self.variant.as_str()) {
            (true, "on") => f.pad("true"),
            (true, _) => f.pad("false"),
            (false, name) => f.pad(name),
        }
    }
}

/// Reads a golden context. It is there exactly when there is no problem.
#[must_use]
pub fn golden(file: &FilePath, tree: &Tree<'_>) -> (Option<Golden>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(file);
    let golden = decoder.golden(Slot::file(tree, GOLDEN.what));
    decoder.finish(golden)
}

impl Decoder<'_> {
    fn golden(&mut self, slot: Slot<'_, '_>) -> Option<Golden> {
        let fields = self.object(slot, &GOLDEN)?;
        let description = self.optional(&fields, "description", Self::text);
        let environment = self.required(&fields, "environment", Self::name);
        let now = self.required(&fields, "now", Self::time);
        let context = self.required(&fields, "context", Self::json_object);
        let answers = self.or_default(&fields, "answers", Self::answers);
        Some(Golden {
            description: description?,
            environment: environment?,
            now: now?,
            context: context?,
            answers: answers?,
        })
    }

    fn answers(&mut self, slot: Slot<'_, '_>) -> Option<Vec<Recorded>> {
        let fields = self.mapping(slot, "a mapping of flags to variants")?;
        let decoded: Vec<_> = fields
            .entries()
            .iter()
            .filter_map(|entry| {
                let flag = self.key(entry);
                let answer = self.any_variant(Slot::entry(entry));
                let (variant, boolean) = answer?;
                Some(Recorded { span: entry.key_span, flag: flag?, answer: Answer { variant, boolean } })
            })
            .collect();
        (decoded.len() == fields.entries().len()).then_some(decoded)
    }
}

/// `text`, which says `old`, with `answers` in the place of those that it has; everything else stays byte for byte. The
/// result is read again and says exactly that.
///
/// # Errors
/// When the text can't be edited so.
pub fn record(
    file: &FilePath,
    text: &str,
    old: &Golden,
    answers: &BTreeMap<FlagKey, Answer>,
) -> Result<String, ChangeError> {
    let here = Path::root().key("answers");
    let written = yaml::parse(file, text).0.is_some_and(|tree| tree.root.get("answers").is_some());
    let mut edits = if written { single_edits(&here, old, answers) } else { Vec::new() };
    let kept = old.answers.iter().any(|recorded| answers.contains_key(&recorded.flag));
    if !written && !answers.is_empty() {
        edits.push(Edit::Insert { path: here, value: data(answers), before: Vec::new() });
    } else if edits.len().saturating_mul(text.len()) > MOST || (written && !edits.is_empty() && !kept) {
        edits = vec![Edit::Set { path: here, value: data(answers) }];
    }
    let result = yaml::edit(text, &edits)?;
    let (tree, problems) = yaml::parse(file, &result);
    let Some(tree) = tree.filter(|_| problems.is_empty()) else { return Err(ChangeError::Invalid(problems)) };
    let found = match golden(file, &tree) {
        (Some(found), _) => found,
        (None, problems) => return Err(ChangeError::Invalid(problems)),
    };
    let says: BTreeMap<&FlagKey, &Answer> = found.answers.iter().map(|it| (&it.flag, &it.answer)).collect();
    let same_answers = says.into_iter().eq(answers);
    let rest = |golden: &Golden| Golden { answers: Vec::new(), ..golden.clone() };
    if same_answers && rest(&found) == rest(old) { Ok(result) } else { Err(ChangeError::Inexact) }
}

/// An edit for each answer that goes, changes or comes.
fn single_edits(here: &Path, old: &Golden, answers: &BTreeMap<FlagKey, Answer>) -> Vec<Edit> {
    let mut edits = Vec::new();
    let known: BTreeMap<&FlagKey, &Answer> = old.answers.iter().map(|it| (&it.flag, &it.answer)).collect();
    for flag in known.keys().filter(|flag| !answers.contains_key(**flag)) {
        edits.push(Edit::Remove { path: here.key(flag.as_str()) });
    }
    let mut following: Vec<Arc<str>> = Vec::new();
    for (flag, answer) in answers.iter().rev() {
        let path = here.key(flag.as_str());
        match known.get(flag) {
            Some(before) if *before == answer => {}
            Some(_) => edits.push(Edit::Set { path, value: value(answer) }),
            None => edits.push(Edit::Insert { path, value: value(answer), before: following.clone() }),
        }
        // Of those that follow, the next one is there by now.
        following = vec![flag.as_str().into()];
    }
    edits
}

fn value(answer: &Answer) -> Data {
    if answer.boolean { Data::Boolean(answer.variant == "on") } else { Data::text(answer.variant.as_str()) }
}

fn data(answers: &BTreeMap<FlagKey, Answer>) -> Data {
    let entries = answers.iter().map(|(flag, answer)| (flag.to_string(), value(answer)));
    Data::Mapping(entries.collect(), Style::Block)
}

/// The edit that gives a flag another key in the answers; `None` when they do not have it.
#[must_use]
pub fn renamed_answer(golden: &Golden, from: &FlagKey, to: &FlagKey) -> Option<Edit> {
    golden
        .answers
        .iter()
        .any(|recorded| recorded.flag == *from)
        .then(|| Edit::RenameKey { path: Path::root().key("answers").key(from.as_str()), key: to.as_str().into() })
}

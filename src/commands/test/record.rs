//! `--record`: what every flag answers now is what was meant.

use super::bench::is_archived;
use super::files::{self, Selection, TestsFile};
use crate::commands::Session;
use crate::commands::enriching::{self, enricher};
use crate::commands::wording::count;
use crate::diagnostic::codes::{change, context, repository};
use crate::diagnostic::{Diagnostic, Failure, Result};
use crate::document::golden::{self, Answer, Golden};
use crate::enrich::Enricher;
use crate::evaluate::Program;
use crate::expectation::{golden_context, to_record};
use crate::lint;
use crate::model::{FlagKey, GoldenName};
use crate::project::{Attempt, Draft, Loaded, Message, Plan, Root, WriteOptions, load_all, new_operation_id};
use crate::render::style::{DIM, GOOD, NAME, Symbol, paint, plain};
use crate::render::{Outcome, Terminal};
use crate::source::{FilePath, Path, Place, Sources};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Writes the answers of golden contexts into the work tree; all of them when none is named.
///
/// # Errors
/// When there are none, a flag does not work, or a file can't be written.
pub(super) fn run(names: BTreeSet<GoldenName>, session: &Session, root: &Root) -> Result<Outcome> {
    if root.repository().is_some_and(crate::git::Repository::is_bare) {
        return Err(Failure::new(&repository::BARE_REPOSITORY, "a bare repository has no work tree to record in")
            .help("clone it, and record there"));
    }
    root.recover()?;
    let selection = Selection { golden: names, only_golden: true, ..Selection::default() };
    let options = WriteOptions { no_commit: true, ..WriteOptions::default() };
    let mut written = Vec::new();
    root.write(&options, |base| {
        let loaded = load_all(base)?;
        let program = Program::compile(&loaded.catalog);
        let enricher = enricher(root, &program, &loaded.catalog.project);
        let mut draft = Draft::new(base)?;
        written.clear();
        for file in files::read(base, &selection)?.golden {
            let answers = answers(&file, &loaded, &program, &enricher)?;
            let text = golden::record(&file.path, file.lines.text(), &file.tests, &answers)
                .map_err(|error| not_written(&file.path, &error))?;
            draft.set_text(file.path.clone(), Some(text));
            written.push(Written::new(&file, &answers));
        }
        let plan = Plan::new(base, &draft, message(), session.now())?;
        Ok(if plan.edits.is_empty() { Attempt::Show(plan) } else { Attempt::Commit(plan) })
    })?;
    let report = Report { written };
    let words = report.words();
    Ok(Outcome::report(report).note(words))
}

fn not_written(path: &FilePath, error: &crate::document::ChangeError) -> Box<Failure> {
    Failure::new(&change::NOT_EDITABLE, format!("the answers can't be written into `{path}`: {error}"))
        .help("remove `answers` from the file by hand, then record them again")
}

/// Nothing is committed, so nobody reads it.
fn message() -> Message {
    Message {
        subject: "golden".to_owned(),
        parts: Vec::new(),
        what: "record answers".to_owned(),
        action: "record".to_owned(),
        environment: None,
        rule: None,
        body: None,
        reason: None,
        ticket: None,
        reverts: Vec::new(),
        operation: new_operation_id(),
    }
}

fn answers(
    file: &TestsFile<GoldenName, Golden>,
    loaded: &Loaded,
    program: &Program,
    enricher: &Enricher<'_>,
) -> Result<BTreeMap<FlagKey, Answer>> {
    let golden = &file.tests;
    let project = &loaded.catalog.project;
    let at = |problem: Diagnostic, field: &str| {
        let place = Place::value(file.path.clone(), Path::root().key(field));
        let mut sources = Sources::new();
        sources.insert(file.path.clone(), file.lines.text());
        Failure::new(&repository::FLAG_DOES_NOT_READ, format!("`{}` can't be asked", file.name))
            .with(vec![problem.at(place)], sources)
    };
    if let Some(problem) = lint::unknown_environment(project, golden.environment.as_str()) {
        return Err(at(problem, "environment"));
    }
    let mut context = golden_context(golden).map_err(|error| {
        at(Diagnostic::new(&context::NOT_AN_OBJECT, format!("that is no context: {error}")), "context")
    })?;
    enricher.enrich(&mut context);
    let bound = program.bind(&context);
    to_record(golden, &bound, |key| is_archived(loaded, key)).map_err(|(flag, error)| {
        let decision = bound.evaluate(&flag, golden.environment.as_str(), golden.now);
        if let Some(failure) = enriching::failure(enricher, enriching::is_untold(&decision).then_some(flag.as_str())) {
            return failure;
        }
        Failure::new(&repository::FLAG_DOES_NOT_READ, format!("`{flag}` answers with {error}"))
            .help("correct it first, so that no mistake is recorded; `git flag validate` shows all problems")
    })
}

/// What was recorded in one file.
struct Written {
    name: GoldenName,
    path: FilePath,
    answers: usize,
    /// Flags with what they answered before and answer now.
    changes: Vec<(FlagKey, Option<Answer>, Option<Answer>)>,
}

impl Written {
    fn new(file: &TestsFile<GoldenName, Golden>, answers: &BTreeMap<FlagKey, Answer>) -> Self {
        let before: BTreeMap<&FlagKey, &Answer> = file.tests.answers.iter().map(|it| (&it.flag, &it.answer)).collect();
        let flags: BTreeSet<&FlagKey> = before.keys().copied().chain(answers.keys()).collect();
        let both = flags.into_iter().map(|flag| (flag, before.get(flag).copied(), answers.get(flag)));
        let changes = both.filter(|(_, before, now)| before != now);
        let changes = changes.map(|(flag, before, now)| (flag.clone(), before.cloned(), now.cloned())).collect();
        Self { name: file.name.clone(), path: file.path.clone(), answers: answers.len(), changes }
    }

    fn text(&self, terminal: &Terminal) -> String {
        let (yes, name) = (paint(GOOD, Symbol::Yes.text(terminal)), paint(NAME, &self.name));
        let changed = if self.changes.is_empty() {
            "as recorded".to_owned()
        } else {
            format!("{} recorded", count(self.changes.len(), "change"))
        };
        let mut text = format!("{yes} golden {name}  {}: {changed}\n", count(self.answers, "answer"));
        let first = self.changes.len() == self.answers && self.changes.iter().all(|(_, before, _)| before.is_none());
        if !first {
            for (flag, before, now) in &self.changes {
                let word =
                    |answer: &Option<Answer>| answer.as_ref().map_or_else(|| "(none)".to_owned(), Answer::to_string);
                let arrow = Symbol::Arrow.text(terminal);
                let words = plain(&format!("{} {arrow} {}", word(before), word(now)));
                text += &format!("    {}  {}\n", paint(DIM, flag), words);
            }
        }
        text
    }

    fn json(&self) -> Value {
        let word = |answer: &Option<Answer>| answer.as_ref().map(Answer::to_string);
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|(flag, before, now)| json!({ "flag": flag.as_str(), "before": word(before), "after": word(now) }))
            .collect();
        json!({ "golden": self.name.as_str(), "path": &*self.path, "answers": self.answers, "changes": changes })
    }
}

struct Report {
    written: Vec<Written>,
}

impl Report {
    fn words(&self) -> String {
        let changed = self.written.iter().filter(|file| !file.changes.is_empty()).count();
        match (self.written.len(), changed) {
            (0, _) => {
                "there are no golden contexts; they belong in `flags/tests/golden/NAME.yaml` (`git flag explain F306`)"
                    .to_owned()
            }
            (_, 0) => "all answers are as recorded, nothing to write".to_owned(),
            _ => format!("{} written in the work tree, not committed", count(changed, "file")),
        }
    }
}

impl crate::render::Report for Report {
    fn text(&self, terminal: &Terminal) -> String {
        self.written.iter().map(|file| file.text(terminal)).collect()
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.test-record/v1", "golden": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        self.written.iter().map(Written::json).collect()
    }
}

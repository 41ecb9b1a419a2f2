//! What `test` prints.

use super::tested::{Coverage, Mutation, Subject, Tested};
use crate::commands::wording::count;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::expectation::{ANSWER_CHANGED, EXPECTATION_FAILED};
use crate::render::style::{PARTLY, paint, plain};
use crate::render::{Format, Terminal};
use serde_json::{Value, json};

/// The results of all files.
pub(super) struct Report {
    pub(super) tested: Vec<Tested>,
}

impl Report {
    pub(super) const fn new(tested: Vec<Tested>) -> Self {
        Self { tested }
    }

    pub(super) fn failed(&self) -> usize {
        self.tested.iter().map(Tested::failed).sum()
    }

    /// `3 flags, 20 cases: 1 failed`
    pub(super) fn words(&self) -> String {
        let cases = self.tested.iter().map(|tested| tested.answered.len()).sum();
        if cases == 0 {
            return "there are no tests; they belong in `flags/tests/KEY.yaml` (`git flag explain F301`)".to_owned();
        }
        let result = match self.failed() {
            0 => "all as expected".to_owned(),
            failed => format!("{failed} failed"),
        };
        let kinds = ["flag", "segment", "golden context"].map(|noun| {
            let number = self.tested.iter().filter(|tested| tested.subject.noun() == noun).count();
            (number > 0).then(|| count(number, noun))
        });
        let kinds: Vec<String> = kinds.into_iter().flatten().collect();
        format!("{}, {}: {result}", kinds.join(", "), count(cases, "case"))
    }

    /// What coverage found: a line of sums, and a line for each branch that is missed.
    fn coverage(&self) -> Option<String> {
        let all: Vec<(&Subject, &Coverage)> =
            self.tested.iter().filter_map(|tested| Some((&tested.subject, tested.coverage.as_ref()?))).collect();
        let total: usize = all.iter().map(|(_, coverage)| coverage.total).sum();
        let missed: usize = all.iter().map(|(_, coverage)| coverage.missed.len()).sum();
        let mut text = format!("coverage: {} of {total} branches\n", total - missed);
        for (subject, coverage) in &all {
            for (environment, branch) in &coverage.missed {
                let place = environment.as_ref().map_or_else(String::new, |environment| format!("{environment}: "));
                let words = format!("{place}{branch}");
                text += &format!("  {}  {}\n", subject.painted(), paint(PARTLY, plain(&words)));
            }
        }
        (!all.is_empty()).then_some(text)
    }

    fn mutation(&self) -> Option<String> {
        let all: Vec<(&Subject, &Mutation)> =
            self.tested.iter().filter_map(|tested| Some((&tested.subject, tested.mutation.as_ref()?))).collect();
        let total: usize = all.iter().map(|(_, mutation)| mutation.total).sum();
        let survived: usize = all.iter().map(|(_, mutation)| mutation.survived.len()).sum();
        let mut text = format!("mutants: {} of {total} noticed\n", total - survived);
        for (subject, mutation) in &all {
            for what in &mutation.survived {
                text += &format!("  {}  {}\n", subject.painted(), paint(PARTLY, plain(what)));
            }
        }
        (!all.is_empty()).then_some(text)
    }

    fn github(&self) -> String {
        let mut text = String::new();
        for tested in &self.tested {
            for case in tested.failures() {
                let (place, words) = (case.place().replace("  ", " "), tested.mismatches(case));
                let message = format!("{}{place}: {words}", case.title);
                let problem = match &tested.subject {
                    Subject::Golden(name) => Diagnostic::new(&ANSWER_CHANGED, format!("golden {name}: {message}"))
                        .help(format!("if that is right: git flag test --record {name}")),
                    _ => Diagnostic::new(&EXPECTATION_FAILED, message).help(case.why.clone()),
                };
                text += &crate::render::diagnostic::github_at(&problem, &tested.path, case.at);
            }
        }
        text
    }
}

impl crate::render::Report for Report {
    fn text(&self, terminal: &Terminal) -> String {
        let mut text: String = self.tested.iter().map(|tested| tested.text(terminal)).collect();
        for part in [self.coverage(), self.mutation()].into_iter().flatten() {
            text += "\n";
            text += &part;
        }
        text
    }

    fn json(&self) -> Value {
        let of = |noun: &str| -> Vec<Value> {
            self.tested.iter().filter(|tested| tested.subject.noun() == noun).map(Tested::json).collect()
        };
        json!({
            "schema": "git-flag.test/v1",
            "failed": self.failed(),
            "flags": of("flag"),
            "segments": of("segment"),
            "golden": of("golden context"),
        })
    }

    fn records(&self) -> Vec<Value> {
        self.tested.iter().map(Tested::json).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Github).then(|| self.github())
    }
}

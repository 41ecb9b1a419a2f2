//! What `test` prints.

use crate::commands::wording::count;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::expectation::EXPECTATION_FAILED;
use crate::expectation::Mismatch;
use crate::expectation::coverage::{Branch, Placed};
use crate::model::{EnvironmentName, FlagKey};
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, NAME, PARTLY, Symbol, paint, plain};
use crate::render::{Format, Terminal};
use crate::source::{FilePath, Position};
use serde_json::{Value, json};

/// The results of all files.
pub(super) struct Report {
    pub(super) tested: Vec<Tested>,
}

/// The results for one flag.
pub(super) struct Tested {
    pub(super) key: FlagKey,
    pub(super) path: FilePath,
    pub(super) answered: Vec<Answered>,
    pub(super) coverage: Option<Coverage>,
    pub(super) mutation: Option<Mutation>,
}

/// The result of one case.
pub(super) struct Answered {
    pub(super) title: String,
    pub(super) environment: EnvironmentName,
    pub(super) at: Position,
    pub(super) mismatches: Vec<Mismatch>,
    pub(super) decision: Option<Value>,
    /// The way through the flag that was taken.
    pub(super) branch: Option<Branch>,
    /// Why that was decided, in a few words.
    pub(super) why: String,
    /// Every step of the evaluation, when the case fails.
    pub(super) steps: String,
}

/// Which ways through a flag no case takes.
pub(super) struct Coverage {
    pub(super) total: usize,
    pub(super) missed: Vec<Placed>,
}

/// Which changes of a flag no case notices.
pub(super) struct Mutation {
    pub(super) total: usize,
    pub(super) survived: Vec<String>,
}

impl Mismatch {
    /// `expected on, got off`
    pub(super) fn words(&self) -> String {
        plain(&format!("{}: expected {}, got {}", self.what, self.expected, self.actual))
    }
}

impl Tested {
    pub(super) fn failed(&self) -> usize {
        self.answered.iter().filter(|case| !case.mismatches.is_empty()).count()
    }

    fn text(&self, terminal: &Terminal) -> String {
        let (failed, all) = (self.failed(), self.answered.len());
        let key = paint(NAME, &self.key);
        if failed == 0 {
            return format!("{} {key}  {}\n", paint(GOOD, Symbol::Yes.text(terminal)), count(all, "case"));
        }
        let verb = if failed == 1 { "fails" } else { "fail" };
        let mut text =
            format!("{} {key}  {failed} of {} {verb}\n", paint(BAD, Symbol::No.text(terminal)), count(all, "case"));
        for case in self.answered.iter().filter(|case| !case.mismatches.is_empty()) {
            let place = format!("{}:{}:{}", self.path, case.at.line, case.at.column);
            text += &format!(
                "    {}  in {}  {}\n",
                paint(EMPHASIS, plain(&case.title)),
                case.environment,
                paint(DIM, plain(&place))
            );
            for mismatch in &case.mismatches {
                text += &format!("      {}\n", paint(BAD, mismatch.words()));
            }
            if !case.why.is_empty() {
                text += &format!("      {}\n", plain(&case.why));
            }
            text.extend(case.steps.lines().map(|line| format!("      {line}\n")));
        }
        text
    }

    fn json(&self) -> Value {
        let mut json = json!({
            "key": self.key.as_str(),
            "path": &*self.path,
            "failed": self.failed(),
            "cases": self.answered.iter().map(Answered::json).collect::<Vec<_>>(),
        });
        if let Some(Coverage { total, missed }) = &self.coverage {
            let missed: Vec<Value> = missed
                .iter()
                .map(|(environment, branch)| json!({"environment": environment.as_ref().map(EnvironmentName::as_str), "branch": branch.to_string()}))
                .collect();
            json["coverage"] = json!({ "branches": total, "missed": missed });
        }
        if let Some(Mutation { total, survived }) = &self.mutation {
            json["mutation"] = json!({ "mutants": total, "survived": survived });
        }
        json
    }
}

impl Answered {
    fn json(&self) -> Value {
        let mismatches: Vec<Value> = self
            .mismatches
            .iter()
            .map(|it| json!({ "what": it.what, "expected": it.expected, "actual": it.actual }))
            .collect();
        let mut json = json!({
            "name": self.title,
            "environment": self.environment.as_str(),
            "line": self.at.line,
            "column": self.at.column,
            "passed": self.mismatches.is_empty(),
            "mismatches": mismatches,
        });
        if let Some(decision) = &self.decision {
            json["decision"] = decision.clone();
        }
        json
    }
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
        format!("{}, {}: {result}", count(self.tested.len(), "flag"), count(cases, "case"))
    }

    /// What coverage found: a line of sums, and a line for each branch that is missed.
    fn coverage(&self) -> Option<String> {
        let all: Vec<(&FlagKey, &Coverage)> =
            self.tested.iter().filter_map(|tested| Some((&tested.key, tested.coverage.as_ref()?))).collect();
        let total: usize = all.iter().map(|(_, coverage)| coverage.total).sum();
        let missed: usize = all.iter().map(|(_, coverage)| coverage.missed.len()).sum();
        let mut text = format!("coverage: {} of {total} branches\n", total - missed);
        for (key, coverage) in &all {
            for (environment, branch) in &coverage.missed {
                let place = environment.as_ref().map_or_else(String::new, |environment| format!("{environment}: "));
                let words = format!("{place}{branch}");
                text += &format!("  {}  {}\n", paint(NAME, key), paint(PARTLY, plain(&words)));
            }
        }
        (!all.is_empty()).then_some(text)
    }

    fn mutation(&self) -> Option<String> {
        let all: Vec<(&FlagKey, &Mutation)> =
            self.tested.iter().filter_map(|tested| Some((&tested.key, tested.mutation.as_ref()?))).collect();
        let total: usize = all.iter().map(|(_, mutation)| mutation.total).sum();
        let survived: usize = all.iter().map(|(_, mutation)| mutation.survived.len()).sum();
        let mut text = format!("mutants: {} of {total} noticed\n", total - survived);
        for (key, mutation) in &all {
            for what in &mutation.survived {
                text += &format!("  {}  {}\n", paint(NAME, key), paint(PARTLY, plain(what)));
            }
        }
        (!all.is_empty()).then_some(text)
    }

    fn github(&self) -> String {
        let mut text = String::new();
        for tested in &self.tested {
            for case in tested.answered.iter().filter(|case| !case.mismatches.is_empty()) {
                let words: Vec<String> = case.mismatches.iter().map(Mismatch::words).collect();
                let message = format!("{} in {}: {}", case.title, case.environment, words.join("; "));
                let problem = Diagnostic::new(&EXPECTATION_FAILED, message).help(case.why.clone());
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
        json!({ "schema": "git-flag.test/v1", "failed": self.failed(), "flags": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        self.tested.iter().map(Tested::json).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Github).then(|| self.github())
    }
}

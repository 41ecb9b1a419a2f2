//! What `test` prints.

use crate::commands::wording::count;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::expectation::{ANSWER_CHANGED, EXPECTATION_FAILED};
use crate::expectation::Mismatch;
use crate::expectation::coverage::Branch;
use crate::model::{EnvironmentName, FlagKey, GoldenName, SegmentName};
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, NAME, PARTLY, Symbol, paint, plain};
use crate::render::{Format, Terminal};
use crate::source::{FilePath, Position};
use serde_json::{Value, json};

/// The results of all files.
pub(super) struct Report {
    pub(super) tested: Vec<Tested>,
}

/// What is tested.
pub(super) enum Subject {
    Flag(FlagKey),
    Segment(SegmentName),
    /// All flags, for one context.
    Golden(GoldenName),
}

/// The results for one file.
pub(super) struct Tested {
    pub(super) subject: Subject,
    pub(super) path: FilePath,
    pub(super) answered: Vec<Answered>,
    pub(super) coverage: Option<Coverage>,
    pub(super) mutation: Option<Mutation>,
}

/// The result of one case.
pub(super) struct Answered {
    pub(super) title: String,
    /// Where it was asked; segments are the same everywhere.
    pub(super) environment: Option<EnvironmentName>,
    pub(super) at: Position,
    pub(super) mismatches: Vec<Mismatch>,
    /// The decision, or the membership.
    pub(super) answer: Option<Value>,
    /// The way through the flag that was taken.
    pub(super) branch: Option<Branch>,
    /// Why that was decided, in a few words.
    pub(super) why: String,
    /// Every step of the evaluation, when the case fails.
    pub(super) steps: String,
}

/// Which ways through a flag or segment no case takes.
pub(super) struct Coverage {
    pub(super) total: usize,
    /// Each with its environment, unless it counts wherever it is taken.
    pub(super) missed: Vec<(Option<EnvironmentName>, String)>,
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

    /// `recorded on, now off`
    fn change(&self) -> String {
        match self.what {
            "answer" => plain(&format!("recorded {}, now {}", self.expected, self.actual)),
            _ => self.words(),
        }
    }
}

impl Subject {
    /// The field of its name in JSON.
    const fn field(&self) -> &'static str {
        match self {
            Self::Flag(_) => "key",
            Self::Segment(_) => "segment",
            Self::Golden(_) => "golden",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Flag(key) => key.as_str(),
            Self::Segment(name) => name.as_str(),
            Self::Golden(name) => name.as_str(),
        }
    }

    /// `new-checkout`, `segment staff`, `golden ada`
    pub(super) fn title(&self) -> String {
        match self {
            Self::Flag(key) => key.to_string(),
            _ => format!("{} {}", self.field(), self.name()),
        }
    }

    fn painted(&self) -> String {
        let name = paint(NAME, self.name());
        if matches!(self, Self::Flag(_)) { name } else { format!("{} {name}", self.field()) }
    }

    const fn noun(&self) -> &'static str {
        match self {
            Self::Flag(_) => "flag",
            Self::Segment(_) => "segment",
            Self::Golden(_) => "golden context",
        }
    }
}

impl Tested {
    pub(super) fn new(subject: Subject, path: &FilePath, answered: Vec<Answered>) -> Self {
        Self { subject, path: path.clone(), answered, coverage: None, mutation: None }
    }

    pub(super) fn failed(&self) -> usize {
        self.failures().count()
    }

    fn failures(&self) -> impl Iterator<Item = &Answered> {
        self.answered.iter().filter(|case| !case.mismatches.is_empty())
    }

    /// What a case is called.
    const fn case(&self) -> &'static str {
        if matches!(self.subject, Subject::Golden(_)) { "answer" } else { "case" }
    }

    fn text(&self, terminal: &Terminal) -> String {
        let (failed, all) = (self.failed(), count(self.answered.len(), self.case()));
        let subject = self.subject.painted();
        if failed == 0 {
            return format!("{} {subject}  {all}\n", paint(GOOD, Symbol::Yes.text(terminal)));
        }
        let verb = match (&self.subject, failed) {
            (Subject::Golden(_), 1) => "differs",
            (Subject::Golden(_), _) => "differ",
            (_, 1) => "fails",
            _ => "fail",
        };
        let mut text = format!("{} {subject}  {failed} of {all} {verb}\n", paint(BAD, Symbol::No.text(terminal)));
        if let Subject::Golden(name) = &self.subject {
            return text + &self.differences() + &format!("    if that is right: git flag test --record {name}\n");
        }
        for case in self.failures() {
            text += &format!("    {}{}  {}\n", paint(EMPHASIS, plain(&case.title)), case.place(), self.location(case));
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

    /// A line for each answer that is not the recorded one.
    fn differences(&self) -> String {
        let words: Vec<String> = self.failures().map(|case| self.mismatches(case)).collect();
        let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::len).max().unwrap_or_default();
        let title = widest(&mut self.failures().map(|case| case.title.as_str()));
        let word = widest(&mut words.iter().map(String::as_str));
        let line = |(case, words): (&Answered, &String)| {
            let padding = " ".repeat(word - words.len());
            let (name, words) = (paint(EMPHASIS, format!("{:title$}", plain(&case.title))), paint(BAD, words));
            format!("    {name}  {words}{padding}  {}  {}\n", plain(&case.why), self.location(case))
        };
        self.failures().zip(&words).map(line).collect()
    }

    fn location(&self, case: &Answered) -> impl std::fmt::Display {
        paint(DIM, plain(&format!("{}:{}:{}", self.path, case.at.line, case.at.column)))
    }

    /// What is not as expected, in one line.
    pub(super) fn mismatches(&self, case: &Answered) -> String {
        let golden = matches!(self.subject, Subject::Golden(_));
        let words = case.mismatches.iter().map(|it| if golden { it.change() } else { it.words() });
        words.collect::<Vec<_>>().join("; ")
    }

    fn json(&self) -> Value {
        let mut json = json!({
            self.subject.field(): self.subject.name(),
            "path": &*self.path,
            "failed": self.failed(),
            "cases": self.answered.iter().map(|case| case.json(&self.subject)).collect::<Vec<_>>(),
        });
        if let Some(Coverage { total, missed }) = &self.coverage {
            let missed: Vec<Value> = missed
                .iter()
                .map(|(environment, branch)| json!({"environment": environment.as_ref().map(EnvironmentName::as_str), "branch": branch}))
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
    /// `  in production`
    fn place(&self) -> String {
        self.environment.as_ref().map_or_else(String::new, |environment| format!("  in {environment}"))
    }

    fn json(&self, subject: &Subject) -> Value {
        let mismatches: Vec<Value> = self
            .mismatches
            .iter()
            .map(|it| json!({ "what": it.what, "expected": it.expected, "actual": it.actual }))
            .collect();
        let mut json = json!({
            "name": self.title,
            "line": self.at.line,
            "column": self.at.column,
            "passed": self.mismatches.is_empty(),
            "mismatches": mismatches,
        });
        if let Some(environment) = &self.environment {
            json["environment"] = environment.as_str().into();
        }
        if let Some(answer) = &self.answer {
            let field = if matches!(subject, Subject::Segment(_)) { "membership" } else { "decision" };
            json[field] = answer.clone();
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

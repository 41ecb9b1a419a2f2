//! The results for one file of tests, and how they are told.

use crate::commands::wording::count;
use crate::expectation::Mismatch;
use crate::expectation::coverage::Branch;
use crate::model::{EnvironmentName, FlagKey, GoldenName, SegmentName};
use crate::render::Terminal;
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, NAME, Symbol, paint, plain};
use crate::source::{FilePath, Position};
use serde_json::{Value, json};

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

    pub(super) fn painted(&self) -> String {
        let name = paint(NAME, self.name());
        if matches!(self, Self::Flag(_)) { name } else { format!("{} {name}", self.field()) }
    }

    pub(super) const fn noun(&self) -> &'static str {
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

    pub(super) fn failures(&self) -> impl Iterator<Item = &Answered> {
        self.answered.iter().filter(|case| !case.mismatches.is_empty())
    }

    /// What a case is called.
    const fn case(&self) -> &'static str {
        if matches!(self.subject, Subject::Golden(_)) { "answer" } else { "case" }
    }

    pub(super) fn text(&self, terminal: &Terminal) -> String {
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

    pub(super) fn json(&self) -> Value {
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
    pub(super) fn place(&self) -> String {
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

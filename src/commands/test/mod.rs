mod files;
mod junit;
mod report;

use super::arguments::{AtArgs, FormatArgs, moment};
use super::completing::Keys;
use super::eval::words;
use super::trace;
use crate::commands::Session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Exit, Failure, Result};
use crate::evaluate::Program;
use crate::expectation::{Case, Mismatch, cases, coverage, mutants};
use crate::model::{FlagKey, Timestamp};
use crate::project::{Loaded, Root, View, reason};
use crate::render::{Format, Outcome, Terminal};
use clap_complete::engine::ArgValueCompleter;
use files::TestsFile;
use report::{Answered, Coverage, Mutation, Report, Tested};
use std::collections::BTreeSet;
use std::path::Path;

/// Check that flags answer as their tests expect
///
/// The tests of a flag are in `flags/tests/KEY.yaml`: who is asking, where and when, and the variant, value, reason or rule
/// that must come. Exit code 1 when a case fails.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag test\n  git flag test new-checkout --coverage\n  git flag test --at main --junit report.xml\n  git flag test new-checkout --mutate"
)]
pub struct Args {
    /// The flags; all that have tests when absent.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    keys: Vec<String>,

    #[command(flatten)]
    at: AtArgs,

    /// Evaluate as if it were this time, where the tests name none.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    /// Say which ways through the flags no case takes.
    #[arg(long)]
    coverage: bool,

    /// Change the flags in small ways, and say which changes no case notices.
    #[arg(long)]
    mutate: bool,

    /// Write the results to this file in JUnit's format as well.
    #[arg(long, value_name = "FILE")]
    junit: Option<String>,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Github])?);
    let keys = args.keys.iter().map(|text| super::arguments::key(text)).collect::<Result<BTreeSet<FlagKey>>>()?;
    let root = session.root()?;
    let moment = moment(root.repository(), args.at.at.as_deref(), args.now.as_deref(), session.now())?;
    let files = files::read(&root.files(moment.view)?, &keys)?;
    let loaded = root.load_all(moment.view)?;
    let bench = Bench {
        loaded: &loaded,
        program: Program::compile(&loaded.catalog),
        now: moment.now,
        terminal: session.output.stdout,
    };
    let mut tested = Vec::new();
    for file in files {
        let mut result = bench.test(&file)?;
        if args.coverage {
            result.coverage = bench.coverage(&result);
        }
        if args.mutate {
            result.mutation = bench.mutate(&root, moment.view, &file)?;
        }
        tested.push(result);
    }
    let report = Report::new(tested);
    if let Some(path) = &args.junit {
        write(session.directory(), path, &junit::document(&report))?;
    }
    let exit = if report.failed() == 0 { Exit::Done } else { Exit::Negative };
    let words = report.words();
    Ok(Outcome::report(report).note(words).exit(exit))
}

fn write(directory: &Path, path: &str, text: &str) -> Result<()> {
    std::fs::write(directory.join(path), text)
        .map_err(|error| Failure::new(&repository::IO_FAILED, format!("can't write `{path}`: {}", reason(&error))))
}

/// What cases are run against.
struct Bench<'l> {
    loaded: &'l Loaded,
    program: Program,
    now: Timestamp,
    terminal: Terminal,
}

impl Bench<'_> {
    fn test(&self, file: &TestsFile) -> Result<Tested> {
        if !self.loaded.flag_files.contains_key(&file.key) {
            return Err(file.without_flag(self.loaded.flag_files.keys().map(FlagKey::as_str)));
        }
        let answered = cases(&file.tests, self.now).map(|case| self.answer(file, &case)).collect();
        Ok(Tested { key: file.key.clone(), path: file.path.clone(), answered, coverage: None, mutation: None })
    }

    fn answer(&self, file: &TestsFile, case: &Case<'_>) -> Answered {
        let verdict = case.run(&self.program, file.key.as_str());
        let mut mismatches = verdict.mismatches;
        mismatches.extend(self.unknown_environment(case));
        let branch = verdict.decision.as_ref().and_then(|(decision, _)| coverage::taken(decision));
        let (decision, why, steps) = match &verdict.decision {
            None => (None, String::new(), String::new()),
            Some((decision, trace)) => {
                let steps = if mismatches.is_empty() { String::new() } else { trace::text(trace, &self.terminal) };
                (Some(decision.to_json()), words(decision), steps)
            }
        };
        Answered {
            title: case.title(),
            environment: case.environment.clone(),
            at: file.position(case.expectation.span),
            mismatches,
            decision,
            branch,
            why,
            steps,
        }
    }

    fn unknown_environment(&self, case: &Case<'_>) -> Option<Mismatch> {
        let project = &self.loaded.catalog.project;
        if project.environment(case.environment.as_str()).is_some() {
            return None;
        }
        let known: Vec<&str> = project.environment_names().collect();
        let actual = format!("the project has {}", known.join(", "));
        Some(Mismatch { what: "environment", expected: case.environment.to_string(), actual })
    }

    /// The branches of the flag, and those that no case takes; `None` for a flag that does not read.
    fn coverage(&self, tested: &Tested) -> Option<Coverage> {
        let flag = self.loaded.catalog.flags.get(&tested.key)?;
        let taken = tested.answered.iter().filter_map(|case| Some((case.environment.clone(), case.branch.clone()?)));
        let taken: BTreeSet<_> = taken.collect();
        let all = coverage::branches(flag);
        let total = all.len();
        let missed = all.into_iter().filter(|branch| !coverage::is_taken(branch, &taken)).collect();
        Some(Coverage { total, missed })
    }

    /// The mutants of the flag, and those that no case notices; `None` for a flag that does not read or whose cases fail
    /// as it is.
    fn mutate(&self, root: &Root, view: View, file: &TestsFile) -> Result<Option<Mutation>> {
        let Some(flag) = self.loaded.catalog.flags.get(&file.key) else { return Ok(None) };
        let holds = |program: &Program| {
            cases(&file.tests, self.now).all(|case| case.run(program, file.key.as_str()).mismatches.is_empty())
        };
        if !holds(&self.program) {
            return Ok(None);
        }
        // Only what the flag needs is compiled again for each mutant.
        let mut catalog = root.load_closure(view, std::slice::from_ref(&file.key))?.catalog;
        let mutants = mutants(flag);
        let total = mutants.len();
        let mut survived = Vec::new();
        for mutant in mutants {
            catalog.flags.insert(file.key.clone(), mutant.flag);
            if holds(&Program::compile(&catalog)) {
                survived.push(mutant.what);
            }
        }
        Ok(Some(Mutation { total, survived }))
    }
}

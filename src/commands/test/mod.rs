mod bench;
mod files;
mod junit;
mod record;
mod report;
mod tested;

use super::arguments::{AtArgs, FormatArgs, moment};
use super::completing::{Goldens, Keys, Segments};
use super::enriching::enricher;
use super::values::name_of;
use crate::commands::Session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Exit, Failure, Result};
use crate::evaluate::Program;
use crate::model::{FlagKey, GoldenName, SegmentName};
use crate::project::reason;
use crate::render::{Format, Outcome};
use bench::Bench;
use clap_complete::engine::ArgValueCompleter;
use files::Selection;
use report::Report;
use std::collections::BTreeSet;
use std::path::Path;

/// Check that flags and segments answer as their tests expect
///
/// The tests of a flag are in `flags/tests/KEY.yaml`: who is asking, where and when, and the variant, value, reason or rule
/// that must come. Those of a segment are in `flags/tests/segments/NAME.yaml`: who is in it, and who is not. A golden
/// context, `flags/tests/golden/NAME.yaml`, holds what every flag answers to somebody, as `--record` wrote it. Exit code 1
/// when a case fails or an answer differs.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag test\n  git flag test new-checkout --coverage\n  git flag test --segment staff\n  git flag test --record\n  git flag test --at main --junit report.xml\n  git flag test new-checkout --mutate"
)]
pub struct Args {
    /// The flags; all tests there are when nothing is named.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    keys: Vec<String>,

    /// The tests of this segment; may be repeated.
    #[arg(long = "segment", value_name = "NAME", add = ArgValueCompleter::new(Segments))]
    segments: Vec<String>,

    /// This golden context; may be repeated.
    #[arg(long, value_name = "NAME", add = ArgValueCompleter::new(Goldens))]
    golden: Vec<String>,

    /// Write what all flags answer now into these golden contexts, or all there are, and commit nothing.
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..,
        add = ArgValueCompleter::new(Goldens),
        conflicts_with_all = ["keys", "segments", "golden", "at", "now", "coverage", "mutate", "junit"]
    )]
    record: Option<Vec<String>>,

    #[command(flatten)]
    at: AtArgs,

    /// Evaluate as if it were this time, where the tests name none.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    /// Say which ways through the flags no case takes, and which conditions of segments no case decides either way.
    #[arg(long)]
    coverage: bool,

    /// Change the flags in small ways, and say which changes no case notices; segments stay as they are.
    #[arg(long)]
    mutate: bool,

    /// Write the results to this file in JUnit's format as well.
    #[arg(long, value_name = "FILE")]
    junit: Option<String>,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let formats: &[Format] = if args.record.is_some() { &[Format::Jsonl] } else { &[Format::Jsonl, Format::Github] };
    session.set_format(args.format.choose(formats)?);
    let golden_name = |text: &String| name_of("a golden context", text, GoldenName::new);
    if let Some(names) = &args.record {
        let names = names.iter().map(golden_name).collect::<Result<BTreeSet<_>>>()?;
        let root = session.root()?;
        return record::run(names, session, &root);
    }
    let segment_name = |text: &String| name_of("a segment", text, SegmentName::new);
    let selection = Selection {
        keys: args.keys.iter().map(|text| super::arguments::key(text)).collect::<Result<BTreeSet<FlagKey>>>()?,
        segments: args.segments.iter().map(segment_name).collect::<Result<_>>()?,
        golden: args.golden.iter().map(golden_name).collect::<Result<_>>()?,
        only_golden: false,
    };
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), args.now.as_deref(), session.now())?;
    let files = files::read(&root.files(moment.view)?, &selection)?;
    let loaded = root.load_all(moment.view)?;
    let program = Program::compile(&loaded.catalog);
    let bench = Bench {
        root: &root,
        view: moment.view,
        loaded: &loaded,
        enricher: enricher(&root, &program, &loaded.catalog.project),
        program,
        now: moment.now,
        terminal: session.output.stdout,
    };
    let mut tested = Vec::new();
    for file in &files.flags {
        let mut result = bench.flag(file)?;
        if args.coverage {
            result.coverage = bench.coverage(file, &result);
        }
        if args.mutate {
            result.mutation = bench.mutate(file)?;
        }
        tested.push(result);
    }
    for file in &files.segments {
        tested.push(bench.segment(file, args.coverage)?);
    }
    for file in &files.golden {
        tested.push(bench.golden(file));
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

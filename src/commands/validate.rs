use super::actions;
use super::arguments::{AtArgs, FormatArgs, moment};
use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Diagnostic, Exit, Failure, Result, Severity};
use crate::git::{Repository, Source};
use crate::project::layout::{self, Role};
use crate::project::{Root, Validation, View, validate};
use crate::render::{Format, Outcome, Report, Terminal, diagnostic};
use crate::source::Sources;
use serde_json::{Value, json};
use std::path::Path;

/// Check all files and show every problem with its place and its fix
///
/// Exit code 1 when there are errors. Lints and their levels are set under `lints:` in `flags/project.yaml`; a single
/// place is excused by a comment `# git-flag: ignore[LINT] reason: …`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag validate\n  git flag validate flags/features --fail-on warning\n  git flag validate --staged\n  git flag validate --at HEAD~3 --json"
)]
pub struct Args {
    /// Show only problems of these files and folders. Everything is checked all the same.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    /// Check what is staged, not what is in the work tree.
    #[arg(long, conflicts_with = "at")]
    staged: bool,

    /// Started by a hook: quiet when all is well, and done at once for commits that git-flag itself makes.
    #[arg(long, hide = true)]
    hook: bool,

    /// The mildest problem that makes the exit code 1.
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = ["error", "warning", "info", "never"])]
    fail_on: String,

    /// Succeed whatever is found; short for `--fail-on never`.
    #[arg(long, conflicts_with = "fail_on")]
    exit_zero: bool,

    /// Leave out what is for GitHub Actions when run there: annotations, the summary of the job, and the outputs `errors`,
    /// `warnings` and `hints`.
    #[arg(long)]
    no_ci_detect: bool,

    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Github, Format::Plain])?);
    let roots = args.roots(session)?;
    let in_ours = |root: &Root| root.repository().is_some_and(Repository::inside_our_commit);
    if args.hook && roots.first().is_some_and(in_ours) {
        return Ok(Outcome::silent());
    }
    let mut outcome = Outcome::silent();
    for root in &roots {
        let (checked, fails) = check(&args, root, session)?;
        outcome = checked;
        if fails {
            break;
        }
    }
    Ok(outcome)
}

/// What is to be told of one repository of flags, and whether it fails.
fn check(args: &Args, root: &Root, session: &Session) -> Result<(Outcome, bool)> {
    let view = if args.staged {
        View::Index
    } else {
        moment(root.repository(), args.at.at.as_deref(), None, session.now())?.view
    };
    let Validation { mut problems, sources, flags, segments } = validate(&root.files(view)?, session.now())?;
    args.check_paths(root, view, session.directory())?;
    diagnostic::locate(&mut problems, &sources);
    diagnostic::sort(&mut problems, &sources);
    let prefix = root.prefix().to_owned();
    problems.retain(|problem| args.wants(problem, session.directory(), root.directory()));
    let level = Severity::from_name(&args.fail_on).filter(|_| !args.exit_zero);
    if let (true, Some(level)) = (args.hook, level) {
        // Whoever commits wants to know what stops them; the rest is for `git flag validate`.
        problems.retain(|problem| problem.severity >= level);
    }
    let worst = problems.iter().map(|problem| problem.severity).max().unwrap_or(Severity::Off);
    let fails = level.is_some_and(|level| worst >= level);
    let report = Findings { problems, sources, flags, segments, prefix };
    // A hook is run at the top, from where paths within would not be found.
    let below = root.prefix().trim_end_matches('/');
    let place = if args.hook && !below.is_empty() { format!("below `{below}`: ") } else { String::new() };
    let words = format!("{place}{}", report.words());
    let quiet = args.hook && !fails;
    let annotations =
        if args.hook || args.no_ci_detect || !actions::is_here() { String::new() } else { report.for_actions()? };
    // Where they are printed as data already, once is enough.
    let annotations = if session.output.format == Format::Github { String::new() } else { annotations };
    let mut outcome = if quiet { Outcome::silent() } else { Outcome::report(report).note(words) };
    if !annotations.is_empty() {
        outcome = outcome.note(annotations.trim_end());
    }
    if args.hook && fails {
        outcome = outcome.note("the commit was stopped; fix the files, `git add` them, and commit again");
    }
    Ok((outcome.exit(if fails { Exit::Negative } else { Exit::Done }), fails))
}

/// A repository without flags has nothing to check, and its commits are none of our business; one that has lost its
/// project file has flags that no client can read.
fn without_project(session: &Session, failure: Box<Failure>) -> Result<()> {
    let Some(repository) = Repository::discover(session.directory())? else { return Ok(()) };
    let staged = repository.list(Source::Index, layout::FLAGS)?;
    let left =
        staged.iter().filter(|file| matches!(layout::role(&file.path), Role::Flag(_) | Role::Segment(_))).count();
    if left == 0 {
        return Ok(());
    }
    let words = format!("{} would be left without it", super::wording::count(left, "file"));
    Err(failure.help(words).help("`git restore --staged --worktree flags/project.yaml` brings it back"))
}

impl Args {
    /// What is checked. A hook is run at the top, and a commit concerns all that lie below, too.
    fn roots(&self, session: &mut Session) -> Result<Vec<Root>> {
        let here = session.root_at(self.at.at.as_deref());
        if !self.hook && (here.is_ok() || !self.staged) {
            return Ok(vec![here?]);
        }
        let mut staged = Root::staged(session.directory())?;
        match here {
            Ok(here) => {
                staged.retain(|root| root.prefix() != here.prefix());
                staged.insert(0, here);
            }
            Err(failure) if self.hook => without_project(session, failure)?,
            Err(failure) if staged.is_empty() => return Err(failure),
            Err(_) => {}
        }
        Ok(staged)
    }

    /// A path that names nothing is a slip of the pen, not a repository without problems.
    fn check_paths(&self, root: &Root, view: View, current: &Path) -> Result<()> {
        if self.paths.is_empty() {
            return Ok(());
        }
        let files = root.files(view)?.list()?;
        for path in &self.paths {
            let asked = current.join(path.trim_start_matches("./"));
            let is_listed = files.iter().any(|file| root.directory().join(&*file.path).starts_with(&asked));
            let is_there = asked.exists() && asked.starts_with(root.directory().join(layout::FLAGS));
            if !is_listed && !is_there {
                return Err(Failure::new(&change::BAD_ARGUMENT, format!("there is no file of the flags at `{path}`"))
                    .help("paths are relative to the current folder; without any, everything is shown"));
            }
        }
        Ok(())
    }

    /// Whether the problem is in one of the paths that were asked for, as seen from the current folder.
    fn wants(&self, problem: &Diagnostic, current: &Path, root: &Path) -> bool {
        if self.paths.is_empty() {
            return true;
        }
        let Some(place) = &problem.place else { return true };
        let file = root.join(&*place.file);
        self.paths.iter().any(|path| file.starts_with(current.join(path.trim_start_matches("./"))))
    }
}

struct Findings {
    problems: Vec<Diagnostic>,
    sources: Sources,
    flags: usize,
    segments: usize,
    prefix: String,
}

impl Findings {
    fn count(&self, severity: Severity) -> usize {
        self.problems.iter().filter(|problem| problem.severity == severity).count()
    }

    fn words(&self) -> String {
        use super::wording::count;
        let looked = format!("{} and {}", count(self.flags, "flag"), count(self.segments, "segment"));
        let found: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "hint")]
            .into_iter()
            .filter(|(severity, _)| self.count(*severity) > 0)
            .map(|(severity, word)| count(self.count(severity), word))
            .collect();
        if found.is_empty() { format!("{looked}: no problems") } else { format!("{looked}: {}", found.join(", ")) }
    }

    /// Sets what GitHub Actions shows; returns the annotations.
    fn for_actions(&self) -> Result<String> {
        let mut markdown = format!("### Flags\n\n{}\n", self.words());
        if !self.problems.is_empty() {
            let header = ["Level", "Code", "Place", "Problem"].map(str::to_owned);
            let rows = self.problems.iter().map(|problem| {
                let place = diagnostic::location(problem, &self.sources).unwrap_or_default();
                vec![problem.severity.name().into(), problem.code.id.into(), place, problem.message.clone()]
            });
            markdown += &format!("\n{}", super::wording::markdown_table(&header, rows));
        }
        actions::summarise(&markdown)?;
        actions::outputs(&[
            ("errors", self.count(Severity::Error)),
            ("warnings", self.count(Severity::Warning)),
            ("hints", self.count(Severity::Info)),
        ])?;
        Ok(self.other(Format::Github).unwrap_or_default())
    }

    fn prefixed(&self, mut json: Value) -> Value {
        if let (false, Some(path)) = (self.prefix.is_empty(), json["path"].as_str()) {
            json["path"] = format!("{}{path}", self.prefix).into();
        }
        json
    }
}

impl Report for Findings {
    fn text(&self, terminal: &Terminal) -> String {
        self.problems.iter().map(|problem| diagnostic::text(problem, &self.sources, terminal) + "\n").collect()
    }

    fn json(&self) -> Value {
        json!({
            "schema": "git-flag.validate/v1",
            "flags": self.flags,
            "segments": self.segments,
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "hints": self.count(Severity::Info),
            "problems": self.records(),
        })
    }

    fn records(&self) -> Vec<Value> {
        self.problems.iter().map(|problem| self.prefixed(diagnostic::json(problem, &self.sources))).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        match format {
            Format::Github => {
                Some(self.problems.iter().map(|problem| diagnostic::github(problem, &self.sources)).collect())
            }
            Format::Plain => {
                let line = |problem: &Diagnostic| {
                    let at = diagnostic::location(problem, &self.sources).unwrap_or_default();
                    let message = crate::render::style::plain(&problem.message);
                    format!("{at}\t{}\t{}\t{message}\n", problem.severity.name(), problem.code.id)
                };
                Some(self.problems.iter().map(line).collect())
            }
            _ => None,
        }
    }
}

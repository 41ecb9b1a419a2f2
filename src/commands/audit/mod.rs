mod line;

use self::line::{Audit, Printer};
use super::arguments::{FormatArgs, key, time, unknown_flag};
use super::completing::{Environments, Keys};
use super::past::{LivesArgs, TimeArgs, only_environment, project, root, tip, warn_when_cut};
use crate::commands::Session;
use crate::compare::ASPECTS;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Exit, Failure, Result, did_you_mean};
use crate::git::{CommitId, Repository, Signature};
use crate::history::{Entry, tell_all, timeline};
use crate::model::{FlagKey, Project, Timestamp};
use crate::project::{Root, View};
use crate::render::{Format, Outcome};
use clap_complete::engine::ArgValueCompleter;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// List what happened to all flags, or to one, for an audit
///
/// One entry for each flag that a commit changed, newest first, derived from the commits themselves. Every entry carries a
/// SHA-256 digest that is chained to the flag's entry before, so that rewriting an old one changes all later ones. Of one
/// flag it shows what `git flag log` does: `--all-lives` adds flags of that key which were deleted in another folder.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag audit --since 2026-10-01 --env production\n  git flag audit new-checkout --format csv\n  git flag audit --author ada --action kill --verify-signatures"
)]
pub struct Args {
    /// The flag; all when absent.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: Option<String>,

    #[command(flatten)]
    lives: LivesArgs,

    /// Only what concerns this environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// Only by authors with this text in name or address, ignoring case.
    #[arg(long, value_name = "TEXT")]
    author: Option<String>,

    /// Only this action, such as `rollout`, `kill` or `merged-away`.
    #[arg(long)]
    action: Option<String>,

    /// Only what was committed at or after this time (2026-11-20, or with time and offset).
    #[arg(long, value_name = "TIME")]
    since: Option<String>,

    /// Only what was committed before this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// At most so many entries, the newest.
    #[arg(short = 'n', long, value_name = "NUMBER", value_parser = super::arguments::limit)]
    limit: Option<usize>,

    /// Check the signatures of signed commits; a bad one makes the exit code 1.
    #[arg(long)]
    verify_signatures: bool,

    #[command(flatten)]
    times: TimeArgs,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Csv, Format::Markdown])?);
    let key = args.key.as_deref().map(key).transpose()?;
    let filter = Filter::new(&args)?;
    let root = root(session, None)?;
    let repository = root.git()?;
    let tip = tip(session, repository, None)?;
    let project = project(session, &root, repository, tip)?;
    let here = Here { root: &root, repository, project: &project, tip };
    let format = session.output.format;
    let from = args.times.from(session);
    warn_when_cut(session, repository);
    if key.is_none() && !args.verify_signatures {
        return Ok(Outcome::report(here.everything(format, &filter, &args, from)?));
    }
    let entries = here.some(key.as_ref(), &filter, &args)?;
    let signatures = if args.verify_signatures { Some(signatures(repository, &entries)?) } else { None };
    let printer = Printer { format, signatures, from };
    let exit = if printer.has_bad_signature() { Exit::Negative } else { Exit::Done };
    let lines = entries.iter().map(|entry| printer.line(entry).into()).collect();
    Ok(Outcome::report(Audit { format, lines }).exit(exit))
}

struct Here<'r> {
    root: &'r Root,
    repository: &'r Repository,
    project: &'r Project,
    tip: Option<CommitId>,
}

impl Here<'_> {
    /// All flags. However many entries there are, each becomes a line as soon as it is told, and goes.
    fn everything(&self, format: Format, filter: &Filter, args: &Args, from: Option<Timestamp>) -> Result<Audit> {
        let printer = Printer { format, signatures: None, from };
        let name = args.env.as_deref();
        let is_known = AtomicBool::new(false);
        let tell = |entry: &Entry| {
            if name.is_some_and(|name| entry.environments().contains(&name)) {
                is_known.store(true, Ordering::Relaxed);
            }
            let is_wanted = filter.wants(entry) && name.is_none_or(|name| entry.concerns(name));
            is_wanted.then(|| printer.open_line(entry))
        };
        let told = match self.tip {
            Some(tip) => tell_all(self.root, self.repository, self.project, tip, &tell)?,
            None => Vec::new(),
        };
        if let Some(name) = name.filter(|_| !is_known.into_inner()) {
            super::arguments::environment(self.project, name)?;
        }
        let lines = told.into_iter().filter_map(|(line, place)| Some(printer.close_line(line?, place)));
        Ok(Audit { format, lines: lines.take(args.limit.unwrap_or(usize::MAX)).collect() })
    }

    /// The entries of one flag, or those whose signatures are checked.
    fn some(&self, key: Option<&FlagKey>, filter: &Filter, args: &Args) -> Result<Vec<Entry>> {
        let mut entries = match self.tip {
            Some(tip) => {
                timeline(self.root, self.repository, self.project, key.map(|key| (key, args.lives.lives())), tip)?
                    .entries
            }
            None => Vec::new(),
        };
        if let Some(key) = key.filter(|_| entries.is_empty()) {
            let keys = self.root.keys(View::default_for(Some(self.repository)))?;
            if !keys.contains(key) {
                return Err(unknown_flag(key.as_str(), keys.iter().map(FlagKey::as_str)));
            }
        }
        if let Some(name) = &args.env {
            only_environment(&mut entries, self.project, name)?;
        }
        entries.retain(|entry| filter.wants(entry));
        entries.truncate(args.limit.unwrap_or(usize::MAX));
        Ok(entries)
    }
}

struct Filter {
    author: Option<String>,
    action: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Filter {
    fn new(args: &Args) -> Result<Self> {
        Ok(Self {
            author: args.author.as_deref().map(str::to_lowercase),
            action: args.action.as_deref().map(action).transpose()?,
            since: args.since.as_deref().map(time).transpose()?,
            until: args.until.as_deref().map(time).transpose()?,
        })
    }

    fn wants(&self, entry: &Entry) -> bool {
        let commit = &entry.commit;
        let at = commit.committer.time;
        let by = |text: &String| {
            [&commit.author.name, &commit.author.email].into_iter().any(|it| it.to_lowercase().contains(text))
        };
        self.since.is_none_or(|since| at >= since.unix())
            && self.until.is_none_or(|until| at < until.unix())
            && self.action.as_ref().is_none_or(|action| entry.action == action)
            && self.author.as_ref().is_none_or(by)
    }
}

/// Verbs of entries that no difference has.
const OWN_ACTIONS: [&str; 4] = ["change", "merged-away", "move", "reformat"];

/// An action that entries can have.
fn action(word: &str) -> Result<String> {
    let mut all: Vec<&str> = ASPECTS.iter().map(|row| row.action).chain(OWN_ACTIONS).collect();
    all.sort_unstable();
    all.dedup();
    if all.contains(&word) {
        return Ok(word.to_owned());
    }
    let mut failure = Failure::new(&change::BAD_ARGUMENT, format!("there is no action `{word}`"));
    if let Some(hint) = did_you_mean(word, all.iter().copied()) {
        failure = failure.help(hint);
    }
    Err(failure.help(format!("actions are {}", all.join(", "))))
}

/// The verdicts on the signed commits.
fn signatures(repository: &Repository, entries: &[Entry]) -> Result<BTreeMap<CommitId, Signature>> {
    let mut commits: Vec<CommitId> =
        entries.iter().filter(|entry| entry.commit.signed).map(|entry| entry.commit.id).collect();
    commits.sort_unstable();
    commits.dedup();
    let found = repository.signatures(&commits)?;
    Ok(found.into_iter().map(|signature| (signature.commit, signature)).collect())
}

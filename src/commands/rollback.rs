mod commit;

use super::completing::{Environments, Keys, Revisions};
use super::past;
use super::restore::{self, Back};
use super::writing::{Before, Purpose, WriteArgs, change, done_before};
use crate::commands::Session;
use crate::compare::{self, Aspect};
use crate::diagnostic::codes::{change as codes, repository};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, ObjectId, Repository};
use crate::history::{Change, Changes, Parts, State, Undone, flag_at, with_environment, with_rule};
use crate::model::{Flag, FlagKey, Project};
use crate::project::{Draft, Root, View};
use crate::render::{Format, Outcome};
use clap_complete::engine::ArgValueCompleter;
use commit::Wanted;

/// Take the last change of a flag back, or what one commit did, and keep everything else
///
/// A new commit undoes the newest change of the flag (or of one environment of it) that is not undone yet, so running it
/// again goes further back. Later changes of other parts stay. Undoing a creation deletes, undoing a deletion restores.
/// With `--commit` and no flag, all flags that the commit changed go back in one commit, or none.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag rollback new-checkout --env production --reason \"errors went up\"\n  git flag rollback new-checkout --steps 2 --dry-run\n  git flag rollback new-checkout --to v1.2 --env production\n  git flag rollback new-checkout --env production --rule dach\n  git flag rollback --commit v1.3 --reason \"wrong release\""
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", required_unless_present = "commit", add = ArgValueCompleter::new(Keys))]
    key: Option<String>,

    /// Only this environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// Only this rule of the environment.
    #[arg(long, value_name = "ID", requires_all = ["env", "key"])]
    rule: Option<String>,

    /// Take back what this commit did, to the flag or to all flags, whatever came later.
    #[arg(long, value_name = "REV", conflicts_with_all = ["to", "steps"], add = ArgValueCompleter::new(Revisions))]
    commit: Option<String>,

    /// Back to how it was at this revision or date, whatever came later.
    #[arg(long, value_name = "REV", conflicts_with = "steps", add = ArgValueCompleter::new(Revisions))]
    to: Option<String>,

    /// Take back so many changes.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    steps: u16,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = args.key.as_deref().map(super::arguments::key).transpose()?;
    let root = args.write.root(session)?;
    let repository = root.git()?;
    session.set_format(args.write.format.choose(&[Format::Markdown])?);
    // What a commit is about is only known once it is looked at.
    let subject = key.as_ref().filter(|_| args.commit.is_none());
    let environment = args.env.as_deref();
    let about = Purpose { action: "rollback", ..Purpose::default() };
    let about = subject.map_or(about, |key| Purpose::flag(key, "rollback", environment));
    let before = match done_before(&root, &args.write, &about)? {
        Before::Done(outcome) => return Ok(outcome),
        Before::Unpushed { parent, .. } => Some(parent),
        Before::Never => None,
    };
    root.recover()?;
    let rule = args.rule.as_deref();
    if let Some(position) = rule.filter(|rule| rule.starts_with('#')) {
        let message =
            format!("`{position}` is a position, and over time other rules stand there: name a rule by its id");
        let place = format!(
            "{} '{position}' --env {}",
            key.as_ref().map_or("KEY", FlagKey::as_str),
            environment.unwrap_or("ENVIRONMENT")
        );
        return Err(Failure::new(&codes::BAD_ARGUMENT, message).help(format!(
            "`git flag rule set {place} --new-id ID` gives it one; its changes before that go back with `--env` alone"
        )));
    }
    let tip = before.or(past::branch_tip(repository, args.write.branch.as_deref())?);
    let tip = tip.ok_or_else(|| nothing(key.as_ref(), environment, rule, 0))?;
    past::warn_when_cut(session, repository);
    let project = past::project(session, &root, repository, Some(tip))?;
    if let Some(name) = environment {
        super::arguments::environment(&project, name)?;
    }
    let (root, project) = (&root, &project);
    if let Some(commit) = &args.commit {
        let wanted = Wanted { root, repository, project, key: key.as_ref(), environment, rule, tip };
        return wanted.take_back(session, &args.write, commit);
    }
    let Some(key) = &key else { return Err(nothing(None, environment, rule, 0)) };
    let here = Here { root, repository, project, key, environment, rule, tip };
    here.check_key()?;
    match &args.to {
        Some(to) => here.back_to(session, &args.write, to),
        None => here.take_back(session, &args.write, usize::from(args.steps)),
    }
}

struct Here<'r> {
    root: &'r Root,
    repository: &'r Repository,
    project: &'r Project,
    key: &'r FlagKey,
    environment: Option<&'r str>,
    rule: Option<&'r str>,
    tip: CommitId,
}

/// What happened to the flag along first parents since a commit.
struct Since {
    /// The key that it had then.
    key: FlagKey,
    /// Its content before all of it; when the commit has another one, it is on another line of history.
    start: Option<ObjectId>,
    /// All changes, those that undid others too: going back there takes every one of them back, and none of those they
    /// undid.
    changes: Vec<CommitId>,
}

impl Here<'_> {
    fn take_back(&self, session: &mut Session, write: &WriteArgs, steps: usize) -> Result<Outcome> {
        let found = self.open(steps)?;
        if found.len() < steps {
            return Err(nothing(Some(self.key), self.environment, self.rule, found.len()));
        }
        let purpose = self.purpose(found.iter().map(|(change, _)| change.commit).collect());
        let backs: Vec<Back<'_>> = found.iter().map(|(change, left)| self.back(change, left.clone())).collect();
        let words: Vec<String> = backs.iter().map(|back| self.words(back)).collect();
        change(session, write, purpose, |draft| {
            restore::take_back(draft, self.root, self.repository, &backs).map_err(|failure| self.whole(failure))?;
            Ok(format!("roll back {}", words.join("; ")))
        })
    }

    fn back_to(&self, session: &mut Session, write: &WriteArgs, to: &str) -> Result<Outcome> {
        let unknown = || {
            Failure::new(&repository::UNKNOWN_FLAG, format!("there was no flag `{}` at {to}", self.key))
                .help(format!("`git flag log {}` shows since when", self.key))
        };
        let commit = past::tip(session, self.repository, Some(to))?.ok_or_else(unknown)?;
        let since = self.since(commit)?;
        let (version, content) = flag_at(self.root, self.repository, commit, &since.key)?.ok_or_else(unknown)?;
        let State::Readable(flag) = &content.state else {
            return Err(Failure::new(
                &repository::FLAG_DOES_NOT_READ,
                format!("`{}` does not read at {to}", since.key),
            ));
        };
        let text = restore::text_of(self.root, self.repository, Some(&version))?;
        let path = self.root.from_git(&version.path).unwrap_or_else(|| version.path.as_str().into());
        let purpose = self.purpose(if since.start == Some(version.id) { since.changes } else { Vec::new() });
        let purpose = purpose.nothing(format!("`{}` is as it was at {to}, nothing to change", self.key));
        change(session, write, purpose, |draft| {
            let what = format!("roll back to {}", commit.short());
            if draft.find_flag(self.key.as_str())?.is_none() {
                restore::free_key(draft, &flag.key)?;
                restore::refer(draft, flag, None)?;
                draft.set_text(path.clone(), text.clone());
                return Ok(what);
            }
            match self.set(draft, flag) {
                // What a file that does not read holds can't be kept in part; as a whole it can go back.
                Err(failure)
                    if failure.code() == Some(&repository::FLAG_DOES_NOT_READ) && self.environment.is_none() =>
                {
                    self.replace(draft, flag, text.clone())?;
                }
                done => done.map_err(|failure| self.whole(failure))?,
            }
            Ok(what)
        })
    }

    /// Makes the flag, or one environment of it, what it was; as a whole under the key that it had.
    fn set(&self, draft: &mut Draft<'_>, then: &Flag) -> Result<()> {
        let file = draft.flag(self.key)?;
        let wanted = match (self.environment, self.rule) {
            (Some(name), Some(rule)) => with_rule(&file.flag, then, name, rule),
            (Some(name), None) => with_environment(&file.flag, then, name),
            (None, _) => then.clone(),
        };
        restore::refer(draft, &wanted, Some(&file.flag))?;
        let key = wanted.key.clone();
        draft.set_flag(&file, &Flag { key: self.key.clone(), ..wanted })?;
        if key == *self.key { Ok(()) } else { restore::rename_back(draft, &file.path, self.key, &key) }
    }

    /// Puts the text of then into the place of a file that does not read.
    fn replace(&self, draft: &mut Draft<'_>, then: &Flag, text: Option<String>) -> Result<()> {
        restore::refer(draft, then, None)?;
        let Some(path) = draft.find_flag(self.key.as_str())? else { return Ok(()) };
        draft.set_text(path.clone(), text);
        if then.key == *self.key { Ok(()) } else { restore::rename_back(draft, &path, self.key, &then.key) }
    }

    /// A file that does not read has no environments to go back in; as a whole it can go back.
    fn whole(&self, failure: Box<Failure>) -> Box<Failure> {
        match self.environment {
            Some(_) if failure.code() == Some(&repository::FLAG_DOES_NOT_READ) => failure
                .help(format!("`git flag rollback {}` without `--env` takes back the change that broke it", self.key)),
            _ => failure,
        }
    }

    /// The newest wanted changes that are not undone, at most `most`, with the parts of them that are not.
    fn open(&self, most: usize) -> Result<Vec<(Change, Parts)>> {
        let mut undone = Undone::default();
        let mut found = Vec::new();
        for step in Changes::new(self.root, self.repository, self.project, self.key, self.tip, None)? {
            let (change, commit) = step?;
            let left = undone.note(&commit);
            let left = undone.left_of_merge(self.repository, &change, &commit, left)?;
            if self.back(&change, left.clone()).differences().next().is_some() {
                found.push((change, left));
            }
            if found.len() == most {
                break;
            }
        }
        Ok(found)
    }

    /// What is wanted of a change, of those parts of it that are left.
    fn back<'c>(&self, change: &'c Change, left: Parts) -> Back<'c> {
        let parts = left.and(&Parts::of_rule(self.environment, self.rule));
        Back { change, parts, left, today: Some(self.key.clone()), tip: self.tip }
    }

    /// What happened since a commit.
    fn since(&self, commit: CommitId) -> Result<Since> {
        let mut changes = Changes::new(self.root, self.repository, self.project, self.key, self.tip, Some(commit))?;
        let (mut found, mut start) = (Vec::new(), None);
        for step in changes.by_ref() {
            let (change, _) = step?;
            let back = self.back(&change, Parts::of(None));
            if back.differences().next().is_some() {
                found.push(change.commit);
            }
            start = change.before.map(|version| version.id);
        }
        Ok(Since { key: changes.key().clone(), start, changes: found })
    }

    fn purpose(&self, reverts: Vec<CommitId>) -> Purpose {
        let mut purpose = Purpose::flag(self.key, "rollback", self.environment);
        purpose.rule = self.rule.map(str::to_owned);
        purpose.reverts = reverts.iter().map(CommitId::to_string).collect();
        purpose
    }

    /// What is taken back, in a few words.
    fn words(&self, back: &Back<'_>) -> String {
        let own: Vec<_> = back.differences().cloned().collect();
        if let Some(broken) = own.iter().find(|it| it.aspect == Aspect::Unreadable) {
            let error = broken.after.as_ref().map_or("", |side| &side.text);
            return format!("what broke the file: {error}");
        }
        match self.environment {
            Some(_) => own.iter().map(compare::Difference::clause).collect::<Vec<_>>().join(", "),
            None => compare::summarise(&own),
        }
    }

    /// Refuses a key that no flag ever had, and one whose flag lives on under another.
    fn check_key(&self) -> Result<()> {
        let view = View::Commit(self.tip);
        if !self.root.files(view)?.find_flags(self.key.as_str())?.is_empty() {
            return Ok(());
        }
        let mut changes = Changes::new(self.root, self.repository, self.project, self.key, self.tip, None)?;
        if changes.next().transpose()?.is_some() {
            return Ok(());
        }
        if let Some((key, commit)) = changes.became() {
            return Err(Failure::new(&repository::UNKNOWN_FLAG, format!("there is no flag `{}`", self.key))
                .help(format!("it is called `{key}` since {}: `git flag rollback {key}`", commit.short())));
        }
        let keys = self.root.keys(view)?;
        Err(super::arguments::unknown_flag(self.key.as_str(), keys.iter().map(FlagKey::as_str)))
    }
}

fn nothing(key: Option<&FlagKey>, environment: Option<&str>, rule: Option<&str>, left: usize) -> Box<Failure> {
    let rule = rule.map_or_else(String::new, |id| format!(", rule `{id}`"));
    let place = environment.map_or_else(String::new, |name| format!(" in {name}{rule}"));
    let Some(key) = key else { return Failure::new(&codes::NOTHING_TO_UNDO, "there is no commit yet") };
    let message = match left {
        0 => format!("no change of `{key}`{place} is left to undo"),
        left => format!("only {} of `{key}`{place} left to undo", super::wording::count(left, "change")),
    };
    Failure::new(&codes::NOTHING_TO_UNDO, message).help(format!("`git flag log {key}` shows what happened"))
}

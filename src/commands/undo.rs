use super::past;
use super::restore::{self, Back};
use super::writing::{Before, Purpose, WriteArgs, change, done_before};
use crate::commands::Session;
use crate::diagnostic::codes::{change as codes, repository};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, RawChange, Repository};
use crate::history::{Change, Content, Operation, Parts, State, Undoable, lives_on_as};
use crate::model::Project;
use crate::project::layout::PROJECT;
use crate::project::{Draft, Root, View, decode_text, operations, trailer};
use crate::render::{Format, Outcome};
use crate::source::FilePath;
use std::collections::BTreeSet;

/// Take the last operation of this tool on the branch back
///
/// A new commit undoes all that the operation changed, flags, segments and project alike. Operations that a merge brought
/// count as well: the last one is that which `git flag op log` lists first. Operations that were undone, and undos
/// themselves, are skipped: running it again goes one operation further back. Commits made without this tool are left alone. `git flag rollback KEY` works on one flag, whoever changed it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag undo\n  git flag undo --dry-run\n  git flag undo --reason \"wrong environment\""
)]
pub struct Args {
    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let root = args.write.root(session)?;
    let repository = root.git()?;
    session.set_format(args.write.format.choose(&[Format::Markdown])?);
    let before = match done_before(&root, &args.write, &Purpose { action: "undo", ..Purpose::default() })? {
        Before::Done(outcome) => return Ok(outcome),
        Before::Unpushed { parent, .. } => Some(parent),
        Before::Never => None,
    };
    root.recover()?;
    let tip = before.or(past::branch_tip(repository, args.write.branch.as_deref())?).ok_or_else(|| nothing(&[]))?;
    past::warn_when_cut(session, repository);
    let project = past::project(session, &root, repository, Some(tip))?;
    let here = Here { root: &root, repository, project: &project, tip };
    let (found, notes) = here.last()?;
    let backs = here.backs(&found)?;
    let purpose = purpose(&found, &backs);
    let mut outcome = change(session, &args.write, purpose, |draft| {
        here.take_back(draft, &found, &backs)?;
        Ok(format!("undo {}", what(&found)))
    })?;
    outcome.notes.splice(0..0, notes);
    Ok(outcome)
}

fn nothing(passed: &[String]) -> Box<Failure> {
    let failure = Failure::new(&codes::NOTHING_TO_UNDO, "no operation of this tool is left to undo on this branch");
    let failure = passed.iter().fold(failure, |failure, words| failure.help(words.clone()));
    failure.help("`git flag rollback KEY` takes back changes that were made in other ways")
}

/// Where operations are looked for.
struct Here<'r> {
    root: &'r Root,
    repository: &'r Repository,
    project: &'r Project,
    tip: CommitId,
}

impl Here<'_> {
    /// The last operation that is in effect, with words about it and those that were passed over.
    fn last(&self) -> Result<(Operation, Vec<String>)> {
        let mut notes = Vec::new();
        let mut undoable = Undoable::new(self.root, self.repository, self.project, self.tip)?;
        while let Some(operation) = undoable.next().transpose()? {
            self.refuse_init(&operation)?;
            if let Some(why) = self.why_not(&operation)? {
                notes.push(format!("passed over {} ({}): {why}", operation.commit.id.short(), what(&operation)));
                continue;
            }
            if let Some(merge) = undoable.arrival(operation.commit.id)? {
                let (short, author) = (operation.commit.id.short(), &operation.commit.author.name);
                notes.push(format!("undoes {short} of {author}, which came with the merge {}", merge.short()));
            }
            return Ok((operation, notes));
        }
        Err(nothing(&notes))
    }

    fn refuse_init(&self, operation: &Operation) -> Result<()> {
        let is_project = |path: &str| self.root.from_git(path).as_deref() == Some(PROJECT);
        if !operation.others.iter().any(|change| change.old.is_none() && is_project(&change.path)) {
            return Ok(());
        }
        let message = "only `git flag init` is left, which `undo` does not take back";
        Err(Failure::new(&codes::NOTHING_TO_UNDO, message)
            .help(format!("`git revert {}` does", operation.commit.id.short())))
    }

    /// Why an operation is not the one to undo; `None` when it is.
    fn why_not(&self, operation: &Operation) -> Result<Option<String>> {
        let broken = |change: &&Change| matches!(change.old.as_deref(), Some(Content { state: State::Broken(_), .. }));
        if let Some(change) = operation.flags.iter().find(broken) {
            let key = change.before.as_ref().map_or_else(String::new, |version| version.key.to_string());
            return Ok(Some(format!("it mended `{key}`, which did not read before")));
        }
        let files = self.root.files(View::Commit(self.tip))?;
        let mut draft = Draft::new(&files)?;
        // Where it fails, it is told once it is carried out.
        let done = self.take_back(&mut draft, operation, &self.backs(operation)?);
        Ok((done.is_ok() && draft.edits()?.is_empty()).then(|| "what it did is gone already".to_owned()))
    }

    fn backs<'o>(&self, operation: &'o Operation) -> Result<Vec<Back<'o>>> {
        let Self { root, repository, project, tip } = *self;
        let back = |change: &'o Change| {
            let then = change.after.as_ref().map(|version| &version.key);
            let today = then.map(|then| lives_on_as(root, repository, project, then, operation.commit.id, tip));
            Ok(Back { change, parts: Parts::of(None), left: Parts::of(None), today: today.transpose()?.flatten(), tip })
        };
        operation.flags.iter().map(back).collect()
    }

    fn take_back(&self, draft: &mut Draft<'_>, operation: &Operation, backs: &[Back<'_>]) -> Result<()> {
        // Segments first, which flags that come back may refer to.
        for other in &operation.others {
            put_back(draft, self.root, self.repository, other)?;
        }
        restore::take_back(draft, self.root, self.repository, backs).map_err(|failure| {
            let key = backs.iter().filter_map(Back::key_now).find(|key| draft.flag(key).is_err());
            match key.filter(|_| failure.code() == Some(&repository::FLAG_DOES_NOT_READ)) {
                Some(key) => failure.help(format!("`git flag rollback {key}` takes back the change that broke it")),
                None => failure,
            }
        })
    }
}

fn purpose(operation: &Operation, backs: &[Back<'_>]) -> Purpose {
    let told = operations(&operation.commit.message);
    let keys: BTreeSet<&str> = told.iter().flat_map(|told| told.all(trailer::KEY)).collect();
    let then = keys.first().copied().filter(|_| keys.len() == 1).unwrap_or("project");
    let is_it = |back: &&Back<'_>| back.change.after.as_ref().is_some_and(|version| version.key.as_str() == then);
    let today = backs.iter().find(is_it).and_then(|back| back.today.as_ref());
    let subject = today.map_or_else(|| then.to_owned(), ToString::to_string);
    Purpose {
        subject,
        action: "undo",
        environment: None,
        rule: None,
        reverts: vec![operation.commit.id.to_string()],
        nothing: format!("what {} did is gone already, nothing to change", operation.commit.id.short()),
    }
}

/// What the operation did, as its subject says.
fn what(operation: &Operation) -> String {
    let subject = operation.commit.subject();
    subject.split_once("): ").map_or(subject.clone(), |(_, what)| what.to_owned())
}

/// Any other file: as a whole, and only if it is still as the operation left it.
fn put_back(draft: &mut Draft<'_>, root: &Root, repository: &Repository, change: &RawChange) -> Result<()> {
    let Some(path): Option<FilePath> = root.from_git(&change.path) else { return Ok(()) };
    let text = |id: Option<crate::git::ObjectId>| -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        decode_text(&path, repository.read(id)?).map(Some).map_err(|problem| (*problem).into())
    };
    let (old, new, now) = (text(change.old)?, text(change.new)?, draft.text(&path)?);
    if now == old {
        return Ok(());
    }
    if now != new {
        return Err(Failure::new(&codes::ROLLBACK_CONFLICT, format!("`{path}` was changed again since"))
            .help("take the newer change back first, or edit the file by hand"));
    }
    draft.set_text(path, old);
    Ok(())
}

use super::past;
use super::restore::{self, Back};
use super::writing::{Purpose, WriteArgs, change, done_before};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::git::{RawChange, Repository};
use crate::history::{Operation, Parts, last_operation, lives_on_as};
use crate::project::layout::PROJECT;
use crate::project::{Draft, Root, decode_text, trailer, trailers};
use crate::render::{Format, Outcome};
use crate::source::FilePath;

/// Take the last operation of this tool on the branch back
///
/// A new commit undoes all that the operation changed, flags, segments and project alike. Operations that were undone, and
/// undos themselves, are skipped: running it again goes one operation further back. Commits made without this tool are
/// left alone. `git flag rollback KEY` works on one flag, whoever changed it.
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
    if let Some(outcome) = done_before(&root, &args.write, &Purpose { action: "undo", ..Purpose::default() })? {
        return Ok(outcome);
    }
    root.recover()?;
    let start = args.write.branch.as_ref().map(|branch| format!("refs/heads/{branch}"));
    let nothing = || {
        Failure::new(&codes::NOTHING_TO_UNDO, "no operation of this tool is left to undo on this branch")
            .help("`git flag rollback KEY` takes back changes that were made in other ways")
    };
    let tip = past::tip(session, repository, start.as_deref())?.ok_or_else(nothing)?;
    past::warn_when_cut(session, repository);
    let project = past::project(session, &root, repository, Some(tip))?;
    let operation = last_operation(&root, repository, &project, tip)?.ok_or_else(nothing)?;
    if operation
        .others
        .iter()
        .any(|change| change.old.is_none() && root.from_git(&change.path).as_deref() == Some(PROJECT))
    {
        return Err(Failure::new(
            &codes::NOTHING_TO_UNDO,
            "only `git flag init` is left, which `undo` does not take back",
        )
        .help(format!("`git revert {}` does", operation.commit.id.short())));
    }
    let backs = operation
        .flags
        .iter()
        .map(|change| {
            let then = change.after.as_ref().map(|version| &version.key);
            let today = then.map(|then| lives_on_as(&root, repository, &project, then, operation.commit.id, tip));
            Ok(Back { change, parts: Parts::of(None), left: Parts::of(None), today: today.transpose()?.flatten(), tip })
        })
        .collect::<Result<Vec<Back<'_>>>>()?;
    let purpose = purpose(&operation, &backs);
    change(session, &args.write, purpose, |draft| {
        // Segments first, which flags that come back may refer to.
        for other in &operation.others {
            put_back(draft, &root, repository, other)?;
        }
        restore::take_back(draft, &root, repository, &backs)?;
        Ok(format!("undo {}", what(&operation)))
    })
}

fn purpose(operation: &Operation, backs: &[Back<'_>]) -> Purpose {
    let then = trailers(&operation.commit.message, trailer::KEY).next().unwrap_or("project");
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

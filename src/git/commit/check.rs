//! The ground that a commit is to stand on.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{Change, CommitError, CommitId, CommitRequest, Dirty, FileChange, Repository, Target};
use crate::git::run::Manner;
use crate::git::{Entry, GitError, Head, IndexEntry, ObjectId, WorkTreeState, index};

/// Where a commit goes.
pub(super) struct Ground {
    /// What is moved: `HEAD`, which leads to the current branch, or the full name of another branch.
    pub(super) reference: String,
    /// The full name of the branch.
    pub(super) branch: String,
    /// The parent.
    pub(super) base: Option<CommitId>,
    /// What the branch must be at; `None` if it must not exist.
    pub(super) expected: Option<CommitId>,
    /// Whether index and work tree follow.
    pub(super) here: bool,
}

impl Ground {
    pub(super) fn of(repository: &Repository, target: &Target) -> Result<Self, CommitError> {
        if repository.is_bare() {
            return Err(CommitError::Bare);
        }
        let head = repository.head()?;
        let Target::Branch(name) = target else { return Self::current(repository, &head) };
        let branch = format!("refs/heads/{name}");
        if name.starts_with('-') || name == "HEAD" || !git2::Reference::is_valid_name(&branch) {
            return Err(CommitError::BranchName { name: name.clone() });
        }
        if head.branch() == Some(&branch) {
            return Self::current(repository, &head);
        }
        if let Some(work_tree) = checked_out(repository, &branch)? {
            return Err(CommitError::CheckedOut { branch: name.clone(), work_tree });
        }
        let expected = repository.ref_commit(&branch)?;
        if expected.is_none() {
            not_another_ref(repository, name)?;
        }
        let base = expected.or(head.commit());
        Ok(Self { reference: branch.clone(), branch, base, expected, here: false })
    }

    fn current(repository: &Repository, head: &Head) -> Result<Self, CommitError> {
        // A rebase detaches HEAD as well; that it has to be finished is the better answer.
        if let Some(operation) = repository.operation_in_progress()? {
            return Err(CommitError::Operation(operation));
        }
        let branch = head.branch().ok_or(CommitError::Detached)?.to_owned();
        let base = head.commit();
        Ok(Self { reference: "HEAD".to_owned(), branch, base, expected: base, here: true })
    }
}

/// A new branch that is called like a tag makes every later use of the name ambiguous, and one that is called like a
/// branch of a remote would begin without what that branch has.
fn not_another_ref(repository: &Repository, name: &str) -> Result<(), CommitError> {
    let own = [format!("refs/tags/{name}"), format!("refs/remotes/{name}")];
    let git = repository.git(Manner::Read, "for-each-ref").arg("--format=%(refname)");
    let text = git.args(&own).arg(format!("refs/remotes/*/{name}")).line()?;
    // A pattern also matches what lies below it.
    let below = |found: &str, own: &str| found.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
    let found = text.lines().find(|found| !own.iter().any(|own| below(found, own)));
    let Some(found) = found else { return Ok(()) };
    let (what, help) = match found.strip_prefix("refs/remotes/") {
        None => {
            (format!("the tag `{name}`"), format!("choose another name, or make the branch first: `git branch {name}`"))
        }
        Some(remote) => {
            let short = remote.split_once('/').map_or(remote, |(_, short)| short);
            let make = format!("`git branch {short} {remote}`");
            let help = if short == name {
                format!("{make} makes the branch from there; then run the command again")
            } else {
                format!("{make} makes a branch of this clone from there; then pass `--branch {short}`")
            };
            (format!("the branch `{remote}` of a remote"), help)
        }
    };
    Err(CommitError::OtherRef { name: name.to_owned(), what, help })
}

/// The other work tree that has `branch` checked out.
fn checked_out(repository: &Repository, branch: &str) -> Result<Option<PathBuf>, CommitError> {
    if repository.git_dir == repository.common_dir && !repository.common_dir.join("worktrees").is_dir() {
        return Ok(None);
    }
    let text = repository.git(Manner::Read, "worktree").args(["list", "--porcelain", "-z"]).run()?;
    let mut place = PathBuf::new();
    for line in text.split(|byte| *byte == 0).map(String::from_utf8_lossy) {
        if let Some(path) = line.strip_prefix("worktree ") {
            place = PathBuf::from(path);
        } else if line.strip_prefix("branch ") == Some(branch) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Whether the request can be carried out on `ground`; its files, with what is known about them.
pub(super) fn check(
    repository: &Repository,
    ground: &Ground,
    request: &CommitRequest,
) -> Result<Vec<Change>, CommitError> {
    if let Some(operation) = repository.operation_in_progress()? {
        return Err(CommitError::Operation(operation));
    }
    let mut named = HashSet::new();
    if let Some(file) = request.files.iter().find(|file| !is_proper(&file.path) || !named.insert(&file.path)) {
        return Err(CommitError::Path { path: file.path.clone() });
    }
    let index = if ground.here { repository.open_index()? } else { None };
    if ground.here {
        let paths = unmerged(repository, index.as_ref())?;
        if !paths.is_empty() {
            return Err(CommitError::Unmerged { paths });
        }
    }
    let mut changes = Vec::with_capacity(request.files.len());
    for file in &request.files {
        let head = match ground.base {
            Some(base) => repository.entry(base, &file.path)?,
            None => None,
        };
        let mut change = against_parent(repository, ground, file, head.as_ref())?;
        if ground.here {
            let entries = match &index {
                Some(index) => index::entries_of(index, &file.path)?,
                None => repository.index_entries(&file.path)?.into_iter().filter(|e| e.path == file.path).collect(),
            };
            against_user(repository, &mut change, head, entries)?;
        }
        changes.push(change);
    }
    Ok(changes)
}

impl Repository {
    /// Refuses as [`Repository::commit`] would where the user has changed one of these files, or is in the middle of
    /// something; for commands that ask a person for work before they commit it.
    ///
    /// # Errors
    /// Why a change of these files could not be committed to `target` now.
    pub fn refuse_if_dirty(&self, target: &Target, paths: &[&str]) -> Result<(), CommitError> {
        let ground = Ground::of(self, target)?;
        let files = paths.iter().map(|path| {
            let entry = match ground.base {
                Some(base) => self.entry(base, path)?,
                None => None,
            };
            let old = entry.map(|entry| self.read(entry.id)).transpose()?;
            Ok(FileChange { path: (*path).to_owned(), new: old.clone(), old })
        });
        let files = files.collect::<Result<Vec<_>, GitError>>()?;
        check(self, &ground, &CommitRequest { base: ground.base, files, ..CommitRequest::default() }).map(drop)
    }
}

/// Whether Git would take it: relative, no empty names, nothing that leads elsewhere or into `.git`.
pub(super) fn is_proper(path: &str) -> bool {
    let bad = |name: &str| matches!(name, "" | "." | "..") || name.eq_ignore_ascii_case(".git");
    !path.split('/').any(bad) && !path.contains(['\0', '\n', '\\'])
}

fn unmerged(repository: &Repository, index: Option<&git2::Index>) -> Result<Vec<String>, CommitError> {
    if index.is_some_and(|index| !index.has_conflicts()) {
        return Ok(Vec::new());
    }
    let text = repository.git(Manner::Read, "ls-files").args(["--unmerged", "-z"]).run()?;
    let paths = text.split(|byte| *byte == 0).filter_map(|record| {
        let record = String::from_utf8_lossy(record);
        record.split_once('\t').map(|(_, path)| path.to_owned())
    });
    let mut paths: Vec<String> = paths.collect();
    paths.dedup();
    Ok(paths)
}

fn against_parent(
    repository: &Repository,
    ground: &Ground,
    file: &FileChange,
    head: Option<&Entry>,
) -> Result<Change, CommitError> {
    let mode = head.map_or(0o100_644, |entry| entry.mode);
    if !matches!(mode, 0o100_644 | 0o100_755) {
        return Err(CommitError::NotAFile { path: file.path.clone() });
    }
    let now = match head {
        Some(entry) => Some(repository.read(entry.id)?),
        None => None,
    };
    if now != file.old {
        return Err(CommitError::Moved { now: ground.base });
    }
    Ok(Change {
        path: file.path.clone(),
        mode,
        old: head.map(|entry| entry.id),
        new: file.new.clone(),
        blob: None,
        seen: None,
        skipped: false,
    })
}

/// The user's own changes of our file are neither committed nor overwritten.
fn against_user(
    repository: &Repository,
    change: &mut Change,
    head: Option<Entry>,
    entries: Vec<IndexEntry>,
) -> Result<(), CommitError> {
    let dirty = |how| CommitError::Dirty { path: change.path.clone(), how };
    change.skipped = if entries.is_empty() && change.new.is_some() {
        !repository.checks_out(&change.path)?
    } else {
        entries.iter().any(|entry| entry.skip_worktree)
    };
    let state = repository.path_state(&change.path, head, entries)?;
    if state.work_tree == WorkTreeState::NotAFile {
        return Err(CommitError::NotAFile { path: change.path.clone() });
    }
    if state.is_staged() {
        return Err(dirty(Dirty::Staged));
    }
    match state.work_tree {
        WorkTreeState::Clean | WorkTreeState::Absent => {}
        WorkTreeState::Untracked => return Err(dirty(Dirty::Untracked)),
        WorkTreeState::Modified | WorkTreeState::Deleted | WorkTreeState::NotAFile => return Err(dirty(Dirty::Edited)),
    }
    change.skipped &= state.bytes.is_none();
    change.seen = state.bytes;
    Ok(())
}

/// Whether an entry of the index still is what the parent commit has.
pub(super) fn is_untouched(entry: Option<(u32, ObjectId)>, change: &Change) -> bool {
    entry.map(|(_, id)| id) == change.old
}

/// An answer of `git` that makes no sense.
pub(super) fn nonsense(command: &str, detail: &str) -> CommitError {
    CommitError::Git(GitError::Unexpected { command: command.to_owned(), detail: detail.to_owned() })
}

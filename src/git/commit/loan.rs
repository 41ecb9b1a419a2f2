//! Our files in the work tree while hooks look at them.
//!
//! Formatters and linters read the work tree, and `git add` takes from there; so it has the new version while hooks run.
//! What it had is written down before, and given back unless the commit comes to stand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::failpoint::{self, Step};
use super::{Change, CommitError, Dirty, Repository, durable, journal, work_tree};
use crate::git::WorkTreeState;
use crate::git::path_state::{OnDisk, read_plain};
use crate::git::run::Manner;

/// What the work tree had.
#[derive(Debug, Serialize, Deserialize)]
struct Loan {
    version: u32,
    /// Names temporary files in the work tree.
    nonce: String,
    files: Vec<Lent>,
}

/// One file that the work tree has on loan.
#[derive(Debug, Serialize, Deserialize)]
struct Lent {
    path: String,
    /// Its bytes before; `None` if there was no file.
    before: Option<Vec<u8>>,
    /// SHA-256 of the bytes that it has meanwhile; `None` if there is no file meanwhile.
    meanwhile: Option<String>,
}

const VERSION: u32 = 1;

/// Whose the changes of a file on loan are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    /// A hook's, which has just ended: they go, too.
    ByHook,
    /// Maybe the user's: they stay.
    ByAnybody,
}

/// Puts the new version of our files into the work tree, and remembers it as what we have seen there.
pub(super) fn lend(repository: &Repository, changes: &mut [Change]) -> Result<(), CommitError> {
    let mut loan = Loan { version: VERSION, nonce: journal::nonce(), files: Vec::new() };
    let mut lent = Vec::new();
    for change in changes.iter_mut().filter(|change| !change.skipped) {
        let meanwhile = work_tree::checked_out(repository, change)?;
        if meanwhile == change.seen {
            continue;
        }
        loan.files.push(Lent {
            path: change.path.clone(),
            before: change.seen.clone(),
            meanwhile: meanwhile.as_deref().map(journal::digest),
        });
        lent.push((change, meanwhile));
    }
    if lent.is_empty() {
        return Ok(());
    }
    loan.save(repository)?;
    failpoint::reached(Step::Lending)?;
    for (number, (change, meanwhile)) in lent.into_iter().enumerate() {
        loan.keep_file(repository, number);
        let seen = change.seen.as_deref().map(journal::digest);
        if work_tree::follow(repository, change, seen.as_deref(), &loan.temporary(number))?.is_some() {
            // Edited since we looked.
            return Err(CommitError::Dirty { path: change.path.clone(), how: Dirty::Edited });
        }
        change.seen = meanwhile;
    }
    failpoint::reached(Step::Lent)
}

/// What became of a loan.
#[derive(Debug, Default)]
pub(super) struct GivenBack {
    /// Whether there was one.
    pub(super) lent: bool,
    /// Where the versions are that hooks made of files.
    pub(super) notes: Vec<String>,
    /// What is as nobody knows who left it.
    pub(super) left: Vec<Left>,
}

/// A file that was lent, and was changed before it could be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Relative to the top, with `/`.
    pub path: String,
    /// Whether there was no such file before.
    pub is_new: bool,
}

/// Gives the work tree back what it had, if something is on loan. What a hook made of a file is kept as an object.
pub(super) fn give_back(repository: &Repository, changed: Changed) -> Result<GivenBack, CommitError> {
    let mut back = GivenBack::default();
    let Some(loan) = Loan::load(repository)? else { return Ok(back) };
    let Some(top) = repository.work_tree.as_deref() else { return Ok(back) };
    back.lent = true;
    for (number, file) in loan.files.iter().enumerate() {
        let path = top.join(&file.path);
        let draft = path.with_file_name(loan.temporary(number));
        journal::remove_if_there(&draft);
        let now = match read_plain(top, &file.path)? {
            OnDisk::File(bytes) => Some(bytes),
            OnDisk::Absent => None,
            OnDisk::Other => continue,
        };
        if now == file.before || is_taken_over(repository, &file.path, now.as_deref())? {
            continue;
        }
        if now.as_deref().map(journal::digest) != file.meanwhile {
            if changed == Changed::ByAnybody {
                back.left.push(Left { path: file.path.clone(), is_new: file.before.is_none() });
                continue;
            }
            back.notes.extend(now.and_then(|bytes| keep(repository, &file.path, bytes)));
        }
        match &file.before {
            Some(bytes) if put_back(&loan.kept(repository, number), &path, bytes)? => {}
            Some(bytes) => work_tree::replace(&path, &draft, bytes)?,
            None => work_tree::remove(top, &path)?,
        }
    }
    // Scripts that run `git diff-index` would take the files for edited. Not worth an error.
    drop(repository.git(Manner::Write, "update-index").args(["-q", "--refresh"]).output());
    failpoint::reached(Step::GivenBack)?;
    forget(repository)?;
    loan.drop_files(repository);
    Ok(back)
}

/// Whether the index or HEAD has what the work tree has now: then somebody has made it theirs, by `git add` or a commit.
/// Our own commit has touched neither while files are on loan.
fn is_taken_over(repository: &Repository, path: &str, now: Option<&[u8]>) -> Result<bool, CommitError> {
    let states = repository.path_states(&[path])?;
    let Some(state) = states.first() else { return Ok(false) };
    if matches!(state.work_tree, WorkTreeState::Clean | WorkTreeState::Absent) {
        return Ok(true);
    }
    let Some(entry) = &state.head else { return Ok(now.is_none()) };
    let Some(now) = now else { return Ok(false) };
    Ok(*now == *work_tree::as_checked_out(repository, path, entry.id)?)
}

/// Should somebody have edited the file just while the hook ran, nothing is lost.
fn keep(repository: &Repository, path: &str, bytes: Vec<u8>) -> Option<String> {
    let git = repository.git(Manner::Write, "hash-object").args(["-w", "--no-filters", "--stdin"]);
    let id = git.input(bytes).line().ok()?;
    Some(format!("`{path}` was changed meanwhile; `git show {}` has that version", id.get(..12).unwrap_or(&id)))
}

/// Puts a file back that was kept, which takes no room on a disk that may be full. Says whether it did.
fn put_back(kept: &Path, path: &Path, before: &[u8]) -> Result<bool, CommitError> {
    failpoint::reached(Step::TemporaryWritten)?;
    let put = || fs::rename(kept, path);
    let with_folder = |_| path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| put());
    Ok(fs::read(kept).is_ok_and(|bytes| bytes == before) && put().or_else(with_folder).is_ok())
}

/// The commit stands, so what the work tree has is its own.
pub(super) fn end(repository: &Repository) -> Result<(), CommitError> {
    let loan = Loan::load(repository)?;
    forget(repository)?;
    if let Some(loan) = loan {
        loan.drop_files(repository);
    }
    Ok(())
}

fn forget(repository: &Repository) -> Result<(), CommitError> {
    journal::remove(&path(repository))
}

/// Whether something is on loan; cheap.
pub(super) fn exists(repository: &Repository) -> bool {
    path(repository).exists()
}

fn path(repository: &Repository) -> PathBuf {
    repository.git_dir.join("git-flag").join("loan")
}

impl Loan {
    fn temporary(&self, number: usize) -> String {
        format!(".git-flag-{}-{number}", self.nonce)
    }

    /// Where the file that is lent is kept.
    fn kept(&self, repository: &Repository, number: usize) -> PathBuf {
        repository.git_dir.join("git-flag").join(format!("kept-{}-{number}", self.nonce))
    }

    /// Gives the file that is about to be replaced another name. Where that can't be, it is written anew.
    fn keep_file(&self, repository: &Repository, number: usize) {
        if let (Some(top), Some(file)) = (&repository.work_tree, self.files.get(number)) {
            drop(fs::hard_link(top.join(&file.path), self.kept(repository, number)));
        }
    }

    fn drop_files(&self, repository: &Repository) {
        for number in 0..self.files.len() {
            journal::remove_if_there(&self.kept(repository, number));
        }
    }

    fn save(&self, repository: &Repository) -> Result<(), CommitError> {
        journal::scratch(repository)?;
        let failed = |path: &Path, error| CommitError::io("write", path, error);
        let text = serde_json::to_vec(self).map_err(|error| super::check::nonsense("loan", &error.to_string()))?;
        let path = path(repository);
        let draft = path.with_extension("new");
        let saved = fs::write(&draft, text).map_err(|error| failed(&path, error)).and_then(|()| {
            durable::file(repository, &draft)?;
            fs::rename(&draft, &path).map_err(|error| failed(&path, error))
        });
        if saved.is_err() {
            journal::remove_if_there(&draft);
        }
        saved?;
        durable::folders(repository, &path, &repository.git_dir)
    }

    /// One that cannot be read says nothing, and is dropped.
    fn load(repository: &Repository) -> Result<Option<Self>, CommitError> {
        let path = path(repository);
        match fs::read(&path) {
            Ok(bytes) => {
                let loan = serde_json::from_slice::<Self>(&bytes).ok().filter(|found| found.version == VERSION);
                if loan.is_none() {
                    forget(repository)?;
                }
                Ok(loan)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CommitError::io("read", &path, error)),
        }
    }
}

//! Making room for a commit of a colleague who pushed first.

use std::fs;
use std::path::PathBuf;

use super::failpoint::{self, Step};
use super::lock::Lock;
use super::{CommitError, CommitId, ObjectId, Repository, journal};
use crate::git::GitError;
use crate::git::run::Manner;

/// Whether a branch gave way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// It did.
    Given,
    /// It has moved meanwhile.
    Moved,
    /// These files, which differ on both sides, have been edited here.
    Blocked(Vec<String>),
}

impl Repository {
    /// Moves `branch` (its full name) from `ours`, a commit of this command that nobody else has, to `theirs`, which was
    /// made on the same commit, so that the change can be made again there. Index and work tree follow as in a checkout:
    /// what the user has staged or edited elsewhere stays. All is as it was when that is in the way, or the branch has
    /// moved.
    ///
    /// # Errors
    /// If Git fails.
    pub fn give_way(&self, branch: &str, ours: CommitId, theirs: CommitId) -> Result<Way, CommitError> {
        let lock = Lock::take(self)?;
        self.recover_under(&lock)?;
        let here = self.head()?.branch() == Some(branch);
        if self.ref_commit(branch)? != Some(ours) {
            return Ok(Way::Moved);
        }
        if here {
            // Tells by its exit code that some file was edited.
            self.git(Manner::Write, "update-index").args(["-q", "--refresh"]).run_or(&[1])?;
            if refused(follow(self, ours, theirs, &["-n"]))? {
                return Ok(Way::Blocked(edited(self, ours, theirs)?));
            }
            journal::scratch(self)?;
            let path = note(self);
            let text = format!("{ours} {theirs} {branch}");
            fs::write(&path, text).map_err(|error| CommitError::io("write", &path, error))?;
        }
        let swap = |to: CommitId, from: CommitId| {
            let words = ["-m", "flag: again on what was pushed meanwhile", "--", branch];
            let git = self.git(Manner::Write, "update-ref").args(words).args([to.to_string(), from.to_string()]);
            git.stdin(lock.share()).run()
        };
        let mut way = if refused(swap(theirs, ours))? { Way::Moved } else { Way::Given };
        failpoint::reached(Step::GaveWay)?;
        if way == Way::Given && here && refused(follow(self, ours, theirs, &[]))? {
            swap(ours, theirs)?;
            way = Way::Blocked(edited(self, ours, theirs)?);
        }
        journal::remove(&note(self))?;
        Ok(way)
    }
}

/// The files that differ between two commits and that the user has staged, edited or put there.
fn edited(repository: &Repository, ours: CommitId, theirs: CommitId) -> Result<Vec<String>, GitError> {
    let differ = repository.git(Manner::Read, "diff-tree").args(["-r", "-z", "--name-only", "--no-renames"]);
    let differ = differ.args([ours.to_string(), theirs.to_string()]).run()?;
    let status = ["--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=traditional"];
    let status = repository.git(Manner::Read, "status").args(status).run()?;
    let paths = |text: &[u8]| -> Vec<String> {
        let paths = text.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect()
    };
    let differ = paths(&differ);
    // Each begins with two letters and a space.
    let status = paths(&status);
    let edited = status.iter().filter_map(|line| line.get(3..)).filter(|path| differ.iter().any(|it| it == path));
    Ok(edited.map(str::to_owned).collect())
}

/// Lets index and work tree go from one commit to the other. What is there already stays.
fn follow(repository: &Repository, ours: CommitId, theirs: CommitId, how: &[&str]) -> Result<Vec<u8>, GitError> {
    let git = repository.git(Manner::Write, "read-tree").args(["-m", "-u"]).args(how);
    git.args([ours.to_string(), theirs.to_string()]).run()
}

/// What is about to be done, for the next command should this one be killed.
fn note(repository: &Repository) -> PathBuf {
    repository.git_dir.join("git-flag").join("giving-way")
}

/// Whether a killed command left one.
pub(super) fn exists(repository: &Repository) -> bool {
    note(repository).exists()
}

/// Lets index and work tree follow where a killed command moved the branch.
pub(super) fn finish(repository: &Repository) -> Result<(), CommitError> {
    let Ok(text) = fs::read_to_string(note(repository)) else { return Ok(()) };
    let mut words = text.splitn(3, ' ');
    let mut id = || words.next().and_then(|word| ObjectId::from_hex(word.as_bytes()));
    if let (Some(ours), Some(theirs), Some(branch)) = (id(), id(), words.next()) {
        let head = repository.head()?;
        if head.branch() == Some(branch) && head.commit() == Some(theirs) {
            // What the user has edited since is in the way, and stays.
            refused(follow(repository, ours, theirs, &[]))?;
        }
    }
    journal::remove(&note(repository))
}

/// Whether Git said no.
fn refused(done: Result<Vec<u8>, GitError>) -> Result<bool, GitError> {
    match done {
        Ok(_) => Ok(false),
        Err(GitError::Failed { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

//! Making room for a commit of a colleague who pushed first.

use super::lock::Lock;
use super::{CommitError, CommitId, Repository};
use crate::git::GitError;
use crate::git::run::Manner;

impl Repository {
    /// Moves `branch` (its full name) from `ours`, a commit of this command that nobody else has, to `theirs`, which was
    /// made on the same commit, so that the change can be made again there. Index and work tree follow as in a checkout:
    /// what the user has staged or edited elsewhere stays. `false`, and all is as it was, when that is in the way, or the
    /// branch has moved.
    ///
    /// # Errors
    /// If Git fails.
    pub fn give_way(&self, branch: &str, ours: CommitId, theirs: CommitId) -> Result<bool, CommitError> {
        let lock = Lock::take(self)?;
        self.recover_under(&lock)?;
        let here = self.head()?.branch() == Some(branch);
        if self.ref_commit(branch)? != Some(ours) {
            return Ok(false);
        }
        let names = (ours.to_string(), theirs.to_string());
        let follow = |dry: &[&str]| {
            let git = self.git(Manner::Write, "read-tree").args(["-m", "-u"]).args(dry);
            git.args([&names.0, &names.1]).run()
        };
        if here {
            // Tells by its exit code that some file was edited.
            self.git(Manner::Write, "update-index").args(["-q", "--refresh"]).run_or(&[1])?;
            if refused(follow(&["-n"]))? {
                return Ok(false);
            }
        }
        let swap = |to: &str, from: &str| {
            let words = ["-m", "flag: again on what was pushed meanwhile", "--", branch, to, from];
            self.git(Manner::Write, "update-ref").args(words).stdin(lock.share()).run()
        };
        if refused(swap(&names.1, &names.0))? {
            return Ok(false);
        }
        if here && refused(follow(&[]))? {
            swap(&names.0, &names.1)?;
            return Ok(false);
        }
        Ok(true)
    }
}

/// Whether Git said no.
fn refused(done: Result<Vec<u8>, GitError>) -> Result<bool, GitError> {
    match done {
        Ok(_) => Ok(false),
        Err(GitError::Failed { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

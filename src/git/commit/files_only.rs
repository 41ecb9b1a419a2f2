//! Changing the work tree without a commit.

use std::path::{Path, PathBuf};

use super::failpoint::{self, Step};
use super::lock::Lock;
use super::{CommitError, Dirty, FileChange, Repository, durable, journal, work_tree};
use crate::git::path_state::{OnDisk, read_plain};

impl Repository {
    /// Writes files to the work tree and leaves index and branch alone. Here `old` and `new` are the bytes of the work
    /// tree as they are, with its line endings.
    ///
    /// # Errors
    /// [`CommitError::Dirty`] if a file is not as `old` says, [`CommitError::Unwritable`] if one cannot be written. All
    /// files are as they were then.
    pub fn write_files_only(&self, files: &[FileChange]) -> Result<(), CommitError> {
        let top = self.work_tree.as_deref().ok_or(CommitError::Bare)?;
        let lock = Lock::take(self)?;
        self.recover_under(&lock)?;
        let nonce = journal::nonce();
        let mut steps = Vec::new();
        for (number, file) in files.iter().enumerate() {
            if !super::check::is_proper(&file.path) {
                return Err(CommitError::Path { path: file.path.clone() });
            }
            let now = match read_plain(top, &file.path)? {
                OnDisk::File(bytes) => Some(bytes),
                OnDisk::Absent => None,
                OnDisk::Other => return Err(CommitError::NotAFile { path: file.path.clone() }),
            };
            if now != file.old && !(now.is_none() && self.left_out_as(&file.path, file.old.as_deref())?) {
                let how = if file.old.is_none() { Dirty::Untracked } else { Dirty::Edited };
                return Err(CommitError::Dirty { path: file.path.clone(), how });
            }
            let path = top.join(&file.path);
            let draft = path.with_file_name(format!(".git-flag-{nonce}-{number}"));
            steps.push(Rewrite { path, draft, now, new: file.new.as_deref() });
        }
        carry_out(self, top, &steps)
    }

    /// Whether a sparse checkout leaves out a file with that content.
    fn left_out_as(&self, path: &str, old: Option<&[u8]>) -> Result<bool, CommitError> {
        let entries = self.index_entries(path)?;
        let entry = entries.iter().find(|entry| entry.path == path && entry.stage == 0 && entry.skip_worktree);
        Ok(match entry {
            Some(entry) => old == Some(&self.read(entry.id)?[..]),
            None => false,
        })
    }
}

/// One file that is to be replaced.
struct Rewrite<'a> {
    path: PathBuf,
    /// Where its new version is written first.
    draft: PathBuf,
    now: Option<Vec<u8>>,
    new: Option<&'a [u8]>,
}

/// All of them, or none.
fn carry_out(repository: &Repository, top: &Path, steps: &[Rewrite<'_>]) -> Result<(), CommitError> {
    let mut replaced = 0;
    let done = (|| {
        for step in steps {
            work_tree::draft(&step.path, &step.draft, step.new)?;
            if step.new.is_some() {
                durable::file(repository, &step.draft)?;
            }
        }
        failpoint::reached(Step::Prepared)?;
        for step in steps {
            match step.new {
                Some(_) => work_tree::put(&step.path, &step.draft)?,
                None => work_tree::remove(top, &step.path)?,
            }
            replaced += 1;
        }
        for step in steps {
            durable::folders(repository, &step.path, top)?;
        }
        Ok(())
    })();
    #[cfg(test)]
    if matches!(done, Err(CommitError::Killed)) {
        return done;
    }
    if done.is_err() {
        // The first error counts; what can't be put back now has no second chance.
        for step in &steps[..replaced] {
            drop(match &step.now {
                Some(bytes) => work_tree::replace(&step.path, &step.draft, bytes),
                None => work_tree::remove(top, &step.path),
            });
        }
        for step in &steps[replaced..] {
            drop(work_tree::forget(top, &step.draft));
        }
    }
    done
}

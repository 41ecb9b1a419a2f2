//! After a kill: the next command finishes what stands, and discards what does not.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::journal::{self, Journal};
use super::loan::{self, Changed, Left};
use super::lock::{self, Lock};
use super::{Change, CommitError, CommitId, Repository, index_file, land, replay};

/// What was done about a commit of a command that was killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// It stood; index and work tree have followed.
    Finished(CommitId),
    /// It had not come to be; nothing is left of it.
    Discarded,
    /// It had not come to be, but hooks had its files, and these were changed before they could be given back: by a
    /// hook, or by the user. They are as they were found.
    Left(Vec<Left>),
}

impl Recovered {
    /// What the user has to know, and what to do; `None` if all is as it should be.
    #[must_use]
    pub fn warning(&self) -> Option<(String, String)> {
        let Self::Left(files) = self else { return None };
        let named = |is_new| {
            let files = files.iter().filter(move |file| file.is_new == is_new);
            files.map(|file| file.path.as_str()).collect::<Vec<_>>().join(" ")
        };
        let paths: Vec<String> = files.iter().map(|file| format!("`{}`", file.path)).collect();
        let ways: Vec<String> = [("git checkout --", named(false)), ("rm", named(true))]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(command, names)| format!("`{command} {names}`"))
            .collect();
        Some((
            format!(
                "a command was killed while hooks had its files, and may have left what was never committed in {}",
                paths.join(", ")
            ),
            format!("{} takes that back, and your own changes of it with it", ways.join(" and ")),
        ))
    }
}

/// How long an empty lock of a branch must stay as it is before it is taken for one of a killed command. Git itself
/// holds such locks for milliseconds.
const SILENCE: Duration = Duration::from_millis(500);

impl Repository {
    /// Finishes or discards what a killed command left in this work tree. Costs nothing if there is nothing; leaves it
    /// alone while another of our commands is writing.
    ///
    /// # Errors
    /// If it can be neither finished nor discarded.
    pub fn recover(&self) -> Result<Option<Recovered>, CommitError> {
        // A hook of the commit that is being made must not wait for it.
        if self.inside_our_commit() || !(Journal::exists(self) || loan::exists(self) || replay::exists(self)) {
            return Ok(None);
        }
        match Lock::try_take(self)? {
            Some(lock) => self.recover_under(&lock),
            None => Ok(None),
        }
    }

    /// As [`Repository::recover`], for a command that only reads: not where a hook of Git runs it, as Git itself is
    /// writing then.
    ///
    /// # Errors
    /// If it can be neither finished nor discarded, say because nothing may be written here.
    pub fn recover_before_reading(&self) -> Result<Option<Recovered>, CommitError> {
        if self.is_bare() || self.place.environment.get("GIT_INDEX_FILE").is_some() {
            return Ok(None);
        }
        self.recover()
    }

    /// As [`Repository::recover`]; with our lock, nothing of the killed command is running any more.
    pub(super) fn recover_under(&self, _: &Lock) -> Result<Option<Recovered>, CommitError> {
        let written = Journal::written(self);
        let journal = Journal::load(self)?;
        let recovered = match (journal, written) {
            (Some(journal), Some(written)) => Some(self.settle(&journal, written)?),
            _ => None,
        };
        let back = loan::give_back(self, Changed::ByAnybody)?;
        replay::finish(self)?;
        sweep(&self.git_dir.join("git-flag"));
        if !back.left.is_empty() {
            return Ok(Some(Recovered::Left(back.left)));
        }
        Ok(recovered.or(back.lent.then_some(Recovered::Discarded)))
    }

    /// Removes what a killed `git update-ref` left, which would be in the way of everybody.
    pub(super) fn remove_ref_locks(&self, journal: &Journal, written: SystemTime) -> Result<(), CommitError> {
        remove_ref_lock(&land::lock_path(&self.git_dir.join("HEAD")), journal, written)?;
        remove_ref_lock(&land::lock_path(&self.common_dir.join(&journal.branch)), journal, written)
    }

    fn settle(&self, journal: &Journal, written: SystemTime) -> Result<Recovered, CommitError> {
        self.remove_ref_locks(journal, written)?;
        let landed = match (journal.commit(), self.ref_commit(&journal.branch)?) {
            (Some(commit), Some(now)) if self.is_ancestor(commit, now)? => Some(commit),
            _ => None,
        };
        let Some(commit) = landed else {
            land::abandon(self, journal)?;
            return Ok(Recovered::Discarded);
        };
        let head = self.head()?;
        match head.commit().filter(|_| head.branch() == Some(&journal.branch)) {
            Some(now) => self.follow(journal, now)?,
            None => land::abandon(self, journal)?,
        }
        Ok(Recovered::Finished(commit))
    }

    /// Lets index and work tree follow in the files that newer commits, up to `now`, left as we committed them. What
    /// they changed is theirs to bring there. The same goes for what the user did with the index, having removed our
    /// lock by hand: Git begins a merge, a revert or the like only where nothing is behind.
    fn follow(&self, journal: &Journal, now: CommitId) -> Result<(), CommitError> {
        let mut ours = journal.clone();
        let mut changes: Vec<Change> = Vec::new();
        ours.files.clear();
        let locked = journal.proves(&land::lock_path(&journal.index_path(self)));
        let busy = !locked && self.operation_in_progress()?.is_some();
        for file in &journal.files {
            let change = file.change();
            let committed = self.entry(now, &change.path)?.map(|entry| entry.id) == change.blob;
            if committed && !busy && (locked || !index_file::is_theirs(self, &change, file.looks())?) {
                ours.files.push(file.clone());
                changes.push(change);
            }
        }
        if changes.len() < journal.files.len() {
            // It has all of our files.
            land::give_up(self, journal)?;
            loan::give_back(self, Changed::ByAnybody)?;
        }
        land::finish(self, &ours, &changes, false).map(drop)
    }
}

/// Removes the lock of a ref that a killed `git update-ref` of ours left: it names our commit, or it is still empty,
/// younger than our journal, and nobody goes on with it.
fn remove_ref_lock(path: &Path, journal: &Journal, written: SystemTime) -> Result<(), CommitError> {
    let deadline = Instant::now() + SILENCE;
    loop {
        let (Ok(content), Ok(metadata)) = (fs::read_to_string(path), fs::metadata(path)) else { return Ok(()) };
        if content.trim_end() == journal.commit {
            return journal::remove(path);
        }
        let young = metadata.modified().is_ok_and(|time| time >= written);
        if !(content.is_empty() && young) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return journal::remove(path);
        }
        lock::pause();
    }
}

/// Removes files that only live as long as a command holds our lock.
fn sweep(scratch: &Path) {
    let Ok(files) = fs::read_dir(scratch) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if ["index-", "hooks-", "tree-", "kept-", "journal.new", "loan.new", "COMMIT_EDITMSG"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            journal::remove_if_there(&file.path());
        }
    }
}

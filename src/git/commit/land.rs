//! Landing a commit: index, branch, work tree, so that a kill at any instant loses nothing and blocks nothing.
//!
//! The journal is written first. `index.lock` appears with its whole content at once, as another name of a file that
//! the journal describes, so that it can be told from anybody else's. The new files are written beside the old ones, so
//! that what cannot be written is known in time. The branch moves by compare-and-swap; from then on the commit stands,
//! and what is left to do is finished now or by the next command.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::check::Ground;
use super::failpoint::{self, Step};
use super::journal::{self, Journal};
use super::lock::{self, Lock};
use super::{Change, CommitError, CommitId, ObjectId, Repository, durable, index_file, loan, work_tree};
use crate::git::GitError;
use crate::git::run::{Git, Manner};

/// How long to wait for another Git command to give up `index.lock`.
const PATIENCE: Duration = Duration::from_secs(2);

/// A commit that stands.
pub(super) struct Landed {
    /// Its name.
    pub(super) id: CommitId,
    /// What did not go well.
    pub(super) notes: Vec<String>,
    /// Why it is not known to be on the disk, where that was asked for.
    pub(super) unconfirmed: Option<CommitError>,
}

/// Makes the commit again on another one; `None` when that takes more than this.
pub(super) type Remake<'r> = dyn FnMut(CommitId) -> Result<Option<CommitId>, CommitError> + 'r;

/// How often a commit is made again on a branch that moves.
const ATTEMPTS: usize = 16;

/// Moves the branch to the commit and lets index and work tree follow. Whoever moved the branch meanwhile is followed where
/// `remake` can: while `index.lock` is ours, hardly anybody else does.
pub(super) fn land(
    repository: &Repository,
    lock: &Lock,
    ground: &mut Ground,
    changes: &[Change],
    (commit, subject): (CommitId, &str),
    remake: &mut Remake<'_>,
) -> Result<Landed, CommitError> {
    journal::scratch(repository)?;
    let mut journal = Journal::new(repository, ground, changes, commit)?;
    let moved = (|| {
        if ground.here {
            take_index(repository, &mut journal, changes)?;
            failpoint::reached(Step::IndexLocked)?;
            for (number, change) in changes.iter().enumerate() {
                work_tree::prepare(repository, change, &journal.temporary(number))?;
            }
            failpoint::reached(Step::Prepared)?;
        } else {
            journal.save(repository)?;
        }
        for _ in 0..ATTEMPTS {
            let now = match move_branch(repository, lock, ground, &journal, subject) {
                Err(CommitError::Moved { now: Some(now) }) if ground.expected.is_some() => now,
                done => return done,
            };
            // Whoever checked another branch out gets nothing from us there.
            let is_there = !ground.here || repository.head()?.branch() == Some(&ground.branch);
            let Some(again) = (if is_there { remake(now)? } else { None }) else { break };
            journal.commit = again.to_string();
            journal.save(repository)?;
            (ground.base, ground.expected) = (Some(now), Some(now));
        }
        move_branch(repository, lock, ground, &journal, subject)
    })();
    match moved {
        #[cfg(test)]
        Err(CommitError::Killed) => return Err(CommitError::Killed),
        Err(error) => {
            // The first error counts; what cannot be cleaned up now is by the next command.
            drop(abandon(repository, &journal));
            return Err(error);
        }
        Ok(()) => {}
    }
    failpoint::reached(Step::BranchMoved)?;
    let id = journal.commit().unwrap_or(commit);
    let confirmed = durable::branch(repository, &ground.branch);
    match (finish(repository, &journal, changes, true), confirmed) {
        #[cfg(test)]
        (Err(CommitError::Killed), _) => Err(CommitError::Killed),
        (Ok(notes), confirmed) => Ok(Landed { id, notes, unconfirmed: confirmed.err() }),
        (Err(error), _) if repository.place.is_durable() => {
            Ok(Landed { id, notes: Vec::new(), unconfirmed: Some(error) })
        }
        (Err(error), _) => {
            let note = format!("the commit stands, but index or work tree did not follow yet: {error}");
            Ok(Landed { id, notes: vec![note], unconfirmed: None })
        }
    }
}

/// Takes `index.lock`, holding the user's index with our files as committed.
fn take_index(repository: &Repository, journal: &mut Journal, changes: &[Change]) -> Result<(), CommitError> {
    let index = &repository.index_path;
    let index_lock = lock_path(index);
    let private = journal.private_index(repository);
    let deadline = Instant::now() + PATIENCE;
    loop {
        wait_until_gone(&index_lock, deadline)?;
        let original = index_file::write(repository, &private, changes)?;
        let ours = fs::read(&private).map_err(|error| CommitError::io("read", &private, error))?;
        durable::file(repository, &private)?;
        journal.index_digest = journal::digest(&ours);
        journal.note_looks(original.looks);
        journal.save(repository)?;
        failpoint::reached(Step::Journalled)?;
        match publish(&private, &ours, &index_lock) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(CommitError::io("write", &index_lock, error)),
        }
        if fs::read(index).ok() == original.bytes {
            return Ok(());
        }
        // Somebody wrote the index before we had the lock.
        journal::remove(&index_lock)?;
    }
}

/// Makes `lock` appear with all of its content, if it does not exist.
fn publish(private: &Path, content: &[u8], lock: &Path) -> io::Result<()> {
    match fs::hard_link(private, lock) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Where a file cannot have two names.
        Err(_) => {
            let time = fs::metadata(private)?.modified()?;
            let mut file = File::options().write(true).create_new(true).open(lock)?;
            file.write_all(content)?;
            file.set_modified(time)
        }
    }
}

fn wait_until_gone(lock: &Path, deadline: Instant) -> Result<(), CommitError> {
    while lock.symlink_metadata().is_ok() {
        if Instant::now() >= deadline {
            return Err(CommitError::Locked { path: lock.to_owned() });
        }
        lock::pause();
    }
    Ok(())
}

/// The compare-and-swap. The command holds our lock too, so that no other of our commands can look at the branch
/// while an orphan of ours may still move it.
fn move_branch(
    repository: &Repository,
    lock: &Lock,
    ground: &Ground,
    journal: &Journal,
    subject: &str,
) -> Result<(), CommitError> {
    let kind = if ground.base.is_some() { "commit" } else { "commit (initial)" };
    let old = ground.expected.unwrap_or_else(|| ObjectId::zero(repository.format));
    let moved = Git::with_settings(&repository.place, Manner::Write, &["core.filesRefLockTimeout=2000"], "update-ref")
        .args(["-m", &format!("{kind}: {subject}"), &ground.reference, &journal.commit, &old.to_string()])
        .stdin(lock.share())
        .run();
    let Err(error) = moved else { return Ok(()) };
    if let (GitError::Failed { code: None, .. }, Some(written)) = (&error, Journal::written(repository)) {
        // Killed alone, say for want of memory.
        repository.remove_ref_locks(journal, written)?;
    }
    let now = repository.ref_commit(&ground.branch)?;
    if let (Some(commit), Some(now)) = (journal.commit(), now)
        && repository.is_ancestor(commit, now)?
    {
        // What failed came after.
        return Ok(());
    }
    if now != ground.expected {
        return Err(CommitError::Moved { now });
    }
    let GitError::Failed { stderr, .. } = &error else { return Err(error.into()) };
    if stderr.contains("aborted by") {
        return Err(CommitError::Hook { name: "reference-transaction".to_owned(), output: stderr.clone() });
    }
    if stderr.contains(".lock': File exists") {
        let path = stderr.split_once("Unable to create '").and_then(|(_, rest)| rest.split_once('\''));
        let path = path.map_or_else(|| repository.git_dir.join("HEAD.lock"), |(path, _)| PathBuf::from(path));
        return Err(CommitError::Locked { path });
    }
    Err(CommitError::of_write(error))
}

/// Brings index and work tree to a commit that stands, and forgets the journal. `fresh` if `index.lock` is known to be
/// ours.
pub(super) fn finish(
    repository: &Repository,
    journal: &Journal,
    changes: &[Change],
    fresh: bool,
) -> Result<Vec<String>, CommitError> {
    let mut notes = Vec::new();
    if !changes.is_empty() && !journal.files.is_empty() {
        let index = journal.index_path(repository);
        let index_lock = lock_path(&index);
        if fresh || journal.proves(&index_lock) {
            fs::rename(&index_lock, &index).map_err(|error| CommitError::io("write", &index, error))?;
        } else if index_file::is_behind(repository, changes)? {
            let mut again = journal.clone();
            take_index(repository, &mut again, changes)?;
            fs::rename(&index_lock, &index).map_err(|error| CommitError::io("write", &index, error))?;
        }
        durable::folders(repository, &index, &repository.git_dir)?;
        failpoint::reached(Step::IndexWritten)?;
        for (number, (change, file)) in changes.iter().zip(&journal.files).enumerate() {
            notes.extend(work_tree::follow(repository, change, file.seen(), &journal.temporary(number))?);
        }
        failpoint::reached(Step::WorkTreeWritten)?;
        refresh(repository, journal, changes)?;
    }
    // Before the journal: without it nothing would tell that the commit stands.
    loan::end(repository)?;
    forget(repository, journal)?;
    Ok(notes)
}

/// Tells the index what our files look like now. Git finds out by itself, but scripts that run `git diff-index` would
/// take them for edited until then. Not worth waiting for anybody, nor an error.
fn refresh(repository: &Repository, journal: &Journal, changes: &[Change]) -> Result<(), CommitError> {
    let index = journal.index_path(repository);
    let index_lock = lock_path(&index);
    let private = journal.private_index(repository);
    let taken = (|| {
        let original = index_file::refresh(repository, &private, changes)?;
        let ours = fs::read(&private).map_err(|error| CommitError::io("read", &private, error))?;
        let mut again = journal.clone();
        again.index_digest = journal::digest(&ours);
        durable::file(repository, &private)?;
        again.save(repository)?;
        publish(&private, &ours, &index_lock).map_err(|error| CommitError::io("write", &index_lock, error))?;
        Ok::<_, CommitError>(fs::read(&index).ok() == original)
    })();
    failpoint::reached(Step::Refreshing)?;
    match taken {
        Ok(true) if fs::rename(&index_lock, &index).is_ok() => {
            durable::folders(repository, &index, &repository.git_dir)?;
        }
        // An error here keeps the journal, so that the next command removes it.
        Ok(_) => journal::remove(&index_lock)?,
        Err(_) => {}
    }
    Ok(())
}

/// Undoes what was prepared for a commit that did not come to be.
pub(super) fn abandon(repository: &Repository, journal: &Journal) -> Result<(), CommitError> {
    give_up(repository, journal)?;
    forget(repository, journal)
}

/// Removes `index.lock` if it is ours, and what was prepared in the work tree.
pub(super) fn give_up(repository: &Repository, journal: &Journal) -> Result<(), CommitError> {
    let index_lock = lock_path(&journal.index_path(repository));
    if journal.proves(&index_lock) {
        journal::remove(&index_lock)?;
    }
    let Some(top) = &repository.work_tree else { return Ok(()) };
    for (number, file) in journal.files.iter().enumerate() {
        work_tree::forget(top, &top.join(&file.path).with_file_name(journal.temporary(number)))?;
    }
    Ok(())
}

fn forget(repository: &Repository, journal: &Journal) -> Result<(), CommitError> {
    journal::remove(&journal.private_index(repository))?;
    Journal::discard(repository)
}

/// `<path>.lock`.
pub(super) fn lock_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".lock");
    PathBuf::from(name)
}

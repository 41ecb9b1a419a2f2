//! One commit of our files, and of nothing else.
//!
//! [`Repository::commit`] walks: take our lock → finish what a killed command left → look at the ground ([`check`]) →
//! make the tree from the parent's tree and our blobs ([`tree`]) → let hooks look at it ([`hooks`]), with our files lent
//! to the work tree ([`loan`]) → make the commit → land it ([`land`]): index, branch, work tree, under a [`journal`] that
//! [`recover`] reads after a kill.

mod check;
mod durable;
mod error;
mod failpoint;
mod files_only;
mod hooks;
mod index_file;
mod journal;
mod land;
mod loan;
mod lock;
mod message;
mod object;
mod push;
mod queue;
mod recover;
mod replay;
mod tree;
mod work_tree;

#[cfg(test)]
mod tests;

pub use error::{CommitError, Dirty, FailureKind};
pub use loan::Left;
pub use push::{PushError, Pushed};
pub use recover::Recovered;
pub use replay::Way;

use super::run::Manner;
use super::{CommitId, ObjectId, Repository};
use check::Ground;
use failpoint::Step;
use loan::Changed;
use lock::Lock;

/// One file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Relative to the top, with `/`.
    pub path: String,
    /// The bytes in the parent commit that the change was made from; `None` if there must be no such file.
    pub old: Option<Vec<u8>>,
    /// The bytes to commit; `None` deletes the file.
    pub new: Option<Vec<u8>>,
}

/// The branch that a commit goes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Target {
    /// The one that is checked out; index and work tree follow.
    #[default]
    CurrentBranch,
    /// This one (without `refs/heads/`), begun at HEAD if it does not exist. Index and work tree stay as they are
    /// unless it is the current one.
    Branch(String),
}

/// Whether the commit is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signing {
    /// As `commit.gpgSign` says.
    #[default]
    Configured,
    /// Yes.
    Always,
    /// No.
    Never,
}

/// What to commit.
#[derive(Debug, Clone, Default)]
pub struct CommitRequest {
    /// The commit that the change was computed on ([`Repository::base_of`]); `None` before the first commit.
    pub base: Option<CommitId>,
    /// The folder on whose content alone the change was computed, relative to the top. Commits that change nothing there are
    /// no reason to compute it again; any are when this is `None`.
    pub scope: Option<String>,
    /// The files; each path once.
    pub files: Vec<FileChange>,
    /// The message with its trailers.
    pub message: String,
    /// Where it goes.
    pub target: Target,
    /// Whether to leave out the hooks `pre-commit` and `commit-msg`, like `git commit --no-verify`.
    pub skip_checks: bool,
    /// Whether to sign.
    pub signing: Signing,
    /// A name of this operation, given to hooks as `GIT_FLAG_COMMIT`, by which our own hook knows our commits.
    pub operation: String,
}

/// A commit that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Its name.
    pub id: CommitId,
    /// Its parent; `None` for the first commit.
    pub parent: Option<CommitId>,
    /// The full name of the branch it is on.
    pub branch: String,
    /// Whether the branch was begun for it.
    pub began_branch: bool,
    /// Our files as committed, after hooks: path and bytes, `None` if deleted.
    pub files: Vec<(String, Option<Vec<u8>>)>,
    /// What hooks said, and what did not go as it should without harm to the commit; one paragraph each.
    pub notes: Vec<String>,
    /// Why the disk may not have it, where that was asked for by [`Repository::be_durable`].
    pub unconfirmed: Option<String>,
}

/// The only turn to write here with this program, until it is dropped.
pub struct Turn(Lock);

/// Judges what hooks made of our files (path, and bytes unless deleted), or says why it will not do.
pub type Judge<'a> = dyn FnMut(&[(String, Option<Vec<u8>>)]) -> Result<(), String> + 'a;

impl Repository {
    /// The commit that a change for `target` has to be computed on; `None` before the first commit.
    ///
    /// # Errors
    /// If nothing can be committed there, say because HEAD is detached.
    pub fn base_of(&self, target: &Target) -> Result<Option<CommitId>, CommitError> {
        Ok(Ground::of(self, target)?.base)
    }

    /// Commits exactly the files of `request`, moves the branch if it still is where the change was computed, and
    /// brings index and work tree up to date in these files. What the user has staged or edited elsewhere stays.
    ///
    /// `judge` is asked when hooks changed our files.
    ///
    /// # Errors
    /// Nothing is changed then. [`CommitError::Moved`] asks the caller to compute the change again.
    pub fn commit(&self, request: &CommitRequest, judge: &mut Judge<'_>) -> Result<Committed, CommitError> {
        let turn = self.turn()?;
        self.commit_in(turn, request, judge)
    }

    /// Waits until it is our turn to write: whoever came before goes first.
    ///
    /// # Errors
    /// If the one before us takes too long.
    pub fn turn(&self) -> Result<Turn, CommitError> {
        if self.inside_our_commit() {
            return Err(CommitError::Nested);
        }
        Lock::take(self).map(Turn)
    }

    /// As [`Repository::commit`], in a turn that was taken before the change was computed, so that no other of our
    /// commands can have moved the branch since.
    ///
    /// # Errors
    /// As there.
    pub fn commit_in(
        &self,
        turn: Turn,
        request: &CommitRequest,
        judge: &mut Judge<'_>,
    ) -> Result<Committed, CommitError> {
        let mut committed = {
            let Turn(lock) = turn;
            let left = self.recover_under(&lock)?.and_then(|recovered| recovered.warning());
            let mut committed = self.commit_under(&lock, request, judge)?;
            committed.notes.extend(left.map(|(words, help)| format!("{words}; {help}")));
            committed
        };
        committed.notes.extend(self.follow_up());
        Ok(committed)
    }

    /// From now on, what is written here survives that the machine stops: files and folders are synchronised before
    /// anything is reported as done. Takes a little longer.
    pub fn be_durable(&self) {
        self.place.durable.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// Lets the disk confirm a commit that was made before: its objects, the branch that it is on, index and work tree.
    ///
    /// # Errors
    /// If the disk does not.
    pub fn confirm(&self, commit: CommitId, branch: &str) -> Result<(), CommitError> {
        self.be_durable();
        durable::again(self, commit, branch)
    }

    /// Whether this process was started by a hook of a commit that we are making.
    #[must_use]
    pub fn inside_our_commit(&self) -> bool {
        self.place.environment.get(hooks::MARK).is_some()
    }

    fn commit_under(
        &self,
        lock: &Lock,
        request: &CommitRequest,
        judge: &mut Judge<'_>,
    ) -> Result<Committed, CommitError> {
        let mut ground = Ground::of(self, &request.target)?;
        if ground.base != request.base && !self.is_as_computed(request, ground.base)? {
            return Err(CommitError::Moved { now: ground.base });
        }
        let mut files = check::check(self, &ground, request)?;
        let planned = tree::build(self, ground.base, &mut files)?;
        if Some(planned) == ground.base.map(|base| tree::of_commit(self, base)).transpose()? {
            return Err(CommitError::NothingToCommit);
        }
        let landed = (|| {
            let hooks::Outcome { tree, message, mut notes } =
                hooks::run(self, lock, request, &ground, planned, &mut files, judge)?;
            let id = object::write(self, tree, ground.base, &message, request.signing)?;
            durable::objects(self, id, &files)?;
            failpoint::reached(Step::CommitMade)?;
            // Where somebody was faster, and did nothing that matters here.
            let remake = &mut |now: CommitId| {
                if !self.is_as_computed(request, Some(now))? {
                    return Ok(None);
                }
                let mut files = files.clone();
                let tree = tree::build(self, Some(now), &mut files)?;
                let id = object::write(self, tree, Some(now), &message, request.signing)?;
                durable::objects(self, id, &files)?;
                Ok(Some(id))
            };
            let landed = land::land(self, lock, &mut ground, &files, (id, message::subject(&message)), remake)?;
            notes.extend(landed.notes);
            Ok((landed.id, notes, landed.unconfirmed))
        })();
        let (id, notes, unconfirmed) = landed.map_err(|error| self.give_up(error))?;
        Ok(Committed {
            id,
            parent: ground.base,
            branch: ground.branch,
            began_branch: !ground.here && ground.expected.is_none(),
            files: files.into_iter().map(|file| (file.path, file.new)).collect(),
            notes,
            unconfirmed: unconfirmed.map(|error| error.to_string()),
        })
    }

    /// Whether a change means the same on another commit than the one that it was computed on.
    fn is_as_computed(&self, request: &CommitRequest, now: Option<CommitId>) -> Result<bool, CommitError> {
        let (Some(scope), Some(base), Some(now)) = (&request.scope, request.base, now) else { return Ok(false) };
        Ok(self.diff_trees(Some(base), now, scope)?.is_empty())
    }

    /// The work tree gets back what it had before hooks looked at our files.
    fn give_up(&self, error: CommitError) -> CommitError {
        let changed = match error {
            #[cfg(test)]
            CommitError::Killed => return error,
            // Somebody edits the file at this moment.
            CommitError::Dirty { .. } => Changed::ByAnybody,
            _ => Changed::ByHook,
        };
        match (loan::give_back(self, changed), error) {
            (Ok(back), CommitError::Hook { name, output }) => {
                let lines: Vec<&str> =
                    std::iter::once(output.trim_end()).chain(back.notes.iter().map(String::as_str)).collect();
                CommitError::Hook { name, output: lines.join("\n") }
            }
            // The first error counts; what could not be given back now is by the next command.
            (_, error) => error,
        }
    }

    /// What `git commit` does last. None of it can undo the commit, so none of it is an error.
    fn follow_up(&self) -> Option<String> {
        let mut note = None;
        if hooks::exists(self, "post-commit").unwrap_or(false) {
            let ran = self.git(Manner::Hook, "hook").args(["run", "--ignore-missing", "post-commit"]).output();
            note = ran.ok().and_then(|output| hooks::note("post-commit", &output));
        }
        if self.config_bool("maintenance.auto").ok().flatten() != Some(false) {
            drop(self.git(Manner::Write, "maintenance").args(["run", "--auto", "--quiet"]).detach());
        }
        note
    }
}

/// A file on its way into a commit.
#[derive(Debug, Clone)]
struct Change {
    path: String,
    mode: u32,
    /// In the parent commit.
    old: Option<ObjectId>,
    /// The bytes to commit.
    new: Option<Vec<u8>>,
    /// The blob of `new`, once written.
    blob: Option<ObjectId>,
    /// The bytes in the work tree when we looked.
    seen: Option<Vec<u8>>,
    /// Whether a sparse checkout leaves it out of the work tree.
    skipped: bool,
}

//! The operations that `undo` may take back.

use super::brought::{arrival, brought};
use super::changes::{Operation, told};
use super::operations::query;
use super::undone::reverted;
use super::walk::Walker;
use crate::git::{Commit, CommitId, GitError, Log, ObjectId, Repository};
use crate::model::Project;
use crate::project::{Root, operations, trailer};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The operations of this tool on a branch, merged ones too, that neither an undo nor a plain commit took back, and that
/// are no undos themselves: newest first, each before those that it was made on.
pub struct Undoable<'r> {
    walker: Walker<'r>,
    project: &'r Project,
    log: Log,
    tip: CommitId,
    undone: BTreeSet<CommitId>,
    ended: bool,
}

impl<'r> Undoable<'r> {
    /// Those that `tip` reaches.
    ///
    /// # Errors
    /// When Git can't be started.
    pub fn new(
        root: &'r Root,
        repository: &'r Repository,
        project: &'r Project,
        tip: CommitId,
    ) -> Result<Self, GitError> {
        let walker = Walker::new(root, repository, Arc::default());
        let log = repository.log(&query(&walker, tip))?;
        Ok(Self { walker, project, log, tip, undone: BTreeSet::new(), ended: false })
    }

    /// The merge that brought a commit to the branch; `None` when it was made there.
    ///
    /// # Errors
    /// When Git can't read the history.
    pub fn arrival(&self, commit: CommitId) -> Result<Option<CommitId>, GitError> {
        arrival(self.walker.repository, commit, self.tip)
    }

    fn step(&mut self, commit: Commit) -> Result<Option<Operation>, GitError> {
        // What a merge brings is told of the commits that it brings.
        if commit.parents.len() > 1 || self.undone.contains(&commit.id) {
            return Ok(None);
        }
        // Whatever a rollback took back, the rollback itself is the operation to undo.
        if operations(&commit.message).iter().all(|told| told.says(trailer::ACTION) == Some("undo")) {
            let ids = reverted(&commit).into_iter().filter_map(|id| ObjectId::from_hex(id.as_bytes()));
            for id in ids {
                self.undone.insert(id);
                self.undone.extend(brought(self.walker.repository, id, &commit.message)?);
            }
            return Ok(None);
        }
        if commit.parents.is_empty() && self.walker.is_cut(commit.id)? {
            // Where a shallow clone ends, nobody knows what the operation did.
            self.ended = true;
            return Ok(None);
        }
        Ok(Some(told(&self.walker, self.project, commit)))
    }
}

impl Iterator for Undoable<'_> {
    type Item = Result<Operation, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let commit = match self.log.next()? {
                Ok(commit) => commit,
                Err(error) => return Some(Err(error)),
            };
            match self.step(commit) {
                Ok(Some(operation)) => return Some(Ok(operation)),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

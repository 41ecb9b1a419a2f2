//! Git's own index of history.

use super::run::Manner;
use super::{GitError, Repository};

impl Repository {
    /// Writes the commit-graph of all branches with filters of changed paths, by which `git log -- path` skips nearly all
    /// commits. Takes a second or two for tens of thousands of commits, once.
    ///
    /// # Errors
    /// If Git can't write it.
    pub fn write_commit_graph(&self) -> Result<(), GitError> {
        self.git(Manner::Write, "commit-graph")
            .args(["write", "--reachable", "--changed-paths", "--no-progress"])
            .run()
            .map(drop)
    }
}

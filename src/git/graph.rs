//! How commits hang together, and Git's own index of that.

use super::run::{Git, Manner};
use super::{CommitId, GitError, Repository};
use std::thread::JoinHandle;

impl Repository {
    /// Whether every commit that `tip` reaches and none of `parents` does is `commit`, whose parents they are, or descends
    /// from it: nothing went on beside it.
    ///
    /// # Errors
    /// When Git can't read the history.
    pub fn all_descend(&self, commit: CommitId, parents: &[CommitId], tip: CommitId) -> Result<bool, GitError> {
        let start = |options: &[&str], without: &[CommitId]| {
            let git = self.git(Manner::Read, "rev-list").arg("--count").args(options).arg(tip.to_string());
            git.args(without.iter().map(|id| format!("^{id}"))).arg("--")
        };
        let count = |git: Git| -> Result<u64, GitError> {
            let text = String::from_utf8_lossy(&git.run()?).trim().to_owned();
            let nonsense = |_| GitError::Unexpected { command: "rev-list".to_owned(), detail: format!("`{text}`") };
            text.parse().map_err(nonsense)
        };
        let (all, own) = (start(&[], parents), start(&["--ancestry-path"], &[commit]));
        let (all, own) = std::thread::scope(|scope| {
            let all = scope.spawn(|| count(all));
            let own = count(own);
            (all.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), own)
        });
        Ok(all? == 1 + own?)
    }

    /// Starts to list the commits that `tip` reaches and `known` does not, each with its parents.
    #[must_use]
    pub fn parents(&self, tip: CommitId, known: Option<CommitId>) -> Parents {
        let git = self.git(Manner::Read, "rev-list").args(["--parents", &tip.to_string()]);
        let git = git.args(known.map(|known| format!("^{known}"))).arg("--");
        Parents(std::thread::spawn(|| git.run()))
    }

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

/// Commits with their parents, as they are being listed.
#[derive(Debug)]
pub struct Parents(JoinHandle<Result<Vec<u8>, GitError>>);

impl Parents {
    /// All of them.
    ///
    /// # Errors
    /// When Git can't read the history.
    pub fn read(self) -> Result<Vec<(CommitId, Vec<CommitId>)>, GitError> {
        let text = self.0.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        let commit = |line: &[u8]| {
            let mut ids = line.split(|byte| *byte == b' ').map(CommitId::from_hex);
            Some((ids.next()??, ids.collect::<Option<_>>()?))
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(commit).collect::<Option<_>>().ok_or_else(|| GitError::Unexpected {
            command: "rev-list".to_owned(),
            detail: "no commits and their parents".to_owned(),
        })
    }
}

//! Objects that history names and that are gone.

use super::run::Manner;
use super::{CommitId, GitError, Repository};

impl Repository {
    /// The files and folders below `path` that `commit` or one of its ancestors names and that are not here, as Git names
    /// them. In a partial clone those are none that are promised.
    ///
    /// # Errors
    /// If a commit itself is missing or broken, or Git can't read the repository.
    pub fn missing_objects(&self, commit: CommitId, path: &str) -> Result<Vec<String>, GitError> {
        let missing = if self.is_partial()? { "--exclude-promisor-objects" } else { "--missing=print" };
        let printed = self
            .git(Manner::Read, "rev-list")
            .args(["--objects", "--quiet", missing, &commit.to_string(), "--", path])
            .run()?;
        let printed = String::from_utf8_lossy(&printed);
        Ok(printed.lines().filter_map(|line| line.strip_prefix('?')).map(str::to_owned).collect())
    }
}

/// What helps where Git complains so about the repository itself.
pub(super) fn help(complaint: &str) -> Option<&'static str> {
    let says = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    if says(&["alternate object path", "object directory"]) {
        return Some(
            "this clone borrows objects from a folder that is gone: bring it back, or correct its path in \
             `objects/info/alternates` below the Git directory, then run `git fsck`",
        );
    }
    if says(&["git repo version", "unknown repository extension", "unknown repository format"]) {
        return Some("a newer Git made this repository: update Git, or clone it with this one");
    }
    // Nothing is wrong here where another repository can't be reached.
    if says(&[
        "from remote repository",
        "does not appear to be a git repository",
        "promisor remote",
        "Could not resolve",
    ]) {
        return Some(
            "the remote can't be reached, or there is none: `git remote -v` shows where it is; then the same command again",
        );
    }
    let damaged = [
        "unable to read",
        "could not read",
        "Could not read",
        "missing blob",
        "missing tree",
        "bad object",
        "bad tree",
        "not a tree object",
        "not a valid object",
        "corrupt",
        "loose object",
        "object not found",
        "inflate",
        "packfile",
        "revision walk setup failed",
    ];
    says(&damaged).then_some(
        "the repository seems to be damaged: `git fsck` says what is missing or broken; `git fetch --refetch` (Git 2.36) or \
         another clone may have it",
    )
}

//! Why a commit was not made.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::git::error::plain;
use crate::git::{CommitId, GitError, Operation};

/// How a file of ours differs from the commit that a change was computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dirty {
    /// The index has another version.
    Staged,
    /// The work tree has another version.
    Edited,
    /// The work tree has a file that Git does not track where we would create one.
    Untracked,
}

impl fmt::Display for Dirty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Staged => "has changes that are staged but not committed",
            Self::Edited => "has changes that are not committed",
            Self::Untracked => "is in the way: it exists, but Git does not track it",
        })
    }
}

/// What kind of failure it is, for exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The state of the repository is in the way.
    Conflict,
    /// A hook or a rule said no.
    Refused,
    /// The call makes no sense.
    Usage,
    /// Git, the disk or the network failed.
    Failed,
}

/// A commit was not made; the repository is as it was.
#[derive(Debug, Error)]
pub enum CommitError {
    /// Reading failed, or a `git` command did.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The branch is not where the change was computed: compute it again.
    #[error("the branch has moved meanwhile")]
    Moved {
        /// Where it is now.
        now: Option<CommitId>,
    },
    /// Git is in the middle of something.
    #[error("{0} is in progress")]
    Operation(Operation),
    /// A merge left files to be decided.
    #[error("there are unmerged files: {}", list(paths))]
    Unmerged {
        /// Which.
        paths: Vec<String>,
    },
    /// The user has changed a file of ours.
    #[error("`{path}` {how}")]
    Dirty {
        /// Which.
        path: String,
        /// How.
        how: Dirty,
    },
    /// HEAD is on no branch.
    #[error("HEAD is detached, so a commit would belong to no branch")]
    Detached,
    /// There is no work tree.
    #[error("this repository is bare: it can be read, but not changed")]
    Bare,
    /// The branch is checked out in another work tree, which would not follow.
    #[error("the branch `{branch}` is checked out in `{}`", work_tree.display())]
    CheckedOut {
        /// Without `refs/heads/`.
        branch: String,
        /// Where.
        work_tree: PathBuf,
    },
    /// No branch can be called so.
    #[error("`{name}` cannot be the name of a branch")]
    BranchName {
        /// What was asked for.
        name: String,
    },
    /// Something else is called so, and a branch of that name would be mistaken for it.
    #[error("`{name}` is no branch of this clone, but {what} is called so")]
    OtherRef {
        /// What was asked for.
        name: String,
        /// A tag, or a branch of a remote, with its name.
        what: String,
        /// What to do.
        help: String,
    },
    /// Another program holds a lock of Git.
    #[error("another Git command seems to be running: `{}` exists", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// Another of our commands holds our lock.
    #[error("another `git flag` command is writing{}", pid.as_ref().map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Busy {
        /// Its process id, if known.
        pid: Option<String>,
    },
    /// A hook said no.
    #[error("the hook `{name}` refused the commit{}", said(output))]
    Hook {
        /// Which.
        name: String,
        /// What it said.
        output: String,
    },
    /// A hook changed files that are not ours.
    #[error("a hook changed files that do not belong to this commit: {}", list(paths))]
    HookTouched {
        /// Which.
        paths: Vec<String>,
    },
    /// A hook made files of ours what they were before.
    #[error("the hook `pre-commit` took the change of {} back", list(paths))]
    HookTookBack {
        /// Which.
        paths: Vec<String>,
    },
    /// What hooks made of our files will not do.
    #[error("the hook `pre-commit` spoiled the change: {reason}")]
    HookBroke {
        /// Why.
        reason: String,
    },
    /// Nothing is left of the message.
    #[error("the commit message is empty")]
    EmptyMessage,
    /// The tree would be the one of the parent.
    #[error("there is nothing to commit")]
    NothingToCommit,
    /// The same path stands twice in a request, or cannot be a path.
    #[error("`{path}` cannot be committed: it is no proper path, or named twice")]
    Path {
        /// Which.
        path: String,
    },
    /// A link, a directory or a submodule stands where our file should.
    #[error("`{path}` is not a plain file, or lies behind a link")]
    NotAFile {
        /// Which.
        path: String,
    },
    /// Git does not know who commits.
    #[error("Git does not know who you are")]
    Identity,
    /// Signing failed.
    #[error("the commit could not be signed: {reason}")]
    Signing {
        /// What Git said.
        reason: String,
    },
    /// The repository may not be written.
    #[error("the repository cannot be written: {reason}")]
    ReadOnly {
        /// What the system said.
        reason: String,
    },
    /// A file of the work tree may not be written.
    #[error("`{}` cannot be written: {reason}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// No room.
    #[error("the disk is full")]
    DiskFull,
    /// A hook of our commit tries to commit.
    #[error("a hook that runs during a commit of `git flag` cannot make another")]
    Nested,
    /// A test stopped here, as if the process were killed.
    #[cfg(test)]
    #[error("killed")]
    Killed,
}

impl CommitError {
    /// What helps, as a sentence or a command; `None` if the message says it all.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Git(error) => return error.help(),
            Self::Moved { .. } => "run the command again".to_owned(),
            Self::Operation(operation) => format!("finish it, or give it up with `{}`", operation.way_out()),
            Self::Unmerged { .. } => "decide them, then `git add` and `git commit`".to_owned(),
            Self::Dirty { path, how: Dirty::Untracked } => format!("add it with `git add {path}`, or move it away"),
            Self::Dirty { path, .. } => {
                format!("commit it, set it aside with `git stash push -- {path}`, or use `--no-commit`")
            }
            Self::Detached => "check out a branch, or name one with `--branch NAME`".to_owned(),
            Self::Bare => "work in a clone".to_owned(),
            Self::CheckedOut { work_tree, .. } => format!("run the command in `{}`", work_tree.display()),
            Self::OtherRef { help, .. } => help.clone(),
            Self::BranchName { .. } => "see `git help check-ref-format`".to_owned(),
            Self::Locked { path } => {
                format!("wait until it has ended; if none is running, remove `{}`", path.display())
            }
            Self::Busy { .. } => "wait until it has ended, then run the command again".to_owned(),
            Self::Hook { .. } => "fix what it found, or leave it out with `--no-verify`".to_owned(),
            Self::HookTouched { .. } => {
                "a command commits only its own flag files; let the hook leave the others alone, or use `--no-verify`"
                    .to_owned()
            }
            Self::HookBroke { .. } | Self::HookTookBack { .. } => {
                "correct the hook, or leave it out with `--no-verify`".to_owned()
            }
            Self::Identity => {
                "run `git config --global user.name \"Your Name\"` and `git config --global user.email you@example.com`"
                    .to_owned()
            }
            Self::Signing { .. } => "check `user.signingKey`, `gpg.format` and `commit.gpgSign`".to_owned(),
            Self::ReadOnly { .. } => "check the permissions of the Git directory".to_owned(),
            Self::Unwritable { path, .. } => format!(
                "nothing was changed; see that files can be written in `{}`, then run the command again",
                path.parent().unwrap_or(path).display()
            ),
            Self::DiskFull => "make room, then run the command again".to_owned(),
            Self::EmptyMessage | Self::NothingToCommit | Self::Path { .. } | Self::NotAFile { .. } | Self::Nested => {
                return None;
            }
            #[cfg(test)]
            Self::Killed => return None,
        })
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Moved { .. }
            | Self::Operation(_)
            | Self::Unmerged { .. }
            | Self::Dirty { .. }
            | Self::Detached
            | Self::CheckedOut { .. }
            | Self::Locked { .. }
            | Self::Busy { .. }
            | Self::NothingToCommit
            | Self::NotAFile { .. } => FailureKind::Conflict,
            Self::Hook { .. }
            | Self::HookTouched { .. }
            | Self::HookBroke { .. }
            | Self::HookTookBack { .. }
            | Self::EmptyMessage
            | Self::Nested => FailureKind::Refused,
            Self::BranchName { .. } | Self::OtherRef { .. } | Self::Path { .. } => FailureKind::Usage,
            Self::Git(_)
            | Self::Bare
            | Self::Identity
            | Self::Signing { .. }
            | Self::ReadOnly { .. }
            | Self::Unwritable { .. }
            | Self::DiskFull => FailureKind::Failed,
            #[cfg(test)]
            Self::Killed => FailureKind::Failed,
        }
    }

    /// The error for a file operation that failed.
    pub(super) fn io(action: &'static str, path: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { reason: format!("cannot {action} `{}`: {}", path.display(), plain(&error)) }
            }
            _ => Self::Git(GitError::io(action, path, error)),
        }
    }

    /// The error for a file of the work tree that could not be written or removed.
    pub(super) fn of_work_tree(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Unwritable { path: path.to_owned(), reason: plain(error) },
        }
    }

    /// The error for something that was to be written and was not, by what Git said about it.
    pub(super) fn of_write(error: GitError) -> Self {
        let said = match &error {
            GitError::Failed { stderr, .. } => super::super::error::complaint(stderr),
            GitError::Library(message) => message.clone(),
            _ => return Self::Git(error),
        };
        let low = said.to_lowercase();
        let has = |signs: &[&str]| signs.iter().any(|sign| low.contains(sign));
        if has(&[
            "tell me who you are",
            "empty ident name",
            "auto-detect email",
            "auto-detection is disabled",
            "was given and",
        ]) {
            Self::Identity
        } else if has(&["no space left", "disk quota exceeded"]) {
            Self::DiskFull
        } else if has(&[
            "failed to sign",
            "failed to write commit object: sign",
            "couldn't load public key",
            "user.signingkey",
        ]) {
            Self::Signing { reason: said }
        } else if has(&["permission denied", "read-only file system"]) {
            Self::ReadOnly { reason: said }
        } else {
            Self::Git(error)
        }
    }
}

fn list(paths: &[String]) -> String {
    const SHOWN: usize = 5;
    let text = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

fn said(output: &str) -> String {
    let output = output.trim();
    if output.is_empty() { " without a word".to_owned() } else { format!(": {output}") }
}

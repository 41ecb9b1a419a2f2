//! What can go wrong while reading.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::MINIMUM_VERSION;

/// A read from Git failed.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no `git` to run.
    #[error("`git` is not on the PATH")]
    NoGit,
    /// The `git` that runs is older than [`MINIMUM_VERSION`].
    #[error("Git {found} is too old, this needs {}.{} or newer", MINIMUM_VERSION.0, MINIMUM_VERSION.1)]
    TooOld {
        /// What `git --version` says.
        found: String,
    },
    /// Git does not trust a repository of another user (`safe.directory`).
    #[error("Git does not trust `{}`, because it belongs to another user", path.display())]
    Ownership {
        /// The repository.
        path: PathBuf,
    },
    /// No commit is called so.
    #[error("no commit is called `{revision}`{}", if *shallow { " in this shallow clone" } else { "" })]
    UnknownRevision {
        /// What was asked for.
        revision: String,
        /// Whether the clone is shallow, so that the commit may exist elsewhere.
        shallow: bool,
    },
    /// The history that can be seen does not reach back so far.
    #[error("no commit is as old as {} or older{}", moment(*date), oldest.map(|oldest| format!(": the oldest is of {}", moment(oldest))).unwrap_or_default())]
    BeforeHistory {
        /// Seconds since 1970.
        date: i64,
        /// When the oldest commit that can be seen was committed, in seconds since 1970.
        oldest: Option<i64>,
        /// Whether the clone is shallow, so that older commits may exist elsewhere.
        shallow: bool,
    },
    /// An object is not in this clone.
    #[error("the object `{id}` is not in this clone")]
    MissingObject {
        /// Which.
        id: String,
    },
    /// A `git` command failed.
    #[error("`git {command}` failed{}: {}", exit(*code), complaint(stderr))]
    Failed {
        /// The subcommand.
        command: String,
        /// Its exit code; `None` if a signal ended it.
        code: Option<i32>,
        /// What it said.
        stderr: String,
    },
    /// A `git` command answered something that we do not understand.
    #[error("`git {command}` gave an answer that makes no sense here: {detail}")]
    Unexpected {
        /// The subcommand.
        command: String,
        /// What was wrong with the answer.
        detail: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} `{}`: {}", path.display(), plain(source))]
    Io {
        /// `read`, `write`, `remove`, …
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// libgit2 found the repository damaged.
    #[error("the repository cannot be read: {0}")]
    Library(String),
}

impl GitError {
    /// What helps, as a sentence or a command; `None` if the message says it all.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoGit => Some("install Git, or put it on the PATH".to_owned()),
            Self::TooOld { .. } => Some(format!("install Git {}.{} or newer", MINIMUM_VERSION.0, MINIMUM_VERSION.1)),
            Self::Ownership { path } => {
                Some(format!("if you trust it, run `git config --global --add safe.directory {}`", path.display()))
            }
            Self::BeforeHistory { shallow: true, .. } => {
                Some("this is a shallow clone: run `git fetch --unshallow` for its whole history".to_owned())
            }
            Self::UnknownRevision { shallow: true, .. } => Some(
                "this is a shallow clone, which may lack it: run `git fetch --unshallow`, or name a branch, a tag or a commit \
                 id that is here"
                    .to_owned(),
            ),
            Self::UnknownRevision { .. } => {
                Some("name a branch, a tag, a commit id, or something like `HEAD~3`".to_owned())
            }
            Self::MissingObject { .. } => {
                Some(
                    "this is a partial or damaged clone: `git fsck` says what is missing, `git fetch --refetch` gets everything \
                     again"
                        .to_owned(),
                )
            }
            Self::BeforeHistory { .. } => Some("`git log --reverse` shows the oldest commits first".to_owned()),
            Self::Failed { stderr: complaint, .. } | Self::Library(complaint) => {
                super::damage::help(complaint).map(str::to_owned)
            }
            Self::Unexpected { .. } | Self::Io { .. } => None,
        }
    }

    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}

impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> Self {
        Self::Library(error.message().to_owned())
    }
}

/// Seconds since 1970 as people write times.
fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| format!("second {seconds} of 1970"), |time| time.to_string())
}

/// The reason without the number of the operating system.
pub(super) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn exit(code: Option<i32>) -> String {
    match code {
        Some(code) => format!(" with exit code {code}"),
        None => " (a signal ended it)".to_owned(),
    }
}

/// What `git` complained about, without the marks it puts in front.
pub(super) fn complaint(stderr: &str) -> String {
    let mut lines: Vec<&str> = stderr
        .lines()
        .map(|line| line.trim_start_matches("fatal: ").trim_start_matches("error: ").trim_end())
        .filter(|line| !line.is_empty())
        .collect();
    // Each of its processes says the same.
    lines.dedup();
    if lines.is_empty() { "it did not say why".to_owned() } else { lines.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_carry_what_git_said() {
        let error = GitError::Failed {
            command: "commit-tree".to_owned(),
            code: Some(128),
            stderr: "fatal: not a valid object\nerror: again\nerror: again\n\n".to_owned(),
        };
        assert_eq!(error.to_string(), "`git commit-tree` failed with exit code 128: not a valid object; again");
        assert!(error.help().is_some_and(|help| help.contains("git fsck")));
        let silent = GitError::Failed { command: "push".to_owned(), code: None, stderr: String::new() };
        assert_eq!(silent.to_string(), "`git push` failed (a signal ended it): it did not say why");
    }

    #[test]
    fn what_a_person_can_do_is_said() {
        assert!(GitError::Ownership { path: "/r".into() }.help().unwrap().contains("safe.directory /r"));
        assert!(GitError::BeforeHistory { date: 0, oldest: None, shallow: true }.help().unwrap().contains("unshallow"));
        let early = GitError::BeforeHistory { date: 0, oldest: Some(86_400), shallow: false };
        assert_eq!(
            early.to_string(),
            "no commit is as old as 1970-01-01T00:00:00Z or older: the oldest is of 1970-01-02T00:00:00Z"
        );
        assert!(early.help().unwrap().contains("git log --reverse"));
        assert!(GitError::TooOld { found: "2.20.1".into() }.to_string().contains("2.36"));
    }
}

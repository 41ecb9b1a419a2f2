//! `git push`, never by force.

use thiserror::Error;

use super::{CommitId, Repository};
use crate::git::GitError;
use crate::git::run::Manner;

/// How Git says that the other side has moved.
const BEHIND: [&str; 2] = ["(fetch first)", "(non-fast-forward)"];

/// How it says that the other side was taking another push at that moment.
const BUSY: [&str; 5] =
    ["failed to update ref", "cannot lock ref", "incorrect old value", "reference already exists", "failed to lock"];

/// What a push did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It sent commits.
    Sent,
    /// The other side had them all.
    UpToDate,
}

/// A push failed; the commit stands here.
#[derive(Debug, Error)]
pub enum PushError {
    /// The other side has commits that are not here.
    #[error("the remote has commits that are not here, so it did not take ours")]
    Behind {
        /// What Git said.
        output: String,
    },
    /// Somebody else pushed at the same moment.
    #[error("the remote was taking another push: {output}")]
    Busy {
        /// What Git said.
        output: String,
    },
    /// The other side refused, by a hook or a rule.
    #[error("the remote refused the push: {output}")]
    Refused {
        /// What Git said.
        output: String,
    },
    /// `GIT_FLAG_OFFLINE` is set.
    #[error("`GIT_FLAG_OFFLINE` is set, and a push uses the network")]
    Offline,
    /// Anything else: no remote, no network, no permission.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl PushError {
    /// What helps, as a sentence or a command.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Behind { .. } => Some("run `git pull --rebase --autostash`, then `git push`".to_owned()),
            Self::Busy { .. } => Some("push again with `git push`".to_owned()),
            Self::Offline => Some("unset it, or push later with `git push`".to_owned()),
            Self::Refused { .. } => Some("the commit stands in this clone; push it as the remote demands".to_owned()),
            Self::Git(error) => error.help(),
        }
    }

    /// Whether somebody else was faster.
    #[must_use]
    pub const fn is_lost_race(&self) -> bool {
        matches!(self, Self::Behind { .. } | Self::Busy { .. })
    }
}

impl Repository {
    /// Pushes `branch` (its full name) to `remote`, or to the one that Git pushes it to when `remote` is `None`. There it
    /// has the same name, unless `push.default` says `upstream`.
    ///
    /// # Errors
    /// The commit stands here in any case.
    pub fn push(&self, remote: Option<&str>, branch: &str) -> Result<Pushed, PushError> {
        self.may_push()?;
        let remote = match remote {
            Some(remote) => remote.to_owned(),
            None => self.push_remote(branch)?,
        };
        let there = self.upstream_to_push(branch)?.unwrap_or_else(|| branch.to_owned());
        let refspec = format!("{branch}:{there}");
        let git = self.git(Manner::Write, "push").args(["--no-force", "--end-of-options", &remote, &refspec]);
        match git.run_or(&[]) {
            Ok(output) if output.stderr.contains("Everything up-to-date") => Ok(Pushed::UpToDate),
            Ok(_) => Ok(Pushed::Sent),
            Err(GitError::Failed { stderr, .. }) if BEHIND.iter().any(|words| stderr.contains(words)) => {
                Err(PushError::Behind { output: stderr })
            }
            Err(GitError::Failed { stderr, .. }) if BUSY.iter().any(|words| stderr.contains(words)) => {
                Err(PushError::Busy { output: super::super::error::complaint(&stderr) })
            }
            Err(GitError::Failed { stderr, .. }) if stderr.contains("rejected]") => {
                Err(PushError::Refused { output: super::super::error::complaint(&stderr) })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Fetches the branch that [`Repository::push`] pushes `branch` to, and gives its last commit.
    ///
    /// # Errors
    /// What Git says.
    pub fn fetch_pushed(&self, branch: &str) -> Result<CommitId, PushError> {
        self.may_push()?;
        let remote = self.push_remote(branch)?;
        let there = self.upstream_to_push(branch)?.unwrap_or_else(|| branch.to_owned());
        // A name of its own, as others may be fetching too.
        let name = format!("refs/git-flag/{}", super::journal::nonce());
        let words = ["--quiet", "--no-tags", "--no-write-fetch-head", "--end-of-options", &remote];
        self.git(Manner::Write, "fetch").args(words).arg(format!("+{there}:{name}")).run()?;
        let found = self.ref_commit(&name);
        self.git(Manner::Write, "update-ref").args(["-d", &name]).run()?;
        found?.ok_or_else(|| PushError::Git(GitError::UnknownRevision { revision: there, shallow: self.is_shallow() }))
    }

    /// Refuses to push where nothing may use the network.
    ///
    /// # Errors
    /// When `GIT_FLAG_OFFLINE` is set.
    pub fn may_push(&self) -> Result<(), PushError> {
        if self.place.environment.is_offline() { Err(PushError::Offline) } else { Ok(()) }
    }

    /// The remote that Git pushes a branch to: the configured one, `origin`, or the only one there is.
    fn push_remote(&self, branch: &str) -> Result<String, GitError> {
        let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        for name in
            [format!("branch.{short}.pushRemote"), "remote.pushDefault".into(), format!("branch.{short}.remote")]
        {
            if let Some(remote) = self.config(&name)? {
                return Ok(remote);
            }
        }
        let remotes = self.remotes()?;
        Ok(match &remotes[..] {
            [only] => only.clone(),
            _ => "origin".to_owned(),
        })
    }

    /// The name that a branch has on its remote, where the configuration asks to push to that.
    fn upstream_to_push(&self, branch: &str) -> Result<Option<String>, GitError> {
        let asked = self.config("push.default")?.is_some_and(|value| matches!(&*value, "upstream" | "tracking"));
        let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        if asked { self.config(&format!("branch.{short}.merge")) } else { Ok(None) }
    }
}

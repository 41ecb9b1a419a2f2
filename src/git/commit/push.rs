//! `git push`, never by force.

use thiserror::Error;

use super::Repository;
use crate::git::GitError;
use crate::git::run::Manner;

/// A push failed; the commit stands here.
#[derive(Debug, Error)]
pub enum PushError {
    /// The other side has commits that are not here.
    #[error("the remote has commits that are not here, so it did not take ours")]
    Behind {
        /// What Git said.
        output: String,
    },
    /// The other side refused, by a hook or a rule.
    #[error("the remote refused the push: {output}")]
    Refused {
        /// What Git said.
        output: String,
    },
    /// Anything else: no remote, no network, no permission.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl PushError {
    /// What helps, as a sentence or a command.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Behind { .. } => Some("run `git pull --rebase`, then `git push`".to_owned()),
            Self::Refused { .. } => Some("the commit stands in this clone; push it as the remote demands".to_owned()),
            Self::Git(error) => error.help(),
        }
    }
}

impl Repository {
    /// Pushes `branch` (its full name) to `remote`, or to where Git pushes it when `remote` is `None`.
    ///
    /// # Errors
    /// The commit stands here in any case.
    pub fn push(&self, remote: Option<&str>, branch: &str) -> Result<(), PushError> {
        let remote = match remote {
            Some(remote) => Some(remote.to_owned()),
            // Plain `git push` pushes the current branch only.
            None if self.head()?.branch() == Some(branch) => None,
            None => {
                let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
                Some(self.config(&format!("branch.{short}.remote"))?.unwrap_or_else(|| "origin".to_owned()))
            }
        };
        let mut git = self.git(Manner::Write, "push").arg("--no-force");
        if let Some(remote) = remote {
            git = git.args(["--end-of-options", &remote, &format!("{branch}:{branch}")]);
        }
        match git.run() {
            Ok(_) => Ok(()),
            Err(GitError::Failed { stderr, .. })
                if stderr.contains("(fetch first)") || stderr.contains("(non-fast-forward)") =>
            {
                Err(PushError::Behind { output: stderr })
            }
            Err(GitError::Failed { stderr, .. }) if stderr.contains("rejected]") => {
                Err(PushError::Refused { output: super::super::error::complaint(&stderr) })
            }
            Err(error) => Err(error.into()),
        }
    }
}

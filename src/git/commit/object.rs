//! The commit object.

use super::{CommitError, CommitId, ObjectId, Repository, Signing};
use crate::git::GitError;
use crate::git::run::{Git, Manner};

/// Makes the commit object by `git commit-tree`, which knows identities, dates and signatures.
pub(super) fn write(
    repository: &Repository,
    tree: ObjectId,
    parent: Option<CommitId>,
    message: &str,
    signing: Signing,
) -> Result<CommitId, CommitError> {
    let sign = match signing {
        Signing::Always => true,
        Signing::Never => false,
        Signing::Configured => repository.config_bool("commit.gpgsign")?.unwrap_or(false),
    };
    let settings = ["i18n.commitEncoding=UTF-8"];
    let mut git = Git::with_settings(&repository.place, Manner::Write, &settings, "commit-tree");
    git = git.arg(if sign { "-S" } else { "--no-gpg-sign" });
    if let Some(parent) = parent {
        git = git.args(["-p", &parent.to_string()]);
    }
    let id = git.args(["-F", "-", &tree.to_string()]).input(message).line().map_err(CommitError::of_write)?;
    ObjectId::from_hex(id.as_bytes()).ok_or_else(|| {
        CommitError::Git(GitError::Unexpected { command: "commit-tree".to_owned(), detail: format!("`{id}`") })
    })
}

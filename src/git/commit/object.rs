//! The commit object.

use super::{CommitError, CommitId, ObjectId, Repository, Signing};
use crate::git::GitError;
use crate::git::run::{Git, Manner};

/// Does something that writes objects, again where a folder for them was gone at that moment: `git gc` removes empty ones
/// while others are about to write there.
pub(super) fn persistently<T>(mut work: impl FnMut() -> Result<T, CommitError>) -> Result<T, CommitError> {
    for _ in 0..3 {
        match work() {
            Err(CommitError::Git(GitError::Failed { stderr: said, .. } | GitError::Library(said)))
                if said.contains("No such file or directory") => {}
            done => return done,
        }
    }
    work()
}

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
    persistently(|| by_executable(repository, tree, parent, message, sign))
}

fn by_executable(
    repository: &Repository,
    tree: ObjectId,
    parent: Option<CommitId>,
    message: &str,
    sign: bool,
) -> Result<CommitId, CommitError> {
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

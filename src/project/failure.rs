//! What Git says, as failures with codes.

use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Code, Diagnostic, Failure};
use crate::git::{CommitError, Dirty, GitError};

impl From<GitError> for Box<Failure> {
    fn from(error: GitError) -> Self {
        let failure = Failure::new(code(&error), error.to_string());
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

impl From<CommitError> for Box<Failure> {
    fn from(error: CommitError) -> Self {
        let help = error.help();
        let failure = match error {
            CommitError::Git(error) => return error.into(),
            CommitError::Hook { name, output } if !output.trim().is_empty() => {
                Diagnostic::new(&repository::HOOK_REFUSED, format!("the hook `{name}` refused the commit"))
                    .output(output)
                    .into()
            }
            // Our own messages say something.
            CommitError::EmptyMessage => {
                Failure::new(&repository::HOOK_REFUSED, "a hook left no message for the commit")
                    .help("correct `prepare-commit-msg` or `commit-msg`; `--no-verify` leaves the latter out")
            }
            other => Failure::new(commit_code(&other), other.to_string()),
        };
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

fn commit_code(error: &CommitError) -> &'static Code {
    match error {
        CommitError::Git(error) => code(error),
        CommitError::Moved { .. } | CommitError::Busy { .. } => &repository::CONTENDED,
        CommitError::Operation(_) | CommitError::Unmerged { .. } | CommitError::Nested => {
            &repository::OPERATION_IN_PROGRESS
        }
        CommitError::Dirty { how: Dirty::Staged | Dirty::Edited | Dirty::Untracked, .. } => &repository::DIRTY_FILE,
        CommitError::Detached => &repository::DETACHED_HEAD,
        CommitError::Bare => &repository::BARE_REPOSITORY,
        CommitError::CheckedOut { .. } => &change::BRANCH_NOT_SUPPORTED,
        CommitError::BranchName { .. }
        | CommitError::OtherRef { .. }
        | CommitError::NothingToCommit
        | CommitError::Path { .. } => &change::BAD_ARGUMENT,
        CommitError::Locked { .. } => &repository::INDEX_LOCKED,
        CommitError::Hook { .. } | CommitError::EmptyMessage => &repository::HOOK_REFUSED,
        CommitError::HookBroke { .. } | CommitError::HookTookBack { .. } => &repository::HOOK_TOOK_BACK,
        CommitError::HookTouched { .. } => &repository::HOOK_CHANGED_OTHERS,
        CommitError::NotAFile { .. } => &repository::NOT_A_PLAIN_FILE,
        CommitError::Identity => &repository::NO_IDENTITY,
        CommitError::Signing { .. } => &repository::GIT_FAILED,
        CommitError::ReadOnly { .. } | CommitError::Unwritable { .. } | CommitError::DiskFull => &repository::IO_FAILED,
        #[cfg(test)]
        CommitError::Killed => &repository::GIT_FAILED,
    }
}

fn code(error: &GitError) -> &'static Code {
    match error {
        GitError::NoGit | GitError::TooOld { .. } => &repository::GIT_UNUSABLE,
        GitError::UnknownRevision { .. } | GitError::BeforeHistory { .. } => &repository::UNKNOWN_REVISION,
        GitError::Io { .. } => &repository::IO_FAILED,
        GitError::MissingObject { .. }
        | GitError::Ownership { .. }
        | GitError::Failed { .. }
        | GitError::Unexpected { .. }
        | GitError::Library(_) => &repository::GIT_FAILED,
    }
}

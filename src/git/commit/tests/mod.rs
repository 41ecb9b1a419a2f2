//! Commits, as users and their hooks, indexes, locks and kills see them.

mod crash;
#[cfg(unix)]
mod durable;
#[cfg(unix)]
mod hooks;
mod kinds;
mod plain;
mod refused;
mod replay;

use super::*;
use crate::git::testing::Sandbox;
use crate::git::{Head, Reader, Source};

/// The commit to build on. Where nothing can be committed, committing itself has to say so as well.
fn base(repository: &Repository) -> Option<ObjectId> {
    repository.base_of(&Target::CurrentBranch).unwrap_or_else(|_| repository.head().unwrap().commit())
}

/// A change of one file from what HEAD has.
pub(super) fn change(repository: &Repository, path: &str, new: Option<&str>) -> FileChange {
    let base = base(repository);
    let old = base.and_then(|base| repository.entry(base, path).unwrap());
    FileChange {
        path: path.to_owned(),
        old: old.map(|entry| repository.read(entry.id).unwrap()),
        new: new.map(|text| text.as_bytes().to_vec()),
    }
}

/// A request that changes one file on the current branch.
pub(super) fn request(repository: &Repository, path: &str, new: Option<&str>) -> CommitRequest {
    CommitRequest {
        base: base(repository),
        files: vec![change(repository, path, new)],
        message: format!("flag: change {path}\n\nFlag-Key: a\n"),
        operation: "op-1".to_owned(),
        ..CommitRequest::default()
    }
}

pub(super) fn commit(repository: &Repository, request: &CommitRequest) -> Result<Committed, CommitError> {
    repository.commit(request, &mut |_| Ok(()))
}

/// A repository with two files and one commit.
pub(super) fn started() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("flags/a.yaml", "a: 1\n");
    sandbox.write("other.txt", "other\n");
    sandbox.commit_all("first");
    sandbox
}

/// What a commit changed, as `git show` says.
pub(super) fn shown(sandbox: &Sandbox) -> String {
    sandbox.git(&["show", "--format=", "--name-status", "HEAD"])
}

/// No lock, journal or temporary file is left.
pub(super) fn assert_tidy(sandbox: &Sandbox) {
    let git_dir = std::path::PathBuf::from(sandbox.git(&["rev-parse", "--absolute-git-dir"]));
    for name in ["index.lock", "HEAD.lock", "refs/heads/main.lock", "git-flag/journal"] {
        assert!(!git_dir.join(name).exists(), "{name} is left");
    }
    let left: Vec<_> = std::fs::read_dir(git_dir.join("git-flag"))
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "lock")
        .collect();
    assert_eq!(left, Vec::<String>::new());
    let untracked = sandbox.git(&["ls-files", "--others"]);
    assert!(!untracked.contains(".git-flag-"), "{untracked}");
}

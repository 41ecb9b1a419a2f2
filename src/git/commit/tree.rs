//! The tree of the new commit: the parent's, with our blobs.

use git2::{FileMode, build::TreeUpdateBuilder};

use super::{Change, CommitError, CommitId, ObjectId, Repository, journal, object};
use crate::git::run::Manner;
use crate::git::{GitError, library};

/// Writes the blobs of `changes` and the tree that has them; names the blobs in `changes`.
pub(super) fn build(
    repository: &Repository,
    base: Option<CommitId>,
    changes: &mut [Change],
) -> Result<ObjectId, CommitError> {
    // libgit2 does not know how durable the user wants objects to be.
    let in_process = repository
        .library
        .as_ref()
        .filter(|_| !repository.place.is_durable())
        .filter(|_| !repository.has_setting(|key| key.starts_with("core.fsync")).unwrap_or(true));
    object::persistently(|| match in_process {
        Some(library) => {
            by_library(library, base, changes).map_err(|error| CommitError::of_write(GitError::from(error)))
        }
        None => by_executable(repository, base, changes),
    })
}

fn by_library(
    library: &git2::Repository,
    base: Option<CommitId>,
    changes: &mut [Change],
) -> Result<ObjectId, git2::Error> {
    let tree = match base {
        Some(base) => library::tree(library, &base)?,
        None => library.find_tree(library.treebuilder(None)?.write()?)?,
    };
    let mut update = TreeUpdateBuilder::new();
    for change in changes.iter_mut() {
        match &change.new {
            Some(bytes) => {
                let blob = library.blob(bytes)?;
                change.blob = Some(library::from_oid(blob)?);
                let mode = if change.mode == 0o100_755 { FileMode::BlobExecutable } else { FileMode::Blob };
                update.upsert(change.path.as_str(), blob, mode);
            }
            None => {
                update.remove(change.path.as_str());
            }
        }
    }
    library::from_oid(update.create_updated(library, &tree)?)
}

fn by_executable(
    repository: &Repository,
    base: Option<CommitId>,
    changes: &mut [Change],
) -> Result<ObjectId, CommitError> {
    let mut records = Vec::new();
    for change in changes.iter_mut() {
        if let Some(bytes) = &change.new {
            let git = repository.git(Manner::Write, "hash-object").args(["-w", "--no-filters", "--stdin"]);
            let id = git.input(bytes.clone()).line().map_err(CommitError::of_write)?;
            change.blob = ObjectId::from_hex(id.as_bytes());
        }
        records.extend(record(repository, change));
    }
    let index = journal::scratch(repository)?.join(format!("tree-{}", journal::nonce()));
    let made = (|| {
        let git = |name: &str| repository.git(Manner::Write, name).env("GIT_INDEX_FILE", index.as_os_str());
        let source = base.map_or_else(|| "--empty".to_owned(), |base| base.to_string());
        git("read-tree").arg(source).run()?;
        git("update-index").args(["-z", "--index-info"]).input(records).run()?;
        git("write-tree").line()
    })();
    drop(std::fs::remove_file(&index));
    parse(&made.map_err(CommitError::of_write)?)
}

/// What `git update-index -z --index-info` is told about a change.
pub(super) fn record(repository: &Repository, change: &Change) -> Vec<u8> {
    let (mode, id) = match change.blob {
        Some(blob) => (change.mode, blob),
        None => (0, ObjectId::zero(repository.format)),
    };
    format!("{mode:o} {id} 0\t{}\0", change.path).into_bytes()
}

/// The tree of a commit.
pub(super) fn of_commit(repository: &Repository, commit: CommitId) -> Result<ObjectId, CommitError> {
    let found = repository.read_by(
        |library| library::from_oid(library::tree(library, &commit)?.id()),
        |this| {
            let asked = this.git(Manner::Read, "rev-parse").args(["--verify", "--end-of-options"]);
            let text = asked.arg(format!("{commit}^{{tree}}")).line()?;
            ObjectId::from_hex(text.as_bytes())
                .ok_or_else(|| GitError::Unexpected { command: "rev-parse".to_owned(), detail: text })
        },
    );
    Ok(found?)
}

pub(super) fn parse(text: &str) -> Result<ObjectId, CommitError> {
    ObjectId::from_hex(text.as_bytes()).ok_or_else(|| {
        CommitError::Git(GitError::Unexpected { command: "write-tree".to_owned(), detail: format!("`{text}`") })
    })
}

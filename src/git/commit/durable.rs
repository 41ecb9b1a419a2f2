//! On the disk before it counts: what must survive that the machine itself stops.
//!
//! Without it a commit survives every kill of the command, but the system may still hold it in memory when the power
//! fails. With it, files are synchronised before they take their names, and folders afterwards; `git` does the same for
//! what it writes.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{Change, CommitError, CommitId, ObjectId, Repository, tree};
use crate::git::run::Manner;

/// Synchronises a file, where everything has to be durable.
pub(super) fn file(repository: &Repository, path: &Path) -> Result<(), CommitError> {
    if repository.place.is_durable() { sync(path) } else { Ok(()) }
}

/// Synchronises a folder, so that the names in it are durable.
pub(super) fn folder(repository: &Repository, path: &Path) -> Result<(), CommitError> {
    // Elsewhere folders can't be opened as files, and their names need no help.
    if cfg!(unix) { file(repository, path) } else { Ok(()) }
}

/// Synchronises the folders above a path up to `top`, as far as they are there.
pub(super) fn folders(repository: &Repository, path: &Path, top: &Path) -> Result<(), CommitError> {
    if !repository.place.is_durable() {
        return Ok(());
    }
    for above in path.ancestors().skip(1).take_while(|above| above.starts_with(top)) {
        if above.is_dir() {
            folder(repository, above)?;
        }
    }
    Ok(())
}

/// Synchronises the objects of a commit of ours, those too that were there before, and the folders that name them.
pub(super) fn objects(repository: &Repository, commit: CommitId, changes: &[Change]) -> Result<(), CommitError> {
    if !repository.place.is_durable() {
        return Ok(());
    }
    let mut ids: BTreeSet<ObjectId> = changes.iter().filter_map(|change| change.blob).collect();
    ids.extend([commit, tree::of_commit(repository, commit)?]);
    for change in changes {
        let above = change.path.match_indices('/').map(|(at, _)| &change.path[..at]);
        for path in above {
            ids.extend(repository.entry(commit, path)?.map(|entry| entry.id));
        }
    }
    loose(repository, ids)
}

/// Synchronises those objects that are files of their own; others are in packs, which Git synchronises by itself.
fn loose(repository: &Repository, ids: impl IntoIterator<Item = ObjectId>) -> Result<(), CommitError> {
    let named = repository.place.environment.get("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let store = named.unwrap_or_else(|| repository.common_dir.join("objects"));
    for id in ids {
        let name = id.to_string();
        let loose = store.join(&name[..2]).join(&name[2..]);
        if loose.is_file() {
            file(repository, &loose)?;
            folders(repository, &loose, &store)?;
        }
    }
    Ok(())
}

/// Synchronises the folders of a branch that has just moved.
pub(super) fn branch(repository: &Repository, name: &str) -> Result<(), CommitError> {
    let store = &repository.common_dir;
    let tables = store.join("reftable");
    if tables.is_dir() {
        return folder(repository, &tables);
    }
    folders(repository, &store.join(name), store)
}

/// Synchronises all that a commit brought, which was made before.
pub(super) fn again(repository: &Repository, commit: CommitId, name: &str) -> Result<(), CommitError> {
    let text = repository.git(Manner::Read, "rev-list");
    let text =
        text.args(["--objects".to_owned(), commit.to_string(), format!("^{commit}^@"), "--".to_owned()]).run()?;
    let lines: Vec<(&[u8], &[u8])> = text
        .split(|byte| *byte == b'\n')
        .map(|line| line.split_at(line.iter().position(|byte| *byte == b' ').unwrap_or(line.len())))
        .collect();
    loose(repository, lines.iter().filter_map(|(id, _)| ObjectId::from_hex(id)))?;
    branch(repository, name)?;
    if repository.index_path.is_file() {
        file(repository, &repository.index_path)?;
        folders(repository, &repository.index_path, &repository.git_dir)?;
    }
    let Some(top) = &repository.work_tree else { return Ok(()) };
    for (_, path) in lines {
        let path = top.join(String::from_utf8_lossy(path).trim_start());
        if path.is_file() {
            file(repository, &path)?;
            folders(repository, &path, top)?;
        }
    }
    Ok(())
}

fn sync(path: &Path) -> Result<(), CommitError> {
    #[cfg(test)]
    if BROKEN.with_borrow(|broken| broken.as_ref().is_some_and(|name| path.ends_with(name))) {
        return Err(CommitError::io("synchronise", path, io::Error::other("Input/output error")));
    }
    let synced = File::open(path).and_then(|file| file.sync_all());
    #[cfg(test)]
    SYNCED.with_borrow_mut(|paths| paths.push(path.to_owned()));
    match synced {
        // File systems that can't do it for folders say so in these ways.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        synced => synced.map_err(|error| CommitError::io("synchronise", path, error)),
    }
}

#[cfg(test)]
thread_local! {
    /// The path whose end this is can't be synchronised.
    pub(super) static BROKEN: std::cell::RefCell<Option<&'static str>> = const { std::cell::RefCell::new(None) };
    /// What this thread synchronised, in order.
    pub(super) static SYNCED: std::cell::RefCell<Vec<PathBuf>> = const { std::cell::RefCell::new(Vec::new()) };
}

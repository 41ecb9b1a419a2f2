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
    let named = repository.place.environment.get("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let store = named.unwrap_or_else(|| repository.common_dir.join("objects"));
    for id in ids {
        let name = id.to_string();
        let loose = store.join(&name[..2]).join(&name[2..]);
        // Otherwise it is in a pack, which Git synchronises by itself.
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

fn sync(path: &Path) -> Result<(), CommitError> {
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
    /// What this thread synchronised, in order.
    pub(super) static SYNCED: std::cell::RefCell<Vec<PathBuf>> = const { std::cell::RefCell::new(Vec::new()) };
}

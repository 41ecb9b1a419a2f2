//! Files in the work tree.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::failpoint::{self, Step};
use super::{Change, CommitError, ObjectId, Repository, durable, journal};
use crate::git::path_state::{OnDisk, read_plain};
use crate::git::run::Manner;

/// Writes the new version of a file beside it, for [`follow`], so that a folder that cannot be written is known before
/// anything has changed.
pub(super) fn prepare(repository: &Repository, change: &Change, temporary: &str) -> Result<(), CommitError> {
    let Some(top) = repository.work_tree.as_deref().filter(|_| !change.skipped) else { return Ok(()) };
    let wanted = checked_out(repository, change)?;
    if wanted == change.seen {
        return Ok(());
    }
    if matches!(read_plain(top, &change.path)?, OnDisk::Other) {
        return Err(CommitError::NotAFile { path: change.path.clone() });
    }
    let path = top.join(&change.path);
    let beside = path.with_file_name(temporary);
    draft(&path, &beside, wanted.as_deref())?;
    if wanted.is_some() { durable::file(repository, &beside) } else { Ok(()) }
}

/// Removes what was prepared, if nobody used it.
pub(super) fn forget(top: &Path, draft: &Path) -> Result<(), CommitError> {
    if draft.symlink_metadata().is_ok() { remove(top, draft) } else { Ok(()) }
}

/// Lets the work tree follow a commit in one file, if the file still is as we saw it (`seen`: SHA-256 of its bytes,
/// `None` if there was none). Says so if it is not.
pub(super) fn follow(
    repository: &Repository,
    change: &Change,
    seen: Option<&str>,
    temporary: &str,
) -> Result<Option<String>, CommitError> {
    let Some(top) = repository.work_tree.as_deref().filter(|_| !change.skipped) else { return Ok(None) };
    let path = top.join(&change.path);
    let draft = path.with_file_name(temporary);
    let left =
        || Ok(Some(format!("`{}` was changed meanwhile in the work tree, so it was left as it is", change.path)));
    let now = match read_plain(top, &change.path)? {
        OnDisk::File(bytes) => Some(bytes),
        OnDisk::Absent => None,
        OnDisk::Other => return left(),
    };
    let wanted = checked_out(repository, change)?;
    if now == wanted {
        journal::remove_if_there(&draft);
        return Ok(None);
    }
    if now.as_deref().map(journal::digest).as_deref() != seen {
        journal::remove_if_there(&draft);
        return left();
    }
    match wanted {
        // As prepared, unless a killed command left half of it.
        Some(bytes) if fs::read(&draft).is_ok_and(|prepared| prepared == bytes) => put(&path, &draft)?,
        Some(bytes) => {
            journal::remove_if_there(&draft);
            self::draft(&path, &draft, Some(&bytes))?;
            durable::file(repository, &draft)?;
            put(&path, &draft)?;
        }
        None => remove(top, &path)?,
    }
    durable::folders(repository, &path, top)?;
    Ok(None)
}

/// The bytes that Git would check out.
pub(super) fn checked_out(repository: &Repository, change: &Change) -> Result<Option<Vec<u8>>, CommitError> {
    match (change.blob, &change.new) {
        (None, _) => Ok(None),
        (Some(_), Some(bytes)) if !repository.converts(&change.path)? => Ok(Some(bytes.clone())),
        (Some(blob), _) => Ok(Some(as_checked_out(repository, &change.path, blob)?)),
    }
}

/// The bytes that Git would check out of `blob` at `path`.
pub(super) fn as_checked_out(repository: &Repository, path: &str, blob: ObjectId) -> Result<Vec<u8>, CommitError> {
    if !repository.converts(path)? {
        return Ok(repository.read(blob)?);
    }
    let git = repository.git(Manner::Write, "cat-file").arg("--filters");
    Ok(git.arg(format!("--path={path}")).arg(blob.to_string()).run()?)
}

/// Writes a file, whole or not at all; keeps the permissions of the one it replaces.
pub(super) fn replace(path: &Path, temporary: &Path, bytes: &[u8]) -> Result<(), CommitError> {
    draft(path, temporary, Some(bytes))?;
    put(path, temporary)
}

/// Writes the new version of `path` to `temporary`, in the same folder; for one that is to go (`None`) only tries whether
/// the folder can be written.
pub(super) fn draft(path: &Path, temporary: &Path, bytes: Option<&[u8]>) -> Result<(), CommitError> {
    let written = (|| {
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut file = fs::File::options().write(true).create_new(true).open(temporary)?;
        // First, so that a draft with all of its content has them.
        if let Ok(before) = fs::metadata(path) {
            file.set_permissions(before.permissions())?;
        }
        file.write_all(bytes.unwrap_or_default())
    })();
    if bytes.is_none() || written.is_err() {
        journal::remove_if_there(temporary);
    }
    written.map_err(|error| CommitError::of_work_tree(path, &error))
}

/// Puts what [`draft`] wrote in the place of the file.
pub(super) fn put(path: &Path, temporary: &Path) -> Result<(), CommitError> {
    failpoint::reached(Step::TemporaryWritten)?;
    fs::rename(temporary, path).map_err(|error| {
        journal::remove_if_there(temporary);
        CommitError::of_work_tree(path, &error)
    })
}

/// Removes a file, and the directories that this leaves empty, as Git does.
#[expect(clippy::disallowed_methods, reason = "the folder of the process must not go away under it")]
pub(super) fn remove(top: &Path, path: &Path) -> Result<(), CommitError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(CommitError::of_work_tree(path, &error)),
        _ => {}
    }
    let current = std::env::current_dir().ok();
    for directory in path.ancestors().skip(1).take_while(|directory| *directory != top) {
        if current.as_deref() == Some(directory) || fs::remove_dir(directory).is_err() {
            break;
        }
    }
    Ok(())
}

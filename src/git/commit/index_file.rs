//! A copy of the user's index, with only our entries changed.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{Change, CommitError, Dirty, Repository, check, journal, tree};
use crate::git::run::{Git, Manner};
use crate::git::{GitError, index, library};

/// Copies the index, keeping its time. Returns its bytes; `None` if there is no index yet.
///
/// Git takes a file for unchanged if it is older than the index and looks as it did. With the time of the copy, a
/// change made within the same tick as the last `git add` would never be noticed; so copies are as old as the original.
pub(super) fn copy(from: &Path, to: &Path) -> Result<Option<Vec<u8>>, CommitError> {
    let bytes = match fs::read(from) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CommitError::io("read", from, error)),
    };
    // Never through another name of the same file.
    journal::remove(to)?;
    let copied = fs::write(to, &bytes).and_then(|()| keep_time(from, to));
    copied.map_err(|error| CommitError::io("write", to, error))?;
    Ok(Some(bytes))
}

fn keep_time(from: &Path, to: &Path) -> io::Result<()> {
    let original = fs::metadata(from)?;
    let file = File::options().write(true).open(to)?;
    file.set_modified(original.modified()?)?;
    file.set_permissions(original.permissions())
}

/// The user's index.
pub(super) struct Original {
    /// Its bytes; `None` if there is none yet.
    pub(super) bytes: Option<Vec<u8>>,
    /// What it knows of the looks of each of our files.
    pub(super) looks: Vec<Option<String>>,
}

/// Writes a copy of the user's index to `to`, with our files as they are committed. Returns the original.
pub(super) fn write(repository: &Repository, to: &Path, changes: &[Change]) -> Result<Original, CommitError> {
    let original = copy(&repository.index_path, to)?;
    let opened = git2::Index::open(to);
    let looks = match &opened {
        Ok(opened) => changes.iter().map(|change| looks(opened, &change.path)).collect(),
        Err(_) => Vec::new(),
    };
    let by_library = repository.library.is_some() && original.as_deref().is_none_or(is_plain);
    match opened {
        Ok(opened) if by_library => edit(opened, changes)?,
        _ => edit_by_executable(repository, to, changes)?,
    }
    if original.is_some() {
        keep_time(&repository.index_path, to).map_err(|error| CommitError::io("write", to, error))?;
    }
    Ok(Original { bytes: original, looks })
}

/// What an index knows of the looks of a file: whoever writes the file, even with the text it had, and stages it gives it
/// others. `None` if it knows nothing.
fn looks(index: &git2::Index, path: &str) -> Option<String> {
    let entry = index.get_path(path.as_ref(), 0)?;
    let time = |time: git2::IndexTime| format!("{}.{}", time.seconds(), time.nanoseconds());
    let known = entry.mtime.seconds() != 0 || entry.ino != 0;
    known.then(|| format!("{} {} {} {}", time(entry.mtime), time(entry.ctime), entry.ino, entry.file_size))
}

/// Writes a copy of the user's index to `to` that knows how our files look now, for those that it has as committed.
/// Returns the bytes of the original. As the copy is older than the files, Git still compares their contents.
pub(super) fn refresh(repository: &Repository, to: &Path, changes: &[Change]) -> Result<Option<Vec<u8>>, CommitError> {
    let original = copy(&repository.index_path, to)?;
    let in_process = cfg!(unix) && repository.library.is_some() && original.as_deref().is_none_or(is_plain);
    let opened = in_process.then(|| git2::Index::open(to).ok()).flatten();
    if let (Some(opened), Some(top)) = (opened, &repository.work_tree) {
        note_looks(opened, top, changes).map_err(|error| CommitError::of_write(GitError::from(error)))?;
    } else {
        // Tells by its exit code that some other file was edited, which is nothing to us.
        let git = repository.git(Manner::Write, "update-index").env("GIT_INDEX_FILE", to.as_os_str());
        git.args(["-q", "--refresh"]).run_or(&[1])?;
    }
    keep_time(&repository.index_path, to).map_err(|error| CommitError::io("write", to, error))?;
    Ok(original)
}

#[cfg(unix)]
fn note_looks(mut opened: git2::Index, top: &Path, changes: &[Change]) -> Result<(), git2::Error> {
    use std::os::unix::fs::MetadataExt;
    // The index has room for 32 bits of each, as Git has it.
    let low = |value: i64| i32::try_from(value & 0x7fff_ffff).unwrap_or(0);
    let bits = |value: u64| u32::try_from(value & 0xffff_ffff).unwrap_or(0);
    for change in changes {
        let entry = opened.get_path(change.path.as_ref(), 0);
        let (Some(blob), Some(mut entry)) = (&change.blob, entry) else { continue };
        let Ok(file) = fs::symlink_metadata(top.join(&change.path)) else { continue };
        if library::from_oid(entry.id)? != *blob || !file.is_file() {
            continue;
        }
        let nanoseconds = |value: i64| u32::try_from(value).unwrap_or(0);
        entry.ctime = git2::IndexTime::new(low(file.ctime()), nanoseconds(file.ctime_nsec()));
        entry.mtime = git2::IndexTime::new(low(file.mtime()), nanoseconds(file.mtime_nsec()));
        (entry.dev, entry.ino) = (bits(file.dev()), bits(file.ino()));
        (entry.uid, entry.gid) = (file.uid(), file.gid());
        entry.file_size = bits(file.size());
        opened.add(&entry)?;
    }
    opened.write()
}

#[cfg(not(unix))]
fn note_looks(_: git2::Index, _: &Path, _: &[Change]) -> Result<(), git2::Error> {
    Ok(())
}

/// Whether nothing in it would be lost on libgit2: it writes neither the untracked cache nor the monitor's state, and
/// refuses what else it does not know. A file may be named so; then the executable does it, no worse.
fn is_plain(index: &[u8]) -> bool {
    !index.windows(4).any(|window| window == b"UNTR" || window == b"FSMN")
}

fn edit(mut opened: git2::Index, changes: &[Change]) -> Result<(), CommitError> {
    let failed = |error: git2::Error| CommitError::of_write(GitError::from(error));
    for change in changes {
        let before = opened.get_path(change.path.as_ref(), 0);
        let found = before.as_ref().map(|entry| library::from_oid(entry.id).map(|id| (entry.mode, id)));
        if !check::is_untouched(found.transpose().map_err(failed)?, change) {
            return Err(CommitError::Dirty { path: change.path.clone(), how: Dirty::Staged });
        }
        match &change.blob {
            Some(blob) => {
                let (flags, kept) = before.map_or((0, 0), |entry| (entry.flags, entry.flags_extended));
                let skip = git2::IndexEntryExtendedFlag::SKIP_WORKTREE.bits();
                let flags_extended = if change.skipped { kept | skip } else { kept };
                let entry = git2::IndexEntry {
                    // Without size and times Git looks at the file itself, and fills them in.
                    ctime: git2::IndexTime::new(0, 0),
                    mtime: git2::IndexTime::new(0, 0),
                    dev: 0,
                    ino: 0,
                    mode: change.mode,
                    uid: 0,
                    gid: 0,
                    file_size: 0,
                    id: library::to_oid(blob).map_err(failed)?,
                    // "Assume unchanged" and "left out by a sparse checkout" are the user's.
                    flags: flags & git2::IndexEntryFlag::VALID.bits(),
                    flags_extended: flags_extended & skip,
                    path: change.path.clone().into_bytes(),
                };
                opened.add(&entry).map_err(failed)?;
            }
            None if before.is_some() => opened.remove(change.path.as_ref(), 0).map_err(failed)?,
            None => {}
        }
    }
    opened.write().map_err(failed)
}

fn edit_by_executable(repository: &Repository, to: &Path, changes: &[Change]) -> Result<(), CommitError> {
    let git = || repository.git(Manner::Write, "update-index").env("GIT_INDEX_FILE", to.as_os_str());
    for change in changes {
        let entries = repository.index_entries(&change.path)?;
        let found = entries.iter().find(|entry| entry.path == change.path).map(|entry| (entry.mode, entry.id));
        if !check::is_untouched(found, change) {
            return Err(CommitError::Dirty { path: change.path.clone(), how: Dirty::Staged });
        }
    }
    let records: Vec<u8> = changes.iter().flat_map(|change| tree::record(repository, change)).collect();
    // Git would put an entry beside the folder that a sparse index has for it, and so have the file twice.
    let whole = Git::with_settings(&repository.place, Manner::Write, &["index.sparse=false"], "update-index");
    let whole = whole.env("GIT_INDEX_FILE", to.as_os_str()).args(["-z", "--index-info"]);
    whole.input(records).run().map_err(CommitError::of_write)?;
    // A new entry forgets that a sparse checkout leaves the file out.
    let skipped: Vec<u8> = changes
        .iter()
        .filter(|change| change.skipped && change.blob.is_some())
        .flat_map(|change| [change.path.as_bytes(), b"\0"].concat())
        .collect();
    if !skipped.is_empty() {
        git().args(["--skip-worktree", "-z", "--stdin"]).input(skipped).run().map_err(CommitError::of_write)?;
    }
    Ok(())
}

/// Whether somebody gave the index what it has of our file since the command that was killed took it: another text, or
/// the old one once more, as `git checkout HEAD~1 -- FILE` does.
pub(super) fn is_theirs(repository: &Repository, change: &Change, before: Option<&str>) -> Result<bool, CommitError> {
    let entries = match repository.open_index()? {
        Some(opened) => index::entries_of(&opened, &change.path)?,
        None => repository.index_entries(&change.path)?,
    };
    let now = entries.iter().find(|entry| entry.path == change.path).map(|entry| entry.id);
    if now == change.blob || now != change.old {
        return Ok(now != change.blob);
    }
    let looks = git2::Index::open(&repository.index_path).ok().and_then(|opened| looks(&opened, &change.path));
    Ok(before.zip(looks).is_some_and(|(before, now)| before != now))
}

/// Whether the index still has our file as the parent commit has it, or already as committed; used after a kill.
pub(super) fn is_behind(repository: &Repository, changes: &[Change]) -> Result<bool, CommitError> {
    let opened = repository.open_index()?;
    let mut behind = false;
    for change in changes {
        let entries = match &opened {
            Some(opened) => index::entries_of(opened, &change.path)?,
            None => repository.index_entries(&change.path)?,
        };
        let now = entries.iter().find(|entry| entry.path == change.path).map(|entry| entry.id);
        if now == change.blob {
            continue;
        }
        if now != change.old {
            return Ok(false);
        }
        behind = true;
    }
    Ok(behind)
}

//! Who waits for our lock, in the order in which they came.
//!
//! Whoever waits holds a lock on a file of its own, so that a place whose process has ended is seen to be empty. The names
//! of the files are their order. Where there is no such file, say because nothing can be written, whoever is faster wins.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::journal;

/// What was begun so long ago has no owner any more.
const FORGOTTEN: Duration = Duration::from_mins(1);

/// A place in the line, given up when dropped.
pub(super) struct Place {
    folder: PathBuf,
    name: String,
    /// Locked as long as the process lives.
    _held: File,
}

/// Whether anybody waits.
pub(super) fn is_empty(directory: &Path) -> bool {
    names(&folder(directory)).is_empty()
}

impl Place {
    /// The last place; `None` where there can be none.
    pub(super) fn take(directory: &Path) -> Option<Self> {
        // Elsewhere a file that is locked can't be renamed.
        if !cfg!(unix) {
            return None;
        }
        let folder = folder(directory);
        // The last one to leave removes the folder, at any time.
        (0..8).find_map(|_| Self::attempt(&folder))
    }

    #[expect(clippy::disallowed_methods, reason = "only the order of those who wait follows from it")]
    fn attempt(folder: &Path) -> Option<Self> {
        fs::create_dir_all(folder).ok()?;
        let nonce = journal::nonce();
        let draft = folder.join(format!("new-{nonce}"));
        let held = File::create_new(&draft).ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let name = format!("{:020}-{nonce}", now.as_nanos());
        // Locked before it counts, so that nobody takes it for one that was left.
        if held.try_lock().is_err() || fs::rename(&draft, folder.join(&name)).is_err() {
            journal::remove_if_there(&draft);
            return None;
        }
        Some(Self { folder: folder.to_owned(), name, _held: held })
    }

    /// How many wait before us. Empty places are cleared away.
    pub(super) fn ahead(&self) -> usize {
        let mut before = names(&self.folder);
        before.retain(|name| *name < self.name);
        while let Some(next) = before.last() {
            let path = self.folder.join(next);
            let is_held =
                File::open(&path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
            if is_held {
                break;
            }
            journal::remove_if_there(&path);
            before.pop();
        }
        before.len()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        journal::remove_if_there(&self.folder.join(&self.name));
        // Succeeds for the last one only.
        drop(fs::remove_dir(&self.folder));
    }
}

fn folder(directory: &Path) -> PathBuf {
    directory.join("queue")
}

/// The places in their order.
fn names(folder: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut names = Vec::new();
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.starts_with("new-") {
            names.push(name);
            continue;
        }
        let age = file.metadata().and_then(|it| it.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > FORGOTTEN) {
            journal::remove_if_there(&file.path());
        }
    }
    names.sort_unstable();
    names
}

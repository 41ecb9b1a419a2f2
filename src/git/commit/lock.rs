//! Our own lock: one of our commands writes at a time.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::process::{self, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{CommitError, Repository};

/// How long to wait for another of our commands. It may be running hooks.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 20 } else { 15 });

/// How long to wait where nothing depends on the lock. A commit without hooks takes less.
const MOMENT: Duration = Duration::from_millis(100);

/// Held until dropped. The system holds it, not the file's existence: it ends with the process, however that ends, so
/// that none can be stale. The file only names the holder, for messages.
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Waits for the lock of all work trees of `repository`.
    pub(super) fn take(repository: &Repository) -> Result<Self, CommitError> {
        Self::attempt(repository, PATIENCE)?.map_err(|pid| CommitError::Busy { pid })
    }

    /// The lock, unless somebody holds it for more than a moment.
    pub(super) fn try_take(repository: &Repository) -> Result<Option<Self>, CommitError> {
        Ok(Self::attempt(repository, MOMENT)?.ok())
    }

    fn attempt(repository: &Repository, patience: Duration) -> Result<Result<Self, Option<String>>, CommitError> {
        let directory = repository.cache_dir();
        fs::create_dir_all(&directory).map_err(|error| CommitError::io("create", &directory, error))?;
        let path = directory.join("lock");
        let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(|error| CommitError::io("write", &path, error))?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                // Where the file system knows no locks, the branch is still moved by compare-and-swap.
                Ok(()) | Err(TryLockError::Error(_)) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => pause(),
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    let named = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
                    return Ok(Err(named.then(|| holder.trim().to_owned())));
                }
            }
        }
        // Only for messages, so a failure is none.
        drop(file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", process::id())));
        Ok(Ok(Self { file }))
    }

    /// The lock as something that a child can hold too: should we be killed, it is held until the child has ended.
    pub(super) fn share(&self) -> Stdio {
        self.file.try_clone().map_or_else(|_| Stdio::null(), Stdio::from)
    }
}

/// A moment of waiting, never as long as another process waits.
pub(super) fn pause() {
    thread::sleep(Duration::from_micros(1_000 + super::journal::random() % 9_000));
}

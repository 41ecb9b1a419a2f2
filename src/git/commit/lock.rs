//! Our own lock: one of our commands writes at a time.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::process::{self, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::queue::{self, Place};
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
    /// Waits for the lock of all work trees of `repository`, in the order in which commands came for it. The patience is
    /// for the one before us, so that a long line that moves is waited for.
    pub(super) fn take(repository: &Repository) -> Result<Self, CommitError> {
        Self::attempt(&repository.cache_dir(), PATIENCE, true)?.map_err(|pid| CommitError::Busy { pid })
    }

    /// The lock, unless somebody holds it for more than a moment.
    pub(super) fn try_take(repository: &Repository) -> Result<Option<Self>, CommitError> {
        Ok(Self::attempt(&repository.cache_dir(), MOMENT, false)?.ok())
    }

    fn attempt(
        directory: &Path,
        patience: Duration,
        in_turn: bool,
    ) -> Result<Result<Self, Option<String>>, CommitError> {
        fs::create_dir_all(directory).map_err(|error| CommitError::io("create", directory, error))?;
        let path = directory.join("lock");
        let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(|error| CommitError::io("write", &path, error))?;
        // Whoever comes last does not overtake those who wait.
        let free = queue::is_empty(directory) && is_ours(&file);
        if !free && let Err(holder) = wait(&file, directory, patience, in_turn) {
            return Ok(Err(holder));
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

/// Whether the lock is ours now. Where the file system knows no locks, the branch is still moved by compare-and-swap.
fn is_ours(file: &File) -> bool {
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// Waits for the lock; who holds it when that took too long, as far as is known.
fn wait(mut file: &File, directory: &Path, patience: Duration, in_turn: bool) -> Result<(), Option<String>> {
    let place = if in_turn { Place::take(directory) } else { None };
    let (mut fewest, mut deadline) = (usize::MAX, Instant::now() + patience);
    loop {
        let ahead = place.as_ref().map_or(0, Place::ahead);
        if ahead < fewest {
            fewest = ahead;
            deadline = Instant::now() + patience;
        }
        if ahead == 0 && is_ours(file) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            let mut holder = String::new();
            let named = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
            return Err(named.then(|| holder.trim().to_owned()));
        }
        pause();
    }
}

/// A moment of waiting, never as long as another process waits.
pub(super) fn pause() {
    thread::sleep(Duration::from_micros(1_000 + super::journal::random() % 9_000));
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::git::testing::Sandbox;
    use std::sync::Mutex;

    /// Whoever comes first is first; one that went away keeps nobody waiting.
    #[test]
    fn those_who_wait_get_it_in_turn() {
        let sandbox = Sandbox::new();
        let repository = sandbox.repository();
        let first = Lock::take(&repository).unwrap();
        let directory = repository.cache_dir();
        let queue = directory.join("queue");
        let waiting = || {
            let files = fs::read_dir(&queue).into_iter().flatten().flatten();
            let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
            names.filter(|name| !name.starts_with("new-") && !name.ends_with("-dead")).count()
        };
        // Nobody holds this one: its process has ended.
        fs::create_dir_all(&queue).unwrap();
        fs::write(queue.join("00000000000000000001-dead"), "").unwrap();
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for number in 0..6 {
                let (order, directory) = (&order, &directory);
                scope.spawn(move || {
                    let lock = Lock::attempt(directory, PATIENCE, true).unwrap().unwrap();
                    order.lock().unwrap().push(number);
                    drop(lock);
                });
                while waiting() <= number {
                    pause();
                }
            }
            // Reading commands do not stand in line.
            assert!(Lock::try_take(&repository).unwrap().is_none());
            drop(first);
        });
        assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 3, 4, 5]);
        assert!(!queue.exists(), "nothing is left");
    }
}

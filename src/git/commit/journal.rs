//! What is about to be done, written down before it is done.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::check::Ground;
use super::{Change, CommitError, CommitId, ObjectId, Repository, durable};

/// A commit that is about to land: all that a later command needs to finish or to discard it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    version: u32,
    /// Names the files of this commit beside the index and in the work tree.
    nonce: String,
    /// The new commit.
    pub(super) commit: String,
    /// The full name of the branch that moves to it.
    pub(super) branch: String,
    /// The index, if the user's environment names another than the usual one.
    pub(super) index: Option<String>,
    /// SHA-256 of the new index, which is what `index.lock` holds if it is ours.
    pub(super) index_digest: String,
    /// Our files.
    pub(super) files: Vec<JournalFile>,
}

/// One file of a journalled commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct JournalFile {
    pub(super) path: String,
    mode: u32,
    old: Option<String>,
    new: Option<String>,
    /// SHA-256 of the bytes that the work tree had; `None` if there was no file.
    seen: Option<String>,
    skipped: bool,
    /// What the user's index knew of the file's looks; `None` if it knew nothing, or that could not be read.
    #[serde(default)]
    looks: Option<String>,
}

const VERSION: u32 = 1;

impl Journal {
    pub(super) fn new(
        repository: &Repository,
        ground: &Ground,
        changes: &[Change],
        commit: CommitId,
    ) -> Result<Self, CommitError> {
        let usual = repository.git_dir.join("index");
        let index = if repository.index_path == usual {
            None
        } else {
            let name = repository.index_path.to_str();
            Some(
                name.ok_or_else(|| super::check::nonsense("index", "the name of the index is not Unicode"))?.to_owned(),
            )
        };
        let hex = |id: &ObjectId| id.to_string();
        // On another branch neither index nor work tree follow.
        let followed = if ground.here { changes } else { &[] };
        let files = followed.iter().map(|change| JournalFile {
            path: change.path.clone(),
            mode: change.mode,
            old: change.old.as_ref().map(hex),
            new: change.blob.as_ref().map(hex),
            seen: change.seen.as_deref().map(digest),
            skipped: change.skipped,
            looks: None,
        });
        Ok(Self {
            version: VERSION,
            nonce: nonce(),
            commit: commit.to_string(),
            branch: ground.branch.clone(),
            index,
            index_digest: String::new(),
            files: files.collect(),
        })
    }

    /// Notes what the index that is about to be replaced knows of the files' looks.
    pub(super) fn note_looks(&mut self, looks: Vec<Option<String>>) {
        for (file, looks) in self.files.iter_mut().zip(looks) {
            file.looks = looks;
        }
    }

    fn path(repository: &Repository) -> PathBuf {
        repository.git_dir.join("git-flag").join("journal")
    }

    /// When the journal of this work tree was written, if there is one.
    pub(super) fn written(repository: &Repository) -> Option<std::time::SystemTime> {
        fs::metadata(Self::path(repository)).ok()?.modified().ok()
    }

    /// Writes it down, whole or not at all.
    pub(super) fn save(&self, repository: &Repository) -> Result<(), CommitError> {
        let path = Self::path(repository);
        let draft = path.with_extension("new");
        let text = serde_json::to_vec(self).map_err(|error| super::check::nonsense("journal", &error.to_string()))?;
        let failed = |error| CommitError::io("write", &path, error);
        let saved = fs::write(&draft, text).map_err(failed).and_then(|()| {
            durable::file(repository, &draft)?;
            fs::rename(&draft, &path).map_err(failed)
        });
        if saved.is_err() {
            remove_if_there(&draft);
        }
        saved?;
        durable::folders(repository, &path, &repository.git_dir)
    }

    /// The journal that a killed command left in this work tree. One that cannot be read says nothing, and is dropped.
    pub(super) fn load(repository: &Repository) -> Result<Option<Self>, CommitError> {
        let path = Self::path(repository);
        match fs::read(&path) {
            Ok(bytes) => {
                let journal = serde_json::from_slice::<Self>(&bytes).ok().filter(|found| found.version == VERSION);
                if journal.is_none() {
                    Self::discard(repository)?;
                }
                Ok(journal)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(CommitError::io("read", &path, error)),
        }
    }

    /// Whether there is one; cheap.
    pub(super) fn exists(repository: &Repository) -> bool {
        Self::path(repository).exists()
    }

    /// Forgets it: all is done, or nothing is to be done.
    pub(super) fn discard(repository: &Repository) -> Result<(), CommitError> {
        remove(&Self::path(repository))
    }

    pub(super) fn commit(&self) -> Option<CommitId> {
        ObjectId::from_hex(self.commit.as_bytes())
    }

    /// Where the new index is written before it becomes `index.lock`.
    pub(super) fn private_index(&self, repository: &Repository) -> PathBuf {
        repository.git_dir.join("git-flag").join(format!("index-{}", self.nonce))
    }

    /// The name under which the new version of a file waits beside it.
    pub(super) fn temporary(&self, number: usize) -> String {
        format!(".git-flag-{}-{number}", self.nonce)
    }

    /// The user's index.
    pub(super) fn index_path(&self, repository: &Repository) -> PathBuf {
        self.index.as_ref().map_or_else(|| repository.git_dir.join("index"), PathBuf::from)
    }

    /// Whether `index.lock` is the one that this journal tells of.
    pub(super) fn proves(&self, lock: &Path) -> bool {
        fs::read(lock).is_ok_and(|bytes| digest(&bytes) == self.index_digest)
    }
}

impl JournalFile {
    /// The change as far as the index needs to know.
    pub(super) fn change(&self) -> Change {
        let id = |hex: &Option<String>| hex.as_ref().and_then(|hex| ObjectId::from_hex(hex.as_bytes()));
        Change {
            path: self.path.clone(),
            mode: self.mode,
            old: id(&self.old),
            new: None,
            blob: id(&self.new),
            seen: None,
            skipped: self.skipped,
        }
    }

    /// What the index knew of the file's looks before.
    pub(super) fn looks(&self) -> Option<&str> {
        self.looks.as_deref()
    }

    /// SHA-256 of what the work tree had.
    pub(super) fn seen(&self) -> Option<&str> {
        self.seen.as_deref()
    }
}

/// SHA-256 in hex.
pub(super) fn digest(bytes: &[u8]) -> String {
    // 32 bytes, the width of an id.
    ObjectId::from_bytes(&Sha256::digest(bytes)).map(|id| id.to_string()).unwrap_or_default()
}

/// A number that nobody else will think of.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A name for files of one commit.
pub(super) fn nonce() -> String {
    format!("{:x}-{:016x}", std::process::id(), random())
}

/// The directory for files that live as long as a command, beside the index.
pub(super) fn scratch(repository: &Repository) -> Result<PathBuf, CommitError> {
    let directory = repository.git_dir.join("git-flag");
    fs::create_dir_all(&directory).map_err(|error| CommitError::io("create", &directory, error))?;
    Ok(directory)
}

/// Removes a file of ours, if it is there and that is possible.
pub(super) fn remove_if_there(path: &Path) {
    drop(fs::remove_file(path));
}

/// Removes a file that may not be there.
pub(super) fn remove(path: &Path) -> Result<(), CommitError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(CommitError::io("remove", path, error)),
        _ => Ok(()),
    }
}

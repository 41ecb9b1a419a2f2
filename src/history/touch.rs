//! The raw fact of history: a commit took one content from a flag and gave it another.

use crate::git::{CommitId, ObjectId, RawChange};
use crate::model::FlagKey;
use crate::project::{Root, layout};
use std::collections::HashMap;

/// A file of a flag as some commit has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// As Git names it, from the top of the repository.
    pub path: String,
    /// Its key: the stem of the path.
    pub key: FlagKey,
    /// Its content.
    pub id: ObjectId,
    /// Its mode; anything but a plain file does not read.
    pub mode: u32,
}

impl FileVersion {
    /// Whether it is a file as flags have it: no link, not executable.
    pub(super) const fn is_plain(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000 && self.mode & 0o111 == 0
    }
}

/// What kind of commit touched the flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TouchKind {
    /// One with a single parent, or none.
    Own,
    /// A merge whose content is not what merging its parents gives.
    Merge {
        /// For each further parent: the content where it forked off, and its own.
        sides: Vec<(Option<FileVersion>, Option<FileVersion>)>,
        /// Whether the content is that of one parent, so that what another one did is lost.
        away: bool,
    },
}

/// A commit and what it did to one flag, newest commits first wherever several stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: CommitId,
    /// How the flag was in the first parent; another key means a rename.
    pub before: Option<FileVersion>,
    /// How it is now.
    pub after: Option<FileVersion>,
    /// What kind of commit it is.
    pub kind: TouchKind,
}

impl Touch {
    /// The flag's key after the change, or before when it is gone.
    #[must_use]
    pub fn key(&self) -> Option<&FlagKey> {
        self.after.as_ref().or(self.before.as_ref()).map(|version| &version.key)
    }

    /// The key under which the flag was known before, when that was another one.
    #[must_use]
    pub fn renamed_from(&self) -> Option<&FlagKey> {
        let (before, after) = (self.before.as_ref()?, self.after.as_ref()?);
        (before.key != after.key).then_some(&before.key)
    }
}

/// The key of the flag whose file Git names `path`; `None` for everything else.
#[must_use]
pub(super) fn flag_of(root: &Root, path: &str) -> Option<FlagKey> {
    match layout::role(&root.from_git(path)?) {
        layout::Role::Flag(key) => Some(key),
        _ => None,
    }
}

/// A flag before and after, `None` where it is not there.
pub(super) type Pair = (Option<FileVersion>, Option<FileVersion>);

/// The changes of flag files in one commit as pairs of versions: a removal and an addition of the same key in different
/// folders are one move.
pub(super) fn pairs(root: &Root, changes: &[RawChange]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::with_capacity(changes.len());
    let mut halves: HashMap<FlagKey, usize> = HashMap::new();
    for change in changes {
        let Some(key) = flag_of(root, &change.path) else { continue };
        let version = |id: Option<ObjectId>, mode| {
            id.map(|id| FileVersion { path: change.path.clone(), key: key.clone(), id, mode })
        };
        let (old, new) = (version(change.old, change.old_mode), version(change.new, change.new_mode));
        if old.is_some() && new.is_some() {
            pairs.push((old, new));
            continue;
        }
        let half = halves.get(&key).and_then(|&at| pairs.get_mut(at));
        match half {
            Some(half) if half.0.is_none() && old.is_some() => half.0 = old,
            Some(half) if half.1.is_none() && new.is_some() => half.1 = new,
            _ => {
                halves.insert(key, pairs.len());
                pairs.push((old, new));
            }
        }
    }
    pairs
}

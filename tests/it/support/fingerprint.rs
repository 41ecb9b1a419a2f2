//! What a folder holds, to tell whether anything changed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Which files count. The caches and locks of git-flag in `.git/git-flag` never do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them: a reading command leaves not even an object behind.
    Everything,
    /// All but objects: a refused change may have prepared some that nothing refers to.
    NotObjects,
}

/// The content of every file below a folder.
#[derive(PartialEq, Eq)]
pub(crate) struct Fingerprint(BTreeMap<String, Vec<u8>>);

impl Fingerprint {
    /// Of this folder.
    pub(crate) fn of(folder: &Path, scope: Scope) -> Self {
        let mut files = BTreeMap::new();
        collect(folder, "", scope, &mut files);
        Self(files)
    }

    /// Which paths differ.
    pub(crate) fn changed(&self, after: &Self) -> Vec<String> {
        let paths = self.0.keys().chain(after.0.keys()).collect::<std::collections::BTreeSet<_>>();
        paths.into_iter().filter(|path| self.0.get(*path) != after.0.get(*path)).cloned().collect()
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn collect(folder: &Path, prefix: &str, scope: Scope, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().expect("a kind of file");
        if kind.is_symlink() {
            let target = std::fs::read_link(entry.path()).expect("a link");
            files.insert(path, target.to_string_lossy().into_owned().into_bytes());
        } else if kind.is_file() {
            files.insert(path, std::fs::read(entry.path()).expect("a readable file"));
        } else if name == "git-flag" || scope == Scope::NotObjects && name == "objects" {
            // Caches, or objects that nothing refers to.
        } else {
            files.insert(format!("{path}/"), Vec::new());
            collect(&entry.path(), &format!("{path}/"), scope, files);
        }
    }
}

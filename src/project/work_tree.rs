//! The files on disk, and those that a sparse checkout leaves out of it.

use super::files::{Content, Found, Kind, look_in, unreadable};
use super::layout::{self, FLAGS, Role};
use crate::diagnostic::Result;
use crate::git::Repository;
use crate::source::FilePath;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The work tree below a root.
pub struct WorkTree<'r> {
    disk: Disk,
    /// What the index has and the disk does not, because of a sparse checkout; by path.
    left_out: Vec<Found>,
    /// Holds what is left out.
    repository: Option<&'r Repository>,
    paths: OnceLock<Vec<FilePath>>,
}

/// A folder on disk.
#[derive(Debug, Clone)]
struct Disk {
    root: PathBuf,
    /// Whether the executable bit means anything.
    modes: bool,
}

impl<'r> WorkTree<'r> {
    /// The work tree of a repository, with what a sparse checkout leaves out (by path).
    pub(super) fn new(root: PathBuf, repository: &'r Repository, left_out: Vec<Found>) -> Self {
        let disk = Disk { root, modes: cfg!(unix) && repository.minds_modes() };
        Self { disk, left_out, repository: Some(repository), paths: OnceLock::new() }
    }

    /// Files that no Git looks after: modes mean nothing.
    pub(super) fn outside_of_git(root: PathBuf) -> Self {
        Self { disk: Disk { root, modes: false }, left_out: Vec::new(), repository: None, paths: OnceLock::new() }
    }

    /// All files below `flags/`, by path.
    pub(super) fn list(&self) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        match self.disk.walk(FLAGS, &mut found) {
            Err((_, error)) if error.kind() == io::ErrorKind::NotFound && !self.left_out.is_empty() => {}
            walked => walked.map_err(|(path, error)| unreadable(&path, &error))?,
        }
        found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if !self.left_out.is_empty() {
            let on_disk = |entry: &&Found| found.binary_search_by(|other| other.path.cmp(&entry.path)).is_err();
            let more: Vec<Found> = self.left_out.iter().filter(on_disk).cloned().collect();
            found.extend(more);
            found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        }
        Ok(found)
    }

    /// The paths of all files, listed once.
    pub(super) fn paths(&self) -> Result<&[FilePath]> {
        if let Some(paths) = self.paths.get() {
            return Ok(paths);
        }
        let paths = self.list()?.into_iter().map(|found| found.path).collect();
        Ok(self.paths.get_or_init(|| paths))
    }

    pub(super) fn look(&self, path: &str) -> Result<Content> {
        match (self.disk.look(path)?, self.repository) {
            (Content::Absent, Some(repository)) if !self.left_out.is_empty() => {
                look_in(repository, &self.left_out, path)
            }
            (content, _) => Ok(content),
        }
    }

    /// For threads, which can't ask Git: reads what is left out now.
    pub(super) fn reader(&self, found: &[Found]) -> Result<Reader<'_>> {
        let mut left_out = BTreeMap::new();
        if let Some(repository) = self.repository.filter(|_| !self.left_out.is_empty()) {
            for entry in found.iter().filter(|entry| entry.id.is_some()) {
                left_out.insert(entry.path.clone(), look_in(repository, &self.left_out, &entry.path)?);
            }
        }
        Ok(Reader { disk: &self.disk, left_out })
    }
}

/// Reads files that were found, from many threads.
pub(super) struct Reader<'w> {
    disk: &'w Disk,
    left_out: BTreeMap<FilePath, Content>,
}

impl Reader<'_> {
    /// The content of a file that [`WorkTree::list`] found.
    pub(super) fn look(&self, path: &str) -> Result<Content> {
        match self.left_out.get(path) {
            Some(content) => Ok(content.clone()),
            None => self.disk.file(path),
        }
    }
}

impl Disk {
    fn walk(&self, folder: &str, found: &mut Vec<Found>) -> std::result::Result<(), (String, io::Error)> {
        let entries = fs::read_dir(self.root.join(folder)).map_err(|error| (folder.to_owned(), error))?;
        for entry in entries {
            let entry = entry.map_err(|error| (folder.to_owned(), error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{folder}/{name}");
            let kind = entry.file_type().map_err(|error| (path.clone(), error))?;
            let kind = if kind.is_file() {
                Kind::Plain
            } else if !kind.is_dir() {
                let leads_to_folder = fs::metadata(entry.path()).is_ok_and(|target| target.is_dir());
                if leads_to_folder || !name.contains('.') { Kind::Folder } else { Kind::Other }
            } else if is_submodule(&entry.path(), &path) {
                Kind::Folder
            } else {
                self.walk(&path, found)?;
                continue;
            };
            found.push(Found { path: path.into(), kind, id: None });
        }
        Ok(())
    }

    /// What is under a name, no part of which may be a link.
    fn look(&self, path: &str) -> Result<Content> {
        let mut place = self.root.clone();
        let (folders, _) = path.rsplit_once('/').unwrap_or(("", path));
        for name in folders.split('/').filter(|name| !name.is_empty()) {
            place.push(name);
            match fs::symlink_metadata(&place) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => return Ok(Content::NotPlain(None)),
                Err(error) if is_absence(&error) => return Ok(Content::Absent),
                Err(error) => return Err(unreadable(path, &error)),
            }
        }
        self.file(path)
    }

    /// What is under a name whose folders are no links.
    fn file(&self, path: &str) -> Result<Content> {
        let full = self.root.join(path);
        let metadata = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) if is_absence(&error) => return Ok(Content::Absent),
            Err(error) => return Err(unreadable(path, &error)),
        };
        if !metadata.is_file() {
            return Ok(Content::NotPlain(None));
        }
        let bytes = fs::read(&full).map_err(|error| unreadable(path, &error))?;
        Ok(if self.modes && is_executable(&metadata) { Content::NotPlain(Some(bytes)) } else { Content::Plain(bytes) })
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A repository of its own, or an empty folder where a flag's file is expected, as Git leaves it for a submodule.
fn is_submodule(folder: &Path, path: &str) -> bool {
    let is_empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    folder.join(".git").symlink_metadata().is_ok() || !matches!(layout::role(path), Role::Other) && is_empty()
}

/// As Git sees it: by the bit of the owner.
#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

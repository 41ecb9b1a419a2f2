//! The files on disk, and those that a sparse checkout leaves out of it.

use super::files::{Content, Found, Kind, look_in, unreadable};
use super::layout::{self, FLAGS, Role};
use crate::diagnostic::Result;
use crate::git::Repository;
use crate::source::FilePath;
use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The work tree below a root.
pub struct WorkTree<'r> {
    disk: Disk,
    /// What the index has and the disk does not, because of a sparse checkout; by path.
    left_out: Vec<Found>,
    /// Holds what is left out.
    repository: Option<&'r Repository>,
    /// Of all files, from the second search on.
    paths: OnceCell<Vec<FilePath>>,
    searched: Cell<bool>,
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
        Self { disk, left_out, repository: Some(repository), paths: OnceCell::new(), searched: Cell::new(false) }
    }

    /// Files that no Git looks after: modes mean nothing.
    pub(super) fn outside_of_git(root: PathBuf) -> Self {
        Self {
            disk: Disk { root, modes: false },
            left_out: Vec::new(),
            repository: None,
            paths: OnceCell::new(),
            searched: Cell::new(false),
        }
    }

    /// A file on disk that is none of the flags' own; a relative path begins at the root.
    pub(super) fn read_beside(&self, path: &str) -> std::result::Result<Vec<u8>, String> {
        fs::read(self.disk.root.join(path)).map_err(|error| super::files::reason(&error))
    }

    /// All files below `flags/`, by path.
    pub(super) fn list(&self) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        self.disk.walk(FLAGS, &|_| true, &mut found).map_err(|(path, error)| unreadable(&path, &error))?;
        found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if !self.left_out.is_empty() {
            let on_disk = |entry: &&Found| found.binary_search_by(|other| other.path.cmp(&entry.path)).is_err();
            let more: Vec<Found> = self.left_out.iter().filter(on_disk).cloned().collect();
            found.extend(more);
            found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        }
        Ok(found)
    }

    /// The paths of all files of that name, whatever its case, in no order.
    pub(super) fn find(&self, name: &str) -> Result<Vec<FilePath>> {
        let fits = |path: &str| path.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(name));
        // One search needs no list of thousands of files, many do.
        if self.left_out.is_empty() && !self.searched.replace(true) {
            let mut found = Vec::new();
            let walked = self.disk.walk(FLAGS, &|other| other.eq_ignore_ascii_case(name), &mut found);
            walked.map_err(|(path, error)| unreadable(&path, &error))?;
            return Ok(found.into_iter().map(|found| found.path).collect());
        }
        let paths = match self.paths.get() {
            Some(paths) => paths,
            None => {
                let paths = self.list()?.into_iter().map(|found| found.path).collect();
                self.paths.get_or_init(|| paths)
            }
        };
        Ok(paths.iter().filter(|path| fits(path)).cloned().collect())
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
    /// Adds the files in a folder and below whose names are wanted.
    fn walk(
        &self,
        folder: &str,
        wanted: &dyn Fn(&str) -> bool,
        found: &mut Vec<Found>,
    ) -> std::result::Result<(), (String, io::Error)> {
        let entries = match fs::read_dir(self.root.join(folder)) {
            // A sparse checkout leaves it out, or what is read is not what is checked out.
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder == FLAGS => return Ok(()),
            entries => entries.map_err(|error| (folder.to_owned(), error))?,
        };
        for entry in entries {
            let entry = entry.map_err(|error| (folder.to_owned(), error))?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let kind = entry.file_type().map_err(|error| (format!("{folder}/{name}"), error))?;
            if !kind.is_dir() && !wanted(name) {
                continue;
            }
            let path = format!("{folder}/{name}");
            let kind = if kind.is_file() {
                Kind::Plain
            } else if !kind.is_dir() {
                let leads_to_folder = fs::metadata(entry.path()).is_ok_and(|target| target.is_dir());
                if leads_to_folder || !name.contains('.') { Kind::Folder } else { Kind::Other }
            } else if !is_submodule(&entry.path(), &path) {
                self.walk(&path, wanted, found)?;
                continue;
            } else if wanted(name) {
                Kind::Folder
            } else {
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
                // Nothing is below a file.
                Ok(found) if found.is_file() => return Ok(Content::Absent),
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
        if metadata.is_dir() && !is_submodule(&full, path) {
            return Ok(Content::Absent);
        }
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

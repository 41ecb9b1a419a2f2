//! The files of a repository of flags, as they are in the work tree, in a commit, or in the index.

use super::layout::{self, FLAGS, PROJECT, Role};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use crate::git::{ObjectId, Repository};
use crate::source::FilePath;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Relative to the root.
    pub path: FilePath,
    /// Whether it is a plain file: no symbolic link, not executable in Git, no submodule.
    pub plain: bool,
    /// The object, where it comes from Git.
    id: Option<ObjectId>,
}

/// Where files are read from.
pub enum Files<'r> {
    /// The work tree below this folder (the root).
    WorkTree(PathBuf),
    /// Objects of Git: a commit's files or the index's, listed once.
    Objects {
        /// Holds the objects.
        repository: &'r Repository,
        /// The files below `flags/`, by path.
        files: Vec<Found>,
    },
    /// Other files, some of them changed.
    Overlay {
        /// What is not changed.
        base: &'r Files<'r>,
        /// What is: the new content, `None` for a file that goes away.
        changed: BTreeMap<FilePath, Option<Vec<u8>>>,
    },
}

impl<'r> Files<'r> {
    /// Files of Git, `entries` being paths relative to the root with mode and object, in any order.
    #[must_use]
    pub fn objects(repository: &'r Repository, entries: impl IntoIterator<Item = (FilePath, u32, ObjectId)>) -> Self {
        let mut files: Vec<Found> = entries
            .into_iter()
            .map(|(path, mode, id)| Found { path, plain: mode == 0o100_644, id: Some(id) })
            .collect();
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Self::Objects { repository, files }
    }

    /// All files below `flags/`, by path. Hidden folders are left out.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn list(&self) -> Result<Vec<Found>> {
        match self {
            Self::WorkTree(root) => {
                let mut found = Vec::new();
                walk(root, FLAGS, &mut found).map_err(|(path, error)| unreadable(&path, &error))?;
                found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
                Ok(found)
            }
            Self::Objects { files, .. } => Ok(files.clone()),
            Self::Overlay { base, changed } => {
                let mut found = base.list()?;
                found.retain(|entry| !changed.contains_key(&entry.path));
                let new = changed.iter().filter(|(_, content)| content.is_some());
                found.extend(new.map(|(path, _)| Found { path: path.clone(), plain: true, id: None }));
                found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
                Ok(found)
            }
        }
    }

    /// The content of a file; `None` when there is none.
    ///
    /// # Errors
    /// When it is there and can't be read, or is not a plain file.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::WorkTree(root) => read_plain(root, path),
            Self::Objects { repository, files } => {
                let Ok(at) = files.binary_search_by(|found| (*found.path).cmp(path)) else { return Ok(None) };
                let found = &files[at];
                if !found.plain {
                    return Err(not_plain(path));
                }
                match found.id {
                    Some(id) => Ok(Some(repository.read(id)?)),
                    None => Ok(None),
                }
            }
            Self::Overlay { base, changed } => match changed.get(path) {
                Some(content) => Ok(content.clone()),
                None => base.read(path),
            },
        }
    }

    /// The path of the file `<stem>.yaml` of a flag: directly in `flags/`, else in one of its folders, else anywhere below.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn find_flag(&self, stem: &str) -> Result<Option<FilePath>> {
        let name = format!("{stem}.yaml");
        match self {
            Self::WorkTree(root) => find_in_work_tree(root, &name),
            Self::Objects { files, .. } => {
                Ok(files.iter().find(|found| is_flag_file(&found.path, &name)).map(|found| found.path.clone()))
            }
            Self::Overlay { base, changed } => {
                let new = changed.iter().find(|(path, content)| content.is_some() && is_flag_file(path, &name));
                if let Some((path, _)) = new {
                    return Ok(Some(path.clone()));
                }
                Ok(base.find_flag(stem)?.filter(|path| !changed.contains_key(path)))
            }
        }
    }
}

fn is_flag_file(path: &str, name: &str) -> bool {
    path.rsplit('/').next() == Some(name) && matches!(layout::role(path), Role::Flag(_))
}

/// The nearest folder at or above `start` that holds `flags/project.yaml`.
#[must_use]
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(PROJECT).is_file()).map(Path::to_path_buf)
}

fn walk(root: &Path, folder: &str, found: &mut Vec<Found>) -> std::result::Result<(), (String, io::Error)> {
    let entries = fs::read_dir(root.join(folder)).map_err(|error| (folder.to_owned(), error))?;
    for entry in entries {
        let entry = entry.map_err(|error| (folder.to_owned(), error))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{name}");
        let kind = entry.file_type().map_err(|error| (path.clone(), error))?;
        if kind.is_dir() {
            walk(root, &path, found)?;
        } else {
            found.push(Found { path: path.into(), plain: kind.is_file(), id: None });
        }
    }
    Ok(())
}

/// The content of a plain file below `root`; `None` when there is none.
pub(super) fn read_plain(root: &Path, path: &str) -> Result<Option<Vec<u8>>> {
    let full = root.join(path);
    match fs::symlink_metadata(&full) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unreadable(path, &error)),
        Ok(metadata) if !metadata.is_file() => return Err(not_plain(path)),
        Ok(_) => {}
    }
    fs::read(&full).map(Some).map_err(|error| unreadable(path, &error))
}

/// Looks where the file most likely is before it lists whole folders: first the name itself in each folder of a level.
fn find_in_work_tree(root: &Path, name: &str) -> Result<Option<FilePath>> {
    let mut level = vec![FLAGS.to_owned()];
    while !level.is_empty() {
        for folder in &level {
            let path = format!("{folder}/{name}");
            let is_there = fs::symlink_metadata(root.join(&path)).is_ok();
            if is_there && matches!(layout::role(&path), Role::Flag(_)) {
                return Ok(Some(path.into()));
            }
        }
        let mut below = Vec::new();
        for folder in &level {
            let entries = match fs::read_dir(root.join(folder)) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(folder, &error)),
            };
            for entry in entries.flatten() {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if let (true, Ok(name)) = (is_folder, entry.file_name().into_string())
                    && !name.starts_with('.')
                {
                    below.push(format!("{folder}/{name}"));
                }
            }
        }
        below.sort_unstable();
        level = below;
    }
    Ok(None)
}

pub(super) fn unreadable(path: &str, error: &io::Error) -> Box<Failure> {
    Failure::new(&repository::IO_FAILED, format!("can't read `{path}`: {}", reason(error)))
}

fn not_plain(path: &str) -> Box<Failure> {
    Failure::new(&repository::NOT_A_PLAIN_FILE, format!("`{path}` is not a plain file"))
}

/// The reason without the number of the operating system.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

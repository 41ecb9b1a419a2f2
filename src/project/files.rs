//! The files of a repository of flags, as they are in the work tree, in a commit, or in the index.

use super::layout::{self, PROJECT, Role};
use super::read;
use super::work_tree::WorkTree;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use crate::git::{ObjectId, Repository};
use crate::source::FilePath;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Relative to the root.
    pub path: FilePath,
    /// What stands there.
    pub kind: Kind,
    /// The object, where it comes from Git.
    pub(super) id: Option<ObjectId>,
}

/// What stands under a name. In the work tree whether a file is executable is only known once it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file with mode 100644.
    Plain,
    /// A file that Git would have as executable.
    Executable,
    /// A symbolic link, or something else that is no file.
    Other,
    /// What hides a folder of files: a link to one, or a submodule.
    Folder,
    /// Several versions of a file, between which a merge left the choice.
    Unmerged,
}

impl Kind {
    /// What Git's mode of an entry means. Where a link without an extension leads, Git does not say.
    fn of(path: &str, mode: u32) -> Self {
        let bare = path.rsplit('/').next().is_some_and(|name| !name.contains('.'));
        match mode {
            0o100_644 => Self::Plain,
            0o100_755 | 0o100_664 => Self::Executable,
            0o160_000 => Self::Folder,
            _ if bare => Self::Folder,
            _ => Self::Other,
        }
    }
}

/// What can be read under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The bytes of a plain file.
    Plain(Vec<u8>),
    /// Something that must not be read as one; the bytes of an executable file.
    NotPlain(Option<Vec<u8>>),
    /// Nothing.
    Absent,
}

/// Where files are read from.
pub enum Files<'r> {
    /// The work tree.
    WorkTree(WorkTree<'r>),
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
        Self::Objects { repository, files: found(entries) }
    }

    /// These files and those, which a merge left to be decided.
    #[must_use]
    pub(super) fn with_unmerged(mut self, paths: impl IntoIterator<Item = FilePath>) -> Self {
        if let Self::Objects { files, .. } = &mut self {
            files.extend(paths.into_iter().map(|path| Found { path, kind: Kind::Unmerged, id: None }));
            files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        }
        self
    }

    /// The files on disk below `root`, which is in no repository of Git.
    #[must_use]
    pub fn on_disk(root: PathBuf) -> Self {
        Self::WorkTree(WorkTree::outside_of_git(root))
    }

    /// All files below `flags/`, by path. Hidden folders are left out.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn list(&self) -> Result<Vec<Found>> {
        match self {
            Self::WorkTree(work_tree) => work_tree.list(),
            Self::Objects { files, .. } => Ok(files.clone()),
            Self::Overlay { base, changed } => {
                let mut found = base.list()?;
                found.retain(|entry| !changed.contains_key(&entry.path));
                let new = changed.iter().filter(|(_, content)| content.is_some());
                found.extend(new.map(|(path, _)| Found { path: path.clone(), kind: Kind::Plain, id: None }));
                found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
                Ok(found)
            }
        }
    }

    /// What is under that name.
    ///
    /// # Errors
    /// When it is there and can't be read.
    pub fn look(&self, path: &str) -> Result<Content> {
        match self {
            Self::WorkTree(work_tree) => work_tree.look(path),
            Self::Objects { repository, files } => look_in(repository, files, path),
            Self::Overlay { base, changed } => match changed.get(path) {
                Some(Some(bytes)) => Ok(Content::Plain(bytes.clone())),
                Some(None) => Ok(Content::Absent),
                None => base.look(path),
            },
        }
    }

    /// The content of a file; `None` when there is none.
    ///
    /// # Errors
    /// When it is there and can't be read, or is not a plain file.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>> {
        match self.look(path)? {
            Content::Plain(bytes) => Ok(Some(bytes)),
            Content::NotPlain(_) => Err(read::not_plain(&path.into()).into()),
            Content::Absent => Ok(None),
        }
    }

    /// The paths of all files `<stem>.yaml` of a flag, whatever the case of the stem, by path. More than one is one too
    /// many.
    ///
    /// # Errors
    /// When a folder can't be read.
    pub fn find_flags(&self, stem: &str) -> Result<Vec<FilePath>> {
        let name = format!("{stem}.yaml");
        let mut paths: Vec<FilePath> = match self {
            Self::WorkTree(work_tree) => {
                let paths = work_tree.find(&name)?.into_iter();
                paths.filter(|path| is_flag_file(path, &name)).collect()
            }
            Self::Objects { files, .. } => {
                let paths = files.iter().map(|found| &found.path);
                paths.filter(|path| is_flag_file(path, &name)).cloned().collect()
            }
            Self::Overlay { base, changed } => {
                let mut paths = base.find_flags(stem)?;
                paths.retain(|path| !changed.contains_key(path));
                let new = changed.iter().filter(|(path, content)| content.is_some() && is_flag_file(path, &name));
                paths.extend(new.map(|(path, _)| path.clone()));
                paths
            }
        };
        paths.sort_unstable();
        Ok(paths)
    }

    /// The path of the file of the flag with that key, which must be the only one.
    ///
    /// # Errors
    /// When a folder can't be read, or the key has several files.
    pub fn find_flag(&self, key: &str) -> Result<Option<FilePath>> {
        let paths = self.find_flags(key)?;
        let own = paths.iter().find(|path| stem(path) == key);
        match own {
            Some(_) if paths.len() > 1 => Err(Failure::new(&repository::DUPLICATE_FLAG_FILE, clash(key, &paths))
                .help("rename or remove all but one of them; until then nobody can tell which one counts")),
            own => Ok(own.cloned()),
        }
    }
}

/// What is wrong where a key has several files.
pub(super) fn clash(key: &str, paths: &[FilePath]) -> String {
    let files = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(" and ");
    if paths.iter().all(|path| stem(path) == key) {
        format!("the key `{key}` has {} files: {files}", paths.len())
    } else {
        format!("the key `{key}` has {} files that differ in upper and lower case: {files}", paths.len())
    }
}

/// The name of a file without its extension.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".yaml").unwrap_or(name)
}

pub(super) fn found(entries: impl IntoIterator<Item = (FilePath, u32, ObjectId)>) -> Vec<Found> {
    let entry = |(path, mode, id): (FilePath, u32, ObjectId)| Found { kind: Kind::of(&path, mode), path, id: Some(id) };
    let mut files: Vec<Found> = entries.into_iter().map(entry).collect();
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    files
}

/// What sorted entries of Git have under that name. What lies behind a link is not in Git.
pub(super) fn look_in(repository: &Repository, files: &[Found], path: &str) -> Result<Content> {
    let Ok(at) = files.binary_search_by(|found| (*found.path).cmp(path)) else { return Ok(Content::Absent) };
    match (files[at].kind, files[at].id) {
        (Kind::Plain, Some(id)) => Ok(Content::Plain(repository.read(id)?)),
        (Kind::Executable, Some(id)) => Ok(Content::NotPlain(Some(repository.read(id)?))),
        _ => Ok(Content::NotPlain(None)),
    }
}

fn is_flag_file(path: &str, name: &str) -> bool {
    path.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(name))
        && matches!(layout::role(path), Role::Flag(_))
}

/// The nearest folder at or above `start` that holds `flags/project.yaml`.
#[must_use]
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(PROJECT).is_file()).map(Path::to_path_buf)
}

pub(super) fn unreadable(path: &str, error: &io::Error) -> Box<Failure> {
    Failure::new(&repository::IO_FAILED, format!("can't read `{path}`: {}", reason(error)))
}

/// The reason without the number of the operating system.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

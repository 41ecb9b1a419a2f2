//! The root of a repository of flags, and the states of it that can be read.

use super::files::{self, Files};
use super::layout::{self, FLAGS, PROJECT, Role};
use super::load::{self, Loaded};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Head, Repository, Source};
use crate::model::FlagKey;
use crate::source::FilePath;
use std::path::{Path, PathBuf};

/// Where a repository of flags is: the folder that holds `flags/`, and Git where there is Git.
pub struct Root {
    /// The folder that holds `flags/`; in a bare repository its Git directory.
    directory: PathBuf,
    /// The folder's path in the repository, with a slash at the end; empty at the top.
    prefix: String,
    repository: Option<Repository>,
}

/// A state of the repository that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The files on disk.
    WorkTree,
    /// The files of a commit.
    Commit(CommitId),
    /// The files of the index that Git uses now.
    Index,
}

impl View {
    /// The work tree, or HEAD in a bare repository.
    #[must_use]
    pub fn default_for(repository: Option<&Repository>) -> Self {
        let bare_head =
            repository.filter(|repository| repository.is_bare()).and_then(|repository| repository.head().ok());
        match bare_head.and_then(|head| head.commit()) {
            Some(commit) => Self::Commit(commit),
            None => Self::WorkTree,
        }
    }
}

impl Root {
    /// The repository of flags at or above `start`.
    ///
    /// # Errors
    /// When there is no `flags/project.yaml`, or Git refuses to open the repository.
    pub fn discover(start: &Path) -> Result<Self> {
        let repository = Repository::discover(start)?;
        let Some(directory) = files::find_root(start) else {
            return Self::without_files(start, repository);
        };
        let work_tree = repository.as_ref().and_then(Repository::work_tree).map(Path::to_path_buf);
        match work_tree.and_then(|top| relative(&top, &directory)) {
            Some(prefix) => Ok(Self { directory, prefix, repository }),
            // The flags lie outside of the repository around the folder.
            None => Ok(Self { directory, prefix: String::new(), repository: None }),
        }
    }

    /// A bare repository, or a work tree whose flags are not on disk (a sparse checkout), read at HEAD.
    fn without_files(start: &Path, repository: Option<Repository>) -> Result<Self> {
        let missing = || {
            Failure::new(&repository::NO_PROJECT, format!("there is no `{PROJECT}` here or above"))
                .help("`git flag init` starts a repository of flags; `-C DIR` names another folder")
        };
        if !start.is_dir() {
            return Err(Failure::new(&repository::IO_FAILED, format!("there is no folder `{}`", start.display()))
                .help("`-C` names a folder that exists"));
        }
        let Some(repository) = repository else { return Err(missing()) };
        let has_project = |head: Head| {
            let commit = head.commit()?;
            repository.entry(commit, PROJECT).ok()?
        };
        if repository.is_bare() && repository.head().ok().and_then(has_project).is_some() {
            let directory = repository.git_dir().to_path_buf();
            return Ok(Self { directory, prefix: String::new(), repository: Some(repository) });
        }
        Err(missing())
    }

    /// For `init`, where there is no project yet: the folder itself.
    ///
    /// # Errors
    /// When Git refuses to open the repository.
    pub fn new_at(directory: &Path) -> Result<Self> {
        let repository = Repository::discover(directory)?;
        let work_tree = repository.as_ref().and_then(Repository::work_tree).map(Path::to_path_buf);
        let prefix = work_tree.and_then(|top| relative(&top, directory)).unwrap_or_default();
        Ok(Self { directory: directory.to_path_buf(), prefix, repository })
    }

    /// Git, where there is Git.
    #[must_use]
    pub const fn repository(&self) -> Option<&Repository> {
        self.repository.as_ref()
    }

    /// Git, which history and writing need.
    ///
    /// # Errors
    /// When there is none.
    pub fn git(&self) -> Result<&Repository> {
        self.repository.as_ref().ok_or_else(|| {
            Failure::new(&repository::NO_REPOSITORY, "this needs a Git repository, and there is none here")
                .help("`git init` makes one")
        })
    }

    /// The folder that holds `flags/`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The folder's path in the repository, with a slash at the end; empty at the top.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// A file's path as Git has it and people see it, from the top of the repository.
    #[must_use]
    pub fn shown(&self, path: &FilePath) -> FilePath {
        if self.prefix.is_empty() { path.clone() } else { format!("{}{path}", self.prefix).into() }
    }

    /// The path from the root of a file that Git names from the top; `None` outside of `flags/`.
    #[must_use]
    pub fn from_git(&self, path: &str) -> Option<FilePath> {
        let own = path.strip_prefix(&self.prefix)?;
        own.starts_with("flags/").then(|| own.into())
    }

    /// The files of a state.
    ///
    /// # Errors
    /// When Git can't list them.
    pub fn files(&self, view: View) -> Result<Files<'_>> {
        let source = match view {
            View::WorkTree => return Ok(Files::WorkTree(self.directory.clone())),
            View::Commit(commit) => Source::Commit(commit),
            View::Index => Source::Index,
        };
        let repository = self.git()?;
        let entries = repository.list(source, &format!("{}{FLAGS}", self.prefix))?;
        let own = entries.into_iter().filter_map(|entry| Some((self.from_git(&entry.path)?, entry.mode, entry.id)));
        Ok(Files::objects(repository, own))
    }

    /// Loads everything.
    ///
    /// # Errors
    /// As for [`load::load_all`].
    pub fn load_all(&self, view: View) -> Result<Loaded> {
        load::load_all(&self.files(view)?)
    }

    /// Loads the flags `keys` and what they need.
    ///
    /// # Errors
    /// As for [`load::load_closure`].
    pub fn load_closure(&self, view: View, keys: &[FlagKey]) -> Result<Loaded> {
        load::load_closure(&self.files(view)?, keys)
    }

    /// The keys of all flags.
    ///
    /// # Errors
    /// When the files can't be listed.
    pub fn keys(&self, view: View) -> Result<Vec<FlagKey>> {
        let found = self.files(view)?.list()?;
        let mut keys: Vec<FlagKey> = found
            .iter()
            .filter_map(|file| match layout::role(&file.path) {
                Role::Flag(key) => Some(key),
                _ => None,
            })
            .collect();
        keys.sort_unstable();
        Ok(keys)
    }
}

/// `directory` below `top`, with slashes and one at the end; empty when they are the same.
fn relative(top: &Path, directory: &Path) -> Option<String> {
    let top = top.canonicalize().ok()?;
    let directory = directory.canonicalize().ok()?;
    let inner = directory.strip_prefix(&top).ok()?;
    let parts: Option<Vec<&str>> = inner.components().map(|part| part.as_os_str().to_str()).collect();
    let path = parts?.join("/");
    Some(if path.is_empty() { path } else { path + "/" })
}

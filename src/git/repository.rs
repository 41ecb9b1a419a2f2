//! A repository: where its parts are, and who reads it.

use std::cell::{OnceCell, RefCell};
use std::path::{Component, Path, PathBuf};

use super::batch::Batch;
use super::config::Settings;
use super::run::{Git, Manner, Place};
use super::{Environment, GitError, ObjectFormat};

/// Who reads objects, refs and the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// libgit2, and the `git` executable for what libgit2 refuses.
    Auto,
    /// Only the `git` executable.
    Executable,
}

/// An open repository, seen from one of its work trees.
pub struct Repository {
    pub(super) place: Place,
    pub(super) git_dir: PathBuf,
    pub(super) common_dir: PathBuf,
    pub(super) work_tree: Option<PathBuf>,
    pub(super) index_path: PathBuf,
    pub(super) format: ObjectFormat,
    /// `None` when only the executable can read it.
    pub(super) library: Option<git2::Repository>,
    pub(super) batch: RefCell<Option<Batch>>,
    pub(super) settings: OnceCell<Settings>,
}

impl Repository {
    /// The repository that `start` is in, or that `GIT_DIR` and its companions name; `None` outside of any.
    ///
    /// # Errors
    /// If there is one, but Git does not trust it or cannot read it.
    pub fn discover(start: &Path) -> Result<Option<Self>, GitError> {
        Self::discover_with(start, Environment::of_process(), Reader::Auto)
    }

    /// The work tree; `None` in a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The Git directory of this work tree (`.git`, or `.git/worktrees/<name>` in a linked one).
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The Git directory that all work trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Where our caches and notes live; whoever cannot write there goes without.
    #[must_use]
    pub fn cache_dir(&self) -> PathBuf {
        self.common_dir.join("git-flag")
    }

    /// The hash that objects are named by.
    #[must_use]
    pub fn object_format(&self) -> ObjectFormat {
        self.format
    }

    /// Whether it has no work tree.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.work_tree.is_none()
    }

    /// Whether older history is missing, because the clone is shallow.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        std::fs::metadata(self.common_dir.join("shallow")).is_ok_and(|file| file.len() > 0)
    }

    /// Whether objects may be missing until they are fetched, because the clone is partial.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn is_partial(&self) -> Result<bool, GitError> {
        let promised = self.has_setting(|name| name.starts_with("remote.") && name.ends_with(".promisor"))?;
        Ok(promised || self.config("extensions.partialclone")?.is_some())
    }

    /// Whether libgit2 reads it; otherwise only the `git` executable does, at the price of a process per question.
    #[must_use]
    pub fn reads_in_process(&self) -> bool {
        self.library.is_some()
    }

    /// `path` as Git names it: relative to the work tree, with `/`, without `.` and `..`. `None` outside the work
    /// tree, without a work tree, or where the name is not Unicode. The top itself is the empty name.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a relative path is one from the folder of the process")]
    pub fn relative(&self, path: &Path) -> Option<String> {
        let top = self.work_tree.as_deref()?;
        let absolute = if path.is_absolute() { path.to_owned() } else { std::env::current_dir().ok()?.join(path) };
        let inside = match absolute.strip_prefix(top) {
            Ok(inside) => inside.to_owned(),
            // Through a symbolic link, or with other capitals: compare what the system makes of both.
            Err(_) => resolve_parents(&absolute)?.strip_prefix(resolve_parents(top)?).ok()?.to_owned(),
        };
        let mut names: Vec<&str> = Vec::new();
        for component in inside.components() {
            match component {
                Component::Normal(name) => names.push(name.to_str()?),
                Component::CurDir => {}
                Component::ParentDir => drop(names.pop()?),
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(names.join("/"))
    }

    /// A `git` command that runs here.
    pub(super) fn git(&self, manner: Manner, name: &str) -> Git {
        Git::new(&self.place, manner, name)
    }

    /// The answer of libgit2, or of `executable` when libgit2 cannot tell because it lacks an object or a feature.
    pub(super) fn read_by<T>(
        &self,
        library: impl FnOnce(&git2::Repository) -> Result<T, git2::Error>,
        executable: impl FnOnce(&Self) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let Some(open) = &self.library else { return executable(self) };
        library(open).or_else(|_| executable(self))
    }

    /// The repository of libgit2, if it takes the same work tree and index for its own, whatever the environment says, and
    /// understands what the work tree has.
    pub(super) fn at_home<'r>(&self, library: &'r git2::Repository) -> Result<&'r git2::Repository, git2::Error> {
        let same = |own: Option<&Path>| own.and_then(|own| own.canonicalize().ok());
        let work_tree = library.workdir().is_some() && same(library.workdir()) == same(self.work_tree.as_deref());
        let index = library.index()?.path() == Some(&self.index_path) && !self.may_leave_out();
        if work_tree && index {
            Ok(library)
        } else {
            Err(git2::Error::from_str("another work tree or index, or a sparse one"))
        }
    }
}

/// `path` with links resolved, as far as it exists.
fn resolve_parents(path: &Path) -> Option<PathBuf> {
    if let Ok(resolved) = path.canonicalize() {
        return Some(resolved);
    }
    Some(resolve_parents(path.parent()?)?.join(path.file_name()?))
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("git_dir", &self.git_dir)
            .field("work_tree", &self.work_tree)
            .field("in_process", &self.reads_in_process())
            .finish_non_exhaustive()
    }
}

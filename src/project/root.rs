//! The root of a repository of flags, and the states of it that can be read.

use super::files::{self, Files, Found};
use super::layout::{self, FLAGS, PROJECT, Role};
use super::load::{self, Loaded};
use super::work_tree::WorkTree;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Diagnostic, Failure, Result, Severity};
use crate::git::{CommitId, Repository, Source};
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
    /// What a sparse checkout leaves out of the work tree, by path from the root.
    left_out: Vec<Found>,
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
        must_be_folder(start)?;
        Self::discover_in(start, Repository::discover(start)?, no_commits)
    }

    /// A root that was found already, opened anew for another thread, which has Git for itself. History and commits can be
    /// read from it.
    ///
    /// # Errors
    /// When Git refuses to open the repository.
    pub fn reopen(directory: &Path, prefix: &str) -> Result<Self> {
        let (directory, repository) = (directory.to_path_buf(), Repository::discover(directory)?);
        Ok(Self { directory, prefix: prefix.to_owned(), repository, left_out: Vec::new() })
    }

    /// As [`Root::discover`], but first finishes or discards what a killed command left half done, so that nobody reads
    /// it. Where that can't be done now, or not for all files, the warning says so.
    ///
    /// Where the disk has no project file, that of one of the commits `elsewhere` tells where the flags are: these are read,
    /// whatever is checked out.
    ///
    /// # Errors
    /// As for [`Root::discover`], and those of `elsewhere`.
    pub fn discover_mended(
        start: &Path,
        elsewhere: impl FnOnce(&Repository) -> Result<Vec<CommitId>>,
    ) -> Result<(Self, Option<Diagnostic>)> {
        must_be_folder(start)?;
        let repository = Repository::discover(start)?;
        let mended = repository.as_ref().map_or(Ok(None), Repository::recover_before_reading);
        let warning = match mended {
            Ok(recovered) => recovered
                .and_then(|recovered| recovered.warning())
                .map(|(words, help)| Diagnostic::new(&repository::DIRTY_FILE, words).help(help)),
            Err(error) => Some(
                Diagnostic::new(
                    &repository::IO_FAILED,
                    format!("a command that was killed left files half changed, and they can't be mended now: {error}"),
                )
                .help("what is shown may be half done; run any command of `git flag` where it may write"),
            ),
        };
        let warning = warning.map(|found| Diagnostic { severity: Severity::Warning, ..found });
        Ok((Self::discover_in(start, repository, elsewhere)?, warning))
    }

    fn discover_in(
        start: &Path,
        repository: Option<Repository>,
        elsewhere: impl FnOnce(&Repository) -> Result<Vec<CommitId>>,
    ) -> Result<Self> {
        let work_tree = repository.as_ref().and_then(Repository::work_tree).map(Path::to_path_buf);
        if let Some(top) = work_tree.as_ref().filter(|top| relative(top, start).is_none()) {
            return Err(outside(top, start));
        }
        let skipped = match &repository {
            Some(repository) => repository.left_out(FLAGS)?,
            None => Vec::new(),
        };
        let in_index = |folder: &Path| {
            let prefix = work_tree.as_ref().filter(|_| !skipped.is_empty()).and_then(|top| relative(top, folder))?;
            let project = format!("{prefix}{PROJECT}");
            skipped.iter().any(|entry| entry.path == project).then_some(())
        };
        let is_root = |folder: &&Path| folder.join(PROJECT).is_file() || in_index(folder).is_some();
        // Who is in a bare repository asks for its flags, not for those around the folder where it happens to lie.
        let bare = repository.as_ref().filter(|repository| repository.is_bare()).map(Repository::git_dir);
        let inside = |folder: &&Path| bare.is_none_or(|bare| !start.starts_with(bare) || folder.starts_with(bare));
        let Some(directory) = start.ancestors().take_while(inside).find(is_root).map(Path::to_path_buf) else {
            return Self::without_files(start, repository, elsewhere);
        };
        let Some(prefix) = work_tree.and_then(|top| relative(&top, &directory)) else {
            // The flags lie outside of the repository around the folder.
            return Ok(Self { directory, prefix: String::new(), repository: None, left_out: Vec::new() });
        };
        let own = skipped.into_iter().filter_map(|entry| {
            let path = entry.path.strip_prefix(&prefix).filter(|path| path.starts_with("flags/"))?;
            Some((path.into(), entry.mode, entry.id))
        });
        let left_out = files::found(own);
        Ok(Self { directory, prefix, repository, left_out })
    }

    /// Where no project file is on disk: a bare repository, read at HEAD, or what commits have.
    fn without_files(
        start: &Path,
        repository: Option<Repository>,
        elsewhere: impl FnOnce(&Repository) -> Result<Vec<CommitId>>,
    ) -> Result<Self> {
        let missing = |place: &str| Failure::new(&repository::NO_PROJECT, format!("there is no `{PROJECT}` {place}"));
        let start_one = "`git flag init` starts a repository of flags; `-C DIR` names another folder";
        let Some(repository) = repository else { return Err(missing("here or above").help(start_one)) };
        let mut commits = elsewhere(&repository)?;
        let asked = commits.len();
        let head = repository.head().ok().and_then(|head| head.commit());
        commits.extend(head.filter(|_| repository.is_bare()));
        let found = commits.iter().find_map(|commit| committed(&repository, start, *commit));
        if let Some((directory, prefix)) = found {
            return Ok(Self { directory, prefix, repository: Some(repository), left_out: Vec::new() });
        }
        Err(match (asked, head.and_then(|head| committed(&repository, start, head))) {
            (0, Some((_, prefix))) => missing("in the work tree").help(format!(
                "HEAD has it: `git checkout HEAD -- {prefix}{FLAGS}` brings it back; commands that read take `--at HEAD`"
            )),
            (0, None) => missing("here or above").help(start_one),
            _ => {
                let names: Vec<String> = commits.iter().take(asked).map(CommitId::short).collect();
                missing(&format!("in the work tree or in {}", names.join(", "))).help(start_one)
            }
        })
    }

    /// All that the index has of the repository around `start`, by path.
    ///
    /// # Errors
    /// When Git refuses to open the repository, or can't read its index.
    pub fn staged(start: &Path) -> Result<Vec<Self>> {
        let Some(repository) = Repository::discover(start)? else { return Ok(Vec::new()) };
        let Some(top) = repository.work_tree() else { return Ok(Vec::new()) };
        let entries = repository.list(Source::Index, "")?;
        let prefixes = entries.iter().filter_map(|entry| entry.path.strip_suffix(PROJECT));
        prefixes
            .filter(|prefix| prefix.is_empty() || prefix.ends_with('/'))
            .map(|prefix| {
                let (directory, repository) = (top.join(prefix), Repository::discover(start)?);
                Ok(Self { directory, prefix: prefix.to_owned(), repository, left_out: Vec::new() })
            })
            .collect()
    }

    /// For `init`, where there is no project yet: the folder itself.
    ///
    /// # Errors
    /// When Git refuses to open the repository.
    pub fn new_at(directory: &Path) -> Result<Self> {
        let repository = Repository::discover(directory)?;
        let work_tree = repository.as_ref().and_then(Repository::work_tree).map(Path::to_path_buf);
        let prefix = work_tree.and_then(|top| relative(&top, directory)).unwrap_or_default();
        Ok(Self { directory: directory.to_path_buf(), prefix, repository, left_out: Vec::new() })
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
            View::WorkTree => return Ok(self.work_tree()),
            View::Commit(commit) => Source::Commit(commit),
            View::Index => Source::Index,
        };
        let repository = self.git()?;
        let prefix = format!("{}{FLAGS}", self.prefix);
        let entries = repository.list(source, &prefix)?;
        let own = entries.into_iter().filter_map(|entry| Some((self.from_git(&entry.path)?, entry.mode, entry.id)));
        let files = Files::objects(repository, own);
        if source != Source::Index {
            return Ok(files);
        }
        let unmerged = repository.unmerged(&prefix)?;
        Ok(files.with_unmerged(unmerged.iter().filter_map(|path| self.from_git(path))))
    }

    fn work_tree(&self) -> Files<'_> {
        let directory = self.directory.clone();
        let Some(repository) = &self.repository else { return Files::on_disk(directory) };
        Files::WorkTree(WorkTree::new(directory, repository, self.left_out.clone()))
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

/// For [`Root::discover_mended`]: what is not on disk is nowhere.
///
/// # Errors
/// None.
pub fn no_commits(_: &Repository) -> Result<Vec<CommitId>> {
    Ok(Vec::new())
}

/// The folder whose `flags/` a commit has, at or above `start`, and its path with a slash at the end.
fn committed(repository: &Repository, start: &Path, commit: CommitId) -> Option<(PathBuf, String)> {
    let has = |prefix: &str| matches!(repository.entry(commit, &format!("{prefix}{PROJECT}")), Ok(Some(_)));
    let Some(top) = repository.work_tree() else {
        let is_here = repository.is_bare() && has("");
        return is_here.then(|| (repository.git_dir().to_path_buf(), String::new()));
    };
    start
        .ancestors()
        .map_while(|folder| Some((folder, relative(top, folder)?)))
        .find_map(|(folder, prefix)| has(&prefix).then_some((folder.to_path_buf(), prefix)))
}

/// Nothing above a folder that does not exist is asked in its place.
fn must_be_folder(start: &Path) -> Result<()> {
    if start.is_dir() {
        return Ok(());
    }
    let words = format!("there is no folder `{}`", start.display());
    Err(Failure::new(&repository::IO_FAILED, words).help("`-C` names a folder that exists"))
}

/// `directory` below `top`, with slashes and one at the end; empty when they are the same.
/// The environment (or `core.worktree`) names a work tree, and the current folder is elsewhere: which flags are meant,
/// nobody can tell.
fn outside(top: &Path, start: &Path) -> Box<Failure> {
    let message =
        format!("`{}` is outside of the work tree `{}`, which Git is told to use", start.display(), top.display());
    Failure::new(&repository::NO_PROJECT, message)
        .help("go there, or name it with `-C`")
        .help("`unset GIT_DIR GIT_WORK_TREE` lets Git find the repository around the current folder")
}

fn relative(top: &Path, directory: &Path) -> Option<String> {
    let top = top.canonicalize().ok()?;
    let directory = directory.canonicalize().ok()?;
    let inner = directory.strip_prefix(&top).ok()?;
    let parts: Option<Vec<&str>> = inner.components().map(|part| part.as_os_str().to_str()).collect();
    let path = parts?.join("/");
    Some(if path.is_empty() { path } else { path + "/" })
}

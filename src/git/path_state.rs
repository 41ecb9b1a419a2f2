//! How a path stands in HEAD, index and work tree.

use std::fs;
use std::io;
use std::path::Path;

use super::index::entries_of;
use super::run::Manner;
use super::{Entry, GitError, IndexEntry, Repository};

/// How the file in the work tree stands to the index, as Git sees it (line endings and filters applied).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkTreeState {
    /// As in the index, or left out by a sparse checkout.
    Clean,
    /// Changed since.
    Modified,
    /// In the index, but deleted from the work tree.
    Deleted,
    /// Not in the index, but in the work tree.
    Untracked,
    /// Neither in the index nor in the work tree.
    Absent,
    /// A directory, a link, or something behind a link.
    NotAFile,
}

/// How one path stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathState {
    /// Relative to the top, with `/`.
    pub path: String,
    /// In HEAD.
    pub head: Option<Entry>,
    /// In the index: one entry, several if unmerged, none if it is not there.
    pub index: Vec<IndexEntry>,
    /// In the work tree.
    pub work_tree: WorkTreeState,
    /// The bytes in the work tree, if there is a file.
    pub bytes: Option<Vec<u8>>,
}

impl PathState {
    /// Whether a merge left it for the user to decide.
    #[must_use]
    pub fn is_unmerged(&self) -> bool {
        self.index.iter().any(|entry| entry.stage != 0)
    }

    /// Whether the index differs from HEAD.
    #[must_use]
    pub fn is_staged(&self) -> bool {
        let head = self.head.as_ref().map(|entry| (entry.mode, entry.id));
        let index = self.index.iter().find(|entry| entry.stage == 0);
        head != index.map(|entry| (entry.mode, entry.id)) || index.is_some_and(|entry| entry.intent_to_add)
    }

    /// Whether the work tree differs from the index.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        !matches!(self.work_tree, WorkTreeState::Clean | WorkTreeState::Absent)
    }
}

impl Repository {
    /// How each of these files stands in HEAD, index and work tree.
    ///
    /// # Errors
    /// If HEAD, the index or a file cannot be read.
    pub fn path_states(&self, paths: &[&str]) -> Result<Vec<PathState>, GitError> {
        let head = self.head()?.commit();
        let index = self.open_index()?;
        paths
            .iter()
            .map(|path| {
                let entries = match &index {
                    Some(index) => entries_of(index, path)?,
                    None => self.listed_entries(path)?.into_iter().filter(|entry| entry.path == **path).collect(),
                };
                let head = match head {
                    Some(commit) => self.entry(commit, path)?,
                    None => None,
                };
                self.path_state(path, head, entries)
            })
            .collect()
    }

    pub(super) fn path_state(
        &self,
        path: &str,
        head: Option<Entry>,
        index: Vec<IndexEntry>,
    ) -> Result<PathState, GitError> {
        let path = path.to_owned();
        let Some(top) = &self.work_tree else {
            return Ok(PathState { path, head, index, work_tree: WorkTreeState::Absent, bytes: None });
        };
        let tracked = index.iter().find(|entry| entry.stage == 0 && !entry.intent_to_add);
        let bytes = match read_plain(top, &path)? {
            OnDisk::File(bytes) => Some(bytes),
            OnDisk::Absent => None,
            OnDisk::Other => {
                return Ok(PathState { path, head, index, work_tree: WorkTreeState::NotAFile, bytes: None });
            }
        };
        let work_tree = match (&bytes, tracked) {
            (None, None) => WorkTreeState::Absent,
            (None, Some(entry)) if entry.skip_worktree => WorkTreeState::Clean,
            (None, Some(_)) => WorkTreeState::Deleted,
            (Some(_), None) => WorkTreeState::Untracked,
            (Some(_), Some(entry)) if self.mode_differs(&path, entry.mode) => WorkTreeState::Modified,
            (Some(bytes), Some(entry)) if *bytes == self.read(entry.id)? => WorkTreeState::Clean,
            (Some(_), Some(_)) if self.converts(&path)? && self.status_is_clean(&path)? => WorkTreeState::Clean,
            (Some(_), Some(_)) => WorkTreeState::Modified,
        };
        Ok(PathState { path, head, index, work_tree, bytes })
    }

    /// Whether the file has become executable, or is no longer, and Git cares.
    #[cfg(unix)]
    fn mode_differs(&self, path: &str, mode: u32) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let Some(Ok(file)) = self.work_tree.as_ref().map(|top| fs::symlink_metadata(top.join(path))) else {
            return false;
        };
        let executable = file.permissions().mode() & 0o100 != 0;
        matches!(mode, 0o100_644 | 0o100_755) && executable != (mode == 0o100_755) && self.minds_modes()
    }

    #[cfg(not(unix))]
    fn mode_differs(&self, _: &str, _: u32) -> bool {
        false
    }

    /// Whether Git may store other bytes than the work tree has at `path`: line endings, filters, encodings.
    pub(super) fn converts(&self, path: &str) -> Result<bool, GitError> {
        const ATTRIBUTES: [&str; 5] = ["crlf", "eol", "filter", "ident", "working-tree-encoding"];
        if cfg!(windows) {
            return Ok(true);
        }
        let autocrlf = self.config("core.autocrlf")?.is_some_and(|value| !value.eq_ignore_ascii_case("false"));
        let eol = self.config("core.eol")?.is_some_and(|value| !value.eq_ignore_ascii_case("lf"));
        let Some(library) = &self.library else { return Ok(true) };
        let any = |names: &[&str]| {
            names.iter().any(|name| {
                !matches!(library.get_attr(path.as_ref(), name, git2::AttrCheckFlags::FILE_THEN_INDEX), Ok(None))
            })
        };
        // `text` alone only takes carriage returns away, on the way in.
        Ok(autocrlf || eol || any(&ATTRIBUTES))
    }

    fn status_is_clean(&self, path: &str) -> Result<bool, GitError> {
        let status = self
            .git(Manner::Read, "status")
            .args([
                "--porcelain=v2",
                "-z",
                "--untracked-files=no",
                "--ignore-submodules=all",
                "--no-renames",
                "--",
                path,
            ])
            .run()?;
        // `1 XY …`: Y is the work tree against the index.
        Ok(status.is_empty() || (status.starts_with(b"1 ") && status.get(3) == Some(&b'.')))
    }
}

/// What is in the work tree under one name.
pub(super) enum OnDisk {
    File(Vec<u8>),
    Absent,
    /// A directory, a link, a device, or a name that leads through a link.
    Other,
}

/// Reads a file below `top` without following any link.
pub(super) fn read_plain(top: &Path, path: &str) -> Result<OnDisk, GitError> {
    let mut place = top.to_owned();
    let mut names = path.split('/').peekable();
    while let Some(name) = names.next() {
        place.push(name);
        let kind = match fs::symlink_metadata(&place) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound) => return Ok(OnDisk::Absent),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(OnDisk::Other),
            Err(error) => return Err(GitError::io("read", &place, error)),
        };
        let expected = if names.peek().is_some() { kind.is_dir() } else { kind.is_file() };
        if !expected {
            return Ok(OnDisk::Other);
        }
    }
    match fs::read(&place) {
        Ok(bytes) => Ok(OnDisk::File(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(OnDisk::Absent),
        Err(error) => Err(GitError::io("read", &place, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;

    fn state(repository: &Repository, path: &str) -> (bool, WorkTreeState, bool) {
        let state = repository.path_states(&[path]).unwrap().remove(0);
        assert_eq!(state.path, path);
        (state.is_staged(), state.work_tree, state.is_unmerged())
    }

    #[test]
    fn each_state_of_a_path_is_told() {
        let sandbox = Sandbox::new();
        for name in ["clean", "edited", "staged", "both", "deleted", "removed"] {
            sandbox.write(name, "1\n");
        }
        sandbox.commit_all("first");
        for name in ["staged", "both", "added"] {
            sandbox.write(name, "2\n");
        }
        sandbox.git(&["add", "staged", "both", "added"]);
        for name in ["edited", "both"] {
            sandbox.write(name, "3\n");
        }
        sandbox.write("untracked", "u\n");
        fs::remove_file(sandbox.path("deleted")).unwrap();
        sandbox.git(&["rm", "-q", "removed"]);
        fs::create_dir(sandbox.path("directory")).unwrap();
        for repository in sandbox.both() {
            for (path, staged, work_tree) in [
                ("clean", false, WorkTreeState::Clean),
                ("edited", false, WorkTreeState::Modified),
                ("staged", true, WorkTreeState::Clean),
                ("both", true, WorkTreeState::Modified),
                ("added", true, WorkTreeState::Clean),
                ("deleted", false, WorkTreeState::Deleted),
                ("removed", true, WorkTreeState::Absent),
                ("untracked", false, WorkTreeState::Untracked),
                ("absent", false, WorkTreeState::Absent),
                ("clean/below", false, WorkTreeState::NotAFile),
                ("directory", false, WorkTreeState::NotAFile),
            ] {
                assert_eq!(state(&repository, path), (staged, work_tree, false), "{path}");
            }
            let states = repository.path_states(&["edited"]).unwrap();
            assert_eq!(states[0].bytes.as_deref(), Some(&b"3\n"[..]));
            assert!(states[0].is_edited());
        }
    }
}

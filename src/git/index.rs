//! The index, and how a path stands in HEAD, index and work tree.

use std::fs;
use std::io;
use std::path::Path;

use super::library;
use super::run::Manner;
use super::{Entry, GitError, ObjectFormat, ObjectId, Repository};

/// One entry of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// Relative to the top, with `/`.
    pub path: String,
    /// As in [`Entry::mode`].
    pub mode: u32,
    /// Its contents.
    pub id: ObjectId,
    /// 0, or the side of an unmerged file: 1 base, 2 ours, 3 theirs.
    pub stage: u8,
    /// Whether a sparse checkout leaves it out of the work tree.
    pub skip_worktree: bool,
    /// Whether it is only intended to be added (`git add -N`), so that a commit would not have it.
    pub intent_to_add: bool,
}

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
    /// The entries of the index (the one that `GIT_INDEX_FILE` names, if set) at or under `prefix` (empty for all),
    /// in its order.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn index_entries(&self, prefix: &str) -> Result<Vec<IndexEntry>, GitError> {
        let prefix = prefix.trim_end_matches('/');
        match self.open_index()? {
            Some(index) => {
                let inside = |path: &[u8]| is_under(path, prefix.as_bytes());
                Ok(index
                    .iter()
                    .filter(|entry| inside(&entry.path))
                    .map(|entry| from_library(&entry))
                    .collect::<Result<_, git2::Error>>()?)
            }
            None => self.listed_entries(prefix),
        }
    }

    /// The files at or under `prefix` (empty for all) that a merge left to be decided, in the order of the index.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn unmerged(&self, prefix: &str) -> Result<Vec<String>, GitError> {
        let entries = self.index_entries(prefix)?.into_iter().filter(|entry| entry.stage != 0);
        let mut paths: Vec<String> = entries.map(|entry| entry.path).collect();
        paths.dedup();
        Ok(paths)
    }

    /// The entries that a sparse checkout leaves out of the work tree and whose path has a folder called `folder`, in the
    /// order of the index. Where nothing can be left out this costs a look at the first bytes of the index.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn left_out(&self, folder: &str) -> Result<Vec<IndexEntry>, GitError> {
        if self.work_tree.is_none() || !self.may_leave_out() {
            return Ok(Vec::new());
        }
        let mut entries = self.index_entries("")?;
        let inside = |path: &str| path.split('/').rev().skip(1).any(|name| name == folder);
        entries.retain(|entry| entry.skip_worktree && entry.stage == 0 && inside(&entry.path));
        Ok(entries)
    }

    /// Whether a checkout would write a new file of that name, which a sparse one may leave out.
    pub(super) fn checks_out(&self, path: &str) -> Result<bool, GitError> {
        if self.config_bool("core.sparsecheckout")? != Some(true) {
            return Ok(true);
        }
        let rules = self.git(Manner::Read, "sparse-checkout").args(["check-rules", "-z"]);
        // Git before 2.41 cannot tell. Then the file is written, as `git add --sparse` takes it from there.
        let output = rules.input(format!("{path}\0")).output()?;
        Ok(output.code != Some(0) || !output.stdout.is_empty())
    }

    /// Only version 3 and later can mark an entry as left out; of a split index another file may hold it.
    fn may_leave_out(&self) -> bool {
        let mut head = [0; 8];
        let read = fs::File::open(&self.index_path).and_then(|mut file| io::Read::read_exact(&mut file, &mut head));
        let marks = read.is_ok() && head.starts_with(b"DIRC") && head[4..] > [0, 0, 0, 2][..];
        marks || read.is_ok() && self.git_dir.join("info/sparse-checkout").exists()
    }

    /// The index by libgit2; `None` if it does not read this repository or this kind of index (sparse, split).
    pub(super) fn open_index(&self) -> Result<Option<git2::Index>, GitError> {
        if self.library.is_none() || self.format != ObjectFormat::Sha1 {
            return Ok(None);
        }
        match fs::metadata(&self.index_path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(GitError::io("read", &self.index_path, error)),
            _ => Ok(git2::Index::open(&self.index_path).ok()),
        }
    }

    fn listed_entries(&self, prefix: &str) -> Result<Vec<IndexEntry>, GitError> {
        if self.work_tree.is_none() && !self.index_path.exists() {
            return Ok(Vec::new());
        }
        let command = || {
            let git = self.git(Manner::Read, "ls-files").args(["--full-name", "--cached"]);
            move |flags: &[&str]| {
                let git = git.args(flags);
                if prefix.is_empty() { git.run() } else { git.args(["--", prefix]).run() }
            }
        };
        let text = command()(&["-s", "-t", "-z"])?;
        let records = text.split(|byte| *byte == 0).filter(|record| !record.is_empty());
        let mut entries = records.map(parse_listed).collect::<Result<Vec<_>, _>>()?;
        // Only an entry without content may be a mere intention, which this format does not show.
        let empty = empty_blob(self.format);
        if entries.iter().any(|entry| entry.id.to_string() == empty) {
            let flags = parse_flags(&command()(&["--debug", "-z"])?);
            for entry in &mut entries {
                entry.intent_to_add = flags.iter().any(|(path, bits)| *path == entry.path && bits & INTENT_TO_ADD != 0);
            }
        }
        Ok(entries)
    }

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

/// `CE_INTENT_TO_ADD`, as `git ls-files --debug` shows it.
const INTENT_TO_ADD: u32 = 1 << 29;

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

pub(super) fn entries_of(index: &git2::Index, path: &str) -> Result<Vec<IndexEntry>, GitError> {
    let found = (0..=3).filter_map(|stage| index.get_path(path.as_ref(), stage));
    Ok(found.map(|entry| from_library(&entry)).collect::<Result<_, _>>()?)
}

fn from_library(entry: &git2::IndexEntry) -> Result<IndexEntry, git2::Error> {
    let extended = git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
    Ok(IndexEntry {
        path: String::from_utf8_lossy(&entry.path).into_owned(),
        mode: entry.mode,
        id: library::from_oid(entry.id)?,
        stage: u8::try_from((entry.flags >> 12) & 3).unwrap_or(0),
        skip_worktree: extended.contains(git2::IndexEntryExtendedFlag::SKIP_WORKTREE),
        intent_to_add: extended.contains(git2::IndexEntryExtendedFlag::INTENT_TO_ADD),
    })
}

fn is_under(path: &[u8], prefix: &[u8]) -> bool {
    prefix.is_empty() || path.strip_prefix(prefix).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

/// `<tag> <mode> <id> <stage>\t<path>`; the tag `S` means left out by a sparse checkout.
fn parse_listed(record: &[u8]) -> Result<IndexEntry, GitError> {
    let text = String::from_utf8_lossy(record);
    let parsed = || {
        let (facts, path) = text.split_once('\t')?;
        let mut words = facts.split(' ');
        let tag = words.next()?;
        Some(IndexEntry {
            mode: u32::from_str_radix(words.next()?, 8).ok()?,
            id: ObjectId::from_hex(words.next()?.as_bytes())?,
            stage: words.next()?.parse().ok()?,
            path: path.to_owned(),
            skip_worktree: tag.eq_ignore_ascii_case("S"),
            intent_to_add: false,
        })
    };
    parsed().ok_or_else(|| GitError::Unexpected { command: "ls-files".to_owned(), detail: format!("`{text}`") })
}

/// `<path>\0` followed by lines of which the last has `flags: <hex>`.
fn parse_flags(text: &[u8]) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    let mut path = String::new();
    for piece in text.split(|byte| *byte == 0) {
        let piece = String::from_utf8_lossy(piece);
        let (facts, next) = piece.rsplit_once('\n').unwrap_or(("", &piece));
        if let Some((_, bits)) = facts.rsplit_once("flags: ") {
            found.push((std::mem::take(&mut path), u32::from_str_radix(bits.trim(), 16).unwrap_or(0)));
        }
        next.clone_into(&mut path);
    }
    found
}

fn empty_blob(format: ObjectFormat) -> &'static str {
    match format {
        ObjectFormat::Sha1 => "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        ObjectFormat::Sha256 => "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
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

    #[test]
    fn unmerged_entries_have_stages() {
        let sandbox = Sandbox::new();
        sandbox.write("flags/a", "1\n");
        sandbox.write("flags/ab", "1\n");
        sandbox.commit_all("first");
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        sandbox.write("flags/a", "side\n");
        sandbox.commit_all("side");
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.write("flags/a", "main\n");
        sandbox.commit_all("main");
        sandbox.try_git(&["merge", "side"]);
        for repository in sandbox.both() {
            let entries = repository.index_entries("flags/a").unwrap();
            assert_eq!(entries.iter().map(|entry| entry.stage).collect::<Vec<_>>(), [1, 2, 3]);
            assert!(state(&repository, "flags/a").2);
            let listed = repository.list(super::super::Source::Index, "flags").unwrap();
            assert_eq!(listed.len(), 1, "the unmerged file is in no commit");
        }
    }

    #[test]
    fn no_index_is_an_empty_one() {
        let sandbox = Sandbox::new();
        for repository in sandbox.both() {
            assert_eq!(repository.index_entries("").unwrap(), []);
        }
    }
}

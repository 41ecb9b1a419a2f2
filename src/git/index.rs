//! The index.

use std::fs;
use std::io;

use super::library;
use super::run::Manner;
use super::{GitError, ObjectFormat, ObjectId, Repository};

/// One entry of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// Relative to the top, with `/`.
    pub path: String,
    /// As in [`super::Entry::mode`].
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
    pub(super) fn may_leave_out(&self) -> bool {
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

    pub(super) fn listed_entries(&self, prefix: &str) -> Result<Vec<IndexEntry>, GitError> {
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
}

/// `CE_INTENT_TO_ADD`, as `git ls-files --debug` shows it.
const INTENT_TO_ADD: u32 = 1 << 29;

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
            assert!(repository.path_states(&["flags/a"]).unwrap()[0].is_unmerged());
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

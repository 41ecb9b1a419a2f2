//! Blobs and trees.

use super::batch::Batch;
use super::library;
use super::run::Manner;
use super::{CommitId, GitError, ObjectId, Repository};

/// A file (or link, or submodule) in a tree or in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the top, with `/`. Bytes that are not UTF-8 are replaced, so such a path can be shown but not
    /// looked up.
    pub path: String,
    /// As Git writes it: `0o100644`, `0o100755`, `0o120000` (symbolic link), `0o160000` (submodule).
    pub mode: u32,
    /// Its contents.
    pub id: ObjectId,
}

impl Entry {
    /// Whether it is a file without the executable bit, the only kind that we write.
    #[must_use]
    pub fn is_plain_file(&self) -> bool {
        self.mode == 0o100_644
    }
}

/// Where files are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// In the tree of a commit.
    Commit(CommitId),
    /// In the index (the one that `GIT_INDEX_FILE` names, if set), leaving out unmerged files and those that are only
    /// intended to be added.
    Index,
}

impl Repository {
    /// All files under the directory `prefix` (empty for all), sorted as Git sorts its index.
    ///
    /// # Errors
    /// If the commit is unknown, or a tree is missing or damaged.
    pub fn list(&self, source: Source, prefix: &str) -> Result<Vec<Entry>, GitError> {
        let prefix = prefix.trim_end_matches('/');
        match source {
            Source::Index => Ok(self
                .index_entries(prefix)?
                .into_iter()
                .filter(|entry| entry.stage == 0 && !entry.intent_to_add)
                .map(|entry| Entry { path: entry.path, mode: entry.mode, id: entry.id })
                .collect()),
            Source::Commit(commit) => self.read_by(
                |library| library::list(library, &commit, prefix),
                |this| {
                    let git =
                        this.git(Manner::Read, "ls-tree").args(["-r", "-z", "--full-tree"]).arg(commit.to_string());
                    let git = if prefix.is_empty() { git } else { git.arg("--").arg(format!("{prefix}/")) };
                    parse_tree(&git.run()?)
                },
            ),
        }
    }

    /// The file, link or tree at `path` in a commit.
    ///
    /// # Errors
    /// If the commit is unknown, or a tree is missing or damaged.
    pub fn entry(&self, commit: CommitId, path: &str) -> Result<Option<Entry>, GitError> {
        self.read_by(
            |library| library::entry(library, &commit, path),
            |this| {
                let git = this.git(Manner::Read, "ls-tree").args(["-z", "--full-tree"]).arg(commit.to_string());
                let found = parse_tree(&git.arg("--").arg(path).run()?)?;
                Ok(found.into_iter().find(|entry| entry.path == path))
            },
        )
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] if it is not here and cannot be fetched.
    pub fn read(&self, id: ObjectId) -> Result<Vec<u8>, GitError> {
        self.read_by(
            |library| library::read(library, &id),
            |this| {
                let found = this.with_batch(|batch| batch.contents(&[id]))?;
                found.into_iter().next().flatten().ok_or_else(|| GitError::MissingObject { id: id.to_string() })
            },
        )
    }

    /// The bytes of many objects, in the order asked for.
    ///
    /// # Errors
    /// [`GitError::MissingObject`] if one is not here and cannot be fetched.
    pub fn read_many(&self, ids: &[ObjectId]) -> Result<Vec<Vec<u8>>, GitError> {
        if self.library.is_some() {
            return ids.iter().map(|id| self.read(*id)).collect();
        }
        let found = self.with_batch(|batch| batch.contents(ids))?;
        let missing = |id: &ObjectId| GitError::MissingObject { id: id.to_string() };
        found.into_iter().zip(ids).map(|(bytes, id)| bytes.ok_or_else(|| missing(id))).collect()
    }

    fn with_batch<T>(&self, ask: impl FnOnce(&mut Batch) -> Result<T, GitError>) -> Result<T, GitError> {
        let mut slot = self.batch.borrow_mut();
        let mut batch = match slot.take() {
            Some(running) => running,
            None => Batch::start(&self.place)?,
        };
        // Only put back if it is still in step; after an error the next question starts another.
        let answer = ask(&mut batch)?;
        *slot = Some(batch);
        Ok(answer)
    }
}

/// Records of `ls-tree -z`: `<mode> <type> <id>\t<path>`.
fn parse_tree(text: &[u8]) -> Result<Vec<Entry>, GitError> {
    text.split(|byte| *byte == 0).filter(|record| !record.is_empty()).map(parse_record).collect()
}

fn parse_record(record: &[u8]) -> Result<Entry, GitError> {
    let text = String::from_utf8_lossy(record);
    let parsed = || {
        let (facts, path) = text.split_once('\t')?;
        let mut words = facts.split(' ');
        let mode = u32::from_str_radix(words.next()?, 8).ok()?;
        let id = ObjectId::from_hex(words.nth(1)?.as_bytes())?;
        Some(Entry { path: path.to_owned(), mode, id })
    };
    parsed().ok_or_else(|| GitError::Unexpected { command: "ls-tree".to_owned(), detail: format!("`{text}`") })
}

#[cfg(test)]
mod tests {
    use super::super::Head;
    use super::super::testing::Sandbox;
    use super::*;

    fn paths(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.path.as_str()).collect()
    }

    #[test]
    fn trees_are_listed_below_a_directory_only() {
        let sandbox = Sandbox::new();
        for path in ["flags/b.yaml", "flags/deep/a ü.yaml", "flagsx/c.yaml", "top.yaml"] {
            sandbox.write(path, path);
        }
        let commit = sandbox.commit_all("first");
        for repository in sandbox.both() {
            let all = repository.list(Source::Commit(commit), "").unwrap();
            assert_eq!(paths(&all), ["flags/b.yaml", "flags/deep/a ü.yaml", "flagsx/c.yaml", "top.yaml"]);
            let flags = repository.list(Source::Commit(commit), "flags").unwrap();
            assert_eq!(paths(&flags), ["flags/b.yaml", "flags/deep/a ü.yaml"]);
            assert_eq!(repository.list(Source::Commit(commit), "flags/").unwrap(), flags);
            assert_eq!(repository.list(Source::Index, "flags").unwrap(), flags);
            assert_eq!(repository.list(Source::Commit(commit), "none").unwrap(), []);
            assert_eq!(repository.list(Source::Commit(commit), "top.yaml").unwrap(), []);
            assert_eq!(repository.read(flags[1].id).unwrap(), "flags/deep/a ü.yaml".as_bytes());
        }
    }

    #[test]
    fn one_entry_is_found_with_its_mode() {
        let sandbox = Sandbox::new();
        sandbox.write("flags/a.yaml", "a");
        #[cfg(unix)]
        std::os::unix::fs::symlink("a.yaml", sandbox.path("flags/link.yaml")).unwrap();
        let commit = sandbox.commit_all("first");
        for repository in sandbox.both() {
            let plain = repository.entry(commit, "flags/a.yaml").unwrap().unwrap();
            assert!(plain.is_plain_file());
            assert_eq!(repository.entry(commit, "flags/none.yaml").unwrap(), None);
            assert_eq!(repository.entry(commit, "flags/a.yaml/none").unwrap(), None);
            assert_eq!(repository.entry(commit, "flags").unwrap().unwrap().mode, 0o040_000);
            if cfg!(unix) {
                let link = repository.entry(commit, "flags/link.yaml").unwrap().unwrap();
                assert_eq!(link.mode, 0o120_000);
                assert!(!link.is_plain_file());
            }
        }
    }

    #[test]
    fn many_objects_are_read_in_order() {
        let sandbox = Sandbox::new();
        for number in 0..450 {
            sandbox.write(&format!("f/{number:03}"), &"x".repeat(number * 7));
        }
        let commit = sandbox.commit_all("many");
        for repository in sandbox.both() {
            let entries = repository.list(Source::Commit(commit), "f").unwrap();
            let ids: Vec<ObjectId> = entries.iter().map(|entry| entry.id).collect();
            let sizes: Vec<usize> = repository.read_many(&ids).unwrap().iter().map(Vec::len).collect();
            assert_eq!(sizes, (0..450).map(|number| number * 7).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_missing_object_is_named_and_the_next_question_still_answered() {
        let sandbox = Sandbox::new();
        sandbox.write("a", "text");
        let commit = sandbox.commit_all("first");
        let absent = ObjectId::from_hex(b"1234567890123456789012345678901234567890").unwrap();
        for repository in sandbox.both() {
            let error = repository.read(absent).unwrap_err();
            assert!(matches!(&error, GitError::MissingObject { id } if *id == absent.to_string()), "{error:?}");
            assert!(repository.read_many(&[absent]).is_err());
            let id = repository.entry(commit, "a").unwrap().unwrap().id;
            assert_eq!(repository.read(id).unwrap(), b"text");
        }
    }

    #[test]
    fn sha256_reftable_and_bare_repositories_are_read() {
        for arguments in [&["--object-format=sha256"][..], &["--ref-format=reftable"], &["--bare"]] {
            let Some(sandbox) = Sandbox::with_init(arguments) else {
                eprintln!("SKIPPED: this Git does not know {arguments:?}");
                continue;
            };
            let repository = sandbox.repository();
            assert_eq!(repository.is_bare(), arguments == ["--bare"]);
            if repository.is_bare() {
                assert!(matches!(repository.head().unwrap(), Head::Unborn { .. }));
                continue;
            }
            sandbox.write("flags/a.yaml", "a: 1\n");
            let commit = sandbox.commit_all("first");
            assert!(!repository.reads_in_process());
            let entries = repository.list(Source::Commit(commit), "flags").unwrap();
            assert_eq!(paths(&entries), ["flags/a.yaml"]);
            assert_eq!(repository.list(Source::Index, "flags").unwrap(), entries);
            assert_eq!(repository.read(entries[0].id).unwrap(), b"a: 1\n");
            assert_eq!(repository.head().unwrap().commit(), Some(commit));
        }
    }
}

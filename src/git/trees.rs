//! What differs between two trees, and between a tree and the work tree.

use super::log::{RawChange, parse_raw};
use super::run::{Git, Manner};
use super::{CommitId, GitError, ObjectId, Repository, library};
use std::collections::BTreeMap;
use std::thread;

impl Repository {
    /// The files under the directory `prefix` that differ between two commits, by path; `None` stands for nothing at
    /// all. Renames are a removal and an addition.
    ///
    /// # Errors
    /// If a commit is unknown, or a tree is missing or damaged.
    pub fn diff_trees(
        &self,
        before: Option<CommitId>,
        after: CommitId,
        prefix: &str,
    ) -> Result<Vec<RawChange>, GitError> {
        let prefix = prefix.trim_end_matches('/');
        self.read_by(
            |library| library::diff_trees(library, before.as_ref(), &after, prefix),
            |this| {
                let empty = this.object_format().empty_tree();
                let git =
                    this.git(Manner::Read, "diff-tree").args(["-r", "-z", "--raw", "--no-renames", "--no-abbrev"]);
                let git = git.arg(before.map_or_else(|| empty.to_owned(), |id| id.to_string())).arg(after.to_string());
                let git = if prefix.is_empty() { git } else { git.arg("--").arg(format!("{prefix}/")) };
                parse_raw(&git.run()?)
            },
        )
    }

    /// The best common ancestor of two commits; `None` when their histories have nothing in common (here).
    ///
    /// # Errors
    /// If a commit is unknown.
    pub fn merge_base(&self, one: CommitId, other: CommitId) -> Result<Option<CommitId>, GitError> {
        self.read_by(
            |library| library::merge_base(library, &one, &other),
            |this| {
                let git = this.git(Manner::Read, "merge-base").arg(one.to_string()).arg(other.to_string());
                Ok(ObjectId::from_hex(git.run_or(&[1])?.stdout.trim_ascii_end()))
            },
        )
    }

    /// The files below `prefix` that differ between `commit` and the work tree, or may, in the order of their paths: with
    /// the object and mode that they have in the commit, `None` where it does not have them. Untracked files count, also
    /// those that Git ignores.
    ///
    /// # Errors
    /// If Git can't read them.
    pub fn changed_in_work_tree(&self, commit: CommitId, prefix: &str) -> Result<Vec<WorkTreeChange>, GitError> {
        let prefix = prefix.trim_end_matches('/');
        self.read_by(
            |library| library::changed_in_work_tree(self.at_home(library)?, &commit, prefix),
            |this| this.listed_changes(commit, &format!("{prefix}/")),
        )
    }

    fn listed_changes(&self, commit: CommitId, prefix: &str) -> Result<Vec<WorkTreeChange>, GitError> {
        // `git diff` would write the index to remember which files are unchanged; reading writes nothing.
        let settings = ["diff.autoRefreshIndex=false"];
        let tracked = Git::with_settings(&self.place, Manner::Read, &settings, "diff").args([
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules",
        ]);
        let tracked = tracked.arg(commit.to_string()).arg("--").arg(prefix);
        let others = self.git(Manner::Read, "ls-files").args(["-z", "--others", "--"]).arg(prefix);
        let (tracked, others) = thread::scope(|scope| {
            let others = scope.spawn(|| others.run());
            let tracked = tracked.run();
            (tracked, others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        let mut changes: BTreeMap<String, Option<(ObjectId, u32)>> = BTreeMap::new();
        for change in parse_raw(&tracked?)? {
            // In the midst of a merge Git may say nothing of the commit.
            let old = match change.old {
                Some(id) => Some((id, change.old_mode)),
                None if change.status == 'U' => self.entry(commit, &change.path)?.map(|entry| (entry.id, entry.mode)),
                None => None,
            };
            changes.insert(change.path, old);
        }
        for path in others?.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            changes.entry(String::from_utf8_lossy(path).into_owned()).or_default();
        }
        Ok(changes.into_iter().map(|(path, old)| WorkTreeChange { path, old }).collect())
    }
}

/// A file that may differ between a commit and the work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkTreeChange {
    /// As Git names it, from the top of the repository.
    pub path: String,
    /// Its object and mode in the commit.
    pub old: Option<(ObjectId, u32)>,
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;

    fn told(changes: &[RawChange]) -> Vec<(char, &str)> {
        changes.iter().map(|change| (change.status, change.path.as_str())).collect()
    }

    #[test]
    fn trees_differ_by_file() {
        let sandbox = Sandbox::new();
        for (path, text) in [("f/a", "1"), ("f/d/b", "1"), ("f/d/c", "1"), ("other", "1")] {
            sandbox.write(path, text);
        }
        let first = sandbox.commit_all("first");
        sandbox.write("f/a", "2");
        sandbox.write("f/n", "2");
        sandbox.write("other", "2");
        std::fs::remove_file(sandbox.path("f/d/b")).unwrap();
        let second = sandbox.commit_all("second");
        for repository in sandbox.both() {
            let changes = repository.diff_trees(Some(first), second, "f").unwrap();
            assert_eq!(told(&changes), [('M', "f/a"), ('D', "f/d/b"), ('A', "f/n")]);
            assert_eq!((changes[0].old_mode, changes[0].new_mode), (0o100_644, 0o100_644));
            assert_eq!(repository.read(changes[0].old.unwrap()).unwrap(), b"1");
            assert_eq!(repository.read(changes[0].new.unwrap()).unwrap(), b"2");
            assert_eq!((changes[1].new, changes[1].new_mode, changes[2].old), (None, 0, None));
            let all = repository.diff_trees(None, first, "").unwrap();
            assert_eq!(told(&all), [('A', "f/a"), ('A', "f/d/b"), ('A', "f/d/c"), ('A', "other")]);
            assert_eq!(repository.diff_trees(Some(first), second, "none").unwrap(), []);
        }
    }

    #[test]
    fn histories_meet_or_do_not() {
        let sandbox = Sandbox::new();
        sandbox.write("a", "1");
        let base = sandbox.commit_all("base");
        sandbox.git(&["switch", "-q", "-c", "side"]);
        let side = sandbox.commit_all("side");
        sandbox.git(&["switch", "-q", "main"]);
        let main = sandbox.commit_all("main");
        sandbox.git(&["switch", "-q", "--orphan", "alone"]);
        let alone = sandbox.commit_all("alone");
        for repository in sandbox.both() {
            assert_eq!(repository.merge_base(side, main).unwrap(), Some(base));
            assert_eq!(repository.merge_base(alone, main).unwrap(), None);
        }
    }

    #[test]
    fn the_work_tree_differs_by_file() {
        let sandbox = Sandbox::new();
        for path in ["f/a", "f/b", "f/c", "f/d", "f/e", "f/g", "other"] {
            sandbox.write(path, "1");
        }
        sandbox.write(".gitignore", "*.tmp\n");
        let commit = sandbox.commit_all("first");
        sandbox.write("f/g", "3");
        sandbox.commit_all("second");
        for (path, text) in [("f/a", "2"), ("f/new", "2"), ("f/x.tmp", "2"), ("f/staged", "2"), ("f/e", "2")] {
            sandbox.write(path, text);
        }
        sandbox.write("other", "2");
        sandbox.git(&["add", "f/staged", "f/e"]);
        sandbox.write("f/e", "3");
        std::fs::remove_file(sandbox.path("f/c")).unwrap();
        sandbox.git(&["rm", "-q", "--cached", "f/d"]);
        for repository in sandbox.both() {
            let changes = repository.changed_in_work_tree(commit, "f").unwrap();
            let told: Vec<_> = changes.iter().map(|it| (it.path.as_str(), it.old.map(|(_, mode)| mode))).collect();
            let was = Some(0o100_644);
            let known = [("f/a", was), ("f/c", was), ("f/d", was), ("f/e", was), ("f/g", was)];
            assert_eq!(told, [&known[..], &[("f/new", None), ("f/staged", None), ("f/x.tmp", None)]].concat());
            for change in &changes[..known.len()] {
                assert_eq!(repository.read(change.old.unwrap().0).unwrap(), b"1", "{}", change.path);
            }
        }
    }
}

//! How commits hang together, and Git's own index of that.

use std::collections::HashMap;
use std::ops::Range;

use super::run::Manner;
use super::{CommitId, GitError, ObjectId, Repository};

/// Commits and their parents, newest first, in the order of `git rev-list --topo-order`: a branch that was merged comes in
/// one piece, after its merge and before what it was merged into. The order is a function of the commits alone.
#[derive(Debug, Default)]
pub struct Graph {
    ids: Vec<CommitId>,
    /// All parents, those of the first commit first.
    parents: Vec<CommitId>,
    /// Where the parents of each commit end.
    ends: Vec<usize>,
}

impl Graph {
    /// How many commits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The commit at a position.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn id(&self, at: usize) -> CommitId {
        self.ids[at]
    }

    /// Its parents; none for a root, or where a shallow clone ends.
    ///
    /// # Panics
    /// If there are not so many commits.
    #[must_use]
    pub fn parents(&self, at: usize) -> &[CommitId] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.parents[start..self.ends[at]]
    }

    /// Whether every commit that the first one reaches, and none of the parents of the commit `at` does, is that commit or
    /// descends from it: nothing went on beside it.
    ///
    /// # Panics
    /// If there are not so many commits.
    #[must_use]
    pub fn all_descend(&self, at: usize) -> bool {
        let positions: HashMap<CommitId, usize> = self.ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let parents = |at| self.parents(at).iter().filter_map(|id| positions.get(id).copied());
        let mut before = vec![false; self.len()];
        parents(at).for_each(|parent| before[parent] = true);
        // Every commit stands before its parents, so that one look at each is enough in either direction.
        for other in 0..self.len() {
            if before[other] {
                parents(other).for_each(|parent| before[parent] = true);
            }
        }
        let mut after = vec![false; self.len()];
        after[at] = true;
        for other in (0..at).rev() {
            after[other] = parents(other).any(|parent| after[parent]);
        }
        before.into_iter().zip(after).all(|(before, after)| before || after)
    }

    /// The commits that the merge `at` of two parents brought: those from its second parent down to `base`, when that is a
    /// branch of single commits, which then stand right behind it.
    ///
    /// # Panics
    /// If there are not so many commits.
    #[must_use]
    pub fn branch(&self, at: usize, base: CommitId) -> Option<Range<usize>> {
        let [_, mut expected] = *self.parents(at) else { return None };
        for next in at + 1..self.len() {
            if expected == base {
                return Some(at + 1..next);
            }
            match self.parents(next) {
                [parent] if self.ids[next] == expected => expected = *parent,
                _ => return None,
            }
        }
        None
    }

    fn push(&mut self, id: CommitId, parents: impl IntoIterator<Item = CommitId>) {
        self.ids.push(id);
        self.parents.extend(parents);
        self.ends.push(self.parents.len());
    }
}

impl Repository {
    /// The commits that `tip` reaches and `without` does not.
    ///
    /// # Errors
    /// When Git can't read the history.
    pub fn graph(&self, tip: CommitId, without: Option<CommitId>) -> Result<Graph, GitError> {
        let git = self.git(Manner::Read, "rev-list").whole_blocks();
        let git = git
            .args(["--topo-order", "--parents", "--end-of-options"])
            .arg(tip.to_string())
            .args(without.map(|id| format!("^{id}")))
            .arg("--");
        let text = git.run()?;
        let mut graph = Graph::default();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let nonsense = || GitError::Unexpected {
                command: "rev-list".to_owned(),
                detail: format!("`{}`", String::from_utf8_lossy(line)),
            };
            let ids: Option<Vec<CommitId>> = line.split(|byte| *byte == b' ').map(ObjectId::from_hex).collect();
            let mut ids = ids.ok_or_else(nonsense)?.into_iter();
            let id = ids.next().ok_or_else(nonsense)?;
            graph.push(id, ids);
        }
        Ok(graph)
    }

    /// Writes the commit-graph of all branches with filters of changed paths, by which `git log -- path` skips nearly all
    /// commits. Takes a second or two for tens of thousands of commits, once.
    ///
    /// # Errors
    /// If Git can't write it.
    pub fn write_commit_graph(&self) -> Result<(), GitError> {
        self.git(Manner::Write, "commit-graph")
            .args(["write", "--reachable", "--changed-paths", "--no-progress"])
            .run()
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;

    /// A graph of numbered commits, each with its parents.
    fn graph(commits: &[(u8, &[u8])]) -> Graph {
        let id = |number: &u8| ObjectId::from_bytes(&[*number; 20]).unwrap();
        let mut graph = Graph::default();
        for (commit, parents) in commits {
            graph.push(id(commit), parents.iter().map(id));
        }
        graph
    }

    #[test]
    fn nothing_goes_on_beside_a_commit_that_all_others_descend_from() {
        let line = graph(&[(3, &[2]), (2, &[1]), (1, &[])]);
        assert!((0..3).all(|at| line.all_descend(at)));
        // 4 merges 3 into 2, which both come from 1.
        let fork = graph(&[(4, &[2, 3]), (3, &[1]), (2, &[1]), (1, &[])]);
        assert_eq!([0, 1, 2, 3].map(|at| fork.all_descend(at)), [true, false, false, true]);
        // 5 brings 3, which has nothing to do with 1.
        let strangers = graph(&[(5, &[2, 3]), (3, &[]), (2, &[1]), (1, &[])]);
        assert_eq!([0, 1, 2, 3].map(|at| strangers.all_descend(at)), [true, false, false, false]);
    }

    #[test]
    fn a_plain_branch_stands_behind_its_merge() {
        let id = |number| ObjectId::from_bytes(&[number; 20]).unwrap();
        let plain = graph(&[(5, &[2, 4]), (4, &[3]), (3, &[1]), (2, &[1]), (1, &[])]);
        assert_eq!(plain.branch(0, id(1)), Some(1..3));
        assert_eq!(plain.branch(0, id(4)), Some(1..1));
        assert_eq!(plain.branch(0, id(2)), None, "its parents parted elsewhere");
        assert_eq!(plain.branch(1, id(1)), None, "no merge");
        let merged = graph(&[(5, &[2, 4]), (4, &[3, 2]), (3, &[1]), (2, &[1]), (1, &[])]);
        assert_eq!(merged.branch(0, id(2)), None);
    }

    #[test]
    fn branches_come_in_one_piece_after_their_merge() {
        let sandbox = Sandbox::new();
        sandbox.write("a", "1");
        let base = sandbox.commit_all("base");
        sandbox.git(&["switch", "-q", "-c", "side"]);
        let side = sandbox.commit_all("side");
        sandbox.git(&["switch", "-q", "main"]);
        let main = sandbox.commit_all("main");
        sandbox.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        for repository in sandbox.both() {
            let tip = repository.head().unwrap().commit().unwrap();
            let graph = repository.graph(tip, None).unwrap();
            assert_eq!((0..graph.len()).map(|at| graph.id(at)).collect::<Vec<_>>(), [tip, side, main, base]);
            assert_eq!(graph.parents(0), [main, side]);
            assert_eq!(graph.parents(3), []);
            let newer = repository.graph(tip, Some(main)).unwrap();
            assert_eq!((newer.len(), newer.id(1)), (2, side));
        }
    }
}

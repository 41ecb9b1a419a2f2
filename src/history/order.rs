//! The order of commits: oldest first, each commit stands behind its parents, and what only a later parent of a merge
//! brought stands behind everything that its earlier parents brought.
//!
//! So everything that a first parent brought stands before what a commit added, whatever that merged: along first parents
//! history only ever grows at its new end. `git log --topo-order` does not keep that where a branch merged back what it was
//! to be merged into.

use super::touch::Touch;
use crate::git::{CommitId, Graph};
use std::collections::HashMap;

/// Where commits stand; nothing when there is no merge among them.
#[derive(Default)]
pub(super) struct Order(HashMap<CommitId, usize>);

impl Order {
    /// That of these commits.
    pub(super) fn new(graph: &Graph) -> Self {
        let commits = || (0..graph.len()).map(|at| (graph.id(at), graph.parents(at)));
        if graph.is_empty() || commits().all(|(_, parents)| parents.len() < 2) {
            return Self::default();
        }
        Self::of(&commits().collect(), graph.id(0))
    }

    fn of(parents: &HashMap<CommitId, &[CommitId]>, tip: CommitId) -> Self {
        let mut positions = HashMap::with_capacity(parents.len());
        // Each commit with how many of its parents were looked at.
        let mut open = vec![(tip, 0)];
        while let Some((commit, next)) = open.last_mut() {
            let known = parents.get(commit).filter(|_| !positions.contains_key(commit));
            match known.map(|parents| parents.get(*next)) {
                Some(Some(parent)) => {
                    *next += 1;
                    open.push((*parent, 0));
                }
                Some(None) => {
                    positions.insert(*commit, positions.len());
                    open.pop();
                }
                None => {
                    open.pop();
                }
            }
        }
        Self(positions)
    }

    /// Puts touches into it, newest first.
    pub(super) fn sort(&self, touches: &mut [Touch]) {
        self.sort_by(touches, |touch| touch.commit);
    }

    /// Puts anything that commits did into it, newest first.
    pub(super) fn sort_by<T>(&self, things: &mut [T], commit: impl Fn(&T) -> CommitId) {
        if !self.0.is_empty() {
            things.sort_by_key(|thing| std::cmp::Reverse(self.0.get(&commit(thing)).copied()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order, newest first, of commits that are told as `commit parent parent`.
    fn order(tip: u8, commits: &[(u8, &[u8])]) -> Vec<u8> {
        let id = |number: u8| CommitId::from_hex(format!("{number:040x}").as_bytes()).unwrap();
        let commits_with_ids: Vec<(CommitId, Vec<CommitId>)> =
            commits.iter().map(|(commit, parents)| (id(*commit), parents.iter().map(|it| id(*it)).collect())).collect();
        let parents = commits_with_ids.iter().map(|(commit, parents)| (*commit, parents.as_slice()));
        let order = Order::of(&parents.collect(), id(tip));
        let mut all: Vec<u8> = commits.iter().map(|(commit, _)| *commit).collect();
        order.sort_by(&mut all, |number| id(*number));
        all
    }

    #[test]
    fn a_branch_stands_in_one_piece() {
        assert_eq!(order(5, &[(1, &[]), (2, &[1]), (3, &[1]), (4, &[3]), (5, &[2, 4])]), [5, 4, 3, 2, 1]);
    }

    #[test]
    fn what_was_there_keeps_its_place_when_a_branch_merged_back() {
        // 1 - 2 - 3 - 7 on the first parents; 4 - 5 - 6 beside, where 5 merges 3.
        let commits: [(u8, &[u8]); 7] =
            [(1, &[]), (2, &[1]), (3, &[2]), (4, &[1]), (5, &[4, 3]), (6, &[5]), (7, &[3, 6])];
        assert_eq!(order(7, &commits), [7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(order(3, &commits[..3]), [3, 2, 1]);
    }

    #[test]
    fn commits_that_are_known_are_left_out() {
        assert_eq!(order(3, &[(2, &[9]), (3, &[2, 8])]), [3, 2]);
    }
}

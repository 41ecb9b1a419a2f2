//! What merges brought.

use super::CommitFacts;
use crate::git::{CommitId, GitError, Graph, LogQuery, MergeChanges, Repository};
use std::collections::BTreeSet;

/// The commits that the merge `id` brought, when it is one: those that are taken back with it. `message` is that of the
/// commit that takes it back, where `git revert` says which side stays.
pub(super) fn brought(repository: &Repository, id: CommitId, message: &str) -> Result<Vec<CommitId>, GitError> {
    // A message may name anything.
    let Ok(facts) = CommitFacts::read(repository, id) else { return Ok(Vec::new()) };
    let [first, _, ..] = facts.parents[..] else { return Ok(Vec::new()) };
    let words: Vec<&str> = message.split_whitespace().collect();
    let says = |parent: &CommitId| {
        let parent = parent.to_string();
        words.windows(4).any(|at| at[..3] == ["changes", "made", "to"] && at[3].trim_end_matches('.') == parent)
    };
    let stays = facts.parents.iter().copied().find(says).unwrap_or(first);
    let graph = match repository.graph(id, Some(stays)) {
        Ok(graph) => graph,
        // Where a shallow clone ends.
        Err(GitError::Failed { .. }) if repository.is_shallow() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok((0..graph.len()).map(|at| graph.id(at)).filter(|commit| *commit != id).collect())
}

/// Those of a merge that changed one of these files themselves.
pub(super) fn brought_to(
    repository: &Repository,
    merge: CommitId,
    first: CommitId,
    paths: Vec<String>,
) -> Result<Vec<CommitId>, GitError> {
    let query = LogQuery {
        paths,
        from: vec![merge],
        until: vec![first],
        full_history: true,
        merges: MergeChanges::Nothing,
        ..LogQuery::default()
    };
    let commits = repository.log(&query)?.collect::<Result<Vec<_>, _>>()?;
    Ok(commits.into_iter().filter(|commit| commit.parents.len() < 2).map(|commit| commit.id).collect())
}

/// The merge by which `commit` came to the branch that ends in `tip`; `None` when it was made there.
pub(super) fn arrival(repository: &Repository, commit: CommitId, tip: CommitId) -> Result<Option<CommitId>, GitError> {
    Ok(arrived(&repository.graph(tip, Some(commit))?, commit))
}

/// The same, in the graph of what came after `commit`.
fn arrived(graph: &Graph, commit: CommitId) -> Option<CommitId> {
    let mut after = BTreeSet::from([commit]);
    for at in (0..graph.len()).rev() {
        if graph.parents(at).iter().any(|parent| after.contains(parent)) {
            after.insert(graph.id(at));
        }
    }
    let mut expected = (!graph.is_empty()).then(|| graph.id(0));
    for at in 0..graph.len() {
        if Some(graph.id(at)) != expected {
            continue;
        }
        let first = graph.parents(at).first().copied();
        match first {
            Some(first) if first == commit => return None,
            Some(first) if after.contains(&first) => expected = Some(first),
            _ => return Some(graph.id(at)),
        }
    }
    None
}

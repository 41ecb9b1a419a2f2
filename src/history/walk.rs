//! Which commits touched a flag, or any flag: newest first, in an order that commits alone decide.
//!
//! The order is that of [`super::order`].

use super::contents::{Contents, Memory};
use super::merges::{self, Scope};
use super::order::Order;
use super::touch::{FileVersion, Pair, Touch, TouchKind, flag_of, pairs};
use crate::git::{CommitId, GitError, Graph, LogQuery, MergeChanges, RawChange, Repository, Source, Step, TreeDiffs};
use crate::model::{Flag, FlagKey};
use crate::project::{Root, layout::FLAGS};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How many commits lie at most between what is remembered and what is asked for; beyond, it is found anew.
pub(super) const CATCH_UP: usize = 5_000;
/// How many commits are looked at in one go: many, since Git stores what stands together as differences from each other.
pub(super) const BATCH: usize = 400;

/// Commits, all that there are, and the files that these were looked up by.
pub(super) type Followed = (Vec<Step>, Arc<Graph>, Vec<String>);

/// Walks the history of one repository of flags.
pub(super) struct Walker<'r> {
    pub(super) root: &'r Root,
    pub(super) repository: &'r Repository,
    pub(super) contents: Contents<'r>,
    /// Who compares trees.
    diffs: RefCell<Option<TreeDiffs>>,
    /// Where the first two parents of merges parted that are looked at again.
    bases: RefCell<HashMap<[CommitId; 2], Option<CommitId>>>,
}

impl<'r> Walker<'r> {
    pub(super) fn new(root: &'r Root, repository: &'r Repository, memory: Arc<Memory>) -> Self {
        let contents = Contents::new(repository, memory);
        Self { root, repository, contents, diffs: RefCell::default(), bases: RefCell::default() }
    }

    /// What Git has to look at.
    pub(super) fn paths(&self, scope: &Scope) -> Vec<String> {
        match scope {
            Scope::All => vec![self.flags()],
            Scope::Paths(paths) => paths.clone(),
        }
    }

    /// What [`TreeDiffs`] as to all flags answer.
    pub(super) fn compare<T>(&self, ask: impl FnOnce(&mut TreeDiffs) -> Result<T, GitError>) -> Result<T, GitError> {
        let mut slot = self.diffs.borrow_mut();
        let mut running = match slot.take() {
            Some(running) => running,
            None => self.repository.tree_diffs(&[self.flags()])?,
        };
        // Only put back if it is still in step.
        let answer = ask(&mut running)?;
        *slot = Some(running);
        Ok(answer)
    }

    /// Where two parents of a merge parted.
    pub(super) fn merge_base(&self, first: CommitId, other: CommitId) -> Result<Option<CommitId>, GitError> {
        match self.bases.borrow_mut().remove(&[first, other]) {
            Some(base) => Ok(base),
            None => self.repository.merge_base(first, other),
        }
    }

    /// The folder of flags as Git names it.
    pub(super) fn flags(&self) -> String {
        format!("{}{FLAGS}", self.root.prefix())
    }

    /// What commits did to the flags in `scope`.
    pub(super) fn touches(&self, steps: &[Step], scope: &Scope) -> Result<Vec<Touch>, GitError> {
        let mut sides = merges::sides(self, steps)?.into_iter();
        let mut found = Vec::new();
        for step in steps {
            if step.parents.len() > 1 {
                let sides: Vec<_> = sides.by_ref().take(step.parents.len() - 1).collect();
                found.extend(merges::touches(self, step, &sides, scope)?);
            } else {
                found.extend(self.own_touches(step)?);
            }
        }
        Ok(found)
    }

    /// What the commits that `tip` reaches and `known` does not did to the files in `scope`; `None` when one of them is such that
    /// `gives_up`.
    pub(super) fn touches_since(
        &self,
        tip: CommitId,
        known: Option<CommitId>,
        scope: &Scope,
        gives_up: impl Fn(&Step) -> bool,
    ) -> Result<Option<Vec<Touch>>, GitError> {
        let graph = Arc::new(self.repository.graph(tip, known)?);
        let mut touches = Vec::new();
        let mut steps = self.repository.steps(&graph, 0, &self.paths(scope))?;
        loop {
            let some = steps.by_ref().take(BATCH).collect::<Result<Vec<_>, _>>()?;
            if some.is_empty() {
                Order::new(&graph).sort(&mut touches);
                return Ok(Some(touches));
            }
            if some.iter().any(&gives_up) {
                return Ok(None);
            }
            touches.extend(self.touches(&some, scope)?);
        }
    }

    /// What a commit did that is no merge.
    fn own_touches(&self, commit: &Step) -> Result<Vec<Touch>, GitError> {
        let pairs = pairs(self.root, &commit.changes);
        if commit.parents.is_empty() && !pairs.is_empty() && self.is_cut(commit.id)? {
            // Everything looks new where a shallow clone ends; nobody knows what this commit did.
            return Ok(Vec::new());
        }
        let touch = |(before, after)| Touch { commit: commit.id, before, after, kind: TouchKind::Own };
        Ok(self.join_renames(pairs).into_iter().map(touch).collect())
    }

    /// Whether the parents of a commit without parents are merely not here.
    pub(super) fn is_cut(&self, commit: CommitId) -> Result<bool, GitError> {
        Ok(self.repository.is_shallow() && !super::CommitFacts::read(self.repository, commit)?.parents.is_empty())
    }

    /// A flag that came and has the buckets of a flag that went is the same flag under another key: the salt of one of
    /// them is the key of the other, whether it was renamed or got its old key back.
    pub(super) fn join_renames(&self, mut pairs: Vec<Pair>) -> Vec<Pair> {
        let mut gone: Vec<usize> = (0..pairs.len()).filter(|&at| pairs[at].1.is_none()).collect();
        let come: Vec<usize> = (0..pairs.len()).filter(|&at| pairs[at].0.is_none()).collect();
        if gone.is_empty() || come.is_empty() {
            return pairs;
        }
        let mut joined = BTreeSet::new();
        for new in come {
            let Some(flag) = self.readable(pairs[new].1.as_ref()) else { continue };
            let source = gone.iter().position(|&old| self.was(pairs[old].0.as_ref(), &flag));
            if let Some(source) = source {
                let old = gone.remove(source);
                pairs[new].0 = pairs[old].0.take();
                joined.insert(old);
            }
        }
        let mut at = 0;
        pairs.retain(|_| {
            at += 1;
            !joined.contains(&(at - 1))
        });
        pairs
    }

    fn readable(&self, version: Option<&FileVersion>) -> Option<Flag> {
        self.contents.read(version?).flag().cloned()
    }

    fn was(&self, version: Option<&FileVersion>, flag: &Flag) -> bool {
        let content = self.contents.read_optional(version);
        content
            .as_ref()
            .and_then(|content| content.flag())
            .is_some_and(|old| old.effective_salt() == flag.effective_salt() && old.value_type == flag.value_type)
    }

    /// The commits that changed one of the files that were ever the flag of `path`, and merges that may have dropped such a
    /// change, and these files: where a commit adds such a file and removes the same flag elsewhere, by key or by salt, that
    /// file is looked at too.
    ///
    /// `None` when more than these files has to be looked at: when the flag was removed somewhere, or something went on
    /// beside the commit that moved or renamed it.
    pub(super) fn follow(&self, tip: CommitId, path: String) -> Result<Option<Followed>, GitError> {
        let graph = Arc::new(self.repository.graph(tip, None)?);
        let (mut found, mut paths, mut start) = (Vec::new(), vec![path], 0);
        'files: loop {
            for (at, step) in (start..).zip(self.repository.steps(&graph, start, &paths)?) {
                let step = step?;
                let mut sources = Vec::new();
                for change in &step.changes {
                    sources.extend(self.source(&step, change)?.filter(|source| !paths.contains(source)));
                }
                let is_removed = |(_, after): &Pair| after.is_none();
                if sources.is_empty() && self.join_renames(pairs(self.root, &step.changes)).iter().any(is_removed) {
                    return Ok(None);
                }
                if !sources.is_empty() {
                    if step.parents.len() > 1 || !graph.all_descend(at) {
                        return Ok(None);
                    }
                    // This commit is looked at again. Only what is older can be about the file in its old place.
                    paths.extend(sources);
                    start = at;
                    continue 'files;
                }
                if !step.changes.is_empty() || step.parents.len() > 1 {
                    found.push((at, step));
                }
            }
            return Ok(Some((self.without_idle_merges(&graph, found)?, graph, paths)));
        }
    }

    /// Without the merges of branches that changed nothing: most of all, and each takes a question to Git.
    fn without_idle_merges(&self, graph: &Graph, found: Vec<(usize, Step)>) -> Result<Vec<Step>, GitError> {
        let touched: BTreeSet<usize> =
            found.iter().filter(|(_, step)| !step.changes.is_empty()).map(|(at, _)| *at).collect();
        let mut kept = Vec::new();
        for (at, step) in found {
            let is_idle = match step.parents[..] {
                [first, second] if step.changes.is_empty() => {
                    let base = self.repository.merge_base(first, second)?;
                    let branch = base.and_then(|base| graph.branch(at, base));
                    let is_idle = branch.is_some_and(|branch| touched.range(branch).next().is_none());
                    if !is_idle {
                        self.bases.borrow_mut().insert([first, second], base);
                    }
                    is_idle
                }
                _ => false,
            };
            if !is_idle {
                kept.push(step);
            }
        }
        Ok(kept)
    }

    /// The file that an added one was before.
    fn source(&self, commit: &Step, added: &RawChange) -> Result<Option<String>, GitError> {
        let Some(parent) = commit.parents.first() else { return Ok(None) };
        let (Some(key), None, Some(id)) = (flag_of(self.root, &added.path), added.old, added.new) else {
            return Ok(None);
        };
        let new = FileVersion { path: added.path.clone(), key, id, mode: added.new_mode };
        Ok(self.origin(*parent, commit.id, &new)?.map(|version| version.path))
    }

    /// The flag that one added between two commits was before: the same key in another folder, or another key with the
    /// same buckets.
    pub(super) fn origin(
        &self,
        parent: CommitId,
        commit: CommitId,
        new: &FileVersion,
    ) -> Result<Option<FileVersion>, GitError> {
        let is = |version: &FileVersion| version.path == new.path;
        let pair = self.pairs_between(parent, commit)?.into_iter().find(|(_, after)| after.as_ref().is_some_and(is));
        Ok(pair.and_then(|(before, _)| before).filter(|before| before.path != new.path))
    }

    /// What the flag that one removed between two commits was became: the same key in another folder, or another key with
    /// the same buckets.
    pub(super) fn successor(
        &self,
        parent: CommitId,
        commit: CommitId,
        old: &FileVersion,
    ) -> Result<Option<FileVersion>, GitError> {
        let is = |version: &FileVersion| version.path == old.path;
        let pair = self.pairs_between(parent, commit)?.into_iter().find(|(before, _)| before.as_ref().is_some_and(is));
        Ok(pair.and_then(|(_, after)| after).filter(|after| after.path != old.path))
    }

    /// Where `first` has the flag that `base` has as `old`, when commits in between moved or renamed it.
    pub(super) fn became(
        &self,
        base: CommitId,
        first: CommitId,
        old: &FileVersion,
    ) -> Result<Option<FileVersion>, GitError> {
        let mut seen = BTreeSet::new();
        let mut open = vec![old.clone()];
        while let Some(at) = open.pop() {
            if !seen.insert(at.path.clone()) {
                continue;
            }
            if at.path != old.path && self.repository.entry(first, &at.path)?.is_some() {
                return Ok(Some(at));
            }
            for commit in self.repository.log(&LogQuery {
                paths: vec![at.path.clone()],
                from: vec![first],
                until: vec![base],
                full_history: true,
                merges: MergeChanges::FirstParent,
                ..LogQuery::default()
            })? {
                let commit = commit?;
                if let ([parent], true) =
                    (&commit.parents[..], commit.changes.iter().any(|change| change.new.is_none()))
                {
                    open.extend(self.successor(*parent, commit.id, &at)?);
                }
            }
        }
        Ok(None)
    }

    /// The key of the file with the content of one removed between two commits, when one was added.
    pub(super) fn moved(
        &self,
        parent: CommitId,
        commit: CommitId,
        old: &FileVersion,
    ) -> Result<Option<FlagKey>, GitError> {
        let changes = self.repository.diff_trees(Some(parent), commit, &self.flags())?;
        let mut came = changes.iter().filter(|change| change.old.is_none() && change.new == Some(old.id));
        Ok(came.find_map(|change| flag_of(self.root, &change.path)))
    }

    /// What happened to all flags between two commits.
    fn pairs_between(&self, parent: CommitId, commit: CommitId) -> Result<Vec<Pair>, GitError> {
        let changes = self.repository.diff_trees(Some(parent), commit, &self.flags())?;
        Ok(self.join_renames(pairs(self.root, &changes)))
    }

    /// The file of a flag in a commit.
    pub(super) fn path_at(&self, commit: CommitId, key: &FlagKey) -> Result<Option<String>, GitError> {
        let entries = self.repository.list(Source::Commit(commit), &self.flags())?;
        Ok(entries.into_iter().map(|entry| entry.path).find(|path| flag_of(self.root, path).as_ref() == Some(key)))
    }

    /// Whether `old` is `tip` or one of its ancestors along first parents, looking back at most `limit` commits.
    pub(super) fn is_first_parent(&self, old: CommitId, tip: CommitId, limit: usize) -> Result<bool, GitError> {
        let mut at = tip;
        for _ in 0..limit {
            if at == old {
                return Ok(true);
            }
            match super::CommitFacts::read(self.repository, at) {
                Ok(facts) => match facts.parents.first() {
                    Some(parent) => at = *parent,
                    None => return Ok(false),
                },
                // Where a shallow clone ends.
                Err(GitError::MissingObject { .. }) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

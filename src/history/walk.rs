//! Which commits touched a flag, or any flag: newest first, in an order that commits alone decide.
//!
//! The order is `git log --topo-order`: a branch that was merged stands in one piece between its merge and what it was
//! merged into. Along first parents it only ever grows at its new end, so what stands before an entry stays the same.

use super::contents::{Contents, Memory};
use super::merges::{self, Scope};
use super::touch::{FileVersion, Pair, Touch, TouchKind, flag_of, pairs};
use crate::git::{CommitId, GitError, Graph, RawChange, Repository, Source, Step, TreeDiffs};
use crate::model::{Flag, FlagKey};
use crate::project::{Root, layout::FLAGS};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Walks the history of one repository of flags.
pub(super) struct Walker<'r> {
    pub(super) root: &'r Root,
    pub(super) repository: &'r Repository,
    pub(super) contents: Contents<'r>,
    /// Who compares trees, and as to which files.
    diffs: RefCell<Option<(Vec<String>, TreeDiffs)>>,
}

impl<'r> Walker<'r> {
    pub(super) fn new(root: &'r Root, repository: &'r Repository, memory: Arc<Memory>) -> Self {
        Self { root, repository, contents: Contents::new(repository, memory), diffs: RefCell::new(None) }
    }

    /// What Git has to look at.
    pub(super) fn paths(&self, scope: &Scope) -> Vec<String> {
        match scope {
            Scope::All => vec![self.flags()],
            Scope::Paths(paths) => paths.clone(),
        }
    }

    /// What [`TreeDiffs`] as to the files in `scope` answer.
    pub(super) fn compare<T>(
        &self,
        scope: &Scope,
        ask: impl FnOnce(&mut TreeDiffs) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let paths = self.paths(scope);
        let mut slot = self.diffs.borrow_mut();
        let mut running = match slot.take() {
            Some((of, running)) if of == paths => running,
            _ => self.repository.tree_diffs(&paths)?,
        };
        // Only put back if it is still in step.
        let answer = ask(&mut running)?;
        *slot = Some((paths, running));
        Ok(answer)
    }

    /// The folder of flags as Git names it.
    pub(super) fn flags(&self) -> String {
        format!("{}{FLAGS}", self.root.prefix())
    }

    /// What commits did to the flags in `scope`.
    pub(super) fn touches(&self, steps: &[Step], scope: &Scope) -> Result<Vec<Touch>, GitError> {
        let mut sides = merges::sides(self, steps, scope)?.into_iter();
        let mut found = Vec::new();
        for step in steps {
            if step.parents.len() > 1 {
                let sides: Vec<_> = sides.by_ref().take(step.parents.len() - 1).collect();
                found.extend(merges::touches(self, step, &sides)?);
            } else {
                found.extend(self.own_touches(step)?);
            }
        }
        Ok(found)
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
    /// change: where a commit adds such
    /// a file and removes the same flag elsewhere, by key or by salt, that file is looked at too.
    ///
    /// `None` when more than these files has to be looked at: when the flag was removed somewhere, or something went on
    /// beside the commit that moved or renamed it.
    pub(super) fn follow(&self, tip: CommitId, path: String) -> Result<Option<(Vec<Step>, Scope)>, GitError> {
        let graph = Arc::new(self.repository.graph(tip, None)?);
        let (mut found, mut paths, mut start) = (Vec::new(), vec![path], 0);
        'files: loop {
            for (at, step) in (start..).zip(self.repository.steps(&graph, start, &paths)?) {
                let step = step?;
                let is_removed = step.changes.iter().any(|change| change.new.is_none());
                if is_removed && step.changes.iter().all(|change| change.old.is_some()) {
                    return Ok(None);
                }
                let mut sources = Vec::new();
                for change in &step.changes {
                    sources.extend(self.source(&step, change)?.filter(|source| !paths.contains(source)));
                }
                if !sources.is_empty() {
                    if !graph.all_descend(at) {
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
            return Ok(Some((self.without_idle_merges(&graph, found)?, Scope::Paths(paths))));
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
                    branch.is_some_and(|branch| touched.range(branch).next().is_none())
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
        let [parent] = commit.parents[..] else { return Ok(None) };
        let (Some(key), Some(id)) = (flag_of(self.root, &added.path), added.new) else { return Ok(None) };
        let new = FileVersion { path: added.path.clone(), key, id, mode: added.new_mode };
        Ok(self.origin(parent, commit.id, &new)?.map(|version| version.path))
    }

    /// The flag that one added between two commits was before: the same key in another folder, or another key with the
    /// same buckets.
    pub(super) fn origin(
        &self,
        parent: CommitId,
        commit: CommitId,
        new: &FileVersion,
    ) -> Result<Option<FileVersion>, GitError> {
        let gone = self.one_sided(parent, commit, |change| change.new.is_none())?;
        if let Some(moved) = gone.iter().find(|version| version.key == new.key) {
            return Ok(Some(moved.clone()));
        }
        if gone.is_empty() {
            return Ok(None);
        }
        let Some(flag) = self.readable(Some(new)) else { return Ok(None) };
        Ok(gone.into_iter().find(|old| self.was(Some(old), &flag)))
    }

    /// The flag under another key that one removed between two commits became.
    pub(super) fn successor(
        &self,
        parent: CommitId,
        commit: CommitId,
        old: &FileVersion,
    ) -> Result<Option<FileVersion>, GitError> {
        let come = self.one_sided(parent, commit, |change| change.old.is_none())?;
        if come.is_empty() {
            return Ok(None);
        }
        let Some(flag) = self.readable(Some(old)) else { return Ok(None) };
        Ok(come.into_iter().find(|new| new.key != old.key && self.was(Some(new), &flag)))
    }

    /// The key of the file with the content of one removed between two commits, when one was added.
    pub(super) fn moved(
        &self,
        parent: CommitId,
        commit: CommitId,
        old: &FileVersion,
    ) -> Result<Option<FlagKey>, GitError> {
        let come = self.one_sided(parent, commit, |change| change.old.is_none())?;
        Ok(come.into_iter().find(|new| new.id == old.id).map(|new| new.key))
    }

    /// The files of flags that are only on one side of two commits, as `is` says.
    fn one_sided(
        &self,
        parent: CommitId,
        commit: CommitId,
        is: impl Fn(&RawChange) -> bool,
    ) -> Result<Vec<FileVersion>, GitError> {
        let changes = self.repository.diff_trees(Some(parent), commit, &self.flags())?;
        let version = |change: &RawChange| {
            let key = flag_of(self.root, &change.path)?;
            let (id, mode) =
                change.old.map(|id| (id, change.old_mode)).or(change.new.map(|id| (id, change.new_mode)))?;
            Some(FileVersion { path: change.path.clone(), key, id, mode })
        };
        Ok(changes.iter().filter(|change| is(change)).filter_map(version).collect())
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

/// Of all touches, newest first, those of the flag that has this key at the end, under whichever keys it had before: also
/// those of branches that did not know yet that it was renamed. Beyond the one that created it, it goes on with the flag that
/// was deleted in the same file, if there was one.
pub(super) fn of_flag(touches: Vec<Touch>, key: &FlagKey) -> Vec<Touch> {
    let mut key = key.clone();
    let mut own = BTreeSet::new();
    // The file that the flag was created in, beyond its creation.
    let mut created_in: Option<&str> = None;
    // What happened to flags of other keys and may turn out to have happened to this one.
    let mut others: HashMap<FlagKey, Vec<usize>> = HashMap::new();
    for (at, touch) in touches.iter().enumerate() {
        let is = |version: Option<&FileVersion>| version.is_some_and(|version| version.key == key);
        let is_side = |touch: &Touch| match &touch.kind {
            TouchKind::Merge { sides, .. } => sides.iter().any(|(base, side)| is(side.as_ref()) || is(base.as_ref())),
            TouchKind::Own => false,
        };
        if let Some(file) = created_in {
            let deleted = touch.before.as_ref().filter(|_| touch.after.is_none());
            if deleted.is_none_or(|version| version.key != key || version.path != file) {
                continue;
            }
            created_in = None;
        }
        if is(touch.after.as_ref()) {
            own.insert(at);
            if let Some(old) = touch.renamed_from() {
                key = old.clone();
                own.extend(others.remove(old).unwrap_or_default());
            }
            if touch.before.is_none() && touch.kind == TouchKind::Own {
                created_in = touch.after.as_ref().map(|version| version.path.as_str());
                others.clear();
            }
        } else if is(touch.before.as_ref()) || is_side(touch) {
            own.insert(at);
        } else if let Some(other) = touch.key() {
            if touch.before.is_none() {
                // A flag of its own began there.
                others.remove(other);
            } else {
                others.entry(other.clone()).or_default().push(at);
            }
        }
    }
    let mut at = 0;
    let is_own = |_: &Touch| {
        at += 1;
        own.contains(&(at - 1))
    };
    touches.into_iter().filter(is_own).collect()
}

/// Of all touches, newest first, those of every flag that ever had this key, and of the one that has it now under its
/// earlier keys.
pub(super) fn of_key(touches: Vec<Touch>, key: &FlagKey) -> Vec<Touch> {
    let latest = of_flag(touches.clone(), key);
    let has = |version: &Option<FileVersion>| version.as_ref().is_some_and(|version| version.key == *key);
    touches.into_iter().filter(|touch| has(&touch.before) || has(&touch.after) || latest.contains(touch)).collect()
}

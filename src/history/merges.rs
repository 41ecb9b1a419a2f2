//! What a merge itself did to flags.
//!
//! A change that was merged in has a commit of its own and is told there. A merge is told only where its content is not
//! what merging its parents gives, flag by flag and by meaning:
//!
//! - The content is that of one parent although another one changed the flag since they parted, and the two changes do
//!   not come to the same: that change is lost, **merged away**.
//! - The content is that of no parent and not what [`merge_flags`] makes of them: the merge changed the flag itself, by
//!   resolving a conflict or by hiding an edit.
//!
//! A flag that one of the parents renamed since they parted is the same flag on all sides.

use super::contents::{Contents, State};
use super::merge::merge_flags;
use super::touch::{FileVersion, Pair, Touch, TouchKind, pairs};
use super::walk::Walker;
use crate::git::{CommitId, GitError, RawChange, Repository, Step};
use crate::model::FlagKey;
use std::collections::BTreeMap;

/// Which files a walk looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// All flags.
    All,
    /// These files, as Git names them.
    Paths(Vec<String>),
}

/// What one further parent of a merge changed since it parted from the first one.
pub(super) struct Side {
    base: Option<CommitId>,
    changes: Vec<RawChange>,
}

/// Those of all merges among `commits`, one after the other.
pub(super) fn sides(walker: &Walker<'_>, commits: &[Step], scope: &Scope) -> Result<Vec<Side>, GitError> {
    let mut bases = Vec::new();
    for commit in commits {
        let Some((first, others)) = commit.parents.split_first() else { continue };
        for other in others {
            bases.push((*other, walker.repository.merge_base(*first, *other)?));
        }
    }
    // One question for all: each for itself would take its time to and fro.
    let known: Vec<_> = bases.iter().filter(|(_, base)| base.is_some()).copied().collect();
    let mut compared =
        if known.is_empty() { Vec::new() } else { walker.compare(scope, |diffs| diffs.compare(&known))? }.into_iter();
    let mut sides = Vec::with_capacity(bases.len());
    for (other, base) in bases {
        let changes = match base {
            Some(_) => compared.next().unwrap_or_default(),
            // Histories that have nothing in common.
            None => walker.repository.diff_trees(None, other, &walker.flags())?,
        };
        let wanted = changes.into_iter().filter(|change| match scope {
            Scope::All => true,
            Scope::Paths(paths) => paths.contains(&change.path),
        });
        sides.push(Side { base, changes: wanted.collect() });
    }
    Ok(sides)
}

/// What the merge `commit`, whose changes are those to its first parent, did by itself; `sides` are those of its further
/// parents.
pub(super) fn touches(walker: &Walker<'_>, commit: &Step, others: &[Side]) -> Result<Vec<Touch>, GitError> {
    let Walker { root, repository, contents, .. } = walker;
    let Some(first) = commit.parents.first() else { return Ok(Vec::new()) };
    let mut own = by_key(walker.join_renames(pairs(root, &commit.changes)));
    let mut sides: BTreeMap<FlagKey, Vec<Pair>> = BTreeMap::new();
    let mut renamed: BTreeMap<FlagKey, FileVersion> = BTreeMap::new();
    for Side { base, changes } in others {
        for (key, pair) in by_key(walker.join_renames(pairs(root, changes))) {
            let now = match (base, &pair.0) {
                (Some(base), Some(old)) if !own.contains_key(&key) && is_nowhere(repository, commit.id, &pair)? => {
                    walker.successor(*base, *first, old)?
                }
                _ => None,
            };
            let key = now.as_ref().map_or(key, |now| now.key.clone());
            renamed.extend(now.map(|now| (now.key.clone(), now)));
            sides.entry(key).or_default().push(pair);
        }
    }
    let mut found = Vec::new();
    for key in own.keys().chain(sides.keys()).cloned().collect::<std::collections::BTreeSet<_>>() {
        let sides = sides.remove(&key).unwrap_or_default();
        let ours = own.remove(&key);
        if ours.as_ref().is_some_and(|ours| is_taken_over(ours, &sides)) {
            continue;
        }
        let (before, after) = match ours {
            Some(pair) => pair,
            None => {
                let unchanged = locate(repository, commit.id, &sides, renamed.get(&key))?;
                (unchanged.clone(), unchanged)
            }
        };
        if sides.iter().all(|(base, side)| same(base.as_ref(), side.as_ref()) || same(side.as_ref(), after.as_ref()))
            && same(before.as_ref(), after.as_ref())
        {
            continue;
        }
        let merge = Merged { contents, before: before.as_ref(), sides: &sides };
        if merge.expected().is_some_and(|expected| expected == merge.state(after.as_ref())) {
            continue;
        }
        let away =
            same(before.as_ref(), after.as_ref()) || sides.iter().any(|(_, side)| same(side.as_ref(), after.as_ref()));
        found.push(Touch { commit: commit.id, before, after, kind: TouchKind::Merge { sides, away } });
    }
    Ok(found)
}

/// The usual merge: one side changed the flag, the first parent did not, and the merge has it as that side.
fn is_taken_over((before, after): &Pair, sides: &[Pair]) -> bool {
    let [(base, side)] = sides else { return false };
    same(after.as_ref(), side.as_ref()) && same(before.as_ref(), base.as_ref())
}

fn same(one: Option<&FileVersion>, other: Option<&FileVersion>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one.id, one.mode) == (other.id, other.mode),
        (None, None) => true,
        _ => false,
    }
}

fn by_key(pairs: Vec<Pair>) -> BTreeMap<FlagKey, Pair> {
    let key = |pair: &Pair| pair.1.as_ref().or(pair.0.as_ref()).map(|version| version.key.clone());
    pairs.into_iter().filter_map(|pair| Some((key(&pair)?, pair))).collect()
}

/// The flag of `sides` in a commit: its file is where one of them has it, or where it was found under another key.
fn locate(
    repository: &Repository,
    commit: CommitId,
    sides: &[Pair],
    renamed: Option<&FileVersion>,
) -> Result<Option<FileVersion>, GitError> {
    for version in renamed.into_iter().chain(sides.iter().flat_map(|(base, side)| [side, base]).flatten()) {
        if let Some(entry) = repository.entry(commit, &version.path)? {
            return Ok(Some(FileVersion {
                path: entry.path,
                key: version.key.clone(),
                id: entry.id,
                mode: entry.mode,
            }));
        }
    }
    Ok(None)
}

/// Whether a commit has neither of the two files.
fn is_nowhere(repository: &Repository, commit: CommitId, pair: &Pair) -> Result<bool, GitError> {
    Ok(locate(repository, commit, std::slice::from_ref(pair), None)?.is_none())
}

/// The parents of a merge, for what it should have come to.
pub(super) struct Merged<'a> {
    pub(super) contents: &'a Contents<'a>,
    /// The flag in the first parent.
    pub(super) before: Option<&'a FileVersion>,
    /// For each further parent: the flag where it forked off, and there.
    pub(super) sides: &'a [Pair],
}

impl Merged<'_> {
    pub(super) fn state(&self, version: Option<&FileVersion>) -> Option<State> {
        self.contents.read_optional(version).map(|content| content.state.clone())
    }

    /// What merging gives: the state of the flag, which may be its absence. `None` when the parents are in conflict.
    #[expect(clippy::option_option, reason = "outside: conflict or not; inside: there or not")]
    pub(super) fn expected(&self) -> Option<Option<State>> {
        let mut result = self.state(self.before);
        for (base, side) in self.sides {
            result = three_way(self.state(base.as_ref()), self.state(side.as_ref()), result)?;
        }
        Some(result)
    }
}

#[expect(clippy::option_option, reason = "outside: conflict or not; inside: there or not")]
fn three_way(base: Option<State>, theirs: Option<State>, ours: Option<State>) -> Option<Option<State>> {
    if ours == theirs || base == theirs {
        return Some(ours);
    }
    if base == ours {
        return Some(theirs);
    }
    match (base, theirs, ours) {
        (Some(State::Readable(base)), Some(State::Readable(theirs)), Some(State::Readable(ours))) => {
            merge_flags(&base, &theirs, &ours).ok().map(|flag| Some(State::Readable(Box::new(flag))))
        }
        _ => None,
    }
}

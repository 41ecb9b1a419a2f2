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
//! The same goes for the file that it is in.
//!
//! A flag is the same on all sides where they have it in the same file, and where one of them moved or renamed it since
//! they parted.

use super::contents::{Contents, State};
use super::merge::merge_flags;
use super::touch::{FileVersion, Pair, Touch, TouchKind, pairs};
use super::walk::Walker;
use crate::git::{CommitId, GitError, RawChange, Repository, Step};
use std::collections::HashMap;

/// Which files a walk looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// All flags.
    All,
    /// These files, as Git names them.
    Paths(Vec<String>),
}

/// What the parents of a merge, and the merge itself, did to one flag.
#[derive(Default)]
struct Group {
    /// The merge against its first parent.
    own: Option<Pair>,
    /// Each further parent against where it forked off.
    sides: Vec<Pair>,
    /// Where the first parent has it, when it moved or renamed it since.
    now: Option<FileVersion>,
}

/// The groups of a merge: versions in the same file are of one flag.
#[derive(Default)]
struct Groups {
    groups: Vec<Group>,
    of_file: HashMap<String, usize>,
}

impl Groups {
    fn has(&self, pair: &Pair) -> bool {
        files(pair).any(|file| self.of_file.contains_key(file))
    }

    /// The group of a pair, which is in the file `now`, too.
    fn of(&mut self, pair: &Pair, now: Option<&FileVersion>) -> &mut Group {
        let files: Vec<&str> = now.map(|now| now.path.as_str()).into_iter().chain(files(pair)).collect();
        let known = files.iter().find_map(|file| self.of_file.get(*file)).copied();
        let at = known.unwrap_or_else(|| {
            self.groups.push(Group::default());
            self.groups.len() - 1
        });
        for file in files {
            self.of_file.entry(file.to_owned()).or_insert(at);
        }
        &mut self.groups[at]
    }
}

fn files(pair: &Pair) -> impl Iterator<Item = &str> {
    [pair.1.as_ref(), pair.0.as_ref()].into_iter().flatten().map(|version| version.path.as_str())
}

/// What one further parent of a merge changed since it parted from the first one.
pub(super) struct Side {
    base: Option<CommitId>,
    changes: Vec<RawChange>,
}

/// Those of all merges among `commits`, one after the other.
pub(super) fn sides(walker: &Walker<'_>, commits: &[Step]) -> Result<Vec<Side>, GitError> {
    let mut bases = Vec::new();
    for commit in commits {
        let Some((first, others)) = commit.parents.split_first() else { continue };
        for other in others {
            bases.push((*other, walker.merge_base(*first, *other)?));
        }
    }
    // One question for all: each for itself would take its time to and fro.
    let known: Vec<_> = bases.iter().filter(|(_, base)| base.is_some()).copied().collect();
    let compared = if known.is_empty() { Vec::new() } else { walker.compare(|diffs| diffs.compare(&known))? };
    let mut compared = compared.into_iter();
    let mut sides = Vec::with_capacity(bases.len());
    for (other, base) in bases {
        let changes = match base {
            Some(_) => compared.next().unwrap_or_default(),
            // Histories that have nothing in common.
            None => walker.repository.diff_trees(None, other, &walker.flags())?,
        };
        sides.push(Side { base, changes });
    }
    Ok(sides)
}

/// What the merge `commit`, whose changes are those to its first parent, did by itself; `sides` are those of its further
/// parents.
pub(super) fn touches(
    walker: &Walker<'_>,
    commit: &Step,
    sides: &[Side],
    scope: &Scope,
) -> Result<Vec<Touch>, GitError> {
    let mut found = Vec::new();
    for group in groups(walker, commit, sides, scope)? {
        found.extend(touch(walker, commit.id, group)?);
    }
    let key = |touch: &Touch| touch.key().cloned();
    found.sort_by_key(key);
    Ok(found)
}

fn groups(walker: &Walker<'_>, commit: &Step, sides: &[Side], scope: &Scope) -> Result<Vec<Group>, GitError> {
    let Walker { root, repository, .. } = walker;
    let Some(first) = commit.parents.first() else { return Ok(Vec::new()) };
    let mut groups = Groups::default();
    for pair in walker.join_renames(pairs(root, &commit.changes)) {
        let group = groups.of(&pair, None);
        group.own = Some(pair);
    }
    for Side { base, changes } in sides {
        for pair in side(walker, commit.id, changes, scope)? {
            let now = match (base, &pair.0) {
                (Some(base), Some(old)) if !groups.has(&pair) && is_nowhere(repository, commit.id, &pair)? => {
                    walker.became(*base, *first, old)?
                }
                _ => None,
            };
            let group = groups.of(&pair, now.as_ref());
            group.sides.push(pair);
            group.now = now.or_else(|| group.now.take());
        }
    }
    Ok(groups.groups)
}

/// What a merge did to one flag; `None` when it is what merging its parents gives.
fn touch(walker: &Walker<'_>, commit: CommitId, group: Group) -> Result<Option<Touch>, GitError> {
    let Group { own, sides, now } = group;
    if own.as_ref().is_some_and(|own| is_taken_over(own, &sides)) {
        return Ok(None);
    }
    let (before, after) = match own {
        Some(pair) => pair,
        None => {
            let unchanged = locate(walker.repository, commit, &sides, now.as_ref())?;
            (unchanged.clone(), unchanged)
        }
    };
    if before == after && sides.iter().all(|(base, side)| base == side || *side == after) {
        return Ok(None);
    }
    let merge = Merged { contents: &walker.contents, before: before.as_ref(), sides: &sides };
    if merge.expected().is_some_and(|expected| expected == merge.state(after.as_ref()))
        && after.as_ref().is_none_or(|after| merge.expected_file() == Some(after.path.as_str()))
    {
        return Ok(None);
    }
    let away = before == after || sides.iter().any(|(_, side)| *side == after);
    Ok(Some(Touch { commit, before, after, kind: TouchKind::Merge { sides, away } }))
}

/// The usual merge: one side changed the flag, the first parent did not, and the merge has it as that side.
fn is_taken_over((before, after): &Pair, sides: &[Pair]) -> bool {
    let [(base, side)] = sides else { return false };
    after == side && before == base
}

/// What a further parent of `merge` changed of the flags in `scope`.
fn side(walker: &Walker<'_>, merge: CommitId, changes: &[RawChange], scope: &Scope) -> Result<Vec<Pair>, GitError> {
    let mut found = Vec::new();
    for pair in walker.join_renames(pairs(walker.root, changes)) {
        if !is_wanted(&pair, scope) {
            continue;
        }
        let has = |path: &str| walker.repository.entry(merge, path).map(|entry| entry.is_some());
        match pair {
            // What moved there, and is in both files now, is two flags.
            (Some(old), Some(new)) if old.path != new.path && has(&old.path)? && has(&new.path)? => {
                found.extend([(Some(old), None), (None, Some(new))]);
            }
            pair => found.push(pair),
        }
    }
    Ok(found)
}

fn is_wanted(pair: &Pair, scope: &Scope) -> bool {
    match scope {
        Scope::All => true,
        Scope::Paths(paths) => files(pair).any(|file| paths.iter().any(|path| path == file)),
    }
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

    /// The file that merging leaves the flag in; `None` when the parents have it in different ones.
    fn expected_file(&self) -> Option<&str> {
        let mut result = self.before.map(|version| version.path.as_str());
        for (base, side) in self.sides {
            let (base, side) = (base.as_ref().map(|it| it.path.as_str()), side.as_ref().map(|it| it.path.as_str()));
            result = match result {
                ours if ours == side || base == side || side.is_none() => ours,
                ours if base == ours || ours.is_none() => side,
                _ => return None,
            };
        }
        result
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

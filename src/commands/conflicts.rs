//! What stands in the way of taking a change back: where, what both sides set, and what to do.

use super::restore::Back;
use crate::compare::{self, Difference};
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Repository};
use crate::history::{Changes, Conflict};
use crate::model::{EnvironmentName, Flag, FlagKey, Project};
use crate::project::Root;
use crate::source::Sources;
use std::collections::BTreeSet;

/// A part of a flag that was changed again since.
pub(super) struct Clash {
    key: FlagKey,
    /// Which part, and what both sides made of it.
    words: String,
    /// The newest commit that changed it since.
    by: Option<CommitId>,
}

/// The flag in the three states that do not fit together.
pub(super) struct Sides<'f> {
    /// Before the change.
    pub(super) before: Option<&'f Flag>,
    /// After the change.
    pub(super) after: Option<&'f Flag>,
    /// Now.
    pub(super) now: Option<&'f Flag>,
}

/// The conflicts in words.
///
/// # Errors
/// When Git can't read who changed the parts since.
pub(super) fn clashes(
    (root, repository, project): (&Root, &Repository, &Project),
    back: &Back<'_>,
    key: &FlagKey,
    sides: &Sides<'_>,
    conflicts: Vec<Conflict>,
) -> Result<Vec<Clash>> {
    let ours = compare::compare_flags(sides.before, sides.after);
    let theirs = compare::compare_flags(sides.after, sides.now);
    let mut clashes = Vec::new();
    for conflict in conflicts {
        let by = newest(root, repository, project, (key, back), &conflict)?;
        let short = back.change.commit.short();
        let made = told(&about(&ours, &conflict), |words| format!("{short} made it {words}"));
        let since = told(&about(&theirs, &conflict), |words| match by {
            Some(by) => format!("{} made it {words} since", by.short()),
            None => format!("it became {words} since"),
        });
        let both: Vec<String> = [made, since].into_iter().flatten().collect();
        let words = if both.is_empty() { conflict.to_string() } else { format!("{conflict} ({})", both.join("; ")) };
        clashes.push(Clash { key: key.clone(), words, by });
    }
    Ok(clashes)
}

fn told(differences: &[&Difference], words: impl Fn(String) -> String) -> Option<String> {
    let clauses: Vec<String> = differences.iter().map(|it| it.clause()).collect();
    (!clauses.is_empty()).then(|| words(clauses.join(", ")))
}

/// The differences that are about the part of the conflict, as far as they can be told apart.
fn about<'d>(differences: &'d [Difference], conflict: &Conflict) -> Vec<&'d Difference> {
    let rule = |label: &str| conflict.rule.as_deref() == Some(label) || conflict.part == format!("rule `{label}`");
    let near: Vec<&Difference> = differences
        .iter()
        .filter(|it| it.environment.as_ref().map(EnvironmentName::as_str) == conflict.environment.as_deref())
        .filter(|it| it.rule.as_deref().map_or(conflict.rule.is_none(), rule))
        .collect();
    let named = |it: &&&Difference| {
        let item = it.item.as_deref().is_some_and(|item| conflict.part.contains(item));
        item || conflict.part.contains(it.aspect.row().name) || it.rule.as_deref().is_some_and(rule)
    };
    let exact: Vec<&Difference> = near.iter().filter(named).copied().collect();
    if exact.is_empty() { near } else { exact }
}

/// The newest commit after the change that touched the part.
fn newest(
    root: &Root,
    repository: &Repository,
    project: &Project,
    (key, back): (&FlagKey, &Back<'_>),
    conflict: &Conflict,
) -> Result<Option<CommitId>> {
    for step in Changes::new(root, repository, project, key, back.tip, Some(back.change.commit))? {
        let (change, _) = step?;
        if !about(&change.differences, conflict).is_empty() {
            return Ok(Some(change.commit));
        }
    }
    Ok(None)
}

/// One problem for each flag.
pub(super) fn failure(clashes: &[Clash]) -> Box<Failure> {
    let mut failures: Vec<Box<Failure>> = Vec::new();
    for group in clashes.chunk_by(|a, b| a.key == b.key) {
        let Some(Clash { key, .. }) = group.first() else { continue };
        let words: Vec<&str> = group.iter().map(|clash| clash.words.as_str()).collect();
        let message = format!("a later change of `{key}` touched the same part: {}", words.join("; "));
        let failure = Failure::new(&change::ROLLBACK_CONFLICT, message);
        let newer: BTreeSet<CommitId> = group.iter().filter_map(|clash| clash.by).collect();
        let failure = if newer.is_empty() {
            failure.help(format!("`git flag log {key}` lists the changes; take the newer one back first"))
        } else {
            newer.iter().fold(failure, |failure, by| {
                failure
                    .help(format!("first take back what came later: git flag rollback {key} --commit {}", by.short()))
            })
        };
        failures.push(failure.help(format!(
            "`git flag rollback {key} --to REV` restores an older state as a whole, without what came later"
        )));
    }
    let mut failures = failures.into_iter();
    let first =
        failures.next().unwrap_or_else(|| Failure::new(&change::ROLLBACK_CONFLICT, "later changes are in the way"));
    first.with(failures.flat_map(|failure| failure.diagnostics).collect(), Sources::new())
}

//! Two catalogs.

use super::aspect::Aspect;
use super::difference::{Difference, Side, Sink, Subject};
use super::flag::{self, Scope};
use super::shared::{compare_projects, compare_segments};
use super::{renamed, words};
use crate::model::{Broken, Catalog, EnvironmentName, Flag, FlagKey, Segment, SegmentName};
use std::collections::{BTreeMap, BTreeSet};

/// What differs between two catalogs: flags by key, then segments by name, then the project. Within a flag what concerns
/// all of it comes first, then its environments in promotion order; within an environment rules come in their order.
///
/// Empty exactly when both mean the same: the order of mappings, tags, units and requirements has no meaning.
#[must_use]
pub fn compare(before: &Catalog, after: &Catalog) -> Vec<Difference> {
    let names = renamed::segments(before, after);
    if names.is_empty() {
        return compare_named(before, after, &names);
    }
    compare_named(&renamed::with_segments(before, &names, after), after, &names)
}

/// As [`compare`], where segments got new names, by which everything before calls them already.
fn compare_named(before: &Catalog, after: &Catalog, renamed: &BTreeMap<SegmentName, SegmentName>) -> Vec<Difference> {
    let Catalog { project, flags, segments, broken_flags, broken_segments } = before;
    let mut scope =
        Scope { order: promotion_order(before, after), renames: renames(before, after), variants: BTreeMap::new() };
    for (key, old) in flags {
        let key = scope.renames.get(key).unwrap_or(key);
        let names = after.flags.get(key).map(|new| renamed::variants(old, new)).unwrap_or_default();
        if !names.is_empty() {
            scope.variants.insert(key.clone(), names);
        }
    }
    let new_keys: BTreeSet<&FlagKey> = scope.renames.values().collect();
    let mut keys: BTreeSet<&FlagKey> = flags.keys().chain(broken_flags.keys()).collect();
    keys.extend(after.flags.keys().chain(after.broken_flags.keys()));
    let old_keys: BTreeMap<&FlagKey, &FlagKey> = scope.renames.iter().map(|(old, new)| (new, old)).collect();

    let mut found = Vec::new();
    for key in keys {
        if scope.renames.contains_key(key) && !new_keys.contains(key) {
            continue;
        }
        let old_key = old_keys.get(key).copied().unwrap_or(key);
        let old = State::of(flags.get(old_key), broken_flags.get(old_key).map(|Broken { error, .. }| error.as_str()));
        let new = after.broken_flags.get(key).map(|Broken { error, .. }| error.as_str());
        let subject = Subject::Flag(key.clone());
        let describe = |flag: &Flag| words::flag(flag);
        let both = |old, new| flag::compare(old, new, &scope);
        found.extend(states(subject, old, State::of(after.flags.get(key), new), describe, both));
        found.extend(rescued(key, broken_flags.get(old_key), after.broken_flags.get(key)));
    }
    let mut names: BTreeSet<&SegmentName> = segments.keys().chain(broken_segments.keys()).collect();
    names.extend(after.segments.keys().chain(after.broken_segments.keys()));
    for name in names.into_iter().filter(|name| !renamed.contains_key(*name)) {
        let old_name = renamed.iter().find(|(_, new)| *new == name).map_or(name, |(old, _)| old);
        let old = State::of(segments.get(old_name), broken_segments.get(old_name).map(String::as_str));
        let new = State::of(after.segments.get(name), after.broken_segments.get(name).map(String::as_str));
        let describe = |segment: &Segment| words::conditions(&segment.conditions);
        let mut own = states(Subject::Segment(name.clone()), old, new, describe, compare_segments);
        // The same people, found under the new name wherever they were looked for under the old one.
        own.iter_mut().filter(|it| it.aspect == Aspect::Renamed).for_each(|it| it.behaviour = false);
        found.extend(own);
    }
    found.extend(compare_projects(project, &after.project));
    found
}

/// Compares two versions of a flag; `None` where it does not exist. Two keys mean a rename.
///
/// Environments come in the order of the file; [`compare`] knows the project's.
#[must_use]
pub fn compare_flags(before: Option<&Flag>, after: Option<&Flag>) -> Vec<Difference> {
    flag::compare(before, after, &Scope::default())
}

/// Like [`compare_flags`], with the environments in promotion order.
#[must_use]
pub fn compare_flags_in(order: &[EnvironmentName], before: Option<&Flag>, after: Option<&Flag>) -> Vec<Difference> {
    flag::compare(before, after, &Scope { order: order.to_vec(), ..Scope::default() })
}

/// What one side knows of a flag or a segment.
enum State<'a, T> {
    Absent,
    Good(&'a T),
    Broken(&'a str),
}

impl<'a, T> State<'a, T> {
    fn of(good: Option<&'a T>, error: Option<&'a str>) -> Self {
        match (good, error) {
            (Some(good), _) => Self::Good(good),
            (None, Some(error)) => Self::Broken(error),
            (None, None) => Self::Absent,
        }
    }
}

fn states<'a, T>(
    subject: Subject,
    before: State<'a, T>,
    after: State<'a, T>,
    describe: impl Fn(&T) -> String,
    both: impl Fn(Option<&'a T>, Option<&'a T>) -> Vec<Difference>,
) -> Vec<Difference> {
    let mut sink = Sink::new(subject);
    let good = |it: &T| Some(Side::new(describe(it), "readable"));
    match (before, after) {
        (State::Good(old), State::Good(new)) => return both(Some(old), Some(new)),
        (State::Good(old), State::Absent) => return both(Some(old), None),
        (State::Absent, State::Good(new)) => return both(None, Some(new)),
        (State::Absent, State::Absent) => {}
        (State::Broken(old), State::Broken(new)) if old == new => {}
        (State::Broken(old), State::Broken(new)) => {
            sink.add(Aspect::Unreadable, Some(Side::text(old)), Some(Side::text(new)));
        }
        (State::Good(old), State::Broken(new)) => _ = sink.add(Aspect::Unreadable, good(old), Some(Side::text(new))),
        (State::Absent, State::Broken(new)) => _ = sink.add(Aspect::Unreadable, None, Some(Side::text(new))),
        (State::Broken(old), State::Good(new)) => _ = sink.add(Aspect::Readable, Some(Side::text(old)), good(new)),
        (State::Broken(old), State::Absent) => _ = sink.add(Aspect::Deleted, Some(Side::text(old)), None),
    }
    sink.found
}

/// The default that could be saved of a broken flag is what it serves, so a change of it counts.
fn rescued(key: &FlagKey, before: Option<&Broken>, after: Option<&Broken>) -> Option<Difference> {
    let (before, after) = (before?, after?);
    if before.default == after.default {
        return None;
    }
    let side = |it: &Broken| {
        let (variant, value) = it.default.as_ref()?;
        let full = serde_json::json!({"variant": variant.as_str(), "value": value.to_json()});
        Some(Side::new(format!("{variant} ({})", words::short(&value.to_string())), full))
    };
    let mut sink = Sink::new(Subject::Flag(key.clone()));
    sink.add(Aspect::Default, side(before), side(after));
    sink.found.pop()
}

fn promotion_order(before: &Catalog, after: &Catalog) -> Vec<EnvironmentName> {
    let mut seen = BTreeSet::new();
    let both = after.project.environments.iter().chain(&before.project.environments);
    both.map(|environment| &environment.name).filter(|name| seen.insert(*name)).cloned().collect()
}

/// Flags that are gone, with the new keys under which they live on: a new flag that has the buckets of a flag that is gone
/// (as one of both says with an explicit salt), and mostly its content.
#[must_use]
pub fn renames(before: &Catalog, after: &Catalog) -> BTreeMap<FlagKey, FlagKey> {
    let absent =
        |key: &FlagKey, there: &Catalog| !there.flags.contains_key(key) && !there.broken_flags.contains_key(key);
    let mut by_salt: BTreeMap<&str, Vec<&Flag>> = BTreeMap::new();
    for flag in before.flags.values().filter(|flag| absent(&flag.key, after)) {
        by_salt.entry(flag.effective_salt()).or_default().push(flag);
    }
    let mut result = BTreeMap::new();
    if by_salt.is_empty() {
        return result;
    }
    for new in after.flags.values().filter(|flag| absent(&flag.key, before)) {
        let Some(candidates) = by_salt.get_mut(new.effective_salt()) else { continue };
        let best = candidates.iter().enumerate().map(|(index, old)| (likeness(old, new), index));
        // The first of the most alike.
        let Some((score, index)) = best.max_by_key(|&(score, index)| (score, std::cmp::Reverse(index))) else {
            continue;
        };
        if score * 2 >= LIKENESS_FULL {
            let old = candidates.remove(index);
            result.insert(old.key.clone(), new.key.clone());
        }
    }
    result
}

/// The likeness of two flags of the same content.
const LIKENESS_FULL: usize = 6;

/// How much two flags have in common, up to [`LIKENESS_FULL`]; 0 when their values have different types.
fn likeness(before: &Flag, after: &Flag) -> usize {
    if before.value_type != after.value_type {
        return 0;
    }
    let names = |flag: &Flag| flag.variants.iter().map(|variant| variant.name.clone()).collect::<BTreeSet<_>>();
    let environments = |flag: &Flag| flag.environments.iter().map(|it| it.name.clone()).collect::<BTreeSet<_>>();
    let same_environments =
        before.environments.iter().filter(|old| after.environment(old.name.as_str()) == Some(old)).count();
    let facts = [
        names(before) == names(after),
        before.default == after.default,
        environments(before) == environments(after),
        before.environments.is_empty() || same_environments > 0,
        before.description == after.description,
        before.owner == after.owner && before.kind == after.kind,
    ];
    facts.into_iter().filter(|fact| *fact).count()
}

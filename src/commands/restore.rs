//! Taking changes back in a draft: what `rollback` and `undo` share.

use super::conflicts::{self, Clash, Sides};
use super::{answers, delete, rename};
use crate::compare::{Aspect, Difference};
use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Repository};
use crate::history::{Change, Content, FileVersion, Parts, State, undo_change, with_environment, with_rule};
use crate::model::{EnvironmentName, Flag, FlagKey, Project, Serve, Setting};
use crate::project::{Draft, Root, decode_text, layout, segments_of_flag};
use crate::source::FilePath;
use std::collections::BTreeSet;

/// A change, and the parts of it that are taken back.
pub(super) struct Back<'c> {
    pub(super) change: &'c Change,
    pub(super) parts: Parts,
    /// What of it is not taken back already; at least `parts`.
    pub(super) left: Parts,
    /// The key that the flag has now, where another one may have come after the change.
    pub(super) today: Option<FlagKey>,
    /// The commit that it is looked at from.
    pub(super) tip: CommitId,
}

impl Back<'_> {
    /// What the change did there.
    pub(super) fn differences(&self) -> impl Iterator<Item = &Difference> {
        self.change.differences.iter().filter(|it| self.has(it))
    }

    /// The key that the flag has now, or had last.
    pub(super) fn key_now(&self) -> Option<&FlagKey> {
        let version = self.change.after.as_ref().or(self.change.before.as_ref());
        self.today.as_ref().or(version.map(|version| &version.key))
    }

    fn has(&self, difference: &Difference) -> bool {
        let environment = difference.environment.as_ref().map(EnvironmentName::as_str);
        let has = |parts: &Parts, rule: Option<&str>| parts.has_rule(environment, rule);
        let (rule, item) = (difference.rule.as_deref(), difference.item.as_deref());
        match difference.aspect {
            // It is of both, and gone for both once either took it back.
            Aspect::RulesSwapped => {
                (has(&self.parts, rule) || has(&self.parts, item)) && has(&self.left, rule) && has(&self.left, item)
            }
            _ => has(&self.parts, rule),
        }
    }

    fn is_whole(&self) -> bool {
        self.change.differences.iter().all(|it| self.has(it))
    }
}

/// Takes changes of flags back, one after the other, and keeps what later changes did elsewhere.
///
/// A flag that nobody touched since becomes what it was byte for byte; otherwise its text is edited. It stays in the
/// folder that it is in now.
///
/// # Errors
/// When later changes touched the same part, what would come back refers to something gone, something refers to what
/// would go, or a side does not read.
pub(super) fn take_back(draft: &mut Draft<'_>, root: &Root, repository: &Repository, backs: &[Back<'_>]) -> Result<()> {
    let (mut touched, mut clashes) = (Vec::new(), Vec::new());
    for back in backs {
        let Some(then) = back.change.after.as_ref().or(back.change.before.as_ref()).map(|version| &version.key) else {
            continue;
        };
        let key = match &back.today {
            Some(today) if draft.find_flag(then.as_str())?.is_none() && draft.find_flag(today.as_str())?.is_some() => {
                today
            }
            _ => then,
        };
        // One that does not read refers to nothing that is known.
        let now = match draft.find_flag(key.as_str())? {
            Some(_) => draft.flag(key).ok().map(|file| file.flag),
            None => None,
        };
        let old = back.change.before.as_ref().map_or_else(|| key.clone(), |version| version.key.clone());
        clashes.extend(take_one_back(draft, root, repository, back, key)?);
        touched.push((key, old, now));
    }
    if !clashes.is_empty() {
        return Err(conflicts::failure(&clashes));
    }
    // Only now: what one of them refers to, or is required by, may have come and gone with another.
    for (key, old, now) in &touched {
        let key = if draft.find_flag(key.as_str())?.is_some() { key } else { old };
        match draft.find_flag(key.as_str())? {
            Some(_) => refer(draft, &draft.flag(key)?.flag, now.as_ref())?,
            None => free(draft, key)?,
        }
    }
    Ok(())
}

fn take_one_back(
    draft: &mut Draft<'_>,
    root: &Root,
    repository: &Repository,
    back: &Back<'_>,
    key: &FlagKey,
) -> Result<Vec<Clash>> {
    let change = back.change;
    let path = draft.find_flag(key.as_str())?;
    let text = path.as_ref().map(|path| draft.text(path)).transpose()?.flatten();
    let same_key = change.after.as_ref().is_none_or(|after| after.key == *key);
    if back.is_whole() && same_key && text == text_of(root, repository, change.after.as_ref())? {
        return replace(draft, root, repository, change, key, path).map(|()| Vec::new());
    }
    let (base, theirs) = (flag_of(change, change.new.as_deref())?, flag_of(change, change.old.as_deref())?);
    // A rename since is no part of the change.
    let then = base.as_ref().map(|base| base.key.clone());
    let [base, theirs] = [base, theirs].map(|side| {
        side.map(|flag| if then.as_ref() == Some(&flag.key) { Flag { key: key.clone(), ..flag } } else { flag })
    });
    let theirs = match (&base, theirs) {
        (Some(base), Some(theirs)) => Some(narrowed(base, &theirs, &back.parts)),
        (_, theirs) => theirs,
    };
    let file = path.is_some().then(|| draft.flag(key)).transpose()?;
    let ours = file.as_ref().map(|file| &file.flag);
    let result = match undo_change(base.as_ref(), theirs.as_ref(), ours) {
        Ok(result) => result,
        Err(found) => {
            let sides = Sides { before: theirs.as_ref(), after: base.as_ref(), now: ours };
            return conflicts::clashes((root, repository, draft.project()), back, key, &sides, found);
        }
    };
    let done = match (result, file) {
        (Some(flag), Some(file)) => {
            variants_are_there(&flag)?;
            let renamed = flag.key.clone();
            draft.set_flag(&file, &Flag { key: key.clone(), ..flag })?;
            if renamed == *key { Ok(()) } else { rename_back(draft, &file.path, key, &renamed) }
        }
        (Some(_), None) => replace(draft, root, repository, change, key, None),
        (None, Some(file)) => remove(draft, key, file.path),
        (None, None) => Ok(()),
    };
    done.map(|()| Vec::new())
}

/// `theirs` in these parts, and `base` in all others.
fn narrowed(base: &Flag, theirs: &Flag, parts: &Parts) -> Flag {
    let (mut result, other) = if parts.has(None) { (theirs.clone(), base) } else { (base.clone(), theirs) };
    let names: BTreeSet<&str> =
        base.environments.iter().chain(&theirs.environments).map(|it| it.name.as_str()).collect();
    for name in names.into_iter().filter(|name| parts.has(Some(name)) != parts.has(None)) {
        result = with_environment(&result, other, name);
    }
    for environment in base.environments.iter().chain(&theirs.environments) {
        let name = environment.name.as_str();
        let other = if parts.has(Some(name)) { base } else { theirs };
        for rule in environment.rules.iter().filter_map(|rule| rule.id.as_ref()) {
            if parts.has_rule(Some(name), Some(rule.as_str())) != parts.has(Some(name)) {
                result = with_rule(&result, other, name, rule.as_str());
            }
        }
    }
    result
}

/// Puts the file of before into the place of the one there is.
fn replace(
    draft: &mut Draft<'_>,
    root: &Root,
    repository: &Repository,
    back: &Change,
    key: &FlagKey,
    path: Option<FilePath>,
) -> Result<()> {
    let Some(before) = &back.before else {
        if let Some(path) = path {
            remove(draft, key, path)?;
        }
        return Ok(());
    };
    // What does not read is not brought back.
    flag_of(back, back.old.as_deref())?;
    let text = text_of(root, repository, Some(before))?;
    let old = root.from_git(&before.path).unwrap_or_else(|| before.path.as_str().into());
    let Some(path) = path else {
        if let Some(other) = draft.find_flag(before.key.as_str())? {
            return Err(Failure::new(&change::ROLLBACK_CONFLICT, format!("`{}` exists again: `{other}`", before.key)));
        }
        draft.set_text(old, text);
        return Ok(());
    };
    draft.set_text(path.clone(), text);
    if before.key != *key {
        return rename_back(draft, &path, key, &before.key);
    }
    // What comes back is what the flag meant; its place only when the change was nothing else.
    let only_moved = back.after.as_ref().is_some_and(|after| after.id == before.id && after.path != before.path);
    if only_moved && path != old { rename::move_file(draft, &path, old) } else { Ok(()) }
}

fn remove(draft: &mut Draft<'_>, key: &FlagKey, path: FilePath) -> Result<()> {
    draft.set_text(path, None);
    draft.set_text(layout::tests_path(key), None);
    answers::remove(draft, key)
}

/// Refuses to let a flag go that others require.
fn free(draft: &Draft<'_>, key: &FlagKey) -> Result<()> {
    let requiring = delete::requiring(&draft.load_all()?.catalog, key);
    if requiring.is_empty() {
        return Ok(());
    }
    Err(Failure::new(&change::STILL_REFERENCED, format!("`{key}` is still required by {}", requiring.join(", ")))
        .help(format!("undoing its creation deletes it; first `git flag require FLAG --on {key} --remove`")))
}

/// Gives a flag its old key again, with its tests and those who require it.
pub(super) fn rename_back(draft: &mut Draft<'_>, path: &FilePath, from: &FlagKey, to: &FlagKey) -> Result<()> {
    free_key(draft, to)?;
    let folder = path.rsplit_once('/').map_or(layout::FLAGS, |(folder, _)| folder);
    rename::move_file(draft, path, format!("{folder}/{to}.yaml").into())?;
    rename::move_file(draft, &layout::tests_path(from), layout::tests_path(to))?;
    answers::rename(draft, from, to)?;
    rename::update_references(draft, from, to).map(drop)
}

/// Refuses an old key that another flag has now.
pub(super) fn free_key(draft: &Draft<'_>, key: &FlagKey) -> Result<()> {
    match draft.find_flag(key.as_str())? {
        None => Ok(()),
        Some(other) => Err(Failure::new(
            &change::ROLLBACK_CONFLICT,
            format!("the old key `{key}` is taken by another flag: `{other}`"),
        )),
    }
}

/// The flag on one side of a change; `None` where it is not there.
fn flag_of(back: &Change, content: Option<&Content>) -> Result<Option<Flag>> {
    match content.map(|content| &content.state) {
        None => Ok(None),
        Some(State::Readable(flag)) => Ok(Some((**flag).clone())),
        Some(State::Broken(error)) => Err(Failure::new(
            &repository::FLAG_DOES_NOT_READ,
            format!("the change {} has a side that does not read: {error}", back.commit.short()),
        )
        .help("`--to REV` restores an older state that reads")),
    }
}

/// The text of a version, as it is in Git.
pub(super) fn text_of(root: &Root, repository: &Repository, version: Option<&FileVersion>) -> Result<Option<String>> {
    let Some(version) = version else { return Ok(None) };
    let path = root.from_git(&version.path).unwrap_or_else(|| version.path.as_str().into());
    decode_text(&path, repository.read(version.id)?).map(Some).map_err(|problem| (*problem).into())
}

/// Refuses what would serve a variant that the flag no longer has.
fn variants_are_there(flag: &Flag) -> Result<()> {
    let served = flag.environments.iter().flat_map(|environment| {
        let targets = environment.targets.iter().map(|target| &target.serve);
        let serves = environment.serves().flat_map(|(_, serve)| match serve {
            Serve::Variant(variant) => vec![variant],
            Serve::Rollout(rollout) => rollout.variants().collect(),
        });
        targets.chain(serves)
    });
    let gone: BTreeSet<String> = served
        .chain([&flag.default])
        .filter(|name| flag.variant(name.as_str()).is_none())
        .map(|name| format!("variant `{name}`"))
        .collect();
    if gone.is_empty() { Ok(()) } else { Err(dangling(&flag.key, gone.into_iter().collect())) }
}

fn dangling(key: &FlagKey, gone: Vec<String>) -> Box<Failure> {
    let gone = gone.join(", ");
    let message = format!("what would come back of `{key}` refers to what is gone: {gone}");
    Failure::new(&change::ROLLBACK_DANGLING, message).help("restore that first")
}

/// Refuses what would come back with a reference to something that is gone.
pub(super) fn refer(draft: &Draft<'_>, flag: &Flag, now: Option<&Flag>) -> Result<()> {
    variants_are_there(flag)?;
    let known = now.map(|now| references(now).collect::<BTreeSet<_>>()).unwrap_or_default();
    let mut gone = Vec::new();
    for reference in references(flag).filter(|reference| !known.contains(reference)).collect::<BTreeSet<_>>() {
        if !reference.exists(draft)? {
            gone.push(reference.to_string());
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    Err(dangling(&flag.key, gone))
}

/// Something that a flag refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Reference {
    Environment(String),
    Segment(String),
    Flag(String, String),
    Ring(String),
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment `{name}`"),
            Self::Segment(name) => write!(f, "segment `{name}`"),
            Self::Flag(key, variant) => write!(f, "flag `{key}` with variant `{variant}`"),
            Self::Ring(name) => write!(f, "ring `{name}`"),
        }
    }
}

impl Reference {
    fn exists(&self, draft: &Draft<'_>) -> Result<bool> {
        let project: &Project = draft.project();
        match self {
            Self::Environment(name) => Ok(project.environment(name).is_some()),
            Self::Ring(name) => Ok(project.rings.iter().any(|ring| ring.name == **name)),
            Self::Segment(name) => Ok(draft.text(&format!("{}/{name}.yaml", layout::SEGMENTS).into())?.is_some()),
            Self::Flag(key, variant) => {
                let Ok(key) = FlagKey::new(key) else { return Ok(false) };
                if draft.find_flag(key.as_str())?.is_none() {
                    return Ok(false);
                }
                // One that does not read is there, and has problems of its own.
                Ok(draft.flag(&key).map_or(true, |file| file.flag.variant(variant).is_some()))
            }
        }
    }
}

fn references(flag: &Flag) -> impl Iterator<Item = Reference> {
    let environments = flag.environments.iter().map(|environment| Reference::Environment(environment.name.to_string()));
    let segments = segments_of_flag(flag).map(|name| Reference::Segment(name.to_string()));
    let required = flag.requirements().map(|(_, it)| Reference::Flag(it.flag.to_string(), it.serves.to_string()));
    let serves = flag.environments.iter().flat_map(crate::model::Environment::serves);
    let rings = serves.filter_map(|(_, serve)| match serve.rollout()?.setting("ring") {
        Some(Setting::Ring(name)) => Some(Reference::Ring(name.to_string())),
        _ => None,
    });
    environments.chain(segments).chain(required).chain(rings)
}

//! What a writing command is going to do, before it does it.

use super::draft::{Draft, FileEdit};
use super::files::{Content, Files};
use super::layout::{self, Role};
use super::load::{self, Loaded};
use super::message::Message;
use super::read;
use super::standard;
use super::validate::is_meaning;
use crate::compare::{self, Aspect, Difference, Subject};
use crate::diagnostic::codes::change;
use crate::diagnostic::{Diagnostic, Failure, Result};
use crate::evaluate::Program;
use crate::lint::{self, FileContext, FlagFacts, SegmentFacts};
use crate::model::{Catalog, FlagKey, Timestamp};
use crate::source::{FilePath, Place};
use std::collections::BTreeSet;

/// The files, the message, and what it all means.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What changes in which file; empty when nothing changes.
    pub edits: Vec<FileEdit>,
    /// The commit's message.
    pub message: Message,
    /// What the change means.
    pub differences: Vec<Difference>,
    /// The flags before and after, the changed ones only.
    pub before: Catalog,
    /// See `before`.
    pub after: Catalog,
}

impl Plan {
    /// The plan of `draft`, checked: nothing that validated before may stop validating.
    ///
    /// # Errors
    /// When the result would have errors that the base does not have.
    pub fn new(base: &Files<'_>, draft: &Draft<'_>, message: Message, now: Timestamp) -> Result<Self> {
        let edits = draft.edits()?;
        let before = changed(base, &edits, |edit| edit.before.as_deref())?;
        let changed_files =
            edits.iter().map(|edit| (edit.path.clone(), edit.after.clone().map(String::into_bytes))).collect();
        let overlay = Files::Overlay { base, changed: changed_files };
        let after = changed(&overlay, &edits, |edit| edit.after.as_deref())?;
        check(base, &overlay, &edits, &after, &message.action, now)?;
        let differences = compare::compare(&before.catalog, &after.catalog);
        let message = Message { parts: parts(&message, &edits), ..message };
        Ok(Self { edits, message, differences, before: before.catalog, after: after.catalog })
    }

    /// The environments in which it can change answers; all of the project's for changes of a flag as a whole.
    #[must_use]
    pub fn environments(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        // After a rename clients that ask for the old key get their own defaults.
        // So do they with another variant's name, where they look at that.
        let matters = |difference: &&Difference| {
            difference.behaviour || matches!(difference.aspect, Aspect::Renamed | Aspect::VariantRenamed)
        };
        for difference in self.differences.iter().filter(matters) {
            match (&difference.environment, &difference.subject) {
                (Some(environment), _) => drop(names.insert(environment.to_string())),
                (None, Subject::Flag(key)) => {
                    let enabled = [&self.before, &self.after].into_iter().filter_map(|catalog| catalog.flags.get(key));
                    names.extend(
                        enabled.flat_map(|flag| &flag.environments).filter(|e| e.enabled).map(|e| e.name.to_string()),
                    );
                }
                (None, _) => names.extend(self.after.project.environment_names().map(str::to_owned)),
            }
        }
        names
    }
}

/// How many parts a message lists.
const LISTED: usize = 100;

/// What a change of several things at once changes; nothing when the subject says it, or there are too many to list.
fn parts(message: &Message, edits: &[FileEdit]) -> Vec<String> {
    let part = |edit: &FileEdit| match layout::role(&edit.path) {
        Role::Flag(key) => Some(key.to_string()),
        Role::Segment(name) => Some(format!("segment/{name}")),
        Role::Project => Some("project".to_owned()),
        _ => None,
    };
    let parts: BTreeSet<String> = edits.iter().filter_map(part).collect();
    let listed = message.subject == "project" && (2..=LISTED).contains(&parts.len());
    if listed { parts.into_iter().collect() } else { Vec::new() }
}

/// The flags and segments of the edited files, on one side.
fn changed<'e>(
    files: &Files<'_>,
    edits: &'e [FileEdit],
    side: impl Fn(&'e FileEdit) -> Option<&'e str>,
) -> Result<Loaded> {
    let mut loaded = Loaded::new(load::load_project(files)?);
    for edit in edits {
        let Some(text) = side(edit) else { continue };
        let (path, content) = (edit.path.clone(), Content::Plain(text.as_bytes().to_vec()));
        loaded.sources.insert(path.clone(), text);
        match layout::role(&path) {
            Role::Flag(key) => loaded.add(load::flag_content(key, path, content)),
            Role::Segment(name) => loaded.add(load::segment_content(name, path, content)),
            Role::Misplaced(why) => loaded.problems.push(read::misplaced(&path, &why)),
            Role::Project | Role::Tests(_) | Role::SegmentTests(_) | Role::Golden(_) | Role::Other => {}
        }
    }
    Ok(loaded)
}

/// Errors of the changed files, and of what they refer to, that were not there before.
fn check(
    base: &Files<'_>,
    overlay: &Files<'_>,
    edits: &[FileEdit],
    after: &Loaded,
    action: &str,
    now: Timestamp,
) -> Result<()> {
    let mut errors: Vec<Diagnostic> = after.problems.iter().filter(|problem| problem.is_error()).cloned().collect();
    let project = &after.catalog.project;
    for (key, flag) in &after.catalog.flags {
        let Some(file) = after.flag_files.get(key) else { continue };
        let context = FileContext { project, file, now };
        errors.extend(lint::check_flag(&context, flag).into_iter().filter(is_meaning));
    }
    for (name, segment) in &after.catalog.segments {
        let file = layout::segment_path(name);
        let context = FileContext { project, file: &file, now };
        errors.extend(lint::check_segment(&context, segment).into_iter().filter(is_meaning));
    }
    errors.extend(standard::broken(project, edits, action, now));
    if errors.is_empty() {
        errors = dangling(base, overlay, edits, after, now)?;
    }
    if errors.is_empty() {
        return Ok(());
    }
    let sources = super::validate::sources(overlay, &errors)?;
    Err(Failure::new(&change::WOULD_NOT_VALIDATE, "the change would break the repository, so nothing was changed")
        .with(errors, sources))
}

/// What the change breaks across files: references of the changed files, and of others to what goes away.
fn dangling(
    base: &Files<'_>,
    overlay: &Files<'_>,
    edits: &[FileEdit],
    after: &Loaded,
    now: Timestamp,
) -> Result<Vec<Diagnostic>> {
    let keys: Vec<FlagKey> = after.catalog.flags.keys().cloned().collect();
    // Whatever goes away or changes its variants can break any other file.
    let all = edits.iter().any(|edit| {
        edit.after.is_none() || !matches!(layout::role(&edit.path), Role::Flag(_)) || others_may_break(edit, after)
    });
    if !all {
        let load = |files: &Files<'_>| load::load_closure(files, &keys);
        if appearing(across(&load(overlay)?, now), || Ok(across(&load(base)?, now)))?.is_empty() {
            return Ok(Vec::new());
        }
        // What else refers to something, say a ring, is only known when everything is looked at.
    }
    appearing(across(&load::load_all(overlay)?, now), || Ok(across(&load::load_all(base)?, now)))
}

/// The problems that were not there before.
fn appearing(new: Vec<Diagnostic>, old: impl FnOnce() -> Result<Vec<Diagnostic>>) -> Result<Vec<Diagnostic>> {
    if new.is_empty() {
        return Ok(new);
    }
    let same = |a: &Diagnostic, b: &Diagnostic| {
        let file = |problem: &Diagnostic| problem.place.as_ref().map(|place| place.file.clone());
        a.code == b.code && a.message == b.message && file(a) == file(b)
    };
    let old = old()?;
    Ok(new.into_iter().filter(|problem| !old.iter().any(|other| same(problem, other))).collect())
}

/// The errors of meaning across files. What evaluation alone objects to is told in its words.
fn across(loaded: &Loaded, now: Timestamp) -> Vec<Diagnostic> {
    let Loaded { catalog, flag_files, .. } = loaded;
    let project = &catalog.project;
    let file: FilePath = layout::PROJECT.into();
    let context = FileContext { project, file: &file, now };
    let flags: Vec<FlagFacts> = flag_files
        .iter()
        .map(|(key, file)| match catalog.flags.get(key) {
            Some(flag) => FlagFacts::of(&FileContext { file, ..context }, flag),
            None => FlagFacts::broken(file.clone(), key.clone()),
        })
        .collect();
    let read = catalog.segments.values().map(|segment| {
        SegmentFacts::of(&FileContext { file: &layout::segment_path(&segment.name), ..context }, segment)
    });
    let broken =
        catalog.broken_segments.keys().map(|name| SegmentFacts::broken(layout::segment_path(name), name.clone()));
    let segments: Vec<SegmentFacts> = read.chain(broken).collect();
    let found: Vec<Diagnostic> =
        lint::check_facts(&context, &flags, &segments).into_iter().filter(is_meaning).collect();
    if !found.is_empty() {
        return found;
    }
    let objection = |(key, error, path): (FlagKey, String, FilePath)| {
        Diagnostic::new(&change::WOULD_NOT_VALIDATE, format!("`{key}` would not evaluate: {error}"))
            .at(Place::file(path))
    };
    broken_flags(loaded).into_iter().map(objection).collect()
}

/// Whether another flag may require a variant that this edit takes away.
fn others_may_break(edit: &FileEdit, after: &Loaded) -> bool {
    let (Role::Flag(key), Some(before)) = (layout::role(&edit.path), &edit.before) else { return false };
    let old = read::read_flag(&edit.path, &key, before.clone().into_bytes()).value;
    let names =
        |flag: &crate::model::Flag| flag.variants.iter().map(|variant| variant.name.clone()).collect::<BTreeSet<_>>();
    match (old, after.catalog.flags.get(&key)) {
        (Some(old), Some(new)) => !names(&old).is_subset(&names(new)),
        _ => true,
    }
}

fn broken_flags(loaded: &Loaded) -> Vec<(FlagKey, String, FilePath)> {
    let program = Program::compile(&loaded.catalog);
    let problems = program.problems().filter_map(|(key, error)| {
        let (key, path) = loaded.flag_files.get_key_value(key)?;
        Some((key.clone(), error.to_owned(), path.clone()))
    });
    problems.collect()
}

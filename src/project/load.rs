//! Files become a catalog: of everything, or of what one question needs.

use super::files::{self, Content, Files, Found, Kind};
use super::layout::{self, PROJECT, Role};
use super::read::{Read, misplaced, not_a_folder, not_plain, read_flag, read_project_file, read_segment};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Diagnostic, Failure, Result};
use crate::model::{Broken, Catalog, Condition, Environment, Flag, FlagKey, Project, Segment, SegmentName};
use crate::source::{FilePath, Place, Sources, Span};
use crate::{document, yaml};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A catalog, where its parts came from, and what was wrong with them.
pub struct Loaded {
    /// What could be read.
    pub catalog: Catalog,
    /// The file of each flag, broken ones included.
    pub flag_files: BTreeMap<FlagKey, FilePath>,
    /// The problems of all files, in the order of the files.
    pub problems: Vec<Diagnostic>,
    /// The texts of the files that have problems.
    pub sources: Sources,
}

/// The project, which everything else needs.
///
/// # Errors
/// When it is missing or does not read, with all its problems.
pub fn load_project(files: &Files<'_>) -> Result<Project> {
    let Some(bytes) = files.read(PROJECT)? else {
        return Err(Failure::new(&repository::NO_PROJECT, format!("there is no `{PROJECT}`"))
            .help("`git flag init` writes one"));
    };
    let read = read_project_file(bytes);
    match read.value {
        Some(project) => Ok(project),
        None => Err(file_failure(PROJECT, read.problems, read.text)),
    }
}

/// The failure of a command that needs a file which does not read.
#[must_use]
pub fn file_failure(path: &str, problems: Vec<Diagnostic>, text: Option<String>) -> Box<Failure> {
    let mut sources = Sources::new();
    if let Some(text) = text {
        sources.insert(path.into(), text);
    }
    let errors: Vec<Diagnostic> = problems.into_iter().filter(Diagnostic::is_error).collect();
    Failure::new(&repository::FLAG_DOES_NOT_READ, format!("`{path}` has errors"))
        .help("correct them first; `git flag validate` shows all problems of all files")
        .with(errors, sources)
}

/// Whether something that is no file of ours hides a folder that may hold some.
#[must_use]
pub(super) fn hides_folder(found: &Found) -> bool {
    let hidden = found.path.split('/').any(|name| name.starts_with('.'));
    found.kind == Kind::Folder && !hidden && matches!(layout::role(&found.path), Role::Other)
}

enum Item {
    Flag(FlagKey, FilePath, Box<Result2<Flag, Broken>>),
    Segment(SegmentName, Result2<Segment, String>),
    Nothing,
}

type Result2<T, E> = std::result::Result<T, E>;

/// What one file adds to what is loaded.
pub(super) struct Part {
    item: Item,
    problems: Vec<Diagnostic>,
    source: Option<(FilePath, String)>,
}

/// Loads everything.
///
/// # Errors
/// When the project file does not read, or files can't be read at all. Flags and segments that do not read are
/// problems, not errors.
pub fn load_all(files: &Files<'_>) -> Result<Loaded> {
    let project = load_project(files)?;
    let found = files.list()?;
    let parts: Vec<Result<Part>> = match files {
        Files::WorkTree(work_tree) => {
            let reader = work_tree.reader(&found)?;
            found.par_iter().with_min_len(32).map(|entry| load_part(entry, |path| reader.look(path))).collect()
        }
        _ => found.iter().map(|entry| load_part(entry, |path| files.look(path))).collect(),
    };
    let clashes = clashes(&found);
    let mut loaded = Loaded::new(project);
    for part in parts {
        let mut part = part?;
        if let Item::Flag(key, path, read) = &mut part.item
            && let Some(paths) = clashes.get(&key.as_str().to_ascii_lowercase())
        {
            let problem = clashing(key, path, paths);
            **read = Err(Broken { error: first_error(std::slice::from_ref(&problem)), default: None });
            part.problems.push(problem);
        }
        loaded.add(part);
    }
    Ok(loaded)
}

/// The files of keys that have several, by the key in lower case.
fn clashes(found: &[Found]) -> BTreeMap<String, Vec<FilePath>> {
    let mut by_key: BTreeMap<String, Vec<FilePath>> = BTreeMap::new();
    for path in found.iter().map(|entry| &entry.path) {
        if let Role::Flag(key) = layout::role(path) {
            by_key.entry(key.as_str().to_ascii_lowercase()).or_default().push(path.clone());
        }
    }
    by_key.retain(|_, paths| paths.len() > 1);
    by_key
}

/// The problem of one of several files of a key.
fn clashing(key: &FlagKey, path: &FilePath, paths: &[FilePath]) -> Diagnostic {
    Diagnostic::new(&repository::DUPLICATE_FLAG_FILE, files::clash(key.as_str(), paths))
        .at(Place::span(path.clone(), Span::default()))
        .help("rename or remove all but one of them; until then nobody can tell which one counts")
}

fn load_part(entry: &Found, look: impl Fn(&str) -> Result<Content>) -> Result<Part> {
    let nothing = |problems| Part { item: Item::Nothing, problems, source: None };
    Ok(match layout::role(&entry.path) {
        Role::Flag(key) => flag_content(key, entry.path.clone(), look(&entry.path)?),
        Role::Segment(name) => segment_content(name, entry.path.clone(), look(&entry.path)?),
        Role::Misplaced(why) => nothing(vec![misplaced(&entry.path, &why)]),
        Role::Other if hides_folder(entry) => nothing(vec![not_a_folder(&entry.path)]),
        Role::Project | Role::Tests(_) | Role::SegmentTests(_) | Role::Golden(_) | Role::Other => nothing(Vec::new()),
    })
}

/// A flag as far as it could be read.
pub(super) fn flag_content(key: FlagKey, path: FilePath, content: Content) -> Part {
    match content {
        Content::Absent => Part { item: Item::Nothing, problems: Vec::new(), source: None },
        Content::Plain(bytes) => flag_part(key, path, bytes),
        Content::NotPlain(bytes) => {
            let problem = not_plain(&path);
            // An executable file is refused, and its text still says what is safe.
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let broken = Broken {
                error: first_error(std::slice::from_ref(&problem)),
                default: text.and_then(|text| salvage(&path, &text)),
            };
            Part { item: Item::Flag(key, path, Box::new(Err(broken))), problems: vec![problem], source: None }
        }
    }
}

/// A segment as far as it could be read.
pub(super) fn segment_content(name: SegmentName, path: FilePath, content: Content) -> Part {
    match content {
        Content::Absent => Part { item: Item::Nothing, problems: Vec::new(), source: None },
        Content::Plain(bytes) => segment_part(name, path, bytes),
        Content::NotPlain(_) => {
            let problem = not_plain(&path);
            let error = first_error(std::slice::from_ref(&problem));
            Part { item: Item::Segment(name, Err(error)), problems: vec![problem], source: None }
        }
    }
}

/// The default of a flag that does not read, where that much can be told.
fn salvage(path: &FilePath, text: &str) -> Option<(crate::model::VariantName, crate::model::Value)> {
    yaml::parse(path, text).0.and_then(|tree| document::salvage_default(&tree))
}

fn flag_part(key: FlagKey, path: FilePath, bytes: Vec<u8>) -> Part {
    let Read { value, problems, text } = read_flag(&path, &key, bytes);
    let item = value.ok_or_else(|| Broken {
        error: first_error(&problems),
        default: text.as_deref().and_then(|text| salvage(&path, text)),
    });
    let source = text.filter(|_| !problems.is_empty()).map(|text| (path.clone(), text));
    Part { item: Item::Flag(key, path, Box::new(item)), problems, source }
}

fn segment_part(name: SegmentName, path: FilePath, bytes: Vec<u8>) -> Part {
    let Read { value, problems, text } = read_segment(&path, &name, bytes);
    let item = value.ok_or_else(|| first_error(&problems));
    let source = text.filter(|_| !problems.is_empty()).map(|text| (path, text));
    Part { item: Item::Segment(name, item), problems, source }
}

fn first_error(problems: &[Diagnostic]) -> String {
    let error = problems.iter().find(|problem| problem.is_error());
    error.map_or_else(String::new, |error| format!("{} ({})", error.message, error.code.id))
}

impl Loaded {
    /// Nothing but the project.
    pub(super) fn new(project: Project) -> Self {
        Self {
            catalog: Catalog::new(project),
            flag_files: BTreeMap::new(),
            problems: Vec::new(),
            sources: Sources::new(),
        }
    }

    pub(super) fn add(&mut self, part: Part) {
        self.problems.extend(part.problems);
        if let Some((path, text)) = part.source {
            self.sources.insert(path, text);
        }
        match part.item {
            Item::Flag(key, path, read) => self.add_flag(key, path, *read),
            Item::Segment(name, Ok(segment)) => {
                self.catalog.segments.insert(name, segment);
            }
            Item::Segment(name, Err(error)) => {
                self.catalog.broken_segments.insert(name, error);
            }
            Item::Nothing => {}
        }
    }

    fn add_flag(&mut self, key: FlagKey, path: FilePath, read: Result2<Flag, Broken>) {
        // The first file of a key that has several stands for all.
        if self.flag_files.contains_key(&key) {
            return;
        }
        self.flag_files.insert(key.clone(), path);
        match read {
            Ok(flag) => {
                self.catalog.flags.insert(key, flag);
            }
            Err(broken) => {
                self.catalog.broken_flags.insert(key, broken);
            }
        }
    }
}

impl Loaded {
    /// A key that has several files: none of them counts.
    fn add_clashing(&mut self, key: &FlagKey, paths: &[FilePath]) {
        let Some(own) = paths.iter().find(|path| files::stem(path) == key.as_str()) else { return };
        let problem = clashing(key, own, paths);
        let broken = Broken { error: first_error(std::slice::from_ref(&problem)), default: None };
        self.problems.push(problem);
        self.add_flag(key.clone(), own.clone(), Err(broken));
    }
}

/// Loads the flags `keys` and everything that evaluating them needs: the flags they require, their segments, and the
/// segments of rings. Keys without a file are left out.
///
/// # Errors
/// As for [`load_all`].
pub fn load_closure(files: &Files<'_>, keys: &[FlagKey]) -> Result<Loaded> {
    let project = load_project(files)?;
    let mut loaded = Loaded::new(project);
    let mut flags: Vec<FlagKey> = keys.to_vec();
    let mut segments: Vec<SegmentName> = Vec::new();
    let mut rings_used = false;
    while let Some(key) = flags.pop() {
        if loaded.flag_files.contains_key(&key) {
            continue;
        }
        let paths = files.find_flags(key.as_str())?;
        let Some(path) = paths.iter().find(|path| files::stem(path) == key.as_str()).cloned() else { continue };
        if paths.len() > 1 {
            loaded.add_clashing(&key, &paths);
            continue;
        }
        loaded.add(flag_content(key.clone(), path.clone(), files.look(&path)?));
        if let Some(flag) = loaded.catalog.flags.get(&key) {
            flags.extend(flag.requirements().map(|(_, requirement)| requirement.flag.clone()));
            segments.extend(segments_of_flag(flag));
            rings_used |= flag
                .environments
                .iter()
                .flat_map(Environment::serves)
                .any(|(_, serve)| serve.rollout().is_some_and(|rollout| rollout.strategy == "ring"));
        }
    }
    if rings_used {
        segments.extend(loaded.catalog.project.rings.iter().filter_map(|ring| ring.segment.clone()));
    }
    while let Some(name) = segments.pop() {
        if loaded.catalog.segments.contains_key(&name) || loaded.catalog.broken_segments.contains_key(&name) {
            continue;
        }
        let path = layout::segment_path(&name);
        loaded.add(segment_content(name.clone(), path.clone(), files.look(&path)?));
        if let Some(segment) = loaded.catalog.segments.get(&name) {
            segments.extend(segments_of(&segment.conditions).cloned());
        }
    }
    Ok(loaded)
}

/// The segments that a flag's rules name.
pub fn segments_of_flag(flag: &Flag) -> impl Iterator<Item = SegmentName> {
    let rules = flag.environments.iter().flat_map(|environment| &environment.rules);
    rules.flat_map(|rule| segments_of(&rule.when).cloned())
}

/// The segments that conditions name.
pub fn segments_of(conditions: &[Condition]) -> impl Iterator<Item = &SegmentName> {
    conditions.iter().flat_map(Condition::walk).filter_map(|condition| match condition {
        Condition::Segment(name) => Some(name),
        _ => None,
    })
}

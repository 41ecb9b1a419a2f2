//! Files become a catalog: of everything, or of what one question needs.

use super::files::{Files, Found, read_plain};
use super::layout::{self, Misplaced, PROJECT, Role};
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

/// One file, read as far as possible.
pub struct Read<T> {
    /// What it means; `None` when it has errors.
    pub value: Option<T>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// Its text, when it is text.
    pub text: Option<String>,
}

/// Bytes of a file as text.
///
/// # Errors
/// The diagnostic for bytes that are not UTF-8.
pub fn decode_text(path: &FilePath, bytes: Vec<u8>) -> std::result::Result<String, Box<Diagnostic>> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..at]).matches('\n').count() + 1;
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        Box::new(
            Diagnostic::new(&repository::NOT_UTF8, format!("the file is not UTF-8: byte 0x{byte:02X} in line {line}"))
                .at(Place::span(path.clone(), Span::new(at, at + '\u{fffd}'.len_utf8())))
                .help("save the file as UTF-8"),
        )
    })
}

/// Text to tree.
type Parse = for<'t> fn(&FilePath, &'t str) -> (Option<yaml::Tree<'t>>, Vec<Diagnostic>);

fn read<T>(
    path: &FilePath,
    bytes: Vec<u8>,
    parse: Parse,
    decode: impl Fn(&yaml::Tree<'_>) -> (Option<T>, Vec<Diagnostic>),
) -> Read<T> {
    let text = match decode_text(path, bytes) {
        Ok(text) => text,
        Err(problem) => return Read { value: None, problems: vec![*problem], text: None },
    };
    let (tree, mut problems) = parse(path, &text);
    let mut value = None;
    if let Some(tree) = &tree {
        let (decoded, found) = decode(tree);
        problems.extend(found);
        value = decoded.filter(|_| !problems.iter().any(Diagnostic::is_error));
    }
    Read { value, problems, text: Some(text) }
}

/// Reads a flag's file.
#[must_use]
pub fn read_flag(path: &FilePath, key: &FlagKey, bytes: Vec<u8>) -> Read<Flag> {
    read(path, bytes, yaml::parse, |tree| document::flag(path, key, tree))
}

/// As [`read_flag`], for its meaning alone: nothing will be edited and nothing said about comments.
#[must_use]
pub fn read_flag_values(path: &FilePath, key: &FlagKey, bytes: Vec<u8>) -> Read<Flag> {
    read(path, bytes, yaml::parse_values, |tree| document::flag(path, key, tree))
}

/// Reads a segment's file.
#[must_use]
pub fn read_segment(path: &FilePath, name: &SegmentName, bytes: Vec<u8>) -> Read<Segment> {
    read(path, bytes, yaml::parse, |tree| document::segment(path, name, tree))
}

/// Reads the project file.
#[must_use]
pub fn read_project_file(bytes: Vec<u8>) -> Read<Project> {
    let path: FilePath = PROJECT.into();
    read(&path.clone(), bytes, yaml::parse, move |tree| document::project(&path, tree))
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

/// What is wrong with a file by its name and kind alone.
#[must_use]
pub fn misplaced(path: &FilePath, why: &Misplaced) -> Diagnostic {
    let at = Place::file(path.clone());
    match why {
        Misplaced::Extension => {
            let stem = path.rsplit_once('.').map_or(&**path, |(stem, _)| stem);
            Diagnostic::new(&repository::WRONG_EXTENSION, "a YAML file must end in `.yaml`")
                .at(at)
                .help(format!("`git mv {path} {stem}.yaml`"))
        }
        Misplaced::Name(error) => {
            Diagnostic::new(&repository::BAD_FILE_NAME, format!("the file's name is no key: {error}"))
                .at(at)
                .help("rename the file; its name without `.yaml` is the key")
        }
        Misplaced::Reserved => Diagnostic::new(
            &repository::RESERVED_FILE,
            "files named `<key>@<environment>.yaml` are reserved for a later version",
        )
        .at(at)
        .help("write the environment into `environments:` of the flag's own file"),
        Misplaced::Nested(folder) => {
            Diagnostic::new(&repository::MISPLACED_FILE, format!("files of `{folder}` lie directly in that folder"))
                .at(at)
                .help(format!("move it up to `{folder}/`"))
        }
    }
}

/// The diagnostic for something that is no plain file.
#[must_use]
pub fn not_plain(path: &FilePath) -> Diagnostic {
    Diagnostic::new(&repository::NOT_A_PLAIN_FILE, "a flag's file is a plain file: no symbolic link, not executable")
        .at(Place::file(path.clone()))
        .help("replace it by a plain file with mode 100644")
}

enum Item {
    Flag(FlagKey, FilePath, Box<Result2<Flag, Broken>>),
    Segment(SegmentName, Result2<Segment, String>),
    Nothing,
}

type Result2<T, E> = std::result::Result<T, E>;

struct Part {
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
        Files::WorkTree(root) => {
            found.par_iter().with_min_len(32).map(|entry| load_part(entry, |path| read_plain(root, path))).collect()
        }
        _ => found.iter().map(|entry| load_part(entry, |path| files.read(path))).collect(),
    };
    let mut loaded = Loaded {
        catalog: Catalog::new(project),
        flag_files: BTreeMap::new(),
        problems: Vec::new(),
        sources: Sources::new(),
    };
    for part in parts {
        loaded.add(part?);
    }
    Ok(loaded)
}

fn load_part(entry: &Found, read: impl Fn(&str) -> Result<Option<Vec<u8>>>) -> Result<Part> {
    let nothing = |problems| Part { item: Item::Nothing, problems, source: None };
    let role = layout::role(&entry.path);
    if !entry.plain && !matches!(role, Role::Other) {
        return Ok(nothing(vec![not_plain(&entry.path)]));
    }
    Ok(match role {
        Role::Flag(key) => {
            let Some(bytes) = read(&entry.path)? else { return Ok(nothing(Vec::new())) };
            flag_part(key, entry.path.clone(), bytes)
        }
        Role::Segment(name) => {
            let Some(bytes) = read(&entry.path)? else { return Ok(nothing(Vec::new())) };
            segment_part(name, entry.path.clone(), bytes)
        }
        Role::Misplaced(why) => nothing(vec![misplaced(&entry.path, &why)]),
        Role::Project | Role::Tests(_) | Role::Other => nothing(Vec::new()),
    })
}

fn flag_part(key: FlagKey, path: FilePath, bytes: Vec<u8>) -> Part {
    let Read { value, problems, text } = read_flag(&path, &key, bytes);
    let item = value.ok_or_else(|| Broken {
        error: first_error(&problems),
        default: text
            .as_deref()
            .and_then(|text| yaml::parse(&path, text).0.and_then(|tree| document::salvage_default(&tree))),
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
    fn add(&mut self, part: Part) {
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
        if let Some(first) = self.flag_files.get(&key) {
            self.problems.push(
                Diagnostic::new(
                    &repository::DUPLICATE_FLAG_FILE,
                    format!("the key `{key}` has two files: `{first}` and `{path}`"),
                )
                .at(Place::span(path, Span::default()))
                .help("rename or remove one of them"),
            );
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

/// Loads the flags `keys` and everything that evaluating them needs: the flags they require, their segments, and the
/// segments of rings. Keys without a file are left out.
///
/// # Errors
/// As for [`load_all`].
pub fn load_closure(files: &Files<'_>, keys: &[FlagKey]) -> Result<Loaded> {
    let project = load_project(files)?;
    let mut loaded = Loaded {
        catalog: Catalog::new(project),
        flag_files: BTreeMap::new(),
        problems: Vec::new(),
        sources: Sources::new(),
    };
    let mut flags: Vec<FlagKey> = keys.to_vec();
    let mut segments: Vec<SegmentName> = Vec::new();
    let mut rings_used = false;
    while let Some(key) = flags.pop() {
        if loaded.flag_files.contains_key(&key) {
            continue;
        }
        let Some(path) = files.find_flag(key.as_str())? else { continue };
        let Some(bytes) = files.read(&path)? else { continue };
        loaded.add(flag_part(key.clone(), path, bytes));
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
        let Some(bytes) = files.read(&path)? else { continue };
        loaded.add(segment_part(name.clone(), path, bytes));
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

//! All problems of all files at once.
//!
//! Files are read in parallel, one at a time per thread, and forgotten again: what the checks across files need of each is
//! kept as facts, so that memory stays flat in the number of flags.

use super::files::{Content, Files, Found, Kind};
use super::layout::{self, PROJECT, Role, SCHEMAS};
use super::{findings, load, read};
use crate::diagnostic::codes::{self, repository};
use crate::diagnostic::{Diagnostic, Result, Severity};
use crate::document::schema::{Document, schema_accepts};
use crate::document::{self, Mention};
use crate::enrich;
use crate::lint::{self, FileContext, FlagFacts, SegmentFacts, TestsFacts};
use crate::model::{Project, Timestamp};
use crate::source::{FilePath, Path, Place, Sources};
use crate::yaml::{self, Tree};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What validation found.
#[derive(Debug, Default)]
pub struct Validation {
    /// Everything that is wrong, at the levels that the project sets.
    pub problems: Vec<Diagnostic>,
    /// The texts of the files that have problems.
    pub sources: Sources,
    /// How many flags were looked at.
    pub flags: usize,
    /// How many segments were looked at.
    pub segments: usize,
}

/// One file's part of the result.
#[derive(Default)]
struct Part {
    problems: Vec<Diagnostic>,
    flag: Option<FlagFacts>,
    segment: Option<SegmentFacts>,
    tests: Option<TestsFacts>,
    /// The file, when it has inline ignores.
    ignores: Option<FilePath>,
    /// The names in a flag's file that does not read.
    mentions: Option<(FilePath, Vec<Mention>)>,
}

/// Validates all files.
///
/// # Errors
/// When files can't be read at all. What is wrong with them is no error here.
pub fn validate(files: &Files<'_>, now: Timestamp) -> Result<Validation> {
    let mut validation = Validation::default();
    let project = project(files, &mut validation.problems)?;
    let found = files.list()?;
    let checker = Checker { project: project.as_ref(), now };
    let parts: Vec<Result<Part>> = match files {
        Files::WorkTree(work_tree) => {
            let reader = work_tree.reader(&found)?;
            found.par_iter().with_min_len(16).map(|file| checker.file(file, |path| reader.look(path))).collect()
        }
        _ => found.iter().map(|file| checker.file(file, |path| files.look(path))).collect(),
    };
    let (mut flags, mut segments, mut tests) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ignoring, mut mentions) = (BTreeSet::new(), Vec::new());
    for part in parts {
        let part = part?;
        validation.problems.extend(part.problems);
        flags.extend(part.flag);
        segments.extend(part.segment);
        tests.extend(part.tests);
        ignoring.extend(part.ignores);
        mentions.extend(part.mentions);
    }
    (validation.flags, validation.segments) = (flags.len(), segments.len());
    if let Some(project) = &project {
        let file: FilePath = PROJECT.into();
        let context = FileContext { project, file: &file, now };
        validation.problems.extend(lint::check_project(&context));
        validation.problems.extend(unreadable_database(files, project));
        validation.problems.extend(lint::check_facts(&context, &flags, &segments));
        validation.problems.extend(lint::check_tests(&context, &tests, &flags, &segments));
        let known = lint::Known {
            flags: flags.iter().map(|flag| flag.key.to_string()).collect(),
            segments: segments.iter().map(|segment| segment.name.to_string()).collect(),
        };
        for (file, mentions) in &mentions {
            validation.problems.extend(lint::check_mentions(&FileContext { file, ..context }, mentions, &known));
        }
        validation.problems.extend(outdated_schemas(files)?);
        suppress(files, &context, &ignoring, &mut validation.problems)?;
        validation.problems = lint::apply_levels(validation.problems, project);
    }
    findings::limit(&mut validation.problems);
    validation.sources = sources(files, &validation.problems)?;
    findings::pin(&mut validation.problems, &validation.sources);
    Ok(validation)
}

/// The project, or `None` with its problems: the other files are then checked by themselves only.
fn project(files: &Files<'_>, problems: &mut Vec<Diagnostic>) -> Result<Option<Project>> {
    let bytes = match files.look(PROJECT)? {
        Content::Plain(bytes) => bytes,
        // As any other file that is not plain.
        Content::NotPlain(_) => return Ok(None),
        Content::Absent => {
            problems.push(
                Diagnostic::new(&repository::NO_PROJECT, format!("there is no `{PROJECT}`"))
                    .at(Place::file(PROJECT.into()))
                    .help("`git flag init` writes one"),
            );
            return Ok(None);
        }
    };
    let read = read::read_project_file(bytes);
    problems.extend(read.problems);
    Ok(read.value)
}

/// Whether places could be told here: the database may well be kept outside of Git, so only what is on disk counts.
fn unreadable_database(files: &Files<'_>, project: &Project) -> Option<Diagnostic> {
    let (Files::WorkTree(work_tree), Some(path)) = (files, &project.geo_database) else { return None };
    let error = enrich::check_database(path, || work_tree.read_beside(path)).err()?;
    let place = Place::value(PROJECT.into(), Path::root().key("geo").key("database"));
    let found = Diagnostic::new(error.code(), error.to_string()).at(place).help(error.help());
    Some(Diagnostic { severity: Severity::Warning, ..found })
}

struct Checker<'a> {
    project: Option<&'a Project>,
    now: Timestamp,
}

impl Checker<'_> {
    fn file(&self, file: &Found, look: impl Fn(&str) -> Result<Content>) -> Result<Part> {
        let path = &file.path;
        let problem = |problem: Diagnostic| Part { problems: vec![problem], ..Part::default() };
        Ok(match layout::role(path) {
            Role::Other if load::hides_folder(file) => problem(read::not_a_folder(path)),
            Role::Other => Part::default(),
            Role::Misplaced(why) => problem(read::misplaced(path, &why)),
            role if file.kind == Kind::Unmerged => Part { problems: vec![read::unmerged(path)], ..broken(path, role) },
            role => match look(path)? {
                Content::Plain(bytes) => match read::decode_text(path, bytes) {
                    Ok(text) => self.text(path, &role, &text),
                    Err(not_text) => Part { problems: vec![*not_text], ..broken(path, role) },
                },
                Content::NotPlain(_) => Part { problems: vec![read::not_plain(path)], ..broken(path, role) },
                Content::Absent => Part::default(),
            },
        })
    }

    fn text(&self, path: &FilePath, role: &Role, text: &str) -> Part {
        let mut part = Part::default();
        let (tree, problems) = yaml::parse_values(path, text);
        // The project's own problems are known already.
        if !matches!(role, Role::Project) {
            part.problems = problems;
        }
        part.ignores = lint::mentions_ignore(text).then(|| path.clone());
        let Some(tree) = tree else { return part };
        let context = self.project.map(|project| FileContext { project, file: path, now: self.now });
        let document = match role {
            Role::Flag(key) => {
                let (flag, found) = document::flag(path, key, &tree);
                part.problems.extend(found);
                if let (Some(flag), Some(context)) = (&flag, &context) {
                    part.problems.extend(lint::check_flag(context, flag));
                    part.flag = Some(FlagFacts::of(context, flag));
                } else {
                    part.flag = Some(FlagFacts::broken(path.clone(), key.clone()));
                    part.mentions = Some((path.clone(), document::mentions(&tree)));
                }
                Document::Flag
            }
            Role::Segment(name) => {
                let (segment, found) = document::segment(path, name, &tree);
                part.problems.extend(found);
                if let (Some(segment), Some(context)) = (&segment, &context) {
                    part.problems.extend(lint::check_segment(context, segment));
                    part.segment = Some(SegmentFacts::of(context, segment));
                } else {
                    part.segment = Some(SegmentFacts::broken(path.clone(), name.clone()));
                }
                Document::Segment
            }
            Role::Tests(key) => {
                let (tests, found) = document::flag_tests(path, &tree);
                part.problems.extend(found);
                part.tests = Some(TestsFacts::of_flag(path, key, tests.as_ref()));
                Document::Tests
            }
            Role::SegmentTests(name) => {
                part.problems.extend(document::segment_tests(path, &tree).1);
                part.tests = Some(TestsFacts::of_segment(path, name));
                Document::SegmentTests
            }
            Role::Golden(_) => {
                let (golden, found) = document::golden(path, &tree);
                part.problems.extend(found);
                part.tests = golden.map(|golden| TestsFacts::of_golden(path, &golden));
                Document::Golden
            }
            Role::Project | Role::Misplaced(_) | Role::Other => return part,
        };
        part.problems.extend(disagreement(document, path, &tree, &part.problems));
        part
    }
}

/// A flag or segment whose file says nothing is there all the same, for those who refer to it.
fn broken(path: &FilePath, role: Role) -> Part {
    match role {
        Role::Flag(key) => Part { flag: Some(FlagFacts::broken(path.clone(), key)), ..Part::default() },
        Role::Segment(name) => Part { segment: Some(SegmentFacts::broken(path.clone(), name)), ..Part::default() },
        _ => Part::default(),
    }
}

/// The built-in schema is a second opinion: it must accept what the reader accepts.
fn disagreement(document: Document, path: &FilePath, tree: &Tree<'_>, problems: &[Diagnostic]) -> Option<Diagnostic> {
    if problems.iter().any(Diagnostic::is_error) {
        return None;
    }
    let json = document::node_to_json(&tree.root)?;
    let error = schema_accepts(document, &json).err()?;
    Some(
        Diagnostic::new(
            &repository::SCHEMA_DISAGREES,
            format!("the reader accepts the file and the schema does not: {error}"),
        )
        .at(Place::file(path.clone()))
        .help("this is a bug in git-flag: please report it with the file"),
    )
}

/// The schemas for editors that differ from those of this program. A repository may have none.
fn outdated_schemas(files: &Files<'_>) -> Result<Option<Diagnostic>> {
    let mut outdated = Vec::new();
    for (name, schema) in document::schema::schemas() {
        let Some(bytes) = files.read(&format!("{SCHEMAS}/{name}"))? else { continue };
        // A checkout may have changed the line ends.
        let there = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        if there != format!("{schema:#}\n") {
            outdated.push(name);
        }
    }
    let Some(first) = outdated.first() else { return Ok(None) };
    let message = format!("`{SCHEMAS}` has other schemas than this program: {}", outdated.join(", "));
    let problem = Diagnostic::new(&codes::lint::OUTDATED_SCHEMAS, message)
        .at(Place::file(format!("{SCHEMAS}/{first}").into()))
        .help("`git flag doctor --fix` writes those of this program; then commit them");
    Ok(Some(problem))
}

/// Takes out what inline ignores cover, file by file.
fn suppress(
    files: &Files<'_>,
    context: &FileContext<'_>,
    ignoring: &BTreeSet<FilePath>,
    problems: &mut Vec<Diagnostic>,
) -> Result<()> {
    if ignoring.is_empty() {
        return Ok(());
    }
    let mut by_file: BTreeMap<FilePath, Vec<Diagnostic>> = BTreeMap::new();
    for problem in std::mem::take(problems) {
        match problem.place.as_ref().map(|place| place.file.clone()).filter(|file| ignoring.contains(file)) {
            Some(file) => by_file.entry(file).or_default().push(problem),
            None => problems.push(problem),
        }
    }
    for file in ignoring {
        let own = by_file.remove(file).unwrap_or_default();
        let Content::Plain(bytes) = files.look(file)? else { continue };
        let text = String::from_utf8(bytes).unwrap_or_default();
        match yaml::parse(file, &text).0 {
            Some(tree) => problems.extend(lint::suppress(&FileContext { file, ..*context }, &tree, own)),
            None => problems.extend(own),
        }
    }
    Ok(())
}

/// The texts of the files that problems point into.
pub(super) fn sources(files: &Files<'_>, problems: &[Diagnostic]) -> Result<Sources> {
    let mut sources = Sources::new();
    let places =
        problems.iter().flat_map(|problem| problem.place.iter().chain(problem.related.iter().map(|(place, _)| place)));
    let paths: BTreeSet<FilePath> = places.map(|place| place.file.clone()).collect();
    for path in paths {
        if let Content::Plain(bytes) = files.look(&path)? {
            // What is before the first bad byte is kept as it is, so that the place of the problem is right.
            let text =
                String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            sources.insert(path, text);
        }
    }
    Ok(sources)
}

/// Whether `problem` is an error of meaning, which no project can configure away.
#[must_use]
pub(super) fn is_meaning(problem: &Diagnostic) -> bool {
    problem.is_error() && codes::meaning::TABLE.contains(&problem.code)
}

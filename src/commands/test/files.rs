//! The files of tests.

use crate::diagnostic::codes::{expectation, repository};
use crate::diagnostic::{Diagnostic, Failure, Result, did_you_mean};
use crate::document::{self, FlagTests, Golden, SegmentTests};
use crate::model::{FlagKey, GoldenName, SegmentName};
use crate::project::layout::{self, Role};
use crate::project::{Files, decode_text};
use crate::source::{FilePath, Lines, Place, Position, Sources, Span};
use crate::yaml::{self, Tree};
use std::collections::BTreeSet;

/// Which tests are run; all where nothing is named.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) keys: BTreeSet<FlagKey>,
    pub(super) segments: BTreeSet<SegmentName>,
    pub(super) golden: BTreeSet<GoldenName>,
    /// Golden contexts only, all where none is named.
    pub(super) only_golden: bool,
}

/// A file of tests that reads.
pub(super) struct TestsFile<N, T> {
    /// What it is about, which is the name of the file.
    pub(super) name: N,
    pub(super) path: FilePath,
    pub(super) tests: T,
    pub(super) lines: Lines,
}

/// All files that are asked for, by path.
#[derive(Default)]
pub(super) struct TestsFiles {
    pub(super) flags: Vec<TestsFile<FlagKey, FlagTests>>,
    pub(super) segments: Vec<TestsFile<SegmentName, SegmentTests>>,
    pub(super) golden: Vec<TestsFile<GoldenName, Golden>>,
}

impl Selection {
    fn has(&self, role: &Role) -> bool {
        let all = self.keys.is_empty() && self.segments.is_empty() && self.golden.is_empty();
        match role {
            Role::Golden(name) => all || self.golden.contains(name),
            _ if self.only_golden => false,
            Role::Tests(key) => all || self.keys.contains(key),
            Role::SegmentTests(name) => all || self.segments.contains(name),
            _ => false,
        }
    }
}

/// Reads the tests that are selected.
///
/// # Errors
/// All problems of all files together; something without tests.
pub(super) fn read(files: &Files<'_>, selection: &Selection) -> Result<TestsFiles> {
    let found: Vec<FilePath> = files.list()?.into_iter().map(|found| found.path).collect();
    let mut reader = Reader { files, problems: Vec::new(), sources: Sources::new() };
    let mut read = TestsFiles::default();
    for path in &found {
        match layout::role(path) {
            role if !selection.has(&role) => {}
            Role::Tests(key) => read.flags.extend(reader.file(key, path, document::flag_tests)?),
            Role::SegmentTests(name) => read.segments.extend(reader.file(name, path, document::segment_tests)?),
            Role::Golden(name) => read.golden.extend(reader.file(name, path, document::golden)?),
            _ => {}
        }
    }
    if !reader.problems.is_empty() {
        return Err(Failure::new(&repository::FLAG_DOES_NOT_READ, "tests do not read")
            .help("correct them first; `git flag validate` shows all problems of all files")
            .with(reader.problems, reader.sources));
    }
    let missing = |what: &str, path: FilePath, names: BTreeSet<String>, name: &str| {
        let failure = Failure::new(&expectation::NO_TESTS, what);
        let hint = did_you_mean(name, names.iter().map(String::as_str));
        failure.help(hint.unwrap_or_else(|| format!("write it as `{path}`; `git flag explain F301` shows how")))
    };
    if let Some(key) = selection.keys.iter().find(|key| !read.flags.iter().any(|file| file.name == **key)) {
        return Err(missing(&format!("`{key}` has no tests"), layout::tests_path(key), BTreeSet::new(), ""));
    }
    if let Some(name) = selection.segments.iter().find(|name| !read.segments.iter().any(|file| file.name == **name)) {
        let words = format!("the segment `{name}` has no tests");
        return Err(missing(&words, layout::segment_tests_path(name), BTreeSet::new(), ""));
    }
    if let Some(name) = selection.golden.iter().find(|name| !read.golden.iter().any(|file| file.name == **name)) {
        let golden = found.iter().filter_map(|path| match layout::role(path) {
            Role::Golden(name) => Some(name.to_string()),
            _ => None,
        });
        let words = format!("there is no golden context `{name}`");
        return Err(missing(&words, layout::golden_path(name), golden.collect(), name.as_str()));
    }
    Ok(read)
}

struct Reader<'f, 'r> {
    files: &'f Files<'r>,
    problems: Vec<Diagnostic>,
    sources: Sources,
}

impl Reader<'_, '_> {
    /// The file, unless it is gone or has problems.
    fn file<N, T>(
        &mut self,
        name: N,
        path: &FilePath,
        decode: impl Fn(&FilePath, &Tree<'_>) -> (Option<T>, Vec<Diagnostic>),
    ) -> Result<Option<TestsFile<N, T>>> {
        let Some(bytes) = self.files.read(path)? else { return Ok(None) };
        let text = decode_text(path, bytes).map_err(|problem| Box::<Failure>::from(*problem))?;
        let (tree, mut own) = yaml::parse_values(path, &text);
        let mut tests = None;
        if let Some(tree) = &tree {
            let (decoded, more) = decode(path, tree);
            own.extend(more);
            tests = decoded;
        }
        if let Some(tests) = tests.filter(|_| own.is_empty()) {
            return Ok(Some(TestsFile { name, path: path.clone(), tests, lines: Lines::new(text) }));
        }
        self.problems.extend(own);
        self.sources.insert(path.clone(), text);
        Ok(None)
    }
}

impl<N, T> TestsFile<N, T> {
    pub(super) fn position(&self, span: Span) -> Position {
        self.lines.position(span.start as usize)
    }
}

impl<T> TestsFile<FlagKey, T> {
    /// The failure for tests of a flag that is not there.
    pub(super) fn without_flag<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Box<Failure> {
        let problem =
            Diagnostic::new(&expectation::TESTS_WITHOUT_FLAG, format!("there is no flag `{}` to test", self.name))
                .at(Place::file(self.path.clone()));
        let hint = did_you_mean(self.name.as_str(), keys).unwrap_or_else(|| "rename the file, or delete it".into());
        Box::<Failure>::from(problem).help(hint)
    }
}

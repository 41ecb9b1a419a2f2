//! The files of tests.

use crate::diagnostic::codes::{expectation, repository};
use crate::diagnostic::{Diagnostic, Failure, Result, did_you_mean};
use crate::document::FlagTests;
use crate::model::FlagKey;
use crate::project::layout::{self, Role};
use crate::project::{Files, Read, read_tests};
use crate::source::{FilePath, Place, Position, Sources, Span};
use std::collections::BTreeSet;

/// A file of tests that reads.
pub(super) struct TestsFile {
    pub(super) key: FlagKey,
    pub(super) path: FilePath,
    pub(super) tests: FlagTests,
    text: String,
}

/// Reads the tests of `keys`, or all there are.
///
/// # Errors
/// All problems of all files together; a key without tests.
pub(super) fn read(files: &Files<'_>, keys: &BTreeSet<FlagKey>) -> Result<Vec<TestsFile>> {
    let (mut read, mut problems, mut sources) = (Vec::new(), Vec::new(), Sources::new());
    for found in files.list()? {
        let Role::Tests(key) = layout::role(&found.path) else { continue };
        if !keys.is_empty() && !keys.contains(&key) {
            continue;
        }
        let Some(bytes) = files.read(&found.path)? else { continue };
        let Read { value, problems: own, text } = read_tests(&found.path, bytes);
        let text = text.unwrap_or_default();
        match value {
            Some(tests) => read.push(TestsFile { key, path: found.path, tests, text }),
            None => {
                problems.extend(own);
                sources.insert(found.path, text);
            }
        }
    }
    if !problems.is_empty() {
        return Err(Failure::new(&repository::FLAG_DOES_NOT_READ, "tests do not read")
            .help("correct them first; `git flag validate` shows all problems of all files")
            .with(problems, sources));
    }
    match keys.iter().find(|key| !read.iter().any(|file| file.key == **key)) {
        Some(key) => Err(Failure::new(&expectation::NO_TESTS, format!("`{key}` has no tests"))
            .help(format!("write them in `{}`; `git flag explain F301` shows how", layout::tests_path(key)))),
        None => Ok(read),
    }
}

impl TestsFile {
    pub(super) fn position(&self, span: Span) -> Position {
        Position::of(&self.text, span.start as usize)
    }

    /// The failure for tests of a flag that is not there.
    pub(super) fn without_flag<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Box<Failure> {
        let problem =
            Diagnostic::new(&expectation::TESTS_WITHOUT_FLAG, format!("there is no flag `{}` to test", self.key))
                .at(Place::file(self.path.clone()));
        let hint = did_you_mean(self.key.as_str(), keys).unwrap_or_else(|| "rename the file, or delete it".into());
        Box::<Failure>::from(problem).help(hint)
    }
}

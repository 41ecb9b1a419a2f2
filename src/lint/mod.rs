//! What is wrong with flags that read well: checks of meaning, and a table of lints, one file each.
//!
//! Checks run in two stages, so that ten thousand files need little memory:
//!
//! 1. [`check_flag`] and [`check_segment`] see one model, and can run in parallel. From each model the light
//!    [`FlagFacts`] and [`SegmentFacts`] are kept; the model can go.
//! 2. [`check_facts`] sees the facts of all files: names that must exist, cycles, clashes, lints across files.
//!
//! [`suppress`] then removes what inline ignores cover, file by file, and [`apply_levels`] gives every lint the level
//! that the project asks for. Checks of meaning are errors and can neither be ignored nor set.
//!
//! To add a lint: its code in `diagnostic/codes/lint.rs`, a file in `lints/` named after it, and a line in [`LINTS`].

mod facts;
mod ignore;
mod level;
mod lints;
mod meaning;
mod outcome;
mod repository;
mod tests_files;
mod trail;
mod truth;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use facts::{FlagFacts, SegmentFacts};
pub use ignore::{mentions_ignore, suppress};
pub use level::{apply_levels, is_lint, level};
pub use lints::LINTS;
pub use meaning::{Known, check_mentions, unknown_environment};
pub use repository::Repository;
pub use tests_files::{TestsFacts, check_tests, unknown_segment};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Flag, Project, Segment, Timestamp};
use crate::source::{FilePath, Path, Place};

/// What every check may know besides the model.
#[derive(Debug, Clone, Copy)]
pub struct FileContext<'a> {
    /// The project.
    pub project: &'a Project,
    /// The file that is checked; for [`check_project`] and [`check_facts`] the project's.
    pub file: &'a FilePath,
    /// The present.
    pub now: Timestamp,
}

/// A lint: a code whose level the project sets, and what finds it.
#[derive(Debug)]
pub struct Lint {
    /// Its code; the name is that of its file.
    pub code: &'static Code,
    /// What finds it.
    pub checks: &'static [Check],
}

/// What finds a problem.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Looks at one flag.
    Flag(fn(&FileContext<'_>, &Flag, &mut Vec<Diagnostic>)),
    /// Looks at one segment.
    Segment(fn(&FileContext<'_>, &Segment, &mut Vec<Diagnostic>)),
    /// Looks at all files together.
    Repository(fn(&Repository<'_>, &mut Vec<Diagnostic>)),
}

/// Checks one flag: meaning first, then the lints that are on. An archived flag gets no lints.
#[must_use]
pub fn check_flag(context: &FileContext<'_>, flag: &Flag) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    meaning::check_flag(context, flag, &mut found);
    if flag.archived.is_none() {
        for check in enabled(context.project) {
            if let Check::Flag(check) = check {
                check(context, flag, &mut found);
            }
        }
    }
    found
}

/// Checks one segment.
#[must_use]
pub fn check_segment(context: &FileContext<'_>, segment: &Segment) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    meaning::check_segment(context, segment, &mut found);
    for check in enabled(context.project) {
        if let Check::Segment(check) = check {
            check(context, segment, &mut found);
        }
    }
    found
}

/// Checks the project file by itself.
#[must_use]
pub fn check_project(context: &FileContext<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    meaning::check_project(context, &mut found);
    found
}

/// Checks all files together. `context.file` is the project's file; facts may come in any order.
#[must_use]
pub fn check_facts(context: &FileContext<'_>, flags: &[FlagFacts], segments: &[SegmentFacts]) -> Vec<Diagnostic> {
    let repository = Repository::new(*context, flags, segments);
    let mut found = Vec::new();
    meaning::check_repository(&repository, &mut found);
    for check in enabled(context.project) {
        if let Check::Repository(check) = check {
            check(&repository, &mut found);
        }
    }
    found
}

/// The checks of all lints that are not off.
fn enabled(project: &Project) -> impl Iterator<Item = Check> {
    LINTS.iter().filter(|lint| level(project, lint.code) != Severity::Off).flat_map(|lint| lint.checks).copied()
}

impl FileContext<'_> {
    /// The file as a whole.
    fn whole(&self) -> Place {
        Place::file(self.file.clone())
    }

    /// The value at `path` of the file.
    fn value(&self, path: Path) -> Place {
        Place::value(self.file.clone(), path)
    }

    /// The key at `path` of the file.
    fn key(&self, path: Path) -> Place {
        Place::key(self.file.clone(), path)
    }
}

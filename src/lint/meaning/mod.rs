//! Checks across fields and files: names that must exist, attributes as declared, no cycles, no clashes.

mod attributes;
mod clashes;
mod cycles;
mod depth;
mod graph;
mod mentions;
mod names;
mod references;

pub use mentions::{Known, check_mentions};
pub use names::unknown_environment;
pub(super) use names::{find_lint, unknown_lint};

use super::{FileContext, Repository};
use crate::diagnostic::Diagnostic;
use crate::model::{Flag, Segment};

/// Checks one flag against the project.
pub(super) fn check_flag(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    names::environments(context, flag, found);
    names::rings(context, flag, found);
    attributes::check_flag(context, flag, found);
    references::self_requirements(context, flag, found);
}

/// Checks one segment against the project.
pub(super) fn check_segment(context: &FileContext<'_>, segment: &Segment, found: &mut Vec<Diagnostic>) {
    attributes::check_segment(context, segment, found);
}

/// Checks the project by itself.
pub(super) fn check_project(context: &FileContext<'_>, found: &mut Vec<Diagnostic>) {
    names::lints(context, found);
}

/// Checks all files together.
pub(super) fn check_repository(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    clashes::check(repository, found);
    references::check(repository, found);
    cycles::requirements(repository, found);
    cycles::segments(repository, found);
    depth::check(repository, found);
}

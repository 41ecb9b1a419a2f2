//! The lints that a project takes for errors: what a command writes keeps to them as well.

use super::draft::FileEdit;
use super::layout::{self, Role};
use super::validate::is_meaning;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::UNUSED_IGNORE;
use crate::document;
use crate::lint::{self, FileContext};
use crate::model::{Project, Timestamp};
use crate::source::FilePath;
use crate::yaml;
use std::collections::BTreeSet;

/// Actions that must not wait for tidiness: they go back to what was, or end an emergency.
const URGENT: &[&str] = &["rollback", "undo", "kill"];

/// What the edited files break that they did not break before. Files that move keep what they are excused for.
pub(super) fn broken(project: &Project, edits: &[FileEdit], action: &str, now: Timestamp) -> Vec<Diagnostic> {
    if URGENT.contains(&action) {
        return Vec::new();
    }
    let ids = |path: &FilePath, text: &str| findings(project, path, text, now).into_iter().map(|it| it.code.id);
    let gone = edits.iter().filter(|edit| edit.after.is_none());
    let moved: BTreeSet<&str> =
        gone.filter_map(|edit| Some(ids(&edit.path, edit.before.as_deref()?))).flatten().collect();
    let mut found = Vec::new();
    for edit in edits {
        let Some(after) = &edit.after else { continue };
        let known: BTreeSet<&str> = match &edit.before {
            Some(before) => ids(&edit.path, before).collect(),
            None => moved.clone(),
        };
        found.extend(findings(project, &edit.path, after, now).into_iter().filter(|it| !known.contains(it.code.id)));
    }
    found
}

/// The lints of one file that are errors in this project and that no comment excuses.
fn findings(project: &Project, path: &FilePath, text: &str, now: Timestamp) -> Vec<Diagnostic> {
    let (Some(tree), _) = yaml::parse(path, text) else { return Vec::new() };
    let context = FileContext { project, file: path, now };
    let found = match layout::role(path) {
        Role::Flag(key) => document::flag(path, &key, &tree).0.map(|flag| lint::check_flag(&context, &flag)),
        Role::Segment(name) => {
            document::segment(path, &name, &tree).0.map(|segment| lint::check_segment(&context, &segment))
        }
        _ => None,
    };
    let lints = found.unwrap_or_default().into_iter().filter(|problem| !is_meaning(problem)).collect();
    let mut left = lint::suppress(&context, &tree, lints);
    // Lints across files are not looked at here: what they would have excused is not known.
    left.retain(|problem| problem.code != &UNUSED_IGNORE);
    lint::apply_levels(left, project).into_iter().filter(Diagnostic::is_error).collect()
}

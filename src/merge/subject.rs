//! What a file is, for merging it: a flag by its model, everything else by mappings and lists.

use super::data;
use crate::compare::compare_flags;
use crate::document;
use crate::history::{Prefer, merge_preferring};
use crate::model::{Flag, FlagKey};
use crate::project::layout::Role;
use crate::source::FilePath;
use crate::yaml::{self, Data};

/// What can be merged by structure.
pub(super) trait Subject: Sized {
    /// What is known of a file by its path.
    type Role;

    /// What the text says; `None` where it has mistakes.
    fn read(file: &FilePath, role: &Self::Role, text: &str) -> Option<Self>;

    /// The merge, and the places that both changed differently, where the preferred side is taken.
    fn merge(prefer: Prefer, base: &Self, theirs: &Self, ours: &Self) -> (Self, Vec<String>);

    /// The text, which says `old`, edited until it says `new`.
    fn write(file: &FilePath, text: &str, old: &Self, new: &Self) -> Option<String>;

    /// Whether both mean the same.
    fn says(&self, other: &Self) -> bool;

    /// How two differ, in words.
    fn differences(before: &Self, after: &Self) -> Vec<String>;

    /// Why this can't be a file, although what it was merged from was.
    fn problems(file: &FilePath, role: &Self::Role, merged: &Self) -> Vec<String>;
}

/// A flag.
pub(super) struct FlagFile(Flag);

impl Subject for FlagFile {
    type Role = FlagKey;

    fn read(file: &FilePath, key: &FlagKey, text: &str) -> Option<Self> {
        crate::project::read_flag(file, key, text.into()).value.map(Self)
    }

    fn merge(prefer: Prefer, base: &Self, theirs: &Self, ours: &Self) -> (Self, Vec<String>) {
        let (merged, conflicts) = merge_preferring(prefer, &base.0, &theirs.0, &ours.0);
        (Self(merged), conflicts.iter().map(ToString::to_string).collect())
    }

    fn write(file: &FilePath, text: &str, old: &Self, new: &Self) -> Option<String> {
        document::apply(file, text, &old.0, &new.0).ok()
    }

    fn says(&self, other: &Self) -> bool {
        self.0 == other.0 || compare_flags(Some(&self.0), Some(&other.0)).is_empty()
    }

    fn differences(before: &Self, after: &Self) -> Vec<String> {
        compare_flags(Some(&before.0), Some(&after.0)).iter().map(crate::compare::Difference::sentence).collect()
    }

    fn problems(file: &FilePath, _: &FlagKey, merged: &Self) -> Vec<String> {
        match document::create(file, &merged.0) {
            Err(document::ChangeError::Invalid(problems)) => unfit(problems),
            _ => vec!["the changes of both sides can't be written into one file exactly".to_owned()],
        }
    }
}

fn unfit(problems: Vec<crate::diagnostic::Diagnostic>) -> Vec<String> {
    let first = "each side is right, both together are not".to_owned();
    std::iter::once(first).chain(problems.into_iter().map(|problem| format!("  {}", problem.message))).collect()
}

/// A segment, the project, or tests.
pub(super) struct Document(Data);

impl Subject for Document {
    type Role = Role;

    fn read(file: &FilePath, role: &Role, text: &str) -> Option<Self> {
        let (tree, problems) = yaml::parse(file, text);
        let tree = tree.filter(|_| problems.is_empty())?;
        let problems = match role {
            Role::Project => document::project(file, &tree).1,
            Role::Segment(name) => document::segment(file, name, &tree).1,
            Role::Tests(_) => document::flag_tests(file, &tree).1,
            Role::SegmentTests(_) => document::segment_tests(file, &tree).1,
            Role::Golden(_) => document::golden(file, &tree).1,
            _ => return None,
        };
        let is_right = !problems.iter().any(crate::diagnostic::Diagnostic::is_error);
        is_right.then(|| Self(Data::from(&tree.root)))
    }

    fn merge(prefer: Prefer, base: &Self, theirs: &Self, ours: &Self) -> (Self, Vec<String>) {
        let (merged, conflicts) = data::merge(prefer, &base.0, &theirs.0, &ours.0);
        (Self(merged), conflicts)
    }

    fn write(file: &FilePath, text: &str, old: &Self, new: &Self) -> Option<String> {
        let (tree, problems) = yaml::parse(file, text);
        let tree = tree.filter(|_| problems.is_empty())?;
        let edits = document::edits_of_data(&tree, &old.0, &new.0);
        let result = yaml::edit(text, &edits).ok()?;
        let (tree, problems) = yaml::parse(file, &result);
        let is_exact = problems.is_empty() && tree.is_some_and(|tree| Data::from(&tree.root).same(&new.0));
        is_exact.then_some(result)
    }

    fn says(&self, other: &Self) -> bool {
        self.0.same(&other.0)
    }

    fn differences(before: &Self, after: &Self) -> Vec<String> {
        data::differences(&before.0, &after.0)
    }

    fn problems(_: &FilePath, _: &Role, _: &Self) -> Vec<String> {
        vec!["the changes of both sides can't be written into one file exactly".to_owned()]
    }
}

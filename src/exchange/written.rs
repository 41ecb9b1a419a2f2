//! Whether what was imported can be a file: a source may hold text that files can't, such as control characters.

use super::Imported;
use super::item::{Item, Kept};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{self, encode};
use crate::model::{Condition, Flag, Segment, SegmentName};
use crate::source::{FilePath, Path};
use crate::yaml;
use std::collections::BTreeSet;

/// Leaves out flags and segments that can't be written and read back, and flags that name such segments.
pub(super) fn settle(imported: &mut Imported, file: &str) {
    let items = &mut imported.items;
    let mut leave_out = |flag: Option<String>, message: String| {
        let help = "take the text out of it that files can't have, or shorten it".to_owned();
        items.push(Item { kept: Kept::No, file: file.to_owned(), path: Path::root(), span: None, flag, message, help });
    };
    let mut gone: BTreeSet<SegmentName> = BTreeSet::new();
    loop {
        let before = gone.len();
        imported.segments.retain(|segment| {
            let why = match named(&segment.conditions, &gone) {
                Some(name) => Some(format!("it names the segment `{name}`, which can't be carried over")),
                None => segment_fails(segment),
            };
            let Some(why) = why else { return true };
            leave_out(None, format!("the segment `{}` can't be written: {why}", segment.name));
            gone.insert(segment.name.clone());
            false
        });
        if gone.len() == before {
            break;
        }
    }
    imported.flags.retain(|flag| {
        let mut rules = flag.environments.iter().flat_map(|environment| &environment.rules);
        let why = match rules.find_map(|rule| named(&rule.when, &gone)) {
            Some(name) => Some(format!("it names the segment `{name}`, which can't be carried over")),
            None => flag_fails(flag).map(|why| format!("it can't be written: {why}")),
        };
        let Some(why) = why else { return true };
        leave_out(Some(flag.key.to_string()), why);
        false
    });
}

/// The first segment of `gone` that the conditions name.
fn named<'c>(conditions: &'c [Condition], gone: &BTreeSet<SegmentName>) -> Option<&'c SegmentName> {
    conditions.iter().flat_map(Condition::walk).find_map(|condition| match condition {
        Condition::Segment(name) if gone.contains(name) => Some(name),
        _ => None,
    })
}

fn flag_fails(flag: &Flag) -> Option<String> {
    let file = FilePath::from("imported.yaml");
    let text = yaml::document(&encode::flag(flag));
    let (tree, mut problems) = yaml::parse(&file, &text);
    let read = tree.and_then(|tree| {
        let (read, found) = document::flag(&file, &flag.key, &tree);
        problems.extend(found);
        read
    });
    why(problems, read.as_ref() == Some(flag))
}

fn segment_fails(segment: &Segment) -> Option<String> {
    let file = FilePath::from("imported.yaml");
    let text = yaml::document(&encode::segment(segment));
    let (tree, mut problems) = yaml::parse(&file, &text);
    let read = tree.and_then(|tree| {
        let (read, found) = document::segment(&file, &segment.name, &tree);
        problems.extend(found);
        read
    });
    why(problems, read.as_ref() == Some(segment))
}

/// The first error; or that what was read is not what was written.
fn why(problems: Vec<Diagnostic>, same: bool) -> Option<String> {
    let error = problems.into_iter().find(|problem| problem.severity == Severity::Error);
    match error {
        Some(error) => Some(error.message),
        None => (!same).then(|| "it reads differently".into()),
    }
}

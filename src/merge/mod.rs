//! Three versions of a file become one, by what they say: what a merge driver does.
//!
//! Where nothing is in each other's way, the lines are merged as Git would, and the result is taken if it says what the
//! merge by structure says. Otherwise one side's text is edited until it does (`subject`), and the comments of the other
//! side are put where they belong (`comments`). Where both sides set one place differently, conflict markers stand around
//! that place and nothing else (`markers`).

mod comments;
mod data;
mod markers;
mod subject;

pub use markers::Style;

use crate::history::Prefer;
use crate::project::layout::Role;
use crate::source::FilePath;
use similar::TextMerge;
use subject::{Document, FlagFile, Subject};

/// The versions of a file. `base` is empty where both sides made the file.
#[derive(Debug, Clone, Copy)]
pub struct Versions<'t> {
    /// What both come from.
    pub base: &'t str,
    /// The side that the other is merged into.
    pub ours: &'t str,
    /// The other side.
    pub theirs: &'t str,
}

/// What became of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// The text that both sides come to.
    Clean(String),
    /// Both sides set one place differently.
    Conflict {
        /// The text with markers.
        text: String,
        /// Why, in plain words: one line for each place, and for what each side made of it.
        words: Vec<String>,
    },
    /// One of the versions does not read as what the file is: only its lines can be merged.
    Unreadable,
}

/// Merges a file of flags. `style` says how conflicts are marked.
#[must_use]
pub fn merge(file: &FilePath, role: &Role, versions: Versions<'_>, style: &Style) -> Merged {
    match role {
        Role::Flag(key) => merge_as::<FlagFile>(file, key, versions, style),
        Role::Misplaced(_) | Role::Other => Merged::Unreadable,
        role => merge_as::<Document>(file, role, versions, style),
    }
}

fn merge_as<S: Subject>(file: &FilePath, role: &S::Role, versions: Versions<'_>, style: &Style) -> Merged {
    let Versions { base, ours, theirs } = versions;
    let read = |text: &str| S::read(file, role, text);
    let (Some(our), Some(their)) = (read(ours), read(theirs)) else { return Merged::Unreadable };
    if base.trim().is_empty() {
        return added(versions, &our, &their, style);
    }
    let Some(old) = read(base) else { return Merged::Unreadable };
    let (merged, conflicts) = S::merge(Prefer::Ours, &old, &their, &our);
    let write = |new: &S| {
        let text = written(file, versions, (&our, &their), new)?;
        // Each side may be right and both together not.
        read(&text).is_some().then_some(text)
    };
    if !conflicts.is_empty() {
        let preferred = |prefer| S::merge(prefer, &old, &their, &our).0;
        let (neither, with_theirs) = (preferred(Prefer::Base), preferred(Prefer::Theirs));
        let words = words(&conflicts, style, &neither, [&merged, &with_theirs]);
        return Merged::Conflict { text: marked(versions, [&neither, &merged, &with_theirs].map(write), style), words };
    }
    let lines = TextMerge::from_lines(base, ours, theirs);
    if !lines.is_conflicted() {
        let text = lines.to_string();
        if read(&text).is_some_and(|found| found.says(&merged)) {
            return Merged::Clean(text);
        }
    }
    match write(&merged) {
        Some(text) => Merged::Clean(text),
        None => {
            let words = S::problems(file, role, &merged);
            Merged::Conflict { text: markers::around_changes(base, ours, theirs, style), words }
        }
    }
}

/// Both sides made the file.
fn added<S: Subject>(versions: Versions<'_>, our: &S, their: &S, style: &Style) -> Merged {
    let Versions { ours, theirs, .. } = versions;
    if our.says(their)
        && let Some(text) = comments::carry(ours, "", ours, theirs)
    {
        return Merged::Clean(text);
    }
    let mut words = vec!["both sides added the file, with different content".to_owned()];
    words.extend(S::differences(our, their).into_iter().map(|it| format!("  {} → {}: {it}", style.ours, style.theirs)));
    Merged::Conflict { text: markers::around_differences(ours, ours, theirs, style), words }
}

/// A text that says `new`, with what is beside the meaning from both sides: ours edited, or else theirs.
fn written<S: Subject>(file: &FilePath, versions: Versions<'_>, read: (&S, &S), new: &S) -> Option<String> {
    let Versions { base, ours, theirs } = versions;
    let (our, their) = read;
    let edited = |own: &str, model: &S, other: &str| {
        let text = S::write(file, own, model, new)?;
        comments::carry(&text, base, own, other)
    };
    edited(ours, our, theirs).or_else(|| edited(theirs, their, ours))
}

/// The text with markers, from what it would be if each side had its way.
fn marked(versions: Versions<'_>, texts: [Option<String>; 3], style: &Style) -> String {
    if let [neither, Some(ours), Some(theirs)] = texts
        && ours != theirs
    {
        return markers::around_differences(neither.as_deref().unwrap_or(&ours), &ours, &theirs, style);
    }
    markers::around_changes(versions.base, versions.ours, versions.theirs, style)
}

fn words<S: Subject>(conflicts: &[String], style: &Style, neither: &S, sides: [&S; 2]) -> Vec<String> {
    let mut words: Vec<String> =
        conflicts.iter().map(|conflict| format!("{conflict}: both sides changed it differently")).collect();
    for (label, side) in [&style.ours, &style.theirs].into_iter().zip(sides) {
        words.extend(S::differences(neither, side).into_iter().map(|it| format!("  {label}: {it}")));
    }
    words
}

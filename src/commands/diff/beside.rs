//! What differs beside flags, segments and the project: expectations. They change no answer, but say what is wanted.

use super::range::Changed;
use super::side::content;
use crate::commands::wording::count;
use crate::compare::{Aspect, Difference, Subject};
use crate::diagnostic::Result;
use crate::document::{Expectation, ExpectedMembership, FlagTests, Golden, Recorded, SegmentTests};
use crate::model::FlagKey;
use crate::project::layout::{self, Role};
use crate::project::{Content, Root, read_golden, read_segment_tests, read_tests};
use crate::source::{FilePath, Span};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const GOLDEN: &str = "golden context";

/// A file of expectations that differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expectations {
    /// From the top of the repository.
    pub(super) path: FilePath,
    /// `tests of new-checkout`
    pub(super) title: String,
    pub(super) change: Change,
}

/// How it differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// New, with so many cases.
    Added(Option<usize>),
    /// Gone, with so many cases.
    Removed(Option<usize>),
    /// In what it says; nothing about cases where one side does not read.
    Changed { cases: Option<Cases>, rest: bool },
    /// Not in what it says.
    Rewritten,
}

/// How many cases differ; for a golden context, recorded answers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cases {
    added: usize,
    removed: usize,
    changed: usize,
}

impl Expectations {
    /// The sign of a line, and what it says.
    pub(super) fn words(&self) -> (char, String) {
        let word = if self.title.starts_with(GOLDEN) { "answer" } else { "case" };
        let holds =
            |cases: Option<usize>| cases.map_or_else(String::new, |cases| format!(" with {}", count(cases, word)));
        match &self.change {
            Change::Added(cases) => ('+', format!("added{}", holds(*cases))),
            Change::Removed(cases) => ('-', format!("removed{}", holds(*cases))),
            Change::Rewritten => ('~', "comments, formatting or place".into()),
            Change::Changed { cases: None, .. } => ('~', "can't be compared: one side does not read".into()),
            Change::Changed { cases: Some(Cases { added, removed, changed }), rest } => {
                let counts = [(added, "added"), (removed, "removed"), (changed, "changed")];
                let some = counts.into_iter().filter(|(number, _)| **number > 0);
                let mut words: Vec<String> =
                    some.map(|(number, what)| format!("{} {what}", count(*number, word))).collect();
                words.extend(rest.then(|| format!("what all {word}s share changed")));
                ('~', words.join(", "))
            }
        }
    }

    pub(super) fn json(&self) -> Value {
        let (change, cases) = match &self.change {
            Change::Added(cases) => ("added", cases.map(|added| Cases { added, ..Cases::default() })),
            Change::Removed(cases) => ("removed", cases.map(|removed| Cases { removed, ..Cases::default() })),
            Change::Changed { cases: None, .. } => ("changed", None),
            Change::Changed { cases: Some(Cases { added, removed, changed }), .. } => {
                ("changed", Some(Cases { added: *added, removed: *removed, changed: *changed }))
            }
            Change::Rewritten => ("rewritten", Some(Cases::default())),
        };
        let cases = cases.map(|it| json!({ "added": it.added, "removed": it.removed, "changed": it.changed }));
        json!({ "path": &*self.path, "about": self.title, "change": change, "cases": cases })
    }
}

/// What differs in files of expectations; of the tests of `keys` only, if there are any. Those of a flag that was renamed
/// go with it.
pub(super) fn expectations(
    root: &Root,
    changed: &[Changed],
    differences: &[Difference],
    keys: &[FlagKey],
) -> Result<Vec<Expectations>> {
    let new_name = |difference: &Difference| {
        let old = difference.before.as_ref().filter(|_| difference.aspect == Aspect::Renamed)?;
        let new = difference.subject.name()?.to_owned();
        Some(((matches!(difference.subject, Subject::Flag(_)), old.text.clone()), new))
    };
    let renamed: BTreeMap<(bool, String), String> = differences.iter().filter_map(new_name).collect();
    let now = |flag: bool, name: &str| renamed.get(&(flag, name.to_owned())).map_or(name, String::as_str).to_owned();
    let mut found: BTreeMap<String, Sides> = BTreeMap::new();
    for file in changed {
        let role = layout::role(&file.path);
        let (title, is_wanted) = match &role {
            Role::Tests(key) => {
                let key = now(true, key.as_str());
                let is_wanted =
                    keys.is_empty() || keys.iter().any(|wanted| *wanted == *key || now(true, wanted.as_str()) == key);
                (format!("tests of {key}"), is_wanted)
            }
            Role::SegmentTests(name) => (format!("tests of segment {}", now(false, name.as_str())), keys.is_empty()),
            Role::Golden(name) => (format!("{GOLDEN} {name}"), keys.is_empty()),
            _ => continue,
        };
        if !is_wanted {
            continue;
        }
        let sides = found.entry(title).or_default();
        for (side, at) in [&mut sides.before, &mut sides.after].into_iter().zip([file.old, file.new]) {
            if let Content::Plain(bytes) = content(root, root.git()?, file, at)? {
                *side = Some((root.shown(&file.path), read(&file.path, &role, bytes)));
            }
        }
    }
    Ok(found.into_iter().filter_map(|(title, sides)| sides.compare(title)).collect())
}

/// A file, and what it says when it reads.
type Side = Option<(FilePath, Option<Said>)>;

#[derive(Default)]
struct Sides {
    before: Side,
    after: Side,
}

impl Sides {
    fn compare(self, title: String) -> Option<Expectations> {
        let cases = |said: &Option<Said>| said.as_ref().map(|said| said.cases.len());
        let (path, change) = match (self.before, self.after) {
            (None, None) => return None,
            (None, Some((path, said))) => (path, Change::Added(cases(&said))),
            (Some((path, said)), None) => (path, Change::Removed(cases(&said))),
            (Some((old, Some(before))), Some((path, Some(after)))) => {
                let rest = before.rest != after.rest;
                let cases = apart(before.cases, after.cases);
                let is_same = !rest && cases == Cases::default();
                if is_same && old != path {
                    // It went with what was renamed.
                    return None;
                }
                (path, if is_same { Change::Rewritten } else { Change::Changed { cases: Some(cases), rest } })
            }
            (Some(_), Some((path, _))) => (path, Change::Changed { cases: None, rest: true }),
        };
        Some(Expectations { path, title, change })
    }
}

/// What a file of expectations says: its cases, and what they share.
struct Said {
    rest: Rest,
    cases: Vec<Case>,
}

#[derive(PartialEq)]
enum Rest {
    Flag(FlagTests),
    Segment(SegmentTests),
    Golden(Golden),
}

#[derive(PartialEq)]
enum Case {
    Flag(Expectation),
    Segment(ExpectedMembership),
    Golden(Recorded),
}

impl Case {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Flag(case) => case.name.as_deref(),
            Self::Segment(case) => case.name.as_deref(),
            Self::Golden(case) => Some(case.flag.as_str()),
        }
    }
}

/// Where a case stands in the file does not matter.
fn read(path: &FilePath, role: &Role, bytes: Vec<u8>) -> Option<Said> {
    let nowhere = Span::new(0, 0);
    match role {
        Role::Tests(_) => {
            let mut tests = read_tests(path, bytes).value?;
            let cases = std::mem::take(&mut tests.expect).into_iter();
            let cases = cases.map(|case| Case::Flag(Expectation { span: nowhere, ..case })).collect();
            Some(Said { rest: Rest::Flag(tests), cases })
        }
        Role::SegmentTests(_) => {
            let mut tests = read_segment_tests(path, bytes).value?;
            let cases = std::mem::take(&mut tests.expect).into_iter();
            let cases = cases.map(|case| Case::Segment(ExpectedMembership { span: nowhere, ..case })).collect();
            Some(Said { rest: Rest::Segment(tests), cases })
        }
        Role::Golden(_) => {
            let mut golden = read_golden(path, bytes).value?;
            let cases = std::mem::take(&mut golden.answers).into_iter();
            let cases = cases.map(|case| Case::Golden(Recorded { span: nowhere, ..case })).collect();
            Some(Said { rest: Rest::Golden(golden), cases })
        }
        _ => None,
    }
}

/// Cases are the same when they say the same. Of the others, those of one name are one that changed, and those without a
/// name are so in pairs.
fn apart(before: Vec<Case>, after: Vec<Case>) -> Cases {
    let mut gone = before;
    let mut come: Vec<Case> = Vec::new();
    for case in after {
        match gone.iter().position(|other| *other == case) {
            Some(at) => drop(gone.swap_remove(at)),
            None => come.push(case),
        }
    }
    let mut changed = 0;
    come.retain(|case| match gone.iter().position(|other| other.name() == case.name()) {
        Some(at) => {
            gone.swap_remove(at);
            changed += 1;
            false
        }
        None => true,
    });
    Cases { added: come.len(), removed: gone.len(), changed }
}

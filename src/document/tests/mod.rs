//! Tests of the decoder: what is read, and what is reported where.

mod changes;
mod conditions;
mod corpus;
mod flags;
mod golden;
mod mutate;
mod others;
mod schemas;
mod serves;

use crate::diagnostic::Diagnostic;
use crate::model::{Flag, FlagKey};
use crate::source::{At, FilePath, Position};
use crate::yaml::{Tree, parse};

/// A small boolean flag that is valid; tests replace parts of it.
pub(super) const BOOLEAN: &str = "type: boolean
default: false
environments:
  production:
    enabled: true
    serve: true
";

/// A small string flag that is valid, with the serve `{}` of its environment left open.
pub(super) fn with_serve(serve: &str) -> String {
    format!(
        "type: string\nvariants: {{red: {{value: r}}, blue: {{value: b}}}}\ndefault: red\nenvironments:\n  production:\n    serve: {serve}\n"
    )
}

/// A boolean flag whose one rule has this `when`.
pub(super) fn with_when(when: &str) -> String {
    format!(
        "type: boolean\ndefault: false\nenvironments:\n  production:\n    rules:\n      - when: {when}\n        serve: true\n    serve: false\n"
    )
}

pub(super) fn tree_of<'t>(file: &FilePath, text: &'t str) -> Tree<'t> {
    let (tree, problems) = parse(file, text);
    assert_eq!(problems, [], "the YAML itself is wrong: {text}");
    tree.unwrap()
}

pub(super) fn read_flag(text: &str) -> (Option<Flag>, Vec<Diagnostic>) {
    let file: FilePath = "flags/test.yaml".into();
    let tree = tree_of(&file, text);
    super::flag(&file, &FlagKey::new("test").unwrap(), &tree)
}

pub(super) fn good_flag(text: &str) -> Flag {
    let (flag, problems) = read_flag(text);
    assert_eq!(problems, [], "{text}");
    flag.unwrap()
}

/// `code line:column` of every problem.
pub(super) fn summary(text: &str, problems: &[Diagnostic]) -> Vec<String> {
    let line = |problem: &Diagnostic| {
        let Some(At::Span(span)) = problem.place.as_ref().map(|place| &place.at) else {
            panic!("no span: {problem:?}");
        };
        let Position { line, column } = Position::of(text, span.start as usize);
        format!("{} {line}:{column}", problem.code.name)
    };
    problems.iter().map(line).collect()
}

/// Every flag text has exactly these problems, and no model.
pub(super) fn check_flags(cases: &[(&str, &[&str])]) {
    check(cases, |_, text| {
        let (flag, problems) = read_flag(text);
        (flag.is_some(), problems)
    });
}

/// Every text has exactly these problems, and a model exactly when there are none. Says all that differ at once.
pub(super) fn check(cases: &[(&str, &[&str])], read: impl Fn(&FilePath, &str) -> (bool, Vec<Diagnostic>)) {
    let file: FilePath = "flags/test.yaml".into();
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let (there, problems) = read(&file, text);
        let found = summary(text, &problems);
        if found != *expected || there != expected.is_empty() {
            wrong.push(format!("{text}\n  expected {expected:?}\n  found    {found:?}, a model: {there}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

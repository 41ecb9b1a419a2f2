//! The corpus of bad input: every file of `tests/corpus` gets exactly the problems that its first line announces.
//!
//! `tests/corpus/README.md` says how a case is written.

mod case;
mod coverage;
mod hostile;

use case::{Case, cases};
use git_flag::diagnostic::Severity;
use git_flag::model::Timestamp;
use git_flag::project::{Files, validate};
use git_flag::render::{Terminal, diagnostic};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// 2026-11-20T09:00:00Z
const NOW: i64 = 1_795_165_200;

/// What is reported: file, code, and `line:column`, or `file` where the file as a whole is meant.
type Found = Vec<(String, String)>;

/// Validates the case in a folder of its own. The text shows the problems as people see them.
fn run(case: &Case) -> (Found, String) {
    let folder = tempfile::tempdir().expect("a folder");
    case.write(folder.path());
    let validation = validate(&Files::on_disk(folder.path().to_path_buf()), Timestamp::from_unix(NOW))
        .unwrap_or_else(|failure| panic!("{}: {failure}", case.name));
    let mut found = Found::new();
    let mut messages = BTreeSet::new();
    let mut shown = String::new();
    let mut problems = validation.problems;
    diagnostic::sort(&mut problems, &validation.sources);
    for problem in problems.iter().filter(|problem| problem.severity >= Severity::Warning) {
        let place = problem.place.as_ref().unwrap_or_else(|| panic!("{}: no place: {problem:?}", case.name));
        let at = diagnostic::concrete(place, &validation.sources)
            .map_or_else(|| "file".to_owned(), |at| format!("{}:{}", at.start.line, at.start.column));
        found.push((place.file.to_string(), format!("{}@{at}", problem.code.id)));
        let twice = !messages.insert((&place.file, at, &problem.message));
        assert!(!twice, "{}: reported twice: {problem:?}", case.name);
        let _ = writeln!(shown, "{}", diagnostic::text(problem, &validation.sources, &Terminal::plain()));
        assert!(diagnostic::github(problem, &validation.sources).starts_with("::"));
        let json = diagnostic::json(problem, &validation.sources);
        assert_eq!(json["code"], problem.code.id);
    }
    found.sort();
    (found, shown)
}

#[test]
fn every_file_gets_exactly_the_problems_that_it_announces() {
    let mut wrong = String::new();
    let mut all_shown = String::new();
    let cases = cases();
    for case in &cases {
        let (found, shown) = run(case);
        let _ = writeln!(all_shown, "######## {}\n{shown}", case.name);
        if found == case.expected {
            continue;
        }
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            case.announce(&found);
            continue;
        }
        let difference = |a: &Found, b: &Found| {
            let rest = a.iter().filter(|place| !b.contains(place));
            rest.map(|(file, at)| format!("{file} {at}")).collect::<Vec<_>>()
        };
        let missing = difference(&case.expected, &found);
        let unexpected = difference(&found, &case.expected);
        let _ = writeln!(wrong, "{}\n  missing: {missing:?}\n  unexpected: {unexpected:?}\n{shown}", case.name);
    }
    if let Some(file) = std::env::var_os("SHOW_CORPUS") {
        std::fs::write(file, all_shown).expect("a written file");
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(cases.len() >= 150, "only {} cases", cases.len());
}

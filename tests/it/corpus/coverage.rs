//! Every code that files can have is in the corpus.

use super::cases;
use git_flag::diagnostic::codes::{expectation, lint, meaning, repository, shape, syntax};
use std::collections::BTreeSet;

/// Codes without a file, and why.
const EXEMPT: &[(&str, &str)] = &[
    ("F009", "files beyond 256 KiB are made by the test of hostile input"),
    ("F012", "files with more than 50,000 values are made by the test of hostile input"),
];

/// The codes of the repository that are about files.
const OF_FILES: [&str; 5] = ["F220", "F221", "F222", "F224", "F228"];

/// The codes of tests that are about files; the others are about answers.
const OF_TESTS: [&str; 4] = ["F302", "F303", "F304", "F305"];

#[test]
fn every_code_has_a_file() {
    let cases = cases();
    let announced: BTreeSet<&str> =
        cases.iter().flat_map(|case| &case.expected).filter_map(|(_, place)| place.split('@').next()).collect();
    let tables = [syntax::TABLE, shape::TABLE, meaning::TABLE, lint::TABLE];
    let of_files = repository::TABLE.iter().filter(|code| OF_FILES.contains(&code.id));
    let of_tests = expectation::TABLE.iter().filter(|code| OF_TESTS.contains(&code.id));
    let codes: BTreeSet<&str> =
        tables.into_iter().flatten().chain(of_files).chain(of_tests).map(|code| code.id).collect();
    let exempt: BTreeSet<&str> = EXEMPT.iter().map(|(code, _)| *code).collect();
    let missing: Vec<&&str> =
        codes.iter().filter(|code| !announced.contains(*code) && !exempt.contains(*code)).collect();
    assert!(missing.is_empty(), "no file for {missing:?}");
    let needless: Vec<&&str> =
        exempt.iter().filter(|code| announced.contains(*code) || !codes.contains(*code)).collect();
    assert!(needless.is_empty(), "not to be exempt: {needless:?}");
}

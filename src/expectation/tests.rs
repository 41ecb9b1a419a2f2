//! Cases, coverage and mutants of a small flag.

use super::coverage::{branches, is_taken, taken};
use super::{Case, cases, mutants};
use crate::document::{self, FlagTests};
use crate::evaluate::Program;
use crate::model::{Catalog, Flag, FlagKey, Project, Timestamp};
use crate::yaml;
use std::collections::BTreeSet;

const PROJECT: &str = "format: 1\nenvironments:\n  - {name: staging}\n  - {name: production}\n";
const FLAG: &str = "type: boolean
default: false
environments:
  staging:
    enabled: false
    serve: true
  production:
    enabled: true
    targets:
      - {serve: true, units: [ada]}
    rules:
      - id: adults
        when: [{attribute: age, greater_than: 17}]
        serve: {percentage: 50}
    serve: false
";

fn tree<T>(text: &str, decode: impl Fn(&yaml::Tree<'_>) -> (Option<T>, Vec<crate::diagnostic::Diagnostic>)) -> T {
    let (tree, problems) = yaml::parse(&"t.yaml".into(), text);
    assert_eq!(problems, []);
    let (value, problems) = decode(&tree.unwrap());
    assert_eq!(problems, []);
    value.unwrap()
}

fn key() -> FlagKey {
    FlagKey::new("f").unwrap()
}

fn flag() -> Flag {
    tree(FLAG, |tree| document::flag(&"t.yaml".into(), &key(), tree))
}

fn program(flag: Flag) -> Program {
    let project: Project = tree(PROJECT, |tree| document::project(&"t.yaml".into(), tree));
    let mut catalog = Catalog::new(project);
    catalog.flags.insert(key(), flag);
    Program::compile(&catalog)
}

fn expecting(text: &str) -> FlagTests {
    tree(text, |tree| document::flag_tests(&"t.yaml".into(), tree))
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_800_000_000)
}

/// The mismatches of each case, in words.
fn mismatches(text: &str) -> Vec<String> {
    let (tests, program) = (expecting(text), program(flag()));
    let words = |case: Case<'_>| {
        let verdict = case.run(&program, "f");
        let words = verdict.mismatches.iter().map(|it| format!("{}: {} / {}", it.what, it.expected, it.actual));
        words.collect::<Vec<_>>().join("; ")
    };
    cases(&tests, now()).map(words).collect()
}

#[test]
fn what_is_expected_holds_or_is_told() {
    let found = mismatches(
        "environment: production
expect:
  - {user: ada, variant: true, reason: TARGETING_MATCH}
  - {user: ada, value: true}
  - {user: ada, variant: false, value: false, reason: SPLIT, rule: adults}
",
    );
    assert_eq!(found[..2], ["", ""]);
    assert_eq!(
        found[2],
        "variant: off / on; value: false / true; reason: SPLIT / TARGETING_MATCH; rule: adults / nothing"
    );
}

#[test]
fn a_bucket_stands_for_the_users_in_it() {
    let found = mismatches(
        "environment: production
context: {age: 40}
expect:
  - {bucket: 49.999, variant: true, reason: SPLIT, rule: adults}
  - {bucket: 50, variant: false, reason: SPLIT, rule: adults}
  - {variant: false, reason: DEFAULT}
",
    );
    assert_eq!(found, ["", "", ""], "without a bucket or a user, the rule does not match");
}

#[test]
fn a_matrix_asks_every_combination_in_every_environment() {
    let tests = expecting(
        "environment: [staging, production]
expect:
  - matrix: {age: [1, 2], country: [DE, FR, IT]}
    variant: false
",
    );
    let all: Vec<Case<'_>> = cases(&tests, now()).collect();
    assert_eq!(all.len(), 12);
    assert_eq!(all[0].title(), "variant off [age=1, country=\"DE\"]");
    assert_eq!(all[11].title(), "variant off [age=2, country=\"IT\"]");
    let program = program(flag());
    assert!(all.iter().all(|case| case.run(&program, "f").mismatches.is_empty()));
}

#[test]
fn what_no_case_takes_is_missed() {
    let (flag, tests) = (
        flag(),
        expecting(
            "environment: production\nexpect:\n  - {user: ada, variant: true}\n  - {context: {age: 40}, bucket: 1, variant: true}\n",
        ),
    );
    let program = program(flag.clone());
    let reached: BTreeSet<_> = cases(&tests, now())
        .filter_map(|case| Some((case.environment.clone(), taken(&case.run(&program, "f").decision?.0)?)))
        .collect();
    let missed: Vec<String> = branches(&flag)
        .into_iter()
        .filter(|branch| !is_taken(branch, &reached))
        .map(|(environment, branch)| format!("{}: {branch}", environment.unwrap()))
        .collect();
    assert_eq!(missed, ["staging: off", "production: rule `adults` serves off", "production: everyone else gets off"]);
}

#[test]
fn mutants_differ_and_good_cases_notice_them() {
    let flag = flag();
    let all = mutants(&flag);
    let names: Vec<&str> = all.iter().map(|mutant| mutant.what.as_str()).collect();
    assert_eq!(
        names,
        [
            "production: disabled",
            "production: without the target for on",
            "production: without rule `adults`",
            "production: rule `adults`: not (age greater than 17)",
            "production: rule `adults`: age greater than or equal 17",
            "production: rule `adults`: 50% → 25%",
            "production: rule `adults`: 50% → 75%",
            "production: everyone else: off → on",
        ]
    );
    assert!(all.iter().all(|mutant| mutant.flag != flag));
    let tests = expecting(
        "environment: production
expect:
  - {user: ada, variant: true}
  - {context: {age: 18}, bucket: 49.999, variant: true}
  - {context: {age: 18}, bucket: 50, variant: false, rule: adults}
  - {context: {age: 17}, bucket: 1, variant: false}
",
    );
    let survivors: Vec<String> = all
        .into_iter()
        .filter(|mutant| {
            let program = program(mutant.flag.clone());
            cases(&tests, now()).all(|case| case.run(&program, "f").mismatches.is_empty())
        })
        .map(|mutant| mutant.what)
        .collect();
    assert_eq!(survivors, Vec::<String>::new());
}

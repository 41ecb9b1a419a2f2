//! Cases, coverage and mutants of a small flag.

use super::coverage::{branches, is_taken, taken};
use super::{
    Case, SegmentBranch, answer, cases, golden_answers, golden_context, mutants, segment_branches, segment_cases,
    segment_taken, to_record,
};
use crate::document::{self, FlagTests};
use crate::evaluate::Program;
use crate::model::{Catalog, Flag, FlagKey, Project, Segment, SegmentName, Timestamp};
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

const SEGMENT: &str = "include: [ada]
exclude: [eve]
match:
  - {attribute: age, greater_than: 17}
  - {percentage: 50}
";

fn segment() -> Segment {
    tree(SEGMENT, |tree| document::segment(&"t.yaml".into(), &SegmentName::new("s").unwrap(), tree))
}

fn with_segment(segment: Segment) -> Program {
    let mut catalog = Catalog::new(tree(PROJECT, |tree| document::project(&"t.yaml".into(), tree)));
    catalog.segments.insert(segment.name.clone(), segment);
    Program::compile(&catalog)
}

#[test]
fn members_are_in_or_that_is_told() {
    let text = "context: {age: 18}
expect:
  - {user: ada, context: {age: 1}, member: true}
  - {user: eve, member: false}
  - {bucket: 49.999, matrix: {age: [18, 19]}, member: true}
  - {bucket: 50, member: true}
  - {user: eve, member: true}
";
    let tests = tree(text, |tree| document::segment_tests(&"t.yaml".into(), tree));
    let (segment, program) = (segment(), with_segment(segment()));
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for case in segment_cases(&tests) {
        let verdict = case.run(&program, "s");
        let (membership, trace) = verdict.membership.as_ref().unwrap();
        segment_taken(*membership, trace, &mut taken);
        found.extend(verdict.mismatches.iter().map(|it| format!("{}: {} / {}", case.title(), it.expected, it.actual)));
    }
    assert_eq!(found, ["in: true / false (neither)", "eve: in: true / false (excluded)"]);
    let missed: Vec<SegmentBranch> =
        segment_branches(&segment).into_iter().filter(|branch| !taken.contains(branch)).collect();
    assert_eq!(missed, [SegmentBranch::Condition(0, false)]);
    assert_eq!(missed[0].words(&segment), "age greater than 17 does not hold");
    let unknown = segment_cases(&tests).next().unwrap().run(&program, "t").mismatches;
    assert!(unknown[0].actual.starts_with("a segment that does not work"), "{unknown:?}");
}

#[test]
fn golden_answers_are_new_gone_changed_or_as_recorded() {
    let text = "environment: production\nnow: 2026-12-01\ncontext: {targetingKey: ada}\nanswers: {f: false, h: blue}\n";
    let golden = tree(text, |tree| document::golden(&"t.yaml".into(), tree));
    let mut catalog = Catalog::new(tree(PROJECT, |tree| document::project(&"t.yaml".into(), tree)));
    for name in ["f", "g", "put-away"] {
        let key = FlagKey::new(name).unwrap();
        catalog.flags.insert(key.clone(), Flag { key, ..flag() });
    }
    let program = Program::compile(&catalog);
    let context = golden_context(&golden).unwrap();
    let bound = program.bind(&context);
    let answers = golden_answers(&golden, &bound, |key| key == "put-away");
    let words: Vec<String> =
        answers.iter().map(|it| format!("{} {}: {} / {}", it.flag, it.holds(), it.expected(), it.actual())).collect();
    assert_eq!(words, ["f false: false / true", "g false: nothing / true", "h false: blue / gone"]);
    let recorded = to_record(&golden, &bound, |key| key == "put-away").unwrap();
    let recorded: Vec<String> = recorded.iter().map(|(key, answer)| format!("{key}: {answer}")).collect();
    assert_eq!(recorded, ["f: true", "g: true"]);
    let broken = catalog.flags.get_mut("g").unwrap();
    broken.environments[1].rules[0].when = vec![crate::model::Condition::Segment(SegmentName::new("none").unwrap())];
    let program = Program::compile(&catalog);
    let bound = program.bind(&context);
    assert_eq!(to_record(&golden, &bound, |_| false).unwrap_err().0, "g");
    let decision = bound.evaluate("g", "production", now());
    assert!(answer(&decision).unwrap_err().starts_with("an error: "));
}

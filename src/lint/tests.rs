//! From files to findings: places lead to the text that is meant.

use super::testing::at;
use super::{
    FileContext, FlagFacts, SegmentFacts, apply_levels, check_facts, check_flag, check_project, check_segment,
};
use super::{mentions_ignore, suppress};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::model::Project;
use crate::source::{At, FilePath};
use crate::yaml::{Tree, parse};

const PROJECT: &str = r#"format: 1
environments:
  - {name: development}
  - {name: staging}
  - {name: production}
attributes:
  country: {type: string}
  plan: {type: string, enum: [free, pro, premium]}
  account.age_days: {type: integer}
  email: {type: string}
rings:
  - {name: internal, segment: staff}
  - {name: everyone, percentage: 100}
lints: {missing-owner: error, rule-without-id: "off", key-stile: info}
"#;

const STAFF: &str = r#"description: Employees and contractors
include: [user-7]
match:
  - {attribute: email, ends_with: "@example.com"}
"#;

/// The example of the manual.
const GOOD: &str = r#"description: One-page checkout
type: boolean
kind: release
owner: team-payments
expires: 2027-03-01
default: false
requires:
  - {flag: payments-v2, serves: true}
environments:
  development: {enabled: true, serve: true}
  staging: {enabled: true, serve: true}
  production:
    enabled: true
    schedule: {from: 2026-12-01T09:00:00Z}
    targets:
      - {serve: true, units: [user-1, user-2]}
      - {serve: false, units: [user-9]}
    rules:
      - id: staff
        when: [{segment: staff}]
        serve: true
      - id: eu-premium
        when:
          - {attribute: country, in: [DE, FR, "NO"]}
          - any:
              - {attribute: plan, equals: premium}
              - {attribute: account.age_days, greater_than: 30}
        serve: {percentage: 25}
    serve: false
"#;

const PAYMENTS: &str = r"description: The new payment service
type: boolean
kind: ops
owner: team-payments
default: false
environments:
  development: {enabled: true, serve: true}
  staging: {enabled: true, serve: true}
  production: {enabled: true, serve: true}
";

const BAD: &str = r#"description: Everything that can go wrong
type: string
kind: experiment
default: control
variants:
  control: {value: a}
  treatment: {value: a}
  third: {value: c}
requires:
  - {flag: paymets-v2, serves: true}
  - {flag: payments-v2, serves: treatment}
environments:
  staging:
    enabled: true
    killed: {reason: errors, at: 2026-01-01}
    requires: [{flag: bad, serves: control}]
    serve: {ring: intern, serve: treatment}
  prodction:
    enabled: true
    schedule: {until: 2026-11-01}
    # git-flag: ignore[rule-without-id, impossible-rule] reason: kept for the tests
    rules:
      - when: [{segment: stuf}]
        serve: treatment
      - when:
          - {attribute: plan, in: [free, prp]}
          - {attribute: account.age_days, equals: "30"}
          - not: {attribute: contry, equals: DE}
        serve: {percentage: 25, serve: treatment, by: plam}
    serve: {gradual: {from: 2026-11-01, step: 50, every: 1d}, serve: treatment}
"#;

fn tree<'t>(file: &FilePath, text: &'t str) -> Tree<'t> {
    let (tree, problems) = parse(file, text);
    assert_eq!(problems, []);
    tree.unwrap()
}

fn project() -> (FilePath, Project) {
    let file: FilePath = "flags/project.yaml".into();
    let (project, problems) = document::project(&file, &tree(&file, PROJECT));
    assert_eq!(problems, []);
    (file, project.unwrap())
}

/// All findings in a repository of these flags, each as `name: text` of its place.
fn found(flags: &[(&str, &str)]) -> Vec<String> {
    let (project_file, project) = project();
    let now = at("2026-12-01");
    let context = FileContext { project: &project, file: &project_file, now };
    let staff_file: FilePath = "flags/segments/staff.yaml".into();
    let staff_tree = tree(&staff_file, STAFF);
    let (staff, problems) = document::segment(&staff_file, &"staff".parse().unwrap(), &staff_tree);
    assert_eq!(problems, []);
    let staff = staff.unwrap();
    let staff_context = FileContext { file: &staff_file, ..context };
    let mut all = check_segment(&staff_context, &staff);
    let segments = [SegmentFacts::of(&staff_context, &staff)];

    let files: Vec<FilePath> = flags.iter().map(|(key, _)| format!("flags/{key}.yaml").into()).collect();
    let mut facts = Vec::new();
    let mut trees = vec![(&project_file, tree(&project_file, PROJECT)), (&staff_file, staff_tree)];
    for (file, (key, text)) in files.iter().zip(flags) {
        let tree = tree(file, text);
        let (flag, problems) = document::flag(file, &key.parse().unwrap(), &tree);
        assert_eq!(problems, []);
        let (flag, context) = (flag.unwrap(), FileContext { file, ..context });
        all.extend(check_flag(&context, &flag));
        facts.push(FlagFacts::of(&context, &flag));
        trees.push((file, tree));
    }
    all.extend(check_facts(&context, &facts, &segments));
    all.extend(check_project(&context));
    for (file, tree) in &trees {
        if mentions_ignore(tree.text) {
            all = suppress(&FileContext { file, ..context }, tree, all);
        }
    }
    let all = apply_levels(all, &project);
    all.iter().map(|problem| show(problem, &trees)).collect()
}

fn show(problem: &Diagnostic, trees: &[(&FilePath, Tree<'_>)]) -> String {
    let place = problem.place.as_ref().unwrap();
    let (_, tree) = trees.iter().find(|(file, _)| **file == place.file).unwrap();
    let text = match &place.at {
        At::File => &place.file,
        At::Span(span) => span.slice(tree.text),
        At::Node(path, focus) => tree.locate(path, *focus).slice(tree.text),
    };
    format!("{} {}: {text}", problem.severity.name(), problem.code.name)
}

#[test]
fn the_example_of_the_manual_is_silent() {
    let found = found(&[("new-checkout", GOOD), ("payments-v2", PAYMENTS)]);
    assert_eq!(found, ["error unknown-lint: key-stile"]);
}

#[test]
fn every_place_leads_to_the_text_that_is_meant() {
    let expected = [
        "error unknown-environment: prodction",
        "error unknown-ring: intern",
        "error undeclared-value: prp",
        "error attribute-type: \"30\"",
        "error undeclared-attribute: contry",
        "error undeclared-attribute: plam",
        "error self-requirement: bad",
        "error missing-owner: flags/bad.yaml",
        "warning missing-expiry: flags/bad.yaml",
        "info not-on-missing: {attribute: contry, equals: DE}",
        "info unused-variant: third",
        "info same-value: a",
        "info schedule-over: 2026-11-01",
        "info rollout-finished: gradual",
        "info killed-long-ago: killed",
        "error unknown-segment: stuf",
        "error unknown-flag: paymets-v2",
        "error unknown-required-variant: treatment",
        "error unknown-lint: key-stile",
        "warning unused-ignore: impossible-rule",
    ];
    assert_eq!(found(&[("bad", BAD), ("payments-v2", PAYMENTS)]), expected);
}

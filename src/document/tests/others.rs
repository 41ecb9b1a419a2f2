use super::tree_of;
use crate::diagnostic::Diagnostic;
use crate::document::{flag_tests, project, segment};
use crate::model::{AttributeType, SegmentName, Share};
use crate::source::FilePath;
use crate::yaml::Tree;

const SEGMENT: &str = "description: Staff
owner: it
include: [user-7, 8]
exclude: [user-13]
match:
  - {attribute: email, ends_with: \"@example.com\"}
";

const PROJECT: &str = "format: 1
environments:
  - {name: development}
  - {name: production, description: live, protected: true}
attributes:
  plan: {type: string, enum: [free, pro]}
  account.age_days: {type: integer, examples: [1, 30]}
  version: {type: semver, examples: [\"2.1.0\", 3.0.0-rc.1]}
  seen: {type: time, enum: [2026-12-01, 1700000000]}
rings:
  - {name: internal, segment: staff}
  - {name: beta, segment: beta, percentage: 10}
  - {name: everyone, percentage: 100}
bucketing: flagd-v2
lints: {missing-owner: error, expired: \"off\"}
";

const TESTS: &str = "description: The checkout
environment: [staging, production]
now: 2026-12-02
context: {country: DE}
expect:
  - name: staff get it
    user: 7
    context: {email: a@example.com}
    matrix: {plan: [free, pro], account.age_days: [1, 100]}
    value: true
    rule: staff
  - {environment: production, bucket: 12.345, variant: false, reason: SPLIT, now: 2026-12-03}
";

fn check<T>(cases: &[(&str, &[&str])], read: impl Fn(&FilePath, &Tree<'_>) -> (Option<T>, Vec<Diagnostic>)) {
    super::check(cases, |file, text| {
        let (value, problems) = read(file, &tree_of(file, text));
        (value.is_some(), problems)
    });
}

fn read_segment(file: &FilePath, tree: &Tree<'_>) -> (Option<crate::model::Segment>, Vec<Diagnostic>) {
    segment(file, &SegmentName::new("staff").unwrap(), tree)
}

#[test]
fn segments() {
    check(
        &[
            (SEGMENT, &[]),
            ("description: empty\n", &[]),
            ("include: [a, b, a]\n", &["duplicate-unit 1:17"]),
            ("include: [a, 1]\nexclude: [\"1\"]\n", &["unit-in-both 1:14"]),
            ("include: {file: ids.txt}\n", &["reserved 1:10"]),
            ("include: {ids: a}\n", &["wrong-type 1:10"]),
            ("match: []\n", &["empty-collection 1:8"]),
            ("match: [{segment: 1}]\n", &["wrong-type 1:19"]),
            ("matches: []\n", &["unknown-field 1:1"]),
            ("- a\n", &["wrong-type 1:1"]),
        ],
        read_segment,
    );
}

#[test]
fn projects() {
    let with = |body: &str| format!("format: 1\nenvironments: [{{name: a}}]\n{body}");
    let cases: &[(&str, &[&str])] = &[
        ("policy: {}\n", &["reserved 3:1"]),
        ("audit: {}\nroles: []\n", &["reserved 3:1", "reserved 4:1"]),
        ("ring: []\n", &["unknown-field 3:1"]),
        ("attributes: {plan: string}\n", &["wrong-type 3:20"]),
        ("attributes: {plan: {type: text}}\n", &["unknown-choice 3:27"]),
        ("attributes: {a..b: {type: string}}\n", &["bad-attribute 3:14"]),
        ("attributes: {a: {type: string, enum: [b, 1]}}\n", &["wrong-type 3:42"]),
        ("attributes: {a: {type: string, enum: []}}\n", &["empty-collection 3:38"]),
        ("attributes: {a: {type: integer, examples: [1.5]}}\n", &["wrong-type 3:44"]),
        ("attributes: {a: {type: ip, examples: [1.2.3]}}\n", &["attribute-value 3:39"]),
        ("attributes: {a: {type: semver, examples: [\"1.2\"]}}\n", &["attribute-value 3:43"]),
        ("rings: [{name: a}]\n", &["ring-audience 3:9"]),
        ("rings: [{name: a, percentage: 1}, {name: A, percentage: 2}]\n", &["duplicate-name 3:42"]),
        ("rings: [{name: a, percentage: 10}, {name: b, percentage: 9}]\n", &["ring-order 3:58"]),
        ("bucketing: murmur\n", &["unknown-choice 3:12"]),
        ("lints: {a: errors}\n", &["unknown-choice 3:12"]),
        ("lints: {a: false}\n", &["unknown-choice 3:12"]),
    ];
    let texts: Vec<String> = cases.iter().map(|(body, _)| with(body)).collect();
    let cases: Vec<(&str, &[&str])> =
        texts.iter().zip(cases).map(|(text, (_, expected))| (text.as_str(), *expected)).collect();
    check(&cases, project);
    check(
        &[
            (PROJECT, &[]),
            ("environments: [{name: a}]\n", &["missing-field 1:1"]),
            ("format: 1\n", &["missing-field 1:1"]),
            ("format: 1\nenvironments: []\n", &["empty-collection 2:15"]),
            ("format: 1\nenvironments: [{name: a}, {name: a}]\n", &["duplicate-name 2:34"]),
            ("format: 1\nenvironments: [a]\n", &["wrong-type 2:16"]),
            ("format: 0\nenvironments: [{name: a}]\n", &["bad-count 1:9"]),
            ("format: 2\nenvironmentz: future\n", &["newer-format 1:9"]),
            ("format: \"1\"\nenvironments: [{name: a}]\n", &["wrong-type 1:9"]),
        ],
        project,
    );
    let file: FilePath = "p.yaml".into();
    let read = project(&file, &tree_of(&file, PROJECT)).0.unwrap();
    assert!(read.environment("production").unwrap().protected);
    let types: Vec<_> = read.attributes.unwrap().values().map(|declared| declared.attribute_type).collect();
    assert!(types.contains(&AttributeType::Time));
    assert_eq!(read.rings[1].percentage, Some(Share::from_steps(10_000).unwrap()));
}

#[test]
fn tests_files() {
    check(
        &[
            (TESTS, &[]),
            ("expect: []\n", &["empty-collection 1:9"]),
            ("environment: a\n", &["missing-field 1:1"]),
            ("expect: [{variant: true}]\n", &["no-environment 1:10"]),
            ("environment: a\nexpect: [{user: x}]\n", &["nothing-expected 2:10"]),
            ("environment: []\nexpect: [{value: 1}]\n", &["empty-collection 1:14"]),
            ("environment: [a, a]\nexpect: [{value: 1}]\n", &["duplicate-item 1:18"]),
            ("environment: a\nexpect: [{value: 1, bucket: 100}]\n", &["bad-percentage 2:29"]),
            ("environment: a\nexpect: [{value: 1, matrix: {}}]\n", &["empty-collection 2:29"]),
            ("environment: a\nexpect: [{value: 1, matrix: {a: []}}]\n", &["empty-collection 2:33"]),
            ("environment: a\nexpect: [{reason: CACHED}]\n", &["unknown-choice 2:19"]),
            ("environment: a\nexpect: [{value: 1, context: de}]\n", &["wrong-type 2:30"]),
        ],
        flag_tests,
    );
}

use super::{check_flags, good_flag, with_when};
use crate::evaluate::operator::{OPERATORS, Takes};

#[test]
fn reads_every_operator_of_the_table() {
    for operator in OPERATORS {
        let operand = match operator.takes {
            Takes::Scalar | Takes::ScalarOrScalars | Takes::TextOrTexts | Takes::PatternOrPatterns => "abc",
            Takes::Scalars => "[a, 1, true]",
            Takes::Number => "1.5",
            Takes::Version => "\"1.2.3\"",
            Takes::VersionRange => "\">=1.2.3\"",
            Takes::Time => "2026-12-01T09:00:00Z",
            Takes::NetworkOrNetworks => "10.0.0.0/8",
            Takes::Boolean => "true",
            Takes::TypeOrTypes => "[text, list]",
        };
        let case = if operator.ignores_case { ", ignore_case: true" } else { "" };
        let case = if operator.lenient { ", lenient: true" } else { case };
        let case = if operator.any_item { format!("{case}, any_item: true") } else { case.into() };
        good_flag(&with_when(&format!("[{{attribute: a.b, {}: {operand}{case}}}]", operator.name)));
    }
}

#[test]
fn reads_every_form() {
    let flag = good_flag(&with_when(
        "[{segment: staff}, {percentage: 12.5, by: company.id, salt: s, bucketing: flagd-v2}, {not: {segment: x}}, {any: [{all: [{segment: z}]}]}]",
    ));
    let words: Vec<_> = flag.environments[0].rules[0].when.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        ["in segment staff", "in 12.5% by company.id with salt s with flagd-v2", "not (in segment x)", "in segment z"]
    );
}

#[test]
fn problems() {
    let cases: &[(&str, &[&str])] = &[
        ("[]", &["empty-collection 6:15"]),
        ("{segment: a}", &["wrong-type 6:15"]),
        ("[a]", &["wrong-type 6:16"]),
        ("[{}]", &["one-condition 6:16"]),
        ("[{ignore_case: true}]", &["one-condition 6:16"]),
        ("[{attribute: a}]", &["one-condition 6:16"]),
        ("[{attribute: a, segment: b}]", &["one-condition 6:31"]),
        ("[{any: [], all: []}]", &["one-condition 6:26"]),
        ("[{equals: a}]", &["missing-field 6:16"]),
        ("[{attribute: a, equal: b}]", &["unknown-field 6:31"]),
        ("[{attribtue: a, equals: b}]", &["unknown-field 6:17"]),
        ("[{atribute: a}]", &["unknown-field 6:17"]),
        ("[{attribute: a, equals: b, in: [c]}]", &["one-condition 6:42"]),
        ("[{attribute: a, equals: [b]}]", &["bad-operand 6:39"]),
        ("[{attribute: a, equals: null}]", &["bad-operand 6:39"]),
        ("[{attribute: a, in: b}]", &["bad-operand 6:35"]),
        ("[{attribute: a, in: []}]", &["empty-collection 6:35"]),
        ("[{attribute: a, in: [[b]]}]", &["bad-operand 6:36"]),
        ("[{attribute: a, greater_than: \"1\"}]", &["bad-operand 6:45"]),
        ("[{attribute: a, starts_with: [a, 1]}]", &["bad-operand 6:48"]),
        ("[{attribute: a, semver_equal: 1.2}]", &["bad-operand 6:45"]),
        ("[{attribute: a, exists: maybe}]", &["bad-operand 6:39"]),
        ("[{attribute: a, exists: true, ignore_case: true}]", &["field-not-here 6:45"]),
        ("[{attribute: a, equals: b, ignore_case: 1}]", &["wrong-type 6:55"]),
        ("[{attribute: a., equals: b}]", &["bad-attribute 6:28"]),
        ("[{attribute: 1, equals: b}]", &["wrong-type 6:28"]),
        ("[{segment: a, by: b}]", &["unknown-field 6:29"]),
        ("[{segment: a b}]", &["bad-name 6:26"]),
        ("[{any: []}]", &["empty-collection 6:22"]),
        ("[{all: []}]", &["empty-collection 6:22"]),
        ("[{not: []}]", &["wrong-type 6:22"]),
        ("[{not: {}}]", &["one-condition 6:17"]),
        ("[{percentage: 200}]", &["bad-percentage 6:29"]),
        ("[{percentage: 20, slat: x}]", &["unknown-field 6:33"]),
    ];
    let texts: Vec<String> = cases.iter().map(|(when, _)| with_when(when)).collect();
    let cases: Vec<(&str, &[&str])> =
        texts.iter().zip(cases).map(|(text, (_, expected))| (text.as_str(), *expected)).collect();
    check_flags(&cases);
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = "type: string
variants: {a: {value: 1}, b: {vale: x}}
default: c
tags: [x, x]
environments:
  production:
    enabled: yep
    rules:
      - id: -1
        when: [{attribute: a, eqals: 1}, {segment: 5}]
        serve: z
    serve: {percentage: 250, serve: b}
";
    let (_, problems) = super::read_flag(text);
    assert_eq!(
        super::summary(text, &problems),
        [
            "value-type 2:23",
            "unknown-field 2:31",
            "missing-field 2:27",
            "duplicate-item 4:11",
            "unknown-variant 3:10",
            "wrong-type 7:14",
            "wrong-type 9:13",
            "unknown-field 10:31",
            "wrong-type 10:52",
            "unknown-variant 11:16",
            "bad-percentage 12:25",
        ]
    );
}

#[test]
fn operands_without_a_meaning() {
    check_flags(&[
        (&with_when("[{attribute: a, matches: \"(\"}]"), &["operand-meaning 6:40"]),
        (&with_when("[{attribute: a, semver_equal: x}]"), &["operand-meaning 6:45"]),
        (&with_when("[{attribute: a, semver_range: \">>1\"}]"), &["operand-meaning 6:45"]),
        (&with_when("[{attribute: a, in_cidr: 10.0.0.0/99}]"), &["operand-meaning 6:40"]),
        (&with_when("[{attribute: a, before: soon}]"), &["operand-meaning 6:39"]),
    ]);
}

use super::{check_flags, good_flag, read_flag, with_serve};
use crate::model::{Serve, Setting, Share};

#[test]
fn reads_every_strategy_of_the_table() {
    for strategy in crate::evaluate::strategy::STRATEGIES {
        let example = strategy.example.replace("control", "red").replace("treatment", "blue");
        let example =
            if strategy.ramps { format!("{}, serve: blue}}", example.strip_suffix('}').unwrap()) } else { example };
        let flag = good_flag(&with_serve(&example));
        let Serve::Rollout(rollout) = &flag.environments[0].serve else { panic!("{example}") };
        assert_eq!(rollout.strategy, strategy.name);
        assert_eq!(rollout.serve.is_some(), strategy.ramps);
    }
}

#[test]
fn percentages_are_exact_and_splits_keep_their_order() {
    let flag = good_flag(&with_serve("{split: [red: 33.334, blue: 33.333, red: 33.333], by: company.id, salt: s}"));
    let rollout = flag.environments[0].serve.rollout().unwrap();
    let Some(Setting::Split(entries)) = rollout.setting("split") else { panic!() };
    let steps: Vec<_> = entries.iter().map(|entry| (entry.variant.as_str(), entry.weight.steps())).collect();
    assert_eq!(steps, [("red", 33_334), ("blue", 33_333), ("red", 33_333)]);
    assert_eq!(rollout.by.as_ref().unwrap().to_string(), "company.id");
    let flag = good_flag(&with_serve("{percentage: 0.5, serve: blue}"));
    let rollout = flag.environments[0].serve.rollout().unwrap();
    assert_eq!(rollout.setting("percentage"), Some(&Setting::Share(Share::from_steps(500).unwrap())));
}

#[test]
fn problems_of_named_serves() {
    let cases: &[(&str, &[&str])] = &[
        ("green", &["unknown-variant 6:12"]),
        ("true", &["wrong-type 6:12"]),
        ("[red]", &["wrong-type 6:12"]),
        ("", &["wrong-type 6:5"]),
        ("{}", &["one-strategy 6:5"]),
        ("{by: a}", &["one-strategy 6:5"]),
        ("{precentage: 25}", &["unknown-field 6:13"]),
        ("{percentage: 25}", &["missing-field 6:13"]),
        ("{percentage: 25, serve: green}", &["unknown-variant 6:36"]),
        ("{percentage: 101, serve: red}", &["bad-percentage 6:25"]),
        ("{percentage: -1, serve: red}", &["bad-percentage 6:25"]),
        ("{percentage: 0.0001, serve: red}", &["bad-percentage 6:25"]),
        ("{percentage: 1e1, serve: red}", &["bad-percentage 6:25"]),
        ("{percentage: 25%, serve: red}", &["wrong-type 6:25"]),
        ("{percentage: \"25\", serve: red}", &["wrong-type 6:25"]),
        ("{percentage: 25, ring: beta, serve: red}", &["one-strategy 6:29"]),
        ("{ring: beta, serve: red, by: a}", &["field-not-here 6:37"]),
        ("{ring: beta/x, serve: red}", &["bad-name 6:19"]),
        ("{split: [red: 50, blue: 60]}", &["split-sum 6:13"]),
        ("{split: [red: 50, green: 50]}", &["unknown-variant 6:30"]),
        ("{split: [red: 50, {blue: 25, red: 25}]}", &["split-form 6:30"]),
        ("{split: {red: 50, blue: 50}}", &["split-form 6:20"]),
        ("{split: []}", &["empty-collection 6:20"]),
        ("{split: [red: 100], serve: red}", &["field-not-here 6:32"]),
        ("{split: [red: 100], salt: a/b}", &["bad-salt 6:38"]),
        ("{percentage: 5, serve: red, by: a..b}", &["bad-attribute 6:44"]),
        ("{gradual: 5, serve: red}", &["wrong-type 6:22"]),
        ("{gradual: {from: 2026-01-01, step: 5}, serve: red}", &["missing-field 6:13"]),
        ("{gradual: {from: 2026-01-01, step: 5, every: 1y}, serve: red}", &["bad-length 6:57"]),
        ("{linear: {from: 2026-01-01, until: 2026-02-01, start: 0.5}, serve: red}", &["bad-percentage 6:66"]),
        ("{canary: {stages: [1, 5], stage: 0}, serve: red}", &["bad-count 6:45"]),
        ("{canary: {stages: [], stage: 1}, serve: red}", &["empty-collection 6:30"]),
        ("{canary: {stages: [1], stage: 1, soke: 1h}, serve: red}", &["unknown-field 6:45"]),
    ];
    let texts: Vec<String> = cases.iter().map(|(serve, _)| with_serve(serve)).collect();
    let cases: Vec<(&str, &[&str])> =
        texts.iter().zip(cases).map(|(text, (_, expected))| (text.as_str(), *expected)).collect();
    check_flags(&cases);
}

#[test]
fn problems_of_boolean_serves() {
    let with =
        |serve: &str| format!("type: boolean\ndefault: false\nenvironments:\n  production:\n    serve: {serve}\n");
    let cases: &[(&str, &[&str])] = &[
        ("\"on\"", &["named-boolean 5:12"]),
        ("\"true\"", &["named-boolean 5:12"]),
        ("red", &["wrong-type 5:12"]),
        ("{percentage: 25, serve: true}", &["not-for-boolean 5:29"]),
        ("{split: [a: 100]}", &["not-for-boolean 5:13"]),
    ];
    let texts: Vec<String> = cases.iter().map(|(serve, _)| with(serve)).collect();
    let cases: Vec<(&str, &[&str])> =
        texts.iter().zip(cases).map(|(text, (_, expected))| (text.as_str(), *expected)).collect();
    check_flags(&cases);
}

#[test]
fn a_split_says_how_to_repair_it() {
    let message = |serve: &str| {
        let (_, problems) = read_flag(&with_serve(serve));
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        (problem.message.clone(), problem.label.clone().unwrap(), problem.help[0].clone())
    };
    let owned = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(
        message("{split: [red: 80, blue: 30]}"),
        owned("the split sums to 110, must be 100", "sums to 110", "lower `blue` to 20")
    );
    assert_eq!(
        message("{split: [red: 33.3, blue: 33.3]}"),
        owned("the split sums to 66.6, must be 100", "sums to 66.6", "raise `blue` to 66.7")
    );
    assert_eq!(
        message("{split: [red: 100, blue: 30]}"),
        owned("the split sums to 130, must be 100", "sums to 130", "lower `blue` to 0")
    );
}

#[test]
fn settings_that_do_not_go_together() {
    check_flags(&[
        (&with_serve("{canary: {stages: [1, 5], stage: 3}, serve: red}"), &["bad-strategy 6:45"]),
        (&with_serve("{linear: {from: 2026-02-01, until: 2026-01-01}, serve: red}"), &["bad-strategy 6:47"]),
    ]);
}

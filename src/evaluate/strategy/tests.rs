use super::*;
use crate::model::{RingName, VariantName, Weighted};

fn percent(text: &str) -> Setting {
    Setting::Share(Share::parse(text).unwrap())
}

fn shares(texts: &[&str]) -> Setting {
    Setting::Shares(texts.iter().map(|text| Share::parse(text).unwrap()).collect())
}

fn time(text: &str) -> Setting {
    Setting::Time(at(text))
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn length(text: &str) -> Setting {
    Setting::Length(Seconds::parse(text).unwrap())
}

fn split(entries: &[(&str, &str)]) -> Setting {
    let entry = |(variant, share): &(&str, &str)| Weighted {
        variant: VariantName::new(variant).unwrap(),
        weight: Share::parse(share).unwrap().into(),
    };
    Setting::Split(entries.iter().map(entry).collect())
}

fn rollout(strategy: &'static str, settings: Vec<(&'static str, Setting)>) -> Rollout {
    Rollout { strategy, settings, serve: None, by: None, salt: None, bucketing: None }
}

fn problems(strategy: &'static str, settings: Vec<(&'static str, Setting)>) -> String {
    match check(&rollout(strategy, settings), Bucketing::default()) {
        Ok(()) => String::new(),
        Err(problems) => {
            assert!(!problems.is_empty());
            let lines: Vec<String> = problems.into_iter().map(|(name, words)| format!("{name}: {words}\n")).collect();
            lines.concat()
        }
    }
}

#[test]
fn a_split_sums_to_exactly_100() {
    assert_eq!(problems("split", vec![("split", split(&[("a", "33.333"), ("b", "33.333"), ("a", "33.334")]))]), "");
    let words = problems("split", vec![("split", split(&[("a", "33.333"), ("b", "33.333"), ("c", "33.333")]))]);
    assert_eq!(words, "split: the shares sum to 99.999, not 100: 0.001 missing\n");
    let words = problems("split", vec![("split", split(&[("a", "60"), ("b", "50")]))]);
    assert_eq!(words, "split: the shares sum to 110, not 100: 10 too much\n");
    assert!(problems("split", vec![("split", split(&[]))]).contains("sum to 0"));
}

#[test]
fn a_gradual_rollout_takes_steps_from_its_start_to_its_maximum() {
    let gradual = rollout(
        "gradual",
        vec![
            ("from", time("2026-12-01T09:00:00Z")),
            ("start", percent("5")),
            ("step", percent("10")),
            ("every", length("1d")),
            ("max", percent("50")),
        ],
    );
    for (now, share) in [
        ("2026-12-01T08:59:59Z", "0"),
        ("2026-12-01T09:00:00Z", "5"),
        ("2026-12-02T08:59:59Z", "5"),
        ("2026-12-02T09:00:00Z", "15"),
        ("2026-12-05T09:00:00Z", "45"),
        ("2026-12-06T09:00:00Z", "50"),
        ("9999-12-06T09:00:00Z", "50"),
    ] {
        assert_eq!(share_at(&gradual, at(now)).unwrap().to_string(), share, "{now}");
    }
    assert!(depends_on_time(&gradual));
}

#[test]
fn a_gradual_rollout_moves_and_stays_below_its_maximum() {
    let settings = |step, every, start, max| {
        vec![
            ("from", time("2026-12-01")),
            ("start", percent(start)),
            ("step", percent(step)),
            ("every", length(every)),
            ("max", percent(max)),
        ]
    };
    assert_eq!(problems("gradual", settings("10", "1d", "5", "5")), "");
    assert!(problems("gradual", settings("0", "1d", "0", "100")).starts_with("step: "));
    assert!(problems("gradual", settings("1", "0s", "0", "100")).starts_with("every: "));
    assert_eq!(problems("gradual", settings("1", "1d", "60", "50")), "start: `start` (60) is above `max` (50)\n");
    assert_eq!(problems("gradual", settings("0", "0s", "60", "50")).lines().count(), 3, "all problems at once");
}

#[test]
fn a_linear_rollout_grows_every_second() {
    let linear = rollout(
        "linear",
        vec![
            ("from", time("2026-12-01")),
            ("until", time("2026-12-11")),
            ("start", percent("10")),
            ("end", percent("60")),
        ],
    );
    for (now, share) in [
        ("2026-11-01", "10"),
        ("2026-12-01", "10"),
        ("2026-12-02", "15"),
        ("2026-12-02T00:00:18Z", "15.001"),
        ("2026-12-06", "35"),
        ("2026-12-11", "60"),
        ("2027-12-11", "60"),
    ] {
        assert_eq!(share_at(&linear, at(now)).unwrap().to_string(), share, "{now}");
    }
    let everyone = rollout("linear", vec![("from", time("2026-12-01")), ("until", time("2026-12-02"))]);
    let chances = |now| prepare(&everyone, Bucketing::default()).unwrap().chances(at(now));
    assert_eq!(chances("2026-12-01"), Some(Chances::Nobody));
    assert_eq!(chances("2026-12-01T00:00:01Z"), Some(Chances::Finer { scale: 8_640_000, bound: 100 }));
    assert_eq!(chances("2026-12-02"), Some(Chances::Everyone));
}

#[test]
fn a_linear_rollout_ends_after_it_starts_and_within_248_days() {
    let ends = |until| problems("linear", vec![("from", time("2026-01-01")), ("until", time(until))]);
    assert_eq!(ends("2026-01-02"), "");
    assert_eq!(ends("2026-09-06"), "", "248 days");
    assert!(ends("2026-09-06T00:00:01Z").starts_with("until: the growth is longer"));
    assert!(ends("2026-01-01").starts_with("until: `until`"));
    let settings = vec![("from", time("2026-01-01")), ("until", time("2026-01-02")), ("start", percent("0.5"))];
    assert_eq!(problems("linear", settings), "start: `start` is a whole percentage, not 0.5\n");
}

#[test]
fn a_canary_is_at_one_of_its_growing_stages() {
    let canary =
        |stages: &[&str], stage| rollout("canary", vec![("stages", shares(stages)), ("stage", Setting::Count(stage))]);
    let now = Timestamp::from_unix(0);
    assert_eq!(share_at(&canary(&["1", "5", "100"], 2), now).unwrap().to_string(), "5");
    for (stages, stage, setting) in
        [(&["1", "5"][..], 3, "stage"), (&["1", "5"], 0, "stage"), (&["5", "5"], 1, "stages"), (&[], 1, "stages")]
    {
        let problems = check(&canary(stages, stage), Bucketing::default()).unwrap_err();
        assert_eq!(problems.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [setting], "{stages:?} {stage}");
    }
}

#[test]
fn settings_that_are_missing_or_of_another_form_are_named() {
    assert_eq!(problems("percentage", vec![]), "percentage: `percentage` is missing\n");
    assert!(problems("ring", vec![("ring", percent("5"))]).contains("does not have the form"));
    assert!(problems("nothing", vec![]).contains("there is no strategy `nothing`"));
    let ring = rollout("ring", vec![("ring", Setting::Ring(RingName::new("beta").unwrap()))]);
    assert_eq!(check(&ring, Bucketing::default()), Ok(()));
    assert_eq!(share_at(&ring, Timestamp::from_unix(0)), None);
}

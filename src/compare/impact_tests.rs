//! Shares against enumeration of every bucket, and impact in words.

use super::sample::*;
use super::*;
use crate::model::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

const NOW: &str = "2026-12-03T12:00:00Z";

fn project() -> Project {
    let ring = |name: &str, segment: Option<&str>, size: &str| Ring {
        name: RingName::new(name).unwrap(),
        segment: segment.map(|name| SegmentName::new(name).unwrap()),
        percentage: Some(share(size)),
    };
    let rings =
        vec![ring("internal", None, "1"), ring("beta", Some("beta-testers"), "10"), ring("everyone", None, "100")];
    Project { rings, ..Project::with_environments(vec![]) }
}

/// What bucket number `bucket` gets, straight from the contract and without cut points.
fn answer(flag: &Flag, serve: &Serve, bucket: u32, now: i64) -> VariantName {
    let rollout = match serve {
        Serve::Variant(name) => return name.clone(),
        Serve::Rollout(rollout) => rollout,
    };
    let number = |name: &str, absent: u32| match rollout.setting(name) {
        Some(Setting::Share(share)) => share.steps(),
        _ => absent,
    };
    let moment = |name: &str| match rollout.setting(name) {
        Some(Setting::Time(time)) => time.unix(),
        _ => panic!("no {name}"),
    };
    let inside = match rollout.strategy {
        "percentage" => bucket < number("percentage", 0),
        "canary" => match (rollout.setting("stages"), rollout.setting("stage")) {
            (Some(Setting::Shares(stages)), Some(Setting::Count(stage))) => {
                bucket < stages[*stage as usize - 1].steps()
            }
            _ => panic!("no canary"),
        },
        "gradual" => {
            let Some(Setting::Length(every)) = rollout.setting("every") else { panic!("no every") };
            let mut reached = u64::from(number("start", 0));
            let mut at = moment("from") + i64::try_from(every.get()).unwrap();
            while at <= now {
                reached += u64::from(number("step", 0));
                at += i64::try_from(every.get()).unwrap();
            }
            now >= moment("from") && u64::from(bucket) < reached.min(number("max", 100_000).into())
        }
        "linear" => {
            // The middle of the bucket as a hash; the duration of the tests makes every bucket one step.
            let hash = ((u64::from(bucket) << 32) + (1 << 31)) / 100_000;
            let (from, duration) = (moment("from"), moment("until") - moment("from"));
            let (start, end) = (i64::from(number("start", 0) / 1000), i64::from(number("end", 100_000) / 1000));
            let limit = start * duration + (end - start) * (now - from).clamp(0, duration);
            (u128::from(hash) * 100 * u128::try_from(duration).unwrap()) >> 32 < u128::try_from(limit).unwrap()
        }
        "split" => {
            let Some(Setting::Split(entries)) = rollout.setting("split") else { panic!("no split") };
            let mut left = bucket;
            for entry in entries {
                if left < u32::try_from(entry.weight.steps()).unwrap() {
                    return entry.variant.clone();
                }
                left -= u32::try_from(entry.weight.steps()).unwrap();
            }
            false
        }
        other => panic!("{other}"),
    };
    let outside = || if flag.value_type == ValueType::Boolean { variant("off") } else { flag.default.clone() };
    if inside { rollout.serve.clone().unwrap() } else { outside() }
}

fn shares_setting() -> impl Strategy<Value = Share> {
    let steps = prop_oneof![0..=100_000_u32, (0..=100_u32).prop_map(|whole| whole * 1000)];
    steps.prop_map(|steps| Share::from_steps(steps).unwrap())
}

fn serves() -> impl Strategy<Value = Serve> {
    let names = || prop::sample::select(vec!["control", "blue", "green"]);
    let ramp = |name: &'static str, serve: &str, settings| Serve::Rollout(strategy(name, Some(serve), settings));
    let now = time(NOW).unix();
    let whole = || (0..=100_u32).prop_map(|whole| Share::from_steps(whole * 1000).unwrap());
    prop_oneof![
        names().prop_map(fixed),
        (shares_setting(), names()).prop_map(move |(size, name)| ramp(
            "percentage",
            name,
            vec![("percentage", Setting::Share(size))]
        )),
        (prop::collection::vec((names(), 0..1000_u32), 1..6)).prop_map(|parts| {
            let total: u32 = parts.iter().map(|(_, weight)| weight).sum::<u32>().max(1);
            let entry = |(name, weight): &(&str, u32)| Weighted {
                variant: variant(name),
                weight: Share::from_steps(weight * 100_000 / total).unwrap().into(),
            };
            let mut entries: Vec<Weighted> = parts.iter().map(entry).collect();
            let left = 100_000 - entries.iter().map(|entry| u32::try_from(entry.weight.steps()).unwrap()).sum::<u32>();
            entries.push(Weighted { variant: variant("control"), weight: Share::from_steps(left).unwrap().into() });
            Serve::Rollout(strategy("split", None, vec![("split", Setting::Split(entries))]))
        }),
        (prop::collection::vec(shares_setting(), 1..5), any::<prop::sample::Index>(), names()).prop_map(
            move |(stages, stage, name)| {
                let stage = u32::try_from(stage.index(stages.len())).unwrap() + 1;
                ramp("canary", name, vec![("stages", Setting::Shares(stages)), ("stage", Setting::Count(stage))])
            }
        ),
        (shares_setting(), shares_setting(), shares_setting(), -50..50_i64, 1..20_u64, names()).prop_map(
            move |(start, step, max, from, every, name)| {
                let settings = vec![
                    ("from", Setting::Time(Timestamp::from_unix(now - from))),
                    ("start", Setting::Share(start)),
                    ("step", Setting::Share(step)),
                    ("every", Setting::Length(Seconds::new(every))),
                    ("max", Setting::Share(max)),
                ];
                ramp("gradual", name, settings)
            }
        ),
        (-500..1500_i64, whole(), whole(), names()).prop_map(move |(from, start, end, name)| {
            let settings = vec![
                ("from", Setting::Time(Timestamp::from_unix(now - from))),
                ("until", Setting::Time(Timestamp::from_unix(now - from + 1000))),
                ("start", Setting::Share(start)),
                ("end", Setting::Share(end)),
            ];
            ramp("linear", name, settings)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn shares_equal_enumeration_of_all_buckets(before in serves(), after in serves()) {
        let (flag, project, now) = (colours("a", vec![]), project(), time(NOW));
        let context = Context { flag: &flag, project: &project };
        let found = shares((context, &before), (context, &after), now).unwrap();
        let mut counted: BTreeMap<(VariantName, VariantName), u32> = BTreeMap::new();
        for bucket in 0..100_000 {
            let pair = (answer(&flag, &before, bucket, now.unix()), answer(&flag, &after, bucket, now.unix()));
            if pair.0 != pair.1 {
                *counted.entry(pair).or_default() += 1;
            }
        }
        let told: BTreeMap<_, _> =
            found.moves.iter().map(|it| ((it.from.clone(), it.to.clone()), it.portion.rounded().steps())).collect();
        prop_assert_eq!(told, counted);
        prop_assert!(!found.approximate);
        prop_assert!(found.moves.iter().all(|it| it.portion.is_whole()));
        // There and back move the same people.
        let back = shares((context, &after), (context, &before), now).unwrap();
        prop_assert_eq!((back.gains, back.loses), (found.loses, found.gains));
    }

    #[test]
    fn raising_a_percentage_takes_it_from_nobody(low in shares_setting(), high in shares_setting()) {
        let (low, high) = (low.min(high), low.max(high));
        let (flag, project) = (boolean("a", vec![]), project());
        let context = Context { flag: &flag, project: &project };
        let found = shares((context, &percentage(&low.to_string())), (context, &percentage(&high.to_string())), time(NOW)).unwrap();
        prop_assert!(found.loses.is_none());
        prop_assert_eq!(found.gains.rounded().steps(), high.steps() - low.steps());
    }
}

fn told(before: &Flag, after: &Flag) -> Vec<String> {
    let project = project();
    let context = |flag| Some(Context { flag, project: &project });
    let found = impact(context(before), context(after), &environment("production"), time(NOW));
    found.iter().map(Impact::sentence).collect()
}

fn ramp(text: &str) -> Flag {
    boolean("a", vec![on("production", percentage(text))])
}

fn edited(flag: &Flag, edit: impl FnOnce(&mut Flag)) -> Flag {
    let mut flag = flag.clone();
    edit(&mut flag);
    flag
}

#[test]
fn shares_in_words() {
    assert_eq!(told(&ramp("10"), &ramp("25")), ["15% of users gain it, nobody loses it"]);
    assert_eq!(told(&ramp("25"), &ramp("10.5")), ["14.5% of users lose it, nobody gains it"]);
    assert_eq!(told(&ramp("0"), &ramp("100")), ["everyone gains it"]);
    assert_eq!(told(&ramp("25"), &ramp("25")), Vec::<String>::new());
    let salted = edited(&ramp("25"), |it| it.salt = Some("x".into()));
    assert_eq!(told(&ramp("25"), &salted), ["≈18.75% of users gain it, ≈18.75% lose it"]);
    let renamed = edited(&ramp("25"), |it| (it.key, it.salt) = (key("b"), Some("a".into())));
    assert_eq!(told(&ramp("25"), &renamed), Vec::<String>::new());
    let by = |text: &str| {
        edited(&ramp(text), |it| {
            let Serve::Rollout(rollout) = &mut it.environments[0].serve else { panic!() };
            rollout.by = Some(path("company.id").into());
        })
    };
    assert_eq!(told(&by("10"), &by("25")), ["15% of `company.id`s gain it, nobody loses it"]);
    assert_eq!(told(&ramp("50"), &by("50")), ["≈25% of users gain it, ≈25% lose it"]);
    let colour = |text: &str| colours("c", vec![on("production", split(text))]);
    assert_eq!(
        told(&colour("control 34, blue 33, green 33"), &colour("control 34, blue 30, control 3, green 33")),
        ["3% of users move from blue to control, everyone else stays"]
    );
    assert_eq!(
        told(&colour("control 50, blue 50"), &colour("blue 50, control 50")),
        ["50% of users move from blue to control, 50% from control to blue, everyone else stays"]
    );
}

#[test]
fn switching_environments_and_flags() {
    let off = edited(&ramp("25"), |it| it.environments[0].enabled = false);
    assert_eq!(told(&off, &ramp("25")), ["25% of users gain it, nobody loses it"]);
    assert_eq!(told(&ramp("25"), &off), ["25% of users lose it, nobody gains it"]);
    let kill = || Some(Kill { reason: "x".into(), by: None, at: None });
    assert_eq!(told(&ramp("25"), &edited(&ramp("25"), |it| it.killed = kill())), told(&ramp("25"), &off));
    let other = edited(&off, |it| it.environments[0].serve = percentage("50"));
    assert_eq!(told(&off, &other), ["nobody's answer changes now: it stays off"]);
    assert_eq!(told(&off, &edited(&off, |it| it.environments.clear())), ["nobody's answer changes now: it stays off"]);
    assert_eq!(told(&off, &edited(&off, |it| it.default = variant("on"))), ["everyone gains it"]);
    let later = edited(&ramp("25"), |it| {
        it.environments[0].schedule = Some(Schedule { from: Some(time("2027-01-01")), until: None });
    });
    assert_eq!(told(&off, &later), ["nobody's answer changes now: it was off and is out of its schedule"]);
    let project = project();
    let context = Some(Context { flag: &off, project: &project });
    let at = |before, after| impact(before, after, &environment("production"), time(NOW))[0].sentence();
    let (before, after) = (ramp("10"), ramp("25"));
    let context_of = |flag| Some(Context { flag, project: &project });
    let found = impact(context_of(&before), context_of(&after), &environment("production"), time(NOW));
    assert_eq!(tell(&found), "15% of users gain it, nobody loses it");
    assert_eq!(tell(&vec![found[0].clone(); 5]).matches(';').count(), 3);
    assert_eq!(tell(&[]), "");
    assert_eq!(at(None, context), "the flag is new and serves off, because it is off");
    assert_eq!(at(context, None), "the flag is gone, clients fall back to the default in their code");
}

#[test]
fn rules_have_their_own_people() {
    let with = |rules: Vec<Rule>| edited(&ramp("10"), |it| it.environments[0].rules = rules);
    let eu = |text: &str| rule("eu", vec![test("country", "equals", &["DE"])], percentage(text));
    let staff = || rule("staff", vec![in_segment("staff")], fixed("on"));
    assert_eq!(
        told(&with(vec![eu("10")]), &with(vec![eu("25")])),
        ["15% of those matching rule `eu` gain it, nobody loses it"]
    );
    let rest = edited(&with(vec![eu("10")]), |it| it.environments[0].serve = percentage("100"));
    assert_eq!(told(&with(vec![eu("10")]), &rest), ["90% of those no rule matches gain it, nobody loses it"]);
    assert_eq!(
        told(&with(vec![eu("10")]), &with(vec![eu("10"), staff()])),
        ["90% of those matching rule `staff` gain it, nobody loses it"]
    );
    assert_eq!(
        told(&with(vec![eu("10"), staff()]), &with(vec![eu("10")])),
        ["90% of those matching rule `staff` lose it, nobody gains it"]
    );
    assert_eq!(
        told(&with(vec![eu("10")]), &with(vec![staff(), eu("10")])),
        ["those matching rule `staff` get on, whatever they got before"]
    );
    assert_eq!(told(&with(vec![eu("10"), staff()]), &with(vec![staff(), eu("10")])).len(), 1);
    let wider = edited(&with(vec![eu("10")]), |it| it.environments[0].rules[0].when.clear());
    assert_eq!(told(&with(vec![eu("10")]), &wider), ["rule `eu` is for others now; how many, depends on who they are"]);
}

#[test]
fn targets_requirements_values_and_rings_in_words() {
    let target = edited(&ramp("10"), |it| {
        it.environments[0].targets =
            vec![Target { serve: variant("on"), units: vec![unit("a"), unit("b"), unit("c")] }];
    });
    assert_eq!(told(&ramp("10"), &target), ["3 users get on"]);
    assert_eq!(told(&target, &ramp("10")), ["3 users no longer get on as a target"]);
    let needs = edited(&ramp("10"), |it| {
        it.requires = vec![Requirement { flag: key("b"), serves: variant("on"), boolean: true }];
    });
    assert_eq!(told(&ramp("10"), &needs), ["only those for whom `b` serves on; all others get off"]);
    let more = edited(&needs, |it| it.environments[0].serve = percentage("25"));
    assert_eq!(told(&needs, &more), ["15% of users gain it, nobody loses it, where its requirements hold"]);
    let colour = colours("c", vec![on("production", fixed("blue"))]);
    let sky = edited(&colour, |it| it.variants[1].value = Value::String("sky".into()));
    assert_eq!(told(&colour, &sky), ["those who get blue see sky instead of blue"]);
    let in_ring = |name: &str| boolean("a", vec![on("production", ring(name))]);
    assert_eq!(
        told(&in_ring("internal"), &in_ring("beta")),
        ["≈9% of users gain it, nobody loses it; members of segment `beta-testers` gain it too"]
    );
    assert_eq!(told(&in_ring("beta"), &in_ring("beta")), Vec::<String>::new());
    assert_eq!(told(&in_ring("internal"), &in_ring("everyone")), ["99% of users gain it, nobody loses it"]);
    assert_eq!(told(&in_ring("internal"), &in_ring("nowhere")), ["ring internal becomes ring nowhere"]);
}

#[test]
fn time_is_the_callers() {
    let settings = vec![
        ("from", Setting::Time(time("2026-12-01"))),
        ("start", Setting::Share(share("5"))),
        ("step", Setting::Share(share("10"))),
        ("every", Setting::Length(length("1d"))),
    ];
    let growing = boolean("a", vec![on("production", Serve::Rollout(strategy("gradual", Some("on"), settings)))]);
    assert_eq!(told(&ramp("10"), &growing), ["15% of users gain it, nobody loses it, as of 2026-12-03T12:00:00Z"]);
}

#[test]
fn odd_settings_panic_nowhere() {
    let extreme = |name: &'static str, from: i64, until: i64, every: u64| {
        let settings = vec![
            ("from", Setting::Time(Timestamp::from_unix(from))),
            ("until", Setting::Time(Timestamp::from_unix(until))),
            ("step", Setting::Share(share("100"))),
            ("every", Setting::Length(Seconds::new(every))),
            ("stage", Setting::Count(0)),
            ("stages", Setting::Shares(vec![])),
        ];
        Serve::Rollout(strategy(name, Some("on"), settings))
    };
    let (flag, project) = (boolean("a", vec![]), project());
    let context = Context { flag: &flag, project: &project };
    let bounds = [i64::MIN, -1, 0, 1, i64::MAX];
    for name in ["gradual", "linear", "canary", "ring", "split", "percentage", "unknown"] {
        for (from, until, now) in
            bounds.iter().flat_map(|a| bounds.iter().flat_map(move |b| bounds.map(|c| (*a, *b, c))))
        {
            for every in [0, 1, u64::MAX] {
                let serve = extreme(name, from, until, every);
                let linear = extreme("linear", until, from, every);
                let found = shares((context, &serve), (context, &linear), Timestamp::from_unix(now));
                let sum = |it: &Shares| it.moves.iter().map(|it| u64::from(it.portion.rounded().steps())).sum::<u64>();
                assert!(found.as_ref().is_none_or(|it| sum(it) <= 100_001), "{found:?}");
                let _ = words::serve(&serve);
            }
        }
    }
}

#[test]
fn tiny_portions_are_not_nobody() {
    let linear = |end: &str| {
        let settings = vec![
            ("from", Setting::Time(time("2026-12-03"))),
            ("until", Setting::Time(time("2027-07-03"))),
            ("start", Setting::Share(Share::ZERO)),
            ("end", Setting::Share(share(end))),
        ];
        boolean("a", vec![on("production", Serve::Rollout(strategy("linear", Some("on"), settings)))])
    };
    let project = project();
    let (before, after) = (linear("1"), linear("2"));
    let context = |flag| Some(Context { flag, project: &project });
    let just = Timestamp::from_unix(time("2026-12-03").unix() + 1);
    let found = impact(context(&before), context(&after), &environment("production"), just);
    assert_eq!(found[0].sentence(), "less than 0.001% of users gain it, nobody loses it, as of 2026-12-03T00:00:01Z");
    let json = serde_json::to_string(&found).unwrap();
    assert!(json.contains(r#""gains":{"percent":0,"exact":false}"#), "{json}");
}

use super::support::*;
use crate::evaluate::operator::{OPERATORS, Takes};
use crate::evaluate::{Context, Program, Selection, Wanted};
use crate::model::{
    Catalog, Condition, Flag, Kill, Operand, Ring, RingName, Rollout, Scalar, Schedule, Seconds, SegmentName, Serve,
    Setting, Share, Test, Timestamp, Weighted,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const NAMES: [&str; 4] = ["a", "b", "c", "gone"];
const TEXTS: [&str; 9] = ["DE", "de", "1.2.3", ">=1.0.0", "2026-12-01", "10.0.0.0/8", "10.1.2.3", "user-1", "^u(ser)?"];

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any::<bool>().prop_map(Scalar::Boolean),
        (-5_i32..5).prop_map(|number| Scalar::Number(f64::from(number) / 2.0)),
        prop::sample::select(&TEXTS[..]).prop_map(|text| Scalar::Text(text.into())),
    ]
}

fn test_condition() -> impl Strategy<Value = Condition> {
    let operand = prop_oneof![scalar().prop_map(Operand::One), vec(scalar(), 0..4).prop_map(Operand::Many)];
    (prop::sample::select(&["x", "y", "x.z", "targetingKey"][..]), 0..OPERATORS.len(), operand, any::<bool>()).prop_map(
        |(attribute, operator, operand, fold)| {
            let operator = &OPERATORS[operator];
            // Mostly operands that have a meaning, so that flags compile.
            let operand = match operator.takes {
                Takes::Number => Operand::One(Scalar::Number(1.0)),
                Takes::Version => Operand::One(Scalar::Text("1.2.3".into())),
                Takes::Boolean => Operand::One(Scalar::Boolean(fold)),
                _ => operand,
            };
            let ignore_case = fold && operator.ignores_case;
            Condition::Test(Test {
                attribute: path(attribute),
                operator: operator.name,
                operand,
                ignore_case,
                lenient: fold && operator.lenient,
                any_item: fold && operator.any_item,
            })
        },
    )
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        6 => test_condition(),
        1 => prop::sample::select(&NAMES[..3]).prop_map(in_segment),
        2 => (0_u32..=100).prop_map(|whole| within(&whole.to_string(), None, None)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Condition::Any),
            vec(inner.clone(), 0..3).prop_map(Condition::All),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn serve_of() -> impl Strategy<Value = Serve> {
    let steps = || (0_u32..=100_000).prop_map(|steps| Setting::Share(Share::from_steps(steps).unwrap()));
    let whole = || (0_u32..=100).prop_map(|whole| Setting::Share(Share::from_steps(whole * 1000).unwrap()));
    let time = || (0_i64..1000).prop_map(|seconds| Setting::Time(Timestamp::from_unix(seconds)));
    let on = |strategy, settings| Serve::Rollout(Rollout { serve: None, ..rollout(strategy, settings, None) });
    prop_oneof![
        prop::sample::select(&["on", "off"][..]).prop_map(serve),
        steps().prop_map(move |share| on("percentage", vec![("percentage", share)])),
        (time(), steps(), (0_u64..100)).prop_map(move |(from, step, every)| {
            let every = Setting::Length(Seconds::new(every));
            on("gradual", vec![("from", from), ("step", step), ("every", every)])
        }),
        (time(), time(), whole(), whole()).prop_map(move |(from, until, start, end)| {
            on("linear", vec![("from", from), ("until", until), ("start", start), ("end", end)])
        }),
        prop::sample::select(&["r", "s"][..])
            .prop_map(move |name| on("ring", vec![("ring", Setting::Ring(RingName::new(name).unwrap()))])),
    ]
}

fn random_flag(key: &'static str) -> impl Strategy<Value = Flag> {
    let rules = vec((vec(condition(), 0..3), serve_of()), 0..3);
    let requirement =
        option::weighted(0.3, (prop::sample::select(&NAMES[..]), prop::sample::select(&["on", "off"][..])));
    let times = (option::of(0_i64..1000), option::of(0_i64..1000));
    (serve_of(), rules, requirement, times, any::<[bool; 3]>(), option::weighted(0.1, ".{0,5}")).prop_map(
        move |(serve, rules, requirement, (from, until), [on_by_default, disabled, targeted], killed)| {
            let mut flag = with(boolean(key, serve), |production| {
                production.enabled = !disabled || targeted;
                let time = |time: Option<i64>| time.map(Timestamp::from_unix);
                production.schedule = Some(Schedule { from: time(from), until: time(until) }).filter(|_| disabled);
                production.rules = rules.into_iter().map(|(when, serve)| rule(None, when, serve)).collect();
                production.targets = if targeted { vec![target("on", &["user-1"])] } else { Vec::new() };
                production.killed = killed.map(|reason| Kill { reason, by: None, at: None });
            });
            flag.default = crate::model::VariantName::boolean(on_by_default);
            flag.requires = requirement.map(|(key, serves)| requires(key, serves)).into_iter().collect();
            flag
        },
    )
}

fn random_catalog() -> impl Strategy<Value = Catalog> {
    let flags = (random_flag("a"), random_flag("b"), random_flag("c"));
    let segments = vec(vec(condition(), 0..3), 3);
    (flags, segments).prop_map(|((a, b, c), conditions)| {
        let segments =
            conditions.into_iter().zip(NAMES).map(|(when, name)| segment(name, &["user-2"], &["user-3"], when));
        let mut catalog = catalog([a, b, c], segments);
        let ring = |name: &str, segment: Option<&str>, percentage: &str| Ring {
            name: RingName::new(name).unwrap(),
            segment: segment.map(|name| SegmentName::new(name).unwrap()),
            percentage: Some(share(percentage)),
        };
        catalog.project.rings = vec![ring("r", None, "10"), ring("s", Some("a"), "40")];
        catalog
    })
}

fn attribute() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<i64>().prop_map(Json::from),
        prop::sample::select(&TEXTS[..]).prop_map(Json::from),
        ".{0,6}".prop_map(Json::from),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Json::from), inner.prop_map(|inner| json!({"z": inner})),]
    })
}

fn random_context() -> impl Strategy<Value = Context> {
    let unit = prop_oneof![2 => (0..5).prop_map(|user| json!(format!("user-{user}"))), 1 => attribute()];
    (attribute(), attribute(), option::weighted(0.8, unit)).prop_map(|(x, y, unit)| {
        let mut context = Context::from_json(json!({"x": x, "y": y})).unwrap();
        if let Some(unit) = unit {
            context.set(&path("targetingKey"), unit).unwrap();
        }
        context
    })
}

/// How many random programs and contexts: 400, or what `PROPTEST_CASES` says.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn every_question_has_one_answer(catalog in random_catalog(), context in random_context(), now in -10_i64..1100) {
        let (program, again) = (Program::compile(&catalog), Program::compile(&catalog));
        let (bound, bound_again) = (program.bind(&context), again.bind(&context));
        let now = Timestamp::from_unix(now);
        let text = Json::Object(context.attributes().clone()).to_string();
        let asked = program.attributes().map(|path| path.parts().iter().map(|part| &**part).collect::<Vec<_>>());
        let wanted = Wanted::all(asked);
        let selection = Selection::parse(&text, &wanted).unwrap();
        let bound_selection = program.bind_selection(&selection);
        let everything: Vec<_> = bound.evaluate_all(PRODUCTION, now).collect();
        prop_assert_eq!(everything.len(), 3);
        for (decision, key) in everything.iter().zip(["a", "b", "c"]) {
            words(decision);
            prop_assert!(decision.value.is_some(), "a readable default is always served");
            prop_assert_eq!(decision, &bound.evaluate(key, PRODUCTION, now));
            prop_assert_eq!(decision.value, bound.value(key, PRODUCTION, now));
            prop_assert_eq!(decision, &bound_again.evaluate(key, PRODUCTION, now), "deterministic");
            prop_assert_eq!(decision, &bound_selection.evaluate(key, PRODUCTION, now), "what nobody asks for does not matter");
            let (explained, trace) = bound.explain(key, PRODUCTION, now);
            prop_assert_eq!(decision, &explained, "explaining changes nothing");
            prop_assert!(serde_json::to_string(&trace).is_ok());
        }
    }

    #[test]
    fn other_flags_do_not_matter(catalog in random_catalog(), context in random_context(), now in 0_i64..1000) {
        let now = Timestamp::from_unix(now);
        let program = Program::compile(&catalog);
        for (key, flag) in &catalog.flags {
            if !flag.requires.is_empty() {
                continue;
            }
            let mut alone = catalog.clone();
            alone.flags.retain(|other, _| other == key);
            let alone = Program::compile(&alone);
            let (one, all) = (alone.bind(&context), program.bind(&context));
            prop_assert_eq!(one.evaluate(key.as_str(), PRODUCTION, now), all.evaluate(key.as_str(), PRODUCTION, now));
        }
    }

    #[test]
    fn the_order_of_flags_does_not_matter(catalog in random_catalog(), context in random_context(), now in 0_i64..1000) {
        let now = Timestamp::from_unix(now);
        let mut reversed = Catalog::new(catalog.project.clone());
        reversed.segments = catalog.segments.iter().rev().map(|(name, it)| (name.clone(), it.clone())).collect();
        reversed.flags = catalog.flags.iter().rev().map(|(key, it)| (key.clone(), it.clone())).collect();
        let (one, other) = (Program::compile(&catalog), Program::compile(&reversed));
        let (one, other) = (one.bind(&context), other.bind(&context));
        for key in catalog.flags.keys() {
            prop_assert_eq!(one.evaluate(key.as_str(), PRODUCTION, now), other.evaluate(key.as_str(), PRODUCTION, now));
        }
    }

    #[test]
    fn renaming_a_flag_moves_nobody(steps in 0_u32..=100_000, user in ".{1,12}") {
        let context = Context::of_user(&user);
        let on = |key: &str, salt: Option<&str>| {
            let mut flag = boolean(key, percentage(&Share::from_steps(steps).unwrap().to_string()));
            flag.salt = salt.map(str::to_owned);
            let program = Program::compile(&catalog([flag], []));
            program.bind(&context).evaluate(key, PRODUCTION, at(NOW)).as_bool().unwrap()
        };
        prop_assert_eq!(on("old", None), on("new", Some("old")));
    }

    #[test]
    fn raising_a_percentage_takes_the_feature_from_nobody(
        low in 0_u32..=100_000, high in 0_u32..=100_000, salt in "[a-z]{1,9}", user in ".{1,12}",
    ) {
        let (low, high) = (low.min(high), low.max(high));
        let context = Context::of_user(&user);
        let on = |steps: u32| {
            let mut flag = boolean("x", percentage(&Share::from_steps(steps).unwrap().to_string()));
            flag.salt = Some(salt.clone());
            let program = Program::compile(&catalog([flag], []));
            program.bind(&context).evaluate("x", PRODUCTION, at(NOW)).as_bool().unwrap()
        };
        prop_assert!(!on(low) || on(high));
    }

    #[test]
    fn a_growing_rollout_takes_the_feature_from_nobody(
        early in 0_i64..200_000, late in 0_i64..200_000, user in 0_u32..1000,
    ) {
        let (early, late) = (early.min(late), early.max(late));
        let context = Context::of_user(&user.to_string());
        let time = |seconds| Setting::Time(Timestamp::from_unix(seconds));
        let gradual = vec![("from", time(50)), ("step", Setting::Share(share("0.5"))), ("every", Setting::Length(Seconds::new(777)))];
        for (strategy, settings) in [("gradual", gradual), ("linear", vec![("from", time(50)), ("until", time(190_000))])] {
            let program = Program::compile(&catalog([boolean("x", Serve::Rollout(rollout(strategy, settings, None)))], []));
            let bound = program.bind(&context);
            let on = |now| bound.evaluate("x", PRODUCTION, Timestamp::from_unix(now)).as_bool().unwrap();
            prop_assert!(!on(early) || on(late), "{}", strategy);
        }
    }

    #[test]
    fn renaming_variants_moves_nobody(weights in vec(1_u32..1000, 3), user in ".{1,12}") {
        let total: u32 = weights.iter().sum();
        let shares: Vec<u32> = weights.iter().map(|weight| weight * 100_000 / total).collect();
        let first = 100_000 - shares[1] - shares[2];
        let context = Context::of_user(&user);
        let position = |names: [&str; 3]| {
            let entries = names.iter().zip([first, shares[1], shares[2]]);
            let entries = entries.map(|(name, steps)| Weighted { variant: variant(name), weight: Share::from_steps(steps).unwrap().into() });
            let split = rollout("split", vec![("split", Setting::Split(entries.collect()))], None);
            let mut flag = string("x", Serve::Rollout(split));
            for (variant, name) in flag.variants.iter_mut().zip(names) {
                variant.name = crate::model::VariantName::new(name).unwrap();
            }
            flag.default = flag.variants[0].name.clone();
            let program = Program::compile(&catalog([flag], []));
            let served = program.bind(&context).evaluate("x", PRODUCTION, at(NOW)).variant.unwrap().to_owned();
            names.iter().position(|name| *name == served)
        };
        prop_assert_eq!(position(["control", "blue", "green"]), position(["z", "y", "x"]));
    }
}

#[test]
fn random_catalogs_are_worth_testing() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut compiled, mut reasons) = (0, std::collections::BTreeSet::new());
    for _ in 0..300 {
        let catalog = random_catalog().new_tree(&mut runner).unwrap().current();
        let context = random_context().new_tree(&mut runner).unwrap().current();
        let program = Program::compile(&catalog);
        compiled += 3 - program.problems().count();
        reasons.extend(program.bind(&context).evaluate_all(PRODUCTION, Timestamp::from_unix(500)).map(|it| it.reason));
    }
    assert!(compiled > 150, "only {compiled} of 900 flags compile");
    assert_eq!(reasons.len(), crate::evaluate::Reason::ALL.len(), "{reasons:?}");
}

/// Pearson's chi-square over 100 parts of the line, for many salts: far too regular and far too uneven are both unlikely.
#[test]
fn units_spread_evenly() {
    use statrs::distribution::{ChiSquared, ContinuousCDF};
    let distribution = ChiSquared::new(99.0).unwrap();
    let (units, expected) = (10_000_u32, 100.0);
    let mut unlikely = 0;
    for salt in 0..200 {
        let mut counts = [0.0_f64; 100];
        for unit in 0..units {
            let bucket = crate::evaluate::bucket::bucket(
                crate::model::Bucketing::default(),
                &format!("salt-{salt}"),
                &format!("user-{unit}"),
            );
            counts[bucket.get() as usize / 1000] += 1.0;
        }
        let statistic: f64 = counts.iter().map(|count| (count - expected).powi(2) / expected).sum();
        let probability = distribution.sf(statistic);
        unlikely += u32::from(!(0.005..=0.995).contains(&probability));
    }
    // One in a hundred is expected, so 2 of 200.
    assert!(unlikely <= 8, "{unlikely} of 200 salts spread units too unevenly or too evenly");
}

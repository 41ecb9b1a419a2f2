use super::support::*;
use crate::evaluate::bucket::{bucket, hash};
use crate::evaluate::{Bucket, Context, Program};
use crate::model::{Bucketing, Catalog, Ring, RingName, Rollout, Seconds, SegmentName, Serve, Setting, Weighted};

/// What `users` many users get in production, as (variant, bucket).
fn all(catalog: &Catalog, key: &str, now: &str, users: u32) -> Vec<(String, Option<Bucket>)> {
    let program = Program::compile(catalog);
    assert_eq!(program.problems().next(), None);
    let answers = (0..users).map(|user| {
        let context = Context::of_user(&format!("user-{user}"));
        let decision = program.bind(&context).evaluate(key, PRODUCTION, at(now));
        words(&decision);
        (decision.variant.unwrap().to_owned(), decision.bucket)
    });
    answers.collect()
}

fn of(user: usize, salt: &str) -> Bucket {
    bucket(Bucketing::FlagdV3, salt, &format!("user-{user}"))
}

#[test]
fn a_percentage_is_the_buckets_below_it() {
    for (user, (variant, drawn)) in
        all(&catalog([boolean("x", percentage("25.5"))], []), "x", NOW, 500).iter().enumerate()
    {
        let expected = of(user, "x");
        assert_eq!(*drawn, Some(expected));
        assert_eq!(variant == "on", expected.get() < 25_500, "user-{user} {expected}");
    }
}

#[test]
fn outside_its_share_a_boolean_is_off_and_others_serve_their_default() {
    let mut flag = boolean("x", percentage("50"));
    flag.default = variant("on");
    assert!(all(&catalog([flag], []), "x", NOW, 50).iter().any(|(variant, _)| variant == "off"));
    let ramp = rollout("percentage", vec![("percentage", Setting::Share(share("50")))], Some("green"));
    let variants = all(&catalog([string("x", Serve::Rollout(ramp))], []), "x", NOW, 50);
    for (user, (variant, _)) in variants.iter().enumerate() {
        assert_eq!(variant, if of(user, "x").get() < 50_000 { "green" } else { "control" });
    }
}

#[test]
fn nobody_and_everybody_need_no_unit() {
    for (text, answer) in [("0", "off STATIC"), ("100", "on STATIC")] {
        assert_eq!(ask_flag(boolean("x", percentage(text)), "{}"), answer);
    }
    assert_eq!(
        ask_flag(boolean("x", percentage("0.001")), "{}"),
        "off DEFAULT: the flag needs the unit `targetingKey`, which the context does not have"
    );
    assert_eq!(
        ask_flag(boolean("x", percentage_by("50", "company.id")), r#"{"targetingKey": "u", "company": {"id": ""}}"#),
        "off DEFAULT: the flag needs the unit `company.id`, which the context does not have"
    );
}

#[test]
fn salt_unit_and_algorithm_are_the_serves_the_flags_or_the_projects() {
    let drawn = |flag, project: Bucketing| {
        let mut catalog = catalog([flag], []);
        catalog.project.bucketing = project;
        let program = Program::compile(&catalog);
        let context = Context::parse(r#"{"targetingKey": "user-1", "company": {"id": 7}}"#).unwrap();
        program.bind(&context).evaluate("x", PRODUCTION, at(NOW)).bucket.unwrap()
    };
    let (v2, v3) = (Bucketing::FlagdV2, Bucketing::FlagdV3);
    let mut flag = boolean("x", percentage("50"));
    assert_eq!(drawn(flag.clone(), v3), bucket(v3, "x", "user-1"));
    assert_eq!(drawn(flag.clone(), v2), bucket(v2, "x", "user-1"));
    flag.salt = Some("old".into());
    assert_eq!(drawn(flag.clone(), v3), bucket(v3, "old", "user-1"), "a renamed flag moves nobody");
    flag.bucketing = Some(v2);
    assert_eq!(drawn(flag.clone(), v3), bucket(v2, "old", "user-1"));
    let Serve::Rollout(rollout) = percentage_by("50", "company.id") else { unreachable!() };
    let own = Rollout { salt: Some("own".into()), bucketing: Some(v3), ..rollout };
    flag.environments[0].serve = Serve::Rollout(own);
    assert_eq!(drawn(flag, v2), bucket(v3, "own", "7"));
}

fn split(entries: &[(&str, &str)]) -> Serve {
    let entries = entries.iter().map(|(name, text)| Weighted { variant: variant(name), weight: share(text).into() });
    Serve::Rollout(rollout("split", vec![("split", Setting::Split(entries.collect()))], None))
}

#[test]
fn a_split_lays_its_entries_out_in_order_and_a_variant_may_stand_twice() {
    let entries = [("control", "34"), ("blue", "30"), ("control", "3"), ("green", "33")];
    for (user, (variant, _)) in all(&catalog([string("x", split(&entries))], []), "x", NOW, 500).iter().enumerate() {
        let expected = match of(user, "x").get() {
            34_000..64_000 => "blue",
            0..67_000 => "control",
            _ => "green",
        };
        assert_eq!(variant, expected, "user-{user}");
    }
    let whole = split(&[("blue", "0"), ("green", "100")]);
    assert_eq!(ask_flag(string("x", whole), "{}"), "green STATIC", "needs no unit");
    assert!(ask_flag(string("x", split(&entries)), "{}").starts_with("control DEFAULT: the flag needs the unit"));
}

#[test]
fn time_strategies_follow_the_clock_and_are_never_static() {
    let gradual = rollout(
        "gradual",
        vec![
            ("from", Setting::Time(at("2026-12-01"))),
            ("start", Setting::Share(share("5"))),
            ("step", Setting::Share(share("10"))),
            ("every", Setting::Length(Seconds::new(86_400))),
        ],
        None,
    );
    let catalog = catalog([boolean("x", Serve::Rollout(gradual))], []);
    assert_eq!(ask_at(&catalog, "x", "{}", "2026-11-30"), "off DEFAULT");
    assert_eq!(ask_at(&catalog, "x", "{}", "2027-11-30"), "on DEFAULT");
    for (now, end) in [("2026-12-01", 5_000), ("2026-12-03T12:00:00Z", 25_000)] {
        for (user, (variant, _)) in all(&catalog, "x", now, 300).iter().enumerate() {
            assert_eq!(variant == "on", of(user, "x").get() < end, "user-{user} {now}");
        }
    }
}

#[test]
fn a_linear_rollout_is_as_fine_as_the_hash() {
    let settings = vec![("from", Setting::Time(at("2026-12-01"))), ("until", Setting::Time(at("2026-12-11")))];
    let catalog = catalog([boolean("x", Serve::Rollout(rollout("linear", settings, None)))], []);
    assert_eq!(ask_at(&catalog, "x", "{}", "2026-12-01"), "off DEFAULT");
    assert_eq!(ask_at(&catalog, "x", "{}", "2026-12-11"), "on DEFAULT");
    let (now, length) = ("2026-12-04T07:30:01Z", 864_000_u64);
    let passed = u64::try_from(at(now).unix() - at("2026-12-01").unix()).unwrap();
    for (user, (variant, drawn)) in all(&catalog, "x", now, 300).iter().enumerate() {
        let hash = hash(Bucketing::FlagdV3, "x", &format!("user-{user}"));
        assert_eq!(variant == "on", (u64::from(hash) * 100 * length) >> 32 < 100 * passed, "user-{user}");
        assert_eq!(*drawn, Some(Bucket::of(hash)));
    }
}

#[test]
fn a_canary_is_at_its_stage() {
    let stages = ["1", "5", "25"].map(share).to_vec();
    let settings = vec![("stages", Setting::Shares(stages)), ("stage", Setting::Count(2))];
    let catalog = catalog([boolean("x", Serve::Rollout(rollout("canary", settings, None)))], []);
    for (user, (variant, _)) in all(&catalog, "x", NOW, 300).iter().enumerate() {
        assert_eq!(variant == "on", of(user, "x").get() < 5_000, "user-{user}");
    }
}

fn rings() -> Catalog {
    let ring = |name: &str| {
        let settings = vec![("ring", Setting::Ring(RingName::new(name).unwrap()))];
        boolean(name, Serve::Rollout(rollout("ring", settings, None)))
    };
    let staff = segment("staff", &[], &[], vec![equals("role", "staff")]);
    let mut catalog = catalog(["internal", "beta", "everyone"].map(ring), [staff]);
    let of = |name: &str, segment: Option<&str>, percentage: Option<&str>| Ring {
        name: RingName::new(name).unwrap(),
        segment: segment.map(|name| SegmentName::new(name).unwrap()),
        percentage: percentage.map(share),
    };
    catalog.project.rings =
        vec![of("internal", Some("staff"), None), of("beta", None, Some("10")), of("everyone", None, Some("100"))];
    catalog
}

#[test]
fn a_ring_is_everyone_in_the_rings_up_to_it() {
    let catalog = rings();
    assert_eq!(ask(&catalog, "internal", r#"{"role": "staff"}"#), "on DEFAULT", "no bucket is needed");
    assert_eq!(ask(&catalog, "internal", "{}"), "off DEFAULT");
    assert_eq!(ask(&catalog, "beta", r#"{"role": "staff"}"#), "on DEFAULT");
    assert!(ask(&catalog, "beta", "{}").starts_with("off DEFAULT: the flag needs the unit `targetingKey`"));
    assert_eq!(ask(&catalog, "everyone", "{}"), "on STATIC");
    for (user, (variant, drawn)) in all(&catalog, "beta", NOW, 500).iter().enumerate() {
        assert_eq!(*drawn, Some(of(user, "rings")), "the same for every flag");
        assert_eq!(variant == "on", of(user, "rings").get() < 10_000);
    }
}

#[test]
fn rings_use_the_bucketing_of_the_project() {
    let mut catalog = rings();
    catalog.project.bucketing = Bucketing::FlagdV2;
    for flag in catalog.flags.values_mut() {
        flag.bucketing = Some(Bucketing::FlagdV3);
        flag.salt = Some("other".into());
    }
    let (_, drawn) = all(&catalog, "beta", NOW, 1)[0];
    assert_eq!(drawn, Some(bucket(Bucketing::FlagdV2, "rings", "user-0")));
}

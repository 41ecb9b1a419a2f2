use super::*;
use crate::commands::testing::{boolean, coloured};

fn now() -> Timestamp {
    Timestamp::parse("2026-12-01").unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn read(flag: &Flag, text: &[&str], beside: Beside<'_>) -> Rollout {
    match serve(flag, &words(text), beside).unwrap() {
        Serve::Rollout(rollout) => rollout,
        Serve::Variant(name) => panic!("{name}"),
    }
}

fn refusal(flag: &Flag, text: &[&str], beside: Beside<'_>) -> String {
    serve(flag, &words(text), beside).unwrap_err().to_string()
}

fn of(strategy: &str, flag: &Flag, text: &str) -> Result<Rollout> {
    let found = strategy_serve(flag, strategy::find(strategy).unwrap(), text, now(), Beside::default())?;
    Ok(found.rollout().unwrap().clone())
}

#[test]
fn variants_percentages_and_splits() {
    let flag = boolean();
    assert_eq!(serve(&flag, &words(&["true"]), Beside::default()).unwrap(), Serve::Variant(VariantName::boolean(true)));
    let quarter = read(&flag, &["25"], Beside::default());
    assert_eq!((quarter.strategy, quarter.serve), ("percentage", Some(VariantName::boolean(true))));
    assert!(refusal(&flag, &["a=50", "b=50"], Beside::default()).contains("is boolean"));
    assert!(refusal(&flag, &["101"], Beside::default()).contains("from 0 to 100"));
    assert!(refusal(&flag, &["maybe"], Beside::default()).contains("`true` or `false`"));
    assert!(refusal(&flag, &[], Beside::default()).contains("what shall be served"));

    let flag = coloured(&["red", "green", "blue"]);
    let split = read(&flag, &["red=50", "blue=30,red=20"], Beside::default());
    let Some(Setting::Split(entries)) = split.setting("split") else { panic!("{split:?}") };
    assert_eq!(entries.iter().map(|entry| entry.variant.as_str()).collect::<Vec<_>>(), ["red", "blue", "red"]);
    assert_eq!(split.serve, None);
    assert!(refusal(&flag, &["red=50", "blue=30"], Beside::default()).contains("sum to 80"));
    assert!(refusal(&flag, &["red=50", "blue"], Beside::default()).contains("`blue` has no share"));
    assert!(refusal(&flag, &["red=50", "pink=50"], Beside::default()).contains("no variant `pink`"));
    assert!(refusal(&flag, &["25"], Beside::default()).contains("which one"));
    assert!(refusal(&flag, &["red=100"], Beside { serve: Some("red"), ..Beside::default() }).contains("--serve"));
}

#[test]
fn the_variant_that_is_rolled_out() {
    let name = |text| VariantName::new(text).unwrap();
    let two = coloured(&["red", "green"]);
    assert_eq!(read(&two, &["25"], Beside::default()).serve, Some(name("green")), "the only one besides the default");
    let three = coloured(&["red", "green", "blue"]);
    assert_eq!(read(&three, &["25"], Beside { serve: Some("blue"), ..Beside::default() }).serve, Some(name("blue")));
    let fixed = Serve::Variant(name("blue"));
    assert_eq!(read(&three, &["25"], Beside { current: Some(&fixed), ..Beside::default() }).serve, Some(name("blue")));
    let default = Serve::Variant(name("red"));
    assert!(refusal(&three, &["25"], Beside { current: Some(&default), ..Beside::default() }).contains("which one"));
}

#[test]
fn unit_and_salt_stay_unless_others_are_given() {
    let flag = boolean();
    let beside = Beside { by: Some("company.id"), salt: Some("wave"), ..Beside::default() };
    let first = Serve::Rollout(read(&flag, &["25"], beside));
    let kept = read(&flag, &["50"], Beside { current: Some(&first), ..Beside::default() });
    assert_eq!((kept.by.unwrap().to_string().as_str(), kept.salt.as_deref()), ("company.id", Some("wave")));
    let changed = read(&flag, &["50"], Beside { by: Some("targetingKey"), current: Some(&first), ..Beside::default() });
    assert_eq!((changed.by, changed.salt.as_deref()), (None, Some("wave")));
    assert!(refusal(&flag, &["50"], Beside { salt: Some("a/b"), ..Beside::default() }).contains("can't be a salt"));
}

#[test]
fn every_strategy_is_read_by_the_table() {
    let flag = boolean();
    let gradual = of("gradual", &flag, "step=10, from=now, every=1d").unwrap();
    assert_eq!(gradual.settings.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["from", "step", "every"]);
    assert_eq!(gradual.setting("from"), Some(&Setting::Time(now())));
    let canary = of("canary", &flag, "stages=1,5,25,soak=1h").unwrap();
    assert_eq!(canary.settings.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["stages", "stage", "soak"]);
    assert_eq!(canary.setting("stage"), Some(&Setting::Count(1)));
    assert_eq!(
        of("ring", &flag, "beta").unwrap().setting("ring"),
        Some(&Setting::Ring(RingName::new("beta").unwrap()))
    );
    assert!(
        of("gradual", &flag, "from=now").unwrap_err().to_string().contains("`step` is missing; `every` is missing")
    );
    assert!(of("gradual", &flag, "form=now").unwrap_err().to_string().contains("no setting `form`"));
    assert!(of("gradual", &flag, "from=now,from=now").unwrap_err().to_string().contains("twice"));
    assert!(of("canary", &flag, "stages=1,5,stage=3").is_err());
    assert!(of("canary", &flag, "5").unwrap_err().to_string().contains("no setting `5`"));
    let ring = strategy::find("ring").unwrap();
    let beside = Beside { by: Some("company.id"), ..Beside::default() };
    assert!(strategy_serve(&flag, ring, "beta", now(), beside).unwrap_err().to_string().contains("`--by`"));
}

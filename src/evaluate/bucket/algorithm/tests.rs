use super::*;
use crate::model::VariantName;
use serde_json::json;

fn position(algorithm: &Algorithm, purpose: Purpose, total: u32, salt: &str, json: &Json) -> Option<u32> {
    let unit = (algorithm.unit)(json)?;
    let asked = Asked { purpose, salt, unit: &unit, json: Some(json), absent: false };
    Some(algorithm.digest(asked).position(total))
}

fn entries(weights: &[&str]) -> Vec<Weighted> {
    let entry = |(index, text): (usize, &&str)| Weighted {
        variant: VariantName::new(&format!("v{index}")).unwrap(),
        weight: Weight::parse(text).unwrap(),
    };
    weights.iter().enumerate().map(entry).collect()
}

fn ends(bucketing: Bucketing, weights: &[&str]) -> Result<(u32, Vec<u32>), String> {
    split_ends(bucketing, &entries(weights))
}

#[test]
fn the_table_is_in_the_order_of_the_names() {
    for (bucketing, name, _) in Bucketing::ALL {
        assert_eq!(algorithm(bucketing).bucketing, bucketing, "{name}");
    }
}

#[test]
fn positions_are_those_of_an_independent_implementation() {
    let file: Json = serde_json::from_str(include_str!("../../../../tests/data/foreign-vectors.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert!(vectors.len() > 1500, "{}", vectors.len());
    for vector in vectors {
        let bucketing = Bucketing::from_name(vector[0].as_str().unwrap()).unwrap();
        let purpose = if vector[1] == "split" { Purpose::Split } else { Purpose::Share };
        let total = u32::try_from(vector[2].as_u64().unwrap()).unwrap();
        let found = position(algorithm(bucketing), purpose, total, vector[3].as_str().unwrap(), &vector[4]);
        assert_eq!(found.map(u64::from), vector[5].as_u64(), "{vector}");
    }
}

#[test]
fn positions_are_those_that_the_sources_publish() {
    let at =
        |bucketing, purpose, total, salt: &str, unit: Json| position(algorithm(bucketing), purpose, total, salt, &unit);
    // flagd's test bed: 25 buckets of a hashed value.
    for (value, bucket) in [
        (json!(true), 5),
        (json!(false), 1),
        (json!(123), 20),
        (json!(456), 12),
        (json!(1.23), 14),
        (json!(4.56), 18),
        (json!(-0.0), 8),
        (json!(1.0), 23),
        (json!({"b": 2, "a": 1}), 23),
        (json!({}), 3),
        (json!(""), 4),
        (json!("a"), 6),
    ] {
        assert_eq!(at(Bucketing::FlagdV3Raw, Purpose::Split, 25, "", value.clone()), Some(bucket - 1), "{value}");
    }
    // The cases of GrowthBook's SDKs.
    for (seed, value, version, expected) in [
        ("", "a", 1, 220),
        ("", "b", 1, 77),
        ("b", "a", 1, 946),
        ("ef", "d", 1, 652),
        ("asdf", "8952klfjas09ujk", 1, 549),
        ("", "123", 1, 11),
        ("", "___)((*\":&", 1, 563),
        ("seed", "a", 2, 505),
        ("seed", "b", 2, 2696),
        ("foo", "ab", 2, 2575),
        ("foo", "def", 2, 2019),
        ("89123klj", "8952klfjas09ujkasdf", 2, 1240),
        ("90850943850283058242805", "123", 2, 7516),
        ("()**(%$##$%#$#", "___)((*\":&", 2, 128),
    ] {
        let (bucketing, total) =
            if version == 1 { (Bucketing::GrowthbookV1, 1000) } else { (Bucketing::GrowthbookV2, 10_000) };
        assert_eq!(at(bucketing, Purpose::Share, total, seed, json!(value)), Some(expected), "{seed} {value}");
    }
}

#[test]
fn a_share_ends_where_its_source_lets_it_end() {
    let end = |bucketing, text| algorithm(bucketing).end(Share::parse(text).unwrap());
    assert_eq!(end(Bucketing::Unleash, "50"), 50);
    assert_eq!(end(Bucketing::Unleash, "33.5"), 34);
    assert_eq!(end(Bucketing::GrowthbookV1, "0.1"), 1);
    assert_eq!(end(Bucketing::Flipt, "25"), 25);
    assert_eq!(end(Bucketing::Goff, "12.345"), 12_345);
    // Featurevisor counts the end in, but nobody is in a share of nothing.
    assert_eq!(end(Bucketing::Featurevisor, "50"), 50_001);
    assert_eq!(end(Bucketing::Featurevisor, "0"), 0);
    assert_eq!(end(Bucketing::Featurevisor, "100"), 100_000);
}

#[test]
fn splits_have_as_many_positions_as_their_source_says() {
    assert_eq!(ends(Bucketing::FlagdV2Shorthand, &["1", "1", "1"]), Ok((3, vec![1, 2, 3])));
    assert_eq!(ends(Bucketing::FlagdV3Raw, &["0", "2147483647"]), Ok((2_147_483_647, vec![0, 2_147_483_647])));
    assert_eq!(ends(Bucketing::Unleash, &["333", "334", "333"]), Ok((1000, vec![333, 667, 1000])));
    assert_eq!(ends(Bucketing::Goff, &["33.333", "66.667"]), Ok((100_000, vec![33_333, 100_000])));
    assert_eq!(ends(Bucketing::Goff, &["1", "0.5"]), Ok((1500, vec![1000, 1500])));
    assert_eq!(ends(Bucketing::GrowthbookV1, &["33.3", "66.7"]), Ok((1000, vec![333, 1000])));
    assert_eq!(ends(Bucketing::Flipt, &["0.1", "99.9"]), Ok((1000, vec![1, 1000])));
    assert_eq!(ends(Bucketing::Featurevisor, &["0", "50", "50"]), Ok((100_000, vec![0, 50_001, 100_000])));
    assert_eq!(ends(Bucketing::FlagdV3, &["34", "66"]), Ok((100_000, vec![34_000, 100_000])));
    for (bucketing, weights) in [
        (Bucketing::Unleash, &["1.5", "1"][..]),
        (Bucketing::Unleash, &["0", "0"]),
        (Bucketing::FlagdV2Raw, &["2147483647", "1"]),
        (Bucketing::LaunchDarkly, &["50", "49"]),
    ] {
        assert!(ends(bucketing, weights).is_err(), "{bucketing} {weights:?}");
    }
}

#[test]
fn each_source_has_its_own_units() {
    for (bucketing, units, others) in [
        (Bucketing::FlagdV2Shorthand, vec![json!("a")], vec![json!(""), json!(1), json!(true), json!(null)]),
        (Bucketing::FlagdV3Raw, vec![json!(""), json!(1.5), json!({})], vec![json!(null)]),
        (Bucketing::FlagdV2Raw, vec![json!("")], vec![json!(1)]),
        (Bucketing::LaunchDarkly, vec![json!(""), json!(7)], vec![json!(1.5), json!(true)]),
        (Bucketing::GrowthbookV2, vec![json!(true), json!(1.5)], vec![json!(""), json!(0), json!(false)]),
        (Bucketing::Goff, vec![json!("a")], vec![json!(""), json!(1)]),
    ] {
        let unit = |json: &Json| (algorithm(bucketing).unit)(json).is_some();
        assert!(units.iter().all(unit), "{bucketing}");
        assert!(!others.iter().any(unit), "{bucketing}");
    }
}

#[test]
fn numbers_are_written_as_javascript_writes_them() {
    for (number, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (5.0, "5"),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (1.5e-7, "1.5e-7"),
        (0.000_001, "0.000001"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
    ] {
        assert_eq!(script_number(number), text);
    }
}

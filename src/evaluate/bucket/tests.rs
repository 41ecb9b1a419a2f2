use super::*;
use proptest::prelude::*;
use serde_json::Value as Json;

/// The hash of bytes that are handed over in pieces of up to `size`.
fn murmur(bytes: &[u8], size: usize) -> u32 {
    let mut murmur = Murmur::default();
    for piece in bytes.chunks(size) {
        murmur.add(piece);
    }
    murmur.finish()
}

fn cbor_hash(text: &str) -> u32 {
    let mut murmur = Murmur::default();
    murmur.add_head(text.len());
    murmur.add(text.as_bytes());
    murmur.finish()
}

#[test]
fn hashes_of_whole_texts_are_those_of_flagd() {
    for (text, v2, v3) in [
        ("fractional-flagjack", 2_682_799_072, 1_435_348_822),
        ("fractional-flagqueen", 4_278_517_551, 2_128_956_876),
        ("fractional-flagten", 801_845_258, 448_151_196),
        ("fractional-flagnine", 1_406_129_861, 212_516_069),
        ("fractional-flag3", 604_371_928, 3_444_928_664),
        ("headerColorfoo@bar.com", 4_240_531_476, 1_320_822_109),
        ("headerColorfoo@test.com", 838_143_943, 1_555_664_771),
        ("new-checkoutuser-1", 1_954_156_369, 2_725_365_741),
        ("new-checkoutuser-2", 986_941_360, 1_530_215_472),
        ("new-checkoutuser-3", 3_312_559_254, 540_138_209),
        ("new-checkoutuser-42", 2_394_511_712, 2_695_594_215),
        ("", 0, 661_569_231),
        ("a", 1_009_084_850, 923_832_745),
        ("jon@company.com", 1_557_731_397, 466_419_339),
        ("user1", 3_305_849_917, 3_686_933_882),
        ("ejOoVL", 0, 1_275_299_909),
        ("ceQdGm", 4_294_967_295, 2_648_617_695),
        ("6LvT0", 2_147_483_648, 3_815_933_360),
        ("flagé-ü-日本", 159_698_874, 544_876_942),
        ("flag😀", 3_538_508_242, 2_433_304_036),
    ] {
        assert_eq!(murmur(text.as_bytes(), 1000), v2, "{text}");
        assert_eq!(cbor_hash(text), v3, "{text}");
    }
}

#[test]
fn published_vectors_hold() {
    let file: Json = serde_json::from_str(include_str!("../../../tests/data/bucketing-vectors.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 200, "{}", vectors.len());
    for vector in vectors {
        let salt = vector[0].as_str().unwrap();
        let unit = match &vector[1] {
            Json::Array(repeated) => {
                repeated[0].as_str().unwrap().repeat(usize::try_from(repeated[1].as_u64().unwrap()).unwrap())
            }
            unit => unit.as_str().unwrap().to_owned(),
        };
        for (algorithm, column) in [(Bucketing::FlagdV2, 2), (Bucketing::FlagdV3, 4)] {
            let expected = (vector[column].as_u64().unwrap(), vector[column + 1].as_u64().unwrap());
            let hash = hash(algorithm, salt, &unit);
            let bucket = bucket(algorithm, salt, &unit);
            assert_eq!((u64::from(hash), u64::from(bucket.get())), expected, "{algorithm} {salt}/{unit}");
        }
    }
}

#[test]
fn buckets_span_exactly_0_to_99999() {
    for (hash, bucket) in [(0, 0), (42_949, 0), (42_950, 1), (u32::MAX / 2 + 1, 50_000), (u32::MAX, 99_999)] {
        assert_eq!(Bucket::of(hash).get(), bucket, "{hash}");
    }
}

#[test]
fn buckets_are_uniform() {
    // Chi-square over 100 parts: beyond 148.2 once in 1,000 times for 99 degrees of freedom. The units are fixed.
    for algorithm in [Bucketing::FlagdV2, Bucketing::FlagdV3] {
        for salt in ["new-checkout", "rings", "x"] {
            let mut parts = [0_u32; 100];
            for user in 0..100_000 {
                parts[bucket(algorithm, salt, &format!("user-{user}")).get() as usize / 1000] += 1;
            }
            let chi_square: f64 = parts.iter().map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0).sum();
            assert!(chi_square < 148.2, "{algorithm} {salt}: {chi_square}");
        }
    }
}

#[test]
fn salts_are_independent() {
    // Of the users in the first half under one salt, half are in the first half under another.
    let both = (0..20_000).filter(|user| {
        let unit = format!("user-{user}");
        ["a", "b"].iter().all(|salt| bucket(Bucketing::FlagdV3, salt, &unit).get() < 50_000)
    });
    let count = both.count();
    assert!((4_700..5_300).contains(&count), "{count}");
}

proptest! {
    #[test]
    fn agrees_with_other_implementations(salt in "[a-zA-Z0-9._-]{1,100}", unit in ".{1,400}", size in 1_usize..9) {
        let text = format!("{salt}/{unit}");
        let theirs = |bytes: &[u8]| murmur3::murmur3_32(&mut std::io::Cursor::new(bytes), 0).unwrap();
        prop_assert_eq!(hash(Bucketing::FlagdV2, &salt, &unit), theirs(text.as_bytes()));
        prop_assert_eq!(murmur(text.as_bytes(), size), theirs(text.as_bytes()));
        let mut encoded = Vec::new();
        ciborium::into_writer(&text, &mut encoded).unwrap();
        prop_assert_eq!(hash(Bucketing::FlagdV3, &salt, &unit), theirs(&encoded));
    }
}

#[test]
fn the_first_hash_of_a_bucket_is_its_first() {
    for number in (0..Bucket::COUNT).step_by(7).chain([Bucket::COUNT - 1]) {
        let bucket = Bucket::new(number).unwrap();
        let hash = bucket.first_hash();
        assert_eq!(Bucket::of(hash), bucket);
        assert!(hash == 0 || Bucket::of(hash - 1) < bucket, "{number}");
    }
    assert_eq!(Bucket::new(Bucket::COUNT), None);
}

//! The deterministic CBOR encoding of JSON values (RFC 8949, 4.2.1), as flagd's third generation hashes them.

use serde_json::Value as Json;

/// The encoding of `json`. Numbers without a fraction are integers where they fit, whatever way they are written.
pub(super) fn encode(json: &Json) -> Vec<u8> {
    let mut bytes = Vec::new();
    value(json, &mut bytes);
    bytes
}

/// The encoding of a text.
pub(super) fn text(text: &str, bytes: &mut Vec<u8>) {
    head(3, text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}

/// The head of an array of that many items.
pub(super) fn array(items: usize, bytes: &mut Vec<u8>) {
    head(4, items as u64, bytes);
}

fn value(json: &Json, bytes: &mut Vec<u8>) {
    match json {
        Json::Null => bytes.push(0xf6),
        Json::Bool(value) => bytes.push(if *value { 0xf5 } else { 0xf4 }),
        Json::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(value), ..) => head(0, value, bytes),
            (None, Some(value), _) => integer(value.into(), bytes),
            (None, None, Some(value)) => float(value, bytes),
            (None, None, None) => bytes.push(0xf6),
        },
        Json::String(value) => text(value, bytes),
        Json::Array(items) => {
            array(items.len(), bytes);
            for item in items {
                value(item, bytes);
            }
        }
        Json::Object(entries) => {
            head(5, entries.len() as u64, bytes);
            let mut encoded: Vec<(Vec<u8>, &Json)> = entries
                .iter()
                .map(|(key, entry)| {
                    let mut bytes = Vec::new();
                    text(key, &mut bytes);
                    (bytes, entry)
                })
                .collect();
            encoded.sort_by(|(one, _), (other, _)| one.cmp(other));
            for (key, entry) in encoded {
                bytes.extend_from_slice(&key);
                value(entry, bytes);
            }
        }
    }
}

/// A head in its shortest form.
#[expect(clippy::cast_possible_truncation, reason = "each arm holds the numbers that fit")]
fn head(major: u8, number: u64, bytes: &mut Vec<u8>) {
    let major = major << 5;
    match number {
        0..=23 => bytes.push(major | number as u8),
        24..=0xff => bytes.extend([major | 0x18, number as u8]),
        0x100..=0xffff => {
            bytes.push(major | 0x19);
            bytes.extend((number as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            bytes.push(major | 0x1a);
            bytes.extend((number as u32).to_be_bytes());
        }
        _ => {
            bytes.push(major | 0x1b);
            bytes.extend(number.to_be_bytes());
        }
    }
}

fn integer(value: i128, bytes: &mut Vec<u8>) {
    if let Ok(positive) = u64::try_from(value) {
        head(0, positive, bytes);
    } else if let Ok(negative) = u64::try_from(-1 - value) {
        head(1, negative, bytes);
    }
}

/// A float in the shortest form that holds it, or an integer where it has no fraction and is within −2^63 and 2^64 − 1.
#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked to be exact")]
fn float(value: f64, bytes: &mut Vec<u8>) {
    const LOWEST: f64 = -9_223_372_036_854_775_808.0;
    const ABOVE: f64 = 18_446_744_073_709_551_616.0;
    if value.fract() == 0.0 && (LOWEST..ABOVE).contains(&value) {
        return integer(value as i128, bytes);
    }
    let single = value as f32;
    if f64::from(single) != value {
        bytes.push(0xfb);
        bytes.extend(value.to_be_bytes());
    } else if let Some(half) = half(single) {
        bytes.push(0xf9);
        bytes.extend(half.to_be_bytes());
    } else {
        bytes.push(0xfa);
        bytes.extend(single.to_be_bytes());
    }
}

/// The half-precision float that is exactly `value`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "each exponent is checked to fit")]
fn half(value: f32) -> Option<u16> {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let fraction = bits & 0x007f_ffff;
    let exponent = (bits >> 23 & 0xff).cast_signed() - 127;
    match exponent {
        // Normal: ten bits of fraction.
        -14..=15 if fraction.trailing_zeros() >= 13 => {
            Some(sign | ((exponent + 15) as u16) << 10 | (fraction >> 13) as u16)
        }
        // Subnormal: the leading one is written, and the rest is shifted down.
        -24..=-15 => {
            let shift = (-1 - exponent) as u32;
            let whole = fraction | 0x0080_0000;
            (whole & ((1 << shift) - 1) == 0).then_some(sign | (whole >> shift) as u16)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn theirs(json: &Json) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(json, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn numbers_without_a_fraction_are_integers() {
        for text in ["0", "-0.0", "1.0", "-2.0", "23", "24", "255", "256", "65536", "4294967296", "-25", "1e15"] {
            let json: Json = serde_json::from_str(text).unwrap();
            #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
            let whole = Json::from(json.as_f64().unwrap() as i64);
            assert_eq!(encode(&json), theirs(&whole), "{text}");
        }
    }

    #[test]
    fn objects_are_sorted_and_nested_values_encoded() {
        let json = serde_json::json!({"bb": [1, "x", null, true], "a": {"z": 1.5, "y": false}});
        assert_eq!(
            encode(&json).iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "a26161a26179f4617af93e00626262840161 78f6f5".replace(' ', "")
        );
    }

    proptest! {
        #[test]
        fn floats_have_their_shortest_form(bits in any::<u64>(), narrow in 0_u8..4) {
            // Floats of fewer digits in three of four cases.
            let mask = [u64::MAX, !0 << 29, !0 << 42, !0 << 48][usize::from(narrow)];
            let value = f64::from_bits(bits & mask);
            prop_assume!(value.is_finite() && value.fract() != 0.0);
            prop_assert_eq!(encode(&Json::from(value)), theirs(&Json::from(value)));
        }

        #[test]
        fn small_floats_too(mantissa in 0_u32..2048, exponent in -30_i32..10) {
            let value = f64::from(mantissa) * 2_f64.powi(exponent);
            prop_assume!(value.fract() != 0.0);
            prop_assert_eq!(encode(&Json::from(value)), theirs(&Json::from(value)));
        }
    }
}

//! The algorithms of other systems, exactly as these have them, so that an imported flag moves nobody.
//!
//! Each turns a salt and a unit into a *position* among as many as the algorithm and the weights say: 100 for a
//! percentage of Unleash, the sum of the weights for flagd. A share is the positions below its end. For explanations a
//! position is shown as the bucket, of 100,000, that it starts in.

use super::{Murmur, cbor, hash};
use crate::model::{Bucketing, Share, Unit, Weight, Weighted};
use serde_json::Value as Json;
use sha1::{Digest, Sha1};
use std::borrow::Cow;

/// What a position is asked for: some systems hash the two differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Whether a unit is within a percentage.
    Share,
    /// Which part of a split it is in.
    Split,
}

/// What the weights of a split are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// Percentages that sum to 100, of so many positions.
    Percentages(u32),
    /// Whole numbers; there are as many positions as their sum.
    Whole,
    /// Numbers with up to three decimals; there are a thousand times as many positions as their sum.
    Thousandths,
}

/// An algorithm.
#[derive(Debug)]
pub(crate) struct Algorithm {
    pub(crate) bucketing: Bucketing,
    /// The positions of a percentage.
    percentage: u32,
    /// What the weights of its splits are.
    pub(crate) weights: Weights,
    /// Whether the position at the end of a share belongs to it.
    inclusive: bool,
    /// Whether a context without unit has a position: that of the salt alone.
    pub(crate) unitless: bool,
    /// What stands between the attributes of a joined unit.
    pub(crate) separator: &'static str,
    /// The unit that a value is, as text; `None` when it is none.
    unit: fn(&Json) -> Option<Cow<'_, str>>,
    digest: fn(Asked<'_>) -> Digested,
}

/// What is hashed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) salt: &'a str,
    pub(crate) unit: &'a str,
    /// The unit as it stands in the context, where it is one attribute.
    pub(crate) json: Option<&'a Json>,
    /// Whether the context has no unit, and `unit` is empty for that reason.
    pub(crate) absent: bool,
}

/// A hash, before it is known how many positions there are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Digested {
    /// Scaled to the positions.
    Scaled(u32),
    /// Its remainder is the position.
    Remainder(u32),
    /// 60 bits, as a fraction of the largest number of 60 bits.
    Fraction(u64),
}

impl Digested {
    /// The position among `total`, which is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "a position is below the total")]
    pub(crate) fn position(self, total: u32) -> u32 {
        match self {
            Self::Scaled(hash) => ((u64::from(hash) * u64::from(total)) >> 32) as u32,
            Self::Remainder(hash) => hash % total.max(1),
            Self::Fraction(bits) => {
                let position = u128::from(bits) * u128::from(total) / u128::from((1_u64 << 60) - 1);
                (position as u32).min(total.saturating_sub(1))
            }
        }
    }
}

/// The algorithm that `bucketing` names.
pub(crate) fn algorithm(bucketing: Bucketing) -> &'static Algorithm {
    &ALGORITHMS[bucketing as usize]
}

/// Most of what most algorithms have.
const PLAIN: Algorithm = Algorithm {
    bucketing: Bucketing::FlagdV3,
    percentage: 100_000,
    weights: Weights::Percentages(100_000),
    inclusive: false,
    unitless: false,
    separator: "",
    unit: filled_text,
    digest: |asked| Digested::Scaled(hash(Bucketing::FlagdV3, asked.salt, asked.unit)),
};

/// Every algorithm, in the order of [`Bucketing::ALL`].
static ALGORITHMS: [Algorithm; Bucketing::ALL.len()] = [
    Algorithm { separator: "/", unit: text_or_integer, ..PLAIN },
    Algorithm {
        bucketing: Bucketing::FlagdV2,
        separator: "/",
        unit: text_or_integer,
        digest: |asked| Digested::Scaled(hash(Bucketing::FlagdV2, asked.salt, asked.unit)),
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::FlagdV3Shorthand,
        weights: Weights::Whole,
        digest: |asked| {
            let mut bytes = Vec::new();
            cbor::array(2, &mut bytes);
            cbor::text(asked.salt, &mut bytes);
            cbor::text(asked.unit, &mut bytes);
            Digested::Scaled(Murmur::of(0, &[&bytes]))
        },
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::FlagdV2Shorthand,
        weights: Weights::Whole,
        digest: |asked| Digested::Scaled(Murmur::of(0, &[asked.salt.as_bytes(), asked.unit.as_bytes()])),
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::FlagdV3Raw,
        weights: Weights::Whole,
        unit: |json| match json {
            Json::Null => None,
            Json::String(text) => Some(text.into()),
            other => Some(other.to_string().into()),
        },
        digest: |asked| {
            let bytes = match asked.json {
                Some(json) if asked.salt.is_empty() => cbor::encode(json),
                _ => {
                    let mut bytes = Vec::new();
                    cbor::text(&format!("{}{}", asked.salt, asked.unit), &mut bytes);
                    bytes
                }
            };
            Digested::Scaled(Murmur::of(0, &[&bytes]))
        },
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::FlagdV2Raw,
        weights: Weights::Whole,
        unit: any_text,
        digest: |asked| Digested::Scaled(Murmur::of(0, &[asked.salt.as_bytes(), asked.unit.as_bytes()])),
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::Unleash,
        percentage: 100,
        weights: Weights::Whole,
        separator: ":",
        unit: any_text,
        digest: |asked| {
            let seed = if asked.purpose == Purpose::Split { 86_028_157 } else { 0 };
            Digested::Remainder(Murmur::of(seed, &[asked.salt.as_bytes(), b":", asked.unit.as_bytes()]))
        },
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::LaunchDarkly,
        separator: ".",
        unit: |json| match json {
            Json::String(text) => Some(text.into()),
            other => text_or_integer(other),
        },
        digest: |asked| {
            let digest = Sha1::digest(format!("{}.{}", asked.salt, asked.unit));
            let first = digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
            Digested::Fraction(first >> 4)
        },
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::GrowthbookV1,
        percentage: 1000,
        weights: Weights::Percentages(1000),
        unit: truthy_script_text,
        digest: |asked| Digested::Remainder(fnv(utf16(asked.unit).chain(utf16(asked.salt)))),
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::GrowthbookV2,
        percentage: 10_000,
        weights: Weights::Percentages(10_000),
        unit: truthy_script_text,
        digest: |asked| {
            let first = fnv(utf16(asked.salt).chain(utf16(asked.unit)));
            Digested::Remainder(fnv(utf16(&first.to_string())))
        },
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::Goff,
        weights: Weights::Thousandths,
        digest: |asked| Digested::Remainder(fnv(bytes(asked.salt).chain(bytes(asked.unit)))),
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::Featurevisor,
        inclusive: true,
        unitless: true,
        separator: ".",
        unit: script_text,
        digest: |asked| {
            let joint: &[u8] = if asked.absent { b"" } else { b"." };
            Digested::Scaled(Murmur::of(1, &[asked.unit.as_bytes(), joint, asked.salt.as_bytes()]))
        },
        ..PLAIN
    },
    Algorithm {
        bucketing: Bucketing::Flipt,
        percentage: 100,
        weights: Weights::Percentages(1000),
        digest: |asked| {
            let (first, second) = match asked.purpose {
                Purpose::Share => (asked.unit, asked.salt),
                Purpose::Split => (asked.salt, asked.unit),
            };
            let mut checksum = crc32fast::Hasher::new();
            checksum.update(first.as_bytes());
            checksum.update(second.as_bytes());
            Digested::Remainder(checksum.finalize())
        },
        ..PLAIN
    },
];

impl Algorithm {
    /// The hash of what is asked.
    pub(crate) fn digest(&self, asked: Asked<'_>) -> Digested {
        (self.digest)(asked)
    }

    /// The unit that `json` is beside `salt`.
    pub(crate) fn unit_of<'j>(&self, json: &'j Json, salt: &str) -> Option<Cow<'j, str>> {
        match (self.bucketing, json) {
            // What flagd joins to one text is written out.
            (Bucketing::FlagdV3Raw | Bucketing::FlagdV2Raw, Json::Number(_) | Json::Bool(_)) if !salt.is_empty() => {
                script_text(json)
            }
            _ => (self.unit)(json),
        }
    }

    /// How many positions a percentage is measured in.
    pub(crate) const fn percentage(&self) -> u32 {
        self.percentage
    }

    /// The end of a share: the units at positions below it are inside.
    pub(crate) fn end(&self, share: Share) -> u32 {
        let steps = u64::from(share.steps());
        let end = (steps * u64::from(self.percentage)).div_ceil(u64::from(Share::FULL.steps()));
        let end = u32::try_from(end).unwrap_or(self.percentage);
        if self.inclusive && share != Share::ZERO { (end + 1).min(self.percentage) } else { end }
    }

    /// How many positions a split of these weights has, and where each part ends; or what is wrong with the weights.
    pub(crate) fn ends(&self, entries: &[Weighted]) -> Result<(u32, Vec<u32>), String> {
        let sum: u64 = entries.iter().map(|entry| entry.weight.steps()).sum();
        let (total, unit) = match self.weights {
            Weights::Percentages(total) if sum == 100_000 => (Some(total), 100_000 / u64::from(total)),
            Weights::Percentages(_) => return Err("the weights do not sum to 100".into()),
            Weights::Whole => {
                if let Some(entry) = entries.iter().find(|entry| !entry.weight.steps().is_multiple_of(1000)) {
                    return Err(format!("the weights of `{}` are whole numbers, not {}", self.bucketing, entry.weight));
                }
                (u32::try_from(sum / 1000).ok(), 1000)
            }
            Weights::Thousandths => (u32::try_from(sum).ok(), 1),
        };
        let total =
            total.filter(|total| (1..1 << 31).contains(total) || self.weights == Weights::Thousandths && *total > 0);
        let total = total.ok_or_else(|| "the weights sum to nothing, or to more than 2147483647".to_owned())?;
        let mut passed = 0;
        let ends = entries.iter().map(|entry| {
            passed += entry.weight.steps();
            let end = u32::try_from(passed.div_ceil(unit.max(1))).unwrap_or(total);
            if self.inclusive && passed > 0 { (end + 1).min(total) } else { end }
        });
        Ok((total, ends.collect()))
    }
}

/// What the weights of splits are under `bucketing`.
#[must_use]
pub fn weights(bucketing: Bucketing) -> Weights {
    algorithm(bucketing).weights
}

/// How many positions a split of these weights has under `bucketing`, and where each part ends.
///
/// # Errors
/// What is wrong with the weights, as one sentence without a full stop.
pub fn split_ends(bucketing: Bucketing, entries: &[Weighted]) -> Result<(u32, Vec<u32>), String> {
    algorithm(bucketing).ends(entries)
}

/// The part that a unit which is this text for everyone is in, without a salt.
#[must_use]
pub fn fixed_position(bucketing: Bucketing, text: &str, weights: &[Weight]) -> Option<usize> {
    let algorithm = algorithm(bucketing);
    let total = weights.iter().map(|weight| weight.steps() / 1000).sum::<u64>();
    let total = u32::try_from(total).ok().filter(|total| *total > 0)?;
    let json = Json::from(text);
    let asked = Asked { purpose: Purpose::Split, salt: "", unit: text, json: Some(&json), absent: false };
    let position = u64::from(algorithm.digest(asked).position(total)) * 1000;
    let mut end = 0;
    weights.iter().position(|weight| {
        end += weight.steps();
        position < end
    })
}

/// A text that is not empty.
fn filled_text(json: &Json) -> Option<Cow<'_, str>> {
    any_text(json).filter(|text| !text.is_empty())
}

fn any_text(json: &Json) -> Option<Cow<'_, str>> {
    json.as_str().map(Into::into)
}

/// What the native algorithms take.
fn text_or_integer(json: &Json) -> Option<Cow<'_, str>> {
    match json {
        Json::Number(number) => {
            number.as_f64().and_then(Unit::from_number).map(|unit| Cow::Owned(unit.as_str().to_owned()))
        }
        other => filled_text(other),
    }
}

/// What `String(value)` gives in JavaScript.
fn script_text(json: &Json) -> Option<Cow<'_, str>> {
    Some(match json {
        Json::Null => "".into(),
        Json::Bool(value) => value.to_string().into(),
        Json::String(text) => text.into(),
        Json::Number(number) => script_number(number.as_f64()?).into(),
        Json::Array(items) => items.iter().filter_map(script_text).collect::<Vec<_>>().join(",").into(),
        Json::Object(_) => "[object Object]".into(),
    })
}

/// The same, unless the value is falsy.
fn truthy_script_text(json: &Json) -> Option<Cow<'_, str>> {
    let falsy = match json {
        Json::Null | Json::Bool(false) => true,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        _ => false,
    };
    if falsy { None } else { script_text(json) }
}

/// A number as JavaScript writes it.
fn script_number(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    if (1e-6..1e21).contains(&number.abs()) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

fn bytes(text: &str) -> impl Iterator<Item = u32> {
    text.bytes().map(u32::from)
}

/// JavaScript's characters are units of UTF-16.
fn utf16(text: &str) -> impl Iterator<Item = u32> {
    text.encode_utf16().map(u32::from)
}

/// FNV-1a of 32 bits.
fn fnv(units: impl Iterator<Item = u32>) -> u32 {
    units.fold(0x811c_9dc5, |hash, unit| (hash ^ unit).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests;

//! The algorithms that put units into buckets, and what they take for a unit.

use super::AttributePath;
use std::fmt;

/// The algorithm that turns a salt and a unit into a bucket. [`crate::evaluate::bucket`] works them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Bucketing {
    /// MurmurHash3 x86 32-bit over the CBOR encoding of `salt/unit`.
    #[default]
    FlagdV3,
    /// MurmurHash3 x86 32-bit over the UTF-8 bytes of `salt/unit`.
    FlagdV2,
    /// flagd's `fractional` without an expression for the unit, third generation.
    FlagdV3Shorthand,
    /// The same, second generation.
    FlagdV2Shorthand,
    /// flagd's `fractional` of any value, third generation.
    FlagdV3Raw,
    /// flagd's `fractional` of a text, second generation.
    FlagdV2Raw,
    /// Unleash.
    Unleash,
    /// LaunchDarkly.
    LaunchDarkly,
    /// GrowthBook, hash version 1.
    GrowthbookV1,
    /// GrowthBook, hash version 2.
    GrowthbookV2,
    /// GO Feature Flag.
    Goff,
    /// Featurevisor.
    Featurevisor,
    /// Flipt.
    Flipt,
}

impl Bucketing {
    /// All of them, with their names in files and what they are.
    pub const ALL: [(Self, &'static str, &'static str); 13] = [
        (Self::FlagdV3, "flagd-v3", "MurmurHash3 of the CBOR text `salt/unit`; native"),
        (Self::FlagdV2, "flagd-v2", "MurmurHash3 of the text `salt/unit`; native"),
        (Self::FlagdV3Shorthand, "flagd-v3-shorthand", "flagd's `fractional` without a unit: CBOR of [salt, unit]"),
        (
            Self::FlagdV2Shorthand,
            "flagd-v2-shorthand",
            "flagd's `fractional` without a unit: salt and unit as one text",
        ),
        (
            Self::FlagdV3Raw,
            "flagd-v3-raw",
            "flagd's `fractional` of any JSON value, or of `salt` and a text as one text",
        ),
        (Self::FlagdV2Raw, "flagd-v2-raw", "flagd's `fractional` of a text, or of `salt` and a text as one text"),
        (Self::Unleash, "unleash", "MurmurHash3 of `salt:unit`, modulo 100 or the sum of the weights"),
        (Self::LaunchDarkly, "launchdarkly", "SHA-1 of `salt.unit`, its first 60 bits"),
        (Self::GrowthbookV1, "growthbook-v1", "FNV-1a of unit and salt, modulo 1000"),
        (Self::GrowthbookV2, "growthbook-v2", "FNV-1a of FNV-1a of salt and unit, modulo 10000"),
        (Self::Goff, "goff", "FNV-1a of salt and unit, modulo 1000 times the sum of the percentages"),
        (
            Self::Featurevisor,
            "featurevisor",
            "MurmurHash3 with seed 1 of `unit.salt`; the end of a share belongs to it",
        ),
        (Self::Flipt, "flipt", "CRC-32 of salt and unit, modulo 1000; for percentages of unit and salt, modulo 100"),
    ];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The algorithm of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, candidate, _)| *candidate == name).map(|(bucketing, ..)| *bucketing)
    }

    /// Whether it is one of this tool: the others serve imported flags, so that nobody moves.
    #[must_use]
    pub const fn is_native(self) -> bool {
        matches!(self, Self::FlagdV3 | Self::FlagdV2)
    }

    /// The salt where `own` stands beside the strategy, or nothing does and the flag has `inherited`: flagd's raw
    /// algorithms hash the unit alone unless a salt stands beside them.
    #[must_use]
    pub fn salt<'s>(self, own: Option<&'s str>, inherited: &'s str) -> &'s str {
        match self {
            Self::FlagdV3Raw | Self::FlagdV2Raw => own.unwrap_or_default(),
            _ => own.unwrap_or(inherited),
        }
    }
}

impl fmt::Display for Bucketing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which attributes make the unit of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum By {
    /// This one.
    One(AttributePath),
    /// All of these, joined with the character that the algorithm puts between salt and unit.
    Joined(Vec<AttributePath>),
    /// The first of these that is a unit.
    First(Vec<AttributePath>),
}

impl By {
    /// `targetingKey`, which is the unit unless a strategy says otherwise.
    #[must_use]
    pub fn targeting_key() -> Self {
        Self::One(AttributePath::targeting_key())
    }

    /// Whether it is `targetingKey` alone.
    #[must_use]
    pub fn is_targeting_key(&self) -> bool {
        matches!(self, Self::One(path) if *path == AttributePath::targeting_key())
    }

    /// The attributes, in order.
    #[must_use]
    pub fn paths(&self) -> &[AttributePath] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Joined(paths) | Self::First(paths) => paths,
        }
    }
}

impl From<AttributePath> for By {
    fn from(path: AttributePath) -> Self {
        Self::One(path)
    }
}

/// `company.id`, `company.id and userId`, `userId or sessionId`
impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if matches!(self, Self::First(_)) { " or " } else { " and " };
        for (position, path) in self.paths().iter().enumerate() {
            if position > 0 {
                f.write_str(word)?;
            }
            write!(f, "{path}")?;
        }
        Ok(())
    }
}

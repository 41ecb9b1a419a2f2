//! Percentages as integers of 0.001 %.

use std::fmt;

/// A share of all units, from 0 to 100 %, in steps of 0.001 %: `Share::FULL` is 100,000 steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Share(u32);

/// Why a text is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not a plain decimal number.
    #[error("`{0}` is not a percentage: write a number from 0 to 100 with up to three decimals")]
    NotANumber(String),
    /// Below 0 or above 100.
    #[error("a percentage is from 0 to 100, not {0}")]
    OutOfRange(String),
    /// Finer than 0.001 %.
    #[error("a percentage has at most three decimals, `{0}` has more")]
    TooFine(String),
}

impl Share {
    /// Nobody.
    pub const ZERO: Self = Self(0);
    /// Everybody: 100 %.
    pub const FULL: Self = Self(100_000);

    /// From steps of 0.001 %; `None` above 100,000.
    #[must_use]
    pub const fn from_steps(steps: u32) -> Option<Self> {
        if steps <= 100_000 { Some(Self(steps)) } else { None }
    }

    /// In steps of 0.001 %, 0 to 100,000.
    #[must_use]
    pub const fn steps(self) -> u32 {
        self.0
    }

    /// Parses a decimal such as `25`, `0.5` or `33.334` exactly, never through a float. A `%` at the end is allowed.
    ///
    /// # Errors
    /// When it is not such a number, not within 0 to 100, or has more than three significant decimals.
    pub fn parse(text: &str) -> Result<Self, ShareError> {
        let number = text.strip_suffix('%').unwrap_or(text);
        let out_of_range = || ShareError::OutOfRange(text.to_owned());
        let (negative, steps) = thousandths(number).map_err(|wrong| match wrong {
            Wrong::NotANumber => ShareError::NotANumber(text.to_owned()),
            Wrong::TooFine => ShareError::TooFine(text.to_owned()),
            Wrong::TooLarge => out_of_range(),
        })?;
        if negative && steps > 0 {
            return Err(out_of_range());
        }
        u32::try_from(steps).ok().and_then(Self::from_steps).ok_or_else(out_of_range)
    }
}

/// What is wrong with a text that should be a decimal.
enum Wrong {
    NotANumber,
    TooFine,
    TooLarge,
}

/// Whether a decimal is negative, and how many thousandths it is.
fn thousandths(number: &str) -> Result<(bool, u64), Wrong> {
    let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
        return Err(Wrong::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 3 {
        return Err(Wrong::TooFine);
    }
    let whole = whole.trim_start_matches('0');
    let steps = format!("{whole:0>1}{fraction:0<3}").parse::<u64>().map_err(|_| Wrong::TooLarge)?;
    Ok((number.starts_with('-'), steps))
}

/// Steps of 0.001 as a decimal without needless zeros.
fn show(steps: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (whole, rest) = (steps / 1000, steps % 1000);
    if rest == 0 {
        return write!(f, "{whole}");
    }
    write!(f, "{whole}.{}", format!("{rest:03}").trim_end_matches('0'))
}

/// How wide a part of a split is, in steps of 0.001. Under a native algorithm it is a percentage; under others, weights
/// may have any sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Weight(u64);

impl Weight {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// All of a split whose weights sum to 100.
    pub const FULL: Self = Self(100_000);
    /// The largest sum of weights, 2^31 − 1.
    pub const MAX: u64 = (1 << 31) - 1;

    /// A whole number; `None` above [`Self::MAX`].
    #[must_use]
    pub const fn whole(weight: u64) -> Option<Self> {
        if weight <= Self::MAX { Some(Self(weight * 1000)) } else { None }
    }

    /// From steps of 0.001; `None` above [`Self::MAX`].
    #[must_use]
    pub const fn from_steps(steps: u64) -> Option<Self> {
        if steps <= Self::MAX * 1000 { Some(Self(steps)) } else { None }
    }

    /// The two together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// In steps of 0.001.
    #[must_use]
    pub const fn steps(self) -> u64 {
        self.0
    }

    /// Parses a decimal exactly.
    ///
    /// # Errors
    /// What is wrong with it, as one sentence without a full stop.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (negative, steps) = thousandths(text).map_err(|wrong| match wrong {
            Wrong::NotANumber => format!("`{text}` is not a weight: write a number with up to three decimals"),
            Wrong::TooFine => format!("a weight has at most three decimals, `{text}` has more"),
            Wrong::TooLarge => format!("a weight is at most {}, not {text}", Self::MAX),
        })?;
        if negative && steps > 0 {
            return Err(format!("a weight can't be negative: {text}"));
        }
        Self::from_steps(steps).ok_or_else(|| format!("a weight is at most {}, not {text}", Self::MAX))
    }
}

impl From<Share> for Weight {
    fn from(share: Share) -> Self {
        Self(share.steps().into())
    }
}

/// Without needless zeros: `25`, `0.5`.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.0, f)
    }
}

/// Without the percent sign and without needless zeros: `25`, `0.5`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.0.into(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_exactly_and_prints_back() {
        for (text, steps) in
            [("0", 0), ("100", 100_000), ("25%", 25_000), ("0.5", 500), ("33.334", 33_334), ("1.000", 1000)]
        {
            assert_eq!(Share::parse(text).map(Share::steps), Ok(steps), "{text}");
        }
        assert_eq!(Share::from_steps(33_330).unwrap().to_string(), "33.33");
        for bad in ["", "x", "1e1", ".5", "5.", "1_0", " 5", "0x10", "-", "NaN"] {
            assert!(matches!(Share::parse(bad), Err(ShareError::NotANumber(_))), "{bad}");
        }
        assert!(matches!(Share::parse("100.001"), Err(ShareError::OutOfRange(_))));
        assert!(matches!(Share::parse("-1"), Err(ShareError::OutOfRange(_))));
        assert!(matches!(Share::parse("99999999999"), Err(ShareError::OutOfRange(_))));
        assert!(matches!(Share::parse("0.0001"), Err(ShareError::TooFine(_))));
        assert_eq!(Share::parse("0.5000").map(Share::steps), Ok(500));
    }
}

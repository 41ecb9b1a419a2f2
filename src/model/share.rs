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
        let not_a_number = || ShareError::NotANumber(text.to_owned());
        let negative = number.starts_with('-');
        let digits = number.strip_prefix(['-', '+']).unwrap_or(number);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
            return Err(not_a_number());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 3 {
            return Err(ShareError::TooFine(text.to_owned()));
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 3 {
            return Err(ShareError::OutOfRange(text.to_owned()));
        }
        let steps = format!("{whole:0>1}{fraction:0<3}").parse::<u32>().map_err(|_| not_a_number())?;
        if negative && steps > 0 {
            return Err(ShareError::OutOfRange(text.to_owned()));
        }
        Self::from_steps(steps).ok_or_else(|| ShareError::OutOfRange(text.to_owned()))
    }
}

/// Without the percent sign and without needless zeros: `25`, `0.5`.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1000, self.0 % 1000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{whole}.{}", format!("{rest:03}").trim_end_matches('0'))
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

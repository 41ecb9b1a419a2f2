//! Points in time and fixed lengths of time, in whole seconds.

use std::fmt;

/// A point in time: whole Unix seconds. Written and printed as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A length of time in seconds; `s m h d w` are fixed lengths (a day is 86,400 s).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seconds(u64);

/// Why a text is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// A date and time without an offset from UTC.
    #[error("`{0}` needs an offset from UTC: write `{0}Z`, or `{0}+01:00`")]
    NoOffset(String),
    /// Anything else.
    #[error(
        "`{0}` is not a time: write a date such as 2026-12-01, or a time with its offset such as 2026-12-01T09:00:00Z"
    )]
    NotATime(String),
    /// No length.
    #[error("`{0}` is not a length of time: write a whole number and one of s, m, h, d, w, such as 12h")]
    NotALength(String),
}

impl Timestamp {
    /// From Unix seconds.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// As Unix seconds.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Parses `2026-12-01` (00:00 UTC) or RFC 3339 with an offset; fractions of a second are cut off.
    ///
    /// # Errors
    /// When it is neither, or has no offset.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let shaped = text.len() >= 10 && text.is_ascii() && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        if !shaped {
            return Err(TimeError::NotATime(text.to_owned()));
        }
        if text.len() == 10 {
            return text
                .parse::<jiff::civil::Date>()
                .ok()
                .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok())
                .map(|zoned| Self(zoned.timestamp().as_second()))
                .ok_or_else(|| TimeError::NotATime(text.to_owned()));
        }
        if let Ok(time) = text.parse::<jiff::Timestamp>() {
            // `as_second` rounds towards zero; before 1970 a fraction belongs to the second below.
            let floor = i64::from(time.subsec_nanosecond() < 0);
            return Ok(Self(time.as_second() - floor));
        }
        let civil = text.parse::<jiff::civil::DateTime>().is_ok();
        Err(if civil { TimeError::NoOffset(text.to_owned()) } else { TimeError::NotATime(text.to_owned()) })
    }

    /// The date in UTC, as `2026-12-01`.
    #[must_use]
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }

    /// This time plus a length, clamped to the representable range.
    #[must_use]
    pub fn plus(self, length: Seconds) -> Self {
        Self(self.0.saturating_add_unsigned(length.0))
    }
}

/// RFC 3339 in UTC: `2026-12-01T09:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

impl Seconds {
    /// From a number of seconds.
    #[must_use]
    pub const fn new(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The number of seconds.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

    /// Parses `90s`, `15m`, `1h`, `7d` or `2w`.
    ///
    /// # Errors
    /// When it is none of these, or longer than 10,000 weeks.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let not_a_length = || TimeError::NotALength(text.to_owned());
        let (letter, factor) =
            Self::UNITS.into_iter().find(|(letter, _)| text.ends_with(*letter)).ok_or_else(not_a_length)?;
        let number = text.strip_suffix(letter).unwrap_or_default();
        if number.is_empty() || number.len() > 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_length());
        }
        let seconds =
            number.parse::<u64>().ok().and_then(|count| count.checked_mul(factor)).ok_or_else(not_a_length)?;
        if seconds > 604_800 * 10_000 { Err(not_a_length()) } else { Ok(Self(seconds)) }
    }
}

/// In the largest unit that divides it: `90s`, `36h`, `2w`.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = Self::UNITS.into_iter().find(|(_, factor)| self.0 > 0 && self.0.is_multiple_of(*factor));
        let (letter, factor) = unit.unwrap_or(('s', 1));
        write!(f, "{}{letter}", self.0 / factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_an_offset_and_dates_are_midnight_utc() {
        assert_eq!(Timestamp::parse("1970-01-02"), Ok(Timestamp(86_400)));
        assert_eq!(Timestamp::parse("2026-12-01T09:00:00Z").unwrap().to_string(), "2026-12-01T09:00:00Z");
        assert_eq!(Timestamp::parse("2026-12-01T09:00:00+01:00").unwrap().to_string(), "2026-12-01T08:00:00Z");
        assert_eq!(Timestamp::parse("1969-12-31T23:59:59.5Z"), Ok(Timestamp(-1)));
        assert!(matches!(Timestamp::parse("2026-12-01T09:00:00"), Err(TimeError::NoOffset(_))));
        for bad in ["", "tomorrow", "2026-13-01", "2026-02-30", "20261201", "2026-12-01Z", "12:30", "é26-12-01"] {
            assert!(matches!(Timestamp::parse(bad), Err(TimeError::NotATime(_))), "{bad}");
        }
    }

    #[test]
    fn lengths_are_fixed() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("1h", 3600), ("7d", 604_800), ("2w", 1_209_600), ("0s", 0)]
        {
            assert_eq!(Seconds::parse(text), Ok(Seconds(seconds)), "{text}");
        }
        assert_eq!(Seconds(604_800).to_string(), "1w");
        assert_eq!(Seconds(90).to_string(), "90s");
        assert_eq!(Seconds(0).to_string(), "0s");
        for bad in ["", "h", "1", "-1h", "1.5h", "1y", "1 h", "99999999999999h", "10001w"] {
            assert!(Seconds::parse(bad).is_err(), "{bad}");
        }
    }
}

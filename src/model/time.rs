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

    /// Parses exactly `YYYY-MM-DD` (00:00 UTC) or an RFC 3339 date-time, `YYYY-MM-DDThh:mm:ss` with an offset that is `Z`
    /// or `±hh:mm`. As the RFC has it, `t` and `z` may stand for `T` and `Z`, and a leap second reads as the second
    /// before it; fractions of a second are cut off.
    ///
    /// # Errors
    /// When it is neither, or has no offset.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let not_a_time = || TimeError::NotATime(text.to_owned());
        if !has_form(text, "dddd-dd-dd") && !has_form(text.get(..19).unwrap_or_default(), "dddd-dd-ddTdd:dd:dd") {
            return Err(not_a_time());
        }
        let (civil, rest) = text.split_at(text.len().min(19));
        let civil: jiff::civil::DateTime = civil.parse().map_err(|_| not_a_time())?;
        let offset = match offset(rest) {
            Some(seconds) => seconds,
            None if text.len() == 10 => 0,
            None if without_fraction(rest).is_empty() => return Err(TimeError::NoOffset(text.to_owned())),
            None => return Err(not_a_time()),
        };
        let seconds = civil.duration_since(EPOCH).as_secs() - offset;
        // Neither before the year -9999 nor after 9999.
        civil_of(seconds).map_or_else(|| Err(not_a_time()), |_| Ok(Self(seconds)))
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

    /// This time less a length, clamped to the representable range.
    #[must_use]
    pub fn minus(self, length: Seconds) -> Self {
        Self(self.0.saturating_sub_unsigned(length.0))
    }
}

const EPOCH: jiff::civil::DateTime = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);

/// Date and time in UTC, so many seconds after 1970. Unlike an instant it reaches to the last second of 9999 in UTC.
fn civil_of(seconds: i64) -> Option<jiff::civil::DateTime> {
    EPOCH.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
}

/// Whether `text` has a digit wherever `form` has a `d`, and the same character elsewhere; `T` stands for `t`, too.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(have, want): (u8, u8)| match want {
        b'd' => have.is_ascii_digit(),
        b'T' => matches!(have, b'T' | b't'),
        _ => have == want,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// `.25Z` without the fraction of a second.
fn without_fraction(rest: &str) -> &str {
    match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => {
            fraction.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        _ => rest,
    }
}

/// The offset from UTC in seconds, at the end of a time.
fn offset(rest: &str) -> Option<i64> {
    let rest = without_fraction(rest);
    if matches!(rest, "Z" | "z") {
        return Some(0);
    }
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if !has_form(&rest[1..], "dd:dd") {
        return None;
    }
    let (hours, minutes): (i64, i64) = (rest[1..3].parse().ok()?, rest[4..].parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// RFC 3339 in UTC: `2026-12-01T09:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match civil_of(self.0) {
            Some(civil) => write!(f, "{civil}Z"),
            None => write!(f, "@{}", self.0),
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
    fn the_last_second_of_9999_is_a_time() {
        for text in ["9999-12-31", "9999-12-31T23:59:59Z"] {
            let time = Timestamp::parse(text).unwrap();
            assert!(time.to_string().starts_with(text), "{time}");
        }
        assert!(Timestamp::parse("9999-12-31T23:59:59-01:00").is_err());
        assert_eq!(Timestamp::from_unix(i64::MAX).to_string(), format!("@{}", i64::MAX));
    }

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
    fn times_are_exactly_those_of_rfc_3339() {
        for (text, utc) in [
            ("2026-12-01t09:00:00z", "2026-12-01T09:00:00Z"),
            ("2026-12-01T09:00:00.123456789012+00:00", "2026-12-01T09:00:00Z"),
            ("2026-12-01T09:00:00-00:00", "2026-12-01T09:00:00Z"),
            ("2026-12-01T00:30:00+05:45", "2026-11-30T18:45:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("0000-01-01", "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(Timestamp::parse(text).map(|time| time.to_string()), Ok(utc.to_owned()), "{text}");
        }
        for bad in [
            "2026-12-01T09:00Z",
            "2026-12-01T09:00",
            "2026-12-01T09Z",
            "2026-12-01 09:00:00Z",
            "2026-12-01T09:00:00+01",
            "2026-12-01T09:00:00+0100",
            "2026-12-01T09:00:00+01:00:00",
            "2026-12-01T09:00:00+24:00",
            "2026-12-01T09:00:00+01:60",
            "2026-12-01T09:00:00 +01:00",
            "2026-12-01T09:00:00+01:00[Europe/Berlin]",
            "2026-12-01T09:00:00[Europe/Berlin]",
            "2026-12-01T09:00:00Z[UTC]",
            "2026-12-01T09:00:00,5Z",
            "2026-12-01T09:00:00.Z",
            "2026-12-01T090000Z",
            "20261201T090000Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T09:00:61Z",
            "2026-W49-2",
            "2026-335",
            "+002026-12-01",
            "-002026-12-01T09:00:00Z",
            "2026-12-01T",
            " 2026-12-01",
            "2026-12-01T09:00:00Zé",
            "2026-12-01T09:00:0é",
        ] {
            assert_eq!(Timestamp::parse(bad), Err(TimeError::NotATime(bad.to_owned())), "{bad}");
        }
        for bare in ["2026-12-01T09:00:00", "2026-12-01t09:00:00.5"] {
            assert_eq!(Timestamp::parse(bare), Err(TimeError::NoOffset(bare.to_owned())), "{bare}");
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

//! The unit of bucketing and targeting: usually a user id.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// A non-empty text that stands for one unit. Integral numbers within ±(2^53−1) are units too, written in decimal, so
/// `123`, `"123"` and `123.0` are the same unit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit(Arc<str>);

impl Unit {
    /// The largest integer that is a unit, 2^53 − 1; its negative is the smallest.
    pub const MAX_INTEGER: i64 = (1 << 53) - 1;

    /// From text; `None` when it is empty.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// From a number; `None` when it is not integral or out of range.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "checked to be integral and small"
    )]
    pub fn from_number(number: f64) -> Option<Self> {
        let fits = number.fract() == 0.0 && number.abs() <= Self::MAX_INTEGER as f64;
        fits.then(|| Self((number as i64).to_string().into()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl Borrow<str> for Unit {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_units_in_decimal() {
        assert_eq!(Unit::from_number(1.0).unwrap().as_str(), "1");
        assert_eq!(Unit::from_number(-0.0).unwrap().as_str(), "0");
        assert_eq!(Unit::from_number(9_007_199_254_740_991.0).unwrap().as_str(), "9007199254740991");
        for none in [1.5, f64::NAN, f64::INFINITY, 9_007_199_254_740_992.0] {
            assert_eq!(Unit::from_number(none), None);
        }
        assert_eq!(Unit::from_text(""), None);
    }
}

//! Order of numbers, as doubles.

use super::attribute::{Attribute, Kind};
use super::{Accepts, Matcher, scalar};
use crate::model::{Scalar, Test};

/// A number and how the attribute must stand to it.
#[derive(Debug)]
pub(crate) struct Number {
    accepts: Accepts,
    bound: f64,
    lenient: bool,
}

impl Number {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        match scalar(test)? {
            Scalar::Number(bound) if bound.is_finite() => {
                Ok(Matcher::Number(Self { accepts, bound: *bound, lenient: test.lenient }))
            }
            other => Err(format!("`{}` takes a number, not {other}", test.operator)),
        }
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        match attribute.kind {
            Kind::Number(number) => number.partial_cmp(&self.bound).map(|order| self.accepts.has(order)),
            Kind::Text(text) if self.lenient => {
                decimal(text)?.partial_cmp(&self.bound).map(|order| self.accepts.has(order))
            }
            _ => None,
        }
    }
}

/// The finite number that a text is in decimal, such as `-1.5` or `2e3`.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|number| plain && number.is_finite())
}

//! Order of numbers, as doubles.

use super::attribute::{Attribute, Kind};
use super::{Accepts, Matcher, scalar};
use crate::model::{Scalar, Test};

/// A number and how the attribute must stand to it.
#[derive(Debug)]
pub(crate) struct Number {
    accepts: Accepts,
    bound: f64,
}

impl Number {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        match scalar(test)? {
            Scalar::Number(bound) if bound.is_finite() => Ok(Matcher::Number(Self { accepts, bound: *bound })),
            other => Err(format!("`{}` takes a number, not {other}", test.operator)),
        }
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        match attribute.kind {
            Kind::Number(number) => number.partial_cmp(&self.bound).map(|order| self.accepts.has(order)),
            _ => None,
        }
    }
}

//! Whether an attribute is there at all.

use super::attribute::{Attribute, Kind};
use super::{Matcher, scalar};
use crate::model::{Scalar, Test};

/// Whether the attribute has to be there. The only operator that can match a missing one.
#[derive(Debug)]
pub(crate) struct Presence(bool);

impl Presence {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        match scalar(test)? {
            Scalar::Boolean(wanted) => Ok(Matcher::Presence(Self(*wanted))),
            other => Err(format!("`{}` takes `true` or `false`, not {other}", test.operator)),
        }
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> bool {
        matches!(attribute.kind, Kind::Missing) != self.0
    }
}

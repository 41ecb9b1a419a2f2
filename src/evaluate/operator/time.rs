//! Order of points in time, in whole seconds.

use super::attribute::Attribute;
use super::{Accepts, Matcher, text};
use crate::model::{Test, Timestamp};

/// A time and how the attribute must stand to it.
#[derive(Debug)]
pub(crate) struct Moment {
    accepts: Accepts,
    bound: Timestamp,
}

impl Moment {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        let bound = Timestamp::parse(text(test)?).map_err(|error| error.to_string())?;
        Ok(Matcher::Moment(Self { accepts, bound }))
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        attribute.time.map(|time| self.accepts.has(time.cmp(&self.bound)))
    }
}

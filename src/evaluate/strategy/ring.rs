//! `ring: beta`: everyone in the rings up to and including this one.

use super::{Plan, Problems, Reader};
use crate::model::{Bucketing, Rollout, Setting};

/// The salt of every ring, so that a user is in the same rings for all flags.
pub(crate) const SALT: &str = "rings";

pub(super) fn prepare(rollout: &Rollout, _: Bucketing) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let ring = reader.get("ring", None, |setting| if let Setting::Ring(ring) = setting { Some(ring) } else { None });
    reader.finish(ring.map(|ring| Plan::Ring(ring.clone())))
}

//! `percentage: 25`: a fixed share.

use super::{Plan, Problems, Reader};
use crate::model::{Bucketing, Rollout};

pub(super) fn prepare(rollout: &Rollout, _: Bucketing) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let share = reader.share("percentage", None);
    reader.finish(share.map(Plan::Fixed))
}

//! `gradual: {from, start, step, every, max}`: a share that grows in steps.

use super::{Plan, Problems, Reader};
use crate::model::{Bucketing, Rollout, Share, Timestamp};

/// Nothing before `from`, then min(max, start + step·⌊(now−from)/every⌋).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gradual {
    from: Timestamp,
    start: Share,
    step: Share,
    /// Seconds, at least 1.
    every: u64,
    max: Share,
}

impl Gradual {
    pub(super) fn share_at(&self, now: Timestamp) -> Share {
        if now < self.from {
            return Share::ZERO;
        }
        let steps_done = now.unix().abs_diff(self.from.unix()) / self.every;
        let grown =
            u64::from(self.step.steps()).saturating_mul(steps_done).saturating_add(u64::from(self.start.steps()));
        u32::try_from(grown).ok().and_then(Share::from_steps).map_or(self.max, |share| share.min(self.max))
    }
}

pub(super) fn prepare(rollout: &Rollout, _: Bucketing) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let from = reader.time("from");
    let start = reader.share("start", Some(Share::ZERO));
    let step = reader.share("step", None);
    let every = reader.length("every");
    let max = reader.share("max", Some(Share::FULL));
    if step == Some(Share::ZERO) {
        reader.problem("step", "a step of 0 never grows");
    }
    if every.is_some_and(|length| length.get() == 0) {
        reader.problem("every", "a step lasts at least a second");
    }
    if let (Some(start), Some(max)) = (start, max)
        && start > max
    {
        let name = if rollout.setting("start").is_some() { "start" } else { "max" };
        reader.problem(name, format!("`start` ({start}) is above `max` ({max})"));
    }
    let plan = || {
        Some(Plan::Gradual(Gradual { from: from?, start: start?, step: step?, every: every?.get().max(1), max: max? }))
    };
    reader.finish(plan())
}

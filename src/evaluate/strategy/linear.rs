//! `linear: {from, until, start, end}`: a share that grows evenly.

use super::{Chances, Plan, Problems, Reader};
use crate::model::{Bucketing, Rollout, Seconds, Share, Timestamp};

/// The longest growth: 100 times its seconds still fit the 31 bits that flagd's weights have.
const LONGEST: Seconds = Seconds::new(248 * 86_400);

/// On when `(hash·100·D) >> 32 < start·D + (end−start)·clamp(now−from, 0, D)`, where `D = until−from` in seconds and
/// start and end are whole percents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Linear {
    from: Timestamp,
    /// In seconds, 1 to [`LONGEST`].
    length: u32,
    /// 0 to 100.
    start: u8,
    /// 0 to 100.
    end: u8,
    /// Whether the algorithm is another system's; among these only GO Feature Flag has such growth.
    foreign: bool,
}

impl Linear {
    pub(super) fn chances(&self, now: Timestamp) -> Chances {
        let length = u64::from(self.length);
        let passed = if now < self.from { 0 } else { now.unix().abs_diff(self.from.unix()).min(length) };
        let bound = u64::from(self.start) * (length - passed) + u64::from(self.end) * passed;
        let scale = 100 * length;
        if self.foreign {
            return self.in_doubles(passed);
        }
        if bound == 0 {
            Chances::Nobody
        } else if bound >= scale {
            Chances::Everyone
        } else {
            Chances::Finer { scale, bound }
        }
    }
}

impl Linear {
    /// In doubles of thousandths of a percent, with what is beyond cut off: as GO Feature Flag has it.
    #[expect(clippy::cast_precision_loss, reason = "a length is below 2^32 seconds")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 100,000")]
    fn in_doubles(self, passed: u64) -> Chances {
        let [start, end] = [self.start, self.end].map(|percent| f64::from(percent) * 1000.0);
        let each = (end - start) / f64::from(self.length);
        let steps = if passed < u64::from(self.length) { passed as f64 * each + start } else { end };
        Share::from_steps(steps as u32).map_or(Chances::Everyone, Chances::of)
    }
}

pub(super) fn prepare(rollout: &Rollout, bucketing: Bucketing) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let from = reader.time("from");
    let until = reader.time("until");
    let start = whole(&mut reader, "start", Share::ZERO);
    let end = whole(&mut reader, "end", Share::FULL);
    let mut length = None;
    if let (Some(from), Some(until)) = (from, until) {
        let seconds = until.unix().abs_diff(from.unix());
        if until <= from {
            reader.problem("until", format!("`until` ({until}) is not after `from` ({from})"));
        } else if seconds > LONGEST.get() {
            reader.problem("until", "the growth is longer than 248 days");
        } else {
            length = u32::try_from(seconds).ok();
        }
    }
    let plan = || {
        Some(Plan::Linear(Linear {
            from: from?,
            length: length?,
            start: start?,
            end: end?,
            foreign: !bucketing.is_native(),
        }))
    };
    reader.finish(plan())
}

fn whole(reader: &mut Reader<'_>, name: &'static str, default: Share) -> Option<u8> {
    let share = reader.share(name, Some(default))?;
    if !share.steps().is_multiple_of(1000) {
        reader.problem(name, format!("`{name}` is a whole percentage, not {share}"));
        return None;
    }
    u8::try_from(share.steps() / 1000).ok()
}

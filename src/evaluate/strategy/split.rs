//! `split: [control: 50, treatment: 50]`: variants side by side.

use super::{Plan, Problems, Reader};
use crate::model::{Rollout, Setting, Share};

pub(super) fn prepare(rollout: &Rollout) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let entries =
        reader.get("split", None, |setting| if let Setting::Split(entries) = setting { Some(entries) } else { None });
    if let Some(entries) = entries {
        let sum: u64 = entries.iter().map(|entry| u64::from(entry.share.steps())).sum();
        let full = u64::from(Share::FULL.steps());
        if sum != full {
            let (words, off) = if sum < full { ("missing", full - sum) } else { ("too much", sum - full) };
            reader.problem("split", format!("the shares sum to {}, not 100: {} {words}", percent(sum), percent(off)));
        }
    }
    reader.finish(entries.map(|entries| Plan::Split(entries.clone())))
}

/// Steps of 0.001 % as a percentage, also above 100.
fn percent(steps: u64) -> String {
    let (whole, rest) = (steps / 1000, steps % 1000);
    let text = format!("{whole}.{rest:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

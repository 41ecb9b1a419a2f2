//! `split: [control: 50, treatment: 50]`: variants side by side.

use super::{Plan, Problems, Reader};
use crate::evaluate::bucket::{Weights, algorithm};
use crate::model::{Bucketing, Rollout, Setting, Weight};

pub(super) fn prepare(rollout: &Rollout, bucketing: Bucketing) -> Result<Plan, Problems> {
    let mut reader = Reader::new(rollout);
    let entries =
        reader.get("split", None, |setting| if let Setting::Split(entries) = setting { Some(entries) } else { None });
    if let Some(entries) = entries {
        let sum: u64 = entries.iter().map(|entry| entry.weight.steps()).sum();
        let full = Weight::FULL.steps();
        let algorithm = algorithm(bucketing);
        if matches!(algorithm.weights, Weights::Percentages(_)) && sum != full {
            let (words, off) = if sum < full { ("missing", full - sum) } else { ("too much", sum - full) };
            reader.problem("split", format!("the shares sum to {}, not 100: {} {words}", percent(sum), percent(off)));
        } else if let Err(problem) = algorithm.ends(entries) {
            reader.problem("split", problem);
        }
    }
    reader.finish(entries.map(|entries| Plan::Split(entries.clone())))
}

/// Steps of 0.001 % as a percentage, also above 100.
fn percent(steps: u64) -> String {
    Weight::from_steps(steps).map_or_else(|| "more than any weight".to_owned(), |weight| weight.to_string())
}

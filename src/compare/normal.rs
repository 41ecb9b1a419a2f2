//! Serves in a normal form: two that always answer the same way are equal there.

use crate::model::{By, Flag, Rollout, Serve, Setting, Share, Weight, Weighted};

/// The optional settings with the value that they have when absent.
const DEFAULTS: &[(&str, &str, Setting)] = &[
    ("gradual", "start", Setting::Share(Share::ZERO)),
    ("gradual", "max", Setting::Share(Share::FULL)),
    ("linear", "start", Setting::Share(Share::ZERO)),
    ("linear", "end", Setting::Share(Share::FULL)),
];

/// Whether two serves of two versions of a flag give everyone the same answer at any time, as far as their own text
/// tells: the bucketing of the flag itself is compared by the flag.
pub(super) fn same_answers(before: (&Flag, &Serve), after: (&Flag, &Serve)) -> bool {
    before.1 == after.1 || normal(before) == normal(after)
}

fn normal((flag, serve): (&Flag, &Serve)) -> Serve {
    let Serve::Rollout(rollout) = serve else { return serve.clone() };
    if rollout.strategy == "ring" {
        return serve.clone();
    }
    let mut settings = rollout.settings.clone();
    for (strategy, name, value) in DEFAULTS {
        if *strategy == rollout.strategy && rollout.setting(name).is_none() {
            settings.push((name, value.clone()));
        }
    }
    for (_, setting) in &mut settings {
        if let Setting::Split(entries) = setting {
            *entries = merged(entries);
        }
    }
    settings.sort_by_key(|(name, _)| *name);
    let mut strategy = rollout.strategy;
    if let Some(stage) = canary_stage(rollout) {
        // Only the current stage decides; `soak` and the other stages are for people and policy.
        strategy = "percentage";
        settings = vec![("percentage", Setting::Share(stage))];
    }
    Serve::Rollout(Rollout {
        strategy,
        settings,
        serve: rollout.serve.clone(),
        by: Some(rollout.by.clone().unwrap_or_else(By::targeting_key)),
        salt: Some(rollout.salt.as_deref().unwrap_or_else(|| flag.effective_salt()).to_owned()),
        bucketing: rollout.bucketing.or(flag.bucketing),
    })
}

/// The share of a canary's current stage.
pub(super) fn canary_stage(rollout: &Rollout) -> Option<Share> {
    if rollout.strategy != "canary" {
        return None;
    }
    let (Some(Setting::Shares(stages)), Some(Setting::Count(stage))) =
        (rollout.setting("stages"), rollout.setting("stage"))
    else {
        return None;
    };
    let index = usize::try_from(*stage).ok()?.checked_sub(1)?;
    stages.get(index).copied()
}

/// Without empty entries, neighbours of one variant as one.
fn merged(entries: &[Weighted]) -> Vec<Weighted> {
    let mut result: Vec<Weighted> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.weight != Weight::ZERO) {
        let sum = |last: &Weighted| Weight::from_steps(last.weight.steps() + entry.weight.steps());
        match result.last_mut() {
            Some(last) if last.variant == entry.variant => match sum(last) {
                Some(weight) => last.weight = weight,
                None => result.push(entry.clone()),
            },
            _ => result.push(entry.clone()),
        }
    }
    result
}

//! Which variants a serve can give.

use crate::model::{Flag, Project, Rollout, Seconds, Serve, Setting, Share, Timestamp, ValueType, VariantName, Weight};

/// The variants that `serve` of `flag` can give, each once. Strategies over time count as they stand at `now` once they
/// are finished, and as able to give both of their variants before.
pub(super) fn variants<'a>(
    project: &Project,
    now: Timestamp,
    flag: &'a Flag,
    serve: &'a Serve,
) -> Vec<&'a VariantName> {
    let mut found: Vec<&VariantName> = Vec::new();
    let mut add = |variant: &'a VariantName| {
        if !found.contains(&variant) {
            found.push(variant);
        }
    };
    match serve {
        Serve::Variant(variant) => add(variant),
        Serve::Rollout(rollout) => match &rollout.serve {
            None => {
                let entries = rollout.settings.iter().filter_map(|(_, setting)| match setting {
                    Setting::Split(entries) => Some(entries),
                    _ => None,
                });
                entries.flatten().filter(|entry| entry.weight > Weight::ZERO).for_each(|entry| add(&entry.variant));
            }
            Some(ramped) => {
                let share = settled_share(project, now, rollout);
                if share != Some(Share::ZERO) {
                    add(ramped);
                }
                if share != Some(Share::FULL) {
                    add(outside(flag));
                }
            }
        },
    }
    found
}

/// The only variant that `serve` can give, if it is just one.
pub(super) fn only<'a>(project: &Project, now: Timestamp, flag: &'a Flag, serve: &'a Serve) -> Option<&'a VariantName> {
    match variants(project, now, flag, serve).as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Whether `serve` decides for every context, also for one without the unit of a bucket.
pub(super) fn always_decides(project: &Project, now: Timestamp, serve: &Serve) -> bool {
    match serve {
        Serve::Variant(_) => true,
        Serve::Rollout(rollout) => {
            rollout.strategy != "ring"
                && matches!(settled_share(project, now, rollout), Some(Share::ZERO | Share::FULL))
        }
    }
}

/// What those outside the share of a strategy get.
fn outside(flag: &Flag) -> &VariantName {
    let off = if flag.value_type == ValueType::Boolean { flag.variant("off") } else { None };
    off.map_or(&flag.default, |variant| &variant.name)
}

/// The share that a ramp gives, unless time still changes it or it is not known (a ring); `None` for a split.
pub(super) fn settled_share(project: &Project, now: Timestamp, rollout: &Rollout) -> Option<Share> {
    let share = |name: &str| match rollout.setting(name) {
        Some(Setting::Share(share)) => Some(*share),
        _ => None,
    };
    match rollout.strategy {
        "percentage" => share("percentage"),
        "canary" => match (rollout.setting("stages"), rollout.setting("stage")) {
            (Some(Setting::Shares(stages)), Some(Setting::Count(stage))) => {
                stages.get(usize::try_from(*stage).ok()?.checked_sub(1)?).copied()
            }
            _ => None,
        },
        "ring" => match rollout.setting("ring") {
            Some(Setting::Ring(name)) => {
                let last = project.rings.iter().position(|ring| ring.name == *name)?;
                let full = project.rings[..=last].iter().any(|ring| ring.percentage == Some(Share::FULL));
                full.then_some(Share::FULL)
            }
            _ => None,
        },
        _ => {
            let (end, share) = end_of_growth(rollout)?;
            (end <= now).then_some(share)
        }
    }
}

/// When a strategy over time stops changing, and the share from then on; `None` for all others.
pub(super) fn end_of_growth(rollout: &Rollout) -> Option<(Timestamp, Share)> {
    let share = |name: &str, absent: Share| match rollout.setting(name) {
        Some(Setting::Share(share)) => *share,
        _ => absent,
    };
    match (rollout.strategy, rollout.setting("from")) {
        ("gradual", Some(Setting::Time(from))) => {
            let (Some(Setting::Share(step)), Some(Setting::Length(every))) =
                (rollout.setting("step"), rollout.setting("every"))
            else {
                return None;
            };
            let max = share("max", Share::FULL);
            let missing = max.steps().saturating_sub(share("start", Share::ZERO).steps());
            if missing > 0 && (step.steps() == 0 || every.get() == 0) {
                return None;
            }
            let steps = missing.div_ceil(step.steps().max(1));
            let length = Seconds::new(every.get().saturating_mul(u64::from(steps)));
            Some((from.plus(length), max))
        }
        ("linear", Some(_)) => match rollout.setting("until") {
            Some(Setting::Time(until)) => Some((*until, share("end", Share::FULL))),
            _ => None,
        },
        _ => None,
    }
}

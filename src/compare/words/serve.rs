//! Serves and strategies in words.

use super::{short, time};
use crate::model::{Rollout, Serve, Setting, Share, Weighted};

/// What is served: `on`, `25%`, `25% treatment`, `control 50 / treatment 50`, `ring beta`,
/// `5% +10%/1d from 2026-12-01 up to 100%`.
#[must_use]
pub fn serve(serve: &Serve) -> String {
    match serve {
        Serve::Variant(name) => name.to_string(),
        Serve::Rollout(it) => rollout(it),
    }
}

/// A strategy in words.
#[must_use]
pub fn rollout(rollout: &Rollout) -> String {
    let Rollout { strategy, settings: _, serve, by, salt, bucketing } = rollout;
    // `on` is what a share of a boolean flag always is.
    let variant = serve.as_ref().filter(|name| **name != "on").map(|name| format!(" {name}")).unwrap_or_default();
    let known = match *strategy {
        "percentage" => percentage(rollout, &variant),
        "split" => split(rollout),
        "gradual" => gradual(rollout, &variant),
        "linear" => linear(rollout, &variant),
        "canary" => canary(rollout, &variant),
        "ring" => ring_up_to(rollout, &variant),
        _ => None,
    };
    let mut words = known.unwrap_or_else(|| any_strategy(rollout, &variant));
    for (word, extra) in [
        ("by", by.as_ref().map(ToString::to_string)),
        ("with salt", salt.clone()),
        ("with", bucketing.map(|it| it.to_string())),
    ] {
        if let Some(extra) = extra {
            words = format!("{words} {word} {}", short(&extra));
        }
    }
    words
}

fn share_setting(rollout: &Rollout, name: &str) -> Option<Share> {
    match rollout.setting(name)? {
        Setting::Share(share) => Some(*share),
        _ => None,
    }
}

fn time_setting(rollout: &Rollout, name: &str) -> Option<String> {
    match rollout.setting(name)? {
        Setting::Time(at) => Some(time(*at)),
        _ => None,
    }
}

fn percentage(rollout: &Rollout, variant: &str) -> Option<String> {
    Some(format!("{}%{variant}", share_setting(rollout, "percentage")?))
}

fn split(rollout: &Rollout) -> Option<String> {
    match rollout.setting("split")? {
        Setting::Split(entries) => Some(weights(entries)),
        _ => None,
    }
}

fn weights(entries: &[Weighted]) -> String {
    let parts: Vec<String> = entries.iter().map(|entry| format!("{} {}", entry.variant, entry.weight)).collect();
    parts.join(" / ")
}

fn gradual(rollout: &Rollout, variant: &str) -> Option<String> {
    let start = share_setting(rollout, "start").unwrap_or(Share::ZERO);
    let max = share_setting(rollout, "max").unwrap_or(Share::FULL);
    let step = share_setting(rollout, "step")?;
    let Setting::Length(every) = rollout.setting("every")? else { return None };
    let from = time_setting(rollout, "from")?;
    Some(format!("{start}% +{step}%/{every} from {from} up to {max}%{variant}"))
}

fn linear(rollout: &Rollout, variant: &str) -> Option<String> {
    let start = share_setting(rollout, "start").unwrap_or(Share::ZERO);
    let end = share_setting(rollout, "end").unwrap_or(Share::FULL);
    let (from, until) = (time_setting(rollout, "from")?, time_setting(rollout, "until")?);
    Some(format!("{start}% to {end}%{variant} evenly from {from} until {until}"))
}

fn canary(rollout: &Rollout, variant: &str) -> Option<String> {
    let Setting::Shares(stages) = rollout.setting("stages")? else { return None };
    let Setting::Count(stage) = rollout.setting("stage")? else { return None };
    let share = usize::try_from(*stage).ok().and_then(|stage| stages.get(stage.checked_sub(1)?))?;
    let all: Vec<String> = stages.iter().map(ToString::to_string).collect();
    let soak = match rollout.setting("soak") {
        Some(Setting::Length(soak)) => format!(", soak {soak}"),
        _ => String::new(),
    };
    Some(format!("canary {share}%{variant} (stage {stage} of {}{soak})", all.join("/")))
}

fn ring_up_to(rollout: &Rollout, variant: &str) -> Option<String> {
    match rollout.setting("ring")? {
        Setting::Ring(name) => Some(format!("ring {name}{variant}")),
        _ => None,
    }
}

/// Words for a strategy that has none of its own: its name and settings.
fn any_strategy(rollout: &Rollout, variant: &str) -> String {
    let settings: Vec<String> = rollout
        .settings
        .iter()
        .map(|(name, setting)| match setting {
            Setting::Share(share) => format!("{name} {share}%"),
            Setting::Shares(shares) => {
                let all: Vec<String> = shares.iter().map(ToString::to_string).collect();
                format!("{name} {}", all.join("/"))
            }
            Setting::Time(at) => format!("{name} {}", time(*at)),
            Setting::Length(length) => format!("{name} {length}"),
            Setting::Count(count) => format!("{name} {count}"),
            Setting::Split(entries) => weights(entries),
            Setting::Ring(ring) => format!("{name} {ring}"),
        })
        .collect();
    format!("{} {}{variant}", rollout.strategy, settings.join(", "))
}

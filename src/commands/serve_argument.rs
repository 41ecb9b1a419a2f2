//! What is served, on the command line: a variant, a percentage, a split, or a strategy with its settings.

use super::writing::{share, variant};
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::evaluate::strategy::{self, Form, SettingKind, Strategy};
use crate::model::{
    By, Flag, RingName, Rollout, Seconds, Serve, Setting, Share, Timestamp, ValueType, VariantName, Weighted,
};

/// What stands beside the words of a serve, and what was served before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// The variant that is rolled out.
    pub(super) serve: Option<&'a str>,
    /// The attribute that is the unit.
    pub(super) by: Option<&'a str>,
    /// The salt of the buckets.
    pub(super) salt: Option<&'a str>,
    /// What is served now: its unit, salt and variant stay unless others are given, so that nobody moves.
    pub(super) current: Option<&'a Serve>,
}

/// Reads `treatment`, `true`, `25`, or `control=50 treatment=50` (also with commas).
///
/// # Errors
/// What is wrong with the words.
pub(super) fn serve(flag: &Flag, words: &[String], beside: Beside<'_>) -> Result<Serve> {
    let parts: Vec<&str> =
        words.iter().flat_map(|word| word.split(',')).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| part.contains('=')) {
        return split(flag, &parts, beside).map(Serve::Rollout);
    }
    let [word] = parts[..] else {
        return Err(Failure::new(&change::BAD_ARGUMENT, "what shall be served? this is neither one value nor a split")
            .help("write a variant, a percentage such as `25`, or a split such as `control=50 treatment=50`"));
    };
    let is_variant =
        flag.variant(word).is_some() || (flag.value_type == ValueType::Boolean && matches!(word, "true" | "false"));
    if is_variant {
        refuse_beside(beside, "a variant for everyone")?;
        return variant(flag, word).map(Serve::Variant);
    }
    if word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return percentage(flag, share(word)?, beside);
    }
    match variant(flag, word) {
        Ok(name) => Ok(Serve::Variant(name)),
        Err(failure) => Err(failure.help("or pass a percentage such as `25`")),
    }
}

/// A fixed share.
///
/// # Errors
/// When it can't be told what is rolled out, or something beside it does not fit.
pub(super) fn percentage(flag: &Flag, share: Share, beside: Beside<'_>) -> Result<Serve> {
    let settings = vec![("percentage", Setting::Share(share))];
    rollout(flag, strategy_named("percentage")?, settings, beside).map(Serve::Rollout)
}

fn refuse_beside(beside: Beside<'_>, what: &str) -> Result<()> {
    let given = [("--serve", beside.serve), ("--by", beside.by), ("--salt", beside.salt)];
    match given.into_iter().find(|(_, value)| value.is_some()) {
        Some((option, _)) => Err(Failure::new(&change::BAD_ARGUMENT, format!("`{option}` does not go with {what}"))
            .help(format!("leave `{option}` out"))),
        None => Ok(()),
    }
}

fn split(flag: &Flag, parts: &[&str], beside: Beside<'_>) -> Result<Rollout> {
    if flag.value_type == ValueType::Boolean {
        return Err(Failure::new(
            &change::WRONG_TYPE_OF_FLAG,
            format!("`{}` is boolean, and a boolean is not split", flag.key),
        )
        .help("pass a percentage: everyone else gets `false`"));
    }
    let entries = parts.iter().map(|part| {
        let (name, text) = part.split_once('=').ok_or_else(|| {
            Failure::new(&change::BAD_ARGUMENT, format!("`{part}` has no share")).help(format!("write `{part}=50`"))
        })?;
        Ok(Weighted { variant: variant(flag, name)?, weight: share(text)?.into() })
    });
    let settings = vec![("split", Setting::Split(entries.collect::<Result<_>>()?))];
    rollout(flag, strategy_named("split")?, settings, beside)
}

fn strategy_named(name: &str) -> Result<&'static Strategy> {
    strategy::find(name).ok_or_else(|| Failure::new(&change::BAD_ARGUMENT, format!("there is no strategy `{name}`")))
}

/// A strategy with its settings as one text: the value itself (`beta`), or `field=value,field=value`, where a value may
/// have commas too (`stages=1,5,25,stage=1`). Times may be `now`.
///
/// # Errors
/// Fields that are unknown, missing or of another form, and settings that make no sense together.
pub(super) fn strategy_serve(
    flag: &Flag,
    strategy: &'static Strategy,
    text: &str,
    now: Timestamp,
    beside: Beside<'_>,
) -> Result<Serve> {
    if !strategy.ramps && flag.value_type == ValueType::Boolean {
        return split(flag, &[], beside).map(Serve::Rollout);
    }
    let settings = match strategy.form {
        Form::Single(SettingKind::Split) => {
            let parts: Vec<&str> = text.split(',').map(str::trim).collect();
            return split(flag, &parts, beside).map(Serve::Rollout);
        }
        Form::Single(kind) => vec![(strategy.name, setting(kind, text, now)?)],
        Form::Fields(fields) => {
            let mut settings = Vec::new();
            for (name, value) in assignments(text) {
                let Some(field) = fields.iter().find(|field| field.name == name) else {
                    return Err(unknown_field(strategy, &name));
                };
                if settings.iter().any(|(known, _)| *known == field.name) {
                    return Err(Failure::new(&change::BAD_ARGUMENT, format!("`{name}` stands twice")));
                }
                settings.push((field.name, setting(field.kind, &value, now)?));
            }
            settings.sort_by_key(|(name, _)| fields.iter().position(|field| field.name == *name));
            start_counting(fields, &mut settings);
            settings
        }
    };
    rollout(flag, strategy, settings, beside).map(Serve::Rollout)
}

/// A required count, such as the stage of a canary, starts at 1 unless it is given.
fn start_counting(fields: &'static [strategy::Field], settings: &mut Vec<(&'static str, Setting)>) {
    for (position, field) in fields.iter().enumerate() {
        let missing =
            field.required && field.kind == SettingKind::Count && settings.iter().all(|(name, _)| *name != field.name);
        if missing {
            let at = settings
                .iter()
                .position(|(name, _)| fields.iter().position(|other| other.name == *name) > Some(position));
            settings.insert(at.unwrap_or(settings.len()), (field.name, Setting::Count(1)));
        }
    }
}

fn unknown_field(strategy: &Strategy, name: &str) -> Box<Failure> {
    let Form::Fields(fields) = strategy.form else {
        return Failure::new(&change::BAD_ARGUMENT, format!("`{}` has no `{name}`", strategy.name));
    };
    let failure = Failure::new(&change::BAD_ARGUMENT, format!("`{}` has no setting `{name}`", strategy.name));
    let names = fields.iter().map(|field| field.name);
    let failure = match did_you_mean(name, names.clone()) {
        Some(hint) => failure.help(hint),
        None => failure,
    };
    failure.help(format!("its settings are {}", names.collect::<Vec<_>>().join(", ")))
}

/// `a=1,b=2,3` is `a` with `1` and `b` with `2,3`. Words before the first `=` are an assignment without a value.
fn assignments(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match (part.split_once('='), found.last_mut()) {
            (Some((name, value)), _) => found.push((name.trim().to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(part);
            }
            (None, None) => found.push((part.to_owned(), String::new())),
        }
    }
    found
}

fn setting(kind: SettingKind, text: &str, now: Timestamp) -> Result<Setting> {
    let refused = |error: String| Failure::new(&change::BAD_ARGUMENT, error);
    match kind {
        // That it is whole is checked with the other settings.
        SettingKind::Share | SettingKind::WholeShare => share(text).map(Setting::Share),
        SettingKind::Shares => {
            text.split(',').map(|part| share(part.trim())).collect::<Result<Vec<Share>>>().map(Setting::Shares)
        }
        SettingKind::Time if text == "now" => Ok(Setting::Time(now)),
        SettingKind::Time => super::arguments::time(text).map(Setting::Time),
        SettingKind::Length => Seconds::parse(text).map(Setting::Length).map_err(|error| refused(error.to_string())),
        SettingKind::Count => {
            text.parse().map(Setting::Count).map_err(|_| refused(format!("`{text}` is no whole number from 1")))
        }
        SettingKind::Split => Err(refused("a split has no settings of its own".into())),
        SettingKind::Ring => {
            RingName::new(text).map(Setting::Ring).map_err(|error| refused(format!("`{text}` is no ring: {error}")))
        }
    }
}

fn rollout(
    flag: &Flag,
    strategy: &'static Strategy,
    settings: Vec<(&'static str, Setting)>,
    beside: Beside<'_>,
) -> Result<Rollout> {
    let current = beside.current.and_then(Serve::rollout).filter(|_| strategy.bucketed);
    if !strategy.bucketed {
        refuse_beside(Beside { serve: None, ..beside }, &format!("`{}`", strategy.name))?;
    }
    let serve = if strategy.ramps {
        Some(ramped(flag, beside)?)
    } else {
        refuse_beside(Beside { serve: beside.serve, ..Beside::default() }, &format!("`{}`", strategy.name))?;
        None
    };
    let rollout = Rollout {
        strategy: strategy.name,
        settings,
        serve,
        by: by(beside.by, current)?,
        salt: salt(beside.salt, current)?,
        bucketing: current.and_then(|rollout| rollout.bucketing),
    };
    check(flag, &rollout)?;
    Ok(rollout)
}

/// Refuses settings that make no sense together, naming all that is wrong.
///
/// # Errors
/// When there is anything.
pub(super) fn check(flag: &Flag, rollout: &Rollout) -> Result<()> {
    strategy::check(rollout, flag.bucketing.unwrap_or_default()).map_err(|problems| {
        let words: Vec<String> = problems.into_iter().map(|(_, words)| words).collect();
        let example = strategy::find(rollout.strategy).map_or("", |strategy| strategy.example);
        Failure::new(&change::BAD_ARGUMENT, words.join("; ")).help(format!("in a file it looks like `{example}`"))
    })
}

fn by(given: Option<&str>, current: Option<&Rollout>) -> Result<Option<By>> {
    match given {
        // The default is not written.
        Some("targetingKey") => Ok(None),
        Some(path) => super::writing::attribute(path).map(|path| Some(path.into())),
        None => Ok(current.and_then(|rollout| rollout.by.clone())),
    }
}

fn salt(given: Option<&str>, current: Option<&Rollout>) -> Result<Option<String>> {
    match given {
        Some(salt) if salt.is_empty() || salt.contains('/') || salt.chars().any(char::is_control) => {
            Err(Failure::new(&change::BAD_ARGUMENT, format!("`{salt}` can't be a salt: it is text without `/`")))
        }
        Some(salt) => Ok(Some(salt.to_owned())),
        None => Ok(current.and_then(|rollout| rollout.salt.clone())),
    }
}

/// The variant that is rolled out: the one that is named, the one that is rolled out or served already, the only one
/// besides the default; `on` for booleans.
///
/// # Errors
/// When it can't be told, or does not exist.
pub(super) fn ramped(flag: &Flag, beside: Beside<'_>) -> Result<VariantName> {
    let given = beside.serve.map(|text| variant(flag, text)).transpose()?;
    if flag.value_type == ValueType::Boolean {
        let on = VariantName::boolean(true);
        return match given {
            Some(other) if other != on => {
                Err(Failure::new(&change::WRONG_TYPE_OF_FLAG, "a boolean is rolled out to `true`")
                    .help("to turn it round, roll out 100 minus the share"))
            }
            _ => Ok(on),
        };
    }
    let current = match beside.current {
        Some(Serve::Variant(name)) => Some(name).filter(|name| **name != flag.default),
        Some(Serve::Rollout(rollout)) => rollout.serve.as_ref(),
        None => None,
    };
    let mut others = flag.variants.iter().map(|variant| &variant.name).filter(|name| **name != flag.default);
    let only = others.next().filter(|_| others.next().is_none());
    given.or_else(|| current.or(only).cloned()).ok_or_else(|| {
        let names: Vec<&str> = flag.variants.iter().map(|variant| variant.name.as_str()).collect();
        Failure::new(&change::MISSING_OPTION, format!("`{}` has several variants: which one is rolled out?", flag.key))
            .help(format!("pass `--serve` with one of {}", names.join(", ")))
            .help(format!(
                "or a split, such as `{}=50 {}=50`",
                names.first().unwrap_or(&"a"),
                names.last().unwrap_or(&"b")
            ))
    })
}

#[cfg(test)]
mod tests;

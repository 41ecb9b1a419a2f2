//! Small changes of a flag that its cases ought to notice.

use crate::model::{Condition, Environment, Flag, Rollout, Serve, Setting, Share, Test};

/// A flag that is changed in one place.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// Where and how: ``production, rule `beta`: 25% → 12.5%``.
    pub what: String,
    /// The flag.
    pub flag: Flag,
}

/// Operators that are easily mistaken for each other, and take the same operands.
const MISTAKEN: &[(&str, &str)] = &[
    ("equals", "not_equals"),
    ("in", "not_in"),
    ("greater_than", "greater_than_or_equal"),
    ("less_than", "less_than_or_equal"),
    ("starts_with", "ends_with"),
    ("semver_greater_than", "semver_greater_than_or_equal"),
    ("semver_less_than", "semver_less_than_or_equal"),
    ("before", "after"),
];

/// Every mutant of `flag` in the environments that are on: without a requirement, target or rule; with a condition turned
/// round or an operator mistaken for its neighbour; with another variant, share or order of shares.
#[must_use]
pub fn mutants(flag: &Flag) -> Vec<Mutant> {
    if flag.killed.is_some() || flag.archived.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, requirement) in flag.requires.iter().enumerate() {
        let mut changed = flag.clone();
        changed.requires.remove(index);
        found.push(Mutant { what: format!("without the requirement `{}`", requirement.flag), flag: changed });
    }
    for (at, environment) in flag.environments.iter().enumerate() {
        if environment.killed.is_some() || !environment.enabled {
            continue;
        }
        for (what, changed) in of_environment(flag, environment) {
            let mut flag = flag.clone();
            flag.environments[at] = changed;
            found.push(Mutant { what: format!("{}: {what}", environment.name), flag });
        }
    }
    found
}

fn of_environment(flag: &Flag, environment: &Environment) -> Vec<(String, Environment)> {
    let mut found = Vec::new();
    let mut change = |what: String, make: &dyn Fn(&mut Environment)| {
        let mut changed = environment.clone();
        make(&mut changed);
        found.push((what, changed));
    };
    change("disabled".to_owned(), &|it| it.enabled = false);
    if environment.schedule.is_some() {
        change("without its schedule".to_owned(), &|it| it.schedule = None);
    }
    for (index, requirement) in environment.requires.iter().enumerate() {
        change(format!("without the requirement `{}`", requirement.flag), &|it| drop(it.requires.remove(index)));
    }
    for (index, target) in environment.targets.iter().enumerate() {
        change(format!("without the target for {}", target.serve), &|it| drop(it.targets.remove(index)));
    }
    for (index, rule) in environment.rules.iter().enumerate() {
        let label = rule.label(index);
        change(format!("without rule `{label}`"), &|it| drop(it.rules.remove(index)));
        for (at, condition) in rule.when.iter().enumerate() {
            for (what, other) in of_condition(condition) {
                change(format!("rule `{label}`: {what}"), &|it| it.rules[index].when[at] = other.clone());
            }
        }
        for (what, serve) in of_serve(flag, &rule.serve) {
            change(format!("rule `{label}`: {what}"), &|it| it.rules[index].serve = serve.clone());
        }
    }
    for (what, serve) in of_serve(flag, &environment.serve) {
        change(format!("everyone else: {what}"), &|it| it.serve = serve.clone());
    }
    found
}

/// The condition turned round, and with an operator mistaken; of alternatives, each left out.
fn of_condition(condition: &Condition) -> Vec<(String, Condition)> {
    let turned = match condition {
        Condition::Not(inner) => (**inner).clone(),
        other => Condition::Not(Box::new(other.clone())),
    };
    let mut found = vec![(format!("not ({condition})"), turned)];
    match condition {
        Condition::Test(test) => {
            let pairs = MISTAKEN.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
            for (_, operator) in pairs.filter(|(from, _)| *from == test.operator) {
                let other = Condition::Test(Test { operator, ..test.clone() });
                // That is the condition turned round once more.
                if !operator.starts_with("not_") && !test.operator.starts_with("not_") {
                    found.push((other.to_string(), other));
                }
            }
        }
        Condition::Any(inner) if inner.len() > 1 => {
            for index in 0..inner.len() {
                let mut fewer = inner.clone();
                let gone = fewer.remove(index);
                found.push((format!("without the alternative {gone}"), Condition::Any(fewer)));
            }
        }
        Condition::Percentage { share, by, salt, bucketing } => {
            for other in other_shares(*share) {
                let condition =
                    Condition::Percentage { share: other, by: by.clone(), salt: salt.clone(), bucketing: *bucketing };
                found.push((format!("{share}% → {other}%"), condition));
            }
        }
        _ => {}
    }
    found
}

/// Other variants, shares and orders of shares.
fn of_serve(flag: &Flag, serve: &Serve) -> Vec<(String, Serve)> {
    match serve {
        Serve::Variant(variant) => {
            let other = flag.variants.iter().map(|other| &other.name).find(|other| *other != variant);
            other.map(|other| (format!("{variant} → {other}"), Serve::Variant(other.clone()))).into_iter().collect()
        }
        Serve::Rollout(rollout) => {
            let mut found = Vec::new();
            for (index, (_, setting)) in rollout.settings.iter().enumerate() {
                for (what, other) in of_setting(setting) {
                    let mut changed: Rollout = rollout.clone();
                    changed.settings[index].1 = other;
                    found.push((what, Serve::Rollout(changed)));
                }
            }
            // Growing shares and rings: at least that they are there.
            if found.is_empty() {
                let outside = flag.outside();
                found.push((format!("{} → {outside} for everyone", rollout.strategy), Serve::Variant(outside)));
            }
            found
        }
    }
}

fn of_setting(setting: &Setting) -> Vec<(String, Setting)> {
    match setting {
        Setting::Share(share) => {
            other_shares(*share).map(|other| (format!("{share}% → {other}%"), Setting::Share(other))).collect()
        }
        Setting::Split(parts) => {
            let swapped = |at: usize| {
                let mut other = parts.clone();
                (other[at].variant, other[at + 1].variant) = (parts[at + 1].variant.clone(), parts[at].variant.clone());
                let what = format!("{} and {} change places", parts[at].variant, parts[at + 1].variant);
                (what, Setting::Split(other))
            };
            (0..parts.len().saturating_sub(1))
                .filter(|at| parts[*at].variant != parts[at + 1].variant)
                .map(swapped)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Half as many, and half of the others too.
fn other_shares(share: Share) -> impl Iterator<Item = Share> {
    let steps = share.steps();
    let more = steps + (Share::FULL.steps() - steps) / 2;
    [steps / 2, more].into_iter().filter(move |other| *other != steps).filter_map(Share::from_steps)
}

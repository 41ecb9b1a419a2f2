//! Which ways through a flag its cases take.

use crate::evaluate::{Cause, Decision, Reason, Why};
use crate::model::{Environment, EnvironmentName, Flag, FlagKey, Schedule, Serve, Setting, Share, VariantName, Weight};
use std::collections::BTreeSet;
use std::fmt;

/// A way through a flag: what decides, and for what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Branch {
    /// The flag is off: disabled, killed, archived or outside its schedule.
    Off,
    /// A required flag does not serve what it has to.
    Unmet(FlagKey),
    /// A target with this variant.
    Target(VariantName),
    /// The rule with this label serves this variant.
    Rule(String, VariantName),
    /// Everyone else gets this variant.
    Else(VariantName),
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Unmet(key) => write!(f, "requirement `{key}` does not hold"),
            Self::Target(variant) => write!(f, "target for {variant}"),
            Self::Rule(label, variant) => write!(f, "rule `{label}` serves {variant}"),
            Self::Else(variant) => write!(f, "everyone else gets {variant}"),
        }
    }
}

/// A branch of one environment; `None` for one that counts wherever it is taken.
pub type Placed = (Option<EnvironmentName>, Branch);

/// All branches of `flag`, in the order in which they are looked at. An environment that is off at any time has one.
#[must_use]
pub fn branches(flag: &Flag) -> Vec<Placed> {
    // Most flags that others require are on for good in some environment: what they all require fails in one of them.
    let required = flag.requires.iter().map(|requirement| (None, Branch::Unmet(requirement.flag.clone())));
    let mut found: Vec<Placed> = required.collect();
    for environment in &flag.environments {
        let mut known = BTreeSet::new();
        for branch in of_environment(flag, environment) {
            if known.insert(branch.clone()) {
                found.push((Some(environment.name.clone()), branch));
            }
        }
    }
    found
}

fn of_environment(flag: &Flag, environment: &Environment) -> Vec<Branch> {
    let put_away = flag.killed.is_some() || flag.archived.is_some();
    if put_away || environment.killed.is_some() || !environment.enabled {
        return vec![Branch::Off];
    }
    let mut branches = Vec::new();
    branches.extend(environment.schedule.map(|Schedule { .. }| Branch::Off));
    let required = environment.requires.iter();
    branches.extend(required.map(|requirement| Branch::Unmet(requirement.flag.clone())));
    branches.extend(environment.targets.iter().map(|target| Branch::Target(target.serve.clone())));
    for (rule, serve) in environment.serves() {
        let label = rule.and_then(|index| environment.rules.get(index).map(|rule| rule.label(index)));
        for variant in variants(flag, serve) {
            branches.push(match &label {
                Some(label) => Branch::Rule(label.clone(), variant),
                None => Branch::Else(variant),
            });
        }
    }
    branches
}

/// What `serve` can choose at one time or another.
fn variants(flag: &Flag, serve: &Serve) -> Vec<VariantName> {
    let rollout = match serve {
        Serve::Variant(variant) => return vec![variant.clone()],
        Serve::Rollout(rollout) => rollout,
    };
    let mut chosen = Vec::new();
    for (_, setting) in &rollout.settings {
        if let Setting::Split(parts) = setting {
            let filled = parts.iter().filter(|part| part.weight > Weight::ZERO);
            chosen.extend(filled.map(|part| part.variant.clone()));
            return chosen;
        }
    }
    let fixed = match rollout.settings[..] {
        [("percentage", Setting::Share(share))] => Some(share),
        _ => None,
    };
    if fixed != Some(Share::ZERO) {
        chosen.push(rollout.serve.clone().unwrap_or_else(|| VariantName::boolean(true)));
    }
    if fixed != Some(Share::FULL) {
        chosen.push(flag.outside());
    }
    chosen
}

/// Whether `branch` is among those that were taken.
#[must_use]
pub fn is_taken(branch: &Placed, taken: &BTreeSet<(EnvironmentName, Branch)>) -> bool {
    taken.iter().any(|(environment, other)| {
        *other == branch.1 && branch.0.as_ref().is_none_or(|expected| expected == environment)
    })
}

/// The branch that was taken; `None` when there was an error, or a unit was missing.
#[must_use]
pub fn taken(decision: &Decision<'_>) -> Option<Branch> {
    if decision.reason == Reason::Disabled {
        return Some(Branch::Off);
    }
    let variant = VariantName::new(decision.variant?).ok()?;
    match (decision.reason, decision.cause, decision.rule) {
        (Reason::Error, ..) | (_, Some(Cause::Itself(Why::NoUnit(_))), _) => None,
        (_, Some(Cause::Requirement(unmet)), _) => Some(Branch::Unmet(unmet.requirement.flag.clone())),
        (_, _, Some(rule)) => Some(Branch::Rule(rule.to_owned(), variant)),
        (Reason::TargetingMatch, ..) => Some(Branch::Target(variant)),
        _ => Some(Branch::Else(variant)),
    }
}

//! For whom the answers of a flag change in an environment.

use super::align::{Alignment, align};
use super::shares::{Shares, shares};
use super::spread::Context;
use super::{targets, words};
use crate::model::{Environment, EnvironmentName, Flag, Requirement, Rule, Serve, Target, Timestamp, VariantName};

/// What changes for a part of all users in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Impact {
    /// The environment.
    pub environment: EnvironmentName,
    /// Which part.
    pub scope: Scope,
    /// What changes for them.
    pub outcome: Outcome,
    /// Whether the flag has requirements there, so that shares are of those for whom these hold.
    pub required: bool,
}

/// A part of all users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them: no rule stands before the serve of the environment.
    Everyone,
    /// Those whom no rule matches.
    EveryoneElse,
    /// Those whom the rule of this label matches.
    Rule(String),
    /// The units that targets name.
    Targets,
    /// Whom, can't be told from the flag alone.
    Unknown,
}

/// What changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Shares, from the arithmetic of buckets.
    Shares(Shares),
    /// What can only be said in words.
    Words(String),
}

/// Both versions of a flag at one moment.
struct Both<'a> {
    before: Context<'a>,
    after: Context<'a>,
    environment: &'a EnvironmentName,
    now: Timestamp,
}

/// What changes for whom in `environment` at `now`; `None` where the flag does not exist. Empty when nothing changes.
///
/// What a change of conditions does depends on who the users are, and a changed segment or requirement lies outside the
/// flag: that is said in words, without false precision.
#[must_use]
pub fn impact(
    before: Option<Context<'_>>,
    after: Option<Context<'_>>,
    environment: &EnvironmentName,
    now: Timestamp,
) -> Vec<Impact> {
    let words = |text: String| in_words(environment, Some(text));
    match (before, after) {
        (None, None) => Vec::new(),
        (None, Some(after)) => words(format!("the flag is new and {}", state(after, environment, now))),
        (Some(_), None) => words("the flag is gone, clients fall back to the default in their code".to_owned()),
        (Some(before), Some(after)) => match renamed_variant(before.flag, after.flag) {
            None => Both { before, after, environment, now }.impacts(),
            Some((old, new)) => {
                let flag = before.flag.with_variant_renamed(old, new);
                let mut found = Both { before: Context { flag: &flag, ..before }, after, environment, now }.impacts();
                if found.is_empty() && before.flag.environment(environment.as_str()).is_some() {
                    found = words(format!("nobody's value changes: the variant `{old}` is called `{new}`"));
                }
                found
            }
        },
    }
}

/// What changes where the file of a flag did not read before, and does now.
#[must_use]
pub fn mended(after: Option<Context<'_>>, environment: &EnvironmentName, now: Timestamp) -> Vec<Impact> {
    let text = |after| format!("the flag can be read again and {}", state(after, environment, now));
    in_words(environment, after.map(text))
}

/// What changes where the file of a flag does not read any more.
#[must_use]
pub fn broken(environment: &EnvironmentName) -> Vec<Impact> {
    in_words(environment, Some("the flag cannot be read any more, which is an error for clients".to_owned()))
}

fn in_words(environment: &EnvironmentName, text: Option<String>) -> Vec<Impact> {
    let (scope, required) = (Scope::Everyone, false);
    let impact = |text| Impact { environment: environment.clone(), scope, outcome: Outcome::Words(text), required };
    text.map(impact).into_iter().collect()
}

/// The one variant that has another name and the same value.
fn renamed_variant<'a>(before: &'a Flag, after: &'a Flag) -> Option<(&'a VariantName, &'a VariantName)> {
    let only = |these: &'a Flag, those: &Flag| {
        let mut alone = these.variants.iter().filter(|variant| those.variant(variant.name.as_str()).is_none());
        alone.next().filter(|_| alone.next().is_none())
    };
    let (old, new) = (only(before, after)?, only(after, before)?);
    (old.value == new.value).then_some((&old.name, &new.name))
}

fn state(context: Context<'_>, environment: &EnvironmentName, now: Timestamp) -> String {
    match live(context.flag, environment, now) {
        Ok(live) if live.rules.is_empty() => format!("serves {}", words::serve(&live.serve)),
        Ok(live) => format!("serves {} to those no rule matches", words::serve(&live.serve)),
        Err(why) => format!("serves {}, because it is {why}", context.flag.default),
    }
}

/// The environment when the flag decides there; else why it serves its default.
fn live<'a>(flag: &'a Flag, name: &EnvironmentName, now: Timestamp) -> Result<&'a Environment, &'static str> {
    let environment = flag.environment(name.as_str()).ok_or("off")?;
    if flag.archived.is_some() {
        Err("archived")
    } else if flag.killed.is_some() || environment.killed.is_some() {
        Err("killed")
    } else if !environment.enabled {
        Err("off")
    } else if environment.schedule.is_some_and(|schedule| !schedule.contains(now)) {
        Err("out of its schedule")
    } else {
        Ok(environment)
    }
}

impl<'a> Both<'a> {
    fn impacts(&self) -> Vec<Impact> {
        let (old, new) = (self.before.flag, self.after.flag);
        let (old_live, new_live) = (live(old, self.environment, self.now), live(new, self.environment, self.now));
        let mut found = match (old_live, new_live) {
            (Err(_), Err(_)) => self.serves(Scope::Everyone, &fixed(&old.default), &fixed(&new.default)),
            (Err(_), Ok(new)) => self.switched(new, &fixed(&self.before.flag.default), true),
            (Ok(old), Err(_)) => self.switched(old, &fixed(&self.after.flag.default), false),
            (Ok(old), Ok(new)) => self.both_live(old, new),
        };
        if old_live.is_ok() || new_live.is_ok() {
            found.extend(self.requirements());
        }
        found.extend(self.values());
        if let (Err(was), Err(is), true) = (old_live, new_live, found.is_empty() && self.differs()) {
            let state = if was == is { format!("it stays {is}") } else { format!("it was {was} and is {is}") };
            found.push(self.words(Scope::Everyone, format!("nobody's answer changes now: {state}")));
        }
        found
    }

    /// Whether anything of the environment, or of what its answers are made from, differs at all.
    fn differs(&self) -> bool {
        let (old, new) = (self.before.flag, self.after.flag);
        let name = self.environment.as_str();
        old.environment(name) != new.environment(name)
    }

    fn words(&self, scope: Scope, text: String) -> Impact {
        let outcome = Outcome::Words(text);
        Impact { environment: self.environment.clone(), scope, outcome, required: false }
    }

    /// Two serves for the same people; nothing when both mean the same for everyone.
    fn serves(&self, scope: Scope, before: &Serve, after: &Serve) -> Vec<Impact> {
        match shares((self.before, before), (self.after, after), self.now) {
            Some(shares) if shares.is_nobody() => Vec::new(),
            Some(shares) => {
                let outcome = Outcome::Shares(shares);
                let required = [self.before, self.after].iter().any(|it| self.required_by(it.flag).next().is_some());
                vec![Impact { environment: self.environment.clone(), scope, outcome, required }]
            }
            None if before == after => Vec::new(),
            None => {
                let text = format!("{} becomes {}", words::serve(before), words::serve(after));
                vec![self.words(scope, text)]
            }
        }
    }

    /// One of the versions decides in the environment, the other serves its default.
    fn switched(&self, live: &'a Environment, off: &Serve, starts: bool) -> Vec<Impact> {
        let pair = |scope, serve: &Serve| {
            if starts { self.serves(scope, off, serve) } else { self.serves(scope, serve, off) }
        };
        // A target that gets the default anyway gets it on both sides.
        let same = |target: &&Target| *off == Serve::Variant(target.serve.clone());
        let moving: Vec<Target> = live.targets.iter().filter(|target| !same(target)).cloned().collect();
        let targeted = if starts { targets::groups(&[], &moving) } else { targets::groups(&moving, &[]) };
        let mut found = self.targets(targeted);
        for (index, rule) in live.rules.iter().enumerate() {
            found.extend(pair(Scope::Rule(rule.label(index)), &rule.serve));
        }
        found.extend(pair(rest(live, live), &live.serve));
        found
    }

    fn both_live(&self, old: &'a Environment, new: &'a Environment) -> Vec<Impact> {
        let mut found = self.targets(targets::groups(&old.targets, &new.targets));
        let Alignment { pairs, removed, added, moved, swapped } = align(&old.rules, &new.rules);
        for (position, &(from, to)) in pairs.iter().enumerate() {
            let (Some(was), Some(is)) = (old.rules.get(from), new.rules.get(to)) else { continue };
            let label = is.label(to);
            found.extend(self.serves(Scope::Rule(label.clone()), &was.serve, &is.serve));
            if was.when != is.when {
                let text = format!("rule `{label}` is for others now; how many, depends on who they are");
                found.push(self.words(Scope::Unknown, text));
            }
            if moved.contains(&to) {
                let text = format!(
                    "rule `{label}` is asked at another place, which matters to those whom several rules match"
                );
                found.push(self.words(Scope::Unknown, text));
            }
            if let Some(&(_, second)) = pairs.get(position + 1).filter(|_| swapped.contains(&position)) {
                let second = new.rules[second].label(second);
                let text = format!("rule `{label}` is asked before `{second}`, which matters to those whom both match");
                found.push(self.words(Scope::Unknown, text));
            }
        }
        let (none_added, none_removed) = (added.is_empty(), removed.is_empty());
        for index in added {
            // The last rule takes from those whom no rule matched before.
            let last = none_removed && index + 1 == new.rules.len() && index == old.rules.len();
            found.extend(self.one_sided(new.rules.get(index), index, last.then_some(&old.serve), true));
        }
        for index in removed {
            let last = none_added && index + 1 == old.rules.len() && index == new.rules.len();
            found.extend(self.one_sided(old.rules.get(index), index, last.then_some(&new.serve), false));
        }
        found.extend(self.serves(rest(old, new), &old.serve, &new.serve));
        found
    }

    /// A rule that is on one side only; `other` is what those whom it matches get on the other side, when that is known.
    fn one_sided(&self, rule: Option<&Rule>, index: usize, other: Option<&Serve>, added: bool) -> Vec<Impact> {
        let Some(rule) = rule else { return Vec::new() };
        let scope = Scope::Rule(rule.label(index));
        let served = words::serve(&rule.serve);
        match (other, added) {
            (Some(other), true) => self.serves(scope, other, &rule.serve),
            (Some(other), false) => self.serves(scope, &rule.serve, other),
            (None, true) => vec![self.words(scope, format!("get {served}, whatever they got before"))],
            (None, false) => vec![self.words(scope, format!("no longer get {served}, later rules decide"))],
        }
    }

    fn targets(&self, groups: targets::Groups<'_>) -> Vec<Impact> {
        let one = |((was, is), units): ((Option<&VariantName>, Option<&VariantName>), Vec<&crate::model::Unit>)| {
            let verb = if units.len() == 1 { "gets" } else { "get" };
            let units = words::units(units);
            let text = match (was, is) {
                (Some(was), Some(is)) => format!("{units} {verb} {is} instead of {was}"),
                (None, Some(is)) => format!("{units} {verb} {is}"),
                (Some(was), None) => format!("{units} no longer {verb} {was} as a target"),
                (None, None) => return None,
            };
            Some(self.words(Scope::Targets, text))
        };
        groups.into_iter().filter_map(one).collect()
    }

    /// What has to hold for a flag in the environment.
    fn required_by<'f>(&self, flag: &'f Flag) -> impl Iterator<Item = &'f Requirement> {
        let name = self.environment;
        flag.requirements().filter(move |(it, _)| it.is_none_or(|it| it == name)).map(|(_, it)| it)
    }

    fn requirements(&self) -> Vec<Impact> {
        let needed = |flag: &'a Flag| -> Vec<String> {
            self.required_by(flag).map(|it| format!("`{}` serves {}", it.flag, it.serves)).collect()
        };
        let (old, new) = (needed(self.before.flag), needed(self.after.flag));
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|it| !those.contains(it)).cloned().collect()
        };
        let (came, went) = (only(&new, &old), only(&old, &new));
        let default = &self.after.flag.default;
        let came =
            (!came.is_empty()).then(|| format!("only those for whom {}; all others get {default}", came.join(" and ")));
        let went = (!went.is_empty()).then(|| format!("no longer only those for whom {}", went.join(" and ")));
        came.into_iter().chain(went).map(|text| self.words(Scope::Unknown, text)).collect()
    }

    /// Whether anybody can get the variant in the environment, before or after.
    fn can_get(&self, name: &VariantName) -> bool {
        [self.before.flag, self.after.flag].into_iter().any(|flag| {
            let Ok(live) = live(flag, self.environment, self.now) else { return flag.default == *name };
            let serves = live.serves().any(|(_, serve)| match serve {
                Serve::Variant(variant) => variant == name,
                Serve::Rollout(rollout) => rollout.variants().any(|variant| variant == name) || flag.default == *name,
            });
            serves
                || live.targets.iter().any(|target| target.serve == *name)
                || (flag.default == *name && self.required_by(flag).next().is_some())
        })
    }

    /// A variant that keeps its name and gets another value changes the answers of all who get it.
    fn values(&self) -> Vec<Impact> {
        let old = |name: &VariantName| self.before.flag.variant(name.as_str());
        let changed = self.after.flag.variants.iter().filter_map(|new| Some((old(&new.name)?, new)));
        let changed = changed.filter(|(old, new)| old.value != new.value && self.can_get(&new.name));
        let text = |value: &crate::model::Value| words::short(&value.to_string());
        changed
            .map(|(old, new)| {
                let text =
                    format!("those who get {} see {} instead of {}", new.name, text(&new.value), text(&old.value));
                self.words(Scope::Unknown, text)
            })
            .collect()
    }
}

fn fixed(variant: &VariantName) -> Serve {
    Serve::Variant(variant.clone())
}

/// Whom the serve of the environment is for.
fn rest(old: &Environment, new: &Environment) -> Scope {
    if old.rules.is_empty() && new.rules.is_empty() { Scope::Everyone } else { Scope::EveryoneElse }
}

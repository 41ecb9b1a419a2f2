//! A flag.

use super::{
    Archived, Bucketing, Condition, EnvironmentName, FlagKey, Kill, Kind, Lifetime, RuleId, Serve, Timestamp, Unit,
    Value, ValueType, VariantName,
};
use std::collections::BTreeMap;

/// A flag: what it serves to whom in each environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    /// Its key: the stem of its file.
    pub key: FlagKey,
    /// A name for people.
    pub name: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// The type of its values.
    pub value_type: ValueType,
    /// What it is for.
    pub kind: Option<Kind>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// How long it is meant to live.
    pub lifetime: Lifetime,
    /// Named references to elsewhere, such as `ticket`.
    pub links: BTreeMap<String, String>,
    /// The salt of its buckets; its key when absent.
    pub salt: Option<String>,
    /// The algorithm of its buckets; the project's when absent.
    pub bucketing: Option<Bucketing>,
    /// What it can serve, in file order; for booleans `on` and `off`.
    pub variants: Vec<Variant>,
    /// The safe variant.
    pub default: VariantName,
    /// What must hold in every environment.
    pub requires: Vec<Requirement>,
    /// Switched to `default` everywhere.
    pub killed: Option<Kill>,
    /// Put away: evaluates like killed and is hidden from lists.
    pub archived: Option<Archived>,
    /// Anything a team wants to keep with the flag.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// Its environments, in file order.
    pub environments: Vec<Environment>,
}

/// A value with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its name.
    pub name: VariantName,
    /// What is served.
    pub value: Value,
    /// What it stands for.
    pub description: Option<String>,
}

/// What a flag does in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Which environment.
    pub name: EnvironmentName,
    /// Whether it is on there; `false` when the file does not say.
    pub enabled: bool,
    /// When it is on.
    pub schedule: Option<Schedule>,
    /// What must hold here.
    pub requires: Vec<Requirement>,
    /// Switched to `default` here.
    pub killed: Option<Kill>,
    /// Units that get a fixed variant; the first match wins.
    pub targets: Vec<Target>,
    /// The first rule that matches decides.
    pub rules: Vec<Rule>,
    /// Everyone else.
    pub serve: Serve,
}

/// A half-open window `[from, until)`; at least one end is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// On from this moment.
    pub from: Option<Timestamp>,
    /// Off from this moment.
    pub until: Option<Timestamp>,
}

/// Another flag that has to serve a certain variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The other flag.
    pub flag: FlagKey,
    /// The variant that it has to serve.
    pub serves: VariantName,
    /// Whether that is written `true` or `false`: the other flag has to be boolean. A flag of another type may have
    /// variants that are called `on` and `off`, too.
    pub boolean: bool,
}

impl Requirement {
    /// The variant as it is written.
    #[must_use]
    pub fn shown(&self) -> &str {
        match (self.boolean, self.serves.as_str()) {
            (true, "on") => "true",
            (true, "off") => "false",
            (_, name) => name,
        }
    }
}

/// Units and the variant that they get.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The variant.
    pub serve: VariantName,
    /// The units, by `targetingKey`.
    pub units: Vec<Unit>,
}

/// Conditions, all of which must match, and what is served then.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its id; rules without one are named by their position, `#1` being the first.
    pub id: Option<RuleId>,
    /// What it is for.
    pub description: Option<String>,
    /// All must match; empty when the file has no `when`, which matches everyone.
    pub when: Vec<Condition>,
    /// What is served.
    pub serve: Serve,
}

impl Flag {
    /// The environment of that name.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }

    /// The variant of that name.
    #[must_use]
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == *name)
    }

    /// The same flag, whose variant `old` is called `new`: nobody is served another value.
    #[must_use]
    pub fn with_variant_renamed(&self, old: &VariantName, new: &VariantName) -> Self {
        let mut flag = self.clone();
        let follow = |name: &mut VariantName| {
            if name == old {
                *name = new.clone();
            }
        };
        follow(&mut flag.default);
        for variant in &mut flag.variants {
            follow(&mut variant.name);
        }
        for environment in &mut flag.environments {
            for target in &mut environment.targets {
                follow(&mut target.serve);
            }
            let rules = environment.rules.iter_mut().map(|rule| &mut rule.serve);
            for serve in rules.chain([&mut environment.serve]) {
                match serve {
                    Serve::Variant(variant) => follow(variant),
                    Serve::Rollout(rollout) => rollout.variants_mut().into_iter().for_each(follow),
                }
            }
        }
        flag
    }

    /// The salt of its buckets.
    #[must_use]
    pub fn effective_salt(&self) -> &str {
        self.salt.as_deref().unwrap_or(self.key.as_str())
    }

    /// What those get who are outside the share of a strategy: `off` for booleans, the default for others.
    #[must_use]
    pub fn outside(&self) -> VariantName {
        if self.value_type == ValueType::Boolean { VariantName::boolean(false) } else { self.default.clone() }
    }

    /// The two built-in variants of a boolean flag.
    #[must_use]
    pub fn boolean_variants() -> Vec<Variant> {
        [true, false]
            .map(|value| Variant { name: VariantName::boolean(value), value: Value::Boolean(value), description: None })
            .into()
    }

    /// All requirements, of the flag and of its environments, with the environment where there is one.
    pub fn requirements(&self) -> impl Iterator<Item = (Option<&EnvironmentName>, &Requirement)> {
        let own = self.requires.iter().map(|requirement| (None, requirement));
        own.chain(self.environments.iter().flat_map(|environment| {
            environment.requires.iter().map(move |requirement| (Some(&environment.name), requirement))
        }))
    }
}

impl Environment {
    /// Every serve with the 0-based index of its rule; the last, without one, is for everyone else.
    pub fn serves(&self) -> impl Iterator<Item = (Option<usize>, &Serve)> {
        let rules = self.rules.iter().enumerate().map(|(index, rule)| (Some(index), &rule.serve));
        rules.chain(std::iter::once((None, &self.serve)))
    }
}

impl Rule {
    /// Its id, or its position counted from 1: `#1`.
    #[must_use]
    pub fn label(&self, index: usize) -> String {
        self.id.as_ref().map_or_else(|| format!("#{}", index + 1), ToString::to_string)
    }
}

impl Schedule {
    /// Whether `now` is inside.
    #[must_use]
    pub fn contains(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// `from 2026-12-01T09:00:00Z until 2026-12-02T00:00:00Z`
impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.from, self.until) {
            (Some(from), Some(until)) => write!(f, "from {from} until {until}"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(until)) => write!(f, "until {until}"),
            (None, None) => f.write_str("always"),
        }
    }
}

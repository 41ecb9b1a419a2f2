//! The table of strategies. Decoder, schema, documentation, completion and tests iterate it.

mod canary;
mod gradual;
mod linear;
mod percentage;
mod plan;
mod ring;
mod split;

pub(crate) use plan::{Chances, Plan};
pub(crate) use ring::SALT as RING_SALT;

use crate::model::{Bucketing, Rollout, Seconds, Setting, Share, Timestamp};

/// A strategy: how a serve chooses a variant.
#[derive(Debug)]
pub struct Strategy {
    /// Its key in files.
    pub name: &'static str,
    /// What stands behind the key.
    pub form: Form,
    /// Whether it ramps one variant, which other types than boolean name by an inner `serve`. A split does not.
    pub ramps: bool,
    /// Whether `by`, `salt` and `bucketing` may stand beside it.
    pub bucketed: bool,
    /// One line for people.
    pub doc: &'static str,
    /// An example of the whole serve, as YAML in flow style.
    pub example: &'static str,
    /// Makes sense of the settings.
    prepare: fn(&Rollout, Bucketing) -> Result<Plan, Problems>,
}

/// Settings with what is wrong with them.
type Problems = Vec<(&'static str, String)>;

/// How a strategy is written.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// With a single value: `percentage: 25`. The model has one setting of the strategy's own name.
    Single(SettingKind),
    /// With a mapping: `gradual: {from: …, step: …}`.
    Fields(&'static [Field]),
}

/// A field of a strategy that is written with a mapping.
#[derive(Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What stands behind the key.
    pub kind: SettingKind,
    /// Whether it has to be there. The model has no setting for an optional field that is absent.
    pub required: bool,
    /// One line for people, with the default where there is one.
    pub doc: &'static str,
}

/// What a setting is; each has its counterpart in [`crate::model::Setting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// A percentage with up to three decimals.
    Share,
    /// A percentage without decimals.
    WholeShare,
    /// A list of at least one percentage.
    Shares,
    /// A point in time.
    Time,
    /// A length of time.
    Length,
    /// A whole number from 1.
    Count,
    /// A list of variants with weights: percentages that sum to 100 under a native algorithm.
    Split,
    /// The name of a ring.
    Ring,
}

const fn field(name: &'static str, kind: SettingKind, required: bool, doc: &'static str) -> Field {
    Field { name, kind, required, doc }
}

/// Every strategy.
pub static STRATEGIES: &[Strategy] = &[
    Strategy {
        name: "percentage",
        form: Form::Single(SettingKind::Share),
        ramps: true,
        bucketed: true,
        doc: "a fixed share of units",
        example: "{percentage: 25}",
        prepare: percentage::prepare,
    },
    Strategy {
        name: "split",
        form: Form::Single(SettingKind::Split),
        ramps: false,
        bucketed: true,
        doc: "variants side by side; the order is part of the meaning, and a variant may stand twice",
        example: "{split: [control: 50, treatment: 50]}",
        prepare: split::prepare,
    },
    Strategy {
        name: "gradual",
        form: Form::Fields(&[
            field("from", SettingKind::Time, true, "nobody before this moment"),
            field("start", SettingKind::Share, false, "the share at that moment; 0 when absent"),
            field("step", SettingKind::Share, true, "what every step adds"),
            field("every", SettingKind::Length, true, "how long a step lasts"),
            field("max", SettingKind::Share, false, "where it ends; 100 when absent"),
        ]),
        ramps: true,
        bucketed: true,
        doc: "a share that grows in steps",
        example: "{gradual: {from: 2026-12-01T09:00:00Z, start: 5, step: 10, every: 1d, max: 100}}",
        prepare: gradual::prepare,
    },
    Strategy {
        name: "linear",
        form: Form::Fields(&[
            field("from", SettingKind::Time, true, "the growth starts here"),
            field("until", SettingKind::Time, true, "and ends here, at most 248 days later"),
            field("start", SettingKind::WholeShare, false, "the share until `from`; 0 when absent"),
            field("end", SettingKind::WholeShare, false, "the share from `until`; 100 when absent"),
        ]),
        ramps: true,
        bucketed: true,
        doc: "a share that grows evenly",
        example: "{linear: {from: 2026-12-01T09:00:00Z, until: 2026-12-08T09:00:00Z, start: 0, end: 100}}",
        prepare: linear::prepare,
    },
    Strategy {
        name: "canary",
        form: Form::Fields(&[
            field("stages", SettingKind::Shares, true, "the shares, one stage after the other"),
            field("stage", SettingKind::Count, true, "the current stage, counted from 1"),
            field(
                "soak",
                SettingKind::Length,
                false,
                "the least time between stages; policy checks it, evaluation does not",
            ),
        ]),
        ramps: true,
        bucketed: true,
        doc: "a share that people raise stage by stage",
        example: "{canary: {stages: [1, 5, 25, 50, 100], stage: 2, soak: 1h}}",
        prepare: canary::prepare,
    },
    Strategy {
        name: "ring",
        form: Form::Single(SettingKind::Ring),
        ramps: true,
        bucketed: false,
        doc: "everyone in the rings up to and including this one",
        example: "{ring: beta}",
        prepare: ring::prepare,
    },
];

/// The strategy of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Strategy> {
    STRATEGIES.iter().find(|strategy| strategy.name == name)
}

/// Whether the settings of `rollout`, each of the form that the table asks for, also make sense together under the
/// algorithm `inherited`, unless it names one itself.
///
/// # Errors
/// Pairs of the setting that is wrong and what is wrong with it, as one sentence without a full stop.
pub fn check(rollout: &Rollout, inherited: Bucketing) -> Result<(), Vec<(&'static str, String)>> {
    prepare(rollout, rollout.bucketing.unwrap_or(inherited)).map(|_| ())
}

/// The share of units that `rollout` reaches at `now`, rounded down to 0.001 %; `None` for a split, a ring, and
/// settings that make no sense.
#[must_use]
pub fn share_at(rollout: &Rollout, now: Timestamp) -> Option<Share> {
    prepare(rollout, Bucketing::default()).ok()?.share_at(now)
}

/// Whether what `rollout` serves to a unit can change without a change of the file.
#[must_use]
pub fn depends_on_time(rollout: &Rollout) -> bool {
    prepare(rollout, Bucketing::default()).is_ok_and(|plan| plan.depends_on_time())
}

/// Makes sense of the settings of `rollout` under `bucketing`.
pub(crate) fn prepare(rollout: &Rollout, bucketing: Bucketing) -> Result<Plan, Problems> {
    match find(rollout.strategy) {
        Some(strategy) => (strategy.prepare)(rollout, bucketing),
        None => Err(vec![(rollout.strategy, format!("there is no strategy `{}`", rollout.strategy))]),
    }
}

/// Reads settings and gathers what is wrong with them.
struct Reader<'r> {
    rollout: &'r Rollout,
    problems: Problems,
}

impl<'r> Reader<'r> {
    const fn new(rollout: &'r Rollout) -> Self {
        Self { rollout, problems: Vec::new() }
    }

    fn problem(&mut self, name: &'static str, problem: impl Into<String>) {
        self.problems.push((name, problem.into()));
    }

    /// The setting, where it is there in the form that `read` knows; `None` is a problem unless there is a `default`.
    fn get<T>(
        &mut self,
        name: &'static str,
        default: Option<T>,
        read: impl FnOnce(&'r Setting) -> Option<T>,
    ) -> Option<T> {
        let found = self.rollout.setting(name);
        match (found, default) {
            (None, Some(default)) => Some(default),
            (None, None) => {
                self.problem(name, format!("`{name}` is missing"));
                None
            }
            (Some(setting), _) => {
                let value = read(setting);
                if value.is_none() {
                    self.problem(
                        name,
                        format!("`{name}` does not have the form that `{}` takes", self.rollout.strategy),
                    );
                }
                value
            }
        }
    }

    fn share(&mut self, name: &'static str, default: Option<Share>) -> Option<Share> {
        self.get(name, default, |setting| if let Setting::Share(share) = setting { Some(*share) } else { None })
    }

    fn time(&mut self, name: &'static str) -> Option<Timestamp> {
        self.get(name, None, |setting| if let Setting::Time(time) = setting { Some(*time) } else { None })
    }

    fn length(&mut self, name: &'static str) -> Option<Seconds> {
        self.get(name, None, |setting| if let Setting::Length(length) = setting { Some(*length) } else { None })
    }

    /// The plan, when nothing was wrong. Without a plan there is a problem.
    fn finish(self, plan: Option<Plan>) -> Result<Plan, Problems> {
        match plan {
            Some(plan) if self.problems.is_empty() => Ok(plan),
            _ => Err(self.problems),
        }
    }
}

#[cfg(test)]
mod tests;

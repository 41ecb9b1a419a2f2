//! Flags from and to other systems: foreign text to flags, and flags to foreign text. Pure.
//!
//! An importer reads the files of a source into flags that answer as the source does, and lists what it can't carry over.
//! It never guesses: where a construct has no equivalent, the flag is left out, with the place, what the construct means,
//! and what to do. An exporter does the same the other way round.

mod attributes;
mod build;
pub mod export;
mod featurevisor;
mod flagd;
mod flipt;
mod formula;
mod goff;
mod growthbook;
mod item;
mod launchdarkly;
mod logic;
mod pattern;
mod read;
mod unleash;
mod written;

pub use attributes::declare;
pub use item::{Item, Kept};
pub use read::Input;

use crate::model::{Bucketing, Condition, EnvironmentName, Flag, Segment, Serve};

/// A system that flags come from.
#[derive(Debug)]
pub struct Source {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What its files are, in one line.
    pub files: &'static str,
    /// How the names of its files end, where a folder is named.
    pub endings: &'static [&'static str],
    read: fn(&[Input], &Options<'_>) -> Imported,
}

/// What an importer needs to know besides the files.
#[derive(Debug, Clone)]
pub struct Options<'o> {
    /// The environments that the flags are for, where the source's files hold one.
    pub environments: &'o [EnvironmentName],
    /// The generation of flagd's bucketing: a native algorithm.
    pub flagd: Bucketing,
    /// What every key begins with.
    pub prefix: &'o str,
}

/// What an importer made of the files.
#[derive(Debug, Default)]
pub struct Imported {
    /// The flags.
    pub flags: Vec<Flag>,
    /// The segments that they name.
    pub segments: Vec<Segment>,
    /// What was not carried over, or not unchanged.
    pub items: Vec<Item>,
}

impl Imported {
    /// Adds the flags that `read` makes of what the source calls `theirs`, or why there are none, and what it has to say.
    fn take<F: IntoIterator<Item = Flag>>(
        &mut self,
        theirs: &str,
        read: impl FnOnce(&mut Vec<Item>) -> Result<F, Box<Item>>,
    ) {
        let mut items = Vec::new();
        match read(&mut items) {
            Ok(flags) => self.flags.extend(flags),
            Err(item) => items.push(*item),
        }
        self.items.extend(items.into_iter().map(|item| Item { flag: Some(theirs.to_owned()), ..item }));
    }
}

const DATA: &[&str] = &[".json", ".yaml", ".yml"];
const DATA_OR_TOML: &[&str] = &[".json", ".yaml", ".yml", ".toml"];

/// Every source.
pub static SOURCES: &[Source] = &[
    Source {
        name: "flagd",
        title: "flagd",
        files: "a JSON or YAML file with `flags`, for one environment",
        endings: DATA,
        read: flagd::read,
    },
    Source {
        name: "goff",
        title: "GO Feature Flag",
        files: "a JSON, YAML or TOML file of flags, for one environment",
        endings: DATA_OR_TOML,
        read: goff::read,
    },
    Source {
        name: "unleash",
        title: "Unleash",
        files: "what the server gives to SDKs, /api/client/features, for one environment, or an export of an administrator",
        endings: DATA,
        read: unleash::read,
    },
    Source {
        name: "flipt",
        title: "Flipt",
        files: "`features.yaml`, or what the server gives to clients that evaluate themselves",
        endings: DATA,
        read: flipt::read,
    },
    Source {
        name: "growthbook",
        title: "GrowthBook",
        files: "the payload of its SDKs, JSON with `features` and `savedGroups`",
        endings: DATA,
        read: growthbook::read,
    },
    Source {
        name: "launchdarkly",
        title: "LaunchDarkly",
        files: "JSON or YAML with `flags` and `segments`, as SDKs and the Relay Proxy read it, or flags of the REST API",
        endings: DATA,
        read: launchdarkly::read,
    },
    Source {
        name: "featurevisor",
        title: "Featurevisor",
        files: "a project's folder, or a datafile that it builds, for one environment",
        endings: DATA_OR_TOML,
        read: featurevisor::read,
    },
];

/// The source of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.name == name)
}

/// Whether a part of the flag is drawn by the algorithm of another system.
#[must_use]
pub fn foreign_buckets(flag: &Flag) -> bool {
    let foreign = |bucketing: Option<Bucketing>| bucketing.is_some_and(|bucketing| !bucketing.is_native());
    let of_serve = |serve: &Serve| serve.rollout().is_some_and(|rollout| foreign(rollout.bucketing));
    let of_condition = |condition: &Condition| {
        condition.walk().any(|one| matches!(one, Condition::Percentage { bucketing, .. } if foreign(*bucketing)))
    };
    foreign(flag.bucketing)
        || flag.environments.iter().any(|environment| {
            environment.serves().any(|(_, serve)| of_serve(serve))
                || environment.rules.iter().any(|rule| rule.when.iter().any(of_condition))
        })
}

impl Source {
    /// Reads `inputs`.
    #[must_use]
    pub fn import(&self, inputs: &[Input], options: &Options<'_>) -> Imported {
        let mut imported = (self.read)(inputs, options);
        let file = inputs.first().map_or("", |input| &input.file);
        written::settle(&mut imported, file);
        build::settle(&mut imported, file);
        imported
    }
}

#[cfg(test)]
mod tests;

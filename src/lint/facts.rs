//! What the checks across files need to know of a file, so that its model can be dropped.

use super::trail::{Trail, flag_conditions, flag_rollouts, segment_conditions};
use super::{FileContext, outcome};
use crate::model::{
    Condition, Environment, EnvironmentName, Flag, FlagKey, Segment, SegmentName, ValueType, VariantName,
};
use crate::source::{FilePath, Path, Place};
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

/// The facts of a flag.
#[derive(Debug, Clone)]
pub struct FlagFacts {
    /// Its file.
    pub file: FilePath,
    /// Its key.
    pub key: FlagKey,
    /// The type of its values; `None` when the file does not read, and then nothing below is known either.
    pub value_type: Option<ValueType>,
    /// Its variants; empty for a boolean flag.
    pub(super) variants: Vec<VariantName>,
    /// Why it is off everywhere.
    pub(super) off: Option<&'static str>,
    pub(super) environments: Vec<EnvironmentFacts>,
    pub(super) requires: Vec<RequirementFacts>,
    pub(super) segments: Vec<SegmentUse>,
    /// Its own salt.
    pub(super) salt: Option<String>,
    /// Whether a bucket with the flag's salt decides anywhere.
    pub(super) bucketed: bool,
}

/// What a flag does in an environment.
#[derive(Debug, Clone)]
pub(super) struct EnvironmentFacts {
    pub(super) name: EnvironmentName,
    /// Why it is off there.
    pub(super) off: Option<&'static str>,
    /// The variants that are served there, as bits by their position; the first is `on` for booleans.
    pub(super) served: u64,
    /// Its rules, by id or position.
    pub(super) rules: Vec<String>,
}

/// A requirement.
#[derive(Debug, Clone)]
pub(super) struct RequirementFacts {
    /// Where it holds; `None` for everywhere.
    pub(super) environment: Option<EnvironmentName>,
    /// Its 0-based position in its list.
    pub(super) index: usize,
    pub(super) flag: FlagKey,
    pub(super) serves: VariantName,
    /// Whether that is written `true` or `false`.
    pub(super) boolean: bool,
}

/// A reference to a segment, and where it is.
#[derive(Debug, Clone)]
pub(super) struct SegmentUse {
    pub(super) segment: SegmentName,
    pub(super) path: Path,
}

/// The facts of a segment.
#[derive(Debug, Clone)]
pub struct SegmentFacts {
    /// Its file.
    pub file: FilePath,
    /// Its name.
    pub name: SegmentName,
    pub(super) segments: Vec<SegmentUse>,
    /// A digest of who is in it; `None` when the file does not read.
    pub(super) content: Option<u64>,
}

impl RequirementFacts {
    /// The variant as it is written.
    pub(super) fn shown(&self) -> &str {
        match (self.boolean, self.serves.as_str()) {
            (true, "on") => "true",
            (true, "off") => "false",
            (_, name) => name,
        }
    }
}

impl FlagFacts {
    /// The facts of `flag`.
    #[must_use]
    pub fn of(context: &FileContext<'_>, flag: &Flag) -> Self {
        let mut segments = Vec::new();
        let mut bucketed = false;
        flag_conditions(flag, &mut |trail, condition| {
            bucketed |= matches!(condition, Condition::Percentage { salt: None, .. });
            segment_use(trail, condition, &mut segments);
        });
        flag_rollouts(flag, &mut |_, _, rollout| bucketed |= rollout.salt.is_none() && rollout.strategy != "ring");
        let boolean = flag.value_type == ValueType::Boolean;
        Self {
            file: context.file.clone(),
            key: flag.key.clone(),
            value_type: Some(flag.value_type),
            variants: if boolean { Vec::new() } else { flag.variants.iter().map(|v| v.name.clone()).collect() },
            off: if flag.archived.is_some() { Some("archived") } else { flag.killed.as_ref().map(|_| "killed") },
            environments: flag.environments.iter().map(|each| EnvironmentFacts::of(context, flag, each)).collect(),
            requires: requirements(flag),
            segments,
            salt: flag.salt.clone(),
            bucketed,
        }
    }

    /// A flag whose file does not read.
    #[must_use]
    pub const fn broken(file: FilePath, key: FlagKey) -> Self {
        Self {
            file,
            key,
            value_type: None,
            variants: Vec::new(),
            off: None,
            environments: Vec::new(),
            requires: Vec::new(),
            segments: Vec::new(),
            salt: None,
            bucketed: false,
        }
    }

    /// The position of a variant, as used in [`EnvironmentFacts::served`].
    pub(super) fn variant(&self, name: &VariantName) -> Option<usize> {
        if self.value_type == Some(ValueType::Boolean) {
            return ["on", "off"].iter().position(|candidate| name == candidate);
        }
        self.variants.iter().position(|candidate| candidate == name)
    }

    /// What it does in an environment.
    pub(super) fn environment(&self, name: &EnvironmentName) -> Option<&EnvironmentFacts> {
        self.environments.iter().find(|environment| environment.name == *name)
    }

    /// The place of a field of one of its requirements.
    pub(super) fn requirement_place(&self, requirement: &RequirementFacts, field: &'static str) -> Place {
        let mut path = Path::root();
        if let Some(environment) = &requirement.environment {
            path = path.key("environments").key(environment.as_str());
        }
        Place::value(self.file.clone(), path.key("requires").index(requirement.index).key(field))
    }
}

impl EnvironmentFacts {
    fn of(context: &FileContext<'_>, flag: &Flag, environment: &Environment) -> Self {
        let off =
            if environment.killed.is_some() { Some("killed") } else { (!environment.enabled).then_some("disabled") };
        let bit = |name: &VariantName| {
            let position = flag.variants.iter().position(|variant| variant.name == *name);
            // Variants beyond the 64th count as always served.
            position
                .map_or(0, |position| u32::try_from(position).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0))
        };
        let mut served = environment.targets.iter().fold(0, |served, target| served | bit(&target.serve));
        for (_, serve) in environment.serves() {
            for variant in outcome::variants(context.project, context.now, flag, serve) {
                served |= bit(variant);
            }
            if !outcome::always_decides(context.project, context.now, serve) {
                served |= bit(&flag.default);
            }
        }
        let rules = environment.rules.iter().enumerate().map(|(index, rule)| rule.label(index)).collect();
        Self { name: environment.name.clone(), off, served, rules }
    }

    /// Whether the variant at that position may be served here.
    pub(super) fn serves(&self, position: usize) -> bool {
        position >= 64 || self.served >> position & 1 == 1
    }
}

impl SegmentFacts {
    /// The facts of `segment`.
    #[must_use]
    pub fn of(context: &FileContext<'_>, segment: &Segment) -> Self {
        let mut segments = Vec::new();
        segment_conditions(segment, &mut |trail, condition| segment_use(trail, condition, &mut segments));
        let mut digest = Digest(DefaultHasher::new());
        // Writing into a hasher can't fail.
        let _ = write!(digest, "{:?} {:?} {:?}", segment.include, segment.exclude, segment.conditions);
        Self { file: context.file.clone(), name: segment.name.clone(), segments, content: Some(digest.0.finish()) }
    }

    /// A segment whose file does not read.
    #[must_use]
    pub const fn broken(file: FilePath, name: SegmentName) -> Self {
        Self { file, name, segments: Vec::new(), content: None }
    }
}

struct Digest(DefaultHasher);

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

fn segment_use(trail: &Trail<'_>, condition: &Condition, uses: &mut Vec<SegmentUse>) {
    if let Condition::Segment(segment) = condition {
        uses.push(SegmentUse { segment: segment.clone(), path: trail.key("segment").path() });
    }
}

fn requirements(flag: &Flag) -> Vec<RequirementFacts> {
    let own = std::iter::once((None, &flag.requires));
    let all = own.chain(flag.environments.iter().map(|each| (Some(&each.name), &each.requires)));
    all.flat_map(|(environment, list)| {
        list.iter().enumerate().map(move |(index, requirement)| RequirementFacts {
            environment: environment.cloned(),
            index,
            flag: requirement.flag.clone(),
            serves: requirement.serves.clone(),
            boolean: requirement.boolean,
        })
    })
    .collect()
}

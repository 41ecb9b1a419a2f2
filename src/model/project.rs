//! The project: environments, attributes, rings and settings that all flags share.

use super::{AttributePath, Bucketing, EnvironmentName, RingName, Scalar, SegmentName, Share};
use std::collections::BTreeMap;

/// The newest format of flag repositories that this program reads, and the one it writes.
pub const FORMAT: u32 = 1;

/// `flags/project.yaml`
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The format of the repository, at most [`FORMAT`].
    pub format: u32,
    /// The environments, in promotion order.
    pub environments: Vec<ProjectEnvironment>,
    /// What contexts may carry, by path as written; `None` when the project does not say.
    pub attributes: Option<BTreeMap<AttributePath, AttributeDeclaration>>,
    /// Rings of users, innermost first; their percentages never fall.
    pub rings: Vec<Ring>,
    /// The algorithm of buckets unless a flag names another.
    pub bucketing: Bucketing,
    /// The file of the database that tells places by addresses, as written.
    pub geo_database: Option<String>,
    /// When a change counts as written.
    pub durability: Durability,
    /// Levels of lints by name, where they differ from the lint's own.
    pub lints: BTreeMap<String, String>,
}

/// When a change counts as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When the system has it: it survives that the command is killed.
    #[default]
    Standard,
    /// When the disk has it: it survives that the machine stops.
    Full,
}

impl Durability {
    /// All of them, with their names in files.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Standard, "standard"), (Self::Full, "full")];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, candidate)| *candidate == name).map(|(durability, _)| *durability)
    }
}

/// An environment of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectEnvironment {
    /// Its name.
    pub name: EnvironmentName,
    /// What it is.
    pub description: Option<String>,
    /// Whether writing asks for a reason and confirmation.
    pub protected: bool,
}

/// What an attribute of a context is.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeDeclaration {
    /// Its type.
    pub attribute_type: AttributeType,
    /// The values it may have; empty when any of its type.
    pub allowed: Vec<Scalar>,
    /// What it means.
    pub description: Option<String>,
    /// Values for examples and synthetic contexts.
    pub examples: Vec<Scalar>,
}

/// The type of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttributeType {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A semantic version, as text.
    Semver,
    /// A time: RFC 3339 text or Unix seconds.
    Time,
    /// An IP address, as text.
    Ip,
    /// A list of text.
    Strings,
    /// A list of numbers.
    Numbers,
}

impl AttributeType {
    /// All of them, with their names in files.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::String, "string"),
        (Self::Boolean, "boolean"),
        (Self::Integer, "integer"),
        (Self::Number, "number"),
        (Self::Semver, "semver"),
        (Self::Time, "time"),
        (Self::Ip, "ip"),
        (Self::Strings, "strings"),
        (Self::Numbers, "numbers"),
    ];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The type of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, candidate)| *candidate == name).map(|(attribute_type, _)| *attribute_type)
    }
}

/// A ring of users: everyone in its segment and, failing that, within its percentage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    /// Its name.
    pub name: RingName,
    /// Who is in by name.
    pub segment: Option<SegmentName>,
    /// How many are in by bucket.
    pub percentage: Option<Share>,
}

impl Project {
    /// A project with these environments and nothing else.
    #[must_use]
    pub fn with_environments(environments: Vec<ProjectEnvironment>) -> Self {
        Self {
            format: FORMAT,
            environments,
            attributes: None,
            rings: Vec::new(),
            bucketing: Bucketing::default(),
            geo_database: None,
            durability: Durability::default(),
            lints: BTreeMap::new(),
        }
    }

    /// The environment of that name.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&ProjectEnvironment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }

    /// The names of the environments, in promotion order.
    pub fn environment_names(&self) -> impl Iterator<Item = &str> {
        self.environments.iter().map(|environment| environment.name.as_str())
    }
}

//! What a flag is for, how long it is meant to live, and how it was switched off.

use super::Timestamp;
use std::fmt;

/// What a flag is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Ships a feature.
    Release,
    /// Compares variants.
    Experiment,
    /// Steers how the system runs.
    Ops,
    /// Switches something off in an emergency.
    KillSwitch,
    /// Grants access.
    Permission,
    /// Carries a setting.
    Config,
}

impl Kind {
    /// All of them, with their names in files and what they are for.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Release, "release", "ships a feature, then goes away"),
        (Self::Experiment, "experiment", "compares variants"),
        (Self::Ops, "ops", "steers how the system runs"),
        (Self::KillSwitch, "kill-switch", "switches something off in an emergency"),
        (Self::Permission, "permission", "grants access to some"),
        (Self::Config, "config", "carries a setting"),
    ];

    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, candidate, _)| *candidate == name).map(|(kind, ..)| *kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How long a flag is meant to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// The file does not say.
    #[default]
    Unstated,
    /// `permanent: true`
    Permanent,
    /// `expires: 2027-03-01`: overdue from that moment. Expiry is a matter for people; evaluation ignores it.
    Expires(Timestamp),
}

/// `killed: {reason, by, at}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kill {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// `archived: {at, by}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// When.
    pub at: Option<Timestamp>,
    /// Who.
    pub by: Option<String>,
}

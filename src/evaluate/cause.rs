//! Why a flag serves its default variant although its file has more to say.

use crate::model::{AttributePath, Kill, Requirement, Timestamp, VariantName};
use std::fmt;

/// Why the default variant is served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause<'p> {
    /// Something about the flag itself.
    Itself(Why<'p>),
    /// A requirement does not hold.
    Requirement(Unmet<'p>),
}

/// What is the matter with a flag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Why<'p> {
    /// It was switched off in an emergency.
    Killed(&'p Kill),
    /// It was put away.
    Archived,
    /// It says nothing about the environment.
    Absent,
    /// It is not enabled in the environment.
    Disabled,
    /// Its schedule starts then.
    NotYet(Timestamp),
    /// Its schedule ended then.
    NoLonger(Timestamp),
    /// It chooses by a unit that the context does not have.
    NoUnit(&'p AttributePath),
    /// It serves this variant. (Only said of required flags.)
    Serves(&'p VariantName),
}

/// A requirement that does not hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unmet<'p> {
    /// What is required.
    pub requirement: &'p Requirement,
    /// The last of a chain of requirements, when the required flag fails because of its own.
    pub root: Option<&'p Requirement>,
    /// What is the matter with the flag that the last requirement names.
    pub why: Why<'p>,
}

/// A predicate: `is disabled`.
impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed(kill) if kill.reason.is_empty() => f.write_str("is killed"),
            Self::Killed(kill) => write!(f, "is killed: {}", kill.reason),
            Self::Archived => f.write_str("is archived"),
            Self::Absent => f.write_str("does not have this environment"),
            Self::Disabled => f.write_str("is disabled"),
            Self::NotYet(from) => write!(f, "is not on before {from}"),
            Self::NoLonger(until) => write!(f, "is off since {until}"),
            Self::NoUnit(path) => write!(f, "needs the unit `{path}`, which the context does not have"),
            Self::Serves(variant) => write!(f, "serves `{variant}`"),
        }
    }
}

/// ``requirement `payments-v2` must serve `on` but is disabled``
impl fmt::Display for Unmet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "requirement `{}` must serve `{}` but ", self.requirement.flag, self.requirement.serves)?;
        if let Some(root) = self.root {
            write!(f, "is off because requirement `{}` must serve `{}` but ", root.flag, root.serves)?;
        }
        self.why.fmt(f)
    }
}

/// One sentence without a full stop.
impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Itself(why) => write!(f, "the flag {why}"),
            Self::Requirement(unmet) => unmet.fmt(f),
        }
    }
}

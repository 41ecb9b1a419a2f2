//! Watching an evaluation. There is one evaluation; `explain` is that evaluation with an observer.

use super::bucket::Bucket;
use crate::model::{AttributePath, Bucketing, Schedule, Share, Test};
use serde_json::Value as Json;

/// Hears of every step, from the outside in.
///
/// `'p` is the lifetime of the program, `'c` that of the context.
pub(crate) trait Observer<'p, 'c> {
    /// A step begins; those that follow belong to it until it is left.
    fn enter(&mut self, step: Step<'p>);
    /// The innermost step ends.
    fn leave(&mut self, outcome: Outcome<'p, 'c>);

    /// The bucket that every unit is taken to be in, instead of its own.
    #[inline]
    fn assumed(&self) -> Option<Bucket> {
        None
    }

    /// A step with none inside.
    #[inline]
    fn note(&mut self, step: Step<'p>, outcome: Outcome<'p, 'c>) {
        self.enter(step);
        self.leave(outcome);
    }
}

/// Nobody watches.
impl<'p, 'c> Observer<'p, 'c> for () {
    #[inline]
    fn enter(&mut self, _: Step<'p>) {}
    #[inline]
    fn leave(&mut self, _: Outcome<'p, 'c>) {}
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'p> {
    /// Another flag that has to serve a variant; its own steps follow.
    Requirement {
        /// The other flag.
        flag: &'p str,
        /// The variant.
        serves: &'p str,
    },
    /// The targets.
    Targets,
    /// The rule with that label; its conditions follow until the first that does not match, then its serve.
    Rule(&'p str),
    /// A test of an attribute.
    Test(&'p Test),
    /// A segment; its conditions follow.
    Segment(&'p str),
    /// Whether the unit is within a share; the draw follows when it is needed.
    Percentage(Share),
    /// Whether the time is in a window.
    Schedule(Schedule),
    /// At least one of what follows has to match.
    Any,
    /// All of what follows have to match.
    All,
    /// What follows must not match.
    Not,
    /// A serve with its strategy; `None` for a plain variant.
    Serve(Option<&'static str>),
    /// A ring, on the way to the one that the serve names.
    Ring(&'p str),
    /// A unit's bucket.
    Draw {
        /// How it is worked out.
        bucketing: Bucketing,
        /// What it is worked out from, with the unit.
        salt: &'p str,
        /// The attribute that is the unit.
        by: &'p AttributePath,
    },
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'p, 'c> {
    /// It matches, holds, or is so; or not.
    Matched(bool),
    /// A test: whether it matches, and what the attribute is (`None` when it is missing or null).
    Tested {
        /// Whether it matches.
        matched: bool,
        /// The attribute.
        actual: Option<&'c Json>,
    },
    /// A segment: whether the unit or context is in it, and by what.
    Member(Membership),
    /// A draw.
    Drawn {
        /// The unit, as in the context.
        unit: Option<&'c Json>,
        /// Its bucket.
        bucket: Bucket,
        /// Whom the share reaches; `None` for splits and rings.
        below: Option<Share>,
    },
    /// A serve or rule served this variant.
    Served(&'p str),
    /// A unit that is needed is missing.
    NoUnit,
}

/// Whether and why something is in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Out: its unit is excluded.
    Excluded,
    /// In: its unit is included.
    Included,
    /// In: the conditions match.
    Matching,
    /// Out: nothing of it applies.
    Neither,
}

impl Membership {
    /// Whether it is in.
    #[must_use]
    pub const fn is_in(self) -> bool {
        matches!(self, Self::Included | Self::Matching)
    }

    /// `excluded`, `included`, `matching` or `neither`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::Included => "included",
            Self::Matching => "matching",
            Self::Neither => "neither",
        }
    }
}

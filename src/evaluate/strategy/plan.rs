//! Strategies with their settings worked out.

use super::{gradual::Gradual, linear::Linear};
use crate::model::{RingName, Share, Timestamp, Weighted};

/// What a strategy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plan {
    /// A share that stays as it is.
    Fixed(Share),
    /// A share that grows in steps.
    Gradual(Gradual),
    /// A share that grows evenly.
    Linear(Linear),
    /// Variants side by side.
    Split(Vec<Weighted>),
    /// The rings up to and including this one.
    Ring(RingName),
}

/// Whom a share reaches at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chances {
    /// No unit: none is needed to tell.
    Nobody,
    /// Every unit: none is needed to tell.
    Everyone,
    /// The buckets below this one.
    Below(u32),
    /// The hashes with `(hash * scale) >> 32 < bound`.
    Finer {
        /// 100 times the length of the growth, in seconds.
        scale: u64,
        /// More than 0 and less than `scale`.
        bound: u64,
    },
}

impl Plan {
    /// Whom the share reaches at `now`; `None` for a split or ring.
    #[inline]
    pub(crate) fn chances(&self, now: Timestamp) -> Option<Chances> {
        match self {
            Self::Fixed(share) => Some(Chances::of(*share)),
            Self::Gradual(gradual) => Some(Chances::of(gradual.share_at(now))),
            Self::Linear(linear) => Some(linear.chances(now)),
            Self::Split(_) | Self::Ring(_) => None,
        }
    }

    /// Whether the answer can change without a change of the file.
    pub(crate) const fn depends_on_time(&self) -> bool {
        matches!(self, Self::Gradual(_) | Self::Linear(_))
    }

    /// The share at `now`, rounded down; `None` for a split or ring.
    pub(super) fn share_at(&self, now: Timestamp) -> Option<Share> {
        self.chances(now).map(Chances::share)
    }
}

impl Chances {
    /// Those of a share.
    #[inline]
    pub(crate) const fn of(share: Share) -> Self {
        match share.steps() {
            0 => Self::Nobody,
            steps if steps >= Share::FULL.steps() => Self::Everyone,
            steps => Self::Below(steps),
        }
    }

    /// The share of all units, rounded down to 0.001 %.
    pub(crate) fn share(self) -> Share {
        let steps = match self {
            Self::Nobody => 0,
            Self::Everyone => u64::from(Share::FULL.steps()),
            Self::Below(steps) => u64::from(steps),
            Self::Finer { scale, bound } => bound * u64::from(Share::FULL.steps()) / scale.max(1),
        };
        u32::try_from(steps).ok().and_then(Share::from_steps).unwrap_or(Share::FULL)
    }
}

//! Who gets what before and after: two spreads laid over each other.

use super::spread::{Context, Spread};
use crate::model::{By, SegmentName, Serve, Share, Timestamp, ValueType, VariantName};
use std::collections::BTreeMap;
use std::fmt;

/// A part of all units, exactly: a reduced fraction from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    numerator: u128,
    denominator: u128,
}

/// How the answers of one serve change from one version to another, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// Who gets another variant than before, largest first.
    pub moves: Vec<Move>,
    /// Who gets what a rollout is about: for booleans `on` instead of `off`, else another variant than the default.
    pub gains: Portion,
    /// Who no longer gets it.
    pub loses: Portion,
    /// Whether the shares are estimates: the two versions put units into buckets independently of each other, or
    /// members of segments come on top of buckets.
    pub approximate: bool,
    /// Whether the flag is boolean before and after.
    pub boolean: bool,
    /// The attributes that are the unit, unless it is `targetingKey` or the versions disagree.
    pub by: Option<By>,
    /// The moment, when one of the two serves changes with time.
    pub at: Option<Timestamp>,
    /// Segments whose members get in as members of a ring.
    pub members_in: Vec<SegmentName>,
    /// Segments whose members get in no longer.
    pub members_out: Vec<SegmentName>,
}

/// Units that get another variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The variant before.
    pub from: VariantName,
    /// The variant after.
    pub to: VariantName,
    /// How many.
    pub portion: Portion,
}

impl Portion {
    /// Nobody.
    pub const NONE: Self = Self { numerator: 0, denominator: 1 };

    /// Whether it is nobody.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.numerator == 0
    }

    /// Whether it is everyone.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.numerator == self.denominator
    }

    /// Rounded to the nearest 0.001 %.
    #[must_use]
    pub fn rounded(self) -> Share {
        let steps = self.numerator.saturating_mul(100_000).saturating_add(self.denominator / 2) / self.denominator;
        u32::try_from(steps).ok().and_then(Share::from_steps).unwrap_or(Share::FULL)
    }

    /// This and another part together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }

    /// As a number from 0 to 1.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "both are reduced; a ratio of 53 bits is near enough for statistics"
    )]
    pub const fn ratio(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// Whether it is a whole number of 0.001 %.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.numerator.saturating_mul(100_000).is_multiple_of(self.denominator)
    }

    pub(super) fn new(numerator: u128, denominator: u128) -> Self {
        let (mut divisor, mut rest) = (denominator, numerator);
        while rest > 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        let divisor = divisor.max(1);
        Self { numerator: numerator / divisor, denominator: (denominator / divisor).max(1) }
    }
}

/// `15%`; never `0%` for somebody nor `100%` for less than everyone.
impl fmt::Display for Portion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rounded() {
            Share::ZERO if !self.is_none() => f.write_str("less than 0.001%"),
            Share::FULL if !self.is_all() => f.write_str("more than 99.999%"),
            share => write!(f, "{share}%"),
        }
    }
}

impl Shares {
    /// Whether no answer changes.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        self.moves.is_empty() && self.members_in.is_empty() && self.members_out.is_empty()
    }
}

/// How the answers of `before` change to those of `after` at `now`, for units that both serves decide about; `None` when
/// one of them names a strategy or ring that is not known.
///
/// Exact for serves of the same salt, unit and algorithm, and whenever one of them serves everyone the same. Otherwise
/// buckets are independent, shares multiply, and the result is marked approximate.
#[must_use]
pub fn shares(before: (Context<'_>, &Serve), after: (Context<'_>, &Serve), now: Timestamp) -> Option<Shares> {
    let old = Spread::of(before.0, before.1, now)?;
    let new = Spread::of(after.0, after.1, now)?;
    Some(between((before.0, &old), (after.0, &new), now))
}

pub(super) fn between(before: (Context<'_>, &Spread), after: (Context<'_>, &Spread), now: Timestamp) -> Shares {
    let ((old_context, old), (new_context, new)) = (before, after);
    let independent = !old.is_constant() && !new.is_constant() && old.key != new.key;
    let pairs = if independent { multiplied(old, new) } else { overlaid(old, new) };
    let whole = old.length * new.length;
    let mut moving: Vec<_> = pairs.into_iter().filter(|((from, to), _)| from != to).collect();
    // Stable, so that equal shares stay in the order of their names.
    moving.sort_by_key(|(_, width)| std::cmp::Reverse(*width));

    let boolean = [old_context, new_context].iter().all(|it| it.flag.value_type == ValueType::Boolean);
    let safe = |context: Context<'_>| if boolean { VariantName::boolean(false) } else { context.flag.default.clone() };
    let (old_safe, new_safe) = (safe(old_context), safe(new_context));
    let sum = |chosen: &dyn Fn(&VariantName, &VariantName) -> bool| {
        Portion::new(moving.iter().filter(|((from, to), _)| chosen(from, to)).map(|(_, width)| width).sum(), whole)
    };
    let gains = sum(&|from, to| *from == old_safe && *to != new_safe);
    let loses = sum(&|from, to| *from != old_safe && *to == new_safe);
    let moves: Vec<Move> =
        moving.into_iter().map(|((from, to), width)| Move { from, to, portion: Portion::new(width, whole) }).collect();
    let only = |these: &[SegmentName], those: &[SegmentName]| -> Vec<SegmentName> {
        these.iter().filter(|it| !those.contains(it)).cloned().collect()
    };
    let changed = old.members != new.members || !moves.is_empty();
    Shares {
        approximate: independent || (changed && !(old.members.is_empty() && new.members.is_empty())),
        boolean,
        by: unit(old, new),
        at: (old.timed || new.timed).then_some(now),
        members_in: only(&new.members, &old.members),
        members_out: only(&old.members, &new.members),
        moves,
        gains,
        loses,
    }
}

/// The unit that both agree on; one that serves everyone the same agrees with any.
fn unit(old: &Spread, new: &Spread) -> Option<By> {
    let by = |spread: &Spread| (!spread.is_constant()).then(|| spread.key.by.clone());
    let agreed = match (by(old), by(new)) {
        (Some(old), Some(new)) => (old == new).then_some(old),
        (one, other) => one.or(other),
    };
    agreed.filter(|by| !by.is_targeting_key())
}

type Pairs = BTreeMap<(VariantName, VariantName), u128>;

/// Lays one line over the other; widths are in units of 1 / (length · length).
fn overlaid(old: &Spread, new: &Spread) -> Pairs {
    let mut pairs = Pairs::new();
    let (mut old_parts, mut new_parts) = (old.parts.iter().peekable(), new.parts.iter().peekable());
    let mut position = 0;
    while let (Some((old_end, from)), Some((new_end, to))) = (old_parts.peek(), new_parts.peek()) {
        let (old_end, new_end) = (old_end * new.length, new_end * old.length);
        let end = old_end.min(new_end);
        *pairs.entry((from.clone(), to.clone())).or_default() += end - position;
        position = end;
        if old_end == end {
            old_parts.next();
        }
        if new_end == end {
            new_parts.next();
        }
    }
    pairs
}

/// Takes the lines as independent of each other; widths are in units of 1 / (length · length).
fn multiplied(old: &Spread, new: &Spread) -> Pairs {
    let widths = |spread: &Spread| -> Vec<(u128, VariantName)> {
        let starts = std::iter::once(0).chain(spread.parts.iter().map(|(end, _)| *end));
        spread.parts.iter().zip(starts).map(|((end, variant), start)| (end - start, variant.clone())).collect()
    };
    let mut pairs = Pairs::new();
    let others = widths(new);
    for (width, from) in widths(old) {
        for (other, to) in &others {
            *pairs.entry((from.clone(), to.clone())).or_default() += width * other;
        }
    }
    pairs
}

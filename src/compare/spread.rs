//! How one serve spreads units over variants at a moment: cut points on the line of buckets, exactly.

use super::normal::canary_stage;
use crate::evaluate::bucket;
use crate::model::{
    Bucketing, By, Flag, Project, Rollout, SegmentName, Serve, Setting, Share, Timestamp, VariantName, Weighted,
};

/// A flag at one revision, with the project that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The flag.
    pub flag: &'a Flag,
    /// The project: rings, and the algorithm of buckets.
    pub project: &'a Project,
}

/// What a foreign algorithm is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Positions {
    /// A percentage.
    Share,
    /// A part of a split with so many positions.
    Split(u32),
}

/// What a bucket is computed from. Spreads of one key put a unit at the same point of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BucketKey {
    pub(super) salt: String,
    pub(super) by: By,
    pub(super) bucketing: Bucketing,
    /// How a foreign algorithm asks: its positions depend on that.
    pub(super) asked: Option<Positions>,
}

/// The line from 0 to `length`, cut into parts that serve one variant each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spread {
    pub(super) key: BucketKey,
    /// The length of the whole line, a multiple of 100,000 so that every bucket border is a whole number.
    pub(super) length: u128,
    /// The end of each part and what is served there; ends rise strictly, the last is `length`.
    pub(super) parts: Vec<(u128, VariantName)>,
    /// Who gets `ramped` whatever their bucket: members of the segments of rings.
    pub(super) members: Vec<SegmentName>,
    /// Whether it changes with time.
    pub(super) timed: bool,
}

const BUCKETS: u128 = 100_000;

impl Spread {
    /// How `serve` spreads units at `now`; `None` for a strategy or ring that is not known.
    pub(super) fn of(context: Context<'_>, serve: &Serve, now: Timestamp) -> Option<Self> {
        match serve {
            Serve::Variant(name) => Some(Self::constant(context, name)),
            Serve::Rollout(rollout) => Self::rollout(context, rollout, now),
        }
    }

    /// Everyone gets `variant`.
    pub(super) fn constant(context: Context<'_>, variant: &VariantName) -> Self {
        let key = key(context, None, None, None);
        Self { key, length: BUCKETS, parts: vec![(BUCKETS, variant.clone())], members: Vec::new(), timed: false }
    }

    fn rollout(context: Context<'_>, rollout: &Rollout, now: Timestamp) -> Option<Self> {
        let key = key(context, rollout.by.as_ref(), rollout.salt.as_deref(), rollout.bucketing);
        let outside = context.flag.outside();
        let split_of = key.clone();
        let key = BucketKey { asked: (!key.bucketing.is_native()).then_some(Positions::Share), ..key };
        let build = |length, cuts: &[(u128, VariantName)], timed| {
            let parts = parts(length, cuts, outside.clone());
            Some(Self { key: key.clone(), length, parts, members: Vec::new(), timed })
        };
        if let Setting::Split(entries) = rollout.settings.first().map(|(_, setting)| setting)? {
            return split(split_of, entries, outside);
        }
        let ramped = rollout.serve.clone().unwrap_or_else(|| VariantName::boolean(true));
        let fixed = |share: Share| build(BUCKETS, &[(share.steps().into(), ramped.clone())], false);
        match rollout.strategy {
            "percentage" => fixed(share(rollout, "percentage")?),
            "canary" => fixed(canary_stage(rollout)?),
            "gradual" => build(BUCKETS, &[(gradual(rollout, now)?, ramped)], true),
            "linear" => {
                let (width, length) = linear(rollout, now)?;
                build(length, &[(width, ramped)], true)
            }
            "ring" => ring(context, rollout, &ramped),
            _ => None,
        }
    }

    /// Whether everyone gets the same, so that buckets do not matter.
    pub(super) fn is_constant(&self) -> bool {
        self.parts.len() == 1 && self.members.is_empty()
    }
}

fn key(context: Context<'_>, by: Option<&By>, salt: Option<&str>, bucketing: Option<Bucketing>) -> BucketKey {
    let bucketing = bucketing.or(context.flag.bucketing).unwrap_or(context.project.bucketing);
    BucketKey {
        salt: bucketing.salt(salt, context.flag.effective_salt()).to_owned(),
        by: by.cloned().unwrap_or_else(By::targeting_key),
        bucketing,
        asked: None,
    }
}

/// A split: the line of a native algorithm is that of its buckets, that of another has the algorithm's positions.
fn split(mut key: BucketKey, entries: &[Weighted], outside: VariantName) -> Option<Spread> {
    let (total, ends) = bucket::split_ends(key.bucketing, entries).ok()?;
    if !key.bucketing.is_native() {
        key.asked = Some(Positions::Split(total));
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let cuts: Vec<(u128, VariantName)> = ends
        .iter()
        .zip(starts)
        .zip(entries)
        .map(|((end, start), entry)| (u128::from(end - start) * BUCKETS, entry.variant.clone()))
        .collect();
    let length = u128::from(total) * BUCKETS;
    Some(Spread { key, length, parts: parts(length, &cuts, outside), members: Vec::new(), timed: false })
}

/// Parts from widths in order; what is left of the line serves `outside`. Neighbours that serve the same are one part.
fn parts(length: u128, widths: &[(u128, VariantName)], outside: VariantName) -> Vec<(u128, VariantName)> {
    let mut parts: Vec<(u128, VariantName)> = Vec::new();
    let mut position = 0_u128;
    for (width, variant) in widths.iter().cloned().chain(std::iter::once((length, outside))) {
        let end = position.saturating_add(width).min(length);
        if end == position {
            continue;
        }
        position = end;
        match parts.last_mut() {
            Some(last) if last.1 == variant => last.0 = end,
            _ => parts.push((end, variant)),
        }
    }
    parts
}

fn share(rollout: &Rollout, name: &str) -> Option<Share> {
    match rollout.setting(name)? {
        Setting::Share(share) => Some(*share),
        _ => None,
    }
}

fn time(rollout: &Rollout, name: &str) -> Option<i128> {
    match rollout.setting(name)? {
        Setting::Time(time) => Some(time.unix().into()),
        _ => None,
    }
}

/// Buckets of a gradual rollout: nothing before `from`, then min(max, start + step·⌊(now − from)/every⌋).
fn gradual(rollout: &Rollout, now: Timestamp) -> Option<u128> {
    let steps = |name, absent: Share| u128::from(share(rollout, name).unwrap_or(absent).steps());
    let (start, max) = (steps("start", Share::ZERO), steps("max", Share::FULL));
    let step = u128::from(share(rollout, "step")?.steps());
    let Setting::Length(every) = rollout.setting("every")? else { return None };
    let Ok(passed) = u128::try_from(i128::from(now.unix()) - time(rollout, "from")?) else { return Some(0) };
    let count = passed.checked_div(every.get().into()).unwrap_or(u128::MAX);
    Some(start.saturating_add(step.saturating_mul(count)).min(max))
}

/// Width and length of a linear rollout's line, which is finer than buckets: with D = until − from, the width is
/// start·D + (end − start)·clamp(now − from, 0, D) of 100 %·D.
fn linear(rollout: &Rollout, now: Timestamp) -> Option<(u128, u128)> {
    let steps = |name, absent: Share| i128::from(share(rollout, name).unwrap_or(absent).steps());
    let (start, end) = (steps("start", Share::ZERO), steps("end", Share::FULL));
    let (from, until) = (time(rollout, "from")?, time(rollout, "until")?);
    // Files never hold a longer one; this keeps all later products within range.
    let duration = (until - from).clamp(1, 1 << 30);
    let passed = (i128::from(now.unix()) - from).clamp(0, duration);
    let width = start * duration + (end - start) * passed;
    let length = u128::try_from(duration).ok()? * BUCKETS;
    Some((u128::try_from(width).unwrap_or(0).min(length), length))
}

/// Everyone in the rings up to and including this one: by bucket within its percentage, or by segment.
fn ring(context: Context<'_>, rollout: &Rollout, ramped: &VariantName) -> Option<Spread> {
    let Setting::Ring(name) = rollout.setting("ring")? else { return None };
    let rings = &context.project.rings;
    let reach = rings.get(..=rings.iter().position(|ring| ring.name == *name)?)?;
    let width = reach.iter().filter_map(|ring| ring.percentage).max().unwrap_or(Share::ZERO);
    let widths = [(u128::from(width.steps()), ramped.clone())];
    let mut members: Vec<SegmentName> = reach.iter().filter_map(|ring| ring.segment.clone()).collect();
    members.sort();
    members.dedup();
    if width == Share::FULL {
        // Everyone is in by bucket already.
        members.clear();
    }
    let bucketing = context.project.bucketing;
    let key = BucketKey { salt: "rings".to_owned(), by: By::targeting_key(), bucketing, asked: None };
    Some(Spread { key, length: BUCKETS, parts: parts(BUCKETS, &widths, context.flag.outside()), members, timed: false })
}

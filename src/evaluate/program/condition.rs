//! Conditions made ready to evaluate.

use crate::evaluate::bucket::{Algorithm, Purpose, algorithm};
use crate::evaluate::lookup::TextMap;
use crate::evaluate::operator::{Forms, Prepared};
use crate::evaluate::slots::{Slot, Slots};
use crate::evaluate::strategy::Chances;
use crate::model::{Bucketing, By, Condition, Schedule, Share, Test};

/// The deepest nesting of conditions. Files can't nest deeper.
const MAX_DEPTH: u32 = 32;

/// A condition.
#[derive(Debug)]
pub(crate) enum Node {
    Test {
        slot: Slot,
        prepared: Prepared,
        source: Box<Test>,
    },
    /// Index of the segment.
    Segment(u32),
    Percentage {
        share: Share,
        chances: Chances,
        draw: Draw,
    },
    Schedule(Schedule),
    Any(Box<[Node]>),
    All(Box<[Node]>),
    Not(Box<Node>),
}

/// How a bucket is drawn.
#[derive(Debug)]
pub(crate) struct Draw {
    /// The first attribute of the unit.
    pub(crate) slot: Slot,
    pub(crate) bucketing: Bucketing,
    pub(crate) salt: Box<str>,
    /// Anything else than a native algorithm and a unit of one attribute.
    pub(crate) foreign: Option<Box<Foreign>>,
}

/// How a position is drawn by the algorithm of another system, or for a unit of several attributes.
#[derive(Debug)]
pub(crate) struct Foreign {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) purpose: Purpose,
    /// How many positions there are.
    pub(crate) total: u32,
    /// All attributes of the unit.
    pub(crate) slots: Box<[Slot]>,
    /// Whether the first that is a unit is the unit; otherwise they are joined.
    pub(crate) first: bool,
}

impl Draw {
    /// A bucket of a native algorithm.
    pub(crate) const fn native(slot: Slot, bucketing: Bucketing, salt: Box<str>) -> Self {
        Self { slot, bucketing, salt, foreign: None }
    }

    /// Whom `share` reaches.
    pub(crate) fn chances(&self, share: Share) -> Chances {
        match (&self.foreign, Chances::of(share)) {
            (Some(foreign), Chances::Below(_)) => Chances::Below(foreign.algorithm.end(share)),
            (_, chances) => chances,
        }
    }

    /// A share that grows, as it is now, in positions.
    pub(crate) fn grown(&self, chances: Chances) -> Chances {
        match (&self.foreign, chances) {
            (Some(foreign), Chances::Finer { scale, bound }) => {
                let end = u128::from(bound) * u128::from(foreign.total) / u128::from(scale.max(1));
                Chances::Below(u32::try_from(end).unwrap_or(foreign.total))
            }
            (Some(_), Chances::Below(_)) => self.chances(chances.share()),
            (_, chances) => chances,
        }
    }
}

/// What the conditions and serves of one flag or segment are compiled in.
pub(super) struct Scope<'s> {
    pub(super) slots: &'s mut Slots,
    pub(super) segments: &'s TextMap<u32>,
    /// The segments that were referred to.
    pub(super) used_segments: Vec<usize>,
    pub(super) salt: &'s str,
    pub(super) bucketing: Bucketing,
}

impl Scope<'_> {
    /// All of `conditions`, or what is wrong with the first that is not right.
    pub(super) fn conditions(&mut self, conditions: &[Condition]) -> Result<Box<[Node]>, String> {
        self.list(conditions, 0)
    }

    fn list(&mut self, conditions: &[Condition], depth: u32) -> Result<Box<[Node]>, String> {
        conditions.iter().map(|condition| self.condition(condition, depth)).collect()
    }

    fn condition(&mut self, condition: &Condition, depth: u32) -> Result<Node, String> {
        if depth >= MAX_DEPTH {
            return Err(format!("conditions are nested more than {MAX_DEPTH} levels deep"));
        }
        Ok(match condition {
            Condition::Test(test) => {
                let prepared = Prepared::new(test)?;
                let slot = self.slots.slot(&test.attribute, prepared.forms());
                Node::Test { slot, prepared, source: Box::new(test.clone()) }
            }
            Condition::Segment(name) => Node::Segment(self.segment(name.as_str())?),
            Condition::Percentage { share, by, salt, bucketing } => {
                let draw = self.draw(by.as_ref(), salt.as_deref(), *bucketing);
                Node::Percentage { share: *share, chances: draw.chances(*share), draw }
            }
            Condition::Schedule(schedule) => Node::Schedule(*schedule),
            Condition::Any(inner) => Node::Any(self.list(inner, depth + 1)?),
            Condition::All(inner) => Node::All(self.list(inner, depth + 1)?),
            Condition::Not(inner) => Node::Not(Box::new(self.condition(inner, depth + 1)?)),
        })
    }

    /// The index of the segment `name`.
    pub(super) fn segment(&mut self, name: &str) -> Result<u32, String> {
        let index = *self.segments.get(name).ok_or_else(|| format!("there is no segment `{name}`"))?;
        self.used_segments.push(index as usize);
        Ok(index)
    }

    /// How a bucket is drawn for a percentage, where some of it may not be said.
    pub(super) fn draw(&mut self, by: Option<&By>, salt: Option<&str>, bucketing: Option<Bucketing>) -> Draw {
        let bucketing = bucketing.unwrap_or(self.bucketing);
        let salt = bucketing.salt(salt, self.salt).into();
        let targeting_key = By::targeting_key();
        let by = by.unwrap_or(&targeting_key);
        match by {
            By::One(path) if bucketing.is_native() => Draw::native(self.slots.slot(path, Forms::UNIT), bucketing, salt),
            _ => {
                let slots: Box<[Slot]> = by.paths().iter().map(|path| self.slots.slot(path, Forms::NONE)).collect();
                let algorithm = algorithm(bucketing);
                let (purpose, total) = (Purpose::Share, algorithm.percentage());
                let first = matches!(by, By::First(_));
                let slot = slots.first().copied().unwrap_or(Slot::TARGETING_KEY);
                let foreign = Foreign { algorithm, purpose, total, slots, first };
                Draw { slot, bucketing, salt, foreign: Some(Box::new(foreign)) }
            }
        }
    }
}

//! Conditions made ready to evaluate.

use crate::evaluate::lookup::TextMap;
use crate::evaluate::operator::{Forms, Prepared};
use crate::evaluate::slots::{Slot, Slots};
use crate::evaluate::strategy::Chances;
use crate::model::{AttributePath, Bucketing, Condition, Share, Test};

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
    Any(Box<[Node]>),
    All(Box<[Node]>),
    Not(Box<Node>),
}

/// How a bucket is drawn.
#[derive(Debug)]
pub(crate) struct Draw {
    pub(crate) slot: Slot,
    pub(crate) bucketing: Bucketing,
    pub(crate) salt: Box<str>,
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
            Condition::Percentage { share, by, salt, bucketing } => Node::Percentage {
                share: *share,
                chances: Chances::of(*share),
                draw: self.draw(by.as_ref(), salt.as_deref(), *bucketing),
            },
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

    /// How a bucket is drawn, where some of it may not be said.
    pub(super) fn draw(
        &mut self,
        by: Option<&AttributePath>,
        salt: Option<&str>,
        bucketing: Option<Bucketing>,
    ) -> Draw {
        Draw {
            slot: by.map_or(Slot::TARGETING_KEY, |path| self.slots.slot(path, Forms::UNIT)),
            bucketing: bucketing.unwrap_or(self.bucketing),
            salt: salt.unwrap_or(self.salt).into(),
        }
    }
}

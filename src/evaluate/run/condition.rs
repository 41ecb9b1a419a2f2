//! Whether conditions match.

use super::Run;
use crate::evaluate::observer::{Membership, Observer, Outcome, Step};
use crate::evaluate::program::{Node, SegmentProgram};
use crate::evaluate::slots::Slot;

impl<'p, 'c, O: Observer<'p, 'c>> Run<'_, 'p, 'c, O> {
    #[inline]
    pub(super) fn all(&mut self, conditions: &'p [Node]) -> bool {
        conditions.iter().all(|condition| self.condition(condition))
    }

    fn condition(&mut self, node: &'p Node) -> bool {
        match node {
            Node::Test { slot, prepared, source } => {
                let attribute = self.context.attribute(*slot);
                let matched = prepared.matches(attribute);
                self.observer.note(Step::Test(source), Outcome::Tested { matched, actual: attribute.json });
                matched
            }
            Node::Segment(index) => self.segment(*index),
            Node::Percentage { share, chances, draw } => {
                self.observer.enter(Step::Percentage(*share));
                let inside = self.inside(*chances, draw);
                let (matched, outcome) = match inside {
                    Ok((inside, _)) => (inside, Outcome::Matched(inside)),
                    Err(_) => (false, Outcome::NoUnit),
                };
                self.observer.leave(outcome);
                matched
            }
            Node::Any(inner) => {
                self.observer.enter(Step::Any);
                let matched = inner.iter().any(|condition| self.condition(condition));
                self.observer.leave(Outcome::Matched(matched));
                matched
            }
            Node::All(inner) => {
                self.observer.enter(Step::All);
                let matched = self.all(inner);
                self.observer.leave(Outcome::Matched(matched));
                matched
            }
            Node::Not(inner) => {
                self.observer.enter(Step::Not);
                let matched = !self.condition(inner);
                self.observer.leave(Outcome::Matched(matched));
                matched
            }
        }
    }

    pub(super) fn segment(&mut self, index: u32) -> bool {
        let Some(Some(segment)) = self.program.segments.get(index as usize) else { return false };
        self.observer.enter(Step::Segment(&segment.name));
        let membership = self.membership(segment);
        self.observer.leave(Outcome::Member(membership));
        membership.is_in()
    }

    #[inline]
    fn membership(&mut self, segment: &'p SegmentProgram) -> Membership {
        if let Some(unit) = self.context.unit(Slot::TARGETING_KEY) {
            if segment.exclude.contains(unit) {
                return Membership::Excluded;
            }
            if segment.include.contains(unit) {
                return Membership::Included;
            }
        }
        if !segment.conditions.is_empty() && self.all(&segment.conditions) {
            Membership::Matching
        } else {
            Membership::Neither
        }
    }
}

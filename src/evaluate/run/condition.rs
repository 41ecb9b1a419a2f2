//! Whether conditions match, and whether a bucket decided that.

use super::Run;
use crate::evaluate::bucket::Bucket;
use crate::evaluate::observer::{Membership, Observer, Outcome, Step};
use crate::evaluate::program::{Node, SegmentProgram};
use crate::evaluate::slots::Slot;

/// Whether a condition matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verdict {
    pub(super) matched: bool,
    /// The bucket of a percentage that the verdict rests on. Where several do, the first.
    pub(super) bucket: Option<Bucket>,
}

impl Verdict {
    const fn plain(matched: bool) -> Self {
        Self { matched, bucket: None }
    }
}

impl<'p, 'c, O: Observer<'p, 'c>> Run<'_, 'p, 'c, O> {
    /// Whether all match: it rests on all of them, or on the one that does not.
    #[inline]
    pub(super) fn all(&mut self, conditions: &'p [Node]) -> Verdict {
        self.until(conditions, false)
    }

    /// Looks at conditions up to the first that is `last`.
    #[inline]
    fn until(&mut self, conditions: &'p [Node], last: bool) -> Verdict {
        let mut bucket = None;
        for condition in conditions {
            let verdict = self.condition(condition);
            if verdict.matched == last {
                return verdict;
            }
            bucket = bucket.or(verdict.bucket);
        }
        Verdict { matched: !last, bucket }
    }

    fn condition(&mut self, node: &'p Node) -> Verdict {
        match node {
            Node::Test { slot, prepared, source } => {
                let attribute = self.context.attribute(*slot);
                self.untold |= attribute.untold;
                let matched = prepared.matches(attribute);
                self.observer.note(Step::Test(source), Outcome::Tested { matched, actual: attribute.json });
                Verdict::plain(matched)
            }
            Node::Segment(index) => self.segment(*index),
            Node::Percentage { share, chances, draw } => {
                self.observer.enter(Step::Percentage(*share));
                let inside = self.inside(*chances, draw);
                let (verdict, outcome) = match inside {
                    Ok((matched, bucket)) => (Verdict { matched, bucket }, Outcome::Matched(matched)),
                    Err(_) => (Verdict::plain(false), Outcome::NoUnit),
                };
                self.observer.leave(outcome);
                verdict
            }
            Node::Schedule(schedule) => {
                let matched = schedule.contains(self.now);
                self.observer.note(Step::Schedule(*schedule), Outcome::Matched(matched));
                Verdict::plain(matched)
            }
            Node::Any(inner) => self.nested(Step::Any, |run| run.until(inner, true)),
            Node::All(inner) => self.nested(Step::All, |run| run.all(inner)),
            Node::Not(inner) => self.nested(Step::Not, |run| {
                let verdict = run.condition(inner);
                Verdict { matched: !verdict.matched, ..verdict }
            }),
        }
    }

    #[inline]
    fn nested(&mut self, step: Step<'p>, look: impl FnOnce(&mut Self) -> Verdict) -> Verdict {
        self.observer.enter(step);
        let verdict = look(self);
        self.observer.leave(Outcome::Matched(verdict.matched));
        verdict
    }

    pub(super) fn segment(&mut self, index: u32) -> Verdict {
        let Some((membership, bucket)) = self.look_at(index) else { return Verdict::plain(false) };
        Verdict { matched: membership.is_in(), bucket }
    }

    /// Whether the context is in the segment; `None` when the segment does not work.
    pub(in crate::evaluate) fn member(&mut self, index: u32) -> Option<Membership> {
        self.look_at(index).map(|(membership, _)| membership)
    }

    #[inline]
    fn look_at(&mut self, index: u32) -> Option<(Membership, Option<Bucket>)> {
        let segment = self.program.segments.get(index as usize)?.as_ref()?;
        self.observer.enter(Step::Segment(&segment.name));
        let (membership, bucket) = self.membership(segment);
        self.observer.leave(Outcome::Member(membership));
        Some((membership, bucket))
    }

    #[inline]
    fn membership(&mut self, segment: &'p SegmentProgram) -> (Membership, Option<Bucket>) {
        if let Some(unit) = self.context.unit(Slot::TARGETING_KEY) {
            if segment.exclude.contains(unit) {
                return (Membership::Excluded, None);
            }
            if segment.include.contains(unit) {
                return (Membership::Included, None);
            }
        }
        if segment.conditions.is_empty() {
            return (Membership::Neither, None);
        }
        let verdict = self.all(&segment.conditions);
        (if verdict.matched { Membership::Matching } else { Membership::Neither }, verdict.bucket)
    }
}

//! Cases of segments: who must be in, and who not.

use super::case::{Mismatch, combinations, context, with_combination};
use crate::document::{ExpectedMembership, SegmentTests};
use crate::evaluate::{Bucket, Context, Membership, Outcome, Program, Trace};
use crate::model::{AttributePath, Segment};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// One question about a segment with the answer that is expected.
#[derive(Debug, Clone)]
pub struct SegmentCase<'t> {
    /// What the file says.
    pub expectation: &'t ExpectedMembership,
    /// The values that the matrix gives, in its order.
    pub combination: Vec<(&'t AttributePath, &'t Json)>,
    /// Who that is, or why that is no context.
    pub context: Result<Context, String>,
}

/// The answer to a case of a segment.
#[derive(Debug)]
pub struct SegmentVerdict<'p, 'c> {
    /// What is not as expected; empty when the case holds.
    pub mismatches: Vec<Mismatch>,
    /// Whether and why they are in; `None` when there is no context, or the segment does not work.
    pub membership: Option<(Membership, Trace<'p, 'c>)>,
}

/// The cases of a tests file of a segment, in its order: for each expectation the combinations of its matrix.
pub fn segment_cases(tests: &SegmentTests) -> impl Iterator<Item = SegmentCase<'_>> {
    tests.expect.iter().flat_map(move |expectation| {
        combinations(&expectation.matrix).into_iter().map(move |combination| SegmentCase {
            expectation,
            context: context(&tests.context, &expectation.context, expectation.user.as_ref(), &combination),
            combination,
        })
    })
}

impl SegmentCase<'_> {
    /// Asks the segment `name` of `program`.
    #[must_use]
    pub fn run<'p: 'r, 'r>(&'r self, program: &'p Program, name: &str) -> SegmentVerdict<'r, 'r> {
        let mismatch = |what, expected: &str, actual: String| {
            let mismatches = vec![Mismatch { what, expected: expected.to_owned(), actual }];
            SegmentVerdict { mismatches, membership: None }
        };
        let context = match &self.context {
            Ok(context) => context,
            Err(error) => return mismatch("context", "attributes that fit together", error.clone()),
        };
        let bucket = self.expectation.bucket.and_then(|share| Bucket::new(share.steps()));
        let wanted = self.expectation.member.to_string();
        let Some((membership, trace)) = program.bind(context).member(name, bucket) else {
            return mismatch(
                "member",
                &wanted,
                "a segment that does not work (`git flag validate` says why)".to_owned(),
            );
        };
        let mut verdict = SegmentVerdict { mismatches: Vec::new(), membership: Some((membership, trace)) };
        if membership.is_in() != self.expectation.member {
            let actual = format!("{} ({})", membership.is_in(), membership.name());
            verdict.mismatches.push(Mismatch { what: "member", expected: wanted, actual });
        }
        verdict
    }

    /// What the case is called: its name, or what it expects, with its combination.
    #[must_use]
    pub fn title(&self) -> String {
        let ExpectedMembership { name, user, member, .. } = self.expectation;
        let expected = || {
            let side = if *member { "in" } else { "out" };
            user.as_ref().map_or_else(|| side.to_owned(), |user| format!("{}: {side}", user.as_str()))
        };
        with_combination(name.clone().unwrap_or_else(expected), &self.combination)
    }
}

/// A way to be in a segment, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SegmentBranch {
    /// Somebody is on the list `exclude`.
    Excluded,
    /// Somebody is on the list `include`.
    Included,
    /// The condition at this position matches, or not.
    Condition(usize, bool),
}

/// All branches of `segment`: its lists, and both outcomes of each of its conditions.
#[must_use]
pub fn segment_branches(segment: &Segment) -> Vec<SegmentBranch> {
    let lists = [(SegmentBranch::Excluded, &segment.exclude), (SegmentBranch::Included, &segment.include)];
    let lists = lists.into_iter().filter(|(_, units)| !units.is_empty()).map(|(branch, _)| branch);
    let both = |index| [true, false].map(|outcome| SegmentBranch::Condition(index, outcome));
    lists.chain((0..segment.conditions.len()).flat_map(both)).collect()
}

/// The branches that were taken on the way to `membership`.
pub fn segment_taken(membership: Membership, trace: &Trace<'_, '_>, taken: &mut BTreeSet<SegmentBranch>) {
    match membership {
        Membership::Excluded => drop(taken.insert(SegmentBranch::Excluded)),
        Membership::Included => drop(taken.insert(SegmentBranch::Included)),
        // Conditions are looked at in their order, up to the first that does not match.
        Membership::Matching | Membership::Neither => {
            let conditions = trace.entries().iter().filter(|entry| entry.depth == 1);
            taken.extend(conditions.enumerate().map(|(index, entry)| {
                let outcome = match entry.outcome {
                    Outcome::Matched(matched) | Outcome::Tested { matched, .. } => matched,
                    Outcome::Member(inner) => inner.is_in(),
                    Outcome::Drawn { .. } | Outcome::Served(_) | Outcome::NoUnit => false,
                };
                SegmentBranch::Condition(index, outcome)
            }));
        }
    }
}

impl SegmentBranch {
    /// In words, for a branch of `segment`: ``country in [DE, FR] does not hold``.
    #[must_use]
    pub fn words(self, segment: &Segment) -> String {
        match self {
            Self::Excluded => "somebody is excluded".to_owned(),
            Self::Included => "somebody is included".to_owned(),
            Self::Condition(index, outcome) => {
                let verb = if outcome { "holds" } else { "does not hold" };
                segment.conditions.get(index).map_or_else(String::new, |condition| format!("{condition} {verb}"))
            }
        }
    }
}

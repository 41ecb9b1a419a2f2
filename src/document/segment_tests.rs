//! A file of expectations of a segment: `flags/tests/segments/<name>.yaml`.

use super::decode::{Decoder, Slot};
use super::tables::{MEMBERSHIP, SEGMENT_TESTS};
use crate::diagnostic::Diagnostic;
use crate::model::{AttributePath, Share, Unit};
use crate::source::{FilePath, Span};
use crate::yaml::Tree;

/// The expectations for one segment.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentTests {
    /// What is tested.
    pub description: Option<String>,
    /// Attributes that every case starts from.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// The cases, in file order.
    pub expect: Vec<ExpectedMembership>,
}

/// A context, and whether it must be in the segment.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedMembership {
    /// Where the case stands in the file.
    pub span: Span,
    /// What it shows.
    pub name: Option<String>,
    /// The `targetingKey`.
    pub user: Option<Unit>,
    /// Attributes, merged over those of the file.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// Attributes with the values of which every combination must be in, or out.
    pub matrix: Vec<(AttributePath, Vec<serde_json::Value>)>,
    /// The bucket that the unit is taken to be in, in steps of 0.001 %: below 100,000.
    pub bucket: Option<Share>,
    /// Whether it must be in.
    pub member: bool,
}

/// Reads a file of tests of a segment. It is there exactly when there is no problem.
#[must_use]
pub fn segment_tests(file: &FilePath, tree: &Tree<'_>) -> (Option<SegmentTests>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(file);
    let tests = decoder.segment_tests(Slot::file(tree, SEGMENT_TESTS.what));
    decoder.finish(tests)
}

impl Decoder<'_> {
    fn segment_tests(&mut self, slot: Slot<'_, '_>) -> Option<SegmentTests> {
        let fields = self.object(slot, &SEGMENT_TESTS)?;
        let description = self.optional(&fields, "description", Self::text);
        let context = self.or_default(&fields, "context", Self::json_object);
        let expect =
            self.required(&fields, "expect", |decoder, slot| decoder.each(slot, true, Self::expected_membership));
        Some(SegmentTests { description: description?, context: context?, expect: expect? })
    }

    fn expected_membership(&mut self, slot: Slot<'_, '_>) -> Option<ExpectedMembership> {
        let fields = self.object(slot, &MEMBERSHIP)?;
        let name = self.optional(&fields, "name", Self::text);
        let user = self.optional(&fields, "user", Self::unit);
        let context = self.or_default(&fields, "context", Self::json_object);
        let matrix = self.or_default(&fields, "matrix", Self::matrix);
        let bucket = self.optional(&fields, "bucket", Self::bucket);
        let member = self.required(&fields, "member", Self::boolean);
        Some(ExpectedMembership {
            span: slot.node.span,
            name: name?,
            user: user?,
            context: context?,
            matrix: matrix?,
            bucket: bucket?,
            member: member?,
        })
    }
}

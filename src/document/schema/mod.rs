//! JSON Schemas (draft 2020-12) from the tables of fields, operators and strategies.
//!
//! Messages come from the decoder, which knows more than a schema can say; the schemas serve editors and CI of others.
//! Both agree wherever a schema can express the rule: [`NOT_IN_SCHEMA`] lists where it can't.

mod generate;
mod rules;

use super::fields::Object;
use super::tables::{FLAG, FLAG_TESTS, GOLDEN, PROJECT, SEGMENT, SEGMENT_TESTS};
use crate::diagnostic::Code;
use crate::diagnostic::codes::shape;
use serde_json::Value;
use std::sync::OnceLock;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// A flag.
    Flag,
    /// A segment.
    Segment,
    /// The project.
    Project,
    /// Expectations for a flag.
    Tests,
    /// Expectations for a segment.
    SegmentTests,
    /// A golden context.
    Golden,
}

/// Problems that a schema can't express, or not in every case, and why: where the decoder reports nothing else, a schema
/// may accept.
pub static NOT_IN_SCHEMA: &[(&Code, &str)] = &[
    (&shape::UNKNOWN_VARIANT, "refers to another part of the file"),
    (&shape::BAD_PERCENTAGE, "the number of decimals and the way of writing"),
    (&shape::BAD_TIME, "the calendar and offsets"),
    (&shape::BAD_LENGTH, "the longest length"),
    (&shape::BAD_STRATEGY, "compares settings with each other"),
    (&shape::OPERAND_MEANING, "grammars of their own"),
    (&shape::BAD_ATTRIBUTE, "the length in bytes"),
    (&shape::SPLIT_SUM, "a sum"),
    (&shape::BAD_SALT, "the algorithm decides what a salt may be"),
    (&shape::NOT_FOR_BOOLEAN, "the algorithm decides whether a boolean can be split"),
    (&shape::DUPLICATE_RULE_ID, "compares items by one field"),
    (&shape::DUPLICATE_UNIT, "compares across lists, and `1` with \"1\""),
    (&shape::UNIT_IN_BOTH, "compares two lists"),
    (&shape::SCHEDULE_ORDER, "compares two fields"),
    (&shape::DUPLICATE_NAME, "compares ignoring case"),
    (&shape::RING_ORDER, "compares neighbours"),
    (&shape::ATTRIBUTE_VALUE, "grammars of their own"),
];

impl Document {
    /// All kinds, with the names of their schema files.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Flag, "flag.schema.json"),
        (Self::Segment, "segment.schema.json"),
        (Self::Project, "project.schema.json"),
        (Self::Tests, "tests.schema.json"),
        (Self::SegmentTests, "segment-tests.schema.json"),
        (Self::Golden, "golden.schema.json"),
    ];

    fn object(self) -> &'static Object {
        match self {
            Self::Flag => &FLAG,
            Self::Segment => &SEGMENT,
            Self::Project => &PROJECT,
            Self::Tests => &FLAG_TESTS,
            Self::SegmentTests => &SEGMENT_TESTS,
            Self::Golden => &GOLDEN,
        }
    }

    /// Its schema.
    #[must_use]
    pub fn schema(self) -> Value {
        generate::document(self.object())
    }
}

/// Every schema with the name of its file.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Value)> {
    Document::ALL.iter().map(|(document, name)| (*name, document.schema())).collect()
}

/// Whether the schema of that kind of file accepts `value`. The schema is compiled on first use.
///
/// # Errors
/// The first thing the schema objects to, with its place as a JSON pointer.
pub fn schema_accepts(document: Document, value: &Value) -> Result<(), String> {
    static COMPILED: [OnceLock<Result<jsonschema::Validator, String>>; 6] = [const { OnceLock::new() }; 6];
    let compile = || jsonschema::draft202012::new(&document.schema()).map_err(|error| error.to_string());
    let validator = COMPILED[document as usize].get_or_init(compile).as_ref().map_err(Clone::clone)?;
    // A plain yes is much quicker than an answer with reasons.
    if validator.is_valid(value) {
        return Ok(());
    }
    validator.validate(value).map_err(|error| format!("{}: {error}", error.instance_path()))
}

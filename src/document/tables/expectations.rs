//! The fields of tests and golden contexts.

use super::{JSON_OBJECT, filled, optional, required};
use crate::document::fields::{Field, Map, Object, Rule, Shape};

/// Reasons that a decision can have, as `OpenFeature` names them.
pub const REASONS: [&str; 6] = ["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", "ERROR"];

fn reasons() -> Vec<&'static str> {
    REASONS.to_vec()
}

const NAME: Field = optional("name", Shape::Text, "What the case shows");
const USER: Field = optional("user", Shape::Unit, "The `targetingKey`");
const SHARED_CONTEXT: Field = optional("context", JSON_OBJECT, "Attributes that every case starts from");
const CONTEXT: Field = optional("context", JSON_OBJECT, "Attributes, merged over those of the file");
const MATRIX: Field = optional(
    "matrix",
    Shape::Map(&Map { keys: Shape::Attribute, values: Shape::List(&filled(Shape::Json)), filled: true }),
    "Attributes with several values each: the case holds for every combination",
);
const BUCKET: Field =
    optional("bucket", Shape::Bucket, "The bucket that the unit is taken to be in, in percent: from 0 to below 100");

/// A file of expectations.
pub static FLAG_TESTS: Object = Object {
    name: "tests",
    what: "a tests file",
    doc: "Expectations for one flag; the name of the file is the flag's key",
    rule: Some(Rule::CaseEnvironments),
    fields: &[
        optional("description", Shape::Text, "What is tested"),
        optional("environment", Shape::NameOrNames, "The environments of cases that name none"),
        optional("now", Shape::Time, "The time of cases that name none"),
        SHARED_CONTEXT,
        required("expect", Shape::List(&filled(Shape::Object(&EXPECTATION))), "The cases"),
    ],
};

/// A case of a tests file.
pub static EXPECTATION: Object = Object {
    name: "expectation",
    what: "a test case",
    doc: "A context, and what the flag must answer",
    rule: Some(Rule::AnyOf(&["variant", "value", "reason", "rule"])),
    fields: &[
        NAME,
        optional("environment", Shape::NameOrNames, "The environment, or several"),
        USER,
        CONTEXT,
        MATRIX,
        optional("now", Shape::Time, "The time"),
        BUCKET,
        optional("variant", Shape::AnyVariant, "The variant that must be served"),
        optional("value", Shape::Json, "The value that must be served"),
        optional("reason", Shape::Choice(reasons), "The reason"),
        optional("rule", Shape::Text, "The rule that must decide: its id, or its position as `#1`"),
    ],
};

/// A file of expectations of a segment.
pub static SEGMENT_TESTS: Object = Object {
    name: "segment-tests",
    what: "a tests file of a segment",
    doc: "Expectations for one segment; the name of the file is the segment's name",
    rule: None,
    fields: &[
        optional("description", Shape::Text, "What is tested"),
        SHARED_CONTEXT,
        required("expect", Shape::List(&filled(Shape::Object(&MEMBERSHIP))), "The cases"),
    ],
};

/// A case of a tests file of a segment.
pub static MEMBERSHIP: Object = Object {
    name: "membership",
    what: "a test case of a segment",
    doc: "A context, and whether it must be in the segment",
    rule: None,
    fields: &[
        NAME,
        USER,
        CONTEXT,
        MATRIX,
        BUCKET,
        required("member", Shape::Boolean, "Whether it must be in the segment"),
    ],
};

/// A golden context.
pub static GOLDEN: Object = Object {
    name: "golden",
    what: "a golden context",
    doc: "Who asks, where and when, and what every flag answered",
    rule: None,
    fields: &[
        optional("description", Shape::Text, "Who that is"),
        required("environment", Shape::Name, "The environment"),
        required("now", Shape::Time, "The time, so that answers do not depend on the clock"),
        required("context", JSON_OBJECT, "The whole context, with `targetingKey`"),
        optional(
            "answers",
            Shape::Map(&Map { keys: Shape::Name, values: Shape::AnyVariant, filled: false }),
            "What each flag serves; `git flag test --record` writes it",
        ),
    ],
};

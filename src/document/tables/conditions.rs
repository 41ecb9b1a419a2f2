//! The fields of conditions.

use super::{BUCKETING, CONDITIONS, SCHEDULE, filled, optional, required};
use crate::document::fields::{Object, Rule, Shape};

/// The forms of a condition: the first field of each, its head, tells them apart.
pub static CONDITION_FORMS: &[&Object] = &[
    &TEST,
    &SEGMENT_CONDITION,
    &PERCENTAGE_CONDITION,
    &SCHEDULE_CONDITION,
    &ANY_CONDITION,
    &ALL_CONDITION,
    &NOT_CONDITION,
];

/// A test of an attribute; its operator stands beside, by the table of operators.
pub static TEST: Object = Object {
    name: "test",
    what: "a test",
    doc: "An attribute and one operator",
    rule: Some(Rule::Operators),
    fields: &[
        required("attribute", Shape::Attribute, "The attribute, by path: `account.age_days`"),
        optional("ignore_case", Shape::Boolean, "Compare text ignoring case"),
        optional("lenient", Shape::Boolean, "Take text for a number, and versions such as `2.1` and `v2.1.0`"),
        optional("any_item", Shape::Boolean, "Of a list, look at its items: one that matches is enough"),
    ],
};

/// `{segment: staff}`
pub static SEGMENT_CONDITION: Object = Object {
    name: "in-segment",
    what: "a segment condition",
    doc: "In the segment",
    rule: None,
    fields: &[required("segment", Shape::Name, "The name of the segment")],
};

/// `{percentage: 25}`
pub static PERCENTAGE_CONDITION: Object = Object {
    name: "in-percentage",
    what: "a percentage condition",
    doc: "Within a share of units",
    rule: None,
    fields: &[
        required("percentage", Shape::Share, "How many"),
        optional("by", Shape::By, "The attribute that is the unit; `targetingKey` when absent"),
        optional("salt", Shape::Salt, "The salt; the flag's when absent, the segment's name in a segment"),
        optional("bucketing", BUCKETING, "The algorithm; the flag's when absent"),
    ],
};

/// `{schedule: {from: 2026-12-01}}`
pub static SCHEDULE_CONDITION: Object = Object {
    name: "in-schedule",
    what: "a schedule condition",
    doc: "The time is in the window",
    rule: None,
    fields: &[required("schedule", Shape::Object(&SCHEDULE), "From `from` (inclusive) until `until` (exclusive)")],
};

/// `{first: [userId, sessionId]}`
pub static FIRST_OF: Object = Object {
    name: "first-of",
    what: "a choice of units",
    doc: "The first of these attributes that is a unit",
    rule: None,
    fields: &[required("first", Shape::List(&filled(Shape::Attribute)), "The attributes, in order")],
};

/// `{any: […]}`
pub static ANY_CONDITION: Object = Object {
    name: "any",
    what: "`any`",
    doc: "At least one matches",
    rule: None,
    fields: &[required("any", CONDITIONS, "Conditions of which at least one must match")],
};

/// `{all: […]}`
pub static ALL_CONDITION: Object = Object {
    name: "all",
    what: "`all`",
    doc: "All match",
    rule: None,
    fields: &[required("all", CONDITIONS, "Conditions that must all match")],
};

/// `{not: …}`
pub static NOT_CONDITION: Object = Object {
    name: "not",
    what: "`not`",
    doc: "The other does not match",
    rule: None,
    fields: &[required("not", Shape::Condition, "The condition that must not match")],
};

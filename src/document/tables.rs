//! The fields of every object of the file format, as tables.
//!
//! Unknown-field and missing-field errors, the order of keys in what we write, and the JSON Schemas all come from here.

mod expectations;

pub use expectations::{EXPECTATION, FLAG_TESTS, GOLDEN, MEMBERSHIP, REASONS, SEGMENT_TESTS};

use super::fields::{Field, List, Map, Object, Rule, Shape};
use crate::model::{AttributeType, Bucketing, Durability, Kind, ValueType};

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, required: true, shape, doc }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, required: false, shape, doc }
}

const fn list(items: Shape) -> List {
    List { items, filled: false, unique: false }
}

const fn filled(items: Shape) -> List {
    List { items, filled: true, unique: false }
}

fn value_types() -> Vec<&'static str> {
    ValueType::ALL.iter().map(|(_, name)| *name).collect()
}

fn kinds() -> Vec<&'static str> {
    Kind::ALL.iter().map(|(_, name, _)| *name).collect()
}

fn bucketings() -> Vec<&'static str> {
    Bucketing::ALL.iter().map(|(_, name, _)| *name).collect()
}

fn native_bucketings() -> Vec<&'static str> {
    Bucketing::ALL.iter().filter(|(bucketing, ..)| bucketing.is_native()).map(|(_, name, _)| *name).collect()
}

fn attribute_types() -> Vec<&'static str> {
    AttributeType::ALL.iter().map(|(_, name)| *name).collect()
}

fn durabilities() -> Vec<&'static str> {
    Durability::ALL.iter().map(|(_, name)| *name).collect()
}

fn levels() -> Vec<&'static str> {
    crate::diagnostic::Severity::ALL.iter().map(|(_, name)| *name).collect()
}

const BUCKETING: Shape = Shape::Choice(bucketings);
const UNITS: Shape = Shape::List(&filled(Shape::Unit));
const FREE_UNITS: Shape = Shape::List(&list(Shape::Unit));
const CONDITIONS: Shape = Shape::List(&filled(Shape::Condition));
const JSON_OBJECT: Shape = Shape::Map(&Map { keys: Shape::Json, values: Shape::Json, filled: false });
const REQUIREMENTS: Shape = Shape::List(&list(Shape::Object(&REQUIREMENT)));

/// A flag file.
pub static FLAG: Object = Object {
    name: "flag",
    what: "a flag",
    doc: "A feature flag; the name of the file is its key",
    rule: Some(Rule::FlagTypes),
    fields: &[
        optional("name", Shape::Text, "A name for people"),
        optional("description", Shape::Text, "What the flag does"),
        required("type", Shape::Choice(value_types), "The type of its values"),
        optional("kind", Shape::Choice(kinds), "What the flag is for"),
        optional("owner", Shape::Text, "Who answers for it"),
        optional("tags", Shape::List(&List { items: Shape::Text, filled: false, unique: true }), "Free labels"),
        optional("expires", Shape::Time, "When the flag should be gone; evaluation ignores it"),
        optional("permanent", Shape::True, "The flag is meant to stay"),
        optional(
            "links",
            Shape::Map(&Map { keys: Shape::Text, values: Shape::Text, filled: false }),
            "References to elsewhere, such as `ticket`",
        ),
        optional("salt", Shape::Salt, "The salt of its buckets; its key when absent"),
        optional("bucketing", BUCKETING, "The algorithm of its buckets; the project's when absent"),
        optional(
            "variants",
            Shape::Map(&Map { keys: Shape::Name, values: Shape::Object(&VARIANT), filled: true }),
            "What it can serve; boolean flags have `true` and `false` instead",
        ),
        required(
            "default",
            Shape::Variant,
            "The safe variant: served where the flag is off, killed, out of schedule, or a requirement fails",
        ),
        optional("killed", Shape::Object(&KILL), "Switched to the default everywhere"),
        optional("archived", Shape::Object(&ARCHIVED), "Put away: evaluates like killed and is hidden from lists"),
        optional("requires", REQUIREMENTS, "Flags that must serve a certain variant, in every environment"),
        optional("metadata", JSON_OBJECT, "Anything a team wants to keep with the flag"),
        required(
            "environments",
            Shape::Map(&Map { keys: Shape::Name, values: Shape::Object(&ENVIRONMENT), filled: false }),
            "What the flag does in each environment; where it is absent the flag is off",
        ),
    ],
};

/// A variant of a flag.
pub static VARIANT: Object = Object {
    name: "variant",
    what: "a variant",
    doc: "A value with a name",
    rule: None,
    fields: &[
        required("value", Shape::Value, "What is served, of the flag's type"),
        optional("description", Shape::Text, "What it stands for"),
    ],
};

/// One environment of a flag.
pub static ENVIRONMENT: Object = Object {
    name: "environment",
    what: "an environment",
    doc: "What the flag does in one environment",
    rule: None,
    fields: &[
        optional("enabled", Shape::Boolean, "Whether it is on here; `false` when absent"),
        optional("killed", Shape::Object(&KILL), "Switched to the default here"),
        optional("schedule", Shape::Object(&SCHEDULE), "When it is on"),
        optional("requires", REQUIREMENTS, "Flags that must serve a certain variant, here"),
        optional(
            "targets",
            Shape::List(&list(Shape::Object(&TARGET))),
            "Units that get a fixed variant; the first match wins",
        ),
        optional("rules", Shape::List(&list(Shape::Object(&RULE))), "The first rule that matches decides"),
        required("serve", Shape::Serve, "What everyone else gets"),
    ],
};

/// A kill.
pub static KILL: Object = Object {
    name: "killed",
    what: "`killed`",
    doc: "Why, by whom and when the flag was switched to its default",
    rule: None,
    fields: &[
        required("reason", Shape::Text, "Why"),
        optional("by", Shape::Text, "Who"),
        optional("at", Shape::Time, "When"),
    ],
};

/// An archival.
pub static ARCHIVED: Object = Object {
    name: "archived",
    what: "`archived`",
    doc: "When and by whom the flag was put away",
    rule: None,
    fields: &[optional("at", Shape::Time, "When"), optional("by", Shape::Text, "Who")],
};

/// A schedule.
pub static SCHEDULE: Object = Object {
    name: "schedule",
    what: "a schedule",
    doc: "From `from` (inclusive) until `until` (exclusive)",
    rule: Some(Rule::AnyOf(&["from", "until"])),
    fields: &[
        optional("from", Shape::Time, "On from this moment"),
        optional("until", Shape::Time, "Off from this moment"),
    ],
};

/// A requirement.
pub static REQUIREMENT: Object = Object {
    name: "requirement",
    what: "a requirement",
    doc: "Another flag that has to serve a certain variant",
    rule: None,
    fields: &[
        required("flag", Shape::Name, "The key of the other flag"),
        required("serves", Shape::AnyVariant, "The variant that it has to serve; `true` or `false` for a boolean flag"),
    ],
};

/// A target.
pub static TARGET: Object = Object {
    name: "target",
    what: "a target",
    doc: "Units and the variant that they get",
    rule: None,
    fields: &[
        required("serve", Shape::Variant, "The variant"),
        required("units", UNITS, "The units, by `targetingKey`"),
    ],
};

/// A rule.
pub static RULE: Object = Object {
    name: "rule",
    what: "a rule",
    doc: "Conditions, all of which must match, and what is served then",
    rule: None,
    fields: &[
        optional("id", Shape::Name, "Its id, unique in the environment"),
        optional("description", Shape::Text, "What it is for"),
        optional("when", CONDITIONS, "All must match; everyone when absent"),
        required("serve", Shape::Serve, "What is served"),
    ],
};

/// What may stand beside a strategy, in order.
pub static BESIDE_STRATEGY: &[Field] = &[
    optional("serve", Shape::Variant, "The variant that is rolled out"),
    optional("by", Shape::By, "The attribute that is the unit; `targetingKey` when absent"),
    optional("salt", Shape::Salt, "The salt; the flag's when absent"),
    optional("bucketing", BUCKETING, "The algorithm; the flag's when absent"),
];

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

/// A segment file.
pub static SEGMENT: Object = Object {
    name: "segment",
    what: "a segment",
    doc: "A reusable audience; exclude wins, then include, then match",
    rule: None,
    fields: &[
        optional("description", Shape::Text, "Who they are"),
        optional("owner", Shape::Text, "Who answers for it"),
        optional("include", FREE_UNITS, "Units that are always in"),
        optional("exclude", FREE_UNITS, "Units that are never in"),
        optional("match", CONDITIONS, "All must match; nobody when absent"),
    ],
};

/// The project file.
pub static PROJECT: Object = Object {
    name: "project",
    what: "a project",
    doc: "Environments, attributes, rings and settings that all flags share",
    rule: None,
    fields: &[
        required("format", Shape::Format, "The format of the files"),
        required(
            "environments",
            Shape::List(&filled(Shape::Object(&PROJECT_ENVIRONMENT))),
            "The environments, in promotion order",
        ),
        optional(
            "attributes",
            Shape::Map(&Map { keys: Shape::Attribute, values: Shape::Object(&ATTRIBUTE), filled: false }),
            "What contexts may carry; conditions are checked against it",
        ),
        optional(
            "rings",
            Shape::List(&list(Shape::Object(&RING))),
            "Rings of users, innermost first; each contains those before it",
        ),
        optional("bucketing", Shape::Choice(native_bucketings), "The algorithm of buckets; `flagd-v3` when absent"),
        optional("geo", Shape::Object(&GEO), "Where places are looked up by `ip`"),
        optional("durability", Shape::Choice(durabilities), "`full`: changes are on the disk before they count"),
        optional(
            "lints",
            Shape::Map(&Map { keys: Shape::Text, values: Shape::Choice(levels), filled: false }),
            "Levels of lints by name",
        ),
    ],
};

/// Fields of the project that a later version brings, with what they are for.
pub static RESERVED_IN_PROJECT: &[(&str, &str)] =
    &[("policy", "rules for changes"), ("audit", "the audit mode"), ("roles", "who may change what")];

/// Where places are looked up.
pub static GEO: Object = Object {
    name: "geo",
    what: "the look-up of places",
    doc: "Where places are looked up by `ip`",
    rule: None,
    fields: &[required(
        "database",
        Shape::Text,
        "A file in MaxMind's format; a relative path begins at the folder that holds `flags/`",
    )],
};

/// An environment of the project.
pub static PROJECT_ENVIRONMENT: Object = Object {
    name: "project-environment",
    what: "an environment",
    doc: "An environment",
    rule: None,
    fields: &[
        required("name", Shape::Name, "Its name"),
        optional("description", Shape::Text, "What it is"),
        optional("protected", Shape::Boolean, "Whether writing asks for a reason and confirmation"),
    ],
};

/// The declaration of an attribute.
pub static ATTRIBUTE: Object = Object {
    name: "attribute",
    what: "an attribute",
    doc: "What an attribute of a context is",
    rule: Some(Rule::AttributeTypes),
    fields: &[
        required("type", Shape::Choice(attribute_types), "Its type"),
        optional("enum", Shape::List(&filled(Shape::Scalar)), "The values it may have"),
        optional("description", Shape::Text, "What it means"),
        optional("examples", Shape::List(&list(Shape::Scalar)), "Values for examples and synthetic contexts"),
    ],
};

/// A ring of users.
pub static RING: Object = Object {
    name: "ring",
    what: "a ring",
    doc: "Everyone in the segment and, failing that, within the percentage",
    rule: Some(Rule::AnyOf(&["segment", "percentage"])),
    fields: &[
        required("name", Shape::Name, "Its name"),
        optional("segment", Shape::Name, "Who is in by name"),
        optional("percentage", Shape::Share, "How many are in by bucket; may not fall along the list"),
    ],
};

//! The fields of every object of the file format, as tables.
//!
//! Unknown-field and missing-field errors, the order of keys in what we write, and the JSON Schemas all come from here.

mod conditions;
mod expectations;
mod project;

pub use conditions::{
    ALL_CONDITION, ANY_CONDITION, CONDITION_FORMS, FIRST_OF, NOT_CONDITION, PERCENTAGE_CONDITION, SCHEDULE_CONDITION,
    SEGMENT_CONDITION, TEST,
};
pub use expectations::{EXPECTATION, FLAG_TESTS, GOLDEN, MEMBERSHIP, REASONS, SEGMENT_TESTS};
pub use project::{ATTRIBUTE, GEO, PROJECT, PROJECT_ENVIRONMENT, RESERVED_IN_PROJECT, RING};

use super::fields::{Field, List, Map, Object, Rule, Shape};
use crate::model::{Bucketing, Kind, ValueType};

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

//! The fields of the project file.

use super::{filled, list, optional, required};
use crate::document::fields::{Map, Object, Rule, Shape};
use crate::model::{AttributeType, Bucketing, Durability};

fn attribute_types() -> Vec<&'static str> {
    AttributeType::ALL.iter().map(|(_, name)| *name).collect()
}

fn durabilities() -> Vec<&'static str> {
    Durability::ALL.iter().map(|(_, name)| *name).collect()
}

fn levels() -> Vec<&'static str> {
    crate::diagnostic::Severity::ALL.iter().map(|(_, name)| *name).collect()
}

fn native_bucketings() -> Vec<&'static str> {
    Bucketing::ALL.iter().filter(|(bucketing, ..)| bucketing.is_native()).map(|(_, name, _)| *name).collect()
}

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

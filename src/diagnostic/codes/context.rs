//! Codes of evaluation contexts and other arguments.

use super::codes;

codes! {
    NOT_AN_OBJECT = "F150" "context-not-an-object" Error
        "a context is a JSON object"
        "A context holds attributes by name, so it is an object such as `{\"targetingKey\": \"user-1\", \"plan\": \"pro\"}`. In a file of contexts every line is one such object.";
    NOT_JSON = "F151" "context-not-json" Error
        "the context is not JSON"
        "Contexts are JSON as RFC 8259 defines it: names and text in double quotes, no trailing comma, no comments. `NaN`, `Infinity` and numbers beyond the range of doubles do not exist in it.";
    CONTEXT_TOO_DEEP = "F152" "context-too-deep" Error
        "a context is nested more than 32 levels deep"
        "Conditions name attributes by dotted paths of a few names; contexts deeper than 32 levels are made to exhaust readers. Flatten the value.";
    NOT_AN_ASSIGNMENT = "F153" "not-an-assignment" Error
        "an attribute is given as `name=text` or `name:=JSON`"
        "`--context plan=pro` sets text, unless the project declares another type for the attribute. `--context age:=30` sets any JSON value. Whole contexts are given as a JSON object, as `@file`, or as `-` for standard input.";
    NOT_A_PATH = "F154" "not-an-attribute-path" Error
        "not the path of an attribute"
        "A path is made of names with dots between them, such as `account.age_days`. A dot that belongs to a name is written `\\.`, a backslash `\\\\`; no name is empty.";
    ATTRIBUTE_TYPE = "F155" "context-attribute-type" Error
        "an attribute is not of the type that the project declares"
        "`attributes` in `flags/project.yaml` declares what contexts carry, and conditions rely on it. Give a value of that type, or correct the declaration.";
    ATTRIBUTE_OCCUPIED = "F156" "attribute-occupied" Error
        "an attribute can't be set below one that is not an object"
        "`account=x` and `account.age_days=30` contradict each other: `account` can't be text and an object at once. Leave one of them out.";
    NO_GEO_DATABASE = "F157" "no-geo-database" Error
        "a flag asks for a place, and no database tells places"
        "`geo.country`, `geo.region` and `geo.city` follow from `ip` by a database in MaxMind's format. Name one in `flags/project.yaml`: `geo: {database: path/to/GeoLite2-City.mmdb}`. A context that carries the place itself needs none: `attributes` in the project may declare it. Flags whose answer to an address depends on a place answer with an error and their default, all others as ever. `validate` only warns.";
    BAD_GEO_DATABASE = "F158" "bad-geo-database" Error
        "the database of places can't be read"
        "`geo.database` in `flags/project.yaml` names a file in MaxMind's format (`.mmdb`), of cities or countries; a relative path begins at the folder that holds `flags/`. Get the file, or correct the path. `validate` only warns, as whoever evaluates may have it.";
    STRANGE_ATTRIBUTE = "F159" "undeclared-context-attribute" Warning
        "the context has an attribute that the project does not declare"
        "`attributes` in `flags/project.yaml` declares what contexts carry. One that it does not name is looked at by no condition, and often is a slip of the pen. Correct its name, or declare it.";
    DOUBLED_NAME = "F160" "context-doubled-name" Error
        "a context names something twice"
        "A name that stands twice in one object has no value that all agree on: some readers take the first, most the last. The message says where the second one stands; keep one of the two. Attributes that are given by several `--context` are no such case: there the last wins.";
}

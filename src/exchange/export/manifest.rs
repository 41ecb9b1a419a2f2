//! The manifest of the OpenFeature CLI: keys, types and the values to fall back to.

use super::{Exported, Refusal};
use crate::model::{Catalog, Flag, ValueType};
use serde_json::{Map, Value as Json, json};

/// The manifest of the flags `keys` of `catalog`; of all that are not archived when empty.
#[must_use]
pub fn export(catalog: &Catalog, keys: &[crate::model::FlagKey]) -> Exported {
    let mut refusals = Vec::new();
    let mut flags = Map::new();
    for flag in super::flagd::chosen(catalog, keys) {
        match entry(flag) {
            Ok(entry) => drop(flags.insert(flag.key.to_string(), entry)),
            Err(message) => refusals.push(Refusal {
                flag: flag.key.clone(),
                message,
                help: "wrap the values in a mapping".into(),
                kept: false,
            }),
        }
    }
    let count = flags.len();
    let schema = "https://raw.githubusercontent.com/open-feature/cli/main/schema/v0/flag-manifest.json";
    Exported { document: json!({"$schema": schema, "flags": flags}), flags: count, refusals }
}

fn entry(flag: &Flag) -> Result<Json, String> {
    let default = flag.variant(flag.default.as_str()).ok_or("its default is no variant")?.value.to_json();
    let of_type = match flag.value_type {
        ValueType::Boolean => "boolean",
        ValueType::String => "string",
        ValueType::Integer => "integer",
        ValueType::Number => "float",
        ValueType::Json if default.is_object() => "object",
        ValueType::Json => return Err("its default is no object, which a manifest can't hold".into()),
    };
    let mut entry = json!({"flagType": of_type, "defaultValue": default});
    if let Some(description) = &flag.description {
        entry["description"] = description.as_str().into();
    }
    Ok(entry)
}

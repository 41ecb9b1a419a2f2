//! Datafiles of the first schema, which have lists where the second has mappings by key.

use serde_json::{Map, Value as Json};

/// The datafile in the second schema.
pub(super) fn second(json: &Json) -> Json {
    let mut made = json.as_object().cloned().unwrap_or_default();
    for name in ["features", "segments"] {
        if let Some(list) = json.get(name) {
            made.insert(name.into(), by_key(list));
        }
    }
    for feature in made.get_mut("features").and_then(Json::as_object_mut).into_iter().flat_map(Map::values_mut) {
        if let Some(schema) = feature.get_mut("variablesSchema") {
            *schema = by_key(schema);
        }
        let variations = feature.get_mut("variations").and_then(Json::as_array_mut);
        for variation in variations.into_iter().flatten() {
            variables(variation);
        }
    }
    made.into()
}

/// A list of objects with a `key` as a mapping; anything else as it is.
fn by_key(list: &Json) -> Json {
    let Some(items) = list.as_array() else { return list.clone() };
    let entries = items.iter().filter_map(|item| Some((item.get("key")?.as_str()?.to_owned(), item.clone())));
    Json::Object(entries.collect())
}

/// The variables of a variation by key, with their overrides beside them.
fn variables(variation: &mut Json) {
    let Some(list) = variation.get("variables").and_then(Json::as_array).cloned() else { return };
    let mut values = Map::new();
    let mut overrides = variation.get("variableOverrides").and_then(Json::as_object).cloned().unwrap_or_default();
    for variable in &list {
        let Some(key) = variable.get("key").and_then(Json::as_str) else { continue };
        values.insert(key.to_owned(), variable.get("value").cloned().unwrap_or_default());
        if let Some(list) = variable.get("overrides") {
            overrides.insert(key.to_owned(), list.clone());
        }
    }
    variation["variables"] = values.into();
    if !overrides.is_empty() {
        variation["variableOverrides"] = overrides.into();
    }
}

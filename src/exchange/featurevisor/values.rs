//! The values of variations and variables.

use super::Values;
use super::parts::Parts;
use crate::exchange::build;
use crate::exchange::read::Node;
use crate::model::VariantName;
use crate::source::Strict;
use serde_json::{Number, Value as Json};
use std::collections::BTreeSet;

/// The values of a variable, with where they come from, and the type that it has.
pub(super) fn values_of(name: &str, parts: &[Parts<'_>]) -> Result<(Values, Vec<(Json, String)>), String> {
    let mut found: Vec<(Json, String)> = Vec::new();
    let kind = parts.iter().find_map(|parts| {
        parts.root.get("variablesSchema").and_then(|all| all.get(name)).and_then(|node| node.text("type"))
    });
    let mut add = |json: Option<&Json>, hint: String| {
        if let Some(json) = json
            && !found.iter().any(|(other, _)| other == json)
        {
            found.push((json.clone(), hint));
        }
    };
    let overrides = |node: &Node<'_>| {
        let all = node.json.get("variableOverrides").and_then(|all| all.get(name)).and_then(Json::as_array);
        all.into_iter().flatten().filter_map(|one| one.get("value").cloned()).collect::<Vec<_>>()
    };
    let own = |node: &Node<'_>| node.json.get("variables").and_then(|all| all.get(name)).cloned();
    for parts in parts {
        let schema = parts.root.json.get("variablesSchema").and_then(|all| all.get(name));
        let of = |key: &str| schema.and_then(|schema| schema.get(key));
        add(Some(of("defaultValue").unwrap_or(&Json::Null)), "default".into());
        add(of("disabledValue"), "disabled".into());
        for node in &parts.variations {
            let hint = node.text("value").unwrap_or_default();
            add(own(node).as_ref(), hint.to_owned());
            for value in overrides(node) {
                add(Some(&value), format!("{hint}-override"));
            }
        }
        for rule in &parts.rules {
            let hint = format!("rule-{}", rule.node.text("key").unwrap_or_default());
            add(own(&rule.node).as_ref(), hint.clone());
            for value in overrides(&rule.node) {
                add(Some(&value), format!("{hint}-override"));
            }
        }
        for force in &parts.force {
            add(own(&force.node).as_ref(), "forced".into());
        }
    }
    let mut names = BTreeSet::new();
    let mut list = Vec::new();
    for (json, hint) in &mut found {
        let mut unique = build::name_like(hint);
        let mut count = 2;
        while !names.insert(unique.to_ascii_lowercase()) {
            unique = format!("{}-{count}", build::name_like(hint));
            count += 1;
        }
        hint.clone_from(&unique);
        list.push((unique, typed(json, kind)?));
    }
    Ok((Values::of(&list)?, found))
}

/// The value as the variable's type has it.
fn typed(json: &Json, kind: Option<&str>) -> Result<Json, String> {
    Ok(match (kind, json) {
        (Some("json"), Json::String(text)) => match serde_json::from_str(text) {
            Ok(Strict(inner)) => inner,
            Err(error) if error.is_data() => return Err(format!("the JSON in a value is not clear: {error}")),
            Err(_) => json.clone(),
        },
        (Some("double"), Json::Number(number)) => {
            number.as_f64().and_then(Number::from_f64).map_or_else(|| json.clone(), Json::Number)
        }
        _ => json.clone(),
    })
}

/// The variations of a feature as values; what stands for none, and what is served where the feature is off.
pub(super) fn variation_values(roots: &[&Node<'_>]) -> Result<(Values, VariantName, VariantName), String> {
    let mut list: Vec<(String, Json)> = Vec::new();
    let mut add = |name: &str| {
        if !list.iter().any(|(other, _)| other == name) {
            list.push((name.to_owned(), name.into()));
        }
    };
    let mut off = None;
    for root in roots {
        for node in root.get("variations").iter().flat_map(Node::items) {
            add(node.text("value").unwrap_or_default());
        }
        if let Some(name) = root.text("disabledVariationValue").filter(|name| !name.is_empty()) {
            add(name);
            off = Some(name.to_owned());
        }
    }
    let mut none = "none".to_owned();
    while list.iter().any(|(name, _)| name.eq_ignore_ascii_case(&none)) {
        none.push_str("-given");
    }
    list.push((none.clone(), "".into()));
    let values = Values::of(&list)?;
    let of = |name: &str| values.ours.get(name).cloned().ok_or_else(|| format!("`{name}` can't be a name"));
    let none = of(&none)?;
    let off = off.map_or_else(|| Ok(none.clone()), |name| of(&name))?;
    Ok((values, none, off))
}

//! What the scheduled steps of a flag make of it.

use crate::exchange::item::Item;
use crate::exchange::read::Node;
use crate::model::{Seconds, Timestamp};
use serde_json::{Map, Value as Json};

/// The flag at first, and after each of its steps, with when that is in force.
pub(super) fn states(node: &Node<'_>) -> Result<Vec<(Option<Timestamp>, Json)>, Box<Item>> {
    let mut states = vec![(None, node.json.clone())];
    let mut steps: Vec<(Timestamp, &Json)> = Vec::new();
    for step in node.get("scheduledRollout").iter().flat_map(Node::items) {
        if let Some(date) = step.get("date") {
            steps.push((time(&step, date.json)?, step.json));
        }
    }
    steps.sort_by_key(|(date, _)| *date);
    for (date, step) in steps {
        let (before, mut state) = states[states.len() - 1].clone();
        apply(&mut state, step).map_err(|why| node.unlike(why, "write the steps out one by one"))?;
        if before == Some(date) {
            states.pop();
        }
        states.push((Some(date), state));
    }
    Ok(states)
}

/// A time; a fraction of a second begins with the next one.
pub(super) fn time(node: &Node<'_>, json: &Json) -> Result<Timestamp, Box<Item>> {
    let text = json.as_str().unwrap_or_default();
    let read = Timestamp::parse(&text.replacen(' ', "T", 1));
    let at = read.map_err(|_| node.unlike(format!("`{json}` is no time"), "write it as 2026-12-01T09:00:00Z"))?;
    let digits = text.split_once('.').map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit));
    let fraction = digits.is_some_and(|mut digits| digits.any(|digit| digit != '0'));
    Ok(if fraction { at.plus(Seconds::new(1)) } else { at })
}

fn apply(state: &mut Json, step: &Json) -> Result<(), String> {
    let Some(state) = state.as_object_mut() else { return Err("it is no mapping".into()) };
    let updates = step.get("targeting").and_then(Json::as_array);
    if let Some(updates) = updates {
        let mut rules = state.get("targeting").and_then(Json::as_array).cloned().unwrap_or_default();
        rename(&mut rules, updates)?;
        state.insert("targeting".into(), rules.into());
    }
    if let Some(disable) = step.get("disable").filter(|json| json.is_boolean()) {
        state.insert("disable".into(), disable.clone());
    }
    if let Some(update) = step.get("defaultRule").filter(|json| json.is_object()) {
        let Some(rule) = state.get_mut("defaultRule") else { return Err("it has no `defaultRule` to change".into()) };
        merge(rule, update)?;
    }
    for key in ["variations", "experimentation"] {
        if let Some(update) = step.get(key).and_then(Json::as_object) {
            let entry = state.entry(key).or_insert_with(|| Map::new().into());
            for (name, value) in update.iter().filter(|(_, value)| !value.is_null()) {
                entry[name] = value.clone();
            }
        }
    }
    Ok(())
}

/// Updates the rules that have names, and adds the others.
fn rename(rules: &mut Vec<Json>, updates: &[Json]) -> Result<(), String> {
    let name = |rule: &Json| rule.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
    let named =
        |wanted: &str| updates.iter().rev().find(|update| update.get("name").is_some() && name(update) == wanted);
    let mut merged = Vec::new();
    for rule in rules.iter_mut() {
        let own = name(rule);
        if let Some(update) = named(&own) {
            merge(rule, update)?;
            merged.push(own);
        }
    }
    rules.extend(updates.iter().filter(|update| !merged.contains(&name(update))).cloned());
    Ok(())
}

fn merge(rule: &mut Json, update: &Json) -> Result<(), String> {
    let Some(rule) = rule.as_object_mut() else { return Err("a rule is no mapping".into()) };
    for key in ["disable", "query", "variation"] {
        if let Some(value) = update.get(key).filter(|value| !value.is_null()) {
            rule.insert(key.into(), value.clone());
        }
    }
    if let Some(update) = update.get("progressiveRollout").and_then(Json::as_object) {
        let rollout = rule.entry("progressiveRollout").or_insert(Json::Null);
        if rollout.is_null() {
            *rollout = serde_json::json!({"initial": {}, "end": {}});
        }
        for (side, changes) in update {
            for (name, value) in changes.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
                rollout[side.as_str()][name.as_str()] = value.clone();
            }
        }
    }
    if let Some(update) = update.get("percentage").and_then(Json::as_object) {
        let percentages = rule.entry("percentage").or_insert_with(|| Map::new().into());
        let Some(percentages) = percentages.as_object_mut() else { return Err("percentages are no mapping".into()) };
        for (name, value) in update {
            if value.as_f64().is_some_and(|value| value < 0.0) {
                percentages.remove(name);
            } else {
                percentages.insert(name.clone(), value.clone());
            }
        }
    }
    Ok(())
}

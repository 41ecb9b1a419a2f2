//! A flag as lines, one fact each, for tools that compare lines.
//!
//! The lines say all that the file says but how it is laid out: comments, quoting, and the order of what has none in the
//! file (keys, tags, units) leave no trace. Each names the place that it is about, so that it can be read alone.

use super::structure;
use super::words;
use crate::model::{Environment, Flag, Requirement, Rule, Target, Unit, VariantName};
use serde_json::Value;
use std::collections::BTreeMap;

/// The facts of a flag, in an order that depends on nothing else: the flag, its environments by name, rules as they apply.
#[must_use]
pub fn facts(flag: &Flag) -> Vec<String> {
    let mut facts = Vec::new();
    let text = |name: &str, text: Option<&String>| text.map(|text| format!("{name}: {}", line(text)));
    facts.extend(text("name", flag.name.as_ref()));
    facts.extend(text("description", flag.description.as_ref()));
    facts.push(format!("type: {}", flag.value_type));
    facts.extend(flag.kind.map(|kind| format!("kind: {}", kind.name())));
    facts.extend(text("owner", flag.owner.as_ref()));
    facts.extend(sorted(flag.tags.iter().map(|tag| format!("tag: {}", line(tag)))));
    facts.extend(words::lifetime(flag.lifetime));
    facts.extend(flag.links.iter().map(|(name, link)| format!("link {}: {}", line(name), line(link))));
    facts.extend(text("salt", flag.salt.as_ref()));
    facts.extend(flag.bucketing.map(|bucketing| format!("bucketing: {bucketing}")));
    facts.extend(sorted(flag.variants.iter().flat_map(|variant| {
        let value = format!("variant {}: {}", variant.name, variant.value.to_json());
        let described =
            variant.description.as_ref().map(|it| format!("variant {}, description: {}", variant.name, line(it)));
        std::iter::once(value).chain(described)
    })));
    facts.push(format!("default: {}", flag.default));
    facts.extend(requirements(&flag.requires));
    facts.extend(flag.killed.as_ref().map(|kill| format!("killed: {}", structure::kill(kill))));
    facts.extend(flag.archived.as_ref().map(|it| format!("archived: {}", structure::archived(it))));
    facts.extend(sorted(flag.metadata.iter().map(|(name, value)| format!("metadata {}: {value}", line(name)))));
    let mut environments: Vec<&Environment> = flag.environments.iter().collect();
    environments.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    for environment in environments {
        facts.extend(of_environment(environment).into_iter().map(|fact| format!("{}: {fact}", environment.name)));
    }
    facts
}

fn of_environment(environment: &Environment) -> Vec<String> {
    let mut facts = vec![if environment.enabled { "enabled" } else { "disabled" }.to_owned()];
    facts.extend(environment.schedule.as_ref().map(|it| format!("schedule {it}")));
    facts.extend(requirements(&environment.requires));
    facts.extend(environment.killed.as_ref().map(|kill| format!("killed: {}", structure::kill(kill))));
    facts.extend(
        served(&environment.targets)
            .into_iter()
            .map(|(unit, serve)| format!("target {}: {serve}", line(unit.as_str()))),
    );
    let labels: Vec<String> = environment.rules.iter().enumerate().map(|(index, rule)| rule.label(index)).collect();
    facts.extend((labels.len() > 1).then(|| format!("rules: {}", labels.join(", "))));
    for (label, rule) in labels.iter().zip(&environment.rules) {
        facts.extend(of_rule(rule).into_iter().map(|fact| format!("rule {label}: {fact}")));
    }
    facts.push(format!("serve {}", words::serve(&environment.serve)));
    facts
}

fn of_rule(rule: &Rule) -> Vec<String> {
    let described = rule.description.as_ref().map(|it| format!("description: {}", line(it)));
    let conditions = rule.when.iter().map(|condition| format!("when {}", line(&condition.to_string())));
    let serve = format!("serve {}", words::serve(&rule.serve));
    described.into_iter().chain(conditions).chain([serve]).collect()
}

fn requirements(requirements: &[Requirement]) -> Vec<String> {
    sorted(requirements.iter().map(|it| format!("requires {}: {}", it.flag, it.shown())))
}

/// Who gets what: the first target that names a unit decides.
fn served(targets: &[Target]) -> BTreeMap<&Unit, &VariantName> {
    let mut served = BTreeMap::new();
    for target in targets {
        for unit in &target.units {
            served.entry(unit).or_insert(&target.serve);
        }
    }
    served
}

/// The facts of a document without a model of its own: each value with the names on the way to it.
#[must_use]
pub fn facts_of_value(value: &Value) -> Vec<String> {
    let mut facts = Vec::new();
    flatten("", value, &mut facts);
    facts
}

fn flatten(path: &str, value: &Value, facts: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { line(name) } else { format!("{path}.{}", line(name)) };
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let sorted: BTreeMap<&String, &Value> = entries.iter().collect();
            for (name, value) in sorted {
                flatten(&below(name), value, facts);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let name = ["id", "name"].iter().find_map(|key| item.get(*key)?.as_str());
                match (name, item) {
                    (Some(name), Value::Object(_)) => {
                        facts.push(format!("{path}: {}", line(name)));
                        flatten(&below(name), item, facts);
                    }
                    _ => facts.push(format!("{path}: {item}")),
                }
            }
        }
        other => facts.push(format!("{path}: {other}")),
    }
}

/// Text on one line, complete: what is no plain text is escaped.
fn line(text: &str) -> String {
    let plain = !text.is_empty() && !text.chars().any(char::is_control) && text.trim() == text;
    if plain { text.to_owned() } else { Value::from(text).to_string() }
}

fn sorted(facts: impl Iterator<Item = String>) -> Vec<String> {
    let mut facts: Vec<String> = facts.collect();
    facts.sort();
    facts
}

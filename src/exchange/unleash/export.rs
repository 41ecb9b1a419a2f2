//! What an administrator exports: features apart from their strategies, and from what they are in each environment.
//!
//! Each environment is made into what the server gives its SDKs, and read as that.

use crate::exchange::item::Item;
use crate::exchange::read::Node;
use crate::exchange::{Imported, Options};
use crate::model::{EnvironmentName, Flag};
use crate::source::{Path, Step};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The features of an environment as SDKs get them.
pub(super) struct State {
    /// What they are read for.
    pub(super) environments: Vec<EnvironmentName>,
    pub(super) json: Json,
    /// Where each of the features stands in the export.
    places: Vec<usize>,
}

/// Whether the document is an export.
pub(super) fn is_export(root: &Node<'_>) -> bool {
    let apart = ["featureStrategies", "featureEnvironments"].iter().any(|name| root.get(name).is_some());
    apart || features(root).any(|feature| feature.get("environments").is_some_and(|list| list.json.is_array()))
}

fn features<'n>(root: &Node<'n>) -> impl Iterator<Item = Node<'n>> {
    root.get("features").into_iter().flat_map(|list| list.items().collect::<Vec<_>>())
}

/// The items of a list about one feature.
fn about<'n>(root: &Node<'n>, list: &str, feature: &str) -> Vec<Node<'n>> {
    let list = root.get(list);
    let items = list.iter().flat_map(Node::items);
    items.filter(|item| item.text("featureName").or_else(|| item.text("feature")) == Some(feature)).collect()
}

/// The export, as what SDKs get in each of the environments that are asked for.
pub(super) fn states(root: &Node<'_>, options: &Options<'_>, items: &mut Vec<Item>) -> Vec<State> {
    let there = environments(root);
    let mut states = Vec::new();
    if there.len() < 2 {
        states.extend(state(root, there.first().map(String::as_str), options.environments.to_vec(), items));
        return states;
    }
    for name in options.environments {
        if there.contains(&name.to_string()) {
            states.extend(state(root, Some(name.as_str()), vec![name.clone()], items));
        } else {
            let message = format!("it has no environment `{name}`: there are {}", there.join(", "));
            items.push(*root.unlike(message, "name an environment of the file with `--env`"));
        }
    }
    states
}

/// The environments that the export speaks of.
fn environments(root: &Node<'_>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for list in ["featureStrategies", "featureEnvironments"] {
        let list = root.get(list);
        names.extend(list.iter().flat_map(Node::items).filter_map(|item| item.text("environment").map(str::to_owned)));
    }
    for feature in features(root) {
        let list = feature.get("environments");
        names.extend(list.iter().flat_map(Node::items).filter_map(|item| item.text("name").map(str::to_owned)));
    }
    names.into_iter().collect()
}

fn state(
    root: &Node<'_>,
    environment: Option<&str>,
    environments: Vec<EnvironmentName>,
    items: &mut Vec<Item>,
) -> Option<State> {
    let mut refused: BTreeSet<String> = BTreeSet::new();
    let mut made: Vec<(usize, Json)> = Vec::new();
    for (index, node) in features(root).enumerate() {
        let name = node.text("name")?.to_owned();
        match feature(root, &node, &name, environment) {
            Ok(json) => made.push((index, json)),
            Err(item) => {
                items.push(Item { flag: Some(name.clone()), ..*item });
                refused.insert(name);
            }
        }
    }
    // What depends on a feature that is left out can't be told either.
    loop {
        let before = refused.len();
        made.retain(|(index, json)| {
            let parents = json["dependencies"].as_array().into_iter().flatten();
            let lost = parents.filter_map(|parent| parent["feature"].as_str()).find(|parent| refused.contains(*parent));
            let Some(parent) = lost else { return true };
            let (name, place) = (json["name"].as_str().unwrap_or_default(), Path::root().key("features").index(*index));
            let node = Node { file: root.file, path: place, json };
            let item =
                node.unlike(format!("it depends on `{parent}`, which is left out"), "see what is said of that one");
            items.push(Item { flag: Some(name.to_owned()), ..*item });
            refused.insert(name.to_owned());
            false
        });
        if refused.len() == before {
            break;
        }
    }
    let segments = root.json.get("segments").cloned().unwrap_or_else(|| json!([]));
    let (places, features): (Vec<usize>, Vec<Json>) = made.into_iter().unzip();
    Some(State { environments, json: json!({ "features": features, "segments": segments }), places })
}

/// The feature as it is in the environment.
fn feature(root: &Node<'_>, node: &Node<'_>, name: &str, environment: Option<&str>) -> Result<Json, Box<Item>> {
    if node.flag("archived") == Some(true) || node.get("archivedAt").is_some() {
        return Err(node.unlike("it is archived", "restore it first, if it is still asked for"));
    }
    let plans = root.get("releasePlans");
    if plans.iter().flat_map(Node::items).any(|plan| plan.text("featureName") == Some(name)) {
        return Err(node.unlike(
            "a release plan adds strategies to it as time goes",
            "finish the plan, or take /api/client/features",
        ));
    }
    let here =
        |item: &Node<'_>| environment.is_none_or(|wanted| item.text("environment").is_none_or(|of| of == wanted));
    let within = node.get("environments");
    let within = within.iter().flat_map(Node::items).find(|item| item.text("name") == environment);
    let settings = about(root, "featureEnvironments", name).into_iter().find(here).or_else(|| within.clone());
    let mut strategies: Vec<Node<'_>> = match &within {
        Some(within) => within.get("strategies").iter().flat_map(Node::items).collect(),
        None => about(root, "featureStrategies", name).into_iter().filter(here).collect(),
    };
    strategies.retain(|strategy| strategy.flag("disabled") != Some(true));
    strategies.sort_by(|one, other| order(one).total_cmp(&order(other)));
    let strategies = strategies.iter().map(|strategy| named(root, node, strategy)).collect::<Result<Vec<_>, _>>()?;
    let mut made: Map<String, Json> = node.json.as_object().cloned().unwrap_or_default();
    made.remove("environments");
    let own = settings.as_ref().and_then(|settings| settings.get("variants")).map(|variants| variants.json.clone());
    if let Some(variants) = own {
        made.insert("variants".into(), variants);
    }
    let enabled = settings.as_ref().is_some_and(|settings| settings.flag("enabled") == Some(true));
    made.insert("enabled".into(), enabled.into());
    made.insert("strategies".into(), strategies.into());
    let parents = about(root, "dependencies", name).into_iter().flat_map(|one| match one.get("dependencies") {
        Some(list) => list.items().map(|parent| parent.json.clone()).collect(),
        None => Vec::new(),
    });
    let parents: Vec<Json> = parents.collect();
    if !parents.is_empty() {
        made.insert("dependencies".into(), parents.into());
    }
    Ok(made.into())
}

fn order(strategy: &Node<'_>) -> f64 {
    strategy.number("sortOrder").unwrap_or(9999.0)
}

/// A strategy with the name and the segments that SDKs get.
fn named(root: &Node<'_>, feature: &Node<'_>, node: &Node<'_>) -> Result<Json, Box<Item>> {
    let mut made: Map<String, Json> = node.json.as_object().cloned().unwrap_or_default();
    if let Some(name) = made.remove("strategyName") {
        made.insert("name".into(), name);
    }
    let mut segments: Vec<Json> =
        node.get("segments").iter().flat_map(Node::items).map(|segment| segment.json.clone()).collect();
    let links = root.get("featureStrategySegments");
    let of = links.iter().flat_map(Node::items).filter(|link| link.text("featureStrategyId") == node.text("id"));
    segments.extend(of.filter_map(|link| link.json.get("segmentId").cloned()));
    for id in &segments {
        let all = root.get("segments");
        let known = all.iter().flat_map(Node::items).find(|segment| segment.json.get("id") == Some(id));
        if known.is_none_or(|segment| segment.get("constraints").is_none()) {
            let message = format!("the export does not say what its segment {id} asks for");
            return Err(feature.unlike(message, "take what the server gives to SDKs: /api/client/features"));
        }
    }
    if !segments.is_empty() {
        made.insert("segments".into(), segments.into());
    }
    Ok(made.into())
}

impl State {
    /// The place in the export of what was said of this state.
    pub(super) fn placed(&self, item: Item) -> Item {
        let path = match item.path.steps() {
            [Step::Key(list), Step::Index(index), ..] if **list == *"features" => {
                Path::root().key("features").index(self.places.get(*index).copied().unwrap_or(0))
            }
            _ => item.path.clone(),
        };
        Item { path, ..item }
    }
}

/// Adds what was read for one environment to what was read for the others.
pub(super) fn join(all: &mut Imported, one: Imported, file: &str) {
    for segment in one.segments {
        if !all.segments.contains(&segment) {
            all.segments.push(segment);
        }
    }
    for item in one.items {
        if !all.items.contains(&item) {
            all.items.push(item);
        }
    }
    let mut places: BTreeMap<String, usize> =
        all.flags.iter().enumerate().map(|(index, flag)| (flag.key.to_string(), index)).collect();
    for flag in one.flags {
        match places.get(flag.key.as_str()) {
            Some(index) => {
                if let Err(item) = add(&mut all.flags[*index], flag) {
                    all.items.push(Item { file: file.to_owned(), ..*item });
                }
            }
            None => {
                places.insert(flag.key.to_string(), all.flags.len());
                all.flags.push(flag);
            }
        }
    }
}

/// Adds the environments of `other`, which is the same flag elsewhere, with its variants.
fn add(flag: &mut Flag, other: Flag) -> Result<(), Box<Item>> {
    let clash = other
        .variants
        .iter()
        .any(|variant| flag.variants.iter().any(|there| there.name == variant.name && there.value != variant.value));
    if clash || flag.value_type != other.value_type || flag.default != other.default {
        let names: Vec<String> = other.environments.iter().map(|one| one.name.to_string()).collect();
        return Err(Box::new(Item {
            kept: crate::exchange::Kept::No,
            file: String::new(),
            path: Path::root(),
            span: None,
            flag: Some(flag.key.to_string()),
            message: format!(
                "in {} its variants have other values, and here a flag has one value for each: it is left out there",
                names.join(", ")
            ),
            help: "give the variants the same values, or import one environment".into(),
        }));
    }
    for variant in other.variants {
        if !flag.variants.iter().any(|there| there.name == variant.name) {
            flag.variants.push(variant);
        }
    }
    flag.environments.extend(other.environments);
    Ok(())
}

//! flagd: JSON (or YAML) with `flags`, whose `targeting` is JSONLogic.

mod choose;
mod fractional;
pub(super) mod logic;
mod text;
pub(super) mod value;

use super::build::{self, Names, Values};
use super::item::{Item, Kept};
use super::logic::{Around, Tree, lay, settle};
use super::read::{Input, Node, documents, short};
use super::{Imported, Options};
use crate::model::{Flag, VariantName};
use choose::variants;
use logic::Reader;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let mut names = Names::default();
    let documents = documents(inputs, &mut imported.items);
    let roots: Vec<Node<'_>> = documents.iter().map(|(file, json)| Node::root(file, json)).collect();
    let evaluators: BTreeMap<&str, Node<'_>> = roots.iter().flat_map(evaluators_of).collect();
    for root in &roots {
        document(root, &evaluators, options, &mut names, &mut imported);
    }
    imported
}

fn evaluators_of<'n>(root: &Node<'n>) -> Vec<(&'n str, Node<'n>)> {
    root.get("$evaluators").iter().flat_map(Node::entries).collect()
}

/// Reads the flags of a file. `all` are the evaluators of all files, of which flagd knows those of the file alone.
fn document(
    root: &Node<'_>,
    all: &BTreeMap<&str, Node<'_>>,
    options: &Options<'_>,
    names: &mut Names,
    imported: &mut Imported,
) {
    let Some(flags) = root.get("flags") else {
        imported.items.push(*root.unlike("there are no `flags`", "name a file of flags for flagd"));
        return;
    };
    let own: BTreeMap<&str, Node<'_>> = evaluators_of(root).into_iter().collect();
    let text = root.json.to_string();
    let others = all
        .keys()
        .filter(|name| !own.contains_key(*name) && text.contains(&format!("\"$ref\":{}", Json::from(**name))));
    let others: Vec<String> = others.map(|name| format!("`{name}`")).collect();
    if !others.is_empty() {
        let message = format!(
            "it names evaluators of other files, {}: flagd reads each file for itself, here all are one",
            others.join(", ")
        );
        imported.items.push(*root.item(
            Kept::Otherwise,
            message,
            "define them in each file, or import one joined file",
        ));
    }
    let mut evaluators = all.clone();
    evaluators.extend(own);
    let metadata = root.json.get("metadata").and_then(Json::as_object);
    let by_key = flags.entries().map(|(key, node)| (key.to_owned(), node));
    let listed = flags.items().filter_map(|node| Some((node.text("key")?.to_owned(), node)));
    for (theirs, node) in by_key.chain(listed) {
        imported.take(&theirs, |items| Ok([flag(&theirs, &node, &evaluators, metadata, options, names, items)?]));
    }
}

fn flag(
    theirs: &str,
    node: &Node<'_>,
    evaluators: &BTreeMap<&str, Node<'_>>,
    set_metadata: Option<&Map<String, Json>>,
    options: &Options<'_>,
    names: &mut Names,
    items: &mut Vec<Item>,
) -> Result<Flag, Box<Item>> {
    let left_out = "give it variants, and a `defaultVariant` that is one of them";
    let declared: Vec<(String, Json)> = node
        .get("variants")
        .iter()
        .flat_map(Node::entries)
        .map(|(name, value)| (name.to_owned(), value.json.clone()))
        .collect();
    if declared.is_empty() {
        return Err(node.unlike("it has no variants", left_out));
    }
    let values = Values::of(&declared).map_err(|error| node.unlike(error, "write it as text"))?;
    let default = match node.text("defaultVariant").filter(|name| !name.is_empty()) {
        Some(name) => values.ours.get(name).cloned().ok_or_else(|| {
            node.unlike(
                format!("`defaultVariant` names `{name}`, which is no variant: flagd refuses the file"),
                left_out,
            )
        })?,
        None => {
            let fallback = fallback(&values);
            let shown = if values.value_type == crate::model::ValueType::Boolean { "false" } else { fallback.as_str() };
            items.push(*node.unlike(
                format!("it has no `defaultVariant`: where nothing matches, flagd leaves the answer to the caller; here `{shown}` would be served"),
                "name a `defaultVariant`, or accept that with `--partial`",
            ));
            fallback
        }
    };
    values.say(node, items);
    let key = build::key(theirs, node, names, options, items)
        .ok_or_else(|| node.unlike("its key can't be the name of a file", "rename it"))?;
    let boolean = values.value_type == crate::model::ValueType::Boolean;
    let mut reader = Reader { key: theirs, evaluators, generation: options.flagd, depth: 0 };
    let tree = match node.get("targeting").filter(|targeting| targeting.json != &Json::Object(Map::new())) {
        Some(targeting) => variants(&mut reader, &targeting, &values, &default, items)?,
        None => Tree::Serve(default.clone()),
    };
    let laid = lay(&tree, Around { boolean, default: &default })
        .map_err(|why| node.unlike(format!("its targeting can't be laid out as rules: {why}"), "simplify it"))?;
    let laid = settle(laid);
    let mut flag = build::flag(key, values.value_type, values.variants, default);
    if flag.key.as_str() != theirs && !theirs.trim().is_empty() && !theirs.chars().any(char::is_control) {
        flag.name = Some(theirs.to_owned());
    }
    flag.metadata = metadata(node, set_metadata, items);
    let environment = build::environment(laid.rules, laid.serve);
    let mut environment = environment.ok_or_else(|| node.unlike("it has no environment", "name one with `--env`"))?;
    match node.text("state") {
        Some("ENABLED") => {}
        Some("DISABLED") => {
            environment.enabled = false;
            let message = "it is DISABLED: flagd then leaves the answer to the caller, here `default` is served";
            items.push(*node.item(Kept::Otherwise, message, "check that the default is what callers expect"));
        }
        other => {
            let what = other.unwrap_or("missing");
            return Err(node.unlike(format!("its `state` is {what}, not ENABLED or DISABLED"), "correct the state"));
        }
    }
    flag.environments = build::in_all(&environment, options);
    for (name, value) in node.entries() {
        let known = ["state", "variants", "defaultVariant", "targeting", "metadata", "key", "source", "$schema"];
        if !known.contains(&name) {
            let message = format!("`{name}: {}` means nothing to flagd, and nothing here", short(value.json));
            items.push(*value.item(Kept::InEssence, message, "keep it in `metadata` if someone reads it"));
        }
    }
    Ok(flag)
}

/// What is served where flagd would serve nothing: `false`, or the first variant.
fn fallback(values: &Values) -> VariantName {
    match values.variants.first() {
        Some(first) if values.value_type != crate::model::ValueType::Boolean => first.name.clone(),
        _ => VariantName::boolean(false),
    }
}

/// The flag's metadata over that of the set.
fn metadata(node: &Node<'_>, set: Option<&Map<String, Json>>, items: &mut Vec<Item>) -> Map<String, Json> {
    let own = node.json.get("metadata").and_then(Json::as_object);
    let mut all = Map::new();
    for (name, value) in set.into_iter().flatten().chain(own.into_iter().flatten()) {
        if build::value(value, crate::model::ValueType::Json).is_ok() {
            all.insert(name.clone(), value.clone());
        } else {
            let message = format!("the metadata `{name}` is beyond what files hold");
            items.push(*node.item(Kept::InEssence, message, "write it as text"));
        }
    }
    all
}

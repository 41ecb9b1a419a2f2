//! Flipt: `features.yaml`, or what its server gives to clients that evaluate themselves.

mod constraint;
mod flag;

use super::build::Names;
use super::formula::Formula;
use super::item::Item;
use super::read::{Input, Node, documents};
use super::{Imported, Options};
use crate::model::{Condition, Segment, SegmentName};
use constraint::{conditions, constraints};
use std::collections::{BTreeMap, BTreeSet};

const CORRECT: &str = "correct it in Flipt first";

/// A namespace of a document.
#[derive(Debug)]
struct Namespace<'n> {
    name: String,
    /// Whether its name stands before the keys.
    named: bool,
    segments: BTreeMap<String, Node<'n>>,
}

/// What was read so far.
#[derive(Debug, Default)]
struct World {
    flags: Names,
    segments: Names,
    made: BTreeMap<(String, String), Result<Formula, String>>,
    list: Vec<Segment>,
}

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let documents = documents(inputs, &mut imported.items);
    let roots: Vec<Node<'_>> = documents.iter().map(|(file, json)| Node::root(file, json)).collect();
    let names: BTreeSet<String> = roots.iter().map(namespace_of).collect();
    let mut segments: BTreeMap<String, BTreeMap<String, Node<'_>>> = BTreeMap::new();
    for root in &roots {
        let own = segments.entry(namespace_of(root)).or_default();
        for segment in root.get("segments").iter().flat_map(Node::items) {
            own.insert(segment.text("key").unwrap_or_default().to_owned(), segment);
        }
    }
    let mut world = World::default();
    let mut seen = BTreeSet::new();
    for root in &roots {
        // A namespace may be empty.
        let known = ["flags", "segments", "namespace", "version"].iter().any(|name| root.get(name).is_some());
        if !known && !root.json.is_null() {
            imported.items.push(*root.unlike("there are no `flags`", "name a features file of Flipt"));
        }
        let name = namespace_of(root);
        let own = segments.get(&name).cloned().unwrap_or_default();
        let namespace = Namespace { named: names.len() > 1 && name != "default", name, segments: own };
        for node in root.get("flags").iter().flat_map(Node::items) {
            let key = node.text("key").unwrap_or_default();
            let theirs = if namespace.named { format!("{}.{key}", namespace.name) } else { key.to_owned() };
            let first = seen.insert(theirs.clone());
            imported.take(&theirs, |items| {
                if !first {
                    return Err(node.unlike(format!("the flag `{theirs}` is there twice"), "name each flag once"));
                }
                Ok([world.flag(&theirs, &node, &namespace, options, items)?])
            });
        }
    }
    // Those that no flag names, too.
    for (name, list) in &segments {
        let namespace =
            Namespace { name: name.clone(), named: names.len() > 1 && name != "default", segments: list.clone() };
        for node in list.values() {
            if let Err(item) = world.segment(node, &namespace) {
                let used = imported.items.iter().any(|there| there.message == item.message);
                let said = Item { message: format!("{}: flags that name it are left out", item.message), ..*item };
                imported.items.extend((!used).then_some(said));
            }
        }
    }
    imported.segments = world.list;
    imported
}

fn namespace_of(root: &Node<'_>) -> String {
    let inner = root.get("namespace");
    let name = inner.as_ref().and_then(|node| node.json.as_str().or_else(|| node.text("key")));
    name.filter(|name| !name.is_empty()).unwrap_or("default").to_owned()
}

/// The text of either name: files and clients' snapshots call it differently.
fn either<'a>(node: &Node<'a>, one: &str, other: &str) -> Option<&'a str> {
    node.text(one).or_else(|| node.text(other))
}

impl World {
    /// Whether a context is in the segments that `node`, a rule or a rollout of segments, names.
    fn in_segments(&mut self, node: &Node<'_>, namespace: &Namespace<'_>) -> Result<Formula, Box<Item>> {
        let mut formulas = Vec::new();
        let rule = node.get("segment");
        let operator = rule.as_ref().and_then(|rule| either(rule, "operator", "segmentOperator"));
        let operator = operator.or_else(|| either(node, "segmentOperator", "operator")).unwrap_or_default();
        // A client's snapshot has the segments themselves in place.
        let inline = rule.iter().chain([node]).find_map(|node| node.get("segments"));
        if let Some(list) = inline.filter(|list| list.items().all(|one| one.json.is_object())) {
            for segment in list.items() {
                formulas.push(self.segment(&segment, namespace)?);
            }
        } else {
            for key in keys(node) {
                let segment = namespace.segments.get(&key).cloned().ok_or_else(|| {
                    node.unlike(format!("the segment `{key}` is not there, so Flipt refuses the file"), CORRECT)
                })?;
                formulas.push(self.segment(&segment, namespace)?);
            }
        }
        if formulas.is_empty() {
            return Ok(Formula::Known(operator.starts_with("AND")));
        }
        Ok(if operator.starts_with("AND") { Formula::every(formulas) } else { Formula::some(formulas) })
    }

    fn segment(&mut self, node: &Node<'_>, namespace: &Namespace<'_>) -> Result<Formula, Box<Item>> {
        let theirs = node.text("key").unwrap_or_default();
        let place = (namespace.name.clone(), theirs.to_owned());
        if !self.made.contains_key(&place) {
            let made = self.make(node, namespace, theirs);
            self.made.insert(place.clone(), made.map_err(|item| item.message.clone()));
        }
        match &self.made[&place] {
            Ok(formula) => Ok(formula.clone()),
            Err(why) => Err(node.unlike(format!("the segment `{theirs}` can't be carried over: {why}"), CORRECT)),
        }
    }

    fn make(&mut self, node: &Node<'_>, namespace: &Namespace<'_>, theirs: &str) -> Result<Formula, Box<Item>> {
        let any = either(node, "match_type", "matchType").unwrap_or_default().starts_with("ANY");
        let formula = constraints(node, any)?;
        if matches!(formula, Formula::Known(_)) {
            return Ok(formula);
        }
        let wanted = if namespace.named { format!("{}.{theirs}", namespace.name) } else { theirs.to_owned() };
        let (ours, _) = self.segments.of(&wanted);
        let name =
            SegmentName::new(&ours).map_err(|_| node.unlike("its key can't be the name of a file", "rename it"))?;
        let description = node.text("description").or_else(|| node.text("name"));
        self.list.push(Segment {
            name: name.clone(),
            description: description.filter(|text| flag::plain(text)).map(str::to_owned),
            owner: None,
            include: Vec::new(),
            exclude: Vec::new(),
            conditions: conditions(formula),
        });
        Ok(Formula::When(Condition::Segment(name)))
    }
}

/// The keys of the segments that a rule names, in any of the forms.
fn keys(node: &Node<'_>) -> Vec<String> {
    let list = |node: &Node<'_>| -> Vec<String> {
        node.items().filter_map(|item| item.json.as_str().map(str::to_owned)).collect()
    };
    let Some(rule) = node.get("segment") else {
        return node.get("segments").as_ref().map(list).unwrap_or_default();
    };
    if let Some(key) = rule.json.as_str() {
        return vec![key.to_owned()];
    }
    let many = rule.get("keys").as_ref().map(list).unwrap_or_default();
    if !many.is_empty() {
        return many;
    }
    let one = rule.text("key").filter(|key| !key.is_empty()).map(str::to_owned);
    one.map_or_else(|| list(&rule), |key| vec![key])
}

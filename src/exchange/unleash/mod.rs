//! Unleash: the features that a server hands to its SDKs (`/api/client/features`), or what an administrator exports.
//!
//! A toggle becomes a boolean flag, and one with variants a second flag, `<key>.variant`, whose default is `disabled`.

mod constraint;
mod export;
mod strategy;
mod variants;

use super::build::{self, Names};
use super::formula::Formula;
use super::item::{Item, Kept};
use super::logic::identify;
use super::read::{Input, Node, documents};
use super::{Imported, Options};
use crate::model::{
    Condition, Environment, Flag, FlagKey, Kind, Requirement, Rule, Segment, SegmentName, Serve, ValueType, VariantName,
};
use std::collections::{BTreeMap, BTreeSet};

/// A toggle with what is known of all.
pub(super) struct Toggle<'t, 'n> {
    pub(super) name: &'t str,
    pub(super) node: &'t Node<'n>,
    /// Segments by id: ours, or `None` for one that can never be worked out.
    pub(super) segments: &'t BTreeMap<String, Option<SegmentName>>,
}

/// A strategy made ready: when it switches on, and which variants it brings.
pub(super) struct Strategy<'n> {
    pub(super) node: Node<'n>,
    pub(super) when: Formula,
    pub(super) title: Option<String>,
}

/// Why a toggle is never on.
pub(super) struct Off(pub(super) String);

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let mut names = Names::default();
    for (file, json) in &documents(inputs, &mut imported.items) {
        let root = Node::root(file, json);
        // The suites of Unleash wrap what the server says.
        let state = root.get("state").unwrap_or(root);
        if !export::is_export(&state) {
            document(&state, options, &mut names, &mut imported);
            continue;
        }
        for state in export::states(&state, options, &mut imported.items) {
            let mut one = Imported::default();
            let options = Options { environments: &state.environments, ..options.clone() };
            document(&Node::root(file, &state.json), &options, &mut names, &mut one);
            one.items = one.items.into_iter().map(|item| state.placed(item)).collect();
            export::join(&mut imported, one, file);
        }
    }
    imported
}

fn document(root: &Node<'_>, options: &Options<'_>, names: &mut Names, imported: &mut Imported) {
    let Some(features) = root.get("features") else {
        let message = "there are no `features` with their strategies";
        imported.items.push(*root.unlike(message, "fetch them from the server: /api/client/features"));
        return;
    };
    let segments = segments(root, options, imported);
    let features: Vec<Node<'_>> = features.items().collect();
    let by_name: BTreeMap<&str, &Node<'_>> =
        features.iter().filter_map(|node| Some((node.text("name")?, node))).collect();
    let expected_off = expected_off(&features);
    let mut keys: BTreeMap<&str, FlagKey> = BTreeMap::new();
    for node in &features {
        let Some(name) = node.text("name") else { continue };
        let mut items = Vec::new();
        if let Some(key) = build::key(name, node, names, options, &mut items) {
            keys.insert(name, key);
        }
        imported.items.extend(items);
    }
    for node in &features {
        let Some((name, key)) = node.text("name").and_then(|name| Some((name, keys.get(name)?))) else { continue };
        let toggle = Toggle { name, node, segments: &segments };
        imported.take(name, |items| toggle.read(key, &keys, &by_name, expected_off.contains(name), options, items));
    }
}

/// The toggles that another one expects to be off.
fn expected_off(features: &[Node<'_>]) -> BTreeSet<String> {
    let dependencies = features.iter().filter_map(|node| node.get("dependencies"));
    let off = dependencies.flat_map(|list| list.items().collect::<Vec<_>>());
    off.filter(|node| node.flag("enabled") == Some(false))
        .filter_map(|node| node.text("feature").map(str::to_owned))
        .collect()
}

/// The segments of the file, as segments of ours.
fn segments(root: &Node<'_>, options: &Options<'_>, imported: &mut Imported) -> BTreeMap<String, Option<SegmentName>> {
    let mut found = BTreeMap::new();
    let mut names = Names::default();
    for node in root.get("segments").iter().flat_map(Node::items) {
        let Some(id) = node.json.get("id").map(ToString::to_string) else { continue };
        let wanted = node.text("name").map_or_else(|| format!("segment-{id}"), str::to_owned);
        let (name, _) = names.of(&format!("{}{wanted}", options.prefix));
        let constraints: Vec<Node<'_>> = node.get("constraints").iter().flat_map(Node::items).collect();
        match constraint::all(&constraints, &mut imported.items) {
            Ok(Ok(Formula::When(condition))) => {
                let Ok(name) = SegmentName::new(&name) else { continue };
                let conditions = match condition {
                    Condition::All(inner) => inner,
                    other => vec![other],
                };
                let description = node.text("description").map(str::to_owned).filter(|text| !text.is_empty());
                let (include, exclude) = (Vec::new(), Vec::new());
                imported.segments.push(Segment {
                    name: name.clone(),
                    description,
                    owner: None,
                    include,
                    exclude,
                    conditions,
                });
                found.insert(id, Some(name));
            }
            Ok(Ok(Formula::Known(true))) => {
                found.insert(format!("{id} "), None);
            }
            Ok(Ok(Formula::Known(false)) | Err(_)) => {
                found.insert(id, None);
            }
            Err(item) => {
                imported.items.push(*item);
                found.insert(id, None);
            }
        }
    }
    found
}

impl Toggle<'_, '_> {
    fn read(
        &self,
        key: &FlagKey,
        keys: &BTreeMap<&str, FlagKey>,
        by_name: &BTreeMap<&str, &Node<'_>>,
        expected_off: bool,
        options: &Options<'_>,
        items: &mut Vec<Item>,
    ) -> Result<Vec<Flag>, Box<Item>> {
        let strategies = self.strategies(items)?;
        let mut off = None;
        let strategies = match strategies {
            Ok(strategies) => strategies,
            Err(Off(why)) => {
                off = Some(why);
                Vec::new()
            }
        };
        let mut extra = Vec::new();
        let requires = match self.requirements(keys, by_name, options, &mut extra, items)? {
            Ok(requires) => requires,
            Err(Off(why)) => {
                off.get_or_insert(why);
                Vec::new()
            }
        };
        if let Some(why) = &off {
            let message = format!("{why}: Unleash never switches it on, and neither does this flag");
            items.push(*self.node.item(Kept::Otherwise, message, "correct it there or here"));
        }
        let enabled = self.node.flag("enabled").ok_or_else(|| {
            let message = "it does not say whether it is enabled, nor by which strategies";
            self.node.unlike(message, "fetch what the server gives to SDKs: /api/client/features")
        })?;
        let never = off.is_some() || (!enabled && expected_off);
        let no_strategies = self.node.get("strategies").is_none_or(|list| list.items().next().is_none());
        let environment = |mut rules: Vec<Rule>, serve: VariantName, closed: VariantName| {
            if never {
                // What another flag expects to be off has to be on, and serve that.
                rules.insert(0, rule(Formula::Known(true), Serve::Variant(closed)));
            }
            let environment = build::environment(rules, Serve::Variant(serve))?;
            Some(Environment { enabled: enabled || expected_off, requires: requires.clone(), ..environment })
        };
        let [on, none] = [true, false].map(VariantName::boolean);
        let mut rules = Vec::new();
        for strategy in &strategies {
            if strategy.when != Formula::Known(false) {
                rules.push(rule(strategy.when.clone(), Serve::Variant(on.clone())));
            }
        }
        let titles: Vec<Option<String>> = strategies.iter().map(|strategy| strategy.title.clone()).collect();
        if rules.len() == titles.len() {
            identify(&mut rules, &titles);
        }
        let served = if no_strategies && off.is_none() { on } else { none.clone() };
        let mut boolean = build::flag(key.clone(), ValueType::Boolean, Flag::boolean_variants(), none.clone());
        self.describe(&mut boolean);
        let (rules, served) = last_for_all(rules, served);
        let block = environment(rules, served, none).ok_or_else(|| self.unnamed())?;
        boolean.environments = build::in_all(&block, options);
        let mut flags = extra;
        flags.push(boolean);
        if let Some(variants) = self.variants(&strategies, no_strategies && off.is_none(), items)? {
            let mut flag = variants.flag(variant_key(key).ok_or_else(|| self.unnamed())?);
            let (rules, serve) = (variants.rules, variants.serve);
            let block = environment(rules, variants.disabled.clone(), variants.disabled.clone());
            let mut block = block.ok_or_else(|| self.unnamed())?;
            block.serve = serve;
            flag.environments = build::in_all(&block, options);
            self.describe(&mut flag);
            flags.push(flag);
        }
        Ok(flags)
    }

    fn unnamed(&self) -> Box<Item> {
        self.node.unlike("its name can't be the name of a file", "rename it")
    }

    fn describe(&self, flag: &mut Flag) {
        let description = self.node.text("description").map(str::to_owned);
        flag.description = description.filter(|text| !text.trim().is_empty());
        if flag.key.as_str().trim_end_matches(".variant") != self.name && !self.name.chars().any(char::is_control) {
            flag.name = Some(self.name.to_owned());
        }
        flag.kind = match self.node.text("type") {
            Some("release") => Some(Kind::Release),
            Some("experiment") => Some(Kind::Experiment),
            Some("operational") => Some(Kind::Ops),
            Some("kill-switch") => Some(Kind::KillSwitch),
            Some("permission") => Some(Kind::Permission),
            _ => None,
        };
    }

    /// What has to hold of other toggles. `extra` gets flags that say whether another one serves one of several variants.
    fn requirements(
        &self,
        keys: &BTreeMap<&str, FlagKey>,
        by_name: &BTreeMap<&str, &Node<'_>>,
        options: &Options<'_>,
        extra: &mut Vec<Flag>,
        items: &mut Vec<Item>,
    ) -> Result<Result<Vec<Requirement>, Off>, Box<Item>> {
        let mut all = Vec::new();
        for node in self.node.get("dependencies").iter().flat_map(Node::items) {
            let parent = node.text("feature").unwrap_or_default();
            let (Some(key), Some(other)) = (keys.get(parent), by_name.get(parent)) else {
                return Ok(Err(Off(format!("it depends on `{parent}`, which is not there"))));
            };
            if other.get("dependencies").is_some_and(|list| list.items().next().is_some()) {
                return Ok(Err(Off(format!("it depends on `{parent}`, which depends on others itself"))));
            }
            if nameless_group(other) {
                let message = format!(
                    "`{parent}` has a rollout without `groupId`, which SDKs fill in differently for what depends on it"
                );
                return Err(node.unlike(message, "give the rollout a `groupId`"));
            }
            let wanted = node.flag("enabled") != Some(false);
            let boolean = |key: &FlagKey, serves: bool| Requirement {
                flag: key.clone(),
                serves: VariantName::boolean(serves),
                boolean: true,
            };
            let variants: Vec<&str> =
                node.get("variants").iter().flat_map(Node::items).filter_map(|item| item.json.as_str()).collect();
            all.push(boolean(key, wanted));
            if variants.is_empty() {
                continue;
            }
            if !wanted {
                let message = format!("it depends on `{parent}` being off and serving a variant");
                return Err(node.unlike(message, "depend on one of the two"));
            }
            let toggle = Toggle { name: parent, node: other, segments: self.segments };
            let Ok(strategies) = toggle.strategies(&mut Vec::new())? else { continue };
            let no_strategies = other.get("strategies").is_none_or(|list| list.items().next().is_none());
            // A toggle without variants meets every expectation of one.
            let Some(theirs) = toggle.variants(&strategies, no_strategies, &mut Vec::new())? else { continue };
            let helper = theirs.one_of(&variants);
            let name = format!("{}.{}", key, variants.join("-or-"));
            let helper_key = FlagKey::new(&build::name_like(&name)).map_err(|_| self.unnamed())?;
            let mut flag = build::flag(
                helper_key.clone(),
                ValueType::Boolean,
                Flag::boolean_variants(),
                VariantName::boolean(false),
            );
            flag.description = Some(format!("Whether `{parent}` gives {}", variants.join(" or ")));
            let block = build::environment(helper.0, helper.1).ok_or_else(|| self.unnamed())?;
            flag.environments = build::in_all(&block, options);
            extra.push(flag);
            items.push(*node.item(
                Kept::InEssence,
                format!("that `{parent}` gives one of its variants is a flag of its own, `{helper_key}`"),
                "nothing is to be done",
            ));
            all.push(boolean(&helper_key, true));
        }
        Ok(Ok(all))
    }
}

/// Whether a rollout of the toggle takes its group from the toggle that is asked for.
fn nameless_group(node: &Node<'_>) -> bool {
    node.get("strategies").iter().flat_map(Node::items).any(|strategy| {
        let group = strategy.get("parameters").and_then(|parameters| parameters.get("groupId"));
        strategy.text("name") == Some("flexibleRollout") && group.is_none()
    })
}

fn variant_key(key: &FlagKey) -> Option<FlagKey> {
    FlagKey::new(&format!("{key}.variant")).ok()
}

/// A rule for a formula that is not false.
pub(super) fn rule(when: Formula, serve: Serve) -> Rule {
    let when = match when {
        Formula::Known(_) => Vec::new(),
        Formula::When(Condition::All(conditions)) => conditions,
        Formula::When(condition) => vec![condition],
    };
    Rule { id: None, description: None, when, serve }
}

/// What a rule for everyone serves is what everyone else gets.
fn last_for_all(mut rules: Vec<Rule>, served: VariantName) -> (Vec<Rule>, VariantName) {
    let Some(index) = rules.iter().position(|rule| rule.when.is_empty()) else { return (rules, served) };
    rules.truncate(index + 1);
    match rules.pop() {
        Some(Rule { serve: Serve::Variant(variant), .. }) => (rules, variant),
        _ => (rules, served),
    }
}

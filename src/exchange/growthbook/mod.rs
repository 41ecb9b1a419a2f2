//! GrowthBook: the payload of its SDKs, `{features, savedGroups}`.

mod coercion;
mod compare;
mod condition;
mod groups;
mod lists;
mod rule;
mod script;

use super::build::{self, Names, Values};
use super::formula::Formula;
use super::item::{Item, Kept};
use super::logic::{Around, identify, serve};
use super::read::{Input, Node, documents, short};
use super::{Imported, Options};
use crate::model::{
    Condition, Environment, Flag, FlagKey, Requirement, Rule, Serve, ValueType, VariantName, Weight, Weighted,
};
use coercion::Coercions;
use groups::Groups;
use rule::{Case, Feature, Gives, beside};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The deepest nesting of conditions that a file can have.
const DEEPEST: u32 = 20;

/// Everything that was read.
#[derive(Debug, Default)]
struct World<'n> {
    features: BTreeMap<String, Node<'n>>,
    groups: Groups<'n>,
    bandits: BTreeMap<String, Node<'n>>,
    read: BTreeMap<String, Result<Feature, Box<Item>>>,
}

/// The values of a feature as variants.
#[derive(Debug, Clone)]
struct Variants {
    value_type: ValueType,
    list: Vec<(Json, VariantName)>,
    written: Vec<crate::model::Variant>,
}

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let documents = documents(inputs, &mut imported.items);
    let mut world = World::default();
    let mut order = Vec::new();
    for (file, json) in &documents {
        world.gather(&Node::root(file, json), &mut order, &mut imported.items);
    }
    world.groups.listed = documents.iter().flat_map(|(_, json)| coercion::listed(json)).collect();
    let mut names = Names::default();
    let mut coercions = Coercions::default();
    for theirs in &order {
        let Some(node) = world.features.get(theirs).cloned() else { continue };
        imported.take(theirs, |items| {
            let flag = world.flag(theirs, &node, options, &mut names, items);
            beside(&node, items);
            if flag.is_ok() {
                coercions.add(theirs, &node, &world.groups.listed);
            }
            flag.map(|flag| [flag])
        });
    }
    imported.items.extend(coercions.items());
    for node in world.groups.unused() {
        let message = "no condition names this group, or only as items of a list, so it is no segment here";
        imported.items.push(*node.item(Kept::InEssence, message, "write a segment if it is needed"));
    }
    imported.segments = world.groups.made.into_values().collect();
    imported
}

impl<'n> World<'n> {
    fn gather(&mut self, root: &Node<'n>, order: &mut Vec<String>, items: &mut Vec<Item>) {
        for name in ["encryptedFeatures", "encryptedSavedGroups", "encryptedExperiments"] {
            if let Some(node) = root.get(name) {
                items.push(*node.unlike(format!("`{name}` can't be read"), "get the payload without encryption"));
            }
        }
        if let Some(node) = root.get("experiments").filter(|node| node.items().next().is_some()) {
            let message = "experiments that change pages or redirect have no equivalent";
            items.push(*node.unlike(message, "keep them in GrowthBook"));
        }
        self.groups.add(root);
        let bandits = root.get("contextualBandits");
        self.bandits.extend(bandits.iter().flat_map(Node::entries).map(|(name, node)| (name.to_owned(), node)));
        let is_feature = |node: &Node<'_>| node.get("defaultValue").is_some() || node.get("rules").is_some();
        let features = match root.get("features") {
            Some(features) => features,
            // A file may also hold the features alone.
            None if root.entries().next().is_some() && root.entries().all(|(_, node)| is_feature(&node)) => {
                root.clone()
            }
            None => {
                if root.get("encryptedFeatures").is_none() {
                    items.push(*root.unlike("there are no `features`", "name a payload of GrowthBook's SDKs"));
                }
                return;
            }
        };
        if features.json.is_array() {
            let message =
                "these are features of GrowthBook's REST API, which has them without saved groups and per environment";
            items.push(*features.unlike(message, "take what its SDKs get: GET /api/features/<client key>"));
        }
        for (key, node) in features.entries() {
            if self.features.contains_key(key) {
                let mut item = node.unlike(format!("the feature `{key}` is there twice"), "name each feature once");
                item.flag = Some(key.to_owned());
                items.push(*item);
                continue;
            }
            self.features.insert(key.to_owned(), node);
            order.push(key.to_owned());
        }
    }

    fn flag(
        &mut self,
        theirs: &str,
        node: &Node<'_>,
        options: &Options<'_>,
        names: &mut Names,
        items: &mut Vec<Item>,
    ) -> Result<Flag, Box<Item>> {
        let feature = self.feature(theirs, &mut Vec::new())?;
        let variants = Variants::of(&feature).map_err(|why| node.unlike(why, "write it as text"))?;
        let key = build::key(theirs, node, names, options, items)
            .ok_or_else(|| node.unlike("its key can't be the name of a file", "rename it"))?;
        let boolean = variants.value_type == ValueType::Boolean;
        let everyone = variants.named(&feature.default).unwrap_or_else(|| variants.fallback());
        let default = if boolean && !feature.gates.is_empty() { VariantName::boolean(false) } else { everyone.clone() };
        self.nothing(&feature, &variants, &default, node, items);
        let around = Around { boolean, default: &default };
        let mut rules = Vec::new();
        let mut ids = Vec::new();
        let mut requires = Vec::new();
        for gate in &feature.gates {
            match self.requirement(gate, options, names)? {
                Some(requirement) => requires.push(requirement),
                None => push(gate.formula.clone().not(), Serve::Variant(default.clone()), None, &mut rules, &mut ids),
            }
        }
        for Case { when, gives, id } in &feature.cases {
            let served = match gives {
                Gives::Value(value) => Serve::Variant(variants.named(value).unwrap_or_else(|| variants.fallback())),
                Gives::Nothing => Serve::Variant(if boolean { VariantName::boolean(false) } else { everyone.clone() }),
                Gives::Split(draw, parts) => {
                    let total: u32 = parts.iter().map(|(size, _)| size).sum();
                    let weighted = parts.iter().map(|(size, value)| Weighted {
                        variant: variants.named(value).unwrap_or_else(|| variants.fallback()),
                        weight: Weight::from_steps(u64::from(size * (100_000 / total.max(1)))).unwrap_or_default(),
                    });
                    serve(draw, weighted.collect(), around)
                }
            };
            push(when.clone(), served, id.clone(), &mut rules, &mut ids);
        }
        if rules.iter().flat_map(|rule| &rule.when).any(|condition| depth(condition) > DEEPEST) {
            return Err(node.unlike(
                "its conditions, with those of the features that it needs, are nested too deep",
                "simplify it",
            ));
        }
        if rules.len() > 1000 {
            return Err(node.unlike("it has more than 1000 cases", "simplify it"));
        }
        identify(&mut rules, &ids);
        let made: Option<Environment> = build::environment(rules, Serve::Variant(everyone));
        let mut environment = made.ok_or_else(|| node.unlike("it has no environment", "name one with `--env`"))?;
        environment.requires = requires;
        let mut flag = build::flag(key, variants.value_type, variants.written, default);
        if flag.key.as_str() != theirs && !theirs.is_empty() && !theirs.chars().any(char::is_control) {
            flag.name = Some(theirs.to_owned());
        }
        flag.environments = build::in_all(&environment, options);
        Ok(flag)
    }

    /// Says where GrowthBook gives nothing, and what is given here.
    #[expect(clippy::unused_self, reason = "it is about what was read")]
    fn nothing(
        &self,
        feature: &Feature,
        variants: &Variants,
        default: &VariantName,
        node: &Node<'_>,
        items: &mut Vec<Item>,
    ) {
        let boolean = variants.value_type == ValueType::Boolean;
        let kept = if boolean { Kept::Otherwise } else { Kept::No };
        let shown = if boolean { "false" } else { default.as_str() };
        if feature.default.is_null() && variants.named(&Json::Null).is_none() {
            let message = format!(
                "it has no `defaultValue`: where no rule holds, GrowthBook leaves the answer to the caller; here `{shown}` is served"
            );
            items.push(*node.item(kept, message, "give it one, or accept that with `--partial`"));
        }
        if !feature.gates.is_empty() || feature.cases.iter().any(|case| matches!(case.gives, Gives::Nothing)) {
            let message = format!(
                "where a prerequisite does not hold, GrowthBook leaves the answer to the caller; here `{shown}` is served"
            );
            items.push(*node.item(kept, message, "check that callers expect it, or accept that with `--partial`"));
        }
    }

    /// The gate as a requirement, where that says the same.
    fn requirement(
        &mut self,
        gate: &rule::Gate,
        options: &Options<'_>,
        names: &mut Names,
    ) -> Result<Option<Requirement>, Box<Item>> {
        if !self.features.contains_key(&gate.parent) {
            return Ok(None);
        }
        let parent = self.feature(&gate.parent, &mut Vec::new())?;
        let nothing = parent.default.is_null() || parent.cases.iter().any(|case| matches!(case.gives, Gives::Nothing));
        let Ok(variants) = Variants::of(&parent) else { return Ok(None) };
        let fits = |value: &Json| {
            let node = Node::root("", &gate.condition);
            let formula = condition::condition(&node, &mut Groups::default());
            formula.is_ok_and(|formula| condition::holds(&formula, &json!({ "value": value })))
        };
        let mut fitting = variants.list.iter().filter(|(value, _)| fits(value));
        let (Some((_, serves)), None) = (fitting.next(), fitting.next()) else { return Ok(None) };
        if nothing || fits(&Json::Null) {
            return Ok(None);
        }
        let (ours, _) = names.of(&format!("{}{}", options.prefix, gate.parent));
        let boolean = variants.value_type == ValueType::Boolean;
        Ok(FlagKey::new(&ours).ok().map(|flag| Requirement { flag, serves: serves.clone(), boolean }))
    }
}

impl Variants {
    fn of(feature: &Feature) -> Result<Self, String> {
        let mut values: Vec<&Json> = vec![&feature.default];
        for case in &feature.cases {
            match &case.gives {
                Gives::Value(value) => values.push(value),
                Gives::Split(_, parts) => values.extend(parts.iter().map(|(_, value)| value)),
                Gives::Nothing => {}
            }
        }
        // Where there is any value, none is the caller's own.
        if values.iter().any(|value| !value.is_null()) {
            values.retain(|value| !value.is_null());
        }
        let mut list: Vec<(String, Json)> = Vec::new();
        for value in values {
            if list.iter().any(|(_, there)| there == value) {
                continue;
            }
            let wanted = match value {
                Json::Bool(value) => {
                    if *value {
                        "on".to_owned()
                    } else {
                        "off".to_owned()
                    }
                }
                Json::String(text) if !text.is_empty() && text.len() <= 40 => build::name_like(text),
                Json::Number(number) => build::name_like(&number.to_string()),
                _ => format!("value-{}", list.len() + 1),
            };
            let taken = |name: &str| list.iter().any(|(there, _)| there.eq_ignore_ascii_case(name));
            let mut name = wanted.clone();
            let mut count = 2;
            while taken(&name) {
                name = format!("{}-{count}", wanted.chars().take(90).collect::<String>());
                count += 1;
            }
            list.push((name, value.clone()));
        }
        let values = Values::of(&list).map_err(|why| format!("{why}: {}", short(&list[0].1)))?;
        let list =
            list.into_iter().filter_map(|(name, value)| Some((value, values.ours.get(&name)?.clone()))).collect();
        Ok(Self { value_type: values.value_type, list, written: values.variants })
    }

    fn named(&self, value: &Json) -> Option<VariantName> {
        self.list.iter().find(|(there, _)| there == value).map(|(_, name)| name.clone())
    }

    /// What is served where GrowthBook gives nothing.
    fn fallback(&self) -> VariantName {
        match self.written.first() {
            Some(first) if self.value_type != ValueType::Boolean => first.name.clone(),
            _ => VariantName::boolean(false),
        }
    }
}

fn push(when: Formula, serve: Serve, id: Option<String>, rules: &mut Vec<Rule>, ids: &mut Vec<Option<String>>) {
    let when = match when {
        Formula::Known(false) => return,
        Formula::Known(true) => Vec::new(),
        Formula::When(Condition::All(conditions)) => conditions,
        Formula::When(condition) => vec![condition],
    };
    rules.push(Rule { id: None, description: None, when, serve });
    ids.push(id.filter(|id| !id.is_empty()));
}

fn depth(condition: &Condition) -> u32 {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => 1 + inner.iter().map(depth).max().unwrap_or(0),
        Condition::Not(inner) => 1 + depth(inner),
        _ => 0,
    }
}

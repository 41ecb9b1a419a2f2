//! Variants of a toggle: those of its strategies, else its own.

use super::strategy::Stickiness;
use super::{Strategy, Toggle, rule};
use crate::exchange::build::{self, Names, test_any};
use crate::exchange::formula::{Formula, any};
use crate::exchange::item::{Item, Kept};
use crate::exchange::read::Node;
use crate::model::{
    Bucketing, Flag, FlagKey, Rollout, Rule, Scalar, Serve, Setting, Value, ValueType, Variant, VariantName, Weight,
    Weighted,
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Where variants stand.
#[derive(Clone, Copy)]
enum From<'s> {
    /// In the toggle: these have overrides, and the first says what they stick to.
    Toggle,
    /// In a strategy, whose stickiness counts.
    Strategy(Option<&'s str>),
}

/// The variant that a toggle gives which is off, or has none.
const DISABLED: &str = "disabled";

/// The flag of a toggle's variants.
pub(super) struct Variants {
    declared: Vec<Variant>,
    value_type: ValueType,
    pub(super) disabled: VariantName,
    pub(super) rules: Vec<Rule>,
    pub(super) serve: Serve,
    /// Ours by the names of Unleash.
    names: BTreeMap<String, VariantName>,
}

/// What a list of variants gives.
enum Given {
    One(VariantName),
    Split { serve: Serve, unitless: VariantName },
    Nothing,
}

impl Toggle<'_, '_> {
    /// The variants that the toggle gives; `None` when it has none. `everyone` when it has no strategies.
    pub(super) fn variants(
        &self,
        strategies: &[Strategy<'_>],
        everyone: bool,
        items: &mut Vec<Item>,
    ) -> Result<Option<Variants>, Box<Item>> {
        let own: Vec<Node<'_>> = self.node.get("variants").iter().flat_map(Node::items).collect();
        let all: Vec<Node<'_>> = own.iter().cloned().chain(strategies.iter().flat_map(of)).collect();
        if all.is_empty() {
            return Ok(None);
        }
        let mut variants = declare(self.node, &all)?;
        for strategy in strategies.iter().filter(|strategy| strategy.when != Formula::Known(false)) {
            let theirs = of(strategy);
            let parameters = strategy.node.get("parameters");
            let parameter = |name: &str| parameters.as_ref().and_then(|all| all.text(name));
            if theirs.is_empty() {
                self.add(&mut variants, &strategy.when, &own, self.name, From::Toggle, items)?;
            } else {
                let group = parameter("groupId").unwrap_or(self.name);
                self.add(
                    &mut variants,
                    &strategy.when,
                    &theirs,
                    group,
                    From::Strategy(parameter("stickiness")),
                    items,
                )?;
            }
        }
        if everyone {
            self.add(&mut variants, &Formula::Known(true), &own, self.name, From::Toggle, items)?;
        }
        if let Some(index) = variants.rules.iter().position(|rule| rule.when.is_empty() && !is_split(&rule.serve)) {
            variants.rules.truncate(index + 1);
        }
        if variants.rules.last().is_some_and(|rule| rule.when.is_empty())
            && let Some(last) = variants.rules.pop()
        {
            variants.serve = last.serve;
        }
        Ok(Some(variants))
    }

    /// Adds what `list` gives to whom `when` is about. The variants are those of the toggle or of a strategy.
    fn add(
        &self,
        variants: &mut Variants,
        when: &Formula,
        list: &[Node<'_>],
        group: &str,
        from: From<'_>,
        items: &mut Vec<Item>,
    ) -> Result<(), Box<Item>> {
        if let From::Toggle = from {
            for node in list {
                let Some(name) = node.text("name").and_then(|name| variants.names.get(name)).cloned() else { continue };
                if let Some(overridden) = overrides(node)? {
                    let formula = when.clone().and(overridden);
                    variants.rules.push(rule(formula, Serve::Variant(name)));
                }
            }
        }
        let stickiness = match from {
            From::Strategy(stickiness) => stickiness,
            From::Toggle => list.first().and_then(|node| node.text("stickiness")),
        };
        match given(self.node, variants, list, group, stickiness, items)? {
            Given::Nothing => {
                let serve = Serve::Variant(variants.disabled.clone());
                variants.rules.push(rule(when.clone(), serve));
            }
            Given::One(variant) => variants.rules.push(rule(when.clone(), Serve::Variant(variant))),
            Given::Split { serve, unitless } => {
                variants.rules.push(rule(when.clone(), serve));
                variants.rules.push(rule(when.clone(), Serve::Variant(unitless)));
            }
        }
        Ok(())
    }
}

fn of<'n>(strategy: &Strategy<'n>) -> Vec<Node<'n>> {
    strategy.node.get("variants").iter().flat_map(Node::items).collect()
}

fn is_split(serve: &Serve) -> bool {
    matches!(serve, Serve::Rollout(_))
}

/// Contexts that get a variant by name.
fn overrides(node: &Node<'_>) -> Result<Option<Formula>, Box<Item>> {
    let mut conditions = Vec::new();
    for one in node.get("overrides").iter().flat_map(Node::items) {
        let path = super::constraint::field(&one, one.text("contextName").unwrap_or_default())?;
        let values: Vec<Scalar> = one
            .get("values")
            .iter()
            .flat_map(Node::items)
            .filter_map(|value| value.json.as_str().map(|text| Scalar::Text(text.to_owned())))
            .collect();
        if !values.is_empty() {
            conditions.push(test_any(&path, "in", values));
        }
    }
    Ok((!conditions.is_empty()).then(|| Formula::When(any(conditions))))
}

/// What one list of variants gives.
fn given(
    node: &Node<'_>,
    variants: &Variants,
    list: &[Node<'_>],
    group: &str,
    stickiness: Option<&str>,
    items: &mut Vec<Item>,
) -> Result<Given, Box<Item>> {
    let mut entries = Vec::new();
    for variant in list {
        let name = variant.text("name").and_then(|name| variants.names.get(name)).cloned();
        let weight = variant.json.get("weight").and_then(Json::as_u64).and_then(Weight::whole);
        if let (Some(name), Some(weight)) = (name, weight.filter(|weight| *weight > Weight::ZERO)) {
            entries.push(Weighted { variant: name, weight });
        }
    }
    let first = match entries.as_slice() {
        [] => return Ok(Given::Nothing),
        [only] => return Ok(Given::One(only.variant.clone())),
        [first, ..] => first.variant.clone(),
    };
    let stickiness = Stickiness::of(node, stickiness)?;
    let by = stickiness.by().ok_or_else(|| {
        node.unlike("its variants are drawn at random, another time another one", "choose a stickiness")
    })?;
    if group.is_empty() {
        return Err(node.unlike("its `groupId` is empty, which a salt can't be", "give it one"));
    }
    items.push(*node.item(
        Kept::Otherwise,
        format!("contexts without `{by}` get a variant at random there, and `{first}` here"),
        "send what variants are drawn by with every context",
    ));
    let serve = Serve::Rollout(Rollout {
        strategy: "split",
        settings: vec![("split", Setting::Split(entries))],
        serve: None,
        by: Some(by),
        salt: Some(group.to_owned()),
        bucketing: Some(Bucketing::Unleash),
    });
    Ok(Given::Split { serve, unitless: first })
}

/// The variants with their payloads: text where all payloads are text, else the payloads as they stand.
fn declare(node: &Node<'_>, all: &[Node<'_>]) -> Result<Variants, Box<Item>> {
    let is_text = |variant: &Node<'_>| {
        let payload = variant.get("payload");
        payload.is_some_and(|payload| payload.text("type") == Some("string") && payload.text("value").is_some())
    };
    let text = all.iter().all(is_text);
    let value_type = if text { ValueType::String } else { ValueType::Json };
    let mut names = Names::default();
    names.of(DISABLED);
    let disabled = VariantName::new(DISABLED).map_err(|_| node.unlike("it has no variants", "give it some"))?;
    let nothing = if text { Value::String(String::new()) } else { Value::Json(Json::Null) };
    let mut declared = vec![Variant { name: disabled.clone(), value: nothing, description: None }];
    let mut by_name = BTreeMap::new();
    for variant in all {
        let Some(name) = variant.text("name") else { continue };
        let value = match variant.get("payload") {
            Some(payload) if text => Value::String(payload.text("value").unwrap_or_default().to_owned()),
            Some(payload) => {
                build::value(payload.json, ValueType::Json).map_err(|why| payload.unlike(why, "shorten it"))?
            }
            None => Value::Json(Json::Null),
        };
        // Several lists may have a variant of one name; theirs are two when they differ.
        if let Some(ours) = by_name.get(name) {
            let same = declared.iter().any(|other: &Variant| other.name == *ours && other.value == value);
            if !same {
                let message = format!("two variants are called `{name}` and differ");
                return Err(variant.unlike(message, "give them different names"));
            }
            continue;
        }
        // A name of theirs is not taken by ours.
        let wanted = if name.eq_ignore_ascii_case(DISABLED) { format!("{name}-variant") } else { name.to_owned() };
        let (ours, _) = names.of(&wanted);
        let ours = VariantName::new(&ours).map_err(|error| variant.unlike(error.to_string(), "rename it"))?;
        declared.push(Variant { name: ours.clone(), value, description: None });
        by_name.insert(name.to_owned(), ours);
    }
    let serve = Serve::Variant(disabled.clone());
    Ok(Variants { declared, value_type, disabled, rules: Vec::new(), serve, names: by_name })
}

impl Variants {
    /// The flag, without environments.
    pub(super) fn flag(&self, key: FlagKey) -> Flag {
        build::flag(key, self.value_type, self.declared.clone(), self.disabled.clone())
    }

    /// Rules and serve of a boolean flag that is on where this one serves one of `names`.
    pub(super) fn one_of(&self, names: &[&str]) -> (Vec<Rule>, Serve) {
        // A toggle that is on and gives no variant meets every expectation of one.
        let wanted: Vec<&VariantName> =
            names.iter().filter_map(|name| self.names.get(*name)).chain([&self.disabled]).collect();
        let boolean = |variant: &VariantName| VariantName::boolean(wanted.contains(&variant));
        let serve = |serve: &Serve| match serve {
            Serve::Variant(variant) => Serve::Variant(boolean(variant)),
            Serve::Rollout(rollout) => {
                let settings = rollout.settings.iter().map(|(name, setting)| match setting {
                    Setting::Split(entries) => {
                        let entries = entries
                            .iter()
                            .map(|entry| Weighted { variant: boolean(&entry.variant), weight: entry.weight });
                        (*name, Setting::Split(entries.collect()))
                    }
                    other => (*name, other.clone()),
                });
                Serve::Rollout(Rollout { settings: settings.collect(), ..rollout.clone() })
            }
        };
        let rules = self.rules.iter().map(|rule| Rule { serve: serve(&rule.serve), ..rule.clone() }).collect();
        (rules, serve(&self.serve))
    }
}

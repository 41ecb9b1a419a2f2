//! Flags: variations, and what they are served by.

use super::kinds::{USER, reference};
use super::segment::{texts, units};
use super::{MALFORMED, World, one_line, steps};
use crate::exchange::build::{self, Values};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::logic::{Around, Draw, identify, serve};
use crate::exchange::read::Node;
use crate::model::{
    Bucketing, By, Condition, Environment, FlagKey, Requirement, Rule, Serve, Target, ValueType, VariantName, Weight,
    Weighted,
};
use serde_json::Value as Json;

/// The variations of a flag.
#[derive(Debug)]
pub(super) struct Variations {
    pub(super) values: Values,
    /// Our variants by index.
    names: Vec<VariantName>,
}

/// What the parts of one flag need to know of it.
#[derive(Debug)]
pub(super) struct Subject<'s> {
    pub(super) key: &'s str,
    pub(super) variations: &'s Variations,
    pub(super) default: &'s VariantName,
    /// The environment whose segments are meant.
    pub(super) environment: &'s str,
}

impl Variations {
    pub(super) fn of(node: &Node<'_>) -> Result<Self, Box<Item>> {
        let list: Vec<Node<'_>> = node.get("variations").iter().flat_map(Node::items).collect();
        if list.is_empty() {
            return Err(node.unlike("it has no variations, so LaunchDarkly answers with an error", MALFORMED));
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut all = Vec::new();
        for (index, variation) in list.iter().enumerate() {
            // The REST API has an object with an id around each value.
            let described = variation
                .json
                .as_object()
                .filter(|entries| entries.contains_key("_id") && entries.contains_key("value"));
            let json = described.and_then(|entries| entries.get("value")).unwrap_or(variation.json);
            let named = described.and_then(|entries| entries.get("name")).and_then(Json::as_str);
            let wanted = match (named, json) {
                (Some(name), _) if !name.is_empty() => build::name_like(name),
                (_, Json::String(text)) if !text.is_empty() && text.len() <= 40 => build::name_like(text),
                (_, Json::Number(number)) => build::name_like(&number.to_string()),
                (_, Json::Bool(value)) => {
                    if *value {
                        "on".into()
                    } else {
                        "off".into()
                    }
                }
                _ => format!("variation-{index}"),
            };
            let mut name = wanted.clone();
            if !seen.insert(name.to_ascii_lowercase()) {
                name = format!("{wanted}-{index}");
                seen.insert(name.to_ascii_lowercase());
            }
            all.push((name, json.clone()));
        }
        let values = Values::of(&all).map_err(|why| node.unlike(why, "write it as text"))?;
        let names = all.iter().filter_map(|(name, _)| values.ours.get(name).cloned()).collect();
        Ok(Self { values, names })
    }

    /// The variant that an index means.
    pub(super) fn at(&self, node: &Node<'_>, index: Option<f64>) -> Result<VariantName, Box<Item>> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and small")]
        let index =
            index.filter(|index| index.fract() == 0.0 && (0.0..1e9).contains(index)).map(|index| index as usize);
        index.and_then(|index| self.names.get(index)).cloned().ok_or_else(|| {
            node.unlike("it names a variation that is not there, so LaunchDarkly answers with an error", MALFORMED)
        })
    }

    pub(super) fn is_boolean(&self) -> bool {
        self.values.value_type == ValueType::Boolean
    }

    /// Whether the index is the only one of its variant.
    fn is_only(&self, variant: &VariantName) -> bool {
        self.names.iter().filter(|name| *name == variant).count() == 1
    }
}

impl World<'_> {
    /// What the flag does in an environment, which `node` describes.
    pub(super) fn environment(
        &self,
        subject: &Subject<'_>,
        node: &Node<'_>,
        items: &mut Vec<Item>,
    ) -> Result<Environment, Box<Item>> {
        let on = node.flag("on") == Some(true);
        let no_name = || node.unlike("it has no environment", "name one with `--env`");
        if !on && node.get("fallthrough").is_none() {
            let mut environment =
                build::environment(Vec::new(), Serve::Variant(subject.default.clone())).ok_or_else(no_name)?;
            environment.enabled = false;
            return Ok(environment);
        }
        let mut rules = Vec::new();
        let mut names = Vec::new();
        let targets = self.all_targets(subject, node, &mut rules)?;
        names.resize(rules.len(), None);
        for rule in node.get("rules").iter().flat_map(Node::items) {
            let when = self.clauses(&rule, subject.environment, items)?;
            let id = rule.text("id").or_else(|| rule.text("_id")).map(str::to_owned);
            let description = rule.text("description").filter(|text| one_line(text) && !text.is_empty());
            for (position, (guard, serve)) in self.choice(subject, &rule)?.into_iter().enumerate() {
                if let Some(mut made) = made(when.clone().and(guard), serve) {
                    made.description = description.map(str::to_owned);
                    rules.push(made);
                    names.push(id.clone().filter(|_| position == 0));
                }
            }
        }
        let last = node.get("fallthrough").ok_or_else(|| {
            if node.get("_summary").is_some() {
                return node.unlike("it is a summary, without its rules", "ask the REST API with `summary=0`");
            }
            node.unlike(
                "it has no `fallthrough`, so LaunchDarkly answers with an error where nothing matches",
                MALFORMED,
            )
        })?;
        let mut choice = self.choice(subject, &last)?;
        let (_, everyone) = choice.pop().ok_or_else(|| last.unlike("it serves nothing", MALFORMED))?;
        for (guard, serve) in choice {
            rules.extend(made(guard, serve));
            names.push(None);
        }
        identify(&mut rules, &names);
        let mut environment = build::environment(rules, everyone).ok_or_else(no_name)?;
        environment.targets = targets;
        environment.enabled = on;
        Ok(environment)
    }

    /// Keys with the variation that they get: by unit, or as rules where there are several kinds.
    fn all_targets(
        &self,
        subject: &Subject<'_>,
        node: &Node<'_>,
        rules: &mut Vec<Rule>,
    ) -> Result<Vec<Target>, Box<Item>> {
        let plain: Vec<Node<'_>> = node.get("targets").iter().flat_map(Node::items).collect();
        let by_kind: Vec<Node<'_>> = node.get("contextTargets").iter().flat_map(Node::items).collect();
        let mut all: Vec<(String, Vec<String>, VariantName)> = Vec::new();
        let mut add = |target: &Node<'_>, kind: &str, variation: Option<f64>| {
            let keys = texts(target.get("values").as_ref());
            let variant = subject.variations.at(target, variation);
            if !keys.is_empty() {
                all.push((kind.to_owned(), keys, variant?));
            }
            Ok::<(), Box<Item>>(())
        };
        if by_kind.is_empty() {
            for target in &plain {
                let kind = target.text("contextKind").filter(|kind| !kind.is_empty()).unwrap_or(USER);
                add(target, kind, target.number("variation"))?;
            }
        }
        for target in &by_kind {
            let kind = target.text("contextKind").filter(|kind| !kind.is_empty()).unwrap_or(USER);
            let own = !texts(target.get("values").as_ref()).is_empty();
            if kind != USER || own {
                add(target, kind, target.number("variation"))?;
            } else if let Some(named) =
                plain.iter().find(|plain| plain.number("variation") == target.number("variation"))
            {
                add(named, USER, named.number("variation"))?;
            }
        }
        if self.kinds.are_users() {
            // The first list with a key decides.
            let mut seen = std::collections::BTreeSet::new();
            let targets = all.into_iter().map(|(_, keys, serve)| {
                let keys: Vec<String> = keys.into_iter().filter(|key| seen.insert(key.clone())).collect();
                Target { serve, units: units(&keys) }
            });
            return Ok(targets.filter(|target| !target.units.is_empty()).collect());
        }
        for (kind, keys, variant) in all {
            rules.extend(made(self.targets(&kind, &keys, false), Serve::Variant(variant)));
        }
        Ok(Vec::new())
    }

    /// What is served, by cases of which the last is everyone else.
    fn choice(&self, subject: &Subject<'_>, node: &Node<'_>) -> Result<Vec<(Formula, Serve)>, Box<Item>> {
        if node.get("variation").is_some() {
            let variant = subject.variations.at(node, node.number("variation"))?;
            return Ok(vec![(Formula::Known(true), Serve::Variant(variant))]);
        }
        let rollout = node.get("rollout").ok_or_else(|| {
            node.unlike("it has neither a variation nor a rollout, so LaunchDarkly answers with an error", MALFORMED)
        })?;
        let parts: Vec<Node<'_>> = rollout.get("variations").iter().flat_map(Node::items).collect();
        let mut entries = Vec::new();
        let mut left = 100_000;
        for (position, part) in parts.iter().enumerate() {
            let weight = steps(part.number("weight").unwrap_or(0.0))
                .ok_or_else(|| part.unlike("its weight is no whole number of 0.001 %", MALFORMED))?;
            // Whoever is beyond the last part is in it.
            let weight = if position + 1 == parts.len() { left } else { weight.min(left) };
            left -= weight;
            let variant = subject.variations.at(part, Some(part.number("variation").unwrap_or(0.0)))?;
            entries.push(Weighted { variant, weight: Weight::from_steps(weight.into()).unwrap_or_default() });
        }
        let Some(first) = entries.iter().find(|entry| entry.weight > Weight::ZERO).cloned() else {
            return Err(
                rollout.unlike("its rollout has no variations, so LaunchDarkly answers with an error", MALFORMED)
            );
        };
        self.split(subject, &rollout, &entries, first.variant)
    }

    /// A split by bucket. What has no bucket is in the first part.
    fn split(
        &self,
        subject: &Subject<'_>,
        rollout: &Node<'_>,
        entries: &[Weighted],
        first: VariantName,
    ) -> Result<Vec<(Formula, Serve)>, Box<Item>> {
        let experiment = rollout.text("kind") == Some("experiment");
        let kind = rollout.text("contextKind").filter(|kind| !kind.is_empty());
        let by = rollout.text("bucketBy").filter(|text| !text.is_empty() && !experiment);
        let names = match by {
            Some(text) => reference(text, kind.is_none()).ok_or_else(|| {
                rollout.unlike("its `bucketBy` is malformed, so LaunchDarkly answers with an error", MALFORMED)
            })?,
            None => vec!["key".to_owned()],
        };
        let salt = match rollout.get("seed") {
            Some(seed) => seed
                .json
                .as_i64()
                .map(|seed| seed.to_string())
                .ok_or_else(|| seed.unlike("its seed is no whole number", MALFORMED))?,
            None => subject.key.to_owned(),
        };
        let around = Around { boolean: subject.variations.is_boolean(), default: subject.default };
        let mut choice = Vec::new();
        for place in self.kinds.places(kind.unwrap_or(USER)) {
            let path =
                place.path(&names).ok_or_else(|| rollout.unlike("its `bucketBy` has an empty name", MALFORMED))?;
            let by = Some(By::One(path)).filter(|by| !by.is_targeting_key());
            let draw = Draw {
                bucketing: Bucketing::LaunchDarkly,
                salt: Some(salt.clone()),
                by,
                has_unit: Formula::Known(true),
            };
            choice.push((place.guard, serve(&draw, entries.to_vec(), around)));
        }
        // Every user has a key.
        if !self.kinds.are_users() || names != ["key"] {
            choice.push((Formula::Known(true), Serve::Variant(first)));
        }
        Ok(choice)
    }

    /// What must hold of other flags; `None` when it never does.
    pub(super) fn requirements(
        &self,
        subject: &Subject<'_>,
        node: &Node<'_>,
        keys: &mut dyn FnMut(&str) -> Option<FlagKey>,
    ) -> Result<Option<Vec<Requirement>>, Box<Item>> {
        let mut all = Vec::new();
        for prerequisite in node.get("prerequisites").iter().flat_map(Node::items) {
            let theirs = prerequisite.text("key").unwrap_or_default();
            let Some(other) = self.flags.get(theirs) else { return Ok(None) };
            if theirs == subject.key || self.circles(theirs) {
                return Err(prerequisite
                    .unlike("prerequisites form a circle, so LaunchDarkly answers with an error", MALFORMED));
            }
            let variations = Variations::of(&other.node)?;
            let Ok(serves) = variations.at(&prerequisite, Some(prerequisite.number("variation").unwrap_or(0.0))) else {
                return Ok(None);
            };
            if !variations.is_only(&serves) {
                let message = format!("it requires one of several variations of `{theirs}` that have the same value");
                return Err(prerequisite.unlike(message, "require a value that is there once"));
            }
            let settings = other.settings(self.environment_name(node));
            let off = settings.as_ref().and_then(|settings| settings.number("offVariation"));
            let has_own = settings
                .as_ref()
                .and_then(|settings| settings.get("prerequisites"))
                .is_some_and(|own| own.items().next().is_some());
            if has_own && off.is_some() && off == prerequisite.number("variation") {
                let message = format!(
                    "it requires what `{theirs}` serves where its own prerequisites fail, which does not meet a requirement here"
                );
                return Err(prerequisite.unlike(message, "require another variation"));
            }
            let Some(flag) = keys(theirs) else { return Ok(None) };
            all.push(Requirement { flag, serves, boolean: variations.is_boolean() });
        }
        Ok(Some(all))
    }

    /// Whether the prerequisites of `key` lead into a circle.
    fn circles(&self, key: &str) -> bool {
        fn walk<'w>(
            world: &'w World<'_>,
            key: &'w str,
            trail: &mut Vec<&'w str>,
            done: &mut std::collections::BTreeSet<&'w str>,
        ) -> bool {
            if trail.contains(&key) {
                return true;
            }
            if !done.insert(key) || trail.len() > 200 {
                return trail.len() > 200;
            }
            trail.push(key);
            let needed = world.needed.get(key).map_or(&[][..], Vec::as_slice);
            let found = needed.iter().any(|next| walk(world, next, trail, done));
            trail.pop();
            found
        }
        walk(self, key, &mut Vec::new(), &mut std::collections::BTreeSet::new())
    }
}

/// A rule; `None` for one that never matches.
fn made(when: Formula, serve: Serve) -> Option<Rule> {
    let when = match when {
        Formula::Known(false) => return None,
        Formula::Known(true) => Vec::new(),
        Formula::When(Condition::All(conditions)) => conditions,
        Formula::When(condition) => vec![condition],
    };
    Some(Rule { id: None, description: None, when, serve })
}

/// What is said of tracking, which evaluation does not depend on.
pub(super) fn tracked(node: &Node<'_>, items: &mut Vec<Item>) {
    let mut said = Vec::new();
    for name in ["trackEvents", "trackEventsFallthrough", "clientSide", "excludeFromSummaries"] {
        if node.flag(name) == Some(true) {
            said.push(format!("`{name}`"));
        }
    }
    for name in [
        "debugEventsUntilDate",
        "samplingRatio",
        "migration",
        "clientSideAvailability",
        "experiments",
        "goalIds",
        "customProperties",
        "maintainerId",
    ] {
        let empty = |json: &Json| {
            json.as_array().is_some_and(Vec::is_empty) || json.as_object().is_some_and(serde_json::Map::is_empty)
        };
        if node.get(name).is_some_and(|value| !empty(value.json)) {
            said.push(format!("`{name}`"));
        }
    }
    if !said.is_empty() {
        let message = format!(
            "{} has no meaning here: it is about events and clients, not about what is served",
            said.join(", ")
        );
        items.push(*node.item(Kept::InEssence, message, "keep it in `metadata` if someone reads it"));
    }
}

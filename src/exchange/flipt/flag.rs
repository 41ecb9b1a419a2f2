//! Flags: of variants with rules, and boolean ones with rollouts.

use super::{CORRECT, Namespace, World, either};
use crate::exchange::Options;
use crate::exchange::build::{self, Values};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::logic::{Around, Draw, serve};
use crate::exchange::read::Node;
use crate::model::{Bucketing, Condition, Flag, Rule, Serve, Share, ValueType, VariantName, Weight, Weighted};
use serde_json::Value as Json;

/// Whether a text can be a description.
pub(super) fn plain(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 500 && !text.chars().any(char::is_control)
}

impl World {
    pub(super) fn flag(
        &mut self,
        theirs: &str,
        node: &Node<'_>,
        namespace: &Namespace<'_>,
        options: &Options<'_>,
        items: &mut Vec<Item>,
    ) -> Result<Flag, Box<Item>> {
        let salt = node.text("key").unwrap_or_default();
        if salt.is_empty() {
            return Err(node.unlike("it has no key", CORRECT));
        }
        let key = build::key(theirs, node, &mut self.flags, options, items)
            .ok_or_else(|| node.unlike("its key can't be the name of a file", "rename it"))?;
        let enabled = node.flag("enabled") == Some(true);
        let mut flag = match node.text("type").unwrap_or("VARIANT_FLAG_TYPE") {
            "BOOLEAN_FLAG_TYPE" => {
                let off = VariantName::boolean(false);
                let rules = self.rollouts(salt, node, namespace)?;
                let everyone = Serve::Variant(VariantName::boolean(enabled));
                let environment = build::environment(rules, everyone);
                let environment =
                    environment.ok_or_else(|| node.unlike("it has no environment", "name one with `--env`"))?;
                let mut flag = build::flag(key, ValueType::Boolean, Flag::boolean_variants(), off);
                flag.environments = build::in_all(&environment, options);
                flag
            }
            "VARIANT_FLAG_TYPE" => {
                let variants = Variants::of(node, items)?;
                let rules = self.rules(salt, node, namespace, &variants, items)?;
                let environment = build::environment(rules, Serve::Variant(variants.default.clone()));
                let mut environment =
                    environment.ok_or_else(|| node.unlike("it has no environment", "name one with `--env`"))?;
                environment.enabled = enabled;
                variants.values.say(node, items);
                let mut flag = build::flag(key, variants.values.value_type, variants.values.variants, variants.default);
                flag.environments = build::in_all(&environment, options);
                flag
            }
            other => return Err(node.unlike(format!("flags of type `{other}` are not known"), CORRECT)),
        };
        flag.name = node.text("name").filter(|name| plain(name) && *name != flag.key.as_str()).map(str::to_owned);
        if flag.name.is_none() && flag.key.as_str() != theirs && plain(theirs) {
            flag.name = Some(theirs.to_owned());
        }
        flag.description = node.text("description").filter(|text| plain(text)).map(str::to_owned);
        for (name, value) in node.get("metadata").iter().flat_map(Node::entries) {
            if build::value(value.json, ValueType::Json).is_ok() {
                flag.metadata.insert(name.to_owned(), value.json.clone());
            } else {
                items.push(*value.item(Kept::InEssence, "this metadata is beyond what files hold", "write it as text"));
            }
        }
        Ok(flag)
    }

    fn rollouts(&mut self, salt: &str, node: &Node<'_>, namespace: &Namespace<'_>) -> Result<Vec<Rule>, Box<Item>> {
        let mut rules = Vec::new();
        for rollout in node.get("rollouts").iter().flat_map(Node::items) {
            let (when, value) = if let Some(threshold) = rollout.get("threshold") {
                (percentage(salt, &threshold)?, threshold.flag("value"))
            } else if let Some(segment) = rollout.get("segment") {
                (self.in_segments(&rollout, namespace)?, segment.flag("value").or_else(|| rollout.flag("value")))
            } else {
                continue;
            };
            let variant = VariantName::boolean(value == Some(true));
            if let Some(mut rule) = made(when, Serve::Variant(variant)) {
                rule.description = rollout.text("description").filter(|text| plain(text)).map(str::to_owned);
                rules.push(rule);
            }
        }
        Ok(rules)
    }

    fn rules(
        &mut self,
        salt: &str,
        node: &Node<'_>,
        namespace: &Namespace<'_>,
        variants: &Variants,
        items: &mut Vec<Item>,
    ) -> Result<Vec<Rule>, Box<Item>> {
        let mut rules = Vec::new();
        for rule in node.get("rules").iter().flat_map(Node::items) {
            let when = self.in_segments(&rule, namespace)?;
            let mut parts = Vec::new();
            let mut by = Evaluator::Server;
            for part in rule.get("distributions").iter().flat_map(Node::items) {
                let key = either(&part, "variant", "variantKey").unwrap_or_default();
                if part.text("variantKey").is_some() {
                    by = Evaluator::Client;
                }
                let variant = variants.values.ours.get(key).cloned().ok_or_else(|| {
                    part.unlike(format!("the variant `{key}` is not there, so Flipt refuses the file"), CORRECT)
                })?;
                #[expect(clippy::cast_possible_truncation, reason = "Flipt computes with single precision")]
                let rollout = part.number("rollout").unwrap_or(0.0) as f32;
                if rollout > 0.0 {
                    parts.push((variant, rollout));
                }
            }
            let served = match parts.as_slice() {
                [] => Serve::Variant(variants.default.clone()),
                [(only, _)] => Serve::Variant(only.clone()),
                _ => {
                    let draw = draw(salt);
                    let around = Around { boolean: false, default: &variants.default };
                    let entries = weighted(&parts, by);
                    if entries != weighted(&parts, Evaluator::Client) || entries != weighted(&parts, Evaluator::Server)
                    {
                        let whose = if by == Evaluator::Client { "clients have" } else { "the server has" };
                        let message = format!(
                            "Flipt's server rounds the borders of its shares down to a thousandth, clients to the nearest; here they are as {whose} them"
                        );
                        items.push(*rule.item(Kept::Otherwise, message, "use shares of whole thousandths"));
                    }
                    serve(&draw, entries, around)
                }
            };
            rules.extend(made(when, served));
        }
        Ok(rules)
    }
}

fn draw(salt: &str) -> Draw {
    Draw { bucketing: Bucketing::Flipt, salt: Some(salt.to_owned()), by: None, has_unit: Formula::Known(true) }
}

fn made(when: Formula, serve: Serve) -> Option<Rule> {
    let when = match when {
        Formula::Known(false) => return None,
        Formula::Known(true) => Vec::new(),
        Formula::When(Condition::All(conditions)) => conditions,
        Formula::When(condition) => vec![condition],
    };
    Some(Rule { id: None, description: None, when, serve })
}

/// The positions below a percentage, of 100.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small")]
fn percentage(salt: &str, node: &Node<'_>) -> Result<Formula, Box<Item>> {
    let percentage = node.number("percentage").unwrap_or(0.0);
    if !percentage.is_finite() {
        return Err(node.unlike("its percentage is no number", CORRECT));
    }
    if percentage <= 0.0 {
        return Ok(Formula::Known(false));
    }
    // All units have a position below 100.
    if percentage > 99.0 {
        return Ok(Formula::Known(true));
    }
    let steps = percentage * 1000.0;
    let steps = if (steps - steps.round()).abs() < 1e-9 { steps.round() } else { percentage.ceil() * 1000.0 };
    let share = Share::from_steps(steps as u32).unwrap_or(Share::FULL);
    Ok(Formula::When(Condition::Percentage {
        share,
        by: None,
        salt: Some(salt.to_owned()),
        bucketing: Some(Bucketing::Flipt),
    }))
}

/// Who evaluates a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Evaluator {
    Server,
    /// An SDK that has a snapshot.
    Client,
}

/// The parts, of 1,000 positions, as Flipt rounds them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by 1,000")]
fn weighted(parts: &[(VariantName, f32)], by: Evaluator) -> Vec<Weighted> {
    let total: f32 = parts.iter().map(|(_, rollout)| rollout).sum();
    let mut passed = 0.0_f32;
    let mut start = 0_u64;
    let mut all = Vec::with_capacity(parts.len());
    for (index, (variant, rollout)) in parts.iter().enumerate() {
        passed += (rollout / total) * 100.0;
        let border = if by == Evaluator::Client { (passed * 10.0).round() } else { passed * 10.0 };
        let end = if index + 1 == parts.len() { 1000 } else { (border as u64).clamp(start, 1000) };
        all.push(Weighted {
            variant: variant.clone(),
            weight: Weight::from_steps((end - start) * 100).unwrap_or_default(),
        });
        start = end;
    }
    all
}

/// The variants of a flag, and what is served where nothing matches.
struct Variants {
    values: Values,
    default: VariantName,
}

impl Variants {
    fn of(node: &Node<'_>, items: &mut Vec<Item>) -> Result<Self, Box<Item>> {
        let mut list: Vec<(String, Json)> = Vec::new();
        let variants: Vec<Node<'_>> = node.get("variants").iter().flat_map(Node::items).collect();
        let default = node.get("defaultVariant");
        let mut named: Option<String> = default.as_ref().and_then(|node| node.text("key").map(str::to_owned));
        let add = |node: &Node<'_>, list: &mut Vec<(String, Json)>, own: &str| -> Result<(), Box<Item>> {
            let attachment = match node.json.get(own) {
                // A client's snapshot has it as text.
                Some(Json::String(text)) if own != "attachment" || text.is_empty() => {
                    node.inner(text)?.unwrap_or_default()
                }
                Some(json) => json.clone(),
                None => Json::Null,
            };
            let key = either(node, "key", "variantKey").unwrap_or_default().to_owned();
            if !list.iter().any(|(there, _)| *there == key) {
                list.push((key, attachment));
            }
            Ok(())
        };
        for variant in &variants {
            add(variant, &mut list, "attachment")?;
            if variant.flag("default") == Some(true) {
                named = variant.text("key").map(str::to_owned);
            }
        }
        let rules = node.get("rules");
        let parts = rules.iter().flat_map(Node::items).filter_map(|rule| rule.get("distributions"));
        for part in
            parts.flat_map(|parts| parts.items().collect::<Vec<_>>()).filter(|part| part.text("variantKey").is_some())
        {
            add(&part, &mut list, "variantAttachment")?;
        }
        if let Some(default) = &default {
            add(default, &mut list, "attachment")?;
        }
        let attached = list.iter().any(|(_, attachment)| !attachment.is_null());
        if attached {
            let message =
                "its variants have attachments, which are the values here; the keys are the names of the variants";
            items.push(*node.item(Kept::Otherwise, message, "read the variant's name where the key is meant"));
        } else {
            for (key, value) in &mut list {
                *value = key.clone().into();
            }
        }
        let none = "no-match";
        let default = match &named {
            Some(key) => key.clone(),
            None => {
                let value = if attached { Json::Null } else { String::new().into() };
                let mut name = none.to_owned();
                while list.iter().any(|(key, _)| key.eq_ignore_ascii_case(&name)) {
                    name.push('-');
                }
                list.push((name.clone(), value));
                let message = format!(
                    "it has no default variant: where Flipt answers that nothing matches, `{name}` is served here, with nothing in it"
                );
                items.push(*node.item(
                    Kept::Otherwise,
                    message,
                    "give it a default variant, or treat that answer as none",
                ));
                name
            }
        };
        let values = Values::of(&list).map_err(|why| node.unlike(why, "write it as text"))?;
        let default = values.ours.get(&default).cloned();
        let default = default
            .ok_or_else(|| node.unlike("its default variant is not there, so Flipt answers with an error", CORRECT))?;
        Ok(Self { values, default })
    }
}

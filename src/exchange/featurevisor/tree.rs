//! What a feature decides, as trees: whether it is on, which variation it gives, and the values of its variables.

use super::parts::{LAST, Parts, Ready, up_to};
use super::{Segments, Values, condition};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::logic::Tree;
use crate::exchange::read::Node;
use crate::model::{VariantName, Weight};
use serde_json::Value as Json;

impl Parts<'_> {
    /// The buckets that a group leaves to the feature; `None` when it is in none.
    fn ranges(&self) -> Result<Option<Formula>, Box<Item>> {
        let Some(node) = self.root.get("ranges").filter(|node| node.items().next().is_some()) else { return Ok(None) };
        let mut any = Formula::Known(false);
        for range in node.items() {
            let bound = |index: usize| range.json.get(index).and_then(Json::as_f64).unwrap_or(0.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 100,000")]
            let [start, end] = [bound(0), bound(1)].map(|bound| bound.ceil().clamp(0.0, f64::from(LAST)) as u32);
            if start >= end {
                continue;
            }
            if start == 1 || end == 1 {
                return Err(range.unlike("a group leaves out the first bucket alone", "give the slot at least 0.001 %"));
            }
            let from = if start == 0 { Formula::Known(true) } else { up_to(&self.draw, start - 1).not() };
            any = any.or(from.and(up_to(&self.draw, if end == LAST { LAST } else { end - 1 })));
        }
        Ok(Some(any))
    }

    /// What the rules decide: `decide` for the first that matches, `otherwise` when none does.
    fn by_rules(
        &self,
        otherwise: Tree,
        decide: &mut dyn FnMut(&Ready<'_>) -> Result<Tree, Box<Item>>,
    ) -> Result<Tree, Box<Item>> {
        let mut tree = otherwise;
        for rule in self.rules.iter().rev() {
            tree = Tree::If(rule.when.clone(), Box::new(decide(rule)?), Box::new(tree));
        }
        Ok(tree)
    }

    /// Whether the feature is on. As long as a variable is asked for, what is forced on it hides that, so that nothing
    /// that requires the feature takes it for on.
    pub(super) fn enabled(&self, required: &Formula, asked: Option<&str>) -> Result<Tree, Box<Item>> {
        let unforced = self.unforced(required)?;
        let mut tree = unforced.clone();
        for force in self.force.iter().rev() {
            let hidden = asked.is_some_and(|name| force.variable(name).is_some()).then_some(false);
            let forced = force.node.flag("enabled").or(hidden);
            let forced = forced.map(|value| Tree::Serve(VariantName::boolean(value)));
            let forced = forced.unwrap_or_else(|| unforced.clone());
            tree = Tree::If(force.when.clone(), Box::new(forced), Box::new(tree));
        }
        Ok(tree)
    }

    /// Whether the feature is on for whom nothing is forced.
    fn unforced(&self, required: &Formula) -> Result<Tree, Box<Item>> {
        let [on, off] = [true, false].map(|value| Tree::Serve(VariantName::boolean(value)));
        let ranges = self.ranges()?;
        let rules = self.by_rules(off.clone(), &mut |rule| {
            let percentage = rule.node.number("percentage").unwrap_or(0.0);
            if percentage == 0.0 {
                return Ok(off.clone());
            }
            let enabled = rule.node.flag("enabled");
            if let Some(ranges) = &ranges {
                let inside = Tree::Serve(VariantName::boolean(enabled != Some(false)));
                return Ok(Tree::If(ranges.clone(), Box::new(inside), Box::new(off.clone())));
            }
            if let Some(enabled) = enabled {
                return Ok(Tree::Serve(VariantName::boolean(enabled)));
            }
            if percentage < 1.0 {
                return Err(rule.node.unlike("its percentage is finer than 0.001 %", "round it"));
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 100,000")]
            let last = percentage.floor().clamp(0.0, f64::from(LAST)) as u32;
            Ok(self.split(vec![(last, on.clone()), (LAST, off.clone())]))
        })?;
        Ok(Tree::If(required.clone(), Box::new(rules), Box::new(off)))
    }

    /// Parts by bucket, each up to and with a bucket.
    fn split(&self, parts: Vec<(u32, Tree)>) -> Tree {
        let mut entries: Vec<(Weight, Tree)> = Vec::new();
        let mut passed = 0;
        for (last, tree) in parts {
            let weight = Weight::from_steps(u64::from(last - passed)).unwrap_or(Weight::ZERO);
            passed = last;
            if weight > Weight::ZERO {
                entries.push((weight, tree));
            }
        }
        let last = entries.last().map_or(Tree::Serve(VariantName::boolean(false)), |(_, tree)| tree.clone());
        if entries.len() == 1 { last } else { Tree::Split(self.draw.clone(), entries, Box::new(last)) }
    }

    fn variation(&self, name: &str) -> Option<&Node<'_>> {
        self.variations.iter().find(|node| node.text("value") == Some(name))
    }

    /// Which variation the feature gives when it is on.
    pub(super) fn varied(&self, values: &Values, none: &VariantName, asked: Option<&str>) -> Result<Tree, Box<Item>> {
        let none = Tree::Serve(none.clone());
        let of = |name: Option<&str>| {
            let known = name.filter(|name| self.variation(name).is_some());
            known.and_then(|name| values.ours.get(name)).map(|ours| Tree::Serve(ours.clone()))
        };
        let rules = self.by_rules(none.clone(), &mut |rule| {
            if rule.node.number("percentage").unwrap_or(0.0) == 0.0 {
                return Ok(none.clone());
            }
            if let Some(tree) = of(rule.node.text("variation")) {
                return Ok(tree);
            }
            let parts = rule.allocation.iter();
            Ok(self.split(parts.map(|(last, name)| (*last, of(name.as_deref()).unwrap_or(none.clone()))).collect()))
        })?;
        let mut tree = rules.clone();
        for force in self.force.iter().rev() {
            let hidden = asked.is_some_and(|name| force.variable(name).is_some());
            let otherwise = || if hidden { none.clone() } else { rules.clone() };
            let forced = of(force.node.text("variation")).unwrap_or_else(otherwise);
            tree = Tree::If(force.when.clone(), Box::new(forced), Box::new(tree));
        }
        Ok(tree)
    }

    /// The value of a variable: when the feature is on, or, with what is required and served otherwise, at any time.
    pub(super) fn variable(
        &self,
        name: &str,
        segments: &mut Segments<'_>,
        of: &dyn Fn(&Json) -> Tree,
        always: Option<(&Formula, &Tree)>,
    ) -> Result<Tree, Box<Item>> {
        let schema = self.root.get("variablesSchema").and_then(|all| all.get(name));
        let default = schema.as_ref().and_then(|schema| schema.json.get("defaultValue")).unwrap_or(&Json::Null);
        let rules = |forced: Option<&str>, segments: &mut Segments<'_>| {
            let unmatched = self.by_variation(forced, name, default, segments, of)?;
            self.by_rules(unmatched, &mut |rule| {
                if rule.node.number("percentage").unwrap_or(0.0) == 0.0 {
                    return Ok(of(default));
                }
                let own = rule.variable(name);
                let filled = |name: &&str| !name.is_empty();
                let fixed = forced.or_else(|| rule.node.text("variation").filter(filled));
                let value = match (own, fixed) {
                    (Some(value), _) => of(value),
                    (None, Some(fixed)) => self.by_variation(Some(fixed), name, default, segments, of)?,
                    (None, None) => {
                        let mut parts = Vec::new();
                        for (last, variation) in &rule.allocation {
                            let tree = self.by_variation(variation.as_deref(), name, default, segments, of)?;
                            parts.push((*last, tree));
                        }
                        self.split(parts)
                    }
                };
                overridden(&rule.node, name, value, segments, of)
            })
        };
        let while_on = |on: Tree| match always {
            Some((required, off)) => self.unforced(required).map(|enabled| graft(enabled, &on, off)),
            None => Ok(on),
        };
        let unforced = while_on(rules(None, segments)?)?;
        let mut tree = unforced.clone();
        for force in self.force.iter().rev() {
            let variation = force.node.text("variation").filter(|name| !name.is_empty());
            let forced = match (force.node.flag("enabled"), force.variable(name), always) {
                (Some(false), _, Some((_, off))) => off.clone(),
                (_, Some(value), _) => of(value),
                (Some(_), None, _) => rules(variation, segments)?,
                (None, None, _) => while_on(rules(variation, segments)?)?,
            };
            tree = Tree::If(force.when.clone(), Box::new(forced), Box::new(tree));
        }
        Ok(tree)
    }

    /// The value that a variation gives to a variable.
    fn by_variation(
        &self,
        variation: Option<&str>,
        name: &str,
        default: &Json,
        segments: &mut Segments<'_>,
        of: &dyn Fn(&Json) -> Tree,
    ) -> Result<Tree, Box<Item>> {
        let Some(node) = variation.and_then(|variation| self.variation(variation)) else { return Ok(of(default)) };
        let own = node.json.get("variables").and_then(|all| all.get(name)).unwrap_or(default);
        overridden(node, name, of(own), segments, of)
    }
}

/// The tree of a boolean with what comes of true and false.
fn graft(tree: Tree, on: &Tree, off: &Tree) -> Tree {
    match tree {
        Tree::Serve(variant) => if variant == VariantName::boolean(true) { on } else { off }.clone(),
        ready @ Tree::Ready(_) => ready,
        Tree::If(formula, then, otherwise) => {
            Tree::If(formula, Box::new(graft(*then, on, off)), Box::new(graft(*otherwise, on, off)))
        }
        Tree::Split(draw, parts, unitless) => {
            let parts = parts.into_iter().map(|(weight, part)| (weight, graft(part, on, off)));
            Tree::Split(draw, parts.collect(), Box::new(graft(*unitless, on, off)))
        }
    }
}

/// The first override of a variable that matches, else `tree`.
fn overridden(
    node: &Node<'_>,
    name: &str,
    mut tree: Tree,
    segments: &mut Segments<'_>,
    of: &dyn Fn(&Json) -> Tree,
) -> Result<Tree, Box<Item>> {
    let list: Vec<Node<'_>> =
        node.get("variableOverrides").and_then(|all| all.get(name)).iter().flat_map(Node::items).collect();
    for one in list.iter().rev() {
        let when = match (one.get("conditions"), one.get("segments")) {
            (Some(conditions), _) => condition::conditions(&conditions)?,
            (None, Some(inner)) => condition::segments(&inner, segments)?,
            (None, None) => continue,
        };
        let value = one.json.get("value").map_or(Tree::Serve(VariantName::boolean(false)), of);
        tree = Tree::If(when, Box::new(value), Box::new(tree));
    }
    Ok(tree)
}

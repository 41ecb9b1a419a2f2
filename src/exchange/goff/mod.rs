//! GO Feature Flag: files of flags, as its relay proxy and providers read them.
//!
//! What its scheduled steps make of a flag is worked out, and each state holds within its window.

mod query;
mod steps;

use super::build::{self, Names, Values};
use super::flagd::logic::Reader;
use super::formula::Formula;
use super::item::{Item, Kept};
use super::logic::{Around, Draw, Tree, lay, settle, simplify};
use super::read::{Input, Node, documents};
use super::{Imported, Options};
use crate::model::{
    AttributePath, Bucketing, By, Condition, Flag, Rollout, Scalar, Schedule, Seconds, Serve, Setting, Share,
    Timestamp, ValueType, VariantName, Weight,
};
use query::Query;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let mut names = Names::default();
    for (file, json) in &documents(inputs, &mut imported.items) {
        for (theirs, node) in Node::root(file, json).entries().filter(|(name, _)| *name != "$schema") {
            imported.take(theirs, |items| Ok([flag(theirs, &node, options, &mut names, items)?]));
        }
    }
    imported
}

/// A flag with what is known of all its states.
struct Reading<'r, 'n> {
    theirs: &'r str,
    node: &'r Node<'n>,
    values: &'r Values,
    default: &'r VariantName,
    by: AttributePath,
    items: &'r mut Vec<Item>,
}

fn flag(
    theirs: &str,
    node: &Node<'_>,
    options: &Options<'_>,
    names: &mut Names,
    items: &mut Vec<Item>,
) -> Result<Flag, Box<Item>> {
    let states = steps::states(node)?;
    let mut declared: Vec<(String, Json)> = Vec::new();
    for (_, state) in &states {
        for (name, value) in state.get("variations").and_then(Json::as_object).into_iter().flatten() {
            match declared.iter().find(|(other, _)| other == name) {
                Some((_, other)) if other != value => {
                    return Err(node.unlike(
                        format!("a scheduled step gives the variation `{name}` another value"),
                        "give the new value a variation of its own",
                    ));
                }
                Some(_) => {}
                None => declared.push((name.clone(), value.clone())),
            }
        }
    }
    if declared.is_empty() {
        return Err(node.unlike("it has no `variations`", "give it some"));
    }
    let values = Values::of(&declared).map_err(|why| node.unlike(why, "write it as text"))?;
    values.say(node, items);
    let default = fallback(&states[0].1, &values);
    let by = match node.text("bucketingKey").filter(|key| !key.is_empty()) {
        Some(key) => build::path_of(key.split('.'))
            .filter(|path| *path != AttributePath::targeting_key())
            .ok_or_else(|| node.unlike(format!("`{key}` can't be a bucketing key"), "rename the attribute"))?,
        None => AttributePath::targeting_key(),
    };
    let key = build::key(theirs, node, names, options, items)
        .ok_or_else(|| node.unlike("its key can't be the name of a file", "rename it"))?;
    let mut reading = Reading { theirs, node, values: &values, default: &default, by, items };
    let (tree, enabled) = reading.tree(&states)?;
    let boolean = values.value_type == ValueType::Boolean;
    let laid = lay(&simplify(tree), Around { boolean, default: &default });
    let laid = settle(laid.map_err(|why| node.unlike(why, "simplify it"))?);
    let mut flag = build::flag(key, values.value_type, values.variants.clone(), default);
    if flag.key.as_str() != theirs && !theirs.chars().any(char::is_control) {
        flag.name = Some(theirs.to_owned());
    }
    let metadata = node.json.get("metadata").and_then(Json::as_object);
    for (name, value) in metadata.into_iter().flatten() {
        if build::value(value, ValueType::Json).is_ok() {
            flag.metadata.insert(name.clone(), value.clone());
        }
    }
    let description = flag.metadata.get("description").and_then(Json::as_str).filter(|text| !text.trim().is_empty());
    flag.description = description.map(str::to_owned);
    for name in ["version", "trackEvents"] {
        if let Some(value) = node.get(name) {
            let message = format!("`{name}: {}` is not carried over", value.json);
            items.push(*value.item(Kept::InEssence, message, "evaluation does not depend on it"));
        }
    }
    let environment = build::environment(laid.rules, laid.serve);
    let mut environment = environment.ok_or_else(|| node.unlike("it has no environment", "name one with `--env`"))?;
    environment.enabled = enabled;
    flag.environments = build::in_all(&environment, options);
    Ok(flag)
}

/// What is served where GO Feature Flag leaves the answer to the caller.
fn fallback(state: &Json, values: &Values) -> VariantName {
    if values.value_type == ValueType::Boolean {
        return VariantName::boolean(false);
    }
    let rule = state.get("defaultRule");
    let text = |pointer: &str| rule.and_then(|rule| rule.pointer(pointer)).and_then(Json::as_str);
    // A progressive rollout grows out of the default.
    let targeting = state.get("targeting").and_then(Json::as_array).into_iter().flatten();
    let grows = targeting
        .filter(|rule| rule.get("disable") != Some(&Json::Bool(true)))
        .find_map(|rule| rule.pointer("/progressiveRollout/initial/variation")?.as_str());
    let named = text("/progressiveRollout/initial/variation").or(grows).or_else(|| text("/variation"));
    let found = named.into_iter().chain(["Default", "default"]).find_map(|name| values.ours.get(name));
    found.cloned().unwrap_or_else(|| values.variants[0].name.clone())
}

/// Whether a rule needs a key, whoever is asked for.
fn buckets(rule: &Json) -> bool {
    rule.get("percentage").and_then(Json::as_object).is_some_and(|all| !all.is_empty())
        || rule.get("progressiveRollout").is_some_and(|rollout| !rollout.is_null())
}

fn rules(state: &Json) -> impl Iterator<Item = &Json> {
    let targeting = state.get("targeting").and_then(Json::as_array).into_iter().flatten();
    targeting.chain(state.get("defaultRule"))
}

impl Reading<'_, '_> {
    /// What the flag serves at any time, and whether it is ever on.
    fn tree(&mut self, states: &[(Option<Timestamp>, Json)]) -> Result<(Tree, bool), Box<Item>> {
        let off = Tree::Serve(self.default.clone());
        let needs_key = states.iter().flat_map(|(_, state)| rules(state)).any(buckets)
            || self.node.get("scheduledRollout").iter().flat_map(Node::items).any(|step| rules(step.json).any(buckets));
        let on = states.iter().any(|(_, state)| state.get("disable") != Some(&Json::Bool(true)));
        let mut tree = off.clone();
        let mut leaves = !on;
        for (from, state) in states {
            let mut inner = self.state(state)?;
            if let Some(experiment) = state.get("experimentation").filter(|experiment| !experiment.is_null()) {
                leaves = true;
                let window = self.window(experiment)?;
                inner = Tree::If(window, Box::new(inner), Box::new(off.clone()));
            }
            if state.get("disable") == Some(&Json::Bool(true)) {
                leaves = true;
                inner = off.clone();
            }
            tree = match from {
                None => inner,
                Some(from) => {
                    let window = Schedule { from: Some(*from), until: None };
                    Tree::If(Formula::When(Condition::Schedule(window)), Box::new(inner), Box::new(tree))
                }
            };
        }
        let custom = self.by != AttributePath::targeting_key();
        if needs_key || custom {
            leaves = true;
            let text = Formula::When(build::has_type(&self.by, &["text"]));
            let filled = Formula::When(build::test(&self.by, "empty", Scalar::Boolean(false)));
            let keyed = if needs_key { text.and(filled) } else { text };
            tree = Tree::If(keyed, Box::new(tree), Box::new(off));
        }
        if leaves {
            let message = format!(
                "where it is disabled, out of its experiment, or without `{}`, GO Feature Flag leaves the answer to the caller; here `{}` is served",
                self.by, self.default
            );
            self.items.push(*self.node.item(Kept::Otherwise, message, "check that the default is what callers expect"));
        }
        Ok((tree, on))
    }

    /// From its start, up to and with its end.
    fn window(&self, experiment: &Json) -> Result<Formula, Box<Item>> {
        let bound = |key: &str| experiment.get(key).map(|json| steps::time(self.node, json)).transpose();
        let window = Schedule { from: bound("start")?, until: bound("end")?.map(|end| end.plus(Seconds::new(1))) };
        if window.from.is_none() && window.until.is_none() {
            return Ok(Formula::Known(true));
        }
        Ok(Formula::When(Condition::Schedule(window)))
    }

    /// What one state serves.
    fn state(&mut self, state: &Json) -> Result<Tree, Box<Item>> {
        let Some(last) = state.get("defaultRule").filter(|rule| rule.is_object()) else {
            return Err(self.node.unlike("it has no `defaultRule`", "give it one"));
        };
        let mut tree = self.rule(last)?;
        let targeting: Vec<&Json> = state.get("targeting").and_then(Json::as_array).into_iter().flatten().collect();
        for rule in targeting.into_iter().rev() {
            if rule.get("disable") == Some(&Json::Bool(true)) {
                continue;
            }
            let written = rule.get("query").and_then(Json::as_str).unwrap_or_default();
            let trimmed: String = written.split('\n').map(|line| line.trim_start_matches(' ')).collect();
            let when = self.query(&trimmed)?;
            tree = Tree::If(when, Box::new(self.rule(rule)?), Box::new(tree));
        }
        Ok(tree)
    }

    fn query(&mut self, text: &str) -> Result<Formula, Box<Item>> {
        if text.is_empty() {
            return Ok(Formula::Known(true));
        }
        let help = "write it with the operators that the documentation has, and with single blanks";
        if let Some(mut json @ Json::Object(_)) = self.node.inner(text)? {
            // Without key it is the empty text there and null here, which only texts tell apart that are built or empty.
            let told_apart = text.contains("\"\"") || text.contains("\"cat\"");
            if let Some(what) = special(&json, told_apart) {
                return Err(self.node.unlike(format!("the query asks for `{what}` in JSONLogic"), help));
            }
            keyed(&mut json);
            let evaluators = BTreeMap::new();
            let mut reader =
                Reader { key: self.theirs, evaluators: &evaluators, generation: Bucketing::FlagdV3, depth: 0 };
            let inner = Node { json: &json, ..self.node.clone() };
            return reader.truth(&inner);
        }
        let mut query = Query::new(text);
        let formula = query.read().map_err(|why| self.node.unlike(format!("the query `{text}`: {why}"), help))?;
        if let Some(nested) = query.nested.first().filter(|_| query.comparisons > 1) {
            let message = format!(
                "where the mapping around `{nested}` is missing, GO Feature Flag compares with what the query `{text}` asked before; here it does not match"
            );
            self.items.push(*self.node.item(Kept::Otherwise, message, "send the mapping with every context"));
        }
        Ok(formula)
    }

    fn variant(&self, name: Option<&Json>) -> Result<VariantName, Box<Item>> {
        let name = name.and_then(Json::as_str).unwrap_or_default();
        let found = self.values.ours.get(name).cloned();
        found.ok_or_else(|| self.node.unlike(format!("`{name}` is no variation of it"), "correct the name"))
    }

    /// What a rule serves to those that it is about.
    fn rule(&self, rule: &Json) -> Result<Tree, Box<Item>> {
        if let Some(rollout) = rule.get("progressiveRollout").filter(|rollout| !rollout.is_null()) {
            return self.progressive(rollout);
        }
        match rule.get("percentage").and_then(Json::as_object).filter(|all| !all.is_empty()) {
            Some(percentages) => self.split(percentages),
            None => Ok(Tree::Serve(self.variant(rule.get("variation"))?)),
        }
    }

    fn draw(&self) -> Draw {
        Draw {
            bucketing: Bucketing::Goff,
            salt: Some(self.theirs.to_owned()),
            by: Some(By::One(self.by.clone())),
            has_unit: Formula::Known(true),
        }
    }

    /// Variations by bucket, in the reverse order of their names.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is too large is refused")]
    fn split(&self, percentages: &serde_json::Map<String, Json>) -> Result<Tree, Box<Item>> {
        let mut all = Vec::new();
        for (name, json) in percentages {
            let percentage = json.as_f64().filter(|percentage| (0.0..1e6).contains(percentage));
            let percentage =
                percentage.ok_or_else(|| self.node.unlike(format!("{json} is no percentage"), "correct it"))?;
            all.push((name, percentage));
        }
        all.sort_by(|(one, _), (other, _)| other.cmp(one));
        let sums: BTreeSet<u32> = [
            all.iter().map(|(_, percentage)| percentage).sum::<f64>(),
            all.iter().rev().map(|(_, percentage)| percentage).sum::<f64>(),
        ]
        .into_iter()
        .map(|sum| (sum * 1000.0) as u32)
        .collect();
        let mut parts = Vec::new();
        let mut end = 0.0;
        for (name, percentage) in &all {
            let start = end as u32;
            end += percentage * 1000.0;
            let weight = Weight::from_steps(u64::from(end as u32 - start)).unwrap_or(Weight::ZERO);
            if weight > Weight::ZERO {
                parts.push((weight, Tree::Serve(self.variant(Some(&Json::from(name.as_str())))?)));
            }
        }
        if sums.len() != 1 || !sums.contains(&(end as u32)) || parts.is_empty() {
            let message = "the sum of its percentages depends on the order that they are added in";
            return Err(self.node.unlike(message, "write them with at most three decimals"));
        }
        let last = parts[parts.len() - 1].1.clone();
        Ok(Tree::Split(self.draw(), parts, Box::new(last)))
    }

    /// A share that grows evenly.
    fn progressive(&self, rollout: &Json) -> Result<Tree, Box<Item>> {
        let step = |key: &str| rollout.get(key).cloned().unwrap_or(Json::Null);
        let (initial, last) = (step("initial"), step("end"));
        let unlike = |message: &str| self.node.unlike(message, "write it as percentages, or as `gradual` here");
        let (Some(from), Some(until)) = (initial.get("date"), last.get("date")) else {
            return Err(unlike("its progressive rollout has no dates"));
        };
        let (from, until) = (steps::time(self.node, from)?, steps::time(self.node, until)?);
        let percent = |step: &Json| step.get("percentage").and_then(Json::as_f64).unwrap_or(0.0);
        let (start, end) = (percent(&initial), percent(&last));
        let end = if end == 0.0 || end > 100.0 { 100.0 } else { end };
        let [before, after] = [&initial, &last].map(|step| self.variant(step.get("variation")));
        let (before, after) = (before?, after?);
        if before == after {
            return Ok(Tree::Serve(before));
        }
        let on = VariantName::boolean(true);
        let boolean = self.values.value_type == ValueType::Boolean;
        if until <= from || until.unix() - from.unix() > 248 * 86_400 {
            return Err(unlike("its progressive rollout does not end, or only after more than 248 days"));
        }
        if start.fract() != 0.0 || end.fract() != 0.0 || !(0.0..=end).contains(&start) {
            return Err(unlike("its progressive rollout does not go up by whole percentages"));
        }
        if (boolean && after != on) || (!boolean && before != *self.default) {
            return Err(unlike("its progressive rollout does not start at what is served to everyone else"));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
        let share = |percent: f64| Setting::Share(Share::from_steps(percent as u32 * 1000).unwrap_or_default());
        let growing = Tree::Ready(Serve::Rollout(Rollout {
            strategy: "linear",
            settings: vec![
                ("from", Setting::Time(from)),
                ("until", Setting::Time(until)),
                ("start", share(start)),
                ("end", share(end)),
            ],
            serve: Some(after),
            by: self.draw().by,
            salt: self.draw().salt,
            bucketing: Some(Bucketing::Goff),
        }));
        if start == 0.0 {
            return Ok(growing);
        }
        let begun = Condition::Schedule(Schedule { from: Some(from), until: None });
        Ok(Tree::If(Formula::When(begun), Box::new(growing), Box::new(Tree::Serve(before))))
    }
}

/// Names the key as contexts do.
fn keyed(json: &mut Json) {
    match json {
        Json::Object(entries) => {
            for (name, value) in entries {
                if name == "var" {
                    let first = if value.is_array() { value.get_mut(0) } else { Some(&mut *value) };
                    if let Some(first) = first.filter(|first| first.as_str() == Some("key")) {
                        *first = "targetingKey".into();
                    }
                }
                keyed(value);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(keyed),
        _ => {}
    }
}

/// What only flagd has in JSONLogic, or GO Feature Flag fills in; the key counts where `keys` says so.
fn special(json: &Json, keys: bool) -> Option<String> {
    match json {
        Json::Object(entries) => entries.iter().find_map(|(key, value)| {
            if matches!(key.as_str(), "fractional" | "sem_ver" | "starts_with" | "ends_with" | "$ref") {
                return Some(key.clone());
            }
            let name = value.as_str().or_else(|| value.get(0)?.as_str()).filter(|_| key == "var");
            let filled = name.filter(|name| {
                let first = name.split('.').next().unwrap_or_default();
                let of_key = matches!(first, "key" | "targetingKey") && (keys || first != *name);
                of_key || matches!(first, "" | "anonymous" | "$flagd" | "gofeatureflag")
            });
            filled.map(str::to_owned).or_else(|| special(value, keys))
        }),
        Json::Array(items) => items.iter().find_map(|item| special(item, keys)),
        _ => None,
    }
}

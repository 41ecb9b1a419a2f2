//! The variables of a feature as flags.

use super::feature::{Reading, in_place, laid, named, served};
use super::note;
use super::values::values_of;
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::logic::{Tree, simplify};
use crate::exchange::read::Node;
use crate::model::{Flag, ValueType};
use serde_json::Value as Json;

impl Reading<'_, '_> {
    /// A flag for each variable.
    pub(super) fn variables(&mut self) -> Result<Vec<Flag>, Box<Item>> {
        let mut variables: Vec<(&str, Node<'_>)> = Vec::new();
        for all in self.parts.iter().filter_map(|parts| parts.root.get("variablesSchema")) {
            for (name, node) in all.entries() {
                if !variables.iter().any(|(other, _)| *other == name) {
                    variables.push((name, node));
                }
            }
        }
        let mut flags = Vec::new();
        let mut valueless = Vec::new();
        for (name, schema) in variables {
            if schema.json.get("disabledValue").is_none() && schema.flag("useDefaultWhenDisabled") != Some(true) {
                valueless.push(name);
            }
            flags.push(self.variable(name, &schema)?);
        }
        if !valueless.is_empty() {
            let message = format!(
                "where the feature is off it gives no value to {}; the flags serve their default",
                valueless.join(", ")
            );
            let help = "ask whether the feature is on, or give them a `disabledValue`";
            note(&self.parts[0].root, message, help, self.items);
        }
        let nobody = |parts: &super::parts::Parts<'_>| {
            parts.rules.iter().any(|rule| rule.node.number("percentage").unwrap_or(0.0) == 0.0)
                && parts.force.iter().any(|force| force.node.flag("enabled") != Some(false))
        };
        if !flags.is_empty() && self.parts.iter().any(nobody) {
            let message = "for whom the feature is forced in spite of a rule of 0 %, its variables have no value there; \
                           the flags serve their default";
            note(&self.parts[0].root, message.into(), "force the values of the variables, too", self.items);
        }
        Ok(flags)
    }

    fn variable(&mut self, name: &str, schema: &Node<'_>) -> Result<Flag, Box<Item>> {
        let read = values_of(name, self.parts);
        let (values, found) = read.map_err(|why| schema.unlike(why, "give it values of its type"))?;
        let ours = |json: &Json| {
            let hint = found.iter().find(|(other, _)| other == json).map(|(_, hint)| hint);
            let ours = hint.and_then(|hint| values.ours.get(hint)).cloned();
            ours.unwrap_or_else(|| values.variants[0].name.clone())
        };
        let of = |json: &Json| Tree::Serve(ours(json));
        let default = schema.json.get("defaultValue").unwrap_or(&Json::Null);
        let when_off = ours(schema.json.get("disabledValue").unwrap_or(default));
        let required = self.unlike_the_feature(name)?;
        let off = Tree::Serve(when_off.clone());
        let mut flag = self.second(name, &values, when_off, schema)?;
        if required.is_some() {
            flag.requires.clear();
        }
        for (place, ((one, index), parts)) in self.all.iter().zip(self.parts).enumerate() {
            let always = required.as_ref().map(|required| (&required[place], &off));
            let read = parts.variable(name, &mut self.known[*index], &of, always);
            let tree = simplify(read.map_err(|item| in_place(*item, one))?);
            let boolean = values.value_type == ValueType::Boolean;
            let block = laid(&tree, boolean, &flag.default, parts).map_err(|item| in_place(*item, one))?;
            flag.environments.extend(named(&block, &one.datafile.environments));
        }
        if values.value_type != ValueType::Boolean {
            let used = served(&flag);
            flag.variants.retain(|variant| used.contains(&variant.name));
        }
        Ok(flag)
    }

    /// What is required when the variable is asked for, in each datafile; `None` when it has its value exactly where the
    /// feature is on.
    ///
    /// Featurevisor asks whether the feature is on with the variable in hand: what is forced on the variable alone then
    /// counts even where the feature is off, and a required feature without a variable of that name is not on.
    fn unlike_the_feature(&mut self, name: &str) -> Result<Option<Vec<Formula>>, Box<Item>> {
        let mut all = Vec::new();
        let mut differs = false;
        for ((one, index), parts) in self.all.iter().zip(self.parts) {
            let known = &mut self.known[*index];
            let plain = self.features.required(one, parts, None, known, 0).map_err(|item| in_place(*item, one))?;
            let asked =
                self.features.required(one, parts, Some(name), known, 0).map_err(|item| in_place(*item, one))?;
            if asked != plain {
                differs = true;
                let message = format!(
                    "when `{name}` is asked for, Featurevisor looks for it in the features that this one requires, too, \
                     and takes those without it to be off; so does its flag"
                );
                let node = parts.root.get("required").unwrap_or(parts.root.clone());
                note(&node, message, "look at what the flag serves, and correct it", self.items);
            }
            let alone = |force: &super::parts::Ready<'_>| {
                force.node.flag("enabled").is_none() && force.variable(name).is_some()
            };
            differs |= parts.force.iter().any(alone);
            all.push(asked);
        }
        Ok(differs.then_some(all))
    }
}

//! A feature as flags.

use super::parts::{One, Parts};
use super::values::variation_values;
use super::{Datafile, Segments, Values, placed};
use crate::exchange::Options;
use crate::exchange::build::{self, Names};
use crate::exchange::item::{Item, Kept};
use crate::exchange::logic::{Around, Tree, identify, lay, settle, simplify};
use crate::exchange::read::Node;
use crate::model::{Environment, Flag, FlagKey, Requirement, Serve, ValueType, VariantName};
use std::collections::BTreeSet;

/// The features of all datafiles.
pub(super) struct Features<'d> {
    pub(super) datafiles: &'d [Datafile],
    pub(super) keys: BTreeSet<&'d str>,
}

impl<'d> Features<'d> {
    /// The flags of a feature.
    pub(super) fn read(
        &self,
        key: &str,
        known: &mut [Segments<'d>],
        names: &mut Names,
        options: &Options<'_>,
        items: &mut Vec<Item>,
    ) -> Result<Vec<Flag>, Box<Item>> {
        let mut all: Vec<(One<'d>, usize)> = Vec::new();
        for (index, datafile) in self.datafiles.iter().enumerate() {
            let found = datafile.features.iter().find(|definition| definition.key == key);
            all.extend(found.map(|definition| (One { datafile, definition }, index)));
        }
        let mut parts = Vec::new();
        for (one, index) in &all {
            let read = one.parts(&mut known[*index]);
            parts.push(read.map_err(|item| Box::new(placed(*item, one.datafile.source.as_deref())))?);
        }
        let Some(root) = all.first().map(|(one, _)| one.root()) else { return Ok(Vec::new()) };
        if root.flag("deprecated") == Some(true) {
            items.push(*root.item(Kept::InEssence, "it is deprecated", "give its flags an end of life"));
        }
        let ours = build::key(key, &root, names, options, items);
        let ours = ours.ok_or_else(|| root.unlike("it can't be the name of a file", "rename it"))?;
        let mut reading = Reading { features: self, key, ours, all: &all, parts: &parts, known, names, options, items };
        let mut flags = vec![reading.enabled()?];
        if parts.iter().any(|parts| !parts.variations.is_empty()) {
            flags.push(reading.varied()?);
        }
        flags.extend(reading.variables()?);
        for flag in &mut flags {
            flag.environments
                .sort_by_key(|environment| options.environments.iter().position(|name| *name == environment.name));
        }
        Ok(flags)
    }

    /// The key of a flag beside the feature's.
    pub(super) fn beside(&self, key: &str, name: &str) -> String {
        let plain = format!("{key}.{name}");
        if self.keys.contains(plain.as_str()) { format!("{plain}-value") } else { plain }
    }
}

/// A feature that is being read.
pub(super) struct Reading<'r, 'd> {
    pub(super) features: &'r Features<'d>,
    key: &'r str,
    ours: FlagKey,
    /// The feature in each datafile that has it, with the number of that.
    pub(super) all: &'r [(One<'d>, usize)],
    /// Its parts in each of these.
    pub(super) parts: &'r [Parts<'d>],
    pub(super) known: &'r mut [Segments<'d>],
    names: &'r mut Names,
    options: &'r Options<'r>,
    pub(super) items: &'r mut Vec<Item>,
}

impl Reading<'_, '_> {
    /// The flag that says whether the feature is on.
    fn enabled(&mut self) -> Result<Flag, Box<Item>> {
        let off = VariantName::boolean(false);
        let mut flag = build::flag(self.ours.clone(), ValueType::Boolean, Flag::boolean_variants(), off);
        for ((one, index), parts) in self.all.iter().zip(self.parts) {
            let known = &mut self.known[*index];
            let read = self.features.requirements(one, parts, known, self.names, self.options);
            let (required, requires) = read.map_err(|item| in_place(*item, one))?;
            let tree = parts.enabled(&required, None).map_err(|item| in_place(*item, one))?;
            let block = laid(&simplify(tree), true, &flag.default, parts).map_err(|item| in_place(*item, one))?;
            let block = Environment { requires, ..block };
            flag.environments.extend(named(&block, &one.datafile.environments));
        }
        describe(&mut flag, self.key, &self.parts[0].root);
        Ok(flag)
    }

    /// The flag that says which variation the feature gives.
    fn varied(&mut self) -> Result<Flag, Box<Item>> {
        let root = &self.parts[0].root;
        let roots: Vec<&Node<'_>> = self.parts.iter().map(|parts| &parts.root).collect();
        let (values, none, disabled) =
            variation_values(&roots).map_err(|why| root.unlike(why, "rename the variations"))?;
        values.say(root, self.items);
        let mut flag = self.second("variation", &values, disabled.clone(), root)?;
        for ((one, _), parts) in self.all.iter().zip(self.parts) {
            let tree = parts.varied(&values, &none, None).map_err(|item| in_place(*item, one))?;
            let block = laid(&simplify(tree), false, &flag.default, parts).map_err(|item| in_place(*item, one))?;
            flag.environments.extend(named(&block, &one.datafile.environments));
        }
        if none == disabled || served(&flag).contains(&none) {
            let message = format!("where it gives no variation, `{}` serves `{none}`, an empty text", flag.key);
            self.items.push(*root.item(Kept::InEssence, message, "take an empty text for no variation"));
        } else {
            flag.variants.retain(|variant| variant.name != none);
        }
        Ok(flag)
    }

    /// A flag that is asked for where the feature is on.
    pub(super) fn second(
        &mut self,
        name: &str,
        values: &Values,
        default: VariantName,
        node: &Node<'_>,
    ) -> Result<Flag, Box<Item>> {
        let theirs = self.features.beside(self.key, name);
        let flag_key = build::key(&theirs, node, self.names, self.options, self.items)
            .ok_or_else(|| node.unlike("it can't be the name of a file", "rename it"))?;
        let mut flag = build::flag(flag_key, values.value_type, values.variants.clone(), default);
        if flag.key.as_str() != theirs {
            flag.name = Some(theirs);
        }
        flag.description = node.text("description").map(str::to_owned).filter(|text| !text.trim().is_empty());
        let on = VariantName::boolean(true);
        flag.requires = vec![Requirement { flag: self.ours.clone(), serves: on, boolean: true }];
        Ok(flag)
    }
}

/// The item with its place in the project.
pub(super) fn in_place(item: Item, one: &One<'_>) -> Box<Item> {
    Box::new(placed(item, one.datafile.source.as_deref()))
}

/// The tree as an environment without a name.
pub(super) fn laid(
    tree: &Tree,
    boolean: bool,
    default: &VariantName,
    parts: &Parts<'_>,
) -> Result<Environment, Box<Item>> {
    let laid = lay(tree, Around { boolean, default });
    let mut laid = laid.map_err(|why| parts.root.unlike(why, "make it simpler"))?;
    if boolean && parts.force.is_empty() && laid.rules.len() == parts.rules.len() {
        let keys: Vec<Option<String>> =
            parts.rules.iter().map(|rule| rule.node.text("key").map(|key| format!("rule-{key}"))).collect();
        identify(&mut laid.rules, &keys);
    }
    let laid = settle(laid);
    let environment = build::environment(laid.rules, laid.serve);
    environment.ok_or_else(|| parts.root.unlike("it can't be written", "make it simpler"))
}

/// The variants that a flag may serve.
pub(super) fn served(flag: &Flag) -> BTreeSet<VariantName> {
    let mut all = BTreeSet::from([flag.default.clone()]);
    for (_, serve) in flag.environments.iter().flat_map(Environment::serves) {
        match serve {
            Serve::Variant(variant) => drop(all.insert(variant.clone())),
            Serve::Rollout(rollout) => all.extend(rollout.variants().cloned()),
        }
    }
    all
}

pub(super) fn named(block: &Environment, names: &[crate::model::EnvironmentName]) -> Vec<Environment> {
    names.iter().map(|name| Environment { name: name.clone(), ..block.clone() }).collect()
}

fn describe(flag: &mut Flag, key: &str, root: &Node<'_>) {
    flag.description = root.text("description").map(str::to_owned).filter(|text| !text.trim().is_empty());
    if flag.key.as_str() != key {
        flag.name = Some(key.to_owned());
    }
    let tags = root.get("tags").into_iter().flat_map(|tags| tags.items().collect::<Vec<_>>());
    flag.tags = tags.filter_map(|tag| tag.json.as_str().map(str::to_owned)).collect();
}

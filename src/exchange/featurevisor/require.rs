//! What a feature requires of others.

use super::Segments;
use super::feature::Features;
use super::parts::{One, Parts};
use super::values::variation_values;
use crate::exchange::Options;
use crate::exchange::build::Names;
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::logic::simplify;
use crate::exchange::read::Node;
use crate::model::{FlagKey, Requirement, VariantName};

impl Features<'_> {
    /// What other features have to be: as requirements, or as a formula where something forced comes before them.
    pub(super) fn requirements(
        &self,
        one: &One<'_>,
        parts: &Parts<'_>,
        known: &mut Segments<'_>,
        names: &mut Names,
        options: &Options<'_>,
    ) -> Result<(Formula, Vec<Requirement>), Box<Item>> {
        let mut requires = Vec::new();
        for node in parts.root.get("required").iter().flat_map(Node::items) {
            let key = node.json.as_str().or_else(|| node.text("key")).unwrap_or_default();
            let Some(other) = one.datafile.features.iter().find(|definition| definition.key == key) else {
                return Ok((Formula::Known(false), Vec::new()));
            };
            let ours = |text: String, names: &mut Names| FlagKey::new(&names.of(&text).0).ok();
            let on = Requirement {
                flag: ours(format!("{}{key}", options.prefix), names)
                    .ok_or_else(|| node.unlike("it can't be the name of a file", "rename it"))?,
                serves: VariantName::boolean(true),
                boolean: true,
            };
            requires.push(on);
            let Some(variation) = node.text("variation") else { continue };
            let other = Node::root(&other.file, &other.json);
            let variations: Vec<Node<'_>> = other.get("variations").iter().flat_map(Node::items).collect();
            if !variations.iter().any(|node| node.text("value") == Some(variation)) {
                return Ok((Formula::Known(false), Vec::new()));
            }
            let (values, _, _) =
                variation_values(&[&other]).map_err(|why| node.unlike(why, "rename the variations"))?;
            let serves = values.ours.get(variation).cloned();
            let theirs = format!("{}{}", options.prefix, self.beside(key, "variation"));
            requires.push(Requirement {
                flag: ours(theirs, names).ok_or_else(|| node.unlike("it can't be a file's name", "rename it"))?,
                serves: serves.ok_or_else(|| node.unlike("it names no variation", "name one"))?,
                boolean: false,
            });
        }
        let forced = parts.force.iter().any(|force| force.node.flag("enabled").is_some());
        if !forced || requires.is_empty() {
            return Ok((Formula::Known(true), requires));
        }
        // What is forced comes first, so the requirements are conditions of the rules after it.
        Ok((self.required(one, parts, None, known, 0)?, Vec::new()))
    }

    /// When all that the feature requires is as it requires it, `asked` being the variable that is asked for.
    pub(super) fn required(
        &self,
        one: &One<'_>,
        parts: &Parts<'_>,
        asked: Option<&str>,
        known: &mut Segments<'_>,
        depth: usize,
    ) -> Result<Formula, Box<Item>> {
        let mut formula = Formula::Known(true);
        for node in parts.root.get("required").iter().flat_map(Node::items) {
            let key = node.json.as_str().or_else(|| node.text("key")).unwrap_or_default();
            if depth > 8 {
                return Err(node.unlike("features require each other over and over", "require fewer"));
            }
            formula = formula.and(self.holds(one, key, asked, &node, known, depth)?);
        }
        Ok(formula)
    }

    /// When a feature is on, and gives the variation that `node` asks for.
    fn holds(
        &self,
        one: &One<'_>,
        key: &str,
        asked: Option<&str>,
        node: &Node<'_>,
        known: &mut Segments<'_>,
        depth: usize,
    ) -> Result<Formula, Box<Item>> {
        let Some(other) = one.datafile.features.iter().find(|definition| definition.key == key) else {
            return Ok(Formula::Known(false));
        };
        // While a variable is asked for, Featurevisor looks for it in what is required, too.
        let variables = other.json.get("variablesSchema");
        if asked.is_some_and(|name| variables.and_then(|all| all.get(name)).is_none()) {
            return Ok(Formula::Known(false));
        }
        let other = One { datafile: one.datafile, definition: other };
        let parts = other.parts(known)?;
        let required = self.required(&other, &parts, asked, known, depth + 1)?;
        let border = || node.unlike("a border between buckets can't be written", "round the percentages");
        let tree = simplify(parts.enabled(&required, asked)?);
        let on = tree.serves(&VariantName::boolean(true)).ok_or_else(border)?;
        let Some(variation) = node.text("variation") else { return Ok(on) };
        let (values, none, _) = variation_values(&[&parts.root]).map_err(|why| node.unlike(why, "rename it"))?;
        let Some(ours) = values.ours.get(variation) else { return Ok(Formula::Known(false)) };
        let varied = simplify(parts.varied(&values, &none, asked)?).serves(ours).ok_or_else(border)?;
        Ok(on.and(varied))
    }
}

//! LaunchDarkly: the flags and segments that its SDKs read (`{flags, segments}`), or flags of its REST API.

mod clause;
mod flag;
mod kinds;
mod segment;

use super::build::{self, Names};
use super::item::{Item, Kept};
use super::read::{Input, Node, documents};
use super::{Imported, Options};
use crate::model::{Environment, EnvironmentName, Flag, VariantName};
use flag::{Subject, Variations, tracked};
use kinds::Kinds;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What a flag does in an environment, with our name of it and LaunchDarkly's.
type Settings<'n> = (EnvironmentName, String, Node<'n>);

const MALFORMED: &str = "correct it in LaunchDarkly first";

/// A flag of the source.
#[derive(Debug, Clone)]
struct Source<'n> {
    node: Node<'n>,
    /// Whether it has settings for each environment.
    rest: bool,
}

/// Everything that was read.
#[derive(Debug, Default)]
struct World<'n> {
    kinds: Kinds,
    flags: BTreeMap<String, Source<'n>>,
    /// The prerequisites of each flag.
    needed: BTreeMap<String, Vec<String>>,
    /// By key, one for each environment.
    segments: BTreeMap<String, Vec<segment::Source<'n>>>,
    /// What they became, by key and environment.
    read_segments: BTreeMap<(String, String), segment::Read>,
    /// The environments that segments say they are of.
    segment_environments: BTreeSet<String>,
    /// The environments that are asked for, as LaunchDarkly calls them.
    asked: BTreeSet<String>,
    /// Whether there are flags of the REST API.
    rest: bool,
    segment_names: Names,
}

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let documents = documents(inputs, &mut imported.items);
    let mut world = World::default();
    let mut order = Vec::new();
    for (file, json) in &documents {
        world.gather(&Node::root(file, json), &mut order, &mut imported.items);
    }
    world.asked = world.environments_asked(options);
    world.read_all_segments(&mut imported.segments, &mut imported.items);
    if let (true, Some((file, json))) = (world.kinds.are_users() && !order.is_empty(), documents.first()) {
        let message = "only users are spoken of, so every context is taken for a user, whose key is `targetingKey`";
        imported.items.push(*Node::root(file, json).item(
            Kept::InEssence,
            message,
            "ask with the user's attributes on top",
        ));
    }
    let mut names = Names::default();
    for theirs in &order {
        let Some(source) = world.flags.get(theirs) else { continue };
        imported.take(theirs, |items| Ok([world.flag(theirs, source, options, &mut names, items)?]));
    }
    imported
}

impl<'n> Source<'n> {
    /// What it does in the environment of that name.
    fn settings(&self, environment: Option<&str>) -> Option<Node<'n>> {
        if !self.rest {
            return Some(self.node.clone());
        }
        self.node.get("environments")?.get(environment?)
    }
}

impl<'n> World<'n> {
    /// Takes in a document, in any of the forms.
    fn gather(&mut self, root: &Node<'n>, order: &mut Vec<String>, items: &mut Vec<Item>) {
        let data = root.get("data").filter(|data| data.get("flags").is_some()).unwrap_or_else(|| root.clone());
        let listed = data.get("items").is_some();
        let single = data.text("key").is_some();
        let known = ["flags", "segments", "flagValues", "items"].iter().any(|name| data.get(name).is_some());
        if data.get("$flagsState").is_some() {
            let message = "it is what one context is served (`allFlagsState`), without the rules that lead there";
            items.push(*root.unlike(message, "take what SDKs of servers read: GET /sdk/latest-all"));
            return;
        }
        if !known && !single {
            let help = "name a file with `flags` and `segments`, or an answer of the REST API";
            items.push(*root.unlike("there are no flags", help));
            return;
        }
        for (key, node) in data.get("flags").iter().flat_map(Node::entries) {
            self.add_flag(key, &node, false, order, items);
        }
        for (key, node) in data.get("flagValues").iter().flat_map(Node::entries) {
            self.add_flag(key, &node, false, order, items);
        }
        for (key, node) in data.get("segments").iter().flat_map(Node::entries) {
            self.add_segment(key, &node, None, false, items);
        }
        let one = single.then(|| data.clone());
        for node in data.get("items").iter().flat_map(Node::items).filter(|_| listed).chain(one) {
            let key = node.text("key").unwrap_or_default().to_owned();
            if node.get("variations").is_some() {
                self.add_flag(&key, &node, node.get("environments").is_some(), order, items);
            } else {
                self.add_segment(
                    &key,
                    &node,
                    segment_environment(&node).or_else(|| segment_environment(&data)),
                    true,
                    items,
                );
            }
        }
    }

    fn add_segment(
        &mut self,
        key: &str,
        node: &Node<'n>,
        environment: Option<String>,
        rest: bool,
        items: &mut Vec<Item>,
    ) {
        // A tombstone is in its place.
        if node.flag("deleted") == Some(true) {
            return;
        }
        let all = self.segments.entry(key.to_owned()).or_default();
        if all.iter().any(|there| there.environment == environment) {
            let of = environment.map_or_else(String::new, |name| format!(" for `{name}`"));
            let message = format!("the segment `{key}` is there twice{of}; the first is taken");
            items.push(*node.unlike(message, "name each segment of an environment once"));
            return;
        }
        self.kinds.look(node);
        self.segment_environments.extend(environment.clone());
        all.push(segment::Source { node: node.clone(), environment, rest });
    }

    /// The environments that flags are read for, as LaunchDarkly calls them.
    fn environments_asked(&self, options: &Options<'_>) -> BTreeSet<String> {
        let mut asked = BTreeSet::new();
        for source in self.flags.values() {
            if let Ok(settings) = self.environments(source, options) {
                asked.extend(settings.into_iter().map(|(_, called, _)| called));
            }
        }
        if asked.is_empty() {
            asked.extend(options.environments.iter().map(ToString::to_string));
        }
        asked
    }

    fn add_flag(&mut self, key: &str, node: &Node<'n>, rest: bool, order: &mut Vec<String>, items: &mut Vec<Item>) {
        if node.flag("deleted") == Some(true) {
            return;
        }
        if self.flags.contains_key(key) {
            let mut item = node.unlike(format!("the flag `{key}` is there twice"), "name each flag once");
            item.flag = Some(key.to_owned());
            items.push(*item);
            return;
        }
        self.kinds.look(node);
        let settings = node.get("environments").filter(|_| rest);
        let each: Vec<Node<'_>> =
            settings.iter().flat_map(Node::entries).map(|(_, node)| node).chain([node.clone()]).collect();
        let needed = each.iter().filter_map(|node| node.get("prerequisites")).flat_map(|list| list.items());
        let needed = needed.filter_map(|one| one.text("key").map(str::to_owned)).collect();
        self.needed.insert(key.to_owned(), needed);
        self.rest |= rest;
        self.flags.insert(key.to_owned(), Source { node: node.clone(), rest });
        order.push(key.to_owned());
    }

    /// The environment that settings of the REST API belong to.
    #[expect(clippy::unused_self, reason = "it belongs to what was read")]
    fn environment_name<'p>(&self, node: &'p Node<'_>) -> Option<&'p str> {
        match node.path.steps() {
            [.., crate::source::Step::Key(name)] => Some(name),
            _ => None,
        }
    }

    fn flag(
        &self,
        theirs: &str,
        source: &Source<'_>,
        options: &Options<'_>,
        names: &mut Names,
        items: &mut Vec<Item>,
    ) -> Result<Flag, Box<Item>> {
        let node = &source.node;
        if !node.json.is_object() || node.get("variations").is_none() && node.get("on").is_none() {
            return simple(theirs, node, options, names, items);
        }
        if node.flag("archived") == Some(true) {
            return Err(node.unlike("it is archived", "restore it first, if it is still asked for"));
        }
        let variations = Variations::of(node)?;
        let key = build::key(theirs, node, names, options, items)
            .ok_or_else(|| node.unlike("its key can't be the name of a file", "rename it"))?;
        let settings = self.environments(source, options)?;
        let default = default(&variations, node, &settings)?;
        let mut made: Vec<Environment> = Vec::new();
        for (name, called, settings) in &settings {
            let salt = settings.text("salt").or_else(|| node.text("salt")).unwrap_or_default();
            let salt = format!("{theirs}.{salt}");
            let salted = Subject { key: &salt, variations: &variations, default: &default, environment: called };
            let mut environment = self.environment(&salted, settings, items)?;
            let mut keys = |theirs: &str| {
                let (ours, _) = names.of(&format!("{}{theirs}", options.prefix));
                crate::model::FlagKey::new(&ours).ok()
            };
            let subject = Subject { key: theirs, ..salted };
            match self.requirements(&subject, settings, &mut keys)? {
                Some(requires) => environment.requires = requires,
                None => {
                    environment.enabled = false;
                    let message = "one of its prerequisites is not in the files, which LaunchDarkly takes for one that fails: so it is off here";
                    items.push(*settings.item(
                        Kept::Otherwise,
                        message,
                        "bring the other flag along, or remove the prerequisite",
                    ));
                }
            }
            environment.name = name.clone();
            tracked(settings, items);
            made.push(environment);
        }
        variations.values.say(node, items);
        let mut flag = build::flag(key, variations.values.value_type, variations.values.variants, default);
        flag.name =
            node.text("name").filter(|name| one_line(name) && !name.is_empty() && *name != theirs).map(str::to_owned);
        if flag.name.is_none() && flag.key.as_str() != theirs && one_line(theirs) && !theirs.is_empty() {
            flag.name = Some(theirs.to_owned());
        }
        flag.description =
            node.text("description").filter(|text| one_line(text) && !text.is_empty()).map(str::to_owned);
        flag.environments = made;
        if source.rest {
            tracked(node, items);
        }
        Ok(flag)
    }

    /// The settings for each environment that flags are wanted for, with the name that it has in LaunchDarkly.
    #[expect(clippy::unused_self, reason = "it belongs to what was read")]
    fn environments<'s>(&self, source: &Source<'s>, options: &Options<'_>) -> Result<Vec<Settings<'s>>, Box<Item>> {
        let there: Vec<&str> =
            source.node.get("environments").iter().flat_map(Node::entries).map(|(name, _)| name).collect();
        let mut all = Vec::new();
        for name in options.environments {
            let wanted = if there.len() == 1 { there[0] } else { name.as_str() };
            let settings = source.settings(Some(wanted)).ok_or_else(|| {
                let message = format!("it has no environment `{name}`: there are {}", there.join(", "));
                source.node.unlike(message, "name an environment of the file with `--env`")
            })?;
            all.push((name.clone(), wanted.to_owned(), settings));
        }
        Ok(all)
    }
}

/// The environment of a segment of the REST API: its own address is `/api/v2/segments/<project>/<environment>/<key>`.
fn segment_environment(node: &Node<'_>) -> Option<String> {
    let address = node.json.pointer("/_links/self/href")?.as_str()?;
    let (_, rest) = address.split_once("/segments/")?;
    let name = rest.split(['/', '?']).nth(1)?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// What is served where a flag is off.
fn default(variations: &Variations, node: &Node<'_>, settings: &[Settings<'_>]) -> Result<VariantName, Box<Item>> {
    let mut found: Option<VariantName> = None;
    for (_, _, settings) in settings {
        let on = settings.flag("on") == Some(true);
        let waits = settings.get("prerequisites").is_some_and(|list| list.items().next().is_some());
        let Some(off) = settings.get("offVariation") else {
            if !on || waits {
                let message =
                    "it has no `offVariation`, so LaunchDarkly leaves the answer to the caller where it is off";
                return Err(settings.unlike(message, "give it one"));
            }
            continue;
        };
        let off = match variations.at(&off, off.json.as_f64()) {
            Ok(off) => off,
            Err(item) if !on || waits => return Err(item),
            Err(_) => continue,
        };
        if found.as_ref().is_some_and(|found| *found != off) {
            let message =
                "its environments serve different variations where it is off, and here a flag has one default";
            return Err(node.unlike(message, "import one environment, or make them alike"));
        }
        found = Some(off);
    }
    let through = settings.first().and_then(|(_, _, settings)| settings.get("fallthrough")?.number("variation"));
    found.map_or_else(|| variations.at(node, through).or_else(|_| variations.at(node, Some(0.0))), Ok)
}

/// A flag that is a value: `flagValues` of a file.
fn simple(
    theirs: &str,
    node: &Node<'_>,
    options: &Options<'_>,
    names: &mut Names,
    items: &mut Vec<Item>,
) -> Result<Flag, Box<Item>> {
    let is_value = node.path.steps().iter().rev().nth(1) == Some(&crate::source::Step::Key("flagValues".into()));
    if !is_value {
        return Err(node.unlike("it has no variations", MALFORMED));
    }
    let list: Json = vec![node.json.clone()].into();
    let all = serde_json::json!({ "variations": list });
    let variations = Variations::of(&Node { file: node.file, path: node.path.clone(), json: &all })?;
    let key = build::key(theirs, node, names, options, items)
        .ok_or_else(|| node.unlike("its key can't be the name of a file", "rename it"))?;
    let only = variations.at(node, Some(0.0))?;
    let environment = build::environment(Vec::new(), crate::model::Serve::Variant(only.clone()));
    let environment = environment.ok_or_else(|| node.unlike("it has no environment", "name one with `--env`"))?;
    let mut flag = build::flag(key, variations.values.value_type, variations.values.variants, only);
    flag.environments = build::in_all(&environment, options);
    Ok(flag)
}

/// Whether a text can be a name or a description.
fn one_line(text: &str) -> bool {
    text.chars().count() <= 500 && !text.chars().any(char::is_control)
}

/// A whole number of 0.001 %.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and small")]
fn steps(weight: f64) -> Option<u32> {
    (weight.fract() == 0.0 && (0.0..=4e9).contains(&weight)).then_some(weight as u32)
}

//! Featurevisor: a project's folder, or the datafiles that it builds.
//!
//! A feature becomes a boolean flag; its variation a flag `<key>.variation`, and each of its variables a flag
//! `<key>.<variable>`. These two require the first: where it is off, they serve their default.

mod condition;
mod feature;
mod mutate;
mod parts;
mod project;
mod require;
mod schema;
mod tree;
mod values;
mod variables;

use super::build::{self, Names};
use super::formula::Formula;
use super::item::{Item, Kept};
use super::read::{Input, Node, documents};
use super::{Imported, Options};
use crate::model::{Condition, EnvironmentName, Segment, SegmentName};
use crate::source::{Path, Step};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// A feature or segment as a datafile has it, and where it was written.
pub(super) struct Definition {
    file: String,
    key: String,
    json: Json,
}

/// What holds in some environments.
pub(super) struct Datafile {
    environments: Vec<EnvironmentName>,
    /// The environment whose part of a project it was built from.
    source: Option<String>,
    features: Vec<Definition>,
    segments: Vec<Definition>,
}

/// The segments of a datafile, read when they are asked for.
pub(super) struct Segments<'d> {
    definitions: BTreeMap<&'d str, &'d Definition>,
    names: Names,
    prefix: String,
    found: BTreeMap<String, Result<Formula, Box<Item>>>,
    read: Vec<Segment>,
}

pub(super) fn read(inputs: &[Input], options: &Options<'_>) -> Imported {
    let mut imported = Imported::default();
    let files: Vec<(String, Json)> =
        documents(inputs, &mut imported.items).into_iter().map(|(file, json)| (file.to_owned(), json)).collect();
    let built = match project::Project::find(&files) {
        Some(project) => project.build(options, &mut imported),
        None => match sets(&files) {
            sets if sets.is_empty() => datafiles(&files, options, &mut imported),
            sets => of_sets(&sets, options, &mut imported),
        },
    };
    translate(&built, options, &mut imported);
    imported
}

/// The files of each set, where they are those of a project with sets: `sets/<name>/features/…`.
fn sets(files: &[(String, Json)]) -> BTreeMap<String, Vec<(String, Json)>> {
    let mut sets: BTreeMap<String, Vec<(String, Json)>> = BTreeMap::new();
    for (file, json) in files {
        let parts: Vec<&str> = file.split(['/', '\\']).collect();
        let name = parts.windows(2).find(|pair| pair[0] == "sets").map(|pair| pair[1].to_owned());
        if let Some(name) = name {
            sets.entry(name).or_default().push((file.clone(), json.clone()));
        }
    }
    sets.retain(|_, files| project::Project::find(files).is_some());
    sets
}

/// Sets that are called as environments are.
fn of_sets(
    sets: &BTreeMap<String, Vec<(String, Json)>>,
    options: &Options<'_>,
    imported: &mut Imported,
) -> Vec<Datafile> {
    let mut built = Vec::new();
    for environment in options.environments {
        let project = sets.get(environment.as_str()).and_then(|files| project::Project::find(files));
        let environments = [environment.clone()];
        match project {
            Some(project) => {
                built.extend(project.build(&Options { environments: &environments, ..options.clone() }, imported));
            }
            None => {
                let names = sets.keys().cloned().collect::<Vec<_>>().join(", ");
                let Some((file, json)) = sets.values().flatten().next() else { continue };
                let message = format!("the project has no set `{environment}`: there are {names}");
                let help = "name the folder of one set, or import for environments that are called as sets are";
                let item = *Node::root(file, json).unlike(message, help);
                imported.items.push(Item { path: Path::root(), ..item });
            }
        }
    }
    built
}

/// The files as datafiles.
fn datafiles(files: &[(String, Json)], options: &Options<'_>, imported: &mut Imported) -> Vec<Datafile> {
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, json) in files {
        let listed = json.get("schemaVersion").is_some() && json.get("features").is_some_and(Json::is_array);
        let second = listed.then(|| schema::second(json));
        let json = second.as_ref().unwrap_or(json);
        let root = Node::root(file, json);
        if json.get("features").is_none_or(|features| !features.is_object()) {
            let message = "it is no project of Featurevisor, and no datafile";
            imported.items.push(*root.unlike(message, "name the project's folder, or build its datafiles"));
            continue;
        }
        let of = |kind: &str| root.get(kind).into_iter().flat_map(|node| node.entries().collect::<Vec<_>>());
        let define = |(key, node): (&str, Node<'_>)| Definition {
            file: file.clone(),
            key: key.to_owned(),
            json: node.json.clone(),
        };
        let mut features = Vec::new();
        for (key, node) in of("features") {
            if seen.insert(key.to_owned()) {
                features.push(define((key, node)));
            } else {
                let mut item = node.unlike(format!("`{key}` is in two datafiles"), "import one environment at a time");
                item.flag = Some(key.to_owned());
                imported.items.push(*item);
            }
        }
        let segments = of("segments").map(define).collect();
        all.push(Datafile { environments: options.environments.to_vec(), source: None, features, segments });
    }
    all
}

fn translate(datafiles: &[Datafile], options: &Options<'_>, imported: &mut Imported) {
    let mut keys: Vec<&str> = Vec::new();
    for definition in datafiles.iter().flat_map(|datafile| &datafile.features) {
        if !keys.contains(&definition.key.as_str()) {
            keys.push(&definition.key);
        }
    }
    let mut names = Names::default();
    let mut known: Vec<Segments<'_>> =
        datafiles.iter().map(|datafile| Segments::of(&datafile.segments, options.prefix)).collect();
    let features = feature::Features { datafiles, keys: keys.iter().copied().collect() };
    // The flags of features take their names first.
    for key in &keys {
        names.of(&format!("{}{key}", options.prefix));
    }
    for key in keys {
        imported.take(key, |items| features.read(key, &mut known, &mut names, options, items));
    }
    for segments in &known {
        let unused: Vec<&str> =
            segments.definitions.keys().filter(|key| !segments.found.contains_key(**key)).copied().collect();
        let Some(first) = unused.first().and_then(|key| segments.definitions.get(key)) else { continue };
        let node = Node::root(&first.file, &first.json);
        let message = format!("no feature asks for the segments {}, so they are left out", unused.join(", "));
        let item = node.item(Kept::InEssence, message, "nothing is to be done");
        if !imported.items.contains(&item) {
            imported.items.push(*item);
        }
    }
    for segments in known {
        for segment in segments.read {
            if !imported.segments.iter().any(|other| other.name == segment.name) {
                imported.segments.push(segment);
            }
        }
    }
    readings(datafiles, imported);
}

impl<'d> Segments<'d> {
    fn of(definitions: &'d [Definition], prefix: &str) -> Self {
        Self {
            definitions: definitions.iter().map(|definition| (definition.key.as_str(), definition)).collect(),
            names: Names::default(),
            prefix: prefix.to_owned(),
            found: BTreeMap::new(),
            read: Vec::new(),
        }
    }

    /// Whether the context is in the segment `key`; one that is not there has nobody in it.
    pub(super) fn formula(&mut self, key: &str, node: &Node<'_>) -> Result<Formula, Box<Item>> {
        if let Some(found) = self.found.get(key) {
            return found.clone();
        }
        let found = self.define(key, node);
        self.found.insert(key.to_owned(), found.clone());
        found
    }

    fn define(&mut self, key: &str, node: &Node<'_>) -> Result<Formula, Box<Item>> {
        let Some(definition) = self.definitions.get(key) else { return Ok(Formula::Known(false)) };
        let root = Node::root(&definition.file, &definition.json);
        let conditions = root.get("conditions").unwrap_or(root.clone());
        let formula = condition::conditions(&conditions)?;
        let Formula::When(condition) = formula else { return Ok(formula) };
        let (ours, _) = self.names.of(&format!("{}{key}", self.prefix));
        let name = SegmentName::new(&ours)
            .map_err(|_| node.unlike(format!("the segment `{key}` can't have this name"), "rename it"))?;
        let conditions = match condition {
            Condition::All(inner) => inner,
            other => vec![other],
        };
        let description = root.text("description").map(str::to_owned).filter(|text| !text.trim().is_empty());
        self.read.push(Segment {
            name: name.clone(),
            description,
            owner: None,
            include: Vec::new(),
            exclude: Vec::new(),
            conditions,
        });
        Ok(Condition::Segment(name).into())
    }
}

/// Notes on what contexts may say in Featurevisor and not here, where the flags ask for such things, and on buckets that
/// a build keeps from release to release.
fn readings(datafiles: &[Datafile], imported: &mut Imported) {
    let Some(first) = datafiles.iter().flat_map(|datafile| &datafile.features).next() else { return };
    let node = Node::root(&first.file, &first.json);
    let mut asked = BTreeSet::new();
    let of_segments = imported.segments.iter().flat_map(|segment| &segment.conditions);
    let environments = imported.flags.iter().flat_map(|flag| &flag.environments);
    let of_rules = environments.flat_map(|environment| &environment.rules).flat_map(|rule| &rule.when);
    for condition in of_segments.chain(of_rules).flat_map(Condition::walk) {
        if let Condition::Test(test) = condition {
            asked.insert(test.operator);
        }
    }
    let mut say = |message: &str, help: &str| {
        let Item { kept, message, help, .. } = *node.item(Kept::Otherwise, message, help);
        let (file, path) = (first.file.clone(), Path::root());
        imported.items.push(Item { kept, file, path, span: None, flag: None, message, help });
    };
    if asked.iter().any(|operator| operator.starts_with("semver")) {
        say(
            "a version in a context is read as 2.1.0, v2.1 or 2; four numbers, wildcards and signs such as `^` are not",
            "see to it that contexts carry plain versions",
        );
    }
    if asked.contains("before") || asked.contains("after") {
        say(
            "a time in a context is read as RFC 3339 or a date, to the second, or milliseconds; other texts are not",
            "see to it that contexts carry times such as 2026-12-01T09:00:00Z",
        );
    }
    let grown = |definition: &Definition| {
        definition.json.get("variations").is_some()
            && definition.json["traffic"].as_array().into_iter().flatten().any(|rule| {
                let percentage = rule.get("percentage").and_then(Json::as_f64).unwrap_or(0.0);
                percentage > 0.0 && percentage < 100_000.0
            })
    };
    let built = |datafile: &&Datafile| datafile.source.is_some() && datafile.features.iter().any(grown);
    if datafiles.iter().any(|datafile| built(&datafile)) {
        say(
            "variations have the buckets of a fresh build; one that follows others keeps what these gave away while it grew",
            "import the datafile instead, where a percentage was raised before",
        );
    }
}

/// The item with its place in the project that the datafile was built from.
fn placed(item: Item, source: Option<&str>) -> Item {
    let Some(environment) = source else { return item };
    let steps = item.path.steps();
    let file = match steps.first() {
        Some(Step::Key(key)) if **key == *"traffic" => "rules",
        Some(Step::Key(key)) if **key == *"force" => "force",
        _ => return item,
    };
    let path = Path::root().key(file).key(environment);
    let path = path.steps().iter().chain(steps.iter().skip(1)).cloned().collect();
    Item { path, ..item }
}

/// A note on what is not as it was.
fn note(node: &Node<'_>, message: String, help: &str, items: &mut Vec<Item>) {
    items.push(*node.item(Kept::Otherwise, message, help));
}

use build::Values;

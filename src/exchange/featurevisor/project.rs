//! A project's folder, built as Featurevisor builds it into the datafile of an environment.

use super::{Datafile, Definition, mutate};
use crate::exchange::item::Kept;
use crate::exchange::read::Node;
use crate::exchange::{Imported, Options};
use crate::model::EnvironmentName;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The folders of a project.
const KINDS: [&str; 7] = ["attributes", "features", "groups", "schemas", "segments", "targets", "tests"];

/// A file of a project.
struct Entity<'d> {
    file: &'d str,
    key: String,
    json: &'d Json,
}

/// A project, by kind of file.
pub(super) struct Project<'d> {
    entities: BTreeMap<&'d str, Vec<Entity<'d>>>,
}

impl<'d> Project<'d> {
    /// The project that the files are; `None` when they are none.
    pub(super) fn find(files: &'d [(String, Json)]) -> Option<Self> {
        let folders: Vec<Vec<&str>> = files.iter().map(|(file, _)| folders(file)).collect();
        let mut root = folders.first()?.len();
        for other in &folders {
            let same = folders[0].iter().zip(other).take_while(|(one, other)| one == other).count();
            root = root.min(same);
        }
        // Only one of its folders was given, or one file.
        if let Some(kind) = folders[0][..root].iter().position(|name| KINDS.contains(name)) {
            root = kind;
        }
        let mut paths: Vec<(&str, Vec<&str>, &'d (String, Json))> = Vec::new();
        for (folders, file) in folders.iter().zip(files) {
            let Some(kind) = folders.get(root).filter(|kind| KINDS.contains(kind)) else { continue };
            let name = file.0.rsplit(['/', '\\']).next().unwrap_or_default();
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let parts = folders[root + 1..].iter().copied().chain([stem]).collect();
            paths.push((kind, parts, file));
        }
        if !paths.iter().any(|(kind, ..)| *kind == "features") {
            return None;
        }
        let nested: BTreeSet<String> =
            paths.iter().filter(|(_, parts, _)| parts.len() > 1).map(|(_, parts, _)| parts.join("/")).collect();
        let slashes = paths.iter().any(|(_, _, (_, json))| mentions(json, &nested));
        let mut entities: BTreeMap<&str, Vec<Entity<'d>>> = BTreeMap::new();
        for (kind, parts, (file, json)) in paths {
            let key = parts.join(if slashes { "/" } else { "." });
            entities.entry(kind).or_default().push(Entity { file, key, json });
        }
        Some(Self { entities })
    }

    fn of(&self, kind: &str) -> &[Entity<'d>] {
        self.entities.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The datafiles of the environments that the flags are for.
    pub(super) fn build(&self, options: &Options<'_>, imported: &mut Imported) -> Vec<Datafile> {
        let named: BTreeSet<&str> = self.of("features").iter().flat_map(|feature| environments(feature.json)).collect();
        if named.is_empty() {
            return vec![self.datafile(options.environments.to_vec(), None, imported)];
        }
        let mut built = Vec::new();
        if let Some(target) = self.of("targets").first() {
            let names: Vec<&str> = self.of("targets").iter().map(|entity| entity.key.as_str()).collect();
            let message = format!("the targets {} hand out parts of the features", names.join(", "));
            let node = Node::root(target.file, target.json);
            imported.items.push(*node.item(
                Kept::InEssence,
                message,
                "nothing is to be done: the flags answer the same",
            ));
        }
        for environment in options.environments {
            if named.contains(environment.as_str()) {
                built.push(self.datafile(vec![environment.clone()], Some(environment.as_str()), imported));
            } else if let Some(first) = self.of("features").first() {
                let list = named.iter().copied().collect::<Vec<_>>().join(", ");
                let message = format!("the project has no environment `{environment}`: there are {list}");
                let node = Node::root(first.file, first.json);
                imported
                    .items
                    .push(*node.unlike(message, "create an environment of the same name here, and import for that"));
            }
        }
        built
    }

    fn datafile(
        &self,
        environments: Vec<EnvironmentName>,
        environment: Option<&str>,
        imported: &mut Imported,
    ) -> Datafile {
        let live = |entity: &&Entity<'_>| entity.json.get("archived") != Some(&Json::Bool(true));
        let segments = self.of("segments").iter().filter(live).map(|entity| Definition {
            file: entity.file.to_owned(),
            key: entity.key.clone(),
            json: json!({"conditions": entity.json.get("conditions"), "description": entity.json.get("description")}),
        });
        let segments = segments.collect();
        let ranges = self.ranges();
        let mut features = Vec::new();
        for entity in self.of("features").iter().filter(live) {
            let node = Node::root(entity.file, entity.json);
            let of_environment = |key: &str| {
                let all = entity.json.get(key)?;
                environment.map_or(Some(all), |name| all.get(name)).filter(|json| !json.is_null())
            };
            match of_environment("expose") {
                Some(Json::Bool(false)) => {
                    let message = format!("`{}` is not exposed{}", entity.key, within(environment));
                    let mut item = node.item(Kept::InEssence, message, "nothing is to be done: it has no flag there");
                    item.flag = Some(entity.key.clone());
                    imported.items.push(*item);
                    continue;
                }
                Some(Json::Array(tags)) => {
                    let message = format!("it is exposed only to the tags {}", Json::from(tags.clone()));
                    let mut item = node.item(Kept::Otherwise, message, "here every client is told of every flag");
                    item.flag = Some(entity.key.clone());
                    imported.items.push(*item);
                }
                _ => {}
            }
            let Some(rules) = of_environment("rules").and_then(Json::as_array) else {
                let message = format!("it has no rules{}", within(environment));
                let mut item = node.unlike(message, "give it rules there");
                item.flag = Some(entity.key.clone());
                imported.items.push(*item);
                continue;
            };
            let ranges = ranges.get(entity.key.as_str()).map_or(&[][..], Vec::as_slice);
            let json = self.feature(entity.json, rules, of_environment("force"), ranges);
            features.push(Definition { file: entity.file.to_owned(), key: entity.key.clone(), json });
        }
        Datafile { environments, source: environment.map(str::to_owned), features, segments }
    }

    /// A feature as it stands in a datafile.
    fn feature(&self, json: &Json, rules: &[Json], force: Option<&Json>, ranges: &[[f64; 2]]) -> Json {
        let none = Map::new();
        let schema = json.get("variablesSchema").and_then(Json::as_object).unwrap_or(&none);
        let variations = json.get("variations").and_then(Json::as_array);
        let mut built = Map::new();
        for key in ["description", "tags", "deprecated", "required", "disabledVariationValue"] {
            if let Some(value) = json.get(key).filter(|value| !value.is_null()) {
                built.insert(key.into(), value.clone());
            }
        }
        let by = json.get("bucketBy").filter(|by| !by.is_null());
        built.insert("bucketBy".into(), by.cloned().unwrap_or_else(|| "userId".into()));
        if let Some(variations) = variations {
            let resolved = variations.iter().map(|variation| with_variables(variation, schema));
            built.insert("variations".into(), resolved.collect());
        }
        let traffic = rules.iter().map(|rule| {
            let percentage = rule.get("percentage").and_then(Json::as_f64).unwrap_or(0.0);
            let mut traffic = with_variables(rule, schema);
            if let Some(traffic) = traffic.as_object_mut() {
                // A build does not look at it.
                traffic.remove("enabled");
                traffic.insert("percentage".into(), (percentage * 1000.0).into());
                let allocation = allocate(variations.map_or(&[], Vec::as_slice), rule, percentage, ranges);
                traffic.insert("allocation".into(), allocation);
            }
            traffic
        });
        built.insert("traffic".into(), traffic.collect());
        if !ranges.is_empty() {
            built.insert("ranges".into(), json!(ranges));
        }
        if !schema.is_empty() {
            let variables = schema.iter().map(|(key, variable)| (key.clone(), self.variable(variable)));
            built.insert("variablesSchema".into(), Json::Object(variables.collect()));
        }
        if let Some(force) = force.and_then(Json::as_array) {
            let resolved = force.iter().map(|force| {
                let mut force = force.clone();
                if let Some(changes) = force.get("variables").and_then(Json::as_object) {
                    force["variables"] = mutate::several(schema, changes).into();
                }
                force
            });
            built.insert("force".into(), resolved.collect());
        }
        built.into()
    }

    /// A variable with the type that its schema has.
    fn variable(&self, variable: &Json) -> Json {
        let reference = variable.get("schema").and_then(Json::as_str);
        let schema = reference.map_or(Some(variable), |name| {
            self.of("schemas").iter().find(|entity| entity.key == name).map(|entity| entity.json)
        });
        let kind = schema.and_then(|schema| schema.get("type")).cloned().unwrap_or_else(|| "string".into());
        let mut built = variable.clone();
        if let Some(built) = built.as_object_mut() {
            built.insert("type".into(), kind);
        }
        built
    }

    /// The ranges of buckets that the groups give to features.
    fn ranges(&self) -> BTreeMap<&'d str, Vec<[f64; 2]>> {
        let mut all: BTreeMap<&str, Vec<[f64; 2]>> = BTreeMap::new();
        for group in self.of("groups") {
            let mut passed = 0.0;
            for (index, slot) in group.json.get("slots").and_then(Json::as_array).into_iter().flatten().enumerate() {
                let end = passed + slot.get("percentage").and_then(Json::as_f64).unwrap_or(0.0) * 1000.0;
                if let Some(feature) = slot.get("feature").and_then(Json::as_str) {
                    let start = if index == 0 { passed } else { passed + 1.0 };
                    all.entry(feature).or_default().push([start, end]);
                }
                passed = end;
            }
        }
        all
    }
}

fn within(environment: Option<&str>) -> String {
    environment.map_or_else(String::new, |name| format!(" in `{name}`"))
}

fn folders(file: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = file.split(['/', '\\']).collect();
    parts.pop();
    parts
}

/// Whether a text anywhere in `json` is one of these names.
fn mentions(json: &Json, names: &BTreeSet<String>) -> bool {
    match json {
        Json::String(text) => names.contains(text),
        Json::Array(items) => items.iter().any(|item| mentions(item, names)),
        Json::Object(entries) => entries.values().any(|value| mentions(value, names)),
        _ => false,
    }
}

/// The environments that a feature has rules for; none when its rules are for all.
fn environments(feature: &Json) -> Vec<&str> {
    let rules = feature.get("rules").and_then(Json::as_object);
    rules.into_iter().flat_map(|rules| rules.keys().map(String::as_str)).collect()
}

/// A variation or rule whose variables, and the overrides of these, are resolved.
fn with_variables(json: &Json, schema: &Map<String, Json>) -> Json {
    let mut built = json.clone();
    let Some(entries) = built.as_object_mut() else { return built };
    let none = Map::new();
    let changes = json.get("variables").and_then(Json::as_object).unwrap_or(&none);
    let resolved = mutate::several(schema, changes);
    if let Some(overrides) = entries.get_mut("variableOverrides").and_then(Json::as_object_mut) {
        for (name, list) in overrides {
            for one in list.as_array_mut().into_iter().flatten() {
                let placed = one.get("conditions").or_else(|| one.get("segments")).is_some();
                if let Some(value) = one.get("value").filter(|_| placed) {
                    let value = mutate::single(schema, name, value, resolved.get(name));
                    one["value"] = value;
                }
            }
        }
    }
    entries.insert("variables".into(), resolved.into());
    built
}

/// Which buckets a rule gives to which variation: doubles, as in a build.
fn allocate(variations: &[Json], rule: &Json, percentage: f64, ranges: &[[f64; 2]]) -> Json {
    let mut available: Vec<[f64; 2]> = if ranges.is_empty() { vec![[0.0, 100_000.0]] } else { ranges.to_vec() };
    let mut allocation = Vec::new();
    for variation in variations {
        let Some(name) = variation.get("value") else { continue };
        let own = variation.get("weight").and_then(Json::as_f64).unwrap_or(0.0);
        let overridden = name.as_str().and_then(|name| rule.get("variationWeights")?.get(name)?.as_f64());
        let weight = overridden.filter(|weight| *weight != 0.0).unwrap_or(own);
        let fill = weight * 1000.0 * (percentage / 100.0);
        let mut remaining = fill;
        let mut left = Vec::new();
        for (index, [start, end]) in available.iter().copied().enumerate() {
            if remaining <= 0.0 {
                if fill == 0.0 {
                    left.extend_from_slice(&available[index..]);
                }
                break;
            }
            let taken = remaining.min(end - start);
            if taken > 0.0 {
                allocation.push(json!({"variation": name, "range": [start, start + taken]}));
            }
            if taken < end - start {
                left.push([start + taken, end]);
            }
            remaining -= taken;
        }
        available = left;
    }
    allocation.into()
}

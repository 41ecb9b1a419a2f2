//! Featurevisor's example projects with their specs.

use super::{Asked, Case, Suite, check, document_lines, import_for, json, own, read, suites};
use git_flag::evaluate::Context;
use git_flag::evaluate::bucket::Bucket;
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[test]
fn own_cases() {
    let mut cases = Vec::new();
    for (index, one) in json(&own("featurevisor/own.json"))["projects"].as_array().expect("projects").iter().enumerate()
    {
        let files = one["files"].as_object().expect("files").iter();
        let files: Vec<(String, Json)> = files.map(|(file, json)| (file.clone(), json.clone())).collect();
        let named = |case: Case| Case { id: format!("{index} {}", case.id), ..case };
        cases.extend(project(&files, None).into_iter().map(named));
        cases.extend(project(&files, Some(&one["datafile"])).into_iter().map(named));
        // The same in the first schema answers the same.
        let second = project(&files, Some(&one["datafile"]));
        for (case, again) in second.iter().zip(project(&files, Some(&first_schema(&one["datafile"])))) {
            assert_eq!((&again.id, &again.result), (&case.id, &case.result), "{index}");
        }
    }
    check(&Suite { name: "Featurevisor own".into(), aside: None, cases });
}

/// The datafile as Featurevisor wrote it before its second version: with lists instead of mappings by key.
fn first_schema(datafile: &Json) -> Json {
    let listed = |entries: &Json| -> Json {
        let entries = entries.as_object().into_iter().flatten();
        let keyed = entries.map(|(key, entry)| {
            let mut entry = entry.clone();
            entry["key"] = key.as_str().into();
            entry
        });
        keyed.collect::<Vec<_>>().into()
    };
    let mut first = datafile.clone();
    first["schemaVersion"] = "1".into();
    first["segments"] = listed(&datafile["segments"]);
    first["features"] = listed(&datafile["features"]);
    for feature in first["features"].as_array_mut().expect("features") {
        if !feature["variablesSchema"].is_null() {
            feature["variablesSchema"] = listed(&feature["variablesSchema"]);
        }
        for variation in feature.get_mut("variations").and_then(Json::as_array_mut).into_iter().flatten() {
            let Some(variables) = variation.get("variables").and_then(Json::as_object).cloned() else { continue };
            let variable = |(key, value): (String, Json)| match variation["variableOverrides"].get(&key) {
                Some(overrides) => serde_json::json!({ "key": key, "value": value, "overrides": overrides }),
                None => serde_json::json!({ "key": key, "value": value }),
            };
            variation["variables"] = variables.into_iter().map(variable).collect::<Vec<_>>().into();
        }
    }
    first
}

/// A project's sets that are called as environments are for these.
#[test]
fn sets_are_read_for_the_environment_of_their_name() {
    let file = |set: &str, percentage: u32| Input {
        file: format!("project/sets/{set}/features/x.yml"),
        text: format!("bucketBy: userId\nrules: [{{key: all, segments: '*', percentage: {percentage}}}]\n"),
    };
    let inputs = [file("production", 100), file("staging", 0)];
    let asked = import_for("featurevisor", &inputs, Bucketing::FlagdV3, &["production", "staging"]);
    let context = Context::from_json(serde_json::json!({ "userId": "ada" })).expect("a context");
    for (environment, expected) in [("production", true), ("staging", false)] {
        let now = Timestamp::from_unix(0);
        let decision = git_flag::evaluate::evaluate(&asked.program, "x", environment, &context, now);
        assert_eq!(decision.value.map(Value::to_json), Some(expected.into()), "{environment}");
    }
    let other = import_for("featurevisor", &inputs, Bucketing::FlagdV3, &["development"]);
    assert!(other.imported.flags.is_empty());
    assert!(other.imported.items[0].message.contains("no set `development`: there are production, staging"));
}

#[test]
fn example_projects() {
    let Some(folder) = suites("featurevisor/examples") else { return };
    let mut roots = Vec::new();
    for name in folders(&folder) {
        let sets = folder.join(&name).join("sets");
        if sets.is_dir() {
            roots.extend(folders(&sets).into_iter().map(|set| (format!("{name} {set}"), sets.join(set))));
        } else {
            roots.push((name.clone(), folder.join(&name)));
        }
    }
    let mut lines = String::new();
    for (name, root) in roots {
        let mut files = Vec::new();
        collect(&root, "project", &mut files);
        let suite = Suite { name: format!("Featurevisor {name}"), aside: None, cases: project(&files, None) };
        lines.push_str(&check(&suite));
    }
    document_lines("featurevisor", &lines);
}

fn folders(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn collect(path: &Path, shown: &str, files: &mut Vec<(String, Json)>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry")).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let shown = format!("{shown}/{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &shown, files);
        } else if [".yml", ".json"].iter().any(|end| name.ends_with(end)) {
            let yaml: serde_yaml::Value = serde_yaml::from_str(&read(&entry.path())).expect("YAML");
            files.push((shown, serde_json::to_value(yaml).expect("JSON")));
        }
    }
}

/// A project ready to be asked.
struct Ready<'a> {
    asked: &'a Asked,
    features: BTreeMap<String, &'a Json>,
    targets: BTreeMap<String, &'a Json>,
    environments: &'a [&'a str],
}

/// The assertions of a project; about what its files say, or the datafile of its environment `production`.
fn project(files: &[(String, Json)], datafile: Option<&Json>) -> Vec<Case> {
    let of = |kind: &str| {
        let middle = format!("/{kind}/");
        files.iter().filter(move |(file, _)| file.contains(&middle)).map(|(file, json)| (file.as_str(), json))
    };
    let slashes = of("tests").any(|(_, test)| test["feature"].as_str().is_some_and(|key| key.contains('/')));
    let keyed = |kind: &'static str| -> BTreeMap<String, &Json> {
        let middle = format!("/{kind}/");
        let key = |file: &str| {
            let (_, path) = file.split_once(&middle)?;
            let stem = path.rsplit_once('.')?.0;
            Some(stem.replace('/', if slashes { "/" } else { "." }))
        };
        of(kind).filter_map(|(file, json)| Some((key(file)?, json))).collect()
    };
    let features = keyed("features");
    let named: BTreeSet<&str> = features
        .values()
        .filter_map(|feature| feature["rules"].as_object())
        .flat_map(|rules| rules.keys())
        .map(String::as_str)
        .collect();
    let environments: Vec<&str> = if named.is_empty() { vec!["production"] } else { named.iter().copied().collect() };
    let mut inputs: Vec<Input> =
        files.iter().map(|(file, json)| Input { file: file.clone(), text: json.to_string() }).collect();
    // A segment is asked for through a feature.
    for (index, segment) in keyed("segments").keys().enumerate() {
        let rule = serde_json::json!([{"key": "only", "segments": segment, "percentage": 100}]);
        let rules = environments.iter().map(|name| ((*name).to_owned(), rule.clone())).collect::<Map<_, _>>();
        let rules = if named.is_empty() { rule } else { rules.into() };
        let text = serde_json::json!({"bucketBy": "userId", "rules": rules}).to_string();
        let root = files[0].0.split('/').next().unwrap_or_default();
        inputs.push(Input { file: format!("{root}/features/in-segment-{index}.yml"), text });
    }
    let environments = if datafile.is_some() { vec!["production"] } else { environments };
    if let Some(datafile) = datafile {
        inputs = vec![Input { file: "datafile.json".into(), text: datafile.to_string() }];
    }
    let asked = import_for("featurevisor", &inputs, Bucketing::FlagdV3, &environments);
    let ready = Ready { asked: &asked, features, targets: keyed("targets"), environments: &environments };
    let segments: Vec<String> = keyed("segments").into_keys().collect();
    let mut cases = Vec::new();
    for (file, test) in of("tests") {
        let (_, short) = file.split_once("/tests/").expect("a test");
        for (index, assertion) in test["assertions"].as_array().into_iter().flatten().enumerate() {
            for (step, assertion) in expanded(assertion).into_iter().enumerate() {
                if datafile.is_some() && assertion["environment"] != "production" {
                    continue;
                }
                let id = format!("{short}: {}.{}", index + 1, step + 1);
                let result = match test["segment"].as_str() {
                    Some(segment) => {
                        let index = segments.iter().position(|other| other == segment).expect("a segment");
                        let found = ready.enabled(&format!("in-segment-{index}"), &assertion, &assertion["context"]);
                        same("the segment", &Json::from(found), &assertion["expectedToMatch"])
                    }
                    None => ready.feature(test["feature"].as_str().expect("a feature"), &assertion),
                };
                cases.push(Case { id, result });
            }
        }
    }
    cases
}

fn same(what: &str, found: &Json, expected: &Json) -> Result<(), String> {
    let equal = match (found, expected) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        _ => canonical(found) == canonical(expected),
    };
    if equal { Ok(()) } else { Err(format!("{what}: {found}, not {expected}")) }
}

/// Numbers that are equal look equal.
fn canonical(json: &Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
        Json::Array(items) => items.iter().map(canonical).collect(),
        Json::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (key.clone(), canonical(value))).collect())
        }
        other => other.clone(),
    }
}

/// An assertion for each combination of its matrix.
fn expanded(assertion: &Json) -> Vec<Json> {
    let Some(matrix) = assertion["matrix"].as_object() else { return vec![assertion.clone()] };
    let mut combinations: Vec<Map<String, Json>> = vec![Map::new()];
    for (key, values) in matrix {
        let values = values.as_array().expect("values");
        combinations = combinations
            .iter()
            .flat_map(|before| {
                values.iter().map(|value| {
                    let mut next = before.clone();
                    next.insert(key.clone(), value.clone());
                    next
                })
            })
            .collect();
    }
    let fill = |json: &Json, combination: &Map<String, Json>| {
        let Some(text) = json.as_str().filter(|text| text.contains("${{")) else { return json.clone() };
        let mut filled = text.to_owned();
        for (key, value) in combination {
            let hole = [format!("${{{{ {key} }}}}"), format!("${{{{{key}}}}}")];
            if hole.contains(&filled) {
                return value.clone();
            }
            let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            filled = filled.replace(&hole[0], &plain).replace(&hole[1], &plain);
        }
        filled.into()
    };
    combinations
        .iter()
        .map(|combination| {
            let mut one = assertion.clone();
            for key in ["environment", "at", "target"] {
                one[key] = fill(&assertion[key], combination);
            }
            if let Some(context) = assertion["context"].as_object() {
                let filled = context.iter().map(|(key, value)| (key.clone(), fill(value, combination)));
                one["context"] = Json::Object(filled.collect());
            }
            one
        })
        .collect()
}

impl Ready<'_> {
    fn feature(&self, key: &str, assertion: &Json) -> Result<(), String> {
        let why = self.asked.left_out(key);
        if !why.is_empty() {
            return Err(format!("left out: {why}"));
        }
        self.one(key, assertion, assertion, &assertion["context"])?;
        for child in assertion["children"].as_array().into_iter().flatten() {
            let mut context = assertion["context"].as_object().cloned().unwrap_or_default();
            context.extend(child["context"].as_object().cloned().unwrap_or_default());
            self.one(key, assertion, child, &context.into())?;
        }
        Ok(())
    }

    fn one(&self, key: &str, assertion: &Json, expected: &Json, context: &Json) -> Result<(), String> {
        let sticky = &assertion["sticky"][key];
        let there = self.there(key, assertion);
        let on = match sticky["enabled"].as_bool() {
            Some(enabled) => enabled,
            None => there && self.enabled(key, assertion, context),
        };
        if let Some(wanted) = expected.get("expectedToBeEnabled") {
            same("enabled", &on.into(), wanted)?;
        }
        let feature = self.features.get(key);
        let or_default = |json: Json, default: &Json| {
            if json.is_null() { default.clone() } else { json }
        };
        if let Some(wanted) = expected.get("expectedVariation") {
            let found = match (&sticky["variation"], there) {
                (Json::Null, true) => self.value(&format!("{key}.variation"), assertion, context),
                (Json::Null, false) => Json::Null,
                (sticky, _) => sticky.clone(),
            };
            // An empty text stands for none.
            let found = if found == "" { Json::Null } else { found };
            same("variation", &or_default(found, &expected["defaultVariationValue"]), wanted)?;
        }
        for (name, wanted) in expected["expectedVariables"].as_object().into_iter().flatten() {
            let schema = feature.map_or(&Json::Null, |feature| &feature["variablesSchema"][name]);
            let valueless = schema.get("disabledValue").is_none() && schema["useDefaultWhenDisabled"] != true;
            let found = match &sticky["variables"][name] {
                Json::Null if !there => Json::Null,
                Json::Null => self.value(&format!("{key}.{name}"), assertion, context),
                sticky => sticky.clone(),
            };
            let own = &expected["defaultVariableValues"][name];
            let wanted = match wanted {
                // Where Featurevisor gives no value, the flag serves its default, as the import says.
                none if none == own && there && valueless => &schema["defaultValue"],
                other => other,
            };
            let wanted = match wanted.as_str().filter(|_| schema["type"] == "json") {
                Some(text) => json(text),
                None => wanted.clone(),
            };
            same(name, &or_default(found, own), &wanted)?;
        }
        Ok(())
    }

    fn target(&self, assertion: &Json) -> &Json {
        assertion["target"].as_str().and_then(|name| self.targets.get(name)).copied().unwrap_or(&Json::Null)
    }

    /// Whether the feature is in the datafile of the target.
    fn there(&self, key: &str, assertion: &Json) -> bool {
        let target = self.target(assertion);
        let tags = self.features.get(key).and_then(|feature| feature["tags"].as_array());
        let tagged = |tag: &Json| tags.is_some_and(|tags| tags.contains(tag));
        let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
        let by_tags = match &target["tags"] {
            Json::Array(any) => any.iter().any(tagged),
            tags if tags["or"].is_array() => list(&tags["or"]).iter().any(tagged),
            tags => list(&tags["and"]).iter().all(tagged),
        };
        let named = |json: &Json| {
            list(json).iter().chain([json]).filter_map(Json::as_str).any(|pattern| match pattern.strip_suffix('*') {
                Some(start) => key.starts_with(start),
                None => key == pattern,
            })
        };
        let included = target.get("includeFeatures").is_none_or(named);
        let excluded = target.get("excludeFeatures").is_some_and(named);
        target.get("tag").is_none_or(tagged) && by_tags && included && !excluded
    }

    fn environment<'s>(&'s self, assertion: &'s Json) -> &'s str {
        assertion["environment"].as_str().unwrap_or(self.environments[0])
    }

    fn enabled(&self, key: &str, assertion: &Json, context: &Json) -> bool {
        self.value(key, assertion, context) == Json::Bool(true)
    }

    /// What a flag serves, in the bucket that the assertion is about.
    fn value(&self, theirs: &str, assertion: &Json, context: &Json) -> Json {
        let renamed = |flag: &&git_flag::model::Flag| flag.name.as_deref() == Some(theirs);
        let ours = self
            .asked
            .imported
            .flags
            .iter()
            .find(renamed)
            .map_or_else(|| theirs.replace('/', "-"), |flag| flag.key.to_string());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100,000")]
        let bucket = assertion["at"].as_f64().map(|at| ((at * 1000.0).floor() as u32).min(99_999));
        let bucket = bucket.and_then(Bucket::new);
        let mut all = context.as_object().cloned().unwrap_or_default();
        // What is known of everyone in the target.
        all.extend(self.target(assertion)["context"].as_object().cloned().unwrap_or_default());
        let context = Context::from_json(all.into()).expect("a context");
        let bound = self.asked.program.bind(&context);
        let now = Timestamp::from_unix(1_790_000_000);
        let (decision, _) = bound.explain_in(&ours, self.environment(assertion), now, bucket);
        match decision.value {
            Some(Value::Boolean(value)) => (*value).into(),
            Some(Value::String(text)) => text.as_str().into(),
            Some(Value::Integer(number)) => (*number).into(),
            Some(Value::Number(number)) => (*number).into(),
            Some(Value::Json(json)) => json.clone(),
            None => Json::Null,
        }
    }
}

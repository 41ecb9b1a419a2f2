//! Segments: who is included, who is excluded, and rules.

use super::kinds::{USER, reference};
use super::{MALFORMED, World};
use crate::exchange::build::{exists, has_type, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::read::Node;
use crate::model::{AttributePath, Bucketing, By, Condition, Scalar, Segment, SegmentName, Share, Unit};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What a segment became.
#[derive(Debug, Clone)]
pub(super) enum Read {
    /// A segment of that name.
    Named(SegmentName),
    /// All, or nobody.
    Known(bool),
    /// What there is to say.
    Not(String),
}

/// A segment of the source, and the environment that it is of where that is known.
#[derive(Debug, Clone)]
pub(super) struct Source<'n> {
    pub(super) node: Node<'n>,
    pub(super) environment: Option<String>,
    /// Whether it is of the REST API, which has no salt.
    pub(super) rest: bool,
}

impl<'n> World<'n> {
    /// The segment `key` as it is in `environment`.
    fn segment_in(&self, key: &str, environment: &str) -> Option<&Source<'n>> {
        let all = self.segments.get(key)?;
        let of = |wanted: Option<&str>| all.iter().find(|source| source.environment.as_deref() == wanted);
        let found = of(Some(environment)).or_else(|| of(None));
        // What is asked for is the only environment, under a name of its own.
        found.or_else(|| all.first().filter(|_| self.asked.len() == 1 && self.segment_environments.len() == 1))
    }

    /// Whether a context is in the segment `key` of `environment`.
    pub(super) fn in_segment(&self, node: &Node<'_>, key: &str, environment: &str) -> Result<Formula, Box<Item>> {
        match self.read_segments.get(&(key.to_owned(), environment.to_owned())) {
            Some(Read::Named(name)) => Ok(Formula::When(Condition::Segment(name.clone()))),
            Some(Read::Known(known)) => Ok(Formula::Known(*known)),
            Some(Read::Not(why)) => Err(node.unlike(
                format!("the segment `{key}` can't be carried over: {why}"),
                "see what is said of the segment",
            )),
            None if self.rest => Err(node.unlike(
                format!("the segment `{key}` of `{environment}` is not in the files"),
                format!("name a file with the segments of `{environment}`, too: GET /api/v2/segments/<project>/{environment}"),
            )),
            // There is no such segment: nobody is in it.
            None => Ok(Formula::Known(false)),
        }
    }

    /// Reads all segments for each environment, those that others name first. One that is the same in all of them
    /// becomes one segment, any other one for each environment.
    pub(super) fn read_all_segments(&mut self, out: &mut Vec<Segment>, items: &mut Vec<Item>) {
        let mut pending: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (key, all) in &self.segments {
            pending.insert(key.clone(), all.iter().flat_map(|source| named(source.node.json)).collect());
        }
        while !pending.is_empty() {
            let ready: Vec<String> = pending
                .iter()
                .filter(|(_, needs)| needs.iter().all(|need| !pending.contains_key(need)))
                .map(|(key, _)| key.clone())
                .collect();
            if ready.is_empty() {
                let why = "it refers to itself in a circle, so LaunchDarkly answers with an error";
                for key in pending.keys() {
                    for environment in &self.asked {
                        self.read_segments.insert((key.clone(), environment.clone()), Read::Not(why.to_owned()));
                    }
                }
                return;
            }
            for key in ready {
                pending.remove(&key);
                self.read_segment(&key, out, items);
            }
        }
    }

    /// Reads the segment `key` for each environment that has it.
    fn read_segment(&mut self, key: &str, out: &mut Vec<Segment>, items: &mut Vec<Item>) {
        let asked = self.asked.clone();
        let there = asked.iter().filter_map(|name| Some((name, self.segment_in(key, name)?.clone())));
        let there: Vec<(&String, Source<'n>)> = there.collect();
        let mut made: Vec<(&String, (Read, Option<Segment>))> = Vec::new();
        for (environment, source) in &there {
            let mut said = Vec::new();
            let read = self.segment(key, source, environment, &mut said).unwrap_or_else(|item| {
                let why = item.message.clone();
                said.push(Item { message: format!("the segment `{key}`: {why}"), ..*item });
                (Read::Not(why), None)
            });
            items.extend(said.into_iter().filter(|item| !items.contains(item)).collect::<Vec<_>>());
            made.push((environment, read));
        }
        let alike = made.windows(2).all(|pair| pair[0].1.1 == pair[1].1.1) && made.len() == asked.len();
        for (position, (environment, (read, segment))) in made.into_iter().enumerate() {
            let Some(mut segment) = segment else {
                self.read_segments.insert((key.to_owned(), environment.clone()), read);
                continue;
            };
            let wanted = if alike { key.to_owned() } else { format!("{key}-{environment}") };
            let (ours, _) = self.segment_names.of(&wanted);
            let read = match SegmentName::new(&ours) {
                Ok(name) => {
                    segment.name = name.clone();
                    if position == 0 || !alike {
                        out.push(segment);
                    }
                    Read::Named(name)
                }
                Err(_) => Read::Not("its key can't be the name of a file".into()),
            };
            self.read_segments.insert((key.to_owned(), environment.clone()), read);
        }
        for source in self.segments.get(key).into_iter().flatten().filter(|source| source.environment.is_none()) {
            if self.rest && asked.len() > 1 {
                let message = format!(
                    "the segment `{key}` does not say which environment it is of, so it is taken for all: LaunchDarkly has one for each"
                );
                let help = "keep its `_links`, or import one environment at a time";
                items.push(*source.node.item(Kept::Otherwise, message, help));
            }
        }
    }

    /// What the segment is, under a name that is settled later.
    fn segment(
        &self,
        key: &str,
        source: &Source<'_>,
        environment: &str,
        items: &mut Vec<Item>,
    ) -> Result<(Read, Option<Segment>), Box<Item>> {
        let node = &source.node;
        if node.flag("unbounded") == Some(true) {
            return Err(node
                .unlike("it is a big segment, whose members are kept outside of the file", "list them in `included`"));
        }
        let rules = node.get("rules");
        let salt = node.text("salt").or_else(|| (!source.rest).then_some("")).map(|salt| format!("{key}.{salt}"));
        let rules = rules.iter().flat_map(Node::items);
        let rules = rules.map(|rule| self.segment_rule(&rule, environment, salt.as_deref(), items));
        let rules = Formula::some(rules.collect::<Result<Vec<_>, _>>()?);
        let mut segment = Segment {
            name: SegmentName::new("any").map_err(|error| node.unlike(error.to_string(), MALFORMED))?,
            description: node.text("description").filter(|text| super::one_line(text)).map(str::to_owned),
            owner: None,
            include: Vec::new(),
            exclude: Vec::new(),
            conditions: Vec::new(),
        };
        let included = texts(node.get("included").as_ref());
        let excluded: Vec<String> =
            texts(node.get("excluded").as_ref()).into_iter().filter(|key| !included.contains(key)).collect();
        let formula = if self.kinds.are_users() {
            segment.include = units(&included);
            segment.exclude = units(&excluded);
            rules
        } else {
            let within = self.targets(USER, &included, false).or(self.contexts(node, "includedContexts"));
            let without = self.targets(USER, &excluded, false).or(self.contexts(node, "excludedContexts"));
            within.or(without.not().and(rules))
        };
        let lists = !segment.include.is_empty() || !segment.exclude.is_empty();
        match formula {
            Formula::Known(known) if !lists => return Ok((Read::Known(known), None)),
            Formula::Known(false) if segment.include.is_empty() => return Ok((Read::Known(false), None)),
            Formula::Known(false) => {}
            // Every user has a key.
            Formula::Known(true) => segment.conditions = vec![exists(&AttributePath::targeting_key(), true)],
            Formula::When(Condition::All(conditions)) => segment.conditions = conditions,
            Formula::When(condition) => segment.conditions = vec![condition],
        }
        Ok((Read::Named(segment.name.clone()), Some(segment)))
    }

    fn segment_rule(
        &self,
        rule: &Node<'_>,
        environment: &str,
        salt: Option<&str>,
        items: &mut Vec<Item>,
    ) -> Result<Formula, Box<Item>> {
        let clauses = self.clauses(rule, environment, items)?;
        let Some(weight) = rule.number("weight") else { return Ok(clauses) };
        let kind = rule.text("rolloutContextKind").filter(|kind| !kind.is_empty());
        let names = match rule.text("bucketBy").filter(|text| !text.is_empty()) {
            Some(text) => reference(text, kind.is_none()).ok_or_else(|| {
                rule.unlike("its `bucketBy` is malformed, so LaunchDarkly answers with an error", MALFORMED)
            })?,
            None => vec!["key".to_owned()],
        };
        let share =
            super::steps(weight).ok_or_else(|| rule.unlike("its weight is no whole number of 0.001 %", MALFORMED))?;
        let share = Share::from_steps(share.min(100_000)).unwrap_or(Share::FULL);
        if share == Share::FULL && names == ["key"] && self.kinds.are_users() {
            return Ok(clauses);
        }
        let salt = salt.ok_or_else(|| {
            let message = "it takes a share of its contexts by the segment's salt, which the REST API does not give";
            rule.unlike(message, "take the segment from what SDKs read: GET /sdk/latest-all")
        })?;
        let is_key = names == ["key"];
        if !is_key {
            let message =
                "a number with a fraction has no bucket: LaunchDarkly takes it for the first, here it is outside";
            items.push(*rule.item(Kept::Otherwise, message, "bucket by text or whole numbers"));
        }
        let mut any = Formula::Known(false);
        for place in self.kinds.places(kind.unwrap_or(USER)) {
            let path = place.path(&names).ok_or_else(|| rule.unlike("its `bucketBy` has an empty name", MALFORMED))?;
            let by = Some(By::One(path.clone())).filter(|by| !by.is_targeting_key());
            let percentage = Condition::Percentage {
                share,
                by,
                salt: Some(salt.to_owned()),
                bucketing: Some(Bucketing::LaunchDarkly),
            };
            let mut inside = if share == Share::ZERO { Formula::Known(false) } else { Formula::When(percentage) };
            if !is_key && share != Share::ZERO {
                // What has no bucket is in the first.
                inside = inside.or(Formula::When(has_type(&path, &["text", "number"])).not());
            }
            any = any.or(place.is_there().and(inside));
        }
        Ok(clauses.and(any))
    }

    /// Lists of keys of several kinds.
    fn contexts(&self, node: &Node<'_>, list: &str) -> Formula {
        let lists = node.get(list);
        let lists = lists.iter().flat_map(Node::items).map(|target| {
            let kind = target.text("contextKind").filter(|kind| !kind.is_empty()).unwrap_or(USER);
            // A context that is a user alone is looked for in the plain lists only.
            self.targets(kind, &texts(target.get("values").as_ref()), kind == USER)
        });
        Formula::some(lists)
    }

    /// Whether a context of the kind has one of these keys.
    pub(super) fn targets(&self, kind: &str, keys: &[String], beside_others: bool) -> Formula {
        if keys.is_empty() {
            return Formula::Known(false);
        }
        let places = self.kinds.places(kind).into_iter().skip(usize::from(beside_others));
        Formula::some(places.filter_map(|place| {
            let path = place.path(&["key".to_owned()])?;
            let keys = keys.iter().cloned().map(Scalar::Text).collect();
            Some(place.guard.and(Formula::When(test_any(&path, "in", keys))))
        }))
    }
}

/// The segments that are named below `json`.
fn named(json: &Json) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let clauses = json.get("rules").and_then(Json::as_array).into_iter().flatten();
    let clauses = clauses.filter_map(|rule| rule.get("clauses")?.as_array()).flatten();
    for clause in clauses.filter(|clause| clause.get("op").and_then(Json::as_str) == Some("segmentMatch")) {
        let values = clause.get("values").and_then(Json::as_array).into_iter().flatten();
        names.extend(values.filter_map(Json::as_str).map(str::to_owned));
    }
    names
}

/// The texts of a list.
pub(super) fn texts(node: Option<&Node<'_>>) -> Vec<String> {
    let items = node.into_iter().flat_map(Node::items);
    items.filter_map(|item| item.json.as_str().filter(|text| !text.is_empty()).map(str::to_owned)).collect()
}

/// Texts as units, each once.
pub(super) fn units(keys: &[String]) -> Vec<Unit> {
    let mut seen = BTreeSet::new();
    keys.iter().filter(|key| seen.insert(key.as_str())).filter_map(|key| Unit::from_text(key)).collect()
}

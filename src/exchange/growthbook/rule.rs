//! Features as cases: the first that holds gives the value.

use super::World;
use super::condition::{condition, holds};
use crate::exchange::build::{exists, path_of, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::logic::Draw;
use crate::exchange::read::Node;
use crate::model::{AttributePath, Bucketing, By, Scalar, Share};
use serde_json::{Value as Json, json};

const CORRECT: &str = "correct it in GrowthBook first";

/// What a feature does.
#[derive(Debug, Clone, Default)]
pub(super) struct Feature {
    /// What must hold before anything else, as other features: without it there is no value.
    pub(super) gates: Vec<Gate>,
    pub(super) cases: Vec<Case>,
    /// Null where there is none.
    pub(super) default: Json,
}

/// What must hold of another feature.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) parent: String,
    pub(super) condition: Json,
    /// The same, as a condition on contexts.
    pub(super) formula: Formula,
}

/// A value, or a split, for some.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) when: Formula,
    pub(super) gives: Gives,
    pub(super) id: Option<String>,
}

/// What a case gives.
#[derive(Debug, Clone)]
pub(super) enum Gives {
    Value(Json),
    /// No value: the caller's own.
    Nothing,
    /// Parts in positions, all of them in order.
    Split(Draw, Vec<(u32, Json)>),
}

/// How units are hashed for one rule.
struct Hashed {
    draw: Draw,
    positions: u32,
}

impl Hashed {
    fn of(node: &Node<'_>, attribute: Option<&str>, seed: &str, version: f64) -> Result<Option<Self>, Box<Item>> {
        let (bucketing, positions) = match version {
            v if (v - 1.0).abs() < f64::EPSILON => (Bucketing::GrowthbookV1, 1000),
            v if (v - 2.0).abs() < f64::EPSILON => (Bucketing::GrowthbookV2, 10_000),
            // Nobody is in a bucket of a version that is not known.
            _ => return Ok(None),
        };
        let name = attribute.filter(|name| !name.is_empty()).unwrap_or("id");
        let path = path_of([name]).ok_or_else(|| node.unlike("its `hashAttribute` has no name", CORRECT))?;
        let has_unit = is_truthy(&path);
        let by = Some(By::One(path)).filter(|by| !by.is_targeting_key());
        let salt = Some(seed.to_owned());
        Ok(Some(Self { draw: Draw { bucketing, salt, by, has_unit }, positions }))
    }

    /// The first position at `bound` or above it.
    fn position(&self, bound: f64) -> u32 {
        let all = f64::from(self.positions);
        (0..self.positions).find(|position| f64::from(*position) / all >= bound).unwrap_or(self.positions)
    }

    /// Whether a unit is from `start` on and below `end`, in positions.
    fn within(&self, start: u32, end: u32) -> Formula {
        if start >= end {
            return Formula::Known(false);
        }
        let share = |position: u32| Share::from_steps(position * (100_000 / self.positions)).unwrap_or(Share::FULL);
        self.draw.within(share(start), share(end))
    }

    fn range(&self, range: (f64, f64)) -> Formula {
        self.within(self.position(range.0), self.position(range.1))
    }
}

fn is_truthy(path: &AttributePath) -> Formula {
    let falsy = vec![Scalar::Boolean(false), Scalar::Number(0.0), Scalar::Text(String::new())];
    Formula::When(exists(path, true)).and(Formula::When(test_any(path, "in", falsy)).not())
}

fn range(node: &Node<'_>) -> Result<(f64, f64), Box<Item>> {
    match node.json.as_array().map(Vec::as_slice) {
        Some([start, end]) if start.is_number() && end.is_number() => {
            Ok((start.as_f64().unwrap_or_default(), end.as_f64().unwrap_or_default()))
        }
        _ => Err(node.unlike("it is no range of two numbers", CORRECT)),
    }
}

impl World<'_> {
    /// What the feature `id` does. `trail` are the features that led here.
    pub(super) fn feature(&mut self, id: &str, trail: &mut Vec<String>) -> Result<Feature, Box<Item>> {
        if let Some(read) = self.read.get(id) {
            return read.clone();
        }
        let Some(node) = self.features.get(id).cloned() else { return Ok(Feature::default()) };
        if trail.iter().any(|one| one == id) || trail.len() > 20 {
            return Err(node.unlike("its prerequisites form a circle, so GrowthBook gives nothing", CORRECT));
        }
        trail.push(id.to_owned());
        let read = self.cases(id, &node, trail);
        trail.pop();
        if trail.is_empty() || read.is_ok() {
            self.read.insert(id.to_owned(), read.clone());
        }
        read
    }

    fn cases(&mut self, id: &str, node: &Node<'_>, trail: &mut Vec<String>) -> Result<Feature, Box<Item>> {
        let mut feature =
            Feature { default: node.json.get("defaultValue").cloned().unwrap_or_default(), ..Feature::default() };
        for rule in node.get("rules").iter().flat_map(Node::items) {
            let mut when = Formula::Known(true);
            let gives =
                ["force", "variations", "contextualVariations"].iter().any(|name| rule.json.get(name).is_some());
            for parent in rule.get("parentConditions").iter().flat_map(Node::items) {
                let other = parent.text("id").unwrap_or_default().to_owned();
                let wanted = parent.json.get("condition").cloned().unwrap_or_else(|| json!({}));
                let formula = self.parent(&parent, &other, trail)?;
                if parent.flag("gate") != Some(true) {
                    when = when.and(formula);
                } else if feature.cases.is_empty() && !gives && when == Formula::Known(true) {
                    feature.gates.push(Gate { parent: other, condition: wanted, formula });
                } else {
                    let blocked = when.clone().and(formula.clone().not());
                    feature.cases.push(Case { when: blocked, gives: Gives::Nothing, id: None });
                    when = when.and(formula);
                }
            }
            if let Some(filters) = rule.get("filters") {
                when = when.and(filtered(&filters)?);
            }
            let name = rule.text("id").map(str::to_owned);
            if let Some(value) = rule.json.get("force") {
                when = when.and(self.forced(id, &rule)?);
                feature.cases.push(Case { when, gives: Gives::Value(value.clone()), id: name });
            } else {
                self.experiment(id, &rule, &when, name.as_deref(), &mut feature.cases)?;
            }
        }
        feature.cases.retain(|case| case.when != Formula::Known(false));
        Ok(feature)
    }

    /// Whether the value of another feature is as wanted.
    fn parent(&mut self, node: &Node<'_>, other: &str, trail: &mut Vec<String>) -> Result<Formula, Box<Item>> {
        let parent = self.feature(other, trail).map_err(|item| {
            node.unlike(
                format!("it needs the feature `{other}`, which can't be carried over: {}", item.message),
                CORRECT,
            )
        })?;
        let wanted = node.get("condition");
        let fits = |value: &Json| -> Result<bool, Box<Item>> {
            let Some(wanted) = &wanted else { return Ok(true) };
            let formula = condition(wanted, &mut super::groups::Groups::default())?;
            Ok(holds(&formula, &json!({ "value": value })))
        };
        let mut met = Formula::Known(fits(&parent.default)?);
        for case in parent.cases.iter().rev() {
            let (inside, when) = match &case.gives {
                Gives::Value(value) => (Formula::Known(fits(value)?), case.when.clone()),
                Gives::Nothing => (Formula::Known(fits(&Json::Null)?), case.when.clone()),
                Gives::Split(draw, parts) => {
                    let total: u32 = parts.iter().map(|(size, _)| size).sum();
                    let hashed = Hashed { draw: draw.clone(), positions: total };
                    let mut inside = Formula::Known(false);
                    let mut start = 0;
                    for (size, value) in parts {
                        if fits(value)? {
                            inside = inside.or(hashed.within(start, start + size));
                        }
                        start += size;
                    }
                    (inside, case.when.clone().and(draw.has_unit.clone()))
                }
            };
            met = when.clone().and(inside).or(when.not().and(met));
        }
        let nothing = fits(&Json::Null)?;
        for gate in &parent.gates {
            met = gate.formula.clone().and(met).or(if nothing {
                gate.formula.clone().not()
            } else {
                Formula::Known(false)
            });
        }
        Ok(met)
    }

    /// Who gets the value of a rule that forces one.
    fn forced(&mut self, id: &str, rule: &Node<'_>) -> Result<Formula, Box<Item>> {
        let mut when = match rule.get("condition") {
            Some(node) => condition(&node, &mut self.groups)?,
            None => Formula::Known(true),
        };
        let coverage = rule.get("coverage").map(|node| node.json.as_f64());
        if rule.get("range").is_none() && coverage.is_none() {
            return Ok(when);
        }
        let seed = rule.text("seed").filter(|seed| !seed.is_empty()).unwrap_or(id);
        let version = rule.number("hashVersion").filter(|version| *version > 0.0).unwrap_or(1.0);
        let Some(hashed) = Hashed::of(rule, rule.text("hashAttribute"), seed, version)? else {
            return Ok(Formula::Known(false));
        };
        let included = if let Some(node) = rule.get("range") {
            hashed.range(range(&node)?)
        } else {
            let Some(Some(coverage)) = coverage else {
                return Err(rule.unlike("its `coverage` is no number", CORRECT));
            };
            if coverage.abs() < f64::MIN_POSITIVE {
                return Ok(Formula::Known(false));
            }
            // Here the end belongs to the share.
            let all = f64::from(hashed.positions);
            let end = (0..hashed.positions).find(|position| f64::from(*position) / all > coverage);
            hashed.within(0, end.unwrap_or(hashed.positions))
        };
        when = when.and(included);
        Ok(when)
    }

    fn experiment(
        &mut self,
        id: &str,
        rule: &Node<'_>,
        when: &Formula,
        name: Option<&str>,
        cases: &mut Vec<Case>,
    ) -> Result<(), Box<Item>> {
        let list = rule.get("contextualVariations").or_else(|| rule.get("variations"));
        let Some(variations) = list else { return Ok(()) };
        let values: Vec<Json> = variations.items().map(|item| item.json.clone()).collect();
        if values.len() < 2 {
            return Ok(());
        }
        let key = rule.text("key").filter(|key| !key.is_empty()).unwrap_or(id);
        let seed = rule.text("seed").filter(|seed| !seed.is_empty()).unwrap_or(key);
        let version = rule.number("hashVersion").filter(|version| *version > 0.0).unwrap_or(1.0);
        let Some(hashed) = Hashed::of(rule, rule.text("hashAttribute"), seed, version)? else { return Ok(()) };
        let mut when = when.clone();
        if let (None, Some(namespace)) = (rule.get("filters"), rule.get("namespace")) {
            when = when.and(in_namespace(&namespace, rule.text("hashAttribute"))?);
        }
        if let Some(node) = rule.get("condition") {
            when = when.and(condition(&node, &mut self.groups)?);
        }
        let weights = |node: Option<Node<'_>>| -> Option<Vec<f64>> {
            Some(node?.items().map(|item| item.json.as_f64().unwrap_or(f64::NAN)).collect())
        };
        let coverage = rule.get("coverage").map_or(1.0, |node| node.json.as_f64().unwrap_or(1.0));
        let given = match rule.get("ranges") {
            Some(ranges) => Some(ranges.items().map(|node| range(&node)).collect::<Result<Vec<_>, _>>()?),
            None => None,
        };
        let ranges =
            |weights: Option<Vec<f64>>| given.clone().unwrap_or_else(|| bucket_ranges(values.len(), coverage, weights));
        let drawn = Drawn { hashed: &hashed, values: &values, rule, name };
        // A bandit has weights for each kind of context.
        if let Some(bandit) = rule.text("contextualBanditRef").and_then(|name| self.bandits.get(name).cloned()) {
            for leaf in bandit.get("contexts").iter().flat_map(Node::items) {
                let inside = match leaf.get("condition") {
                    Some(node) => condition(&node, &mut self.groups)?,
                    None => Formula::Known(true),
                };
                drawn.cases(&when.clone().and(inside.clone()), &ranges(weights(leaf.get("weights"))), cases);
                when = when.and(inside.not());
            }
        }
        drawn.cases(&when, &ranges(weights(rule.get("weights"))), cases);
        Ok(())
    }
}

/// The variations of an experiment.
struct Drawn<'d> {
    hashed: &'d Hashed,
    values: &'d [Json],
    rule: &'d Node<'d>,
    name: Option<&'d str>,
}

impl Drawn<'_> {
    fn cases(&self, when: &Formula, ranges: &[(f64, f64)], cases: &mut Vec<Case>) {
        let id = self.name.map(str::to_owned);
        let passes = |index: usize| self.rule.json["meta"][index]["passthrough"] == Json::Bool(true);
        let bounds: Vec<(u32, u32)> =
            ranges.iter().map(|(start, end)| (self.hashed.position(*start), self.hashed.position(*end))).collect();
        let whole = bounds.len() == self.values.len()
            && !(0..bounds.len()).any(passes)
            && bounds.iter().try_fold(0, |end, bound| (bound.0 == end && bound.1 >= end).then_some(bound.1))
                == Some(self.hashed.positions);
        if whole {
            let parts = bounds.iter().zip(self.values).map(|((start, end), value)| (end - start, value.clone()));
            let gives = Gives::Split(self.hashed.draw.clone(), parts.collect());
            cases.push(Case { when: when.clone(), gives, id });
            return;
        }
        for (index, (start, end)) in bounds.iter().enumerate() {
            // The first range with a unit decides.
            let mut inside = self.hashed.within(*start, *end);
            for (before_start, before_end) in &bounds[..index] {
                if before_start < end && start < before_end {
                    inside = inside.and(self.hashed.within(*before_start, *before_end).not());
                }
            }
            let Some(value) = self.values.get(index).filter(|_| !passes(index)) else { continue };
            let when = when.clone().and(inside);
            if when != Formula::Known(false) {
                cases.push(Case { when, gives: Gives::Value(value.clone()), id: id.clone().filter(|_| index == 0) });
            }
        }
    }
}

/// The ranges of variations, computed in the order that GrowthBook does.
fn bucket_ranges(count: usize, coverage: f64, weights: Option<Vec<f64>>) -> Vec<(f64, f64)> {
    let coverage = coverage.clamp(0.0, 1.0);
    let equal = || vec![1.0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX)); count];
    let weights = weights.filter(|weights| weights.len() == count).unwrap_or_else(equal);
    let total: f64 = weights.iter().fold(0.0, |sum, weight| weight + sum);
    let weights = if (0.99..=1.01).contains(&total) { weights } else { equal() };
    let mut passed = 0.0;
    let mut ranges = Vec::with_capacity(count);
    for weight in weights {
        ranges.push((passed, passed + coverage * weight));
        passed += weight;
    }
    ranges
}

fn in_namespace(node: &Node<'_>, attribute: Option<&str>) -> Result<Formula, Box<Item>> {
    let parts = node.json.as_array().map(Vec::as_slice);
    let Some([Json::String(name), start, end]) = parts else {
        return Err(node.unlike("it is no namespace of a name and two numbers", CORRECT));
    };
    let (Some(start), Some(end)) = (start.as_f64(), end.as_f64()) else {
        return Err(node.unlike("it is no namespace of a name and two numbers", CORRECT));
    };
    let hashed = Hashed::of(node, attribute, &format!("__{name}"), 1.0)?;
    Ok(hashed.map_or(Formula::Known(false), |hashed| hashed.range((start, end))))
}

/// Within one range of every filter.
fn filtered(node: &Node<'_>) -> Result<Formula, Box<Item>> {
    let mut all = Formula::Known(true);
    for filter in node.items() {
        let version = filter.number("hashVersion").filter(|version| *version > 0.0).unwrap_or(2.0);
        let seed = filter.text("seed").ok_or_else(|| filter.unlike("a filter has no seed", CORRECT))?;
        let ranges = filter.get("ranges");
        let Some(hashed) = Hashed::of(&filter, filter.text("attribute"), seed, version)? else {
            return Ok(Formula::Known(false));
        };
        let mut any = Formula::Known(false);
        for one in ranges.iter().flat_map(Node::items) {
            any = any.or(hashed.range(range(&one)?));
        }
        all = all.and(any);
    }
    Ok(all)
}

/// What is said beside evaluation.
pub(super) fn beside(node: &Node<'_>, items: &mut Vec<Item>) {
    let rules: Vec<Node<'_>> = node.get("rules").iter().flat_map(Node::items).collect();
    if let Some(rule) = rules.iter().find(|rule| {
        rule.get("fallbackAttribute").is_some() || rule.number("minBucketVersion").is_some_and(|version| version > 0.0)
    }) {
        let message = "sticky buckets have no equivalent: everyone is where the bucket is";
        items.push(*rule.item(Kept::Otherwise, message, "check whether the SDKs keep assignments"));
    }
    if let Some(rule) = rules.iter().find(|rule| rule.get("variations").is_some() || rule.get("tracks").is_some()) {
        let message = "what is tracked of an experiment (key, name, phase, meta) is not kept";
        items.push(*rule.item(Kept::InEssence, message, "keep it in `metadata` if someone reads it"));
    }
}

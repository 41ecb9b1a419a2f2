//! What a feature decides by: what is forced, its rules, who is in which bucket.

use super::{Datafile, Definition, Segments, condition};
use crate::exchange::build;
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::logic::Draw;
use crate::exchange::read::Node;
use crate::model::{Bucketing, By, Share};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A feature in one datafile.
pub(super) struct One<'d> {
    pub(super) datafile: &'d Datafile,
    pub(super) definition: &'d Definition,
}

/// A rule or a forced answer with when it holds.
pub(super) struct Ready<'d> {
    pub(super) node: Node<'d>,
    pub(super) when: Formula,
    /// By bucket, which variation: up to and with that bucket.
    pub(super) allocation: Vec<(u32, Option<String>)>,
}

/// All that a feature decides by.
pub(super) struct Parts<'d> {
    pub(super) root: Node<'d>,
    pub(super) draw: Draw,
    pub(super) force: Vec<Ready<'d>>,
    pub(super) rules: Vec<Ready<'d>>,
    pub(super) variations: Vec<Node<'d>>,
}

impl Ready<'_> {
    /// The value that it gives to a variable.
    pub(super) fn variable(&self, name: &str) -> Option<&Json> {
        self.node.json.get("variables")?.get(name)
    }
}

pub(super) const LAST: u32 = 100_000;

impl<'d> One<'d> {
    pub(super) fn root(&self) -> Node<'d> {
        Node::root(&self.definition.file, &self.definition.json)
    }

    pub(super) fn parts(&self, segments: &mut Segments<'_>) -> Result<Parts<'d>, Box<Item>> {
        let root = self.root();
        let mut force = Vec::new();
        for node in root.get("force").iter().flat_map(Node::items) {
            let mut when = Formula::Known(false);
            if let Some(conditions) = node.get("conditions") {
                when = condition::conditions(&conditions)?;
            }
            if let Some(inner) = node.get("segments") {
                when = when.or(condition::segments(&inner, segments)?);
            }
            force.push(Ready { node, when, allocation: Vec::new() });
        }
        let mut rules = Vec::new();
        for node in root.get("traffic").iter().flat_map(Node::items) {
            let when = match node.get("segments") {
                Some(inner) => condition::segments(&inner, segments)?,
                None => Formula::Known(false),
            };
            let allocation = allocation(&node)?;
            rules.push(Ready { node, when, allocation });
        }
        let variations: Vec<Node<'d>> = root.get("variations").iter().flat_map(Node::items).collect();
        if let Some(odd) = variations.iter().find(|node| node.text("value").is_none()) {
            return Err(odd.unlike("the value of a variation is no text", "write it as text"));
        }
        let draw = Draw {
            bucketing: Bucketing::Featurevisor,
            salt: Some(self.definition.key.clone()),
            by: Some(by(&root)?),
            has_unit: Formula::Known(true),
        };
        Ok(Parts { root, draw, force, rules, variations })
    }
}

/// The attributes that the bucket is drawn by.
fn by(root: &Node<'_>) -> Result<By, Box<Item>> {
    let node = root.get("bucketBy").unwrap_or(root.clone());
    let path = |json: &Json| {
        let name = json.as_str().unwrap_or_default();
        build::path_of(name.split('.'))
            .ok_or_else(|| node.unlike(format!("{json} can't be the path of an attribute"), "rename the attribute"))
    };
    let list = |json: &Json| json.as_array().into_iter().flatten().map(path).collect::<Result<Vec<_>, _>>();
    let (paths, first) = match node.json.get("or") {
        Some(or) => (list(or)?, true),
        None if node.json.is_array() => (list(node.json)?, false),
        None => (vec![path(node.json)?], false),
    };
    Ok(match paths.as_slice() {
        [] => return Err(node.unlike("it is drawn by no attribute", "name one")),
        [one] => By::One(one.clone()),
        _ if first => By::First(paths),
        _ => By::Joined(paths),
    })
}

/// Which variation each bucket has under a rule.
fn allocation(rule: &Node<'_>) -> Result<Vec<(u32, Option<String>)>, Box<Item>> {
    let mut ranges: Vec<(f64, f64, &str)> = Vec::new();
    for node in rule.get("allocation").iter().flat_map(Node::items) {
        let bound = |index: usize| node.json.get("range").and_then(|range| range.get(index)).and_then(Json::as_f64);
        if let (Some(start), Some(end), Some(name)) = (bound(0), bound(1), node.text("variation")) {
            ranges.push((start, end, name));
        }
    }
    let at = |bucket: u32| {
        let bucket = f64::from(bucket);
        ranges.iter().find(|(start, end, _)| *start <= bucket && *end >= bucket).map(|(.., name)| *name)
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 100,000")]
    let mut starts: BTreeSet<u32> = ranges
        .iter()
        .flat_map(|(start, end, _)| [start.ceil(), end.floor() + 1.0])
        .map(|bucket| bucket.clamp(0.0, f64::from(LAST)) as u32)
        .collect();
    starts.insert(0);
    starts.remove(&LAST);
    let mut parts: Vec<(u32, Option<String>)> = Vec::new();
    for (index, start) in starts.iter().copied().enumerate() {
        let last = starts.iter().nth(index + 1).map_or(LAST, |next| next - 1);
        let name = at(start).map(str::to_owned);
        match parts.last_mut() {
            Some((end, same)) if *same == name => *end = last,
            _ => parts.push((last, name)),
        }
    }
    match parts.first() {
        // A share of nothing is nobody, so the first bucket can't stand alone.
        Some((0, _)) => Err(rule.unlike("it gives the first bucket alone to a variation", "give it at least 0.001 %")),
        _ => Ok(parts),
    }
}

/// The buckets up to and with `last`.
pub(super) fn up_to(draw: &Draw, last: u32) -> Formula {
    match Share::from_steps(last) {
        Some(share) if last < LAST => draw.within(Share::ZERO, share),
        _ => Formula::Known(true),
    }
}

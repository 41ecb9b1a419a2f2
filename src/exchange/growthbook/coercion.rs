//! Lists where a condition takes a single value: JavaScript compares the text of their items, joined by commas.
//!
//! Of attributes that some condition of the files takes for a list, those with no item or one are compared as they are
//! in GrowthBook; of a list with more items, and of other attributes, the difference is said with its place.

use super::compare::At;
use super::condition::Read;
use super::lists::pattern;
use crate::exchange::build::{holds, path_of, test};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::read::Node;
use crate::model::{AttributePath, Scalar};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Operators that JavaScript gives the text, or the number, of a list.
const SINGLE: &[&str] = &["$lt", "$lte", "$gt", "$gte", "$regex", "$regexi"];

/// Operators that are about lists.
const OF_LISTS: &[&str] = &["$elemMatch", "$all", "$alli", "$size"];

/// The attributes below `json` that conditions take for lists.
pub(super) fn listed(json: &Json) -> BTreeSet<AttributePath> {
    let mut found = BTreeSet::new();
    let mut pending = vec![json];
    while let Some(json) = pending.pop() {
        let inner: Vec<(Option<&str>, &Json)> = match json {
            Json::Object(entries) => entries.iter().map(|(key, value)| (Some(key.as_str()), value)).collect(),
            Json::Array(items) => items.iter().map(|item| (None, item)).collect(),
            _ => continue,
        };
        for (key, value) in inner {
            let is_list = OF_LISTS.iter().any(|name| value.get(name).is_some())
                || value.get("$type").and_then(Json::as_str) == Some("array")
                || value.get("$not").is_some_and(|not| OF_LISTS.iter().any(|name| not.get(name).is_some()));
            if let Some(key) = key.filter(|key| is_list && !key.starts_with('$')) {
                found.extend(path_of(key.split('.')));
            }
            pending.push(value);
        }
    }
    found
}

impl At<'_> {
    /// Whether a list with no item or one compares as `operator` wants; `None` is equality.
    pub(super) fn as_list(self, operator: Option<&str>, node: &Node<'_>) -> Read {
        let item = At { item: true, ..self };
        let size = |count: f64| Formula::When(test(self.path, "size_equals", Scalar::Number(count)));
        let of_item = |name: &'static str, scalar: Scalar| item.of(test(self.path, name, scalar));
        let (of_empty, of_one) = match (operator, node.json) {
            (None, Json::String(text)) => (text.is_empty(), item.loosely(node.json)),
            (None, Json::Number(number)) => {
                let bound = number.as_f64().unwrap_or_default();
                let numeric = |name| item.numeric(name, bound);
                let equal = numeric("greater_than_or_equal").and(numeric("less_than_or_equal"));
                (bound.abs() < f64::MIN_POSITIVE, equal)
            }
            (Some(operator), Json::String(text)) if !operator.starts_with("$regex") => {
                let (below, equal) = (operator.starts_with("$lt"), operator.ends_with('e'));
                let sorts = if below { "sorts_before" } else { "sorts_after" };
                let sorted = of_item(sorts, Scalar::Text(text.clone()));
                let same = of_item("equals", Scalar::Text(text.clone()));
                let empty = if text.is_empty() { equal } else { below };
                (empty, if equal { sorted.or(same) } else { sorted })
            }
            (Some(operator @ ("$regex" | "$regexi")), Json::String(_)) => {
                let formula = pattern(node, operator, item)?;
                let empty = matches!(&formula, Formula::When(condition) if holds(condition, &"".into()));
                (empty, formula)
            }
            (Some(operator), Json::Number(number)) => {
                let bound = number.as_f64().unwrap_or_default();
                let (name, empty) = match operator {
                    "$lt" => ("less_than", 0.0 < bound),
                    "$lte" => ("less_than_or_equal", 0.0 <= bound),
                    "$gt" => ("greater_than", 0.0 > bound),
                    _ => ("greater_than_or_equal", 0.0 >= bound),
                };
                (empty, item.numeric(name, bound))
            }
            _ => return Ok(Formula::Known(false)),
        };
        let one = size(1.0).and(of_one);
        Ok(if of_empty { size(0.0).or(one) } else { one })
    }
}

/// Conditions where a context may have a value that JavaScript makes another one of, by what that value is.
#[derive(Default)]
pub(super) struct Coercions<'n> {
    /// The first such condition.
    first: Option<Node<'n>>,
    /// By the kind of value, in the order of [`KINDS`]: each attribute with the features that ask for it so.
    asked: [BTreeMap<String, BTreeSet<String>>; KINDS.len()],
}

/// What a context can have that JavaScript makes another value of.
const KINDS: [&str; 3] = [
    "has a list, whose text it compares",
    "has a number or boolean, in whose text it looks for the pattern",
    "has a text such as ` 5` or `0x5`, which is a number to it",
];

impl<'n> Coercions<'n> {
    /// Looks at the conditions of a feature.
    pub(super) fn add(&mut self, theirs: &str, feature: &Node<'n>, listed: &BTreeSet<AttributePath>) {
        for rule in feature.get("rules").iter().flat_map(Node::items) {
            let Some(condition) = rule.get("condition") else { continue };
            let mut found = Vec::new();
            walk(condition.json, &mut |key, value| {
                let operators =
                    [Some(value), value.get("$not")].into_iter().flatten().filter_map(Json::as_object).flatten();
                let mut asked: Vec<(&str, &Json)> = operators.map(|(name, value)| (name.as_str(), value)).collect();
                asked.retain(|(name, _)| SINGLE.contains(name));
                if value.is_string() || value.is_number() {
                    asked.push(("", value));
                }
                for (operator, wanted) in asked {
                    let several = path_of(key.split('.')).is_some_and(|path| listed.contains(&path));
                    found.push((0, if several { format!("`{key}` (of several items)") } else { format!("`{key}`") }));
                    if operator.starts_with("$regex") {
                        found.push((1, format!("`{key}`")));
                    } else if wanted.is_number() {
                        found.push((2, format!("`{key}`")));
                    }
                }
            });
            if !found.is_empty() {
                self.first.get_or_insert(condition);
            }
            for (kind, name) in found {
                self.asked[kind].entry(name).or_default().insert(theirs.to_owned());
            }
        }
    }

    /// One item for each kind of value, with all attributes and the features that ask for them.
    pub(super) fn items(self) -> impl Iterator<Item = Item> {
        let Self { first, asked } = self;
        let help = "give contexts values of the types that are meant";
        KINDS.iter().zip(asked).filter(|(_, names)| !names.is_empty()).filter_map(move |(kind, names)| {
            let names = names.into_iter().map(|(name, features)| {
                let features: Vec<String> = features.into_iter().collect();
                format!("{name} ({})", features.join(", "))
            });
            let names: Vec<String> = names.collect();
            let message = format!(
                "GrowthBook compares as JavaScript does where a context {kind}; here that does not match. Attributes \
                 compared so, and by which features: {}",
                names.join("; ")
            );
            Some(*first.as_ref()?.item(Kept::Otherwise, message, help))
        })
    }
}

/// Visits each path of a condition with what is asked of it.
fn walk<'j>(json: &'j Json, visit: &mut impl FnMut(&'j str, &'j Json)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        Json::Object(entries) => {
            for (key, value) in entries {
                if key.starts_with('$') { walk(value, visit) } else { visit(key, value) }
            }
        }
        _ => {}
    }
}

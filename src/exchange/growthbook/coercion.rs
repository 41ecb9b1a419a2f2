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
use std::collections::BTreeSet;

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

/// What there is to say of the conditions of a feature: where a context has a value that JavaScript makes another one of.
pub(super) fn said(feature: &Node<'_>, listed: &BTreeSet<AttributePath>, items: &mut Vec<Item>) {
    for rule in feature.get("rules").iter().flat_map(Node::items) {
        let Some(condition) = rule.get("condition") else { continue };
        let (mut lists, mut patterns, mut numbers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
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
                lists.insert(if several { format!("`{key}` (of several items)") } else { format!("`{key}`") });
                if operator.starts_with("$regex") {
                    patterns.insert(format!("`{key}`"));
                } else if wanted.is_number() {
                    numbers.insert(format!("`{key}`"));
                }
            }
        });
        let parts = [
            ("a list, whose text it compares", lists),
            ("a number or boolean, in whose text it looks for the pattern", patterns),
            ("a text such as ` 5` or `0x5`, which is a number to it", numbers),
        ];
        let parts = parts.into_iter().filter(|(_, names)| !names.is_empty());
        let parts: Vec<String> = parts
            .map(|(what, names)| format!("for {}: {what}", names.into_iter().collect::<Vec<_>>().join(", ")))
            .collect();
        if !parts.is_empty() {
            let message = format!(
                "GrowthBook compares as JavaScript does where a context has {}; here that does not match",
                parts.join("; ")
            );
            items.push(*condition.item(Kept::Otherwise, message, "give contexts values of the types that are meant"));
        }
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

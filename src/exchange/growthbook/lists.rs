//! Operators on lists and their items, and patterns.

use super::compare::At;
use super::condition::{Read, SIMPLIFY, has_operators, value};
use super::groups::Groups;
use crate::exchange::build::{has_type, holds, ignoring_case, test};
use crate::exchange::formula::Formula;
use crate::exchange::pattern::{Dialect, translate};
use crate::exchange::read::{Node, short};
use crate::model::{Condition, Scalar};
use serde_json::Value as Json;

/// The length of a list.
pub(super) fn size(node: &Node<'_>, at: At<'_>) -> Read {
    let of = |operator, bound: f64| Formula::When(test(at.path, operator, Scalar::Number(bound)));
    let unlike = || node.unlike(format!("`$size` with {}", short(node.json)), SIMPLIFY);
    if at.item {
        return Err(unlike());
    }
    if let Some(number) = node.json.as_f64() {
        return Ok(of("size_equals", number));
    }
    if !has_operators(node.json) {
        return Err(unlike());
    }
    let mut all = Formula::When(has_type(at.path, &["list"]));
    for (operator, bound) in node.entries() {
        let bound = bound.json.as_f64().ok_or_else(unlike)?;
        let part = match operator {
            "$eq" => of("size_equals", bound),
            "$ne" => of("size_equals", bound).not(),
            "$gt" => of("size_greater_than", bound),
            "$gte" => of("size_less_than", bound).not(),
            "$lt" => of("size_less_than", bound),
            "$lte" => of("size_greater_than", bound).not(),
            _ => return Err(unlike()),
        };
        all = all.and(part);
    }
    Ok(all)
}

/// One item of a list that is not falsy.
pub(super) fn element(node: &Node<'_>, at: At<'_>, groups: &mut Groups<'_>, depth: u32) -> Read {
    let unlike =
        || node.unlike(format!("`$elemMatch` asks more of one item than a test can: {}", short(node.json)), SIMPLIFY);
    if at.item || !has_operators(node.json) || node.entries().count() != 1 {
        return Err(unlike());
    }
    let matches = value(node, At { item: true, ..at }, groups, depth)?;
    let parts = match &matches {
        Formula::Known(_) => return Ok(matches),
        Formula::When(Condition::Any(parts)) => parts.as_slice(),
        Formula::When(one) => std::slice::from_ref(one),
    };
    let mut kept = Vec::new();
    for part in parts {
        let Condition::Test(test) = part else { return Err(unlike()) };
        let falsy = [Json::from(""), Json::from(0), Json::from(false)];
        if !falsy.iter().any(|json| holds(part, json)) {
            kept.push(part.clone());
            continue;
        }
        // Items that are falsy do not count.
        let scalars = test.operand.scalars().iter();
        let left: Vec<Scalar> = scalars.filter(|scalar| !is_falsy(scalar)).cloned().collect();
        match (test.operator, left.is_empty()) {
            ("equals" | "in", true) => {}
            ("equals" | "in", false) => match at_items(at, left) {
                Formula::When(condition) => kept.push(condition),
                Formula::Known(_) => {}
            },
            _ => return Err(unlike()),
        }
    }
    let any = Formula::some(kept.into_iter().map(Formula::When));
    Ok(Formula::When(has_type(at.path, &["list"])).and(any))
}

fn at_items(at: At<'_>, scalars: Vec<Scalar>) -> Formula {
    At { item: true, ..at }.one_of(scalars)
}

fn is_falsy(scalar: &Scalar) -> bool {
    match scalar {
        Scalar::Boolean(value) => !value,
        Scalar::Number(number) => number.abs() < f64::MIN_POSITIVE,
        Scalar::Text(text) => text.is_empty(),
    }
}

/// A list with all of these.
pub(super) fn every(node: &Node<'_>, operator: &str, at: At<'_>) -> Read {
    if at.item {
        return Err(node.unlike(format!("`{operator}` of one item of a list"), SIMPLIFY));
    }
    if !node.json.is_array() {
        return Ok(Formula::Known(false));
    }
    let items = At { item: true, ..at };
    let mut all = Formula::When(has_type(at.path, &["list"]));
    for wanted in node.items() {
        let formula = match wanted.json {
            Json::String(text) if operator == "$alli" => {
                items.of(ignoring_case(test(at.path, "equals", Scalar::Text(text.clone()))))
            }
            Json::String(_) | Json::Number(_) | Json::Bool(_) => items.loosely(wanted.json),
            other => return Err(wanted.unlike(format!("`{operator}` asks for the item {}", short(other)), SIMPLIFY)),
        };
        all = all.and(formula);
    }
    Ok(all)
}

/// A regular expression that is found.
pub(super) fn pattern(node: &Node<'_>, operator: &str, at: At<'_>) -> Read {
    let Json::String(theirs) = node.json else {
        return Err(node.unlike(format!("`{operator}` takes a text"), SIMPLIFY));
    };
    let ours = translate(theirs, Dialect::Script).map(|ours| test(at.path, "matches", Scalar::Text(ours)));
    let Ok(condition @ Condition::Test(_)) = ours else {
        return Err(node.unlike(
            format!("the regular expression {} has something of JavaScript's own", short(node.json)),
            SIMPLIFY,
        ));
    };
    let condition = if operator == "$regexi" { ignoring_case(condition) } else { condition };
    if let Condition::Test(test) = &condition
        && let Err(why) = crate::evaluate::operator::check(test)
    {
        return Err(node.unlike(why, SIMPLIFY));
    }
    let null = holds(&condition, &"null".into());
    let matches = at.of(condition);
    Ok(if null { matches.or(at.missing()) } else { matches })
}

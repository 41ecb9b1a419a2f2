//! Comparing a value as JavaScript does.

use super::condition::{Read, SIMPLIFY};
use super::groups::Groups;
use super::script::number;
use crate::exchange::build::{exists, has_type, holds, ignoring_case, lenient, scalar, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::read::{Node, short};
use crate::model::{AttributePath, Condition, Scalar, Test};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// Where a value is.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'p> {
    pub(super) path: &'p AttributePath,
    /// Whether it is any item of the list there.
    pub(super) item: bool,
}

impl At<'_> {
    pub(super) fn of(self, condition: Condition) -> Formula {
        Formula::When(match condition {
            Condition::Test(test) => Condition::Test(Test { any_item: self.item, ..test }),
            other => other,
        })
    }

    pub(super) fn one_of(self, mut scalars: Vec<Scalar>) -> Formula {
        match scalars.len() {
            0 => Formula::Known(false),
            1 => self.of(test(self.path, "equals", scalars.remove(0))),
            _ => self.of(test_any(self.path, "in", scalars)),
        }
    }

    /// Missing, or null; items of lists are taken to be neither.
    pub(super) fn missing(self) -> Formula {
        if self.item { Formula::Known(false) } else { Formula::When(exists(self.path, false)) }
    }

    /// A value that stands for itself.
    pub(super) fn loosely(self, json: &Json) -> Formula {
        let falsy = || vec![Scalar::Boolean(false), Scalar::Number(0.0), Scalar::Text(String::new())];
        match json {
            Json::String(text) => {
                let mut scalars = vec![Scalar::Text(text.clone())];
                scalars.extend(text.parse::<bool>().ok().map(Scalar::Boolean));
                scalars.extend(number(text).filter(|number| number.to_string() == *text).map(Scalar::Number));
                let any = self.one_of(scalars);
                if text == "null" { any.or(self.missing()) } else { any }
            }
            Json::Number(_) => {
                let wanted = json.as_f64().unwrap_or_default();
                if self.item {
                    return self.one_of(vec![Scalar::Number(wanted), Scalar::Text(wanted.to_string())]);
                }
                let bound = |operator| Formula::When(lenient(test(self.path, operator, Scalar::Number(wanted))));
                let equal = bound("greater_than_or_equal").and(bound("less_than_or_equal"));
                equal.or(self.known(|number| number.partial_cmp(&wanted) == Some(Ordering::Equal)))
            }
            Json::Bool(true) if self.item => self.one_of(vec![Scalar::Boolean(true)]),
            Json::Bool(true) => Formula::When(exists(self.path, true)).and(self.one_of(falsy()).not()),
            Json::Bool(false) => self.one_of(falsy()),
            _ => self.missing(),
        }
    }

    /// What is a number in JavaScript without being one: whether `holds` of it.
    pub(super) fn known(self, holds: impl Fn(f64) -> bool) -> Formula {
        let mut scalars = Vec::new();
        if holds(1.0) {
            scalars.push(Scalar::Boolean(true));
        }
        if holds(0.0) {
            scalars.extend([Scalar::Boolean(false), Scalar::Text(String::new())]);
        }
        let zero = if holds(0.0) { self.missing() } else { Formula::Known(false) };
        self.one_of(scalars).or(zero)
    }

    /// Whether conditions take the attribute for a list.
    pub(super) fn is_listed(self, groups: &Groups<'_>) -> bool {
        !self.item && groups.listed.contains(self.path)
    }

    /// A comparison with a number, of texts, too, that are one.
    pub(super) fn numeric(self, operator: &'static str, bound: f64) -> Formula {
        self.of(lenient(test(self.path, operator, Scalar::Number(bound))))
    }

    /// `<` and its like.
    pub(super) fn order(self, operator: &str, node: &Node<'_>) -> Read {
        let (below, above, equal) = match operator {
            "$lt" => (true, false, false),
            "$lte" => (true, false, true),
            "$gt" => (false, true, false),
            _ => (false, true, true),
        };
        let holds = move |order: Option<Ordering>| match order {
            Some(Ordering::Less) => below,
            Some(Ordering::Equal) => equal,
            Some(Ordering::Greater) => above,
            None => false,
        };
        let named = match operator {
            "$lt" => "less_than",
            "$lte" => "less_than_or_equal",
            "$gt" => "greater_than",
            _ => "greater_than_or_equal",
        };
        let numeric = |bound: f64, of_text: bool| {
            let compared = test(self.path, named, Scalar::Number(bound));
            let compared = self.of(if of_text { lenient(compared) } else { compared });
            compared.or(self.known(|number| holds(number.partial_cmp(&bound))))
        };
        match node.json {
            Json::Number(_) => Ok(numeric(node.json.as_f64().unwrap_or_default(), true)),
            Json::Bool(value) => Ok(numeric(f64::from(u8::from(*value)), true)),
            Json::Null => Ok(numeric(0.0, true)),
            Json::String(text) => {
                let sorts = if below { "sorts_before" } else { "sorts_after" };
                let mut sorted = self.of(test(self.path, sorts, Scalar::Text(text.clone())));
                if equal {
                    sorted = sorted.or(self.one_of(vec![Scalar::Text(text.clone())]));
                }
                let Some(bound) = number(text) else { return Ok(sorted) };
                // The empty text is compared as text.
                let compared = self.of(test(self.path, named, Scalar::Number(bound)));
                let mut known = Vec::new();
                for value in [false, true] {
                    if holds(f64::from(u8::from(value)).partial_cmp(&bound)) {
                        known.push(Scalar::Boolean(value));
                    }
                }
                let zero = if holds(0.0_f64.partial_cmp(&bound)) { self.missing() } else { Formula::Known(false) };
                Ok(sorted.or(compared).or(self.one_of(known)).or(zero))
            }
            other => Err(node.unlike(format!("it compares by order with {}", short(other)), SIMPLIFY)),
        }
    }

    /// `$in` and its like: of a list, one of its items.
    pub(super) fn within(self, list: &[Json], insensitive: bool) -> Formula {
        let scalars: Vec<Scalar> = list.iter().filter_map(scalar).collect();
        let null = if list.contains(&Json::Null) { self.missing() } else { Formula::Known(false) };
        if scalars.is_empty() {
            return null;
        }
        let has_text = scalars.iter().any(|scalar| matches!(scalar, Scalar::Text(_)));
        let condition = if scalars.len() == 1 {
            test(self.path, "equals", scalars[0].clone())
        } else {
            test_any(self.path, "in", scalars)
        };
        let condition = if insensitive && has_text { ignoring_case(condition) } else { condition };
        At { item: true, ..self }.of(condition).or(null)
    }

    pub(super) fn version(self, operator: &str, bound: &str) -> Formula {
        let compare = |name| self.of(test(self.path, name, Scalar::Text(bound.to_owned())));
        let zero = compare_padded("0", bound);
        let (formula, fits) = match operator {
            "$veq" => (compare("version_equal"), zero == Ordering::Equal),
            "$vgt" => (compare("version_greater_than"), zero == Ordering::Greater),
            "$vlt" => (compare("version_less_than"), zero == Ordering::Less),
            "$vgte" => (compare("version_greater_than").or(compare("version_equal")), zero != Ordering::Less),
            _ => (compare("version_less_than").or(compare("version_equal")), zero != Ordering::Greater),
        };
        // What is neither text nor a number is version 0.
        if !fits || self.item {
            return formula;
        }
        let other = Formula::When(has_type(self.path, &["boolean", "list", "mapping"]));
        formula.or(self.missing()).or(other)
    }
}

/// How two versions stand.
fn compare_padded(one: &str, other: &str) -> Ordering {
    let path = AttributePath::targeting_key();
    let is = |name| holds(&test(&path, name, Scalar::Text(other.to_owned())), &one.into());
    match (is("version_less_than"), is("version_equal")) {
        (true, _) => Ordering::Less,
        (_, true) => Ordering::Equal,
        _ => Ordering::Greater,
    }
}

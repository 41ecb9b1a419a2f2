//! Conditions and segments.

use super::Segments;
use crate::evaluate::operator;
use crate::exchange::build::{exists, has_type, ignoring_case, lenient, path_of, scalar, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::pattern::translate_script;
use crate::exchange::read::Node;
use crate::model::{AttributePath, Condition, Operand, Scalar, Test, Timestamp};
use serde_json::Value as Json;

/// What `conditions` say: one, a list of which all hold, `and`, `or`, `not`, or `*`.
pub(super) fn conditions(node: &Node<'_>) -> Result<Formula, Box<Item>> {
    if let Some(text) = node.json.as_str() {
        return written(node, text, conditions);
    }
    if node.json.get("attribute").is_some() {
        return one(node);
    }
    tree(node, conditions)
}

/// What `segments` say, in the same forms with names of segments.
pub(super) fn segments(node: &Node<'_>, known: &mut Segments<'_>) -> Result<Formula, Box<Item>> {
    if let Some(text) = node.json.as_str() {
        if text.starts_with(['{', '[']) {
            let parsed = node.inner(text)?.ok_or_else(|| node.unlike("it does not read", "correct it"))?;
            let inner = Node { json: &parsed, ..node.clone() };
            return segments(&inner, known);
        }
        return if text == "*" { Ok(Formula::Known(true)) } else { known.formula(text, node) };
    }
    tree(node, |node| segments(node, known))
}

/// Conditions written as a text of JSON.
fn written(
    node: &Node<'_>,
    text: &str,
    read: impl Fn(&Node<'_>) -> Result<Formula, Box<Item>>,
) -> Result<Formula, Box<Item>> {
    if text == "*" {
        return Ok(Formula::Known(true));
    }
    match node.inner(text)? {
        Some(Json::String(_)) | None => Ok(Formula::Known(false)),
        Some(parsed) => read(&Node { json: &parsed, ..node.clone() }),
    }
}

fn tree(node: &Node<'_>, mut read: impl FnMut(&Node<'_>) -> Result<Formula, Box<Item>>) -> Result<Formula, Box<Item>> {
    let list = |key: &str| node.get(key).filter(|list| list.json.is_array());
    if let Some(list) = list("and") {
        return list.items().map(|item| read(&item)).collect::<Result<Vec<_>, _>>().map(Formula::every);
    }
    if let Some(list) = list("or") {
        return list.items().map(|item| read(&item)).collect::<Result<Vec<_>, _>>().map(Formula::some);
    }
    if let Some(list) = list("not") {
        let inner: Vec<Formula> = list.items().map(|item| read(&item)).collect::<Result<_, _>>()?;
        return Ok(if inner.is_empty() { Formula::Known(false) } else { Formula::every(inner).not() });
    }
    if node.json.is_array() {
        return node.items().map(|item| read(&item)).collect::<Result<Vec<_>, _>>().map(Formula::every);
    }
    Ok(Formula::Known(false))
}

fn null(path: &AttributePath) -> Formula {
    has_type(path, &["null"]).into()
}

fn text(path: &AttributePath) -> Formula {
    has_type(path, &["text"]).into()
}

fn one(node: &Node<'_>) -> Result<Formula, Box<Item>> {
    let name = node.text("attribute").unwrap_or_default();
    let operator = node.text("operator").unwrap_or_default();
    let path = path_of(name.split('.'))
        .ok_or_else(|| node.unlike(format!("`{name}` can't be the path of an attribute"), "rename the attribute"))?;
    let value = node.json.get("value");
    if let Some(list) = value.and_then(Json::as_array) {
        return Ok(match operator {
            "in" => among(&path, list),
            "notIn" => {
                let nulls = list.contains(&Json::Null);
                let types: &[&str] = if nulls { &["number", "text"] } else { &["number", "text", "null"] };
                Formula::When(has_type(&path, types)).and(among(&path, list).not())
            }
            "notEquals" => Formula::Known(true),
            _ => Formula::Known(false),
        });
    }
    let of_text = |name: &'static str| match value {
        Some(Json::String(part)) => Formula::When(test(&path, name, Scalar::Text(part.clone()))),
        _ => Formula::Known(false),
    };
    let number = |name: &'static str| match value.and_then(Json::as_f64) {
        Some(number) => Formula::When(test(&path, name, Scalar::Number(number))),
        None => Formula::Known(false),
    };
    Ok(match operator {
        "equals" => equals(&path, node)?,
        "notEquals" => equals(&path, node)?.not(),
        "contains" => text(&path).and(of_text("contains")),
        "notContains" if value.is_some_and(Json::is_string) => text(&path).and(of_text("contains").not()),
        "startsWith" => of_text("starts_with"),
        "endsWith" => of_text("ends_with"),
        "greaterThan" => number("greater_than"),
        "greaterThanOrEquals" => number("greater_than_or_equal"),
        "lessThan" => number("less_than"),
        "lessThanOrEquals" => number("less_than_or_equal"),
        "before" | "after" => time(&path, node, operator == "after")?,
        "exists" | "notExists" if value.is_none() => {
            let there = Formula::When(exists(&path, true)).or(null(&path));
            if operator == "exists" { there } else { Formula::When(exists(&path, false)).and(null(&path).not()) }
        }
        "includes" | "notIncludes" => includes(&path, node, operator == "includes")?,
        "matches" | "notMatches" => match value.and_then(Json::as_str) {
            Some(pattern) => {
                let flags = node.text("regexFlags").unwrap_or_default();
                let found = pattern_found(&path, pattern, flags)
                    .map_err(|why| node.unlike(why, "write it without what is special to JavaScript"))?;
                if operator == "matches" { found } else { text(&path).and(found.not()) }
            }
            None => Formula::Known(false),
        },
        _ if operator.starts_with("semver") => match value.and_then(Json::as_str) {
            Some(version) => semver(&path, node, operator, version)?,
            None => Formula::Known(false),
        },
        "in" | "notIn" | "notContains" => Formula::Known(false),
        other => return Err(node.unlike(format!("the operator `{other}` is not known"), "use one of Featurevisor's")),
    })
}

/// Whether the regular expression is found in the attribute, a text. `Err` says why that can't be written.
fn pattern_found(path: &AttributePath, pattern: &str, flags: &str) -> Result<Formula, String> {
    let (ours, any_case) = translate_script(pattern, flags).map_err(|why| format!("its regular expression {why}"))?;
    let plain = test(path, "matches", Scalar::Text(ours));
    let condition = if any_case { ignoring_case(plain) } else { plain };
    if let Condition::Test(test) = &condition {
        operator::check(test)?;
    }
    Ok(Formula::When(condition))
}

/// Whether the attribute is one of these; Featurevisor asks only for texts, numbers and null.
fn among(path: &AttributePath, list: &[Json]) -> Formula {
    let scalars: Vec<Scalar> = list.iter().filter(|json| !json.is_boolean()).filter_map(scalar).collect();
    let one = if scalars.is_empty() { Formula::Known(false) } else { Formula::When(test_any(path, "in", scalars)) };
    if list.contains(&Json::Null) { one.or(null(path)) } else { one }
}

fn equals(path: &AttributePath, node: &Node<'_>) -> Result<Formula, Box<Item>> {
    match node.json.get("value") {
        Some(Json::Null) => Ok(null(path)),
        Some(json) => {
            Ok(scalar(json).map_or(Formula::Known(false), |scalar| Formula::When(test(path, "equals", scalar))))
        }
        None => Err(node.unlike("it compares with nothing", "give it a `value`")),
    }
}

fn includes(path: &AttributePath, node: &Node<'_>, wanted: bool) -> Result<Formula, Box<Item>> {
    let list = Formula::When(has_type(path, &["list"]));
    match node.json.get("value") {
        Some(Json::Null) => Err(node.unlike("it asks whether a list has null in it", "leave nulls out of the list")),
        Some(json) => match scalar(json) {
            Some(scalar) => {
                let inside = Formula::When(test(path, "contains", scalar));
                Ok(list.and(if wanted { inside } else { inside.not() }))
            }
            None => Ok(Formula::Known(false)),
        },
        None => Ok(Formula::Known(false)),
    }
}

/// A time in a text, or milliseconds since 1970.
fn time(path: &AttributePath, node: &Node<'_>, after: bool) -> Result<Formula, Box<Item>> {
    let text_of = node.text("value").unwrap_or_default();
    let bound = Timestamp::parse(text_of).map_err(|_| {
        node.unlike(format!("`{text_of}` is no time that is the same everywhere"), "write it as 2026-12-01T09:00:00Z")
    })?;
    let fraction = text_of
        .split_once('.')
        .is_some_and(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).any(|digit| digit != '0'));
    if fraction {
        return Err(node.unlike(format!("`{text_of}` has a fraction of a second"), "compare with whole seconds"));
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any year that a timestamp has are exact")]
    let milliseconds = bound.unix() as f64 * 1000.0;
    let (name, than) = if after { ("after", "greater_than") } else { ("before", "less_than") };
    let as_text = text(path).and(Formula::When(test(path, name, Scalar::Text(bound.to_string()))));
    let times = as_text.or(Formula::When(test(path, than, Scalar::Number(milliseconds))));
    // Null is 1970.
    Ok(if (milliseconds < 0.0) == after && milliseconds != 0.0 { times.or(null(path)) } else { times })
}

fn semver(path: &AttributePath, node: &Node<'_>, operator: &str, version: &str) -> Result<Formula, Box<Item>> {
    let name = match operator {
        "semverEquals" => "semver_equal",
        "semverNotEquals" => "semver_not_equal",
        "semverGreaterThan" => "semver_greater_than",
        "semverGreaterThanOrEquals" => "semver_greater_than_or_equal",
        "semverLessThan" => "semver_less_than",
        "semverLessThanOrEquals" => "semver_less_than_or_equal",
        other => return Err(node.unlike(format!("the operator `{other}` is not known"), "use one of Featurevisor's")),
    };
    let condition = lenient(test(path, name, Scalar::Text(version.to_owned())));
    let Condition::Test(Test { operand: Operand::One(_), .. }) = &condition else { return Ok(Formula::Known(false)) };
    if let Condition::Test(test) = &condition
        && operator::check(test).is_err()
    {
        let message = format!("the version `{version}` is read in Featurevisor's own way");
        return Err(node.unlike(message, "write it as three numbers, 2.1.0"));
    }
    Ok(text(path).and(Formula::When(condition)))
}

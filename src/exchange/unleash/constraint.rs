//! Constraints: conditions on what a context says, which is text in Unleash.

use super::Off;
use crate::evaluate::operator;
use crate::exchange::build::{exists, ignoring_case, lenient, path_of, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::read::Node;
use crate::model::{AttributePath, Condition, Scalar, Schedule, Seconds, Timestamp};

/// All of the constraints hold; `Off` when Unleash can't make sense of one, and keeps what it belongs to off.
pub(super) fn all(constraints: &[Node<'_>], _: &mut Vec<Item>) -> Result<Result<Formula, Off>, Box<Item>> {
    let mut formula = Formula::Known(true);
    for node in constraints {
        match one(node)? {
            Ok(next) => formula = formula.and(next),
            Err(off) => return Ok(Err(off)),
        }
    }
    Ok(Ok(formula))
}

/// The attribute that a field of the context is.
pub(super) fn field(node: &Node<'_>, name: &str) -> Result<AttributePath, Box<Item>> {
    path_of([name])
        .ok_or_else(|| node.unlike(format!("`{name}` can't be the name of an attribute"), "rename the field"))
}

fn one(node: &Node<'_>) -> Result<Result<Formula, Off>, Box<Item>> {
    let operator = node.text("operator").unwrap_or_default();
    let path = field(node, node.text("contextName").unwrap_or_default())?;
    let values: Vec<&str> =
        node.get("values").iter().flat_map(Node::items).filter_map(|value| value.json.as_str()).collect();
    let texts = || values.iter().map(|value| Scalar::Text((*value).to_owned())).collect::<Vec<_>>();
    let folded = |condition| match node.flag("caseInsensitive") {
        Some(true) => ignoring_case(condition),
        _ => condition,
    };
    let any = |name: &'static str| Formula::When(folded(test_any(&path, name, texts())));
    if values.is_empty() && matches!(operator, "STR_STARTS_WITH" | "STR_ENDS_WITH" | "STR_CONTAINS" | "IN_CIDR") {
        let message = format!("`{operator}` has no values, and SDKs disagree on what that means");
        return Err(node.unlike(message, "give it a value, or remove it"));
    }
    let missing = || Off(format!("`{operator}` has no value"));
    let value = || node.text("value").ok_or_else(missing);
    let formula = match operator {
        "IN" => {
            Ok(if values.is_empty() { Formula::Known(false) } else { Formula::When(test_any(&path, "in", texts())) })
        }
        "NOT_IN" => Ok(if values.is_empty() {
            Formula::Known(true)
        } else {
            Formula::When(test_any(&path, "in", texts())).not()
        }),
        "STR_STARTS_WITH" => Ok(any("starts_with")),
        "STR_ENDS_WITH" => Ok(any("ends_with")),
        "STR_CONTAINS" => Ok(any("contains")),
        "NUM_EQ" | "NUM_GT" | "NUM_GTE" | "NUM_LT" | "NUM_LTE" => {
            value().and_then(|value| number(&path, operator, value))
        }
        "DATE_AFTER" | "DATE_BEFORE" => value().and_then(|value| date(&path, operator == "DATE_AFTER", value)),
        "SEMVER_EQ" | "SEMVER_GT" | "SEMVER_GTE" | "SEMVER_LT" | "SEMVER_LTE" => match value() {
            // Neither is turned round.
            Ok(value) if value.starts_with('v') => return Ok(Ok(Formula::Known(false))),
            Ok(value) => version(&path, operator, value),
            Err(off) => Err(off),
        },
        "REGEX" => {
            let written = node.text("value").unwrap_or_default();
            let condition = folded(test(&path, "matches", Scalar::Text(written.to_owned())));
            match &condition {
                Condition::Test(test) if operator::check(test).is_err() && written.len() > 4096 => {
                    return Err(node.unlike("its regular expression is too large", "shorten it"));
                }
                Condition::Test(test) if operator::check(test).is_err() => Ok(Formula::Known(false)),
                _ => Ok(Formula::When(condition)),
            }
        }
        "IN_CIDR" => Ok(networks(&path, &values)),
        other => Err(Off(format!("the operator `{other}` is not known"))),
    };
    Ok(formula.map(|formula| if node.flag("inverted") == Some(true) { formula.not() } else { formula }))
}

/// The address is in one of the networks that make sense.
pub(super) fn networks(path: &AttributePath, texts: &[&str]) -> Formula {
    let sensible = texts.iter().map(|text| text.trim()).filter(|text| {
        matches!(test(path, "in_cidr", Scalar::Text((*text).to_owned())), Condition::Test(test) if operator::check(&test).is_ok())
    });
    let networks: Vec<Scalar> = sensible.map(|text| Scalar::Text(text.to_owned())).collect();
    if networks.is_empty() { Formula::Known(false) } else { Formula::When(test_any(path, "in_cidr", networks)) }
}

fn number(path: &AttributePath, operator: &str, value: &str) -> Result<Formula, Off> {
    let plain = value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let bound = plain.ok_or_else(|| Off(format!("`{operator}` compares with `{value}`, which is no number")))?;
    let compare = |name| Formula::When(lenient(test(path, name, Scalar::Number(bound))));
    Ok(match operator {
        "NUM_GT" => compare("greater_than"),
        "NUM_GTE" => compare("greater_than_or_equal"),
        "NUM_LT" => compare("less_than"),
        "NUM_LTE" => compare("less_than_or_equal"),
        _ => compare("greater_than_or_equal").and(compare("less_than_or_equal")),
    })
}

fn version(path: &AttributePath, operator: &str, value: &str) -> Result<Formula, Off> {
    let name = match operator {
        "SEMVER_GT" => "semver_greater_than",
        "SEMVER_GTE" => "semver_greater_than_or_equal",
        "SEMVER_LT" => "semver_less_than",
        "SEMVER_LTE" => "semver_less_than_or_equal",
        _ => "semver_equal",
    };
    let condition = test(path, name, Scalar::Text(value.trim().to_owned()));
    match &condition {
        Condition::Test(test) if operator::check(test).is_err() => {
            Err(Off(format!("`{operator}` compares with `{value}`, which is no version")))
        }
        _ => Ok(Formula::When(condition)),
    }
}

/// The time in an attribute; `currentTime` is now unless the context says otherwise.
fn date(path: &AttributePath, after: bool, value: &str) -> Result<Formula, Off> {
    let at =
        Timestamp::parse(value.trim()).map_err(|_| Off(format!("a date is compared with `{value}`, which is none")))?;
    // Whole seconds are before a fraction of the next.
    let fraction = value
        .split_once('.')
        .is_some_and(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).any(|digit| digit != '0'));
    let next = at.plus(Seconds::new(1));
    let bound = if fraction && !after { next } else { at };
    let name = if after { "after" } else { "before" };
    let compared = Formula::When(test(path, name, Scalar::Text(bound.to_string())));
    if path.as_str() != "currentTime" {
        return Ok(compared);
    }
    let window =
        if after { Schedule { from: Some(next), until: None } } else { Schedule { from: None, until: Some(bound) } };
    let now = Formula::When(exists(path, false)).and(Formula::When(Condition::Schedule(window)));
    Ok(compared.or(now))
}

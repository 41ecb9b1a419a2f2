//! What a JSONLogic expression can be, as far as it is known without a context.

use crate::exchange::build::{exists, has_type, scalar, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::logic::Draw;
use crate::model::{AttributePath, Condition, Operand, Scalar, Schedule, Test, Timestamp, Weight};
use serde_json::Value as Json;

/// A value that is known, or where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::exchange) enum Value {
    Known(Json),
    Attribute(AttributePath),
    /// The current time in seconds.
    Now,
    /// Texts and attributes as one text.
    Joined(Vec<Piece>),
    /// A list that is not known as a whole.
    List(Vec<Value>),
}

/// A part of a joined text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::exchange) enum Piece {
    Text(String),
    Attribute(AttributePath),
}

/// An expression: which value it has under which conditions.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::exchange) enum Expression {
    Value(Value),
    If(Condition, Box<Expression>, Box<Expression>),
    /// By bucket; null without unit.
    Draw(Draw, Vec<(Weight, Expression)>),
}

impl Expression {
    pub(in crate::exchange) const fn known(json: Json) -> Self {
        Self::Value(Value::Known(json))
    }

    pub(in crate::exchange) const fn null() -> Self {
        Self::known(Json::Null)
    }

    /// One or the other, decided now where that is known.
    pub(in crate::exchange) fn choose(formula: Formula, then: Self, otherwise: Self) -> Self {
        match formula {
            Formula::Known(true) => then,
            Formula::Known(false) => otherwise,
            Formula::When(_) if then == otherwise => then,
            Formula::When(condition) => Self::If(condition, Box::new(then), Box::new(otherwise)),
        }
    }

    /// `true` or `false`.
    pub(in crate::exchange) fn of(formula: Formula) -> Self {
        Self::choose(formula, Self::known(true.into()), Self::known(false.into()))
    }

    /// Applies `f` to the value, under whatever conditions it is one or another.
    pub(in crate::exchange) fn map(self, f: &mut dyn FnMut(Value) -> Result<Self, String>) -> Result<Self, String> {
        match self {
            Self::Value(value) => f(value),
            Self::If(condition, then, otherwise) => {
                Ok(Self::choose(Formula::When(condition), then.map(f)?, otherwise.map(f)?))
            }
            Self::Draw(draw, parts) => {
                let parts = parts.into_iter().map(|(weight, part)| Ok((weight, part.map(f)?)));
                let parts = parts.collect::<Result<Vec<_>, String>>()?;
                if f(Value::Known(Json::Null))? == Self::null() {
                    return Ok(Self::Draw(draw, parts));
                }
                Err("a value that a bucket decides is compared with another".into())
            }
        }
    }

    /// Whether it counts as true.
    pub(in crate::exchange) fn truth(&self) -> Result<Formula, String> {
        match self {
            Self::Value(value) => value.truth(),
            Self::If(condition, then, otherwise) => {
                let condition = Formula::When(condition.clone());
                let then = condition.clone().and(then.truth()?);
                let otherwise = otherwise.truth()?;
                // `if x then true else f` is `x or f`: the condition need not be repeated.
                if then == condition {
                    return Ok(condition.or(otherwise));
                }
                Ok(then.or(condition.not().and(otherwise)))
            }
            Self::Draw(draw, parts) => {
                let weights: Vec<Weight> = parts.iter().map(|(weight, _)| *weight).collect();
                let ranges = draw.ranges(&weights).ok_or("a border between parts is no whole number of 0.001 %")?;
                let mut any = Formula::Known(false);
                for (range, (_, part)) in ranges.into_iter().zip(parts) {
                    any = any.or(range.and(part.truth()?));
                }
                Ok(any)
            }
        }
    }
}

/// What JSONLogic counts as true.
pub(in crate::exchange) fn truthy(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(_) => true,
    }
}

impl Value {
    fn truth(&self) -> Result<Formula, String> {
        Ok(match self {
            Self::Known(json) => Formula::Known(truthy(json)),
            Self::Attribute(path) => Formula::When(is_truthy(path)),
            Self::Now => Formula::Known(true),
            Self::List(items) => Formula::Known(!items.is_empty()),
            Self::Joined(pieces) => {
                let filled = pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if !text.is_empty()));
                if !filled {
                    return Err("whether a joined text is empty".into());
                }
                Formula::Known(true)
            }
        })
    }

    /// `==`, or `===` when `strict`.
    pub(in crate::exchange) fn equals(&self, other: &Self, strict: bool) -> Result<Formula, String> {
        match (self, other) {
            (Self::Known(one), Self::Known(other)) => Ok(Formula::Known(equal(one, other, strict))),
            (Self::Attribute(path), Self::Known(json)) | (Self::Known(json), Self::Attribute(path)) => {
                attribute_equals(path, json, strict)
            }
            (Self::Attribute(one), Self::Attribute(other)) if one == other => Ok(Formula::Known(true)),
            _ => Err("compares two values that are both not known beforehand".into()),
        }
    }

    /// `<` and its kin, as a function of two numbers.
    pub(in crate::exchange) fn order(&self, operator: &str, other: &Self) -> Result<Formula, String> {
        match (self, other) {
            (Self::Known(one), Self::Known(other)) => match (number(one), number(other)) {
                _ if one.is_string() && other.is_string() => {
                    let (one, other) = (one.as_str().unwrap_or_default(), other.as_str().unwrap_or_default());
                    Ok(Formula::Known(holds(operator, one.cmp(other))))
                }
                (Some(one), Some(other)) => {
                    Ok(Formula::Known(one.partial_cmp(&other).is_some_and(|order| holds(operator, order))))
                }
                _ => Err("compares values that are no numbers".into()),
            },
            (Self::Attribute(path), Self::Known(json)) => attribute_order(path, operator, json),
            (Self::Known(_), Self::Attribute(_) | Self::Now) => other.order(mirrored(operator), self),
            (Self::Now, Self::Known(json)) => time_order(operator, json),
            _ => Err("compares two values that are both not known beforehand".into()),
        }
    }
}

/// Whether the attribute counts as true.
fn is_truthy(path: &AttributePath) -> Condition {
    let falsy = test_any(path, "in", vec![Scalar::Text(String::new()), Scalar::Number(0.0), Scalar::Boolean(false)]);
    let empty =
        crate::exchange::formula::all(vec![has_type(path, &["list"]), test(path, "empty", Scalar::Boolean(true))]);
    let not = Condition::Not(Box::new(Condition::Any(vec![falsy, empty])));
    Condition::All(vec![exists(path, true), not])
}

/// A known value as a number, as JavaScript takes it for a comparison.
fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Null => Some(0.0),
        Json::Bool(value) => Some(f64::from(u8::from(*value))),
        Json::Number(number) => number.as_f64(),
        Json::String(text) if text.trim().is_empty() => Some(0.0),
        Json::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Json::Array(_) | Json::Object(_) => None,
    }
}

fn equal(one: &Json, other: &Json, strict: bool) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => one.as_f64() == other.as_f64(),
        (Json::Array(_) | Json::Object(_), _) | (_, Json::Array(_) | Json::Object(_)) => false,
        (Json::Null, _) | (_, Json::Null) => one == other,
        _ if strict || std::mem::discriminant(one) == std::mem::discriminant(other) => one == other,
        _ => number(one).is_some() && number(one) == number(other),
    }
}

fn attribute_equals(path: &AttributePath, json: &Json, strict: bool) -> Result<Formula, String> {
    let one = |scalar| Formula::When(test(path, "equals", scalar));
    Ok(match json {
        Json::Null => Formula::When(exists(path, false)),
        Json::Array(_) | Json::Object(_) => return Err("compares with a list or mapping".into()),
        Json::String(text) if !strict => match text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => {
                Formula::When(test_any(path, "in", vec![Scalar::Text(text.clone()), Scalar::Number(number)]))
            }
            None => one(Scalar::Text(text.clone())),
        },
        Json::Number(number) if !strict => {
            let value = number.as_f64().ok_or("compares with a number that is too large")?;
            Formula::When(test_any(path, "in", vec![Scalar::Number(value), Scalar::Text(number.to_string())]))
        }
        other => one(scalar(other).ok_or("compares with a value that is no scalar")?),
    })
}

const fn holds_at(operator: &str) -> (bool, bool, bool) {
    match operator.as_bytes() {
        b"<" => (true, false, false),
        b"<=" => (true, true, false),
        b">" => (false, false, true),
        _ => (false, true, true),
    }
}

fn holds(operator: &str, order: std::cmp::Ordering) -> bool {
    let (less, equal, greater) = holds_at(operator);
    match order {
        std::cmp::Ordering::Less => less,
        std::cmp::Ordering::Equal => equal,
        std::cmp::Ordering::Greater => greater,
    }
}

/// The operator with its sides exchanged.
fn mirrored(operator: &str) -> &'static str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        _ => "<=",
    }
}

fn attribute_order(path: &AttributePath, operator: &str, json: &Json) -> Result<Formula, String> {
    let bound = match json {
        Json::Number(number) => number.as_f64().ok_or("compares with a number that is too large")?,
        _ => return Err("compares the order of values that are no numbers".into()),
    };
    let name = match operator {
        "<" => "less_than",
        "<=" => "less_than_or_equal",
        ">" => "greater_than",
        _ => "greater_than_or_equal",
    };
    let compared = Formula::When(Condition::Test(Test {
        any_item: false,
        attribute: path.clone(),
        operator: name,
        operand: Operand::One(Scalar::Number(bound)),
        ignore_case: false,
        lenient: true,
    }));
    // A missing attribute counts as 0.
    let missing = 0.0_f64.partial_cmp(&bound).is_some_and(|order| holds(operator, order));
    Ok(if missing { compared.or(Formula::When(exists(path, false))) } else { compared })
}

/// The current time, in whole seconds, compared with a number.
#[expect(clippy::cast_possible_truncation, reason = "saturates: such moments are beyond every other")]
fn time_order(operator: &str, json: &Json) -> Result<Formula, String> {
    let bound = json.as_f64().ok_or("compares the time with something that is no number")?;
    let at = |seconds: f64| Timestamp::from_unix(seconds as i64);
    let schedule = match operator {
        "<" => Schedule { from: None, until: Some(at(bound.ceil())) },
        "<=" => Schedule { from: None, until: Some(at(bound.floor() + 1.0)) },
        ">" => Schedule { from: Some(at(bound.floor() + 1.0)), until: None },
        _ => Schedule { from: Some(at(bound.ceil())), until: None },
    };
    Ok(Formula::When(Condition::Schedule(schedule)))
}

/// The major and minor number of a version.
pub(super) fn numbers(version: &str) -> Option<(u64, u64)> {
    let check = Test {
        any_item: false,
        attribute: AttributePath::targeting_key(),
        operator: "semver_equal",
        operand: Operand::One(Scalar::Text(version.to_owned())),
        ignore_case: false,
        lenient: true,
    };
    crate::evaluate::operator::check(&check).ok()?;
    let plain = version.trim_start_matches(['v', 'V']);
    let core = plain.split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(|number| number.parse::<u64>().ok());
    Some((numbers.next()??, numbers.next().flatten().unwrap_or(0)))
}

//! flagd's `fractional`: how the unit is hashed, and which parts there are.

use super::logic::{Read, Reader, SIMPLIFY};
use super::value::{Expression, Piece, Value};
use crate::exchange::build::{exists, has_type, test};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::logic::{Draw, has_targeting_key};
use crate::exchange::read::Node;
use crate::model::{AttributePath, Bucketing, By, Scalar, Weight};
use serde_json::Value as Json;

/// The largest sum of weights.
const MOST_WEIGHT: i64 = i32::MAX as i64;

impl Reader<'_, '_> {
    /// Parts by bucket.
    pub(super) fn fractional(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
        let Some(first) = arguments.first() else { return Ok(Expression::null()) };
        if first.json.is_array() {
            let bucketing = match self.generation {
                Bucketing::FlagdV2 => Bucketing::FlagdV2Shorthand,
                _ => Bucketing::FlagdV3Shorthand,
            };
            let salt = Some(self.key.to_owned());
            let draw = Draw { bucketing, salt, by: None, has_unit: has_targeting_key() };
            return self.parts(node, &draw, arguments);
        }
        let unit = self.expression(first)?;
        let rest = &arguments[1..];
        // The parts are the same whatever the unit is; so they are read once for each.
        let mut made: Result<(), Box<Item>> = Ok(());
        let unit = unit.map(&mut |value| Ok(self.filled(value))).map_err(|why| first.unlike(why, SIMPLIFY))?;
        let mut drawn = |value: Value| -> Result<Expression, String> {
            let read = match self.draw(&value) {
                Ok(Drawn::By(draw)) => self.parts(node, &draw, rest),
                Ok(Drawn::Always(text)) => self.always(node, &text, rest),
                Ok(Drawn::Never) => Ok(Expression::null()),
                Err(why) => Err(first.unlike(format!("`fractional` {why}"), SIMPLIFY)),
            };
            read.map_err(|item| {
                made = Err(item);
                String::new()
            })
        };
        let expression = unit.map(&mut drawn);
        made?;
        expression.map_err(|why| node.unlike(why, SIMPLIFY))
    }

    /// A joined unit with what it is where its attribute is missing: the engines write nothing for it, or `null`.
    fn filled(&self, value: Value) -> Expression {
        let (Some((salt, path)), v2) = (salted(&value), self.generation == Bucketing::FlagdV2) else {
            return Expression::Value(value);
        };
        let without = |text: &str| Expression::known(format!("{salt}{text}").into());
        let missing = without(if v2 { "" } else { "null" });
        let mut there = Expression::Value(value.clone());
        if native_salt(&salt).is_some() {
            let empty = Formula::When(test(&path, "equals", Scalar::Text(String::new())));
            there = Expression::choose(empty.not(), there, without(""));
        }
        Expression::choose(Formula::When(exists(&path, true)), there, missing)
    }

    /// How a unit is drawn.
    fn draw(&self, unit: &Value) -> Result<Drawn, String> {
        let v2 = self.generation == Bucketing::FlagdV2;
        let raw = if v2 { Bucketing::FlagdV2Raw } else { Bucketing::FlagdV3Raw };
        let is_text = |path: &AttributePath| Formula::When(has_type(path, &["text"]));
        match unit {
            Value::Known(Json::Null) => Ok(Drawn::Never),
            Value::Known(Json::String(text)) => Ok(Drawn::Always(text.clone())),
            Value::Known(_) if v2 => Ok(Drawn::Never),
            Value::Attribute(path) => {
                let has_unit = if v2 { is_text(path) } else { Formula::When(exists(path, true)) };
                Ok(Drawn::By(Draw { bucketing: raw, salt: None, by: by(vec![path.clone()]), has_unit }))
            }
            Value::Joined(pieces) => {
                let (salt, rest) = match pieces.split_first() {
                    Some((Piece::Text(salt), rest)) => (salt.as_str(), rest),
                    _ => ("", pieces.as_slice()),
                };
                let attributes = rest.iter().map(|piece| match piece {
                    Piece::Attribute(path) => Some(path.clone()),
                    Piece::Text(_) => None,
                });
                let paths: Vec<AttributePath> = attributes
                    .collect::<Option<_>>()
                    .ok_or("joins a text after an attribute, which a salt can't say")?;
                let has_unit = Formula::every(
                    paths.iter().map(|path| Formula::When(has_type(path, &["text", "number", "boolean"]))),
                );
                match (native_salt(salt), paths.as_slice()) {
                    // As this tool exports it.
                    (Some(salt), [_]) => {
                        let salt = Some(salt.to_owned());
                        Ok(Drawn::By(Draw { bucketing: self.generation, salt, by: by(paths), has_unit }))
                    }
                    _ => {
                        let salt = (!salt.is_empty()).then(|| salt.to_owned());
                        Ok(Drawn::By(Draw { bucketing: raw, salt, by: by(paths), has_unit }))
                    }
                }
            }
            _ => Err("has a unit that can't be told".into()),
        }
    }

    /// The parts of a draw; null when flagd takes them for none.
    fn parts(&mut self, node: &Node<'_>, draw: &Draw, arguments: &[Node<'_>]) -> Read {
        let mut read = Vec::new();
        for argument in arguments {
            let Some(items) = argument.json.as_array().filter(|items| matches!(items.len(), 1 | 2)) else {
                return Ok(Expression::null());
            };
            let mut inner = argument.items();
            let variant = inner.next().map_or_else(|| Ok(Expression::null()), |variant| self.expression(&variant))?;
            let weight = match inner.next() {
                Some(weight) if items.len() == 2 => self.expression(&weight)?,
                _ => Expression::known(1.into()),
            };
            read.push((weight, variant));
        }
        weighed(draw, read).map_err(|why| node.unlike(format!("`fractional` {why}"), SIMPLIFY))
    }

    /// A draw whose unit is the same for everyone.
    fn always(&mut self, node: &Node<'_>, text: &str, arguments: &[Node<'_>]) -> Read {
        use crate::evaluate::bucket::fixed_position;
        let raw = if self.generation == Bucketing::FlagdV2 { Bucketing::FlagdV2Raw } else { Bucketing::FlagdV3Raw };
        let unused = Draw { bucketing: raw, salt: None, by: None, has_unit: Formula::Known(true) };
        let parts = self.parts(node, &unused, arguments)?;
        fn pick(expression: Expression, raw: Bucketing, text: &str) -> Expression {
            match expression {
                Expression::If(condition, then, otherwise) => {
                    Expression::choose(Formula::When(condition), pick(*then, raw, text), pick(*otherwise, raw, text))
                }
                Expression::Draw(_, parts) => {
                    let weights: Vec<Weight> = parts.iter().map(|(weight, _)| *weight).collect();
                    let index = fixed_position(raw, text, &weights);
                    let found = index.and_then(|index| parts.into_iter().nth(index));
                    found.map_or_else(Expression::null, |(_, part)| part)
                }
                value @ Expression::Value(_) => value,
            }
        }
        Ok(pick(parts, raw, text))
    }
}

/// The text and the attribute that a unit joins, where it is one of each.
fn salted(value: &Value) -> Option<(String, AttributePath)> {
    match value {
        Value::Joined(pieces) => match pieces.as_slice() {
            [Piece::Text(salt), Piece::Attribute(path)] => Some((salt.clone(), path.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// The salt of a native algorithm, where a text is one with the slash behind it: as this tool exports it.
fn native_salt(text: &str) -> Option<&str> {
    text.strip_suffix('/').filter(|salt| !salt.is_empty() && !salt.contains('/'))
}

/// What a unit leads to.
enum Drawn {
    By(Draw),
    /// The same text for everyone.
    Always(String),
    /// No answer.
    Never,
}

fn by(mut paths: Vec<AttributePath>) -> Option<By> {
    match paths.len() {
        1 => Some(By::One(paths.remove(0))).filter(|by| !by.is_targeting_key()),
        _ => Some(By::Joined(paths)),
    }
}

/// The draw for each case that the weights and variants distinguish.
fn weighed(draw: &Draw, mut parts: Vec<(Expression, Expression)>) -> Result<Expression, String> {
    // Conditions inside the parts decide before the bucket does.
    for index in 0..parts.len() {
        let (weight, variant) = &parts[index];
        let found = match (weight, variant) {
            (Expression::If(condition, then, otherwise), variant) => {
                Some((condition.clone(), ((**then).clone(), variant.clone()), ((**otherwise).clone(), variant.clone())))
            }
            (weight, Expression::If(condition, then, otherwise)) => {
                Some((condition.clone(), (weight.clone(), (**then).clone()), (weight.clone(), (**otherwise).clone())))
            }
            _ => None,
        };
        if let Some((condition, then, otherwise)) = found {
            let mut other = parts.clone();
            parts[index] = then;
            other[index] = otherwise;
            return Ok(Expression::choose(Formula::When(condition), weighed(draw, parts)?, weighed(draw, other)?));
        }
    }
    let mut total = 0_i64;
    let mut weights = Vec::with_capacity(parts.len());
    for (weight, variant) in parts {
        let Expression::Value(Value::Known(weight)) = weight else {
            return Err("has a weight that is not known beforehand".into());
        };
        let Some(weight) = whole(&weight) else { return Ok(Expression::null()) };
        if weight > MOST_WEIGHT {
            return Ok(Expression::null());
        }
        if matches!(&variant, Expression::Value(Value::Known(Json::Array(_) | Json::Object(_)))) {
            return Ok(Expression::null());
        }
        let weight = weight.max(0);
        total += weight;
        weights.push((weight, variant));
    }
    if total == 0 || total > MOST_WEIGHT {
        return Ok(Expression::null());
    }
    let percent = draw.bucketing.is_native();
    let scaled = |weight: i64| {
        let steps = u64::try_from(weight).ok()?.checked_mul(if percent { 100_000 } else { 1000 })?;
        let divisor = if percent { u64::try_from(total).ok()? } else { 1 };
        steps.is_multiple_of(divisor).then(|| Weight::from_steps(steps / divisor)).flatten()
    };
    let all: Option<Vec<(Weight, Expression)>> =
        weights.iter().map(|(weight, variant)| Some((scaled(*weight)?, variant.clone()))).collect();
    match all {
        Some(parts) => Ok(Expression::Draw(draw.clone(), parts)),
        None if percent => {
            // No percentages: the same bytes are hashed by the raw algorithm, whose weights have any sum.
            let raw = if draw.bucketing == Bucketing::FlagdV2 { Bucketing::FlagdV2Raw } else { Bucketing::FlagdV3Raw };
            let salt = draw.salt.as_ref().map(|salt| format!("{salt}/"));
            let raw = Draw { bucketing: raw, salt, ..draw.clone() };
            let parts = weights.into_iter().map(|(weight, variant)| (Expression::known(weight.into()), variant));
            weighed(&raw, parts.collect())
        }
        None => Err("has weights that are too large".into()),
    }
}

/// A whole number, however it is written.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
fn whole(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map(|n| n as i64))
}

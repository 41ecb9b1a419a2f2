//! Operators on texts and versions.

use super::logic::{Read, Reader, SIMPLIFY, both};
use super::value::{Expression, Piece, Value, numbers};
use crate::exchange::build::{has_type, lenient, scalar, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::read::Node;
use crate::model::{Condition, Scalar};
use serde_json::Value as Json;

impl Reader<'_, '_> {
    pub(super) fn joined(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
        let mut pieces: Vec<Piece> = Vec::new();
        for argument in arguments {
            let piece = match self.expression(argument)? {
                Expression::Value(Value::Known(Json::String(text))) => Piece::Text(text),
                Expression::Value(Value::Known(Json::Number(number))) if number.is_i64() => {
                    Piece::Text(number.to_string())
                }
                Expression::Value(Value::Attribute(path)) => Piece::Attribute(path),
                _ => return Err(argument.unlike("a joined text has a part that is no text and no attribute", SIMPLIFY)),
            };
            match (pieces.last_mut(), piece) {
                (Some(Piece::Text(last)), Piece::Text(next)) => last.push_str(&next),
                (_, piece) => pieces.push(piece),
            }
        }
        match pieces.as_slice() {
            [] => Ok(Expression::known("".into())),
            [Piece::Text(text)] => Ok(Expression::known(text.as_str().into())),
            [_, ..] if pieces.iter().all(|piece| matches!(piece, Piece::Text(text) if text.is_empty())) => {
                Err(node.unlike("it joins nothing", SIMPLIFY))
            }
            _ => Ok(Expression::Value(Value::Joined(pieces))),
        }
    }

    /// Null unless both are texts.
    pub(super) fn affix(&mut self, node: &Node<'_>, operator: &str, arguments: &[Node<'_>]) -> Read {
        let [text, affix] = arguments else { return Ok(Expression::null()) };
        let (text, affix) = (self.expression(text)?, self.expression(affix)?);
        let name = if operator == "starts_with" { "starts_with" } else { "ends_with" };
        both(text, &affix, &mut |text, affix| {
            let Value::Known(affix) = affix else { return Err("takes a text that is not known beforehand".into()) };
            let Json::String(affix) = affix else { return Ok(Expression::null()) };
            match text {
                Value::Known(Json::String(text)) => {
                    let is = if name == "starts_with" { text.starts_with(affix) } else { text.ends_with(affix) };
                    Ok(Expression::known(is.into()))
                }
                Value::Known(_) => Ok(Expression::null()),
                Value::Attribute(path) => {
                    Ok(three_valued(test(path, name, Scalar::Text(affix.clone())), has_type(path, &["text"])))
                }
                _ => Err("takes a computed text".into()),
            }
        })
        .map_err(|why| node.unlike(format!("`{operator}` {why}"), SIMPLIFY))
    }

    /// Null unless both are versions and the operator is one.
    pub(super) fn version(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
        let [actual, operator, target] = arguments else { return Ok(Expression::null()) };
        let (actual, operator) = (self.expression(actual)?, self.expression(operator)?);
        let target = self.expression(target)?;
        let unlike = |why: &str| node.unlike(format!("`sem_ver` {why}"), SIMPLIFY);
        let (Expression::Value(Value::Known(operator)), Expression::Value(Value::Known(target))) = (&operator, &target)
        else {
            return Err(unlike("has an operator or a version that is not known beforehand"));
        };
        let Expression::Value(Value::Attribute(path)) = &actual else {
            return Err(unlike("compares something else than an attribute"));
        };
        let target = match target {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let compare = |name: &'static str, version: &str| {
            Formula::When(lenient(test(path, name, Scalar::Text(version.to_owned()))))
        };
        let Some((major, minor)) = numbers(&target) else { return Ok(Expression::null()) };
        let between = |from: String, to: String| {
            compare("semver_greater_than_or_equal", &from).and(compare("semver_less_than", &to))
        };
        let formula = match operator.as_str().unwrap_or_default() {
            "=" => compare("semver_equal", &target),
            "!=" => compare("semver_not_equal", &target),
            "<" => compare("semver_less_than", &target),
            "<=" => compare("semver_less_than_or_equal", &target),
            ">" => compare("semver_greater_than", &target),
            ">=" => compare("semver_greater_than_or_equal", &target),
            "^" => between(format!("{major}.0.0-0"), format!("{}.0.0-0", major + 1)),
            "~" => between(format!("{major}.{minor}.0-0"), format!("{major}.{}.0-0", minor + 1)),
            _ => return Ok(Expression::null()),
        };
        let valid = compare("semver_equal", &target).or(compare("semver_not_equal", &target));
        let rest = Expression::choose(valid, Expression::known(false.into()), Expression::null());
        Ok(Expression::choose(formula, Expression::known(true.into()), rest))
    }
}

/// True, false, or null where the type is another.
fn three_valued(holds: Condition, typed: Condition) -> Expression {
    let rest = Expression::choose(Formula::When(typed), Expression::known(false.into()), Expression::null());
    Expression::choose(Formula::When(holds), Expression::known(true.into()), rest)
}

/// Whether `needle` is in `hay`.
pub(super) fn contains(needle: &Value, hay: &Value) -> Result<Formula, String> {
    match (needle, hay) {
        (Value::Known(Json::String(part)), Value::Known(Json::String(text))) => {
            Ok(Formula::Known(text.contains(part.as_str())))
        }
        (needle, Value::Known(Json::Array(items))) => {
            let scalars: Option<Vec<Scalar>> = items.iter().map(scalar).collect();
            match (needle, scalars) {
                (_, Some(scalars)) if scalars.is_empty() => Ok(Formula::Known(false)),
                (Value::Attribute(path), Some(scalars)) => Ok(Formula::When(test_any(path, "in", scalars))),
                _ => {
                    let each = items.iter().map(|item| needle.equals(&Value::Known(item.clone()), true));
                    Ok(Formula::some(each.collect::<Result<Vec<_>, String>>()?))
                }
            }
        }
        (needle, Value::List(items)) => {
            let each = items.iter().map(|item| needle.equals(item, true));
            Ok(Formula::some(each.collect::<Result<Vec<_>, String>>()?))
        }
        (Value::Known(json), Value::Attribute(path)) => match scalar(json) {
            Some(Scalar::Text(part)) if part.is_empty() => {
                let list = has_type(path, &["list"]);
                let list = Formula::When(list).and(Formula::When(test(path, "contains", Scalar::Text(part))));
                Ok(Formula::When(has_type(path, &["text"])).or(list))
            }
            Some(scalar) => Ok(Formula::When(test(path, "contains", scalar))),
            None => Err("looks for a value that is no scalar".into()),
        },
        (_, Value::Known(Json::Null)) => Ok(Formula::Known(false)),
        _ => Err("looks for a value in a text that is known, or both are not known beforehand".into()),
    }
}

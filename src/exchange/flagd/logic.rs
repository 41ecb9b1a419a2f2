//! JSONLogic, as flagd has it, worked out as far as that goes without a context.

use super::value::{Expression, Piece, Value, numbers};
use crate::exchange::build::{Values, exists, lenient, path_of, test};
use crate::exchange::item::{Item, Kept};
use crate::exchange::logic::{Formula, Tree};
use crate::exchange::read::{Node, short};
use crate::model::{Bucketing, Scalar, VariantName};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Reads the expressions of one flag.
pub(in crate::exchange) struct Reader<'r, 'n> {
    /// The key as the source has it.
    pub(in crate::exchange) key: &'r str,
    pub(in crate::exchange) evaluators: &'r BTreeMap<&'r str, Node<'n>>,
    /// A native algorithm: the generation of `fractional`.
    pub(in crate::exchange) generation: Bucketing,
    pub(in crate::exchange) depth: u32,
}

/// The deepest nesting of expressions.
const DEEPEST: u32 = 60;

pub(super) type Read = Result<Expression, Box<Item>>;

pub(super) const SIMPLIFY: &str = "write it with operators that this tool has, or decide it in code";

/// The variants that `node`, a whole `targeting`, chooses.
pub(super) fn variants(
    reader: &mut Reader<'_, '_>,
    node: &Node<'_>,
    values: &Values,
    default: &VariantName,
    items: &mut Vec<Item>,
) -> Result<Tree, Box<Item>> {
    let expression = reader.expression(node)?;
    let mut missing = Vec::new();
    let tree = chosen(&expression, values, default, &mut missing).map_err(|why| node.unlike(why, SIMPLIFY))?;
    missing.sort();
    missing.dedup();
    for what in missing {
        let message = format!(
            "targeting can give {what}, which is no variant: flagd then answers with an error, and here `default` would be served"
        );
        items.push(*node.item(Kept::No, message, "name variants only, or accept that with `--partial`"));
    }
    Ok(tree)
}

/// The tree of variants; what is no variant is added to `missing` and gets the default.
fn chosen(
    expression: &Expression,
    values: &Values,
    default: &VariantName,
    missing: &mut Vec<String>,
) -> Result<Tree, String> {
    let otherwise = || Tree::Serve(default.clone());
    Ok(match expression {
        Expression::Value(Value::Known(json)) => {
            let name = match json {
                Json::Null => return Ok(otherwise()),
                Json::String(name) => name.clone(),
                Json::Bool(_) | Json::Number(_) => json.to_string(),
                other => {
                    missing.push(short(other));
                    return Ok(otherwise());
                }
            };
            let found = values.ours.get(&name);
            if found.is_none() {
                missing.push(format!("`{name}`"));
            }
            Tree::Serve(found.unwrap_or(default).clone())
        }
        Expression::Value(Value::Attribute(path)) => {
            missing.push(format!("other values of `{path}`"));
            values.ours.iter().rev().fold(otherwise(), |rest, (theirs, ours)| {
                let mut forms = vec![Scalar::Text(theirs.clone())];
                forms.extend(theirs.parse::<bool>().ok().map(Scalar::Boolean));
                forms.extend(theirs.parse::<i32>().ok().map(|number| Scalar::Number(number.into())));
                let is = crate::exchange::build::test_any(path, "in", forms);
                Tree::If(Formula::When(is), Box::new(Tree::Serve(ours.clone())), Box::new(rest))
            })
        }
        Expression::Value(_) => return Err("it takes a computed value for the name of a variant".into()),
        Expression::If(condition, then, other) => Tree::If(
            Formula::When(condition.clone()),
            Box::new(chosen(then, values, default, missing)?),
            Box::new(chosen(other, values, default, missing)?),
        ),
        Expression::Draw(draw, parts) => {
            let parts = parts.iter().map(|(weight, part)| Ok((*weight, chosen(part, values, default, missing)?)));
            Tree::Split(draw.clone(), parts.collect::<Result<_, String>>()?, Box::new(otherwise()))
        }
    })
}

impl Reader<'_, '_> {
    /// What the expression is.
    pub(in crate::exchange) fn expression(&mut self, node: &Node<'_>) -> Read {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(node.unlike("expressions are nested too deep, or refer to each other in circles", SIMPLIFY));
        }
        let read = self.shallow(node);
        self.depth -= 1;
        read
    }

    fn shallow(&mut self, node: &Node<'_>) -> Read {
        let entries = match node.json {
            Json::Array(_) => return self.list(node),
            Json::Object(entries) => entries,
            scalar => return Ok(Expression::known(scalar.clone())),
        };
        let mut entries = entries.iter();
        let (Some((operator, arguments)), None) = (entries.next(), entries.next()) else {
            return Ok(Expression::known(node.json.clone()));
        };
        let inner = Node { file: node.file, path: node.path.key(operator.as_str()), json: arguments };
        // One argument need not be in a list.
        let arguments: Vec<Node<'_>> = if arguments.is_array() { inner.items().collect() } else { vec![inner.clone()] };
        match operator.as_str() {
            "$ref" => self.reference(&inner),
            "var" => self.var(&inner, &arguments),
            "if" | "?:" => self.conditional(&arguments),
            "==" | "===" | "!=" | "!==" => self.equality(&inner, operator, &arguments),
            "<" | "<=" | ">" | ">=" => self.order(&inner, operator, &arguments),
            "!" => Ok(Expression::of(self.truth_of(&inner, arguments.first())?.not())),
            "!!" => Ok(Expression::of(self.truth_of(&inner, arguments.first())?)),
            "and" => self.joint(&arguments, true),
            "or" => self.joint(&arguments, false),
            "in" => self.contained(&inner, &arguments),
            "cat" => self.joined(&inner, &arguments),
            "starts_with" | "ends_with" => self.affix(&inner, operator, &arguments),
            "sem_ver" => self.version(&inner, &arguments),
            "fractional" => self.fractional(&inner, &arguments),
            other => Err(node.unlike(format!("`{other}` has no equivalent: {}", short(node.json)), SIMPLIFY)),
        }
    }

    fn list(&mut self, node: &Node<'_>) -> Read {
        let mut items = Vec::new();
        for item in node.items() {
            match self.expression(&item)? {
                Expression::Value(value) => items.push(value),
                _ => return Err(node.unlike("a list has items that depend on conditions", SIMPLIFY)),
            }
        }
        let known: Option<Vec<Json>> =
            items.iter().map(|item| if let Value::Known(json) = item { Some(json.clone()) } else { None }).collect();
        Ok(Expression::Value(known.map_or(Value::List(items), |known| Value::Known(known.into()))))
    }

    fn reference(&mut self, node: &Node<'_>) -> Read {
        let name = node.json.as_str().unwrap_or_default();
        let evaluators = self.evaluators;
        let Some(target) = evaluators.get(name) else {
            return Err(node.unlike(
                format!("`$ref` names the evaluator `{name}`, which is not there: flagd answers with an error"),
                "define it in `$evaluators`",
            ));
        };
        self.expression(target)
    }

    fn var(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
        let name = match arguments.first().map(|argument| argument.json) {
            Some(Json::String(name)) => name.clone(),
            Some(Json::Number(number)) => number.to_string(),
            _ => return Err(node.unlike("`var` names no attribute", SIMPLIFY)),
        };
        match name.as_str() {
            "" => return Err(node.unlike("`var` of nothing is the whole context", SIMPLIFY)),
            "$flagd.flagKey" => return Ok(Expression::known(self.key.into())),
            "$flagd.timestamp" => return Ok(Expression::Value(Value::Now)),
            _ => {}
        }
        let parts: Vec<&str> = name.split('.').collect();
        if let Some(index) = parts.iter().find(|part| part.parse::<u32>().is_ok()) {
            return Err(
                node.unlike(format!("`{name}` takes item {index} of a list"), "give the item a name of its own")
            );
        }
        let path = path_of(parts).ok_or_else(|| node.unlike(format!("`{name}` is no path"), SIMPLIFY))?;
        match arguments.get(1) {
            None => Ok(Expression::Value(Value::Attribute(path))),
            Some(default) => {
                let default = self.expression(default)?;
                let there = Formula::When(exists(&path, true));
                Ok(Expression::choose(there, Expression::Value(Value::Attribute(path)), default))
            }
        }
    }

    fn conditional(&mut self, arguments: &[Node<'_>]) -> Read {
        match arguments {
            [] => Ok(Expression::null()),
            [only] => self.expression(only),
            [condition, then, rest @ ..] => {
                let formula = self.truth(condition)?;
                let then = self.expression(then)?;
                let otherwise = self.conditional(rest)?;
                Ok(Expression::choose(formula, then, otherwise))
            }
        }
    }

    /// Whether the expression counts as true.
    pub(in crate::exchange) fn truth(&mut self, node: &Node<'_>) -> Result<Formula, Box<Item>> {
        let expression = self.expression(node)?;
        expression.truth().map_err(|why| node.unlike(format!("can't be told: {why}"), SIMPLIFY))
    }

    fn truth_of(&mut self, node: &Node<'_>, argument: Option<&Node<'_>>) -> Result<Formula, Box<Item>> {
        match argument {
            Some(argument) => self.truth(argument),
            None => Err(node.unlike("an operator has nothing to work on", SIMPLIFY)),
        }
    }

    /// `and` and `or` give the value that decides.
    fn joint(&mut self, arguments: &[Node<'_>], all: bool) -> Read {
        let Some((first, rest)) = arguments.split_first() else { return Ok(Expression::null()) };
        let value = self.expression(first)?;
        if rest.is_empty() {
            return Ok(value);
        }
        let truth = value.truth().map_err(|why| first.unlike(format!("can't be told: {why}"), SIMPLIFY))?;
        let rest = self.joint(rest, all)?;
        Ok(if all {
            Expression::choose(truth, rest, decided(value, false))
        } else {
            Expression::choose(truth, decided(value, true), rest)
        })
    }

    fn pair(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Result<(Expression, Expression), Box<Item>> {
        match arguments {
            [one, other] => Ok((self.expression(one)?, self.expression(other)?)),
            _ => Err(node.unlike("it takes two values", SIMPLIFY)),
        }
    }

    fn equality(&mut self, node: &Node<'_>, operator: &str, arguments: &[Node<'_>]) -> Read {
        let (one, other) = self.pair(node, arguments)?;
        let (strict, negative) = (operator.len() == 3, operator.starts_with('!'));
        both(one, &other, &mut |one, other| {
            let equal = one.equals(other, strict)?;
            Ok(Expression::of(if negative { equal.not() } else { equal }))
        })
        .map_err(|why| node.unlike(format!("`{operator}` {why}"), SIMPLIFY))
    }

    fn order(&mut self, node: &Node<'_>, operator: &str, arguments: &[Node<'_>]) -> Read {
        let mut formula = Expression::known(true.into());
        if !matches!(arguments.len(), 2 | 3) {
            return Err(node.unlike(format!("`{operator}` takes two values, or three"), SIMPLIFY));
        }
        for pair in arguments.windows(2) {
            let (one, other) = self.pair(node, pair)?;
            let compared = both(one, &other, &mut |one, other| Ok(Expression::of(one.order(operator, other)?)));
            let compared = compared.map_err(|why| node.unlike(format!("`{operator}` {why}"), SIMPLIFY))?;
            let truth = compared.truth().map_err(|why| node.unlike(why, SIMPLIFY))?;
            formula = Expression::choose(truth, formula, Expression::known(false.into()));
        }
        Ok(formula)
    }

    /// A part of a text, or an item of a list.
    fn contained(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
        let (needle, hay) = self.pair(node, arguments)?;
        both(needle, &hay, &mut |needle, hay| contains(needle, hay).map(Expression::of))
            .map_err(|why| node.unlike(format!("`in` {why}"), SIMPLIFY))
    }

    fn joined(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
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
    fn affix(&mut self, node: &Node<'_>, operator: &str, arguments: &[Node<'_>]) -> Read {
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
                Value::Attribute(path) => Ok(three_valued(
                    test(path, name, Scalar::Text(affix.clone())),
                    crate::exchange::build::has_type(path, &["text"]),
                )),
                _ => Err("takes a computed text".into()),
            }
        })
        .map_err(|why| node.unlike(format!("`{operator}` {why}"), SIMPLIFY))
    }

    /// Null unless both are versions and the operator is one.
    fn version(&mut self, node: &Node<'_>, arguments: &[Node<'_>]) -> Read {
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
fn three_valued(holds: crate::model::Condition, typed: crate::model::Condition) -> Expression {
    let rest = Expression::choose(Formula::When(typed), Expression::known(false.into()), Expression::null());
    Expression::choose(Formula::When(holds), Expression::known(true.into()), rest)
}

/// The value of an expression whose truth is known to be `truth`.
fn decided(expression: Expression, truth: bool) -> Expression {
    match expression {
        Expression::If(condition, then, otherwise) => {
            let of = |part: &Expression| part.truth().ok();
            match (of(&then), of(&otherwise)) {
                (Some(Formula::Known(value)), _) if value != truth => decided(*otherwise, truth),
                (_, Some(Formula::Known(value))) if value != truth => decided(*then, truth),
                _ => Expression::If(condition, then, otherwise),
            }
        }
        other => other,
    }
}

/// Applies `f` to the values of both, under whatever conditions they have them.
fn both(
    one: Expression,
    other: &Expression,
    f: &mut dyn FnMut(&Value, &Value) -> Result<Expression, String>,
) -> Result<Expression, String> {
    one.map(&mut |one| other.clone().map(&mut |other| f(&one, &other)))
}

/// Whether `needle` is in `hay`.
fn contains(needle: &Value, hay: &Value) -> Result<Formula, String> {
    match (needle, hay) {
        (Value::Known(Json::String(part)), Value::Known(Json::String(text))) => {
            Ok(Formula::Known(text.contains(part.as_str())))
        }
        (needle, Value::Known(Json::Array(items))) => {
            let scalars: Option<Vec<Scalar>> = items.iter().map(crate::exchange::build::scalar).collect();
            match (needle, scalars) {
                (_, Some(scalars)) if scalars.is_empty() => Ok(Formula::Known(false)),
                (Value::Attribute(path), Some(scalars)) => {
                    Ok(Formula::When(crate::exchange::build::test_any(path, "in", scalars)))
                }
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
        (Value::Known(json), Value::Attribute(path)) => match crate::exchange::build::scalar(json) {
            Some(Scalar::Text(part)) if part.is_empty() => {
                let list = crate::exchange::build::has_type(path, &["list"]);
                let list = Formula::When(list).and(Formula::When(test(path, "contains", Scalar::Text(part))));
                Ok(Formula::When(crate::exchange::build::has_type(path, &["text"])).or(list))
            }
            Some(scalar) => Ok(Formula::When(test(path, "contains", scalar))),
            None => Err("looks for a value that is no scalar".into()),
        },
        (_, Value::Known(Json::Null)) => Ok(Formula::Known(false)),
        _ => Err("looks for a value in a text that is known, or both are not known beforehand".into()),
    }
}

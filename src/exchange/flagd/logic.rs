//! JSONLogic, as flagd has it, worked out as far as that goes without a context.

use super::text::contains;
use super::value::{Expression, Value};
use crate::exchange::build::{exists, path_of};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::read::{Node, short};
use crate::model::Bucketing;
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
pub(super) fn both(
    one: Expression,
    other: &Expression,
    f: &mut dyn FnMut(&Value, &Value) -> Result<Expression, String>,
) -> Result<Expression, String> {
    one.map(&mut |one| other.clone().map(&mut |other| f(&one, &other)))
}

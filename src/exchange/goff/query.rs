//! Queries: `country eq "de" and not (age lt 18)`, read as the grammar of nikunjy/rules has them.

use crate::evaluate::operator;
use crate::exchange::build::{exists, has_type, ignoring_case, path_of, test, test_any};
use crate::exchange::formula::Formula;
use crate::model::{AttributePath, Condition, Scalar};

/// A query that is being read.
pub(super) struct Query<'q> {
    rest: &'q str,
    depth: usize,
    /// The paths of more than one name, beside which something else is asked.
    pub(super) nested: Vec<String>,
    pub(super) comparisons: usize,
}

/// A value that an attribute is compared with.
#[derive(Debug, PartialEq)]
enum Operand {
    Boolean(bool),
    Null,
    Version(String),
    Text(String),
    Double(f64),
    Integer(i64),
    Texts(Vec<Scalar>),
    Doubles(Vec<Scalar>),
    Integers(Vec<Scalar>),
}

type Read<T> = Result<T, String>;

impl<'q> Query<'q> {
    pub(super) const fn new(text: &'q str) -> Self {
        Self { rest: text, depth: 0, nested: Vec::new(), comparisons: 0 }
    }

    /// All of it.
    pub(super) fn read(&mut self) -> Read<Formula> {
        let formula = self.query()?;
        if self.rest.is_empty() { Ok(formula) } else { Err(format!("`{}` is left over", self.rest)) }
    }

    fn take(&mut self, start: &str) -> bool {
        self.rest.strip_prefix(start).is_some_and(|rest| {
            self.rest = rest;
            true
        })
    }

    /// Words joined with `and` and `or`, from left to right: neither binds closer.
    fn query(&mut self) -> Read<Formula> {
        self.depth += 1;
        if self.depth > 50 {
            return Err("it is nested too deep".into());
        }
        let mut left = self.one()?;
        loop {
            if self.take(" and ") {
                left = left.and(self.one()?);
            } else if self.take(" or ") {
                left = left.or(self.one()?);
            } else {
                self.depth -= 1;
                return Ok(left);
            }
        }
    }

    fn one(&mut self) -> Read<Formula> {
        let before = self.rest;
        let negated = self.take("not") || self.take("NOT");
        self.take(" ");
        if self.take("(") {
            self.take(" ");
            let inner = self.query()?;
            self.take(" ");
            if !self.take(")") {
                return Err(format!("a parenthesis is open before `{}`", self.rest));
            }
            return Ok(if negated { inner.not() } else { inner });
        }
        self.rest = before;
        self.comparison()
    }

    fn comparison(&mut self) -> Read<Formula> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
        let end = self.rest.find(|c| !allowed(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        let names: Vec<&str> = name.split('.').collect();
        let reserved = ["not", "NOT", "and", "or", "true", "false", "null", "pr"];
        if names.iter().any(|name| !name.starts_with(|c: char| c.is_ascii_alphabetic()) || reserved.contains(name)) {
            return Err(format!("`{name}` is no attribute"));
        }
        let path = path_of(if name == "key" { vec!["targetingKey"] } else { names.clone() })
            .ok_or_else(|| format!("`{name}` is no attribute"))?;
        if names.len() > 1 {
            self.nested.push(name.to_owned());
        }
        self.comparisons += 1;
        let of = match name {
            "key" | "targetingKey" => Of::Key,
            "anonymous" => Of::Anonymous,
            _ => Of::Attribute { nested: names.len() > 1 },
        };
        if self.take(" pr") {
            return Ok(match of {
                Of::Attribute { .. } => exists(&path, true).into(),
                Of::Key | Of::Anonymous => Formula::Known(true),
            });
        }
        if !self.take(" ") {
            return Err(format!("an operator is missing before `{}`", self.rest));
        }
        let end = self.rest.find(' ').ok_or("a value is missing")?;
        let (word, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        let operator = match word {
            "eq" | "EQ" | "==" => "eq",
            "ne" | "NE" | "!=" => "ne",
            "gt" | "GT" | ">" => "gt",
            "lt" | "LT" | "<" => "lt",
            "ge" | "GE" | ">=" => "ge",
            "le" | "LE" | "<=" => "le",
            "co" | "CO" => "co",
            "sw" | "SW" => "sw",
            "ew" | "EW" => "ew",
            "in" | "IN" => "in",
            other => return Err(format!("`{other}` is no operator")),
        };
        let operand = self.operand()?;
        compare(&path, of, operator, operand).ok_or_else(|| format!("`{word}` does not go with the value beside it"))
    }

    fn operand(&mut self) -> Read<Operand> {
        for (word, operand) in
            [("true", Operand::Boolean(true)), ("false", Operand::Boolean(false)), ("null", Operand::Null)]
        {
            if self.take(word) {
                return Ok(operand);
            }
        }
        if self.rest.starts_with('"') {
            return self.text().map(Operand::Text);
        }
        if self.take("[") {
            return self.list();
        }
        let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
        let end = self.rest.find(|c| !digits(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number_of(number)
    }

    /// What stands between quotes, as it stands.
    fn text(&mut self) -> Read<String> {
        let inner = self.rest.strip_prefix('"').ok_or("a text is missing")?;
        let mut escaped = false;
        for (index, character) in inner.char_indices() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    self.rest = &inner[index + 1..];
                    return Ok(inner[..index].to_owned());
                }
                _ => {}
            }
        }
        Err("a text does not end".into())
    }

    fn list(&mut self) -> Read<Operand> {
        let mut items = Vec::new();
        loop {
            items.push(self.operand()?);
            if self.take("]") {
                break;
            }
            if !self.take(",") {
                return Err(format!("a list goes on with `{}`", self.rest));
            }
            while self.take(" ") {}
        }
        let every = |scalar: &dyn Fn(&Operand) -> Option<Scalar>| items.iter().map(scalar).collect::<Option<Vec<_>>>();
        #[expect(clippy::cast_precision_loss, reason = "integers beyond 2^53 are refused before")]
        let integers = every(&|item| match item {
            Operand::Integer(number) if *number >= 0 => Some(Scalar::Number(*number as f64)),
            _ => None,
        });
        let texts = every(&|item| match item {
            Operand::Text(text) => Some(Scalar::Text(text.clone())),
            _ => None,
        });
        let doubles = every(&|item| match item {
            Operand::Double(number) => Some(Scalar::Number(*number)),
            _ => None,
        });
        let found = texts.map(Operand::Texts).or(integers.map(Operand::Integers)).or(doubles.map(Operand::Doubles));
        found.ok_or_else(|| "a list has values of different types".into())
    }
}

fn number_of(text: &str) -> Read<Operand> {
    let wrong = || format!("`{text}` is no value");
    let whole = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
    };
    let plain = text.strip_prefix('-').unwrap_or(text);
    let parts: Vec<&str> = plain.split('.').collect();
    match parts.as_slice() {
        [only] if whole(only) => {
            let number: i64 = text.parse().map_err(|_| wrong())?;
            if number.abs() < 1 << 53 { Ok(Operand::Integer(number)) } else { Err(wrong()) }
        }
        [first, second] if whole(first) && !second.is_empty() && second.chars().all(|c| c.is_ascii_digit()) => {
            text.parse().map(Operand::Double).map_err(|_| wrong())
        }
        [_, _, _] if plain == text && parts.iter().all(|part| whole(part)) => Ok(Operand::Version(text.to_owned())),
        [_, _, _, ..] if plain == text && is_prerelease(text) => Ok(Operand::Version(text.to_owned())),
        _ => Err(wrong()),
    }
}

/// Whether it is a version with a part behind `-`.
fn is_prerelease(text: &str) -> bool {
    let version = test(&AttributePath::targeting_key(), "semver_equal", Scalar::Text(text.to_owned()));
    text.contains('-') && matches!(version, Condition::Test(test) if operator::check(&test).is_ok())
}

/// What an attribute is in GO Feature Flag.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Of {
    /// The key, which is a text for everyone.
    Key,
    /// A boolean for everyone.
    Anonymous,
    Attribute {
        nested: bool,
    },
}

/// The comparison; `None` for one that makes GO Feature Flag fail.
fn compare(path: &AttributePath, of: Of, operator: &str, operand: Operand) -> Option<Formula> {
    let when = |condition: Condition| Formula::When(condition);
    let (is_boolean, is_list) = (matches!(operand, Operand::Boolean(_)), matches!(operand, Operand::Texts(_)));
    let formula = match operand {
        Operand::Boolean(value) => boolean(path, of, operator, value)?,
        Operand::Null => {
            let absent = match operator {
                "eq" => true,
                "ne" => false,
                _ => return None,
            };
            match of {
                Of::Attribute { .. } => when(exists(path, !absent)),
                Of::Key | Of::Anonymous => return Some(Formula::Known(!absent)),
            }
        }
        Operand::Text(text) => return texts(path, of, operator, text),
        Operand::Texts(list) => {
            if operator != "in" {
                return if matches!(operator, "eq" | "ne" | "gt" | "lt" | "ge" | "le" | "co" | "sw" | "ew") {
                    Some(Formula::Known(false))
                } else {
                    None
                };
            }
            when(test_any(path, "in", list))
        }
        Operand::Version(version) => {
            let name = match operator {
                "eq" => "semver_equal",
                "ne" => "semver_not_equal",
                "gt" => "semver_greater_than",
                "ge" => "semver_greater_than_or_equal",
                "lt" => "semver_less_than",
                "le" => "semver_less_than_or_equal",
                _ => return None,
            };
            when(test(path, name, Scalar::Text(version)))
        }
        Operand::Double(number) => double(path, operator, number)?,
        Operand::Integer(number) => whole(path, operator, number)?,
        // Numbers inside mappings are no integers to GO Feature Flag.
        Operand::Integers(_) if of == (Of::Attribute { nested: true }) => return None,
        Operand::Integers(list) | Operand::Doubles(list) => {
            if operator != "in" {
                return None;
            }
            when(test_any(path, "in", list))
        }
    };
    // A key is text and `anonymous` a boolean, whatever stands in the context.
    let possible = match (of, &formula) {
        (Of::Attribute { .. }, _) => true,
        (Of::Key, Formula::When(Condition::Test(test))) => test.operator.starts_with("semver") || is_list,
        (Of::Anonymous, _) => is_boolean,
        _ => false,
    };
    Some(if possible { formula } else { Formula::Known(false) })
}

/// The comparison with a boolean; everyone is anonymous or not.
fn boolean(path: &AttributePath, of: Of, operator: &str, value: bool) -> Option<Formula> {
    let wanted = match operator {
        "eq" => value,
        "ne" => !value,
        _ => return None,
    };
    let is = |value| Formula::When(test(path, "equals", Scalar::Boolean(value)));
    Some(if of == Of::Anonymous && !wanted { is(true).not() } else { is(wanted) })
}

fn double(path: &AttributePath, operator: &str, number: f64) -> Option<Formula> {
    let named = |name: &'static str| Formula::When(test(path, name, Scalar::Number(number)));
    Some(match operator {
        "eq" => named("equals"),
        "ne" => Formula::When(has_type(path, &["number"])).and(named("equals").not()),
        "gt" => named("greater_than"),
        "ge" => named("greater_than_or_equal"),
        "lt" => named("less_than"),
        "le" => named("less_than_or_equal"),
        "in" => Formula::Known(false),
        _ => return None,
    })
}

/// Texts compare without case, but in lists with it.
fn texts(path: &AttributePath, of: Of, operator: &str, text: String) -> Option<Formula> {
    if of == Of::Anonymous {
        return Some(Formula::Known(false));
    }
    let is_text = || match of {
        Of::Key => Formula::Known(true),
        _ => has_type(path, &["text"]).into(),
    };
    let named = |name: &'static str| {
        let condition = ignoring_case(test(path, name, Scalar::Text(text.clone())));
        match &condition {
            Condition::Test(test) if operator::check(test).is_err() => None,
            _ => Some(Formula::When(condition)),
        }
    };
    // Everyone has a key: an empty one where the context says nothing.
    let without_key = |formula: Formula| match of {
        Of::Key if text.is_empty() => formula.or(exists(path, false).into()),
        _ => formula,
    };
    Some(match operator {
        "eq" => without_key(named("equals")?),
        "ne" => is_text().and(without_key(named("equals")?).not()),
        "co" => without_key(is_text().and(named("contains")?)),
        "sw" => without_key(named("starts_with")?),
        "ew" => without_key(named("ends_with")?),
        // One text is no list.
        "in" => Formula::Known(false),
        _ => return None,
    })
}

/// With a whole number, a number counts without its fraction.
fn whole(path: &AttributePath, operator: &str, number: i64) -> Option<Formula> {
    #[expect(clippy::cast_precision_loss, reason = "integers beyond 2^53 are refused before")]
    let at = |name: &'static str, number: i64| Formula::When(test(path, name, Scalar::Number(number as f64)));
    let at_least = if number > 0 { at("greater_than_or_equal", number) } else { at("greater_than", number - 1) };
    let at_most = if number >= 0 { at("less_than", number + 1) } else { at("less_than_or_equal", number) };
    let numeric = || Formula::When(has_type(path, &["number"]));
    Some(match operator {
        "eq" => at_least.and(at_most),
        "ne" => numeric().and(at_least.and(at_most).not()),
        "ge" => at_least,
        "le" => at_most,
        "gt" if number >= 0 => at("greater_than_or_equal", number + 1),
        "gt" => at("greater_than", number),
        "lt" if number > 0 => at("less_than", number),
        "lt" => at("less_than_or_equal", number - 1),
        "in" => Formula::Known(false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn what_the_grammar_does_not_have_is_refused() {
        for text in ["x  eq 1", "x eq", "eq 1", "not x eq 1", "x ~ 1", "x eq 1 and", "(x eq 1", "x eq 01", "x gt true"]
        {
            assert!(Query::new(text).read().is_err(), "{text}");
        }
        for text in ["x eq 1", "not (a.b pr)", "( x sw \"a\" or x in [1, 2] ) and y == 1.2.3", "key co \"b\""] {
            assert!(Query::new(text).read().is_ok(), "{text}");
        }
    }
}

//! Constraints. A context of Flipt has texts; one that is missing is the empty text.

use crate::exchange::build::{exists, has_type, lenient, path_of, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::read::{Node, short};
use crate::model::{AttributePath, Condition, Scalar, Timestamp};
use serde_json::Value as Json;

type Read = Result<Formula, Box<Item>>;

const CORRECT: &str = "correct it in Flipt first";

/// Whether a context fulfils the constraint.
pub(super) fn constraint(node: &Node<'_>) -> Read {
    let operator = node.text("operator").unwrap_or_default();
    let kind = node.text("type").unwrap_or_default();
    let value = text_of(node.json.get("value"));
    let is = |name: &str| kind.strip_prefix(name).is_some_and(|rest| rest.ends_with("COMPARISON_TYPE"));
    let path = if is("ENTITY_ID_") {
        AttributePath::targeting_key()
    } else {
        let name = node.text("property").unwrap_or_default();
        path_of([name]).ok_or_else(|| node.unlike("it names no property", CORRECT))?
    };
    let asked = Asked { path: &path, value: &value, node };
    if is("STRING_") || is("ENTITY_ID_") {
        asked.text(operator)
    } else if is("NUMBER_") {
        asked.present(operator).map_or_else(|| asked.number(operator), Ok)
    } else if is("BOOLEAN_") {
        Ok(asked.present(operator).unwrap_or_else(|| asked.boolean(operator)))
    } else if is("DATETIME_") {
        asked.present(operator).map_or_else(|| asked.time(operator), Ok)
    } else {
        Err(node.unlike(format!("constraints of type `{kind}` are not known, so Flipt answers with an error"), CORRECT))
    }
}

/// A scalar as text.
pub(super) fn text_of(json: Option<&Json>) -> String {
    match json {
        Some(Json::String(text)) => text.clone(),
        Some(other @ (Json::Bool(_) | Json::Number(_))) => other.to_string(),
        // Of a list, its JSON, with texts for what is neither text nor number.
        Some(Json::Array(items)) => {
            let item = |item: &Json| match item {
                Json::Null => Json::from(""),
                Json::String(_) | Json::Number(_) => item.clone(),
                other => other.to_string().into(),
            };
            Json::from(items.iter().map(item).collect::<Vec<_>>()).to_string()
        }
        _ => String::new(),
    }
}

/// An attribute and the value of its constraint.
struct Asked<'a> {
    path: &'a AttributePath,
    value: &'a str,
    node: &'a Node<'a>,
}

impl Asked<'_> {
    fn test(&self, operator: &'static str, scalar: Scalar) -> Formula {
        Formula::When(test(self.path, operator, scalar))
    }

    fn matches(&self, pattern: String) -> Formula {
        self.test("matches", Scalar::Text(pattern))
    }

    /// Nothing but white space.
    fn is_blank(&self) -> Formula {
        Formula::When(exists(self.path, false)).or(self.matches("^\\s*$".into()))
    }

    fn is_empty_text(&self) -> Formula {
        self.test("equals", Scalar::Text(String::new()))
    }

    fn present(&self, operator: &str) -> Option<Formula> {
        match operator {
            "present" => Some(self.is_blank().not()),
            "notpresent" => Some(self.is_blank()),
            _ => None,
        }
    }

    fn one_of(&self, mut scalars: Vec<Scalar>) -> Formula {
        match scalars.len() {
            0 => Formula::Known(false),
            1 => self.test("equals", scalars.remove(0)),
            _ => Formula::When(test_any(self.path, "in", scalars)),
        }
    }

    fn text(&self, operator: &str) -> Read {
        let filled = |text: &str| if text.is_empty() { Formula::Known(false) } else { self.one_of(forms(text)) };
        let other = |mut scalars: Vec<Scalar>| {
            scalars.push(Scalar::Text(String::new()));
            Formula::When(test_any(self.path, "not_in", scalars))
        };
        Ok(match operator {
            "empty" => self.is_blank(),
            "notempty" => self.is_blank().not(),
            "eq" => filled(self.value),
            "neq" => other(forms(self.value)),
            "isoneof" | "isnotoneof" => {
                let list = self.list()?;
                let texts: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
                let texts = texts.ok_or_else(|| self.malformed())?;
                let scalars = texts.into_iter().filter(|text| !text.is_empty()).flat_map(forms);
                if operator == "isoneof" { self.one_of(scalars.collect()) } else { other(scalars.collect()) }
            }
            "contains" if self.value.is_empty() => {
                self.is_empty_text().not().and(Formula::When(exists(self.path, true)))
            }
            "contains" => self.test("contains", Scalar::Text(self.value.to_owned())),
            "notcontains" if self.value.is_empty() => Formula::Known(false),
            "notcontains" => self
                .test("not_contains", Scalar::Text(self.value.to_owned()))
                .and(self.test("not_equals", Scalar::Text(String::new()))),
            "prefix" | "suffix" => self.affix(operator == "prefix"),
            _ => Formula::Known(false),
        })
    }

    /// White space around the text does not count.
    fn affix(&self, start: bool) -> Formula {
        let value = self.value;
        if value.is_empty() {
            return self.is_empty_text().not().and(Formula::When(exists(self.path, true)));
        }
        let space = |at_start: bool| {
            if at_start { value.starts_with(char::is_whitespace) } else { value.ends_with(char::is_whitespace) }
        };
        if space(start) {
            return Formula::Known(false);
        }
        let mut pattern = String::new();
        for character in value.chars() {
            if character.is_ascii_punctuation() {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        // What is white space at its other end has to be inside the text.
        match (start, space(!start)) {
            (true, false) => self.matches(format!("^\\s*{pattern}")),
            (true, true) => self.matches(format!("^\\s*{pattern}(?s:.*)\\S")),
            (false, false) => self.matches(format!("{pattern}\\s*$")),
            (false, true) => self.matches(format!("\\S(?s:.*){pattern}\\s*$")),
        }
    }

    fn malformed(&self) -> Box<Item> {
        let message = format!("the value {} is malformed, so Flipt leaves the segment out", short(&self.value.into()));
        self.node.unlike(message, CORRECT)
    }

    fn list(&self) -> Result<Vec<Json>, Box<Item>> {
        serde_json::from_str(self.value).map_err(|_| self.malformed())
    }

    fn compare(&self, operator: &'static str, bound: f64) -> Formula {
        Formula::When(lenient(test(self.path, operator, Scalar::Number(bound))))
    }

    fn number(&self, operator: &str) -> Read {
        let equal = |bound| self.compare("greater_than_or_equal", bound).and(self.compare("less_than_or_equal", bound));
        let unequal = |bound| self.compare("less_than", bound).or(self.compare("greater_than", bound));
        let single =
            || self.value.parse::<f64>().ok().filter(|bound| bound.is_finite()).ok_or_else(|| self.malformed());
        Ok(match operator {
            "eq" => equal(single()?),
            "neq" => unequal(single()?),
            "lt" => self.compare("less_than", single()?),
            "lte" => self.compare("less_than_or_equal", single()?),
            "gt" => self.compare("greater_than", single()?),
            "gte" => self.compare("greater_than_or_equal", single()?),
            "isoneof" | "isnotoneof" => {
                let list = self.list()?;
                let bounds: Option<Vec<f64>> = list.iter().map(Json::as_f64).collect();
                let bounds = bounds.ok_or_else(|| self.malformed())?;
                if operator == "isoneof" {
                    Formula::some(bounds.into_iter().map(equal))
                } else {
                    let valid = self.compare("less_than", 0.0).or(self.compare("greater_than_or_equal", 0.0));
                    bounds.into_iter().map(unequal).fold(valid, Formula::and)
                }
            }
            _ => Formula::Known(false),
        })
    }

    fn boolean(&self, operator: &str) -> Formula {
        let (texts, value) = match operator {
            "true" => (["1", "t", "T", "TRUE", "true", "True"], true),
            "false" => (["0", "f", "F", "FALSE", "false", "False"], false),
            _ => return Formula::Known(false),
        };
        let texts = texts.into_iter().map(|text| Scalar::Text(text.to_owned()));
        let own = [Scalar::Boolean(value), Scalar::Number(f64::from(u8::from(value)))];
        self.one_of(texts.chain(own).collect())
    }

    fn time(&self, operator: &str) -> Read {
        let Ok(bound) = Timestamp::parse(self.value) else { return Ok(Formula::Known(false)) };
        let fraction = |text: &str| {
            let rest = text.split_once('.').map_or("", |(_, rest)| rest);
            rest.chars().take_while(char::is_ascii_digit).any(|digit| digit != '0')
        };
        if fraction(self.value) {
            return Err(self.node.unlike("it compares with a time that is no whole second", "round it to a second"));
        }
        let at = |operator, seconds: i64| {
            let time = Timestamp::from_unix(bound.unix().saturating_add(seconds));
            self.test(operator, Scalar::Text(time.to_string()))
        };
        // Fractions of a second count in Flipt, and are cut off here.
        let broken = || self.matches("[.][0-9]*[1-9]".into());
        let same = || at("after", -1).and(at("before", 1));
        let exactly = || same().and(broken().not());
        let later = || at("after", 0).or(same().and(broken()));
        let formula = match operator {
            "eq" => exactly(),
            "neq" => at("before", 0).or(later()),
            "lt" => at("before", 0),
            "lte" => at("before", 0).or(exactly()),
            "gt" => later(),
            "gte" => at("after", -1),
            _ => return Ok(Formula::Known(false)),
        };
        Ok(match formula {
            Formula::Known(_) => formula,
            // A number is no time.
            condition @ Formula::When(_) => Formula::When(has_type(self.path, &["text"])).and(condition),
        })
    }
}

/// A text, and what is written so: a context here may have numbers and booleans.
fn forms(text: &str) -> Vec<Scalar> {
    let mut forms = vec![Scalar::Text(text.to_owned())];
    forms.extend(text.parse::<bool>().ok().map(Scalar::Boolean));
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && number.to_string() == text);
    forms.extend(number.map(Scalar::Number));
    forms
}

/// Whether all, or any, of the constraints are fulfilled; a segment without any has everyone.
pub(super) fn constraints(node: &Node<'_>, any: bool) -> Read {
    let list: Vec<Node<'_>> = node.get("constraints").iter().flat_map(Node::items).collect();
    let all = list.iter().map(constraint).collect::<Result<Vec<_>, _>>()?;
    Ok(match (list.is_empty(), any) {
        (true, _) => Formula::Known(true),
        (_, true) => Formula::some(all),
        _ => Formula::every(all),
    })
}

/// The conditions of a segment.
pub(super) fn conditions(formula: Formula) -> Vec<Condition> {
    match formula {
        Formula::When(Condition::All(conditions)) => conditions,
        Formula::When(condition) => vec![condition],
        Formula::Known(_) => Vec::new(),
    }
}

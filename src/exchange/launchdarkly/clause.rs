//! Clauses: an attribute, an operator, values. One of the values is enough; of an attribute that is a list, one item.

use super::kinds::{Place, USER, reference};
use super::{MALFORMED, World};
use crate::exchange::build::{exists, has_type, holds, lenient, scalar, test, test_any};
use crate::exchange::formula::Formula;
use crate::exchange::item::{Item, Kept};
use crate::exchange::pattern::{Dialect, translate};
use crate::exchange::read::{Node, short};
use crate::model::{AttributePath, Condition, Scalar, Test, Timestamp};
use serde_json::Value as Json;

type Read = Result<Formula, Box<Item>>;

/// An attribute at one place.
struct Asked {
    path: AttributePath,
    /// Whether it can be a list.
    listed: bool,
}

impl World<'_> {
    /// All clauses of a rule.
    pub(super) fn clauses(&self, rule: &Node<'_>, environment: &str, items: &mut Vec<Item>) -> Read {
        let Some(clauses) = rule.get("clauses") else { return Ok(Formula::Known(true)) };
        let all = clauses.items().map(|clause| self.clause(&clause, environment, items));
        all.collect::<Result<Vec<_>, _>>().map(Formula::every)
    }

    fn clause(&self, node: &Node<'_>, environment: &str, items: &mut Vec<Item>) -> Read {
        let negate = node.flag("negate").unwrap_or(false);
        let operator = node.text("op").unwrap_or_default();
        let values: Vec<Node<'_>> = node.get("values").iter().flat_map(Node::items).collect();
        if operator == "segmentMatch" {
            let segments = values.iter().filter_map(|value| Some((value, value.json.as_str()?)));
            let any =
                segments.map(|(value, key)| self.in_segment(value, key, environment)).collect::<Result<Vec<_>, _>>()?;
            let any = Formula::some(any);
            return Ok(if negate { any.not() } else { any });
        }
        let kind = node.text("contextKind").filter(|kind| !kind.is_empty());
        let names = reference(node.text("attribute").unwrap_or_default(), kind.is_none()).ok_or_else(|| {
            node.unlike("its attribute is missing or malformed, so LaunchDarkly answers with an error", MALFORMED)
        })?;
        if names == ["kind"] {
            let matches = self.kind(node, operator, &values, items)?;
            return Ok(if negate { matches.not() } else { matches });
        }
        let listed = !matches!(names.as_slice(), [only] if matches!(only.as_str(), "key" | "name" | "anonymous"));
        if listed && matches!(operator, "before" | "after" | "semVerEqual" | "semVerLessThan" | "semVerGreaterThan") {
            let message = format!(
                "where the attribute is a list, `{operator}` of LaunchDarkly looks at each item; here a list does not match"
            );
            items.push(*node.item(Kept::Otherwise, message, "give contexts a single value"));
        }
        let mut any = Formula::Known(false);
        for place in self.kinds.places(kind.unwrap_or(USER)) {
            let path = place.path(&names).ok_or_else(|| node.unlike("its attribute has an empty name", MALFORMED))?;
            let asked = Asked { path, listed };
            let matches = compare(node, operator, &asked, &values)?;
            let there = Formula::When(exists(&asked.path, true));
            let matches = if names == ["anonymous"] {
                // It is false where it is not said.
                let otherwise = anonymous(operator, &values).and(there.not());
                let matches = matches.or(otherwise);
                if negate { place.is_there().and(matches.not()) } else { place.is_there().and(matches) }
            } else if negate {
                place.guard.clone().and(there).and(matches.not())
            } else {
                place.guard.clone().and(matches)
            };
            any = any.or(matches);
        }
        Ok(any)
    }

    /// Whether one of the kinds of a context is meant.
    fn kind(&self, node: &Node<'_>, operator: &str, values: &[Node<'_>], items: &mut Vec<Item>) -> Read {
        let path = Place::top(&["kind"]).ok_or_else(|| node.unlike("it has no attribute", MALFORMED))?;
        let asked = Asked { path: path.clone(), listed: false };
        let is_multi = Formula::When(test(&path, "equals", Scalar::Text("multi".into())));
        let stated = compare(node, operator, &asked, values)?;
        let user = fixed(operator, USER, values).and(Formula::When(exists(&path, false)));
        let mut named: Vec<String> = self.kinds.named.iter().cloned().collect();
        if operator == "in" {
            named = values.iter().filter_map(|value| Some(value.json.as_str()?.to_owned())).collect();
        } else {
            let message = format!(
                "of a context with several kinds, `{operator}` looks at those that the files name: {}",
                named.join(", ")
            );
            items.push(*node.item(Kept::Otherwise, message, "name the kinds with `in`"));
        }
        let mut within = Formula::Known(false);
        for kind in named {
            if fixed(operator, &kind, values) == Formula::Known(true)
                && let Some(path) = Place::top(&[&kind])
            {
                within = within.or(Formula::When(has_type(&path, &["mapping"])));
            }
        }
        Ok(stated.and(is_multi.clone().not()).or(user).or(is_multi.and(within)))
    }
}

impl Place {
    fn top(names: &[&str]) -> Option<AttributePath> {
        crate::exchange::build::path_of(names.iter().copied())
    }
}

/// Whether the operator matches a text that is known.
fn fixed(operator: &str, text: &str, values: &[Node<'_>]) -> Formula {
    let texts = || values.iter().filter_map(|value| value.json.as_str());
    Formula::Known(match operator {
        "in" => texts().any(|value| value == text),
        "startsWith" => texts().any(|value| text.starts_with(value)),
        "endsWith" => texts().any(|value| text.ends_with(value)),
        "contains" => texts().any(|value| text.contains(value)),
        "matches" => texts().filter_map(|value| translate(value, Dialect::Re2).ok()).any(|pattern| {
            holds(&test(&AttributePath::targeting_key(), "matches", Scalar::Text(pattern)), &text.into())
        }),
        _ => false,
    })
}

/// Whether the operator matches `false`.
fn anonymous(operator: &str, values: &[Node<'_>]) -> Formula {
    Formula::Known(operator == "in" && values.iter().any(|value| value.json == &Json::Bool(false)))
}

fn compare(node: &Node<'_>, operator: &str, asked: &Asked, values: &[Node<'_>]) -> Read {
    let texts = || values.iter().filter_map(|value| value.json.as_str());
    let numbers = || values.iter().filter_map(|value| value.json.as_f64());
    let least = || numbers().reduce(f64::min);
    let most = || numbers().reduce(f64::max);
    match operator {
        "in" => equality(asked, values),
        "startsWith" => Ok(asked.texts("starts_with", texts().map(str::to_owned))),
        "endsWith" => Ok(asked.texts("ends_with", texts().map(str::to_owned))),
        "contains" => Ok(asked.texts("contains", texts().map(str::to_owned)).and(asked.no_list_of_lists())),
        "matches" => patterns(node, asked, texts()),
        "lessThan" => Ok(asked.number("less_than", most())),
        "lessThanOrEqual" => Ok(asked.number("less_than_or_equal", most())),
        "greaterThan" => Ok(asked.number("greater_than", least())),
        "greaterThanOrEqual" => Ok(asked.number("greater_than_or_equal", least())),
        "before" | "after" => {
            values.iter().map(|value| date(operator, asked, value)).collect::<Result<Vec<_>, _>>().map(Formula::some)
        }
        "semVerEqual" => Ok(Formula::some(texts().map(|text| version("semver_equal", asked, text)))),
        "semVerLessThan" => Ok(Formula::some(texts().map(|text| version("semver_less_than", asked, text)))),
        "semVerGreaterThan" => Ok(Formula::some(texts().map(|text| version("semver_greater_than", asked, text)))),
        // An operator that the evaluator does not know never matches.
        _ => Ok(Formula::Known(false)),
    }
}

impl Asked {
    fn of_items(&self, condition: Condition) -> Formula {
        Formula::When(match condition {
            Condition::Test(test) => Condition::Test(Test { any_item: self.listed, ..test }),
            other => other,
        })
    }

    fn texts(&self, operator: &'static str, texts: impl Iterator<Item = String>) -> Formula {
        let mut texts: Vec<Scalar> = texts.map(Scalar::Text).collect();
        match texts.len() {
            0 => Formula::Known(false),
            1 => self.of_items(test(&self.path, operator, texts.remove(0))),
            _ => self.of_items(test_any(&self.path, operator, texts)),
        }
    }

    fn number(&self, operator: &'static str, bound: Option<f64>) -> Formula {
        bound.map_or(Formula::Known(false), |bound| self.of_items(test(&self.path, operator, Scalar::Number(bound))))
    }

    /// `contains` of ours looks into a list where there is no `any_item`.
    fn no_list_of_lists(&self) -> Formula {
        if self.listed { Formula::Known(true) } else { Formula::When(has_type(&self.path, &["text"])) }
    }
}

fn equality(asked: &Asked, values: &[Node<'_>]) -> Read {
    let mut scalars = Vec::new();
    for value in values {
        let own = scalar(value.json).ok_or_else(|| {
            value.unlike(
                format!("it compares with {}, which is no text, number or boolean", short(value.json)),
                "compare with single values",
            )
        })?;
        scalars.push(own);
    }
    Ok(match scalars.len() {
        0 => Formula::Known(false),
        1 => asked.of_items(test(&asked.path, "equals", scalars.remove(0))),
        _ => asked.of_items(test_any(&asked.path, "in", scalars)),
    })
}

fn patterns<'t>(node: &Node<'_>, asked: &Asked, texts: impl Iterator<Item = &'t str>) -> Read {
    let mut patterns = Vec::new();
    for text in texts {
        let ours = translate(text, Dialect::Re2).ok().filter(|ours| {
            let condition = test(&asked.path, "matches", Scalar::Text(ours.clone()));
            matches!(condition, Condition::Test(test) if crate::evaluate::operator::check(&test).is_ok())
        });
        match ours {
            Some(ours) => patterns.push(ours),
            None => {
                let message = format!("the regular expression `{}` is not one of ours", short(&text.into()));
                return Err(node.unlike(message, "write it without what only its dialect has"));
            }
        }
    }
    Ok(asked.texts("matches", patterns.into_iter()))
}

/// A version may lack its last numbers, but has no `v`, and is text.
fn version(operator: &'static str, asked: &Asked, text: &str) -> Formula {
    let valid = text.starts_with(|c: char| c.is_ascii_digit());
    let compared = lenient(test(&asked.path, operator, Scalar::Text(text.to_owned())));
    let Condition::Test(check) = &compared else { return Formula::Known(false) };
    if !valid || crate::evaluate::operator::check(check).is_err() {
        return Formula::Known(false);
    }
    let plain = test(&asked.path, "matches", Scalar::Text("^[0-9]".into()));
    Formula::When(plain).and(Formula::When(compared))
}

/// Times are text with date and time, or numbers of milliseconds.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "milliseconds are far below 2^53")]
fn date(operator: &str, asked: &Asked, value: &Node<'_>) -> Read {
    let millis = match value.json {
        Json::Number(number) => number.as_f64().map(|number| number.trunc() as i64),
        Json::String(text) if text.len() > 10 => match Timestamp::parse(text) {
            Ok(time) => Some(time.unix() * 1000 + fraction(text)),
            Err(_) => None,
        },
        _ => None,
    };
    let Some(millis) = millis else { return Ok(Formula::Known(false)) };
    if millis % 1000 != 0 || millis < 0 {
        return Err(value.unlike("it compares with a time that is no whole second of our era", "round it to a second"));
    }
    let bound = Timestamp::from_unix(millis / 1000);
    let at = |operator, time: Timestamp| Formula::When(test(&asked.path, operator, Scalar::Text(time.to_string())));
    let text = Formula::When(test(&asked.path, "matches", Scalar::Text("^.{10}[Tt]".into())));
    let (text, number) = if operator == "before" {
        (text.and(at("before", bound)), test(&asked.path, "less_than", Scalar::Number(millis as f64)))
    } else {
        // Fractions of a second count here, and are cut off by `after`.
        let fraction = Formula::When(test(&asked.path, "matches", Scalar::Text("[.][0-9]*[1-9]".into())));
        let within = fraction.and(at("after", Timestamp::from_unix(millis / 1000 - 1)));
        (
            text.and(at("after", bound).or(within)),
            test(&asked.path, "greater_than_or_equal", Scalar::Number((millis + 1) as f64)),
        )
    };
    Ok(text.or(Formula::When(number)))
}

/// Whether a time has a fraction of a second: 1, as if of a millisecond.
fn fraction(text: &str) -> i64 {
    let digits: String =
        text.split_once('.').map_or("", |(_, rest)| rest).chars().take_while(char::is_ascii_digit).collect();
    i64::from(digits.bytes().any(|digit| digit != b'0'))
}

//! Conditions in GrowthBook's dialect of MongoDB's. Values are compared as JavaScript does; a missing attribute is null.

use super::groups::Groups;
use super::script::{number, truthy};
use crate::exchange::build::{exists, has_type, ignoring_case, lenient, path_of, scalar, test, test_any};
use crate::exchange::item::Item;
use crate::exchange::logic::Formula;
use crate::exchange::pattern::{Dialect, translate};
use crate::exchange::read::{Node, short};
use crate::model::{AttributePath, Condition, Scalar, Test};
use serde_json::Value as Json;
use std::cmp::Ordering;

pub(super) type Read = Result<Formula, Box<Item>>;

const SIMPLIFY: &str = "write it with operators that this tool has, or decide it in code";

/// The deepest nesting of conditions.
const DEEPEST: u32 = 24;

/// Where a value is.
#[derive(Debug, Clone, Copy)]
struct At<'p> {
    path: &'p AttributePath,
    /// Whether it is any item of the list there.
    item: bool,
}

/// Whether a context matches.
pub(super) fn condition(node: &Node<'_>, groups: &mut Groups<'_>) -> Read {
    object(node, groups, 0)
}

fn object(node: &Node<'_>, groups: &mut Groups<'_>, depth: u32) -> Read {
    if depth > DEEPEST {
        return Err(node.unlike("conditions are nested too deep", SIMPLIFY));
    }
    let mut all = Formula::Known(true);
    for (key, _) in node.entries() {
        let inner = Node { file: node.file, path: node.path.key(key), json: &node.json[key] };
        let list = |groups: &mut Groups<'_>| {
            inner.items().map(|item| object(&item, groups, depth + 1)).collect::<Result<Vec<_>, _>>()
        };
        let formula = match key {
            "$and" => Formula::every(list(groups)?),
            "$or" | "$nor" => {
                let any = list(groups)?;
                let any = if any.is_empty() { Formula::Known(true) } else { Formula::some(any) };
                if key == "$or" { any } else { any.not() }
            }
            "$not" => object(&inner, groups, depth + 1)?.not(),
            path => {
                let parts: Vec<&str> = path.split('.').collect();
                if parts.len() > 1 && parts.iter().any(|part| part.parse::<u32>().is_ok() || *part == "length") {
                    return Err(inner.unlike(format!("`{path}` looks into a list by position"), SIMPLIFY));
                }
                let path = path_of(parts).ok_or_else(|| inner.unlike(format!("`{path}` is no path"), SIMPLIFY))?;
                value(&inner, At { path: &path, item: false }, groups, depth)?
            }
        };
        all = all.and(formula);
    }
    Ok(all)
}

/// Whether an object has operators only.
fn has_operators(json: &Json) -> bool {
    json.as_object().is_some_and(|entries| !entries.is_empty() && entries.keys().all(|key| key.starts_with('$')))
}

fn value(node: &Node<'_>, at: At<'_>, groups: &mut Groups<'_>, depth: u32) -> Read {
    match node.json {
        Json::Object(_) if has_operators(node.json) => {
            let mut all = Formula::Known(true);
            for (operator, _) in node.entries() {
                let inner = Node { file: node.file, path: node.path.key(operator), json: &node.json[operator] };
                all = all.and(operation(&inner, operator, at, groups, depth + 1)?);
            }
            Ok(all)
        }
        Json::Array(_) | Json::Object(_) => {
            Err(node.unlike(format!("it compares with {} as a whole", short(node.json)), SIMPLIFY))
        }
        json => Ok(at.loosely(json)),
    }
}

impl At<'_> {
    fn of(self, condition: Condition) -> Formula {
        Formula::When(match condition {
            Condition::Test(test) => Condition::Test(Test { any_item: self.item, ..test }),
            other => other,
        })
    }

    fn one_of(self, mut scalars: Vec<Scalar>) -> Formula {
        match scalars.len() {
            0 => Formula::Known(false),
            1 => self.of(test(self.path, "equals", scalars.remove(0))),
            _ => self.of(test_any(self.path, "in", scalars)),
        }
    }

    /// Missing, or null; items of lists are taken to be neither.
    fn missing(self) -> Formula {
        if self.item { Formula::Known(false) } else { Formula::When(exists(self.path, false)) }
    }

    /// A value that stands for itself.
    fn loosely(self, json: &Json) -> Formula {
        let falsy = || vec![Scalar::Boolean(false), Scalar::Number(0.0), Scalar::Text(String::new())];
        match json {
            Json::String(text) => {
                let mut scalars = vec![Scalar::Text(text.clone())];
                scalars.extend(text.parse::<bool>().ok().map(Scalar::Boolean));
                scalars.extend(number(text).filter(|number| number.to_string() == *text).map(Scalar::Number));
                let any = self.one_of(scalars);
                if text == "null" { any.or(self.missing()) } else { any }
            }
            Json::Number(_) => {
                let wanted = json.as_f64().unwrap_or_default();
                if self.item {
                    return self.one_of(vec![Scalar::Number(wanted), Scalar::Text(wanted.to_string())]);
                }
                let bound = |operator| Formula::When(lenient(test(self.path, operator, Scalar::Number(wanted))));
                let equal = bound("greater_than_or_equal").and(bound("less_than_or_equal"));
                equal.or(self.known(|number| number.partial_cmp(&wanted) == Some(Ordering::Equal)))
            }
            Json::Bool(true) if self.item => self.one_of(vec![Scalar::Boolean(true)]),
            Json::Bool(true) => Formula::When(exists(self.path, true)).and(self.one_of(falsy()).not()),
            Json::Bool(false) => self.one_of(falsy()),
            _ => self.missing(),
        }
    }

    /// What is a number in JavaScript without being one: whether `holds` of it.
    fn known(self, holds: impl Fn(f64) -> bool) -> Formula {
        let mut scalars = Vec::new();
        if holds(1.0) {
            scalars.push(Scalar::Boolean(true));
        }
        if holds(0.0) {
            scalars.extend([Scalar::Boolean(false), Scalar::Text(String::new())]);
        }
        let zero = if holds(0.0) { self.missing() } else { Formula::Known(false) };
        self.one_of(scalars).or(zero)
    }

    /// `<` and its like.
    fn order(self, operator: &str, node: &Node<'_>) -> Read {
        let (below, above, equal) = match operator {
            "$lt" => (true, false, false),
            "$lte" => (true, false, true),
            "$gt" => (false, true, false),
            _ => (false, true, true),
        };
        let holds = move |order: Option<Ordering>| match order {
            Some(Ordering::Less) => below,
            Some(Ordering::Equal) => equal,
            Some(Ordering::Greater) => above,
            None => false,
        };
        let named = match operator {
            "$lt" => "less_than",
            "$lte" => "less_than_or_equal",
            "$gt" => "greater_than",
            _ => "greater_than_or_equal",
        };
        let numeric = |bound: f64, of_text: bool| {
            let compared = test(self.path, named, Scalar::Number(bound));
            let compared = self.of(if of_text { lenient(compared) } else { compared });
            compared.or(self.known(|number| holds(number.partial_cmp(&bound))))
        };
        match node.json {
            Json::Number(_) => Ok(numeric(node.json.as_f64().unwrap_or_default(), true)),
            Json::Bool(value) => Ok(numeric(f64::from(u8::from(*value)), true)),
            Json::Null => Ok(numeric(0.0, true)),
            Json::String(text) => {
                let sorts = if below { "sorts_before" } else { "sorts_after" };
                let mut sorted = self.of(test(self.path, sorts, Scalar::Text(text.clone())));
                if equal {
                    sorted = sorted.or(self.one_of(vec![Scalar::Text(text.clone())]));
                }
                let Some(bound) = number(text) else { return Ok(sorted) };
                // The empty text is compared as text.
                let compared = self.of(test(self.path, named, Scalar::Number(bound)));
                let mut known = Vec::new();
                for value in [false, true] {
                    if holds(f64::from(u8::from(value)).partial_cmp(&bound)) {
                        known.push(Scalar::Boolean(value));
                    }
                }
                let zero = if holds(0.0_f64.partial_cmp(&bound)) { self.missing() } else { Formula::Known(false) };
                Ok(sorted.or(compared).or(self.one_of(known)).or(zero))
            }
            other => Err(node.unlike(format!("it compares by order with {}", short(other)), SIMPLIFY)),
        }
    }

    /// `$in` and its like: of a list, one of its items.
    fn within(self, list: &[Json], insensitive: bool) -> Formula {
        let scalars: Vec<Scalar> = list.iter().filter_map(scalar).collect();
        let null = if list.contains(&Json::Null) { self.missing() } else { Formula::Known(false) };
        if scalars.is_empty() {
            return null;
        }
        let has_text = scalars.iter().any(|scalar| matches!(scalar, Scalar::Text(_)));
        let condition = if scalars.len() == 1 {
            test(self.path, "equals", scalars[0].clone())
        } else {
            test_any(self.path, "in", scalars)
        };
        let condition = if insensitive && has_text { ignoring_case(condition) } else { condition };
        At { item: true, ..self }.of(condition).or(null)
    }

    fn version(self, operator: &str, bound: &str) -> Formula {
        let compare = |name| self.of(test(self.path, name, Scalar::Text(bound.to_owned())));
        let zero = compare_padded("0", bound);
        let (formula, fits) = match operator {
            "$veq" => (compare("version_equal"), zero == Ordering::Equal),
            "$vgt" => (compare("version_greater_than"), zero == Ordering::Greater),
            "$vlt" => (compare("version_less_than"), zero == Ordering::Less),
            "$vgte" => (compare("version_greater_than").or(compare("version_equal")), zero != Ordering::Less),
            _ => (compare("version_less_than").or(compare("version_equal")), zero != Ordering::Greater),
        };
        // What is neither text nor a number is version 0.
        if !fits || self.item {
            return formula;
        }
        let other = Formula::When(has_type(self.path, &["boolean", "list", "mapping"]));
        formula.or(self.missing()).or(other)
    }
}

/// How two versions stand.
fn compare_padded(one: &str, other: &str) -> Ordering {
    let path = AttributePath::targeting_key();
    let is = |name| crate::exchange::build::holds(&test(&path, name, Scalar::Text(other.to_owned())), &one.into());
    match (is("version_less_than"), is("version_equal")) {
        (true, _) => Ordering::Less,
        (_, true) => Ordering::Equal,
        _ => Ordering::Greater,
    }
}

fn operation(node: &Node<'_>, operator: &str, at: At<'_>, groups: &mut Groups<'_>, depth: u32) -> Read {
    if depth > DEEPEST {
        return Err(node.unlike("conditions are nested too deep", SIMPLIFY));
    }
    let negative = matches!(operator, "$ne" | "$nin" | "$nini" | "$notInGroup" | "$vne" | "$not");
    if at.item && negative {
        return Err(node.unlike(format!("`{operator}` of one item of a list"), SIMPLIFY));
    }
    Ok(match operator {
        "$eq" | "$ne" => {
            let equal = match node.json {
                Json::Null => at.missing(),
                // A list or an object is never the same one.
                json => scalar(json).map_or(Formula::Known(false), |scalar| at.one_of(vec![scalar])),
            };
            if negative { equal.not() } else { equal }
        }
        "$lt" | "$lte" | "$gt" | "$gte" => at.order(operator, node)?,
        "$exists" => {
            let wanted = truthy(node.json);
            if at.item {
                return Err(node.unlike("`$exists` of one item of a list", SIMPLIFY));
            }
            Formula::When(exists(at.path, wanted))
        }
        "$in" | "$ini" | "$nin" | "$nini" => match node.json {
            Json::Array(list) => {
                let within = at.within(list, operator.ends_with('i'));
                if negative { within.not() } else { within }
            }
            _ => Formula::Known(false),
        },
        "$inGroup" | "$notInGroup" => {
            let name = node.json.as_str().unwrap_or_default();
            let within = match groups.list(name) {
                Some(list) if at.item => at.within(&list, false),
                Some(list) => groups.segment(name, at.path, &at.within(&list, false)),
                None => Formula::Known(false),
            };
            if negative { within.not() } else { within }
        }
        "$not" => value(node, at, groups, depth)?.not(),
        "$size" => size(node, at)?,
        "$elemMatch" => element(node, at, groups, depth)?,
        "$all" | "$alli" => every(node, operator, at)?,
        "$regex" | "$regexi" => pattern(node, operator, at)?,
        "$type" => kind(node, at),
        "$veq" | "$vgt" | "$vgte" | "$vlt" | "$vlte" | "$vne" => {
            let bound = match node.json {
                Json::String(text) if !text.is_empty() => text.clone(),
                Json::Number(number) => number.to_string(),
                _ => "0".to_owned(),
            };
            if negative { at.version("$veq", &bound).not() } else { at.version(operator, &bound) }
        }
        // An operator that is not known never holds.
        _ => Formula::Known(false),
    })
}

/// The length of a list.
fn size(node: &Node<'_>, at: At<'_>) -> Read {
    let of = |operator, bound: f64| Formula::When(test(at.path, operator, Scalar::Number(bound)));
    let unlike = || node.unlike(format!("`$size` with {}", short(node.json)), SIMPLIFY);
    if at.item {
        return Err(unlike());
    }
    if let Some(number) = node.json.as_f64() {
        return Ok(of("size_equals", number));
    }
    if !has_operators(node.json) {
        return Err(unlike());
    }
    let mut all = Formula::When(has_type(at.path, &["list"]));
    for (operator, bound) in node.entries() {
        let bound = bound.json.as_f64().ok_or_else(unlike)?;
        let part = match operator {
            "$eq" => of("size_equals", bound),
            "$ne" => of("size_equals", bound).not(),
            "$gt" => of("size_greater_than", bound),
            "$gte" => of("size_less_than", bound).not(),
            "$lt" => of("size_less_than", bound),
            "$lte" => of("size_greater_than", bound).not(),
            _ => return Err(unlike()),
        };
        all = all.and(part);
    }
    Ok(all)
}

/// One item of a list that is not falsy.
fn element(node: &Node<'_>, at: At<'_>, groups: &mut Groups<'_>, depth: u32) -> Read {
    let unlike =
        || node.unlike(format!("`$elemMatch` asks more of one item than a test can: {}", short(node.json)), SIMPLIFY);
    if at.item || !has_operators(node.json) || node.entries().count() != 1 {
        return Err(unlike());
    }
    let matches = value(node, At { item: true, ..at }, groups, depth)?;
    let parts = match &matches {
        Formula::Known(_) => return Ok(matches),
        Formula::When(Condition::Any(parts)) => parts.as_slice(),
        Formula::When(one) => std::slice::from_ref(one),
    };
    let mut kept = Vec::new();
    for part in parts {
        let Condition::Test(test) = part else { return Err(unlike()) };
        let falsy = [Json::from(""), Json::from(0), Json::from(false)];
        if !falsy.iter().any(|json| crate::exchange::build::holds(part, json)) {
            kept.push(part.clone());
            continue;
        }
        // Items that are falsy do not count.
        let scalars = test.operand.scalars().iter();
        let left: Vec<Scalar> = scalars.filter(|scalar| !is_falsy(scalar)).cloned().collect();
        match (test.operator, left.is_empty()) {
            ("equals" | "in", true) => {}
            ("equals" | "in", false) => match at_items(at, left) {
                Formula::When(condition) => kept.push(condition),
                Formula::Known(_) => {}
            },
            _ => return Err(unlike()),
        }
    }
    let any = Formula::some(kept.into_iter().map(Formula::When));
    Ok(Formula::When(has_type(at.path, &["list"])).and(any))
}

fn at_items(at: At<'_>, scalars: Vec<Scalar>) -> Formula {
    At { item: true, ..at }.one_of(scalars)
}

fn is_falsy(scalar: &Scalar) -> bool {
    match scalar {
        Scalar::Boolean(value) => !value,
        Scalar::Number(number) => number.abs() < f64::MIN_POSITIVE,
        Scalar::Text(text) => text.is_empty(),
    }
}

/// A list with all of these.
fn every(node: &Node<'_>, operator: &str, at: At<'_>) -> Read {
    if at.item {
        return Err(node.unlike(format!("`{operator}` of one item of a list"), SIMPLIFY));
    }
    if !node.json.is_array() {
        return Ok(Formula::Known(false));
    }
    let items = At { item: true, ..at };
    let mut all = Formula::When(has_type(at.path, &["list"]));
    for wanted in node.items() {
        let formula = match wanted.json {
            Json::String(text) if operator == "$alli" => {
                items.of(ignoring_case(test(at.path, "equals", Scalar::Text(text.clone()))))
            }
            Json::String(_) | Json::Number(_) | Json::Bool(_) => items.loosely(wanted.json),
            other => return Err(wanted.unlike(format!("`{operator}` asks for the item {}", short(other)), SIMPLIFY)),
        };
        all = all.and(formula);
    }
    Ok(all)
}

fn pattern(node: &Node<'_>, operator: &str, at: At<'_>) -> Read {
    let Json::String(theirs) = node.json else {
        return Err(node.unlike(format!("`{operator}` takes a text"), SIMPLIFY));
    };
    let ours = translate(theirs, Dialect::Script).map(|ours| test(at.path, "matches", Scalar::Text(ours)));
    let Some(condition @ Condition::Test(_)) = ours else {
        return Err(node.unlike(
            format!("the regular expression {} has something of JavaScript's own", short(node.json)),
            SIMPLIFY,
        ));
    };
    let condition = if operator == "$regexi" { ignoring_case(condition) } else { condition };
    if let Condition::Test(test) = &condition
        && let Err(why) = crate::evaluate::operator::check(test)
    {
        return Err(node.unlike(why, SIMPLIFY));
    }
    let null = crate::exchange::build::holds(&condition, &"null".into());
    let matches = at.of(condition);
    Ok(if null { matches.or(at.missing()) } else { matches })
}

fn kind(node: &Node<'_>, at: At<'_>) -> Formula {
    let name = match node.json.as_str().unwrap_or_default() {
        "null" => return at.missing(),
        "string" => "text",
        "number" => "number",
        "boolean" => "boolean",
        "array" => "list",
        "object" => "mapping",
        _ => return Formula::Known(false),
    };
    at.of(has_type(at.path, &[name]))
}

/// Whether the formula holds of a context; percentages, segments and times never do.
pub(super) fn holds(formula: &Formula, context: &Json) -> bool {
    fn one(condition: &Condition, context: &Json) -> bool {
        match condition {
            Condition::All(inner) => inner.iter().all(|condition| one(condition, context)),
            Condition::Any(inner) => inner.iter().any(|condition| one(condition, context)),
            Condition::Not(inner) => !one(inner, context),
            Condition::Test(test) => {
                let found = test.attribute.parts().iter().try_fold(context, |json, part| json.get(&**part));
                crate::exchange::build::holds(condition, found.unwrap_or(&Json::Null))
            }
            _ => false,
        }
    }
    match formula {
        Formula::Known(known) => *known,
        Formula::When(condition) => one(condition, context),
    }
}

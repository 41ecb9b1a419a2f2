//! Conditions in GrowthBook's dialect of MongoDB's. Values are compared as JavaScript does; a missing attribute is null.

use super::compare::At;
use super::groups::Groups;
use super::lists::{element, every, pattern, size};
use super::script::truthy;
use crate::exchange::build::{exists, has_type, path_of, scalar};
use crate::exchange::formula::Formula;
use crate::exchange::item::Item;
use crate::exchange::read::{Node, short};
use crate::model::Condition;
use serde_json::Value as Json;

pub(super) type Read = Result<Formula, Box<Item>>;

pub(super) const SIMPLIFY: &str = "write it with operators that this tool has, or decide it in code";

/// The deepest nesting of conditions.
const DEEPEST: u32 = 24;

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
pub(super) fn has_operators(json: &Json) -> bool {
    json.as_object().is_some_and(|entries| !entries.is_empty() && entries.keys().all(|key| key.starts_with('$')))
}

pub(super) fn value(node: &Node<'_>, at: At<'_>, groups: &mut Groups<'_>, depth: u32) -> Read {
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
        json => {
            let matches = at.loosely(json);
            Ok(if at.is_listed(groups) { matches.or(at.as_list(None, node)?) } else { matches })
        }
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
        "$lt" | "$lte" | "$gt" | "$gte" | "$regex" | "$regexi" => {
            let matches =
                if operator.starts_with("$regex") { pattern(node, operator, at)? } else { at.order(operator, node)? };
            if at.is_listed(groups) { matches.or(at.as_list(Some(operator), node)?) } else { matches }
        }
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

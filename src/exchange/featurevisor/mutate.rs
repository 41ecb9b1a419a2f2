//! Values written as changes to a default: `payload.rows[id=2]:after`, resolved as a build of Featurevisor does.

use serde_json::{Map, Value as Json};

/// A step into a value: a key, and an item of the list there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    key: String,
    item: Item,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    None,
    Index(Option<usize>),
    Where(String, String),
}

const OPERATIONS: [&str; 5] = ["append", "prepend", "after", "before", "remove"];

/// The notation without its operation, and the operation: `set` where there is none.
fn split_operation(notation: &str) -> (&str, &str) {
    match notation.rsplit_once(':') {
        Some((rest, operation)) if OPERATIONS.contains(&operation) => (rest, operation),
        _ => (notation, "set"),
    }
}

/// The variable that a notation changes.
fn root(notation: &str) -> &str {
    let rest = split_operation(notation).0.trim();
    let first = rest.split('.').next().unwrap_or(rest);
    match first.find('[') {
        Some(at) if first.trim_end().ends_with(']') => first[..at].trim(),
        _ => first.trim(),
    }
}

/// The values that `changes` say, for each variable of `schema` that they are about.
pub(super) fn several(schema: &Map<String, Json>, changes: &Map<String, Json>) -> Map<String, Json> {
    let mut resolved = Map::new();
    for notation in changes.keys() {
        let name = root(notation);
        let Some(variable) = schema.get(name) else { continue };
        if resolved.contains_key(name) {
            continue;
        }
        let mut own: Vec<(&String, &Json)> = changes
            .iter()
            .filter(|(key, _)| {
                let rest = key.strip_prefix(name);
                root(key) == name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ':']))
            })
            .collect();
        own.sort_by_key(|(key, _)| key.encode_utf16().count());
        let mut value = variable.get("defaultValue").filter(|json| !json.is_null()).cloned();
        for (key, change) in own {
            if key == name {
                value = Some(change.clone());
                continue;
            }
            let rest = &key[name.len()..];
            let notation = rest.strip_prefix('.').unwrap_or(rest);
            if let Some(value) = value.as_mut().filter(|value| !value.is_null()) {
                mutate(value, notation, change);
            }
        }
        if let Some(value) = value {
            resolved.insert(name.to_owned(), value);
        }
    }
    resolved
}

/// The value that an override says for a variable whose value is `base` otherwise.
pub(super) fn single(schema: &Map<String, Json>, name: &str, change: &Json, base: Option<&Json>) -> Json {
    let Some(paths) = change.as_object().filter(|_| schema.contains_key(name)) else { return change.clone() };
    let mut flat = Map::new();
    if let Some(base) = base {
        flat.insert(name.to_owned(), base.clone());
    }
    for (key, value) in paths {
        let full = if key == name { key.clone() } else { format!("{name}.{key}") };
        flat.insert(full, value.clone());
    }
    if flat.is_empty() {
        return change.clone();
    }
    several(schema, &flat).remove(name).unwrap_or_else(|| change.clone())
}

fn parse(notation: &str) -> (Vec<Step>, &str) {
    let (rest, operation) = split_operation(notation.trim());
    let mut steps = Vec::new();
    let mut rest = rest;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let key = rest[..end].trim().to_owned();
        rest = &rest[end..];
        if let Some(inner) = rest.strip_prefix('[') {
            let close = inner.find(']').unwrap_or(inner.len());
            steps.push(Step { key, item: selector(&inner[..close]) });
            rest = inner.get(close + 1..).unwrap_or_default();
        } else if !key.is_empty() {
            steps.push(Step { key, item: Item::None });
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    (steps, operation)
}

fn selector(inner: &str) -> Item {
    let Some((property, wanted)) = inner.split_once('=') else {
        let digits: String = inner.trim().chars().take_while(char::is_ascii_digit).collect();
        return Item::Index(digits.parse().ok());
    };
    let wanted = wanted.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| wanted.strip_prefix(quote)?.strip_suffix(quote));
    Item::Where(property.trim().to_owned(), unquoted.unwrap_or(wanted).to_owned())
}

/// The list that a step is about an item of.
fn list<'v>(value: &'v mut Json, step: &Step) -> Option<&'v mut Vec<Json>> {
    if value.is_array() { value.as_array_mut() } else { value.get_mut(&step.key)?.as_array_mut() }
}

fn position(items: &[Json], property: &str, wanted: &str) -> Option<usize> {
    let text = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    items.iter().position(|item| {
        item.as_object().and_then(|item| item.get(property)).is_some_and(|found| text(found) == wanted)
    })
}

fn inside<'v>(value: &'v mut Json, step: &Step) -> Option<&'v mut Json> {
    match &step.item {
        Item::None => value.get_mut(&step.key),
        Item::Index(index) => list(value, step)?.get_mut((*index)?),
        Item::Where(property, wanted) => {
            let items = list(value, step)?;
            let index = position(items, property, wanted)?;
            items.get_mut(index)
        }
    }
}

fn mutate(value: &mut Json, notation: &str, change: &Json) {
    let (steps, operation) = parse(notation);
    let Some((last, parents)) = steps.split_last() else {
        if let Some(items) = value.as_array_mut() {
            match operation {
                "append" => items.push(change.clone()),
                "prepend" => items.insert(0, change.clone()),
                _ => {}
            }
        }
        return;
    };
    let mut container = value;
    for step in parents {
        match inside(container, step) {
            Some(next) => container = next,
            None => return,
        }
    }
    apply(container, last, operation, change);
}

fn apply(container: &mut Json, step: &Step, operation: &str, change: &Json) {
    match (&step.item, operation) {
        (Item::Index(Some(index)), "remove") => {
            if let Some(items) = list(container, step).filter(|items| *index < items.len()) {
                items.remove(*index);
            }
        }
        (Item::Index(Some(index)), "set") => {
            if let Some(items) = list(container, step)
                && *index < 10_000
            {
                if *index >= items.len() {
                    items.resize(*index + 1, Json::Null);
                }
                items[*index] = change.clone();
            }
        }
        (Item::Where(property, wanted), _) => {
            let Some(items) = list(container, step) else { return };
            let Some(index) = position(items, property, wanted) else { return };
            match operation {
                "remove" => drop(items.remove(index)),
                "after" => items.insert(index + 1, change.clone()),
                "before" => items.insert(index, change.clone()),
                _ => {}
            }
        }
        (Item::None, _) => {
            let Some(entries) = container.as_object_mut() else { return };
            match operation {
                "remove" => drop(entries.remove(&step.key)),
                "append" | "prepend" => {
                    let items = entries.entry(step.key.clone()).or_insert_with(|| Json::Array(Vec::new()));
                    if items.is_null() {
                        *items = Json::Array(Vec::new());
                    }
                    if let Some(items) = items.as_array_mut() {
                        let at = if operation == "append" { items.len() } else { 0 };
                        items.insert(at, change.clone());
                    }
                }
                "set" => drop(entries.insert(step.key.clone(), change.clone())),
                _ => {}
            }
        }
        (Item::Index(_), _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{several, single};
    use serde_json::{Value as Json, json};

    fn resolved(default: &Json, changes: &Json) -> Json {
        let schema = json!({"v": {"defaultValue": default}});
        several(schema.as_object().expect("a mapping"), changes.as_object().expect("a mapping")).remove("v").expect("v")
    }

    #[test]
    fn changes_are_made_in_order_of_length() {
        let default = json!({"a": {"b": 1, "tags": ["x"]}, "rows": [{"id": 1}, {"id": 2}]});
        let one = |change: &str, value: Json| resolved(&default, &json!({change: value}));
        assert_eq!(one("v.a.b", json!(5))["a"]["b"], 5);
        assert_eq!(one("v.a.tags:append", json!("y"))["a"]["tags"], json!(["x", "y"]));
        assert_eq!(one("v.rows[id=1]:after", json!({"id": 9}))["rows"], json!([{"id": 1}, {"id": 9}, {"id": 2}]));
        assert_eq!(one("v.rows[1].id", json!(7))["rows"][1]["id"], 7);
        assert_eq!(one("v.rows[id=2]:remove", Json::Null)["rows"], json!([{"id": 1}]));
        assert_eq!(resolved(&json!([1]), &json!({"v:prepend": 0})), json!([0, 1]));
        assert_eq!(resolved(&default, &json!({"v.a": {"b": 0}, "v": {"a": 1}})), json!({"a": {"b": 0}}));
    }

    #[test]
    fn an_override_starts_from_the_value_that_it_overrides() {
        let schema = json!({"v": {"defaultValue": {"a": 1, "b": 2}}});
        let schema = schema.as_object().expect("a mapping");
        assert_eq!(single(schema, "v", &json!({"a": 3}), None), json!({"a": 3, "b": 2}));
        assert_eq!(single(schema, "v", &json!({"a": 3}), Some(&json!({"b": 4}))), json!({"a": 3, "b": 4}));
        assert_eq!(single(schema, "v", &json!("text"), None), "text");
    }
}

//! Another reader's values, and edits on them.

use crate::source::{Path, Step};
use crate::yaml::{Data, Edit};
use serde_yaml::Value;

/// A value whose equality minds the order of keys.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Model {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

pub(super) fn read(text: &str) -> Result<Model, String> {
    let text = text.trim_start_matches('\u{feff}');
    let value: Value = serde_yaml::from_str(text).map_err(|error| format!("{error} in\n{text}"))?;
    Ok(from(value))
}

fn from(value: Value) -> Model {
    match value {
        Value::Null => Model::Null,
        Value::Bool(value) => Model::Boolean(value),
        Value::Number(number) => Model::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Model::Text(text),
        Value::Sequence(items) => Model::List(items.into_iter().map(from).collect()),
        Value::Mapping(entries) => Model::Map(
            entries
                .into_iter()
                .map(|(key, value)| match key {
                    Value::String(key) => (key, from(value)),
                    key => (format!("{key:?}"), from(value)),
                })
                .collect(),
        ),
        Value::Tagged(tagged) => from(tagged.value),
    }
}

pub(super) fn of(data: &Data) -> Model {
    match data {
        Data::Null => Model::Null,
        Data::Boolean(value) => Model::Boolean(*value),
        Data::Integer(value) => Model::Number(serde_yaml::Number::from(*value).as_f64().unwrap_or(f64::NAN)),
        Data::Number(value) => Model::Number(*value),
        Data::Decimal(text) => text.parse().map_or_else(|_| Model::Text(text.clone()), Model::Number),
        Data::Plain(text) | Data::Text(text) => Model::Text(text.clone()),
        Data::Sequence(items, _) => Model::List(items.iter().map(of).collect()),
        Data::Mapping(entries, _) => Model::Map(entries.iter().map(|(key, value)| (key.clone(), of(value))).collect()),
        Data::Pair(key, value) => Model::Map(vec![(key.clone(), of(value))]),
    }
}

fn find<'m>(model: &'m mut Model, path: &Path) -> Option<&'m mut Model> {
    let mut at = model;
    for step in path.steps() {
        at = match (at, step) {
            (Model::Map(entries), Step::Key(key)) => &mut entries.iter_mut().find(|entry| entry.0 == **key)?.1,
            (Model::List(items), Step::Index(index)) => items.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(at)
}

pub(super) fn apply(mut model: Model, edit: &Edit) -> Option<Model> {
    let parent = edit.path().split_last().map(|(parent, _)| parent).unwrap_or_default();
    let last = edit.path().steps().last();
    match edit {
        Edit::Set { path, value } => *find(&mut model, path)? = of(value),
        Edit::MoveItem { path, from, to } => {
            let Model::List(items) = find(&mut model, path)? else { return None };
            let moved = items.remove(*from);
            items.insert(*to, moved);
        }
        Edit::InsertItem { path, index, value } => match find(&mut model, path)? {
            Model::List(items) => items.insert(*index, of(value)),
            nothing => *nothing = Model::List(vec![of(value)]),
        },
        Edit::Insert { value, before, .. } => {
            let Some(Step::Key(key)) = last else { return None };
            let new = (key.to_string(), of(value));
            match find(&mut model, &parent)? {
                Model::Map(entries) => {
                    let at = before.first().and_then(|key| entries.iter().position(|entry| entry.0 == **key));
                    entries.insert(at.unwrap_or(entries.len()), new);
                }
                nothing => *nothing = Model::Map(vec![new]),
            }
        }
        Edit::Remove { .. } => match (find(&mut model, &parent)?, last?) {
            (Model::Map(entries), Step::Key(key)) => entries.retain(|entry| entry.0 != **key),
            (Model::List(items), Step::Index(index)) => drop(items.remove(*index)),
            _ => return None,
        },
        Edit::RenameKey { key: new, .. } => match (find(&mut model, &parent)?, last?) {
            (Model::Map(entries), Step::Key(key)) => {
                entries.iter_mut().find(|entry| entry.0 == **key)?.0 = new.to_string();
            }
            _ => return None,
        },
    }
    Some(model)
}

//! Reading foreign files: JSON or YAML as JSON values that know where they stand.

use super::item::{Item, Kept};
use crate::source::Path;
use serde_json::{Map, Value as Json};

/// A file of the source.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its path, for messages.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) file: &'a str,
    pub(super) path: Path,
    pub(super) json: &'a Json,
}

impl Input {
    /// The documents in it: one, or several where YAML has several.
    ///
    /// # Errors
    /// When it is neither JSON nor YAML.
    pub(super) fn documents(&self) -> Result<Vec<Json>, Box<Item>> {
        let unreadable = |error: String| {
            Box::new(Item {
                kept: Kept::No,
                file: self.file.clone(),
                path: Path::root(),
                flag: None,
                message: format!("the file does not read: {error}"),
                help: "correct it, or leave the file out".into(),
            })
        };
        let first = self.text.trim_start();
        if first.starts_with(['{', '[']) {
            return match serde_json::from_str(&self.text) {
                Ok(json) => Ok(vec![json]),
                // Flow style of YAML looks like JSON.
                Err(error) => yaml(&self.text).map_err(|_| unreadable(error.to_string())),
            };
        }
        yaml(&self.text).map_err(unreadable)
    }
}

fn yaml(text: &str) -> Result<Vec<Json>, String> {
    use serde::Deserialize;
    // An alias can stand for more than fits into memory; none of the sources needs one.
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let value = serde_yaml::Value::deserialize(document).map_err(|error| error.to_string())?;
        documents.push(json_of(value)?);
    }
    Ok(documents)
}

fn json_of(value: serde_yaml::Value) -> Result<Json, String> {
    Ok(match value {
        serde_yaml::Value::Null => Json::Null,
        serde_yaml::Value::Bool(value) => value.into(),
        serde_yaml::Value::String(text) => text.into(),
        serde_yaml::Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => number.into(),
            (_, Some(number), _) => number.into(),
            (.., number) => number.and_then(serde_json::Number::from_f64).map_or(Json::Null, Json::Number),
        },
        serde_yaml::Value::Sequence(items) => items.into_iter().map(json_of).collect::<Result<Vec<_>, _>>()?.into(),
        serde_yaml::Value::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match key {
                    serde_yaml::Value::String(key) => key,
                    serde_yaml::Value::Bool(key) => key.to_string(),
                    serde_yaml::Value::Number(key) => key.to_string(),
                    _ => return Err("a mapping has a key that is not text".into()),
                };
                map.insert(key, json_of(value)?);
            }
            map.into()
        }
        serde_yaml::Value::Tagged(tagged) => json_of(tagged.value)?,
    })
}

impl<'a> Node<'a> {
    /// The root of a document.
    pub(super) const fn root(file: &'a str, json: &'a Json) -> Self {
        Self { file, path: Path::root(), json }
    }

    /// The value of `key`, unless it is missing or null.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let json = self.json.get(key).filter(|json| !json.is_null())?;
        Some(Self { file: self.file, path: self.path.key(key), json })
    }

    /// The entries of a mapping, in order; none of anything else.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        let (file, path) = (self.file, self.path.clone());
        let entries = self.json.as_object().into_iter().flatten();
        entries.map(move |(key, json)| (key.as_str(), Self { file, path: path.key(key.as_str()), json }))
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let (file, path) = (self.file, self.path.clone());
        let items = self.json.as_array().into_iter().flatten().enumerate();
        items.map(move |(index, json)| Self { file, path: path.index(index), json })
    }

    /// The text of `key`.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.json.get(key)?.as_str()
    }

    /// Whether `key` is `true`; `None` when it is no boolean.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.json.get(key)?.as_bool()
    }

    /// The number of `key`.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.json.get(key)?.as_f64()
    }

    /// That this construct can't be carried over.
    pub(super) fn unlike(&self, message: impl Into<String>, help: impl Into<String>) -> Box<Item> {
        self.item(Kept::No, message, help)
    }

    /// An item about this construct.
    pub(super) fn item(&self, kept: Kept, message: impl Into<String>, help: impl Into<String>) -> Box<Item> {
        let (file, path) = (self.file.to_owned(), self.path.clone());
        Box::new(Item { kept, file, path, flag: None, message: message.into(), help: help.into() })
    }
}

/// A JSON value in few words.
pub(super) fn short(json: &Json) -> String {
    let text = json.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    text.chars().take(57).chain("…".chars()).collect()
}

//! Reading foreign files: JSON, YAML or TOML as JSON values that know where they stand.

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
    /// When it is neither JSON nor YAML, or, where its name ends so, no TOML.
    fn documents(&self) -> Result<Vec<Json>, Box<Item>> {
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
        let text = self.text.trim_start_matches('\u{FEFF}');
        if std::path::Path::new(&self.file).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
            let read: Result<Any, _> = toml::from_str(text);
            return read.map(|any| vec![any.0]).map_err(|error| unreadable(error.message().to_owned()));
        }
        if text.trim_start().starts_with(['{', '[']) {
            // Several may follow each other, as Flipt exports several namespaces.
            return match serde_json::Deserializer::from_str(text).into_iter().collect() {
                Ok(documents) => Ok(documents),
                // Flow style of YAML looks like JSON.
                Err(error) => yaml(text).map_err(|_| unreadable(error.to_string())),
            };
        }
        yaml(text).map_err(unreadable)
    }
}

/// The documents of all files, each with the path of its file; what does not read is added to `items`.
pub(super) fn documents<'i>(inputs: &'i [Input], items: &mut Vec<Item>) -> Vec<(&'i str, Json)> {
    let mut all = Vec::new();
    for input in inputs {
        match input.documents() {
            Ok(read) => all.extend(read.into_iter().map(|json| (input.file.as_str(), json))),
            Err(item) => items.push(*item),
        }
    }
    all
}

fn yaml(text: &str) -> Result<Vec<Json>, String> {
    use serde::Deserialize;
    // The library bounds how often aliases are followed.
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Any::deserialize(document).map(|any| any.0).map_err(|error| error.to_string()))
        .collect()
}

/// Any value of YAML or TOML; keys are the text that they are written as, so that `False` stays `False`.
struct Any(Json);

impl<'de> serde::Deserialize<'de> for Any {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> serde::de::Visitor<'de> for AnyValue {
    type Value = Json;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value that JSON has, too")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        let number = serde_json::Number::from_f64(value);
        number.map(Json::Number).ok_or_else(|| E::custom(format!("{value} is no number of JSON")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(Any(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut all = Map::new();
        let mut merged = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            let Any(value) = entries.next_value()?;
            if key == "<<" {
                merged.push(value);
            } else {
                all.insert(key, value);
            }
        }
        // How the library hands out a time of TOML.
        if let (1, Some(time)) = (all.len(), all.get("$__toml_private_datetime")) {
            return Ok(time.clone());
        }
        for value in merged {
            let list = if let Json::Array(list) = value { list } else { vec![value] };
            for (key, value) in list.into_iter().filter_map(|one| one.as_object().cloned()).flatten() {
                all.entry(key).or_insert(value);
            }
        }
        Ok(all.into())
    }
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

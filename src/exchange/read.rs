//! Reading foreign files: JSON, YAML or TOML as JSON values that know where they stand.

use super::item::{Item, Kept};
use crate::diagnostic::codes::syntax::DUPLICATE_KEY;
use crate::source::{At, Path, Position, Span, Step, Strict};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::cell::RefCell;
use std::ops::Range;

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
    /// When it is neither JSON nor YAML nor TOML, or names something twice in one mapping: each such place.
    fn documents(&self) -> Result<Vec<Json>, Vec<Item>> {
        let text = self.text.trim_start_matches('\u{FEFF}');
        let doubled = RefCell::new(Vec::new());
        let read = self.values(text, &doubled).map_err(|error| {
            // Places are in the text as it is.
            let skipped = self.text.len() - text.len();
            let span = error.at.map(|at| Span::new(at.start + skipped, at.end + skipped));
            let message = format!("the file does not read: {}", error.words);
            vec![Item { span, ..self.item(message, "correct it, or leave the file out") }]
        })?;
        let doubled = doubled.into_inner();
        if doubled.is_empty() { Ok(read) } else { Err(self.doubled(doubled)) }
    }

    fn values(&self, text: &str, doubled: &RefCell<Vec<Path>>) -> Result<Vec<Json>, Unreadable> {
        let end = std::path::Path::new(&self.file).extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
        let is_toml = match end.as_deref() {
            Some("toml") => true,
            Some("json" | "yaml" | "yml") => false,
            // Standard input, say.
            _ => looks_like_toml(text),
        };
        if is_toml {
            return toml::Deserializer::parse(text)
                .and_then(|toml| Any { above: None, merges: false, doubled }.deserialize(toml))
                .map(|json| vec![json])
                .map_err(|error| Unreadable { words: error.message().to_owned(), at: error.span() });
        }
        if text.trim_start().starts_with(['{', '[']) {
            // Several may follow each other, as Flipt exports several namespaces.
            return several(text, doubled).or_else(|error| {
                // Flow style of YAML looks like JSON.
                doubled.borrow_mut().clear();
                yaml(text, doubled).map_err(|_| {
                    let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
                    let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
                    let words = error.to_string();
                    let words = words.rsplit_once(" at line ").map_or(&*words, |(words, _)| words).to_owned();
                    Unreadable { words, at: Some(at.min(text.len())..at.min(text.len())) }
                })
            });
        }
        yaml(text, doubled).map_err(|error| {
            let at = error.location().map(|location| location.index().min(text.len()));
            Unreadable { words: error.to_string(), at: at.map(|at| at..at) }
        })
    }

    /// What stands twice: by its bytes where our own reader tells them, else by its path.
    fn doubled(&self, paths: Vec<Path>) -> Vec<Item> {
        let help = "keep one of the two; the source silently takes one of them, mostly the last";
        let (_, problems) = crate::yaml::parse(&self.file.as_str().into(), &self.text);
        let twice = problems.iter().filter(|problem| problem.code == &DUPLICATE_KEY);
        let spans = twice.filter_map(|problem| {
            let (At::Span(span), At::Span(first)) = (&problem.place.as_ref()?.at, &problem.related.first()?.0.at)
            else {
                return None;
            };
            Some((*span, Position::of(&self.text, first.start as usize).line))
        });
        let spans: Vec<(Span, usize)> = spans.collect();
        if spans.len() == paths.len() {
            let item = |(span, line): (Span, usize)| {
                let key = span.slice(&self.text).trim_matches(['"', '\'']);
                let message = format!("the key `{key}` stands twice, first in line {line}");
                Item { span: Some(span), ..self.item(message, help) }
            };
            return spans.into_iter().map(item).collect();
        }
        let item = |path: Path| Item { path: path.clone(), ..self.item(format!("`{path}` stands twice"), help) };
        paths.into_iter().map(item).collect()
    }

    fn item(&self, message: String, help: &str) -> Item {
        let (file, help) = (self.file.clone(), help.to_owned());
        Item { kept: Kept::No, file, path: Path::root(), span: None, flag: None, message, help }
    }
}

/// The documents of all files, each with the path of its file; what does not read is added to `items`.
pub(super) fn documents<'i>(inputs: &'i [Input], items: &mut Vec<Item>) -> Vec<(&'i str, Json)> {
    let mut all = Vec::new();
    for input in inputs {
        match input.documents() {
            Ok(read) => all.extend(read.into_iter().map(|json| (input.file.as_str(), json))),
            Err(problems) => items.extend(problems),
        }
    }
    all
}

/// Why a file does not read, and where.
struct Unreadable {
    words: String,
    at: Option<Range<usize>>,
}

/// Whether the first line that is more than a comment is a table's header or `name = value`.
fn looks_like_toml(text: &str) -> bool {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    if let Some(header) = line.strip_prefix('[') {
        let header = header.split('#').next().unwrap_or_default().trim_end();
        let is_name = |c: char| c.is_alphanumeric() || "_-. \"'[]".contains(c);
        // A list of JSON would hold more, or nothing.
        return header.strip_suffix(']').is_some_and(|name| !name.trim().is_empty() && name.chars().all(is_name))
            && text.lines().any(|line| line.split_once('=').is_some_and(|(name, _)| !name.contains(':')));
    }
    line.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains([':', '{']))
}

/// The values of JSON that follow each other.
fn several(text: &str, doubled: &RefCell<Vec<Path>>) -> Result<Vec<Json>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut all = Vec::new();
    // Reports the end, or that something follows.
    while reader.end().is_err() {
        all.push(Any { above: None, merges: false, doubled }.deserialize(&mut reader)?);
    }
    Ok(all)
}

fn yaml(text: &str, doubled: &RefCell<Vec<Path>>) -> Result<Vec<Json>, serde_yaml::Error> {
    // The library bounds how often aliases are followed.
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Any { above: None, merges: true, doubled }.deserialize(document))
        .collect()
}

/// Any value; keys are the text that they are written as, so that `False` stays `False`. What stands twice is added to
/// `doubled`.
#[derive(Clone, Copy)]
struct Any<'r> {
    above: Option<&'r Above<'r>>,
    /// Whether `<<` takes entries over from elsewhere.
    merges: bool,
    doubled: &'r RefCell<Vec<Path>>,
}

/// The way to a value, from the inside.
struct Above<'r> {
    above: Option<&'r Self>,
    step: Step,
}

impl<'r> Any<'r> {
    fn path(&self) -> Path {
        let mut steps: Vec<Step> =
            std::iter::successors(self.above, |one| one.above).map(|one| one.step.clone()).collect();
        steps.reverse();
        steps.into_iter().collect()
    }

    fn below<'b>(&self, above: &'b Above<'b>) -> Any<'b>
    where
        'r: 'b,
    {
        Any { above: Some(above), ..*self }
    }
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        loop {
            let above = Above { above: self.above, step: Step::Index(all.len()) };
            match items.next_element_seed(self.below(&above))? {
                Some(item) => all.push(item),
                None => return Ok(all.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut all = Map::new();
        let mut merged = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            let above = Above { above: self.above, step: Step::Key(key.as_str().into()) };
            let below = self.below(&above);
            let value = entries.next_value_seed(below)?;
            if self.merges && key == "<<" {
                merged.push(value);
            } else if all.insert(key, value).is_some() {
                self.doubled.borrow_mut().push(below.path());
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

    /// What a text of this construct says as JSON; `None` when it is no JSON.
    ///
    /// # Errors
    /// When it names something twice.
    pub(super) fn inner(&self, text: &str) -> Result<Option<Json>, Box<Item>> {
        match serde_json::from_str(text) {
            Ok(Strict(json)) => Ok(Some(json)),
            Err(error) if error.is_data() => {
                Err(self.unlike(format!("the JSON in this text is not clear: {error}"), "keep one of the two"))
            }
            Err(_) => Ok(None),
        }
    }

    /// An item about this construct.
    pub(super) fn item(&self, kept: Kept, message: impl Into<String>, help: impl Into<String>) -> Box<Item> {
        let (file, path) = (self.file.to_owned(), self.path.clone());
        Box::new(Item { kept, file, path, span: None, flag: None, message: message.into(), help: help.into() })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, text: &str) -> Result<Vec<Json>, Vec<String>> {
        let inputs = [Input { file: file.into(), text: text.into() }];
        let mut items = Vec::new();
        let read = documents(&inputs, &mut items);
        if items.is_empty() {
            return Ok(read.into_iter().map(|(_, json)| json).collect());
        }
        let mut sources = crate::source::Sources::new();
        sources.insert(file.into(), text);
        let said = |item: &Item| {
            assert!(read.is_empty() && item.kept == Kept::No && !item.help.is_empty(), "{item:?}");
            let place = crate::render::diagnostic::location(&item.diagnostic(), &sources).unwrap();
            format!("{place} {}", item.message)
        };
        Err(items.iter().map(said).collect())
    }

    #[test]
    fn what_stands_twice_is_told_with_its_place() {
        for (file, text, said) in [
            ("a.json", "{\"a\": 1,\n \"a\": 2}", "a.json:2:2 the key `a` stands twice, first in line 1"),
            ("a.json", "{\"a\": [{\"b\": 1, \"b\": 1}]}\n{}", "a.json:1:17 the key `b` stands twice, first in line 1"),
            ("a.json", "{}\n{\"a\": [{\"b\": 1, \"b\": 1}]}", "a.json:1:1 `a[0].b` stands twice"),
            ("a.yaml", "a:\n  b: 1\n  b: 2\n", "a.yaml:3:3 the key `b` stands twice, first in line 2"),
            ("a.yaml", "1: a\n\"1\": b\n---\n{}\n", "a.yaml:2:1 the key `1` stands twice, first in line 1"),
            ("a.toml", "a = 1\na = 2\n", "a.toml:2:1 the file does not read: duplicate key"),
            ("-", "[a]\nb = 1\n[a]\n", "-:3:2 the file does not read: duplicate key"),
        ] {
            assert_eq!(read(file, text), Err(vec![said.to_owned()]), "{text}");
        }
        let both = read("a.json", "\u{feff}{\"a\": 1, \"a\": {\"b\": 0, \"b\": 0}}").unwrap_err();
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(read("a.yaml", "a: {b: 1}\nc: {<<: {b: 1, d: 1}, d: 2}\n").is_ok(), "a mapping may take entries over");
        assert!(read("a.json", "{\"a\": {\"b\": 1}, \"b\": {\"b\": 1, \"<<\": {}}}").is_ok());
    }

    #[test]
    fn what_does_not_read_is_told_with_its_place() {
        for (file, text, place) in [
            ("a.json", "\u{feff}{\"a\":\n  tru, }}", "a.json:2:"),
            ("a.yaml", "a: 1\nb: [\n", "a.yaml:"),
            ("a.toml", "a = 1\nb = = 2\n", "a.toml:2:"),
        ] {
            let said = read(file, text).unwrap_err();
            assert!(said[0].starts_with(place) && said[0].contains("does not read"), "{said:?}");
        }
    }

    #[test]
    fn standard_input_may_be_any_of_the_languages() {
        for text in [
            "{\"a\": {\"b\": \"x=y\"}}",
            "a:\n  b: x=y\n",
            "# a = b\n\na: {b: x=y}\n",
            "{a: {b: x=y}}",
            "# toml\n[a]\nb = \"x=y\"\n",
            "a.b = \"x=y\"\n",
            "\"a\" = {b = \"x=y\"}\n",
        ] {
            assert_eq!(read("-", text), Ok(vec![serde_json::json!({"a": {"b": "x=y"}})]), "{text}");
        }
        assert_eq!(read("-", "[1, \"a\"]"), Ok(vec![serde_json::json!([1, "a"])]));
        assert_eq!(read("-", "[\n]"), Ok(vec![serde_json::json!([])]));
        assert_eq!(read("-", "[[a]]\nb = 1\n"), Ok(vec![serde_json::json!({"a": [{"b": 1}]})]));
    }
}

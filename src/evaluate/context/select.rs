//! Contexts of which only what is asked for is kept: for millions of them.

use super::{Context, ContextError, fits};
use crate::model::AttributePath;
use crate::source::Strict;
use serde::Deserialize as _;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;
use std::fmt;

/// An attribute that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'n> {
    name: &'n str,
    /// What is kept of it when it is an object; nothing means everything.
    inside: Vec<Wanted<'n>>,
}

impl<'n> Wanted<'n> {
    /// All that is named by `paths`, each from the outermost name on.
    pub fn all<P: IntoIterator<Item = &'n str>>(paths: impl IntoIterator<Item = P>) -> Vec<Self> {
        let mut found = Vec::new();
        for path in paths {
            add(&mut found, &path.into_iter().collect::<Vec<_>>());
        }
        found
    }
}

fn add<'n>(found: &mut Vec<Wanted<'n>>, path: &[&'n str]) {
    let Some((name, rest)) = path.split_first() else { return };
    match found.iter_mut().find(|wanted| wanted.name == *name) {
        Some(wanted) if rest.is_empty() => wanted.inside.clear(),
        // All of it is kept already.
        Some(wanted) if wanted.inside.is_empty() => {}
        Some(wanted) => add(&mut wanted.inside, rest),
        None => {
            let mut inside = Vec::new();
            add(&mut inside, rest);
            found.push(Wanted { name, inside });
        }
    }
}

/// A context of which only what is wanted was kept, in the form that takes the least time to read and to ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection<'n>(Kept<'n>);

#[derive(Debug, Clone, PartialEq)]
enum Kept<'n> {
    /// An object of which not everything is wanted: what is, by name. These are few, and found faster one by one than by
    /// hashing.
    Some(Vec<(&'n str, Kept<'n>)>),
    Value(Json),
}

impl Kept<'_> {
    fn at(&self, parts: &[Box<str>]) -> Option<&Json> {
        match (self, parts.split_first()) {
            (Kept::Value(json), _) => parts.iter().try_fold(json, |json, part| json.as_object()?.get(&**part)),
            (Kept::Some(entries), Some((first, rest))) => {
                entries.iter().find(|(name, _)| *name == &**first).and_then(|(_, kept)| kept.at(rest))
            }
            // It is only asked for what is inside.
            (Kept::Some(_), None) => None,
        }
    }

    fn into_json(self) -> Json {
        match self {
            Kept::Value(json) => json,
            Kept::Some(entries) => {
                entries.into_iter().map(|(name, kept)| (name.to_owned(), kept.into_json())).collect()
            }
        }
    }
}

impl<'n> Selection<'n> {
    /// As [`Context::parse`], but only what is `wanted` is kept. What is left out is read as strictly as everything else.
    ///
    /// # Errors
    /// Those of [`Context::parse`].
    pub fn parse(text: &str, wanted: &'n [Wanted<'n>]) -> Result<Self, ContextError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let selected = Selected { wanted, depth: Context::DEPTH };
        let read = reader.deserialize_map(selected).and_then(|found| reader.end().map(|()| found));
        match read {
            Ok(Some(found)) => Ok(Self(Kept::Some(found))),
            // Whatever is the matter, it is told in one way.
            _ => Context::parse(text).map(|context| Self(Kept::Value(Json::Object(context.attributes)))),
        }
    }

    /// What stands at `path`, which was wanted; it may be null.
    pub(super) fn written(&self, path: &AttributePath) -> Option<&Json> {
        self.0.at(path.parts())
    }
}

impl From<Selection<'_>> for Context {
    fn from(selection: Selection<'_>) -> Self {
        let attributes = match selection.0.into_json() {
            Json::Object(attributes) => attributes,
            _ => Map::new(),
        };
        Self { attributes, untold: Vec::new() }
    }
}

/// An object; `None` when it is nested deeper than this, or seems to name something twice.
#[derive(Clone, Copy)]
struct Selected<'n> {
    wanted: &'n [Wanted<'n>],
    depth: usize,
}

impl<'de, 'n> Visitor<'de> for Selected<'n> {
    type Value = Option<Vec<(&'n str, Kept<'n>)>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let inside = self.depth.saturating_sub(1);
        let mut found = Vec::with_capacity(self.wanted.len());
        let mut is_sound = self.depth > 0;
        let mut names = Names::default();
        while let Some((wanted, name)) = entries.next_key_seed(Name(self.wanted))? {
            is_sound &= names.is_new(name);
            match wanted {
                Some(Wanted { name, inside: some }) if !some.is_empty() => {
                    let value = entries.next_value_seed(Inside(Selected { wanted: some, depth: inside }))?;
                    is_sound &= value.is_some();
                    found.extend(value.map(|value| (*name, value)));
                }
                Some(Wanted { name, .. }) => {
                    let Strict(value) = entries.next_value()?;
                    is_sound &= fits(&value, inside);
                    found.push((*name, Kept::Value(value)));
                }
                None => is_sound &= entries.next_value_seed(Rest(inside))?,
            }
        }
        Ok(is_sound.then_some(found))
    }
}

/// What is wanted of an object; of any other value all. `None` when it is nested too deep.
struct Inside<'n>(Selected<'n>);

impl<'de, 'n> DeserializeSeed<'de> for Inside<'n> {
    type Value = Option<Kept<'n>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, 'n> Visitor<'de> for Inside<'n> {
    type Value = Option<Kept<'n>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Kept::Value(value.into())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(Kept::Value(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(Kept::Value(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(Kept::Value(value.into())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(Kept::Value(value.into())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(Kept::Value(Json::Null)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        let Strict(value) = Strict::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(fits(&value, self.0.depth).then_some(Kept::Value(value)))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        Ok(self.0.visit_map(entries)?.map(Kept::Some))
    }
}

/// The names of an object so far, as fingerprints: two names that differ share one so rarely that the object can be read
/// again, more carefully, whenever one is there already.
#[derive(Default)]
struct Names {
    /// One bit for each; most new ones find theirs free.
    bits: u64,
    few: [u64; Self::FEW],
    count: usize,
    more: HashSet<u64>,
}

impl Names {
    const FEW: usize = 16;

    /// Adds it; whether it was not there yet.
    fn is_new(&mut self, name: u64) -> bool {
        let bit = 1_u64 << (name >> 58);
        let known = self.bits & bit != 0 && self.few[..self.count.min(Self::FEW)].contains(&name);
        self.bits |= bit;
        match self.few.get_mut(self.count) {
            Some(free) => *free = name,
            None if !self.more.insert(name) => return false,
            None => {}
        }
        self.count += 1;
        !known
    }
}

/// Tells names apart. Names of up to 8 bytes never share one.
fn fingerprint(name: &str) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = name.as_bytes();
    let mut all = bytes.len() as u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        all = (all.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(ODD);
    }
    all
}

/// The name of an entry, if it is one of these, and its fingerprint.
struct Name<'n>(&'n [Wanted<'n>]);

impl<'de, 'n> DeserializeSeed<'de> for Name<'n> {
    type Value = (Option<&'n Wanted<'n>>, u64);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for Name<'n> {
    type Value = (Option<&'n Wanted<'n>>, u64);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok((self.0.iter().find(|wanted| wanted.name == name), fingerprint(name)))
    }
}

/// A value that nobody wants, with at most so many levels of arrays and objects: whether it has no more, and seems to
/// name nothing twice.
struct Rest(usize);

impl<'de> DeserializeSeed<'de> for Rest {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rest {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<bool, A::Error> {
        let mut is_flat_enough = self.0 > 0;
        while let Some(item) = items.next_element_seed(Rest(self.0.saturating_sub(1)))? {
            is_flat_enough &= item;
        }
        Ok(is_flat_enough)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<bool, A::Error> {
        let mut is_sound = self.0 > 0;
        let mut names = Names::default();
        while let Some((_, name)) = entries.next_key_seed(Name(&[]))? {
            is_sound &= names.is_new(name);
            is_sound &= entries.next_value_seed(Rest(self.0.saturating_sub(1)))?;
        }
        Ok(is_sound)
    }
}

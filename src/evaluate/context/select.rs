//! Contexts of which only what is asked for is kept: for millions of them.

use super::{Context, ContextError, fits};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::fmt;

impl Context {
    /// As [`Self::parse`], but only attributes whose outermost names are among `names` are kept. What is left out is read as
    /// strictly as everything else.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn parse_only(text: &str, names: &[&str]) -> Result<Self, ContextError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = Selected { names }.deserialize(&mut reader).and_then(|found| reader.end().map(|()| found));
        match read {
            Ok(Some(attributes)) => Ok(Self { attributes }),
            // Whatever is the matter, it is told in one way.
            _ => Self::parse(text),
        }
    }
}

/// An object; `None` when it is nested too deep.
struct Selected<'n> {
    names: &'n [&'n str],
}

impl<'de> DeserializeSeed<'de> for Selected<'_> {
    type Value = Option<Map<String, Json>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Selected<'_> {
    type Value = Option<Map<String, Json>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut found = Map::with_capacity(self.names.len());
        let mut is_flat_enough = true;
        while let Some(name) = entries.next_key_seed(Name(self.names))? {
            match name {
                Some(name) => {
                    let value: Json = entries.next_value()?;
                    is_flat_enough &= fits(&value, Context::DEPTH - 1);
                    found.insert(name.to_owned(), value);
                }
                None => is_flat_enough &= entries.next_value_seed(Rest(Context::DEPTH - 1))?,
            }
        }
        Ok(is_flat_enough.then_some(found))
    }
}

/// The name of an entry, if it is one of these.
struct Name<'n>(&'n [&'n str]);

impl<'de, 'n> DeserializeSeed<'de> for Name<'n> {
    type Value = Option<&'n str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for Name<'n> {
    type Value = Option<&'n str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().copied().find(|wanted| *wanted == name))
    }
}

/// A value that nobody wants, with at most so many levels of arrays and objects: whether it has no more.
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
        let mut is_flat_enough = self.0 > 0;
        while entries.next_key_seed(Name(&[]))?.is_some() {
            is_flat_enough &= entries.next_value_seed(Rest(self.0.saturating_sub(1)))?;
        }
        Ok(is_flat_enough)
    }
}

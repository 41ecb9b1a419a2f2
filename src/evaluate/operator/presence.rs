//! Whether an attribute is there at all.

use super::attribute::{Attribute, Kind};
use super::{Matcher, scalar, texts};
use crate::model::{Scalar, Test};

/// Whether the attribute has to be there. The only operator that can match a missing one.
#[derive(Debug)]
pub(crate) struct Presence(bool);

impl Presence {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        match scalar(test)? {
            Scalar::Boolean(wanted) => Ok(Matcher::Presence(Self(*wanted))),
            other => Err(format!("`{}` takes `true` or `false`, not {other}", test.operator)),
        }
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> bool {
        matches!(attribute.kind, Kind::Missing) != self.0
    }
}

/// Whether the text, list or mapping must have nothing in it.
#[derive(Debug)]
pub(crate) struct Emptiness(bool);

impl Emptiness {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        match scalar(test)? {
            Scalar::Boolean(wanted) => Ok(Matcher::Emptiness(Self(*wanted))),
            other => Err(format!("`{}` takes `true` or `false`, not {other}", test.operator)),
        }
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let empty = match attribute.kind {
            Kind::Text(text) => text.is_empty(),
            Kind::List(items) => items.is_empty(),
            Kind::Object => attribute.json?.as_object()?.is_empty(),
            Kind::Missing | Kind::Boolean(_) | Kind::Number(_) => return None,
        };
        Some(empty == self.0)
    }
}

/// The names of types.
pub static TYPES: [&str; 6] = ["boolean", "number", "text", "list", "mapping", "null"];

/// Types, one of which the attribute has.
#[derive(Debug)]
pub(crate) struct Types([bool; TYPES.len()]);

impl Types {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        let mut wanted = [false; TYPES.len()];
        for text in texts(test)? {
            let index = TYPES.iter().position(|name| *name == text);
            let index = index.ok_or_else(|| format!("`{text}` is no type: there are {}", TYPES.join(", ")))?;
            wanted[index] = true;
        }
        Ok(Matcher::Types(Self(wanted)))
    }

    pub(super) const fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let index = match attribute.kind {
            Kind::Missing if attribute.null => 5,
            Kind::Missing => return None,
            Kind::Boolean(_) => 0,
            Kind::Number(_) => 1,
            Kind::Text(_) => 2,
            Kind::List(_) => 3,
            Kind::Object => 4,
        };
        Some(self.0[index])
    }
}

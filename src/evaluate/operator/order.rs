//! Order of texts and of versions of any form, and sizes of lists.

use super::attribute::{Attribute, Kind};
use super::{Accepts, Matcher, scalar, texts};
use crate::model::{Scalar, Test};
use std::cmp::Ordering;

/// Texts, to one of which the attribute must stand so, by code point.
#[derive(Debug)]
pub(crate) struct Sorted {
    accepts: Accepts,
    bounds: Box<[Box<str>]>,
}

impl Sorted {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        let bounds = texts(test)?.into_iter().map(Into::into).collect();
        Ok(Matcher::Sorted(Self { accepts, bounds }))
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let Kind::Text(text) = attribute.kind else { return None };
        Some(self.bounds.iter().any(|bound| self.accepts.has(text.cmp(bound))))
    }
}

/// Versions of any form, to one of which the attribute must stand so.
#[derive(Debug)]
pub(crate) struct Parts {
    accepts: Accepts,
    bounds: Box<[String]>,
}

impl Parts {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        let bounds = texts(test)?.into_iter().map(padded).collect();
        Ok(Matcher::Parts(Self { accepts, bounds }))
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let own = match attribute.kind {
            Kind::Text(text) => padded(text),
            Kind::Number(number) => padded(&number.to_string()),
            _ => return None,
        };
        Some(self.bounds.iter().any(|bound| self.accepts.has(own.cmp(bound))))
    }
}

/// The parts between dots and dashes, without a leading `v` and what follows a `+`, so that they sort as text: numbers
/// are padded to five digits, and three parts end in what comes after any pre-release.
fn padded(text: &str) -> String {
    let text = if text.is_empty() { "0" } else { text };
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split('+').next().unwrap_or_default();
    let mut parts: Vec<String> = text
        .split(['.', '-'])
        .map(|part| {
            let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            if number { format!("{part:>5}") } else { part.to_owned() }
        })
        .collect();
    if parts.len() == 3 {
        parts.push("~".into());
    }
    parts.join("-")
}

/// How many items a list must have.
#[derive(Debug)]
pub(crate) struct Size {
    accepts: Accepts,
    bound: f64,
}

impl Size {
    pub(super) fn prepare(test: &Test, accepts: Accepts) -> Result<Matcher, String> {
        match scalar(test)? {
            Scalar::Number(bound) if bound.is_finite() => Ok(Matcher::Size(Self { accepts, bound: *bound })),
            other => Err(format!("`{}` takes a number, not {other}", test.operator)),
        }
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let Kind::List(items) = attribute.kind else { return None };
        let size = f64::from(u32::try_from(items.len()).unwrap_or(u32::MAX));
        Some(self.accepts.has(size.partial_cmp(&self.bound).unwrap_or(Ordering::Less)))
    }
}

//! An attribute as operators see it: its type, and the forms that they ask for, parsed once.

use crate::evaluate::lookup::{Outline, TextSet};
use crate::model::{Timestamp, Unit};
use semver::{BuildMetadata, Version};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::net::IpAddr;

/// Forms of an attribute that have to be worked out before an operator can use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Forms(u8);

impl Forms {
    /// Only the value itself.
    pub(crate) const NONE: Self = Self(0);
    /// The semantic version that a text is.
    pub(crate) const VERSION: Self = Self(1);
    /// The time that a text or number is.
    pub(crate) const TIME: Self = Self(2);
    /// The address that a text is.
    pub(crate) const ADDRESS: Self = Self(4);
    /// The text in lower case.
    pub(crate) const FOLDED: Self = Self(8);
    /// The unit that a text or number is.
    pub(crate) const UNIT: Self = Self(16);
    /// The version that a text or number is, read leniently.
    pub(crate) const LENIENT: Self = Self(32);

    /// These and those.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn has(self, form: Self) -> bool {
        self.0 & form.0 != 0
    }
}

/// The type of an attribute with what a comparison needs of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'c> {
    /// Not there, or null.
    Missing,
    Boolean(bool),
    Number(f64),
    Text(&'c str),
    List(&'c [Json]),
    Object,
}

/// An attribute of one context.
#[derive(Debug)]
pub(crate) struct Attribute<'c> {
    /// As it stands in the context; `None` when it is missing or null.
    pub(crate) json: Option<&'c Json>,
    pub(crate) kind: Kind<'c>,
    /// Whether it is there and null, which all but one operator take for missing.
    pub(crate) null: bool,
    /// Whether it is missing because nobody could tell it.
    pub(crate) untold: bool,
    /// Of a text.
    outline: Option<Outline>,
    pub(crate) unit: Option<Cow<'c, str>>,
    /// Without its build metadata, which does not take part in precedence.
    pub(crate) version: Option<Version>,
    pub(crate) time: Option<Timestamp>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) folded: Option<Box<str>>,
    /// The version that is meant by a text such as `v2.1`, or a number; see [`lenient_version`].
    pub(crate) lenient: Option<Box<Version>>,
}

impl<'c> Attribute<'c> {
    /// The attribute with the value `json`, and those of `forms` that it has.
    pub(crate) fn new(json: Option<&'c Json>, forms: Forms) -> Self {
        let null = json.is_some_and(Json::is_null);
        let json = json.filter(|_| !null);
        let kind = match json {
            None | Some(Json::Null) => Kind::Missing,
            Some(Json::Bool(value)) => Kind::Boolean(*value),
            Some(Json::Number(number)) => number.as_f64().map_or(Kind::Missing, Kind::Number),
            Some(Json::String(text)) => Kind::Text(text),
            Some(Json::Array(items)) => Kind::List(items),
            Some(Json::Object(_)) => Kind::Object,
        };
        let text = if let Kind::Text(text) = kind { Some(text) } else { None };
        Self {
            json,
            kind,
            null,
            untold: false,
            outline: text.map(Outline::of),
            unit: if forms.has(Forms::UNIT) { unit(kind) } else { None },
            version: text.filter(|_| forms.has(Forms::VERSION)).and_then(version),
            time: if forms.has(Forms::TIME) { time(kind) } else { None },
            address: text.filter(|_| forms.has(Forms::ADDRESS)).and_then(address),
            folded: text.filter(|_| forms.has(Forms::FOLDED)).map(fold),
            lenient: if forms.has(Forms::LENIENT) { lenient(kind) } else { None },
        }
    }

    /// Whether the text, in lower case when `ignore_case`, is one of `texts`; `None` for other types.
    #[inline]
    pub(crate) fn text_in(&self, texts: &TextSet, ignore_case: bool) -> Option<bool> {
        match (self.kind, self.outline) {
            (Kind::Text(text), Some(outline)) if !ignore_case => Some(texts.contains_outlined(text, outline)),
            _ => self.text(ignore_case).map(|text| texts.contains(text)),
        }
    }

    /// The text, in lower case when `ignore_case`; `None` for other types.
    #[inline]
    pub(crate) fn text(&self, ignore_case: bool) -> Option<&str> {
        match self.kind {
            Kind::Text(text) if !ignore_case => Some(text),
            Kind::Text(_) => self.folded.as_deref(),
            _ => None,
        }
    }
}

/// A non-empty text, or an integral number within ±(2^53−1) in decimal.
fn unit(kind: Kind<'_>) -> Option<Cow<'_, str>> {
    match kind {
        Kind::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
        Kind::Number(number) => Unit::from_number(number).map(|unit| Cow::Owned(unit.as_str().to_owned())),
        _ => None,
    }
}

/// A strict semantic version, without its build metadata.
pub(super) fn version(text: &str) -> Option<Version> {
    let mut version = Version::parse(text).ok()?;
    version.build = BuildMetadata::EMPTY;
    Some(version)
}

/// A version whose minor and patch numbers may be left out, and that may start with a `v`.
pub(super) fn lenient_version(text: &str) -> Option<Version> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let missing = 2_usize.checked_sub(numbers.matches('.').count())?;
    version(&format!("{numbers}{}{rest}", ".0".repeat(missing)))
}

fn lenient(kind: Kind<'_>) -> Option<Box<Version>> {
    let version = match kind {
        Kind::Text(text) => lenient_version(text),
        Kind::Number(number) => lenient_version(&number.to_string()),
        _ => None,
    };
    version.map(Box::new)
}

/// A time in text, or Unix seconds; fractions of a second are cut off.
fn time(kind: Kind<'_>) -> Option<Timestamp> {
    match kind {
        Kind::Text(text) => Timestamp::parse(text).ok(),
        #[expect(clippy::cast_possible_truncation, reason = "saturates: such moments are beyond every other")]
        Kind::Number(number) => Some(Timestamp::from_unix(number.floor() as i64)),
        _ => None,
    }
}

/// An address; a v4 address that is mapped into v6 is the v4 address.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// The simple lower case of Unicode: one character for each character, independent of language and position.
pub(super) fn fold(text: &str) -> Box<str> {
    text.chars().map(fold_character).collect::<String>().into_boxed_str()
}

/// The only character whose full mapping is longer than one (İ) starts with its simple mapping.
fn fold_character(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// Whether `text` in lower case is `folded`.
pub(super) fn folds_to(text: &str, folded: &str) -> bool {
    text.chars().map(fold_character).eq(folded.chars())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unit_of(json: &Json) -> Option<String> {
        Attribute::new(Some(json), Forms::UNIT).unit.map(Cow::into_owned)
    }

    #[test]
    fn units_are_text_or_integral_numbers() {
        assert_eq!(unit_of(&json!("user-1")).as_deref(), Some("user-1"));
        assert_eq!(unit_of(&json!(123)).as_deref(), Some("123"));
        assert_eq!(unit_of(&json!(123.0)).as_deref(), Some("123"));
        assert_eq!(unit_of(&json!(-9_007_199_254_740_991_i64)).as_deref(), Some("-9007199254740991"));
        for none in [json!(""), json!(1.5), json!(true), json!([1]), json!({}), json!(null)] {
            assert_eq!(unit_of(&none), None, "{none}");
        }
        for none in [json!(9_007_199_254_740_992_i64), json!(9_007_199_254_740_993_i64), json!(u64::MAX)] {
            assert_eq!(unit_of(&none), None, "{none}");
        }
    }

    #[test]
    fn lower_case_is_the_simple_mapping() {
        assert_eq!(&*fold("ÄÖÜ Straße ΣΑΣ İ"), "äöü straße σασ i");
        assert!(folds_to("ΣΑΣ", "σασ"));
        assert!(!folds_to("STRASSE", "straße"));
    }

    #[test]
    fn only_the_forms_asked_for_are_worked_out() {
        let json = json!("1.2.3+build");
        let attribute = Attribute::new(Some(&json), Forms::VERSION.and(Forms::FOLDED));
        assert_eq!(attribute.version, Some(Version::new(1, 2, 3)));
        assert!(attribute.folded.is_some() && attribute.unit.is_none() && attribute.time.is_none());
    }

    #[test]
    fn times_before_1970_are_floored() {
        let json = json!(-0.5);
        assert_eq!(Attribute::new(Some(&json), Forms::TIME).time, Some(Timestamp::from_unix(-1)));
        let json = json!(1e300);
        assert_eq!(Attribute::new(Some(&json), Forms::TIME).time, Some(Timestamp::from_unix(i64::MAX)));
    }
}

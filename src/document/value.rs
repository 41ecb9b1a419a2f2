//! Scalars, names, units, times, percentages and JSON: the small things that objects are made of.

use super::decode::{Decoder, Fields, Slot};
use super::tables::FIRST_OF;
use crate::diagnostic::codes::shape;
use crate::diagnostic::did_you_mean;
use crate::model::{
    AttributePath, Bucketing, By, NameError, Scalar, Seconds, Share, TimeError, Timestamp, Unit, Value, ValueType,
    Weight,
};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node, Resolved};
use std::collections::BTreeMap;
use std::str::FromStr;

impl Decoder<'_> {
    /// Text that is not empty.
    pub(super) fn text(&mut self, slot: Slot<'_, '_>) -> Option<String> {
        let text = self.text_ref(slot, "text")?;
        if text.is_empty() {
            let message = format!("{} must not be empty", slot.name);
            self.report(&shape::EMPTY_TEXT, slot.span(), message).help.push("write something, or remove it".into());
            return None;
        }
        Some(text.to_owned())
    }

    /// Text, as it stands; `expected` says of what form.
    pub(super) fn text_ref<'a>(&mut self, slot: Slot<'a, '_>, expected: &str) -> Option<&'a str> {
        if let Some(Resolved::Text(text)) = slot.node.scalar() {
            return Some(text);
        }
        self.wrong_type(slot, expected);
        None
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, slot: Slot<'_, '_>) -> Option<bool> {
        if let Some(Resolved::Boolean(value)) = slot.node.scalar() {
            return Some(value);
        }
        self.wrong_type(slot, "`true` or `false`");
        None
    }

    /// Only `true`.
    pub(super) fn only_true(&mut self, slot: Slot<'_, '_>) -> Option<bool> {
        match slot.node.scalar() {
            Some(Resolved::Boolean(true)) => return Some(true),
            Some(Resolved::Boolean(false)) => {
                let message = format!("{} must be `true` or absent", slot.name);
                let problem = self.report(&shape::WRONG_TYPE, slot.span(), message);
                problem.help.push(format!("remove {}", slot.name));
            }
            _ => self.wrong_type(slot, "`true`"),
        }
        None
    }

    /// A checked name.
    pub(super) fn name<N: FromStr<Err = NameError>>(&mut self, slot: Slot<'_, '_>) -> Option<N> {
        let text = self.text_ref(slot, "a name")?;
        self.check_name(text, slot.span())
    }

    /// The key of an entry as a checked name.
    pub(super) fn key<N: FromStr<Err = NameError>>(&mut self, entry: &Entry<'_>) -> Option<N> {
        self.check_name(&entry.key, entry.key_span)
    }

    fn check_name<N: FromStr<Err = NameError>>(&mut self, text: &str, span: Span) -> Option<N> {
        match text.parse() {
            Ok(name) => Some(name),
            Err(error) => {
                let message = format!("{text:?} is not a name: {error}");
                let help = "names have letters, digits, `.`, `_` and `-`, and start with a letter or digit";
                self.report(&shape::BAD_NAME, span, message).help.push(help.into());
                None
            }
        }
    }

    /// One of a few words.
    pub(super) fn choice<T>(
        &mut self,
        slot: Slot<'_, '_>,
        find: impl Fn(&str) -> Option<T>,
        all: impl Iterator<Item = &'static str> + Clone,
    ) -> Option<T> {
        let text = match slot.node.scalar() {
            Some(Resolved::Text(text)) => Some(text),
            _ => None,
        };
        if let Some(found) = text.and_then(find) {
            return Some(found);
        }
        let words: Vec<String> = all.clone().map(|name| format!("`{name}`")).collect();
        let expected = format!("one of {}", words.join(", "));
        let Some(text) = text else {
            self.wrong(&shape::UNKNOWN_CHOICE, slot, &expected);
            return None;
        };
        let help = did_you_mean(text, all).unwrap_or_else(|| format!("write {expected}"));
        let problem = self.report(&shape::UNKNOWN_CHOICE, slot.span(), format!("{} can't be `{text}`", slot.name));
        problem.label = Some(format!("expected {expected}"));
        problem.help.push(help);
        None
    }

    /// The name of a bucketing algorithm.
    pub(super) fn bucketing(&mut self, slot: Slot<'_, '_>) -> Option<Bucketing> {
        self.choice(slot, Bucketing::from_name, Bucketing::ALL.iter().map(|(_, name, _)| *name))
    }

    /// A point in time.
    pub(super) fn time(&mut self, slot: Slot<'_, '_>) -> Option<Timestamp> {
        let text = self.text_ref(slot, "a time such as 2026-12-01T09:00:00Z")?;
        match Timestamp::parse(text) {
            Ok(time) => Some(time),
            Err(error) => {
                let problem = self.report(&shape::BAD_TIME, slot.span(), error.to_string());
                if matches!(error, TimeError::NoOffset(_)) {
                    problem.label = Some("no offset from UTC".into());
                }
                None
            }
        }
    }

    /// A length of time.
    pub(super) fn length(&mut self, slot: Slot<'_, '_>) -> Option<Seconds> {
        let text = self.text_ref(slot, "a length of time such as 12h")?;
        match Seconds::parse(text) {
            Ok(length) => Some(length),
            Err(error) => {
                self.report(&shape::BAD_LENGTH, slot.span(), error.to_string());
                None
            }
        }
    }

    /// A percentage, from the text of the number.
    pub(super) fn share(&mut self, slot: Slot<'_, '_>) -> Option<Share> {
        let text = self.number_text(slot, "a percentage such as 25 or 33.334")?;
        match Share::parse(text) {
            Ok(share) => Some(share),
            Err(error) => {
                let problem = self.report(&shape::BAD_PERCENTAGE, slot.span(), error.to_string());
                problem
                    .help
                    .push("write a number from 0 to 100 with at most three decimals, such as 25 or 33.334".into());
                None
            }
        }
    }

    fn number_text<'a>(&mut self, slot: Slot<'a, '_>, expected: &str) -> Option<&'a str> {
        match (&slot.node.kind, slot.node.scalar()) {
            (Kind::Scalar(text, _), Some(Resolved::Integer(_) | Resolved::Number(_))) => Some(text),
            (Kind::Scalar(text, _), Some(Resolved::Text(_))) if Share::parse(text).is_ok() => {
                self.wrong_type(slot, expected);
                let number = text.strip_suffix('%').unwrap_or(text).to_owned();
                self.help_last(format!("write {number}, without quotes and percent sign"));
                None
            }
            _ => {
                self.wrong_type(slot, expected);
                None
            }
        }
    }

    /// A percentage without decimals.
    pub(super) fn whole_share(&mut self, slot: Slot<'_, '_>) -> Option<Share> {
        let share = self.share(slot)?;
        if share.steps().is_multiple_of(1000) {
            return Some(share);
        }
        let message = format!("{} is a percentage without decimals here, not {share}", slot.name);
        let problem = self.report(&shape::BAD_PERCENTAGE, slot.span(), message);
        problem.help.push("write a whole number from 0 to 100".into());
        None
    }

    /// A whole number within `range`.
    pub(super) fn count(&mut self, slot: Slot<'_, '_>, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let Some(number) = integral(slot.node) else {
            self.wrong_type(slot, "a whole number");
            return None;
        };
        if let Some(count) = u32::try_from(number).ok().filter(|count| range.contains(count)) {
            return Some(count);
        }
        let (low, high) = range.into_inner();
        let bounds = if high == u32::MAX { format!("at least {low}") } else { format!("from {low} to {high}") };
        self.report(&shape::BAD_COUNT, slot.span(), format!("{} must be {bounds}, not {number}", slot.name));
        None
    }

    /// The name of a native algorithm.
    pub(super) fn native_bucketing(&mut self, slot: Slot<'_, '_>) -> Option<Bucketing> {
        let native = || Bucketing::ALL.iter().filter(|(bucketing, ..)| bucketing.is_native()).map(|(_, name, _)| *name);
        self.choice(slot, |name| Bucketing::from_name(name).filter(|bucketing| bucketing.is_native()), native())
    }

    /// `salt` and `bucketing`, which stand beside each other: the algorithm decides what a salt may be.
    #[expect(clippy::option_option, reason = "none, fine and broken are three answers")]
    pub(super) fn salt_and_bucketing(
        &mut self,
        fields: &Fields<'_, '_>,
    ) -> (Option<Option<String>>, Option<Option<Bucketing>>) {
        let bucketing = self.optional(fields, "bucketing", Self::bucketing);
        let native = bucketing.flatten().or(self.bucketing).unwrap_or_default().is_native();
        (self.optional(fields, "salt", |decoder, slot| decoder.salt(slot, native)), bucketing)
    }

    /// Which attributes are the unit.
    pub(super) fn by(&mut self, slot: Slot<'_, '_>) -> Option<By> {
        match &slot.node.kind {
            Kind::Sequence(..) => self.each(slot, true, Self::attribute).map(By::Joined),
            Kind::Mapping(..) => {
                let fields = self.object(slot, &FIRST_OF)?;
                self.required(&fields, "first", |decoder, slot| decoder.each(slot, true, Self::attribute))
                    .map(By::First)
            }
            Kind::Scalar(..) => self.attribute(slot).map(By::One),
        }
    }

    /// The weight of a part of a split.
    pub(super) fn weight(&mut self, slot: Slot<'_, '_>) -> Option<Weight> {
        let text = self.number_text(slot, "a weight such as 1 or 500")?;
        match Weight::parse(text) {
            Ok(weight) => Some(weight),
            Err(message) => {
                let problem = self.report(&shape::BAD_PERCENTAGE, slot.span(), message);
                problem.help.push("write a whole number, such as 1 or 500".into());
                None
            }
        }
    }

    /// A salt, under a native algorithm or another.
    pub(super) fn salt(&mut self, slot: Slot<'_, '_>, native: bool) -> Option<String> {
        let text = self.text_ref(slot, "text")?;
        // Some of the systems that flags come from have empty salts.
        let (wrong, help) = if native && text.is_empty() {
            ("a salt can't be empty", "remove it: without a salt the key is used".to_owned())
        } else if native && text.contains('/') {
            ("a salt can't contain `/`", format!("write `{}`, say", text.replace('/', "-")))
        } else {
            return Some(text.to_owned());
        };
        self.report(&shape::BAD_SALT, slot.span(), wrong).help.push(help);
        None
    }

    /// A path to an attribute.
    pub(super) fn attribute(&mut self, slot: Slot<'_, '_>) -> Option<AttributePath> {
        let text = self.text_ref(slot, "the path of an attribute, as text")?;
        self.check_attribute(text, slot.span())
    }

    /// Text as a path to an attribute.
    pub(super) fn check_attribute(&mut self, text: &str, span: Span) -> Option<AttributePath> {
        let path = AttributePath::parse(text);
        if path.is_none() {
            let help = "separate names by dots, as in `account.age_days`; write a literal dot as `\\.`";
            let message = format!("{text:?} is not a path to an attribute");
            self.report(&shape::BAD_ATTRIBUTE, span, message).help.push(help.into());
        }
        path
    }

    /// A unit.
    pub(super) fn unit(&mut self, slot: Slot<'_, '_>) -> Option<Unit> {
        let unit = match slot.node.scalar() {
            Some(Resolved::Text("")) => {
                let message = format!("{} is an empty text, which is no unit", slot.name);
                self.report(&shape::EMPTY_TEXT, slot.span(), message).help.push("write the unit, or remove it".into());
                return None;
            }
            Some(Resolved::Text(text)) => Unit::from_text(text),
            _ => integral(slot.node).and_then(|number| Unit::from_text(&number.to_string())),
        };
        if unit.is_none() {
            self.wrong_type(slot, "a unit: text or a whole number");
        }
        unit
    }

    /// A list of units, none of which may be in `seen`, where they are put.
    pub(super) fn units(
        &mut self,
        slot: Slot<'_, '_>,
        filled: bool,
        seen: &mut BTreeMap<Unit, Span>,
    ) -> Option<Vec<Unit>> {
        if slot.node.entries().is_some_and(|entries| entries.iter().any(|entry| entry.key == "file")) {
            let message = "lists of units in a file of their own are reserved for a later version";
            let problem = self.report(&shape::RESERVED, slot.span(), message);
            problem.help.push(format!("write the units into this file: `{}: [user-1, user-2]`", slot.name.word()));
            return None;
        }
        self.each(slot, filled, |decoder, item| {
            let unit = decoder.unit(item)?;
            if let Some(first) = seen.get(&unit) {
                let first = decoder.place(*first);
                let problem =
                    decoder.report(&shape::DUPLICATE_UNIT, item.span(), format!("the unit `{unit}` is listed twice"));
                problem.related.push((first, "it is listed here first".into()));
                problem.help.push("remove one of the two; the first one counts".into());
                return None;
            }
            seen.insert(unit.clone(), item.span());
            Some(unit)
        })
    }

    /// A scalar of a condition or a declaration.
    pub(super) fn scalar(&mut self, slot: Slot<'_, '_>) -> Option<Scalar> {
        let scalar = as_scalar(slot.node);
        if scalar.is_none() {
            self.wrong_type(slot, "text, a number, `true` or `false`");
        }
        scalar
    }

    /// Any JSON value.
    #[expect(clippy::unused_self, reason = "one of the decoders that objects are made of")]
    pub(super) fn json(&mut self, slot: Slot<'_, '_>) -> Option<serde_json::Value> {
        // What JSON can't express are numbers out of range, which the reader has reported.
        node_to_json(slot.node)
    }

    /// A JSON object.
    pub(super) fn json_object(&mut self, slot: Slot<'_, '_>) -> Option<serde_json::Map<String, serde_json::Value>> {
        self.mapping(slot, "a mapping")?;
        match self.json(slot)? {
            serde_json::Value::Object(map) => Some(map),
            _ => None,
        }
    }

    /// A value of a flag of that type; of an unknown type when the flag's type is wrong.
    pub(super) fn value(&mut self, slot: Slot<'_, '_>, value_type: ValueType) -> Option<Value> {
        let scalar = slot.node.scalar();
        let value = match (value_type, scalar) {
            (ValueType::Boolean, Some(Resolved::Boolean(value))) => Some(Value::Boolean(value)),
            (ValueType::String, Some(Resolved::Text(text))) => Some(Value::String(text.to_owned())),
            (ValueType::Integer, _) => integral(slot.node).map(Value::Integer),
            (ValueType::Number, _) => match as_scalar(slot.node) {
                Some(Scalar::Number(number)) => Some(Value::Number(number)),
                _ => None,
            },
            (ValueType::Json, _) => return self.json(slot).map(Value::Json),
            _ => None,
        };
        if value.is_none() {
            let expected = match value_type {
                ValueType::Boolean => "`true` or `false`",
                ValueType::String => "text",
                ValueType::Integer => "a whole number within ±9007199254740991",
                ValueType::Number | ValueType::Json => "a number",
            };
            self.wrong(&shape::VALUE_TYPE, slot, expected);
            self.help_last(format!("the flag's `type` is `{value_type}`, so are all its values"));
        }
        value
    }

    /// Adds a help to the problem that was reported last.
    pub(super) fn help_last(&mut self, help: String) {
        if let Some(problem) = self.last() {
            problem.help.push(help);
        }
    }
}

/// A whole number within ±(2^53−1), also when it is written with a fraction of zero.
pub(super) fn integral(node: &Node<'_>) -> Option<i64> {
    match node.scalar()? {
        Resolved::Integer(number) => Some(number),
        Resolved::Number(number) => Unit::from_number(number)?.as_str().parse().ok(),
        _ => None,
    }
}

/// A scalar, unless nothing stands there.
#[expect(clippy::cast_precision_loss, reason = "the reader keeps integers within ±(2^53−1)")]
pub(super) fn as_scalar(node: &Node<'_>) -> Option<Scalar> {
    match node.scalar()? {
        Resolved::Boolean(value) => Some(Scalar::Boolean(value)),
        Resolved::Integer(number) => Some(Scalar::Number(number as f64)),
        Resolved::Number(number) => Some(Scalar::Number(number)),
        Resolved::Text(text) => Some(Scalar::Text(text.to_owned())),
        Resolved::Null | Resolved::OutOfRange => None,
    }
}

/// The node as JSON; `None` when it holds a number that JSON can't express.
///
/// Of duplicate keys, which the reader reports, the last counts.
#[must_use]
pub fn node_to_json(node: &Node<'_>) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    match &node.kind {
        Kind::Mapping(entries, _) => {
            let mut map = serde_json::Map::new();
            for entry in entries {
                map.insert(entry.key.clone().into_owned(), node_to_json(&entry.value)?);
            }
            Some(Json::Object(map))
        }
        Kind::Sequence(items, _) => items.iter().map(node_to_json).collect::<Option<_>>().map(Json::Array),
        Kind::Scalar(..) => match node.scalar()? {
            Resolved::Null => Some(Json::Null),
            Resolved::Boolean(value) => Some(value.into()),
            Resolved::Integer(number) => Some(number.into()),
            Resolved::Number(number) => serde_json::Number::from_f64(number).map(Json::Number),
            Resolved::OutOfRange => None,
            Resolved::Text(text) => Some(text.into()),
        },
    }
}

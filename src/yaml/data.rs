//! Owned values, for writing and for comparing.

use super::characters::hidden;
use super::scalar::{Resolved, misread_by_yaml_1_1, resolve};
use super::tree::{Kind, Node, ScalarStyle, Style};

/// A value to be written.
///
/// Equality of meaning is [`Data::same`]; `==` compares the way of writing too.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A whole number. Beyond ±(2^53−1) it is written, but [`parse`](super::parse()) refuses it.
    Integer(i64),
    /// A double. NaN and infinity are written, but [`parse`](super::parse()) refuses them.
    Number(f64),
    /// The exact text of a number, such as `33.334`. Where it is no number, it is text.
    Decimal(String),
    /// Text that is written without quotes wherever the YAML 1.2 core schema reads it back as the same text, whatever
    /// a YAML 1.1 reader makes of it: for dates and times such as `2026-12-01`.
    Plain(String),
    /// Text, quoted wherever any YAML reader could take it for something else.
    Text(String),
    /// A list.
    Sequence(Vec<Self>, Style),
    /// A mapping. Keys are unique.
    Mapping(Vec<(String, Self)>, Style),
    /// A mapping of one entry, written without braces inside a flow list: `[control: 34]`.
    Pair(String, Box<Self>),
}

/// What a scalar means, for comparing.
enum Meaning<'d> {
    Null,
    Boolean(bool),
    Number(Numeral),
    Text(&'d str),
}

impl Data {
    /// As JSON: what a reader makes of it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        let entry = |(key, value): &(String, Self)| (key.clone(), value.to_json());
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::Number(value) => (*value).into(),
            Self::Decimal(text) => serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into()),
            Self::Plain(text) | Self::Text(text) => text.as_str().into(),
            Self::Sequence(items, _) => items.iter().map(Self::to_json).collect(),
            Self::Mapping(entries, _) => Json::Object(entries.iter().map(entry).collect()),
            Self::Pair(key, value) => Json::Object([(key.clone(), value.to_json())].into_iter().collect()),
        }
    }

    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A date or time, written without quotes.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// A list in brackets.
    #[must_use]
    pub fn flow_list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Sequence(items.into_iter().collect(), Style::Flow)
    }

    /// A list with an item on each line.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::Sequence(items.into_iter().collect(), Style::Block)
    }

    /// A mapping in braces.
    #[must_use]
    pub fn flow_map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect(), Style::Flow)
    }

    /// A mapping with an entry on each line.
    #[must_use]
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Mapping(entries.into_iter().map(|(key, value)| (key.into(), value)).collect(), Style::Block)
    }

    /// `key: value` as an item of a list in brackets.
    #[must_use]
    pub fn pair(key: impl Into<String>, value: Self) -> Self {
        Self::Pair(key.into(), Box::new(value))
    }

    /// Whether both mean the same: order counts, style does not, and numbers are compared exactly by their value
    /// (`1`, `1.0` and `Decimal("1.00")` are the same).
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sequence(a, _), Self::Sequence(b, _)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Mapping(a, _), Self::Mapping(b, _)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
            }
            (Self::Pair(a_key, a), Self::Pair(b_key, b)) => a_key == b_key && a.same(b),
            (Self::Pair(key, value), Self::Mapping(entries, _))
            | (Self::Mapping(entries, _), Self::Pair(key, value)) => {
                matches!(&entries[..], [(only, data)] if only == key && data.same(value))
            }
            _ => match (self.meaning(), other.meaning()) {
                (Some(Meaning::Null), Some(Meaning::Null)) => true,
                (Some(Meaning::Boolean(a)), Some(Meaning::Boolean(b))) => a == b,
                (Some(Meaning::Number(a)), Some(Meaning::Number(b))) => a == b,
                (Some(Meaning::Text(a)), Some(Meaning::Text(b))) => a == b,
                _ => false,
            },
        }
    }

    /// Whether it is a list or a mapping with something in it.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        match self {
            Self::Sequence(items, _) => !items.is_empty(),
            Self::Mapping(entries, _) => !entries.is_empty(),
            Self::Pair(..) => true,
            _ => false,
        }
    }

    /// A control or invisible character in it, which no file may hold.
    pub(super) fn hidden(&self) -> Option<char> {
        match self {
            Self::Null | Self::Boolean(_) | Self::Integer(_) | Self::Number(_) => None,
            Self::Decimal(text) | Self::Plain(text) | Self::Text(text) => hidden(text).next().map(|(_, c)| c),
            Self::Sequence(items, _) => items.iter().find_map(Self::hidden),
            Self::Mapping(entries, _) => {
                entries.iter().find_map(|(key, value)| hidden_in_key(key).or_else(|| value.hidden()))
            }
            Self::Pair(key, value) => hidden_in_key(key).or_else(|| value.hidden()),
        }
    }

    fn meaning(&self) -> Option<Meaning<'_>> {
        Some(match self {
            Self::Null => Meaning::Null,
            Self::Boolean(value) => Meaning::Boolean(*value),
            Self::Integer(value) => Meaning::Number(Numeral::read(&value.to_string())),
            Self::Number(value) => Meaning::Number(Numeral::read(&format!("{value:?}"))),
            Self::Decimal(text) if is_number(text) => Meaning::Number(Numeral::read(text)),
            Self::Decimal(text) | Self::Plain(text) | Self::Text(text) => Meaning::Text(text),
            Self::Sequence(..) | Self::Mapping(..) | Self::Pair(..) => return None,
        })
    }
}

/// The same for a key, which holds no tabs and line breaks either.
pub(super) fn hidden_in_key(key: &str) -> Option<char> {
    hidden(key).map(|(_, c)| c).next().or_else(|| key.chars().find(|c| matches!(c, '\t' | '\n')))
}

/// Whether every reader takes `text` for a number.
pub(super) fn is_number(text: &str) -> bool {
    matches!(resolve(text), Resolved::Integer(_) | Resolved::Number(_) | Resolved::OutOfRange)
        && misread_by_yaml_1_1(text).is_none()
}

impl From<&Node<'_>> for Data {
    fn from(node: &Node<'_>) -> Self {
        match &node.kind {
            Kind::Sequence(items, style) => Self::Sequence(items.iter().map(Self::from).collect(), *style),
            Kind::Mapping(entries, style) => Self::Mapping(
                entries.iter().map(|entry| (entry.key.to_string(), Self::from(&entry.value))).collect(),
                *style,
            ),
            Kind::Scalar(text, ScalarStyle::Plain) => match resolve(text) {
                Resolved::Null => Self::Null,
                Resolved::Boolean(value) => Self::Boolean(value),
                Resolved::Integer(value) => Self::Integer(value),
                Resolved::Number(_) | Resolved::OutOfRange => Self::Decimal(text.to_string()),
                Resolved::Text(text) => Self::Plain(text.to_owned()),
            },
            Kind::Scalar(text, _) => Self::Text(text.to_string()),
        }
    }
}

/// A decimal number in normal form: ±0.digits × 10^exponent without zeros at either end, or a word such as `.inf`.
#[derive(Debug, PartialEq, Eq)]
struct Numeral {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Numeral {
    fn read(text: &str) -> Self {
        if let (true, Resolved::Integer(value)) = (text.starts_with("0x") || text.starts_with("0o"), resolve(text)) {
            return Self::read(&value.to_string());
        }
        let negative = text.starts_with('-');
        let unsigned = text.trim_start_matches(['-', '+']);
        if !unsigned.contains(|c: char| c.is_ascii_digit()) {
            // Infinity and NaN, in the spellings of YAML and of Rust.
            let digits = unsigned.trim_start_matches('.').to_ascii_lowercase();
            return Self { negative, digits, exponent: 0 };
        }
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            // An exponent beyond i64 can only be compared with itself: saturate.
            Some(at) => {
                let exponent = &unsigned[at + 1..];
                let extreme = if exponent.starts_with('-') { i64::MIN / 4 } else { i64::MAX / 4 };
                (&unsigned[..at], exponent.parse().unwrap_or(extreme).clamp(i64::MIN / 4, i64::MAX / 4))
            }
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let significant = all.trim_start_matches('0');
        let leading = i64::try_from(all.len() - significant.len()).unwrap_or(0);
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Self { negative: false, digits, exponent: 0 };
        }
        let width = i64::try_from(whole.len()).unwrap_or(0);
        Self { negative, digits, exponent: exponent + width - leading }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_by_value() {
        let same = [
            (Data::Integer(1), Data::Number(1.0)),
            (Data::Integer(1), Data::Decimal("1.00".into())),
            (Data::Integer(100), Data::Decimal("1e2".into())),
            (Data::Number(0.1), Data::Decimal("0.10".into())),
            (Data::Number(1e-7), Data::Decimal("0.0000001".into())),
            (Data::Decimal("-0".into()), Data::Integer(0)),
            (Data::Decimal("0x1F".into()), Data::Integer(31)),
            (Data::Number(f64::INFINITY), Data::Decimal(".inf".into())),
            (Data::Plain("a".into()), Data::text("a")),
            (Data::pair("a", Data::Null), Data::map([("a", Data::Null)])),
            (Data::list([Data::Null]), Data::flow_list([Data::Null])),
        ];
        for (a, b) in same {
            assert!(a.same(&b) && b.same(&a), "{a:?} {b:?}");
        }
        let different = [
            (Data::Integer(1), Data::text("1")),
            (Data::Decimal("33.334".into()), Data::Decimal("33.3340001".into())),
            (Data::Integer(10), Data::Integer(1)),
            (Data::Integer(1), Data::Integer(-1)),
            (Data::Decimal("no number".into()), Data::Integer(0)),
            (Data::Null, Data::text("")),
            (Data::Boolean(true), Data::text("true")),
            (Data::map([("a", Data::Null), ("b", Data::Null)]), Data::map([("b", Data::Null), ("a", Data::Null)])),
        ];
        for (a, b) in different {
            assert!(!a.same(&b) && !b.same(&a), "{a:?} {b:?}");
        }
    }
}

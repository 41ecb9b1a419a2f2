//! The table of operators. Decoder, schema, documentation, completion and tests iterate it.
//!
//! A test is two-valued. A missing or null attribute, and a type that the operator does not take, never match, not even
//! under a negative operator; `exists` alone is about missing attributes.

mod attribute;
mod network;
mod number;
mod order;
mod pattern;
mod presence;
mod set;
mod table;
mod text;
mod time;
mod version;

pub(crate) use attribute::{Attribute, Forms};
pub use pattern::weigh as weigh_patterns;
pub use presence::TYPES;
pub use table::OPERATORS;

use crate::model::{Operand, Scalar, Test};
use attribute::Kind;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// What an operator compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// One scalar of any type.
    Scalar,
    /// A list of at least one scalar.
    Scalars,
    /// A scalar, or a list of at least one (any of them; for a negative operator none of them).
    ScalarOrScalars,
    /// Text, or a list of at least one text (any of them).
    TextOrTexts,
    /// A regular expression, or a list of at least one (any of them).
    PatternOrPatterns,
    /// The name of a type of attributes, or a list of at least one (any of them).
    TypeOrTypes,
    /// A number.
    Number,
    /// A semantic version, as text.
    Version,
    /// A range of semantic versions, as text: `>=2.1.0, <3.0.0`.
    VersionRange,
    /// A point in time: RFC 3339 with an offset, or a date.
    Time,
    /// A network in CIDR notation or an address, as text, or a list of at least one (any of them).
    NetworkOrNetworks,
    /// `true` or `false`.
    Boolean,
}

/// An operator.
#[derive(Debug)]
pub struct Operator {
    /// Its key in files.
    pub name: &'static str,
    /// What stands behind the key.
    pub takes: Takes,
    /// Whether it matches when something is *not* so. A missing attribute does not match it either.
    pub negative: bool,
    /// Whether `ignore_case: true` may stand beside it.
    pub ignores_case: bool,
    /// Whether `lenient: true` may stand beside it.
    pub lenient: bool,
    /// Whether `any_item: true` may stand beside it.
    pub any_item: bool,
    /// One line for people.
    pub doc: &'static str,
    /// What it says about some attributes; documentation prints them, and a test holds them.
    pub examples: &'static [Example],
    /// Works out the operand once.
    prepare: fn(&Test) -> Result<Matcher, String>,
}

/// An operand, an attribute, and whether they match.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// As JSON.
    pub operand: &'static str,
    /// As JSON; `None` when the attribute is missing.
    pub attribute: Option<&'static str>,
    /// Whether `ignore_case: true` stands beside the operator.
    pub ignore_case: bool,
    /// The answer.
    pub matches: bool,
}

/// The operator of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}

/// Whether the operand of `test`, which has the form that its operator takes, also has a meaning: the regular
/// expression compiles, the version, range, time or network parses.
///
/// # Errors
/// What is wrong with it, as one sentence without a full stop.
pub fn check(test: &Test) -> Result<(), String> {
    Prepared::new(test).map(|_| ())
}

/// Which orders of attribute and operand match, a bit for each.
#[derive(Debug, Clone, Copy)]
struct Accepts(u8);

impl Accepts {
    const LESS: Self = Self(1);
    const EQUAL: Self = Self(2);
    const GREATER: Self = Self(4);
    const AT_MOST: Self = Self(1 | 2);
    const AT_LEAST: Self = Self(4 | 2);

    #[inline]
    const fn has(self, order: Ordering) -> bool {
        let bit = match order {
            Ordering::Less => Self::LESS,
            Ordering::Equal => Self::EQUAL,
            Ordering::Greater => Self::GREATER,
        };
        self.0 & bit.0 != 0
    }
}

/// An operator with its operand worked out.
#[derive(Debug)]
pub(crate) struct Prepared {
    matcher: Matcher,
    negative: bool,
    any_item: bool,
}

/// One for each way of comparing.
#[derive(Debug)]
enum Matcher {
    OneOf(set::OneOf),
    Contains(set::Contains),
    Affix(text::Affix),
    Patterns(pattern::Patterns),
    Number(number::Number),
    Precedence(version::Precedence),
    Range(version::Range),
    Moment(time::Moment),
    Networks(network::Networks),
    Presence(presence::Presence),
    Emptiness(presence::Emptiness),
    Types(presence::Types),
    Sorted(order::Sorted),
    Parts(order::Parts),
    Size(order::Size),
}

impl Prepared {
    /// The operator and operand of `test`, or what is wrong with them.
    pub(crate) fn new(test: &Test) -> Result<Self, String> {
        let operator = find(test.operator).ok_or_else(|| format!("there is no operator `{}`", test.operator))?;
        if test.ignore_case && !operator.ignores_case {
            return Err(format!("`{}` does not compare text, so `ignore_case` has no place beside it", operator.name));
        }
        if test.lenient && !operator.lenient {
            return Err(format!(
                "`{}` compares neither numbers nor versions, so `lenient` has no place beside it",
                operator.name
            ));
        }
        if test.any_item && !operator.any_item {
            return Err(format!(
                "`{}` does not look into the attribute, so `any_item` has no place beside it",
                operator.name
            ));
        }
        Ok(Self { matcher: (operator.prepare)(test)?, negative: operator.negative, any_item: test.any_item })
    }

    /// Whether `attribute`, which has the [`forms`](Self::forms), matches.
    #[inline]
    pub(crate) fn matches(&self, attribute: &Attribute<'_>) -> bool {
        let applies = match (self.any_item, attribute.kind) {
            (true, Kind::List(items)) => Some(self.any_of(items)),
            _ => self.applies(attribute),
        };
        applies.is_some_and(|found| found != self.negative)
    }

    /// Whether one of the items, which is no list itself, is what the operator looks for.
    #[inline(never)]
    fn any_of(&self, items: &[Json]) -> bool {
        let forms = self.forms();
        items
            .iter()
            .filter(|item| !item.is_array())
            .any(|item| self.applies(&Attribute::new(Some(item), forms)) == Some(true))
    }

    #[inline]
    fn applies(&self, attribute: &Attribute<'_>) -> Option<bool> {
        match &self.matcher {
            Matcher::OneOf(matcher) => matcher.test(attribute),
            Matcher::Contains(matcher) => matcher.test(attribute),
            Matcher::Affix(matcher) => matcher.test(attribute),
            Matcher::Patterns(matcher) => matcher.test(attribute),
            Matcher::Number(matcher) => matcher.test(attribute),
            Matcher::Precedence(matcher) => matcher.test(attribute),
            Matcher::Range(matcher) => matcher.test(attribute),
            Matcher::Moment(matcher) => matcher.test(attribute),
            Matcher::Networks(matcher) => matcher.test(attribute),
            Matcher::Presence(matcher) => Some(matcher.test(attribute)),
            Matcher::Emptiness(matcher) => matcher.test(attribute),
            Matcher::Types(matcher) => matcher.test(attribute),
            Matcher::Sorted(matcher) => matcher.test(attribute),
            Matcher::Parts(matcher) => matcher.test(attribute),
            Matcher::Size(matcher) => matcher.test(attribute),
        }
    }

    /// What has to be worked out of an attribute before it can be compared.
    pub(crate) fn forms(&self) -> Forms {
        match &self.matcher {
            Matcher::OneOf(matcher) => matcher.forms(),
            Matcher::Contains(matcher) => matcher.forms(),
            Matcher::Affix(matcher) => matcher.forms(),
            Matcher::Precedence(matcher) => matcher.forms(),
            Matcher::Range(_) => Forms::VERSION,
            Matcher::Moment(_) => Forms::TIME,
            Matcher::Networks(_) => Forms::ADDRESS,
            Matcher::Patterns(_)
            | Matcher::Number(_)
            | Matcher::Presence(_)
            | Matcher::Emptiness(_)
            | Matcher::Types(_)
            | Matcher::Sorted(_)
            | Matcher::Parts(_)
            | Matcher::Size(_) => Forms::NONE,
        }
    }
}

/// The scalars of the operand, at least one.
fn scalars(test: &Test) -> Result<&[Scalar], String> {
    let scalars = test.operand.scalars();
    if scalars.is_empty() { Err(format!("`{}` needs at least one value", test.operator)) } else { Ok(scalars) }
}

/// The only scalar of the operand.
fn scalar(test: &Test) -> Result<&Scalar, String> {
    match &test.operand {
        Operand::One(scalar) => Ok(scalar),
        Operand::Many(_) => Err(format!("`{}` takes one value, not a list", test.operator)),
    }
}

/// The texts of the operand, at least one.
fn texts(test: &Test) -> Result<Vec<&str>, String> {
    scalars(test)?.iter().map(|scalar| as_text(test, scalar)).collect()
}

/// The only text of the operand.
fn text(test: &Test) -> Result<&str, String> {
    as_text(test, scalar(test)?)
}

fn as_text<'t>(test: &Test, scalar: &'t Scalar) -> Result<&'t str, String> {
    match scalar {
        Scalar::Text(written) => Ok(written),
        other => Err(format!("`{}` takes text, not {other}: put it in quotes", test.operator)),
    }
}

#[cfg(test)]
mod tests;

//! Conditions: who a rule or a segment is about.

use super::{AttributePath, Bucketing, By, Schedule, SegmentName, Share};
use std::fmt;

/// Two-valued: it matches or it does not.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// An attribute compared with an operand.
    Test(Test),
    /// In the segment.
    Segment(SegmentName),
    /// In the bucket.
    Percentage {
        /// How many.
        share: Share,
        /// The attributes that are the unit; `targetingKey` when absent.
        by: Option<By>,
        /// The salt; the flag's when absent (a segment's name in a segment).
        salt: Option<String>,
        /// The algorithm; the flag's when absent.
        bucketing: Option<Bucketing>,
    },
    /// The time is in the window.
    Schedule(Schedule),
    /// At least one matches.
    Any(Vec<Condition>),
    /// All match.
    All(Vec<Condition>),
    /// The other does not match.
    Not(Box<Condition>),
}

/// An attribute, one operator, and its operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Which attribute.
    pub attribute: AttributePath,
    /// The operator's name, as in the table of operators.
    pub operator: &'static str,
    /// What it is compared with.
    pub operand: Operand,
    /// Compare text ignoring case.
    pub ignore_case: bool,
    /// Take text for a number, and a version that is not strict.
    pub lenient: bool,
    /// Of a list, look at its items: one that matches is enough.
    pub any_item: bool,
}

/// The right-hand side of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// One scalar.
    One(Scalar),
    /// A list of scalars.
    Many(Vec<Scalar>),
}

/// A scalar of a condition. Numbers are doubles.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// `true` or `false`.
    Boolean(bool),
    /// A finite number.
    Number(f64),
    /// Text.
    Text(String),
}

impl Operand {
    /// Its scalars, one or many.
    #[must_use]
    pub fn scalars(&self) -> &[Scalar] {
        match self {
            Self::One(scalar) => std::slice::from_ref(scalar),
            Self::Many(scalars) => scalars,
        }
    }
}

impl Condition {
    /// This condition and all below it, outermost first.
    pub fn walk(&self) -> impl Iterator<Item = &Condition> {
        let mut pending = vec![self];
        std::iter::from_fn(move || {
            let next = pending.pop()?;
            match next {
                Self::Any(inner) | Self::All(inner) => pending.extend(inner.iter().rev()),
                Self::Not(inner) => pending.push(inner),
                Self::Test(_) | Self::Segment(_) | Self::Percentage { .. } | Self::Schedule(_) => {}
            }
            Some(next)
        })
    }
}

/// `DE`, `30`, `true`; text in quotes when it has anything but letters, digits and `@._-`, or looks like a number or
/// boolean.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => {
                let plain = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-');
                let ambiguous = text.parse::<f64>().is_ok() || text.parse::<bool>().is_ok();
                if !text.is_empty() && text.chars().all(plain) && !ambiguous {
                    f.write_str(text)
                } else {
                    write!(f, "{text:?}")
                }
            }
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(scalar) => write!(f, "{scalar}"),
            Self::Many(scalars) => {
                f.write_str("[")?;
                for (position, scalar) in scalars.iter().enumerate() {
                    if position > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{scalar}")?;
                }
                f.write_str("]")
            }
        }
    }
}

/// One line for people: `country in [DE, FR] and (plan equals pro or in segment staff)`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => {
                let words = test.operator.replace('_', " ");
                write!(f, "{} {words} {}", test.attribute, test.operand)?;
                if test.ignore_case {
                    f.write_str(" (ignoring case)")?;
                }
                if test.lenient {
                    f.write_str(" (leniently)")?;
                }
                if test.any_item { f.write_str(" (any item)") } else { Ok(()) }
            }
            Self::Segment(name) => write!(f, "in segment {name}"),
            Self::Percentage { share, by, salt, bucketing } => {
                write!(f, "in {share}%")?;
                if let Some(by) = by {
                    write!(f, " by {by}")?;
                }
                if let Some(salt) = salt {
                    write!(f, " with salt {salt}")?;
                }
                if let Some(bucketing) = bucketing {
                    write!(f, " with {bucketing}")?;
                }
                Ok(())
            }
            Self::Schedule(schedule) => write!(f, "{schedule}"),
            Self::Any(inner) => join(f, inner, " or "),
            Self::All(inner) => join(f, inner, " and "),
            Self::Not(inner) => write!(f, "not ({inner})"),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, conditions: &[Condition], word: &str) -> fmt::Result {
    for (position, condition) in conditions.iter().enumerate() {
        if position > 0 {
            f.write_str(word)?;
        }
        match condition {
            Condition::Any(inner) | Condition::All(inner) if inner.len() > 1 => write!(f, "({condition})")?,
            _ => write!(f, "{condition}")?,
        }
    }
    Ok(())
}

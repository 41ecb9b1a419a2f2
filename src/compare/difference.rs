//! One difference, as plain data.

use super::aspect::Aspect;
use crate::model::{EnvironmentName, FlagKey, SegmentName};

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A flag; after a rename, its new key.
    Flag(FlagKey),
    /// A segment.
    Segment(SegmentName),
    /// The project.
    Project,
}

/// One side of a difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Side {
    /// A few words on one line.
    pub text: String,
    /// The same in full, as the file would have it.
    pub value: serde_json::Value,
}

/// Something that differs between two revisions.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// What it is about.
    pub subject: Subject,
    /// In which environment of the flag; `None` for the flag as a whole, segments and the project.
    pub environment: Option<EnvironmentName>,
    /// The rule's id, or its position (`#1`) when it has none; positions are those after the change, for a rule that is
    /// gone those before.
    pub rule: Option<String>,
    /// Which variant, required flag, link, entry, units, or conditions.
    pub item: Option<String>,
    /// What differs.
    pub aspect: Aspect,
    /// How it was; `None` when it was not there.
    pub before: Option<Side>,
    /// How it is; `None` when it is not there any more.
    pub after: Option<Side>,
    /// Whether it can change answers of the part it is about, once that part is on.
    pub behaviour: bool,
    /// Whether targets or rules come first, so that the serve of the environment is for everyone else only.
    pub rest: bool,
}

impl Subject {
    /// `flag`, `segment` or `project`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Flag(_) => "flag",
            Self::Segment(_) => "segment",
            Self::Project => "project",
        }
    }

    /// Its key or name; nothing for the project.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Flag(key) => Some(key.as_str()),
            Self::Segment(name) => Some(name.as_str()),
            Self::Project => None,
        }
    }
}

impl Side {
    /// From words and the full value.
    #[must_use]
    pub fn new(text: impl Into<String>, value: impl Into<serde_json::Value>) -> Self {
        Self { text: text.into(), value: value.into() }
    }

    /// A text that is its own value. People see its start, on one line.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::new(super::words::short(text), text)
    }
}

/// Collects the differences of one subject.
pub(super) struct Sink {
    pub(super) subject: Subject,
    pub(super) environment: Option<EnvironmentName>,
    pub(super) found: Vec<Difference>,
}

impl Sink {
    pub(super) const fn new(subject: Subject) -> Self {
        Self { subject, environment: None, found: Vec::new() }
    }

    /// Adds a difference; the caller may complete it.
    pub(super) fn add(&mut self, aspect: Aspect, before: Option<Side>, after: Option<Side>) -> &mut Difference {
        let difference = Difference {
            subject: self.subject.clone(),
            environment: self.environment.clone(),
            rule: None,
            item: None,
            aspect,
            before,
            after,
            behaviour: aspect.row().behaviour,
            rest: false,
        };
        self.found.push(difference);
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Adds a difference when an optional field differs.
    pub(super) fn optional<T: PartialEq>(
        &mut self,
        aspect: Aspect,
        before: Option<&T>,
        after: Option<&T>,
        side: impl Fn(&T) -> Side,
    ) -> Option<&mut Difference> {
        (before != after).then(|| self.add(aspect, before.map(&side), after.map(&side)))
    }

    /// Adds a difference when a field differs.
    pub(super) fn field<T: PartialEq>(&mut self, aspect: Aspect, before: &T, after: &T, side: impl Fn(&T) -> Side) {
        self.optional(aspect, Some(before), Some(after), side);
    }

    /// Adds a difference for every key that is on one side only, or has another value.
    pub(super) fn entries<'a, K: Ord + ToString + ?Sized + 'a, V: PartialEq + 'a>(
        &mut self,
        aspect: Aspect,
        before: impl IntoIterator<Item = (&'a K, &'a V)>,
        after: impl IntoIterator<Item = (&'a K, &'a V)>,
        side: impl Fn(&V) -> Side,
    ) {
        let mut both: std::collections::BTreeMap<&K, (Option<&V>, Option<&V>)> = std::collections::BTreeMap::new();
        for (key, value) in before {
            both.entry(key).or_default().0 = Some(value);
        }
        for (key, value) in after {
            both.entry(key).or_default().1 = Some(value);
        }
        for (key, (before, after)) in both {
            if let Some(difference) = self.optional(aspect, before, after, &side) {
                difference.item = Some(key.to_string());
            }
        }
    }
}

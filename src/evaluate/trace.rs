//! A record of everything that an evaluation looked at.

use super::bucket::Bucket;
use super::observer::{Observer, Outcome, Step};
use crate::model::Share;
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use std::fmt;

/// The steps of an evaluation, in order. Each is followed by the steps inside it, which are one deeper.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace<'p, 'c> {
    entries: Vec<Entry<'p, 'c>>,
    open: Vec<u32>,
    assumed: Option<Bucket>,
}

/// A step and how it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'p, 'c> {
    /// How many steps it is inside of.
    pub depth: usize,
    /// What was looked at.
    pub step: Step<'p>,
    /// How it ended.
    pub outcome: Outcome<'p, 'c>,
}

impl<'p, 'c> Trace<'p, 'c> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::with_capacity(16), open: Vec::with_capacity(8), assumed: None }
    }

    pub(super) fn assuming(bucket: Option<Bucket>) -> Self {
        Self { assumed: bucket, ..Self::new() }
    }

    /// All steps.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'p, 'c>] {
        &self.entries
    }

    /// As a JSON array of steps, each with the `steps` inside it.
    #[must_use]
    pub fn to_json(&self) -> Json {
        nest(&self.entries)
    }
}

impl<'p, 'c> Observer<'p, 'c> for Trace<'p, 'c> {
    #[inline]
    fn enter(&mut self, step: Step<'p>) {
        let depth = self.open.len();
        self.open.push(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.entries.push(Entry { depth, step, outcome: Outcome::Matched(false) });
    }

    #[inline]
    fn leave(&mut self, outcome: Outcome<'p, 'c>) {
        if let Some(entry) = self.open.pop().and_then(|index| self.entries.get_mut(index as usize)) {
            entry.outcome = outcome;
        }
    }

    #[inline]
    fn assumed(&self) -> Option<Bucket> {
        self.assumed
    }

    #[inline]
    fn note(&mut self, step: Step<'p>, outcome: Outcome<'p, 'c>) {
        self.entries.push(Entry { depth: self.open.len(), step, outcome });
    }
}

/// See [`Trace::to_json`].
impl Serialize for Trace<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

fn nest(entries: &[Entry<'_, '_>]) -> Json {
    let mut steps = Vec::new();
    let mut rest = entries;
    while let Some((entry, after)) = rest.split_first() {
        let inside = after.iter().position(|other| other.depth <= entry.depth).unwrap_or(after.len());
        let (inner, others) = after.split_at(inside);
        let mut object = entry.to_object();
        if !inner.is_empty() {
            object.insert("steps".to_owned(), nest(inner));
        }
        steps.push(Json::Object(object));
        rest = others;
    }
    Json::Array(steps)
}

impl Entry<'_, '_> {
    fn to_object(self) -> Map<String, Json> {
        let step = match self.step {
            Step::Requirement { flag, serves } => json!({"step": "requirement", "flag": flag, "serves": serves}),
            Step::Targets => json!({"step": "targets"}),
            Step::Rule(label) => json!({"step": "rule", "rule": label}),
            Step::Test(test) => {
                let expected: Vec<Json> = test.operand.scalars().iter().map(scalar).collect();
                json!({"step": "test", "attribute": test.attribute.as_str(), "operator": test.operator,
                    "expected": if let [one] = &expected[..] { one.clone() } else { Json::Array(expected) }})
            }
            Step::Segment(name) => json!({"step": "segment", "segment": name}),
            Step::Percentage(share) => json!({"step": "percentage", "percentage": share.to_string()}),
            Step::Schedule(schedule) => json!({"step": "schedule", "schedule": schedule.to_string()}),
            Step::Any => json!({"step": "any"}),
            Step::All => json!({"step": "all"}),
            Step::Not => json!({"step": "not"}),
            Step::Serve(strategy) => json!({"step": "serve", "strategy": strategy}),
            Step::Ring(name) => json!({"step": "ring", "ring": name}),
            Step::Draw { bucketing, salt, by } => {
                json!({"step": "draw", "bucketing": bucketing.name(), "salt": salt, "by": by.as_str()})
            }
        };
        let outcome = match self.outcome {
            Outcome::Matched(matched) => json!({"matched": matched}),
            Outcome::Tested { matched, actual } => json!({"matched": matched, "actual": actual}),
            Outcome::Member(membership) => json!({"matched": membership.is_in(), "by": membership.name()}),
            Outcome::Drawn { unit, bucket, below } => {
                json!({"unit": unit, "bucket": bucket, "percentage": below.map(|share| share.to_string())})
            }
            Outcome::Served(variant) => json!({"matched": true, "variant": variant}),
            Outcome::NoUnit => json!({"matched": false, "missing": "unit"}),
        };
        let entries = [step, outcome].into_iter().filter_map(|part| match part {
            Json::Object(entries) => Some(entries),
            _ => None,
        });
        entries.flatten().filter(|(_, value)| !value.is_null()).collect()
    }
}

fn scalar(scalar: &crate::model::Scalar) -> Json {
    match scalar {
        crate::model::Scalar::Boolean(value) => (*value).into(),
        crate::model::Scalar::Number(value) => (*value).into(),
        crate::model::Scalar::Text(text) => text.as_str().into(),
    }
}

/// One line for people, without indentation: ``country in [DE, FR]: no, it is "US"``.
impl fmt::Display for Entry<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Step::Requirement { flag, serves } => write!(f, "requirement `{flag}` serves `{serves}`"),
            Step::Targets => f.write_str("targets"),
            Step::Rule(label) => write!(f, "rule `{label}`"),
            Step::Test(test) => write!(f, "{}", crate::model::Condition::Test(test.clone())),
            Step::Segment(name) => write!(f, "in segment `{name}`"),
            Step::Percentage(share) => write!(f, "within {share}%"),
            Step::Schedule(schedule) => write!(f, "{schedule}"),
            Step::Any => f.write_str("any of"),
            Step::All => f.write_str("all of"),
            Step::Not => f.write_str("not"),
            Step::Serve(None) => f.write_str("serve"),
            Step::Serve(Some(strategy)) => write!(f, "serve by {strategy}"),
            Step::Ring(name) => write!(f, "in ring `{name}`"),
            Step::Draw { bucketing, salt, by } => write!(f, "bucket of `{by}` with salt `{salt}` ({bucketing})"),
        }?;
        match self.outcome {
            Outcome::Matched(true) => f.write_str(": yes"),
            Outcome::Matched(false) => f.write_str(": no"),
            Outcome::Tested { matched: true, actual: Some(json) } => write!(f, ": yes, it is {json}"),
            Outcome::Tested { matched: false, actual: Some(json) } => write!(f, ": no, it is {json}"),
            Outcome::Tested { matched: true, actual: None } => f.write_str(": yes, it is missing"),
            Outcome::Tested { matched: false, actual: None } => f.write_str(": no, it is missing"),
            Outcome::Member(membership) => match membership.is_in() {
                true => write!(f, ": yes ({})", membership.name()),
                false if membership == super::observer::Membership::Excluded => f.write_str(": no (excluded)"),
                false => f.write_str(": no"),
            },
            Outcome::Drawn { unit, bucket, below } => {
                let unit = unit.map_or_else(String::new, |unit| format!("{unit} is in "));
                write!(f, ": {unit}bucket {bucket} of 100000")?;
                let Some(share) = below else { return Ok(()) };
                write!(f, "; the share ends at {}", share.steps())?;
                match Share::from_steps(bucket.get() + 1) {
                    Some(enough) if enough > share => write!(f, " and would reach it at {enough}%"),
                    _ => Ok(()),
                }
            }
            Outcome::Served(variant) => write!(f, ": `{variant}`"),
            Outcome::NoUnit => f.write_str(": the context does not have the unit"),
        }
    }
}

//! A file of expectations: `flags/tests/<key>.yaml`.

use super::decode::{Decoder, Slot};
use super::tables::{EXPECTATION, FLAG_TESTS, REASONS};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::shape;
use crate::model::{AttributePath, EnvironmentName, Share, Timestamp, Unit, VariantName};
use crate::source::{FilePath, Span};
use crate::yaml::{Kind, Tree};

/// The expectations for one flag.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagTests {
    /// What is tested.
    pub description: Option<String>,
    /// The environments of cases that name none; empty when the file names none.
    pub environments: Vec<EnvironmentName>,
    /// The time of cases that name none.
    pub now: Option<Timestamp>,
    /// Attributes that every case starts from.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// The cases, in file order.
    pub expect: Vec<Expectation>,
}

/// A context, and what the flag must answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Where the case stands in the file.
    pub span: Span,
    /// What it shows.
    pub name: Option<String>,
    /// Its environments; empty when the file's count.
    pub environments: Vec<EnvironmentName>,
    /// The `targetingKey`.
    pub user: Option<Unit>,
    /// Attributes, merged over those of the file.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// Attributes with the values of which every combination must answer so.
    pub matrix: Vec<(AttributePath, Vec<serde_json::Value>)>,
    /// The time.
    pub now: Option<Timestamp>,
    /// The bucket that the unit is taken to be in, in steps of 0.001 %: below 100,000.
    pub bucket: Option<Share>,
    /// The variant that must be served.
    pub variant: Option<VariantName>,
    /// The value that must be served.
    pub value: Option<serde_json::Value>,
    /// The reason, one of `REASONS`.
    pub reason: Option<&'static str>,
    /// The rule that must decide: its id, or its position as `#1`.
    pub rule: Option<String>,
}

/// Reads a tests file. It is there exactly when there is no problem.
#[must_use]
pub fn flag_tests(file: &FilePath, tree: &Tree<'_>) -> (Option<FlagTests>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(file);
    let tests = decoder.flag_tests(Slot::file(tree, FLAG_TESTS.what));
    decoder.finish(tests)
}

impl Decoder<'_> {
    fn flag_tests(&mut self, slot: Slot<'_, '_>) -> Option<FlagTests> {
        let fields = self.object(slot, &FLAG_TESTS)?;
        let description = self.optional(&fields, "description", Self::text);
        let environments = self.or_default(&fields, "environment", Self::environment_names);
        let now = self.optional(&fields, "now", Self::time);
        let context = self.or_default(&fields, "context", Self::json_object);
        let everywhere = fields.get("environment").is_some();
        let expect = self.required(&fields, "expect", |decoder, slot| {
            decoder.each(slot, true, |decoder, item| decoder.expectation(item, everywhere))
        });
        Some(FlagTests {
            description: description?,
            environments: environments?,
            now: now?,
            context: context?,
            expect: expect?,
        })
    }

    fn expectation(&mut self, slot: Slot<'_, '_>, everywhere: bool) -> Option<Expectation> {
        let fields = self.object(slot, &EXPECTATION)?;
        if !["variant", "value", "reason", "rule"].iter().any(|name| fields.get(name).is_some()) {
            let problem = self.report(&shape::NOTHING_EXPECTED, slot.anchor(), "the case expects nothing");
            problem.help.push("add at least one of `variant`, `value`, `reason` and `rule`".into());
        }
        if !everywhere && fields.get("environment").is_none() {
            let problem = self.report(&shape::NO_ENVIRONMENT, slot.anchor(), "the case names no environment");
            problem.help.push("add `environment` to the case, or to the file for all cases".into());
        }
        let name = self.optional(&fields, "name", Self::text);
        let environments = self.or_default(&fields, "environment", Self::environment_names);
        let user = self.optional(&fields, "user", Self::unit);
        let context = self.or_default(&fields, "context", Self::json_object);
        let matrix = self.or_default(&fields, "matrix", Self::matrix);
        let now = self.optional(&fields, "now", Self::time);
        let bucket = self.optional(&fields, "bucket", Self::bucket);
        let variant =
            self.optional(&fields, "variant", |decoder, slot| decoder.any_variant(slot).map(|(name, _)| name));
        let value = self.optional(&fields, "value", Self::json);
        let reason = self.optional(&fields, "reason", |decoder, slot| {
            decoder.choice(slot, |text| REASONS.into_iter().find(|reason| *reason == text), REASONS.into_iter())
        });
        let rule = self.optional(&fields, "rule", Self::text);
        Some(Expectation {
            span: slot.node.span,
            name: name?,
            environments: environments?,
            user: user?,
            context: context?,
            matrix: matrix?,
            now: now?,
            bucket: bucket?,
            variant: variant?,
            value: value?,
            reason: reason?,
            rule: rule?,
        })
    }

    /// A name, or a list of names.
    fn environment_names(&mut self, slot: Slot<'_, '_>) -> Option<Vec<EnvironmentName>> {
        match &slot.node.kind {
            Kind::Sequence(..) => self.distinct(slot, true, Self::name),
            _ => self.name(slot).map(|name| vec![name]),
        }
    }

    pub(super) fn matrix(&mut self, slot: Slot<'_, '_>) -> Option<Vec<(AttributePath, Vec<serde_json::Value>)>> {
        let fields = self.mapping(slot, "a mapping of attributes to lists")?;
        if fields.entries().is_empty() {
            self.empty(slot);
            return None;
        }
        let decoded: Vec<_> = fields
            .entries()
            .iter()
            .filter_map(|entry| {
                let path = self.check_attribute(&entry.key, entry.key_span);
                let values = self.each(Slot::entry(entry), true, Self::json);
                Some((path?, values?))
            })
            .collect();
        (decoded.len() == fields.entries().len()).then_some(decoded)
    }

    pub(super) fn bucket(&mut self, slot: Slot<'_, '_>) -> Option<Share> {
        let share = self.share(slot)?;
        if share < Share::FULL {
            return Some(share);
        }
        let message = "a bucket is a position from 0 to below 100";
        self.report(&shape::BAD_PERCENTAGE, slot.span(), message);
        None
    }
}

//! What a flag does in one environment.

use super::decode::{Decoder, Slot};
use super::serve::Variants;
use super::tables::{ARCHIVED, ENVIRONMENT, KILL, REQUIREMENT, SCHEDULE};
use crate::diagnostic::codes::shape;
use crate::model::{Archived, Environment, EnvironmentName, Kill, Requirement, Schedule};
use crate::source::Span;
use crate::yaml::Entry;
use std::collections::BTreeMap;

impl Decoder<'_> {
    /// The environments of a flag, by name in file order.
    pub(super) fn environments(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<Vec<Environment>> {
        let fields = self.mapping(slot, "a mapping of environments")?;
        let mut seen = BTreeMap::new();
        let decoded: Vec<Environment> =
            fields.entries().iter().filter_map(|entry| self.environment(entry, variants, &mut seen)).collect();
        (decoded.len() == fields.entries().len()).then_some(decoded)
    }

    fn environment(
        &mut self,
        entry: &Entry<'_>,
        variants: Variants<'_>,
        seen: &mut BTreeMap<String, (String, Span)>,
    ) -> Option<Environment> {
        let name: Option<EnvironmentName> = self.key(entry);
        let unique = self.unique_key("environment", entry, seen);
        let fields = self.object(Slot::entry(entry), &ENVIRONMENT)?;
        let enabled = self.or_default(&fields, "enabled", Self::boolean);
        let killed = self.optional(&fields, "killed", Self::kill);
        let schedule = self.optional(&fields, "schedule", Self::schedule);
        let requires = self.or_default(&fields, "requires", Self::requirements);
        let targets = self.or_default(&fields, "targets", |decoder, slot| decoder.targets(slot, variants));
        let rules = self.or_default(&fields, "rules", |decoder, slot| decoder.rules(slot, variants));
        let serve = self.required(&fields, "serve", |decoder, slot| decoder.serve(slot, variants));
        unique.then_some(())?;
        Some(Environment {
            name: name?,
            enabled: enabled?,
            schedule: schedule?,
            requires: requires?,
            killed: killed?,
            targets: targets?,
            rules: rules?,
            serve: serve?,
        })
    }

    /// As [`Self::unique_name`] for the keys of one mapping: equal ones were reported by the reader.
    pub(super) fn unique_key(
        &mut self,
        what: &str,
        entry: &Entry<'_>,
        seen: &mut BTreeMap<String, (String, Span)>,
    ) -> bool {
        let repeated = seen.get(&entry.key.to_ascii_lowercase()).is_some_and(|(other, _)| *other == entry.key);
        !repeated && self.unique_name(what, &entry.key, entry.key_span, seen)
    }

    /// Whether no other name differs from this one at most in case.
    pub(super) fn unique_name(
        &mut self,
        what: &str,
        name: &str,
        span: Span,
        seen: &mut BTreeMap<String, (String, Span)>,
    ) -> bool {
        let folded = name.to_ascii_lowercase();
        let Some((other, first)) = seen.get(&folded) else {
            seen.insert(folded, (name.to_owned(), span));
            return true;
        };
        let how = if other == name { "the same name" } else { "names that differ only in case" };
        let message = format!("two entries have {how}: {what} `{name}`");
        let place = self.place(*first);
        let problem = self.report(&shape::DUPLICATE_NAME, span, message);
        problem.related.push((place, "the first one".into()));
        problem.help.push("rename one of the two".into());
        false
    }

    /// `killed: {reason, by, at}`
    pub(super) fn kill(&mut self, slot: Slot<'_, '_>) -> Option<Kill> {
        let fields = self.object(slot, &KILL)?;
        let reason = self.required(&fields, "reason", Self::text);
        let by = self.optional(&fields, "by", Self::text);
        let at = self.optional(&fields, "at", Self::time);
        Some(Kill { reason: reason?, by: by?, at: at? })
    }

    /// `archived: {at, by}`
    pub(super) fn archived(&mut self, slot: Slot<'_, '_>) -> Option<Archived> {
        let fields = self.object(slot, &ARCHIVED)?;
        let at = self.optional(&fields, "at", Self::time);
        let by = self.optional(&fields, "by", Self::text);
        Some(Archived { at: at?, by: by? })
    }

    pub(super) fn schedule(&mut self, slot: Slot<'_, '_>) -> Option<Schedule> {
        let fields = self.object(slot, &SCHEDULE)?;
        if fields.get("from").is_none() && fields.get("until").is_none() {
            // Misspelt fields are reported already.
            if fields.entries().is_empty() {
                self.empty(slot);
                self.help_last("write `{from: 2026-12-01T09:00:00Z}`, `{until: …}` or both".into());
            }
            return None;
        }
        let from = self.optional(&fields, "from", Self::time);
        let until = self.optional(&fields, "until", Self::time);
        let (from, until) = (from?, until?);
        if let (Some(start), Some(end), Some(at)) = (from, until, fields.get("until"))
            && end <= start
        {
            let message = format!("the schedule ends at {end}, which is not after its start at {start}");
            let problem = self.report(&shape::SCHEDULE_ORDER, at.span(), message);
            problem.label = Some("not after `from`".into());
            problem.help.push("make `until` later than `from`".into());
            return None;
        }
        Some(Schedule { from, until })
    }

    /// A list of requirements.
    pub(super) fn requirements(&mut self, slot: Slot<'_, '_>) -> Option<Vec<Requirement>> {
        self.each(slot, false, |decoder, item| {
            let fields = decoder.object(item, &REQUIREMENT)?;
            let flag = decoder.required(&fields, "flag", Self::name);
            let serves = decoder.required(&fields, "serves", Self::any_variant);
            let (serves, boolean) = serves?;
            Some(Requirement { flag: flag?, serves, boolean })
        })
    }
}

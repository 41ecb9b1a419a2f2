//! Rules and targets: who gets something else than everyone.

use super::decode::{Decoder, Slot};
use super::serve::Variants;
use super::tables::{RULE, TARGET};
use crate::diagnostic::codes::shape;
use crate::model::{Rule, RuleId, Target, Unit};
use crate::source::Span;
use std::collections::BTreeMap;

impl Decoder<'_> {
    /// The rules of an environment; their ids are unique ignoring case.
    pub(super) fn rules(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<Vec<Rule>> {
        let mut seen = BTreeMap::new();
        self.each(slot, false, |decoder, item| decoder.rule(item, variants, &mut seen))
    }

    fn rule(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>, seen: &mut BTreeMap<String, Span>) -> Option<Rule> {
        let fields = self.object(slot, &RULE)?;
        let id = self.optional(&fields, "id", |decoder, slot| decoder.rule_id(slot, seen));
        let description = self.optional(&fields, "description", Self::text);
        let when = self.or_default(&fields, "when", Self::conditions);
        let serve = self.required(&fields, "serve", |decoder, slot| decoder.serve(slot, variants));
        Some(Rule { id: id?, description: description?, when: when?, serve: serve? })
    }

    fn rule_id(&mut self, slot: Slot<'_, '_>, seen: &mut BTreeMap<String, Span>) -> Option<RuleId> {
        let id: RuleId = self.name(slot)?;
        let folded = id.as_str().to_ascii_lowercase();
        if let Some(first) = seen.get(&folded) {
            let first = self.place(*first);
            let message = format!("the rule id `{id}` stands twice in this environment");
            let problem = self.report(&shape::DUPLICATE_RULE_ID, slot.span(), message);
            problem.related.push((first, "it stands here first".into()));
            problem.help.push("give one of the two rules another id".into());
            return None;
        }
        seen.insert(folded, slot.span());
        Some(id)
    }

    /// The targets of an environment; no unit stands in two of them.
    pub(super) fn targets(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<Vec<Target>> {
        let mut seen: BTreeMap<Unit, Span> = BTreeMap::new();
        self.each(slot, false, |decoder, item| {
            let fields = decoder.object(item, &TARGET)?;
            let serve = decoder.required(&fields, "serve", |decoder, slot| decoder.target_serve(slot, variants));
            let units = decoder.required(&fields, "units", |decoder, slot| decoder.units(slot, true, &mut seen));
            Some(Target { serve: serve?, units: units? })
        })
    }

    fn target_serve(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<crate::model::VariantName> {
        let strategy = slot.node.entries().is_some();
        let variant = self.variant(slot, variants);
        if strategy {
            self.help_last("a target serves one variant; strategies belong to rules and to the environment".into());
        }
        variant
    }
}

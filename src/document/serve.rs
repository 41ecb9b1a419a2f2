//! Variants and strategies: what a serve says.

use super::decode::{Decoder, Fields, Slot};
use super::tables::BESIDE_STRATEGY;
use crate::diagnostic::codes::shape;
use crate::diagnostic::did_you_mean;
use crate::evaluate::bucket;
use crate::evaluate::strategy::{self, Form, STRATEGIES, SettingKind, Strategy};
use crate::model::{Bucketing, Rollout, Serve, Setting, ValueType, VariantName, Weight, Weighted};
use crate::source::Span;
use crate::yaml::{Kind, Resolved};

/// The variants that a flag can serve.
#[derive(Debug, Clone, Copy)]
pub(super) enum Variants<'v> {
    /// `true` and `false`.
    Boolean,
    /// These.
    Named(&'v [VariantName]),
    /// Not known, because the flag's type or variants could not be read: everything is taken.
    Unknown,
}

impl Decoder<'_> {
    /// A variant of this flag.
    pub(super) fn variant(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<VariantName> {
        match (variants, slot.node.scalar()) {
            (Variants::Boolean | Variants::Unknown, Some(Resolved::Boolean(value))) => {
                Some(VariantName::boolean(value))
            }
            (Variants::Boolean, Some(Resolved::Text(text @ ("on" | "off" | "true" | "false")))) => {
                let value = matches!(text, "on" | "true");
                let message = format!("{} of a boolean flag is written `true` or `false`", slot.name);
                let problem = self.report(&shape::NAMED_BOOLEAN, slot.span(), message);
                problem.help.push(format!("write `{value}`, without quotes"));
                None
            }
            (Variants::Boolean, _) => {
                self.wrong_type(slot, "`true` or `false`, as the flag is boolean");
                None
            }
            (Variants::Named(names), Some(Resolved::Text(_))) => {
                let name: VariantName = self.name(slot)?;
                self.known_variant(&name, slot.span(), names).then_some(name)
            }
            (Variants::Unknown, Some(Resolved::Text(_))) => self.name(slot),
            (Variants::Named(names), Some(_))
                if !names.iter().any(|name| super::decode::written(slot.node).as_deref() == Some(name.as_str())) =>
            {
                let before = self.count_problems();
                self.wrong_type(slot, "the name of a variant");
                // Quotes alone would not make it one.
                if let Some(problem) = self.last_since(before) {
                    let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                    problem.help = vec![format!("name one of its variants: {}", known.join(", "))];
                }
                None
            }
            _ => {
                self.wrong_type(slot, "the name of a variant");
                None
            }
        }
    }

    fn known_variant(&mut self, name: &VariantName, span: Span, names: &[VariantName]) -> bool {
        if names.contains(name) {
            return true;
        }
        let known = || names.iter().map(VariantName::as_str);
        let help = did_you_mean(name.as_str(), known()).unwrap_or_else(|| {
            let list: Vec<String> = known().map(|name| format!("`{name}`")).collect();
            format!("the flag has {}; declare `{name}` under `variants`, or name one of these", list.join(", "))
        });
        let problem = self.report(&shape::UNKNOWN_VARIANT, span, format!("the flag has no variant `{name}`"));
        problem.help.push(help);
        false
    }

    /// A variant of another flag: `true`, `false` or a name; and whether it is `true` or `false`.
    pub(super) fn any_variant(&mut self, slot: Slot<'_, '_>) -> Option<(VariantName, bool)> {
        match slot.node.scalar() {
            Some(Resolved::Boolean(value)) => Some((VariantName::boolean(value), true)),
            Some(Resolved::Text(_)) => Some((self.name(slot)?, false)),
            _ => {
                self.wrong_type(slot, "`true`, `false` or the name of a variant");
                None
            }
        }
    }

    /// A variant or a strategy.
    pub(super) fn serve(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<Serve> {
        match &slot.node.kind {
            Kind::Mapping(..) => self.rollout(slot, variants).map(Serve::Rollout),
            Kind::Sequence(..) => {
                self.wrong_type(slot, "a variant or a strategy");
                self.help_last("a list of variants and percentages stands under `split`".into());
                None
            }
            Kind::Scalar(..) => self.variant(slot, variants).map(Serve::Variant),
        }
    }

    fn rollout(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>) -> Option<Rollout> {
        let fields = self.mapping(slot, "a strategy")?;
        let known = STRATEGIES.iter().map(|strategy| strategy.name).chain(BESIDE_STRATEGY.iter().map(|f| f.name));
        let unknown = fields.entries().iter().any(|entry| !known.clone().any(|name| name == entry.key));
        self.unknown(fields.entries(), known, "a serve", |_| None);
        let (strategy, own) = self.one_strategy(slot, &fields, unknown)?;
        let (salt, bucketing) = self.salt_and_bucketing(&fields);
        let effective = bucketing.flatten().or(self.bucketing).unwrap_or_default();
        let settings = self.settings(strategy, own, variants, effective);
        let serve = self.ramped_variant(strategy, own, &fields, variants);
        if !strategy.bucketed {
            for name in ["by", "salt", "bucketing"] {
                self.refuse_beside(&fields, name, strategy.name, "it does not use buckets of this flag");
            }
        }
        let by = self.optional(&fields, "by", Self::by);
        let (settings, serve) = (settings?, serve?);
        let rollout = Rollout { strategy: strategy.name, settings, serve, by: by?, salt: salt?, bucketing: bucketing? };
        self.check_rollout(own, strategy, &rollout).then_some(rollout)
    }

    /// The one entry whose key is a strategy.
    fn one_strategy<'a, 't>(
        &mut self,
        slot: Slot<'a, 't>,
        fields: &Fields<'a, 't>,
        unknown: bool,
    ) -> Option<(&'static Strategy, Slot<'a, 't>)> {
        let mut found = fields
            .entries()
            .iter()
            .filter_map(|entry| strategy::find(&entry.key).map(|strategy| (strategy, Slot::entry(entry))));
        let Some((first, own)) = found.next() else {
            // A misspelt strategy is reported as an unknown field already.
            if !unknown {
                let names: Vec<String> = STRATEGIES.iter().map(|s| format!("`{}`", s.name)).collect();
                let problem = self.report(&shape::ONE_STRATEGY, slot.anchor(), "a serve needs a strategy");
                problem.label = Some("no strategy".into());
                problem.help.push(format!("write a variant, or one of {}", names.join(", ")));
            }
            return None;
        };
        let mut several = false;
        for (second, other) in found {
            several = true;
            let place = self.place(own.key.unwrap_or_default());
            let message = format!("a serve has one strategy, not both `{}` and `{}`", first.name, second.name);
            let problem = self.report(&shape::ONE_STRATEGY, other.key.unwrap_or_default(), message);
            problem.related.push((place, "the first strategy".into()));
            problem.help.push("keep one of them".into());
        }
        (!several).then_some((first, own))
    }

    #[expect(clippy::option_option, reason = "none, fine and broken are three answers")]
    fn ramped_variant(
        &mut self,
        strategy: &'static Strategy,
        own: Slot<'_, '_>,
        fields: &Fields<'_, '_>,
        variants: Variants<'_>,
    ) -> Option<Option<VariantName>> {
        if !strategy.ramps {
            return self.refuse_beside(fields, "serve", strategy.name, "it names its variants itself").then_some(None);
        }
        match (variants, fields.get("serve")) {
            (Variants::Boolean, None) => Some(Some(VariantName::boolean(true))),
            (Variants::Boolean, Some(inner)) => {
                let message = "a strategy of a boolean flag has no `serve`";
                let problem = self.report(&shape::NOT_FOR_BOOLEAN, inner.key.unwrap_or_default(), message);
                problem.help.push("remove it: what is rolled out is always `true`".into());
                None
            }
            (Variants::Named(_) | Variants::Unknown, Some(inner)) => self.variant(inner, variants).map(Some),
            (Variants::Unknown, None) => Some(None),
            (Variants::Named(_), None) => {
                let what = format!("`{}` of a flag that is not boolean", strategy.name);
                self.missing_field(own, &what, "serve", "the variant that is rolled out");
                None
            }
        }
    }

    fn refuse_beside(&mut self, fields: &Fields<'_, '_>, name: &'static str, with: &str, why: &str) -> bool {
        let Some(slot) = fields.get(name) else { return true };
        let message = format!("`{name}` can't stand beside `{with}`");
        let problem = self.report(&shape::FIELD_NOT_HERE, slot.key.unwrap_or_default(), message);
        problem.help.push(format!("remove it: {why}"));
        false
    }

    fn settings(
        &mut self,
        strategy: &'static Strategy,
        own: Slot<'_, '_>,
        variants: Variants<'_>,
        bucketing: Bucketing,
    ) -> Option<Vec<(&'static str, Setting)>> {
        let fields = match strategy.form {
            Form::Single(kind) => return Some(vec![(strategy.name, self.setting(kind, own, variants, bucketing)?)]),
            Form::Fields(fields) => fields,
        };
        let given = self.mapping(own, "a mapping of its settings")?;
        let what = format!("`{}`", strategy.name);
        self.unknown(given.entries(), fields.iter().map(|field| field.name), &what, |_| None);
        let mut settings = Vec::with_capacity(fields.len());
        let mut complete = true;
        for field in fields {
            match given.get(field.name) {
                Some(slot) => match self.setting(field.kind, slot, variants, bucketing) {
                    Some(setting) => settings.push((field.name, setting)),
                    None => complete = false,
                },
                None if field.required => {
                    self.missing_field(own, &what, field.name, field.doc);
                    complete = false;
                }
                None => {}
            }
        }
        complete.then_some(settings)
    }

    fn setting(
        &mut self,
        kind: SettingKind,
        slot: Slot<'_, '_>,
        variants: Variants<'_>,
        bucketing: Bucketing,
    ) -> Option<Setting> {
        match kind {
            SettingKind::Share => self.share(slot).map(Setting::Share),
            SettingKind::WholeShare => self.whole_share(slot).map(Setting::Share),
            SettingKind::Shares => self.each(slot, true, Self::share).map(Setting::Shares),
            SettingKind::Time => self.time(slot).map(Setting::Time),
            SettingKind::Length => self.length(slot).map(Setting::Length),
            SettingKind::Count => self.count(slot, 1..=u32::MAX).map(Setting::Count),
            SettingKind::Split => self.split(slot, variants, bucketing).map(Setting::Split),
            SettingKind::Ring => self.name(slot).map(Setting::Ring),
        }
    }

    fn split(&mut self, slot: Slot<'_, '_>, variants: Variants<'_>, bucketing: Bucketing) -> Option<Vec<Weighted>> {
        if matches!(variants, Variants::Boolean) && bucketing.is_native() {
            let problem = self.report(
                &shape::NOT_FOR_BOOLEAN,
                slot.key.unwrap_or_default(),
                "a boolean flag can't be split between variants",
            );
            problem.help.push("write `percentage: 50`, or make it a flag of type `string`".into());
            return None;
        }
        if slot.node.entries().is_some() {
            self.split_form(slot, "`split` is a list, as its order is part of its meaning");
            return None;
        }
        let mut spans = Vec::new();
        let entries = self.each(slot, true, |decoder, item| {
            let Some([entry]) = item.node.entries() else {
                decoder.split_form(item, "an item of `split` is one variant with its percentage");
                return None;
            };
            let name = match variants {
                Variants::Boolean => decoder.boolean_key(entry),
                Variants::Named(_) | Variants::Unknown => decoder.key::<VariantName>(entry),
            };
            let weight = if bucketing.is_native() {
                decoder.share(Slot::entry(entry)).map(Weight::from)
            } else {
                decoder.weight(Slot::entry(entry))
            };
            let name = name?;
            let known = match variants {
                Variants::Named(names) => decoder.known_variant(&name, entry.key_span, names),
                Variants::Boolean | Variants::Unknown => true,
            };
            spans.push(entry.value.span);
            weight.filter(|_| known).map(|weight| Weighted { variant: name, weight })
        })?;
        (!percentages(bucketing) || self.split_sum(slot, &entries, &spans)).then_some(entries)
    }

    /// `true` or `false` as a key.
    fn boolean_key(&mut self, entry: &crate::yaml::Entry<'_>) -> Option<VariantName> {
        match &*entry.key {
            "true" => Some(VariantName::boolean(true)),
            "false" => Some(VariantName::boolean(false)),
            other => {
                let message = format!("a boolean flag has the variants `true` and `false`, not `{other}`");
                self.report(&shape::UNKNOWN_VARIANT, entry.key_span, message);
                None
            }
        }
    }

    fn split_form(&mut self, slot: Slot<'_, '_>, message: &str) {
        let problem = self.report(&shape::SPLIT_FORM, slot.span(), message);
        problem.help.push("write `split: [control: 50, treatment: 50]`, or one `- control: 50` per line".into());
    }

    fn split_sum(&mut self, slot: Slot<'_, '_>, entries: &[Weighted], spans: &[Span]) -> bool {
        let sum: u64 = entries.iter().map(|entry| entry.weight.steps()).sum();
        let full = Weight::FULL.steps();
        if sum == full {
            return true;
        }
        let span = slot.key.unwrap_or_else(|| slot.span());
        let shown = percent(sum);
        let problem = self.report(&shape::SPLIT_SUM, span, format!("the split sums to {shown}, must be 100"));
        problem.label = Some(format!("sums to {shown}"));
        problem.help.push(repair_split(entries, sum));
        if let (Some(last), Some(entry)) = (spans.last(), entries.last()) {
            let place = self.place(*last);
            if let Some(problem) = self.last() {
                problem.related.push((place, format!("`{}` ends the split", entry.variant)));
            }
        }
        false
    }

    fn check_rollout(&mut self, own: Slot<'_, '_>, strategy: &Strategy, rollout: &Rollout) -> bool {
        let Err(problems) = strategy::check(rollout, self.bucketing.unwrap_or_default()) else { return true };
        for (setting, message) in problems {
            let inner = own.node.entry(setting).map_or(own, Slot::entry);
            self.report(&shape::BAD_STRATEGY, inner.span(), message).label = Some(format!("in `{}`", strategy.name));
        }
        false
    }
}

/// Whether the weights of splits are percentages.
fn percentages(bucketing: Bucketing) -> bool {
    matches!(bucket::weights(bucketing), bucket::Weights::Percentages(_))
}

/// The variants that flags of that type have, as far as names are known.
pub(super) fn variants_of(value_type: Option<ValueType>, names: Option<&[VariantName]>) -> Variants<'_> {
    match (value_type, names) {
        (Some(ValueType::Boolean), _) => Variants::Boolean,
        (Some(_), Some(names)) => Variants::Named(names),
        _ => Variants::Unknown,
    }
}

/// Steps of 0.001 % that may exceed 100 %.
fn percent(steps: u64) -> String {
    let fraction = format!("{:03}", steps % 1000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{}{dot}{fraction}", steps / 1000)
}

/// How to make a split sum to 100 by changing its last entry that can take it.
fn repair_split(entries: &[Weighted], sum: u64) -> String {
    let full = Weight::FULL.steps();
    let verb = if sum > full { "lower" } else { "raise" };
    let fits = entries.iter().rev().find_map(|entry| {
        let target = (entry.weight.steps() + full).checked_sub(sum)?;
        Some(format!("{verb} `{}` to {}", entry.variant, percent(target)))
    });
    fits.unwrap_or_else(|| "lower several of its percentages until they sum to 100".into())
}

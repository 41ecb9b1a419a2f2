//! A flag file.

use super::decode::{Decoder, Fields, Slot, written};
use super::serve::variants_of;
use super::tables::{FLAG, VARIANT};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::shape;
use crate::model::{Flag, FlagKey, Kind, Lifetime, Value, ValueType, Variant, VariantName};
use crate::source::{FilePath, Span};
use crate::yaml::{Entry, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Reads a flag. The flag is there exactly when there is no problem; problems that the reader of YAML reported are not
/// repeated.
#[must_use]
pub fn flag(file: &FilePath, key: &FlagKey, tree: &Tree<'_>) -> (Option<Flag>, Vec<Diagnostic>) {
    let mut decoder = Decoder::new(file);
    let flag = decoder.flag(key, Slot::file(tree, FLAG.what));
    decoder.finish(flag)
}

/// The default variant and its value, as far as they can be read from a file that is broken elsewhere.
#[must_use]
pub fn salvage_default(tree: &Tree<'_>) -> Option<(VariantName, Value)> {
    let file = FilePath::from("");
    let mut decoder = Decoder::new(&file);
    let fields = decoder.mapping(Slot::file(tree, FLAG.what), "a flag")?;
    let value_type = decoder.value_type(&fields)?;
    let default = fields.get("default")?;
    if value_type == ValueType::Boolean {
        let name = decoder.variant(default, variants_of(Some(value_type), None))?;
        let value = Value::Boolean(name == VariantName::boolean(true));
        return Some((name, value));
    }
    let name: VariantName = decoder.name(default)?;
    let variant = fields.get("variants")?.node.entry(name.as_str())?;
    let value = variant.value.entry("value")?;
    let value = decoder.value(Slot::entry(value), value_type)?;
    Some((name, value))
}

impl Decoder<'_> {
    fn flag(&mut self, key: &FlagKey, slot: Slot<'_, '_>) -> Option<Flag> {
        let fields = self.object(slot, &FLAG)?;
        let value_type = self.value_type(&fields);
        let (names, declared) = self.declared(slot, &fields, value_type);
        let variants = variants_of(value_type, names.as_deref());
        let name = self.optional(&fields, "name", Self::text);
        let description = self.optional(&fields, "description", Self::text);
        let kind = self.optional(&fields, "kind", |decoder, slot| {
            decoder.choice(slot, Kind::from_name, Kind::ALL.iter().map(|(_, name, _)| *name))
        });
        let owner = self.optional(&fields, "owner", Self::text);
        let tags = self.or_default(&fields, "tags", Self::tags);
        let lifetime = self.lifetime(&fields);
        let links = self.or_default(&fields, "links", Self::links);
        let (salt, bucketing) = self.salt_and_bucketing(&fields);
        self.bucketing = bucketing.flatten();
        let default = self.required(&fields, "default", |decoder, slot| decoder.variant(slot, variants));
        let requires = self.or_default(&fields, "requires", Self::requirements);
        let killed = self.optional(&fields, "killed", Self::kill);
        let archived = self.optional(&fields, "archived", Self::archived);
        let metadata = self.or_default(&fields, "metadata", Self::json_object);
        let environments = self.required(&fields, "environments", |decoder, slot| decoder.environments(slot, variants));
        Some(Flag {
            key: key.clone(),
            name: name?,
            description: description?,
            value_type: value_type?,
            kind: kind?,
            owner: owner?,
            tags: tags?,
            lifetime: lifetime?,
            links: links?,
            salt: salt?,
            bucketing: bucketing?,
            variants: declared?,
            default: default?,
            requires: requires?,
            killed: killed?,
            archived: archived?,
            metadata: metadata?,
            environments: environments?,
        })
    }

    fn value_type(&mut self, fields: &Fields<'_, '_>) -> Option<ValueType> {
        self.required(fields, "type", |decoder, slot| {
            decoder.choice(slot, ValueType::from_name, ValueType::ALL.iter().map(|(_, name)| *name))
        })
    }

    /// The names that other fields may refer to, also where a variant itself has problems, and the variants.
    fn declared(
        &mut self,
        slot: Slot<'_, '_>,
        fields: &Fields<'_, '_>,
        value_type: Option<ValueType>,
    ) -> (Option<Vec<VariantName>>, Option<Vec<Variant>>) {
        let Some(variants) = fields.get("variants") else {
            return match value_type {
                Some(ValueType::Boolean) => (None, Some(Flag::boolean_variants())),
                Some(value_type) => {
                    let what = format!("a flag of type `{value_type}`");
                    self.missing_field(slot, &what, "variants", "what it can serve, as `name: {value: …}`");
                    (None, None)
                }
                None => (None, None),
            };
        };
        if value_type == Some(ValueType::Boolean) {
            let message = "a boolean flag has no `variants`";
            let problem = self.report(&shape::NOT_FOR_BOOLEAN, variants.key.unwrap_or_default(), message);
            problem.help.push("remove them: its variants are always `true` and `false`".into());
            return (None, None);
        }
        let Some(entries) = self.mapping(variants, "a mapping of variants").map(|fields| fields.entries()) else {
            return (None, None);
        };
        if entries.is_empty() {
            self.empty(variants);
            return (None, None);
        }
        let names = entries.iter().filter_map(|entry| VariantName::new(&entry.key).ok()).collect();
        let mut seen = BTreeMap::new();
        let decoded: Vec<Variant> =
            entries.iter().filter_map(|entry| self.variant_entry(entry, value_type, &mut seen)).collect();
        (Some(names), (decoded.len() == entries.len()).then_some(decoded))
    }

    fn variant_entry(
        &mut self,
        entry: &Entry<'_>,
        value_type: Option<ValueType>,
        seen: &mut BTreeMap<String, (String, Span)>,
    ) -> Option<Variant> {
        let name: Option<VariantName> = self.key(entry);
        let unique = self.unique_key("variant", entry, seen);
        let slot = Slot::entry(entry);
        // People write `blue: "#00f"` for `blue: {value: "#00f"}`.
        if let Some(text) = written(slot.node) {
            self.wrong_type(slot, "a mapping (a variant)");
            self.help_last(format!("write `{}: {{value: {text}}}`", entry.key));
            return None;
        }
        let fields = self.object(slot, &VARIANT)?;
        // With an unknown type everything is a value: JSON takes it all.
        let value_type = value_type.unwrap_or(ValueType::Json);
        let value = self.required(&fields, "value", |decoder, slot| decoder.value(slot, value_type));
        let description = self.optional(&fields, "description", Self::text);
        unique.then_some(())?;
        Some(Variant { name: name?, value: value?, description: description? })
    }

    fn tags(&mut self, slot: Slot<'_, '_>) -> Option<Vec<String>> {
        self.distinct(slot, false, Self::text)
    }

    /// A list without repetitions.
    pub(super) fn distinct<T: Ord + Clone + AsRef<str>>(
        &mut self,
        slot: Slot<'_, '_>,
        filled: bool,
        mut decode: impl FnMut(&mut Self, Slot<'_, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut seen = BTreeSet::new();
        self.each(slot, filled, |decoder, item| {
            let value = decode(decoder, item)?;
            if seen.insert(value.clone()) {
                return Some(value);
            }
            let message = format!("`{}` stands twice in `{}`", value.as_ref(), item.name.word());
            decoder.report(&shape::DUPLICATE_ITEM, item.span(), message).help.push("remove one of the two".into());
            None
        })
    }

    fn links(&mut self, slot: Slot<'_, '_>) -> Option<BTreeMap<String, String>> {
        let fields = self.mapping(slot, "a mapping of names to text")?;
        let entries = fields.entries().iter();
        let links: Vec<(String, String)> = entries
            .filter_map(|entry| Some((entry.key.clone().into_owned(), self.text(Slot::entry(entry))?)))
            .collect();
        (links.len() == fields.entries().len()).then(|| links.into_iter().collect())
    }

    fn lifetime(&mut self, fields: &Fields<'_, '_>) -> Option<Lifetime> {
        let expires = self.optional(fields, "expires", Self::time);
        let permanent = self.optional(fields, "permanent", Self::only_true);
        if let (Some(first), Some(second)) = (fields.get("expires"), fields.get("permanent")) {
            let place = self.place(first.key.unwrap_or_default());
            let message = "a flag is either permanent or expires";
            let problem = self.report(&shape::LIFETIME_CONFLICT, second.key.unwrap_or_default(), message);
            problem.related.push((place, "it expires here".into()));
            problem.help.push("remove one of the two".into());
            return None;
        }
        Some(match (expires?, permanent?) {
            (Some(at), _) => Lifetime::Expires(at),
            (None, Some(_)) => Lifetime::Permanent,
            (None, None) => Lifetime::Unstated,
        })
    }
}

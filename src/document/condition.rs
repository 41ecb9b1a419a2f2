//! Conditions: tests with operators, segments, percentages, and how they nest.

use super::decode::{Decoder, Fields, Name, Slot, written};
use super::fields::Object;
use super::tables::{CONDITION_FORMS, TEST};
use crate::diagnostic::codes::shape;
use crate::evaluate::operator::{self, OPERATORS, Operator, Takes};
use crate::model::{Condition, Operand, Scalar, Test};
use crate::yaml::{Kind, Resolved};

impl Decoder<'_> {
    /// A list of conditions, all of which must match.
    pub(super) fn conditions(&mut self, slot: Slot<'_, '_>) -> Option<Vec<Condition>> {
        if slot.node.entries().is_some() {
            self.wrong_type(slot, "a list of conditions");
            self.help_last("write a `-` before the condition, or put it in brackets".into());
            return None;
        }
        if let Some(Resolved::Text(text)) = slot.node.scalar() {
            self.wrong_type(slot, "a list of conditions");
            self.help_last(format!("for everyone in a segment write `[{{segment: {text}}}]`"));
            return None;
        }
        self.each(slot, true, Self::condition)
    }

    fn condition(&mut self, slot: Slot<'_, '_>) -> Option<Condition> {
        let fields = self.mapping(slot, "a condition").or_else(|| {
            if let Some(Resolved::Text(text)) = slot.node.scalar() {
                self.help_last(format!("for everyone in a segment write `{{segment: {text}}}`"));
            }
            None
        })?;
        let form = self.form(slot, &fields)?;
        if form.name == TEST.name {
            return self.test(slot, &fields).map(Condition::Test);
        }
        self.unknown(fields.entries(), form.names(), form.what, |_| None);
        let head = form.fields.first().and_then(|field| fields.get(field.name))?;
        match head.name.word() {
            "segment" => self.name(head).map(Condition::Segment),
            "any" => self.conditions(head).map(Condition::Any),
            "all" => self.conditions(head).map(Condition::All),
            "not" => self.negated(head),
            "schedule" => self.schedule(head).map(Condition::Schedule),
            _ => self.percentage(head, &fields),
        }
    }

    fn negated(&mut self, slot: Slot<'_, '_>) -> Option<Condition> {
        if slot.node.items().is_some() {
            self.wrong_type(slot, "one condition");
            self.help_last("for several write `not: {any: […]}` or `not: {all: […]}`".into());
            return None;
        }
        self.condition(slot).map(|inner| Condition::Not(Box::new(inner)))
    }

    fn percentage(&mut self, head: Slot<'_, '_>, fields: &Fields<'_, '_>) -> Option<Condition> {
        let share = self.share(head);
        let by = self.optional(fields, "by", Self::by);
        let (salt, bucketing) = self.salt_and_bucketing(fields);
        Some(Condition::Percentage { share: share?, by: by?, salt: salt?, bucketing: bucketing? })
    }

    /// The one form whose head is there.
    fn form(&mut self, slot: Slot<'_, '_>, fields: &Fields<'_, '_>) -> Option<&'static Object> {
        let head_of = |key: &str| CONDITION_FORMS.iter().find(|form| form.fields[0].name == key);
        let mut heads =
            fields.entries().iter().filter_map(|entry| head_of(&entry.key).map(|form| (*form, Slot::entry(entry))));
        let Some((form, first)) = heads.next() else {
            self.no_head(slot, fields);
            return None;
        };
        let mut several = false;
        for (_, other) in heads {
            several = true;
            let place = self.place(first.key.unwrap_or_default());
            let message = format!("a condition tests one thing, not both {} and {}", first.name, other.name);
            let problem = self.report(&shape::ONE_CONDITION, other.key.unwrap_or_default(), message);
            problem.related.push((place, "the first one".into()));
            problem.help.push("make them two items of the list: all of them must match".into());
        }
        (!several).then_some(form)
    }

    fn no_head(&mut self, slot: Slot<'_, '_>, fields: &Fields<'_, '_>) {
        let operators = OPERATORS.iter().map(|operator| operator.name);
        let known = CONDITION_FORMS.iter().flat_map(|form| form.names()).chain(operators);
        let entries = fields.entries();
        if entries.iter().any(|entry| !known.clone().any(|name| name == entry.key)) {
            // Most likely the head is there, misspelt.
            self.unknown(entries, known, "a condition", |_| None);
        } else if entries.iter().any(|entry| operator::find(&entry.key).is_some()) {
            self.missing_field(slot, TEST.what, "attribute", TEST.fields[0].doc);
        } else {
            let heads: Vec<String> = CONDITION_FORMS.iter().map(|form| format!("`{}`", form.fields[0].name)).collect();
            let problem = self.report(&shape::ONE_CONDITION, slot.anchor(), "a condition needs something to test");
            problem.help.push(format!("write one of {}", heads.join(", ")));
        }
    }

    fn test(&mut self, slot: Slot<'_, '_>, fields: &Fields<'_, '_>) -> Option<Test> {
        let known = TEST.names().chain(OPERATORS.iter().map(|operator| operator.name));
        let unknown = fields.entries().iter().any(|entry| !known.clone().any(|name| name == entry.key));
        self.unknown(fields.entries(), known, TEST.what, |_| None);
        let attribute = self.required(fields, "attribute", Self::attribute);
        let operator = self.one_operator(slot, fields, unknown);
        let ignore_case = self.modifier(fields, "ignore_case", operator, |operator| operator.ignores_case);
        let lenient = self.modifier(fields, "lenient", operator, |operator| operator.lenient);
        let any_item = self.modifier(fields, "any_item", operator, |operator| operator.any_item);
        let (operator, own) = operator?;
        let operand = self.operand(operator, own);
        let test = Test {
            attribute: attribute?,
            operator: operator.name,
            operand: operand?,
            ignore_case: ignore_case?,
            lenient: lenient?,
            any_item: any_item?,
        };
        let checked = match operator.takes {
            Takes::PatternOrPatterns => return self.patterns(operator, own, test),
            _ => operator::check(&test),
        };
        match checked {
            Ok(()) => Some(test),
            Err(message) => {
                self.meaningless(operator, own, &test, message);
                None
            }
        }
    }

    /// A test with regular expressions, of which a file may not have too many large ones.
    fn patterns(&mut self, operator: &'static Operator, own: Slot<'_, '_>, test: Test) -> Option<Test> {
        // That there were too many has been reported, then.
        self.room_for_patterns()?;
        let (weight, checked) = operator::weigh_patterns(&test);
        self.take_room(weight);
        if let Err(message) = checked {
            self.meaningless(operator, own, &test, message);
            return None;
        }
        if self.room_for_patterns().is_some() {
            return Some(test);
        }
        let message = "the regular expressions of this file take more than 8 MiB together when compiled";
        let problem = self.report(&shape::OPERAND_MEANING, own.span(), message);
        problem.help.push("use `in`, `contains`, `starts_with` or `ends_with` where they are enough".into());
        None
    }

    /// Reports an operand that its operator can't read; of a list, the items that are to blame.
    fn meaningless(&mut self, operator: &Operator, own: Slot<'_, '_>, test: &Test, message: String) {
        let label = format!("`{}` takes {}", operator.name, expected(operator.takes));
        let before = self.count_problems();
        if let (Operand::Many(scalars), Some(items)) = (&test.operand, own.node.items()) {
            let is_patterns = operator.takes == Takes::PatternOrPatterns;
            for (scalar, item) in scalars.iter().zip(items) {
                let operand = Operand::Many(vec![scalar.clone()]);
                let alone = Test { attribute: test.attribute.clone(), operator: test.operator, operand, ..*test };
                let checked = if is_patterns {
                    let (weight, checked) = operator::weigh_patterns(&alone);
                    self.take_room(weight);
                    if self.room_for_patterns().is_none() {
                        break;
                    }
                    checked
                } else {
                    operator::check(&alone)
                };
                if let Err(message) = checked {
                    self.report(&shape::OPERAND_MEANING, item.span, message).label = Some(label.clone());
                }
            }
        }
        if self.count_problems() == before {
            self.report(&shape::OPERAND_MEANING, own.span(), message).label = Some(label);
        }
    }

    /// `true` or `false` beside an operator that has something to do with it; `false` when absent.
    fn modifier(
        &mut self,
        fields: &Fields<'_, '_>,
        name: &str,
        operator: Option<(&'static Operator, Slot<'_, '_>)>,
        takes: fn(&Operator) -> bool,
    ) -> Option<bool> {
        let Some(slot) = fields.get(name) else { return Some(false) };
        let Some((operator, _)) = operator.filter(|(operator, _)| !takes(operator)) else { return self.boolean(slot) };
        let message = format!("`{name}` can't stand beside `{}`", operator.name);
        let why = match name {
            "lenient" => "remove it: this operator compares neither numbers by order nor versions",
            "any_item" => "remove it: this operator does not look into the attribute",
            _ => "remove it: this operator does not compare text",
        };
        let problem = self.report(&shape::FIELD_NOT_HERE, slot.key.unwrap_or_default(), message);
        problem.help.push(why.into());
        self.boolean(slot);
        None
    }

    fn one_operator<'a, 't>(
        &mut self,
        slot: Slot<'a, 't>,
        fields: &Fields<'a, 't>,
        unknown: bool,
    ) -> Option<(&'static Operator, Slot<'a, 't>)> {
        let mut found = fields
            .entries()
            .iter()
            .filter_map(|entry| operator::find(&entry.key).map(|operator| (operator, Slot::entry(entry))));
        let Some((first, own)) = found.next() else {
            // A misspelt operator is reported as an unknown field already.
            if !unknown {
                let problem = self.report(&shape::ONE_CONDITION, slot.anchor(), "a test needs an operator");
                problem.label = Some("no operator".into());
                problem.help.push("add one, such as `equals: premium` or `in: [DE, FR]`".into());
            }
            return None;
        };
        let mut several = false;
        for (second, other) in found {
            several = true;
            let place = self.place(own.key.unwrap_or_default());
            let message = format!("a test has one operator, not both `{}` and `{}`", first.name, second.name);
            let problem = self.report(&shape::ONE_CONDITION, other.key.unwrap_or_default(), message);
            problem.related.push((place, "the first operator".into()));
            problem.help.push("make them two items of the list: all of them must match".into());
        }
        (!several).then_some((first, own))
    }

    fn operand(&mut self, operator: &Operator, slot: Slot<'_, '_>) -> Option<Operand> {
        let takes = operator.takes;
        let (one, many) = forms(takes);
        match &slot.node.kind {
            Kind::Sequence(..) if many => {
                let scalars = self.each(slot, true, |decoder, item| decoder.operand_scalar(takes, item))?;
                Some(Operand::Many(scalars))
            }
            Kind::Scalar(..) if one => self.operand_scalar(takes, slot).map(Operand::One),
            _ => {
                self.bad_operand(takes, slot);
                None
            }
        }
    }

    fn operand_scalar(&mut self, takes: Takes, slot: Slot<'_, '_>) -> Option<Scalar> {
        let scalar = super::value::as_scalar(slot.node);
        let fits = match (takes, &scalar) {
            (_, None) => false,
            (Takes::Scalar | Takes::Scalars | Takes::ScalarOrScalars, Some(_)) => true,
            (Takes::Number, Some(scalar)) => matches!(scalar, Scalar::Number(_)),
            (Takes::Boolean, Some(scalar)) => matches!(scalar, Scalar::Boolean(_)),
            (_, Some(scalar)) => matches!(scalar, Scalar::Text(_)),
        };
        if fits {
            return scalar;
        }
        if slot.node.scalar() != Some(Resolved::OutOfRange) {
            self.bad_operand(takes, slot);
        }
        None
    }

    fn bad_operand(&mut self, takes: Takes, slot: Slot<'_, '_>) {
        let is_item = matches!(slot.name, Name::Item(_));
        let words = expected(takes);
        // "a network as text, such as …, or a list of them": an item is one of them.
        let words = match takes {
            Takes::Scalars | Takes::ScalarOrScalars if is_item => "text, a number, `true` or `false`",
            _ if is_item => words.split(" or a list").next().unwrap_or(words).trim_end_matches(','),
            _ => words,
        };
        self.wrong(&shape::BAD_OPERAND, slot, words);
        if let (Takes::Scalars, false, Some(text)) = (takes, is_item, written(slot.node)) {
            self.help_last(format!("write `[{text}]`, or use `equals`"));
        }
    }
}

/// Whether one scalar, and whether a list of them, may stand there.
pub(super) const fn forms(takes: Takes) -> (bool, bool) {
    match takes {
        Takes::Scalar | Takes::Number | Takes::Version | Takes::VersionRange | Takes::Time | Takes::Boolean => {
            (true, false)
        }
        Takes::Scalars => (false, true),
        Takes::ScalarOrScalars
        | Takes::TextOrTexts
        | Takes::PatternOrPatterns
        | Takes::NetworkOrNetworks
        | Takes::TypeOrTypes => (true, true),
    }
}

/// What an operator takes, in words.
pub(super) const fn expected(takes: Takes) -> &'static str {
    match takes {
        Takes::Scalar => "text, a number, `true` or `false`",
        Takes::Scalars => "a list of text, numbers, `true` or `false`",
        Takes::ScalarOrScalars => "text, a number, `true`, `false`, or a list of these",
        Takes::TextOrTexts => "text or a list of texts",
        Takes::PatternOrPatterns => "a regular expression as text, or a list of them",
        Takes::Number => "a number",
        Takes::Version => "a version as text, such as \"2.1.0\"",
        Takes::VersionRange => "a range of versions as text, such as \">=2.1.0, <3.0.0\"",
        Takes::Time => "a time as text, such as 2026-12-01T09:00:00Z",
        Takes::TypeOrTypes => "`boolean`, `number`, `text`, `list` or `mapping`, or a list of them",
        Takes::NetworkOrNetworks => "a network as text, such as \"10.0.0.0/8\", or a list of them",
        Takes::Boolean => "`true` or `false`",
    }
}

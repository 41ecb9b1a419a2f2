//! Equality with scalars, and what is inside a text or a list.

use super::attribute::{Attribute, Forms, Kind, fold, folds_to};
use super::{Matcher, scalars};
use crate::evaluate::lookup::TextSet;
use crate::model::{Scalar, Test};
use serde_json::Value as Json;

/// The scalars of an operand, apart by type: different types are never equal.
#[derive(Debug)]
pub(crate) struct Scalars {
    texts: TextSet,
    numbers: Box<[f64]>,
    booleans: [bool; 2],
    ignore_case: bool,
}

/// `equals`, `in` and their negations: the attribute is one of these.
#[derive(Debug)]
pub(crate) struct OneOf(Scalars);

/// `contains` and its negation: the text has one of these parts, or the list one of these items.
#[derive(Debug)]
pub(crate) struct Contains(Scalars);

impl Scalars {
    fn of(test: &Test) -> Result<Self, String> {
        let scalars = scalars(test)?;
        let texts = scalars.iter().filter_map(|scalar| match scalar {
            Scalar::Text(part) if test.ignore_case => Some(fold(part)),
            Scalar::Text(part) => Some(part.as_str().into()),
            _ => None,
        });
        let numbers = scalars.iter().filter_map(|scalar| match scalar {
            Scalar::Number(number) => Some(*number),
            _ => None,
        });
        Ok(Self {
            texts: texts.collect(),
            numbers: numbers.collect(),
            booleans: [false, true].map(|value| scalars.contains(&Scalar::Boolean(value))),
            ignore_case: test.ignore_case,
        })
    }

    fn has_item(&self, item: &Json) -> bool {
        match item {
            Json::String(text) if self.ignore_case => self.texts.any(|folded| folds_to(text, folded)),
            Json::String(text) => self.texts.contains(text),
            Json::Number(number) => number.as_f64().is_some_and(|number| self.numbers.contains(&number)),
            Json::Bool(value) => self.booleans[usize::from(*value)],
            Json::Null | Json::Array(_) | Json::Object(_) => false,
        }
    }

    fn forms(&self) -> Forms {
        if self.ignore_case { Forms::FOLDED } else { Forms::NONE }
    }
}

impl OneOf {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        Scalars::of(test).map(|scalars| Matcher::OneOf(Self(scalars)))
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        match attribute.kind {
            Kind::Text(_) => attribute.text_in(&self.0.texts, self.0.ignore_case),
            Kind::Number(number) => Some(self.0.numbers.contains(&number)),
            Kind::Boolean(value) => Some(self.0.booleans[usize::from(value)]),
            Kind::Missing | Kind::List(_) | Kind::Object => None,
        }
    }

    pub(super) fn forms(&self) -> Forms {
        self.0.forms()
    }
}

impl Contains {
    pub(super) fn prepare(test: &Test) -> Result<Matcher, String> {
        Scalars::of(test).map(|scalars| Matcher::Contains(Self(scalars)))
    }

    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        match attribute.kind {
            Kind::Text(_) => {
                let text = attribute.text(self.0.ignore_case)?;
                Some(self.0.texts.any(|part| text.contains(part)))
            }
            Kind::List(items) => Some(items.iter().any(|item| self.0.has_item(item))),
            Kind::Missing | Kind::Boolean(_) | Kind::Number(_) | Kind::Object => None,
        }
    }

    pub(super) fn forms(&self) -> Forms {
        self.0.forms()
    }
}

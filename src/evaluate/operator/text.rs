//! How a text starts and ends.

use super::attribute::{Attribute, Forms, fold};
use super::{Matcher, texts};
use crate::model::Test;

/// Texts, one of which the attribute has at one end.
#[derive(Debug)]
pub(crate) struct Affix {
    end: End,
    texts: Box<[Box<str>]>,
    ignore_case: bool,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Start,
    End,
}

impl Affix {
    pub(super) fn start(test: &Test) -> Result<Matcher, String> {
        Self::prepare(test, End::Start)
    }

    pub(super) fn end(test: &Test) -> Result<Matcher, String> {
        Self::prepare(test, End::End)
    }

    fn prepare(test: &Test, end: End) -> Result<Matcher, String> {
        let ignore_case = test.ignore_case;
        let texts = texts(test)?.into_iter().map(|text| if ignore_case { fold(text) } else { text.into() });
        Ok(Matcher::Affix(Self { end, texts: texts.collect(), ignore_case }))
    }

    #[inline]
    pub(super) fn test(&self, attribute: &Attribute<'_>) -> Option<bool> {
        let text = attribute.text(self.ignore_case)?;
        Some(self.texts.iter().any(|affix| match self.end {
            End::Start => text.starts_with(&**affix),
            End::End => text.ends_with(&**affix),
        }))
    }

    pub(super) fn forms(&self) -> Forms {
        if self.ignore_case { Forms::FOLDED } else { Forms::NONE }
    }
}

//! Dotted paths to attributes of a context.

use std::fmt;
use std::sync::Arc;

/// A path such as `account.age_days`. A literal dot in a name is written `\.`, a backslash `\\`; arrays are not indexed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributePath {
    text: Arc<str>,
    parts: Arc<[Box<str>]>,
}

impl AttributePath {
    /// Parses a path; `None` when a part is empty, a backslash escapes anything else than a dot or a backslash, or the
    /// whole is longer than 200 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 200 {
            return None;
        }
        let mut parts = Vec::new();
        let mut part = String::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '.' => parts.push(std::mem::take(&mut part).into_boxed_str()),
                '\\' => match characters.next() {
                    Some(escaped @ ('.' | '\\')) => part.push(escaped),
                    _ => return None,
                },
                other => part.push(other),
            }
        }
        parts.push(part.into_boxed_str());
        let complete = parts.iter().all(|part| !part.is_empty());
        complete.then(|| Self { text: text.into(), parts: parts.into() })
    }

    /// The attribute that identifies who is asking, unless a strategy names another: `targetingKey`.
    #[must_use]
    pub fn targeting_key() -> Self {
        Self { text: "targetingKey".into(), parts: Arc::new(["targetingKey".into()]) }
    }

    /// As written in files.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names, outermost first, unescaped.
    #[must_use]
    pub fn parts(&self) -> &[Box<str>] {
        &self.parts
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_separate_and_can_be_escaped() {
        let parts = |text| AttributePath::parse(text).map(|path| path.parts().to_vec());
        assert_eq!(parts("a.b"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(parts(r"a\.b.c"), Some(vec!["a.b".into(), "c".into()]));
        assert_eq!(parts(r"a\\b"), Some(vec![r"a\b".into()]));
        for bad in ["", ".", "a.", ".a", "a..b", r"a\x", r"a\"] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}

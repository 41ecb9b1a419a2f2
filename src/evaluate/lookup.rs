//! Sets and maps of short texts that are asked far more often than they are built.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from texts of the repository. Its hash is quick and not made to withstand attackers: only keys that stand in
/// the repository are ever stored.
pub(crate) type TextMap<V> = HashMap<Box<str>, V, BuildHasherDefault<TextHasher>>;

/// Multiplies eight bytes at a time, and folds the high half of the last product into the low one.
#[derive(Default, Clone, Copy)]
pub(crate) struct TextHasher(u64);

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl TextHasher {
    #[inline]
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for TextHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.add(u64::from_le_bytes(*word));
        }
        // The last eight bytes again, in part, are quicker than the rest one by one.
        let last = bytes.last_chunk::<8>().map_or_else(
            || rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
            |word| u64::from_le_bytes(*word),
        );
        self.add(last ^ (bytes.len() as u64) << 56);
    }

    #[inline]
    fn write_u8(&mut self, _: u8) {
        // The terminator that `str` adds: the length is in the hash already.
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// What tells most texts apart without looking at their bytes: the first eight of these, and their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outline {
    head: u64,
    length: usize,
}

impl Outline {
    /// The outline of `text`.
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut head = [0; 8];
        for (place, byte) in head.iter_mut().zip(bytes) {
            *place = *byte;
        }
        Self { head: u64::from_le_bytes(head), length: bytes.len() }
    }

    /// Whether texts of this outline are equal.
    const fn is_whole(self) -> bool {
        self.length <= 8
    }
}

/// A set of texts: a few are compared one by one, many are hashed.
#[derive(Debug, Clone)]
pub(crate) enum TextSet {
    /// At most [`TextSet::FEW`].
    Few(Box<[(Outline, Box<str>)]>),
    /// More.
    Many(Box<TextMap<u32>>),
}

impl TextSet {
    const FEW: usize = 8;

    /// Whether `text` is in the set.
    #[inline]
    pub(crate) fn contains(&self, text: &str) -> bool {
        match self {
            Self::Few(texts) => !texts.is_empty() && self.contains_outlined(text, Outline::of(text)),
            Self::Many(texts) => texts.contains_key(text),
        }
    }

    /// As [`contains`](Self::contains), where the outline of `text` is known.
    #[inline]
    pub(crate) fn contains_outlined(&self, text: &str, outline: Outline) -> bool {
        match self {
            Self::Few(texts) => {
                texts.iter().any(|(other, candidate)| *other == outline && (outline.is_whole() || **candidate == *text))
            }
            Self::Many(texts) => texts.contains_key(text),
        }
    }

    /// Whether `matches` accepts one of the texts.
    pub(crate) fn any(&self, mut matches: impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::Few(texts) => texts.iter().any(|(_, text)| matches(text)),
            Self::Many(texts) => texts.keys().any(|text| matches(text)),
        }
    }
}

impl FromIterator<Box<str>> for TextSet {
    fn from_iter<I: IntoIterator<Item = Box<str>>>(texts: I) -> Self {
        let texts: Vec<Box<str>> = texts.into_iter().collect();
        if texts.len() <= Self::FEW {
            Self::Few(texts.into_iter().map(|text| (Outline::of(&text), text)).collect())
        } else {
            Self::Many(Box::new(texts.into_iter().zip(0..).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_exactly_what_was_put_in() {
        for size in [0, 1, 8, 9, 1000] {
            let set: TextSet = (0..size).map(|number| format!("user-{number}").into_boxed_str()).collect();
            for number in 0..size {
                assert!(set.contains(&format!("user-{number}")));
            }
            for absent in ["", "\0", "user-", "user-\0", "user-1000", "user-00"] {
                assert!(!set.contains(absent), "{absent} of {size}");
            }
            assert!(!set.any(|text| text.starts_with('x')));
            assert_eq!(set.any(|text| text == "user-0"), size > 0);
        }
    }

    #[test]
    fn texts_that_differ_only_in_length_or_order_hash_apart() {
        let hash = |text: &str| {
            let mut hasher = TextHasher::default();
            std::hash::Hash::hash(text, &mut hasher);
            hasher.finish()
        };
        let texts = ["", "\0", "\0\0", "a", "ab", "ba", "abcdefgh", "abcdefgh\0", "hgfedcba"];
        let hashes: std::collections::BTreeSet<u64> = texts.into_iter().map(hash).collect();
        assert_eq!(hashes.len(), texts.len());
    }
}

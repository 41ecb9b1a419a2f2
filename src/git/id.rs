//! Names of objects.

use std::fmt;

/// The hash that a repository names its objects by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFormat {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl ObjectFormat {
    /// How many bytes an id has.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The id of the empty tree, which Git knows without storing it.
    #[must_use]
    pub fn empty_tree(self) -> &'static str {
        match self {
            Self::Sha1 => "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            Self::Sha256 => "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
        }
    }
}

/// The name of an object: 20 bytes (SHA-1) or 32 bytes (SHA-256). Shown as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; 32],
    width: u8,
}

/// The name of a commit.
pub type CommitId = ObjectId;

impl ObjectId {
    /// The id that `hex` spells in full, in either case; `None` if it does not have 40 or 64 hex digits.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        let width = match hex.len() {
            40 => 20,
            64 => 32,
            _ => return None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self { bytes, width })
    }

    /// The id with these bytes; `None` unless there are 20 or 32.
    #[must_use]
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let width = u8::try_from(raw.len()).ok().filter(|width| matches!(width, 20 | 32))?;
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self { bytes, width })
    }

    /// The id of all zeros, which stands for "no object" in ref updates and raw changes.
    #[must_use]
    pub fn zero(format: ObjectFormat) -> Self {
        Self { bytes: [0; 32], width: if format == ObjectFormat::Sha1 { 20 } else { 32 } }
    }

    /// Whether this stands for "no object".
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|byte| *byte == 0)
    }

    /// The bytes: 20 or 32.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.width)]
    }

    /// The first ten hex digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        let mut hex = self.to_string();
        hex.truncate(10);
        hex
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(64);
        for byte in self.as_bytes() {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        f.pad(&text)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_both_ways() {
        let text = "00ff4b825dc642cb6eb9a060e54bf8d69288fbee";
        let id = ObjectId::from_hex(text.as_bytes()).unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(ObjectId::from_hex(text.to_uppercase().as_bytes()), Some(id));
        assert_eq!(ObjectId::from_bytes(id.as_bytes()), Some(id));
        assert_eq!(id.short(), "00ff4b825d");
    }

    #[test]
    fn only_full_hex_is_an_id() {
        for text in
            ["", "00ff", "zzff4b825dc642cb6eb9a060e54bf8d69288fbee", "00ff4b825dc642cb6eb9a060e54bf8d69288fbee0"]
        {
            assert_eq!(ObjectId::from_hex(text.as_bytes()), None, "{text}");
        }
        assert_eq!(ObjectId::from_bytes(&[0; 21]), None);
    }

    #[test]
    fn zero_means_no_object() {
        assert!(ObjectId::zero(ObjectFormat::Sha256).is_zero());
        assert_eq!(ObjectId::zero(ObjectFormat::Sha256).to_string().len(), 64);
        assert!(!ObjectId::from_hex(ObjectFormat::Sha1.empty_tree().as_bytes()).unwrap().is_zero());
    }
}

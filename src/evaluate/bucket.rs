//! The bucketing contract: which of 100,000 buckets a unit is in.
//!
//! ```text
//! text   = salt "/" unit
//! hash   = MurmurHash3 x86 32-bit, seed 0, over   flagd-v3: the CBOR encoding of text (RFC 8949 4.2.1 text string)
//!                                                 flagd-v2: the UTF-8 bytes of text
//! bucket = (hash as u64 * 100000) >> 32           0 … 99999, i.e. 0.001 %
//! ```
//!
//! This is frozen: another result for the same salt and unit would move users. `tests/data/bucketing-vectors.json`
//! has the published vectors. Flags that were imported keep the algorithm of their source, see `algorithm`.

mod algorithm;
mod cbor;

pub(crate) use algorithm::{Algorithm, Asked, Purpose, algorithm};
pub use algorithm::{Weights, fixed_position, split_ends, weights};

use crate::model::Bucketing;
use std::fmt;

/// One of 100,000 equal parts of all units, 0.001 % each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Bucket(u32);

impl Bucket {
    /// How many there are.
    pub const COUNT: u32 = 100_000;

    /// The bucket of a hash.
    #[must_use]
    #[inline]
    pub const fn of(hash: u32) -> Self {
        Self(((hash as u64 * Self::COUNT as u64) >> 32) as u32)
    }

    /// The bucket of that number; `None` from [`Self::COUNT`] on.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// The smallest hash that is in it.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "a bucket is less than COUNT, so that this is less than 2^32")]
    pub(super) const fn first_hash(self) -> u32 {
        ((self.0 as u64) << 32).div_ceil(Self::COUNT as u64) as u32
    }

    /// The bucket that stands for a position among `total`, in order: no two positions have the same one unless there
    /// are more of them than buckets.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "limited to the last bucket")]
    pub(super) const fn of_position(position: u32, total: u32) -> Self {
        let number = (position as u64 * Self::COUNT as u64).div_ceil(if total == 0 { 1 } else { total as u64 });
        Self(if number < Self::COUNT as u64 { number as u32 } else { Self::COUNT - 1 })
    }

    /// The last position among `total` that it stands for.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "less than the total")]
    pub(super) const fn position(self, total: u32) -> u32 {
        (self.0 as u64 * total as u64 / Self::COUNT as u64) as u32
    }

    /// 0 to 99,999.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The bucket of `unit` under `salt` by a native algorithm.
#[must_use]
pub fn bucket(algorithm: Bucketing, salt: &str, unit: &str) -> Bucket {
    Bucket::of(hash(algorithm, salt, unit))
}

/// The hash of `salt`, a slash and `unit` by a native algorithm.
#[must_use]
#[inline]
pub fn hash(algorithm: Bucketing, salt: &str, unit: &str) -> u32 {
    let mut murmur = Murmur::default();
    if algorithm == Bucketing::FlagdV3 {
        murmur.add_head(salt.len() + 1 + unit.len());
    }
    murmur.add(salt.as_bytes());
    murmur.add(b"/");
    murmur.add(unit.as_bytes());
    murmur.finish()
}

/// `MurmurHash3` x86 32-bit, of bytes that come in pieces. The state starts as the seed.
#[derive(Debug, Default)]
struct Murmur {
    state: u32,
    /// Bytes that do not fill a word yet, the first in the lowest place.
    carry: u64,
    /// How many bits of the carry are in use: 0, 8, 16 or 24.
    carried: u32,
    length: u32,
}

impl Murmur {
    /// The hash of `pieces`, one after the other.
    fn of(seed: u32, pieces: &[&[u8]]) -> u32 {
        let mut murmur = Self { state: seed, ..Self::default() };
        for piece in pieces {
            murmur.add(piece);
        }
        murmur.finish()
    }

    /// The head of a CBOR text string of `length` bytes, in its shortest form.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each arm holds the lengths that fit")]
    fn add_head(&mut self, length: usize) {
        let length = length as u64;
        match length {
            // Nearly all texts are this short, and nothing was added before the head.
            0..=23 => (self.carry, self.carried, self.length) = (0x60 | length, 8, 1),
            24..=0xff => (self.carry, self.carried, self.length) = (0x78 | length << 8, 16, 2),
            0x100..=0xffff => {
                self.add(&[0x79]);
                self.add(&(length as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.add(&[0x7a]);
                self.add(&(length as u32).to_be_bytes());
            }
            _ => {
                self.add(&[0x7b]);
                self.add(&length.to_be_bytes());
            }
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the low word is meant; the length counts modulo 2^32")]
    fn add(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u32);
        let (words, rest) = bytes.as_chunks::<4>();
        for word in words {
            let joined = self.carry | u64::from(u32::from_le_bytes(*word)) << self.carried;
            self.mix(joined as u32);
            self.carry = joined >> 32;
        }
        let tail = match *rest {
            [] => return,
            [a] => u32::from(a),
            [a, b] => u32::from_le_bytes([a, b, 0, 0]),
            [a, b, c, ..] => u32::from_le_bytes([a, b, c, 0]),
        };
        self.carry |= u64::from(tail) << self.carried;
        self.carried += 8 * rest.len() as u32;
        if self.carried >= 32 {
            self.mix(self.carry as u32);
            self.carry >>= 32;
            self.carried -= 32;
        }
    }

    #[inline]
    fn mix(&mut self, word: u32) {
        self.state ^= Self::scramble(word);
        self.state = self.state.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }

    #[inline]
    const fn scramble(word: u32) -> u32 {
        word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "at most three bytes are left")]
    const fn finish(self) -> u32 {
        let mut hash = self.state ^ Self::scramble(self.carry as u32);
        hash ^= self.length;
        hash ^= hash >> 16;
        hash = hash.wrapping_mul(0x85eb_ca6b);
        hash ^= hash >> 13;
        hash = hash.wrapping_mul(0xc2b2_ae35);
        hash ^ hash >> 16
    }
}

#[cfg(test)]
mod tests;

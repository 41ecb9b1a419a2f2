//! Reusable audiences.

use super::{Condition, SegmentName, Unit};

/// Who is in it: `exclude` wins, then `include`, then `match`.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Its name: the stem of its file.
    pub name: SegmentName,
    /// Who they are.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Always in.
    pub include: Vec<Unit>,
    /// Never in.
    pub exclude: Vec<Unit>,
    /// All must match; empty when the file has no `match`, which matches nobody.
    pub conditions: Vec<Condition>,
}

//! Everything that one revision of a repository holds, or the part of it that a question needs.

use super::{Flag, FlagKey, Project, Segment, SegmentName, Value, VariantName};
use std::collections::BTreeMap;

/// Flags and segments by name, with the project that they belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// The project.
    pub project: Project,
    /// The flags that could be read.
    pub flags: BTreeMap<FlagKey, Flag>,
    /// The segments that could be read.
    pub segments: BTreeMap<SegmentName, Segment>,
    /// The flags that could not be read, and why.
    pub broken_flags: BTreeMap<FlagKey, Broken>,
    /// The segments that could not be read, and why.
    pub broken_segments: BTreeMap<SegmentName, String>,
}

/// A flag whose file does not read, with what could be saved of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// The first error, in one line.
    pub error: String,
    /// Its default variant and value, when these could be read.
    pub default: Option<(VariantName, Value)>,
}

impl Catalog {
    /// An empty catalog of `project`.
    #[must_use]
    pub const fn new(project: Project) -> Self {
        Self {
            project,
            flags: BTreeMap::new(),
            segments: BTreeMap::new(),
            broken_flags: BTreeMap::new(),
            broken_segments: BTreeMap::new(),
        }
    }
}

//! The facts of all files, by name.

use super::{FileContext, FlagFacts, SegmentFacts};
use crate::model::EnvironmentName;
use std::collections::HashMap;

/// The facts of all files of a repository. Lists are sorted by name, then by file.
#[derive(Debug)]
pub struct Repository<'a> {
    pub(super) context: FileContext<'a>,
    pub(super) flags: Vec<&'a FlagFacts>,
    pub(super) segments: Vec<&'a SegmentFacts>,
    flags_by_key: HashMap<&'a str, usize>,
    segments_by_name: HashMap<&'a str, usize>,
}

impl<'a> Repository<'a> {
    /// Sorts and indexes the facts. Of two files with the same name the first counts.
    pub(super) fn new(context: FileContext<'a>, flags: &'a [FlagFacts], segments: &'a [SegmentFacts]) -> Self {
        let mut flags: Vec<&FlagFacts> = flags.iter().collect();
        flags.sort_by(|a, b| (&a.key, &a.file).cmp(&(&b.key, &b.file)));
        let mut segments: Vec<&SegmentFacts> = segments.iter().collect();
        segments.sort_by(|a, b| (&a.name, &a.file).cmp(&(&b.name, &b.file)));
        let flags_by_key = flags.iter().enumerate().rev().map(|(at, flag)| (flag.key.as_str(), at)).collect();
        let segments_by_name = segments.iter().enumerate().rev().map(|(at, each)| (each.name.as_str(), at)).collect();
        Self { context, flags, segments, flags_by_key, segments_by_name }
    }

    /// The flag of that key.
    pub(super) fn flag(&self, key: &str) -> Option<&'a FlagFacts> {
        self.flag_position(key).map(|at| self.flags[at])
    }

    /// Its position in `flags`.
    pub(super) fn flag_position(&self, key: &str) -> Option<usize> {
        self.flags_by_key.get(key).copied()
    }

    /// The position of the segment of that name in `segments`.
    pub(super) fn segment_position(&self, name: &str) -> Option<usize> {
        self.segments_by_name.get(name).copied()
    }

    /// The environments of the project, in promotion order.
    pub(super) fn environments(&self) -> impl Iterator<Item = &'a EnvironmentName> {
        self.context.project.environments.iter().map(|environment| &environment.name)
    }
}

//! A catalog made ready to evaluate.
//!
//! Names become indexes, operands are parsed, attributes get slots. Compiling never fails as a whole: a flag that does
//! not make sense, or needs something that does not, is kept as broken with a text that says why, and all others work.

mod closure;
pub use closure::{MAX_COST, MAX_DEPTH};
mod compile;
mod condition;
mod flag;
mod serve;

pub(crate) use condition::{Draw, Foreign, Node};
pub(crate) use flag::{Body, EnvironmentProgram, FlagProgram, Off, RequirementProgram, RuleProgram};
pub(crate) use serve::{Choice, ServeProgram};

use super::context::{BoundContext, Context, Selection};
use super::lookup::{TextMap, TextSet};
use super::slots::Slots;
use crate::model::{AttributePath, Catalog, Share};

/// Everything that flags of a catalog need to be evaluated.
#[derive(Debug)]
pub struct Program {
    pub(super) slots: Slots,
    pub(super) environments: Box<[Box<str>]>,
    /// In the order of their keys.
    pub(super) flags: Box<[FlagProgram]>,
    pub(super) by_key: TextMap<u32>,
    /// `None` where a segment does not compile; no flag that does refers to it.
    pub(super) segments: Box<[Option<SegmentProgram>]>,
    pub(super) by_segment: TextMap<u32>,
    pub(super) rings: Box<[RingProgram]>,
    pub(super) ring_draw: Draw,
}

/// A segment: `exclude` wins, then `include`, then `matches`.
#[derive(Debug)]
pub(crate) struct SegmentProgram {
    pub(crate) name: Box<str>,
    pub(crate) exclude: TextSet,
    pub(crate) include: TextSet,
    /// All must match; when empty nobody does.
    pub(crate) conditions: Box<[Node]>,
}

/// A ring.
#[derive(Debug)]
pub(crate) struct RingProgram {
    pub(crate) name: Box<str>,
    /// Index of the segment.
    pub(crate) segment: Option<u32>,
    /// The largest percentage of this ring and those before it.
    pub(crate) share: Share,
}

impl Program {
    /// The program of `catalog`.
    #[must_use]
    pub fn compile(catalog: &Catalog) -> Self {
        compile::program(catalog)
    }

    /// Looks up and parses the attributes of `context` that this program asks for, once for any number of flags.
    #[must_use]
    pub fn bind<'p, 'c>(&'p self, context: &'c Context) -> BoundContext<'p, 'c> {
        BoundContext::new(self, context)
    }

    /// As [`bind`](Self::bind), for a context of which (at least) [all that this program asks for](Self::attributes) was kept.
    #[must_use]
    pub fn bind_selection<'p, 'c>(&'p self, selection: &'c Selection<'_>) -> BoundContext<'p, 'c> {
        BoundContext::of_selection(self, selection)
    }

    /// The keys of all flags, broken ones included, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.flags.iter().map(|flag| flag.key.as_str())
    }

    /// The attributes that its flags ask for.
    pub fn attributes(&self) -> impl Iterator<Item = &AttributePath> {
        self.slots.all().iter().map(|(path, _)| path)
    }

    /// The flags that do not compile, in order, each with what is wrong.
    pub fn problems(&self) -> impl Iterator<Item = (&str, &str)> {
        self.flags.iter().filter_map(|flag| match &flag.body {
            Ok(_) => None,
            Err(broken) => Some((flag.key.as_str(), &*broken.error)),
        })
    }

    /// The flag of that key.
    #[inline]
    pub(super) fn flag(&self, key: &str) -> Option<&FlagProgram> {
        self.by_key.get(key).and_then(|index| self.flags.get(*index as usize))
    }

    /// The index of the environment of that name.
    #[inline]
    pub(super) fn environment(&self, name: &str) -> Option<usize> {
        self.environments.iter().position(|environment| **environment == *name)
    }
}

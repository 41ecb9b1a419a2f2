//! Expectations of flags and segments, and how they hold: `git flag test` without files or a terminal.
//!
//! A tests file becomes [`Case`]s, one for each environment and combination of its matrix. [`Case::run`] evaluates one as
//! any client would and compares the decision with what is expected. [`coverage`] says which ways through a flag no case
//! takes, [`mutants`] changes a flag in small ways that its cases ought to notice.
//! [`SegmentCase`] is the same for segments; [`GoldenAnswer`] holds what every flag answers to a whole context against what
//! was recorded.

mod case;
pub mod coverage;
mod golden;
mod mutant;
mod segment;

pub use case::{Case, Mismatch, Verdict, cases};
pub use golden::{GoldenAnswer, answer, golden_answers, golden_context, to_record};
pub use mutant::{Mutant, mutants};
pub use segment::{SegmentBranch, SegmentCase, SegmentVerdict, segment_branches, segment_cases, segment_taken};

#[cfg(test)]
mod tests;

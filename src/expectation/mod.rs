//! Expectations of flags, and how they hold: `git flag test` without files or a terminal.
//!
//! A tests file becomes [`Case`]s, one for each environment and combination of its matrix. [`Case::run`] evaluates one as
//! any client would and compares the decision with what is expected. [`coverage`] says which ways through a flag no case
//! takes, [`mutants`] changes a flag in small ways that its cases ought to notice.

mod case;
pub mod coverage;
mod mutant;

pub use case::{Case, Mismatch, Verdict, cases};
pub use mutant::{Mutant, mutants};

#[cfg(test)]
mod tests;

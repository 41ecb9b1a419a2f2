//! Two catalogs become differences, and differences become impact.
//!
//! [`compare`] and [`compare_flags`] say what differs in meaning: they are blind to comments, formatting and the order
//! of mappings, but not to the order of rules and splits. Each [`Difference`] tells itself in a sentence. [`impact`] says
//! for whom the answers change, exactly where buckets decide.

mod align;
mod aspect;
mod catalog;
#[cfg(test)]
mod catalog_tests;
mod difference;
mod environment;
mod facts;
mod flag;
mod forecast;
mod impact;
#[cfg(test)]
mod impact_tests;
mod impact_words;
mod json;
mod normal;
mod reach;
mod renamed;
#[cfg(test)]
mod sample;
mod sentence;
mod shared;
mod shares;
mod spread;
pub mod structure;
mod targets;
#[cfg(test)]
mod tests;
pub mod words;

pub use aspect::{ASPECTS, Aspect, AspectRow};
pub use catalog::{compare, compare_flags, compare_flags_in, renames};
pub use difference::{Difference, Side, Subject};
pub use environment::is_moved;
pub use facts::{facts, facts_of_value};
pub use forecast::{Closed, Served, Stretch, Window, forecast, moments};
pub use impact::{Impact, Outcome, Scope, broken, impact, mended};
pub use impact_words::tell;
pub use reach::reach;
pub use sentence::{action, headline, summarise};
pub use shared::{compare_projects, compare_segments};
pub use shares::{Move, Portion, Shares, shares};
pub use spread::Context;

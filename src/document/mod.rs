//! The file format: trees become the model, changes become edits, field tables become schemas.

pub mod change;
mod condition;
mod decode;
pub mod encode;
mod environment;
pub mod fields;
mod flag;
pub mod golden;
mod mentions;
mod project;
mod rule;
pub mod schema;
mod segment;
mod segment_tests;
mod serve;
pub mod tables;
mod tests_file;
mod value;

pub use change::{ChangeError, Written, apply, create, edits, edits_of_data};
pub use flag::{flag, salvage_default};
pub use golden::{Answer, Golden, Recorded, golden, renamed_answer};
pub use mentions::{Mention, Mentioned, mentions};
pub use project::project;
pub use segment::segment;
pub use segment_tests::{ExpectedMembership, SegmentTests, segment_tests};
pub use tests_file::{Expectation, FlagTests, flag_tests};
pub use value::node_to_json;

#[cfg(test)]
mod tests;

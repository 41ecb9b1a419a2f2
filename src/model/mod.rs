//! The vocabulary: flags, segments and the project as plain data.
//!
//! Nothing here does I/O, reads a clock, or knows of YAML, Git or the terminal. Values are as the files mean them after
//! all checks of form: shares are integers of 0.001 %, times are whole Unix seconds, units are canonical text.

mod attribute;
mod bucketing;
mod catalog;
mod condition;
mod flag;
mod key;
mod lifecycle;
mod project;
mod rollout;
#[cfg(test)]
pub(crate) mod sample;
mod segment;
mod share;
mod time;
mod unit;
mod value;

pub use attribute::AttributePath;
pub use bucketing::{Bucketing, By};
pub use catalog::{Broken, Catalog};
pub use condition::{Condition, Operand, Scalar, Test};
pub use flag::{Environment, Flag, Requirement, Rule, Schedule, Target, Variant};
pub use key::{
    EnvironmentName, FlagKey, GoldenName, NameError, RingName, RuleId, SegmentName, VariantName, check_name,
};
pub use lifecycle::{Archived, Kill, Kind, Lifetime};
pub use project::{AttributeDeclaration, AttributeType, Durability, FORMAT, Project, ProjectEnvironment, Ring};
pub use rollout::{Rollout, Serve, Setting, Weighted};
pub use segment::Segment;
pub use share::{Share, ShareError, Weight};
pub use time::{Seconds, TimeError, Timestamp};
pub use unit::Unit;
pub use value::{Value, ValueType};

//! Flags for other systems.

mod flagd;
mod manifest;

pub use flagd::export as flagd;
pub use manifest::export as manifest;

use crate::model::FlagKey;

/// Why a flag is not exported, or something about it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The flag.
    pub flag: FlagKey,
    /// What has no equivalent, as one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Whether the flag is exported all the same, without a detail that evaluation does not depend on.
    pub kept: bool,
}

/// A document for another system.
#[derive(Debug)]
pub struct Exported {
    /// The document.
    pub document: serde_json::Value,
    /// How many flags are in it.
    pub flags: usize,
    /// What is not in it.
    pub refusals: Vec<Refusal>,
}

//! The only place that knows YAML: text becomes a spanned tree, edits become splices of text.

mod block_scalar;
mod characters;
mod data;
mod edit;
#[cfg(test)]
mod hardening;
mod message;
mod parse;
mod quote;
mod scalar;
mod tree;
mod write;

pub use data::Data;
pub use edit::{Edit, EditError, edit};
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, parse, parse_values};
pub use scalar::{Resolved, misread_by_yaml_1_1, resolve};
pub use tree::{Comment, Entry, Kind, Node, ScalarStyle, Style, Tree};
pub use write::document;

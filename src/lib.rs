//! Feature flags as YAML files in a Git repository.
//!
//! | room | what is in it |
//! | --- | --- |
//! | [`source`] | files, spans, symbolic places |
//! | [`diagnostic`] | the problem value, and the tables of all codes |
//! | [`model`] | flags, segments, project: plain data |

#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests have a machine around them"))]

pub mod diagnostic;
pub mod model;
pub mod source;

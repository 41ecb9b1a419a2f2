//! What a user notices of each command.

mod completions;
mod eval;
mod hook;
mod list;
mod reading;
mod validate;
mod writing;

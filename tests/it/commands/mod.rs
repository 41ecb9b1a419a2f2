//! What a user notices of each command.

mod completions;
mod enrich;
mod eval;
mod exchange;
mod hook;
mod list;
mod reading;
mod simulate;
mod test;
mod validate;
mod writing;

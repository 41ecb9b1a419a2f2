//! Integration tests: the program as a user runs it, in real repositories.
//!
//! One binary, so that it links once. Every test makes its own repository in a folder of its own, with a fixed clock and
//! identity and without any configuration of the machine, so that tests run in parallel and print the same everywhere.

#![allow(clippy::disallowed_methods, reason = "tests start programs and read the environment")]

mod acceptance;
mod architecture;
mod broken;
mod commands;
mod conformance;
#[cfg(unix)]
mod contention;
mod corpus;
mod dry_run;
mod durable;
mod elsewhere;
#[cfg(target_os = "linux")]
mod fire;
mod format;
mod generated;
#[cfg(unix)]
mod ground;
mod help;
mod history;
mod history_lives;
mod history_random;
#[cfg(unix)]
mod hooks;
mod merging;
mod merging_random;
mod operations;
mod operations_merged;
mod outputs;
mod peers;
#[cfg(unix)]
mod plain_files;
mod pushing;
mod readme;
mod signatures;
mod sparse;
mod support;
mod terminal;

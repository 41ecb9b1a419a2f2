//! What `git flag --version` prints.

use crate::render::{Report, Terminal};
use serde_json::{Value, json};
use std::ffi::OsString;

/// The commit that the program was built from; builds for development do not know it.
const COMMIT: Option<&str> = option_env!("GIT_FLAG_BUILD_COMMIT");

/// The version, and what it was built from.
pub(super) struct Version;

impl Report for Version {
    fn text(&self, _: &Terminal) -> String {
        format!("git-flag {}\n", line())
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.version/v1", "version": env!("CARGO_PKG_VERSION"), "commit": COMMIT, "features": [] })
    }
}

/// `0.1.0 (commit 1a2b3c4d5e)`
pub(super) fn line() -> String {
    let commit = COMMIT.map(|commit| format!("commit {}", commit.get(..10).unwrap_or(commit)));
    format!("{} ({})", env!("CARGO_PKG_VERSION"), commit.as_deref().unwrap_or("built for development"))
}

/// Whether the words ask for the version, as JSON.
pub(super) fn is_asked_as_json(arguments: &[OsString]) -> bool {
    let words: Vec<_> = arguments.iter().skip(1).filter_map(|word| word.to_str()).collect();
    words.contains(&"--json")
        && words.iter().all(|word| matches!(*word, "--json" | "--version" | "-V"))
        && words.len() > 1
}

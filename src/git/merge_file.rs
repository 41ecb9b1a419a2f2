//! Merging lines, as Git does for files that it knows nothing about.

use super::run::{Git, Manner, Place};
use super::{Environment, GitError};
use std::path::Path;

/// What the sides of a merge are called in its markers, and how long these are.
#[derive(Debug, Clone, Copy)]
pub struct Labels<'l> {
    /// Our side.
    pub ours: &'l str,
    /// What both come from.
    pub base: &'l str,
    /// Their side.
    pub theirs: &'l str,
    /// How many characters a marker has.
    pub size: usize,
}

/// Merges the lines of three files of `directory` into the first, `ours`, with markers where they conflict. Says whether
/// there was no conflict.
///
/// # Errors
/// When Git can't: a file is binary, or can't be read.
pub fn merge_file(directory: &Path, [ours, base, theirs]: [&Path; 3], labels: Labels<'_>) -> Result<bool, GitError> {
    let place = Place::new(directory.to_owned(), Environment::of_process());
    let output = Git::new(&place, Manner::Write, "merge-file")
        .arg("-q")
        .arg(format!("--marker-size={}", labels.size))
        .args(["-L", labels.ours, "-L", labels.base, "-L", labels.theirs])
        .args([ours, base, theirs])
        .run_or(&(1..128).collect::<Vec<_>>())?;
    Ok(output.code == Some(0))
}

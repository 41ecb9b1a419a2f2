//! What a run in GitHub Actions gets besides: annotations, the summary of the job, and outputs of the step.

use super::session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

/// Whether this runs in GitHub Actions.
pub(super) fn is_here() -> bool {
    session::variable("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Adds Markdown to the summary of the job.
///
/// # Errors
/// When the file that GitHub names can't be written.
pub(super) fn summarise(markdown: &str) -> Result<()> {
    append("GITHUB_STEP_SUMMARY", markdown)
}

/// Sets outputs of the step.
///
/// # Errors
/// As for [`summarise`].
pub(super) fn outputs(values: &[(&str, usize)]) -> Result<()> {
    let mut lines = String::new();
    for (name, value) in values {
        // Writing into memory can't fail.
        let _ = writeln!(lines, "{name}={value}");
    }
    append("GITHUB_OUTPUT", &lines)
}

fn append(variable: &str, text: &str) -> Result<()> {
    let Some(path) = session::variable(variable) else { return Ok(()) };
    let written =
        OpenOptions::new().append(true).create(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let reason = crate::project::reason(&error);
        Failure::new(&repository::IO_FAILED, format!("can't write `{path}`, which `{variable}` names: {reason}"))
            .help("`--no-ci-detect` leaves out what is for GitHub Actions")
    })
}

//! The merge driver and the text of diffs: settings of this clone, and a line in `.gitattributes` for everybody.

use crate::diagnostic::Result;
use crate::git::{GitError, Repository};
use std::fs;
use std::io;
use std::path::Path;

/// The line that tells Git which files are flags.
const ATTRIBUTES: &str = "flags/**/*.yaml merge=git-flag diff=git-flag";

/// Where our program is missing, too old or broken (it never ends with 1 but for a conflict), Git merges the lines: a driver
/// that can't be started would leave our side as the result, without a marker.
const DRIVER: &str = "f() { \
    if command -v git-flag >/dev/null 2>&1; then \
        git-flag merge-driver \"$@\" && return 0; test $? -eq 1 && return 1; \
    fi; \
    git merge-file -q --marker-size=\"$5\" -L \"$7\" -L \"$6\" -L \"$8\" \"$2\" \"$1\" \"$3\"; \
}; f %O %A %B %P %L %S %X %Y";

/// Where our program is missing, a diff shows the file.
const TEXTCONV: &str = "f() { \
    if command -v git-flag >/dev/null 2>&1; then git-flag textconv \"$1\" 2>/dev/null && return 0; fi; \
    cat \"$1\"; \
}; f";

/// The settings. Merges of merge bases keep conflicts out of the text that both sides come from (`recursive`).
const SETTINGS: [(&str, &str); 4] = [
    ("merge.git-flag.name", "feature flags, by environment, rule, variant and target"),
    ("merge.git-flag.driver", DRIVER),
    ("merge.git-flag.recursive", "binary"),
    ("diff.git-flag.textconv", TEXTCONV),
];

/// The sections of the settings.
const SECTIONS: [&str; 2] = ["merge.git-flag", "diff.git-flag"];

/// What of it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) struct Presence {
    /// The settings of this clone.
    pub(in crate::commands) settings: bool,
    /// The line in the file of attributes.
    pub(in crate::commands) attributes: bool,
}

/// What of it is there; `file` is that of the attributes.
pub(in crate::commands) fn presence(repository: &Repository, file: &Path) -> Presence {
    let is_set =
        |(key, value): &(&str, &str)| repository.config(key).is_ok_and(|found| found.as_deref() == Some(value));
    let attributes = fs::read_to_string(file).is_ok_and(|text| has_line(&text));
    Presence { settings: SETTINGS.iter().all(is_set), attributes }
}

/// Writes the settings; those that are there already stay.
pub(super) fn configure(repository: &Repository) -> Result<bool> {
    let mut changed = false;
    for (key, value) in SETTINGS {
        if repository.config(key)?.as_deref() != Some(value) {
            repository.set_config(key, value)?;
            changed = true;
        }
    }
    Ok(changed)
}

/// Takes the settings out.
pub(super) fn unconfigure(repository: &Repository) -> std::result::Result<bool, GitError> {
    let mut changed = false;
    for section in SECTIONS {
        changed |= repository.remove_config_section(section)?;
    }
    Ok(changed)
}

/// Adds the line at the end, where it wins over others; says whether it was missing.
pub(super) fn add_line(path: &Path) -> io::Result<bool> {
    let text = read(path)?.unwrap_or_default();
    if has_line(&text) {
        return Ok(false);
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    super::script::write_text(path, &format!("{text}{gap}{ATTRIBUTES}{newline}"))?;
    Ok(true)
}

/// Takes the line out; a file that holds nothing else goes too.
pub(super) fn remove_line(path: &Path) -> io::Result<bool> {
    let Some(text) = read(path)?.filter(|text| has_line(text)) else { return Ok(false) };
    let rest: String = text.split_inclusive('\n').filter(|line| line.trim() != ATTRIBUTES).collect();
    if rest.is_empty() {
        fs::remove_file(path)?;
    } else {
        super::script::write_text(path, &rest)?;
    }
    Ok(true)
}

fn has_line(text: &str) -> bool {
    text.lines().any(|line| line.trim() == ATTRIBUTES)
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_comes_and_goes_and_leaves_the_rest() {
        for before in [None, Some("*.png binary\n"), Some("a text\r\nb -text\r\n"), Some("# the end has no line break")]
        {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(".gitattributes");
            if let Some(text) = before {
                fs::write(&path, text).unwrap();
            }
            assert_eq!([add_line(&path).unwrap(), add_line(&path).unwrap()], [true, false]);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with(before.unwrap_or_default()) && text.trim_end().ends_with(ATTRIBUTES), "{text:?}");
            assert_eq!(text.contains("\r\n"), before.is_some_and(|text| text.contains("\r\n")));
            assert_eq!([remove_line(&path).unwrap(), remove_line(&path).unwrap()], [true, false]);
            let after = fs::read_to_string(&path).ok();
            assert_eq!(after.as_deref().map(str::trim_end), before.map(str::trim_end));
        }
    }
}

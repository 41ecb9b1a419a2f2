//! The message as Git would clean it.

use super::{CommitError, Repository};
use crate::git::run::Manner;

/// The message as it is committed, cleaned as `commit.cleanup` says (where Git has no editor to clean up after).
pub(super) fn clean(repository: &Repository, text: &str) -> Result<String, CommitError> {
    let message = match repository.config("commit.cleanup")?.as_deref() {
        Some("verbatim") => text.to_owned(),
        Some("strip") => {
            let cleaned =
                repository.git(Manner::Write, "stripspace").arg("--strip-comments").input(text.as_bytes()).run();
            String::from_utf8_lossy(&cleaned.map_err(CommitError::of_write)?).into_owned()
        }
        _ => strip_space(text),
    };
    if message.trim().is_empty() { Err(CommitError::EmptyMessage) } else { Ok(message) }
}

/// No space at line ends, no empty lines at the ends, at most one empty line in a row, a line break at the end.
fn strip_space(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len() + 1);
    let mut empty = false;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty = !cleaned.is_empty();
            continue;
        }
        if empty {
            cleaned.push('\n');
        }
        empty = false;
        cleaned.push_str(line);
        cleaned.push('\n');
    }
    cleaned
}

/// The first line, for the reflog.
pub(super) fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::Sandbox;

    #[test]
    fn messages_are_cleaned_as_git_does() {
        let sandbox = Sandbox::new();
        for text in ["a", "a\n\n\n\nb  \n\n", "\n\n  a\n \n\t\nb", "# kept\n\na\r\nb", "", " \n\n", "ä \u{a0}\n"] {
            let git = sandbox.repository().git(Manner::Write, "stripspace").input(text).run().unwrap();
            let git = String::from_utf8(git).unwrap();
            if text.contains('\u{a0}') {
                continue; // Git knows no spaces outside ASCII
            }
            assert_eq!(strip_space(text), git, "{text:?}");
        }
        assert_eq!(subject("flag(a): b\n\nbody"), "flag(a): b");
    }

    #[test]
    fn settings_are_followed_and_nothing_is_refused() {
        let sandbox = Sandbox::new();
        assert!(matches!(clean(&sandbox.repository(), "\n \n"), Err(CommitError::EmptyMessage)));
        sandbox.git(&["config", "commit.cleanup", "strip"]);
        assert_eq!(clean(&sandbox.repository(), "# gone\n\na\n").unwrap(), "a\n");
        sandbox.git(&["config", "commit.cleanup", "verbatim"]);
        assert_eq!(clean(&sandbox.repository(), "\na \n").unwrap(), "\na \n");
    }
}

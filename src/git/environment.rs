//! The `GIT_*` variables that this process was started with.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The `GIT_*` variables (and nothing else) that decide which repository, index and configuration Git uses.
///
/// Taken from the process once, so that every `git` that is spawned sees the same, and so that tests can give their own
/// without touching the process.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: Vec<(OsString, OsString)>,
}

/// Set by people for their own terminal; they would change what our commands answer.
const DROPPED: &[&str] = &[
    "GIT_PAGER",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_REFLOG_ACTION",
    "GIT_ATTR_SOURCE",
    "GIT_PREFIX",
];

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::new(env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_")))
    }

    /// Exactly these; variables that only change how Git shows things are left out.
    pub fn new<N: Into<OsString>, V: Into<OsString>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, _)| !DROPPED.iter().any(|dropped| name == dropped))
            .collect();
        Self { variables }
    }

    /// The value of `name`, unless unset or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let (_, value) = self.variables.iter().rfind(|(set, _)| set == name)?;
        Some(value.as_os_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.retain(|(set, _)| set != name);
        self.variables.push((name.into(), value.into()));
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = &(OsString, OsString)> {
        self.variables.iter()
    }

    /// Whether it names the repository, so that looking upwards from a directory would be wrong.
    pub(super) fn names_repository(&self) -> bool {
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_NAMESPACE"].iter().any(|name| self.get(name).is_some())
    }

    /// Whether objects may lie outside the repository, as in `pre-receive`, where libgit2 would not look.
    pub(super) fn moves_objects(&self) -> bool {
        ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"]
            .iter()
            .any(|name| self.get(name).is_some())
    }

    /// Whether configuration comes from variables (as after `git -c name=value …`), which libgit2 does not read.
    pub(super) fn configures(&self) -> bool {
        self.variables.iter().any(|(name, _)| name.as_encoded_bytes().starts_with(b"GIT_CONFIG"))
    }

    /// Whether nothing may use the network.
    pub(super) fn is_offline(&self) -> bool {
        self.get("GIT_FLAG_OFFLINE").is_some_and(|value| value != "0" && value != "false")
    }

    pub(super) fn ceilings(&self) -> Vec<PathBuf> {
        self.get("GIT_CEILING_DIRECTORIES").map(|list| env::split_paths(list).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_changes_the_view_is_dropped() {
        let environment = Environment::new([("GIT_PAGER", "less"), ("GIT_DIR", "/r"), ("GIT_INDEX_FILE", "")]);
        assert_eq!(environment.get("GIT_PAGER"), None);
        assert_eq!(environment.get("GIT_DIR"), Some(OsStr::new("/r")));
        assert_eq!(environment.get("GIT_INDEX_FILE"), None, "empty is unset");
        assert!(environment.names_repository());
        assert!(!environment.moves_objects());
    }

    #[test]
    fn settings_in_variables_are_noticed() {
        assert!(Environment::new([("GIT_CONFIG_PARAMETERS", "'a.b=c'")]).configures());
        assert!(!Environment::new([("GIT_AUTHOR_NAME", "A")]).configures());
    }
}

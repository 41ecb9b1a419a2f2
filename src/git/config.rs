//! Configuration, as Git would answer for this repository.

use std::collections::HashMap;
use std::path::PathBuf;

use super::run::Manner;
use super::{GitError, Repository};

/// All settings, read once.
pub(super) enum Settings {
    Library(git2::Config),
    Listed(HashMap<String, Vec<String>>),
}

impl Repository {
    /// The value of `key` (`section.name` or `section.subsection.name`); the last one if it is set more than once.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn config(&self, key: &str) -> Result<Option<String>, GitError> {
        match self.settings()? {
            Settings::Library(config) => match config.get_string(key) {
                Ok(value) => Ok(Some(value)),
                Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
                Err(error) => Err(error.into()),
            },
            Settings::Listed(map) => Ok(map.get(&normal(key)).and_then(|values| values.last().cloned())),
        }
    }

    /// Sets `key` in the configuration of this repository, for all its work trees.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn set_config(&self, key: &str, value: &str) -> Result<(), GitError> {
        self.git(Manner::Write, "config").args(["--local", "--replace-all", key, value]).run().map(drop)
    }

    /// Takes a section (`section.subsection`) out of the configuration of this repository; says whether it was there.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn remove_config_section(&self, section: &str) -> Result<bool, GitError> {
        let pattern = format!("^{}\\.", section.replace('.', "\\."));
        let listed = self.git(Manner::Write, "config").args(["--local", "--get-regexp", &pattern]).run_or(&[1])?;
        if listed.code != Some(0) {
            return Ok(false);
        }
        self.git(Manner::Write, "config").args(["--local", "--remove-section", section]).run().map(|_| true)
    }

    /// The value of `key` as yes or no; a number other than 0 is yes, a key without a value is yes.
    ///
    /// # Errors
    /// If the configuration cannot be read, or the value is neither yes nor no.
    pub fn config_bool(&self, key: &str) -> Result<Option<bool>, GitError> {
        let neither = |value: &str| GitError::Unexpected {
            command: "config".to_owned(),
            detail: format!("`{key}` is `{value}`, which is neither true nor false"),
        };
        let Some(value) = self.config(key)? else { return Ok(None) };
        match self.settings()? {
            Settings::Library(config) => config.get_bool(key).map(Some).map_err(|_| neither(&value)),
            Settings::Listed(_) => git2::Config::parse_bool(value.as_str()).map(Some).map_err(|_| neither(&value)),
        }
    }

    /// The value of `key` as a path, with a leading `~/` resolved.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn config_path(&self, key: &str) -> Result<Option<PathBuf>, GitError> {
        let Some(value) = self.config(key)? else { return Ok(None) };
        if let Settings::Library(config) = self.settings()? {
            return Ok(Some(config.get_path(key)?));
        }
        if !value.starts_with('~') {
            return Ok(Some(PathBuf::from(value)));
        }
        Ok(Some(PathBuf::from(self.git(Manner::Write, "config").args(["--type=path", "--get", key]).line()?)))
    }

    /// Whether there is a setting whose key (section and name in lower case) is as wanted.
    pub(super) fn has_setting(&self, wanted: impl Fn(&str) -> bool) -> Result<bool, GitError> {
        match self.settings()? {
            Settings::Library(config) => {
                let mut entries = config.entries(None)?;
                while let Some(entry) = entries.next() {
                    if entry?.name().is_ok_and(&wanted) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Settings::Listed(map) => Ok(map.keys().any(|key| wanted(key))),
        }
    }

    /// Whether an executable file differs from one that is not, as `core.fileMode` says.
    #[must_use]
    pub fn minds_modes(&self) -> bool {
        let minds = match &self.library {
            // It is a fact about this disk, which Git writes down when it makes a repository; no process is worth it.
            Some(library) => library.config().and_then(|config| config.get_bool("core.filemode")).ok(),
            None => self.config_bool("core.filemode").ok().flatten(),
        };
        minds.unwrap_or(true)
    }

    /// The names of the remotes that can be pushed to.
    ///
    /// # Errors
    /// If the configuration cannot be read.
    pub fn remotes(&self) -> Result<Vec<String>, GitError> {
        let names = std::cell::RefCell::new(std::collections::BTreeSet::new());
        self.has_setting(|key| {
            let name = key.strip_prefix("remote.").and_then(|rest| rest.rsplit_once('.'));
            if let Some((name, "url" | "pushurl")) = name {
                names.borrow_mut().insert(name.to_owned());
            }
            false
        })?;
        Ok(names.into_inner().into_iter().collect())
    }

    fn settings(&self) -> Result<&Settings, GitError> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let settings = match &self.library {
            Some(library) if !self.place.environment.configures() => Settings::Library(library.config()?.snapshot()?),
            _ => Settings::Listed(self.list_settings()?),
        };
        Ok(self.settings.get_or_init(|| settings))
    }

    fn list_settings(&self) -> Result<HashMap<String, Vec<String>>, GitError> {
        let text = self.git(Manner::Write, "config").args(["--list", "-z"]).run()?;
        let mut map: HashMap<String, Vec<String>> = HashMap::new();
        for record in text.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
            let record = String::from_utf8_lossy(record);
            // A key without `=` has no line break, and means yes.
            let (key, value) = record.split_once('\n').unwrap_or((&record, "true"));
            map.entry(key.to_owned()).or_default().push(value.to_owned());
        }
        Ok(map)
    }
}

/// As `git config --list` writes keys: section and name in lower case, the subsection as it is.
fn normal(key: &str) -> String {
    match (key.split_once('.'), key.rsplit_once('.')) {
        (Some((section, _)), Some((rest, name))) if rest.len() > section.len() => {
            format!("{}{}.{}", section.to_lowercase(), &rest[section.len()..], name.to_lowercase())
        }
        _ => key.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;

    #[test]
    fn keys_are_compared_as_git_does() {
        assert_eq!(normal("Core.AutoCRLF"), "core.autocrlf");
        assert_eq!(normal("Branch.Feature/X.Remote"), "branch.Feature/X.remote");
        assert_eq!(normal("branch.a.b.Merge"), "branch.a.b.merge");
    }

    #[test]
    fn settings_are_found_by_both_readers() {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "flag.environment", "staging"]);
        sandbox.git(&["config", "--add", "flag.environment", "production"]);
        sandbox.git(&["config", "flag.Sub.Some.key", "a b"]);
        sandbox.git(&["config", "core.hooksPath", "~/hooks"]);
        for repository in sandbox.both() {
            assert_eq!(repository.config("flag.environment").unwrap().as_deref(), Some("production"));
            assert_eq!(repository.config("Flag.Sub.Some.KEY").unwrap().as_deref(), Some("a b"));
            assert_eq!(repository.config("flag.absent").unwrap(), None);
            assert!(repository.config_path("core.hooksPath").unwrap().unwrap().is_absolute());
            assert!(repository.has_setting(|key| key == "flag.environment").unwrap());
            assert!(!repository.has_setting(|key| key.starts_with("hook.")).unwrap());
        }
    }

    #[test]
    fn yes_and_no_have_many_names() {
        let sandbox = Sandbox::new();
        for (name, value) in [("a", "yes"), ("b", "0"), ("c", "TRUE"), ("d", "off"), ("e", "maybe"), ("f", "")] {
            sandbox.git(&["config", &format!("flag.{name}"), value]);
        }
        std::fs::write(sandbox.path(".git/config"), {
            let text = std::fs::read_to_string(sandbox.path(".git/config")).unwrap();
            format!("{text}[flag]\n\tbare\n")
        })
        .unwrap();
        for repository in sandbox.both() {
            let answers: Vec<_> = ["a", "b", "c", "d", "f", "z"]
                .map(|name| repository.config_bool(&format!("flag.{name}")).unwrap())
                .into();
            assert_eq!(answers, [Some(true), Some(false), Some(true), Some(false), Some(false), None]);
            assert!(repository.config_bool("flag.e").is_err());
            assert_eq!(repository.config_bool("flag.bare").unwrap(), Some(true));
        }
    }

    #[test]
    fn settings_from_the_command_line_win() {
        let sandbox = Sandbox::new().with_variable("GIT_CONFIG_PARAMETERS", "'flag.environment'='qa'");
        sandbox.git(&["config", "flag.environment", "staging"]);
        assert_eq!(sandbox.repository().config("flag.environment").unwrap().as_deref(), Some("qa"));
    }
}

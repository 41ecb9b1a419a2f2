//! How the world of one run differs from the usual one.

/// Variables, folder and wrapper of a run of `git-flag`; the default changes nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// Environment variables; `None` removes one.
    pub(crate) variables: Vec<(&'static str, Option<String>)>,
    /// The folder to start in, beside the work tree; the work tree itself when absent.
    pub(crate) directory: Option<&'static str>,
    /// A program with arguments that starts ours, such as `setpriv`.
    pub(crate) through: Vec<String>,
}

impl World {
    /// With a variable set.
    pub(crate) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, Some(value.into())));
        self
    }

    /// With a variable removed.
    pub(crate) fn unset(mut self, name: &'static str) -> Self {
        self.variables.push((name, None));
        self
    }

    /// In another folder, such as `work/src` or `bare.git`.
    pub(crate) fn within(mut self, directory: &'static str) -> Self {
        self.directory = Some(directory);
        self
    }

    /// Started by another program.
    pub(crate) fn through(mut self, words: &[&str]) -> Self {
        self.through = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }
}

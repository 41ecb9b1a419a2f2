//! What a code is.

/// How much a problem matters. Ordered: the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// Has to be fixed.
    Error,
}

impl Severity {
    /// All of them with their names in `project.yaml` and in output, mildest first.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Off, "off"), (Self::Info, "info"), (Self::Warning, "warning"), (Self::Error, "error")];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, candidate)| *candidate == name).map(|(severity, _)| *severity)
    }
}

/// A public, stable code: once released it never changes its meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `F041`
    pub id: &'static str,
    /// Kebab-case name, as `lints:` in `project.yaml` and inline ignores use it: `split-sum`.
    pub name: &'static str,
    /// How bad it is unless `project.yaml` says otherwise. Only lints can be set.
    pub severity: Severity,
    /// One line: what the problem is.
    pub summary: &'static str,
    /// What `git flag explain` prints below the summary: why it matters and how to fix it, in Markdown.
    pub explain: &'static str,
}

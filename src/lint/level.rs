//! The level of a lint: its own unless `lints` in `project.yaml` sets another.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Project;

/// Whether `code` is a lint. Only lints have a level and can be ignored.
#[must_use]
pub fn is_lint(code: &Code) -> bool {
    ("F100".."F150").contains(&code.id)
}

/// How bad `code` is in `project`. A level that does not read is passed over: the decoder reports it.
#[must_use]
pub fn level(project: &Project, code: &Code) -> Severity {
    if project.lints.is_empty() || !is_lint(code) {
        return code.severity;
    }
    let set = project.lints.get(code.name).or_else(|| project.lints.get(code.id));
    set.and_then(|name| Severity::from_name(name)).unwrap_or(code.severity)
}

/// Gives every lint among `problems` its level, and removes those that are off. Everything else stays as it is.
#[must_use]
pub fn apply_levels(mut problems: Vec<Diagnostic>, project: &Project) -> Vec<Diagnostic> {
    problems.retain_mut(|problem| {
        if is_lint(problem.code) {
            problem.severity = level(project, problem.code);
        }
        problem.severity != Severity::Off
    });
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes::{lint, meaning};
    use crate::lint::testing::project;

    #[test]
    fn only_lints_have_levels_and_off_removes() {
        let mut project = project();
        for (name, level) in [
            ("missing-owner", "error"),
            ("expired", "off"),
            ("F101", "warning"),
            ("key-style", "loud"),
            ("unknown-flag", "off"),
        ] {
            project.lints.insert(name.into(), level.into());
        }
        let codes = [&lint::MISSING_OWNER, &lint::EXPIRED, &lint::MISSING_DESCRIPTION, &lint::KEY_STYLE];
        let all = codes.into_iter().chain([&meaning::UNKNOWN_FLAG, &lint::MISSING_ENVIRONMENT]);
        let kept = apply_levels(all.map(|code| Diagnostic::new(code, "x")).collect(), &project);
        let kept: Vec<_> = kept.iter().map(|problem| (problem.code.name, problem.severity.name())).collect();
        let expected = [
            ("missing-owner", "error"),
            ("missing-description", "warning"),
            ("key-style", "info"),
            ("unknown-flag", "error"),
        ];
        assert_eq!(kept, expected);
    }
}

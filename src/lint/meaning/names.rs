//! Names that the project must know.

use crate::diagnostic::codes::{lint, meaning};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::lint::FileContext;
use crate::lint::trail::{flag_rollouts, for_each_environment};
use crate::model::{Flag, Project, Setting};
use crate::source::Path;

/// Every environment of a flag is one of the project's.
pub(super) fn environments(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let problem = unknown_environment(context.project, environment.name.as_str());
        found.extend(problem.map(|problem| problem.at(context.key(trail.path()))));
    });
}

/// The problem with the name of an environment, without its place.
#[must_use]
pub fn unknown_environment(project: &Project, name: &str) -> Option<Diagnostic> {
    if project.environment(name).is_some() {
        return None;
    }
    let known = || project.environment_names();
    let list: Vec<String> = known().map(|name| format!("`{name}`")).collect();
    let help = did_you_mean(name, known()).unwrap_or_else(|| format!("its environments are {}", list.join(", ")));
    let message = format!("the project has no environment `{name}`");
    Some(Diagnostic::new(&meaning::UNKNOWN_ENVIRONMENT, message).help(help))
}

/// Every ring that a flag is rolled out to is one of the project's.
pub(super) fn rings(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    flag_rollouts(flag, &mut |trail, _, rollout| {
        let Some(Setting::Ring(name)) = rollout.setting("ring") else { return };
        let problem = unknown_ring(context, name.as_str());
        found.extend(problem.map(|problem| problem.at(context.value(trail.key("ring").path()))));
    });
}

/// The problem with the name of a ring, without its place.
pub(super) fn unknown_ring(context: &FileContext<'_>, name: &str) -> Option<Diagnostic> {
    let known = || context.project.rings.iter().map(|ring| ring.name.as_str());
    if known().any(|ring| ring == name) {
        return None;
    }
    let help =
        did_you_mean(name, known()).unwrap_or_else(|| "add the ring under `rings` in `flags/project.yaml`".to_owned());
    Some(Diagnostic::new(&meaning::UNKNOWN_RING, format!("the project has no ring `{name}`")).help(help))
}

/// `lints` of the project names lints.
pub(super) fn lints(context: &FileContext<'_>, found: &mut Vec<Diagnostic>) {
    for name in context.project.lints.keys() {
        if find_lint(name).is_none() {
            let path = Path::root().key("lints").key(name.as_str());
            found.push(unknown_lint(name).at(context.key(path)));
        }
    }
}

/// The lint of that name or id.
pub(in crate::lint) fn find_lint(name: &str) -> Option<&'static Code> {
    lint::TABLE.iter().copied().find(|code| code.name == name || code.id.eq_ignore_ascii_case(name))
}

/// No lint has that name; no place yet.
pub(in crate::lint) fn unknown_lint(name: &str) -> Diagnostic {
    let other = crate::diagnostic::codes::find(name);
    let message = match other {
        Some(code) => format!("`{name}` is not a lint: {} can't be ignored or set to another level", code.id),
        None => format!("there is no lint `{name}`"),
    };
    let problem = Diagnostic::new(&meaning::UNKNOWN_LINT, message);
    match did_you_mean(name, lint::TABLE.iter().map(|code| code.name)) {
        Some(help) if other.is_none() => problem.help(help),
        None if other.is_none() => problem.help("`git flag explain` lists all lints"),
        _ => problem.help("correct what it reports"),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::check_project;
    use crate::lint::testing::{context, good_flag, places_of_flag, project, ring, rule};

    #[test]
    fn unknown_environments_are_found() {
        let mut flag = good_flag();
        assert!(places_of_flag(&flag).is_empty(), "{:?}", places_of_flag(&flag));
        flag.environments[2].name = "prodction".parse().unwrap();
        assert_eq!(places_of_flag(&flag), ["unknown-environment key environments.prodction"]);
    }

    #[test]
    fn unknown_rings_are_found_in_rules_too() {
        let mut flag = good_flag();
        flag.environments[2].serve = ring("beta");
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].serve = ring("betta");
        let mut other = rule("r", vec![crate::lint::testing::in_segment("staff")], "on");
        other.serve = ring("none");
        flag.environments[2].rules = vec![other];
        let expected = [
            "unknown-ring value environments.production.rules[0].serve.ring",
            "unknown-ring value environments.production.serve.ring",
        ];
        assert_eq!(places_of_flag(&flag), expected);
    }

    #[test]
    fn lints_of_the_project_must_exist_and_be_lints() {
        let mut project = project();
        for name in ["missing-owner", "F103", "mising-owner", "unknown-flag"] {
            project.lints.insert(name.into(), "off".into());
        }
        let found = check_project(&context(&project));
        let found: Vec<_> = found.iter().map(|problem| (problem.message.as_str(), problem.help[0].as_str())).collect();
        let expected = [
            ("there is no lint `mising-owner`", "did you mean `missing-owner`?"),
            ("`unknown-flag` is not a lint: F072 can't be ignored or set to another level", "correct what it reports"),
        ];
        assert_eq!(found, expected);
    }
}

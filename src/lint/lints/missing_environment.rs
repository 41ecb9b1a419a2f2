//! A flag has a word about every environment.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::MISSING_ENVIRONMENT;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &MISSING_ENVIRONMENT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for name in context.project.environment_names().filter(|name| flag.environment(name).is_none()) {
        found.push(
            Diagnostic::new(&MISSING_ENVIRONMENT, format!("`{}` says nothing about `{name}`", flag.key))
                .at(context.key(Path::root().key("environments")))
                .help(format!("add `{name}:` with `enabled: false` and what it would serve")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag, places_of_flag_in, project};

    #[test]
    fn is_off_unless_the_project_asks_for_it() {
        let mut flag = good_flag();
        flag.environments.pop();
        assert!(places_of_flag(&flag).is_empty());
        let mut project = project();
        project.lints.insert("missing-environment".into(), "info".into());
        assert_eq!(places_of_flag_in(&project, &flag), ["missing-environment key environments"]);
        assert!(places_of_flag_in(&project, &good_flag()).is_empty());
    }
}

//! The default of a release is off.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::UNSAFE_DEFAULT;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind, ValueType};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &UNSAFE_DEFAULT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.value_type == ValueType::Boolean && flag.kind == Some(Kind::Release) && flag.default == "on" {
        let message = format!("`{}` comes on wherever it is off, killed or can't be read", flag.key);
        found.push(
            Diagnostic::new(&UNSAFE_DEFAULT, message)
                .at(context.value(Path::root().key("default")))
                .help("write `default: false`, and `serve: true` where the feature is to be on"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, percentage, places_of_flag};
    use crate::model::Kind;

    #[test]
    fn only_releases_are_meant() {
        let mut flag = good_flag();
        flag.default = "on".parse().unwrap();
        for environment in &mut flag.environments {
            environment.serve = percentage("25");
        }
        assert_eq!(places_of_flag(&flag), ["unsafe-default value default"]);
        flag.kind = Some(Kind::Ops);
        assert!(places_of_flag(&flag).is_empty());
    }
}

//! A flag can change something.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::SINGLE_VARIANT;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind, ValueType};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &SINGLE_VARIANT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.value_type == ValueType::Boolean || flag.kind == Some(Kind::Config) {
        return;
    }
    if let [only] = flag.variants.as_slice() {
        found.push(
            Diagnostic::new(
                &SINGLE_VARIANT,
                format!("`{}` is the only variant, so the flag changes nothing", only.name),
            )
            .at(context.key(Path::root().key("variants")))
            .help(format!("`git flag variant add {} NAME=VALUE`", flag.key)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_experiment, places_of_flag};
    use crate::model::Kind;

    #[test]
    fn one_variant_is_for_configuration() {
        let mut flag = good_experiment();
        flag.variants.truncate(1);
        for environment in &mut flag.environments {
            environment.serve = "control".into();
            environment.enabled = false;
        }
        assert_eq!(places_of_flag(&flag), ["single-variant key variants"]);
        flag.kind = Some(Kind::Config);
        assert!(places_of_flag(&flag).is_empty());
    }
}

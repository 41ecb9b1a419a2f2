//! Every variant can be served.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::UNUSED_VARIANT;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Serve, ValueType, VariantName};
use crate::source::Path;
use std::collections::BTreeSet;

pub(super) const LINT: Lint = Lint { code: &UNUSED_VARIANT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.value_type == ValueType::Boolean {
        return;
    }
    let mut served: BTreeSet<&VariantName> = BTreeSet::from([&flag.default]);
    for environment in &flag.environments {
        served.extend(environment.targets.iter().map(|target| &target.serve));
        for (_, serve) in environment.serves() {
            match serve {
                Serve::Variant(variant) => {
                    served.insert(variant);
                }
                Serve::Rollout(rollout) => served.extend(rollout.variants()),
            }
        }
    }
    for variant in flag.variants.iter().filter(|variant| !served.contains(&variant.name)) {
        let name = &variant.name;
        found.push(
            Diagnostic::new(&UNUSED_VARIANT, format!("the variant `{name}` is never served"))
                .at(context.key(Path::root().key("variants").key(name.as_str())))
                .help(format!("serve it, or `git flag variant remove {} {name}`", flag.key)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_experiment, places_of_flag, target};
    use crate::model::{Value, Variant};

    #[test]
    fn finds_variants_that_nothing_serves() {
        let mut flag = good_experiment();
        assert!(places_of_flag(&flag).is_empty());
        let third = Variant { name: "third".parse().unwrap(), value: Value::String("x".into()), description: None };
        flag.variants.push(third);
        assert_eq!(places_of_flag(&flag), ["unused-variant key variants.third"]);
        flag.environments[0].targets = vec![target("third", &["user-1"])];
        assert!(places_of_flag(&flag).is_empty());
    }
}

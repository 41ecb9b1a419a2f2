//! Targets are short lists.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::LARGE_TARGET_LIST;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &LARGE_TARGET_LIST, checks: &[Check::Flag(check)] };

/// So many units in one environment are fine.
const MOST: usize = 500;

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let count: usize = environment.targets.iter().map(|target| target.units.len()).sum();
        if count > MOST {
            found.push(
                Diagnostic::new(&LARGE_TARGET_LIST, format!("`{}` targets {count} units", environment.name))
                    .at(context.key(trail.key("targets").path()))
                    .help("move them to a segment, and use it in a rule"),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag, target};

    #[test]
    fn five_hundred_are_fine() {
        let mut flag = good_flag();
        let names: Vec<String> = (0..501).map(|number| format!("user-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        flag.environments[2].targets = vec![target("on", &names[..500])];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].targets.push(target("off", &names[500..]));
        assert_eq!(places_of_flag(&flag), ["large-target-list key environments.production.targets"]);
    }
}

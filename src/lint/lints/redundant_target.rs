//! Targets give something else than everyone gets.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::REDUNDANT_TARGET;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Serve};

pub(super) const LINT: Lint = Lint { code: &REDUNDANT_TARGET, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let Serve::Variant(everyone) = &environment.serve else { return };
        if !environment.rules.is_empty() {
            return;
        }
        let targets = trail.key("targets");
        for (index, target) in environment.targets.iter().enumerate() {
            // In a later target the unit would get something else.
            let shields = environment.targets[index + 1..]
                .iter()
                .any(|later| later.serve != target.serve && later.units.iter().any(|unit| target.units.contains(unit)));
            if target.serve == *everyone && !shields {
                let message = format!("`{}` gives everyone what this target gives its units", environment.name);
                found.push(
                    Diagnostic::new(&REDUNDANT_TARGET, message)
                        .at(context.value(targets.index(index).path()))
                        .related(context.value(trail.key("serve").path()), "everyone else")
                        .help("remove the target, unless its units are to stay when `serve` changes"),
                );
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, percentage, places_of_flag, rule, target};

    #[test]
    fn only_where_nothing_else_can_decide() {
        let mut flag = good_flag();
        flag.environments[1].targets = vec![target("off", &["user-1"]), target("on", &["user-2"])];
        let expected = ["redundant-target value environments.staging.targets[1]"];
        assert_eq!(places_of_flag(&flag), expected);
        flag.environments[1].rules =
            vec![rule("de", vec![equals("country", "DE")], "off"), rule("fr", vec![equals("country", "FR")], "off")];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[1].rules.clear();
        flag.environments[1].serve = percentage("50");
        flag.environments[2].enabled = false;
        assert!(places_of_flag(&flag).is_empty());
    }
}

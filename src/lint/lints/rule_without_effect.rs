//! The last rules differ from what everyone else gets.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::RULE_WITHOUT_EFFECT;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Serve};

pub(super) const LINT: Lint = Lint { code: &RULE_WITHOUT_EFFECT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        // Only plain variants: two equal buckets differ once one of the percentages is raised.
        let Serve::Variant(rest) = &environment.serve else { return };
        for (index, rule) in environment.rules.iter().enumerate().rev() {
            if rule.serve != environment.serve {
                return;
            }
            let message = format!("the rule `{}` serves `{rest}`, as everyone else gets", rule.label(index));
            found.push(
                Diagnostic::new(&RULE_WITHOUT_EFFECT, message)
                    .at(context.value(rules.index(index).key("serve").path()))
                    .related(context.value(trail.key("serve").path()), "everyone else")
                    .help("remove the rule, or serve another variant"),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, places_of_flag, rule};

    #[test]
    fn only_the_rules_at_the_end_count() {
        let mut flag = good_flag();
        let r = |id: &str, serve: &str| rule(id, vec![equals("country", id)], serve);
        flag.environments[2].serve = "off".into();
        flag.environments[2].rules = vec![r("DE", "off"), r("FR", "on")];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].rules = vec![r("DE", "off"), r("FR", "on"), r("IT", "off")];
        assert_eq!(places_of_flag(&flag), ["rule-without-effect value environments.production.rules[2].serve"]);
    }
}

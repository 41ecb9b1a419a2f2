//! Nothing stands below a rule for everyone.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::UNREACHABLE_RULE;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::lint::{outcome, truth};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &UNREACHABLE_RULE, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        let decides = environment.rules.iter().position(|rule| {
            truth::all(&rule.when) == Some(true) && outcome::always_decides(context.project, context.now, &rule.serve)
        });
        let Some(last) = decides else { return };
        for (index, rule) in environment.rules.iter().enumerate().skip(last + 1) {
            let (name, first) = (rule.label(index), environment.rules[last].label(last));
            let place = context.value(rules.index(last).path());
            found.push(
                Diagnostic::new(&UNREACHABLE_RULE, format!("the rule `{name}` is never reached"))
                    .at(context.value(rules.index(index).path()))
                    .related(place, format!("`{first}` matches everyone"))
                    .help(format!("move it above `{first}`, or remove it")),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, in_segment, percentage, percentage_condition, places_of_flag, rule};

    #[test]
    fn nothing_is_reached_below_a_rule_for_everyone() {
        let mut flag = good_flag();
        let staff = rule("staff", vec![in_segment("staff")], "on");
        let rest = rule("rest", vec![], "off");
        flag.environments[2].rules = vec![staff.clone(), rest.clone()];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].rules = vec![rest, staff];
        assert_eq!(places_of_flag(&flag), ["unreachable-rule value environments.production.rules[1]"]);
    }

    #[test]
    fn conditions_that_always_hold_count_and_buckets_do_not() {
        let mut flag = good_flag();
        let staff = rule("staff", vec![in_segment("staff")], "on");
        flag.environments[2].rules = vec![rule("all", vec![percentage_condition(100)], "off"), staff.clone()];
        assert_eq!(places_of_flag(&flag), ["unreachable-rule value environments.production.rules[1]"]);
        // Whoever has no unit gets past a rule whose serve needs one.
        let mut ramp = rule("ramp", vec![], "on");
        ramp.serve = percentage("50");
        flag.environments[2].rules = vec![ramp.clone(), staff.clone()];
        assert!(places_of_flag(&flag).is_empty());
        ramp.serve = percentage("100");
        flag.environments[2].rules = vec![ramp, staff];
        assert_eq!(places_of_flag(&flag), ["unreachable-rule value environments.production.rules[1]"]);
    }
}

//! Every rule can match somebody.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::IMPOSSIBLE_RULE;
use crate::lint::trail::for_each_environment;
use crate::lint::truth;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &IMPOSSIBLE_RULE, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        for (index, rule) in environment.rules.iter().enumerate() {
            if truth::all(&rule.when) != Some(false) {
                continue;
            }
            let here = rules.index(index);
            let when = here.key("when");
            let message = format!("the rule `{}` can't match anyone", rule.label(index));
            let problem = Diagnostic::new(&IMPOSSIBLE_RULE, message);
            let never = rule.when.iter().position(|condition| truth::of(condition) == Some(false));
            found.push(match (never, truth::contradiction(&rule.when)) {
                (Some(never), _) => problem
                    .at(context.value(when.index(never).path()))
                    .label("this never holds")
                    .help("correct the condition, or remove the rule"),
                (None, Some((first, second))) => problem
                    .at(context.value(when.index(second).path()))
                    .label("this can't hold")
                    .related(context.value(when.index(first).path()), "together with this")
                    .help("all conditions must match; use `in` or `any` where one of them is enough"),
                (None, None) => problem.at(context.value(here.path())),
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, percentage_condition, places_of_flag, rule};
    use crate::model::Condition;

    #[test]
    fn finds_conditions_that_never_hold() {
        let mut flag = good_flag();
        let mut with = |when| {
            flag.environments[2].rules = vec![rule("r", when, "on")];
            places_of_flag(&flag)
        };
        assert!(with(vec![equals("country", "DE"), equals("plan", "pro")]).is_empty());
        let expected = ["impossible-rule value environments.production.rules[0].when[2]"];
        assert_eq!(with(vec![equals("country", "DE"), equals("plan", "pro"), equals("country", "FR")]), expected);
        let expected = ["impossible-rule value environments.production.rules[0].when[1]"];
        assert_eq!(with(vec![equals("country", "DE"), percentage_condition(0)]), expected);
        let nested = Condition::All(vec![equals("country", "DE"), equals("country", "FR")]);
        assert_eq!(with(vec![equals("plan", "pro"), nested]), expected);
    }
}

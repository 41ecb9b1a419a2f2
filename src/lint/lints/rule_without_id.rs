//! Rules have names.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::RULE_WITHOUT_ID;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &RULE_WITHOUT_ID, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        for (index, rule) in environment.rules.iter().enumerate().filter(|(_, rule)| rule.id.is_none()) {
            found.push(
                Diagnostic::new(&RULE_WITHOUT_ID, format!("the rule `{}` has no id", rule.label(index)))
                    .at(context.value(rules.index(index).path()))
                    .help("add `id:` and a short name that is unique in the environment"),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, in_segment, places_of_flag, rule};

    #[test]
    fn finds_rules_without_id() {
        let mut flag = good_flag();
        let mut nameless = rule("x", vec![equals("country", "DE")], "on");
        nameless.id = None;
        flag.environments[2].rules = vec![rule("staff", vec![in_segment("staff")], "on"), nameless];
        assert_eq!(places_of_flag(&flag), ["rule-without-id value environments.production.rules[1]"]);
    }
}

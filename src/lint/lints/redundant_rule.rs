//! No rule repeats an earlier one.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::REDUNDANT_RULE;
use crate::lint::outcome;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Rule};

pub(super) const LINT: Lint = Lint { code: &REDUNDANT_RULE, checks: &[Check::Flag(check)] };

/// Each rule is compared with so many before it: more would take too long for a hostile file.
const WINDOW: usize = 100;

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        for (index, rule) in environment.rules.iter().enumerate().skip(1) {
            let first = index.saturating_sub(WINDOW);
            let before = environment.rules[first..index].iter().position(|earlier| {
                covers(earlier, rule) && outcome::always_decides(context.project, context.now, &earlier.serve)
            });
            let Some(earlier) = before.map(|position| first + position) else { continue };
            let (name, other) = (rule.label(index), environment.rules[earlier].label(earlier));
            let place = context.value(rules.index(earlier).path());
            found.push(
                Diagnostic::new(
                    &REDUNDANT_RULE,
                    format!("whoever matches the rule `{name}` already matches `{other}`"),
                )
                .at(context.value(rules.index(index).path()))
                .related(place, format!("`{other}` decides first"))
                .help(format!("remove `{name}`, move it above `{other}`, or correct its conditions")),
            );
        }
    });
}

/// Whether all conditions of `earlier` stand in `later`, too. A rule without conditions is another lint's matter.
fn covers(earlier: &Rule, later: &Rule) -> bool {
    !earlier.when.is_empty() && earlier.when.iter().all(|condition| later.when.contains(condition))
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, in_segment, percentage, places_of_flag, rule};

    #[test]
    fn finds_equal_and_narrower_rules() {
        let mut flag = good_flag();
        let (german, staff) = (equals("country", "DE"), in_segment("staff"));
        let narrow = rule("narrow", vec![staff.clone(), german.clone()], "on");
        let wide = rule("wide", vec![german.clone()], "off");
        flag.environments[2].rules = vec![narrow.clone(), wide.clone()];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].rules = vec![wide, narrow, rule("again", vec![german.clone()], "on")];
        let expected = [
            "redundant-rule value environments.production.rules[1]",
            "redundant-rule value environments.production.rules[2]",
        ];
        assert_eq!(places_of_flag(&flag), expected);
        // Where a bucket decides, contexts without the unit go on.
        let mut ramp = rule("ramp", vec![german.clone()], "on");
        ramp.serve = percentage("5");
        flag.environments[2].rules = vec![ramp, rule("rest", vec![german], "on")];
        assert!(places_of_flag(&flag).is_empty());
    }
}

//! `not` says what it does without the attribute.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::NOT_ON_MISSING;
use crate::evaluate::operator;
use crate::lint::trail::{Trail, for_each_environment};
use crate::lint::{Check, FileContext, Lint};
use crate::model::{AttributePath, Condition, Flag, Operand, Scalar, Segment, Test};

pub(super) const LINT: Lint = Lint { code: &NOT_ON_MISSING, checks: &[Check::Flag(flag), Check::Segment(segment)] };

fn flag(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        for (index, rule) in environment.rules.iter().enumerate() {
            list(context, &rules.index(index).key("when"), &rule.when, &mut Vec::new(), found);
        }
    });
}

fn segment(context: &FileContext<'_>, segment: &Segment, found: &mut Vec<Diagnostic>) {
    list(context, &Trail::ROOT.key("match"), &segment.conditions, &mut Vec::new(), found);
}

/// Conditions that all must match. `there` are the attributes that are there when the list is asked.
fn list<'a>(
    context: &FileContext<'_>,
    trail: &Trail<'_>,
    conditions: &'a [Condition],
    there: &mut Vec<&'a AttributePath>,
    found: &mut Vec<Diagnostic>,
) {
    let before = there.len();
    there.extend(conditions.iter().filter_map(|condition| match condition {
        Condition::Test(test) if !asks_for_absence(test) => Some(&test.attribute),
        _ => None,
    }));
    for (index, condition) in conditions.iter().enumerate() {
        one(context, &trail.index(index), condition, there, found);
    }
    there.truncate(before);
}

fn one<'a>(
    context: &FileContext<'_>,
    trail: &Trail<'_>,
    condition: &'a Condition,
    there: &mut Vec<&'a AttributePath>,
    found: &mut Vec<Diagnostic>,
) {
    match condition {
        Condition::All(inner) => list(context, &trail.key("all"), inner, there, found),
        Condition::Any(inner) => {
            let trail = trail.key("any");
            for (index, condition) in inner.iter().enumerate() {
                one(context, &trail.index(index), condition, there, found);
            }
        }
        Condition::Not(inner) => {
            // Only what a reader would overlook: one test, negated.
            if let Condition::Test(test) = &**inner
                && test.operator != "exists"
                && !there.contains(&&test.attribute)
            {
                found.push(problem(test).at(context.value(trail.key("not").path())));
            }
        }
        Condition::Test(_) | Condition::Segment(_) | Condition::Percentage { .. } | Condition::Schedule(_) => {}
    }
}

fn asks_for_absence(test: &Test) -> bool {
    test.operator == "exists" && test.operand == Operand::One(Scalar::Boolean(false))
}

fn problem(test: &Test) -> Diagnostic {
    let attribute = &test.attribute;
    let opposites = [format!("not_{}", test.operator), test.operator.replacen("semver_", "semver_not_", 1)];
    let negative = opposites.iter().find_map(|name| operator::find(name).filter(|operator| operator.negative));
    let guard = format!("put `{{attribute: {attribute}, exists: true}}` beside it to leave these out");
    let problem = Diagnostic::new(&NOT_ON_MISSING, format!("this also matches contexts without `{attribute}`"));
    match negative {
        Some(operator) => problem.help(format!("use `{}` to leave these out", operator.name)),
        None => problem.help(guard),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::check_segment;
    use crate::lint::testing::{
        context, equals, exists, good_flag, in_segment, places, places_of_flag, project, rule, segment, test,
    };
    use crate::model::Condition;

    fn found(when: Vec<Condition>) -> Vec<String> {
        let mut flag = good_flag();
        flag.environments[2].rules = vec![rule("r", when, "on")];
        places_of_flag(&flag)
    }

    fn not(condition: Condition) -> Condition {
        Condition::Not(Box::new(condition))
    }

    #[test]
    fn a_negated_test_needs_a_word_about_missing_attributes() {
        let german = || equals("country", "DE");
        let expected = ["not-on-missing value environments.production.rules[0].when[0].not"];
        assert_eq!(found(vec![not(german())]), expected);
        assert!(found(vec![exists("country", true), not(german())]).is_empty());
        assert!(found(vec![not(german()), test("country", "in", &["DE", "FR"])]).is_empty());
        assert!(found(vec![not(exists("country", true))]).is_empty());
        assert!(found(vec![not(in_segment("staff"))]).is_empty());
        let nested = Condition::Any(vec![Condition::All(vec![exists("country", false), not(german())])]);
        let expected = ["not-on-missing value environments.production.rules[0].when[0].any[0].all[1].not"];
        assert_eq!(found(vec![nested]), expected);
    }

    #[test]
    fn segments_are_looked_at_and_the_negative_operator_is_offered() {
        let bad = segment("s", vec![not(equals("a", "x")), not(test("a", "starts_with", &["x"]))]);
        let found = check_segment(&context(&project()), &bad);
        assert_eq!(places(&found), ["not-on-missing value match[0].not", "not-on-missing value match[1].not"]);
        assert_eq!(found[0].help, ["use `not_equals` to leave these out"]);
        assert_eq!(found[1].help, ["put `{attribute: a, exists: true}` beside it to leave these out"]);
    }
}

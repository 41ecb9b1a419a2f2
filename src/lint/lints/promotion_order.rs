//! Environments follow each other.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::PROMOTION_ORDER;
use crate::lint::outcome;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Environment, Flag, Kind, Rollout, Serve, Share};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &PROMOTION_ORDER, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if !matches!(flag.kind, None | Some(Kind::Release | Kind::Experiment)) || flag.killed.is_some() {
        return;
    }
    for (before, after) in context.project.environments.iter().zip(context.project.environments.iter().skip(1)) {
        let Some(later) = flag.environment(after.name.as_str()).filter(|later| is_on(later)) else { continue };
        let path = || Path::root().key("environments").key(after.name.as_str());
        let earlier = flag.environment(before.name.as_str());
        let Some(earlier) = earlier.filter(|earlier| is_on(earlier)) else {
            let state = if earlier.is_some() { "off" } else { "missing" };
            let message = format!("the flag is on in `{}`, but {state} in `{}` before it", after.name, before.name);
            found.push(
                Diagnostic::new(&PROMOTION_ORDER, message)
                    .at(context.value(path().key("enabled")))
                    .help(format!("`git flag enable {} --env {}`", flag.key, before.name)),
            );
            continue;
        };
        let (Some(less), Some(more)) = (reach(context, earlier), reach(context, later)) else { continue };
        if more > less {
            let message = format!("{more}% in `{}`, but only {less}% in `{}` before it", after.name, before.name);
            let place = context.value(Path::root().key("environments").key(before.name.as_str()).key("serve"));
            found.push(
                Diagnostic::new(&PROMOTION_ORDER, message)
                    .at(context.value(path().key("serve")))
                    .related(place, format!("{less}%"))
                    .help(format!("raise it in `{}` first", before.name)),
            );
        }
    }
}

fn is_on(environment: &Environment) -> bool {
    environment.enabled && environment.killed.is_none()
}

/// The share that gets the ramped variant, where that is all the environment says; a plain `on` of a boolean is 100 %.
fn reach(context: &FileContext<'_>, environment: &Environment) -> Option<Share> {
    if !environment.rules.is_empty() || !environment.targets.is_empty() {
        return None;
    }
    match &environment.serve {
        Serve::Variant(variant) if *variant == "on" => Some(Share::FULL),
        Serve::Variant(variant) if *variant == "off" => Some(Share::ZERO),
        Serve::Rollout(rollout @ Rollout { serve: Some(variant), .. }) if *variant == "on" => match rollout.strategy {
            "percentage" | "canary" => outcome::settled_share(context.project, context.now, rollout),
            _ => None,
        },
        Serve::Variant(_) | Serve::Rollout(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, in_segment, percentage, places_of_flag, rule};
    use crate::model::Kind;

    #[test]
    fn production_is_not_on_before_staging() {
        let mut flag = good_flag();
        flag.environments[1].enabled = false;
        let expected = ["promotion-order value environments.production.enabled"];
        assert_eq!(places_of_flag(&flag), expected);
        flag.environments.remove(1);
        assert_eq!(places_of_flag(&flag), expected, "a missing environment is off");
        flag.kind = Some(Kind::Ops);
        assert!(places_of_flag(&flag).is_empty());
        let mut flag = good_flag();
        flag.environments[2].enabled = false;
        assert!(places_of_flag(&flag).is_empty(), "the last may be behind");
    }

    #[test]
    fn production_does_not_reach_more_than_staging() {
        let mut flag = good_flag();
        flag.environments[1].serve = percentage("10");
        assert_eq!(places_of_flag(&flag), ["promotion-order value environments.production.serve"]);
        flag.environments[1].rules = vec![rule("staff", vec![in_segment("staff")], "on")];
        assert!(places_of_flag(&flag).is_empty(), "rules can't be compared");
    }
}

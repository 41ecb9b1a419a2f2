//! An enabled environment does something.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::NO_EFFECT;
use crate::lint::outcome;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind};

pub(super) const LINT: Lint = Lint { code: &NO_EFFECT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    // For a kill switch the same is worse, and has a lint of its own; a lone variant, too.
    if flag.kind == Some(Kind::KillSwitch) || flag.killed.is_some() || flag.variants.len() < 2 {
        return;
    }
    for_each_environment(flag, &mut |trail, environment| {
        if !environment.enabled || environment.killed.is_some() {
            return;
        }
        let default = |serve| outcome::only(context.project, context.now, flag, serve) == Some(&flag.default);
        let targets = environment.targets.iter().all(|target| target.serve == flag.default);
        if targets && environment.serves().all(|(_, serve)| default(serve)) {
            let message = format!("`{}` is enabled, but everyone gets the default", environment.name);
            found.push(
                Diagnostic::new(&NO_EFFECT, message).at(context.value(trail.key("serve").path())).help(format!(
                    "serve another variant, or `git flag disable {} --env {}`",
                    flag.key, environment.name
                )),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, percentage, places_of_flag, rule, target};

    #[test]
    fn everyone_gets_the_default() {
        let mut flag = good_flag();
        let place = ["no-effect value environments.production.serve"];
        for serve in ["off".into(), percentage("0")] {
            flag.environments[2].serve = serve;
            assert_eq!(places_of_flag(&flag), place);
        }
        flag.environments[2].targets = vec![target("on", &["user-1"])];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].targets.clear();
        flag.environments[2].rules = vec![rule("de", vec![equals("country", "DE")], "on")];
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].rules.clear();
        flag.environments[2].enabled = false;
        assert!(places_of_flag(&flag).is_empty());
    }

    #[test]
    fn outside_its_share_a_boolean_is_off_whatever_the_default() {
        let mut flag = good_flag();
        flag.kind = None;
        flag.default = "on".parse().unwrap();
        let expected = ["no-effect value environments.development.serve", "no-effect value environments.staging.serve"];
        assert_eq!(places_of_flag(&flag), expected, "production serves off to some");
    }
}

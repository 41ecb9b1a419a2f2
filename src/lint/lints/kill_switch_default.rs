//! A kill switch does something when it is pulled.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::KILL_SWITCH_DEFAULT;
use crate::lint::outcome;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &KILL_SWITCH_DEFAULT, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.kind != Some(Kind::KillSwitch) || flag.killed.is_some() {
        return;
    }
    for_each_environment(flag, &mut |trail, environment| {
        if !environment.enabled || environment.killed.is_some() {
            return;
        }
        let default = |serve| outcome::only(context.project, context.now, flag, serve) == Some(&flag.default);
        let targets = environment.targets.iter().all(|target| target.serve == flag.default);
        if targets && environment.serves().all(|(_, serve)| default(serve)) {
            let name = &environment.name;
            found.push(
                Diagnostic::new(&KILL_SWITCH_DEFAULT, format!("pulling this kill switch changes nothing in `{name}`"))
                    .at(context.value(trail.key("serve").path()))
                    .related(context.value(Path::root().key("default")), "what is served when it is pulled")
                    .help("let `serve` be the normal state and `default` the safe one"),
            );
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag};
    use crate::model::{Kind, Lifetime};

    #[test]
    fn the_normal_state_is_not_the_default() {
        let mut flag = good_flag();
        flag.kind = Some(Kind::KillSwitch);
        flag.lifetime = Lifetime::Permanent;
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[1].serve = "off".into();
        assert_eq!(places_of_flag(&flag), ["kill-switch-default value environments.staging.serve"]);
        flag.environments[1].enabled = false;
        assert!(places_of_flag(&flag).is_empty());
    }
}

//! Schedules have not ended.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::SCHEDULE_OVER;
use crate::lint::trail::for_each_environment;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &SCHEDULE_OVER, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    for_each_environment(flag, &mut |trail, environment| {
        let until = environment.schedule.and_then(|schedule| schedule.until).filter(|until| *until <= context.now);
        let Some(until) = until.filter(|_| environment.enabled) else { return };
        let name = &environment.name;
        found.push(
            Diagnostic::new(&SCHEDULE_OVER, format!("the schedule of `{name}` ended on {}", until.date()))
                .at(context.value(trail.key("schedule").key("until").path()))
                .help(format!("`git flag disable {} --env {name}`, or set a new window", flag.key)),
        );
    });
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, now, places_of_flag};
    use crate::model::{Schedule, Seconds};

    #[test]
    fn ends_at_that_moment() {
        let mut flag = good_flag();
        let schedule = |until| Some(Schedule { from: None, until: Some(until) });
        flag.environments[2].schedule = schedule(now());
        assert_eq!(places_of_flag(&flag), ["schedule-over value environments.production.schedule.until"]);
        flag.environments[2].schedule = schedule(now().plus(Seconds::new(1)));
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].schedule = schedule(now());
        flag.environments[2].enabled = false;
        assert!(places_of_flag(&flag).is_empty());
    }
}

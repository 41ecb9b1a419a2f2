//! An emergency ends.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::KILLED_LONG_AGO;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kill};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &KILLED_LONG_AGO, checks: &[Check::Flag(check)] };

/// An emergency may take so long: 30 days.
const LONGEST: i64 = 30 * 86_400;

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let environments = flag.environments.iter().map(|environment| {
        let path = Path::root().key("environments").key(environment.name.as_str());
        (path, environment.killed.as_ref())
    });
    for (path, killed) in std::iter::once((Path::root(), flag.killed.as_ref())).chain(environments) {
        let Some(at) = killed.and_then(|Kill { at, .. }| *at) else { continue };
        let seconds = context.now.unix().saturating_sub(at.unix());
        if seconds > LONGEST {
            found.push(
                Diagnostic::new(&KILLED_LONG_AGO, format!("killed since {}, for {} days", at.date(), seconds / 86_400))
                    .at(context.key(path.key("killed")))
                    .help(format!("`git flag revive {0}`, or `git flag archive {0}`", flag.key)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{at, good_flag, places_of_flag};
    use crate::model::Kill;

    #[test]
    fn thirty_days_are_allowed() {
        let mut flag = good_flag();
        let kill = |time| Some(Kill { reason: "errors".into(), by: None, at: Some(at(time)) });
        flag.environments[2].killed = kill("2026-11-01");
        assert!(places_of_flag(&flag).is_empty());
        flag.environments[2].killed = kill("2026-10-31");
        assert_eq!(places_of_flag(&flag), ["killed-long-ago key environments.production.killed"]);
        flag.killed = flag.environments[2].killed.take();
        assert_eq!(places_of_flag(&flag), ["killed-long-ago key killed"]);
    }
}

//! Flags are gone by the date they name.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::EXPIRED;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Lifetime};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &EXPIRED, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let Lifetime::Expires(expires) = flag.lifetime else { return };
    if expires > context.now {
        return;
    }
    let days = context.now.unix().saturating_sub(expires.unix()) / 86_400;
    let since = match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    };
    found.push(
        Diagnostic::new(&EXPIRED, format!("the flag `{}` expired on {}", flag.key, expires.date()))
            .at(context.value(Path::root().key("expires")))
            .label(since)
            .help(format!("remove the flag from the code, then `git flag archive {}`", flag.key))
            .help(format!("or give it more time: `git flag set {} expires=YYYY-MM-DD`", flag.key)),
    );
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, now, places_of_flag};
    use crate::model::{Lifetime, Seconds};

    #[test]
    fn expires_from_that_moment() {
        let mut flag = good_flag();
        flag.lifetime = Lifetime::Expires(now());
        assert_eq!(places_of_flag(&flag), ["expired value expires"]);
        flag.lifetime = Lifetime::Expires(now().plus(Seconds::new(1)));
        assert!(places_of_flag(&flag).is_empty());
        flag.lifetime = Lifetime::Permanent;
        flag.kind = None;
        assert!(places_of_flag(&flag).is_empty());
    }
}

//! Temporary flags say when they go.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::MISSING_EXPIRY;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind, Lifetime};

pub(super) const LINT: Lint = Lint { code: &MISSING_EXPIRY, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let Some(kind @ (Kind::Release | Kind::Experiment)) = flag.kind else { return };
    if flag.lifetime == Lifetime::Unstated {
        let message = format!("the {kind} `{}` does not say when it goes", flag.key);
        let help = format!("`git flag set {} expires=YYYY-MM-DD`", flag.key);
        found.push(Diagnostic::new(&MISSING_EXPIRY, message).at(context.whole()).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag};
    use crate::model::{Kind, Lifetime};

    #[test]
    fn temporary_kinds_need_an_end() {
        let mut flag = good_flag();
        flag.lifetime = Lifetime::Unstated;
        assert_eq!(places_of_flag(&flag), ["missing-expiry file"]);
        for kind in [None, Some(Kind::Ops), Some(Kind::Config), Some(Kind::KillSwitch), Some(Kind::Permission)] {
            flag.kind = kind;
            assert!(places_of_flag(&flag).is_empty(), "{kind:?}");
        }
    }
}

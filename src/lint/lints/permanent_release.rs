//! Releases and experiments end.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::PERMANENT_RELEASE;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Kind, Lifetime};
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &PERMANENT_RELEASE, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    let Some(kind @ (Kind::Release | Kind::Experiment)) = flag.kind else { return };
    if flag.lifetime == Lifetime::Permanent {
        found.push(
            Diagnostic::new(&PERMANENT_RELEASE, format!("the {kind} `{}` is marked as permanent", flag.key))
                .at(context.key(Path::root().key("permanent")))
                .help("a switch that stays is of kind `ops`, `permission`, `config` or `kill-switch`")
                .help("for one that goes write `expires` instead"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag};
    use crate::model::{Kind, Lifetime};

    #[test]
    fn only_temporary_kinds_are_meant() {
        let mut flag = good_flag();
        flag.lifetime = Lifetime::Permanent;
        assert_eq!(places_of_flag(&flag), ["permanent-release key permanent"]);
        flag.kind = Some(Kind::Permission);
        assert!(places_of_flag(&flag).is_empty());
    }
}

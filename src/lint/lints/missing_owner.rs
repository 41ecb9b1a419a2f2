//! Somebody answers for every flag.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::MISSING_OWNER;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Flag;

pub(super) const LINT: Lint = Lint { code: &MISSING_OWNER, checks: &[Check::Flag(check)] };

fn check(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.owner.is_none() {
        let message = format!("the flag `{}` has no owner", flag.key);
        let help = format!("`git flag set {} owner=TEAM`", flag.key);
        found.push(Diagnostic::new(&MISSING_OWNER, message).at(context.whole()).help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag};
    use crate::model::Archived;

    #[test]
    fn finds_a_flag_without_owner() {
        let mut flag = good_flag();
        assert!(places_of_flag(&flag).is_empty());
        flag.owner = None;
        assert_eq!(places_of_flag(&flag), ["missing-owner file"]);
        flag.archived = Some(Archived { at: None, by: None });
        assert!(places_of_flag(&flag).is_empty(), "archived flags get no lints");
    }
}

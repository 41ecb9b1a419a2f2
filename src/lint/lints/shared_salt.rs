//! Each flag sorts units in its own way.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::SHARED_SALT;
use crate::lint::{Check, FlagFacts, Lint, Repository};
use crate::source::{Path, Place};
use std::collections::BTreeMap;

pub(super) const LINT: Lint = Lint { code: &SHARED_SALT, checks: &[Check::Repository(check)] };

fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, &FlagFacts> = BTreeMap::new();
    for flag in repository.flags.iter().copied().filter(|flag| flag.bucketed && flag.off != Some("archived")) {
        let salt = flag.salt.as_deref().unwrap_or(flag.key.as_str());
        let first = *seen.entry(salt).or_insert(flag);
        // Two files for one key are a problem of their own.
        if first.key == flag.key {
            continue;
        }
        // At least one of the two has the salt written down.
        let (at, other) = if flag.salt.is_some() { (flag, first) } else { (first, flag) };
        let message =
            format!("`{}` has the same salt as `{}`, so their buckets hold the same units", at.key, other.key);
        found.push(
            Diagnostic::new(&SHARED_SALT, message)
                .at(Place::value(at.file.clone(), Path::root().key("salt")))
                .related(Place::file(other.file.clone()), format!("`{}` is defined here", other.key))
                .help("give the newer flag a salt of its own before it is rolled out"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_repository, staff};

    #[test]
    fn a_key_used_again_after_a_rename_is_found() {
        let mut renamed = good_flag();
        renamed.key = "checkout-2".parse().unwrap();
        renamed.salt = Some("new-checkout".into());
        let expected = ["shared-salt value salt in checkout-2.yaml"];
        assert_eq!(places_of_repository(&[good_flag(), renamed.clone()], &[staff()]), expected);
        assert!(places_of_repository(&[renamed.clone()], &[staff()]).is_empty());
        renamed.environments[2].enabled = false;
        renamed.environments[2].serve = "on".into();
        assert!(places_of_repository(&[good_flag(), renamed], &[staff()]).is_empty(), "no bucket decides");
    }
}

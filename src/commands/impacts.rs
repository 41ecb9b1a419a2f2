//! Who is affected by what differs between two states.

use crate::compare::{self, Context, Impact};
use crate::model::{Catalog, Flag, FlagKey, Timestamp};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Who is affected, for each environment of each flag of two catalogs, where that can be said.
pub(super) fn impacts_between(before: &Catalog, after: &Catalog, now: Timestamp) -> Vec<(FlagKey, Impact)> {
    let earlier = under_new_keys(before, after);
    let keys: BTreeSet<&FlagKey> = earlier.keys().chain(after.flags.keys()).collect();
    let of = |key: &FlagKey| {
        let old = earlier.get(key).map(|flag| Context { flag, project: &before.project });
        let new = after.flags.get(key).map(|flag| Context { flag, project: &after.project });
        let mut found = Vec::new();
        for environment in &after.project.environments {
            let on = |side: Option<Context<'_>>| {
                let environment = side.and_then(|side| side.flag.environment(environment.name.as_str()));
                environment.is_some_and(|environment| environment.enabled)
            };
            // A flag that comes or goes where it is off concerns nobody.
            if old.is_some() && new.is_some() || on(old) || on(new) {
                let impacts = match (before.broken_flags.contains_key(key), after.broken_flags.contains_key(key)) {
                    (true, false) => compare::mended(new, &environment.name, now),
                    (false, true) => compare::broken(&environment.name),
                    _ => compare::impact(old, new, &environment.name, now),
                };
                found.extend(impacts.into_iter().map(|impact| (key.clone(), impact)));
            }
        }
        found
    };
    let keys: Vec<&FlagKey> = keys.into_iter().collect();
    let found: Vec<Vec<(FlagKey, Impact)>> = keys.into_par_iter().with_min_len(16).map(of).collect();
    found.into_iter().flatten().collect()
}

/// Who is affected, as JSON that names the flag.
pub(super) fn with_flag(key: &FlagKey, impact: &Impact) -> serde_json::Value {
    let mut value = serde_json::json!(impact);
    if let Some(object) = value.as_object_mut() {
        object.insert("flag".into(), key.as_str().into());
    }
    value
}

/// The flags before, under the keys that they have afterwards: a rename changes nobody's answer.
fn under_new_keys<'c>(before: &'c Catalog, after: &Catalog) -> Cow<'c, BTreeMap<FlagKey, Flag>> {
    let renames = compare::renames(before, after);
    if renames.is_empty() {
        return Cow::Borrowed(&before.flags);
    }
    let rename = |key: &FlagKey| renames.get(key).unwrap_or(key).clone();
    let renamed = |flag: &Flag| {
        let mut flag = flag.clone();
        if renames.contains_key(&flag.key) {
            flag.salt = Some(flag.effective_salt().to_owned());
            flag.key = rename(&flag.key);
        }
        let inner = flag.environments.iter_mut().flat_map(|environment| environment.requires.iter_mut());
        flag.requires.iter_mut().chain(inner).for_each(|requirement| requirement.flag = rename(&requirement.flag));
        (flag.key.clone(), flag)
    };
    Cow::Owned(before.flags.values().map(renamed).collect())
}

//! Whether two flags never choose for the same user.

use super::{Deciding, Who};
use crate::commands::arguments::{broken_flag, key, unknown_flag};
use crate::compare::{Served, Window, forecast};
use crate::diagnostic::Result;
use crate::model::{EnvironmentName, FlagKey};
use crate::project::{Loaded, Root, View};
use crate::render::style::{NAME, paint};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How many users two flags choose for: here, there, or both.
pub(super) struct Exclusive {
    key: FlagKey,
    /// What decides there, where it has variants to choose from.
    there: BTreeSet<Who>,
    both: u64,
    only_here: u64,
    only_there: u64,
    neither: u64,
}

/// What chooses among several variants.
pub(super) fn choices(serves: &[Served]) -> BTreeSet<Who> {
    let several = |served: &&Served| {
        let variants: BTreeSet<&str> = served.parts.iter().map(|(variant, _)| variant.as_str()).collect();
        variants.len() > 1
    };
    serves.iter().filter(several).map(Who::of).collect()
}

/// The flags that the command names beside its own.
pub(super) fn keys(named: &[String]) -> Result<Vec<FlagKey>> {
    named.iter().map(|text| key(text)).collect()
}

impl Exclusive {
    /// Nobody is counted yet; the second is what the flag serves by what.
    ///
    /// # Errors
    /// When there is no such flag, or it is broken.
    pub(super) fn new(
        key: &FlagKey,
        loaded: &Loaded,
        environment: &EnvironmentName,
        window: Window,
        (root, view): (&Root, View),
    ) -> Result<(Self, Vec<Served>)> {
        if !loaded.flag_files.contains_key(key) {
            return Err(unknown_flag(key.as_str(), root.keys(view)?.iter().map(FlagKey::as_str)));
        }
        let configured = forecast(&loaded.catalog, key, environment.as_str(), window);
        let Some(stretch) = configured.and_then(|stretches| stretches.into_iter().next()) else {
            return Err(broken_flag(loaded, key));
        };
        let there = choices(&stretch.serves);
        let exclusive = Self { key: key.clone(), there, both: 0, only_here: 0, only_there: 0, neither: 0 };
        Ok((exclusive, stretch.serves))
    }

    /// Counts one user, for whom the command's own flag chooses or not.
    pub(super) fn count(&mut self, here: bool, asked: &Deciding<'_, '_>) {
        let there = self.there.contains(&asked.who(&self.key).0);
        *match (here, there) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_here,
            (false, true) => &mut self.only_there,
            (false, false) => &mut self.neither,
        } += 1;
    }

    pub(super) const fn holds(&self) -> bool {
        self.both == 0
    }

    pub(super) fn text(&self) -> String {
        let verdict = if self.holds() { "exclusive" } else { "not exclusive" };
        let Self { both, only_here, only_there, neither, .. } = self;
        format!(
            "\n{verdict} with {}: both choose for {both}, only this one for {only_here}, only that one for {only_there}, \
             neither for {neither}\n",
            paint(NAME, &self.key)
        )
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "exclusiveWith": self.key.as_str(),
            "holds": self.holds(),
            "both": self.both,
            "onlyHere": self.only_here,
            "onlyThere": self.only_there,
            "neither": self.neither,
        })
    }
}

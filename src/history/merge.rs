//! Three versions of a flag become one: by field, environment, rule, variant, target, and element of a list.
//!
//! `base` is where the others come from; what only one side changed is taken from it, what both changed in the same way
//! too. Everything else is a [`Conflict`], and all of them are reported.

use super::lists::{self, Keyed};
use crate::model::{Environment, Flag, Requirement, Rule, Target, Unit, Variant, VariantName};
use std::collections::{BTreeMap, BTreeSet};

/// A part that both sides changed, in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// In which environment; `None` for the flag as a whole.
    pub environment: Option<String>,
    /// In which rule.
    pub rule: Option<String>,
    /// What: the field's name in the file, or the variant, unit or entry.
    pub part: String,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(environment) = &self.environment {
            write!(f, "{environment}: ")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, "rule `{rule}`, ")?;
        }
        f.write_str(&self.part)
    }
}

/// Whose part a merge takes where both sides changed it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// What both come from.
    Base,
    /// The second argument of the merge.
    Theirs,
    /// The third.
    Ours,
}

/// Where the merge is, and what did not fit.
struct Merge {
    prefer: Prefer,
    environment: Option<String>,
    rule: Option<String>,
    conflicts: Vec<Conflict>,
}

/// Merges what `theirs` and `ours` made of `base`.
///
/// # Errors
/// All parts that both changed differently.
pub fn merge_flags(base: &Flag, theirs: &Flag, ours: &Flag) -> Result<Flag, Vec<Conflict>> {
    let (merged, conflicts) = merge_preferring(Prefer::Ours, base, theirs, ours);
    if conflicts.is_empty() { Ok(merged) } else { Err(conflicts) }
}

/// The same merge, which takes the side that is preferred wherever both changed a part differently, and says where.
#[must_use]
pub fn merge_preferring(prefer: Prefer, base: &Flag, theirs: &Flag, ours: &Flag) -> (Flag, Vec<Conflict>) {
    let mut merge = Merge { prefer, environment: None, rule: None, conflicts: Vec::new() };
    let merged = merge.flag(base, theirs, ours);
    (merged, merge.conflicts)
}

/// `theirs` where only it changed, `ours` where only that did or both agree; `None` for a conflict.
fn choose<T: PartialEq + Clone>(base: &T, theirs: &T, ours: &T) -> Option<T> {
    if ours == theirs || base == theirs {
        Some(ours.clone())
    } else if base == ours {
        Some(theirs.clone())
    } else {
        None
    }
}

impl Merge {
    fn conflict(&mut self, part: impl Into<String>) {
        let conflict = Conflict { environment: self.environment.clone(), rule: self.rule.clone(), part: part.into() };
        self.conflicts.push(conflict);
    }

    /// The part of the side that is preferred.
    fn pick<T>(&self, base: T, theirs: T, ours: T) -> T {
        match self.prefer {
            Prefer::Base => base,
            Prefer::Theirs => theirs,
            Prefer::Ours => ours,
        }
    }

    fn field<T: PartialEq + Clone>(&mut self, part: &str, base: &T, theirs: &T, ours: &T) -> T {
        choose(base, theirs, ours).unwrap_or_else(|| {
            self.conflict(format!("`{part}`"));
            self.pick(base, theirs, ours).clone()
        })
    }

    fn flag(&mut self, base: &Flag, theirs: &Flag, ours: &Flag) -> Flag {
        macro_rules! fields {
            ($($field:ident $name:literal),*) => { $(let $field = self.field($name, &base.$field, &theirs.$field, &ours.$field);)* };
        }
        fields!(
            key "key", name "name", description "description", value_type "type", kind "kind", owner "owner",
            lifetime "expires", salt "salt", bucketing "bucketing", default "default", killed "killed", archived "archived"
        );
        Flag {
            key,
            name,
            description,
            value_type,
            kind,
            owner,
            tags: elements(&base.tags, &theirs.tags, &ours.tags),
            lifetime,
            links: self.map("links", &base.links, &theirs.links, &ours.links),
            salt,
            bucketing,
            variants: self.keyed(&base.variants, &theirs.variants, &ours.variants, Self::variant),
            default,
            requires: self.requirements(&base.requires, &theirs.requires, &ours.requires),
            killed,
            archived,
            metadata: self.metadata(base, theirs, ours),
            environments: self.keyed(&base.environments, &theirs.environments, &ours.environments, Self::environment),
        }
    }

    fn metadata(&mut self, base: &Flag, theirs: &Flag, ours: &Flag) -> serde_json::Map<String, serde_json::Value> {
        let sorted = |flag: &Flag| flag.metadata.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let merged = self.map("metadata", &sorted(base), &sorted(theirs), &sorted(ours));
        let mut result = serde_json::Map::new();
        // In the order of ours, then what comes back.
        for name in ours.metadata.keys().chain(theirs.metadata.keys()) {
            if let Some(value) = merged.get(name) {
                result.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        result
    }

    fn map<V: PartialEq + Clone>(
        &mut self,
        part: &str,
        base: &BTreeMap<String, V>,
        theirs: &BTreeMap<String, V>,
        ours: &BTreeMap<String, V>,
    ) -> BTreeMap<String, V> {
        let names: BTreeSet<&String> = base.keys().chain(theirs.keys()).chain(ours.keys()).collect();
        let mut merged = BTreeMap::new();
        for name in names {
            let (b, t, o) = (base.get(name), theirs.get(name), ours.get(name));
            let value = choose(&b, &t, &o).unwrap_or_else(|| {
                self.conflict(format!("`{part}.{name}`"));
                self.pick(b, t, o)
            });
            merged.extend(value.map(|value| (name.clone(), value.clone())));
        }
        merged
    }

    /// Merges lists whose elements have names: each by `one`, those that come or go as a whole.
    fn keyed<T: Keyed + PartialEq + Clone>(
        &mut self,
        base: &[T],
        theirs: &[T],
        ours: &[T],
        one: fn(&mut Self, &T, &T, &T) -> T,
    ) -> Vec<T> {
        if let Some(whole) = choose(&base, &theirs, &ours) {
            return whole.to_vec();
        }
        if ![base, theirs, ours].into_iter().all(lists::are_distinct) {
            self.conflict(format!("the {}s", T::WORD));
            return self.pick(base, theirs, ours).to_vec();
        }
        if lists::both_replaced(base, theirs, ours) {
            self.conflict(format!("a {} without a name", T::WORD));
            return self.pick(base, theirs, ours).to_vec();
        }
        let find = |list: &[T], name: &str| list.iter().find(|it| it.name() == name).cloned();
        let mut merged: BTreeMap<String, T> = BTreeMap::new();
        let names: BTreeSet<String> = base.iter().chain(theirs).chain(ours).map(Keyed::name).collect();
        for name in names {
            let (b, t, o) = (find(base, &name), find(theirs, &name), find(ours, &name));
            let value = match (&b, &t, &o) {
                (Some(b), Some(t), Some(o)) => {
                    let outer = self.enter::<T>(&name);
                    let value = one(self, b, t, o);
                    self.leave::<T>(outer);
                    Some(value)
                }
                _ => choose(&b, &t, &o).unwrap_or_else(|| {
                    self.conflict(format!("{} `{name}`", T::WORD));
                    self.pick(b.clone(), t.clone(), o.clone())
                }),
            };
            merged.extend(value.map(|value| (name, value)));
        }
        let order = lists::order(base, theirs, ours).unwrap_or_else(|| {
            self.conflict(format!("the order of {}s", T::WORD));
            let (first, rest) = self.pick((base, [theirs, ours]), (theirs, [ours, base]), (ours, [theirs, base]));
            lists::woven(first, &rest)
        });
        order.iter().filter_map(|name| merged.remove(name)).collect()
    }

    fn enter<T: Keyed>(&mut self, name: &str) -> Option<String> {
        match T::WORD {
            "environment" => self.environment.replace(name.to_owned()),
            "rule" => self.rule.replace(name.to_owned()),
            _ => None,
        }
    }

    fn leave<T: Keyed>(&mut self, outer: Option<String>) {
        match T::WORD {
            "environment" => self.environment = outer,
            "rule" => self.rule = outer,
            _ => {}
        }
    }

    fn variant(&mut self, base: &Variant, theirs: &Variant, ours: &Variant) -> Variant {
        let part = |field: &str| format!("variants.{}.{field}", ours.name);
        Variant {
            name: ours.name.clone(),
            value: self.field(&part("value"), &base.value, &theirs.value, &ours.value),
            description: self.field(&part("description"), &base.description, &theirs.description, &ours.description),
        }
    }

    fn environment(&mut self, base: &Environment, theirs: &Environment, ours: &Environment) -> Environment {
        macro_rules! fields {
            ($($field:ident),*) => { $(let $field = self.field(stringify!($field), &base.$field, &theirs.$field, &ours.$field);)* };
        }
        fields!(enabled, schedule, killed, serve);
        Environment {
            name: ours.name.clone(),
            enabled,
            schedule,
            requires: self.requirements(&base.requires, &theirs.requires, &ours.requires),
            killed,
            targets: self.targets(&base.targets, &theirs.targets, &ours.targets),
            rules: self.keyed(&base.rules, &theirs.rules, &ours.rules, Self::rule),
            serve,
        }
    }

    fn rule(&mut self, base: &Rule, theirs: &Rule, ours: &Rule) -> Rule {
        let when = lists::conditions(&base.when, &theirs.when, &ours.when).unwrap_or_else(|| {
            self.conflict("`when`");
            self.pick(&base.when, &theirs.when, &ours.when).clone()
        });
        Rule {
            id: ours.id.clone(),
            description: self.field("description", &base.description, &theirs.description, &ours.description),
            when,
            serve: self.field("serve", &base.serve, &theirs.serve, &ours.serve),
        }
    }

    fn requirements(&mut self, base: &[Requirement], theirs: &[Requirement], ours: &[Requirement]) -> Vec<Requirement> {
        let merged = elements(base, theirs, ours);
        for (index, requirement) in merged.iter().enumerate() {
            // The same flag may stand twice only where one of the sides has it so.
            let twice = |list: &[Requirement]| list.iter().filter(|it| it.flag == requirement.flag).count() > 1;
            if merged[..index].iter().any(|it| it.flag == requirement.flag)
                && ![base, theirs, ours].into_iter().any(twice)
            {
                self.conflict(format!("`requires` of `{}`", requirement.flag));
            }
        }
        merged
    }

    /// By unit: who gets which variant. Targets stay as ours has them, but for the units that move.
    fn targets(&mut self, base: &[Target], theirs: &[Target], ours: &[Target]) -> Vec<Target> {
        if let Some(whole) = choose(&base.to_vec(), &theirs.to_vec(), &ours.to_vec()) {
            return whole;
        }
        let (b, t, o) = (served(base), served(theirs), served(ours));
        let units: BTreeSet<&Unit> = b.keys().chain(t.keys()).copied().collect();
        let mut merged = ours.to_vec();
        for unit in units {
            let (b, t, o) = (b.get(unit), t.get(unit), o.get(unit));
            match choose(&b, &t, &o) {
                Some(wanted) if wanted == o => {}
                Some(wanted) => retarget(&mut merged, unit, wanted.copied()),
                None => {
                    self.conflict(format!("the target of `{unit}`"));
                    retarget(&mut merged, unit, self.pick(b, t, o).copied());
                }
            }
        }
        merged.retain(|target| !target.units.is_empty());
        merged
    }
}

/// What each unit gets: the first target that names it.
fn served(targets: &[Target]) -> BTreeMap<&Unit, &VariantName> {
    let mut served = BTreeMap::new();
    for target in targets {
        for unit in &target.units {
            served.entry(unit).or_insert(&target.serve);
        }
    }
    served
}

fn retarget(targets: &mut Vec<Target>, unit: &Unit, serve: Option<&VariantName>) {
    if served(targets).get(unit).copied() == serve {
        return;
    }
    for target in targets.iter_mut() {
        target.units.retain(|other| other != unit);
    }
    let Some(serve) = serve else { return };
    match targets.iter_mut().find(|target| target.serve == *serve) {
        Some(target) => target.units.push(unit.clone()),
        None => targets.push(Target { serve: serve.clone(), units: vec![unit.clone()] }),
    }
}

/// Lists without order: what theirs took away goes, what it added comes, at the end.
pub(super) fn elements<T: PartialEq + Clone>(base: &[T], theirs: &[T], ours: &[T]) -> Vec<T> {
    if let Some(whole) = choose(&base, &theirs, &ours) {
        return whole.to_vec();
    }
    let gone = |it: &T| base.contains(it) && !theirs.contains(it);
    let mut merged: Vec<T> = ours.iter().filter(|it| !gone(it)).cloned().collect();
    for it in theirs {
        if !base.contains(it) && !merged.contains(it) {
            merged.push(it.clone());
        }
    }
    merged
}

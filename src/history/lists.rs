//! Lists whose elements have names, and their order after a merge.

use super::merge::elements;
use crate::model::{Condition, Environment, Operand, Rule, Test, Variant};

/// An element that is recognised by its name.
pub(super) trait Keyed {
    /// What it is, for conflicts.
    const WORD: &'static str;

    /// Its name, unique in its list.
    fn name(&self) -> String;

    /// Whether its name is nothing but what it says.
    fn is_nameless(&self) -> bool {
        false
    }
}

impl Keyed for Variant {
    const WORD: &'static str = "variant";

    fn name(&self) -> String {
        self.name.to_string()
    }
}

impl Keyed for Environment {
    const WORD: &'static str = "environment";

    fn name(&self) -> String {
        self.name.to_string()
    }
}

impl Keyed for Rule {
    const WORD: &'static str = "rule";

    /// Its id. A rule without one is recognised by what it says, so that editing it is removing one and adding another.
    fn name(&self) -> String {
        self.id.as_ref().map_or_else(
            || {
                let conditions: Vec<String> = self.when.iter().map(ToString::to_string).collect();
                format!("when {} serve {}", conditions.join(" and "), crate::compare::words::serve(&self.serve))
            },
            ToString::to_string,
        )
    }

    fn is_nameless(&self) -> bool {
        self.id.is_none()
    }
}

/// Whether an element without a name is gone on both sides, and one of them has a new one that the other has not: it may
/// be what that side made of it.
pub(super) fn both_replaced<T: Keyed>(base: &[T], theirs: &[T], ours: &[T]) -> bool {
    let nameless = |list: &[T]| -> Vec<String> { list.iter().filter(|it| it.is_nameless()).map(Keyed::name).collect() };
    let (base, theirs, ours) = (nameless(base), nameless(theirs), nameless(ours));
    let comes = |side: &[String], other: &[String]| side.iter().any(|it| !base.contains(it) && !other.contains(it));
    let gone = base.iter().any(|it| !theirs.contains(it) && !ours.contains(it));
    gone && (comes(&theirs, &ours) || comes(&ours, &theirs))
}

/// Whether no two elements have the same name; only rules without ids can.
pub(super) fn are_distinct<T: Keyed>(list: &[T]) -> bool {
    let names: std::collections::BTreeSet<String> = list.iter().map(Keyed::name).collect();
    names.len() == list.len()
}

/// The names of a merged list in their order: that of the side that changed it, with what only the other one has behind
/// its predecessor there. `None` when both put the common elements into different orders. May hold names that the merge
/// took away.
pub(super) fn order<T: Keyed>(base: &[T], theirs: &[T], ours: &[T]) -> Option<Vec<String>> {
    let names = |list: &[T]| list.iter().map(Keyed::name).collect::<Vec<_>>();
    let (base, theirs, ours) = (names(base), names(theirs), names(ours));
    let common = |list: &[String], other: &[String]| {
        list.iter().filter(|name| other.contains(name)).cloned().collect::<Vec<_>>()
    };
    let same = |list: &[String]| common(list, &base) == common(&base, list);
    let agree = common(&theirs, &ours) == common(&ours, &theirs);
    match (same(&theirs), same(&ours)) {
        _ if agree => Some(weave(&ours, &theirs)),
        (true, _) => Some(weave(&ours, &theirs)),
        (false, true) => Some(weave(&theirs, &ours)),
        (false, false) => None,
    }
}

/// The names of the first list in their order, with what only the others have behind their predecessors there.
pub(super) fn woven<T: Keyed>(first: &[T], rest: &[&[T]]) -> Vec<String> {
    let names = |list: &[T]| list.iter().map(Keyed::name).collect::<Vec<_>>();
    rest.iter().fold(names(first), |woven, other| weave(&woven, &names(other)))
}

/// `main`, with what only `other` has behind the element that it stands behind there.
#[must_use]
pub fn weave(main: &[String], other: &[String]) -> Vec<String> {
    let mut woven = main.to_vec();
    for (index, name) in other.iter().enumerate() {
        if woven.contains(name) {
            continue;
        }
        let before = other[..index].iter().rev().find_map(|earlier| woven.iter().position(|it| it == earlier));
        woven.insert(before.map_or(0, |position| position + 1), name.clone());
    }
    woven
}

/// Conditions that all must match: as a whole, else one by one where each side has the same tests with other lists.
pub(super) fn conditions(base: &[Condition], theirs: &[Condition], ours: &[Condition]) -> Option<Vec<Condition>> {
    if ours == theirs || base == theirs {
        return Some(ours.to_vec());
    }
    if base == ours {
        return Some(theirs.to_vec());
    }
    if base.len() != theirs.len() || base.len() != ours.len() {
        return None;
    }
    base.iter().zip(theirs).zip(ours).map(|((base, theirs), ours)| condition(base, theirs, ours)).collect()
}

fn condition(base: &Condition, theirs: &Condition, ours: &Condition) -> Option<Condition> {
    if ours == theirs || base == theirs {
        return Some(ours.clone());
    }
    if base == ours {
        return Some(theirs.clone());
    }
    let (Condition::Test(b), Condition::Test(t), Condition::Test(o)) = (base, theirs, ours) else { return None };
    let same = |other: &Test| {
        (&b.attribute, b.operator, b.ignore_case, b.lenient, b.any_item)
            == (&other.attribute, other.operator, other.ignore_case, other.lenient, other.any_item)
    };
    let (Operand::Many(base), Operand::Many(theirs), Operand::Many(ours)) = (&b.operand, &t.operand, &o.operand) else {
        return None;
    };
    let merged = elements(base, theirs, ours);
    (same(t) && same(o) && !merged.is_empty())
        .then(|| Condition::Test(Test { operand: Operand::Many(merged), ..o.clone() }))
}

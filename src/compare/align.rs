//! Which rule of one version is which rule of the other.

use crate::model::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// Rules of two versions side by side, by index.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// Rules that are in both, as (before, after), in the order after.
    pub(super) pairs: Vec<(usize, usize)>,
    /// Rules that are only before.
    pub(super) removed: Vec<usize>,
    /// Rules that are only after.
    pub(super) added: Vec<usize>,
    /// The fewest rules, by index after, that someone had to move to get from one order to the other.
    pub(super) moved: BTreeSet<usize>,
    /// Neighbours that changed places, by the position in `pairs` of the one that comes first now: nobody can tell which of
    /// the two was moved.
    pub(super) swapped: BTreeSet<usize>,
}

/// Rules still without a partner, by index.
struct Open<'a> {
    before: Vec<(usize, &'a Rule)>,
    after: Vec<(usize, &'a Rule)>,
    pairs: Vec<(usize, usize)>,
}

impl Open<'_> {
    /// Pairs every rule after with the first rule before that `fits`.
    fn pair(&mut self, fits: impl Fn((usize, &Rule), (usize, &Rule)) -> bool) {
        let Self { before, after, pairs } = self;
        after.retain(|&new| match before.iter().position(|&old| fits(old, new)) {
            Some(position) => {
                let (old, _) = before.remove(position);
                pairs.push((old, new.0));
                false
            }
            None => true,
        });
    }
}

/// Aligns rules by id; the others by equal content (so a rule may get or change its id), then, without ids, by equal
/// conditions, then by position.
pub(super) fn align(before: &[Rule], after: &[Rule]) -> Alignment {
    let mut ids: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, rule) in before.iter().enumerate().rev() {
        if let Some(id) = &rule.id {
            ids.entry(id.as_str()).or_default().push(index);
        }
    }
    let mut pairs = Vec::new();
    let mut taken = BTreeSet::new();
    let mut open_after = Vec::new();
    for (index, rule) in after.iter().enumerate() {
        match rule.id.as_ref().and_then(|id| ids.get_mut(id.as_str())?.pop()) {
            Some(old) => {
                taken.insert(old);
                pairs.push((old, index));
            }
            None => open_after.push((index, rule)),
        }
    }
    let open_before = before.iter().enumerate().filter(|(index, _)| !taken.contains(index)).collect();
    let mut open = Open { before: open_before, after: open_after, pairs };
    let nameless = |old: &Rule, new: &Rule| old.id.is_none() && new.id.is_none();
    open.pair(|(_, old), (_, new)| {
        old.when == new.when && old.serve == new.serve && old.description == new.description
    });
    open.pair(|(_, old), (_, new)| nameless(old, new) && old.when == new.when);
    let count = |rules: &[(usize, &Rule)]| rules.iter().filter(|(_, rule)| rule.id.is_none()).count();
    let in_turn = count(&open.before) == count(&open.after);
    // As many on both sides: each is the edited form of its counterpart.
    open.pair(|(from, old), (to, new)| nameless(old, new) && (in_turn || from == to));
    let Open { before: removed, after: added, mut pairs } = open;
    pairs.sort_by_key(|&(_, after)| after);
    let swapped = swapped(&pairs);
    let mut moved = moved(&pairs);
    for &at in &swapped {
        moved.remove(&pairs[at].1);
        moved.remove(&pairs[at + 1].1);
    }
    let indexes = |rules: Vec<(usize, &Rule)>| rules.into_iter().map(|(index, _)| index).collect();
    Alignment { moved, swapped, removed: indexes(removed), added: indexes(added), pairs }
}

/// Where two neighbours stand in each other's place, and all others in their own or beyond.
fn swapped(pairs: &[(usize, usize)]) -> BTreeSet<usize> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|&position| pairs[position].0);
    // `order[n]` is now in the place of the one that was n-th.
    let is = |&at: &usize| order[at] == at + 1 && order.get(at + 1) == Some(&at);
    (0..pairs.len()).filter(is).collect()
}

/// The pairs, by index after, outside a longest run that kept its order.
fn moved(pairs: &[(usize, usize)]) -> BTreeSet<usize> {
    // Patience sorting: `tops[n]` is the pair that ends a run of n + 1 with the smallest index before.
    let mut tops: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (position, (old, _)) in pairs.iter().enumerate() {
        let length = tops.partition_point(|&top| pairs[top].0 < *old);
        previous.push(length.checked_sub(1).map(|shorter| tops[shorter]));
        if length == tops.len() {
            tops.push(position);
        } else {
            tops[length] = position;
        }
    }
    let mut moved: BTreeSet<usize> = pairs.iter().map(|&(_, after)| after).collect();
    let mut kept = tops.last().copied();
    while let Some(position) = kept {
        moved.remove(&pairs[position].1);
        kept = previous[position];
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Condition, RuleId, SegmentName, Serve, VariantName};

    /// `id:segment:variant`, each part may be empty.
    fn rules(text: &str) -> Vec<Rule> {
        let rule = |word: &str| {
            let mut parts = word.split(':');
            let mut next = || parts.next().filter(|part| !part.is_empty());
            Rule {
                id: next().map(|id| RuleId::new(id).unwrap()),
                description: None,
                when: next().map(|name| Condition::Segment(SegmentName::new(name).unwrap())).into_iter().collect(),
                serve: Serve::Variant(VariantName::new(next().unwrap_or("on")).unwrap()),
            }
        };
        text.split_whitespace().map(rule).collect()
    }

    type Indexes = Vec<usize>;

    fn aligned(before: &str, after: &str) -> (Vec<(usize, usize)>, Indexes, Indexes, Indexes) {
        let it = align(&rules(before), &rules(after));
        (it.pairs, it.removed, it.added, it.moved.into_iter().collect())
    }

    #[test]
    fn ids_come_first() {
        assert_eq!(aligned("a b c", "c x:new a"), (vec![(2, 0), (0, 2)], vec![1], vec![1], vec![]));
        assert_eq!(aligned("a:s b:t", "a:t b:s"), (vec![(0, 0), (1, 1)], vec![], vec![], vec![]));
    }

    #[test]
    fn one_rule_moved_to_the_top_is_one_move() {
        assert_eq!(aligned("a b c d", "d a b c").3, vec![0]);
        assert_eq!(aligned("a b c d", "b c d a").3, vec![3]);
        assert_eq!(aligned("a b c", "x a b c").3, Vec::<usize>::new(), "a new rule moves nobody");
    }

    #[test]
    fn neighbours_that_changed_places_are_told_as_two() {
        let swapped = |before, after| {
            let it = align(&rules(before), &rules(after));
            (it.swapped.into_iter().collect::<Vec<_>>(), it.moved.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(swapped("a b c d", "b a c d"), (vec![0], vec![]));
        assert_eq!(swapped("a b c d", "b a d c"), (vec![0, 2], vec![]));
        assert_eq!(swapped("a b c:s d", "x:t b a d"), (vec![0], vec![]), "whatever came and went");
        assert_eq!(swapped("a b c", "b c a"), (vec![], vec![2]), "this is one move");
        assert_eq!(swapped("a b c", "c b a").1.len(), 2);
    }

    #[test]
    fn rules_without_ids_go_by_content_then_conditions_then_position() {
        assert_eq!(aligned(":s :t", ":u :s :t"), (vec![(0, 1), (1, 2)], vec![], vec![0], vec![]));
        assert_eq!(aligned(":s:on :t", ":u :s:off :t"), (vec![(0, 1), (1, 2)], vec![], vec![0], vec![]));
        assert_eq!(aligned(":s:on :t", ":u:off :t"), (vec![(0, 0), (1, 1)], vec![], vec![], vec![]));
        assert_eq!(aligned(":s :t", "name:s :t"), (vec![(0, 0), (1, 1)], vec![], vec![], vec![]), "gets an id");
    }
}

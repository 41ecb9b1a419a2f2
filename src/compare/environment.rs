//! Two versions of what a flag does in one environment.

use super::align::{Alignment, align};
use super::aspect::Aspect;
use super::difference::{Side, Sink};
use super::flag::{Scope, requirements};
use super::normal::same_answers;
use super::{structure, targets, words};
use crate::model::{Condition, Environment, Flag, Kill, Rule, Serve};

/// A flag and its environment.
type At<'a> = (&'a Flag, &'a Environment);

/// Compares the environment that `sink` names; `None` where the flag has no block for it.
pub(super) fn compare(sink: &mut Sink, before: Option<At<'_>>, after: Option<At<'_>>, scope: &Scope) {
    let whole = |(_, it): At<'_>| Some(Side::new(words::environment(it), structure::environment(it)));
    match (before, after) {
        (Some(before), Some(after)) => both(sink, before, after, scope),
        // A flag without a block for an environment is off there.
        (None, Some(new)) => sink.add(Aspect::EnvironmentAdded, None, whole(new)).behaviour = new.1.enabled,
        (Some(old), None) => sink.add(Aspect::EnvironmentRemoved, whole(old), None).behaviour = old.1.enabled,
        (None, None) => {}
    }
}

/// Every field is named here, so that a new field of the model can't be forgotten.
fn both(sink: &mut Sink, before: At<'_>, after: At<'_>, scope: &Scope) {
    let Environment { name: _, enabled, schedule, requires, killed: kill, targets: old_targets, rules: _, serve } =
        before.1;
    let new = after.1;
    if *enabled != new.enabled {
        let aspect = if new.enabled { Aspect::Enabled } else { Aspect::Disabled };
        let side = |on: bool| Some(Side::new(if on { "enabled" } else { "disabled" }, on));
        sink.add(aspect, side(*enabled), side(new.enabled));
    }
    killed(sink, kill.as_ref(), new.killed.as_ref());
    sink.optional(Aspect::Schedule, schedule.as_ref(), new.schedule.as_ref(), |it| {
        Side::new(words::schedule(it), structure::schedule(it))
    });
    requirements(sink, requires, &new.requires, scope);
    targets::compare(sink, old_targets, &new.targets);
    rules(sink, before, after);
    if *serve != new.serve {
        let same = same_answers((before.0, serve), (after.0, &new.serve));
        let crowded = |it: &Environment| !it.rules.is_empty() || !it.targets.is_empty();
        let rest = crowded(before.1) || crowded(new);
        let difference = sink.add(Aspect::Serve, Some(serve_side(serve)), Some(serve_side(&new.serve)));
        difference.behaviour = !same;
        difference.rest = rest;
    }
}

/// Whether the rule `id` is at another place among those that both have, as a difference would tell.
#[must_use]
pub fn is_moved(before: &[Rule], after: &[Rule], id: &str) -> bool {
    let Alignment { pairs, moved, swapped, .. } = align(before, after);
    let is = |&at: &usize| after[at].id.as_ref().is_some_and(|own| own == id);
    let swapped = swapped.iter().flat_map(|&at| [pairs[at].1, pairs[at + 1].1]);
    moved.iter().copied().chain(swapped).any(|at| is(&at))
}

fn serve_side(serve: &Serve) -> Side {
    Side::new(words::serve(serve), structure::serve(serve))
}

/// The kill of a flag or an environment.
pub(super) fn killed(sink: &mut Sink, before: Option<&Kill>, after: Option<&Kill>) {
    let aspect = match (before, after) {
        (None, _) => Aspect::Killed,
        (_, None) => Aspect::Revived,
        _ => Aspect::KillNote,
    };
    sink.optional(aspect, before, after, |it| Side::new(words::kill(it), structure::kill(it)));
}

fn rules(sink: &mut Sink, before: At<'_>, after: At<'_>) {
    let (old, new) = (&before.1.rules, &after.1.rules);
    let Alignment { pairs, removed, added, moved, swapped } = align(old, new);
    let whole = |rule: &Rule| Some(Side::new(words::rule(rule), structure::rule(rule)));
    // In the order of the rules; one that is gone stands where it stood.
    let mut steps: Vec<(usize, Option<usize>, Option<usize>)> = Vec::new();
    steps.extend(pairs.iter().map(|&(from, to)| (to, Some(from), Some(to))));
    steps.extend(removed.iter().map(|&from| (from, Some(from), None)));
    steps.extend(added.iter().map(|&to| (to, None, Some(to))));
    steps.sort_by_key(|&(place, from, to)| (place, to.is_some(), from));
    for (_, from, to) in steps {
        match (from.and_then(|from| Some((from, old.get(from)?))), to.and_then(|to| Some((to, new.get(to)?)))) {
            (Some((from, rule)), None) => {
                sink.add(Aspect::RuleRemoved, whole(rule), None).rule = Some(rule.label(from));
            }
            (None, Some((to, rule))) => sink.add(Aspect::RuleAdded, None, whole(rule)).rule = Some(rule.label(to)),
            (Some((from, rule)), Some((to, is))) => {
                let first = sink.found.len();
                let position = pairs.partition_point(|pair| pair.1 < to);
                if let Some(&(from_other, to_other)) = pairs.get(position + 1).filter(|_| swapped.contains(&position)) {
                    let other = old[from_other].label(from_other);
                    let order = |first: &str, second: &str| {
                        Some(Side::new(format!("`{first}`, `{second}`"), vec![first, second]))
                    };
                    let own = rule.label(from);
                    let difference = sink.add(Aspect::RulesSwapped, order(&other, &own), order(&own, &other));
                    difference.item = Some(new[to_other].label(to_other));
                }
                if moved.contains(&to) {
                    let place = |index: usize| Some(Side::new((index + 1).to_string(), index + 1));
                    sink.add(Aspect::RuleMoved, place(from), place(to));
                }
                one_rule(sink, (before.0, rule), (after.0, is));
                for difference in &mut sink.found[first..] {
                    difference.rule = Some(is.label(to));
                    if difference.aspect == Aspect::RuleId {
                        difference.item = Some(rule.label(from));
                    }
                }
            }
            (None, None) => {}
        }
    }
}

fn one_rule(sink: &mut Sink, before: (&Flag, &Rule), after: (&Flag, &Rule)) {
    let Rule { id, description, when, serve } = before.1;
    let new = after.1;
    sink.optional(Aspect::RuleId, id.as_ref(), new.id.as_ref(), |it| Side::text(it.as_str()));
    if *when != new.when {
        audience(sink, when, &new.when);
    }
    if *serve != new.serve {
        let same = same_answers((before.0, serve), (after.0, &new.serve));
        sink.add(Aspect::RuleServe, Some(serve_side(serve)), Some(serve_side(&new.serve))).behaviour = !same;
    }
    sink.optional(Aspect::Description, description.as_ref(), new.description.as_ref(), |it| Side::text(it));
}

fn audience(sink: &mut Sink, before: &[Condition], after: &[Condition]) {
    let (gone, new) = conditions_apart(before, after);
    let (aspect, item) = match (gone.as_slice(), new.as_slice()) {
        ([], []) => (Aspect::RuleWhen, format!("reordered: {}", words::conditions(after))),
        ([], new) => (Aspect::RuleNarrowed, words::conditions(new)),
        (gone, []) => (Aspect::RuleWidened, words::conditions(gone)),
        (gone, new) => {
            let list = match (gone, new) {
                ([Condition::Test(old)], [Condition::Test(new)]) => words::list_change(old, new),
                _ => None,
            };
            let full = || format!("{} → {}", words::conditions(gone), words::conditions(new));
            (Aspect::RuleWhen, list.unwrap_or_else(full))
        }
    };
    let side = |it: &[Condition]| Some(Side::new(words::conditions(it), structure::conditions(it)));
    let reordered = gone.is_empty() && new.is_empty();
    let difference = sink.add(aspect, side(before), side(after));
    difference.item = Some(item);
    // All have to match, in whatever order.
    difference.behaviour = !reordered;
}

/// The conditions that are on one side only.
fn conditions_apart(before: &[Condition], after: &[Condition]) -> (Vec<Condition>, Vec<Condition>) {
    let mut gone = before.to_vec();
    let mut new = Vec::new();
    for condition in after {
        match gone.iter().position(|it| it == condition) {
            Some(position) => _ = gone.remove(position),
            None => new.push(condition.clone()),
        }
    }
    (gone, new)
}

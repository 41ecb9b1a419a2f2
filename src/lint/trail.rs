//! Walking the model while remembering the way: most visits find nothing, so a path is only built when one does.

use crate::model::{Condition, Environment, Flag, Rollout, Segment, Serve};
use crate::source::{Path, Step};

/// The way from the root of a document to where a walk is; lives on the stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    last: Last<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Last<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Trail<'a> {
    /// The root of a document.
    pub(super) const ROOT: Self = Self { above: None, last: Last::Root };

    /// One step down, by key.
    pub(super) const fn key(&'a self, key: &'a str) -> Self {
        Self { above: Some(self), last: Last::Key(key) }
    }

    /// One step down, by index.
    pub(super) const fn index(&'a self, index: usize) -> Self {
        Self { above: Some(self), last: Last::Index(index) }
    }

    /// The way as a path.
    pub(super) fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(trail) = at {
            match trail.last {
                Last::Root => {}
                Last::Key(key) => steps.push(Step::Key(key.into())),
                Last::Index(index) => steps.push(Step::Index(index)),
            }
            at = trail.above;
        }
        steps.into_iter().rev().collect()
    }
}

/// Visits all conditions of `flag`, outermost first.
pub(super) fn flag_conditions(flag: &Flag, visit: &mut dyn FnMut(&Trail<'_>, &Condition)) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        for (index, rule) in environment.rules.iter().enumerate() {
            list(&rules.index(index).key("when"), &rule.when, visit);
        }
    });
}

/// Visits all conditions of `segment`, outermost first.
pub(super) fn segment_conditions(segment: &Segment, visit: &mut dyn FnMut(&Trail<'_>, &Condition)) {
    list(&Trail::ROOT.key("match"), &segment.conditions, visit);
}

/// Visits all strategies of `flag`, each at the mapping that holds it.
pub(super) fn flag_rollouts(flag: &Flag, visit: &mut dyn FnMut(&Trail<'_>, &Environment, &Rollout)) {
    for_each_environment(flag, &mut |trail, environment| {
        let rules = trail.key("rules");
        for (rule, serve) in environment.serves() {
            let Serve::Rollout(rollout) = serve else { continue };
            match rule {
                Some(index) => visit(&rules.index(index).key("serve"), environment, rollout),
                None => visit(&trail.key("serve"), environment, rollout),
            }
        }
    });
}

/// Visits the environments of `flag`.
pub(super) fn for_each_environment(flag: &Flag, visit: &mut dyn FnMut(&Trail<'_>, &Environment)) {
    let environments = Trail::ROOT.key("environments");
    for environment in &flag.environments {
        visit(&environments.key(environment.name.as_str()), environment);
    }
}

/// Visits the conditions of a list, and all below them.
fn list(trail: &Trail<'_>, conditions: &[Condition], visit: &mut dyn FnMut(&Trail<'_>, &Condition)) {
    for (index, condition) in conditions.iter().enumerate() {
        one(&trail.index(index), condition, visit);
    }
}

/// Documents are at most 32 levels deep, so the recursion is bounded.
fn one(trail: &Trail<'_>, condition: &Condition, visit: &mut dyn FnMut(&Trail<'_>, &Condition)) {
    visit(trail, condition);
    match condition {
        Condition::Any(inner) => list(&trail.key("any"), inner, visit),
        Condition::All(inner) => list(&trail.key("all"), inner, visit),
        Condition::Not(inner) => one(&trail.key("not"), inner, visit),
        Condition::Test(_) | Condition::Segment(_) | Condition::Percentage { .. } | Condition::Schedule(_) => {}
    }
}

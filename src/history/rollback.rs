//! Taking one change back without touching later ones.

use super::merge::{Conflict, merge_flags};
use crate::compare::is_moved;
use crate::model::{Flag, Rule};

/// What `ours` becomes when the change from `theirs` (before it) to `base` (after it) is taken back: a merge by structure
/// in which the change runs backwards. `None` stands for a flag that is not there.
///
/// # Errors
/// The parts that were changed again since.
pub fn undo_change(
    base: Option<&Flag>,
    theirs: Option<&Flag>,
    ours: Option<&Flag>,
) -> Result<Option<Flag>, Vec<Conflict>> {
    let whole = |part: &str| Err(vec![Conflict { environment: None, rule: None, part: part.to_owned() }]);
    match (base, theirs, ours) {
        (Some(base), Some(theirs), Some(ours)) => merge_flags(base, theirs, ours).map(Some),
        (Some(base), None, Some(ours)) if base != ours => whole("the flag, which was changed since it was created"),
        (Some(_), None, _) => Ok(None),
        (None, Some(theirs), Some(ours)) if theirs != ours => whole("the flag, which was created again since"),
        (None, Some(theirs), _) => Ok(Some(theirs.clone())),
        (Some(_), Some(_), None) => whole("the flag, which was deleted since"),
        (None, None, ours) => Ok(ours.cloned()),
    }
}

/// `flag` with one environment as `other` has it.
#[must_use]
pub fn with_environment(flag: &Flag, other: &Flag, environment: &str) -> Flag {
    let mut result = flag.clone();
    let wanted = other.environment(environment).cloned();
    let at = result.environments.iter().position(|it| it.name == *environment);
    match (wanted, at) {
        (Some(wanted), Some(at)) => result.environments[at] = wanted,
        (None, Some(at)) => drop(result.environments.remove(at)),
        (Some(wanted), None) => {
            // Where the other flag has it: behind the same neighbour.
            let index = other.environments.iter().position(|it| it.name == *environment).unwrap_or(0);
            let mut earlier = other.environments[..index].iter().rev();
            let behind = earlier.find_map(|it| result.environments.iter().position(|own| own.name == it.name));
            result.environments.insert(behind.map_or(0, |position| position + 1), wanted);
        }
        (None, None) => {}
    }
    result
}

/// `flag` with one rule of an environment as `other` has it. Unchanged where either has no such environment.
#[must_use]
pub fn with_rule(flag: &Flag, other: &Flag, environment: &str, rule: &str) -> Flag {
    let mut result = flag.clone();
    let is_it = |it: &Rule| it.id.as_ref().is_some_and(|id| *id == *rule);
    let Some(theirs) = other.environment(environment) else { return result };
    let Some(own) = result.environments.iter_mut().find(|it| it.name == *environment) else { return result };
    let at = own.rules.iter().position(is_it);
    match (theirs.rules.iter().position(is_it), at) {
        (Some(wanted), Some(at)) if !is_moved(&own.rules, &theirs.rules, rule) => {
            own.rules[at] = theirs.rules[wanted].clone();
        }
        (None, Some(at)) => drop(own.rules.remove(at)),
        (Some(wanted), at) => {
            if let Some(at) = at {
                own.rules.remove(at);
            }
            // Behind the neighbour that it has there.
            let mut earlier = theirs.rules[..wanted].iter().rev();
            let behind = earlier.find_map(|it| own.rules.iter().position(|rule| rule.id.is_some() && rule.id == it.id));
            own.rules.insert(behind.map_or(0, |position| position + 1), theirs.rules[wanted].clone());
        }
        (None, None) => {}
    }
    result
}

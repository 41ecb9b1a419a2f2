//! Taking one change back without touching later ones.

use super::merge::{Conflict, merge_flags};
use crate::model::Flag;

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

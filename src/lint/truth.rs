//! What can be said about conditions without a context.

use crate::model::{AttributePath, Condition, Scalar, Share};

/// Whether `condition` has the same answer for everyone, and which; `None` when it depends on the context.
pub(super) fn of(condition: &Condition) -> Option<bool> {
    match condition {
        Condition::Percentage { share, .. } if *share == Share::ZERO => Some(false),
        Condition::Percentage { share, .. } if *share == Share::FULL => Some(true),
        Condition::All(inner) => all(inner),
        Condition::Any(inner) => {
            let answers = || inner.iter().map(of);
            if answers().any(|answer| answer == Some(true)) {
                Some(true)
            } else {
                answers().all(|answer| answer == Some(false)).then_some(false)
            }
        }
        Condition::Not(inner) => of(inner).map(|answer| !answer),
        Condition::Percentage { .. } | Condition::Test(_) | Condition::Segment(_) | Condition::Schedule(_) => None,
    }
}

/// The same for conditions that all must match; an empty list always holds.
pub(super) fn all(conditions: &[Condition]) -> Option<bool> {
    let mut open = false;
    for condition in conditions {
        match of(condition) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => open = true,
        }
    }
    if !open {
        return Some(true);
    }
    contradiction(conditions).map(|_| false)
}

/// The positions of two conditions of a list that can't both match.
///
/// Found are a condition beside its own negation, and equalities of one attribute that share no value. Lists of more
/// than 50 conditions are not compared.
pub(super) fn contradiction(conditions: &[Condition]) -> Option<(usize, usize)> {
    if conditions.len() > 50 {
        return None;
    }
    conditions.iter().enumerate().find_map(|(later, condition)| {
        let earlier = conditions[..later].iter().position(|other| exclude_each_other(other, condition))?;
        Some((earlier, later))
    })
}

fn exclude_each_other(a: &Condition, b: &Condition) -> bool {
    let negates = |a: &Condition, b: &Condition| matches!(a, Condition::Not(inner) if **inner == *b);
    if negates(a, b) || negates(b, a) {
        return true;
    }
    match (equality(a), equality(b)) {
        (Some((a, left)), Some((b, right))) => a == b && !left.iter().any(|value| right.contains(value)),
        _ => false,
    }
}

/// The values that the attribute must have one of, when `condition` is an exact equality.
fn equality(condition: &Condition) -> Option<(&AttributePath, &[Scalar])> {
    match condition {
        Condition::Test(test) if matches!(test.operator, "equals" | "in") && !test.ignore_case => {
            Some((&test.attribute, test.operand.scalars()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::{equals, in_segment, percentage_condition, test};

    #[test]
    fn shares_of_nothing_and_everything_are_constant() {
        let (never, always) = (percentage_condition(0), percentage_condition(100));
        let open = equals("plan", "pro");
        assert_eq!(of(&always), Some(true));
        assert_eq!(of(&never), Some(false));
        assert_eq!(of(&percentage_condition(50)), None);
        assert_eq!(of(&Condition::Any(vec![open.clone(), always.clone()])), Some(true));
        assert_eq!(of(&Condition::Any(vec![open.clone(), never.clone()])), None);
        assert_eq!(of(&Condition::Any(vec![])), Some(false));
        assert_eq!(all(&[]), Some(true));
        assert_eq!(all(&[always, open.clone()]), None);
        assert_eq!(of(&Condition::Not(Box::new(never.clone()))), Some(true));
        assert_eq!(all(&[open, never]), Some(false));
    }

    #[test]
    fn conditions_that_exclude_each_other_are_found() {
        let staff = in_segment("staff");
        assert_eq!(all(&[staff.clone(), Condition::Not(Box::new(staff))]), Some(false));
        assert_eq!(all(&[equals("plan", "pro"), equals("plan", "free")]), Some(false));
        assert_eq!(all(&[equals("plan", "pro"), equals("tier", "free")]), None);
        assert_eq!(all(&[equals("plan", "pro"), test("plan", "in", &["pro", "free"])]), None);
        assert_eq!(all(&[equals("plan", "pro"), test("plan", "starts_with", &["f"])]), None);
    }
}

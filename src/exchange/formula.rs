//! Conditions of a source that may be known beforehand, and what one says about another.

use crate::model::{Condition, Operand, Scalar, Share, Test};

/// Something that is true or false, maybe whatever the context.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    Known(bool),
    When(Condition),
}

impl Formula {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(true), other) | (other, Self::Known(true)) => other,
            (Self::Known(false), _) | (_, Self::Known(false)) => Self::Known(false),
            (Self::When(one), Self::When(other)) => Self::When(all(vec![one, other])),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(false), other) | (other, Self::Known(false)) => other,
            (Self::Known(true), _) | (_, Self::Known(true)) => Self::Known(true),
            (Self::When(one), Self::When(other)) => Self::When(any(vec![one, other])),
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Known(value) => Self::Known(!value),
            Self::When(Condition::Not(inner)) => Self::When(*inner),
            Self::When(Condition::Test(test)) if test.operator == "exists" => {
                let there = test.operand == Operand::One(Scalar::Boolean(true));
                let operand = Operand::One(Scalar::Boolean(!there));
                Self::When(Condition::Test(Test { operand, ..test }))
            }
            Self::When(condition) => Self::When(Condition::Not(Box::new(condition))),
        }
    }

    /// The conditions that all hold where this does.
    fn parts(&self) -> &[Condition] {
        match self {
            Self::Known(_) => &[],
            Self::When(Condition::All(parts)) => parts,
            Self::When(condition) => std::slice::from_ref(condition),
        }
    }

    /// Whether this, which holds, says that `other` does or does not.
    pub(super) fn implies(&self, other: &Condition) -> Option<bool> {
        let parts = self.parts();
        if parts.contains(other) {
            return Some(true);
        }
        if let Self::When(negation) = Self::When(other.clone()).not()
            && parts.contains(&negation)
        {
            return Some(false);
        }
        match other {
            Condition::All(all) => {
                let known: Vec<Option<bool>> = all.iter().map(|one| self.implies(one)).collect();
                let holds = known.iter().all(|one| *one == Some(true)).then_some(true);
                if known.contains(&Some(false)) { Some(false) } else { holds }
            }
            Condition::Any(any) => {
                let known: Vec<Option<bool>> = any.iter().map(|one| self.implies(one)).collect();
                let fails = known.iter().all(|one| *one == Some(false)).then_some(false);
                if known.contains(&Some(true)) { Some(true) } else { fails }
            }
            Condition::Not(inner) => self.implies(inner).map(|known| !known),
            Condition::Percentage { share, .. } => parts.iter().find_map(|part| match part {
                part if same_draw(part, other) => (share_of(part)? <= *share).then_some(true),
                Condition::Not(inner) if same_draw(inner, other) => (share_of(inner)? >= *share).then_some(false),
                _ => None,
            }),
            _ => None,
        }
    }

    /// This and `other`, of which only what this does not say already is written.
    pub(super) fn and_given(self, other: Condition) -> Self {
        let rest = |list: Vec<Condition>, said: bool| -> Vec<Condition> {
            list.into_iter().filter(|one| self.implies(one) != Some(said)).collect()
        };
        match other {
            Condition::All(list) => list.into_iter().fold(self, |sum, one| match sum.implies(&one) {
                Some(true) => sum,
                _ => sum.and_given(one),
            }),
            Condition::Any(list) => {
                let list = rest(list, false);
                self.and(Self::some(list.into_iter().map(Self::When)))
            }
            other => self.and(Self::When(other)),
        }
    }

    pub(super) fn every(formulas: impl IntoIterator<Item = Self>) -> Self {
        formulas.into_iter().fold(Self::Known(true), Self::and)
    }

    pub(super) fn some(formulas: impl IntoIterator<Item = Self>) -> Self {
        formulas.into_iter().fold(Self::Known(false), Self::or)
    }
}

impl From<Condition> for Formula {
    fn from(condition: Condition) -> Self {
        Self::When(condition)
    }
}

fn share_of(condition: &Condition) -> Option<Share> {
    if let Condition::Percentage { share, .. } = condition { Some(*share) } else { None }
}

/// Whether the two are percentages of the same line.
fn same_draw(one: &Condition, other: &Condition) -> bool {
    let line = |condition: &Condition| match condition {
        Condition::Percentage { by, salt, bucketing, .. } => Some((by.clone(), salt.clone(), *bucketing)),
        _ => None,
    };
    let one = line(one);
    one.is_some() && one == line(other)
}

/// All of these, with what is nested as `all` laid open.
pub(super) fn all(conditions: Vec<Condition>) -> Condition {
    let mut flat = Vec::new();
    for condition in conditions {
        match condition {
            Condition::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Condition::All(flat) }
}

/// Any of these, with what is nested as `any` laid open.
pub(super) fn any(conditions: Vec<Condition>) -> Condition {
    let mut flat = Vec::new();
    for condition in conditions {
        match condition {
            Condition::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Condition::Any(flat) }
}

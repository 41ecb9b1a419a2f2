//! Changes of a segment's lists.

use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::model::{Condition, Segment, Unit};

/// One of the two lists of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Include,
    Exclude,
}

impl List {
    fn both(self, segment: &mut Segment) -> (&mut Vec<Unit>, &mut Vec<Unit>) {
        match self {
            Self::Include => (&mut segment.include, &mut segment.exclude),
            Self::Exclude => (&mut segment.exclude, &mut segment.include),
        }
    }

    /// Adds units that are not there yet; they leave the other list.
    pub(super) fn add(self, segment: &mut Segment, units: &[Unit]) {
        let (own, other) = self.both(segment);
        other.retain(|unit| !units.contains(unit));
        for unit in units {
            if !own.contains(unit) {
                own.push(unit.clone());
            }
        }
    }

    /// Takes units off.
    pub(super) fn remove(self, segment: &mut Segment, units: &[Unit]) {
        self.both(segment).0.retain(|unit| !units.contains(unit));
    }

    /// The action of the commit.
    pub(super) const fn action(self, remove: bool) -> &'static str {
        match (self, remove) {
            (Self::Include, false) => "segment-include",
            (Self::Include, true) => "segment-uninclude",
            (Self::Exclude, false) => "segment-exclude",
            (Self::Exclude, true) => "segment-unexclude",
        }
    }

    /// The same in words.
    pub(super) const fn verb(self, remove: bool) -> &'static str {
        match (self, remove) {
            (Self::Include, false) => "include",
            (Self::Include, true) => "no longer include",
            (Self::Exclude, false) => "exclude",
            (Self::Exclude, true) => "no longer exclude",
        }
    }
}

/// Removes the conditions at these positions, counted from 1, and adds those that are not there yet. Returns what was
/// done, in words.
pub(super) fn change_conditions(
    conditions: &mut Vec<Condition>,
    new: Vec<Condition>,
    remove: &[usize],
) -> Result<String> {
    if let Some(missing) = remove.iter().find(|position| **position == 0 || **position > conditions.len()) {
        let failure = Failure::new(&change::NOT_THERE, format!("there is no condition {missing}"));
        return Err(failure.help(match conditions.len() {
            0 => "the segment has no conditions".to_owned(),
            1 => "the segment has one condition, 1".to_owned(),
            count => format!("its conditions are 1 to {count}; `git flag segment show` lists them"),
        }));
    }
    let mut words = Vec::new();
    if !remove.is_empty() {
        let gone: Vec<String> = (1..)
            .zip(&*conditions)
            .filter(|(position, _)| remove.contains(position))
            .map(|(_, it)| it.to_string())
            .collect();
        words.push(format!("no longer match {}", gone.join(", ")));
        let mut position = 0;
        conditions.retain(|_| {
            position += 1;
            !remove.contains(&position)
        });
    }
    if !new.is_empty() {
        let list: Vec<String> = new.iter().map(ToString::to_string).collect();
        words.push(format!("match {}", list.join(", ")));
    }
    for condition in new {
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
    }
    Ok(words.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SegmentName;

    fn unit(text: &str) -> Unit {
        Unit::from_text(text).unwrap()
    }

    fn condition(name: &str) -> Condition {
        Condition::Segment(SegmentName::new(name).unwrap())
    }

    #[test]
    fn a_unit_is_on_one_list_only() {
        let mut segment = Segment {
            name: SegmentName::new("staff").unwrap(),
            description: None,
            owner: None,
            include: vec![unit("a"), unit("b")],
            exclude: vec![unit("c")],
            conditions: Vec::new(),
        };
        List::Exclude.add(&mut segment, &[unit("b"), unit("c")]);
        assert_eq!((&*segment.include, &*segment.exclude), (&[unit("a")][..], &[unit("c"), unit("b")][..]));
        List::Exclude.remove(&mut segment, &[unit("c"), unit("a")]);
        assert_eq!((&*segment.include, &*segment.exclude), (&[unit("a")][..], &[unit("b")][..]));
    }

    #[test]
    fn conditions_come_and_go() {
        let mut conditions = vec![condition("a"), condition("b"), condition("c")];
        let words = change_conditions(&mut conditions, vec![condition("d"), condition("b")], &[1, 3]).unwrap();
        assert_eq!(conditions, [condition("b"), condition("d")]);
        assert_eq!(words, "no longer match in segment a, in segment c; match in segment d, in segment b");
        for missing in [0, 3] {
            assert!(change_conditions(&mut conditions, Vec::new(), &[missing]).is_err());
        }
        assert_eq!(conditions.len(), 2);
    }
}

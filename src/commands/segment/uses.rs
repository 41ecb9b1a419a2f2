//! Where a segment is used.

use crate::model::{Catalog, Condition, EnvironmentName, FlagKey, RingName, SegmentName};
use std::fmt;

/// A place that names a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    /// A rule of a flag, by its id or position.
    Rule { flag: FlagKey, environment: EnvironmentName, rule: String },
    /// Another segment.
    Segment(SegmentName),
    /// A ring of the project.
    Ring(RingName),
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { flag, environment, rule } => write!(f, "rule {rule} of `{flag}` in {environment}"),
            Self::Segment(name) => write!(f, "the segment `{name}`"),
            Self::Ring(name) => write!(f, "the ring `{name}`"),
        }
    }
}

/// All places that name it directly: rules by key and environment, then segments, then rings.
pub(super) fn uses(catalog: &Catalog, name: &SegmentName) -> Vec<Use> {
    let named = |conditions: &[Condition]| {
        conditions
            .iter()
            .flat_map(Condition::walk)
            .any(|condition| matches!(condition, Condition::Segment(other) if other == name))
    };
    let mut found = Vec::new();
    for flag in catalog.flags.values() {
        for environment in &flag.environments {
            for (index, rule) in environment.rules.iter().enumerate().filter(|(_, rule)| named(&rule.when)) {
                found.push(Use::Rule {
                    flag: flag.key.clone(),
                    environment: environment.name.clone(),
                    rule: rule.label(index),
                });
            }
        }
    }
    let segments = catalog.segments.values().filter(|segment| named(&segment.conditions));
    found.extend(segments.map(|segment| Use::Segment(segment.name.clone())));
    let rings = catalog.project.rings.iter().filter(|ring| ring.segment.as_ref() == Some(name));
    found.extend(rings.map(|ring| Use::Ring(ring.name.clone())));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::{boolean, project};
    use crate::model::{Ring, Rule, Segment, Serve, VariantName};

    #[test]
    fn rules_segments_and_rings_are_found_at_any_depth() {
        let staff = SegmentName::new("staff").unwrap();
        let inside = Condition::Not(Box::new(Condition::Any(vec![Condition::Segment(staff.clone())])));
        let mut flag = boolean();
        let serve = Serve::Variant(VariantName::boolean(true));
        flag.environments[1].rules = vec![Rule { id: None, description: None, when: vec![inside.clone()], serve }];
        let mut project = project();
        project.rings =
            vec![Ring { name: RingName::new("internal").unwrap(), segment: Some(staff.clone()), percentage: None }];
        let mut catalog = Catalog::new(project);
        catalog.flags.insert(flag.key.clone(), flag);
        let all = SegmentName::new("all").unwrap();
        let segment = Segment {
            name: all.clone(),
            description: None,
            owner: None,
            include: vec![],
            exclude: vec![],
            conditions: vec![inside],
        };
        catalog.segments.insert(all.clone(), segment);
        let words: Vec<String> = uses(&catalog, &staff).iter().map(ToString::to_string).collect();
        assert_eq!(words, ["rule #1 of `sample` in production", "the segment `all`", "the ring `internal`"]);
        assert_eq!(uses(&catalog, &all), []);
    }
}

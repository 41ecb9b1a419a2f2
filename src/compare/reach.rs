//! Where a segment matters.

use crate::model::{Catalog, Condition, EnvironmentName, FlagKey, SegmentName, Serve, Setting};
use std::collections::BTreeSet;

/// The flags and environments whose answers a segment can change: through rules, through other segments that refer to
/// it, and through rings. By key, then in file order; environments that are off are included.
#[must_use]
pub fn reach(catalog: &Catalog, segment: &SegmentName) -> Vec<(FlagKey, EnvironmentName)> {
    let segments = users(catalog, segment);
    let refers = |conditions: &[Condition]| mentions(conditions, &segments);
    let ring_refers = |serve: &Serve| {
        let Some(Setting::Ring(name)) = serve.rollout().and_then(|rollout| rollout.setting("ring")) else {
            return false;
        };
        let rings = &catalog.project.rings;
        let last = rings.iter().position(|ring| ring.name == *name);
        let inner = last.and_then(|last| rings.get(..=last)).unwrap_or_default();
        inner.iter().any(|ring| ring.segment.as_ref().is_some_and(|it| segments.contains(it)))
    };
    let mut found = Vec::new();
    for flag in catalog.flags.values() {
        for environment in &flag.environments {
            let by_rule = environment.rules.iter().any(|rule| refers(&rule.when));
            if by_rule || environment.serves().any(|(_, serve)| ring_refers(serve)) {
                found.push((flag.key.clone(), environment.name.clone()));
            }
        }
    }
    found
}

/// The segment, and all segments that refer to it, directly or not. Cycles end by themselves.
fn users(catalog: &Catalog, segment: &SegmentName) -> BTreeSet<SegmentName> {
    let mut known = BTreeSet::from([segment.clone()]);
    loop {
        let more = catalog.segments.values().filter(|it| !known.contains(&it.name) && mentions(&it.conditions, &known));
        let more: Vec<SegmentName> = more.map(|it| it.name.clone()).collect();
        if more.is_empty() {
            return known;
        }
        known.extend(more);
    }
}

fn mentions(conditions: &[Condition], segments: &BTreeSet<SegmentName>) -> bool {
    let inside = |condition: &Condition| matches!(condition, Condition::Segment(name) if segments.contains(name));
    conditions.iter().flat_map(Condition::walk).any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample;
    use crate::model::{Project, Ring, RingName, Segment, Share};

    fn segment(name: &str, refers_to: &[&str]) -> Segment {
        Segment {
            name: SegmentName::new(name).unwrap(),
            description: None,
            owner: None,
            include: vec![],
            exclude: vec![],
            conditions: refers_to.iter().map(|name| sample::in_segment(name)).collect(),
        }
    }

    #[test]
    fn through_rules_segments_and_rings() {
        let ring = |name: &str, segment: Option<&str>| Ring {
            name: RingName::new(name).unwrap(),
            segment: segment.map(|name| SegmentName::new(name).unwrap()),
            percentage: Some(Share::ZERO),
        };
        let rings = vec![ring("first", None), ring("second", Some("outer")), ring("third", None)];
        let mut catalog = Catalog::new(Project { rings, ..Project::with_environments(vec![]) });
        for it in [segment("inner", &["outer"]), segment("outer", &["inner"]), segment("other", &[])] {
            catalog.segments.insert(it.name.clone(), it);
        }
        let ruled = |name: &str| {
            let not = Condition::Not(Box::new(sample::in_segment(name)));
            let mut on = sample::on("production", sample::fixed("on"));
            on.rules = vec![sample::rule("", vec![not], sample::fixed("off"))];
            on
        };
        let flags = [
            sample::boolean("a", vec![ruled("inner"), sample::on("staging", sample::fixed("on"))]),
            sample::boolean("b", vec![ruled("outer")]),
            sample::boolean("c", vec![ruled("other")]),
            sample::boolean("d", vec![sample::on("production", sample::ring("first"))]),
            sample::boolean("e", vec![sample::on("production", sample::ring("third"))]),
        ];
        catalog.flags = flags.map(|flag| (flag.key.clone(), flag)).into();
        let keys = |name: &str| {
            let found = reach(&catalog, &SegmentName::new(name).unwrap());
            found.into_iter().map(|(key, environment)| format!("{key}@{environment}")).collect::<Vec<_>>()
        };
        assert_eq!(keys("inner"), ["a@production", "b@production", "e@production"]);
        assert_eq!(keys("other"), ["c@production"]);
        assert_eq!(keys("unknown"), Vec::<String>::new());
    }
}

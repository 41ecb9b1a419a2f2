//! References must not go so far that one decision becomes slow: the limits under which flags are compiled.

use super::graph;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::meaning;
use crate::evaluate::{MAX_COST, MAX_DEPTH};
use crate::lint::Repository;
use crate::source::Place;

/// How far the references of a node go, itself included.
#[derive(Debug, Clone, Copy)]
struct Reach {
    depth: u32,
    cost: u64,
}

/// Reports the flags and segments where a chain becomes too long; not those that only lead to one of them.
pub(super) fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    let edges = graph::segments(repository);
    let segments = reaches(&edges, &graph::segment_uses(repository), &vec![1; edges.len()]);
    for (at, reach) in too_far(&edges, &segments) {
        let segment = repository.segments[at];
        let deepest = deepest(&edges[at], &segments).map(|to| &repository.segments[to].name);
        let used = segment.segments.iter().find(|used| Some(&used.segment) == deepest);
        let place = used.map(|used| Place::value(segment.file.clone(), used.path.clone()));
        let place = place.unwrap_or_else(|| Place::file(segment.file.clone()));
        found.push(problem("segment", segment.name.as_str(), reach).at(place));
    }

    let cost = |name: &str| {
        let reach = repository.segment_position(name).and_then(|at| segments[at]);
        reach.map_or(1, |reach| reach.cost)
    };
    let own: Vec<u64> = repository
        .flags
        .iter()
        .map(|flag| flag.segments.iter().fold(1_u64, |sum, used| sum.saturating_add(cost(used.segment.as_str()))))
        .collect();
    let edges = graph::requirements(repository);
    let flags = reaches(&edges, &graph::requirements_by_environment(repository), &own);
    for (at, reach) in too_far(&edges, &flags) {
        let flag = repository.flags[at];
        let deepest = deepest(&edges[at], &flags).map(|to| &repository.flags[to].key);
        let requirement = flag.requires.iter().find(|each| Some(&each.flag) == deepest);
        let place = requirement.map(|each| flag.requirement_place(each, "flag"));
        let place = place.unwrap_or_else(|| Place::file(flag.file.clone()));
        found.push(problem("flag", flag.key.as_str(), reach).at(place));
    }
}

/// The reach of each node; `None` where a circle is in the way. `ways` are the references that one decision follows, as
/// often as it does, for each of the ways that it can take.
fn reaches(edges: &[Vec<usize>], ways: &[Vec<Vec<usize>>], own: &[u64]) -> Vec<Option<Reach>> {
    let mut reaches: Vec<Option<Reach>> = vec![None; edges.len()];
    for at in graph::leaves_first(edges) {
        let below = |way: &[usize]| -> u64 {
            let costs = way.iter().filter_map(|to| reaches[*to]).map(|reach| reach.cost);
            costs.fold(own[at], u64::saturating_add)
        };
        let cost = ways[at].iter().map(|way| below(way)).max().unwrap_or(own[at]);
        let deepest = edges[at].iter().filter_map(|to| reaches[*to]).map(|reach| reach.depth).max();
        reaches[at] = Some(Reach { depth: deepest.map_or(1, |depth| depth.saturating_add(1)), cost });
    }
    reaches
}

/// The nodes that are the first on their chains to go too far.
fn too_far<'a>(edges: &'a [Vec<usize>], reaches: &'a [Option<Reach>]) -> impl Iterator<Item = (usize, Reach)> + 'a {
    let far = |reach: Reach| reach.depth > MAX_DEPTH || reach.cost > MAX_COST;
    reaches.iter().enumerate().filter_map(move |(at, reach)| {
        let reach = reach.filter(|reach| far(*reach))?;
        let first = !edges[at].iter().any(|to| reaches[*to].is_some_and(far));
        first.then_some((at, reach))
    })
}

fn deepest(targets: &[usize], reaches: &[Option<Reach>]) -> Option<usize> {
    targets.iter().copied().max_by_key(|to| reaches[*to].map(|reach| (reach.depth, reach.cost)))
}

fn problem(kind: &str, name: &str, reach: Reach) -> Diagnostic {
    let message = if reach.depth > MAX_DEPTH {
        format!("the {kind} `{name}` starts a chain of {} {kind}s, at most {MAX_DEPTH} are followed", reach.depth)
    } else {
        format!("the {kind} `{name}` needs {} others to be looked at, at most {MAX_COST} are", reach.cost - 1)
    };
    Diagnostic::new(&meaning::TOO_FAR, message)
        .help("shorten the chain, or repeat the conditions where they are needed")
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, in_segment, places_of_repository, requirement, rule, segment, staff};
    use crate::model::{Flag, Segment};

    fn flags(count: usize) -> Vec<Flag> {
        let flag = |at: usize| {
            let mut flag = good_flag();
            flag.key = format!("flag-{at:02}").parse().unwrap();
            flag.requires = if at == 0 { vec![] } else { vec![requirement(&format!("flag-{:02}", at - 1), "on")] };
            flag
        };
        (0..count).map(flag).collect()
    }

    #[test]
    fn a_chain_of_flags_ends_at_32() {
        assert_eq!(places_of_repository(&flags(32), &[staff()]), Vec::<String>::new());
        let expected = ["references-too-far value requires[0].flag in flag-32.yaml"];
        assert_eq!(places_of_repository(&flags(34), &[staff()]), expected, "only where it becomes too long");
    }

    #[test]
    fn segments_that_multiply_end_at_100_000_visits() {
        // Each level refers to all segments of the level below: 10 to the power of the level.
        let name = |level: usize, at: usize| format!("s-{level}-{at}");
        let below = |level: usize| match level {
            0 => vec![crate::lint::testing::equals("plan", "pro")],
            _ => (0..10).map(|at| in_segment(&name(level - 1, at))).collect(),
        };
        let level =
            |level: usize| (0..10).map(move |at| segment(&name(level, at), below(level))).collect::<Vec<Segment>>();
        let mut all: Vec<Segment> = (0..5).flat_map(level).collect();
        all.push(staff());
        let mut flag = good_flag();
        let all_of_level = (0..10).map(|at| in_segment(&name(4, at))).collect();
        flag.environments[2].rules = vec![rule("r", all_of_level, "on")];
        let found = places_of_repository(&[flag.clone()], &all);
        let far: Vec<_> = found.into_iter().filter(|text| text.starts_with("references")).collect();
        assert_eq!(far, ["references-too-far file in new-checkout.yaml"]);
        flag.environments[2].rules[0].when.pop();
        flag.environments[2].rules[0].when.pop();
        let found = places_of_repository(&[flag], &all);
        assert!(!found.iter().any(|text| text.starts_with("references")));
    }
}

//! Requirements and segments must not lead back to where they started.

use super::graph;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::meaning;
use crate::lint::Repository;
use crate::source::Place;
use std::collections::VecDeque;

/// At most so many searches per graph: hostile repositories must not take minutes.
const MAX_SEARCHES: usize = 200;

/// Circles of requirements. Those of all environments count together, as they do when flags are compiled.
pub(super) fn requirements(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    for cycle in find(&graph::requirements(repository)) {
        let steps = pairs(&cycle).map(|(from, to)| {
            let (from, to) = (repository.flags[from], repository.flags[to]);
            let requirement = from.requires.iter().find(|each| each.flag == to.key);
            let place = requirement.map(|each| from.requirement_place(each, "flag"));
            (place.unwrap_or_else(|| Place::file(from.file.clone())), format!("`{}` requires `{}`", from.key, to.key))
        });
        let message = format!("flags require each other: {}", way(&cycle, |at| repository.flags[at].key.as_str()));
        let problem = Diagnostic::new(&meaning::REQUIREMENT_CYCLE, message).help("remove one of these requirements");
        found.push(with_steps(problem, steps));
    }
}

/// Circles of segments; one that contains itself is a circle, too.
pub(super) fn segments(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    let all = &repository.segments;
    for cycle in find(&graph::segments(repository)) {
        let steps = pairs(&cycle).map(|(from, to)| {
            let (from, to) = (all[from], &all[to].name);
            let place = match from.segments.iter().find(|used| used.segment == *to) {
                Some(used) => Place::value(from.file.clone(), used.path.clone()),
                None => Place::file(from.file.clone()),
            };
            (place, format!("`{}` refers to `{to}`", from.name))
        });
        let message = match cycle.as_slice() {
            [only] => format!("the segment `{}` contains itself", all[*only].name),
            _ => format!("segments contain each other: {}", way(&cycle, |at| all[at].name.as_str())),
        };
        let problem = Diagnostic::new(&meaning::SEGMENT_CYCLE, message).help("remove one of these references");
        found.push(with_steps(problem, steps));
    }
}

/// At the first step of a circle, with the others as related places.
fn with_steps(problem: Diagnostic, steps: impl Iterator<Item = (Place, String)>) -> Diagnostic {
    steps.enumerate().fold(problem, |problem, (position, (place, words))| match position {
        0 => problem.at(place).label(words),
        _ => problem.related(place, words),
    })
}

/// Each node with the next, the last with the first.
fn pairs(cycle: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    cycle.iter().copied().zip(cycle.iter().copied().cycle().skip(1))
}

/// `a → b → a`
fn way<'a>(cycle: &[usize], name: impl Fn(usize) -> &'a str) -> String {
    let nodes = cycle.iter().chain(cycle.first());
    nodes.map(|at| format!("`{}`", name(*at))).collect::<Vec<_>>().join(" → ")
}

/// Circles of a graph: for each node that is on one, a shortest circle through it, unless one that is already found
/// contains the node. Each begins with its smallest node.
fn find(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut left = vec![true; edges.len()];
    for at in graph::leaves_first(edges) {
        left[at] = false;
    }
    let mut covered = vec![false; edges.len()];
    let mut cycles = Vec::new();
    let mut searches = 0;
    for start in (0..edges.len()).filter(|start| left[*start]) {
        if covered[start] || searches == MAX_SEARCHES {
            continue;
        }
        searches += 1;
        if let Some(mut cycle) = shortest(edges, &left, start) {
            for at in &cycle {
                covered[*at] = true;
            }
            let smallest = cycle.iter().enumerate().min_by_key(|(_, at)| **at).map_or(0, |(position, _)| position);
            cycle.rotate_left(smallest);
            cycles.push(cycle);
        }
    }
    cycles.sort();
    cycles.dedup();
    cycles
}

/// A shortest way from `start` back to it.
fn shortest(edges: &[Vec<usize>], left: &[bool], start: usize) -> Option<Vec<usize>> {
    let mut before: Vec<Option<usize>> = vec![None; edges.len()];
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for to in edges[at].iter().copied().filter(|to| left[*to]) {
            if to == start {
                let mut cycle = vec![at];
                let mut node = at;
                while let Some(previous) = before[node].filter(|_| node != start) {
                    cycle.push(previous);
                    node = previous;
                }
                cycle.reverse();
                return Some(cycle);
            }
            if before[to].is_none() {
                before[to] = Some(at);
                queue.push_back(to);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::lint::testing::{
        found_in_repository, good_flag, in_segment, places_of_repository, requirement, segment, staff,
    };
    use crate::model::Flag;

    fn flag(key: &str, requires: &[&str]) -> Flag {
        let mut flag = good_flag();
        flag.key = key.parse().unwrap();
        flag.requires = requires.iter().map(|other| requirement(other, "on")).collect();
        flag
    }

    #[test]
    fn finds_shortest_circles_once() {
        assert_eq!(find(&[vec![1], vec![2], vec![]]), Vec::<Vec<usize>>::new());
        assert_eq!(find(&[vec![0]]), [[0]]);
        assert_eq!(find(&[vec![1], vec![2, 0], vec![0]]), [vec![0, 1], vec![0, 1, 2]]);
        assert_eq!(find(&[vec![1], vec![2], vec![1]]), [[1, 2]], "the first only leads to the circle");
        assert_eq!(find(&[vec![2], vec![3], vec![0], vec![1]]), [[0, 2], [1, 3]]);
    }

    #[test]
    fn large_graphs_are_fast() {
        let size = 10_000;
        let ring: Vec<Vec<usize>> = (0..size).map(|at| vec![(at + 1) % size]).collect();
        assert_eq!(find(&ring).len(), 1);
        let dense: Vec<Vec<usize>> = (0..size).map(|at| (1..6).map(|step| (at + step * 7) % size).collect()).collect();
        assert!(!find(&dense).is_empty());
    }

    #[test]
    fn a_circle_of_requirements_shows_its_whole_way() {
        let flags = [flag("a", &["b"]), flag("b", &["d", "c"]), flag("c", &["a"]), flag("d", &[])];
        let found = found_in_repository(&flags, &[staff()]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].message, "flags require each other: `a` → `b` → `c` → `a`");
        assert_eq!(places_of_repository(&flags, &[staff()]), ["requirement-cycle value requires[0].flag in a.yaml"]);
        let related: Vec<_> = found[0].related.iter().map(|(place, words)| (&*place.file, words.as_str())).collect();
        assert_eq!(related, [("b.yaml", "`b` requires `c`"), ("c.yaml", "`c` requires `a`")]);
    }

    #[test]
    fn requirements_of_all_environments_count_together() {
        let (mut a, mut b) = (flag("a", &[]), flag("b", &[]));
        a.environments[2].requires = vec![requirement("b", "on")];
        assert!(places_of_repository(&[a.clone(), b.clone()], &[staff()]).is_empty());
        b.environments[1].requires = vec![requirement("a", "on")];
        let expected = ["requirement-cycle value environments.production.requires[0].flag in a.yaml"];
        assert_eq!(places_of_repository(&[a, b], &[staff()]), expected);
    }

    #[test]
    fn circles_of_segments_are_found() {
        let segments = [segment("a", vec![in_segment("b")]), segment("b", vec![in_segment("a")]), staff()];
        assert_eq!(places_of_repository(&[], &segments), ["segment-cycle value match[0].segment in a.yaml"]);
        let own = [segment("a", vec![in_segment("staff"), in_segment("a")]), staff()];
        let found = found_in_repository(&[], &own);
        assert_eq!(found[0].message, "the segment `a` contains itself");
        assert_eq!(places_of_repository(&[], &own)[0], "segment-cycle value match[1].segment in a.yaml");
    }
}

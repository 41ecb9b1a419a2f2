//! What refers to what, by position in the lists of the repository.

use crate::lint::Repository;

/// The flags that each flag requires, each once. A flag that requires itself is a problem of its own.
pub(super) fn requirements(repository: &Repository<'_>) -> Vec<Vec<usize>> {
    let flags = repository.flags.iter().enumerate();
    flags
        .map(|(at, flag)| {
            let targets = flag.requires.iter().filter_map(|each| repository.flag_position(each.flag.as_str()));
            distinct(targets.filter(|target| *target != at))
        })
        .collect()
}

/// The segments that each segment refers to, each once.
pub(super) fn segments(repository: &Repository<'_>) -> Vec<Vec<usize>> {
    let position = |name: &str| repository.segment_position(name);
    let used = repository.segments.iter().map(|each| &each.segments);
    used.map(|used| distinct(used.iter().filter_map(|each| position(each.segment.as_str())))).collect()
}

/// The flags that each flag requires in each environment, as often as they are required there.
pub(super) fn requirements_by_environment(repository: &Repository<'_>) -> Vec<Vec<Vec<usize>>> {
    let of = |flag: &crate::lint::FlagFacts| {
        let required = |name: &crate::model::EnvironmentName| {
            let here = flag.requires.iter().filter(|each| each.environment.as_ref().is_none_or(|other| other == name));
            here.filter_map(|each| repository.flag_position(each.flag.as_str())).collect()
        };
        flag.environments.iter().map(|environment| required(&environment.name)).collect()
    };
    repository.flags.iter().map(|flag| of(flag)).collect()
}

/// The segments that each segment refers to, as often as it does.
pub(super) fn segment_uses(repository: &Repository<'_>) -> Vec<Vec<Vec<usize>>> {
    let used = repository.segments.iter().map(|each| &each.segments);
    let positions = used.map(|used| used.iter().filter_map(|each| repository.segment_position(each.segment.as_str())));
    positions.map(|positions| vec![positions.collect()]).collect()
}

fn distinct(targets: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut targets: Vec<usize> = targets.collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// The nodes in an order in which each comes after all that it refers to. Nodes on a circle, and those that lead to one,
/// are left out.
pub(super) fn leaves_first(edges: &[Vec<usize>]) -> Vec<usize> {
    let mut backwards = vec![Vec::new(); edges.len()];
    let mut open: Vec<usize> = edges.iter().map(Vec::len).collect();
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            backwards[*to].push(from);
        }
    }
    let mut order: Vec<usize> = (0..edges.len()).filter(|at| open[*at] == 0).collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for from in &backwards[at] {
            open[*from] -= 1;
            if open[*from] == 0 {
                order.push(*from);
            }
        }
    }
    order
}

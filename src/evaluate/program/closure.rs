//! What refers to what: cycles, and references that go too far.

/// The longest chain of references between flags, or between segments.
pub const MAX_DEPTH: u32 = 32;

/// The most flags and segments that one decision may have to visit.
pub const MAX_COST: u64 = 100_000;

/// Something that refers to others of its kind.
#[derive(Debug)]
pub(super) struct Member<'c> {
    pub(super) name: &'c str,
    /// Indexes of what it refers to, as often as they are looked at, for each of the ways that one decision can take: the
    /// environments of a flag; a segment has one way.
    pub(super) needs: Vec<Vec<usize>>,
    /// How much it visits without them, or what is wrong with it.
    pub(super) own: Result<u64, String>,
}

/// How far the references of a member go.
#[derive(Debug, Clone, Copy)]
struct Reach {
    depth: u32,
    cost: u64,
}

/// What is wrong with a member: the member where the error is, and the error.
type Fault = (usize, String);

/// For each member what it costs with all that it needs, or what is wrong with it or with something that it needs.
/// `kind` is the word for a member in messages.
pub(super) fn solve(members: &[Member<'_>], kind: &str) -> Vec<Result<u64, String>> {
    let mut solver = Solver {
        members,
        kind,
        solved: members.iter().map(|_| None).collect(),
        cyclic: vec![None; members.len()],
        path: Vec::new(),
        on_path: vec![false; members.len()],
    };
    for index in 0..members.len() {
        solver.visit(index);
    }
    let results = solver.solved.into_iter().enumerate().map(|(index, solved)| match solved {
        Some(Ok(reach)) => Ok(reach.cost),
        Some(Err((root, text))) if root == index => Err(text),
        Some(Err((root, text))) => Err(format!("it needs the {kind} `{}`: {text}", members[root].name)),
        None => Err(format!("the {kind} was not looked at")),
    });
    results.collect()
}

struct Solver<'m, 'c> {
    members: &'m [Member<'c>],
    kind: &'m str,
    solved: Vec<Option<Result<Reach, Fault>>>,
    /// The text of the cycle that a member is in.
    cyclic: Vec<Option<String>>,
    /// The members on the way to the current one, each with the position of the next reference to follow.
    path: Vec<(usize, usize)>,
    on_path: Vec<bool>,
}

impl Solver<'_, '_> {
    /// Depth-first, with the path as a stack of its own: chains may be longer than the thread's stack.
    fn visit(&mut self, start: usize) {
        if self.solved[start].is_some() {
            return;
        }
        self.path.push((start, 0));
        self.on_path[start] = true;
        while let Some(&(index, next)) = self.path.last() {
            if let Some(&needed) = self.members[index].needs.iter().flatten().nth(next) {
                if let Some(last) = self.path.last_mut() {
                    last.1 += 1;
                }
                if self.on_path[needed] {
                    self.mark_cycle(needed);
                } else if self.solved[needed].is_none() {
                    self.path.push((needed, 0));
                    self.on_path[needed] = true;
                }
            } else {
                self.path.pop();
                self.on_path[index] = false;
                self.solved[index] = Some(self.conclude(index));
            }
        }
    }

    fn mark_cycle(&mut self, start: usize) {
        let from = self.path.iter().position(|(index, _)| *index == start).unwrap_or_default();
        let cycle: Vec<usize> = self.path[from..].iter().map(|(index, _)| *index).collect();
        for (position, &index) in cycle.iter().enumerate() {
            let way = cycle[position..].iter().chain(&cycle[..=position]);
            let names: Vec<&str> = way.map(|&member| self.members[member].name).take(10).collect();
            let dots = if cycle.len() >= 10 { " → …" } else { "" };
            let kind = self.kind;
            self.cyclic[index].get_or_insert_with(|| format!("the {kind} needs itself: {}{dots}", names.join(" → ")));
        }
    }

    fn conclude(&self, index: usize) -> Result<Reach, Fault> {
        let member = &self.members[index];
        let own = member.own.as_ref().map_err(|text| (index, text.clone()))?;
        if let Some(cycle) = &self.cyclic[index] {
            return Err((index, cycle.clone()));
        }
        let mut reach = Reach { depth: 1, cost: *own };
        for way in &member.needs {
            let mut cost = *own;
            for &needed in way {
                match &self.solved[needed] {
                    Some(Ok(other)) => {
                        reach.depth = reach.depth.max(other.depth + 1);
                        cost = cost.saturating_add(other.cost);
                    }
                    Some(Err(fault)) => return Err(fault.clone()),
                    None => return Err((index, format!("the {} needs itself", self.kind))),
                }
            }
            reach.cost = reach.cost.max(cost);
        }
        if reach.depth > MAX_DEPTH {
            return Err((index, format!("the {} starts a chain of more than {MAX_DEPTH}", self.kind)));
        }
        if reach.cost > MAX_COST {
            return Err((index, format!("the {} needs more than {MAX_COST} others to be looked at", self.kind)));
        }
        Ok(reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &'static str, needs: &[usize]) -> Member<'static> {
        Member { name, needs: vec![needs.to_vec()], own: Ok(1) }
    }

    #[test]
    fn only_members_that_reach_a_cycle_suffer() {
        let members = [
            member("a", &[1]),
            member("b", &[2]),
            member("c", &[1]),
            member("d", &[4]),
            member("e", &[]),
            member("f", &[5]),
        ];
        let results = solve(&members, "flag");
        assert_eq!(results[0], Err("it needs the flag `b`: the flag needs itself: b → c → b".into()));
        assert_eq!(results[1], Err("the flag needs itself: b → c → b".into()));
        assert_eq!(results[2], Err("the flag needs itself: c → b → c".into()));
        assert_eq!(results[3], Ok(2));
        assert_eq!(results[4], Ok(1));
        assert_eq!(results[5], Err("the flag needs itself: f → f".into()));
    }

    #[test]
    fn the_root_of_an_error_is_named() {
        let mut broken = member("c", &[]);
        broken.own = Err("no such variant".into());
        let results = solve(&[member("a", &[1]), member("b", &[2]), broken], "segment");
        assert_eq!(results[0], Err("it needs the segment `c`: no such variant".into()));
        assert_eq!(results[2], Err("no such variant".into()));
    }

    #[test]
    fn chains_and_fans_are_bounded() {
        let chain: Vec<_> = (0..100_000_usize)
            .map(|index| Member { name: "x", needs: vec![vec![index + 1]], own: Ok(1) })
            .chain([member("end", &[])])
            .collect();
        let results = solve(&chain, "flag");
        assert_eq!(results[chain.len() - 1], Ok(1));
        assert_eq!(results[chain.len() - 32], Ok(32));
        assert!(results[chain.len() - 33].is_err() && results[0].is_err());
        let fan: Vec<_> = (0..30_usize)
            .map(|index| Member { name: "x", needs: vec![vec![index + 1; 2]], own: Ok(1) })
            .chain([member("end", &[])])
            .collect();
        assert!(solve(&fan, "flag")[0].is_err(), "2^30 visits");
        // A decision is made in one environment: the same requirement in ten of them is one visit.
        let environments: Vec<_> = (0..30_usize)
            .map(|index| Member { name: "x", needs: vec![vec![index + 1]; 10], own: Ok(1) })
            .chain([member("end", &[])])
            .collect();
        assert_eq!(solve(&environments, "flag")[0], Ok(31));
    }
}

//! What is undone already, as the messages of commits say.

use crate::git::Commit;
use crate::project::{trailer, trailers};
use std::collections::BTreeMap;

/// Parts of a flag: some of its environments, or all but some together with what belongs to no environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Whatever is not named.
    rest: bool,
    named: BTreeMap<String, bool>,
}

impl Parts {
    /// One environment, or everything.
    #[must_use]
    pub fn of(environment: Option<&str>) -> Self {
        match environment {
            Some(name) => Self { rest: false, named: BTreeMap::from([(name.to_owned(), true)]) },
            None => Self { rest: true, named: BTreeMap::new() },
        }
    }

    /// Whether an environment is among them, or what belongs to none.
    #[must_use]
    pub fn has(&self, environment: Option<&str>) -> bool {
        environment.and_then(|name| self.named.get(name)).copied().unwrap_or(self.rest)
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.combine(other, |own, other| own && other)
    }

    fn or(&self, other: &Self) -> Self {
        self.combine(other, |own, other| own || other)
    }

    fn without(&self, other: &Self) -> Self {
        self.combine(other, |own, other| own && !other)
    }

    fn combine(&self, other: &Self, both: impl Fn(bool, bool) -> bool) -> Self {
        let names = self.named.keys().chain(other.named.keys());
        let named = names.map(|name| (name.clone(), both(self.has(Some(name)), other.has(Some(name)))));
        Self { rest: both(self.rest, other.rest), named: named.collect() }
    }
}

/// What later commits took back. Messages only choose what is undone next; what undoing it means comes from trees.
#[derive(Debug, Default)]
pub struct Undone {
    gone: BTreeMap<String, Parts>,
}

impl Undone {
    /// Notes what `commit` takes back; commits come newest first. Returns the parts of it that are left to be undone:
    /// none when it takes back others.
    ///
    /// A commit that was taken back itself takes nothing back, so that what it undid is there again.
    pub fn note(&mut self, commit: &Commit) -> Parts {
        self.take(&commit.id.to_string(), reverted(commit), part(commit))
    }

    fn take(&mut self, id: &str, reverts: Vec<String>, part: Option<&str>) -> Parts {
        let gone = self.gone.get(id).cloned().unwrap_or_default();
        if reverts.is_empty() {
            return Parts::of(None).without(&gone);
        }
        let taken = Parts::of(part).without(&gone);
        for revert in reverts {
            let gone = self.gone.entry(revert).or_default();
            *gone = gone.or(&taken);
        }
        Parts::default()
    }
}

/// The environment in which alone the commit takes others back.
fn part(commit: &Commit) -> Option<&str> {
    trailers(&commit.message, trailer::REVERTS).next()?;
    trailers(&commit.message, trailer::ENVIRONMENT).next()
}

/// The commits that a commit says it takes back: by our trailer, or as `git revert` says it.
#[must_use]
pub fn reverted(commit: &Commit) -> Vec<String> {
    let own: Vec<String> = trailers(&commit.message, trailer::REVERTS).map(str::to_owned).collect();
    if !own.is_empty() {
        return own;
    }
    let lines = commit.message.lines().skip(1);
    let id = |line: &str| {
        let id = line.strip_prefix("This reverts commit ")?.split([',', '.']).next()?;
        (matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.to_owned())
    };
    lines.filter_map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRODUCTION: Option<&str> = Some("production");
    const STAGING: Option<&str> = Some("staging");

    fn has(parts: &Parts) -> [bool; 3] {
        [parts.has(PRODUCTION), parts.has(STAGING), parts.has(None)]
    }

    fn ids(reverts: &[&str]) -> Vec<String> {
        reverts.iter().map(|&id| id.to_owned()).collect()
    }

    #[test]
    fn what_undid_a_change_and_is_undone_leaves_it_open() {
        let mut undone = Undone::default();
        assert_eq!(has(&undone.take("r", ids(&["u"]), None)), [false; 3]);
        assert_eq!(has(&undone.take("u", ids(&["c"]), None)), [false; 3]);
        assert_eq!(has(&undone.take("c", Vec::new(), None)), [true; 3]);
    }

    #[test]
    fn parts_are_undone_apart() {
        let mut undone = Undone::default();
        undone.take("r", ids(&["c"]), PRODUCTION);
        assert_eq!(has(&undone.take("c", Vec::new(), None)), [false, true, true]);
        // The undo of the whole is taken back in production, where the change is there again.
        let mut undone = Undone::default();
        undone.take("r", ids(&["u"]), PRODUCTION);
        undone.take("u", ids(&["c"]), None);
        assert_eq!(has(&undone.take("c", Vec::new(), None)), [true, false, false]);
        // In one place after the other.
        let mut undone = Undone::default();
        undone.take("r", ids(&["c"]), PRODUCTION);
        undone.take("q", ids(&["c"]), STAGING);
        assert_eq!(has(&undone.take("c", Vec::new(), None)), [false, false, true]);
    }
}

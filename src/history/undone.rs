//! What is undone already, as the messages of commits say.

use super::brought::brought_to;
use super::changes::Change;
use crate::git::{Commit, CommitId, GitError, Repository};
use crate::project::{operations, trailer, trailers};
use std::collections::BTreeMap;

/// Parts of a flag: some of its environments or of their rules, or all but some together with what belongs to no
/// environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Whatever is not named.
    rest: bool,
    /// Environments, and rules of environments.
    named: BTreeMap<(String, Option<String>), bool>,
}

impl Parts {
    /// One environment, or everything.
    #[must_use]
    pub fn of(environment: Option<&str>) -> Self {
        Self::of_rule(environment, None)
    }

    /// One rule of an environment, all of the environment, or everything.
    #[must_use]
    pub fn of_rule(environment: Option<&str>, rule: Option<&str>) -> Self {
        match environment {
            Some(name) => {
                let part = (name.to_owned(), rule.map(str::to_owned));
                Self { rest: false, named: BTreeMap::from([(part, true)]) }
            }
            None => Self { rest: true, named: BTreeMap::new() },
        }
    }

    /// Whether an environment is among them (apart from rules that are named), or what belongs to none.
    #[must_use]
    pub fn has(&self, environment: Option<&str>) -> bool {
        self.has_rule(environment, None)
    }

    /// Whether a rule of an environment is among them.
    #[must_use]
    pub fn has_rule(&self, environment: Option<&str>, rule: Option<&str>) -> bool {
        let Some(name) = environment else { return self.rest };
        let look = |rule: Option<&str>| self.named.get(&(name.to_owned(), rule.map(str::to_owned))).copied();
        look(rule).or_else(|| look(None)).unwrap_or(self.rest)
    }

    /// Whether nothing is among them.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.rest && self.named.values().all(|has| !has)
    }

    /// Whether everything is among them.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.rest && self.named.values().all(|has| *has)
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.combine(other, |own, other| own && other)
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.combine(other, |own, other| own || other)
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        self.combine(other, |own, other| own && !other)
    }

    fn combine(&self, other: &Self, both: impl Fn(bool, bool) -> bool) -> Self {
        let parts = self.named.keys().chain(other.named.keys());
        let named = parts.map(|(name, rule)| {
            let has = |parts: &Self| parts.has_rule(Some(name), rule.as_deref());
            ((name.clone(), rule.clone()), both(has(self), has(other)))
        });
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

    /// What is left of a merge, where commits that it brought were taken back one by one: nothing of what is gone of each of
    /// those that changed the flag.
    ///
    /// # Errors
    /// When Git can't read the history.
    pub fn left_of_merge(
        &self,
        repository: &Repository,
        change: &Change,
        commit: &Commit,
        left: Parts,
    ) -> Result<Parts, GitError> {
        let [first, _, ..] = commit.parents[..] else { return Ok(left) };
        if self.gone.is_empty() {
            return Ok(left);
        }
        let versions = [change.before.as_ref(), change.after.as_ref()];
        let paths = versions.into_iter().flatten().map(|version| version.path.clone()).collect();
        let brought = brought_to(repository, commit.id, first, paths)?;
        let gone = |id: &CommitId| self.gone.get(&id.to_string()).cloned().unwrap_or_default();
        match brought.iter().map(gone).reduce(|one, other| one.and(&other)) {
            Some(gone) => Ok(left.without(&gone)),
            None => Ok(left),
        }
    }

    fn take(&mut self, id: &str, reverts: Vec<String>, part: Parts) -> Parts {
        let gone = self.gone.get(id).cloned().unwrap_or_default();
        if reverts.is_empty() {
            return Parts::of(None).without(&gone);
        }
        let taken = part.without(&gone);
        for revert in reverts {
            let gone = self.gone.entry(revert).or_default();
            *gone = gone.or(&taken);
        }
        Parts::default()
    }
}

/// Where the commit takes others back: everywhere, or only in one environment or rule.
pub(super) fn part(commit: &Commit) -> Parts {
    let says = |name| trailers(&commit.message, name).next();
    let environment = says(trailer::REVERTS).and_then(|_| says(trailer::ENVIRONMENT));
    Parts::of_rule(environment, says(trailer::RULE))
}

/// The commits that a commit says it takes back: by our trailer, or as `git revert` says it. Of operations that were
/// squashed into one commit all must take something back; else the commit is a change as any other.
#[must_use]
pub fn reverted(commit: &Commit) -> Vec<String> {
    let told = operations(&commit.message);
    if told.len() > 1 {
        let of_each: Vec<Vec<String>> =
            told.iter().map(|it| it.all(trailer::REVERTS).map(str::to_owned).collect()).collect();
        let all = of_each.iter().all(|reverts| !reverts.is_empty());
        return of_each.into_iter().filter(|_| all).flatten().collect();
    }
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
        assert_eq!(has(&undone.take("r", ids(&["u"]), Parts::of(None))), [false; 3]);
        assert_eq!(has(&undone.take("u", ids(&["c"]), Parts::of(None))), [false; 3]);
        assert_eq!(has(&undone.take("c", Vec::new(), Parts::of(None))), [true; 3]);
    }

    #[test]
    fn parts_are_undone_apart() {
        let mut undone = Undone::default();
        undone.take("r", ids(&["c"]), Parts::of(PRODUCTION));
        assert_eq!(has(&undone.take("c", Vec::new(), Parts::of(None))), [false, true, true]);
        // The undo of the whole is taken back in production, where the change is there again.
        let mut undone = Undone::default();
        undone.take("r", ids(&["u"]), Parts::of(PRODUCTION));
        undone.take("u", ids(&["c"]), Parts::of(None));
        assert_eq!(has(&undone.take("c", Vec::new(), Parts::of(None))), [true, false, false]);
        // In one place after the other.
        let mut undone = Undone::default();
        undone.take("r", ids(&["c"]), Parts::of(PRODUCTION));
        undone.take("q", ids(&["c"]), Parts::of(STAGING));
        assert_eq!(has(&undone.take("c", Vec::new(), Parts::of(None))), [false, false, true]);
    }

    #[test]
    fn rules_are_undone_apart() {
        let mut undone = Undone::default();
        undone.take("r", ids(&["c"]), Parts::of_rule(PRODUCTION, Some("vip")));
        let left = undone.take("c", Vec::new(), Parts::of(None));
        assert!(!left.has_rule(PRODUCTION, Some("vip")) && left.has_rule(PRODUCTION, Some("free")));
        assert_eq!(has(&left), [true; 3]);
        let vip = left.and(&Parts::of_rule(PRODUCTION, Some("vip")));
        assert!(!vip.has_rule(PRODUCTION, Some("vip")) && !vip.has(PRODUCTION) && !vip.has(None));
    }
}

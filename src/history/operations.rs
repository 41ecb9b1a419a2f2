//! The operations of this tool, as the trailers of commits tell of them, and which of them were undone since.

use super::brought::brought;
use super::changes::{Operation, told};
use super::touch::pairs;
use super::undone::{Parts, part, reverted};
use super::walk::Walker;
use crate::git::{Commit, CommitId, GitError, Log, LogQuery, ObjectId, Repository};
use crate::model::{EnvironmentName, FlagKey, Project};
use crate::project::{Root, Told, layout, operations, trailer, trailers};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

/// Whether an operation is still in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody took it back.
    Stands,
    /// In one environment, one rule or some of its flags.
    PartlyUndone,
    /// As a whole.
    Undone,
}

impl Standing {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stands => "no",
            Self::PartlyUndone => "partly",
            Self::Undone => "yes",
        }
    }
}

/// An operation that landed.
#[derive(Debug, Clone)]
pub struct Performed {
    /// Its commit, which may hold other operations, too, when they were squashed.
    pub commit: Commit,
    /// What the commit tells of it.
    pub told: Told,
    /// Whether it was undone since.
    pub standing: Standing,
    /// The commits that took it or a part of it back, newest first.
    pub undone_by: Vec<CommitId>,
}

/// What is gone of a commit, by flag.
#[derive(Debug, Clone, Default)]
struct Gone {
    /// Of flags that are not named, and of other files.
    all: Parts,
    flags: BTreeMap<FlagKey, Parts>,
}

impl Gone {
    fn of(&self, key: Option<&FlagKey>) -> &Parts {
        key.and_then(|key| self.flags.get(key)).unwrap_or(&self.all)
    }

    fn add(&mut self, other: &Self) {
        let keys: BTreeSet<FlagKey> = self.flags.keys().chain(other.flags.keys()).cloned().collect();
        self.flags = keys.into_iter().map(|key| (key.clone(), self.of(Some(&key)).or(other.of(Some(&key))))).collect();
        self.all = self.all.or(&other.all);
    }

    /// `parts` of everything, without what is gone.
    fn left_of(&self, parts: &Parts) -> Self {
        let flags = self.flags.iter().map(|(key, gone)| (key.clone(), parts.without(gone))).collect();
        Self { all: parts.without(&self.all), flags }
    }

    /// Only these flags.
    fn only(&self, keys: &BTreeSet<FlagKey>) -> Self {
        let flags = keys.iter().map(|key| (key.clone(), self.of(Some(key)).clone())).collect();
        Self { all: Parts::default(), flags }
    }

    fn is_nothing(&self) -> bool {
        self.all.is_nothing() && self.flags.values().all(Parts::is_nothing)
    }

    fn is_everything(&self) -> bool {
        self.all.is_everything() && self.flags.values().all(Parts::is_everything)
    }
}

/// A commit that takes another one back.
#[derive(Debug, Clone)]
struct Taker {
    commit: CommitId,
    /// Whether it is about all that the other one did, or only about the flags that it changed.
    all: bool,
    keys: BTreeSet<FlagKey>,
    /// What of that was not taken back itself.
    parts: Gone,
    /// Whether it names the other one, and not a merge that brought it.
    direct: bool,
}

impl Taker {
    /// What it takes from a commit that changed these flags.
    fn takes(&self, keys: &BTreeSet<FlagKey>) -> Gone {
        // A flag that was renamed since goes back under its new key.
        let renamed = self.direct && self.keys.is_disjoint(keys) && self.keys.len() >= keys.len();
        if self.all {
            self.parts.clone()
        } else if renamed {
            Gone {
                all: self.keys.iter().fold(Parts::default(), |parts, key| parts.or(self.parts.of(Some(key)))),
                flags: BTreeMap::new(),
            }
        } else {
            self.parts.only(&self.keys)
        }
    }
}

/// The operations on a branch, newest first, each before those that it was made on, as they are asked for.
pub struct Operations<'r> {
    walker: Walker<'r>,
    project: &'r Project,
    log: Log,
    taken: HashMap<CommitId, Vec<Taker>>,
    /// Of a commit that was read already.
    ready: VecDeque<Performed>,
}

impl<'r> Operations<'r> {
    /// Those that `tip` reaches.
    ///
    /// # Errors
    /// When Git can't be started.
    pub fn new(
        root: &'r Root,
        repository: &'r Repository,
        project: &'r Project,
        tip: CommitId,
    ) -> Result<Self, GitError> {
        let walker = Walker::new(root, repository, Arc::default());
        let log = repository.log(&query(&walker, tip))?;
        Ok(Self { walker, project, log, taken: HashMap::new(), ready: VecDeque::new() })
    }

    /// Notes what the commit takes back, and gives those that take from it.
    fn note(&mut self, commit: &Commit, keys: &BTreeSet<FlagKey>) -> Result<Vec<(CommitId, Gone)>, GitError> {
        let takers = self.taken.remove(&commit.id).unwrap_or_default();
        let takes: Vec<(CommitId, Gone)> = takers.iter().map(|taker| (taker.commit, taker.takes(keys))).collect();
        let takes: Vec<_> = takes.into_iter().filter(|(_, parts)| !parts.is_nothing()).collect();
        let reverts = reverted(commit);
        // What was taken back itself takes nothing back.
        let parts = sum(&takes).left_of(&part(commit));
        if reverts.is_empty() || parts.is_nothing() {
            return Ok(takes);
        }
        let action = trailers(&commit.message, trailer::ACTION).next();
        let all = action.is_none_or(|action| action == "undo");
        for revert in reverts {
            let Some(id) = ObjectId::from_hex(revert.as_bytes()) else { continue };
            let taker = |direct| Taker { commit: commit.id, all, keys: keys.clone(), parts: parts.clone(), direct };
            self.taken.entry(id).or_default().push(taker(true));
            for id in brought(self.walker.repository, id, &commit.message)? {
                self.taken.entry(id).or_default().push(taker(false));
            }
        }
        Ok(takes)
    }

    /// The operations of a commit, newest first.
    fn read(&mut self, commit: Commit) -> Result<Vec<Performed>, GitError> {
        // What a merge brings is told of the commits that it brings.
        if commit.parents.len() > 1 {
            return Ok(Vec::new());
        }
        let pairs = pairs(self.walker.root, &commit.changes);
        let keys = pairs.into_iter().flat_map(|(before, after)| [before, after]).flatten().map(|it| it.key).collect();
        let takes = self.note(&commit, &keys)?;
        let mut told = operations(&commit.message);
        // Git itself lists what it squashes newest first; everybody else does not.
        if !commit.message.contains("Squashed commit of the following:") {
            told.reverse();
        }
        let performed =
            |told| Performed { commit: commit.clone(), told, standing: Standing::Stands, undone_by: Vec::new() };
        let mut found: Vec<Performed> = told.into_iter().map(performed).collect();
        if !takes.is_empty() {
            self.judge(&mut found, &takes);
        }
        Ok(found)
    }

    /// What became of each operation of a commit from which others take.
    fn judge(&self, found: &mut [Performed], takes: &[(CommitId, Gone)]) {
        let Some(commit) = found.first().map(|it| it.commit.clone()) else { return };
        let gone = sum(takes);
        if gone.is_everything() {
            for it in found {
                it.standing = Standing::Undone;
                it.undone_by = takes.iter().map(|(by, _)| *by).collect();
            }
            return;
        }
        let operation = told(&self.walker, self.project, commit);
        let several = found.len() > 1;
        for it in found {
            let pieces = pieces(self.walker.root, &operation, several.then_some(&it.told));
            let has = |gone: &Gone| pieces.iter().filter(|piece| piece.is_in(gone)).count();
            it.standing = match has(&gone) {
                0 => Standing::Stands,
                some if some == pieces.len() => Standing::Undone,
                _ => Standing::PartlyUndone,
            };
            it.undone_by = takes.iter().filter(|(_, gone)| has(gone) > 0).map(|(by, _)| *by).collect();
        }
    }
}

/// All commits that changed files of flags, those that were merged in too, each before its parents.
pub(super) fn query(walker: &Walker<'_>, tip: CommitId) -> LogQuery {
    let paths = vec![walker.flags()];
    LogQuery { paths, from: vec![tip], full_history: true, children_first: true, ..LogQuery::default() }
}

fn sum(takes: &[(CommitId, Gone)]) -> Gone {
    let mut gone = Gone::default();
    for (_, parts) in takes {
        gone.add(parts);
    }
    gone
}

/// A part of what a commit did.
struct Piece {
    key: Option<FlagKey>,
    environment: Option<EnvironmentName>,
    rule: Option<String>,
}

impl Piece {
    fn is_in(&self, gone: &Gone) -> bool {
        let environment = self.environment.as_ref().map(EnvironmentName::as_str);
        gone.of(self.key.as_ref()).has_rule(environment, self.rule.as_deref())
    }

    /// Whether it is of an operation that was squashed into the commit with others.
    fn is_of(&self, told: &Told) -> bool {
        let environment = told.says(trailer::ENVIRONMENT);
        let key = self.key.as_ref().is_some_and(|key| told.all(trailer::KEY).any(|told| told == key.as_str()));
        key && environment.is_none_or(|name| self.environment.as_ref().is_none_or(|own| *own == *name))
    }
}

/// What a commit did, piece by piece; only what `told` is about, where anything is.
fn pieces(root: &Root, operation: &Operation, told: Option<&Told>) -> Vec<Piece> {
    let mut all = Vec::new();
    for change in &operation.flags {
        let key = change.after.as_ref().or(change.before.as_ref()).map(|version| version.key.clone());
        all.extend(change.differences.iter().map(|it| Piece {
            key: key.clone(),
            environment: it.environment.clone(),
            rule: it.rule.clone(),
        }));
    }
    // Tests and schemas follow what they are about.
    let role = |path: &str| root.from_git(path).map(|path| layout::role(&path));
    let counts = |path: &str| matches!(role(path), Some(layout::Role::Segment(_) | layout::Role::Project));
    if operation.others.iter().any(|change| counts(&change.path)) || all.is_empty() {
        all.push(Piece { key: None, environment: None, rule: None });
    }
    match told {
        Some(told) if all.iter().any(|piece| piece.is_of(told)) => {
            all.into_iter().filter(|piece| piece.is_of(told)).collect()
        }
        _ => all,
    }
}

impl Iterator for Operations<'_> {
    type Item = Result<Performed, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(Ok(ready));
            }
            let read = self.log.next()?.and_then(|commit| self.read(commit));
            match read {
                Ok(found) => self.ready.extend(found),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

//! The operations of this tool, as the trailers of commits tell of them, and which of them were undone since.

use super::touch::pairs;
use super::undone::reverted;
use super::walk::Walker;
use crate::git::{Commit, CommitId, GitError, Log, LogQuery, Repository};
use crate::project::{Root, trailer, trailers};
use std::collections::HashMap;
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
    /// Its commit.
    pub commit: Commit,
    /// Its id.
    pub operation: String,
    /// Whether it was undone since.
    pub standing: Standing,
    /// The commits that took it or a part of it back, newest first.
    pub undone_by: Vec<CommitId>,
}

impl Performed {
    /// What a trailer of its commit says.
    #[must_use]
    pub fn says<'c>(&'c self, name: &'c str) -> Option<&'c str> {
        trailers(&self.commit.message, name).next()
    }
}

/// A commit that takes another one back.
struct Taker {
    commit: CommitId,
    /// All that the other one did.
    all: bool,
    /// Only in this environment.
    environment: Option<String>,
    /// Only a part of what the trailers name.
    part: bool,
    /// How many flags it changed.
    flags: usize,
}

/// The operations on a branch, newest first, as they are asked for.
pub struct Operations<'r> {
    root: &'r Root,
    log: Log,
    taken: HashMap<String, Vec<Taker>>,
}

impl<'r> Operations<'r> {
    /// Those that `tip` reaches.
    ///
    /// # Errors
    /// When Git can't be started.
    pub fn new(root: &'r Root, repository: &'r Repository, tip: CommitId) -> Result<Self, GitError> {
        let paths = vec![Walker::new(root, repository, Arc::default()).flags()];
        let query = LogQuery { paths, from: vec![tip], full_history: true, ..LogQuery::default() };
        Ok(Self { root, log: repository.log(&query)?, taken: HashMap::new() })
    }

    /// Notes what the commit takes back, and tells whether it is taken back itself.
    fn note(&mut self, commit: &Commit) -> (Standing, Vec<CommitId>) {
        let says = |name| trailers(&commit.message, name).next();
        let environment = says(trailer::ENVIRONMENT);
        let flags = pairs(self.root, &commit.changes).len();
        let takers = self.taken.remove(&commit.id.to_string()).unwrap_or_default();
        let covers = |it: &Taker| {
            let place = it.environment.is_none() || it.environment.as_deref() == environment;
            !it.part && place && (it.all || it.flags >= flags)
        };
        let standing = match (takers.iter().any(covers), takers.is_empty()) {
            (true, _) => Standing::Undone,
            (false, true) => Standing::Stands,
            (false, false) => Standing::PartlyUndone,
        };
        // What was taken back itself takes nothing back.
        let reverts = if standing == Standing::Undone { Vec::new() } else { reverted(commit) };
        for id in reverts {
            self.taken.entry(id).or_default().push(Taker {
                commit: commit.id,
                all: says(trailer::ACTION).is_none_or(|action| action == "undo"),
                environment: environment.map(str::to_owned).filter(|_| says(trailer::REVERTS).is_some()),
                part: standing == Standing::PartlyUndone || says(trailer::RULE).is_some(),
                flags,
            });
        }
        (standing, takers.into_iter().map(|it| it.commit).collect())
    }
}

impl Iterator for Operations<'_> {
    type Item = Result<Performed, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let commit = match self.log.next()? {
                Ok(commit) => commit,
                Err(error) => return Some(Err(error)),
            };
            let (standing, undone_by) = self.note(&commit);
            let operation = trailers(&commit.message, trailer::OPERATION).next().map(str::to_owned);
            if let Some(operation) = operation {
                return Some(Ok(Performed { commit, operation, standing, undone_by }));
            }
        }
    }
}

//! What can be undone: the changes of one flag along first parents, newest first, and what is undone already.

use super::contents::{Content, differences};
use super::touch::{FileVersion, pairs};
use super::walk::Walker;
use crate::compare::Difference;
use crate::git::{Commit, CommitId, GitError, Log, LogQuery, MergeChanges, Pace, RawChange, Repository};
use crate::model::{FlagKey, Project};
use crate::project::Root;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a commit did to a flag against its first parent.
#[derive(Debug, Clone)]
pub struct Change {
    /// The commit.
    pub commit: CommitId,
    /// How the flag was.
    pub before: Option<FileVersion>,
    /// How it became.
    pub after: Option<FileVersion>,
    /// The content before.
    pub old: Option<Arc<Content>>,
    /// The content after.
    pub new: Option<Arc<Content>>,
    /// What that means; empty for comments and formatting.
    pub differences: Vec<Difference>,
}

/// The changes of one flag along first parents, read as far as they are asked for.
pub struct Changes<'r> {
    walker: Walker<'r>,
    project: &'r Project,
    key: FlagKey,
    log: Log,
    until: Option<CommitId>,
    /// Whether the log looks at one file, or at all because it is not known yet which.
    focused: bool,
    became: Option<(FlagKey, CommitId)>,
}

impl<'r> Changes<'r> {
    /// Those of the flag `key` from `tip` on, without those that `until` reaches.
    ///
    /// # Errors
    /// When Git can't read the history.
    pub fn new(
        root: &'r Root,
        repository: &'r Repository,
        project: &'r Project,
        key: &FlagKey,
        tip: CommitId,
        until: Option<CommitId>,
    ) -> Result<Self, GitError> {
        let walker = Walker::new(root, repository, Arc::default());
        let path = walker.path_at(tip, key)?;
        let focused = path.is_some();
        let log = match path {
            Some(path) => first_parents(repository, tip, until, path, Pace::EachOfOneFile)?,
            None => first_parents(repository, tip, until, walker.flags(), Pace::Each)?,
        };
        Ok(Self { walker, project, key: key.clone(), log, until, focused, became: None })
    }

    /// The key under which the flag lives on, and the commit that gave it, when the changes end there: what was before
    /// is told of that key.
    #[must_use]
    pub const fn became(&self) -> Option<&(FlagKey, CommitId)> {
        self.became.as_ref()
    }

    /// The key that the flag had before the changes that were read so far.
    #[must_use]
    pub const fn key(&self) -> &FlagKey {
        &self.key
    }

    fn step(&mut self, commit: &Commit) -> Result<Option<Change>, GitError> {
        let pairs = pairs(self.walker.root, &commit.changes);
        let is_own = |version: &Option<FileVersion>| version.as_ref().is_some_and(|version| version.key == self.key);
        let Some((mut before, after)) = pairs.into_iter().find(|(old, new)| is_own(old) || is_own(new)) else {
            return Ok(None);
        };
        if commit.parents.is_empty() && self.walker.is_cut(commit.id)? {
            return Ok(None);
        }
        let parent = commit.parents.first().copied();
        if let (Some(old), None, Some(parent)) = (&before, &after, parent)
            && let Some(new) = self.walker.successor(parent, commit.id, old)?
            && new.key != old.key
        {
            self.became = Some((new.key, commit.id));
            return Ok(None);
        }
        if let (None, Some(new), Some(parent)) = (&before, &after, parent) {
            before = self.walker.origin(parent, commit.id, new)?;
        }
        let path = before.as_ref().map(|version| version.path.clone());
        if let (Some(path), Some(parent)) = (&path, parent) {
            let moved = after.as_ref().is_none_or(|after| after.path != *path);
            if moved || !self.focused {
                self.log =
                    first_parents(self.walker.repository, parent, self.until, path.clone(), Pace::EachOfOneFile)?;
                self.focused = true;
            }
        }
        if let Some(version) = &before {
            self.key = version.key.clone();
        }
        Ok(Some(change(&self.walker, self.project, commit.id, before, after)))
    }
}

fn change(
    walker: &Walker<'_>,
    project: &Project,
    commit: CommitId,
    before: Option<FileVersion>,
    after: Option<FileVersion>,
) -> Change {
    let (old, new) = (walker.contents.read_optional(before.as_ref()), walker.contents.read_optional(after.as_ref()));
    let state = |content: &Option<Arc<Content>>| content.as_ref().map(|content| content.state.clone());
    let differences = match after.as_ref().or(before.as_ref()) {
        Some(version) => differences(project, &version.key, state(&old).as_ref(), state(&new).as_ref()),
        None => Vec::new(),
    };
    Change { commit, before, after, old, new, differences }
}

impl Iterator for Changes<'_> {
    /// The change, and what its commit says.
    type Item = Result<(Change, Commit), GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.became.is_none() {
            let commit = match self.log.next()? {
                Ok(commit) => commit,
                Err(error) => return Some(Err(error)),
            };
            match self.step(&commit) {
                Ok(Some(change)) => return Some(Ok((change, commit))),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

fn first_parents(
    repository: &Repository,
    tip: CommitId,
    until: Option<CommitId>,
    path: String,
    pace: Pace,
) -> Result<Log, GitError> {
    repository.log(&LogQuery {
        paths: vec![path],
        pace,
        from: vec![tip],
        until: until.into_iter().collect(),
        first_parent: true,
        merges: MergeChanges::FirstParent,
        ..LogQuery::default()
    })
}

/// A commit of this tool, and every file of the flags that it changed.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The commit.
    pub commit: Commit,
    /// What it did to flags, renames joined.
    pub flags: Vec<Change>,
    /// The other files in the folder of flags.
    pub others: Vec<RawChange>,
}

/// The flag of that key in a commit, and its content.
///
/// # Errors
/// When the commit can't be read.
pub fn flag_at(
    root: &Root,
    repository: &Repository,
    commit: CommitId,
    key: &FlagKey,
) -> Result<Option<(FileVersion, Arc<Content>)>, GitError> {
    let walker = Walker::new(root, repository, Arc::default());
    let Some(path) = walker.path_at(commit, key)? else { return Ok(None) };
    let Some(entry) = repository.entry(commit, &path)? else { return Ok(None) };
    let version = FileVersion { path, key: key.clone(), id: entry.id, mode: entry.mode };
    let content = walker.contents.read(&version);
    Ok(Some((version, content)))
}

/// The key under which a flag that is gone at `tip` lives on, when a commit after `since` moved its file: with its buckets,
/// as `git flag rename` does, or as it was, as `git mv` does.
///
/// # Errors
/// When Git can't read the history.
pub fn lives_on_as(
    root: &Root,
    repository: &Repository,
    project: &Project,
    key: &FlagKey,
    since: CommitId,
    tip: CommitId,
) -> Result<Option<FlagKey>, GitError> {
    let mut seen = BTreeSet::from([key.clone()]);
    let mut key = key.clone();
    loop {
        let mut changes = Changes::new(root, repository, project, &key, tip, Some(since))?;
        if changes.focused {
            return Ok((seen.len() > 1).then_some(key));
        }
        let next = match changes.next().transpose()? {
            Some((Change { before: Some(old), after: None, .. }, commit)) => match commit.parents.first() {
                Some(parent) => changes.walker.moved(*parent, commit.id, &old)?,
                None => None,
            },
            Some(_) => None,
            None => changes.became().map(|(key, _)| key.clone()),
        };
        match next {
            Some(next) if seen.insert(next.clone()) => key = next,
            _ => return Ok(None),
        }
    }
}

/// What a commit did to the files of flags against its first parent; `None` when it did nothing to them, or when nobody
/// knows because a shallow clone ends there.
///
/// # Errors
/// When Git can't read the history.
pub fn operation_at(
    root: &Root,
    repository: &Repository,
    project: &Project,
    commit: CommitId,
) -> Result<Option<Operation>, GitError> {
    let walker = Walker::new(root, repository, Arc::default());
    let query = LogQuery {
        paths: vec![walker.flags()],
        from: vec![commit],
        first_parent: true,
        merges: MergeChanges::FirstParent,
        limit: Some(1),
        ..LogQuery::default()
    };
    let Some(found) = repository.log(&query)?.next().transpose()? else { return Ok(None) };
    if found.id != commit || found.parents.is_empty() && walker.is_cut(commit)? {
        return Ok(None);
    }
    Ok(Some(told(&walker, project, found)))
}

pub(super) fn told(walker: &Walker<'_>, project: &Project, commit: Commit) -> Operation {
    let pairs = walker.join_renames(pairs(walker.root, &commit.changes));
    let others = commit.changes.iter().filter(|change| super::touch::flag_of(walker.root, &change.path).is_none());
    let others = others.cloned().collect();
    let flags = pairs.into_iter().map(|(before, after)| change(walker, project, commit.id, before, after));
    Operation { flags: flags.collect(), others, commit }
}

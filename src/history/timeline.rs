//! The entries of one flag, or of all, newest first.

use super::commit::CommitFacts;
use super::digest::{Link, Place, chain};
use super::entry::Entry;
use super::everything::{tell_all, touches_of_all};
use super::index::{Index, Snapshot};
use super::lives::{Lived, of_flag, of_key};
use super::merges::Scope;
use super::order::Order;
use super::walk::{CATCH_UP, Walker};
use crate::git::{CommitId, GitError, Repository, Step};
use crate::model::{FlagKey, Project};
use crate::project::Root;

use std::sync::Arc;

/// What happened to a flag, or to all.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// Which flags of a key are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lives {
    /// The latest one, under whichever keys and in whichever folders it was, and those that were deleted before in the file
    /// that it was created in.
    Latest,
    /// Every one, wherever it was. That takes as long as a look at all flags.
    All,
}

/// What commits reachable from `tip` did to the flag `key`, as far as `lives` says; to all flags when there is no key.
/// `project` gives environments their order.
///
/// # Errors
/// When Git can't read the history.
pub fn timeline(
    root: &Root,
    repository: &Repository,
    project: &Project,
    key: Option<(&FlagKey, Lives)>,
    tip: CommitId,
) -> Result<Timeline, GitError> {
    let Some((key, lives)) = key else {
        let told = tell_all(root, repository, project, tip, &Entry::clone)?;
        return Ok(Timeline { entries: told.into_iter().map(|(entry, place)| placed(entry, place)).collect() });
    };
    let walker = Walker::new(root, repository, Arc::default());
    let lived = match lives {
        Lives::Latest => lived_of(&walker, project, key, tip)?,
        Lives::All => of_key(touches_of_all(&walker, project, tip)?, key, walker.path_at(tip, key)?.as_deref()),
    };
    let mut entries = Vec::with_capacity(lived.len());
    for (touch, life) in &lived {
        let commit = Arc::new(CommitFacts::read(repository, touch.commit)?);
        entries.extend(Entry::new(touch, commit, &walker.contents, project).map(|entry| (entry, *life)));
    }
    let links: Vec<Link> = entries.iter().map(|(entry, _)| Link::of(entry)).collect();
    let places = chain(links.iter().zip(entries.iter().map(|(_, life)| *life)));
    Ok(Timeline { entries: entries.into_iter().zip(places).map(|((entry, _), place)| placed(entry, place)).collect() })
}

fn placed(mut entry: Entry, place: Place) -> Entry {
    entry.previous = place.previous.map(|digest| digest.to_string());
    entry.digest = place.digest.to_string();
    entry
}

/// The touches of one flag with their lives: remembered, brought up to date, or found anew.
fn lived_of(walker: &Walker<'_>, project: &Project, key: &FlagKey, tip: CommitId) -> Result<Vec<Lived>, GitError> {
    let index = Index::of_flag(walker.repository, walker.root.prefix(), key);
    let known = index.load();
    if let Some(known) = known.as_ref().filter(|known| known.tip == tip) {
        return Ok(known.lived());
    }
    let path = walker.path_at(tip, key)?;
    let caught_up = match (known, &path) {
        (Some(known), Some(path)) => catch_up(walker, known, tip, path)?,
        _ => None,
    };
    let found = match (caught_up, path) {
        (Some(found), _) => found,
        (None, path) => match path.as_ref().map(|path| walker.follow(tip, path.clone())).transpose()?.flatten() {
            Some((steps, graph, paths)) => {
                let mut touches = walker.touches(&steps, &Scope::Paths(paths.clone()))?;
                Order::new(&graph).sort(&mut touches);
                Snapshot::of_flag(tip, paths, of_flag(touches, key, path.as_deref()))
            }
            // Only a look at everything tells where it was.
            None => {
                Snapshot::of_flag(tip, Vec::new(), of_flag(touches_of_all(walker, project, tip)?, key, path.as_deref()))
            }
        },
    };
    index.save(&found);
    Ok(found.lived())
}

/// What is remembered of a flag with the commits since; `None` when these tell of another file than it knows.
fn catch_up(walker: &Walker<'_>, known: Snapshot, tip: CommitId, path: &String) -> Result<Option<Snapshot>, GitError> {
    if !known.paths.contains(path) || !walker.is_first_parent(known.tip, tip, CATCH_UP)? {
        return Ok(None);
    }
    let scope = Scope::Paths(known.paths.clone());
    let is_elsewhere = |step: &Step| step.changes.iter().any(|change| change.old.is_none() || change.new.is_none());
    let Some(mut touches) = walker.touches_since(tip, Some(known.tip), &scope, is_elsewhere)? else { return Ok(None) };
    let life = known.lives.first().copied().unwrap_or_default();
    let lives = std::iter::repeat_n(life, touches.len()).chain(known.lives).collect();
    touches.extend(known.touches);
    Ok(Some(Snapshot { tip, touches, paths: known.paths, lives, meanings: Vec::new() }))
}

//! The entries of one flag, or of all, newest first.

use super::commit::CommitFacts;
use super::contents::{Contents, Memory};
use super::digest::chain;
use super::entry::Entry;
use super::index::{Index, Snapshot};
use super::merges::Scope;
use super::touch::Touch;
use super::walk::{Walker, of_flag};
use crate::git::{Commit, CommitId, GitError, Repository};
use crate::model::{FlagKey, Project};
use crate::project::Root;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// How many commits lie at most between what is remembered and what is asked for; beyond, it is found anew.
const CATCH_UP: usize = 5_000;
/// How many commits a thread takes at once.
const BATCH: usize = 64;

/// What happened to a flag, or to all.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// What commits reachable from `tip` did to the flag `key`, under whichever keys and in whichever folders it was; to all
/// flags when there is no key. `project` gives environments their order.
///
/// # Errors
/// When Git can't read the history.
pub fn timeline(
    root: &Root,
    repository: &Repository,
    project: &Project,
    key: Option<&FlagKey>,
    tip: CommitId,
) -> Result<Timeline, GitError> {
    let memory = Arc::new(Memory::default());
    let walker = Walker { root, repository, contents: Contents::new(repository, Arc::clone(&memory)) };
    let Some(key) = key else { return all(&walker, &memory, project, tip) };
    let touches = touches_of(&walker, key, tip)?;
    let mut entries = Vec::with_capacity(touches.len());
    for touch in &touches {
        let commit = Arc::new(CommitFacts::read(repository, touch.commit)?);
        entries.extend(Entry::new(touch, commit, &walker.contents, project));
    }
    chain(&mut entries);
    Ok(Timeline { entries })
}

/// The touches of one flag: remembered, brought up to date, or found anew.
fn touches_of(walker: &Walker<'_>, key: &FlagKey, tip: CommitId) -> Result<Vec<Touch>, GitError> {
    let index = Index::new(walker.repository, walker.root.prefix(), Some(key));
    let known = index.load();
    if let Some(known) = known.as_ref().filter(|known| known.tip == tip) {
        return Ok(known.touches.clone());
    }
    let path = walker.path_at(tip, key)?;
    let caught_up = match (known, &path) {
        (Some(known), Some(path)) => catch_up(walker, known, tip, path)?,
        _ => None,
    };
    let found = match (caught_up, path) {
        (Some(found), _) => found,
        (None, Some(path)) => {
            let (commits, scope) = walker.follow(tip, path)?;
            let mut touches = Vec::new();
            for commit in &commits {
                touches.extend(walker.touches(commit, &scope)?);
            }
            let Scope::Paths(paths) = scope else { return Ok(touches) };
            Snapshot { tip, paths, touches: of_flag(touches, key) }
        }
        // It is gone; only a look at everything tells where it was.
        (None, None) => {
            let touches = touches_of_all(walker, tip)?;
            Snapshot { tip, paths: Vec::new(), touches: of_flag(touches, key) }
        }
    };
    index.save(&found);
    Ok(found.touches)
}

/// What is remembered of a flag with the commits since; `None` when these tell of another file than it knows.
fn catch_up(walker: &Walker<'_>, known: Snapshot, tip: CommitId, path: &String) -> Result<Option<Snapshot>, GitError> {
    if !known.paths.contains(path) || !walker.is_first_parent(known.tip, tip, CATCH_UP)? {
        return Ok(None);
    }
    let scope = Scope::Paths(known.paths.clone());
    let mut touches = Vec::new();
    for commit in walker.repository.log(&walker.query(tip, Some(known.tip), &scope))? {
        touches.extend(walker.touches(&commit?, &scope)?);
    }
    if touches.iter().any(|touch| touch.before.is_none() || touch.renamed_from().is_some()) {
        return Ok(None);
    }
    touches.extend(known.touches);
    Ok(Some(Snapshot { tip, touches, paths: known.paths }))
}

fn known_of_all(walker: &Walker<'_>, index: &Index, tip: CommitId) -> Result<Option<Snapshot>, GitError> {
    let Some(known) = index.load() else { return Ok(None) };
    let fits = known.tip == tip || walker.is_first_parent(known.tip, tip, CATCH_UP)?;
    Ok(fits.then_some(known))
}

fn touches_of_all(walker: &Walker<'_>, tip: CommitId) -> Result<Vec<Touch>, GitError> {
    let index = Index::new(walker.repository, walker.root.prefix(), None);
    let known = known_of_all(walker, &index, tip)?;
    let mut touches = Vec::new();
    for commit in walker.repository.log(&walker.query(tip, known.as_ref().map(|known| known.tip), &Scope::All))? {
        touches.extend(walker.touches(&commit?, &Scope::All)?);
    }
    touches.extend(known.into_iter().flat_map(|known| known.touches));
    let snapshot = Snapshot { tip, paths: Vec::new(), touches };
    index.save(&snapshot);
    Ok(snapshot.touches)
}

/// What the threads work on.
enum Work {
    Commits(Vec<Commit>),
    Touches(Vec<Touch>),
}

type Jobs = Arc<Mutex<Receiver<(usize, Work)>>>;

/// What comes out of it: its place in the order, what the commits did, and the entries.
type Done = Result<(usize, Vec<Touch>, Vec<Entry>), GitError>;

/// All flags: Git walks in a process of its own, and threads read and compare what it finds.
fn all(walker: &Walker<'_>, memory: &Arc<Memory>, project: &Project, tip: CommitId) -> Result<Timeline, GitError> {
    let index = Index::new(walker.repository, walker.root.prefix(), None);
    let known = known_of_all(walker, &index, tip)?;
    let current = known.as_ref().is_some_and(|known| known.tip == tip);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let (work, jobs) = sync_channel::<(usize, Work)>(threads * 4);
    let jobs = Arc::new(Mutex::new(jobs));
    let directory = walker.root.directory();
    let mut done: Vec<(usize, Vec<Touch>, Vec<Entry>)> = std::thread::scope(|scope| {
        // Only the threads hold the receiving end: when all have stopped, feeding them stops too.
        let worker = |jobs: Jobs| move || run(directory, &jobs, memory, project);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker(Arc::clone(&jobs)))).collect();
        drop(jobs);
        let fed = feed(walker, known, tip, &work);
        drop(work);
        let mut done = Vec::new();
        for worker in workers {
            match worker.join() {
                Ok(results) => done.extend(results?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        fed.map(|()| done)
    })?;
    done.sort_unstable_by_key(|(position, ..)| *position);
    let mut entries = Vec::new();
    let mut touches = Vec::new();
    for (_, found, told) in done {
        touches.extend(found);
        entries.extend(told);
    }
    if !current {
        index.save(&Snapshot { tip, paths: Vec::new(), touches });
    }
    chain(&mut entries);
    Ok(Timeline { entries })
}

/// Hands out the commits that are not known, then what is.
fn feed(
    walker: &Walker<'_>,
    known: Option<Snapshot>,
    tip: CommitId,
    work: &SyncSender<(usize, Work)>,
) -> Result<(), GitError> {
    let mut position = 0;
    let mut send = |batch| {
        position += 1;
        // Threads that stopped early say why when they are joined.
        work.send((position, batch)).is_ok()
    };
    if known.as_ref().is_none_or(|known| known.tip != tip) {
        let since = known.as_ref().map(|known| known.tip);
        let mut batch = Vec::with_capacity(BATCH);
        for commit in walker.repository.log(&walker.query(tip, since, &Scope::All))? {
            batch.push(commit?);
            if batch.len() == BATCH && !send(Work::Commits(std::mem::take(&mut batch))) {
                return Ok(());
            }
        }
        if !send(Work::Commits(batch)) {
            return Ok(());
        }
    }
    let mut rest = known.map(|known| known.touches).unwrap_or_default().into_iter().peekable();
    while rest.peek().is_some() {
        if !send(Work::Touches(rest.by_ref().take(BATCH).collect())) {
            break;
        }
    }
    Ok(())
}

/// What was found at the positions of a batch.
type Found = Vec<(usize, Vec<Touch>, Vec<Entry>)>;

/// One thread, with the repository open for itself.
fn run(directory: &Path, jobs: &Jobs, memory: &Arc<Memory>, project: &Project) -> Result<Found, GitError> {
    let root = Root::discover(directory)
        .map_err(|failure| GitError::Unexpected { command: "open".into(), detail: failure.to_string() })?;
    let Some(repository) = root.repository() else { return Ok(Vec::new()) };
    let walker = Walker { root: &root, repository, contents: Contents::new(repository, Arc::clone(memory)) };
    let mut results = Vec::new();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((position, work)) = next else { return Ok(results) };
        results.push(tell(&walker, project, position, work)?);
    }
}

fn tell(walker: &Walker<'_>, project: &Project, position: usize, work: Work) -> Done {
    let touches = match work {
        Work::Touches(touches) => touches,
        Work::Commits(commits) => {
            let mut touches = Vec::new();
            for commit in &commits {
                touches.extend(walker.touches(commit, &Scope::All)?);
            }
            touches
        }
    };
    let mut entries = Vec::with_capacity(touches.len());
    let mut last: Option<Arc<CommitFacts>> = None;
    for touch in &touches {
        let commit = match last.take().filter(|last| last.id == touch.commit) {
            Some(last) => last,
            None => Arc::new(CommitFacts::read(walker.repository, touch.commit)?),
        };
        last = Some(Arc::clone(&commit));
        entries.extend(Entry::new(touch, commit, &walker.contents, project));
    }
    Ok((position, touches, entries))
}

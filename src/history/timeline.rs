//! The entries of one flag, or of all, newest first.

use super::commit::CommitFacts;
use super::contents::Memory;
use super::digest::{Link, Place, chain};
use super::entry::Entry;
use super::index::{Index, Snapshot};
use super::lives::{Lived, LivesOf, of_flag, of_key};
use super::merges::Scope;
use super::order::Order;
use super::touch::Touch;
use super::walk::Walker;
use crate::git::{CommitId, GitError, Graph, Repository, Step};
use crate::model::{FlagKey, Project};
use crate::project::Root;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// How many commits lie at most between what is remembered and what is asked for; beyond, it is found anew.
const CATCH_UP: usize = 5_000;
/// How many commits a thread takes at once: many, since Git stores what stands together as differences from each other.
const BATCH: usize = 400;

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
        Lives::Latest => lived_of(&walker, key, tip)?,
        Lives::All => of_key(touches_of_all(&walker, tip)?, key, walker.path_at(tip, key)?.as_deref()),
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
fn lived_of(walker: &Walker<'_>, key: &FlagKey, tip: CommitId) -> Result<Vec<Lived>, GitError> {
    let index = Index::new(walker.repository, walker.root.prefix(), Some(key));
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
            None => Snapshot::of_flag(tip, Vec::new(), of_flag(touches_of_all(walker, tip)?, key, path.as_deref())),
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
    let Some(mut touches) = touches_since(walker, tip, Some(known.tip), &scope, is_elsewhere)? else { return Ok(None) };
    let life = known.lives.first().copied().unwrap_or_default();
    let lives = std::iter::repeat_n(life, touches.len()).chain(known.lives).collect();
    touches.extend(known.touches);
    Ok(Some(Snapshot { tip, touches, paths: known.paths, lives }))
}

fn known_of_all(walker: &Walker<'_>, index: &Index, tip: CommitId) -> Result<Option<Snapshot>, GitError> {
    let Some(known) = index.load() else { return Ok(None) };
    let fits = known.tip == tip || walker.is_first_parent(known.tip, tip, CATCH_UP)?;
    Ok(fits.then_some(known))
}

/// What the commits that `tip` reaches and `known` does not did to the files in `scope`; `None` when one of them is such that
/// `gives_up`.
fn touches_since(
    walker: &Walker<'_>,
    tip: CommitId,
    known: Option<CommitId>,
    scope: &Scope,
    gives_up: impl Fn(&Step) -> bool,
) -> Result<Option<Vec<Touch>>, GitError> {
    let graph = Arc::new(walker.repository.graph(tip, known)?);
    let mut touches = Vec::new();
    let mut steps = walker.repository.steps(&graph, 0, &walker.paths(scope))?;
    loop {
        let some = steps.by_ref().take(BATCH).collect::<Result<Vec<_>, _>>()?;
        if some.is_empty() {
            Order::new(&graph).sort(&mut touches);
            return Ok(Some(touches));
        }
        if some.iter().any(&gives_up) {
            return Ok(None);
        }
        touches.extend(walker.touches(&some, scope)?);
    }
}

fn touches_of_all(walker: &Walker<'_>, tip: CommitId) -> Result<Vec<Touch>, GitError> {
    let index = Index::new(walker.repository, walker.root.prefix(), None);
    let known = known_of_all(walker, &index, tip)?;
    let known_tip = known.as_ref().map(|known| known.tip);
    let mut touches = touches_since(walker, tip, known_tip, &Scope::All, |_| false)?.unwrap_or_default();
    touches.extend(known.into_iter().flat_map(|known| known.touches));
    let snapshot = Snapshot { tip, paths: Vec::new(), lives: Vec::new(), touches };
    index.save(&snapshot);
    Ok(snapshot.touches)
}

/// What the threads work on.
enum Work {
    /// Commits at these positions of the graph.
    Commits(Range<usize>),
    Touches(Vec<Touch>),
}

type Jobs = Arc<Mutex<Receiver<(usize, Work)>>>;

/// What comes out of some work: its position in the order, what the commits did, and what is told of it.
struct Found<T> {
    position: usize,
    touches: Vec<Touch>,
    /// For each touch.
    told: Vec<Option<(T, Link)>>,
}

/// What `tell` makes of each entry of all flags, newest first, with its place in its chain. Git walks in a process of its
/// own while threads read, compare and tell; no entry is kept.
///
/// # Errors
/// When Git can't read the history.
pub fn tell_all<T: Send>(
    root: &Root,
    repository: &Repository,
    project: &Project,
    tip: CommitId,
    tell: &(impl Fn(&Entry) -> T + Sync),
) -> Result<Vec<(T, Place)>, GitError> {
    let memory = Arc::new(Memory::default());
    let walker = Walker::new(root, repository, Arc::clone(&memory));
    let index = Index::new(repository, root.prefix(), None);
    let known = known_of_all(&walker, &index, tip)?;
    let current = known.as_ref().is_some_and(|known| known.tip == tip);
    let remembered = known.as_ref().map_or(0, |known| known.touches.len());
    let graph = match &known {
        _ if current => Graph::default(),
        known => repository.graph(tip, known.as_ref().map(|known| known.tip))?,
    };
    let teller = Teller { directory: root.directory(), memory: &memory, project, graph: &graph, tell };
    let mut found = teller.run_all(|work| feed(graph.len(), known, work))?;
    found.sort_unstable_by_key(|found| found.position);
    let mut found: Vec<_> = found.into_iter().flat_map(|found| found.touches.into_iter().zip(found.told)).collect();
    let new = found.len() - remembered;
    Order::new(&graph).sort_by(&mut found[..new], |(touch, _)| touch.commit);
    let (touches, told): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let lives = LivesOf::new(&touches).lives;
    if !current {
        index.save(&Snapshot { tip, paths: Vec::new(), lives: Vec::new(), touches });
    }
    let told: Vec<_> = told.into_iter().zip(lives).filter_map(|(told, life)| Some((told?, life))).collect();
    let places = chain(told.iter().map(|((_, link), life)| (link, *life)));
    Ok(told.into_iter().zip(places).map(|(((told, _), _), place)| (told, place)).collect())
}

/// Hands out so many new commits, then what is known of older ones.
fn feed(commits: usize, known: Option<Snapshot>, work: &SyncSender<(usize, Work)>) {
    let new = (0..commits).step_by(BATCH).map(|start| Work::Commits(start..(start + BATCH).min(commits)));
    let mut rest = known.map(|known| known.touches).unwrap_or_default().into_iter();
    let old = std::iter::from_fn(|| {
        let some: Vec<Touch> = rest.by_ref().take(BATCH).collect();
        (!some.is_empty()).then_some(Work::Touches(some))
    });
    for batch in new.chain(old).enumerate() {
        // Threads that stopped early say why when they are joined.
        if work.send(batch).is_err() {
            return;
        }
    }
}

/// What the threads share.
struct Teller<'a, F> {
    directory: &'a Path,
    memory: &'a Arc<Memory>,
    project: &'a Project,
    /// The commits of which nothing is known.
    graph: &'a Graph,
    tell: &'a F,
}

impl<T: Send, F: Fn(&Entry) -> T + Sync> Teller<'_, F> {
    /// Works off what `feed` hands out, in no order.
    fn run_all(&self, feed: impl FnOnce(&SyncSender<(usize, Work)>)) -> Result<Vec<Found<T>>, GitError> {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
        let (work, jobs) = sync_channel::<(usize, Work)>(threads * 4);
        let jobs = Arc::new(Mutex::new(jobs));
        std::thread::scope(|scope| {
            // Only the threads hold the receiving end: when all have stopped, feeding them stops too.
            let worker = |jobs: Jobs| move || self.run(&jobs);
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker(Arc::clone(&jobs)))).collect();
            drop(jobs);
            feed(&work);
            drop(work);
            let mut done = Vec::new();
            for worker in workers {
                match worker.join() {
                    Ok(results) => done.extend(results?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(done)
        })
    }

    /// One thread, with the repository open for itself.
    fn run(&self, jobs: &Jobs) -> Result<Vec<Found<T>>, GitError> {
        let root = Root::discover(self.directory)
            .map_err(|failure| GitError::Unexpected { command: "open".into(), detail: failure.to_string() })?;
        let Some(repository) = root.repository() else { return Ok(Vec::new()) };
        let walker = Walker::new(&root, repository, Arc::clone(self.memory));
        let mut results = Vec::new();
        loop {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((position, work)) = next else { return Ok(results) };
            results.push(self.one(&walker, position, work)?);
        }
    }

    fn one(&self, walker: &Walker<'_>, position: usize, work: Work) -> Result<Found<T>, GitError> {
        let touches = match work {
            Work::Touches(touches) => touches,
            Work::Commits(range) => {
                let steps = walker.compare(|diffs| self.graph.steps(range, diffs))?;
                walker.touches(&steps, &Scope::All)?
            }
        };
        let mut told = Vec::with_capacity(touches.len());
        let mut last: Option<Arc<CommitFacts>> = None;
        for touch in &touches {
            let commit = match last.take().filter(|last| last.id == touch.commit) {
                Some(last) => last,
                None => Arc::new(CommitFacts::read(walker.repository, touch.commit)?),
            };
            last = Some(Arc::clone(&commit));
            let entry = Entry::new(touch, commit, &walker.contents, self.project);
            told.push(entry.map(|entry| ((self.tell)(&entry), Link::of(&entry))));
        }
        Ok(Found { position, touches, told })
    }
}

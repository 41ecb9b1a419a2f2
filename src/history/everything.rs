//! The entries of all flags: Git walks in processes of its own while threads read, compare and tell.

use super::commit::CommitFacts;
use super::contents::Memory;
use super::digest::{Link, Place, chain};
use super::entry::Entry;
use super::index::{Index, Snapshot};
use super::lives::LivesOf;
use super::meaning::Meaning;
use super::merges::Scope;
use super::order::Order;
use super::touch::Touch;
use super::walk::{BATCH, CATCH_UP, Walker};
use crate::git::{CommitId, GitError, Graph, Repository};
use crate::model::Project;
use crate::project::Root;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

fn known_of_all(walker: &Walker<'_>, index: &Index, tip: CommitId) -> Result<Option<Snapshot>, GitError> {
    let Some(known) = index.load() else { return Ok(None) };
    let fits = known.tip == tip || walker.is_first_parent(known.tip, tip, CATCH_UP)?;
    Ok(fits.then_some(known))
}

/// All touches, newest first.
pub(super) fn touches_of_all(walker: &Walker<'_>, project: &Project, tip: CommitId) -> Result<Vec<Touch>, GitError> {
    let index = Index::of_all(walker.repository, walker.root.prefix(), project);
    let known = known_of_all(walker, &index, tip)?;
    let known_tip = known.as_ref().map(|known| known.tip);
    let mut touches = walker.touches_since(tip, known_tip, &Scope::All, |_| false)?.unwrap_or_default();
    let mut meanings = vec![None; touches.len()];
    for (touch, meaning) in known.into_iter().flat_map(Snapshot::with_meanings) {
        touches.push(touch);
        meanings.push(meaning);
    }
    let snapshot = Snapshot { tip, paths: Vec::new(), lives: Vec::new(), touches, meanings };
    if known_tip != Some(tip) {
        index.save(&snapshot);
    }
    Ok(snapshot.touches)
}

/// What the threads work on.
enum Work {
    /// Commits at these positions of the graph.
    Commits(Range<usize>),
    /// Touches that are remembered, with the lines of their meanings.
    Touches(Vec<Remembered>),
}

/// A touch with the line of its meaning.
type Remembered = (Touch, Option<String>);

type Jobs = Arc<Mutex<Receiver<(usize, Work)>>>;

/// What comes out of some work: its position in the order, and what the commits did with what is told of it.
struct Found<T> {
    position: usize,
    touches: Vec<(Remembered, Option<(T, Link)>)>,
    /// Whether there is more to be remembered than before.
    grew: bool,
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
    let index = Index::of_all(repository, root.prefix(), project);
    let known = known_of_all(&walker, &index, tip)?;
    let current = known.as_ref().is_some_and(|known| known.tip == tip);
    let remembered = known.as_ref().map_or(0, |known| known.touches.len());
    let graph = match &known {
        _ if current => Graph::default(),
        known => repository.graph(tip, known.as_ref().map(|known| known.tip))?,
    };
    let teller = Teller { root: (root.directory(), root.prefix()), memory: &memory, project, graph: &graph, tell };
    let mut found = teller.run_all(|work| feed(graph.len(), known, work))?;
    found.sort_unstable_by_key(|found| found.position);
    let grew = !current || found.iter().any(|found| found.grew);
    let mut found: Vec<_> = found.into_iter().flat_map(|found| found.touches).collect();
    let new = found.len() - remembered;
    Order::new(&graph).sort_by(&mut found[..new], |((touch, _), _)| touch.commit);
    let (touches, told): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let (touches, meanings): (Vec<_>, Vec<_>) = touches.into_iter().unzip();
    let lives = LivesOf::new(&touches).lives;
    if grew {
        index.save(&Snapshot { tip, paths: Vec::new(), lives: Vec::new(), touches, meanings });
    }
    let told: Vec<_> = told.into_iter().zip(lives).filter_map(|(told, life)| Some((told?, life))).collect();
    let places = chain(told.iter().map(|((_, link), life)| (link, *life)));
    Ok(told.into_iter().zip(places).map(|(((told, _), _), place)| (told, place)).collect())
}

/// Hands out so many new commits, then what is known of older ones.
fn feed(commits: usize, known: Option<Snapshot>, work: &SyncSender<(usize, Work)>) {
    let new = (0..commits).step_by(BATCH).map(|start| Work::Commits(start..(start + BATCH).min(commits)));
    let mut rest = known.into_iter().flat_map(Snapshot::with_meanings);
    let old = std::iter::from_fn(|| {
        let some: Vec<_> = rest.by_ref().take(BATCH).collect();
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
    /// The folder that holds `flags/`, and its path in the repository.
    root: (&'a Path, &'a str),
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
        let root = Root::reopen(self.root.0, self.root.1)
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
        let work = match work {
            Work::Touches(touches) => touches,
            Work::Commits(range) => {
                let steps = walker.compare(|diffs| self.graph.steps(range, diffs))?;
                walker.touches(&steps, &Scope::All)?.into_iter().map(|touch| (touch, None)).collect()
            }
        };
        let (mut touches, mut grew) = (Vec::with_capacity(work.len()), false);
        let mut last: Option<Arc<CommitFacts>> = None;
        for (touch, mut line) in work {
            let commit = match last.take().filter(|last| last.id == touch.commit) {
                Some(last) => last,
                None => Arc::new(CommitFacts::read(walker.repository, touch.commit)?),
            };
            last = Some(Arc::clone(&commit));
            let known = line.as_deref().and_then(Meaning::from_line);
            let entry = Entry::with(&touch, commit, |flag, before| {
                known.unwrap_or_else(|| {
                    let meaning = Meaning::read(&touch, flag, before, &walker.contents, self.project);
                    line = meaning.line(&touch);
                    grew |= line.is_some();
                    meaning
                })
            });
            let told = entry.map(|entry| ((self.tell)(&entry), Link::of(&entry)));
            touches.push(((touch, line), told));
        }
        Ok(Found { position, touches, grew })
    }
}

//! What commits changed, by long-lived processes of `git diff-tree`: several at a time, since Git itself compares trees on
//! one core only.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::complaints::Complaints;
use super::log::{RawChange, parse_change};
use super::run::Manner;
use super::{CommitId, GitError, Graph, ObjectId, Repository};

/// A commit, and the files that differ between its first parent and it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub id: CommitId,
    /// Its parents; none for a root, or where a shallow clone ends.
    pub parents: Vec<CommitId>,
    /// Those files, by path.
    pub changes: Vec<RawChange>,
}

/// How many commits are asked about at once. The question has to fit into a pipe, so that neither side can wait for the
/// other.
const AHEAD: usize = 120;
/// How many commits that stand together one process takes: its trees are stored as differences from each other.
const PART: usize = 1000;
/// How many processes at most compare trees.
const PROCESSES: usize = 4;
/// What `git diff-tree` takes for no commit: it says it again, and all that it has held back before.
const MARK: &[u8] = b"=\n";

/// A running `git diff-tree --stdin`.
pub struct TreeDiffs {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    complaints: Complaints,
}

impl Repository {
    /// Compares trees as to these files and directories; to everything if there are none.
    ///
    /// # Errors
    /// If `git diff-tree` cannot be started.
    pub fn tree_diffs(&self, paths: &[String]) -> Result<TreeDiffs, GitError> {
        let options = ["--stdin", "-r", "-z", "--raw", "--root", "--no-renames", "--no-abbrev"];
        let git = self.git(Manner::Read, "diff-tree").whole_blocks().args(options).arg("--").args(paths);
        let (complaints, stderr) = Complaints::new("diff-tree", &self.place.directory)?;
        let mut child = git.converse(stderr)?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(questions), Some(answers)) => Ok(TreeDiffs {
                child,
                questions: Some(questions),
                answers: BufReader::with_capacity(1 << 16, answers),
                complaints,
            }),
            _ => Err(nonsense("no pipes")),
        }
    }

    /// The commits of a graph from the position `start` on with what they did to `paths`, in the order of the graph.
    ///
    /// # Errors
    /// If Git cannot be started.
    pub fn steps(&self, graph: &Arc<Graph>, start: usize, paths: &[String]) -> Result<Steps, GitError> {
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let parts = (graph.len() - start.min(graph.len())).div_ceil(PART);
        let count = parts.min(cores).min(PROCESSES);
        let (sender, found) = sync_channel(count);
        let taken = Arc::new(AtomicUsize::new(0));
        for _ in 0..count {
            let worker = Worker { diffs: self.tree_diffs(paths)?, graph: Arc::clone(graph), start };
            let (taken, sender) = (Arc::clone(&taken), sender.clone());
            thread::spawn(move || worker.run(&taken, &sender));
        }
        Ok(Steps { found, early: BTreeMap::new(), next: 0, parts, ready: Vec::new().into_iter() })
    }
}

impl TreeDiffs {
    /// For each commit the files that differ between the second one, which takes the place of its parents, and it. A commit
    /// without a second one must have no parents; its files are all new.
    ///
    /// # Errors
    /// If a commit or a tree is not here, or damaged.
    pub fn compare(&mut self, pairs: &[(CommitId, Option<CommitId>)]) -> Result<Vec<Vec<RawChange>>, GitError> {
        let mut found = Vec::with_capacity(pairs.len());
        for some in pairs.chunks(AHEAD) {
            self.ask(some)?;
            found.extend(self.answer(some)?);
        }
        Ok(found)
    }

    fn ask(&mut self, pairs: &[(CommitId, Option<CommitId>)]) -> Result<(), GitError> {
        let mut text = Vec::with_capacity(pairs.len() * 84 + MARK.len());
        for (commit, parent) in pairs {
            text.extend(commit.to_string().into_bytes());
            if let Some(parent) = parent {
                text.push(b' ');
                text.extend(parent.to_string().into_bytes());
            }
            text.push(b'\n');
        }
        text.extend(MARK);
        let sent = match &mut self.questions {
            Some(pipe) => pipe.write_all(&text).and_then(|()| pipe.flush()),
            None => Err(std::io::ErrorKind::BrokenPipe.into()),
        };
        sent.map_err(|error| self.verdict(broken(error)))
    }

    /// For each commit with changes its name, then facts and path in turns, each ended by NUL; the mark at the end.
    fn answer(&mut self, pairs: &[(CommitId, Option<CommitId>)]) -> Result<Vec<Vec<RawChange>>, GitError> {
        let mut found: Vec<Vec<RawChange>> = vec![Vec::new(); pairs.len()];
        let mut at: Option<usize> = None;
        let mut token = Vec::new();
        loop {
            let first = self.answers.fill_buf().map_err(broken)?.first().copied();
            self.token(if first == Some(MARK[0]) { b'\n' } else { 0 }, &mut token)?;
            match (first, at) {
                (Some(b'='), _) => return Ok(found),
                (Some(b':'), Some(at)) => {
                    let facts = String::from_utf8_lossy(&token).into_owned();
                    self.token(0, &mut token)?;
                    found[at].push(parse_change(&facts, String::from_utf8_lossy(&token).into_owned())?);
                }
                _ => {
                    let next = at.map_or(0, |at| at + 1);
                    let is = |pair: &(CommitId, Option<CommitId>)| ObjectId::from_hex(&token) == Some(pair.0);
                    let skipped = pairs[next..].iter().position(is);
                    at = Some(next + skipped.ok_or_else(|| nonsense(&String::from_utf8_lossy(&token)))?);
                }
            }
        }
    }

    fn token(&mut self, end: u8, token: &mut Vec<u8>) -> Result<(), GitError> {
        token.clear();
        self.answers.read_until(end, token).map_err(broken)?;
        if token.pop() == Some(end) { Ok(()) } else { Err(self.verdict(nonsense("it ended early"))) }
    }

    /// Why it came to an end, if it says; otherwise `error`. It must have ended, or be about to.
    fn verdict(&mut self, error: GitError) -> GitError {
        drop(self.questions.take());
        match self.complaints.verdict(&mut self.child) {
            Ok(()) | Err(GitError::Io { .. }) => error,
            Err(said) => said,
        }
    }
}

impl Drop for TreeDiffs {
    fn drop(&mut self) {
        // It may be in the midst of an answer that nobody wants any more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One of those that compare the trees of a graph from `start` on.
struct Worker {
    diffs: TreeDiffs,
    graph: Arc<Graph>,
    start: usize,
}

/// A part of the graph, and what is found there.
type Part = (usize, Result<Vec<Step>, GitError>);

impl Worker {
    /// Takes part by part until all are taken, or nobody wants them any more.
    fn run(mut self, taken: &AtomicUsize, found: &SyncSender<Part>) {
        loop {
            let part = taken.fetch_add(1, Ordering::Relaxed);
            let start = self.start + part * PART;
            if start >= self.graph.len() {
                return;
            }
            let steps = self.graph.steps(start..(start + PART).min(self.graph.len()), &mut self.diffs);
            let failed = steps.is_err();
            if found.send((part, steps)).is_err() || failed {
                return;
            }
        }
    }
}

impl Graph {
    /// The commits at these positions with what they changed.
    ///
    /// # Errors
    /// If a commit or a tree is not here, or damaged.
    pub fn steps(&self, range: Range<usize>, diffs: &mut TreeDiffs) -> Result<Vec<Step>, GitError> {
        let pairs: Vec<_> = range.clone().map(|at| (self.id(at), self.parents(at).first().copied())).collect();
        let step = |(at, changes)| Step { id: self.id(at), parents: self.parents(at).to_vec(), changes };
        Ok(range.zip(diffs.compare(&pairs)?).map(step).collect())
    }
}

/// Commits with what they changed, in the order of their graph.
pub struct Steps {
    found: Receiver<Part>,
    /// Parts that were ready before those in front of them.
    early: BTreeMap<usize, Result<Vec<Step>, GitError>>,
    /// The part that comes next.
    next: usize,
    /// How many parts there are; none are left after an error.
    parts: usize,
    ready: std::vec::IntoIter<Step>,
}

impl Iterator for Steps {
    type Item = Result<Step, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.as_slice().is_empty() {
            let steps = match self.early.remove(&self.next) {
                Some(steps) => steps,
                None if self.next == self.parts => return None,
                None => match self.found.recv() {
                    Ok((part, steps)) if part == self.next => steps,
                    Ok((part, steps)) => {
                        self.early.insert(part, steps);
                        continue;
                    }
                    Err(_) => Err(nonsense("it ended early")),
                },
            };
            self.next += 1;
            match steps {
                Ok(steps) => self.ready = steps.into_iter(),
                Err(error) => {
                    self.next = self.parts;
                    self.early.clear();
                    return Some(Err(error));
                }
            }
        }
        self.ready.next().map(Ok)
    }
}

fn nonsense(detail: &str) -> GitError {
    GitError::Unexpected { command: "diff-tree".to_owned(), detail: detail.to_owned() }
}

fn broken(error: std::io::Error) -> GitError {
    GitError::io("talk to", Path::new("git diff-tree"), error)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Sandbox;
    use super::*;

    /// More commits than are asked about at once, on two files in turns, and a merge of a branch.
    fn long() -> (Sandbox, CommitId) {
        let sandbox = Sandbox::new();
        let commits = PART * 2 + 30;
        let mut stream = String::new();
        for number in 0..commits {
            let name = if number % 2 == 0 { "even" } else { "d/odd" };
            stream += &format!(
                "commit refs/heads/main\ncommitter A <a@example.com> {number} +0000\ndata 1\nx\nM 644 inline {name}\ndata 4\n{number:04}\n"
            );
        }
        sandbox.import(&stream);
        sandbox.git(&["switch", "-q", "-c", "side"]);
        sandbox.write("side", "1");
        sandbox.commit_all("side");
        sandbox.git(&["switch", "-q", "main"]);
        sandbox.write("even", "main");
        sandbox.commit_all("main");
        sandbox.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
        let tip = sandbox.repository().head().unwrap().commit().unwrap();
        (sandbox, tip)
    }

    #[test]
    fn all_commits_come_in_order_with_what_they_changed() {
        let (sandbox, tip) = long();
        for repository in sandbox.both() {
            let graph = Arc::new(repository.graph(tip, None).unwrap());
            let steps: Vec<Step> = repository.steps(&graph, 0, &[]).unwrap().collect::<Result<_, _>>().unwrap();
            assert_eq!(steps.len(), PART * 2 + 33);
            assert!(steps.iter().enumerate().all(|(at, step)| step.id == graph.id(at)));
            for step in steps.iter().step_by(97) {
                let expected = repository.diff_trees(step.parents.first().copied(), step.id, "").unwrap();
                assert_eq!(step.changes, expected);
            }
            assert_eq!((steps[0].parents.len(), steps[0].changes[0].path.as_str()), (2, "side"));
            let odd: Vec<Step> =
                repository.steps(&graph, 3, &["d".to_owned()]).unwrap().collect::<Result<_, _>>().unwrap();
            assert_eq!(odd.len(), steps.len() - 3);
            assert_eq!(odd.iter().filter(|step| !step.changes.is_empty()).count(), PART + 15);
        }
    }

    #[test]
    fn other_commits_take_the_place_of_parents() {
        let (sandbox, tip) = long();
        let repository = sandbox.repository();
        let graph = Arc::new(repository.graph(tip, None).unwrap());
        let [main, side] = graph.parents(0) else { panic!("no merge") };
        let found = repository.tree_diffs(&[]).unwrap().compare(&[(*main, Some(*side)), (tip, Some(*main))]).unwrap();
        let paths = |changes: &[RawChange]| changes.iter().map(|it| it.path.clone()).collect::<Vec<_>>();
        assert_eq!([paths(&found[0]), paths(&found[1])], [vec!["even", "side"], vec!["side"]]);
    }

    #[test]
    fn what_is_not_here_is_an_error_that_says_so() {
        let (sandbox, tip) = long();
        let absent = ObjectId::from_hex(b"1234567890123456789012345678901234567890").unwrap();
        let error = sandbox.repository().tree_diffs(&[]).unwrap().compare(&[(tip, Some(absent))]).unwrap_err();
        assert!(error.to_string().contains("12345678"), "{error}");
    }
}

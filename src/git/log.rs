//! History, streamed from `git log`.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdout};

use super::complaints::Complaints;
use super::run::{Git, Manner};
use super::{CommitId, GitError, ObjectId, Repository};

mod parse;
#[cfg(test)]
mod tests;

pub use parse::{Commit, Person, RawChange};
pub(super) use parse::{parse_change, parse_raw};

/// What a merge commit shows as its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MergeChanges {
    /// All that it brought to (or took from) its first parent, merged in and merged away alike.
    #[default]
    FirstParent,
    /// Only what is in none of its parents: conflicts as they were resolved, and edits hidden in a merge.
    Combined,
    /// Nothing.
    Nothing,
}

/// How soon commits are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// Many at a time, which takes the least for all of them.
    #[default]
    Blocks,
    /// Each once the next is found.
    Each,
    /// Each as soon as it is found: the only path is a file, so that nothing comes after its change.
    EachOfOneFile,
}

/// Which commits to walk, newest first, and what to tell of them.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// Only commits that change one of these files or directories, and only those changes; empty for all.
    pub paths: Vec<String>,
    /// Where to start; empty for HEAD, which has nothing to tell before the first commit.
    pub from: Vec<CommitId>,
    /// Leave out these and all before them.
    pub until: Vec<CommitId>,
    /// Follow only the first parent of merges.
    pub first_parent: bool,
    /// Do not prune side branches that end up with the same files; without it a change that was merged away is lost.
    /// Showing changes of merges implies it, and then merges that change none of the files come with no changes.
    pub full_history: bool,
    /// Each commit before its parents, whatever their dates say; a branch that was merged in one piece behind its merge.
    pub children_first: bool,
    /// How soon commits are told.
    pub pace: Pace,
    /// What merges show.
    pub merges: MergeChanges,
    /// Only commits whose message holds this text.
    pub mentions: Option<String>,
    /// At most so many commits.
    pub limit: Option<usize>,
    /// Only commits committed at or after this (seconds since 1970).
    pub since: Option<i64>,
    /// Only commits committed at or before this (seconds since 1970).
    pub before: Option<i64>,
}

/// Commits as they come; the walk stops when this is dropped.
pub struct Log {
    child: Child,
    records: parse::Records<BufReader<ChildStdout>>,
    complaints: Complaints,
    finished: bool,
}

impl Repository {
    /// The commits that `query` asks for.
    ///
    /// # Errors
    /// If `git log` cannot be started; that it failed is an error of the last item.
    pub fn log(&self, query: &LogQuery) -> Result<Log, GitError> {
        let git = self.git(Manner::Read, "log");
        let git = if query.pace == Pace::Blocks { git.whole_blocks() } else { git };
        let mut git = git.args([
            "-z",
            "--raw",
            "--no-renames",
            "--no-abbrev",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-show-signature",
            "--no-notes",
            "--encoding=UTF-8",
            "--date=raw",
        ]);
        git = git.arg(format!("--format=tformat:{}", parse::FORMAT)).arg(match query.merges {
            MergeChanges::FirstParent => "--diff-merges=first-parent",
            MergeChanges::Combined => "--diff-merges=combined",
            MergeChanges::Nothing => "--diff-merges=off",
        });
        for (wanted, option) in [
            (query.first_parent, "--first-parent"),
            (query.full_history, "--full-history"),
            (query.children_first, "--topo-order"),
        ] {
            git = if wanted { git.arg(option) } else { git };
        }
        if let Some(text) = &query.mentions {
            git = git.arg("--fixed-strings").arg(format!("--grep={text}"));
        }
        if let Some(limit) = query.limit {
            git = git.arg(format!("--max-count={limit}"));
        }
        if let Some(since) = query.since {
            git = git.arg(format!("--since=@{} +0000", since.max(0)));
        }
        if let Some(before) = query.before {
            git = git.arg(format!("--until=@{} +0000", before.max(0)));
        }
        Log::start(with_revisions(git, query), query.pace, &self.place.directory)
    }
}

fn with_revisions(git: Git, query: &LogQuery) -> Git {
    let git = git.arg("--end-of-options").args(query.from.iter().map(ObjectId::to_string));
    git.args(query.until.iter().map(|id| format!("^{id}"))).arg("--").args(&query.paths)
}

impl Log {
    fn start(git: Git, pace: Pace, place: &Path) -> Result<Self, GitError> {
        let (complaints, stderr) = Complaints::new("log", place)?;
        let mut child = git.stream(stderr)?;
        let Some(answers) = child.stdout.take() else {
            return Err(GitError::Unexpected { command: "log".to_owned(), detail: "no pipe".to_owned() });
        };
        let records = parse::Records::new(BufReader::with_capacity(1 << 16, answers), pace == Pace::EachOfOneFile);
        Ok(Self { child, records, complaints, finished: false })
    }

    /// After the last record: whether `git log` came to a good end.
    fn verdict(&mut self) -> Result<(), GitError> {
        match self.complaints.verdict(&mut self.child) {
            Err(GitError::Failed { stderr, .. }) if stderr.contains("does not have any commits yet") => Ok(()),
            verdict => verdict,
        }
    }
}

impl Iterator for Log {
    type Item = Result<Commit, GitError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        match self.records.next_commit() {
            Ok(Some(commit)) => Some(Ok(commit)),
            Ok(None) => {
                self.finished = true;
                self.verdict().err().map(Err)
            }
            Err(error) => {
                self.finished = true;
                // Cut short, it may have said why.
                Some(Err(self.verdict().err().unwrap_or(error)))
            }
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        // Whether it had ended by itself does not matter any more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

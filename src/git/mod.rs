//! Git, without any knowledge of flags: the only room that spawns `git`.
//!
//! A [`Repository`] reads through libgit2, in process. What libgit2 refuses (SHA-256, reftable, sparse and split
//! indexes, objects that a partial clone has not fetched) is read by the `git` executable behind the same methods, and
//! the same tests run on both.
//!
//! | part | what it does |
//! | --- | --- |
//! | [`Repository`] | finds the repository and its directories; configuration, state, versions |
//! | objects, refs, index | trees, blobs, revisions and index entries, by either reader |
//! | [`Log`] | history, streamed from `git log` |
//! | [`Graph`], [`Steps`] | all commits and what they changed, compared on several cores |
//! | [`CommitRequest`] | commits our files and nothing else, moves the branch by compare-and-swap, survives a kill |
//!
//! Errors are [`GitError`] for reads and [`CommitError`] for writes; both know what helps.

mod batch;
mod commit;
mod complaints;
mod config;
mod damage;
mod discover;
mod environment;
mod error;
mod graph;
mod id;
mod index;
mod library;
mod log;
mod merge_file;
mod objects;
mod path_state;
mod refs;
mod repository;
mod run;
mod signature;
mod state;
mod steps;
mod trees;

#[cfg(test)]
mod testing;

pub use commit::{
    CommitError, CommitRequest, Committed, Dirty, FailureKind, FileChange, Judge, Left, PushError, Pushed, Recovered,
    Signing, Target, Turn, Way,
};
pub use environment::Environment;
pub use error::GitError;
pub use graph::Graph;
pub use id::{CommitId, ObjectFormat, ObjectId};
pub use index::IndexEntry;
pub use log::{Commit, Log, LogQuery, MergeChanges, Pace, Person, RawChange};
pub use merge_file::{Labels, merge_file};
pub use objects::{Entry, Source};
pub use path_state::{PathState, WorkTreeState};
pub use refs::Head;
pub use repository::{Reader, Repository};
pub use run::{MINIMUM_VERSION, git_version};
pub use signature::{Signature, Verdict};
pub use state::Operation;
pub use steps::{Step, Steps, TreeDiffs};
pub use trees::WorkTreeChange;

//! Which two states are compared, and which files may differ.

use super::Args;
use crate::commands::arguments;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitError, CommitId, Head, ObjectId, Repository, Source};
use crate::model::FlagKey;
use crate::project::layout::FLAGS;
use crate::project::{Root, View};
use crate::source::FilePath;
use std::collections::{BTreeMap, BTreeSet};

/// A state of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Before the first commit.
    Nothing,
    Commit(CommitId),
    Index,
    WorkTree,
}

impl State {
    pub(super) fn name(self) -> String {
        match self {
            Self::Nothing => "nothing".into(),
            Self::Commit(commit) => commit.to_string(),
            Self::Index => "index".into(),
            Self::WorkTree => "work tree".into(),
        }
    }

    fn source(self) -> Option<Source> {
        match self {
            Self::Commit(commit) => Some(Source::Commit(commit)),
            Self::Index => Some(Source::Index),
            Self::Nothing | Self::WorkTree => None,
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) old: State,
    pub(super) new: State,
}

impl Range {
    /// Revisions come first; the first word that is none begins the keys.
    pub(super) fn parse(root: &Root, repository: &Repository, args: &Args) -> Result<(Self, Vec<FlagKey>)> {
        let mut words = args.what.iter().map(String::as_str).peekable();
        let mut revisions: Vec<State> = Vec::new();
        let mut closed = false;
        while let Some(word) = words.peek().filter(|_| revisions.len() < 2) {
            if let Some((old, new)) = range(repository, word)? {
                revisions.extend([State::Commit(old), State::Commit(new)]);
                closed = true;
            } else if let (Ok(commit), false) = (repository.resolve(word), closed) {
                if FlagKey::new(word).is_ok_and(|key| {
                    root.keys(View::default_for(Some(repository))).is_ok_and(|keys| keys.contains(&key))
                }) {
                    return Err(Failure::new(&change::BAD_ARGUMENT, format!("`{word}` is both a revision and a flag"))
                        .help(format!("for the revision write `{word}^0`, for the flag `git flag diff HEAD^0.. {word}` or another range before it")));
                }
                revisions.push(State::Commit(commit));
            } else {
                break;
            }
            words.next();
        }
        let key = |word: &str| {
            // What can't be a key was meant as a revision, and so was the whole id of a commit.
            let is_key = FlagKey::new(word).is_ok() && ObjectId::from_hex(word.as_bytes()).is_none();
            if let (false, Err(unknown)) = (is_key, repository.resolve(word)) {
                return Err(unknown.into());
            }
            arguments::key(word)
        };
        let keys = words.map(key).collect::<Result<Vec<_>>>()?;
        let head = match repository.head()? {
            Head::Unborn { .. } => State::Nothing,
            head => head.commit().map_or(State::Nothing, State::Commit),
        };
        let old = revisions.first().copied().unwrap_or(head);
        let new = match revisions.get(1) {
            Some(_) if args.staged => {
                return Err(Failure::new(&change::BAD_ARGUMENT, "`--staged` compares with one revision, not two"));
            }
            Some(new) => *new,
            None if args.staged => State::Index,
            None if repository.is_bare() => head,
            None => State::WorkTree,
        };
        Ok((Self { old, new }, keys))
    }

    /// The files that may differ, relative to the root.
    pub(super) fn changed(self, root: &Root, repository: &Repository) -> Result<Vec<Changed>> {
        let prefix = format!("{}{FLAGS}", root.prefix());
        if [self.old, self.new].contains(&State::Index) {
            let paths = repository.unmerged(&prefix)?;
            if !paths.is_empty() {
                return Err(CommitError::Unmerged { paths }.into());
            }
        }
        let own = |path: &str, old: At, new: At| root.from_git(path).map(|path| Changed { path, old, new });
        let found = match (self.old, self.new) {
            (State::Commit(old), State::Commit(new)) => {
                let changes = repository.diff_trees(Some(old), new, &prefix)?;
                let at = |id: Option<ObjectId>, mode: u32| id.map_or(At::Nowhere, |id| At::object(id, mode));
                changes
                    .iter()
                    .filter_map(|it| own(&it.path, at(it.old, it.old_mode), at(it.new, it.new_mode)))
                    .collect()
            }
            (State::Commit(old), State::WorkTree) => {
                let changes = repository.changed_in_work_tree(old, &prefix)?;
                let at = |old: Option<(ObjectId, u32)>| old.map_or(At::Nowhere, |(id, mode)| At::object(id, mode));
                changes.iter().filter_map(|it| own(&it.path, at(it.old), At::WorkTree)).collect()
            }
            (_, State::WorkTree) => {
                let files = root.files(View::WorkTree)?.list()?;
                files.into_iter().map(|it| Changed { path: it.path, old: At::Nowhere, new: At::WorkTree }).collect()
            }
            (old, new) => {
                let list = |state: State| -> Result<BTreeMap<String, At>> {
                    let Some(source) = state.source() else { return Ok(BTreeMap::new()) };
                    let entries = repository.list(source, &prefix)?;
                    Ok(entries.into_iter().map(|it| (it.path, At::object(it.id, it.mode))).collect())
                };
                let (old, new) = (list(old)?, list(new)?);
                let at = |side: &BTreeMap<String, At>, path: &str| side.get(path).copied().unwrap_or(At::Nowhere);
                let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                let differing = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
                differing.filter_map(|path| own(path, at(&old, path), at(&new, path))).collect()
            }
        };
        Ok(found)
    }
}

/// A file that may differ.
pub(super) struct Changed {
    pub(super) path: FilePath,
    pub(super) old: At,
    pub(super) new: At,
}

/// Where the content of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// There is no such file.
    Nowhere,
    /// In Git.
    Object(ObjectId),
    /// In Git, but no plain file: a link, or executable.
    NotPlain,
    /// On disk, if at all.
    WorkTree,
}

impl At {
    /// What is there; a submodule or folder is no file.
    fn object(id: ObjectId, mode: u32) -> Self {
        match mode & 0o170_000 {
            0o100_000 if mode & 0o111 == 0 => Self::Object(id),
            0o100_000 | 0o120_000 => Self::NotPlain,
            _ => Self::Nowhere,
        }
    }
}

/// `A..B` and `A...B`; an end that is left out is HEAD.
fn range(repository: &Repository, word: &str) -> Result<Option<(CommitId, CommitId)>> {
    let (old, new, parted) = match (word.split_once("..."), word.split_once("..")) {
        (Some((old, new)), _) => (old, new, true),
        (None, Some((old, new))) => (old, new, false),
        (None, None) => return Ok(None),
    };
    let end = |name: &str| repository.resolve(if name.is_empty() { "HEAD" } else { name });
    let (old, new) = (end(old)?, end(new)?);
    if !parted {
        return Ok(Some((old, new)));
    }
    match repository.merge_base(old, new)? {
        Some(base) => Ok(Some((base, new))),
        None => Err(Failure::new(&change::BAD_ARGUMENT, format!("the histories of `{word}` have nothing in common"))
            .help("in a shallow clone, `git fetch --unshallow` gets what is missing; `A..B` compares without it")),
    }
}

/// The commits that the arguments may name, the newest first, and HEAD: one of them tells where the flags are.
pub(super) fn named(repository: &Repository, args: &Args) -> Result<Vec<CommitId>> {
    let mut commits = Vec::new();
    for word in &args.what {
        match range(repository, word)? {
            Some((old, new)) => commits.extend([new, old]),
            None => commits.extend(repository.resolve(word).ok()),
        }
    }
    commits.extend(repository.head()?.commit());
    Ok(commits)
}

impl Range {
    /// Whether a flag of that key is on either side.
    pub(super) fn knows(self, root: &Root, key: &FlagKey) -> Result<bool> {
        for state in [self.old, self.new] {
            let view = match state {
                State::Nothing => continue,
                State::Commit(commit) => View::Commit(commit),
                State::Index => View::Index,
                State::WorkTree => View::WorkTree,
            };
            if !root.files(view)?.find_flags(key.as_str())?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

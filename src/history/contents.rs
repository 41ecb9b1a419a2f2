//! What the files of flags mean at some point of the history.

use super::touch::FileVersion;
use crate::compare::{self, Difference};
use crate::git::{ObjectId, Repository};
use crate::model::{Broken, Catalog, EnvironmentName, Flag, FlagKey, Project};
use crate::project::read_flag;
use crate::source::FilePath;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// What a file means.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It reads.
    Readable(Box<Flag>),
    /// It does not, and this is the first error.
    Broken(String),
}

/// A file's content, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// SHA-256 of the bytes in hexadecimal; `None` when they are not in this clone.
    pub sha256: Option<String>,
    /// What it means.
    pub state: State,
}

impl Content {
    /// The flag, when it reads.
    #[must_use]
    pub fn flag(&self) -> Option<&Flag> {
        match &self.state {
            State::Readable(flag) => Some(flag),
            State::Broken(_) => None,
        }
    }
}

/// The last few contents of each flag, by object. Threads share it.
pub(super) type Memory = Mutex<HashMap<FlagKey, VecDeque<(ObjectId, Arc<Content>)>>>;

/// Reads contents, and remembers the last few of each flag: what one commit found is what the one before it left.
pub(super) struct Contents<'r> {
    repository: &'r Repository,
    memory: Arc<Memory>,
}

/// How many contents of a flag are remembered: those around a merge.
const REMEMBERED: usize = 4;

impl<'r> Contents<'r> {
    /// Reads with this memory.
    #[must_use]
    pub(super) fn new(repository: &'r Repository, memory: Arc<Memory>) -> Self {
        Self { repository, memory }
    }

    /// The content of a version. One that is not in this clone is broken for that reason.
    #[must_use]
    pub(super) fn read(&self, version: &FileVersion) -> Arc<Content> {
        if !version.is_plain() {
            return Arc::new(Content { sha256: None, state: State::Broken("it is not a plain file (F223)".into()) });
        }
        // A thread that panicked elsewhere leaves a memory that is merely incomplete.
        let lock = || self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let known =
            |key| lock().get(key)?.iter().find(|(id, _)| *id == version.id).map(|(_, content)| Arc::clone(content));
        if let Some(content) = known(&version.key) {
            return content;
        }
        let content = Arc::new(read(self.repository, version));
        let mut memory = lock();
        let contents = memory.entry(version.key.clone()).or_default();
        if contents.len() == REMEMBERED {
            contents.pop_front();
        }
        contents.push_back((version.id, Arc::clone(&content)));
        content
    }

    /// The content of a version that may not be there.
    #[must_use]
    pub(super) fn read_optional(&self, version: Option<&FileVersion>) -> Option<Arc<Content>> {
        version.map(|version| self.read(version))
    }
}

fn read(repository: &Repository, version: &FileVersion) -> Content {
    match repository.read(version.id) {
        Ok(bytes) => decode(&version.path, &version.key, bytes),
        Err(error) => Content { sha256: None, state: State::Broken(error.to_string()) },
    }
}

fn decode(path: &str, key: &FlagKey, bytes: Vec<u8>) -> Content {
    let sha256 = Some(hexadecimal(&Sha256::digest(&bytes)));
    let path: FilePath = path.into();
    let read = read_flag(&path, key, bytes);
    let state = match read.value {
        Some(flag) => State::Readable(Box::new(flag)),
        None => {
            let error = read.problems.iter().find(|problem| problem.is_error());
            State::Broken(error.map_or_else(String::new, |error| format!("{} ({})", error.message, error.code.id)))
        }
    };
    Content { sha256, state }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What differs in meaning between two states of a flag, its environments in the order of `project`.
pub(super) fn differences(
    project: &Project,
    key: &FlagKey,
    before: Option<&State>,
    after: Option<&State>,
) -> Vec<Difference> {
    let order: Vec<EnvironmentName> = project.environments.iter().map(|environment| environment.name.clone()).collect();
    match (before, after) {
        (None, None) => Vec::new(),
        (Some(State::Readable(before)), None) => compare::compare_flags_in(&order, Some(before), None),
        (None, Some(State::Readable(after))) => compare::compare_flags_in(&order, None, Some(after)),
        (Some(State::Readable(before)), Some(State::Readable(after))) => {
            compare::compare_flags_in(&order, Some(before), Some(after))
        }
        (before, after) => compare::compare(&lone(project, key, before), &lone(project, key, after)),
    }
}

/// A catalog of one flag.
fn lone(project: &Project, key: &FlagKey, state: Option<&State>) -> Catalog {
    let mut catalog = Catalog::new(project.clone());
    match state {
        Some(State::Readable(flag)) => {
            // Broken on the other side, it can't be recognised under another key.
            let mut flag = (**flag).clone();
            flag.key = key.clone();
            catalog.flags.insert(key.clone(), flag);
        }
        Some(State::Broken(error)) => {
            catalog.broken_flags.insert(key.clone(), Broken { error: error.clone(), default: None });
        }
        None => {}
    }
    catalog
}

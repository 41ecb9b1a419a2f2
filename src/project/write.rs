//! Carrying a plan out: a commit of exactly our files, replayed when the branch moves.

use super::files::Files;
use super::plain;
use super::plan::Plan;
use super::root::{Root, View};
use super::{trailer, trailers, verdict};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitError, CommitId, CommitRequest, FileChange, LogQuery, PushError, Repository, Target, Turn};
use crate::model::Durability;
use crate::source::FilePath;
use std::hash::{BuildHasher, Hasher};

/// How often an intent is replayed on a branch that keeps moving.
const ATTEMPTS: usize = 16;

/// How often an intent is replayed on a remote that keeps moving.
const REPLAYS: usize = 8;

/// How a change is written.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// Only into the work tree.
    pub no_commit: bool,
    /// To this branch instead of the current one.
    pub branch: Option<String>,
    /// Push afterwards.
    pub push: bool,
    /// Leave out the hooks `pre-commit` and `commit-msg`.
    pub no_verify: bool,
    /// Report success only when the disk has it; also where the project says so.
    pub durable: bool,
}

impl WriteOptions {
    fn target(&self) -> Target {
        self.branch.clone().map_or(Target::CurrentBranch, Target::Branch)
    }
}

/// What an intent is based on.
#[derive(Debug, Clone, Copy)]
enum Base {
    WorkTree,
    Commit(Option<CommitId>),
}

/// What an intent wants with its plan.
pub enum Attempt {
    /// Nothing is written.
    Show(Plan),
    /// It is committed.
    Commit(Plan),
}

/// What a command makes of files.
type Intent<'i> = dyn FnMut(&Files<'_>) -> Result<Attempt> + 'i;

/// What became of a plan.
pub struct Done {
    /// The plan, as carried out.
    pub plan: Plan,
    /// The commit; `None` when nothing was committed.
    pub commit: Option<CommitId>,
    /// The full name of its branch, and its parent.
    pub place: Option<(String, Option<CommitId>)>,
    /// Whether the branch was begun for it.
    pub began_branch: bool,
    /// Whether it was pushed.
    pub pushed: bool,
    /// What went wrong afterwards without taking the change back.
    pub warnings: Vec<String>,
}

impl Done {
    /// Nothing was committed.
    const fn nothing(plan: Plan) -> Self {
        Self { plan, commit: None, place: None, began_branch: false, pushed: false, warnings: Vec::new() }
    }
}

impl Root {
    /// Finishes or discards what a killed process left behind.
    ///
    /// # Errors
    /// When that can't be done.
    pub fn recover(&self) -> Result<()> {
        if let Some(repository) = self.repository().filter(|repository| !repository.is_bare()) {
            repository.recover()?;
        }
        Ok(())
    }

    /// Runs an intent on the files that it is based on, and commits what it wants. When the branch moves in between, the
    /// intent runs again on the new state; also when somebody else pushed first.
    ///
    /// # Errors
    /// What the intent says, or why Git could not commit.
    pub fn write(&self, options: &WriteOptions, mut intent: impl FnMut(&Files<'_>) -> Result<Attempt>) -> Result<Done> {
        let done = self.write_here(options, &mut intent)?;
        if options.push && done.commit.is_some() { self.push_replaying(options, done, &mut intent) } else { Ok(done) }
    }

    fn write_here(&self, options: &WriteOptions, intent: &mut Intent<'_>) -> Result<Done> {
        // The first try waits for nobody, as somebody may have to be asked. Who was too slow once gets a turn.
        let mut turn = None;
        for attempt in 0..ATTEMPTS {
            let base = self.base(options)?;
            let files = self.base_files(base)?;
            let plan = match intent(&files)? {
                Attempt::Show(plan) => return Ok(Done::nothing(plan)),
                Attempt::Commit(plan) => plan,
            };
            let asked = [&plan.before, &plan.after].map(|side| side.project.durability);
            let durable = options.durable || asked.contains(&Durability::Full);
            if let Some(repository) = self.repository().filter(|_| durable) {
                repository.be_durable();
            }
            let result = match base {
                Base::WorkTree => self.write_files(plan, durable).map(Some),
                Base::Commit(commit) => self.commit(options, commit, plan, turn.take()),
            };
            if let Some(done) = result? {
                return Ok(done);
            }
            // Someone else was faster; let them finish before the next try.
            std::thread::sleep(std::time::Duration::from_millis(jitter(attempt)));
            turn = self.repository().map(Repository::turn).transpose()?;
        }
        Err(Failure::new(
            &repository::CONTENDED,
            format!("the branch moved {ATTEMPTS} times while the commit was being made"),
        )
        .help("run the command again"))
    }

    /// What an intent is based on: the newest commit of the branch that it goes to, or the work tree.
    fn base(&self, options: &WriteOptions) -> Result<Base> {
        match self.repository().filter(|_| !options.no_commit) {
            Some(repository) => Ok(Base::Commit(repository.base_of(&options.target())?)),
            None => Ok(Base::WorkTree),
        }
    }

    /// The files that a change with these options is computed on.
    ///
    /// # Errors
    /// When nothing can be written there, or Git can't list the files.
    pub fn files_to_change(&self, options: &WriteOptions) -> Result<Files<'_>> {
        self.base_files(self.base(options)?)
    }

    fn base_files(&self, base: Base) -> Result<Files<'_>> {
        match base {
            Base::WorkTree => self.files(View::WorkTree),
            Base::Commit(Some(commit)) => self.files(View::Commit(commit)),
            Base::Commit(None) => Ok(Files::objects(self.git()?, [])),
        }
    }

    fn changes(&self, plan: &Plan) -> Vec<FileChange> {
        let bytes = |text: &Option<String>| text.clone().map(String::into_bytes);
        plan.edits
            .iter()
            .map(|edit| FileChange {
                path: self.shown(&edit.path).to_string(),
                old: bytes(&edit.before),
                new: bytes(&edit.after),
            })
            .collect()
    }

    fn write_files(&self, plan: Plan, durable: bool) -> Result<Done> {
        match self.repository().filter(|repository| !repository.is_bare()) {
            Some(repository) => repository.write_files_only(&self.changes(&plan))?,
            None => plain::write(self.directory(), &plan.edits, durable)?,
        }
        Ok(Done::nothing(plan))
    }

    /// `None` when the branch moved.
    fn commit(
        &self,
        options: &WriteOptions,
        base: Option<CommitId>,
        plan: Plan,
        turn: Option<Turn>,
    ) -> Result<Option<Done>> {
        let repository = self.git()?;
        let request = CommitRequest {
            base,
            files: self.changes(&plan),
            message: plan.message.to_string(),
            target: options.target(),
            operation: plan.message.operation.clone(),
            skip_checks: options.no_verify,
            ..CommitRequest::default()
        };
        let judge = &mut |files: &[(String, Option<Vec<u8>>)]| self.judge(&plan, files);
        let turn = turn.map_or_else(|| repository.turn(), Ok)?;
        let committed = match repository.commit_in(turn, &request, judge) {
            Ok(committed) => committed,
            Err(CommitError::Moved { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(Done {
            plan,
            commit: Some(committed.id),
            place: Some((committed.branch, committed.parent)),
            began_branch: committed.began_branch,
            pushed: false,
            warnings: committed.notes,
        }))
    }

    /// Pushes what was committed. When somebody else pushed first, the branch goes back to what they have, and the intent
    /// runs again there: a few times, and never by force.
    fn push_replaying(&self, options: &WriteOptions, mut done: Done, intent: &mut Intent<'_>) -> Result<Done> {
        let repository = self.git()?;
        for attempt in 0..=REPLAYS {
            let (Some(commit), Some((branch, parent))) = (done.commit, done.place.clone()) else { return Ok(done) };
            let Err(error) = repository.push(None, &branch) else {
                done.pushed = true;
                return Ok(done);
            };
            let failed = |error| push_failed(format!("committed {}, but the push failed", commit.short()), &error);
            if attempt == REPLAYS || !matches!(error, PushError::Behind { .. }) {
                return Err(failed(error));
            }
            std::thread::sleep(std::time::Duration::from_millis(jitter(attempt)));
            let theirs = repository.fetch_pushed(&branch).map_err(failed)?;
            // Other commits that only this clone has are the user's to rebase.
            let alone = parent.map(|parent| repository.is_ancestor(parent, theirs)).transpose()?.unwrap_or(false);
            // What can't be done there is known before anything moves.
            let impossible = |failure: Box<Failure>| {
                let words = format!("committed {}, but not pushed", commit.short());
                Failure::new(
                    &repository::PUSH_FAILED,
                    format!("{words}: on what was pushed meanwhile it can't be done: {failure}"),
                )
                .help("`git flag undo` takes it back here; `git pull --rebase` brings both together")
            };
            intent(&self.files(View::Commit(theirs))?).map_err(impossible)?;
            if !alone || !repository.give_way(&branch, commit, theirs)? {
                return Err(failed(error));
            }
            let warnings = std::mem::take(&mut done.warnings);
            done = self.write_here(options, intent)?;
            done.warnings.splice(0..0, warnings);
            done.warnings.push(format!("somebody else had pushed first: done again on {}", theirs.short()));
        }
        Ok(done)
    }

    /// Pushes the branch that changes with these options go to. `false` when that branch is yet to begin, so that there is
    /// nothing to push.
    ///
    /// # Errors
    /// What Git says.
    pub fn push(&self, options: &WriteOptions) -> Result<bool> {
        let repository = self.git()?;
        let named = options.branch.as_ref().map(|name| format!("refs/heads/{name}"));
        let Some(branch) = named.or(repository.head()?.branch().map(str::to_owned)) else { return Ok(false) };
        if repository.ref_commit(&branch)?.is_none() {
            return Ok(false);
        }
        repository.push(None, &branch).map_err(|error| push_failed("the push failed".to_owned(), &error))?;
        Ok(true)
    }

    /// Refuses a change that is to be pushed where nothing may use the network, before it is committed.
    ///
    /// # Errors
    /// When it is so.
    pub fn may_push(&self, options: &WriteOptions) -> Result<()> {
        match self.repository().filter(|_| options.push) {
            Some(repository) => {
                repository.may_push().map_err(|error| push_failed("nothing was changed".to_owned(), &error))
            }
            None => Ok(()),
        }
    }

    /// Refuses where a change of this file could not be committed because of what the user has done to it.
    ///
    /// # Errors
    /// Why not.
    pub fn refuse_if_dirty(&self, options: &WriteOptions, path: &FilePath) -> Result<()> {
        if let Base::Commit(_) = self.base(options)? {
            self.git()?.refuse_if_dirty(&options.target(), &[&*self.shown(path)])?;
        }
        Ok(())
    }

    /// What hooks made of our files must still mean what was planned.
    fn judge(&self, plan: &Plan, files: &[(String, Option<Vec<u8>>)]) -> std::result::Result<(), String> {
        for edit in &plan.edits {
            let shown = self.shown(&edit.path);
            let Some((_, now)) = files.iter().find(|(path, _)| *path == *shown) else { continue };
            verdict::of(&edit.path, edit.after.as_deref(), now.as_deref())
                .map_err(|reason| format!("`{shown}` {reason}"))?;
        }
        Ok(())
    }
}

fn push_failed(words: String, error: &PushError) -> Box<Failure> {
    let failure = Failure::new(&repository::PUSH_FAILED, format!("{words}: {error}"));
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// An operation that was carried out before, by the trailers of its commit.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its commit.
    pub commit: CommitId,
    /// What it was about.
    pub subject: String,
    /// What it did.
    pub action: String,
    /// Where, when it was one environment.
    pub environment: Option<String>,
}

/// The operation of that id on the branch (the current one when `None`, or when the branch is yet to begin there).
///
/// # Errors
/// When the history can't be read.
pub fn find_operation(repository: &Repository, id: &str, branch: Option<&str>) -> Result<Option<Operation>> {
    let named = branch.and_then(|branch| repository.resolve(&format!("refs/heads/{branch}")).ok());
    let start = match named {
        Some(commit) => Some(commit),
        None => repository.head()?.commit(),
    };
    let Some(start) = start else { return Ok(None) };
    let mentions = Some(format!("{}: {id}", trailer::OPERATION));
    for commit in repository.log(&LogQuery { from: vec![start], mentions, ..LogQuery::default() })? {
        let commit = commit?;
        if trailers(&commit.message, trailer::OPERATION).any(|found| found == id) {
            let value = |name| trailers(&commit.message, name).next().map(str::to_owned);
            let (subject, action) = (value(trailer::KEY), value(trailer::ACTION));
            let environment = value(trailer::ENVIRONMENT);
            return Ok(Some(Operation {
                commit: commit.id,
                subject: subject.unwrap_or_default(),
                action: action.unwrap_or_default(),
                environment,
            }));
        }
    }
    Ok(None)
}

/// A new operation id: 16 hexadecimal digits that nobody else has.
#[must_use]
pub fn new_operation_id() -> String {
    // The standard library seeds its hasher from the system's random numbers, anew for each thread and counted up for each call.
    let random = || std::collections::hash_map::RandomState::new().build_hasher();
    let mut hasher = random();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish() ^ random().finish().rotate_left(17))
}

fn jitter(attempt: usize) -> u64 {
    let spread = u64::from_str_radix(&new_operation_id()[..4], 16).unwrap_or(0);
    5 + spread % (10 << attempt.min(5))
}

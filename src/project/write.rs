//! Carrying a plan out: a commit of exactly our files, replayed when the branch moves.

use super::files::Files;
use super::load::load_project;
use super::plain;
use super::plan::Plan;
use super::root::{Root, View};
use super::{layout, operations, trailer, verdict};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use crate::git::{
    CommitError, CommitId, CommitRequest, FileChange, LogQuery, MergeChanges, PushError, Pushed, Repository, Target,
    Turn, Way,
};
use crate::model::{Durability, Project};
use crate::source::FilePath;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

/// How often an intent is replayed on a branch that keeps moving.
const ATTEMPTS: usize = 16;

/// How often an intent is replayed on a remote that keeps moving.
const REPLAYS: usize = 8;

/// How long a try to push counts at most for the pause after it.
const LONGEST_TRY: Duration = Duration::from_secs(2);

/// How long the pause after a try to push is at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

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
    /// Whether this call pushed something.
    pub pushed: bool,
    /// Whether it was to push, and the remote had everything already.
    pub up_to_date: bool,
    /// What went wrong afterwards without taking the change back.
    pub warnings: Vec<String>,
}

impl Done {
    /// Nothing was committed.
    const fn nothing(plan: Plan) -> Self {
        Self {
            plan,
            commit: None,
            place: None,
            began_branch: false,
            pushed: false,
            up_to_date: false,
            warnings: Vec::new(),
        }
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
            std::thread::sleep(Duration::from_millis(jitter(attempt)));
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
            scope: Some(self.shown(&layout::FLAGS.into()).to_string()),
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
        if let Some(why) = committed.unconfirmed {
            return Err(unconfirmed(committed.id, &plan.message.operation, &why));
        }
        Ok(Some(Done {
            plan,
            commit: Some(committed.id),
            place: Some((committed.branch, committed.parent)),
            began_branch: committed.began_branch,
            pushed: false,
            up_to_date: false,
            warnings: committed.notes,
        }))
    }

    /// Goes on with an operation that was committed as `commit`, on `parent`, and could not be pushed because somebody else had
    /// pushed first: it is done again on what they have.
    ///
    /// # Errors
    /// As for [`Root::write`].
    pub fn write_again(
        &self,
        options: &WriteOptions,
        commit: CommitId,
        parent: CommitId,
        mut intent: impl FnMut(&Files<'_>) -> Result<Attempt>,
    ) -> Result<Done> {
        let plan = match intent(&self.files(View::Commit(parent))?)? {
            Attempt::Show(plan) => return Ok(Done::nothing(plan)),
            Attempt::Commit(plan) => plan,
        };
        let place = self.branch(options)?.map(|branch| (branch, Some(parent)));
        let done = Done { commit: Some(commit), place, ..Done::nothing(plan) };
        self.push_replaying(options, done, &mut intent)
    }

    /// Lets the disk confirm an operation that was carried out before, where these options or the project ask for that.
    ///
    /// # Errors
    /// When it does not.
    pub fn confirm(&self, options: &WriteOptions, commit: CommitId, operation: &str) -> Result<()> {
        let full = |project: Project| project.durability == Durability::Full;
        let asked = options.durable || load_project(&self.files(View::Commit(commit))?).is_ok_and(full);
        let (Some(branch), true) = (self.branch(options)?, asked) else { return Ok(()) };
        let confirmed = self.git()?.confirm(commit, &branch);
        confirmed.map_err(|error| unconfirmed(commit, operation, &error.to_string()))
    }

    /// Pushes what was committed. When somebody else pushed first, the branch goes back to what they have, and the intent
    /// runs again there: a few times, and never by force.
    fn push_replaying(&self, options: &WriteOptions, mut done: Done, intent: &mut Intent<'_>) -> Result<Done> {
        let repository = self.git()?;
        let mut began = Instant::now();
        for attempt in 0..=REPLAYS {
            let (Some(commit), Some((branch, parent))) = (done.commit, done.place.clone()) else { return Ok(done) };
            let Err(error) = repository.push(None, &branch) else {
                done.pushed = true;
                return Ok(done);
            };
            let failed = |error| push_failed(format!("committed {}, but the push failed", commit.short()), &error);
            if !error.is_lost_race() {
                return Err(failed(error));
            }
            let again = format!("the command again with `--op-id {} --push`", done.plan.message.operation);
            let not_pushed = |why: String| {
                Failure::new(&repository::PUSH_FAILED, format!("committed {}, but not pushed: {why}", commit.short()))
            };
            if attempt == REPLAYS {
                return Err(not_pushed(format!("somebody else was faster {} times", REPLAYS + 1)).help(again));
            }
            std::thread::sleep(pause(began.elapsed(), attempt));
            began = Instant::now();
            let theirs = repository.fetch_pushed(&branch).map_err(failed)?;
            if repository.is_ancestor(theirs, commit)? {
                // There is nothing new: it was only taking another push, which came to nothing.
                continue;
            }
            // Other commits that only this clone has are the user's to rebase.
            let alone = parent.map(|parent| repository.is_ancestor(parent, theirs)).transpose()?.unwrap_or(false);
            // What can't be done there is known before anything moves.
            let impossible = |failure: Box<Failure>| {
                not_pushed(format!("on what was pushed meanwhile it can't be done: {failure}"))
                    .help("`git flag undo` takes it back here; `git pull --rebase --autostash` brings both together")
            };
            intent(&self.files(View::Commit(theirs))?).map_err(impossible)?;
            let way = if alone { repository.give_way(&branch, commit, theirs)? } else { Way::Moved };
            match way {
                Way::Given => {}
                Way::Moved => return Err(failed(PushError::Behind { output: error.to_string() })),
                Way::Blocked(paths) => return Err(blocked(not_pushed, &paths, &again)),
            }
            let warnings = std::mem::take(&mut done.warnings);
            done = self.write_here(options, intent)?;
            done.warnings.splice(0..0, warnings);
            done.warnings.push(format!("somebody else had pushed first: done again on {}", theirs.short()));
        }
        Ok(done)
    }

    /// The full name of the branch that changes with these options go to; `None` when HEAD is on none.
    fn branch(&self, options: &WriteOptions) -> Result<Option<String>> {
        let named = options.branch.as_ref().map(|name| format!("refs/heads/{name}"));
        Ok(named.or(self.git()?.head()?.branch().map(str::to_owned)))
    }

    /// Pushes the branch that changes with these options go to, and says what that did; `None` when that branch is yet to
    /// begin, so that there is nothing to push. The inner error is why it was not pushed.
    ///
    /// # Errors
    /// What Git says of this clone.
    pub fn try_push(&self, options: &WriteOptions) -> Result<std::result::Result<Option<Pushed>, PushError>> {
        let repository = self.git()?;
        let Some(branch) = self.branch(options)? else { return Ok(Ok(None)) };
        if repository.ref_commit(&branch)?.is_none() {
            return Ok(Ok(None));
        }
        Ok(repository.push(None, &branch).map(Some))
    }

    /// As [`Root::try_push`], where not to be pushed is an error.
    ///
    /// # Errors
    /// What Git says.
    pub fn push(&self, options: &WriteOptions) -> Result<Option<Pushed>> {
        self.try_push(options)?.map_err(|error| push_failed("the push failed".to_owned(), &error))
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

/// Why something was not pushed, behind words on what was done.
#[must_use]
pub fn push_failed(words: String, error: &PushError) -> Box<Failure> {
    let failure = Failure::new(&repository::PUSH_FAILED, format!("{words}: {error}"));
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// The commit stands, but what was asked for, that it is on the disk, can't be said.
fn unconfirmed(commit: CommitId, operation: &str, why: &str) -> Box<Failure> {
    let words = format!("committed {}, but the disk did not confirm it: {why}", commit.short());
    Failure::new(&repository::IO_FAILED, words)
        .help("the commit stands, and is lost at most if the machine stops; nothing was pushed")
        .help(format!("once the disk works, the command again with `--op-id {operation} --durable` confirms it"))
}

/// Edits of the user are in the way of going over to what others pushed.
fn blocked(not_pushed: impl Fn(String) -> Box<Failure>, paths: &[String], again: &str) -> Box<Failure> {
    let shown = paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    let what = if paths.is_empty() { "edits of yours".to_owned() } else { format!("your edits of {shown}") };
    not_pushed(format!("the remote has commits that are not here, and {what} are in the way of doing it again on them"))
        .help(format!("set them aside with `git stash push --include-untracked -- {}`, then {again}", paths.join(" ")))
}

/// An operation that was carried out before, by the trailers of its commit.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its commit.
    pub commit: CommitId,
    /// The commit that it was made on; `None` for the first one.
    pub parent: Option<CommitId>,
    /// What it was about.
    pub subject: String,
    /// What it did.
    pub action: String,
    /// Where, when it was one environment.
    pub environment: Option<String>,
}

/// The operation of that id among the commits that these reach: one that changed files of flags, by itself or together
/// with others that were squashed into it.
///
/// # Errors
/// When the history can't be read.
pub fn find_operation(root: &Root, id: &str, from: Vec<CommitId>) -> Result<Option<Operation>> {
    if from.is_empty() {
        return Ok(None);
    }
    let mentions = Some(format!("{}: {id}", trailer::OPERATION));
    let query = LogQuery { from, mentions, merges: MergeChanges::Nothing, ..LogQuery::default() };
    for commit in root.git()?.log(&query)? {
        let commit = commit?;
        // Mentioned is not carried out.
        if !commit.changes.iter().any(|change| root.from_git(&change.path).is_some()) {
            continue;
        }
        let Some(told) = operations(&commit.message).into_iter().find(|told| told.id == id) else { continue };
        let value = |name| told.says(name).map(str::to_owned);
        let subject = match told.all(trailer::KEY).nth(1) {
            Some(_) => Some("project".to_owned()),
            None => value(trailer::KEY),
        };
        return Ok(Some(Operation {
            commit: commit.id,
            parent: commit.parents.first().copied(),
            subject: subject.unwrap_or_default(),
            action: value(trailer::ACTION).unwrap_or_default(),
            environment: value(trailer::ENVIRONMENT),
        }));
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
    5 + u64::from(random()) % (10 << attempt.min(5))
}

/// How long to leave a remote to others after a try that took so long and was too late: at random, so that some are gone
/// when the next come, and in the measure of what a try takes, over which the others are in each other's way.
fn pause(took: Duration, attempt: usize) -> Duration {
    let most = took.min(LONGEST_TRY) * (1 << attempt.min(5));
    Duration::from_millis(5) + most.min(LONGEST_PAUSE).mul_f64(f64::from(random() % 1_000) / 1_000.0)
}

fn random() -> u32 {
    u32::from_str_radix(&new_operation_id()[..4], 16).unwrap_or(0)
}

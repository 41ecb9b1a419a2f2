//! What all writing commands share: options, the plan, confirmation, the commit, and the words afterwards.
//!
//! A command is an intent: a function that changes a [`Draft`]. It runs on the files at HEAD, and again on the new HEAD
//! when the branch moves in the meantime, so that what lands is what was meant and never an old file.

use super::plan_report::PlanReport;
use crate::commands::Session;
use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Pushed, Repository};
use crate::model::{Flag, FlagKey, Project};
use crate::project::{
    Attempt, Draft, Files, FlagFile, Message, Plan, Root, View, WriteOptions, find_operation, layout, new_operation_id,
    push_failed,
};
use crate::render::{Format, Outcome, Report, Terminal};
use crate::source::FilePath;

/// Options of every writing command.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Change options")]
pub(super) struct WriteArgs {
    /// Why; protected environments ask for it.
    #[arg(short, long, value_name = "TEXT")]
    pub(super) reason: Option<String>,

    /// The ticket that asked for it.
    #[arg(long)]
    pub(super) ticket: Option<String>,

    /// Show what would change, and change nothing.
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,

    /// Edit the file in the work tree, and commit nothing.
    #[arg(long, conflicts_with_all = ["branch", "push"])]
    pub(super) no_commit: bool,

    /// Confirm changes of protected environments.
    #[arg(short, long)]
    pub(super) yes: bool,

    /// The operation's id: repeating a call with the same id does nothing more.
    #[arg(long, value_name = "ID")]
    pub(super) op_id: Option<String>,

    /// Commit to this branch instead of the one checked out, without touching the work tree.
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Option<String>,

    /// Push afterwards (never with force).
    #[arg(long)]
    pub(super) push: bool,

    /// Return only when the change is on the disk, so that it survives a power failure.
    #[arg(long)]
    pub(super) durable: bool,

    /// Leave out the hooks `pre-commit` and `commit-msg`, as `git commit --no-verify` does.
    #[arg(long)]
    pub(super) no_verify: bool,

    #[command(flatten)]
    pub(super) format: super::arguments::FormatArgs,
}

impl WriteArgs {
    /// The repository of flags that the change is for: with `--branch` the one that the branch has.
    pub(super) fn root(&self, session: &mut Session) -> Result<Root> {
        let branch = self.branch.as_ref().map(|branch| format!("refs/heads/{branch}"));
        let elsewhere = |repository: &Repository| {
            let commit = branch.and_then(|branch| repository.resolve(&branch).ok());
            Ok(commit.into_iter().collect())
        };
        if self.dry_run { session.root_or(elsewhere) } else { session.root_in_git_or(elsewhere) }
    }

    /// How the change is written.
    pub(super) fn options(&self) -> WriteOptions {
        WriteOptions {
            no_commit: self.no_commit,
            branch: self.branch.clone(),
            push: self.push,
            no_verify: self.no_verify,
            durable: self.durable,
        }
    }
}

/// What a command is about, for the commit message.
#[derive(Debug, Clone, Default)]
pub(super) struct Purpose {
    /// The flag's key, `segment/<name>` or `project`.
    pub(super) subject: String,
    /// The verb.
    pub(super) action: &'static str,
    /// The environment, where there is exactly one.
    pub(super) environment: Option<String>,
    /// The rule of that environment, where it is about one only.
    pub(super) rule: Option<String>,
    /// The commits that are undone.
    pub(super) reverts: Vec<String>,
    /// Words for people when nothing changes.
    pub(super) nothing: String,
}

impl Purpose {
    /// About a flag, in one environment or as a whole.
    pub(super) fn flag(key: &FlagKey, action: &'static str, environment: Option<&str>) -> Self {
        Self {
            subject: key.to_string(),
            action,
            environment: environment.map(str::to_owned),
            rule: None,
            reverts: Vec::new(),
            nothing: format!("`{key}` is so already, nothing to change"),
        }
    }

    /// With other words for when nothing changes.
    pub(super) fn nothing(mut self, words: impl Into<String>) -> Self {
        self.nothing = words.into();
        self
    }
}

/// Changes one flag. `edit` gets the project and the flag, and returns what it did in a few words.
pub(super) fn change_flag(
    session: &mut Session,
    write: &WriteArgs,
    key: &FlagKey,
    purpose: Purpose,
    mut edit: impl FnMut(&Project, &mut Flag) -> Result<String>,
) -> Result<Outcome> {
    change(session, write, purpose, |draft| {
        let file: FlagFile = draft.flag(key)?;
        let mut flag = file.flag.clone();
        let what = edit(draft.project(), &mut flag)?;
        draft.set_flag(&file, &flag)?;
        Ok(what)
    })
}

/// Carries an intent out: plans it, shows or confirms it, commits it.
pub(super) fn change(
    session: &mut Session,
    write: &WriteArgs,
    purpose: Purpose,
    mut intent: impl FnMut(&mut Draft<'_>) -> Result<String>,
) -> Result<Outcome> {
    session.set_format(write.format.choose(&[Format::Markdown])?);
    let root = if write.no_commit { session.root()? } else { write.root(session)? };
    root.recover()?;
    let options = write.options();
    let unpushed = match done_before(&root, write, &purpose)? {
        Before::Done(outcome) => return Ok(outcome),
        Before::Unpushed { commit, parent } => Some((commit, parent)),
        Before::Never => None,
    };
    let operation = write.op_id.clone().unwrap_or_else(new_operation_id);
    let now = session.now();
    let mut confirmed = write.yes || write.dry_run;
    let attempt = |base: &Files<'_>| {
        let mut draft = Draft::new(base)?;
        let what = intent(&mut draft)?;
        let message = Message {
            subject: purpose.subject.clone(),
            parts: Vec::new(),
            what,
            action: purpose.action.to_owned(),
            environment: purpose.environment.clone(),
            rule: purpose.rule.clone(),
            body: None,
            reason: write.reason.clone(),
            ticket: write.ticket.clone(),
            reverts: purpose.reverts.clone(),
            operation: operation.clone(),
        };
        let plan = Plan::new(base, &draft, message, now)?;
        if plan.edits.is_empty() || write.dry_run {
            return Ok(Attempt::Show(plan));
        }
        protect(session, &root, &plan, write, &mut confirmed)?;
        Ok(Attempt::Commit(plan))
    };
    match unpushed {
        Some((commit, parent)) => root.write_again(&options, commit, parent, attempt),
        None => root.write(&options, attempt),
    }
    .and_then(|mut done| {
        if done.plan.edits.is_empty() && write.push && !write.dry_run {
            // A commit whose push failed before is pushed by trying again.
            let pushed = root.push(&options)?;
            done.pushed = pushed == Some(Pushed::Sent);
            done.up_to_date = pushed == Some(Pushed::UpToDate);
        }
        PlanReport::new(done, &root, now, write).outcome(session, &purpose)
    })
    .map_err(|failure| uncommitted(&root, write, &purpose.subject, failure))
}

/// What became of the operation of a call when it was called before.
pub(super) enum Before {
    /// It was not, or has no id of its own.
    Never,
    /// It was carried out.
    Done(Outcome),
    /// It was committed, as the last commit of its branch, but not pushed because somebody else had pushed first: it is to
    /// be done again on what they have.
    Unpushed {
        /// Its commit.
        commit: CommitId,
        /// The commit that it was made on.
        parent: CommitId,
    },
}

/// Looks whether the operation of a call was carried out before, and pushes it where that is asked for.
///
/// # Errors
/// When the id can't be one, or belongs to another operation, or the change could not be pushed.
pub(super) fn done_before(root: &Root, write: &WriteArgs, purpose: &Purpose) -> Result<Before> {
    root.may_push(&write.options())?;
    let (Some(id), Some(repository)) = (&write.op_id, root.repository()) else { return Ok(Before::Never) };
    if id.is_empty() || id.len() > 100 || id.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Failure::new(&change::BAD_ARGUMENT, "an operation's id is a word of at most 100 characters"));
    }
    let tip = tip_to_write(repository, write)?;
    let Some(found) = find_operation(root, id, tip.clone())? else { return Ok(Before::Never) };
    // What `undo` is about is only known once it looks.
    let same = found.action == purpose.action
        && (purpose.subject.is_empty() || found.subject == purpose.subject && found.environment == purpose.environment);
    if !same {
        let what = format!("`{}` of `{}`", found.action, found.subject);
        return Err(Failure::new(
            &change::OPERATION_TAKEN,
            format!("operation `{id}` was another one: {what}, commit {}", found.commit.short()),
        )
        .help("use another id for another operation"));
    }
    root.recover()?;
    root.confirm(&write.options(), found.commit, id)?;
    let pushed = match write.push.then(|| root.try_push(&write.options())).transpose()? {
        None => None,
        Some(Ok(pushed)) => Some(pushed),
        Some(Err(error)) => match found.parent.filter(|_| error.is_lost_race() && tip == [found.commit]) {
            Some(parent) => return Ok(Before::Unpushed { commit: found.commit, parent }),
            None => return Err(push_failed("the push failed".to_owned(), &error)),
        },
    };
    let report = Repeated { operation: id.clone(), commit: found.commit.to_string(), pushed: pushed.flatten() };
    let words = format!("operation `{id}` was carried out already, as commit {}", found.commit.short());
    let outcome = Outcome::report(report).note(words);
    Ok(Before::Done(match pushed {
        None => outcome,
        Some(Some(Pushed::Sent)) => outcome.note("pushed it now"),
        Some(Some(Pushed::UpToDate)) => outcome.note(UP_TO_DATE),
        Some(None) => outcome.note(nothing_to_push(write)),
    }))
}

/// What `--push` found.
pub(super) const UP_TO_DATE: &str = "the remote has it already, nothing to push";

/// The commit that the change is to be made on: of the branch, or of HEAD when that is yet to begin there.
fn tip_to_write(repository: &Repository, write: &WriteArgs) -> Result<Vec<CommitId>> {
    let named = write.branch.as_ref().and_then(|branch| repository.resolve(&format!("refs/heads/{branch}")).ok());
    let tip = match named {
        Some(commit) => Some(commit),
        None => repository.head()?.commit(),
    };
    Ok(tip.into_iter().collect())
}

/// Why `--push` did nothing.
pub(super) fn nothing_to_push(write: &WriteArgs) -> String {
    match &write.branch {
        Some(branch) => format!("there is no branch `{branch}` yet, so there is nothing to push"),
        None => "there is no commit yet, so there is nothing to push".to_owned(),
    }
}

/// A call that was carried out before.
struct Repeated {
    operation: String,
    commit: String,
    pushed: Option<Pushed>,
}

impl Report for Repeated {
    fn text(&self, _: &Terminal) -> String {
        String::new()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "schema": "git-flag.change/v1",
            "changed": false,
            "repeated": true,
            "committed": self.commit,
            "pushed": self.pushed == Some(Pushed::Sent),
            "upToDate": self.pushed == Some(Pushed::UpToDate),
            "operation": self.operation,
        })
    }
}

/// A change is based on what is committed. Where the file that a failure misses is in the work tree, it says so.
pub(super) fn uncommitted(root: &Root, write: &WriteArgs, subject: &str, failure: Box<Failure>) -> Box<Failure> {
    let name = subject.strip_prefix("segment/").unwrap_or(subject);
    let about_another = failure.code().is_some_and(|code| *code != repository::NO_PROJECT)
        && !failure.to_string().contains(&format!("`{name}`"));
    if write.no_commit || write.branch.is_some() || about_another {
        return failure;
    }
    let Ok(files) = root.files(View::WorkTree) else { return failure };
    let is_there = |path: String| root.directory().join(&path).is_file().then(|| path.into());
    let path: Option<FilePath> = match failure.code() {
        Some(code) if *code == repository::NO_PROJECT => is_there(layout::PROJECT.to_owned()),
        Some(code) if *code == repository::UNKNOWN_FLAG => files.find_flag(subject).ok().flatten(),
        Some(code) if *code == repository::UNKNOWN_SEGMENT_ARGUMENT => {
            subject.strip_prefix("segment/").and_then(|name| is_there(format!("{}/{name}.yaml", layout::SEGMENTS)))
        }
        _ => None,
    };
    match path {
        Some(path) => {
            let path = root.shown(&path);
            // What else would help does not, once it is committed.
            failure.only_help(format!("`{path}` is there, but not committed: git add {path} && git commit"))
        }
        None => failure,
    }
}

/// A protected environment asks for a reason and for confirmation, once.
fn protect(session: &mut Session, root: &Root, plan: &Plan, write: &WriteArgs, confirmed: &mut bool) -> Result<()> {
    let project = &plan.after.project;
    let touched = plan.environments();
    let Some(environment) = project.environments.iter().find(|e| e.protected && touched.contains(e.name.as_str()))
    else {
        return Ok(());
    };
    let name = &environment.name;
    if write.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::new(&change::REASON_REQUIRED, format!("`{name}` is protected: say why"))
            .help("pass `--reason \"…\"`"));
    }
    if *confirmed || write.no_commit {
        return Ok(());
    }
    let words = super::plan_report::summary(plan, session.now(), root);
    session.output.error(&words);
    if session.confirm(&format!("Change `{name}`, which is protected?"), "--yes")? {
        *confirmed = true;
        return Ok(());
    }
    Err(Failure::new(&change::DECLINED, "not confirmed, nothing was changed"))
}

/// The environment of a flag that a command changes; every writing command names it.
pub(super) fn environment_mut<'f>(
    project: &Project,
    flag: &'f mut Flag,
    name: &str,
) -> Result<&'f mut crate::model::Environment> {
    let name = super::arguments::environment(project, name)?;
    if flag.environment(name.as_str()).is_none() {
        add_environment(project, flag, &name);
    }
    let missing =
        || Failure::new(&repository::UNKNOWN_ENVIRONMENT_ARGUMENT, format!("the flag has no environment `{name}`"));
    flag.environments.iter_mut().find(|environment| environment.name == name).ok_or_else(missing)
}

/// Adds an environment, disabled, in promotion order. It serves what `create` writes: `true` for a boolean, else the default.
pub(super) fn add_environment(project: &Project, flag: &mut Flag, name: &crate::model::EnvironmentName) {
    let position = |name: &str| project.environment_names().position(|other| other == name);
    let own = position(name.as_str());
    let at = flag.environments.iter().position(|environment| position(environment.name.as_str()) > own);
    let environment = new_environment(flag, name.clone());
    flag.environments.insert(at.unwrap_or(flag.environments.len()), environment);
}

/// An environment as `create` writes it.
pub(super) fn new_environment(flag: &Flag, name: crate::model::EnvironmentName) -> crate::model::Environment {
    let boolean = flag.value_type == crate::model::ValueType::Boolean;
    let serve = if boolean { crate::model::VariantName::boolean(true) } else { flag.default.clone() };
    crate::model::Environment {
        name,
        enabled: false,
        schedule: None,
        requires: Vec::new(),
        killed: None,
        targets: Vec::new(),
        rules: Vec::new(),
        serve: crate::model::Serve::Variant(serve),
    }
}

/// The variant that `text` names: `true` and `false` of a boolean flag, else a name.
///
/// # Errors
/// When the flag has none of that name.
pub(super) fn variant(flag: &Flag, text: &str) -> Result<crate::model::VariantName> {
    use crate::model::{ValueType, VariantName};
    if flag.value_type == ValueType::Boolean {
        return match text {
            "true" | "on" => Ok(VariantName::boolean(true)),
            "false" | "off" => Ok(VariantName::boolean(false)),
            _ => Err(Failure::new(
                &change::BAD_ARGUMENT,
                format!("a boolean flag serves `true` or `false`, not `{text}`"),
            )
            .help(format!("`{}` is boolean: write `true` or `false`", flag.key))),
        };
    }
    let names: Vec<&str> = flag.variants.iter().map(|variant| variant.name.as_str()).collect();
    if let Some(found) = flag.variant(text) {
        return Ok(found.name.clone());
    }
    let mut failure = Failure::new(&change::NOT_THERE, format!("`{}` has no variant `{text}`", flag.key));
    if let Some(hint) = crate::diagnostic::did_you_mean(text, names.iter().copied()) {
        failure = failure.help(hint);
    }
    Err(failure.help(format!("its variants are {}", names.join(", "))))
}

/// A percentage argument.
///
/// # Errors
/// When it is none.
pub(super) fn share(text: &str) -> Result<crate::model::Share> {
    crate::model::Share::parse(text)
        .map_err(|error| Failure::new(&change::BAD_ARGUMENT, error.to_string()).help("such as `25` or `0.5`"))
}

/// An attribute argument.
///
/// # Errors
/// When it is no path.
pub(super) fn attribute(text: &str) -> Result<crate::model::AttributePath> {
    crate::model::AttributePath::parse(text).ok_or_else(|| {
        Failure::new(&change::BAD_ARGUMENT, format!("`{text}` is no attribute: write a path such as `company.id`"))
    })
}

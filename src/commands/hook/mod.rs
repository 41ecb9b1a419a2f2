pub(super) mod driver;
mod script;

use crate::commands::Session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};
use crate::git::Repository;
use crate::project::reason;
use crate::render::Outcome;
use script::{Change, Presence, install, uninstall};
use std::path::{Path, PathBuf};

/// Install or remove the Git hooks that validate flags before every commit, and the merge driver
///
/// The merge driver merges flags by what they say, and diffs show what flags mean: both are settings of this clone, and a line in
/// `.gitattributes`, which should be committed. Without our program, or the settings, Git merges and shows lines.
///
/// A hook that is there already stays: shell scripts get a marked block of their own; other programs and links are moved
/// aside, called afterwards, and put back by `uninstall`. What Git would not run stays so. `core.hooksPath` is respected.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git flag hook install\n  git flag hook uninstall\n  git flag hook status")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum Action {
    /// Install the hooks and the merge driver
    #[command(after_help = "Examples:\n  git flag hook install\n  git flag -C . hook install")]
    Install,
    /// Remove them, and nothing else
    #[command(after_help = "Examples:\n  git flag hook uninstall\n  git flag -C . hook uninstall")]
    Uninstall,
    /// Say what is installed
    #[command(after_help = "Examples:\n  git flag hook status\n  git flag -C . hook status")]
    Status,
}

/// The hooks: commits, and merges that make a commit without asking.
pub(super) const HOOKS: [&str; 2] = ["pre-commit", "pre-merge-commit"];

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let repository = crate::git::Repository::discover(session.directory())?.ok_or_else(|| {
        Failure::new(&repository::NO_REPOSITORY, "hooks need a Git repository, and there is none here")
            .help("`git init` makes one, `-C DIR` names another folder")
    })?;
    let folder = folder(&repository)?;
    let mut outcome = Outcome::silent();
    for hook in HOOKS {
        let path = folder.join(hook);
        let shown = shown(&path, &repository);
        let words = match args.action {
            Action::Install => {
                std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
                match install(&path).map_err(|error| failed(&path, &error))? {
                    Change::Done => format!("installed {shown}"),
                    Change::Nothing => format!("{shown} is installed already"),
                    Change::Dormant => dormant(&shown),
                }
            }
            Action::Uninstall => match uninstall(&path).map_err(|error| failed(&path, &error))? {
                Change::Done => format!("removed from {shown}"),
                Change::Nothing | Change::Dormant => format!("{shown} has nothing of git-flag"),
            },
            Action::Status => match script::presence(&path) {
                Presence::Installed => format!("{shown}: installed"),
                Presence::Dormant => dormant(&shown),
                Presence::Absent => format!("{shown}: not installed"),
            },
        };
        outcome = outcome.note(words);
        if let Some(forgotten) = script::forgotten(&path) {
            let forgotten = self::shown(&forgotten, &repository);
            outcome = outcome.note(format!(
                "{forgotten} is left: git-flag moved that hook aside, {shown} was replaced since, and nothing calls it"
            ));
        }
    }
    drivers(args.action, &repository, session, outcome)
}

/// The merge driver and the text of diffs.
fn drivers(action: Action, repository: &Repository, session: &Session, outcome: Outcome) -> Result<Outcome> {
    let path = attributes(repository, session.directory());
    let shown = shown(&path, repository);
    let failed = |error: std::io::Error| failed(&path, &error);
    let (settings, attributes) = match action {
        Action::Install => {
            let settings = if driver::configure(repository)? { "set up in this repository" } else { "set up already" };
            let attributes = match (driver::add_line(&path).map_err(failed)?, repository.is_bare()) {
                (true, false) => {
                    format!(
                        "{shown} says now that git-flag merges and shows flags: commit it, so that it holds for everybody"
                    )
                }
                (true, true) => format!("{shown} says now that git-flag merges and shows flags"),
                (false, _) => format!("{shown} names the merge driver already"),
            };
            (settings, Some(attributes))
        }
        Action::Uninstall => {
            let settings = if driver::unconfigure(repository)? { "removed from this repository" } else { "not set up" };
            let removed = driver::remove_line(&path).map_err(failed)?;
            (settings, removed.then(|| format!("removed from {shown}; commit that where it was committed")))
        }
        Action::Status => {
            let presence = driver::presence(repository, &path);
            let settings = if presence.settings { "set up" } else { "not set up, or by another version" };
            (settings, (!presence.attributes).then(|| format!("{shown} does not name the merge driver")))
        }
    };
    Ok(attributes.into_iter().fold(outcome.note(format!("merge driver and diffs: {settings}")), Outcome::note))
}

/// The file that says what our files are: `.gitattributes` beside `flags/`; in a bare repository, which has no such file,
/// one of its own.
pub(super) fn attributes(repository: &Repository, directory: &Path) -> PathBuf {
    let Some(top) = repository.work_tree() else { return repository.common_dir().join("info/attributes") };
    let root = crate::project::Root::discover(directory).ok();
    root.as_ref().map_or(top, |root| root.directory()).join(".gitattributes")
}

/// Where the hooks of the repository are: `core.hooksPath`, else `hooks` in the common Git directory.
pub(super) fn folder(repository: &Repository) -> Result<PathBuf> {
    let Some(configured) = repository.config("core.hooksPath")? else {
        return Ok(repository.common_dir().join("hooks"));
    };
    let base = repository.work_tree().unwrap_or(repository.git_dir());
    let expanded = match configured.strip_prefix("~/") {
        Some(rest) => crate::commands::session::home().map(|home| home.join(rest)),
        None => Some(base.join(&configured)),
    };
    let folder = expanded.unwrap_or_else(|| base.join(&configured));
    // `/dev/null` is the usual way to switch hooks off.
    if folder.exists() && !folder.is_dir() {
        return Err(Failure::new(
            &repository::GIT_FAILED,
            format!("hooks are switched off: core.hooksPath is `{configured}`"),
        )
        .help("`git config --unset core.hooksPath` switches them on again"));
    }
    Ok(folder)
}

/// A path for people: from the top of the work tree where it is inside.
fn shown(path: &Path, repository: &Repository) -> String {
    let inner = repository.work_tree().and_then(|top| path.strip_prefix(top).ok());
    inner.unwrap_or(path).display().to_string()
}

fn dormant(shown: &str) -> String {
    format!("{shown}: not executable, so Git does not run it; `chmod +x {shown}` lets it")
}

/// Whether all hooks are there, and Git runs them; else the first that is there and not executable.
pub(super) fn installed(repository: &Repository) -> std::result::Result<(), Option<String>> {
    let folder = folder(repository).map_err(|_| None)?;
    let presence = |hook: &&str| script::presence(&folder.join(hook));
    if let Some(hook) = HOOKS.iter().find(|hook| presence(hook) == Presence::Dormant) {
        return Err(Some(shown(&folder.join(hook), repository)));
    }
    if HOOKS.iter().all(|hook| presence(hook) == Presence::Installed) { Ok(()) } else { Err(None) }
}

fn failed(path: &Path, error: &std::io::Error) -> Box<Failure> {
    Failure::new(&repository::IO_FAILED, format!("can't change `{}`: {}", path.display(), reason(error)))
        .help("check the permissions of that folder; `core.hooksPath` can name another one")
}

//! What the commands about history share: where to look from, what is missing, and how entries are shown.

use crate::commands::Session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Diagnostic, Result};
use crate::git::{CommitId, Person, Repository};
use crate::history::{Entry, Lives};
use crate::model::{Project, Timestamp};
use crate::project::{Root, View, load_project};
use crate::render::diagnostic;
use crate::source::Sources;

/// How far back the log of a flag goes.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct LivesArgs {
    /// Also other flags that had this key: deleted before, or renamed since. Reads the history of all flags.
    #[arg(long, requires = "key")]
    all_lives: bool,
}

impl LivesArgs {
    pub(super) const fn lives(self) -> Lives {
        if self.all_lives { Lives::All } else { Lives::Latest }
    }
}

/// The project as it is now, which gives environments their order.
pub(super) fn project(root: &Root, repository: &Repository) -> Result<Project> {
    load_project(&root.files(View::default_for(Some(repository)))?)
}

/// The commit to look back from: of `at`, else of HEAD; `None` before the first commit.
pub(super) fn tip(session: &Session, repository: &Repository, at: Option<&str>) -> Result<Option<CommitId>> {
    let Some(at) = at else { return Ok(repository.head()?.commit()) };
    match super::arguments::moment(Some(repository), Some(at), None, session.now())?.view {
        View::Commit(commit) => Ok(Some(commit)),
        View::WorkTree | View::Index => Ok(None),
    }
}

/// Says on standard error that older history is not in this clone.
pub(super) fn warn_when_cut(session: &mut Session, repository: &Repository) {
    if !repository.is_shallow() || session.output.quiet {
        return;
    }
    let warning =
        Diagnostic::new(&repository::HISTORY_MISSING, "this clone is shallow: older changes are missing here")
            .help("`git fetch --unshallow` gets them");
    let text = diagnostic::text(&warning, &Sources::new(), &session.output.stderr);
    session.output.error(&text);
}

/// Keeps the entries that concern an environment, which the project or one of them must know.
pub(super) fn only_environment(entries: &mut Vec<Entry>, project: &Project, name: &str) -> Result<()> {
    if !entries.iter().any(|entry| entry.environments().contains(&name)) {
        super::arguments::environment(project, name)?;
    }
    entries.retain(|entry| entry.concerns(name));
    Ok(())
}

/// `2026-11-20 09:05`, in UTC.
pub(super) fn minute(person: &Person) -> String {
    let text = Timestamp::from_unix(person.time).to_string();
    text.get(..16).map_or(text.clone(), |minute| minute.replace('T', " "))
}

/// Why, in one line: the reason and the ticket.
pub(super) fn why(entry: &Entry) -> Option<String> {
    match (&entry.reason, &entry.ticket) {
        (Some(reason), Some(ticket)) => Some(format!("{reason} ({ticket})")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

//! What the commands about history share: where to look from, what is missing, and how entries are shown.

use crate::commands::Session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Diagnostic, Failure, Result, Severity};
use crate::git::{CommitId, LogQuery, Person, Repository};
use crate::history::{Entry, Lives};
use crate::model::{Project, Timestamp};
use crate::project::layout::PROJECT;
use crate::project::{Root, View, load_project, read_project_file};
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

/// The repository of flags whose history is read from `at`, else from HEAD, whatever is checked out.
pub(super) fn root(session: &mut Session, at: Option<&str>) -> Result<Root> {
    session.root_in_git_or(|repository| {
        let named = at.map(|at| super::arguments::commit_at(repository, at)).transpose()?;
        Ok(named.map(|(commit, _)| commit).into_iter().chain(repository.head()?.commit()).collect())
    })
}

/// The project as it is now, which gives environments their order. Where it does not read, the last one before `tip` that
/// does, with a warning: history tells who broke it.
pub(super) fn project(
    session: &mut Session,
    root: &Root,
    repository: &Repository,
    tip: Option<CommitId>,
) -> Result<Project> {
    let failure = match load_project(&root.files(View::default_for(Some(repository)))?) {
        Ok(project) => return Ok(project),
        Err(failure) => failure,
    };
    let found = tip.map(|tip| last_project(root, repository, tip)).transpose()?.flatten();
    if failure.code().is_none_or(|code| *code != repository::NO_PROJECT) && !session.output.quiet {
        let instead = match &found {
            Some((commit, _)) => format!("environments are told in the order that they had in {}", commit.short()),
            None => "environments are told by name".into(),
        };
        let warning = Diagnostic::new(&repository::FLAG_DOES_NOT_READ, format!("`{PROJECT}` does not read: {instead}"))
            .help(format!("`git flag validate` shows why, `git log -p {}{PROJECT}` who changed it", root.prefix()));
        warn(session, warning);
    }
    Ok(found.map_or_else(|| Project::with_environments(Vec::new()), |(_, project)| project))
}

/// The newest project file that reads, of those that `tip` has in its history.
fn last_project(root: &Root, repository: &Repository, tip: CommitId) -> Result<Option<(CommitId, Project)>> {
    let path = format!("{}{PROJECT}", root.prefix());
    for commit in repository.log(&LogQuery { paths: vec![path], from: vec![tip], ..LogQuery::default() })? {
        let commit = commit?;
        for id in commit.changes.iter().filter_map(|change| change.new) {
            if let Some(project) = read_project_file(repository.read(id)?).value {
                return Ok(Some((commit.id, project)));
            }
        }
    }
    Ok(None)
}

fn warn(session: &mut Session, warning: Diagnostic) {
    let warning = Diagnostic { severity: Severity::Warning, ..warning };
    let text = diagnostic::text(&warning, &Sources::new(), &session.output.stderr);
    session.output.error(&text);
}

/// The commit to look back from: of `at`, else of HEAD; `None` before the first commit.
pub(super) fn tip(session: &Session, repository: &Repository, at: Option<&str>) -> Result<Option<CommitId>> {
    let Some(at) = at else { return Ok(repository.head()?.commit()) };
    match super::arguments::moment(Some(repository), Some(at), None, session.now())?.view {
        View::Commit(commit) => Ok(Some(commit)),
        View::WorkTree | View::Index => Ok(None),
    }
}

/// The last commit of a branch, or of HEAD; `None` before the first commit.
pub(super) fn branch_tip(repository: &Repository, branch: Option<&str>) -> Result<Option<CommitId>> {
    let Some(name) = branch else { return Ok(repository.head()?.commit()) };
    match repository.ref_commit(&format!("refs/heads/{name}"))? {
        Some(commit) => Ok(Some(commit)),
        None => Err(Failure::new(&repository::UNKNOWN_REVISION, format!("there is no branch `{name}` in this clone"))
            .help("`git branch` lists those that there are")),
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
    warn(session, warning);
}

/// Keeps the entries that concern an environment, which the project or one of them must know.
pub(super) fn only_environment(entries: &mut Vec<Entry>, project: &Project, name: &str) -> Result<()> {
    if !entries.iter().any(|entry| entry.environments().contains(&name)) {
        super::arguments::environment(project, name)?;
    }
    entries.retain(|entry| entry.concerns(name));
    Ok(())
}

/// `--absolute`
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct TimeArgs {
    /// Times as dates on terminals too, not as `3 days ago`.
    #[arg(long)]
    absolute: bool,
}

impl TimeArgs {
    /// The time that times are told from: people at a terminal think in how long ago something was.
    pub(super) fn from(self, session: &Session) -> Option<Timestamp> {
        (session.output.stdout.tables && !self.absolute).then(|| session.now())
    }
}

/// When somebody did something, for people: `3 days ago` as seen from `now`, or [`minute`].
pub(super) fn when(person: &Person, now: Option<Timestamp>) -> String {
    const UNITS: [(i64, i64, &str); 7] = [
        (90, 1, "second"),
        (90 * 60, 60, "minute"),
        (36 * 3_600, 3_600, "hour"),
        (14 * 86_400, 86_400, "day"),
        (70 * 86_400, 7 * 86_400, "week"),
        (730 * 86_400, 30 * 86_400, "month"),
        (i64::MAX, 365 * 86_400, "year"),
    ];
    let ago = now.map(|now| now.unix().saturating_sub(person.time));
    let unit = ago.filter(|ago| *ago >= 0).and_then(|ago| Some((ago, UNITS.iter().find(|(below, ..)| ago < *below)?)));
    match unit {
        Some((ago, (_, length, word))) => {
            let number = usize::try_from((ago + length / 2) / length).unwrap_or(usize::MAX);
            format!("{} ago", super::wording::count(number, word))
        }
        None => minute(person),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_how_long_ago_they_were() {
        let person = Person { name: String::new(), email: String::new(), time: 1_800_000_000, offset: 0 };
        let after = |seconds: i64| when(&person, Some(Timestamp::from_unix(person.time + seconds)));
        assert_eq!([after(0), after(1), after(89)], ["0 seconds ago", "1 second ago", "89 seconds ago"]);
        assert_eq!([after(90), after(3_600), after(86_400)], ["2 minutes ago", "60 minutes ago", "24 hours ago"]);
        assert_eq!(
            [after(3 * 86_400), after(21 * 86_400), after(100 * 86_400)],
            ["3 days ago", "3 weeks ago", "3 months ago"]
        );
        assert_eq!(after(4 * 365 * 86_400), "4 years ago");
        // What a clock that is wrong says is told as it is.
        assert_eq!([after(-1), when(&person, None)], ["2027-01-15 08:00", "2027-01-15 08:00"]);
    }
}

//! Arguments that many commands share, and how they are checked.

use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::git::{CommitId, Repository};
use crate::model::{EnvironmentName, FlagKey, Project, Timestamp};
use crate::project::{Loaded, View};
use crate::render::Format;

/// `--format`, `--json`
#[derive(Debug, Clone, clap::Args)]
pub(super) struct FormatArgs {
    /// How to print: `table` for people, `json` or `yaml` for programs, and what else the command has.
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<Format>,

    /// Short for `--format json`.
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

impl FormatArgs {
    /// The format, which must be one of `allowed` (`json` and `table` always are).
    ///
    /// # Errors
    /// When the command does not have it.
    pub(super) fn choose(&self, allowed: &[Format]) -> Result<Format> {
        self.choose_or(allowed, Format::Table)
    }

    fn choose_or(&self, allowed: &[Format], default: Format) -> Result<Format> {
        let format = if self.json { Format::Json } else { self.format.unwrap_or(default) };
        let always = [Format::Table, Format::Json, Format::Yaml];
        if always.contains(&format) || allowed.contains(&format) {
            return Ok(format);
        }
        let names: Vec<&str> = always.iter().chain(allowed).map(|format| format.name()).collect();
        Err(Failure::new(&change::BAD_ARGUMENT, format!("this command has no format `{format}`"))
            .help(format!("formats are {}", names.join(", "))))
    }
}

/// The formats of lists: tables for people, records that programs can split for pipes.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ListFormatArgs {
    #[command(flatten)]
    format: FormatArgs,

    /// End records of the format `plain` with a NUL byte instead of a line break.
    #[arg(short = '0', long, conflicts_with_all = ["format", "json"])]
    null: bool,

    /// Cut nothing, however narrow the terminal is.
    #[arg(long)]
    no_truncate: bool,
}

/// The formats that lists have besides those that every report has.
const LIST_FORMATS: [Format; 4] = [Format::Jsonl, Format::Plain, Format::Csv, Format::Markdown];

impl ListFormatArgs {
    /// Sets the format: the one that is asked for, else `table` where a person looks at a terminal, else `plain`. Returns
    /// what ends a record.
    ///
    /// # Errors
    /// When a list does not have it.
    pub(super) fn apply(&self, session: &mut crate::commands::Session) -> Result<char> {
        let people = session.output.stdout.tables && !self.null;
        let default = if people { Format::Table } else { Format::Plain };
        session.set_format(self.format.choose_or(&LIST_FORMATS, default)?);
        if self.no_truncate {
            session.output.stdout.width = None;
        }
        Ok(if self.null { '\0' } else { '\n' })
    }
}

/// `--at`
#[derive(Debug, Clone, clap::Args)]
pub(super) struct AtArgs {
    /// Read the flags as of this revision (`HEAD~3`, a tag) or date (2026-11-20), without checking it out.
    #[arg(long, value_name = "REV|DATE", add = clap_complete::engine::ArgValueCompleter::new(super::completing::Revisions))]
    pub(super) at: Option<String>,
}

/// What `--at` and `--now` come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Which files are read.
    pub(super) view: View,
    /// The time to evaluate at.
    pub(super) now: Timestamp,
}

/// Resolves `--at REV|DATE` and `--now TIME`. A date means the last first-parent commit up to it, and becomes `now`.
///
/// # Errors
/// When there is no such revision, or the time does not parse.
pub(super) fn moment(
    repository: Option<&Repository>,
    at: Option<&str>,
    now: Option<&str>,
    clock: Timestamp,
) -> Result<Moment> {
    let now = now.map(time).transpose()?;
    let Some(at) = at else { return Ok(Moment { view: View::default_for(repository), now: now.unwrap_or(clock) }) };
    let Some(repository) = repository else {
        return Err(Failure::new(&repository::NO_REPOSITORY, "`--at` needs a Git repository"));
    };
    let (commit, date) = commit_at(repository, at)?;
    Ok(Moment { view: View::Commit(commit), now: now.or(date).unwrap_or(clock) })
}

/// The commit that `at` names as a revision, or as a date: then the last first-parent commit up to it, and the date.
///
/// # Errors
/// When there is no such commit.
pub(super) fn commit_at(repository: &Repository, at: &str) -> Result<(CommitId, Option<Timestamp>)> {
    let unresolved = match repository.resolve(at) {
        Ok(commit) => return Ok((commit, None)),
        Err(error) => error,
    };
    let (Ok(date), Some(tip)) = (Timestamp::parse(at), repository.head()?.commit()) else {
        return Err(unresolved.into());
    };
    Ok((repository.commit_before(tip, date.unix())?, Some(date)))
}

/// A time argument.
///
/// # Errors
/// When it does not parse.
pub(super) fn time(text: &str) -> Result<Timestamp> {
    Timestamp::parse(text).map_err(|error| {
        Failure::new(&change::BAD_ARGUMENT, error.to_string())
            .help("such as `2026-12-01` (00:00 UTC) or `2026-12-01T09:00:00+01:00`")
    })
}

/// A flag's key.
///
/// # Errors
/// When it can't be a key.
pub(super) fn key(text: &str) -> Result<FlagKey> {
    FlagKey::new(text).map_err(|error| {
        Failure::new(&change::BAD_ARGUMENT, format!("`{text}` can't be a key: {error}"))
            .help("a key looks like `new-checkout`")
    })
}

/// The environment of that name.
///
/// # Errors
/// When the project has none.
pub(super) fn environment(project: &Project, name: &str) -> Result<EnvironmentName> {
    if let Some(environment) = project.environment(name) {
        return Ok(environment.name.clone());
    }
    let names: Vec<&str> = project.environment_names().collect();
    let mut failure =
        Failure::new(&repository::UNKNOWN_ENVIRONMENT_ARGUMENT, format!("the project has no environment `{name}`"));
    if let Some(hint) = did_you_mean(name, names.iter().copied()) {
        failure = failure.help(hint);
    }
    Err(failure.help(format!("environments are {}", names.join(", "))))
}

/// The failure for a key that has no flag, with the nearest keys that have.
pub(super) fn unknown_flag<'k>(key: &str, keys: impl IntoIterator<Item = &'k str>) -> Box<Failure> {
    let failure = Failure::new(&repository::UNKNOWN_FLAG, format!("there is no flag `{key}`"));
    match did_you_mean(key, keys) {
        Some(hint) => failure.help(hint),
        None => failure.help("`git flag list` shows all flags"),
    }
}

/// The failure for a flag whose file does not read, with its errors.
pub(super) fn broken_flag(loaded: &Loaded, key: &FlagKey) -> Box<Failure> {
    let path = loaded.flag_files.get(key);
    let own = |diagnostic: &&crate::diagnostic::Diagnostic| {
        diagnostic.is_error() && diagnostic.place.as_ref().map(|place| &place.file) == path
    };
    let errors = loaded.problems.iter().filter(own).cloned().collect();
    let path = path.map_or_else(|| key.to_string(), ToString::to_string);
    Failure::new(&repository::FLAG_DOES_NOT_READ, format!("`{path}` has errors"))
        .help("correct them first; `git flag validate` shows all problems of all files")
        .with(errors, loaded.sources.clone())
}

/// At most how many of something to list.
///
/// # Errors
/// When it is no number, or 0, with which a list that is cut would look like one that is empty.
pub(super) fn limit(text: &str) -> std::result::Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("not a number".to_owned()),
    }
}

//! What a command works with: folder, time, environment variables, output, and the person at the terminal.

use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Repository};
use crate::model::{EnvironmentName, Timestamp};
use crate::project::{Root, no_commits};
use crate::render::{Format, Output, diagnostic};
use crate::source::Sources;
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

/// What the process gives a session.
pub struct SessionOptions {
    /// The folder that the command works in.
    pub directory: PathBuf,
    /// Now.
    pub now: Timestamp,
    /// Whether questions may be asked.
    pub interactive: bool,
    /// Where output goes.
    pub output: Output,
    /// The command line, for operations that record it.
    pub command_line: Vec<String>,
}

/// The effects of one run of the program, in one place.
pub struct Session {
    /// Where output goes.
    pub output: Output,
    directory: PathBuf,
    now: Timestamp,
    interactive: bool,
    command_line: Vec<String>,
}

impl Session {
    /// A session.
    #[must_use]
    pub fn new(options: SessionOptions) -> Self {
        let SessionOptions { directory, now, interactive, output, command_line } = options;
        Self { output, directory, now, interactive, command_line }
    }

    /// The folder that the command works in.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        &self.directory
    }

    /// Now.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The arguments of the process, the program's name left out.
    #[must_use]
    pub fn command_line(&self) -> &[String] {
        &self.command_line
    }

    /// Whether questions may be asked.
    #[must_use]
    pub const fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// The repository of flags around the folder, with Git where there is Git. What a killed command left half done
    /// there is finished or discarded before.
    ///
    /// # Errors
    /// When there is none.
    pub fn root(&mut self) -> Result<Root> {
        self.root_or(no_commits)
    }

    /// The same for a command that reads the revision or date `at`, if that is given: where the work tree has no flags,
    /// those that it has.
    ///
    /// # Errors
    /// When neither has any, or there is no such revision.
    pub fn root_at(&mut self, at: Option<&str>) -> Result<Root> {
        self.root_or(|repository| {
            let named = at.map(|at| super::arguments::commit_at(repository, at)).transpose()?;
            Ok(named.map(|(commit, _)| commit).into_iter().collect())
        })
    }

    /// The same for a command that reads the commits `elsewhere`.
    ///
    /// # Errors
    /// When neither the work tree nor one of them has flags, and those of `elsewhere`.
    pub fn root_or(&mut self, elsewhere: impl FnOnce(&Repository) -> Result<Vec<CommitId>>) -> Result<Root> {
        let (root, warning) = Root::discover_mended(&self.directory, elsewhere)?;
        if let Some(warning) = warning {
            let text = diagnostic::text(&warning, &Sources::new(), &self.output.stderr);
            self.output.error(&text);
        }
        Ok(root)
    }

    /// The repository of flags, which must be in Git.
    ///
    /// # Errors
    /// When there is none, or no Git.
    pub fn root_in_git(&mut self) -> Result<Root> {
        self.root_in_git_or(no_commits)
    }

    /// The same for a command that reads the commits `elsewhere`.
    ///
    /// # Errors
    /// As for [`Session::root_or`], or when there is no Git.
    pub fn root_in_git_or(&mut self, elsewhere: impl FnOnce(&Repository) -> Result<Vec<CommitId>>) -> Result<Root> {
        let root = self.root_or(elsewhere)?;
        if root.repository().is_none() {
            return Err(
                Failure::new(&repository::NO_REPOSITORY, "this is not a Git repository").help("`git init` makes one")
            );
        }
        Ok(root)
    }

    /// Sets how reports are printed.
    pub fn set_format(&mut self, format: Format) {
        self.output.format = format;
    }

    /// Asks a yes-or-no question; the answer is no unless it starts with `y`.
    ///
    /// # Errors
    /// When nobody can be asked: `instead` names the option that answers it.
    pub fn confirm(&mut self, question: &str, instead: &str) -> Result<bool> {
        if !self.interactive {
            let words = "confirmation is needed, and nothing can be asked here (no terminal, `--no-input` or `CI`)";
            return Err(Failure::new(&change::CONFIRMATION_NEEDED, format!("{words}: {question}"))
                .help(format!("pass `{instead}`")));
        }
        let answer = self.ask(&format!("{question} [y/N] "))?;
        Ok(answer.trim_start().to_ascii_lowercase().starts_with('y'))
    }

    /// Asks for a line of text.
    ///
    /// # Errors
    /// When standard input can't be read.
    pub fn ask(&mut self, question: &str) -> Result<String> {
        self.output.error(question);
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| Failure::new(&repository::IO_FAILED, format!("can't read the answer: {error}")))?;
        Ok(line.trim().to_owned())
    }

    /// Standard input to its end.
    ///
    /// # Errors
    /// When it can't be read or is not text.
    pub fn read_stdin(&self) -> Result<String> {
        std::io::read_to_string(std::io::stdin().lock())
            .map_err(|error| Failure::new(&repository::IO_FAILED, format!("can't read standard input: {error}")))
    }

    /// Whether standard input is a terminal.
    #[must_use]
    pub fn stdin_is_terminal(&self) -> bool {
        std::io::stdin().is_terminal()
    }

    /// The environment for reading: `--env`, or `git config flag.environment`.
    ///
    /// # Errors
    /// When neither names one, or the project has no such environment.
    pub fn reading_environment(
        &self,
        root: &Root,
        project: &crate::model::Project,
        given: Option<&str>,
    ) -> Result<EnvironmentName> {
        let configured = || {
            root.repository().and_then(|repository: &Repository| repository.config("flag.environment").ok().flatten())
        };
        let Some(name) = given.map(str::to_owned).or_else(configured) else {
            let names: Vec<&str> = project.environment_names().collect();
            return Err(Failure::new(&change::MISSING_OPTION, "which environment? `--env` is missing")
                .help(format!("environments are {}", names.join(", ")))
                .help("`git config flag.environment NAME` sets one for reading commands"));
        };
        super::arguments::environment(project, &name)
    }
}

/// The session of this process: the only place that reads its environment, its clock and its folder.
///
/// # Errors
/// When a variable does not say what it should.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
pub(super) fn from_process(globals: &super::Globals, arguments: &[std::ffi::OsString]) -> Result<Session> {
    let variable = |name: &str| std::env::var(name).ok();
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0" && value != "false");
    let (stdout, stderr) = Output::terminals(globals.color, &variable);
    let mut output = Output::standard(stdout, stderr);
    output.quiet = globals.quiet;
    let current = std::env::current_dir().unwrap_or_default();
    let directory = globals.directory.as_ref().map_or_else(|| current.clone(), |given| entered(&current.join(given)));
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = match std::env::var_os("GIT_FLAG_NOW").filter(|text| !text.is_empty()) {
        Some(text) => fixed_time(&text.to_string_lossy())?,
        None => Timestamp::from_unix(i64::try_from(clock).unwrap_or(i64::MAX)),
    };
    let terminals = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let interactive = terminals && !globals.no_input && !set("CI");
    let command_line = arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    Ok(Session::new(SessionOptions { directory, now, interactive, output, command_line }))
}

/// The time that `GIT_FLAG_NOW` says it is.
fn fixed_time(text: &str) -> Result<Timestamp> {
    Timestamp::parse(text).map_err(|error| {
        Failure::new(&change::BAD_ARGUMENT, format!("the environment variable `GIT_FLAG_NOW` is set, but {error}"))
            .help("`unset GIT_FLAG_NOW` takes the time of the clock")
    })
}

/// The folder in which a process that enters `path` is: without links and `..`, which lie about the folders above it.
fn entered(path: &std::path::Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// The folder of the process, for completion, which has no session.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
pub(super) fn current_directory() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// The person's home folder.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
pub(super) fn home() -> Option<PathBuf> {
    std::env::home_dir()
}

/// A variable of the process's environment, unless it is empty.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where programs keep data of the person: `$XDG_DATA_HOME`, else `~/.local/share`.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
pub(super) fn data_home() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| home().map(|home| home.join(".local/share")))
}

/// The words of the command line, for completion, which has no session.
pub(super) fn process_arguments() -> impl Iterator<Item = String> {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned())
}

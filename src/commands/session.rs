//! What a command works with: folder, time, environment variables, output, and the person at the terminal.

use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Repository};
use crate::model::{EnvironmentName, Timestamp};
use crate::project::{Root, no_commits};
use crate::render::{Format, Output, Pager, diagnostic};
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
    /// What was asked and answered, as options.
    answers: Vec<String>,
}

impl Session {
    /// A session.
    #[must_use]
    pub fn new(options: SessionOptions) -> Self {
        let SessionOptions { directory, now, interactive, output, command_line } = options;
        Self { output, directory, now, interactive, command_line, answers: Vec::new() }
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
        let answer = self.line(&format!("{question} [y/N] "))?;
        let yes = answer.trim_start().to_ascii_lowercase().starts_with('y');
        self.answers.extend((yes && instead.starts_with("--")).then(|| instead.to_owned()));
        Ok(yes)
    }

    /// Asks for a line of text, which `option` would have given.
    ///
    /// # Errors
    /// When standard input can't be read.
    pub fn ask(&mut self, question: &str, option: &str) -> Result<String> {
        let answer = self.line(question)?;
        self.answers.extend([option.to_owned(), answer.clone()]);
        Ok(answer)
    }

    /// The command that does the same without asking; `None` when nothing was asked.
    #[must_use]
    pub fn without_questions(&self) -> Option<String> {
        let words = self.command_line.iter().chain(&self.answers).map(|word| quoted(word));
        (!self.answers.is_empty()).then(|| format!("git flag {}", words.collect::<Vec<_>>().join(" ")))
    }

    fn line(&mut self, question: &str) -> Result<String> {
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
    let now = match std::env::var_os("GIT_FLAG_NOW").filter(|text| !text.is_empty()) {
        Some(text) => fixed_time(&text.to_string_lossy())?,
        None => clock(),
    };
    let height = output.height(&variable).filter(|_| !globals.no_pager);
    output.pager = height.map(|height| pager(height, directory.clone()));
    let terminals = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let interactive = terminals && !globals.no_input && !set("CI");
    let command_line = arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    Ok(Session::new(SessionOptions { directory, now, interactive, output, command_line }))
}

/// The time by the clock of the machine.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
pub(super) fn clock() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_unix(i64::try_from(since.map_or(0, |since| since.as_secs())).unwrap_or(i64::MAX))
}

/// The pager: `GIT_FLAG_PAGER`, else the one that Git would start. Git itself says so by a `GIT_PAGER` of `cat` when it
/// is to start none (`git --no-pager flag …`).
fn pager(height: u16, directory: PathBuf) -> Pager {
    let command = move || {
        let configured = || Repository::discover(&directory).ok()??.config("core.pager").ok()?;
        let asked = variable_or_empty("GIT_PAGER");
        let is_off = |command: &str| command.is_empty() || command == "cat";
        let own = variable_or_empty("GIT_FLAG_PAGER").filter(|_| !asked.as_deref().is_some_and(is_off));
        let chosen = own.or(asked).or_else(configured).or_else(|| variable_or_empty("PAGER"));
        Some(chosen.unwrap_or_else(|| "less".into())).filter(|command| !is_off(command))
    };
    // What Git gives its pager, too: leave when all fits, keep colours and what was shown.
    let variables = [("LESS", "FRX"), ("LV", "-c")].into_iter().filter(|(name, _)| variable(name).is_none());
    Pager { height, command: Box::new(command), variables: variables.collect() }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
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

/// A variable of the process's environment, for which being empty means something.
#[expect(clippy::disallowed_methods, reason = "effects enter here")]
fn variable_or_empty(name: &str) -> Option<String> {
    std::env::var(name).ok()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Terminal;

    #[test]
    fn what_was_asked_can_be_said_at_once() {
        let mut session = Session::new(SessionOptions {
            directory: PathBuf::new(),
            now: Timestamp::from_unix(0),
            interactive: true,
            output: Output::standard(Terminal::plain(), Terminal::plain()),
            command_line: ["kill", "a", "--env", "production", "--ticket", "a b"].map(str::to_owned).into(),
        });
        assert_eq!(session.without_questions(), None);
        session.answers = vec!["--reason".into(), "it's \"bad\"".into(), "--yes".into()];
        let line = r#"git flag kill a --env production --ticket 'a b' --reason 'it'\''s "bad"' --yes"#;
        assert_eq!(session.without_questions().as_deref(), Some(line));
    }
}

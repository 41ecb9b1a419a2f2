//! The one place that starts `git`.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Environment, GitError};

/// The oldest Git that has `git hook run` and `cat-file --batch-command`: major and minor version.
pub const MINIMUM_VERSION: (u32, u32) = (2, 36);

/// How much of the user's setup a command may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Reads: nothing that a checkout or its configuration names is executed, no optional lock is taken.
    Read,
    /// Writes on behalf of the user, with the user's configuration; messages stay English so that they can be told
    /// apart.
    Write,
    /// Runs the user's hooks in the user's language.
    Hook,
}

/// Settings by which Git would run other programs, or say other things, while we only read.
const READ_SETTINGS: &[&str] = &[
    "core.fsmonitor=false",
    // `git diff` writes the refreshed index, whatever is said about optional locks.
    "diff.autoRefreshIndex=false",
    "core.pager=cat",
    "protocol.ext.allow=never",
    "log.showSignature=false",
    "log.follow=false",
];

/// Settings by which all that Git writes is on the disk before it says so.
const DURABLE_SETTINGS: &[&str] = &["core.fsync=all", "core.fsyncMethod=fsync"];

/// Where `git` runs, and with which variables.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) directory: PathBuf,
    pub(super) environment: Environment,
    /// Whether what is written must survive that the machine stops.
    pub(super) durable: Arc<AtomicBool>,
}

impl Place {
    pub(super) fn new(directory: PathBuf, environment: Environment) -> Self {
        Self { directory, environment, durable: Arc::default() }
    }

    pub(super) fn is_durable(&self) -> bool {
        self.durable.load(Ordering::Relaxed)
    }
}

/// What a finished `git` said.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

/// One `git` command to be.
pub(super) struct Git {
    command: Command,
    name: String,
    input: Vec<u8>,
    stdin: Option<Stdio>,
}

impl Git {
    pub(super) fn new(place: &Place, manner: Manner, name: &str) -> Self {
        Self::with_settings(place, manner, &[], name)
    }

    /// With settings (`name=value`) that hold for this command only.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns git")]
    pub(super) fn with_settings(place: &Place, manner: Manner, settings: &[&str], name: &str) -> Self {
        let mut command = Command::new("git");
        command.current_dir(&place.directory);
        for (variable, _) in std::env::vars_os() {
            if variable.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(variable);
            }
        }
        command.envs(place.environment.variables().map(|(name, value)| (name, value)));
        command.env("GIT_TERMINAL_PROMPT", "0");
        if manner != Manner::Hook {
            command.env("LC_ALL", "C").env_remove("LANGUAGE").env("GIT_LITERAL_PATHSPECS", "1");
        }
        if manner == Manner::Read {
            command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_REPLACE_OBJECTS", "1");
        }
        if place.environment.is_offline() && manner != Manner::Hook {
            // What a partial clone lacks stays away; an empty list of protocols allows none.
            command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
        }
        let own = match manner {
            Manner::Read => READ_SETTINGS,
            // Hooks stage files, and what they stage is committed.
            Manner::Write | Manner::Hook if place.is_durable() => DURABLE_SETTINGS,
            Manner::Write | Manner::Hook => &[],
        };
        for setting in own.iter().chain(settings) {
            command.args(["-c", setting]);
        }
        command.arg(name);
        Self { command, name: name.to_owned(), input: Vec::new(), stdin: None }
    }

    pub(super) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub(super) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub(super) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Says what it has to say in whole blocks instead of record by record, unless it is asked to.
    pub(super) fn whole_blocks(self) -> Self {
        self.env("GIT_FLUSH", "0")
    }

    /// Text for its standard input.
    pub(super) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// An open file as its standard input.
    pub(super) fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.stdin = Some(stdin.into());
        self
    }

    /// Runs to the end, whatever the exit code.
    pub(super) fn output(mut self) -> Result<Output, GitError> {
        let stdin = match self.stdin.take() {
            Some(stdin) => stdin,
            None if self.input.is_empty() => Stdio::null(),
            None => Stdio::piped(),
        };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.start()?;
        let pipe = child.stdin.take();
        let input = std::mem::take(&mut self.input);
        // A thread of its own, so that neither side waits for the other when both have much to say.
        let output = thread::scope(|scope| {
            if let Some(mut pipe) = pipe {
                scope.spawn(move || {
                    // A command that does not read all of it says why by its exit code.
                    drop(pipe.write_all(&input));
                });
            }
            child.wait_with_output()
        });
        let output = output.map_err(|error| GitError::io("run", Path::new("git"), error))?;
        Ok(Output {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs to the end; an exit code other than 0 is an error.
    pub(super) fn run(self) -> Result<Vec<u8>, GitError> {
        self.run_or(&[]).map(|output| output.stdout)
    }

    /// Runs to the end; an exit code other than 0 and those in `allowed` is an error.
    pub(super) fn run_or(self, allowed: &[i32]) -> Result<Output, GitError> {
        let name = self.name.clone();
        let directory = self.command.get_current_dir().map(Path::to_owned).unwrap_or_default();
        let output = self.output()?;
        match output.code {
            Some(0) => Ok(output),
            Some(code) if allowed.contains(&code) => Ok(output),
            code => Err(failure(name, code, output.stderr, directory)),
        }
    }

    /// Runs to the end and gives its answer as text without the last line break.
    pub(super) fn line(self) -> Result<String, GitError> {
        let text = String::from_utf8_lossy(&self.run()?).into_owned();
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }

    /// Starts it with pipes on both sides, to be talked to, and its complaints in `stderr`.
    pub(super) fn converse(mut self, stderr: Stdio) -> Result<Child, GitError> {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        self.start()
    }

    /// Starts it with its answer in a pipe, and its complaints in `stderr`.
    pub(super) fn stream(mut self, stderr: Stdio) -> Result<Child, GitError> {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr);
        self.start()
    }

    /// Starts it and never looks back.
    pub(super) fn detach(mut self) -> Result<(), GitError> {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.start().map(drop)
    }

    fn start(&mut self) -> Result<Child, GitError> {
        self.command.spawn().map_err(|error| match (error.kind(), self.command.get_current_dir()) {
            // A missing directory and a missing program are the same error to the system.
            (io::ErrorKind::NotFound, Some(directory)) if !directory.is_dir() => {
                GitError::io("enter", directory, error)
            }
            (io::ErrorKind::NotFound, _) => GitError::NoGit,
            _ => GitError::io("run", Path::new("git"), error),
        })
    }
}

/// The error for a command that failed, in our words where Git's reason is a well-known one.
pub(super) fn failure(command: String, code: Option<i32>, stderr: String, directory: PathBuf) -> GitError {
    if let Some((_, rest)) = stderr.split_once("detected dubious ownership in repository at '") {
        let path = rest.split_once("'\n").map_or(directory, |(path, _)| PathBuf::from(path));
        return GitError::Ownership { path };
    }
    // An old Git fails in many ways, and its age is the reason of them all.
    if command != VERSION
        && let Err(old @ GitError::TooOld { .. }) = git_version()
    {
        return old;
    }
    GitError::Failed { command, code, stderr }
}

const VERSION: &str = "version";

/// The version of the `git` on the PATH, as (major, minor) and in its own words.
///
/// # Errors
/// [`GitError::NoGit`] if there is none, [`GitError::TooOld`] if it is older than [`MINIMUM_VERSION`].
pub fn git_version() -> Result<((u32, u32), String), GitError> {
    let place = Place::new(std::env::temp_dir(), Environment::of_process());
    let said = Git::new(&place, Manner::Write, VERSION).line()?;
    let found = said.trim_start_matches("git version ").to_owned();
    let version = parse_version(&found).ok_or_else(|| GitError::Unexpected {
        command: "version".to_owned(),
        detail: format!("`{said}` is no version"),
    })?;
    if version < MINIMUM_VERSION { Err(GitError::TooOld { found }) } else { Ok((version, found)) }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place::new(std::env::temp_dir(), Environment::default())
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_version("2.47.3"), Some((2, 47)));
        assert_eq!(parse_version("2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(parse_version("3.0.0.rc1.windows.1"), Some((3, 0)));
        assert_eq!(parse_version("unknown"), None);
        assert!(git_version().unwrap().0 >= MINIMUM_VERSION);
    }

    #[test]
    fn a_failure_carries_code_and_complaint() {
        let error = Git::new(&place(), Manner::Read, "no-such-command").run().unwrap_err();
        assert!(matches!(&error, GitError::Failed { code: Some(1), .. }), "{error:?}");
        assert!(error.to_string().contains("is not a git command"), "{error}");
    }

    #[test]
    fn a_missing_directory_is_not_a_missing_git() {
        let place = Place::new("/no/such/place".into(), Environment::default());
        let error = Git::new(&place, Manner::Read, "version").run().unwrap_err();
        assert!(matches!(error, GitError::Io { action: "enter", .. }), "{error:?}");
    }

    #[test]
    fn much_input_and_output_do_not_block() {
        let input = vec![b'x'; 1_000_000];
        let text = Git::new(&place(), Manner::Read, "stripspace").input(input).run().unwrap();
        assert_eq!(text.len(), 1_000_001, "the text and a final line break");
    }
}

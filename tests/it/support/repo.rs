//! A repository in a folder of its own.

use super::{Run, World};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

/// A Git repository with a fixed clock and identity.
pub(crate) struct TestRepo {
    folder: tempfile::TempDir,
    /// Unix seconds; every commit is a minute after the one before.
    clock: AtomicI64,
}

/// 2026-11-20T09:00:00Z
const START: i64 = 1_795_165_200;

impl TestRepo {
    /// An empty repository with the branch `main`.
    pub(crate) fn empty() -> Self {
        let repo = Self::folder();
        // Nothing may still run, and lock something, when the next command is looked at.
        repo.shell("git init -q -b main && git config maintenance.auto false").ok();
        repo
    }

    /// A folder without Git.
    pub(crate) fn folder() -> Self {
        let folder = tempfile::Builder::new().prefix("git-flag-test-").tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("work")).expect("a folder");
        std::fs::create_dir_all(folder.path().join("home")).expect("a home");
        Self { folder, clock: AtomicI64::new(START) }
    }

    /// A repository after `git flag init`.
    pub(crate) fn init() -> Self {
        let repo = Self::empty();
        repo.flag(&["init"]).ok();
        repo
    }

    /// A repository after `init`, with the boolean flag `new-checkout`.
    pub(crate) fn with_flag() -> Self {
        let repo = Self::init();
        repo.flag(&[
            "create",
            "new-checkout",
            "--type",
            "boolean",
            "--owner",
            "team-pay",
            "--description",
            "One-page checkout",
            "--expires",
            "2027-03-01",
            "--kind",
            "release",
        ])
        .ok();
        repo
    }

    /// The same again, in a folder of its own.
    pub(crate) fn copy(&self) -> Self {
        let other = Self::folder();
        other.clock.store(self.clock.load(Ordering::Relaxed), Ordering::Relaxed);
        copy_folder(self.outside(), other.outside());
        other
    }

    /// The work tree.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The folder that holds the work tree and the home folder.
    pub(crate) fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the work tree, making folders.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let full = self.path().join(path);
        std::fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
        std::fs::write(full, text).expect("a written file");
    }

    /// Reads a file of the work tree.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces text in a file of the work tree; it must be there.
    #[track_caller]
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} lacks {from:?}:\n{text}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Runs Git, which must succeed, and returns what it printed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let run = self.try_git(arguments);
        assert_eq!(run.code, 0, "git {arguments:?}\n{run}");
        run.stdout
    }

    /// Runs Git.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new("git");
        command.args(arguments);
        self.run(command, None)
    }

    /// Runs a line of shell.
    pub(crate) fn shell(&self, line: &str) -> Run {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        self.run(command, None)
    }

    /// Stages everything and commits it.
    #[track_caller]
    pub(crate) fn commit_all(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// Runs `git-flag`.
    pub(crate) fn flag(&self, arguments: &[&str]) -> Run {
        self.flag_with(arguments, &[], None)
    }

    /// Runs `git-flag` with more environment variables and text on standard input.
    pub(crate) fn flag_with(&self, arguments: &[&str], variables: &[(&str, &str)], input: Option<&str>) -> Run {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("git-flag"));
        command.args(arguments).envs(variables.iter().copied());
        self.run(command, input)
    }

    /// `git-flag` with these arguments, to be started and watched by the caller.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("git-flag"));
        command.args(arguments);
        self.prepare(&mut command);
        command.stdin(Stdio::null());
        command
    }

    /// Runs `git-flag` in another world than the usual one.
    pub(crate) fn flag_in(&self, world: &World, arguments: &[&str]) -> Run {
        let binary = assert_cmd::cargo::cargo_bin!("git-flag");
        let mut command = match world.through.split_first() {
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(binary);
                command
            }
            None => Command::new(binary),
        };
        command.args(arguments);
        for (name, value) in &world.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(self.outside().join(world.directory.unwrap_or("work")));
        self.run(command, None)
    }

    /// How many commits HEAD has.
    #[track_caller]
    pub(crate) fn commits(&self) -> usize {
        self.git(&["rev-list", "--count", "HEAD"]).trim().parse().expect("a number")
    }

    /// `git status --porcelain`, empty when all is clean.
    #[track_caller]
    pub(crate) fn status(&self) -> String {
        self.git(&["status", "--porcelain", "--untracked-files=all"])
    }

    /// Gives a program the hermetic environment; what its caller set for it stays.
    fn prepare(&self, command: &mut Command) {
        let now = self.clock.fetch_add(60, Ordering::Relaxed);
        let binary = assert_cmd::cargo::cargo_bin!("git-flag");
        let mut path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
        path.insert(0, binary.parent().expect("a folder").to_path_buf());
        let given: Vec<(OsString, Option<OsString>)> =
            command.get_envs().map(|(name, value)| (name.to_owned(), value.map(OsStr::to_owned))).collect();
        let directory = command.get_current_dir().map_or_else(|| self.path(), Path::to_path_buf);
        command
            .current_dir(directory)
            .env_clear()
            .env("PATH", std::env::join_paths(path).expect("a PATH"))
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.folder.path().join("home/.gitconfig"))
            .env("GIT_AUTHOR_NAME", "Ada Lovelace")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada Lovelace")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", format!("{now} +0000"))
            .env("GIT_COMMITTER_DATE", format!("{now} +0000"))
            .env("GIT_FLAG_NOW", rfc3339(now))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, value) in given {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }

    fn run(&self, mut command: Command, input: Option<&str>) -> Run {
        self.prepare(&mut command);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().expect("a started program");
        if let Some(text) = input {
            use std::io::Write as _;
            // A program that does not read its input is no failure of the test.
            let _ = child.stdin.take().expect("standard input").write_all(text.as_bytes());
        }
        let output = child.wait_with_output().expect("an ended program");
        Run {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind of file").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Unix seconds as RFC 3339; tests stay within a day of the start.
fn rfc3339(unix: i64) -> String {
    git_flag::model::Timestamp::from_unix(unix).to_string()
}

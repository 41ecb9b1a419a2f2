//! Repositories for tests: in a temporary directory, with nothing of the machine's configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicI64, Ordering};

use super::{CommitId, Environment, ObjectId, Reader, Repository};

/// When the first commit of a sandbox was made; each later one is a minute after the one before.
pub(super) const EPOCH: i64 = 1_700_000_000;

/// A repository, with `main` as its unborn branch and a fixed identity.
pub(super) struct Sandbox {
    directory: tempfile::TempDir,
    top: PathBuf,
    variables: Vec<(String, String)>,
    minutes: AtomicI64,
}

impl Sandbox {
    pub(super) fn new() -> Self {
        Self::with_init(&[]).expect("git init")
    }

    /// With more arguments to `git init`; `None` if this Git does not know them.
    pub(super) fn with_init(arguments: &[&str]) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().canonicalize().unwrap().join("repo");
        fs::create_dir(&top).unwrap();
        let fixed = [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.com"),
            ("GIT_COMMITTER_NAME", "Ada"),
            ("GIT_COMMITTER_EMAIL", "ada@example.com"),
        ];
        let variables = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sandbox = Self { directory, top, variables, minutes: AtomicI64::new(0) };
        let mut init = vec!["init", "-q", "-b", "main"];
        init.extend(arguments);
        if !sandbox.try_git(&init).status.success() {
            return None;
        }
        // Nothing may still run when the directory goes.
        sandbox.git(&["config", "maintenance.auto", "false"]);
        Some(sandbox)
    }

    pub(super) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn without_variables(mut self, prefix: &str) -> Self {
        self.variables.retain(|(name, _)| !name.starts_with(prefix));
        self
    }

    /// A second directory beside the repository, for what must not be inside.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.top.join(path)
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(super) fn command(&self, directory: &Path) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        let date = format!("{} +0000", EPOCH + 60 * self.minutes.load(Ordering::Relaxed));
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).env("LC_ALL", "C");
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).current_dir(directory);
        command
    }

    pub(super) fn try_git(&self, arguments: &[&str]) -> Output {
        self.command(&self.top).args(arguments).output().unwrap()
    }

    /// Runs `git`, which must succeed, and gives its answer without the last line break.
    pub(super) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
    }

    /// Makes the commits of a stream for `git fast-import`, and checks out `main`.
    pub(super) fn import(&self, stream: &str) {
        let file = self.beside("stream");
        std::fs::write(&file, stream).unwrap();
        let mut command = self.command(self.top());
        let output =
            command.args(["fast-import", "--quiet"]).stdin(std::fs::File::open(file).unwrap()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.git(&["reset", "-q", "--hard", "main"]);
    }

    pub(super) fn commit_all(&self, message: &str) -> CommitId {
        self.git(&["add", "--all"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.head()
    }

    pub(super) fn merge(&self, branch: &str) -> CommitId {
        self.git(&["merge", "-q", "--no-ff", "-m", "merge", branch]);
        self.head()
    }

    /// The commit of HEAD; the next commit is a minute later.
    pub(super) fn head(&self) -> CommitId {
        self.minutes.fetch_add(1, Ordering::Relaxed);
        ObjectId::from_hex(self.git(&["rev-parse", "HEAD"]).as_bytes()).unwrap()
    }

    pub(super) fn environment(&self) -> Environment {
        Environment::new(self.variables.iter().cloned())
    }

    /// Opened as a command would.
    pub(super) fn repository(&self) -> Repository {
        self.open(&self.top, Reader::Auto)
    }

    pub(super) fn open(&self, start: &Path, reader: Reader) -> Repository {
        Repository::discover_with(start, self.environment(), reader).unwrap().expect("a repository")
    }

    /// Opened twice: with libgit2 and with the executable alone.
    pub(super) fn both(&self) -> [Repository; 2] {
        let repositories = [self.repository(), self.open(&self.top, Reader::Executable)];
        assert!(repositories[0].reads_in_process() && !repositories[1].reads_in_process());
        repositories
    }

    /// Installs an executable hook.
    #[cfg(unix)]
    pub(super) fn hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(".git/hooks").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What `git status` says, one line for each file.
    pub(super) fn status(&self) -> String {
        self.git(&["status", "--porcelain", "--untracked-files=all"])
    }
}

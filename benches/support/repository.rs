//! Generated repositories on disk. They are kept below the target folder, and made again when their plan changes.

use super::support::{Plan, fast_import};
use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Raised whenever the generator writes something else.
const GENERATION: u32 = 2;

/// A generated repository.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    folder: PathBuf,
}

impl Bench {
    /// The repository of that plan, packed and with a commit-graph, as `git gc` leaves it.
    #[must_use]
    pub(crate) fn of(plan: &Plan) -> Self {
        let Plan { flags, commits, merge_every, move_every, other_files } = plan;
        let name = format!("g{GENERATION}-{flags}-{commits}-{merge_every}-{move_every}-{other_files}");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("repositories").join(name);
        let bench = Self { folder };
        let done = bench.folder.join(".git/generated");
        if !done.exists() {
            bench.generate(plan);
            fs::write(&done, "").unwrap();
        }
        let _ = fs::remove_dir_all(bench.cache());
        bench
    }

    fn generate(&self, plan: &Plan) {
        let _ = fs::remove_dir_all(&self.folder);
        fs::create_dir_all(&self.folder).unwrap();
        self.run(&["init", "-q", "-b", "main"]);
        let mut import = self.git(&["fast-import", "--quiet", "--done"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = BufWriter::new(import.stdin.take().unwrap());
        fast_import(plan, &mut input).unwrap();
        drop(input);
        assert!(import.wait().unwrap().success(), "git fast-import failed");
        self.run(&["reset", "-q", "--hard"]);
        self.run(&["gc", "-q"]);
    }

    /// A copy that may be changed; it goes away with the returned guard.
    #[must_use]
    pub(crate) fn copy(&self) -> (Self, tempfile::TempDir) {
        let guard = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let copy = Self { folder: guard.path().join("copy") };
        let [from, to] = [&self.folder, &copy.folder].map(|path| path.to_str().unwrap().to_owned());
        self.run(&["clone", "-q", &from, &to]);
        copy.run(&["commit-graph", "write", "--reachable"]);
        (copy, guard)
    }

    /// The work tree.
    #[must_use]
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where git-flag keeps its caches.
    #[must_use]
    pub(crate) fn cache(&self) -> PathBuf {
        self.folder.join(".git/git-flag")
    }

    /// `git` with these arguments, in the work tree.
    #[must_use]
    pub(crate) fn git(&self, arguments: &[&str]) -> Command {
        self.command("git", arguments)
    }

    /// The release binary with these arguments, in the work tree.
    #[must_use]
    pub(crate) fn flag(&self, arguments: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_git-flag"), arguments)
    }

    /// A program with these arguments in the work tree; nothing of the user's own configuration is seen.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a benchmark starts programs")]
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.com");
        }
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", &self.folder);
        command
    }

    fn run(&self, arguments: &[&str]) {
        assert!(self.git(arguments).status().unwrap().success(), "git {arguments:?} failed");
    }
}

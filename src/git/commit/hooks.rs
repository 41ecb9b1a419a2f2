//! The user's hooks, on an index of their own.

use std::fs;
use std::path::{Path, PathBuf};

use super::check::Ground;
use super::lock::Lock;
use super::{
    Change, CommitError, CommitRequest, Judge, ObjectId, Repository, index_file, journal, loan, message, tree,
};
use crate::git::GitError;
use crate::git::run::{Git, Manner, Output};

/// Tells our own hook that it need not look.
pub(super) const MARK: &str = "GIT_FLAG_COMMIT";

/// Whether running `name` would run anything.
pub(super) fn exists(repository: &Repository, name: &str) -> Result<bool, GitError> {
    let directory = match repository.config_path("core.hookspath")? {
        Some(path) => repository.place.directory.join(path),
        None => repository.common_dir.join("hooks"),
    };
    // Newer versions of Git also take hooks from the configuration.
    Ok(is_executable(&directory.join(name)) || repository.has_setting(|key| key.starts_with("hook."))?)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}

/// What hooks leave.
pub(super) struct Outcome {
    pub(super) tree: ObjectId,
    pub(super) message: String,
    /// What they said.
    pub(super) notes: Vec<String>,
}

/// What a hook said that let the commit pass; `git commit` would show it.
pub(super) fn note(name: &str, output: &Output) -> Option<String> {
    let said = said(output);
    (!said.is_empty()).then(|| format!("the hook `{name}` says: {said}"))
}

fn said(output: &Output) -> String {
    let text = [output.stderr.trim(), String::from_utf8_lossy(&output.stdout).trim()].join("\n");
    text.trim().to_owned()
}

/// Runs the hooks of a commit, if there are any, with our files lent to the work tree. Renews `changes` as they leave it.
pub(super) fn run(
    repository: &Repository,
    lock: &Lock,
    request: &CommitRequest,
    ground: &Ground,
    planned: ObjectId,
    changes: &mut [Change],
    judge: &mut Judge<'_>,
) -> Result<Outcome, CommitError> {
    let text = message::clean(repository, &request.message)?;
    let wanted =
        |name: &str, check: bool| Ok::<_, CommitError>(!(check && request.skip_checks) && exists(repository, name)?);
    let before = wanted("pre-commit", true)?;
    let prepare = wanted("prepare-commit-msg", false)?;
    let after = wanted("commit-msg", true)?;
    if !(before || prepare || after) {
        return Ok(Outcome { tree: planned, message: text, notes: Vec::new() });
    }
    if ground.here {
        loan::lend(repository, changes)?;
    }
    let scratch = journal::scratch(repository)?;
    let desk = Desk {
        repository,
        lock,
        index: scratch.join(format!("hooks-{}", journal::nonce())),
        message: scratch.join("COMMIT_EDITMSG"),
        mark: &request.operation,
    };
    desk.lay(ground, planned)?;
    let mut tree = planned;
    let mut notes = Vec::new();
    if before {
        notes.extend(desk.hook("pre-commit", &[])?);
        tree = desk.taken(ground, changes, judge, planned)?;
    }
    let file = &desk.message;
    let name = file.to_string_lossy().into_owned();
    fs::write(file, &text).map_err(|error| CommitError::io("write", file, error))?;
    if prepare {
        notes.extend(desk.hook("prepare-commit-msg", &[&name, "message"])?);
    }
    if after {
        notes.extend(desk.hook("commit-msg", &[&name])?);
    }
    let text = fs::read(file).map_err(|error| CommitError::io("read", file, error))?;
    Ok(Outcome { tree, message: message::clean(repository, &String::from_utf8_lossy(&text))?, notes })
}

/// What hooks work on; gone when dropped.
struct Desk<'a> {
    repository: &'a Repository,
    lock: &'a Lock,
    index: PathBuf,
    /// Not the `COMMIT_EDITMSG` of Git, in which the user may be writing at this moment.
    message: PathBuf,
    mark: &'a str,
}

impl Desk<'_> {
    fn git(&self, manner: Manner, name: &str) -> Git {
        self.repository.git(manner, name).env("GIT_INDEX_FILE", self.index.as_os_str())
    }

    /// The user's index, reset to the tree that is to be committed.
    fn lay(&self, ground: &Ground, tree: ObjectId) -> Result<(), CommitError> {
        if ground.here {
            index_file::copy(&self.repository.index_path, &self.index)?;
        }
        self.git(Manner::Write, "read-tree")
            .arg("--reset")
            .arg(tree.to_string())
            .run()
            .map_err(CommitError::of_write)?;
        if ground.here {
            // As Git does before hooks: scripts that run `git diff-files` would take our files for edited. Its exit code
            // tells that some other file is, which is nothing to us.
            self.git(Manner::Write, "update-index").args(["-q", "--refresh"]).run_or(&[1])?;
        }
        Ok(())
    }

    fn hook(&self, name: &str, arguments: &[&str]) -> Result<Option<String>, CommitError> {
        let mut git = self.git(Manner::Hook, "hook").args(["run", "--ignore-missing", name]);
        if !arguments.is_empty() {
            git = git.arg("--").args(arguments);
        }
        // Should we be killed, nobody looks at our files before the hook is done with them: what runs it holds our lock.
        // The hook itself gets nothing to read, as from Git. No editor will be opened, and hooks are told so.
        let output = git.stdin(self.lock.share()).env("GIT_EDITOR", ":").env(MARK, self.mark_text()).output()?;
        if output.code == Some(0) {
            return Ok(note(name, &output));
        }
        if output.stderr.contains("'hook' is not a git command") {
            crate::git::git_version()?;
        }
        Err(CommitError::Hook { name: name.to_owned(), output: said(&output) })
    }

    fn mark_text(&self) -> &str {
        if self.mark.is_empty() { "1" } else { self.mark }
    }

    /// What `pre-commit` left in the index: it may have changed our files and no others.
    fn taken(
        &self,
        ground: &Ground,
        changes: &mut [Change],
        judge: &mut Judge<'_>,
        planned: ObjectId,
    ) -> Result<ObjectId, CommitError> {
        let tree = tree::parse(&self.git(Manner::Write, "write-tree").line().map_err(CommitError::of_write)?)?;
        if tree == planned {
            return Ok(tree);
        }
        let base = match ground.base {
            Some(base) => tree::of_commit(self.repository, base)?.to_string(),
            None => self.repository.format.empty_tree().to_owned(),
        };
        let git = self.repository.git(Manner::Read, "diff-tree").args(["-r", "-z", "--name-only", "--no-renames"]);
        let names = git.args([base, tree.to_string()]).run()?;
        let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty()).map(String::from_utf8_lossy);
        let foreign: Vec<String> =
            names.filter(|name| changes.iter().all(|change| change.path != **name)).map(Into::into).collect();
        if !foreign.is_empty() {
            return Err(CommitError::HookTouched { paths: foreign });
        }
        let mut taken_back = Vec::new();
        for change in changes.iter_mut() {
            let entry = self.repository.entry(tree, &change.path)?;
            if entry.as_ref().is_some_and(|entry| entry.mode != change.mode) {
                return Err(CommitError::NotAFile { path: change.path.clone() });
            }
            let blob = entry.as_ref().map(|entry| entry.id);
            if blob == change.old && blob != change.blob {
                taken_back.push(change.path.clone());
            }
            change.blob = blob;
            change.new = entry.map(|entry| self.repository.read(entry.id)).transpose()?;
        }
        if !taken_back.is_empty() {
            return Err(CommitError::HookTookBack { paths: taken_back });
        }
        let files: Vec<_> = changes.iter().map(|change| (change.path.clone(), change.new.clone())).collect();
        judge(&files).map_err(|reason| CommitError::HookBroke { reason })?;
        Ok(tree)
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        for file in [&self.index, &self.index.with_extension("lock"), &self.message] {
            journal::remove_if_there(file);
        }
    }
}

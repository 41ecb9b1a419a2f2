//! A command about to be struck, and what has to hold afterwards.

use super::Random;
use super::shim::{Blow, Counter};
use crate::support::{Run, Sample, TestRepo};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Files of the work tree, or entries of the index, by path.
type Files = BTreeMap<String, String>;

/// A repository in which a command is to run, beside a person's other work.
pub(super) struct Scene {
    /// How long the command takes.
    pub(super) time: Duration,
    /// How many calls that modify files it makes.
    pub(super) calls: usize,
    words: Vec<&'static str>,
    ready: TestRepo,
    before: Sight,
    after: Sight,
    status: String,
}

/// What there is to see of flags.
struct Sight {
    tree: String,
    work_tree: Files,
    index: Files,
}

impl Sight {
    fn of(repo: &TestRepo) -> Self {
        let index = repo.git(&["ls-files", "-s", "--", "flags"]);
        let entries = index.lines().filter_map(|line| line.split_once('\t'));
        Self {
            tree: repo.git(&["rev-parse", "HEAD^{tree}"]),
            work_tree: flags(repo),
            index: entries.map(|(looks, path)| (path.to_owned(), looks.to_owned())).collect(),
        }
    }
}

/// What the command after the blow is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Next {
    /// One that reads.
    Read,
    /// The same once more, with the same operation id.
    Again,
    /// Another change.
    Other,
}

/// How a command that was struck ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    /// It said that all is done.
    pub(super) acknowledged: bool,
}

/// Some commands write the time into the flag.
const NOW: (&str, &str) = ("GIT_FLAG_NOW", "2026-11-21T00:00:00Z");
const OTHER: [&str; 4] = ["set", "limits", "owner=team-other", "--quiet"];
/// Files that look as if a command of ours had left them, and are a person's.
const THEIRS: [&str; 3] = [".git/refs/heads/theirs.lock", ".git-flag-notes", ".git/git-flag/notes"];

impl Scene {
    /// `hooks`: with a hook that lets everything pass.
    pub(super) fn new(sample: &Sample, hooks: bool) -> Self {
        static SHOP: OnceLock<TestRepo> = OnceLock::new();
        let ready = match sample.command {
            "init" => TestRepo::empty(),
            _ => SHOP.get_or_init(TestRepo::shop).copy(),
        };
        if !sample.before.is_empty() {
            ready.shell(sample.before).ok();
        }
        ready.write("README.md", "a shop\n");
        let hook = "printf '#!/bin/sh\\n' >.git/hooks/pre-commit && chmod +x .git/hooks/pre-commit";
        ready.shell("rm -rf .git/hooks/*; git add README.md && git commit -q -m words").ok();
        ready.shell(if hooks { hook } else { "" }).ok();
        ready.write("README.md", "a shop, edited\n");
        ready.write("notes.txt", "staged\n");
        ready.git(&["add", "notes.txt"]);
        ready.write("todo.txt", "untracked\n");
        for path in THEIRS {
            ready.write(path, "");
        }
        let words = sample.with(&["--op-id", "op-1"]);
        let mut scene = Self {
            time: Duration::ZERO,
            calls: 0,
            words,
            status: ready.status(),
            before: Sight::of(&ready),
            after: Sight::of(&ready),
            ready,
        };
        let done = scene.copy();
        let counter = Counter::new(done.outside());
        let mut command = scene.command(&done);
        counter.arm(&mut command, 0, Blow::Kill);
        let start = Instant::now();
        ended(command.spawn().expect("a started program")).ok();
        (scene.time, scene.calls) = (start.elapsed(), counter.read().0);
        scene.after = Sight::of(&done);
        assert_eq!(done.status(), scene.status, "{:?} without a blow", scene.words);
        scene
    }

    /// The command that is to be struck.
    pub(super) fn command(&self, repo: &TestRepo) -> Command {
        let mut command = repo.command(&self.words);
        command.env(NOW.0, NOW.1);
        command
    }

    /// A copy of its own for one blow.
    pub(super) fn copy(&self) -> TestRepo {
        self.ready.copy()
    }

    pub(super) fn words(&self) -> &[&'static str] {
        &self.words
    }

    /// What must hold at the very moment of the blow: index and work tree show old or new, and nothing else.
    pub(super) fn shows_no_third_thing(&self, repo: &TestRepo) -> Result<(), String> {
        let now = Sight::of(repo);
        for (what, now, before, after) in [
            ("work tree", &now.work_tree, &self.before.work_tree, &self.after.work_tree),
            ("index", &now.index, &self.before.index, &self.after.index),
        ] {
            let paths: BTreeSet<&String> = now.keys().chain(before.keys()).chain(after.keys()).collect();
            for path in paths {
                let found = now.get(path);
                if found != before.get(path) && found != after.get(path) {
                    return Err(format!("{what}: {path} is {found:?}"));
                }
            }
        }
        Ok(())
    }

    /// What must hold of a command that said it failed: nothing of it is to be seen.
    pub(super) fn is_untouched(&self, repo: &TestRepo) -> Result<(), String> {
        let now = Sight::of(repo);
        same("the tree of HEAD", &now.tree, &self.before.tree)?;
        for (what, now, before) in
            [("work tree", &now.work_tree, &self.before.work_tree), ("index", &now.index, &self.before.index)]
        {
            let paths = now.keys().chain(before.keys());
            let changed: BTreeSet<&String> = paths.filter(|path| now.get(*path) != before.get(*path)).collect();
            if !changed.is_empty() {
                return Err(format!("the {what} still has what was refused: {changed:?}"));
            }
        }
        Ok(())
    }

    /// What must hold after the next command.
    pub(super) fn settles(&self, repo: &TestRepo, ending: Ending, next: Next) -> Result<(), String> {
        let starts = self.words[0] == "init";
        let next = if starts { Next::Again } else { next };
        let run = match next {
            Next::Read => repo.flag(&["list"]),
            Next::Again => repo.flag_with(&self.words, &[NOW], None),
            Next::Other => repo.flag(&OTHER),
        };
        let wrong = |what: String| Err(format!("{what}\nnext {next:?}\n{run}"));
        if run.code != 0 || run.internals().is_some() {
            return wrong("the next command failed".into());
        }
        let struck = if matches!(next, Next::Other) { "HEAD~1" } else { "HEAD" };
        let tree = repo.git(&["rev-parse", &format!("{struck}^{{tree}}")]);
        let done = tree == self.after.tree;
        if !done && tree != self.before.tree {
            return wrong("history has neither the old nor the new flags".into());
        }
        if !done && (ending.acknowledged || matches!(next, Next::Again)) {
            return wrong("an acknowledged change is lost".into());
        }
        let commits = repo.commits() - usize::from(matches!(next, Next::Other)) - usize::from(done);
        if commits != self.ready.commits() {
            return wrong(format!("{commits} commits before it, not {}", self.ready.commits()));
        }
        if let Err(what) = self.is_tidy(repo, next) {
            return wrong(what);
        }
        Ok(())
    }

    fn is_tidy(&self, repo: &TestRepo, next: Next) -> Result<(), String> {
        same("status", &repo.status(), &self.status)?;
        same("an edited file", &repo.read("README.md"), &"a shop, edited\n".to_owned())?;
        same("a staged file", &repo.git(&["show", ":notes.txt"]), &"staged\n".to_owned())?;
        let mut left = BTreeSet::new();
        stale(&repo.path(), "", &mut left);
        if !matches!(next, Next::Other) {
            // What only we ever see is removed by the next command that commits.
            left.retain(|path| !path.starts_with(".git/git-flag/") || THEIRS.contains(&path.as_str()));
        }
        let theirs: BTreeSet<String> = THEIRS.iter().map(|path| (*path).to_owned()).collect();
        same("files that look stale", &left, &theirs)?;
        let run = repo.try_git(&["fsck", "--strict", "--no-dangling"]);
        if run.code == 0 && run.stderr.is_empty() { Ok(()) } else { Err(format!("git fsck: {run}")) }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, expected: &T) -> Result<(), String> {
    if is == expected { Ok(()) } else { Err(format!("{what} is {is:?}, not {expected:?}")) }
}

/// Files of flags in the work tree; our drafts beside them are none.
fn flags(repo: &TestRepo) -> Files {
    fn walk(folder: &Path, prefix: &str, found: &mut Files) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry")) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}/{name}");
            if entry.path().is_dir() {
                walk(&entry.path(), &path, found);
            } else if !name.starts_with(".git-flag-") {
                found.insert(path, std::fs::read_to_string(entry.path()).expect("text"));
            }
        }
    }
    let mut found = Files::new();
    walk(&repo.path().join("flags"), "flags", &mut found);
    found
}

/// Locks, drafts and notes of commands; not the temporary objects of Git, which `git gc` removes.
fn stale(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let is_ours = prefix == ".git/git-flag/" && !["lock", "history", "compiled"].contains(&name.as_str());
        if entry.path().is_dir() {
            if path != ".git/objects" && path != ".git/git-flag/history" {
                stale(&entry.path(), &format!("{path}/"), found);
            }
        } else if is_ours
            || name.starts_with(".git-flag-")
            || Path::new(&name).extension().is_some_and(|it| it == "lock")
        {
            found.insert(path);
        }
    }
}

impl Ending {
    /// Of a child whose output nobody wants.
    pub(super) fn of(status: ExitStatus) -> Self {
        Self { acknowledged: status.success() }
    }
}

/// Waits until nothing of the command runs any more, also what outlives its killed parent.
pub(super) fn await_group(id: u32) {
    let group = format!("-{id}");
    for _ in 0..2_000 {
        let asked = Command::new("kill").args(["-0", "--", &group]).output().expect("kill");
        if !asked.status.success() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("processes of group {id} do not end");
}

/// Kills a command, alone or with all that it started.
pub(super) fn kill(child: &mut Child, with_children: bool) {
    if with_children {
        // It may have ended by itself.
        let group = format!("-{}", child.id());
        drop(Command::new("kill").args(["-KILL", "--", &group]).output());
    } else {
        drop(child.kill());
    }
}

impl Next {
    pub(super) fn any(random: &mut Random) -> Self {
        [Self::Read, Self::Again, Self::Other][random.below(3)]
    }
}

/// What a run that is over said.
pub(super) fn ended(child: Child) -> Run {
    let output = child.wait_with_output().expect("an ended program");
    Run {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}

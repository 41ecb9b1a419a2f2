//! Machines on which something is missing: Git, an identity, the right to write.

use super::{Case, Expect, read_only};
use crate::support::{TestRepo, World};
use std::os::unix::fs::PermissionsExt as _;

const UNUSABLE: &[&str] = &["F210"];

/// A folder to be the whole `PATH`, with a `git` of this text.
fn path_with(repo: &TestRepo, git: Option<&str>) -> World {
    let folder = repo.outside().join("bin");
    std::fs::create_dir_all(&folder).expect("a folder");
    if let Some(text) = git {
        let path = folder.join("git");
        std::fs::write(&path, text).expect("a script");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("an executable");
    }
    World::default().set("PATH", folder.to_string_lossy())
}

const REFUSED: Expect = Expect::Fails(6, &["F212", "F213"]);

#[test]
fn no_git_program() {
    let make = |repo: &TestRepo| path_with(repo, None);
    let history = Expect::Either(6, UNUSABLE);
    Case { history, hooks: history, ..read_only(make, Expect::Fails(6, UNUSABLE)) }.check();
}

#[test]
fn an_old_git_program() {
    let make = |repo: &TestRepo| {
        let script = "#!/bin/sh\ncase \"$*\" in *version*) echo git version 2.20.1;; *) echo 'error: unknown option' >&2; exit 129;; esac\n";
        path_with(repo, Some(script))
    };
    let history = Expect::Either(6, UNUSABLE);
    Case { history, hooks: history, ..read_only(make, Expect::Fails(6, UNUSABLE)) }.check();
}

#[test]
fn no_identity() {
    let make = |repo: &TestRepo| {
        repo.git(&["config", "--global", "user.useConfigOnly", "true"]);
        World::default()
            .unset("GIT_AUTHOR_NAME")
            .unset("GIT_AUTHOR_EMAIL")
            .unset("GIT_COMMITTER_NAME")
            .unset("GIT_COMMITTER_EMAIL")
    };
    read_only(make, Expect::Fails(6, &["F211"])).check();
}

/// As another user when we may write everywhere.
#[test]
fn a_folder_that_may_not_be_written() {
    let trial = TestRepo::shop();
    let everyone = |repo: &TestRepo| {
        repo.git(&["config", "--global", "safe.directory", "*"]);
        repo.shell("chmod -R a+rX .. && chmod -R a-w .").ok();
    };
    everyone(&trial);
    let root = std::fs::write(trial.path().join("trial"), "").is_ok();
    let able = |world: &World| trial.flag_in(world, &["list"]).code == 0;
    if root && !able(&as_nobody()) {
        eprintln!("SKIPPED a_folder_that_may_not_be_written: we may write everywhere, and `setpriv` can't help");
        return;
    }
    let make = |repo: &TestRepo| {
        repo.git(&["config", "--global", "safe.directory", "*"]);
        repo.shell("chmod -R a+rX .. && chmod -R a-w .").ok();
        let root = std::fs::write(repo.path().join(".git/trial"), "").is_ok();
        let _ = std::fs::remove_file(repo.path().join(".git/trial"));
        if root { as_nobody() } else { World::default() }
    };
    let hooks = Expect::Either(6, &["F212", "F213"]);
    let except = &[("hook install", REFUSED), ("merge-driver", Expect::Fails(6, &["F213"]))];
    Case { hooks, except, ..read_only(make, REFUSED) }.check();
}

fn as_nobody() -> World {
    World::default().through(&["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"])
}

/// A full disk under standard output is a failure that is told.
#[test]
fn standard_output_that_is_full() {
    let repo = TestRepo::shop();
    repo.shell("git flag list > /dev/full").exits(6).says("error[F213]").complains();
    repo.shell("git flag --version > /dev/null").ok();
}

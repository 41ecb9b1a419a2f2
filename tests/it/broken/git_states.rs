//! States of Git in which nothing can be committed, or in which something is missing.

use super::{Case, Expect, FINE, read_only};
use crate::support::{TestRepo, World};

const UNREADABLE: Expect = Expect::Fails(2, &["F226"]);

/// A file other than a flag's, with one content on `main` and another on `topic`.
fn fork(repo: &TestRepo) {
    repo.shell(
        "git checkout -q -b topic && echo 1 > other.txt && git add other.txt && git commit -q -m topic &&
         git checkout -q main && echo 2 > other.txt && git add other.txt && git commit -q -m main",
    )
    .ok();
}

const BUSY: Expect = Expect::Fails(5, &["F206"]);

#[test]
fn merge_in_progress() {
    let make = |repo: &TestRepo| {
        repo.shell(
            "git checkout -q -b side HEAD~1 && echo 1 > other.txt && git add other.txt && git commit -q -m side &&
             git checkout -q main && git merge -q --no-ff --no-commit side",
        )
        .ok();
        World::default()
    };
    read_only(make, BUSY).check();
}

#[test]
fn rebase_in_progress() {
    let make = |repo: &TestRepo| {
        fork(repo);
        repo.try_git(&["rebase", "topic"]).exits(1);
        World::default()
    };
    read_only(make, BUSY).check();
}

#[test]
fn cherry_pick_in_progress() {
    let make = |repo: &TestRepo| {
        fork(repo);
        repo.try_git(&["cherry-pick", "topic"]).exits(1);
        World::default()
    };
    read_only(make, BUSY).check();
}

#[test]
fn revert_in_progress() {
    let make = |repo: &TestRepo| {
        let line = "for i in 1 2 3; do echo $i > other.txt; git add other.txt; git commit -q -m $i; done";
        repo.shell(line).ok();
        repo.try_git(&["revert", "--no-edit", "HEAD~1"]).exits(1);
        World::default()
    };
    read_only(make, BUSY).check();
}

#[test]
fn bisect_in_progress() {
    let make = |repo: &TestRepo| {
        repo.git(&["bisect", "start"]);
        World::default()
    };
    read_only(make, BUSY).check();
}

#[test]
fn unmerged_flag_file() {
    let make = |repo: &TestRepo| {
        let path = "flags/features/new-checkout.yaml";
        repo.git(&["checkout", "-q", "-b", "topic"]);
        repo.replace(path, "One-page", "Two-page");
        repo.git(&["commit", "-q", "-a", "-m", "topic"]);
        repo.git(&["checkout", "-q", "main"]);
        repo.replace(path, "One-page", "Three-page");
        repo.git(&["commit", "-q", "-a", "-m", "main"]);
        repo.try_git(&["merge", "topic"]).exits(1);
        World::default()
    };
    let except = &[("show", UNREADABLE), ("eval", UNREADABLE), ("simulate", UNREADABLE), ("distribution", UNREADABLE)];
    Case { except, ..read_only(make, BUSY) }.check();
}

const DIRTY: Expect = Expect::Fails(5, &["F207"]);

fn comment_everywhere(repo: &TestRepo) {
    repo.shell("find flags -name '*.yaml' | while read -r file; do echo '# a note' >> \"$file\"; done").ok();
}

/// Only the files of the change count, so that new files can be committed.
#[test]
fn edited_flag_files() {
    let make = |repo: &TestRepo| {
        comment_everywhere(repo);
        World::default()
    };
    Case { creates: Expect::Works, starts: Expect::Works, ..read_only(make, DIRTY) }.check();
}

#[test]
fn staged_flag_files() {
    let make = |repo: &TestRepo| {
        comment_everywhere(repo);
        repo.git(&["add", "-A"]);
        World::default()
    };
    Case { creates: Expect::Works, starts: Expect::Works, ..read_only(make, DIRTY) }.check();
}

#[test]
fn detached_head() {
    let make = |repo: &TestRepo| {
        repo.git(&["checkout", "-q", "--detach"]);
        World::default()
    };
    read_only(make, Expect::Fails(5, &["F209"])).check();
}

/// Without a commit there is nothing to read but the files, and nothing to change.
#[test]
fn unborn_branch() {
    let make = |repo: &TestRepo| {
        repo.shell("rm -rf .git && git init -q -b main").ok();
        World::default()
    };
    let nothing = Expect::Either(3, &["F200", "F202", "F204", "F205", "F255", "F263"]);
    let not_committed = Expect::Fails(3, &["F200", "F255"]);
    Case { history: nothing, starts: Expect::Works, ..read_only(make, not_committed) }.check();
}

/// A foreign `index.lock` is waited for; so only one command, and what all share.
#[test]
fn foreign_index_lock() {
    let repo = TestRepo::shop();
    repo.write(".git/index.lock", "");
    let before = crate::support::Fingerprint::of(repo.outside(), crate::support::Scope::NotObjects);
    let run = repo.flag(&["rollout", "new-checkout", "50", "--env", "production"]).exits(5).complains();
    assert_eq!(run.code(), Some("F208"), "{run}");
    run.says("index.lock");
    let after = crate::support::Fingerprint::of(repo.outside(), crate::support::Scope::NotObjects);
    assert_eq!(before.changed(&after), Vec::<String>::new());
    repo.flag(&["list"]).ok();
    repo.flag(&["rollout", "new-checkout", "50", "--env", "production", "--dry-run"]).ok();
}

#[test]
fn damaged_object() {
    let make = |repo: &TestRepo| {
        repo.shell(
            "id=$(git rev-parse HEAD:flags/features/new-checkout.yaml)
             file=.git/objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)
             chmod u+w $file && echo junk > $file",
        )
        .ok();
        World::default()
    };
    let damaged = Expect::Either(6, &["F212", "F213"]);
    Case { history: damaged, creates: damaged, ..read_only(make, damaged) }.check();
    let repo = TestRepo::shop();
    make(&repo);
    repo.flag(&["rollout", "new-checkout", "50", "--env", "production"]).exits(6).complains();
    repo.flag(&["show", "new-checkout", "--at", "HEAD"]).exits(6).complains();
}

/// What is broken is named; what does not need it goes on.
#[test]
fn broken_project_file() {
    let make = |repo: &TestRepo| {
        repo.write("flags/project.yaml", "format: 1\nenvironments: [\n");
        repo.commit_all("a mistake");
        World::default()
    };
    let broken = Expect::Fails(2, &["F001", "F226"]);
    Case {
        reads: broken,
        history: Expect::Either(2, &["F001", "F226"]),
        except: &[
            ("validate", Expect::Works),
            ("rollback", Expect::Either(2, &["F001", "F226"])),
            ("undo", Expect::Either(2, &["F001", "F226"])),
        ],
        ..read_only(make, broken)
    }
    .check();
}

#[test]
fn broken_other_flag() {
    let make = |repo: &TestRepo| {
        repo.replace("flags/features/payments-v2.yaml", "type: boolean", "type: bool");
        repo.commit_all("a mistake");
        World::default()
    };
    Case {
        make,
        except: &[("require", Expect::Either(2, &["F226", "F258"])), ("rename", Expect::Either(2, &["F226"]))],
        ..FINE
    }
    .check();
}

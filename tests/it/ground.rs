//! Where a change goes: branches, remotes, uncommitted flags, and what a killed command left.

use crate::support::TestRepo;

const PATH: &str = "flags/features/new-checkout.yaml";
const DISABLE: [&str; 4] = ["disable", "new-checkout", "--env", "production"];

#[test]
fn an_operation_in_progress_is_named_before_a_detached_head() {
    let repo = TestRepo::shop();
    repo.shell("git checkout -qb topic && echo 1 > x && git add x && git commit -qm 1 && git checkout -q main && echo 2 > x && git add x && git commit -qm 2")
        .ok();
    repo.try_git(&["rebase", "topic"]).exits(1);
    for arguments in [
        &DISABLE[..],
        &[&DISABLE[..], &["--branch", "topic"]].concat(),
        &["rollback", "new-checkout"],
        &["edit", "new-checkout"],
    ] {
        let run = repo.flag(arguments).exits(5).says("a rebase is in progress");
        assert_eq!(run.code(), Some("F206"), "{run}");
    }
}

#[test]
fn a_new_branch_is_called_new_and_never_like_something_else() {
    let repo = TestRepo::shop();
    repo.shell("git tag v1 && git init -q --bare ../remote.git && git remote add origin ../remote.git").ok();
    repo.shell("git push -q origin main main:feature && git fetch -q").ok();
    let on = |name: &str| repo.flag(&[&DISABLE[..], &["--branch", name]].concat());
    on("v1").exits(2).complains().says("the tag `v1`");
    on("feature").exits(2).complains().says("`git branch feature origin/feature`");
    on("origin/feature").exits(2).complains().says("--branch feature");
    on("ops").ok().says("to the new branch ops; next: git push -u origin ops");
    let again = repo.flag(&["enable", "new-checkout", "--env", "production", "--branch", "ops"]).ok();
    assert!(again.stderr.contains(" to ops") && !again.stderr.contains("new branch"), "{again}");
}

#[test]
fn a_push_is_proposed_where_there_is_a_remote() {
    let repo = TestRepo::shop();
    let run = repo.flag(&DISABLE).ok().says("to take it back: git flag undo");
    assert!(!run.stderr.contains("push"), "{run}");
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    // Plain `git push` knows where to only once it was told.
    repo.flag(&["undo"]).ok().says("next: git push -u origin main, or to take it back: git flag undo");
    repo.shell("git init -q --bare ../remote.git && git push -q -u origin main").ok();
    repo.flag(&DISABLE).ok().says("next: git push, or to take it back: git flag undo");
}

#[test]
fn offline_nothing_is_pushed_nor_changed() {
    let repo = TestRepo::shop();
    repo.shell("git init -q --bare ../remote.git && git remote add origin ../remote.git").ok();
    let commits = repo.commits();
    let offline = [("GIT_FLAG_OFFLINE", "1")];
    for more in [&["--push"][..], &["--push", "--op-id", "op-1"]] {
        let run = repo.flag_with(&[&DISABLE[..], more].concat(), &offline, None).exits(6).says("GIT_FLAG_OFFLINE");
        assert_eq!(run.complains().code(), Some("F230"));
    }
    assert_eq!((repo.commits(), repo.git(&["ls-remote", "origin"])), (commits, String::new()));
    repo.flag_with(&DISABLE, &offline, None).ok();
    repo.flag_with(&["undo", "--push"], &offline, None).exits(6);
}

/// A call that is repeated pushes what there is; the remote may know nothing of the branch yet, or no one may.
#[test]
fn a_repeated_operation_is_pushed_where_there_is_something_to_push() {
    let repo = TestRepo::shop();
    repo.shell("git init -q --bare ../remote.git && git remote add company ../remote.git").ok();
    let call = |more: &[&str]| repo.flag(&[&DISABLE[..], &["--op-id", "op-1"], more].concat());
    let there = || repo.git(&["ls-remote", "--heads", "company"]);
    call(&[]).ok();
    let run = call(&["--push", "--branch", "proposal"]).ok().says("carried out already");
    run.says("there is no branch `proposal` yet, so there is nothing to push");
    let json = call(&["--push", "--branch", "proposal", "--json"]).ok().json();
    assert_eq!((&json["pushed"], there().as_str()), (&false.into(), ""));
    // The same without an id, where the change changes nothing.
    let again = repo.flag(&[&DISABLE[..], &["--push", "--branch", "proposal"]].concat()).ok();
    again.says("already disabled").says("nothing to push");
    assert_eq!(call(&["--push", "--json"]).ok().json()["pushed"], true);
    assert_eq!(there(), format!("{}\trefs/heads/main\n", repo.git(&["rev-parse", "HEAD"]).trim()));
    // A branch of our own that the only remote, whatever its name, does not have yet.
    let other = ["disable", "theme", "--env", "staging", "--branch", "topic", "--op-id", "op-2"];
    repo.flag(&other).ok();
    repo.flag(&[&other[..], &["--push"]].concat()).ok().says("carried out already");
    assert!(there().ends_with("\trefs/heads/topic\n"), "{}", there());
    repo.git(&["config", "push.default", "upstream"]);
    repo.git(&["config", "branch.main.remote", "company"]);
    repo.git(&["config", "branch.main.merge", "refs/heads/shared"]);
    call(&["--push"]).ok();
    assert!(there().contains("\trefs/heads/shared\n"), "{}", there());
}

/// One help, and the right one.
#[test]
fn flags_that_are_not_committed_yet() {
    let repo = TestRepo::shop();
    repo.shell("rm -rf .git && git init -q -b main").ok();
    for arguments in [&DISABLE[..], &["edit", "new-checkout"], &["init"]] {
        let run = repo.flag(arguments);
        assert!(run.stderr.contains("git add flags"), "{arguments:?}\n{run}");
        assert!(!run.stderr.contains("git flag init"), "{arguments:?}\n{run}");
        assert!(run.stderr.matches("help: ").count() <= 1, "{arguments:?}\n{run}");
    }
    repo.shell("git add flags/project.yaml && git commit -qm project").ok();
    for arguments in [&DISABLE[..], &["edit", "new-checkout"]] {
        let run = repo.flag(arguments).exits(3).says(&format!("git add {PATH}"));
        assert_eq!((run.code(), run.stderr.matches("help: ").count()), (Some("F202"), 1), "{run}");
    }
}

#[test]
fn no_editor_opens_for_a_file_that_will_be_refused() {
    let repo = TestRepo::shop();
    repo.replace(PATH, "One-page", "Two-page");
    let run =
        repo.flag_with(&["edit", "new-checkout"], &[("GIT_EDITOR", "touch ../opened;:")], None).exits(5).complains();
    assert_eq!(run.code(), Some("F207"), "{run}");
    assert!(!repo.outside().join("opened").exists());
}

#[test]
fn a_date_before_the_first_commit_says_when_that_was() {
    let repo = TestRepo::shop();
    let first = repo.git(&["log", "--reverse", "--format=%ct", "--first-parent"]);
    let first =
        jiff::Timestamp::from_second(first.lines().next().expect("a commit").parse().expect("seconds")).unwrap();
    let run = repo.flag(&["list", "--at", "2001-01-01"]).exits(3).complains();
    assert_eq!(run.code(), Some("F204"), "{run}");
    run.says(&first.to_string());
}

#[test]
fn one_file_differs_and_two_files_differ() {
    let repo = TestRepo::shop();
    repo.replace(PATH, "# the first countries", "# the very first");
    repo.flag(&["diff"]).ok().says("1 file differs only in");
    repo.replace("flags/segments/staff.yaml", "include: [user-7]", "include: [ user-7 ]");
    repo.flag(&["diff"]).ok().says("2 files differ only in");
}

/// The program is killed while a hook looks at its files: the work tree has what was never committed.
fn killed_among_hooks() -> TestRepo {
    killed_by_hook("")
}

fn killed_by_hook(first: &str) -> TestRepo {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = TestRepo::shop();
    let script = format!("#!/bin/sh\n{first}\nkill -KILL $(cat .git/git-flag/lock)\nkill -KILL $PPID\n");
    repo.write(".git/hooks/pre-commit", &script);
    let hook = repo.path().join(".git/hooks/pre-commit");
    std::fs::set_permissions(hook, std::fs::Permissions::from_mode(0o755)).expect("an executable hook");
    let run = repo.flag(&DISABLE);
    assert_ne!(run.code, 0, "{run}");
    // The hook may live a moment longer.
    for _ in 0..100 {
        if repo.shell("flock -n .git/git-flag/lock true").code == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    repo.shell("rm .git/hooks/pre-commit").ok();
    assert!(repo.status().contains(PATH), "left half done");
    repo
}

#[test]
fn no_command_sees_what_a_killed_one_left() {
    let left = killed_among_hooks();
    let whole = TestRepo::shop();
    for arguments in [
        &["eval", "new-checkout", "--env", "production", "--user", "user-1", "--json"][..],
        &["list", "--json"],
        &["show", "new-checkout", "--json"],
        &["validate", "--json"],
        &["enabled", "new-checkout", "--env", "production", "--user", "user-1"],
        &["segment", "list", "--json"],
        &["diff", "--json"],
        &["log", "new-checkout", "--json"],
        &["doctor", "--json"],
        &["undo", "--dry-run", "--json"],
    ] {
        let repo = left.copy();
        let run = repo.flag(arguments);
        assert_eq!(repo.status(), "", "{arguments:?}\n{run}");
        if !matches!(arguments[0], "log" | "doctor" | "undo") {
            assert_eq!(run.stdout, whole.flag(arguments).stdout, "{arguments:?}");
        }
    }
    // A hook of Git reads what Git hands it, and mends nothing while Git is writing.
    let repo = left.copy();
    repo.flag_with(&["validate", "--staged"], &[("GIT_INDEX_FILE", ".git/index")], None);
    assert!(repo.status().contains(PATH));
}

/// Nothing of a file is staged while a merge has left its content open.
#[test]
fn a_conflict_is_no_deleted_flag() {
    let repo = TestRepo::shop();
    repo.shell(
        "git checkout -qb topic && sed -i s/One-page/Two-page/ flags/features/new-checkout.yaml && git commit -qam 1",
    )
    .ok();
    repo.shell(
        "git checkout -q main && sed -i s/One-page/Three-page/ flags/features/new-checkout.yaml && git commit -qam 2",
    )
    .ok();
    repo.try_git(&["merge", "topic"]).exits(1);
    let run = repo.flag(&["validate", "--staged"]).exits(1).says("9 flags and 2 segments: 1 error");
    assert!(run.stdout.contains("error[F206]: a merge left a conflict") && run.stdout.contains(PATH), "{run}");
    assert!(run.stdout.contains(&format!("`git add {PATH}`")), "{run}");
    let run = repo.flag(&["diff", "--staged"]).exits(5).complains().says(PATH);
    assert_eq!((run.code(), run.stdout.as_str()), (Some("F206"), ""), "{run}");
    repo.shell(&format!("git checkout -q --ours {PATH} && git add {PATH}")).ok();
    repo.flag(&["validate", "--staged"]).ok();
    repo.flag(&["diff", "--staged"]).ok();
}

/// The help is about the flag that is missing, not about the one that is there.
#[test]
fn a_requirement_on_a_flag_that_is_missing() {
    let repo = TestRepo::shop();
    let require = |on: &str| repo.flag(&["require", "new-checkout", "--on", on, "--serves", "true"]);
    let run = require("nope").exits(3).says("there is no flag `nope`");
    assert!(!run.stderr.contains("committed") && !run.stderr.contains("git add"), "{run}");
    repo.flag(&["create", "not-yet", "--type", "boolean", "--no-commit"]).ok();
    require("not-yet").exits(3).says("`flags/not-yet.yaml` is there, but not committed");
    repo.flag(&["enable", "not-yet", "--env", "production"]).exits(3).says("`flags/not-yet.yaml` is there");
}

#[test]
fn outside_of_git_nothing_of_it_is_proposed() {
    let repo = TestRepo::shop();
    repo.shell("rm -rf .git").ok();
    let run = repo.flag(&["create", "x", "--type", "boolean", "--no-commit"]).ok().says("no Git repository");
    assert!(!run.stderr.contains("git add") && !run.stderr.contains("git commit"), "{run}");
}

/// There is nothing to find again, so nothing is promised.
#[test]
fn an_editor_that_removes_its_file() {
    let repo = TestRepo::shop();
    for editor in ["rm", "f() { rm \"$1\"; exit 1; }; f"] {
        let run = repo.flag_with(&["edit", "new-checkout"], &[("GIT_EDITOR", editor)], None);
        assert_eq!((run.code, run.code()), (4, Some("F262")), "{run}");
        assert!(!run.stderr.contains("what you wrote") && !run.stderr.contains("/tmp/"), "{run}");
    }
    let run = repo.flag_with(&["edit", "new-checkout"], &[("GIT_EDITOR", "rm")], None).complains();
    assert!(run.stderr.contains("the editor removed the file") && repo.status().is_empty(), "{run}");
}

#[test]
fn a_question_that_cannot_be_asked() {
    let repo = TestRepo::shop();
    repo.replace("flags/project.yaml", "{name: production}", "{name: production, protected: true}");
    repo.commit_all("protect");
    let run = repo.flag(&[&DISABLE[..], &["--reason", "x"]].concat()).complains();
    assert_eq!(run.code(), Some("F251"), "{run}");
    assert!(
        run.stderr.contains("confirmation is needed, and nothing can be asked here") && run.stderr.contains("`--yes`"),
        "{run}"
    );
}

/// A hook had formatted the file when the program was killed: whose the change is nobody knows, so it stays, and is told.
#[test]
fn what_a_killed_hook_left_is_told() {
    let repo = killed_by_hook(&format!("echo '# formatted' >>{PATH}; git add {PATH}"));
    let run = repo.copy().flag(&["list"]).ok();
    run.says("warning[F207]").says(&format!("`git checkout -- {PATH}`"));
    repo.flag(&DISABLE).exits(5).says("warning[F207]").says(&format!("`git checkout -- {PATH}`"));
    repo.git(&["checkout", "--", PATH]);
    let again = repo.flag(&DISABLE).ok();
    assert!(!again.stderr.contains("F207"), "{again}");
}

#[test]
fn what_was_committed_after_a_kill_stays() {
    let repo = killed_among_hooks();
    repo.shell("git commit -q --no-verify -am yes").ok();
    let text = repo.read(PATH);
    repo.flag(&["eval", "new-checkout", "--env", "production", "--user", "user-1"]).ok();
    assert_eq!((repo.read(PATH), repo.status()), (text, String::new()));
}

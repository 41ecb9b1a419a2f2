//! `--push`: what it says when nothing is sent, when edits are in the way, and when others are faster every time.

use crate::support::{Run, TestRepo};

const FILE: &str = "flags/features/new-checkout.yaml";

/// Two clones of one remote beside the work tree.
fn clones() -> TestRepo {
    let repo = TestRepo::shop();
    repo.shell("git clone -q --bare . ../remote.git && git remote add origin ../remote.git && git fetch -q && git branch -q -u origin/main")
        .ok();
    for number in 0..2 {
        let clone = format!("../clone{number}");
        repo.shell(&format!("git clone -q ../remote.git {clone} && git -C {clone} config maintenance.auto false")).ok();
    }
    repo
}

fn run(repo: &TestRepo, clone: usize, line: &str) -> Run {
    repo.shell(&format!("git flag -C ../clone{clone} {line}"))
}

fn git(repo: &TestRepo, clone: usize, words: &[&str]) -> String {
    repo.git(&[&["-C", &format!("../clone{clone}")], words].concat())
}

/// How many commits of the remote carry the operation.
fn landed(repo: &TestRepo, id: &str) -> usize {
    let log = repo.git(&["-C", "../remote.git", "log", "main", "--format=%(trailers:key=Flag-Op,valueonly)"]);
    log.lines().filter(|line| *line == id).count()
}

const RAMP: &str = "rollout new-checkout 50 --env production --push";

#[test]
fn a_push_with_nothing_to_send_says_so() {
    let repo = clones();
    run(&repo, 0, RAMP).ok().says(" and pushed");
    // Done again where somebody else has done the same meanwhile, it is nothing.
    let there = "the remote has it already, nothing to push";
    let raced = run(&repo, 1, RAMP).ok().says("nothing to change").says(there);
    assert!(!raced.stderr.contains("pushed what"), "{raced}");
    assert_eq!(git(&repo, 1, &["rev-parse", "HEAD"]), git(&repo, 0, &["rev-parse", "HEAD"]));
    assert_eq!(git(&repo, 1, &["status", "--porcelain"]), "");
    let json = run(&repo, 1, &format!("{RAMP} --json")).ok().json();
    assert_eq!((&json["pushed"], &json["upToDate"]), (&false.into(), &true.into()));
    // What was left to push is pushed, and that is said.
    run(&repo, 1, "rollout new-checkout 60 --env production --op-id x").ok();
    run(&repo, 1, "rollout new-checkout 60 --env production --push").ok().says("pushed what was committed before");
    let again = "rollout new-checkout 60 --env production --op-id x --push";
    run(&repo, 1, again).ok().says("carried out already").says(there);
    run(&repo, 1, "rollout new-checkout 70 --env production --op-id y").ok();
    let again = "rollout new-checkout 70 --env production --op-id y --push";
    let json = run(&repo, 1, &format!("{again} --json")).ok().json();
    assert_eq!((&json["pushed"], &json["upToDate"]), (&true.into(), &false.into()));
}

/// The reason is named, and what is advised works.
#[test]
fn edits_that_are_in_the_way_are_named_and_the_same_call_goes_on_afterwards() {
    let repo = clones();
    run(&repo, 0, "set limits owner=team-x --push").ok();
    repo.shell("echo '# mine' >> ../clone1/flags/ops/limits.yaml").ok();
    for (line, id) in [(RAMP, "ramp"), ("undo --push", "back")] {
        let line = format!("{line} --op-id {id}");
        let stuck = run(&repo, 1, &line).exits(6).complains_of("F230");
        let stuck = stuck.says("your edits of `flags/ops/limits.yaml` are in the way");
        stuck.says(&format!("--op-id {id} --push")).says("git stash push --include-untracked -- flags/ops/limits.yaml");
        assert_eq!(git(&repo, 1, &["status", "--porcelain"]), " M flags/ops/limits.yaml\n");
        // Asked again, it says the same, and does not take it for done.
        run(&repo, 1, &line).exits(6).complains_of("F230");
        repo.shell("git -C ../clone1 stash push -q --include-untracked -- flags/ops/limits.yaml").ok();
        run(&repo, 1, &line).ok().says("somebody else had pushed first").says(" and pushed");
        repo.shell("git -C ../clone1 stash pop -q").ok();
        assert_eq!(
            (landed(&repo, id), git(&repo, 1, &["status", "--porcelain"])),
            (1, " M flags/ops/limits.yaml\n".into())
        );
        assert!(git(&repo, 1, &["show", &format!("HEAD:{FILE}")]).contains(if id == "ramp" { "50" } else { "25" }));
        // The next round meets the same.
        repo.shell("cd ../clone0 && git pull -q").ok();
        run(&repo, 0, &format!("set limits owner=team-{id} --push")).ok();
    }
    let said = run(&repo, 1, "op log").ok().stdout;
    assert!(said.contains("ramp") && said.contains("undone by"), "{said}");
}

/// Lets the remote move under every push, until it has done so often enough.
fn move_under_each_push(repo: &TestRepo, times: usize) {
    let hook = format!(
        "#!/bin/sh\nunset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
         n=$(cat moved 2>/dev/null || echo 0)\n[ $n -ge {times} ] && exit 0\necho $((n + 1)) >moved\n\
         git update-ref refs/heads/main $(git commit-tree -p main -m theirs 'main^{{tree}}')\n"
    );
    std::fs::write(repo.outside().join("remote.git/hooks/pre-receive"), hook).expect("a hook");
    repo.shell("chmod +x ../remote.git/hooks/pre-receive").ok();
}

#[test]
fn a_remote_that_moves_under_the_push_is_pushed_to_again() {
    let repo = clones();
    move_under_each_push(&repo, 3);
    run(&repo, 1, &format!("{RAMP} --op-id ramp")).ok().says("somebody else had pushed first").says(" and pushed");
    assert_eq!(landed(&repo, "ramp"), 1);
    assert_eq!(repo.git(&["-C", "../remote.git", "rev-list", "--min-parents=2", "main"]), "");
    // A branch that is new there begins at the same moment as ours.
    repo.shell("printf '#!/bin/sh\\nunset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\\ngit update-ref refs/heads/ops main 0000000000000000000000000000000000000000\\nexit 0\\n' >../remote.git/hooks/pre-receive").ok();
    run(&repo, 0, "rollout new-checkout 80 --env production --push --branch ops --op-id ops").ok().says(" and pushed");
    assert_eq!(repo.git(&["-C", "../remote.git", "rev-list", "--count", "main..ops"]), "1\n");
}

#[test]
fn a_remote_that_never_stands_still_is_given_up() {
    let repo = clones();
    move_under_each_push(&repo, 1_000);
    let line = format!("{RAMP} --op-id ramp");
    let run_out = run(&repo, 1, &line).exits(6).complains_of("F230").says("somebody else was faster 9 times");
    run_out.says("the command again with `--op-id ramp --push`");
    let moved = std::fs::read_to_string(repo.outside().join("remote.git/moved")).expect("a count");
    assert_eq!(moved.trim(), "9", "one push, and eight on what others had pushed");
    assert_eq!(landed(&repo, "ramp"), 0);
    assert!(git(&repo, 1, &["log", "-1", "--format=%B"]).contains("Flag-Op: ramp"), "the commit stands");
    move_under_each_push(&repo, 0);
    run(&repo, 1, &line).ok().says(" and pushed");
    assert_eq!((landed(&repo, "ramp"), git(&repo, 1, &["status", "--porcelain"])), (1, String::new()));
}

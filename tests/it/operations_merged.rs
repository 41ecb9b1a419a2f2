//! Operations that came in by a merge or were squashed, and which one `undo` takes.

use crate::support::{Run, TestRepo};
use serde_json::Value;

const FILE: &str = "flags/features/new-checkout.yaml";

fn run(repo: &TestRepo, line: &str) -> Run {
    repo.shell(&format!("git flag {line}"))
}

/// What `op log` tells: `id undone`, newest first.
#[track_caller]
fn log(repo: &TestRepo) -> Vec<String> {
    let log = repo.flag(&["op", "log", "--json"]).ok().json();
    let text = |it: &Value, name: &str| it[name].as_str().expect("text").to_owned();
    let all = log["operations"].as_array().expect("a list");
    all.iter().map(|it| format!("{} {}", text(it, "operation"), text(it, "undone"))).collect()
}

#[track_caller]
fn undone(repo: &TestRepo, id: &str) -> String {
    let status = repo.flag(&["op", "status", id, "--json"]).ok().json();
    status["details"]["undone"].as_str().expect("text").to_owned()
}

fn merge(repo: &TestRepo) -> String {
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    repo.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

/// `ours` on main, and `theirs`, made after it on a branch of two flags, merged.
fn merged() -> (TestRepo, String) {
    let repo = TestRepo::shop();
    repo.git(&["checkout", "-q", "-b", "side"]);
    run(&repo, "set theme owner=team-x --op-id earlier").ok();
    repo.git(&["checkout", "-q", "main"]);
    run(&repo, "rollout new-checkout 50 --env production --op-id ours").ok();
    repo.git(&["checkout", "-q", "side"]);
    run(&repo, "set limits owner=team-y --op-id theirs").ok();
    repo.git(&["checkout", "-q", "main"]);
    let merge = merge(&repo);
    (repo, merge)
}

#[test]
fn undo_takes_the_last_operation_also_one_that_was_merged() {
    let (repo, merge) = merged();
    let all = ["theirs no", "earlier no", "ours no"];
    assert_eq!(log(&repo), all);
    let short = &merge[..10];
    run(&repo, "undo --op-id u1").ok().says(&format!("of Ada Lovelace, which came with the merge {short}"));
    assert!(!repo.read("flags/ops/limits.yaml").contains("team-y"));
    run(&repo, "undo --op-id u2").ok().says("which came with the merge");
    assert!(!repo.read("flags/experiments/theme.yaml").contains("team-x"));
    assert!(repo.read(FILE).contains("percentage: 50"), "ours is older than what was merged");
    let third = run(&repo, "undo --op-id u3").ok();
    assert!(repo.read(FILE).contains("percentage: 25") && !third.stderr.contains("merge"), "{third}");
    assert_eq!(log(&repo), ["u3 no", "u2 no", "u1 no", "theirs yes", "earlier yes", "ours yes"]);
    run(&repo, "undo").exits(3).complains_of("F255");
    // The merge did nothing else to the flag, so what a rollback takes next is older.
    run(&repo, "rollback theme --dry-run").ok().prints("theme.yaml").prints("+++ /dev/null");
}

#[test]
fn a_merge_that_was_undone_undoes_what_it_brought() {
    let (repo, merge) = merged();
    let both = |repo: &TestRepo| [undone(repo, "theirs"), undone(repo, "earlier"), undone(repo, "ours")];
    repo.flag(&["rollback", "--commit", &merge, "--op-id", "r"]).ok();
    assert_eq!(both(&repo), ["yes", "yes", "no"]);
    assert_eq!(log(&repo)[..3], ["r no", "theirs yes", "earlier yes"]);
    run(&repo, "undo").ok();
    assert_eq!(both(&repo), ["no", "no", "no"]);
    // As plain Git does it; then they are not there to be undone.
    repo.git(&["reset", "-q", "--hard", &merge]);
    repo.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    assert_eq!(both(&repo), ["yes", "yes", "no"]);
    run(&repo, "undo").ok();
    assert!(repo.read(FILE).contains("percentage: 25"));
    repo.git(&["reset", "-q", "--hard", &merge]);
    repo.git(&["revert", "--no-edit", "-m", "2", "HEAD"]);
    assert_eq!(both(&repo), ["no", "no", "yes"]);
    // One flag of it.
    repo.git(&["reset", "-q", "--hard", &merge]);
    run(&repo, "rollback limits").ok();
    assert_eq!(both(&repo), ["yes", "no", "no"]);
    assert_eq!(log(&repo)[1..], ["theirs yes", "earlier no", "ours no"]);
}

#[test]
fn rollbacks_of_all_environments_together_undo_an_operation() {
    let repo = TestRepo::shop();
    repo.shell("git flag rollout new-checkout 7 --env production --no-commit && git flag rollout new-checkout 7 --env staging --no-commit && git commit -q -a -m 'both' -m 'Flag-Op: both'").ok();
    run(&repo, "rollback new-checkout --env production").ok();
    assert_eq!(undone(&repo, "both"), "partly");
    run(&repo, "rollback new-checkout --env staging --op-id second").ok();
    assert_eq!(undone(&repo, "both"), "yes");
    run(&repo, "undo").ok();
    assert_eq!((undone(&repo, "both"), undone(&repo, "second")), ("partly".into(), "yes".into()));
}

/// Clocks differ: what was made on a commit is newer than it, whatever they say.
#[test]
fn the_order_is_that_of_history_not_of_clocks() {
    let repo = TestRepo::shop();
    run(&repo, "rollout new-checkout 50 --env production --op-id first").ok();
    repo.git(&["checkout", "-q", "-b", "side"]);
    for (id, year) in [("second", 2020), ("third", 2019)] {
        let (name, date) = (format!("owner={id}"), format!("{year}-01-01T00:00:00Z"));
        let dates = [("GIT_COMMITTER_DATE", date.as_str())];
        let mut command = repo.command(&["set", "limits", &name, "--op-id", id]);
        command.envs(dates);
        assert!(command.output().expect("a run").status.success());
    }
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "words"]);
    merge(&repo);
    assert_eq!(log(&repo), ["third no", "second no", "first no"]);
    run(&repo, "undo").ok();
    assert!(repo.read("flags/ops/limits.yaml").contains("owner: second"));
}

#[test]
fn operations_that_were_squashed_are_found_one_by_one() {
    let repo = TestRepo::shop();
    repo.git(&["checkout", "-q", "-b", "side"]);
    run(&repo, "rollout new-checkout 50 --env production --op-id one --reason flat").ok();
    run(&repo, "set limits owner=team-y --op-id two").ok();
    repo.git(&["checkout", "-q", "main"]);
    repo.shell("git merge -q --squash side && git commit -q --no-edit && git branch -q -D side").ok();
    for id in ["one", "two"] {
        run(&repo, &format!("op status {id}")).ok().prints("landed as ");
    }
    let json = repo.flag(&["op", "log", "--json"]).ok().json();
    let told = |name: &str| [&json["operations"][0][name], &json["operations"][1][name]];
    assert_eq!(told("operation"), ["two", "one"]);
    assert_eq!(told("subject"), ["limits", "new-checkout"]);
    assert_eq!(told("what")[1], "rollout 25% → 50% in production");
    assert_eq!(told("reason")[1], "flat");
    assert_eq!(told("commit")[0], told("commit")[1]);
    // A call that is repeated after the squash does nothing.
    run(&repo, "set limits owner=team-y --op-id two").ok().says("was carried out already");
    run(&repo, "rollback limits").ok();
    assert_eq!((undone(&repo, "two"), undone(&repo, "one")), ("yes".into(), "no".into()));
    // As forges squash.
    repo.replace(FILE, "percentage: 50", "percentage: 55");
    repo.git(&["add", "-A"]);
    let blocks =
        ["a", "b"].map(|id| format!("* flag(new-checkout): step {id}\n\nFlag-Key: new-checkout\nFlag-Op: {id}\n"));
    repo.git(&["commit", "-q", "-m", &format!("Two steps (#7)\n\n{}\nCo-authored-by: G <g@x>", blocks.join("\n"))]);
    assert_eq!(log(&repo)[..2], ["b no", "a no"]);
    run(&repo, "op status a").ok().prints("new-checkout: step a");
    // Talked of is not carried out.
    repo.git(&["commit", "-q", "--allow-empty", "-m", "words\n\nFlag-Op: c\n\nmore words\n\nFlag-Op: d"]);
    run(&repo, "op status c").exits(1);
    run(&repo, "op status d").exits(1);
}

#[test]
fn undo_gets_past_what_it_can_not_or_need_not_take_back() {
    let repo = TestRepo::shop();
    run(&repo, "set limits owner=team-y --op-id limits").ok();
    run(&repo, "rollout new-checkout 50 --env production --op-id ramp").ok();
    repo.write(FILE, format!("{}x: [\n", repo.read(FILE)));
    repo.commit_all("broken");
    // While it is broken, that is what there is to do.
    run(&repo, "undo").exits(2).complains_of("F226").says("git flag rollback new-checkout");
    run(&repo, "rollback new-checkout --op-id mended").ok().says("production: the flag can be read again and serves ");
    run(&repo, "undo --op-id u").ok().says("passed over ").says("it mended `new-checkout`, which did not read before");
    assert!(repo.read(FILE).contains("percentage: 25"));
    assert_eq!(log(&repo), ["u no", "mended no", "ramp yes", "limits no"]);
    // Taken back by hand, there is nothing left of it.
    repo.replace("flags/ops/limits.yaml", "owner: team-y", "owner: team-platform");
    repo.commit_all("by hand");
    let run = run(&repo, "undo").exits(3).complains_of("F255");
    run.says("(set owner): what it did is gone already").says("it mended `new-checkout`");
}

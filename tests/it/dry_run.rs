//! `--dry-run`, `--no-commit`, repeated calls: what writing commands promise beside their work.

use crate::support::{Fingerprint, Scope, TestRepo, leaves, samples};

fn ready(before: &str) -> TestRepo {
    let repo = TestRepo::shop();
    if !before.is_empty() {
        repo.shell(before).ok();
    }
    repo
}

fn has(name: &str, option: &str) -> bool {
    leaves()
        .iter()
        .any(|(leaf, command)| leaf == name && command.get_arguments().any(|argument| argument.get_id() == option))
}

/// It shows the plan, and leaves everything as it is; without it there is one commit, of flag files only.
#[test]
fn dry_run_changes_nothing() {
    let mut wrong = Vec::new();
    for sample in samples().filter(|sample| sample.writes()) {
        assert!(has(sample.command, "dry_run"), "{} has no --dry-run", sample.command);
        let repo = ready(sample.before);
        let before = Fingerprint::of(repo.outside(), Scope::Everything);
        let run = repo.flag(&sample.with(&["--dry-run"]));
        let touched = before.changed(&Fingerprint::of(repo.outside(), Scope::Everything));
        if run.code != 0
            || !touched.is_empty()
            || !run.stdout.starts_with("Plan for ")
            || !run.stdout.contains("dry run, nothing written")
        {
            wrong.push(format!("{}: touched {touched:?}\n{run}", sample.command));
        }
        let commits = repo.commits();
        let run = repo.flag(&sample.words());
        let status = repo.status();
        if run.code != 0 || repo.commits() != commits + 1 || !status.is_empty() {
            wrong.push(format!(
                "{}: {} commits more, status {status:?}\n{run}",
                sample.command,
                repo.commits() - commits
            ));
        }
        let files = repo.git(&["show", "--format=", "--name-only", "HEAD"]);
        if !files.lines().all(|file| file.starts_with("flags/")) {
            wrong.push(format!("{}: committed {files}", sample.command));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `--no-commit` edits the work tree, and neither index nor history.
#[test]
fn no_commit_edits_the_work_tree_only() {
    let mut wrong = Vec::new();
    for sample in samples().filter(|sample| sample.writes() && sample.command != "undo" && sample.command != "rollback")
    {
        let repo = ready(sample.before);
        let before = Fingerprint::of(&repo.path().join(".git"), Scope::NotObjects);
        let run = repo.flag(&sample.with(&["--no-commit"]));
        let touched = before.changed(&Fingerprint::of(&repo.path().join(".git"), Scope::NotObjects));
        if run.code != 0 || !touched.is_empty() || !repo.status().contains("flags/") {
            wrong.push(format!("{}: touched {touched:?}, status {:?}\n{run}", sample.command, repo.status()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same operation id twice is one commit.
#[test]
fn an_operation_is_carried_out_once() {
    let repo = TestRepo::shop();
    let call = ["rollout", "new-checkout", "50", "--env", "production", "--op-id", "op-7"];
    repo.flag(&call).ok();
    let commits = repo.commits();
    repo.flag(&["rollout", "new-checkout", "75", "--env", "production"]).ok();
    repo.flag(&call).ok().says("carried out already");
    assert_eq!(repo.commits(), commits + 1);
    repo.flag(&["show", "new-checkout"]).ok().prints("75%");
}

/// A branch begins with the operations of the commit that it begins at.
#[test]
fn an_operation_is_known_on_a_branch_that_is_yet_to_begin() {
    let repo = TestRepo::shop();
    let call = ["rollout", "new-checkout", "50", "--env", "production", "--op-id", "op-7"];
    repo.flag(&call).ok();
    repo.flag(&["rollout", "new-checkout", "75", "--env", "production"]).ok();
    repo.flag(&[&call[..], &["--branch", "proposal"]].concat()).ok().says("carried out already");
    repo.try_git(&["rev-parse", "--verify", "-q", "proposal"]).exits(1);
}

/// A branch that is not checked out is changed without a touch to the work tree.
#[test]
fn another_branch() {
    let repo = TestRepo::shop();
    let work = Fingerprint::of(&repo.path().join("flags"), Scope::Everything);
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.flag(&["disable", "theme", "--env", "production", "--branch", "proposal"]).ok();
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(work.changed(&Fingerprint::of(&repo.path().join("flags"), Scope::Everything)), Vec::<String>::new());
    assert_eq!(repo.status(), "");
    repo.flag(&["list", "--env", "production", "--search", "theme", "--at", "proposal"]).ok().prints("off");
    repo.git(&["checkout", "-q", "--detach"]);
    repo.flag(&["enable", "theme", "--env", "production", "--branch", "proposal"]).ok();
}

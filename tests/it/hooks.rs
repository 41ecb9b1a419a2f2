//! The user's hooks, and a commit of ours.

use crate::support::TestRepo;
use std::os::unix::fs::PermissionsExt as _;

const PATH: &str = "flags/features/new-checkout.yaml";
const DISABLE: [&str; 4] = ["disable", "new-checkout", "--env", "production"];

fn hook(repo: &TestRepo, name: &str, script: &str) {
    let path = repo.path().join(".git/hooks").join(name);
    repo.write(&format!(".git/hooks/{name}"), format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("an executable hook");
}

/// As `prettier --write` on the staged files, which are then added again.
#[test]
fn a_formatter_keeps_the_change() {
    let repo = TestRepo::shop();
    hook(
        &repo,
        "pre-commit",
        "for file in $(git diff --cached --name-only); do
           sed -i 's/^description: \\(.*\\)$/description: \"\\1\"/; s/  *# the first countries//' $file && git add $file
         done; echo formatted; echo on stderr >&2",
    );
    let run = repo.flag(&DISABLE).ok().says("formatted").says("on stderr");
    assert_eq!(run.stdout, "", "what hooks print is no data");
    let committed = repo.git(&["show", &format!("HEAD:{PATH}")]);
    assert!(
        committed.contains("description: \"One-page checkout\"") && committed.contains("enabled: false"),
        "{committed}"
    );
    assert_eq!((repo.read(PATH), repo.status()), (committed, String::new()));
}

#[test]
fn a_hook_that_takes_the_change_back_or_alters_it_is_refused() {
    let repo = TestRepo::shop();
    for (script, says) in [
        (format!("git checkout -q HEAD -- {PATH}"), format!("took the change of `{PATH}` back")),
        (format!("git rm -qf {PATH}"), format!("`{PATH}` is gone")),
        (
            format!("sed -i 's/enabled: false/enabled: true/; s/25/90/' {PATH}; git add {PATH}"),
            "means something else than was asked for".to_owned(),
        ),
        (format!("sed -i 's/type: boolean/type: bool/' {PATH}; git add {PATH}"), "does not read any more".to_owned()),
    ] {
        hook(&repo, "pre-commit", &script);
        let (before, head) = (repo.read(PATH), repo.git(&["rev-parse", "HEAD"]));
        let run = repo.flag(&DISABLE).exits(4).complains().says(&says);
        assert_eq!(run.code(), Some("F219"), "{script}\n{run}");
        assert_eq!((repo.read(PATH), repo.git(&["rev-parse", "HEAD"]), repo.status()), (before, head, String::new()));
    }
}

#[test]
fn no_verify_leaves_out_what_git_would() {
    let repo = TestRepo::shop();
    for name in ["pre-commit", "commit-msg"] {
        hook(&repo, name, "exit 1");
    }
    hook(&repo, "prepare-commit-msg", "echo prepared >> \"$1\"");
    let run = repo.flag(&DISABLE).exits(4).says("--no-verify");
    assert_eq!(run.code(), Some("F216"), "{run}");
    repo.flag(&[&DISABLE[..], &["--no-verify"]].concat()).ok();
    assert!(repo.git(&["log", "-1", "--format=%B"]).contains("prepared"));
    assert_eq!(repo.status(), "");
    for command in
        [&["undo"][..], &["rollback", "new-checkout"], &["delete", "legacy-search"], &["segment", "create", "s"]]
    {
        repo.flag(&[command, &["--no-verify", "--dry-run", "--help"]].concat()).ok().prints("--no-verify");
    }
}

/// What a hook says is for people to read: all lines, none cut, and none that steers the terminal.
#[test]
fn what_a_refusing_hook_says_is_shown_whole() {
    let repo = TestRepo::shop();
    hook(&repo, "pre-commit", "seq 1 200 | sed 's/^/finding /'; printf 'red \\033[31m\\n  indented\\n' >&2; exit 1");
    let run = repo.flag(&DISABLE).exits(4).complains().says("error[F216]: the hook `pre-commit` refused the commit\n");
    for number in 1..=200 {
        assert!(run.stderr.contains(&format!("\n  | finding {number}\n")), "{number}: {run}");
    }
    assert!(run.stderr.contains("\n  |   indented\n") && !run.stderr.contains('\u{1b}'), "{run}");
    let run = repo.flag(&[&DISABLE[..], &["--json"]].concat()).exits(4);
    let error: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
    assert_eq!(error["message"], "the hook `pre-commit` refused the commit");
    let output = error["output"].as_str().expect("what it said");
    assert!(output.contains("finding 100\nfinding 101\n") && output.ends_with("\n  indented"), "{run}");
}

#[test]
fn a_hook_that_leaves_no_message() {
    let repo = TestRepo::shop();
    hook(&repo, "commit-msg", ": > \"$1\"");
    let run = repo.flag(&DISABLE).exits(4).complains().says("a hook left no message");
    assert_eq!((run.code(), repo.status()), (Some("F216"), String::new()), "{run}");
}

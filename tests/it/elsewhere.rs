//! Revisions are read whatever is checked out, and history when the project file is broken.

use crate::support::TestRepo;

/// What reads the revision `main`, and nothing else.
const READS: [&[&str]; 11] = [
    &["list", "--at", "main", "--json"],
    &["show", "new-checkout", "--at", "main", "--json"],
    &["eval", "new-checkout", "--env", "production", "--user", "user-1", "--at", "main", "--json"],
    &["enabled", "new-checkout", "--env", "staging", "--user", "user-7", "--at", "main"],
    &["validate", "--at", "main", "--json", "--fail-on", "never"],
    &["segment", "list", "--at", "main", "--json"],
    &["test", "--at", "main", "--json"],
    &["export", "--format", "flagd", "--at", "main"],
    &["log", "new-checkout", "--at", "main", "--json"],
    &["diff", "main~1..main", "--json"],
    &["diff", "main~1...main", "--json"],
];

fn shop() -> TestRepo {
    let repo = TestRepo::shop();
    repo.flag(&["enable", "new-checkout", "--env", "development"]).ok();
    repo
}

/// The work tree holds something else than flags.
fn without_flags(repo: &TestRepo) {
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.git(&["rm", "-rqf", "."]);
    repo.write("a.txt", "a\n");
    repo.commit_all("other");
}

#[test]
fn a_revision_is_read_from_a_branch_without_flags() {
    let repo = shop();
    let expected = READS.map(|arguments| repo.flag(arguments));
    without_flags(&repo);
    for (arguments, expected) in READS.iter().zip(expected) {
        let run = repo.flag(arguments);
        assert_eq!((run.code, &run.stdout), (expected.code, &expected.stdout), "{arguments:?}: {}", run.stderr);
    }
    repo.flag(&["list"]).exits(3).complains_of("F200");
    repo.flag(&["list", "--at", "main~99"]).exits(3).complains_of("F204");
    repo.flag(&["diff", "main~99..main"]).exits(3).complains_of("F204");
    repo.flag(&["list", "--at", "HEAD"]).exits(3).complains_of("F200");
}

#[test]
fn a_branch_is_written_from_one_without_flags() {
    let repo = shop();
    without_flags(&repo);
    let before = repo.git(&["rev-parse", "HEAD"]);
    repo.flag(&["enable", "new-checkout", "--env", "staging", "--branch", "main"]).ok();
    repo.flag(&["rollout", "new-checkout", "5", "--env", "staging", "--branch", "main", "--dry-run"]).ok();
    repo.flag(&["rollback", "new-checkout", "--branch", "main"]).ok();
    repo.flag(&["undo", "--branch", "main"]).ok();
    repo.flag(&["enable", "new-checkout", "--env", "staging"]).exits(3).complains_of("F200");
    assert_eq!((repo.git(&["rev-parse", "HEAD"]), repo.status()), (before, String::new()));
    assert_eq!(
        repo.git(&["rev-list", "--count", "HEAD..main"]).trim(),
        repo.git(&["rev-list", "--count", "main"]).trim()
    );
}

#[test]
fn history_is_read_where_nothing_is_checked_out() {
    let repo = shop();
    let expected =
        [&["log", "new-checkout", "--json"][..], &["audit", "--json"]].map(|read| repo.flag(read).ok().stdout);
    repo.git(&["rm", "-rqf", "."]);
    assert_eq!(repo.flag(&["log", "new-checkout", "--json"]).ok().stdout, expected[0]);
    assert_eq!(repo.flag(&["audit", "--json"]).ok().stdout, expected[1]);
    assert!(repo.flag(&["diff"]).ok().stdout.contains("deleted"));
    let help = repo.flag(&["list"]).exits(3).complains_of("F200").stderr;
    assert!(help.contains("git checkout HEAD -- flags"), "{help}");
    repo.shell("git checkout HEAD -- flags").ok();
    repo.flag(&["list"]).ok();
}

#[test]
fn a_folder_with_flags_of_its_own_is_found_in_the_revision() {
    let repo = TestRepo::empty();
    repo.write("shop/src/a.txt", "a\n");
    repo.commit_all("start");
    repo.flag(&["-C", "shop", "init"]).ok();
    repo.flag(&["-C", "shop", "create", "a", "--type", "boolean"]).ok();
    repo.git(&["switch", "-q", "-c", "other", "HEAD~2"]);
    let list = repo.flag(&["-C", "shop/src", "list", "--at", "main", "--json"]).ok().json();
    assert_eq!(list["flags"][0]["key"], "a");
    repo.flag(&["list", "--at", "main"]).exits(3).complains_of("F200");
}

#[test]
fn who_broke_the_project_file_is_in_a_history_that_reads() {
    let repo = TestRepo::with_flag();
    let reads: [&[&str]; 4] = [
        &["log", "new-checkout", "--json"],
        &["log", "new-checkout", "--env", "production", "--json"],
        &["audit", "--json"],
        &["audit", "--env", "production", "--json"],
    ];
    let expected = reads.map(|read| repo.flag(read).ok().stdout);
    let path = "flags/project.yaml";
    repo.write(path, repo.read(path) + "broken: [\n");
    for committed in [false, true] {
        if committed {
            repo.git(&["commit", "-qam", "broken"]);
        }
        for (read, expected) in reads.iter().zip(&expected) {
            let run = repo.flag(read).ok().says("warning[F226]");
            assert_eq!(&run.stdout, expected, "{read:?}");
        }
        // Names are checked against the last project that reads.
        repo.flag(&["log", "new-checkout", "--env", "nowhere"]).exits(3).says("development, staging, production");
        assert_eq!(repo.flag(&["audit", "-q"]).ok().stderr, "");
    }
    // What is to be written needs a project.
    repo.flag(&["rollback", "new-checkout"]).exits(2).complains_of("F226");
}

/// Which flags are meant, nobody can tell: those that Git is told of, or those around the current folder.
#[test]
fn a_folder_outside_of_the_work_tree_that_git_is_told_to_use_is_refused() {
    let (here, there) = (TestRepo::shop(), TestRepo::shop());
    let (top, git) = (there.path().display().to_string(), there.path().join(".git").display().to_string());
    let variables = [("GIT_DIR", git.as_str()), ("GIT_WORK_TREE", top.as_str())];
    for command in [&["list"][..], &["enabled", "new-checkout"], &["log", "new-checkout"], &["diff"]] {
        let run = here.flag_with(command, &variables, None);
        assert!(run.code > 1 && run.stdout.is_empty(), "{run}");
        run.says("outside of the work tree").says("unset GIT_DIR GIT_WORK_TREE");
    }
    let words = [&["-C", top.as_str()][..], &["list"]].concat();
    here.flag_with(&words, &variables, None).ok().prints("new-checkout");
}

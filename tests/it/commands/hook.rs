//! The hooks: acceptance 3, and living beside other hooks.

use crate::support::TestRepo;

const FLAG: &str = "flags/features/new-checkout.yaml";

fn hooked() -> TestRepo {
    let repo = TestRepo::shop();
    repo.flag(&["hook", "install"]).ok().says("pre-commit").says("pre-merge-commit");
    repo
}

fn break_flag(repo: &TestRepo) {
    repo.replace(FLAG, "segment: staff", "segment: stuff");
}

/// The commit is stopped, with the place and the fix.
#[track_caller]
fn stopped(repo: &TestRepo, arguments: &[&str]) {
    let head = repo.git(&["rev-parse", "HEAD"]);
    let run = repo.try_git(arguments);
    assert_ne!(run.code, 0, "{run}");
    let said = format!("{}{}", run.stdout, run.stderr);
    for text in ["new-checkout.yaml:15:26", "`stuff`", "did you mean `staff`", "the commit was stopped"] {
        assert!(said.contains(text), "lacks {text:?}\n{run}");
    }
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
}

#[test]
fn a_commit_that_breaks_a_flag_is_stopped() {
    let repo = hooked();
    break_flag(&repo);
    stopped(&repo, &["commit", "-a", "-m", "oops"]);
    stopped(&repo, &["commit", "-m", "oops", "--", FLAG]);
    repo.git(&["add", FLAG]);
    stopped(&repo, &["commit", "-m", "oops"]);
    // Only the staged version is broken.
    repo.replace(FLAG, "segment: stuff", "segment: staff");
    stopped(&repo, &["commit", "-m", "oops"]);
    // The work tree's version is good, so the same commit with `-a` has nothing wrong in it.
    repo.write("README.md", "x");
    repo.git(&["add", "README.md"]);
    repo.git(&["commit", "-q", "-a", "-m", "good"]);
    // Only the work tree is broken: a commit of something else passes.
    break_flag(&repo);
    repo.write("README.md", "y");
    repo.git(&["commit", "-q", "-m", "other", "--", "README.md"]);
    stopped(&repo, &["commit", "-q", "-a", "--amend", "--no-edit"]);
}

#[test]
fn a_commit_in_a_subfolder_and_in_a_linked_work_tree() {
    let repo = hooked();
    break_flag(&repo);
    let run = repo.shell("cd flags/ops && git commit -q -a -m oops");
    assert_ne!(run.code, 0, "{run}");
    repo.shell("git checkout -q -- flags && git worktree add -q ../linked -b linked && cd ../linked && sed -i 's/segment: staff/segment: stuff/' flags/features/*.yaml && git commit -q -a -m oops")
        .exits(1)
        .says("did you mean `staff`");
}

/// A merge that commits by itself is checked as well.
#[test]
fn a_merge_that_breaks_a_flag_is_stopped() {
    let repo = hooked();
    repo.git(&["checkout", "-q", "-b", "uses-early-birds"]);
    repo.replace(FLAG, "segment: staff", "segment: early-birds");
    repo.git(&["commit", "-q", "-a", "-m", "use it"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["rm", "-q", "flags/segments/early-birds.yaml"]);
    repo.git(&["commit", "-q", "-m", "nobody uses it"]);
    let run = repo.try_git(&["merge", "--no-edit", "uses-early-birds"]);
    assert_ne!(run.code, 0, "{run}");
    assert!(run.stderr.contains("early-birds"), "{run}");
}

/// Our own commits have been checked already, and go through other hooks.
#[test]
fn our_own_commits_pass() {
    let repo = hooked();
    repo.flag(&["rollout", "new-checkout", "50", "--env", "production"]).ok();
    assert_eq!(repo.status(), "?? .gitattributes\n", "what was installed, and nothing else");
}

#[test]
fn other_hooks_stay() {
    let repo = TestRepo::shop();
    let script = "#!/bin/sh\necho theirs >> ../ran\nexit 0\n";
    repo.write(".git/hooks/pre-commit", script);
    repo.shell("chmod +x .git/hooks/pre-commit").ok();
    repo.flag(&["hook", "install"]).ok();
    repo.flag(&["hook", "install"]).ok().says("is installed already");
    repo.flag(&["hook", "status"]).ok().says("pre-commit: installed");
    break_flag(&repo);
    stopped(&repo, &["commit", "-a", "-m", "oops"]);
    repo.git(&["checkout", "-q", "--", "flags"]);
    repo.write("README.md", "x");
    repo.commit_all("good");
    assert_eq!(std::fs::read_to_string(repo.outside().join("ran")).expect("theirs ran"), "theirs\n");
    repo.flag(&["hook", "uninstall"]).ok();
    assert_eq!(repo.read(".git/hooks/pre-commit"), script);
    assert!(!repo.path().join(".git/hooks/pre-merge-commit").exists());
    repo.flag(&["hook", "status"]).ok().says("not installed");
    repo.flag(&["hook", "uninstall"]).ok().says("nothing of git-flag");
}

/// Git passes over a hook that is not executable, so it is not installed.
#[cfg(unix)]
#[test]
fn a_hook_that_git_does_not_run_is_not_installed() {
    let repo = TestRepo::shop();
    let hooks = |repo: &TestRepo| {
        let json = repo.flag(&["doctor", "--json"]).json();
        let checks = json["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["name"] == "hooks").expect("the check of hooks")
    };
    repo.flag(&["hook", "install"]).ok();
    assert_eq!(hooks(&repo)["fix"], serde_json::Value::Null);
    repo.shell("chmod -x .git/hooks/pre-merge-commit").ok();
    let run = repo.flag(&["hook", "status"]).ok().says("pre-commit: installed");
    run.says(
        "pre-merge-commit: not executable, so Git does not run it; `chmod +x .git/hooks/pre-merge-commit` lets it",
    );
    assert_eq!(hooks(&repo)["fix"], "chmod +x .git/hooks/pre-merge-commit");
    // A file that is ours alone is put right; a script of somebody stays switched off.
    repo.flag(&["hook", "install"]).ok().says("installed .git/hooks/pre-merge-commit");
    repo.flag(&["hook", "status"]).ok().says("pre-merge-commit: installed");
    repo.write(".git/hooks/pre-commit", repo.read(".git/hooks/pre-commit") + "echo theirs\n");
    repo.shell("chmod -x .git/hooks/pre-commit").ok();
    repo.flag(&["hook", "install"]).ok().says("pre-commit: not executable");
    break_flag(&repo);
    repo.git(&["commit", "-qam", "Git ran no hook"]);
}

#[test]
fn the_folder_of_hooks_may_be_elsewhere() {
    let repo = TestRepo::shop();
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    repo.flag(&["hook", "install"]).ok().says("tools/hooks/pre-commit");
    assert!(repo.path().join("tools/hooks/pre-commit").is_file());
    break_flag(&repo);
    stopped(&repo, &["commit", "-a", "-m", "oops"]);
    repo.flag(&["hook", "uninstall"]).ok();
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    repo.flag(&["hook", "install"]).exits(6).says("core.hooksPath").complains();
}

/// Where git-flag is gone, commits go on with a word of warning.
#[test]
fn without_git_flag_commits_go_on() {
    let repo = hooked();
    repo.write("README.md", "x");
    let without = "PATH=$(echo \"$PATH\" | cut -d: -f2-) git commit -q -m x -- README.md";
    repo.git(&["add", "README.md"]);
    repo.shell(without).ok().says("git-flag is not on the PATH");
}

const PRE_COMMIT: &str = ".git/hooks/pre-commit";
const ASIDE: &str = ".git/hooks/pre-commit.before-git-flag";

/// Somebody has replaced our file by a hook of their own: that one stays, and the one before does not come back.
#[test]
fn uninstall_leaves_the_hook_that_replaced_ours() {
    let repo = TestRepo::shop();
    let python = "#!/usr/bin/env python3\nprint('python')\n";
    repo.write(PRE_COMMIT, python);
    repo.shell("chmod +x .git/hooks/pre-commit").ok();
    repo.flag(&["hook", "install"]).ok();
    let own = "#!/bin/sh\necho own\n";
    repo.write(PRE_COMMIT, own);
    repo.shell("chmod 700 .git/hooks/pre-commit").ok();
    repo.flag(&["hook", "install"]).ok().says(ASIDE).says("nothing calls it");
    repo.flag(&["hook", "uninstall"]).ok().says(ASIDE).says("is left");
    assert_eq!((repo.read(PRE_COMMIT), repo.read(ASIDE)), (own.to_owned(), python.to_owned()));
    assert_eq!(mode(&repo, PRE_COMMIT), 0o700, "its permissions stay");
    // And the one that was moved aside is never written over.
    repo.write(PRE_COMMIT, "#!/usr/bin/env ruby\n");
    repo.flag(&["hook", "install"]).exits(6).says(ASIDE).says("in the way");
    assert_eq!((repo.read(PRE_COMMIT), repo.read(ASIDE)), ("#!/usr/bin/env ruby\n".to_owned(), python.to_owned()));
}

fn mode(repo: &TestRepo, path: &str) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::symlink_metadata(repo.path().join(path)).expect("a file").permissions().mode() & 0o777
}

/// Git does not run a hook that is not executable; neither do we, and it stays what it was.
#[test]
fn an_inactive_hook_stays_inactive() {
    let repo = TestRepo::shop();
    let script = "#!/bin/sh\necho should not run\nexit 1\n";
    repo.write(PRE_COMMIT, script);
    repo.shell("chmod 644 .git/hooks/pre-commit").ok();
    repo.flag(&["hook", "install"]).ok();
    repo.shell("git commit -q --allow-empty -m nothing").ok();
    repo.flag(&["hook", "uninstall"]).ok();
    assert_eq!((repo.read(PRE_COMMIT), mode(&repo, PRE_COMMIT)), (script.to_owned(), 0o644));
    assert!(!repo.path().join(ASIDE).exists());
}

/// A link is moved aside as one, called through it, and comes back as one, wherever it leads.
#[test]
fn a_link_comes_back_as_a_link() {
    let repo = TestRepo::shop();
    repo.write("tools/check.sh", "#!/bin/sh\necho linked >> hook-ran\n");
    repo.shell("chmod +x tools/check.sh").ok();
    for target in ["../../tools/check.sh", "nowhere"] {
        repo.shell(&format!("ln -sf {target} {PRE_COMMIT}")).ok();
        repo.flag(&["hook", "install"]).ok();
        repo.flag(&["hook", "install"]).ok().says("installed already");
        repo.shell("git commit -q --allow-empty -m nothing").ok();
        repo.flag(&["hook", "uninstall"]).ok();
        let link = std::fs::read_link(repo.path().join(PRE_COMMIT)).expect("a link");
        assert_eq!(link.to_str(), Some(target));
        assert!(!repo.read("tools/check.sh").contains("git-flag"));
    }
    assert_eq!(repo.read("hook-ran"), "linked\n");
}

/// Where the program is missing, what is not checked is said, and what has flags in it is not let through.
#[test]
fn without_the_program_only_commits_without_flags_pass() {
    let repo = hooked();
    let commit = |words: &str| repo.shell(&format!("PATH=/usr/local/bin:/usr/bin:/bin git commit -q {words}"));
    repo.write("README.md", "x");
    repo.git(&["add", "README.md", ".gitattributes"]);
    commit("-m words").ok().says("warning: git-flag is not on the PATH").says("no flag is in this commit");
    repo.replace(FLAG, "percentage: 25", "percentage: 30");
    let head = repo.git(&["rev-parse", "HEAD"]);
    let stopped = commit("-a -m flags").exits(1).says("error: git-flag is not on the PATH").says("NOT CHECKED");
    stopped.says("install it").says("git commit --no-verify");
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
    commit("-a -m flags --no-verify").ok();
    // Flags in a folder of their own, and a new one.
    repo.shell("mkdir sub && git mv -k flags sub/ && git commit -q -m moved").ok();
    repo.write("sub/flags/ops/one more.yaml", "type: boolean\n");
    repo.git(&["add", "sub"]);
    commit("-m new").exits(1).says("NOT CHECKED");
    // Commits of the program itself have been checked, wherever it is.
    repo.git(&["reset", "-q", "--hard"]);
    let mut command = repo.command(&["-C", "sub", "set", "limits", "owner=team-x"]);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    assert!(command.output().expect("a run").status.success());
}

/// Git runs hooks at the top, wherever the flags are.
#[test]
fn flags_in_folders_of_their_own_are_checked_as_well() {
    let repo = hooked();
    repo.shell("mkdir service && git mv flags service/ && git commit -q -m moved").ok();
    let file = format!("service/{FLAG}");
    let stopped = |arguments: &[&str]| {
        let head = repo.git(&["rev-parse", "HEAD"]);
        let run = repo.try_git(arguments);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(run.code != 0, "{run}");
        for text in ["flags/features/new-checkout.yaml:15:26", "below `service`: "] {
            assert!(said.contains(text), "lacks {text:?}\n{run}");
        }
        assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
    };
    repo.replace(&file, "segment: staff", "segment: stuff");
    stopped(&["commit", "-qam", "x"]);
    stopped(&["commit", "-qm", "x", "--", &file]);
    repo.git(&["checkout", "-q", "HEAD", "--", "."]);
    // Also where there are flags at the top.
    repo.flag(&["init"]).ok();
    repo.commit_all("both");
    repo.replace(&file, "segment: staff", "segment: stuff");
    stopped(&["commit", "-qam", "x"]);
    repo.replace(&file, "segment: stuff", "segment: staff");
    repo.shell("echo >> service/flags/features/new-checkout.yaml; git commit -qam fine").ok();
}

//! `show`, `segment`, `explain`, `doctor`, `schema`.

use crate::support::TestRepo;
use std::fs;

#[test]
fn show_says_what_is_served_to_whom() {
    let repo = TestRepo::shop();
    insta::assert_snapshot!(repo.flag(&["show", "new-checkout"]).ok().stdout, @r"
    new-checkout  flags/features/new-checkout.yaml
    One-page checkout

      type       boolean
      kind       release
      owner      team-payments
      tags       checkout, web
      lifetime   until 2027-03-01
      default    off

    development  ● on
      1. on for everyone

    staging  ◐ on +2 rules
      1. on when in segment staff (staff)
      2. off when plan equals free (free)
      3. on for everyone else

    production  ◐ 25% +1 rule +1 target
      1. on for `user-1`
      2. on when country in [DE, AT, CH] (dach)
      3. 25% for everyone else
    ");
    let old = repo.flag(&["show", "new-checkout", "--at", "v1.2"]).ok();
    assert!(old.stdout.contains("15%") && !old.stdout.contains("25%"), "{old}");
    let dated = repo.flag(&["show", "new-checkout", "--at", "2026-11-01"]).ok();
    assert!(dated.stdout.contains("10%"), "{dated}");
    repo.flag(&["show", "new-chekout"]).exits(3).says("did you mean `new-checkout`?").complains();
    repo.flag(&["show", "theme", "--at", "v9"]).exits(3).complains();
    repo.flag(&["show", "theme", "--at", "2020-01-01"]).exits(3).complains();
}

#[test]
fn segments_are_listed_and_shown() {
    let repo = TestRepo::shop();
    insta::assert_snapshot!(repo.flag(&["segment", "list", "--format", "table"]).ok().stdout, @r"
    SEGMENT      INCLUDED  EXCLUDED  CONDITIONS  USED  OWNER        DESCRIPTION
    early-birds  2         0         0           0     team-growth  The first customers
    staff        1         1         2           2     team-it      Everyone with an address of ours
    ");
    insta::assert_snapshot!(repo.flag(&["segment", "show", "staff"]).ok().stdout, @r"
    staff  flags/segments/staff.yaml
    Everyone with an address of ours

      owner      team-it

      excluded   `user-13`
      included   `user-7`
      and who    1. email ends with @example.com
      and        2. plan equals pro

    used by
      rule staff of `new-checkout` in staging
      the ring `beta`
    ");
    repo.flag(&["segment", "show", "stuff"]).exits(3).says("`staff`").complains();
}

#[test]
fn every_code_is_explained() {
    let repo = TestRepo::folder();
    insta::assert_snapshot!(repo.flag(&["explain", "F207"]).ok().stdout, @r"
    F207 dirty-file (error)
    The flag's file has changes that are not committed.

    The command would commit them together with its own change. Commit, stash or
    discard them first (`git status` shows them), or pass `--no-commit` to edit the
    file in the work tree only.
    ");
    assert_eq!(repo.flag(&["explain", "dirty-file"]).ok().stdout, repo.flag(&["explain", "f207"]).ok().stdout);
    repo.flag(&["explain", "F999"]).exits(2).complains();
}

/// A PATH with a `man` that looks nowhere but in MANPATH.
fn man(repo: &TestRepo) -> String {
    let script = "#!/bin/sh\ntest \"$1\" = -w && ls \"${MANPATH%:}/man1/$2.1\" 2>/dev/null\n";
    std::fs::create_dir_all(repo.outside().join("bin")).expect("a folder");
    std::fs::write(repo.outside().join("bin/man"), script).expect("a file");
    repo.shell("chmod +x ../bin/man").ok();
    let path = std::env::var("PATH").expect("a PATH");
    format!("{}:{path}", repo.outside().join("bin").display())
}

/// There are no files and no commits to be made: what counts is in HEAD.
/// A flag whose file has three versions in the history.
fn with_history() -> TestRepo {
    let repo = TestRepo::with_flag();
    for owner in ["ada", "bob"] {
        repo.flag(&["set", "new-checkout", &format!("owner={owner}")]).ok();
    }
    repo
}

#[test]
fn doctor_misses_objects_and_commands_say_where_to_look() {
    let gone = |name: &str| {
        let repo = with_history();
        let id = repo.git(&["rev-parse", name]).trim().to_owned();
        fs::remove_file(repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])).expect("a loose object");
        (repo, id)
    };
    let sound = with_history();
    sound.flag(&["doctor"]).ok().prints("all versions of flags in the history are here");
    let file = sound.git(&["ls-files", "flags/*new-checkout.yaml"]).trim().to_owned();
    for name in [format!("HEAD~1:{file}"), "HEAD~1^{tree}".to_owned(), format!("HEAD:{file}"), "HEAD~1".to_owned()] {
        let (repo, id) = gone(&name);
        let run = repo.flag(&["doctor"]);
        assert!(run.code == 1 && run.stdout.contains("✗ objects"), "{name}: {run}");
        assert!(run.stdout.contains(&id) && run.stdout.contains("git fsck"), "{name}: {run}");
    }
    for name in ["HEAD~1^{tree}", "HEAD~1"] {
        let run = gone(name).0.flag(&["log", "new-checkout"]).exits(6);
        assert!(run.stderr.contains("F212") && run.stderr.contains("git fsck"), "{name}: {run}");
    }
}

#[test]
fn doctor_says_when_borrowed_objects_are_gone() {
    let repo = with_history();
    let clone = repo.outside().join("clone");
    let name = clone.to_str().expect("a path").to_owned();
    repo.git(&["clone", "-q", "--shared", ".", &name]);
    repo.flag(&["-C", &name, "doctor"]).prints("all versions of flags");
    let alternates = clone.join(".git/objects/info/alternates");
    fs::write(&alternates, "/gone/objects\n").expect("a file");
    let run = repo.flag(&["-C", &name, "doctor"]).exits(1);
    assert!(run.stdout.contains("objects/info/alternates"), "{run}");
    repo.flag(&["-C", &name, "log", "new-checkout"]).exits(6).says("objects/info/alternates");
}

#[test]
fn doctor_says_when_git_can_not_read_the_repository() {
    for setting in [["core.repositoryformatversion", "2"], ["extensions.unheard", "true"]] {
        let repo = with_history();
        repo.git(&["config", "core.repositoryformatversion", "1"]);
        repo.git(&["config", setting[0], setting[1]]);
        let run = repo.flag(&["doctor"]).exits(1).prints("✗ repository").prints("update Git");
        assert!(!run.stdout.contains("git init"), "{run}");
        repo.flag(&["list"]).exits(6).says("update Git");
    }
}

#[test]
fn doctor_looks_into_a_bare_repository() {
    let repo = TestRepo::shop();
    let doctor = |name: &str, more: &[&str]| {
        let folder = repo.outside().join(name).display().to_string();
        repo.flag(&[&["-C", &folder, "doctor"], more].concat()).ok()
    };
    repo.shell("git clone -q --bare . ../without.git").ok();
    let run = doctor("without.git", &[]).prints("flags/.schemas is missing at HEAD");
    assert!(!run.stdout.contains("hook install"), "{run}");
    repo.flag(&["doctor", "--fix"]).ok();
    repo.commit_all("schemas");
    repo.shell("git clone -q --bare . ../with.git").ok();
    doctor("with.git", &[]).prints("flags/.schemas is current");
    doctor("without.git", &["--fix"]).prints("in a clone");
    assert!(!repo.outside().join("without.git/flags").exists());
}

#[test]
fn doctor_finds_and_mends() {
    let repo = TestRepo::shop();
    repo.flag(&["doctor"]).ok().prints("git flag hook install").prints("git flag doctor --fix");
    let man = man(&repo);
    let lost = repo.flag_with(&["doctor", "--fix"], &[("PATH", &man)], None).ok();
    let top = repo.outside().join("home/.local/share/man").display().to_string();
    assert!(lost.stdout.contains("`git flag --help` does not find it"), "{lost}");
    assert!(lost.stdout.contains(&format!("fix: export MANPATH=\"{top}:$MANPATH\"")), "{lost}");
    repo.flag(&["hook", "install"]).ok();
    repo.commit_all("schemas");
    let after =
        repo.flag_with(&["doctor", "--json"], &[("PATH", &man), ("MANPATH", &format!("{top}:"))], None).ok().json();
    let unwell: Vec<&serde_json::Value> =
        after["checks"].as_array().expect("checks").iter().filter(|check| check["health"] != "good").collect();
    assert!(unwell.is_empty(), "{unwell:?}");
    assert!(repo.outside().join("home/.local/share/man/man1/git-flag.1").is_file());
    repo.flag(&["doctor", "--json"]).ok();
    let stranger = crate::support::World::default()
        .unset("GIT_COMMITTER_NAME")
        .unset("GIT_COMMITTER_EMAIL")
        .unset("GIT_AUTHOR_NAME")
        .unset("GIT_AUTHOR_EMAIL");
    repo.git(&["config", "--global", "user.useConfigOnly", "true"]);
    repo.flag_in(&stranger, &["doctor"]).exits(1).prints("git config --global user.name");
}

//! Histories out of the ordinary: merges of every kind, several lives of a key, and taking back across them.

use crate::support::TestRepo;
use serde_json::Value;
use std::fs;

#[track_caller]
fn entries(repo: &TestRepo, arguments: &[&str]) -> Vec<Value> {
    let run = repo.flag(&[arguments, &["--json"]].concat()).ok();
    run.json()["entries"].as_array().expect("entries").clone()
}

fn field<'e>(entries: &'e [Value], name: &str) -> Vec<&'e str> {
    entries.iter().map(|entry| entry[name].as_str().unwrap_or("-")).collect()
}

/// Two flags, `a` with 10% in production and `b`.
fn two() -> TestRepo {
    let repo = TestRepo::init();
    for key in ["a", "b"] {
        repo.flag(&["create", key, "--type", "boolean"]).ok();
    }
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    repo.flag(&["rollout", "a", "10", "--env", "production"]).ok();
    repo
}

/// `log`, `audit KEY` and `audit` tell the same of a flag.
#[track_caller]
fn agree(repo: &TestRepo, key: &str) -> Vec<Value> {
    let log = entries(repo, &["log", key]);
    assert_eq!(entries(repo, &["audit", key]), log);
    let mut all = entries(repo, &["audit"]);
    let keys: Vec<&Value> = log.iter().map(|entry| &entry["flag"]).collect();
    all.retain(|entry| keys.contains(&&entry["flag"]));
    assert_eq!(all, log);
    // Remembered or not.
    assert_eq!(entries(repo, &["log", key]), log);
    fs::remove_dir_all(repo.path().join(".git/git-flag/history")).expect("a cache");
    log
}

#[test]
fn an_octopus_merge_adds_nothing_of_its_own() {
    let repo = two();
    for (branch, percentage) in [("one", None), ("two", Some("b")), ("three", None)] {
        repo.git(&["switch", "-q", "-c", branch, "main"]);
        match (branch, percentage) {
            ("one", _) => repo.flag(&["set", "a", "owner=team-one"]).ok(),
            (_, Some(key)) => repo.flag(&["enable", key, "--env", "staging"]).ok(),
            _ => repo.flag(&["enable", "a", "--env", "staging"]).ok(),
        };
    }
    repo.git(&["switch", "-q", "main"]);
    // Two branches changed `a`, in lines far enough apart.
    repo.git(&["merge", "-q", "--no-ff", "-m", "octopus", "one", "two", "three"]);
    assert_eq!(repo.git(&["log", "-1", "--format=%P"]).split_whitespace().count(), 4);
    let log = agree(&repo, "a");
    assert_eq!(field(&log, "kind"), ["change"; 5]);
    assert_eq!(field(&log, "action")[2..], ["rollout", "enable", "create"]);
    assert_eq!(field(&agree(&repo, "b"), "action"), ["enable", "create"]);
}

#[test]
fn an_octopus_merge_can_hide_a_change_and_drop_another() {
    let repo = two();
    for (branch, owner) in [("one", "team-one"), ("two", "team-two")] {
        repo.git(&["switch", "-q", "-c", branch, "main"]);
        repo.flag(&["set", if branch == "one" { "a" } else { "b" }, &format!("owner={owner}")]).ok();
    }
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "one", "two"]);
    repo.replace("flags/a.yaml", "percentage: 10", "percentage: 100");
    repo.git(&["checkout", "-q", "main", "--", "flags/b.yaml"]);
    repo.commit_all("octopus");
    let a = agree(&repo, "a");
    assert_eq!(field(&a, "kind")[..2], ["merge", "change"]);
    assert!(a[0]["summary"].as_str().unwrap().contains("10% → 100%"), "{}", a[0]);
    let b = agree(&repo, "b");
    assert_eq!(field(&b, "action"), ["merged-away", "metadata", "create"]);
    assert!(b[0]["summary"].as_str().unwrap().contains("team-two"), "{}", b[0]);
}

#[test]
fn a_merge_that_is_reverted_is_told_with_what_it_took_away() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.flag(&["rollout", "a", "50", "--env", "production"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.flag(&["enable", "b", "--env", "production"]).ok();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let merge = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.git(&["revert", "--no-edit", "-m", "1", &merge]);
    let log = agree(&repo, "a");
    assert_eq!(field(&log, "summary")[..2], ["production: 50% → 10%", "production: 10% → 50%"]);
    // And merged in again, by reverting the revert.
    repo.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(field(&agree(&repo, "a"), "summary")[0], "production: 10% → 50%");
}

#[test]
fn a_change_that_is_dropped_and_merged_in_later_is_told_each_time() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.flag(&["rollout", "a", "50", "--env", "production"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-s", "ours", "-m", "dropped", "side"]);
    repo.git(&["switch", "-q", "side"]);
    repo.flag(&["rollout", "a", "60", "--env", "production"]).ok();
    repo.git(&["switch", "-q", "main"]);
    let merged = repo.try_git(&["merge", "-q", "--no-ff", "-m", "again", "side"]);
    assert_ne!(merged.code, 0, "10% on one side and 50% → 60% on the other are a conflict");
    repo.git(&["checkout", "-q", "--theirs", "--", "flags/a.yaml"]);
    repo.commit_all("again");
    let log = agree(&repo, "a");
    assert_eq!(field(&log, "action")[1..3], ["rollout", "merged-away"]);
    assert_eq!(log[0]["commit"], repo.git(&["rev-parse", "HEAD"]).trim());
}

#[test]
fn an_earlier_life_in_another_folder_is_another_flag() {
    let repo = two();
    repo.flag(&["delete", "a"]).ok();
    repo.flag(&["enable", "b", "--env", "staging"]).ok();
    fs::create_dir_all(repo.path().join("flags/new")).unwrap();
    repo.write("flags/new/a.yaml", repo.read("flags/b.yaml"));
    repo.commit_all("a again");
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    let latest = ["enable", "create"];
    let all = ["enable", "create", "delete", "rollout", "enable", "create"];
    for command in ["log", "audit"] {
        assert_eq!(field(&entries(&repo, &[command, "a"]), "action"), latest);
        let lives = entries(&repo, &[command, "a", "--all-lives"]);
        assert_eq!(field(&lives, "action"), all);
        assert_eq!((&lives[1]["previous"], &lives[5]["previous"]), (&Value::Null, &Value::Null));
        assert_eq!(entries(&repo, &[command, "a"]), lives[..2]);
    }
    let mut everything = entries(&repo, &["audit"]);
    everything.retain(|entry| entry["flag"] == "a");
    assert_eq!(everything, entries(&repo, &["log", "a", "--all-lives"]));
    // Remembered or not, and when it is gone.
    repo.flag(&["disable", "a", "--env", "production"]).ok();
    assert_eq!(entries(&repo, &["log", "a"]).len(), 3);
    repo.flag(&["delete", "a"]).ok();
    assert_eq!(field(&entries(&repo, &["log", "a"]), "action"), ["delete", "disable", "enable", "create"]);
    assert_eq!(entries(&repo, &["log", "a", "--all-lives"]).len(), 8);
}

#[test]
fn digests_are_the_same_however_much_is_asked_for() {
    let repo = TestRepo::init();
    repo.flag(&["create", "c", "--type", "boolean"]).ok();
    repo.flag(&["rename", "c", "e"]).ok();
    repo.flag(&["rename", "e", "b"]).ok();
    repo.flag(&["create", "e", "--type", "boolean"]).ok();
    repo.flag(&["enable", "b", "--env", "production"]).ok();
    let all = entries(&repo, &["audit"]);
    for key in ["b", "c", "e"] {
        for asked in [vec!["audit", key], vec!["audit", key, "--all-lives"], vec!["log", key, "--all-lives"]] {
            for entry in entries(&repo, &asked) {
                assert!(all.contains(&entry), "{asked:?}: {entry}");
            }
        }
    }
    let lives = entries(&repo, &["audit", "e", "--all-lives"]);
    // The flag that had the key once is told from its beginning until it lost the key.
    assert_eq!(field(&lives, "summary")[1..3], ["renamed from `e`", "renamed from `c`"]);
    assert_eq!(field(&lives, "action"), ["create", "rename", "rename", "create"]);
}

#[test]
fn a_flag_that_was_deleted_and_comes_back_in_its_place_is_one_log() {
    let repo = two();
    let text = repo.read("flags/a.yaml");
    repo.flag(&["delete", "a"]).ok();
    repo.write("flags/a.yaml", text);
    repo.commit_all("a again");
    repo.flag(&["rollout", "a", "40", "--env", "production"]).ok();
    let log = agree(&repo, "a");
    assert_eq!(field(&log, "action"), ["rollout", "create", "delete", "rollout", "enable", "create"]);
}

#[test]
fn moves_there_and_back_are_one_log() {
    let repo = two();
    for folder in ["flags/x", "flags/y", "flags/x"] {
        let from = repo.git(&["ls-files", "*/a.yaml"]).trim().to_owned();
        fs::create_dir_all(repo.path().join(folder)).unwrap();
        repo.git(&["mv", &from, &format!("{folder}/a.yaml")]);
        repo.commit_all("move");
        repo.flag(&["rollout", "a", &repo.commits().to_string(), "--env", "production"]).ok();
    }
    // A branch that began before the last move and still changes the old file.
    repo.git(&["switch", "-q", "-c", "side", "HEAD~2"]);
    repo.flag(&["set", "a", "owner=team-side"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let log = agree(&repo, "a");
    let mut actions = field(&log, "action");
    actions.sort_unstable();
    assert_eq!(actions.iter().filter(|action| **action == "move").count(), 3, "{actions:?}");
    assert_eq!(actions.iter().filter(|action| **action == "metadata").count(), 1, "{actions:?}");
    assert_eq!(actions.len(), 10, "{actions:?}");
}

#[test]
fn going_back_to_before_a_rename_brings_the_old_key_back() {
    let repo = two();
    repo.flag(&["require", "b", "--on", "a", "--serves", "true"]).ok();
    repo.git(&["tag", "then"]);
    let before = [repo.read("flags/a.yaml"), repo.read("flags/b.yaml")];
    repo.flag(&["rename", "a", "z"]).ok();
    repo.flag(&["rollout", "z", "30", "--env", "production"]).ok();
    repo.flag(&["rollback", "z", "--to", "then", "--dry-run"]).ok().prints("percentage: 10");
    repo.flag(&["rollback", "z", "--to", "then"]).ok();
    assert_eq!([repo.read("flags/a.yaml"), repo.read("flags/b.yaml")], before);
    assert!(!repo.path().join("flags/z.yaml").exists());
    assert_eq!(repo.status(), "");
    repo.flag(&["undo"]).ok();
    assert!(repo.read("flags/z.yaml").contains("percentage: 30"));
}

#[test]
fn going_back_in_one_environment_keeps_the_new_key() {
    let repo = two();
    repo.git(&["tag", "then"]);
    repo.flag(&["rename", "a", "z"]).ok();
    let renamed = repo.read("flags/z.yaml");
    repo.flag(&["rollout", "z", "30", "--env", "production"]).ok();
    repo.flag(&["set", "z", "owner=team-z"]).ok();
    repo.flag(&["rollback", "z", "--to", "then", "--env", "production"]).ok();
    assert!(repo.read("flags/z.yaml").contains("percentage: 10"));
    repo.flag(&["set", "z", "owner="]).ok();
    assert_eq!(repo.read("flags/z.yaml"), renamed);
}

#[test]
fn going_back_past_a_rename_does_not_take_another_flag_for_it() {
    let repo = two();
    repo.flag(&["create", "z", "--type", "boolean"]).ok();
    repo.git(&["tag", "then"]);
    repo.flag(&["delete", "z"]).ok();
    repo.flag(&["rename", "a", "z"]).ok();
    repo.flag(&["rollout", "z", "30", "--env", "production"]).ok();
    repo.flag(&["rollback", "z", "--to", "then"]).ok();
    assert!(repo.read("flags/a.yaml").contains("percentage: 10"));
    assert!(!repo.path().join("flags/z.yaml").exists());
    // The old key may be taken meanwhile.
    repo.flag(&["rename", "a", "y"]).ok();
    repo.flag(&["create", "a", "--type", "boolean"]).ok();
    repo.flag(&["rollback", "y", "--to", "then"]).exits(5).says("F256").says("`a`");
}

#[test]
fn rollback_on_another_branch_leaves_this_one() {
    let repo = two();
    repo.git(&["branch", "hotfix"]);
    repo.flag(&["rollout", "a", "70", "--env", "production"]).ok();
    let here = repo.git(&["rev-parse", "HEAD"]);
    // There the last change is the one to 10%.
    repo.flag(&["rollback", "a", "--branch", "hotfix"]).ok();
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), here);
    assert!(repo.read("flags/a.yaml").contains("percentage: 70"));
    let there = repo.git(&["show", "hotfix:flags/a.yaml"]);
    assert!(!there.contains("percentage"), "{there}");
    assert_eq!(repo.git(&["log", "-1", "--format=%P", "hotfix"]), repo.git(&["rev-parse", "HEAD~1"]));
    assert_eq!(repo.status(), "");
}

#[test]
fn rollback_without_a_commit_edits_the_work_tree() {
    let repo = two();
    let commits = repo.commits();
    repo.flag(&["rollback", "a", "--no-commit"]).ok();
    assert_eq!(repo.commits(), commits);
    assert_eq!(repo.status(), " M flags/a.yaml\n");
    assert!(!repo.read("flags/a.yaml").contains("percentage"));
    repo.git(&["checkout", "-q", "--", "."]);
    repo.flag(&["rollback", "a", "--to", "HEAD~1", "--no-commit"]).ok();
    assert_eq!(repo.status(), " M flags/a.yaml\n");
}

#[test]
fn diff_of_three_dots_begins_where_the_branches_parted() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.flag(&["rollout", "a", "50", "--env", "production"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.flag(&["enable", "b", "--env", "staging"]).ok();
    let json = repo.flag(&["diff", "main...side", "--json"]).ok().json();
    let subjects: Vec<&Value> =
        json["differences"].as_array().unwrap().iter().map(|difference| &difference["subject"]["name"]).collect();
    assert_eq!(subjects, ["a"]);
    assert_eq!(json["from"], repo.git(&["merge-base", "main", "side"]).trim());
    assert_eq!(json["to"], repo.git(&["rev-parse", "side"]).trim());
    repo.flag(&["diff", "side...", "--exit-code"]).exits(1).prints("staging: enabled");
    // With two dots what the other side did looks undone.
    repo.flag(&["diff", "main..side"]).ok().prints("staging: disabled").prints("10% → 50%");
    // Nothing in common: nothing to begin at.
    repo.git(&["switch", "-q", "--orphan", "alone"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "alone"]);
    let run = repo.flag(&["diff", "main...alone"]);
    assert!(run.code != 0 && run.code != 101, "{run}");
}

#[test]
fn all_flags_and_one_flag_print_alike() {
    let repo = TestRepo::with_flag();
    repo.flag(&["enable", "new-checkout", "--env", "production", "--reason", "say \"yes\", = and\u{1f}\u{e9}"]).ok();
    repo.flag(&["rollout", "new-checkout", "10", "--env", "production", "--ticket", "no"]).ok();
    for format in ["table", "json", "jsonl", "csv", "markdown", "yaml"] {
        for more in [&[][..], &["-n", "1"], &["--env", "production"], &["--author", "nobody"]] {
            let all = repo.flag(&[&["audit", "--format", format], more].concat()).ok().stdout;
            let one = repo.flag(&[&["audit", "new-checkout", "--format", format], more].concat()).ok().stdout;
            assert_eq!(all, one, "{format} {more:?}");
        }
    }
    let json = repo.flag(&["audit", "--json"]).ok();
    let as_yaml: Value = serde_yaml::from_str(&repo.flag(&["audit", "--format", "yaml"]).ok().stdout).unwrap();
    assert_eq!(json.json(), as_yaml);
    assert_eq!(json.stdout, format!("{:#}\n", json.json()));
    let lines: Vec<Value> = repo
        .flag(&["audit", "--format", "jsonl"])
        .ok()
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(json.json()["entries"], Value::Array(lines));
    assert_eq!(json.json()["entries"][0]["previous"], json.json()["entries"][1]["digest"]);
}

/// What `audit` of everything tells of these keys.
fn told_of(repo: &TestRepo, keys: &[&str]) -> Vec<Value> {
    let mut all = entries(repo, &["audit"]);
    all.retain(|entry| keys.contains(&entry["flag"].as_str().expect("a key")));
    all
}

#[test]
fn a_branch_that_did_not_know_of_a_rename_is_part_of_the_log() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.flag(&["rollout", "a", "30", "--env", "production"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.flag(&["rename", "a", "z"]).ok();
    repo.git(&["merge", "-q", "--no-edit", "side"]);
    assert!(repo.read("flags/z.yaml").contains("percentage: 30"));
    repo.flag(&["enable", "z", "--env", "staging"]).ok();
    let log = agree(&repo, "z");
    let mut actions = field(&log, "action");
    assert_eq!(actions[0], "enable");
    actions.sort_unstable();
    assert_eq!(actions, ["create", "enable", "enable", "rename", "rollout", "rollout"]);
    let kinds: Vec<&str> = field(&log, "kind");
    assert!(kinds.iter().all(|kind| *kind == "change"), "{kinds:?}");
    // One chain: only the first entry has none before.
    let open = log.iter().filter(|entry| entry["previous"].is_null()).count();
    assert_eq!(open, 1, "{log:#?}");
}

#[test]
fn a_rename_that_is_merged_into_a_branch_that_went_on_is_part_of_the_log() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.flag(&["rename", "a", "z"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.flag(&["rollout", "a", "30", "--env", "production"]).ok();
    repo.git(&["merge", "-q", "--no-edit", "side"]);
    assert!(repo.read("flags/z.yaml").contains("percentage: 30"));
    let log = agree(&repo, "z");
    let mut actions = field(&log, "action");
    actions.sort_unstable();
    assert_eq!(actions, ["create", "enable", "rename", "rollout", "rollout"]);
    assert_eq!(log.iter().filter(|entry| entry["previous"].is_null()).count(), 1, "{log:#?}");
}

#[test]
fn where_another_branch_moved_the_file_belongs_to_the_log() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    fs::create_dir_all(repo.path().join("flags/c")).unwrap();
    repo.git(&["mv", "flags/a.yaml", "flags/c/a.yaml"]);
    repo.commit_all("move");
    repo.flag(&["rollout", "a", "30", "--env", "production"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-s", "ours", "-m", "dropped", "side"]);
    let log = agree(&repo, "a");
    assert_eq!(field(&log, "action"), ["merged-away", "rollout", "move", "rollout", "enable", "create"]);
    assert!(repo.read("flags/a.yaml").contains("percentage: 10"));
}

#[test]
fn a_deletion_that_is_lost_in_a_merge_is_told_as_that() {
    let repo = two();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.git(&["rm", "-q", "flags/a.yaml"]);
    repo.commit_all("delete");
    repo.git(&["switch", "-q", "main"]);
    repo.flag(&["rollout", "a", "20", "--env", "production"]).ok();
    assert_ne!(repo.try_git(&["merge", "-q", "--no-edit", "side"]).code, 0);
    repo.git(&["add", "flags/a.yaml"]);
    repo.commit_all("keep");
    let log = agree(&repo, "a");
    assert_eq!(
        (&log[0]["action"], &log[0]["summary"]),
        (&"merged-away".into(), &"lost in a merge: its deletion".into())
    );
    assert_eq!(log[0]["sha256"]["before"], Value::Null);
}

#[test]
fn all_lives_of_a_key_that_a_rename_took_over() {
    let repo = two();
    repo.flag(&["delete", "a"]).ok();
    repo.flag(&["rename", "b", "a"]).ok();
    assert_eq!(field(&entries(&repo, &["log", "a"]), "action"), ["rename", "create"]);
    let lives = entries(&repo, &["log", "a", "--all-lives"]);
    assert_eq!(lives, told_of(&repo, &["a", "b"]));
    assert_eq!(lives.len(), 6);
}

#[test]
fn diff_tells_of_a_renamed_flag_under_both_keys() {
    let repo = two();
    repo.flag(&["rename", "a", "z"]).ok();
    let new = repo.flag(&["diff", "HEAD~1", "z"]).ok().prints("renamed from `a`").stdout;
    assert_eq!(repo.flag(&["diff", "HEAD~1", "a"]).ok().stdout, new);
    assert_eq!(repo.flag(&["diff", "HEAD~1", "b"]).ok().stdout, "");
}

#[test]
fn diff_tells_which_tests_changed() {
    let repo = two();
    let case = |name: &str, user: &str| {
        let name = if name.is_empty() { String::new() } else { format!("name: {name}, ") };
        format!("  - {{{name}environment: staging, user: {user}, variant: false}}\n")
    };
    repo.write("flags/tests/a.yaml", format!("expect:\n{}{}", case("first", "u"), case("", "v")));
    assert_eq!(repo.flag(&["diff"]).ok().stdout, "tests of a\n  + added with 2 cases\n");
    repo.commit_all("tests");
    repo.write("flags/tests/a.yaml", format!("expect:\n{}{}{}", case("", "w"), case("first", "x"), case("new", "v")));
    let run = repo.flag(&["diff", "--exit-code"]).ok();
    assert_eq!(run.stdout, "tests of a\n  ~ 1 case added, 2 cases changed\n");
    assert!(!run.stderr.contains("formatting"), "{}", run.stderr);
    let json = repo.flag(&["diff", "a", "--json"]).ok().json();
    assert_eq!(json["expectations"][0]["cases"], serde_json::json!({"added": 1, "removed": 0, "changed": 2}));
    assert_eq!(json["expectations"][0]["path"], "flags/tests/a.yaml");
    assert_eq!(repo.flag(&["diff", "b"]).ok().stdout, "");
    repo.flag(&["diff", "--format", "markdown"]).ok().prints("| tests of a |  | 1 case added, 2 cases changed |");
    // Positions, order and comments are no part of what a case says.
    repo.git(&["commit", "-qam", "changed"]);
    repo.write(
        "flags/tests/a.yaml",
        format!("# x\nexpect:\n{}{}{}", case("new", "v"), case("", "w"), case("first", "x")),
    );
    repo.replace("flags/b.yaml", "type:", "# b\ntype:");
    let run = repo.flag(&["diff"]).ok().prints("~ comments, formatting or place");
    assert!(run.stderr.contains("1 other file differs only in comments"), "{}", run.stderr);
    repo.git(&["commit", "-qam", "comments"]);
    // They go with their flag.
    repo.flag(&["rename", "a", "z"]).ok();
    assert_eq!(repo.flag(&["diff", "HEAD~1"]).ok().stdout, "z\n  ~ renamed from `a`\n");
    repo.git(&["rm", "-q", "flags/tests/z.yaml"]);
    assert_eq!(repo.flag(&["diff"]).ok().stdout, "tests of z\n  - removed with 3 cases\n");
}

#[test]
fn diff_counts_a_moved_file_once() {
    let repo = two();
    fs::create_dir_all(repo.path().join("flags/x")).unwrap();
    repo.git(&["mv", "flags/a.yaml", "flags/x/a.yaml"]);
    repo.flag(&["diff"]).ok().says("1 file differs only in comments, formatting or place");
    repo.commit_all("move");
    repo.flag(&["diff", "HEAD~1..HEAD"]).ok().says("1 file differs only");
}

#[test]
fn diff_sees_flags_that_git_ignores_as_every_command_does() {
    let repo = two();
    repo.write(".gitignore", "/flags/local/\n");
    repo.commit_all("ignore");
    repo.write("flags/local/c.yaml", repo.read("flags/b.yaml"));
    repo.flag(&["list"]).ok().prints("c");
    repo.flag(&["diff"]).ok().prints("c\n").prints("+ created");
}

#[cfg(unix)]
#[test]
fn diff_tells_what_no_file_of_a_flag_is_any_more() {
    use std::os::unix::fs::PermissionsExt as _;
    let repo = two();
    let file = |name: &str| repo.path().join(name);
    std::fs::set_permissions(file("flags/a.yaml"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let unreadable = "a\n  ~ can't be read: it is not a plain file (F223)\n";
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "mode"]);
    for range in [&["diff", "HEAD~1"][..], &["diff", "HEAD~1..HEAD"], &["diff", "HEAD~1", "a"]] {
        assert_eq!(repo.flag(&[range, &["--exit-code"]].concat()).exits(1).stdout, unreadable, "{range:?}");
    }
    repo.flag(&["log", "a"]).ok().prints("it is not a plain file (F223)");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    std::fs::remove_file(file("flags/a.yaml")).expect("removed");
    std::os::unix::fs::symlink("b.yaml", file("flags/a.yaml")).expect("a link");
    // It is told of this flag, and hides nothing about others.
    repo.flag(&["enable", "b", "--env", "staging"]).ok();
    let told = repo.flag(&["diff", "HEAD~1"]).ok().stdout;
    assert!(told.starts_with(unreadable) && told.contains("staging: enabled"), "{told}");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.flag(&["diff", "--staged"]).ok().stdout, unreadable);
}

#[test]
fn diff_follows_a_folder_that_became_a_file_and_a_file_that_became_a_folder() {
    let repo = two();
    repo.write("flags/d/c.yaml", std::fs::read(repo.path().join("flags/b.yaml")).expect("a file"));
    repo.commit_all("c");
    std::fs::remove_dir_all(repo.path().join("flags/d")).expect("removed");
    repo.write("flags/d", "a file");
    repo.flag(&["diff"]).ok().prints("c\n  - deleted");
    repo.git(&["reset", "-q", "--hard"]);
    let text = std::fs::read(repo.path().join("flags/b.yaml")).expect("a file");
    std::fs::remove_file(repo.path().join("flags/b.yaml")).expect("removed");
    repo.write("flags/b.yaml/z.yaml", text);
    let told = repo.flag(&["diff"]).ok().stdout;
    assert!(told.contains('z') && !told.contains("can't be read"), "{told}");
}

#[test]
fn diff_counts_only_flags_that_differ() {
    let repo = two();
    let silent = || assert_eq!(repo.flag(&["diff"]).ok().stderr, "");
    repo.replace("flags/a.yaml", "percentage: 10", "percentage: 11");
    repo.git(&["add", "-A"]);
    repo.replace("flags/a.yaml", "percentage: 11", "percentage: 10");
    silent();
    repo.git(&["rm", "-q", "--cached", "flags/b.yaml"]);
    silent();
    repo.write("flags/README.md", "words");
    silent();
    repo.write("flags/\u{fc}.yaml", "type: boolean");
    let said = repo.flag(&["diff"]).ok().stderr;
    assert!(said.contains("can't be the file of a flag") && !said.contains("formatting"), "{said}");
}

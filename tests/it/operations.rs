//! Operations: whether they landed, which there were, and taking one commit or one rule back.

use crate::support::{Run, TestRepo};
use serde_json::Value;

const FILE: &str = "flags/features/new-checkout.yaml";

/// Runs a line such as `rollout new-checkout 50 --env staging`.
fn run(repo: &TestRepo, line: &str) -> Run {
    repo.shell(&format!("git flag {line}"))
}

fn head(repo: &TestRepo) -> String {
    repo.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

#[track_caller]
fn status(repo: &TestRepo, id: &str, code: i32) -> Value {
    repo.flag(&["op", "status", id, "--json"]).exits(code).json()
}

#[track_caller]
fn undone(repo: &TestRepo) -> Vec<(String, String)> {
    let log = repo.flag(&["op", "log", "--json"]).ok().json();
    let text = |it: &Value, name: &str| it[name].as_str().expect("text").to_owned();
    log["operations"].as_array().expect("a list").iter().map(|it| (text(it, "operation"), text(it, "undone"))).collect()
}

fn pair(id: &str, undone: &str) -> (String, String) {
    (id.to_owned(), undone.to_owned())
}

#[test]
fn an_operation_tells_where_it_landed() {
    let repo = TestRepo::shop();
    repo.shell("git init -q --bare ../remote.git && git remote add origin ../remote.git && git push -q -u origin main")
        .ok();
    run(&repo, "op status op-1").exits(1).prints("op-1 did not land");
    assert_eq!(status(&repo, "op-1", 1)["landed"], false);
    run(&repo, "rollout new-checkout 50 --env production --op-id op-1 --reason flat").ok();
    let here = status(&repo, "op-1", 0);
    assert_eq!((&here["commit"], &here["pushed"]), (&Value::from(head(&repo)), &Value::from(false)));
    assert_eq!((&here["branches"][0], &here["upstream"]), (&Value::from("main"), &Value::from("origin/main")));
    assert_eq!((&here["details"]["reason"], &here["details"]["undone"]), (&Value::from("flat"), &Value::from("no")));
    run(&repo, "op status op-1").ok().prints("on main; not pushed to origin/main");
    repo.git(&["push", "-q"]);
    assert_eq!(status(&repo, "op-1", 0)["pushed"], true);
    run(&repo, "undo --op-id op-2").ok();
    run(&repo, "op status op-1").ok().prints("pushed to origin/main").prints("undone since, by ");
    // On another branch, and with an id that begins alike.
    run(&repo, "disable new-checkout --env production --branch ops --op-id op-11").ok();
    assert_eq!(status(&repo, "op-11", 0)["branches"], serde_json::json!(["ops"]));
    assert_eq!(status(&repo, "op-1", 0)["branches"][0], "main");
    // Mentioned is not carried out.
    repo.git(&["commit", "-q", "--allow-empty", "-m", "words\n\nFlag-Op: op-3\n\nmore words"]);
    run(&repo, "op status op-3").exits(1);
    assert_eq!(status(&repo, "op", 1)["commit"], Value::Null);
}

#[test]
fn the_operations_of_a_branch_and_which_were_undone() {
    let repo = TestRepo::shop();
    run(&repo, "rollout new-checkout 50 --env production --op-id a --ticket PAY-1").ok();
    repo.replace(FILE, "percentage: 50", "percentage: 55");
    repo.commit_all("by hand");
    run(&repo, "set theme owner=team-x --op-id b").ok();
    run(&repo, "undo --op-id c").ok();
    assert_eq!(undone(&repo), [pair("c", "no"), pair("b", "yes"), pair("a", "no")]);
    run(&repo, "rollback new-checkout --env production --op-id d").ok();
    run(&repo, "rollback new-checkout --env production --op-id e").ok();
    assert_eq!(undone(&repo)[..2], [pair("e", "no"), pair("d", "no")]);
    assert_eq!(undone(&repo)[4], pair("a", "yes"));
    // What undid it is undone itself.
    run(&repo, "undo --op-id f").ok();
    assert_eq!((&undone(&repo)[1], &undone(&repo)[5]), (&pair("e", "yes"), &pair("a", "no")));
    let text = run(&repo, "op log -n 2").ok().stdout;
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("undone by ") && text.contains("Ada Lovelace"), "{text}");
    let lines = run(&repo, "op log --format jsonl").ok().stdout;
    let last: Value = serde_json::from_str(lines.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&last["operation"], &last["ticket"]), (&Value::from("a"), &Value::from("PAY-1")));
    assert_eq!(last["what"], "rollout 25% → 50% in production");
    assert_eq!(run(&repo, "op log --branch main").ok().stdout.lines().count(), 6);
    run(&repo, "op log --branch nothing").exits(3).complains_of("F204").says("there is no branch `nothing`");
    run(&repo, "op log -n 0").exits(2).says("at least 1");
}

#[test]
fn a_rollback_of_one_rule_leaves_the_others() {
    let repo = TestRepo::shop();
    let was = repo.read(FILE);
    repo.replace(FILE, "in: [DE, AT, CH]", "in: [DE]");
    repo.replace(FILE, "percentage: 25", "percentage: 40");
    repo.commit_all("two parts at once");
    run(&repo, "rollback new-checkout --rule dach").exits(2);
    let position = run(&repo, "rollback new-checkout --env production --rule '#2'").exits(2).complains_of("F260");
    position.says("git flag rule set new-checkout '#2' --env production --new-id ID");
    run(&repo, "rollback new-checkout --env production --rule dach --op-id r").ok();
    assert_eq!(repo.read(FILE), was.replace("percentage: 25", "percentage: 40"));
    assert!(repo.git(&["log", "-1", "--format=%B"]).contains("\nFlag-Rule: dach\n"));
    run(&repo, "rollback new-checkout --env production --rule dach").exits(3).says("in production, rule `dach`");
    // The other part is left to go back, and brings the rule not along.
    run(&repo, "rollback new-checkout --env production").ok().says("15% of production users no rule matches go back");
    assert_eq!(repo.read(FILE), was);
    // A rule that went away comes back alone, where it was.
    run(&repo, "rule remove new-checkout dach --env production").ok();
    run(&repo, "rollout new-checkout 60 --env production").ok();
    run(&repo, "rollback new-checkout --env production --rule dach").ok();
    assert!(repo.read(FILE).contains("- id: dach") && repo.read(FILE).contains("percentage: 60"));
    run(&repo, "rollback new-checkout --env production --rule dach --to HEAD~1").ok();
    assert!(!repo.read(FILE).contains("- id: dach") && repo.read(FILE).contains("percentage: 60"));
}

#[test]
fn a_commit_goes_back_in_one_flag_or_in_all() {
    let repo = TestRepo::shop();
    repo.replace(FILE, "percentage: 25", "percentage: 40");
    repo.replace("flags/segments/staff.yaml", "team-it", "team-x");
    run(&repo, "set theme owner=team-x --no-commit").ok();
    repo.commit_all("a release");
    let release = head(&repo);
    run(&repo, "set new-checkout owner=team-z").ok();
    let before = repo.commits();
    let plan = repo.flag(&["rollback", "--commit", &release, "--dry-run"]).ok();
    plan.prints("percentage: 25").prints("15% of production users no rule matches go back");
    repo.flag(&["rollback", "--commit", &release, "--op-id", "all"]).ok().says("left as they are, being no flags");
    assert_eq!(repo.commits(), before + 1);
    let message = repo.git(&["log", "-1", "--format=%B"]);
    assert!(message.starts_with("flag(project): roll back 2 flags of "), "{message}");
    assert!(message.contains(&format!("\nFlag-Reverts: {release}\n")), "{message}");
    assert!(message.contains("\nFlag-Key: new-checkout\nFlag-Key: theme\n"), "{message}");
    assert!(repo.read(FILE).contains("percentage: 25") && repo.read(FILE).contains("owner: team-z"));
    assert!(!repo.read("flags/experiments/theme.yaml").contains("team-x"));
    // Twice is once, also by the operation's id; nothing is committed that changes nothing.
    repo.flag(&["rollback", "--commit", &release]).ok().says("nothing to change");
    repo.flag(&["rollback", "--commit", &release, "--op-id", "all"]).ok().says("carried out already");
    assert_eq!((repo.commits(), repo.status()), (before + 1, String::new()));
    // Undone, and then for one flag only.
    run(&repo, "undo").ok();
    repo.flag(&["rollback", "new-checkout", "--commit", &release]).ok();
    assert!(repo.read(FILE).contains("percentage: 25") && repo.read("flags/experiments/theme.yaml").contains("team-x"));
    repo.flag(&["rollback", "button-colour", "--commit", &release]).exits(3).complains_of("F255");
    repo.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
    repo.flag(&["rollback", "--commit", "HEAD"]).exits(3).complains_of("F255");
    repo.git(&["branch", "side", "HEAD~1"]);
    run(&repo, "set theme owner=team-q --branch side").ok();
    repo.flag(&["rollback", "--commit", "side"]).exits(3).complains_of("F204");
    run(&repo, "rollback").exits(2);
    run(&repo, "rollback --commit HEAD --rule dach --env production").exits(2);
}

/// Who is affected by which of several flags.
#[test]
fn who_is_affected_is_told_of_each_flag() {
    let repo = TestRepo::shop();
    repo.shell("git flag rollout new-checkout 40 --env production --no-commit && git flag enable theme --env staging --no-commit; git flag disable summer-sale --env production --no-commit").ok();
    repo.commit_all("a release");
    let run = repo.flag(&["rollback", "--commit", "HEAD"]).ok().says("new-checkout in production: ");
    let run = run.says("new-checkout: 15% of production users no rule matches go back");
    run.says("summer-sale in production: ");
    let json = repo.flag(&["undo", "--dry-run", "--json"]).ok().json();
    let flags: Vec<&Value> = json["impact"].as_array().expect("a list").iter().map(|it| &it["flag"]).collect();
    assert!(flags.contains(&&Value::from("new-checkout")) && flags.contains(&&Value::from("summer-sale")), "{json}");
    // Of one flag it goes without saying.
    let alone = repo.flag(&["rollout", "new-checkout", "30", "--env", "production"]).ok().says("\n      production: ");
    assert!(!alone.stderr.contains("new-checkout in"), "{alone}");
}

/// A key that a commit gave up and one that it brought are two flags, even where their files are the same.
#[test]
fn a_commit_that_moved_files_goes_back_once() {
    let repo = TestRepo::shop();
    repo.git(&["mv", FILE, "flags/features/another.yaml"]);
    repo.commit_all("another key");
    let moved = head(&repo);
    repo.flag(&["rollback", "--commit", &moved]).ok();
    assert!(repo.path().join(FILE).exists() && !repo.path().join("flags/features/another.yaml").exists());
    let before = repo.commits();
    for _ in 0..2 {
        repo.flag(&["rollback", "--commit", &moved]).ok().says("nothing to change");
        assert!(repo.path().join(FILE).exists());
    }
    assert_eq!(repo.commits(), before);
}

/// All or nothing, and every conflict with its place, what both sides set, and who did.
/// A flag with the rules `r1` to `r4`, in this order.
fn with_rules() -> TestRepo {
    let repo = TestRepo::init();
    repo.flag(&["create", "a", "--type", "boolean"]).ok();
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    for id in ["r1", "r2", "r3", "r4"] {
        let when = format!("plan = {id}");
        repo.flag(&["rule", "add", "a", "--env", "production", "--id", id, "--when", &when, "--serve", "true"]).ok();
    }
    repo
}

/// The ids of the rules of `a`, in their order.
fn order(repo: &TestRepo) -> String {
    let text = repo.read("flags/a.yaml");
    text.lines().filter_map(|line| line.split("- id: ").nth(1)).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_rule_that_was_moved_is_the_one_that_is_told_and_taken_back() {
    let repo = with_rules();
    repo.flag(&["rule", "move", "a", "r1", "--env", "production", "--after", "r3"]).ok();
    assert_eq!(order(&repo), "r2 r3 r1 r4");
    repo.flag(&["log", "a", "-n", "1"]).ok().prints("production: rule `r1` moved from place 1 to 3");
    repo.flag(&["rollback", "a", "--env", "production", "--rule", "r1"]).ok();
    assert_eq!(order(&repo), "r1 r2 r3 r4");
    // Beside another change of the same commit, which stays.
    repo.write("flags/a.yaml", {
        let text = repo.read("flags/a.yaml");
        let first = "      - id: r1\n        when: [{attribute: plan, equals: r1}]\n        serve: true\n";
        let last = "        when: [{attribute: plan, equals: r4}]\n        serve: true\n";
        assert!(text.contains(first) && text.contains(last), "{text}");
        let moved = text.replacen(first, "", 1);
        moved.replacen(last, &(last.replace("true", "false") + first), 1)
    });
    repo.commit_all("by hand");
    assert_eq!(order(&repo), "r2 r3 r4 r1");
    repo.flag(&["rollback", "a", "--env", "production", "--rule", "r1"]).ok();
    assert_eq!(order(&repo), "r1 r2 r3 r4");
    assert!(repo.read("flags/a.yaml").contains("equals: r4}]\n        serve: false"));
}

#[test]
fn neighbours_that_changed_places_are_told_as_both_and_taken_back_by_either() {
    for id in ["r2", "r3"] {
        let repo = with_rules();
        repo.flag(&["rule", "move", "a", "r2", "--env", "production", "--after", "r3"]).ok();
        for read in [&["log", "a", "-n", "1"][..], &["audit", "-n", "1"], &["diff", "HEAD~1"]] {
            repo.flag(read).ok().prints("order of rules `r2`, `r3` → `r3`, `r2`");
        }
        repo.flag(&["rollback", "a", "--env", "production", "--rule", id]).ok();
        assert_eq!(order(&repo), "r1 r2 r3 r4");
        // It is gone for both: what comes next is how the other one came.
        let other = if id == "r2" { "r3" } else { "r2" };
        let run = repo.flag(&["rollback", "a", "--env", "production", "--rule", other, "--dry-run"]).ok();
        assert!(run.stdout.contains(&format!("rule `{other}` removed")), "{}", run.stdout);
    }
}

#[test]
fn conflicts_name_flag_environment_rule_and_both_sides() {
    let repo = TestRepo::shop();
    repo.replace(FILE, "percentage: 25", "percentage: 40");
    repo.replace(FILE, "        serve: true\n    serve: {p", "        serve: {percentage: 5}\n    serve: {p");
    run(&repo, "set theme owner=team-x --no-commit").ok();
    run(&repo, "set button-colour owner=team-x --no-commit").ok();
    repo.commit_all("a release");
    let release = head(&repo);
    run(&repo, "rollout new-checkout 70 --env production").ok();
    let ramp = head(&repo);
    repo.replace(FILE, "percentage: 5}", "percentage: 6}");
    repo.commit_all("the rule");
    let rule = head(&repo);
    run(&repo, "set button-colour owner=team-y").ok();
    let (before, flag) = (head(&repo), repo.read(FILE));
    let run = repo.flag(&["rollback", "--commit", &release]).exits(5).complains_of("F256");
    for words in [
        "a later change of `new-checkout` touched the same part: ".to_owned(),
        "production: rule `dach`, `serve` (".to_owned(),
        format!("{} made it", &rule[..10]),
        "production: `serve` (".to_owned(),
        format!("{} made it everyone else 40% → 70% since", &ramp[..10]),
        "a later change of `button-colour` touched the same part: `owner`".to_owned(),
        format!("git flag rollback new-checkout --commit {}", &rule[..10]),
    ] {
        assert!(run.stderr.contains(&words), "no {words:?} in\n{run}");
    }
    assert_eq!((head(&repo), repo.read(FILE), repo.status()), (before, flag, String::new()));
    // What it says helps.
    repo.flag(&["rollback", "new-checkout", "--commit", &rule]).ok();
    repo.flag(&["rollback", "new-checkout", "--commit", &ramp]).ok();
    repo.flag(&["rollback", "new-checkout", "--commit", &release]).ok();
    assert!(repo.read(FILE).contains("        serve: true\n    serve: {percentage: 25}"));
}

/// A ring names the segment, too, which has nothing to do with the flag.
#[test]
fn the_last_use_of_a_segment_goes_away() {
    let repo = TestRepo::shop();
    run(&repo, "rule remove new-checkout staff --env staging").ok();
}

#[test]
fn a_commit_whose_flags_would_refer_to_something_gone_stays() {
    let repo = TestRepo::shop();
    run(&repo, "rule remove new-checkout staff --env staging").ok();
    let release = head(&repo);
    repo.git(&["rm", "-q", "flags/segments/staff.yaml", "flags/tests/segments/staff.yaml"]);
    repo.replace("flags/project.yaml", "segment: staff, ", "");
    repo.commit_all("gone");
    let commits = repo.commits();
    let run = repo.flag(&["rollback", "--commit", &release]).exits(5).complains_of("F257");
    run.says("segment `staff`");
    repo.flag(&["rollback", "new-checkout", "--env", "staging", "--rule", "staff"]).exits(5).complains_of("F257");
    assert_eq!((repo.commits(), repo.status()), (commits, String::new()));
}

//! Writing commands: what they write, that twice is once, and what they refuse.

use crate::support::{Run, TestRepo, masked};

const FLAG: &str = "flags/features/new-checkout.yaml";

/// Runs a line such as `rollout new-checkout 50 --env staging`; a word in quotes keeps its spaces.
fn run(repo: &TestRepo, line: &str) -> Run {
    repo.shell(&format!("git flag {line}"))
}

/// The line does something once, and nothing when it is repeated.
#[track_caller]
fn once(repo: &TestRepo, line: &str) {
    let commits = repo.commits();
    run(repo, line).ok().says("committed ");
    assert_eq!(repo.commits(), commits + 1, "{line}");
    run(repo, line).ok();
    assert_eq!(repo.commits(), commits + 1, "{line} is not idempotent");
    assert_eq!(repo.status(), "", "{line}");
}

/// The line is refused with this exit code and code, and changes nothing.
#[track_caller]
fn refused(repo: &TestRepo, line: &str, exit: i32, code: &str) {
    assert_eq!(refusal(repo, line, exit, code), None);
}

/// What is not as expected.
fn refusal(repo: &TestRepo, line: &str, exit: i32, code: &str) -> Option<String> {
    let head = repo.git(&["rev-parse", "HEAD"]);
    let run = run(repo, line);
    let same = repo.git(&["rev-parse", "HEAD"]) == head && repo.status().is_empty();
    let good = same && run.code == exit && run.code() == Some(code) && run.stderr.contains("help: ");
    (!good).then(|| format!("{line}: expected {exit} and {code}, and a help\n{run}"))
}

#[test]
fn the_story_that_a_change_tells() {
    let repo = TestRepo::shop();
    let told = run(
        &repo,
        "rollout new-checkout 50 --env production --reason 'error rate is flat' --ticket PAY-12 --op-id op-1",
    )
    .ok();
    insta::assert_snapshot!(masked(&told.to_string()), @r"
    exit code: 0
    ----- stderr -----
      ~ new-checkout  production: everyone else 25% → 50%
          production: 25% of those no rule matches gain it, nobody loses it
    committed <id>; to take it back: git flag undo
    ");
    insta::assert_snapshot!(repo.git(&["log", "-1", "--format=%B"]), @r"
    flag(new-checkout): rollout 25% → 50% in production

    Flag-Key: new-checkout
    Flag-Environment: production
    Flag-Action: rollout
    Flag-Reason: error rate is flat
    Flag-Ticket: PAY-12
    Flag-Op: op-1
    ");
    insta::assert_snapshot!(masked(&run(&repo, "rollout new-checkout 60 --env production --op-id op-2 --dry-run").ok().to_string()), @r"
    exit code: 0
    ----- stdout -----
    Plan for flags/features/new-checkout.yaml
      ~ new-checkout  production: everyone else 50% → 60%
          production: 10% of those no rule matches gain it, nobody loses it

    --- a/flags/features/new-checkout.yaml
    +++ b/flags/features/new-checkout.yaml
    @@ -26,4 +26,4 @@
           - id: dach          # the first countries
             when: [{attribute: country, in: [DE, AT, CH]}]
             serve: true
    -    serve: {percentage: 50}
    +    serve: {percentage: 60}

    commit message:
        flag(new-checkout): rollout 50% → 60% in production

        Flag-Key: new-checkout
        Flag-Environment: production
        Flag-Action: rollout
        Flag-Op: op-2
    1 file, 0 added, 1 changed, 0 removed: dry run, nothing written
    ");
}

#[test]
fn every_change_is_made_once() {
    let repo = TestRepo::shop();
    for line in [
        "enable new-checkout --env production --percentage 30",
        "disable new-checkout --env staging",
        "enable new-checkout --env staging",
        "rollout new-checkout 50 --env production",
        "rollout theme light=20 dark=80 --env production",
        "rollout new-checkout --env production --ring beta",
        "rollout new-checkout --env production --linear from=2026-12-01,until=2026-12-08",
        "target new-checkout --user user-2 user-3 --serve true --env production",
        "target new-checkout --user user-2 --remove --env production",
        "variant set button-colour treatment=teal",
        "segment include staff user-8",
        "segment exclude staff user-8",
        "schedule new-checkout --env production --until 2027-01-01",
        "schedule new-checkout --env production --clear",
        "require new-checkout --on payments-v2 --serves true",
        "require new-checkout --on payments-v2 --remove",
        "set new-checkout owner=team-web tags=a,b",
        "kill new-checkout --env production --reason broken",
        "revive new-checkout --env production",
        "archive theme",
        "archive theme --undo",
    ] {
        once(&repo, line);
    }
    repo.flag(&["validate"]).ok();
    assert!(repo.read(FLAG).contains("# the first countries"));
}

#[test]
fn what_is_refused() {
    let repo = TestRepo::shop();
    let wrong: Vec<String> = [
        ("create new-checkout --type boolean", 5, "F254"),
        ("create NEW-checkout --type boolean", 5, "F254"),
        ("create 'a b' --type boolean", 2, "F260"),
        ("enable nothing --env production", 3, "F202"),
        ("enable new-checkout --env prod", 3, "F203"),
        ("rollout new-checkout 101 --env production", 2, "F260"),
        ("rollout new-checkout purple --env production", 2, "F260"),
        ("rollout theme purple --env production", 3, "F263"),
        ("rollout theme light=50 dark=40 --env production", 2, "F260"),
        ("target theme --user a --serve purple --env production", 3, "F263"),
        ("rule remove new-checkout nobody --env production", 3, "F263"),
        ("variant remove theme dark", 4, "F253"),
        ("segment delete staff", 4, "F253"),
        ("segment create staff", 5, "F254"),
        ("require new-checkout --on new-checkout --serves true", 2, "F260"),
        ("kill new-checkout", 2, "F259"),
        ("set new-checkout expires=tomorrow", 2, "F260"),
        ("set new-checkout colour=red", 2, "F260"),
        ("rename new-checkout theme", 5, "F254"),
        ("schedule new-checkout --env production --from 2027-01-01 --until 2026-01-01", 2, "F260"),
    ]
    .into_iter()
    .filter_map(|(line, exit, code)| refusal(&repo, line, exit, code))
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    repo.flag(&["require", "theme", "--on", "payments-v2", "--serves", "true"]).ok();
    refused(&repo, "delete payments-v2", 4, "F253");
}

/// References follow, and nobody moves.
#[test]
fn rename_keeps_everyone_where_they_are() {
    let repo = TestRepo::shop();
    repo.flag(&["require", "theme", "--on", "new-checkout", "--serves", "true"]).ok();
    let contexts: String = (0..50).map(|user| format!("{{\"targetingKey\":\"user-{user}\"}}\n")).collect();
    let values = |key: &str| {
        let run = repo.flag_with(&["eval", key, "--env", "production", "--contexts", "-"], &[], Some(&contexts)).ok();
        run.stdout.replace(key, "KEY")
    };
    let before = values("new-checkout");
    once_renamed(&repo);
    assert_eq!(values("checkout-v2"), before);
    repo.flag(&["show", "theme"]).ok().prints("checkout-v2");
    repo.flag(&["validate"]).ok();
}

#[track_caller]
fn once_renamed(repo: &TestRepo) {
    run(repo, "rename new-checkout checkout-v2").ok();
    assert!(!repo.path().join(FLAG).exists());
    assert_eq!(repo.status(), "");
}

/// A protected environment wants to know why, and a person or `--yes`.
#[test]
fn protected_environments_ask() {
    let repo = TestRepo::shop();
    repo.replace("flags/project.yaml", "{name: production}", "{name: production, protected: true}");
    repo.commit_all("protect");
    refused(&repo, "rollout new-checkout 50 --env production", 4, "F250");
    refused(&repo, "rollout new-checkout 50 --env production --reason why", 2, "F251");
    let told = run(&repo, "rollout new-checkout 50 --env production --reason why");
    assert!(told.stderr.contains("--yes") && told.stderr.contains("25% → 50%"), "{told}");
    run(&repo, "rollout new-checkout 50 --env production").exits(4).says("--reason");
    once(&repo, "rollout new-checkout 50 --env production --reason why --yes");
    once(&repo, "rollout new-checkout 50 --env staging");
    // What changes nothing asks nothing.
    run(&repo, "rollout new-checkout 50 --env production").ok();
    run(&repo, "rollout new-checkout 60 --env production --dry-run").ok();
}

/// Only an accepted edit is committed, and nobody's work is lost.
#[test]
fn edit_is_checked() {
    let repo = TestRepo::shop();
    let edit = |script: &str| repo.flag_with(&["edit", "new-checkout"], &[("GIT_EDITOR", script)], None);
    edit("sed -i s/One-page/Two-page/").ok();
    assert!(repo.read(FLAG).contains("Two-page") && repo.status().is_empty());
    let commits = repo.commits();
    edit("true").ok().says("nothing to change");
    let run = edit("sed -i s/boolean/bool/").complains();
    assert_ne!(run.code, 0, "{run}");
    let kept = run.stderr.lines().find_map(|line| line.split("what you wrote is in `").nth(1)).expect("where it is");
    let kept = kept.trim_end_matches('`');
    assert!(std::fs::read_to_string(kept).expect("what was written").contains("type: bool\n"));
    std::fs::remove_file(kept).expect("removed");
    edit("false").exits(4).complains();
    assert_eq!((repo.commits(), repo.status()), (commits, String::new()));
}

/// Flags are made to be read: what `create` writes is valid and has no warnings that it could have avoided.
#[test]
fn create_writes_good_files() {
    let repo = TestRepo::init();
    let long = "create button-colour --type string --variant control=blue --variant treatment=green --kind experiment --owner team-growth --description 'Does it sell' --expires 2027-01-15 --tag web,test --link ticket=GRO-1 --category experiments";
    run(&repo, long).ok();
    insta::assert_snapshot!(repo.read("flags/experiments/button-colour.yaml"), @r"
    description: Does it sell
    type: string
    kind: experiment
    owner: team-growth
    tags: [web, test]
    expires: 2027-01-15
    links: {ticket: GRO-1}
    variants:
      control: {value: blue}
      treatment: {value: green}
    default: control
    environments:
      development:
        enabled: false
        serve: control
      staging:
        enabled: false
        serve: control
      production:
        enabled: false
        serve: control
    ");
    run(&repo, "create page-size --type integer --variant small=20 --variant large=100 --default large --permanent --owner team-web --description Size").ok();
    assert_eq!(repo.flag(&["eval", "page-size", "--env", "production", "--value-only"]).ok().stdout, "100\n");
    repo.flag(&["validate", "--fail-on", "warning"]).ok();
    run(&repo, "create limits --type json --variant standard=nonsense").exits(2).complains();
    run(&repo, "create theme --type string").exits(2).complains();
    run(&repo, "create theme --type strin").exits(2).says("string");
}

/// `init` starts a repository, also as its first commit, and completes what is there.
#[test]
fn init_starts_a_repository() {
    let repo = TestRepo::empty();
    repo.flag(&["init", "--environments", "dev,live"]).ok();
    assert_eq!((repo.commits(), repo.status()), (1, String::new()));
    repo.flag(&["validate", "--fail-on", "info"]).ok();
    repo.flag(&["list", "--env", "live"]).ok();
    repo.flag(&["init"]).ok();
    assert_eq!(repo.commits(), 1);
    let repo = TestRepo::empty();
    repo.flag(&["init", "--environments", "dev,dev"]).exits(2).complains();
    assert_eq!(repo.status(), "");
}

/// Every mention of a variant follows its new name, comments stay, and nobody is served anything else.
#[test]
fn a_variant_gets_another_name_and_nobody_moves() {
    let repo = TestRepo::shop();
    let flag = "# colours\ntype: string\nowner: team-web\nkind: ops\nvariants:\n  # as it was\n  control: {value: blue} # the old one\n  treatment: {value: green}\ndefault: control\nenvironments:\n  production:\n    enabled: true\n    targets:\n      - {serve: control, units: [user-1]}\n    rules:\n      - id: half\n        when: [{attribute: country, in: [DE]}]\n        serve: {percentage: 50, serve: control}\n    serve: {split: [control: 34, treatment: 30, control: 3, treatment: 33]} # twice\n";
    repo.write("flags/experiments/colours.yaml", flag);
    repo.write(
        "flags/tests/colours.yaml",
        "environment: production\nexpect:\n  - {user: user-1, variant: control} # fixed\n  - {user: user-2, value: blue, variant: treatment}\n",
    );
    let needy = "type: boolean\nowner: team-web\nkind: ops\ndefault: false\nrequires: [{flag: colours, serves: control}]\nenvironments: {production: {enabled: true, serve: true}}\n";
    repo.write("flags/features/needy.yaml", needy);
    repo.git(&["add", "flags"]);
    repo.git(&["commit", "-qm", "colours"]);
    let values = |repo: &TestRepo| -> Vec<String> {
        let ask = |user: usize| {
            let user = format!("u{user}");
            let words = ["eval", "colours", "--env", "production", "--user", &user, "--value-only"];
            repo.flag(&words).ok().stdout
        };
        (0..20).map(ask).collect()
    };
    let before = values(&repo);
    let dry = run(&repo, "variant rename colours control blue --dry-run").ok();
    assert!(dry.stdout.contains("rename variant control to blue"), "{dry}");
    assert!(dry.stdout.contains("production: nobody's value changes: the variant `control` is called `blue`"), "{dry}");
    assert!(!dry.stdout.contains("moves"), "{dry}");
    assert_eq!(repo.read("flags/experiments/colours.yaml"), flag);
    once(&repo, "variant rename colours control blue");
    let told = run(&repo, "diff HEAD~1 --json").ok().json();
    let sentences: Vec<&str> =
        told["differences"].as_array().expect("differences").iter().filter_map(|it| it["sentence"].as_str()).collect();
    assert_eq!(sentences, ["variant `control` renamed to `blue`", "requires `colours` to serve control → blue"]);
    let expected = flag.replace("control", "blue");
    assert_eq!(repo.read("flags/experiments/colours.yaml"), expected);
    assert_eq!(repo.read("flags/features/needy.yaml"), needy.replace("control", "blue"));
    assert!(repo.read("flags/tests/colours.yaml").contains("variant: blue} # fixed\n"));
    assert_eq!(values(&repo), before);
    refused(&repo, "variant rename colours treatment Blue", 5, "F254");
    refused(&repo, "variant rename colours nothing other", 3, "F263");
    refused(&repo, "variant rename new-checkout on off", 2, "F264");
}

/// Rules, segments and rings follow a segment's new name; the buckets of its percentages stay.
#[test]
fn a_segment_gets_another_name_and_nobody_moves() {
    let repo = TestRepo::shop();
    repo.write(
        "flags/segments/some.yaml",
        "match:\n  - {percentage: 40} # of all\n  - not: {percentage: 10, salt: own}\n",
    );
    repo.write("flags/segments/more.yaml", "match: [{any: [{segment: some}, {segment: staff}]}]\n");
    let flag = "type: boolean\nowner: team-web\nkind: ops\ndefault: false\nenvironments:\n  production:\n    enabled: true\n    rules:\n      - {id: some, when: [{not: {segment: some}}], serve: true} # not for some\n      - {id: more, when: [{segment: more}], serve: true}\n    serve: false\n";
    repo.write("flags/features/segmented.yaml", flag);
    repo.git(&["add", "flags"]);
    repo.git(&["commit", "-qm", "segments"]);
    let answers = |repo: &TestRepo| -> Vec<String> {
        let ask = |user: usize| {
            let user = format!("u{user}");
            repo.flag(&["eval", "segmented", "--env", "production", "--user", &user, "--json"]).ok().stdout
        };
        (0..20).map(ask).collect()
    };
    let before = answers(&repo);
    assert!(before.iter().any(|answer| answer != &before[0].replace("u0", "u1")));
    run(&repo, "segment rename some few --dry-run").ok();
    assert_eq!(repo.read("flags/features/segmented.yaml"), flag);
    once(&repo, "segment rename some few");
    let told = run(&repo, "diff HEAD~1").ok().stdout;
    assert!(told.contains("renamed from `some`") && !told.contains("segmented") && !told.contains("deleted"), "{told}");
    let segment = "match:\n  - {percentage: 40, salt: some} # of all\n  - not: {percentage: 10, salt: own}\n";
    assert_eq!(repo.read("flags/segments/few.yaml"), segment);
    assert_eq!(repo.read("flags/features/segmented.yaml"), flag.replace("segment: some", "segment: few"));
    assert_eq!(repo.read("flags/segments/more.yaml"), "match: [{any: [{segment: few}, {segment: staff}]}]\n");
    assert_eq!(answers(&repo), before);
    refused(&repo, "segment rename few Staff", 5, "F254");
    refused(&repo, "segment rename nobody somebody", 3, "F205");
    once(&repo, "segment rename staff employees");
    run(&repo, "validate").ok();
}

#[test]
fn what_the_project_takes_for_an_error_is_not_written() {
    let repo = TestRepo::init();
    let project = repo.read("flags/project.yaml");
    repo.flag(&["create", "old", "--type", "boolean"]).ok();
    repo.write("flags/project.yaml", format!("{project}\nlints: {{missing-owner: error}}\n"));
    repo.commit_all("owners are required");
    let commits = repo.commits();
    repo.flag(&["create", "new", "--type", "boolean"]).exits(2).says("F258").says("F100");
    assert_eq!((repo.commits(), repo.status()), (commits, String::new()));
    repo.flag(&["create", "new", "--type", "boolean", "--owner", "team-a"]).ok();
    // What was so before stays possible to work with, under another name as well.
    repo.flag(&["enable", "old", "--env", "production"]).ok();
    repo.flag(&["rename", "old", "older"]).ok();
    repo.replace("flags/older.yaml", "type:", "# git-flag: ignore[missing-owner] reason: nobody left\ntype:");
    repo.commit_all("excused");
    repo.flag(&["disable", "older", "--env", "production"]).ok();
    // Going back is never refused for tidiness.
    repo.flag(&["set", "new", "owner=team-b"]).ok();
    repo.flag(&["rollback", "older"]).ok();
}

#[test]
fn a_flag_is_not_put_where_the_project_is() {
    let repo = TestRepo::with_flag();
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.write("in.json", r#"{"flags": {"project": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}}}"#);
    for line in
        ["create project --type boolean", "rename new-checkout project", "import in.json --from flagd --env production"]
    {
        run(&repo, line).exits(2).says("F260").says("a flag can't be called `project`").says("--category");
    }
    assert_eq!(repo.git(&["rev-parse", "HEAD"]), head);
    std::fs::remove_file(repo.path().join("in.json")).unwrap();
    assert_eq!(repo.status(), "");
    run(&repo, "create project --type boolean --category features").ok();
    run(&repo, "enable project --env staging").ok();
    run(&repo, "enabled project --env staging").exits(0);
}

#[test]
fn json_in_arguments_is_as_strict_as_in_files() {
    let repo = TestRepo::with_flag();
    for (json, why) in [
        (r#"{"size": 1, "size": 2}"#, "the key `size` is there twice"),
        (r#"{"size": 9007199254740993}"#, "9007199254740993 is beyond"),
    ] {
        let run = repo.flag(&["create", "limits", "--type", "json", "--variant", &format!("standard={json}")]);
        run.exits(2).says("F260").says(why);
    }
    repo.flag(&["create", "limits", "--type", "json", "--variant", r#"standard={"size": 9007199254740991}"#]).ok();
    assert!(repo.read("flags/limits.yaml").contains("9007199254740991"));
}

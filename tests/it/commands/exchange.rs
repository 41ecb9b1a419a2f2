//! Flags from and to other systems.

use crate::support::TestRepo;

/// Writes a file that Git does not know, and is told not to mind.
fn file(repo: &TestRepo, name: &str, text: &str) {
    repo.shell(&format!("cat >{name} <<'END'\n{text}\nEND\necho '{name}' >>.git/info/exclude")).ok();
}

const FLAGD: &str = r#"{"flags": {
  "banner": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off",
    "targeting": {"if": [{"ends_with": [{"var": "email"}, "@acme.example"]}, "on", {"fractional": [["on", 25], ["off", 75]]}]}},
  "colour": {"state": "DISABLED", "variants": {"r": "red", "b": "blue"}, "defaultVariant": "r"}
}}"#;

const HARD: &str = r#"{"flags": {
  "good": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
  "bad": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
    "targeting": {"if": [{"regex": [{"var": "email"}, "a+"]}, "on"]}}
}}"#;

#[test]
fn an_import_is_one_commit_and_twice_is_once() {
    let repo = TestRepo::shop();
    file(&repo, "f.json", FLAGD);
    let commits = repo.commits();
    let run = repo.shell("git flag import --from flagd f.json --env production --category imported").ok();
    let run = run.says("keeps the buckets of flagd").says("colour: it is DISABLED");
    assert!(run.stderr.contains("committed "), "{run}");
    assert_eq!(repo.commits(), commits + 1);
    assert_eq!(repo.status(), "");
    repo.shell("git flag validate flags/imported").ok();
    let shown = repo.shell("cat flags/imported/banner.yaml").ok().stdout;
    insta::assert_snapshot!(shown, @r#"
    type: boolean
    default: false
    environments:
      production:
        enabled: true
        rules:
          - when: [{attribute: email, ends_with: "@acme.example"}]
            serve: true
        serve: {percentage: 25, salt: banner, bucketing: flagd-v3-shorthand}
    "#);
    repo.shell("git flag import --from flagd f.json --env production").ok().says("nothing to change");
    assert_eq!(repo.commits(), commits + 1);
    // The same flags for another environment are added to them.
    repo.shell("git flag import --from flagd f.json --env staging").ok();
    repo.shell("git flag show banner").ok().prints("staging").prints("production");
}

#[test]
fn what_is_there_is_not_overwritten_unless_asked_for() {
    let repo = TestRepo::shop();
    file(&repo, "f.json", FLAGD);
    repo.shell("git flag import --from flagd f.json --env production").ok();
    file(&repo, "g.json", &FLAGD.replace("25", "30").replace("75", "70"));
    let refused = repo.shell("git flag import --from flagd g.json --env production").exits(5);
    assert_eq!(refused.code(), Some("F254"), "{refused}");
    assert!(refused.stderr.contains("`banner`") && !refused.stderr.contains("`colour`"), "{refused}");
    repo.shell("git flag import --from flagd g.json --env production --replace").ok().says("25% ");
    repo.shell("git flag import --from flagd f.json --env production --prefix old-").ok();
    repo.shell("git flag show old-banner").ok().prints("old-banner");
}

#[test]
fn what_stands_twice_is_refused_with_its_place() {
    let repo = TestRepo::shop();
    let flag = r#"{"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}"#;
    file(&repo, "f.json", &format!("{{\"flags\": {{\"a\": {flag},\n  \"a\": {flag}, \"b\": {flag}}}}}"));
    let refused = repo.shell("git flag import --from flagd f.json --env production").exits(1);
    assert_eq!(refused.code(), Some("F320"), "{refused}");
    assert!(refused.stderr.contains("f.json:2:3") && refused.stderr.contains("`a` stands twice"), "{refused}");
    // Not even with `--partial`: which of the two holds?
    repo.shell("git flag import --from flagd f.json --env production --partial").ok().says("stands twice");
    repo.flag(&["show", "b"]).exits(3);
    file(&repo, "f.yaml", "a:\n  variations: {A: true, B: false, A: false}\n  defaultRule: {variation: A}");
    repo.shell("git flag import --from goff f.yaml --env production").exits(1).says("f.yaml:2:35");
    file(&repo, "f.toml", "[a]\nvariations = {A = true, B = false, A = false}");
    repo.shell("git flag import --from goff f.toml --env production").exits(1).says("f.toml:2:");
}

#[test]
fn what_many_conditions_have_in_common_is_said_once() {
    let repo = TestRepo::shop();
    let feature = |key: &str, attribute: &str, wanted: &str| {
        format!(
            r#""{key}": {{"defaultValue": false, "rules": [{{"condition": {{"{attribute}": {wanted}}}, "force": true}}]}}"#
        )
    };
    let features: Vec<String> = (0..30)
        .map(|n| feature(&format!("f{n}"), ["country", "plan"][n % 2], "\"pro\""))
        .chain([feature("older", "age", "{\"$gt\": 5}"), feature("mail", "email", "{\"$regex\": \"x\"}")])
        .collect();
    file(&repo, "gb.json", &format!("{{\"features\": {{{}}}}}", features.join(",\n")));
    let run = repo.shell("git flag import --from growthbook gb.json --env production --dry-run --json").ok();
    let items = run.json()["items"].clone();
    let said: Vec<&str> =
        items.as_array().expect("a list").iter().filter_map(|item| item["message"].as_str()).collect();
    let common: Vec<&&str> = said.iter().filter(|words| words.contains("as JavaScript does")).collect();
    assert_eq!(common.len(), 3, "{said:#?}");
    // Nothing is left out: each attribute with all that ask for it.
    for name in ["`country` (f0, f10,", "`plan` (f1, f11,", "`age` (older)", "`email` (mail)"] {
        assert!(common[0].contains(name), "{name}: {common:#?}");
    }
    assert!(common[1].contains("`email` (mail)") && common[2].contains("`age` (older)"), "{common:#?}");
}

#[test]
fn standard_input_may_be_toml() {
    let repo = TestRepo::shop();
    let toml = "# my flags\n[my-flag.variations]\nA = true\nB = false\n[my-flag.defaultRule]\nvariation = \"B\"\n";
    repo.flag_with(&["import", "--from", "goff", "-", "--env", "production"], &[], Some(toml)).ok();
    repo.shell("git flag eval my-flag --env production --value-only").ok().prints("false");
}

#[test]
fn what_has_no_equivalent_is_refused_with_its_place() {
    let repo = TestRepo::shop();
    file(&repo, "hard.json", HARD);
    let commits = repo.commits();
    let refused = repo.shell("git flag import --from flagd hard.json --env production").exits(1);
    assert_eq!(refused.code(), Some("F320"), "{refused}");
    assert!(refused.stderr.contains("hard.json:4:") && refused.stderr.contains("`regex`"), "{refused}");
    assert_eq!(repo.commits(), commits);
    let json = repo.shell("git flag import --from flagd hard.json --env production --json").exits(1).json();
    assert_eq!((json["changed"].as_bool(), json["items"][0]["code"].as_str()), (Some(false), Some("F320")), "{json}");
    repo.shell("git flag import --from flagd hard.json --env production --partial").ok().says("bad: ");
    repo.shell("git flag show good").ok();
    repo.shell("git flag show bad").exits(3);
}

#[test]
fn an_import_says_what_it_misses() {
    let repo = TestRepo::shop();
    file(&repo, "f.json", FLAGD);
    file(&repo, "empty.json", "{\"flags\": {}}");
    repo.shell("git flag import --from flagd f.json").exits(2).says("`--env` is missing");
    repo.shell("git flag import --from flagd f.json --env live").exits(3);
    repo.shell("git flag import --from flagd none.json --env production").exits(6);
    let empty = repo.shell("git flag import --from flagd empty.json --env production").exits(2);
    assert_eq!(empty.code(), Some("F323"), "{empty}");
    let dry = repo.shell("git flag import --from flagd f.json --env production --dry-run").ok();
    assert!(dry.stdout.contains("flags/banner.yaml"), "{dry}");
    assert_eq!(repo.status(), "");
}

#[test]
fn an_export_for_flagd_is_what_every_provider_reads() {
    let repo = TestRepo::shop();
    let run = repo.shell("git flag export --format flagd --env production new-checkout").ok();
    insta::assert_snapshot!(run.stdout);
    repo.shell("git flag export --format flagd").exits(2).says("--env");
    repo.shell("git flag export --format flagd --env production nothing").exits(3);
}

#[test]
fn an_export_comes_back_as_the_same_flag() {
    let repo = TestRepo::shop();
    file(&repo, "out.json", "");
    repo.shell("git flag export --format flagd --env production new-checkout >out.json").ok();
    repo.shell("git flag import --from flagd out.json --env production --prefix again-").ok();
    for user in ["user-1", "user-2", "ada", "user-7", "u5", "u6", "u7", "u8"] {
        let ask = |key: &str| {
            let line = format!("git flag eval {key} --env production --user {user} --context country=DE --json");
            repo.shell(&line).ok().json()["value"].clone()
        };
        assert_eq!(ask("new-checkout"), ask("again-new-checkout"), "{user}");
    }
}

#[test]
fn other_exports_are_documents() {
    let repo = TestRepo::shop();
    let manifest = repo.shell("git flag export --format openfeature-manifest").ok().json();
    assert_eq!(manifest["flags"]["new-checkout"]["flagType"], "boolean", "{manifest}");
    assert_eq!(manifest["flags"]["new-checkout"]["defaultValue"], false, "{manifest}");
    let all = repo.shell("git flag export --format json").ok().json();
    assert_eq!(all["flags"]["new-checkout"]["type"], "boolean", "{all}");
    assert!(all["segments"].get("staff").is_some() && all["project"]["format"] == 1, "{all}");
}

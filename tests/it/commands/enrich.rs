use crate::support::{Run, TestRepo, places::places};
use std::fs;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1";

/// A flag for phones, and one for Berlin.
fn repo() -> TestRepo {
    let repo = TestRepo::init();
    for (key, attribute, value) in [("phones", "device.type", "phone"), ("berlin", "geo.region", "DE-BE")] {
        repo.write(
            &format!("flags/{key}.yaml"),
            format!(
                "type: boolean\nowner: team\ndefault: false\nenvironments:\n  production:\n    enabled: true\n    rules:\n      - id: only\n        when: [{{attribute: {attribute}, equals: {value}}}]\n        serve: true\n    serve: false\n"
            ),
        );
    }
    repo
}

fn eval(repo: &TestRepo, key: &str, words: &[&str]) -> Run {
    repo.flag(&[&["eval", key, "--env", "production"], words].concat())
}

/// Names the database in the project.
fn with_places(repo: &TestRepo) {
    let bytes = places(&[([81, 2, 69, 0], 24, "GB", "ENG", "London"), ([93, 184, 0, 0], 16, "DE", "BE", "Berlin")]);
    fs::write(repo.path().join("places.mmdb"), bytes).expect("a file");
    let project = repo.read("flags/project.yaml");
    repo.write("flags/project.yaml", format!("{project}\ngeo: {{database: places.mmdb}}\n"));
}

#[test]
fn devices_follow_from_the_user_agent() {
    let repo = repo();
    let agent = format!("userAgent={PHONE}");
    insta::assert_snapshot!(eval(&repo, "phones", &["-c", &agent]).ok().stdout, @r"
    phones = true
      TARGETING_MATCH: rule only in production
      derived from userAgent: device.type = phone
    ");
    assert_eq!(eval(&repo, "phones", &["-c", &agent, "--json"]).ok().json()["derived"]["device.type"], "phone");
    // What the context says itself counts.
    eval(&repo, "phones", &["-c", &agent, "-c", "device.type=tv"]).ok().prints("phones = false");
    repo.flag(&["enabled", "phones", "--env", "production", "-c", &agent]).ok();
    repo.write("contexts.jsonl", format!("{{\"userAgent\": \"{PHONE}\"}}\n{{\"userAgent\": \"curl/8.4.0\"}}\n"));
    let lines = eval(&repo, "phones", &["--contexts", "contexts.jsonl", "--value-only"]).ok();
    assert_eq!(lines.stdout, "true\nfalse\n");
}

#[test]
fn places_follow_from_the_address_by_the_project_s_database() {
    let repo = repo();
    let missing = eval(&repo, "berlin", &["-c", "ip=93.184.216.34"]).exits(2);
    let missing =
        missing.complains_of("F157").says("`berlin` can't be evaluated: places such as `geo.region` follow from `ip`");
    assert!(
        missing.stdout.contains("berlin = false") && missing.stdout.contains("ERROR: GENERAL (a place"),
        "{missing}"
    );
    // A flag that asks for no place needs none, and so does a context without an address.
    eval(&repo, "phones", &["-c", "ip=93.184.216.34"]).ok();
    eval(&repo, "berlin", &["-c", "geo.region=DE-BE"]).ok().prints("berlin = true");
    with_places(&repo);
    repo.flag(&["validate"]).ok();
    insta::assert_snapshot!(eval(&repo, "berlin", &["-c", "ip=93.184.216.34"]).ok().stdout, @r"
    berlin = true
      TARGETING_MATCH: rule only in production
      derived from ip: geo.region = DE-BE
    ");
    eval(&repo, "berlin", &["-c", "ip=81.2.69.142"]).ok().prints("geo.region = GB-ENG").prints("berlin = false");
    let unknown = eval(&repo, "berlin", &["-c", "ip=10.0.0.1"]).ok();
    assert!(!unknown.stdout.contains("derived"), "{}", unknown.stdout);
    for bytes in [&b"no database"[..], b""] {
        fs::write(repo.path().join("places.mmdb"), bytes).expect("a file");
        eval(&repo, "berlin", &["-c", "ip=81.2.69.142"]).exits(2).complains_of("F158");
    }
    fs::remove_file(repo.path().join("places.mmdb")).expect("a file");
    eval(&repo, "berlin", &["-c", "ip=81.2.69.142"]).exits(2).complains_of("F158");
    repo.write("contexts.jsonl", "{\"ip\": \"81.2.69.142\"}\n");
    eval(&repo, "berlin", &["--contexts", "contexts.jsonl"]).exits(2).complains_of("F158");
}

#[test]
fn a_place_that_nobody_can_tell_concerns_only_flags_that_depend_on_it() {
    let repo = repo();
    // One depends on `berlin`, one looks at the place only for others than user-1, one is off.
    repo.write(
        "flags/needs.yaml",
        "type: boolean\ndefault: false\nrequires: [{flag: berlin, serves: true}]\nenvironments:\n  production: {enabled: true, serve: true}\n",
    );
    let rest = "targets: [{serve: true, units: [user-1]}], rules: [{when: [{attribute: geo.city, exists: false}], serve: true}], serve: false";
    for (key, enabled) in [("targeted", true), ("off", false)] {
        let text =
            format!("type: boolean\ndefault: false\nenvironments:\n  production: {{enabled: {enabled}, {rest}}}\n");
        repo.write(&format!("flags/{key}.yaml"), text);
    }
    let all =
        |user: &str| repo.flag(&["eval", "--all", "--env", "production", "-u", user, "-c", "ip=81.2.69.142", "--json"]);
    let failed = |run: &Run| {
        let decisions = run.json()["decisions"].clone();
        let all = decisions.as_array().expect("a list").iter().filter(|it| it["reason"] == "ERROR");
        all.map(|it| format!("{} {}", it["key"], it["errorCode"]).replace('"', "")).collect::<Vec<_>>()
    };
    let somebody = all("ada").exits(2).says("F157");
    assert_eq!(failed(&somebody), ["berlin GENERAL", "needs GENERAL", "targeted GENERAL"]);
    assert!(somebody.stderr.contains("`berlin`, `needs`, `targeted` can't be evaluated"), "{somebody}");
    assert_eq!(failed(&all("user-1").exits(2)), ["berlin GENERAL", "needs GENERAL"]);
    repo.flag(&["eval", "phones", "off", "--env", "production", "-c", "ip=81.2.69.142"]).ok();
    repo.flag(&["enabled", "berlin", "--env", "production", "-c", "ip=81.2.69.142"]).exits(2).complains_of("F157");
    repo.flag(&["simulate", "berlin", "--env", "production", "-c", "ip=81.2.69.142"]).exits(2).complains_of("F157");
    repo.flag(&["distribution", "berlin", "--env", "production", "-c", "ip=81.2.69.142"]).exits(2).complains_of("F157");

    // Streams go on, too.
    repo.write("contexts.jsonl", "{\"ip\": \"81.2.69.142\"}\n{\"geo\": {\"region\": \"DE-BE\"}}\n");
    let lines = eval(&repo, "berlin", &["--contexts", "contexts.jsonl"]).exits(2).complains_of("F157");
    let lines: Vec<&str> = lines.stdout.lines().collect();
    assert!(lines[0].contains("\"errorCode\":\"GENERAL\"") && lines[1].contains("\"value\":true"), "{lines:?}");

    // And tests fail one by one, even where the default is what is expected.
    let case = "environment: production\nexpect:\n  - {context: {ip: 81.2.69.1}, variant: false}\n";
    for key in ["berlin", "phones"] {
        repo.write(&format!("flags/tests/{key}.yaml"), case);
    }
    let run = repo.flag(&["test"]).exits(1).prints("an error: a place follows from `ip`");
    assert!(run.stderr.contains("2 flags, 2 cases: 1 failed"), "{run}");
}

#[test]
fn validate_says_where_a_place_can_not_be_told() {
    let repo = repo();
    let found = || {
        let problems = repo.flag(&["validate", "--json"]).json()["problems"].clone();
        let all =
            problems.as_array().expect("a list").iter().filter(|it| it["message"].to_string().contains("geo.region"));
        all.map(|it| format!("{} {} {}", it["code"], it["severity"], it["path"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(found(), ["F157 warning flags/berlin.yaml"]);
    let project = repo.read("flags/project.yaml");
    repo.write(
        "flags/project.yaml",
        format!("{project}\nattributes: {{geo.region: {{type: string}}, device.type: {{type: string}}}}\n"),
    );
    assert_eq!(found(), [""; 0], "contexts carry it");
    repo.write("flags/project.yaml", project);
    with_places(&repo);
    assert_eq!(found(), [""; 0]);
}

#[test]
fn attributes_that_the_project_does_not_declare_are_pointed_at() {
    let repo = TestRepo::shop();
    let words = ["eval", "new-checkout", "--env", "production", "--user", "ada", "-c"];
    let run = |part: &str| repo.flag(&[&words[..], &[part]].concat()).ok();
    let typo = run("contry=DE");
    assert!(typo.stderr.contains("warning[F159]") && typo.stderr.contains("did you mean `country`?"), "{typo}");
    assert!(run(r#"{"device": {"colour": "red"}}"#).stderr.contains("`device.colour`"));
    for known in ["country=DE", "userAgent=curl/8", "ip=10.0.0.1", "device.os=ios"] {
        assert_eq!(run(known).stderr, "", "{known}");
    }
    let quiet = repo.flag(&[&words[..], &["contry=DE", "--quiet"]].concat()).ok();
    assert_eq!(quiet.stderr, "");
}

#[test]
fn validate_looks_for_the_database() {
    let repo = repo();
    with_places(&repo);
    let quiet = repo.flag(&["validate"]).ok();
    assert!(!quiet.stderr.contains("F158") && !quiet.stdout.contains("F158"), "{quiet}");
    fs::write(repo.path().join("places.mmdb"), "no database").expect("a file");
    for _ in 0..2 {
        // A warning: whoever evaluates may have it.
        let problems = repo.flag(&["validate", "--json"]).ok().json()["problems"].clone();
        let found: Vec<_> = problems.as_array().expect("a list").iter().filter(|it| it["code"] == "F158").collect();
        assert_eq!(found.len(), 1, "{problems:#}");
        assert_eq!((&found[0]["severity"], &found[0]["path"]), (&"warning".into(), &"flags/project.yaml".into()));
        let line = usize::try_from(found[0]["line"].as_u64().expect("a line")).expect("small");
        assert!(repo.read("flags/project.yaml").lines().nth(line - 1).is_some_and(|text| text.contains("places.mmdb")));
        let _ = fs::remove_file(repo.path().join("places.mmdb"));
    }
    repo.flag(&["validate", "--fail-on", "warning"]).exits(1);
}

#[test]
fn tests_ask_as_eval_does() {
    let repo = repo();
    repo.write("flags/segments/handhelds.yaml", "match:\n  - {attribute: device.type, in: [phone, tablet]}\n");
    let asked = |user: &str, answer: &str| format!("context: {{userAgent: \"{user}\", ip: 93.184.216.34}}, {answer}");
    let (phone, curl) = (asked(PHONE, "variant: true, rule: only"), asked("curl/8.4.0", "variant: false"));
    repo.write(
        "flags/tests/phones.yaml",
        format!("environment: production\nexpect:\n  - {{name: a phone, {phone}}}\n  - {{name: a script, {curl}}}\n"),
    );
    let (phone, curl) = (asked(PHONE, "member: true"), asked("curl/8.4.0", "member: false"));
    repo.write("flags/tests/segments/handhelds.yaml", format!("expect:\n  - {{{phone}}}\n  - {{{curl}}}\n"));
    // Neither asks for a place, so their addresses need no database, although `berlin` asks for one.
    repo.flag(&["test", "phones", "--coverage"]).ok().prints("2 cases");
    repo.flag(&["test", "--segment", "handhelds"]).ok();
    let mutants = repo.flag(&["test", "phones", "--mutate", "--json"]).ok().json();
    assert_eq!(mutants["flags"][0]["mutation"]["survived"], serde_json::json!([]), "{mutants}");

    repo.write(
        "flags/tests/berlin.yaml",
        "environment: production\nexpect:\n  - {context: {ip: 93.184.216.34}, variant: true}\n  - {context: {ip: 81.2.69.1}, variant: false}\n",
    );
    repo.flag(&["test", "berlin"]).exits(1).says("2 failed");
    with_places(&repo);
    repo.flag(&["test"]).ok();

    let golden = format!(
        "environment: production\nnow: 2026-11-20T12:00:00Z\ncontext: {{userAgent: \"{PHONE}\", ip: 93.184.216.34}}\nanswers: {{}}\n"
    );
    repo.write("flags/tests/golden/ada.yaml", golden);
    repo.flag(&["test", "--record"]).ok();
    let recorded = repo.read("flags/tests/golden/ada.yaml");
    assert!(recorded.contains("berlin: true") && recorded.contains("phones: true"), "{recorded}");
    repo.flag(&["test", "--golden", "ada"]).ok().prints("2 answers");
}

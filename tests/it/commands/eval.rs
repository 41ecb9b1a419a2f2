use crate::support::{Run, TestRepo};

fn eval(repo: &TestRepo, words: &[&str]) -> Run {
    repo.flag(&[&["eval", "new-checkout", "--env", "production"], words].concat())
}

fn value(repo: &TestRepo, words: &[&str]) -> String {
    let run = eval(repo, &[words, &["--value-only"]].concat()).ok();
    run.stdout.trim_end().to_owned()
}

#[test]
fn answers_in_words_and_step_by_step() {
    let repo = TestRepo::shop();
    insta::assert_snapshot!(eval(&repo, &["--user", "ada"]).ok().stdout, @r"
    new-checkout = false
      SPLIT: bucket 62575 in production
    ");
    insta::assert_snapshot!(eval(&repo, &["--user", "ada", "-c", "country=DE", "--explain"]).ok().stdout, @r#"
    new-checkout = true
      TARGETING_MATCH: rule dach in production
      ✗ targets: no
      ✓ rule `dach`: `on`
        ✓ country in [DE, AT, CH]: yes, it is "DE"
        ✓ serve: `on`
    "#);
    insta::assert_snapshot!(eval(&repo, &["--user", "ada", "--json"]).ok().stdout, @r#"
    {
      "schema": "git-flag.eval/v1",
      "decisions": [
        {
          "key": "new-checkout",
          "value": false,
          "variant": "off",
          "reason": "SPLIT",
          "environment": "production",
          "bucket": 62575
        }
      ]
    }
    "#);
}

#[test]
fn context_comes_in_every_form() {
    let repo = TestRepo::shop();
    assert_eq!(value(&repo, &["--user", "ada"]), "false");
    assert_eq!(value(&repo, &["--user", "ada", "-c", "country=DE"]), "true");
    assert_eq!(value(&repo, &["--user", "ada", "-c", "country:=\"DE\""]), "true");
    assert_eq!(value(&repo, &["-c", r#"{"targetingKey":"ada","country":"CH"}"#]), "true");
    repo.write("ctx.json", r#"{"country":"AT"}"#);
    assert_eq!(value(&repo, &["--user", "ada", "-c", "@ctx.json"]), "true");
    assert_eq!(value(&repo, &["--user", "ada", "-c", "@ctx.json", "-c", "country=FR"]), "false");
    let words = ["eval", "new-checkout", "--env", "production", "--user", "ada", "-c", "-", "--value-only"];
    assert_eq!(repo.flag_with(&words, &[], Some(r#"{"country":"DE"}"#)).ok().stdout, "true\n");
    assert_eq!(value(&repo, &["--user", "user-1"]), "true");
    // `age` is declared as an integer, so that plain text will do and nonsense will not.
    assert_eq!(value(&repo, &["--user", "ada", "-c", "age=33"]), "false");
    eval(&repo, &["--user", "ada", "-c", "age=old"]).exits(2).complains();
    eval(&repo, &["--user", "ada", "-c", "country:=DE"]).exits(2).complains();
    eval(&repo, &["--user", "ada", "-c", "{nonsense"]).exits(2).complains();
    eval(&repo, &["--user", "ada", "-c", "@nowhere.json"]).exits(6).complains();
    eval(&repo, &["--user", ""]).exits(2).complains();
}

#[test]
fn values_are_printed_as_they_are() {
    let repo = TestRepo::shop();
    let only = |key: &str| repo.flag(&["eval", key, "--env", "production", "--value-only"]).ok().stdout;
    assert_eq!(only("button-colour"), "blue\n");
    assert_eq!(only("page-size"), "50\n");
    assert_eq!(only("limits"), "{\"requests\":10}\n");
    let all = repo.flag(&["eval", "--all", "--env", "production", "--user", "ada", "--format", "plain"]).ok().stdout;
    assert_eq!(all.lines().count(), 9);
    assert!(all.lines().all(|line| line.split('\t').count() == 4), "{all}");
}

#[test]
fn any_revision_and_any_time() {
    let repo = TestRepo::shop();
    repo.flag(&["disable", "maintenance", "--env", "production"]).ok();
    let ask =
        |words: &[&str]| repo.flag(&[&["eval", "maintenance", "--env", "production", "--value-only"], words].concat());
    assert_eq!(ask(&[]).ok().stdout, "false\n");
    assert_eq!(ask(&["--at", "HEAD~1"]).ok().stdout, "true\n");
    assert_eq!(ask(&["--at", "2026-11-01"]).ok().stdout, "true\n");
    let sale =
        |words: &[&str]| repo.flag(&[&["eval", "summer-sale", "--env", "production", "--value-only"], words].concat());
    assert_eq!(sale(&[]).ok().stdout, "true\n");
    assert_eq!(sale(&["--now", "2026-12-01T00:00:00Z"]).ok().stdout, "false\n");
    assert_eq!(sale(&["--now", "2026-11-30T23:59:59Z"]).ok().stdout, "true\n");
    // With a date the clock is that date, unless another time is given.
    assert_eq!(sale(&["--at", "2026-11-01"]).ok().stdout, "true\n");
    assert_eq!(sale(&["--at", "2026-11-01", "--now", "2027-01-01"]).ok().stdout, "false\n");
    sale(&["--now", "soon"]).exits(2).complains();
}

#[test]
fn a_context_names_nothing_twice() {
    let repo = TestRepo::shop();
    repo.write("twice.json", r#"{"country":"DE","country":"FR"}"#);
    for words in [r#"{"country":"DE","country":"FR"}"#, "@twice.json", r#"o:={"a":1,"a":1}"#] {
        let run = eval(&repo, &["--user", "ada", "-c", words]).exits(2).complains_of("F160");
        assert!(run.stderr.contains("is there twice at line 1 column"), "{run}");
    }
    let words = ["eval", "new-checkout", "--env", "production", "--contexts", "-"];
    // One of the two names is looked at by no flag.
    let lines = "{\"country\":\"DE\",\"country\":\"DE\"}\n{\"x\":{\"y\":1,\"y\":1}}\n{\"country\":\"DE\",\"x\":1}\n";
    let run = repo.flag_with(&words, &[], Some(lines)).exits(2);
    assert_eq!(run.stdout.matches("is there twice").count(), 2, "{run}");
    assert!(run.stdout.lines().last().is_some_and(|line| line.contains("\"value\":true")), "{run}");
    // Several options are no such case.
    assert_eq!(value(&repo, &["--user", "ada", "-c", "country=FR", "-c", "country=DE"]), "true");
}

#[test]
fn contexts_stream_line_by_line() {
    let repo = TestRepo::shop();
    let input = "{\"targetingKey\":\"user-1\"}\n\nnot json\n{\"targetingKey\":\"ada\",\"country\":\"DE\"}\r\n[1]\n{\"targetingKey\":\"ada\"}";
    let words = ["eval", "new-checkout", "theme", "--env", "production", "--contexts", "-"];
    let run = repo.flag_with(&words, &[], Some(input)).exits(2).says("2 of 5 lines are no context").says("line 3: ");
    insta::assert_snapshot!(run.stdout, @r#"
    {"line":1,"key":"new-checkout","value":true,"variant":"on","reason":"TARGETING_MATCH","environment":"production"}
    {"line":1,"key":"theme","value":"light","variant":"light","reason":"SPLIT","environment":"production","bucket":37177}
    {"line":3,"errorCode":"INVALID_CONTEXT","errorDetails":"the context is not JSON: expected ident at line 1 column 2"}
    {"line":4,"key":"new-checkout","value":true,"variant":"on","reason":"TARGETING_MATCH","environment":"production","rule":"dach"}
    {"line":4,"key":"theme","value":"dark","variant":"dark","reason":"SPLIT","environment":"production","bucket":81230}
    {"line":5,"errorCode":"INVALID_CONTEXT","errorDetails":"a context is a JSON object, not an array"}
    {"line":6,"key":"new-checkout","value":false,"variant":"off","reason":"SPLIT","environment":"production","bucket":62575}
    {"line":6,"key":"theme","value":"dark","variant":"dark","reason":"SPLIT","environment":"production","bucket":81230}
    "#);
    repo.write("users.jsonl", "{\"targetingKey\":\"user-1\"}\n".repeat(1000));
    let run = repo.flag(&["eval", "theme", "--env", "production", "--contexts", "users.jsonl"]).ok();
    assert_eq!(run.stdout.lines().count(), 1000);
    repo.shell("git flag eval theme --env production --contexts users.jsonl | head -1").ok();
}

#[test]
fn the_environment_is_named_or_configured() {
    let repo = TestRepo::shop();
    let run = repo.flag(&["eval", "theme"]).exits(2).complains().says("--env").says("flag.environment");
    assert_eq!(run.code(), Some("F259"));
    repo.git(&["config", "flag.environment", "staging"]);
    assert_eq!(repo.flag(&["eval", "theme", "--value-only"]).ok().stdout, "light\n");
    repo.flag(&["eval", "theme", "--env", "stagin"]).exits(3).says("did you mean `staging`?").complains();
    repo.flag(&["eval"]).exits(2);
    repo.flag(&["eval", "them", "--env", "staging"]).exits(3).says("did you mean `theme`?").complains();
    // Writing commands never guess.
    repo.flag(&["enable", "theme"]).exits(2).says("--env");
}

#[test]
fn a_broken_flag_is_answered_with_its_default_and_its_errors() {
    let repo = TestRepo::shop();
    repo.replace("flags/features/new-checkout.yaml", "percentage: 25", "percentage: 250");
    let run = eval(&repo, &["--user", "ada"]).exits(2).says("new-checkout.yaml:").complains();
    assert!(run.stdout.contains("ERROR") && run.stdout.contains("false"), "{run}");
}

#[test]
fn enabled_answers_with_its_exit_code() {
    let repo = TestRepo::shop();
    let ask = |words: &[&str]| {
        let run = repo.flag(&[&["enabled"], words].concat());
        assert_eq!(run.stdout, "");
        run
    };
    assert_eq!(ask(&["maintenance", "--env", "production"]).ok().stderr, "");
    assert_eq!(ask(&["new-checkout", "--env", "production", "--user", "ada"]).exits(1).stderr, "");
    ask(&["theme", "--env", "production"]).exits(2).complains();
    ask(&["nothing", "--env", "production"]).exits(3).complains();
    ask(&["maintenance", "--env", "prod"]).exits(3).complains();
    repo.shell("if git flag enabled maintenance --env production; then echo closed; fi").ok().prints("closed");
}

/// Bytes that are no text are called so, and the lines around them are answered.
#[test]
fn a_line_that_is_not_utf8_is_called_so() {
    let repo = TestRepo::shop();
    std::fs::write(repo.path().join("contexts"), b"{}\n{\"plan\": \"caf\xe9\"}\n\n{}\n").expect("a file");
    let run = repo.flag(&["eval", "theme", "--env", "production", "--contexts", "contexts"]).exits(2).complains();
    assert!(
        run.stderr.contains("1 of 3 lines") && run.stderr.contains("line 2: the context is not UTF-8: byte 14"),
        "{run}"
    );
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{run}");
    assert!(
        lines[1].contains("INVALID_CONTEXT") && lines[1].contains("UTF-8") && lines[2].contains("\"line\":4"),
        "{run}"
    );
}

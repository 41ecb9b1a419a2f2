use crate::support::{Run, TestRepo};

/// A flag whose production block is this text.
fn with(production: &str) -> TestRepo {
    let repo = TestRepo::init();
    let head = "type: boolean\nowner: team\ndefault: false\nenvironments:\n  production:\n    enabled: true\n";
    repo.write("flags/a.yaml", format!("{head}{production}"));
    repo
}

fn simulate(repo: &TestRepo, words: &[&str]) -> Run {
    repo.flag(&[&["simulate", "a", "--env", "production", "--from", "2026-12-01"], words].concat())
}

#[test]
fn shares_of_everyone_are_told_when_they_change() {
    let repo = with(
        "    schedule: {from: 2026-12-02, until: 2026-12-06T12:00:30Z}\n    rules:\n      - id: dach\n        when: [{attribute: country, in: [DE]}]\n        serve: true\n    serve: {gradual: {from: 2026-12-02, start: 10, step: 20, every: 1d, max: 45}}\n",
    );
    insta::assert_snapshot!(simulate(&repo, &["--to", "+1w"]).ok().stdout, @r"
    a in production  2026-12-01 00:00 to 2026-12-08 00:00 UTC

    FROM                 FOR            SERVES
    2026-12-01 00:00     everyone       off (it is not on before 2026-12-02 00:00)
    2026-12-02 00:00     rule dach      on
                         everyone else  on 10%, off 90%
    2026-12-03 00:00     everyone else  on 30%, off 70%
    2026-12-04 00:00     everyone else  on 45%, off 55%
    2026-12-06 12:00:30  everyone       off (it is off since 2026-12-06 12:00:30)
    ");
    let stretches = simulate(&repo, &["--to", "+1w", "--json"]).ok().json()["stretches"].clone();
    let on = |index: usize| stretches[index]["serves"][1]["parts"][0]["share"]["percent"].clone();
    assert_eq!([on(1), on(2), on(3)], [10, 30, 45]);
    assert_eq!(stretches[4]["closed"], "is off since 2026-12-06 12:00:30");
}

#[test]
fn one_user_is_told_the_second_of_each_change() {
    let repo = with("    serve: {linear: {from: 2026-12-02, until: 2026-12-12}}\n");
    let run = simulate(&repo, &["--to", "2027-01-01", "--user", "ada"]).ok();
    let answers = run.stdout.lines().skip(3).collect::<Vec<_>>();
    assert_eq!(answers.len(), 2, "{}", run.stdout);
    // The very second: before it she does not get it, from then on she does.
    let json = simulate(&repo, &["--to", "2027-01-01", "--user", "ada", "--json"]).ok().json();
    let at = json["answers"][1]["at"].as_str().unwrap().to_owned();
    let asked = |now: &str| {
        let words = ["eval", "a", "--env", "production", "--user", "ada", "--now", now, "--value-only"];
        repo.flag(&words).ok().stdout
    };
    assert_eq!(asked(&at), "true\n");
    let before = second_before(&at);
    assert_eq!(asked(&before), "false\n");
}

/// The second before a time whose seconds are not 00, or of the minute before.
fn second_before(at: &str) -> String {
    let (head, second) = (&at[..17], at[17..19].parse::<u32>().expect("seconds"));
    assert!(second > 0, "the fixture was chosen so that {at} is not on a full minute");
    format!("{head}{:02}Z", second - 1)
}

#[test]
fn what_does_not_change_and_what_makes_no_span() {
    let repo = with("    serve: {canary: {stages: [5, 25, 100], stage: 2, soak: 1d}}\n");
    simulate(&repo, &[]).ok().prints("nothing changes with time").prints("stage 2 of 3");
    simulate(&repo, &["--to", "2026-11-01"]).exits(2).complains();
    simulate(&repo, &["--to", "+2x"]).exits(2).complains();
    simulate(&repo, &["--to", "soon"]).exits(2).complains();
    repo.flag(&["simulate", "b", "--env", "production"]).exits(3).complains();
    repo.write("flags/a.yaml", "type: boolean\n");
    simulate(&repo, &[]).exits(2).complains();
}

#[test]
fn the_measured_distribution_fits_what_is_configured() {
    let repo = with(
        "    targets: [{serve: true, units: [user-7]}]\n    rules:\n      - id: dach\n        when: [{attribute: country, in: [DE]}]\n        serve: {percentage: 50, by: company.id}\n    serve: {percentage: 10}\n",
    );
    let measure = |words: &[&str]| {
        repo.flag(&[&["distribution", "a", "--env", "production", "--units", "20000"], words].concat())
    };
    insta::assert_snapshot!(measure(&[]).ok().stdout, @r"
    a in production  20000 units

    FOR              VARIANT  UNITS  SHARE     CONFIGURED
    everyone else    on       1967   9.835%    10%
                     off      18032  90.164%   90%
    who is targeted  on       1      100.000%  -

    everyone else: as configured (chi-square 0.601, 1 degree of freedom, p = 0.4381)
    ");
    measure(&["-c", "country=DE"]).ok().prints("rule dach: as configured");
    let json = measure(&["--json"]).ok().json();
    assert_eq!((&json["groups"][0]["by"], &json["groups"][0]["units"]), (&"serve".into(), &19_999.into()));
    assert_eq!(json["groups"][1]["by"], "targets");
    measure(&["--user", "ada"]).exits(2).complains();
}

#[test]
fn a_share_of_what_another_rule_left_is_not_as_configured() {
    let repo = with(
        "    rules:\n      - id: some\n        when: [{percentage: 50}]\n        serve: false\n    serve: {percentage: 50}\n",
    );
    let run = repo.flag(&["distribution", "a", "--env", "production", "--units", "10000"]).exits(1);
    run.prints("everyone else: not as configured").prints("a `salt` of its own sets them apart");
    let apart = with(
        "    rules:\n      - id: some\n        when: [{percentage: 50, salt: other}]\n        serve: false\n    serve: {percentage: 50}\n",
    );
    apart.flag(&["distribution", "a", "--env", "production", "--units", "10000"]).ok();
}

#[test]
fn two_experiments_choose_for_different_users_or_the_exit_code_says_so() {
    let experiment = |when: &str| {
        format!(
            "    rules:\n      - id: layer\n        when: [{when}]\n        serve: {{percentage: 50, by: company.id}}\n    serve: false\n"
        )
    };
    let layer = "{percentage: 40, salt: layer, by: company.id}";
    let repo = with(&experiment(layer));
    let other = |key: &str, when: &str| {
        let text = repo.read("flags/a.yaml").replace(layer, when);
        repo.write(&format!("flags/{key}.yaml"), text);
    };
    other("apart", &format!("{{not: {layer}}}"));
    other("third", "{percentage: 60, salt: layer, by: company.id}");
    let asked =
        |words: &[&str]| repo.flag(&[&["distribution", "a", "--env", "production", "--units", "5000"], words].concat());
    asked(&["--exclusive-with", "apart"]).ok().prints("exclusive with apart: both choose for 0");
    let run = asked(&["--exclusive-with", "apart", "--exclusive-with", "third", "--json"]).exits(1).json();
    let [apart, third] = [0, 1].map(|at| &run["exclusive"][at]);
    assert_eq!((&apart["holds"], &apart["both"], &apart["neither"]), (&true.into(), &0.into(), &0.into()));
    assert_eq!((&third["exclusiveWith"], &third["holds"]), (&"third".into(), &false.into()));
    // All of the first forty percent are among the first sixty.
    assert_eq!((&third["both"], &third["onlyHere"]), (&apart["onlyHere"], &0.into()));
    asked(&["--exclusive-with", "nothing"]).exits(3).complains();
}

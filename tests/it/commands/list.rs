use crate::support::TestRepo;

fn keys(repo: &TestRepo, words: &[&str]) -> Vec<String> {
    let run = repo.flag(&[&["list", "--format", "plain"], words].concat()).ok();
    run.stdout.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_table() {
    let repo = TestRepo::shop();
    insta::assert_snapshot!(repo.flag(&["list", "--format", "table"]).ok().stdout, @r"
    FLAG           DEVELOPMENT  STAGING        PRODUCTION               KIND        OWNER          DESCRIPTION
    button-colour  ○ control    ○ control      ○ control                experiment  team-growth    Does another colour sell more
    limits         ○ default    ○ default      ● tight                  config      team-platform  Requests per minute
    maintenance    ● on         ● on           ● on                     ops         team-platform  Closes the shop
    new-checkout   ● on         ◐ on +2 rules  ◐ 25% +1 rule +1 target  release     team-payments  One-page checkout
    page-size      ● middle     ● middle       ● middle                 config      team-web       Products on a page
    payments-v2    ● on         ● on           ● on                     release     team-payments  The second payment service
    region-model   ● v2         ● v2           ● v2                     release     team-data      The model that guesses the region
    summer-sale    ● on         ● on           ● on                     release     team-growth    Prices of the summer
    theme          ● dark       ○ light        ◐ light 50 / dark 50     experiment  team-growth    Light or dark
    ");
}

#[test]
fn filters_must_all_hold() {
    let repo = TestRepo::shop();
    assert_eq!(keys(&repo, &["--category", "ops"]), ["limits", "maintenance", "page-size"]);
    assert_eq!(keys(&repo, &["--category", "ops", "--kind", "ops"]), ["maintenance"]);
    assert_eq!(keys(&repo, &["--owner", "team-growth", "--state", "partly"]), ["theme"]);
    assert_eq!(keys(&repo, &["--tag", "web"]), ["new-checkout"]);
    assert_eq!(keys(&repo, &["--search", "COLOUR"]), ["button-colour"]);
    assert_eq!(keys(&repo, &["--env", "staging", "--state", "partly"]), ["new-checkout"]);
    repo.flag(&["archive", "theme"]).ok();
    assert!(!keys(&repo, &[]).contains(&"theme".to_owned()));
    assert_eq!(keys(&repo, &["--state", "archived"]), ["theme"]);
    assert!(keys(&repo, &["--all"]).contains(&"theme".to_owned()));
    assert!(!keys(&repo, &["--all", "--at", "HEAD~1", "--state", "archived"]).contains(&"theme".to_owned()));
    repo.flag(&["list", "--env", "prod"])
        .exits(3)
        .says("environments are development, staging, production")
        .complains();
    repo.flag(&["list", "--owner", "nobody", "--format", "table"]).ok().prints("no flags");
}

#[test]
fn formats() {
    let repo = TestRepo::shop();
    let words = |format| ["list", "--category", "experiments", "--env", "production", "--format", format];
    insta::assert_snapshot!(repo.flag(&words("csv")).ok().stdout.replace('\r', ""), @r"
    flag,production,kind,owner,description
    button-colour,control,experiment,team-growth,Does another colour sell more
    theme,light 50 / dark 50,experiment,team-growth,Light or dark
    ");
    insta::assert_snapshot!(repo.flag(&words("markdown")).ok().stdout, @r"
    | flag | production | kind | owner | description |
    | --- | --- | --- | --- | --- |
    | button-colour | ○ control | experiment | team-growth | Does another colour sell more |
    | theme | ◐ light 50 / dark 50 | experiment | team-growth | Light or dark |
    ");
    assert_eq!(repo.flag(&words("jsonl")).ok().stdout.lines().count(), 2);
}

#[test]
fn a_flag_with_errors_is_named_and_the_others_are_listed() {
    let repo = TestRepo::shop();
    repo.write("flags/ops/broken.yaml", "type: bool\n");
    let run = repo.flag(&["list"]).ok().prints("new-checkout").says("1 flag not listed");
    run.says("broken: ");
}

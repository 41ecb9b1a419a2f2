use crate::support::{TestRepo, World};

/// A shop with two mistakes.
fn mistaken() -> TestRepo {
    let repo = TestRepo::shop();
    repo.replace("flags/features/new-checkout.yaml", "segment: staff", "segment: stuff");
    repo.replace("flags/experiments/theme.yaml", "light: 50, dark: 50", "light: 50, dark: 40");
    repo
}

#[test]
fn all_problems_with_places_and_fixes() {
    let repo = mistaken();
    let run = repo.flag(&["validate"]).exits(1);
    insta::assert_snapshot!(run, @r"
    exit code: 1
    ----- stdout -----
    error[F041]: the split sums to 90, must be 100
      --> flags/experiments/theme.yaml:13:39
       |
    13 |   production: {enabled: true, serve: {split: [light: 50, dark: 40]}}
       |                                       ^^^^^ sums to 90         -- `dark` ends the split
       |
       = help: raise `dark` to 50

    error[F071]: there is no segment `stuff`
      --> flags/features/new-checkout.yaml:15:26
       |
    15 |         when: [{segment: stuff}]
       |                          ^^^^^
       |
       = help: did you mean `staff`?
    ----- stderr -----
    9 flags and 2 segments: 2 errors
    ");
}

#[test]
fn formats_for_programs() {
    let repo = mistaken();
    insta::assert_snapshot!(repo.flag(&["validate", "--format", "plain"]).exits(1).stdout, @r"
    flags/experiments/theme.yaml:13:39	error	F041	the split sums to 90, must be 100
    flags/features/new-checkout.yaml:15:26	error	F071	there is no segment `stuff`
    ");
    insta::assert_snapshot!(repo.flag(&["validate", "--format", "github"]).exits(1).stdout, @r"
    ::error file=flags/experiments/theme.yaml,line=13,endLine=13,col=39,endColumn=44,title=F041 split-sum::the split sums to 90, must be 100%0Ahelp: raise `dark` to 50
    ::error file=flags/features/new-checkout.yaml,line=15,endLine=15,col=26,endColumn=31,title=F071 unknown-segment::there is no segment `stuff`%0Ahelp: did you mean `staff`?
    ");
    let json = repo.flag(&["validate", "--json"]).exits(1).json();
    assert_eq!(json["errors"], 2);
    assert_eq!(json["problems"][0]["path"], "flags/experiments/theme.yaml");
    assert_eq!(repo.flag(&["validate", "--format", "jsonl"]).exits(1).stdout.lines().count(), 2);
}

#[test]
fn what_is_checked_and_when_it_fails() {
    let repo = mistaken();
    repo.flag(&["validate", "--at", "HEAD"]).ok().says("no problems");
    repo.flag(&["validate", "flags/ops"]).ok();
    repo.flag(&["validate", "flags/features"]).exits(1).prints("new-checkout");
    repo.flag(&["validate", "flags/features/new-checkout.yaml"]).exits(1);
    repo.flag_in(&World::default().within("work/flags"), &["validate", "./ops"]).ok();
    repo.flag(&["validate", "--fail-on", "never"]).ok();
    repo.flag(&["validate", "--exit-zero"]).ok().prints("error[");
    let repo = TestRepo::shop();
    repo.replace("flags/features/new-checkout.yaml", "expires: 2027-03-01", "expires: 2026-03-01");
    repo.flag(&["validate"]).ok().prints("warning[");
    repo.flag(&["validate", "--fail-on", "warning"]).exits(1);
    repo.replace("flags/project.yaml", "lints: {", "lints: {expired: error, ");
    repo.flag(&["validate"]).exits(1).prints("error[");
}

/// The staged version counts, not the work tree.
#[test]
fn staged() {
    let repo = mistaken();
    repo.flag(&["validate", "--staged"]).ok();
    repo.git(&["add", "-A"]);
    repo.git(&["checkout", "-q", "HEAD", "--", "flags/experiments"]);
    repo.shell("git show HEAD:flags/features/new-checkout.yaml > flags/features/new-checkout.yaml").ok();
    repo.flag(&["validate"]).ok();
    repo.flag(&["validate", "--staged"]).exits(1).prints("flags/features/new-checkout.yaml:");
}

/// It works without Git, and a file with the markers of a merge is an error at the marker.
#[test]
fn outside_git_and_in_conflicts() {
    let repo = mistaken();
    repo.shell("rm -rf .git").ok();
    repo.flag(&["validate"]).exits(1);
    repo.replace(
        "flags/ops/limits.yaml",
        "kind: config\n",
        "<<<<<<< HEAD\nkind: config\n=======\nkind: ops\n>>>>>>> topic\n",
    );
    repo.flag(&["validate", "flags/ops"]).exits(1).prints("limits.yaml:3:1");
}

#[test]
fn a_path_that_names_nothing_is_no_clean_bill() {
    let repo = TestRepo::shop();
    for path in ["flags/bda.yaml", "nosuch", "/etc", "../elsewhere"] {
        repo.flag(&["validate", path]).exits(2).complains();
        repo.flag(&["validate", "--staged", path]).exits(2).complains();
    }
    for path in ["flags", ".", "./flags/features", "flags/project.yaml", "flags/features/new-checkout.yaml"] {
        repo.flag(&["validate", path]).ok();
    }
}

/// GitHub shows annotations beside the lines, a summary of the job, and hands numbers to later steps.
#[test]
fn a_run_in_github_actions_gets_more() {
    let repo = TestRepo::shop();
    repo.write("flags/bad.yaml", "type: bool\n");
    let (summary, output) = (repo.path().join("../summary.md"), repo.path().join("../output"));
    let (summary, output) = (summary.to_str().unwrap(), output.to_str().unwrap());
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary), ("GITHUB_OUTPUT", output)];
    let plain = repo.flag(&["validate"]).exits(1);
    let run = repo.flag_with(&["validate"], &variables, None).exits(1);
    assert_eq!(run.stdout, plain.stdout, "data is data");
    assert!(run.stderr.contains("::error file=flags/bad.yaml,line=1,"), "{run}");
    assert!(repo.read("../summary.md").contains("| error | F0"), "{}", repo.read("../summary.md"));
    assert!(repo.read("../output").starts_with("errors="), "{}", repo.read("../output"));
    let before = repo.read("../output");
    let run = repo.flag_with(&["validate", "--no-ci-detect"], &variables, None).exits(1);
    assert_eq!((run.stderr, repo.read("../output")), (plain.stderr, before.clone()));
    // Once as data is enough.
    let run = repo.flag_with(&["validate", "--format", "github"], &variables, None).exits(1);
    assert!(run.stdout.contains("::error ") && !run.stderr.contains("::error "), "{run}");
    assert_eq!(repo.read("../output"), before.repeat(2), "steps add to what is there");
    let broken = [("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", "/no/such/folder/output")];
    repo.flag_with(&["validate"], &broken, None).exits(6).says("--no-ci-detect");
}

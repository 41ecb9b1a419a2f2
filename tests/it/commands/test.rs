//! `git flag test`, with the flags and segments of the shop.

use crate::support::TestRepo;

const FILE: &str = "flags/tests/new-checkout.yaml";

fn shop(tests: &str) -> TestRepo {
    let repo = TestRepo::shop();
    repo.write(FILE, tests);
    repo
}

#[test]
fn what_holds_is_counted_and_what_fails_is_explained() {
    let repo = shop(
        "environment: production
expect:
  - {name: the first countries, context: {country: DE}, user: kim, variant: true, rule: dach}
  - {name: a stranger, user: ada, bucket: 99, variant: true}
",
    );
    let run = repo.flag(&["test"]).exits(1);
    insta::assert_snapshot!(run);
    let run = repo.flag(&["test", "--format", "github"]).exits(1);
    assert!(run.stdout.starts_with("::error file=flags/tests/new-checkout.yaml,line=4,col=5,title=F300"), "{run}");
    repo.replace(FILE, "bucket: 99, variant: true", "bucket: 99, variant: false");
    repo.flag(&["test", "new-checkout"]).ok().says("1 flag, 2 cases: all as expected");
}

#[test]
fn coverage_and_mutants_name_what_no_case_looks_at() {
    let repo = shop("environment: production\nexpect:\n  - {user: ada, bucket: 99, variant: false}\n");
    insta::assert_snapshot!(repo.flag(&["test", "--coverage", "--mutate"]).ok());
}

#[test]
fn mistakes_in_tests_are_told_with_their_place() {
    let repo = shop("environment: prodution\nexpect:\n  - {user: ada, variant: false}\n");
    let run = repo.flag(&["test"]).exits(1);
    assert!(run.stdout.contains("environment: expected prodution, got the project has development"), "{run}");
    repo.write(FILE, "environment: production\nexpect:\n  - {user: ada, varriant: false}\n");
    repo.flag(&["test"]).exits(2).says("did you mean `variant`?").says(&format!("{FILE}:3"));
    repo.write(FILE, "environment: production\nexpect:\n  - {user: ada, variant: false}\n");
    repo.flag(&["test", "theme"]).exits(3).says("F301").says("flags/tests/theme.yaml");
    repo.write("flags/tests/nothing.yaml", "environment: production\nexpect:\n  - {user: ada, variant: false}\n");
    repo.flag(&["test"]).exits(2).says("F302").says("flags/tests/nothing.yaml");
}

#[test]
fn other_revisions_are_tested_as_they_were() {
    let repo = shop("environment: production\nexpect:\n  - {user: ada, bucket: 99, variant: false}\n");
    repo.commit_all("tests");
    repo.replace(FILE, "variant: false", "variant: true");
    repo.flag(&["test"]).exits(1);
    repo.flag(&["test", "--at", "HEAD"]).ok();
    repo.flag(&["test", "--at", "HEAD~1"]).ok().says("1 flag, 1 segment, 5 cases");
    repo.git(&["rm", "-rq", "--cached", "flags/tests"]);
    std::fs::remove_dir_all(repo.path().join("flags/tests")).expect("a removed folder");
    repo.flag(&["test"]).ok().says("there are no tests");
}

#[test]
fn junit_reports_are_xml_that_others_read() {
    let repo = shop(
        "environment: production\nexpect:\n  - {name: \"<a> & 'b'\", user: ada, bucket: 99, variant: true}\n  - {user: ada, bucket: 99, variant: false}\n",
    );
    repo.flag(&["test", "new-checkout", "--junit", "report.xml"]).exits(1);
    let xml = repo.read("report.xml");
    assert!(xml.contains("<testsuites name=\"git-flag\" tests=\"2\" failures=\"1\">"), "{xml}");
    assert!(xml.contains("name=\"&lt;a&gt; &amp; &apos;b&apos; (production)\""), "{xml}");
    assert!(xml.contains("line=\"3\""), "{xml}");
    repo.flag(&["test", "--junit", "no/such/folder.xml"]).exits(6).says("can't write");
}

const SEGMENT: &str = "flags/tests/segments/staff.yaml";
const GOLDEN: &str = "flags/tests/golden/ada.yaml";
const ADA: &str = "# Who complains first.
environment: production   # live
now: 2026-12-01T12:00:00Z
context: {targetingKey: ada, country: DE, age: 30}
";

#[test]
fn segments_are_tested_with_those_who_are_in_and_out() {
    let repo = TestRepo::shop();
    repo.write(
        SEGMENT,
        "context: {plan: pro}
expect:
  - {name: by address, matrix: {email: [a@example.com, b@example.com]}, member: true}
  - {name: left, user: user-13, context: {email: a@example.com}, member: true}
  - {user: user-7, member: true}
",
    );
    let run = repo.flag(&["test", "--segment", "staff", "--coverage"]).exits(1);
    insta::assert_snapshot!(run);
    let run = repo.flag(&["test", "--segment", "staff", "--format", "github"]).exits(1);
    assert!(run.stdout.starts_with("::error file=flags/tests/segments/staff.yaml,line=4,col=5,title=F300"), "{run}");
    repo.flag(&["test", "--segment", "staff", "--junit", "report.xml"]).exits(1);
    let xml = repo.read("report.xml");
    assert!(xml.contains("<testsuite name=\"segment staff\" tests=\"4\" failures=\"1\">"), "{xml}");
    repo.replace(
        SEGMENT,
        "name: left, user: user-13, context: {email: a@example.com}, member: true",
        "user: user-13, member: false",
    );
    repo.flag(&["test"]).ok().says("1 flag, 1 segment, 7 cases: all as expected");
    let json = repo.flag(&["test", "--json"]).ok().json();
    assert_eq!(json["segments"][0]["cases"][3]["membership"], serde_json::json!({"member": true, "by": "included"}));
    repo.flag(&["test", "new-checkout"]).ok().says("1 flag, 3 cases");
    repo.flag(&["test", "--segment", "early-birds"])
        .exits(3)
        .says("F301")
        .says("flags/tests/segments/early-birds.yaml");
    repo.write("flags/tests/segments/staf.yaml", "expect: [{user: ada, member: false}]\n");
    repo.flag(&["test"]).exits(2).says("F303").says("did you mean `staff`?");
    repo.flag(&["validate"]).exits(1).prints("F303");
}

#[test]
fn tests_follow_their_segment() {
    let repo = TestRepo::shop();
    repo.write("flags/tests/segments/early-birds.yaml", "expect: [{user: user-1, member: true}]\n");
    repo.commit_all("tests");
    repo.flag(&["segment", "rename", "early-birds", "larks", "--yes", "--reason", "r"]).ok();
    repo.flag(&["test", "--segment", "larks"]).ok();
    repo.flag(&["segment", "delete", "larks", "--yes", "--reason", "r"]).ok();
    repo.flag(&["test", "--segment", "larks"]).exits(3);
    repo.flag(&["validate", "--strict"]);
    assert!(!repo.path().join("flags/tests/segments/larks.yaml").exists());
}

#[test]
fn golden_contexts_hold_what_every_flag_answers() {
    let repo = TestRepo::shop();
    repo.write(GOLDEN, ADA);
    let run = repo.flag(&["test", "--golden", "ada"]).exits(1);
    assert!(run.stdout.contains("new-checkout   recorded nothing, now true"), "{run}");
    let commits = repo.commits();
    insta::assert_snapshot!(repo.flag(&["test", "--record"]).ok());
    let text = repo.read(GOLDEN);
    assert!(text.starts_with(ADA), "what was written by hand stays: {text}");
    insta::assert_snapshot!(text);
    assert_eq!(repo.commits(), commits, "nothing is committed");
    repo.flag(&["test", "--record"]).ok().says("nothing to write");
    repo.flag(&["test"]).ok().says("1 flag, 1 segment, 1 golden context, ");
    repo.commit_all("golden");

    repo.flag(&["kill", "new-checkout", "--reason", "on fire", "--yes"]).ok();
    repo.flag(&["archive", "theme", "--reason", "old", "--yes"]);
    repo.flag(&["create", "brand-new", "--type", "boolean", "--owner", "me"]).ok();
    repo.replace(GOLDEN, "answers:\n", "answers:\n  aaa: true\n");
    let run = repo.flag(&["test", "--golden", "ada"]).exits(1);
    insta::assert_snapshot!(run);
    let run = repo.flag(&["test", "--golden", "ada", "--format", "github"]).exits(1);
    assert!(run.stdout.contains("title=F306"), "{run}");
    assert!(run.stdout.contains("git flag test --record ada"), "{run}");
    let json = repo.flag(&["test", "--golden", "ada", "--json"]).exits(1).json();
    assert_eq!(json["failed"], 4, "{json}");
    repo.flag(&["test", "--at", "HEAD~3", "--golden", "ada"]).ok();
    repo.flag(&["validate"]).exits(1).prints("F302").prints("there is no flag `aaa`");
    insta::assert_snapshot!(repo.flag(&["test", "--record", "ada"]).ok());
    repo.flag(&["test", "--golden", "ada"]).ok();
}

#[test]
fn answers_follow_their_flag() {
    let repo = TestRepo::shop();
    repo.write(GOLDEN, ADA);
    repo.flag(&["test", "--record", "ada"]).ok();
    repo.commit_all("golden");
    let before = repo.read(GOLDEN);
    repo.flag(&["rename", "new-checkout", "checkout-v2", "--yes", "--reason", "r"]).ok();
    assert_eq!(repo.read(GOLDEN), before.replace("new-checkout:", "checkout-v2:"));
    repo.flag(&["test"]).ok();
    repo.flag(&["undo", "--yes", "--reason", "r"]).ok();
    assert_eq!(repo.read(GOLDEN), before);
    repo.flag(&["delete", "new-checkout", "--yes", "--reason", "r"]).ok();
    assert_eq!(repo.read(GOLDEN), before.replace("  new-checkout: true\n", ""));
    repo.flag(&["test"]).ok();
    repo.flag(&["validate"]).ok();
}

#[test]
fn mistakes_are_not_recorded() {
    let repo = TestRepo::shop();
    repo.flag(&["test", "--record"]).ok().says("there are no golden contexts");
    repo.write(GOLDEN, ADA);
    repo.flag(&["test", "--record", "adda"]).exits(3).says("did you mean `ada`?");
    repo.flag(&["test", "--record", "ada", "--now", "2026-12-01"]).exits(2);
    repo.replace(GOLDEN, "production", "prodution");
    repo.flag(&["test", "--record"]).exits(2).says("F070").says(&format!("{GOLDEN}:2"));
    repo.replace(GOLDEN, "prodution", "production");
    repo.write("flags/features/broken.yaml", "type: boolean\n");
    repo.flag(&["test", "--record"]).exits(2).says("`broken` answers with an error");
    assert_eq!(repo.read(GOLDEN), ADA);
}

#[test]
fn names_in_tests_must_exist() {
    let repo = shop(
        "environment: prodution
expect:
  - {user: ada, variant: blue}
  - {environment: production, user: ada, rule: dahc}
",
    );
    insta::assert_snapshot!(repo.flag(&["validate"]).exits(1));
}

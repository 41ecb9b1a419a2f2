//! `git flag test`, with the flags of the shop.

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
    repo.flag(&["test", "--at", "HEAD~1"]).ok().says("1 flag, 3 cases");
    repo.git(&["rm", "-rq", "--cached", "flags/tests"]);
    std::fs::remove_dir_all(repo.path().join("flags/tests")).expect("a removed folder");
    repo.flag(&["test"]).ok().says("there are no tests");
}

#[test]
fn junit_reports_are_xml_that_others_read() {
    let repo = shop(
        "environment: production\nexpect:\n  - {name: \"<a> & 'b'\", user: ada, bucket: 99, variant: true}\n  - {user: ada, bucket: 99, variant: false}\n",
    );
    repo.flag(&["test", "--junit", "report.xml"]).exits(1);
    let xml = repo.read("report.xml");
    assert!(xml.contains("<testsuites name=\"git-flag\" tests=\"2\" failures=\"1\">"), "{xml}");
    assert!(xml.contains("name=\"&lt;a&gt; &amp; &apos;b&apos; (production)\""), "{xml}");
    assert!(xml.contains("line=\"3\""), "{xml}");
    repo.flag(&["test", "--junit", "no/such/folder.xml"]).exits(6).says("can't write");
}

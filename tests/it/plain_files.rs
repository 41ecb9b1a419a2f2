//! What must not count as a flag's file: the wrong kind of file, and a key that has several. Every source agrees on it:
//! work tree, index and revision.

use crate::support::TestRepo;

const PATH: &str = "flags/features/new-checkout.yaml";
const EVAL: [&str; 8] =
    ["eval", "new-checkout", "--env", "production", "--user", "user-1", "--json", "--now=2026-11-21"];

/// Validation and evaluation of work tree, index and revision, all of which must name the problem.
#[track_caller]
fn refused_everywhere(repo: &TestRepo, code: &str, place: &str, value: Option<bool>) {
    for arguments in [&["validate"][..], &["validate", "--staged"], &["validate", "--at", "HEAD"]] {
        let run = repo.flag(arguments).exits(1);
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(text.contains(code) && text.contains(place), "{arguments:?} lacks {code} at {place}\n{run}");
    }
    for at in [&[][..], &["--at", "HEAD"]] {
        let run = repo.flag(&[&EVAL[..], at].concat());
        let told = run.json()["decisions"][0].clone();
        assert_eq!((&told["reason"], &told["errorCode"]), (&"ERROR".into(), &"PARSE_ERROR".into()), "{run}");
        assert_eq!(told.get("value").and_then(serde_json::Value::as_bool), value, "{run}");
    }
    let head = repo.git(&["rev-parse", "HEAD"]);
    for command in [&["disable"][..], &["disable", "--no-commit"], &["disable", "--dry-run"]] {
        let run = repo.flag(&[command, &["new-checkout", "--env", "production"]].concat());
        assert_ne!(run.code, 0, "{run}");
        run.complains();
    }
    assert_eq!((repo.git(&["rev-parse", "HEAD"]), repo.status()), (head, String::new()));
}

#[test]
fn an_executable_file_is_no_flag() {
    let repo = TestRepo::shop();
    repo.shell(&format!("chmod +x {PATH} && git commit -qam executable")).ok();
    refused_everywhere(&repo, "F223", PATH, Some(false));
    repo.flag(&["show", "new-checkout"]).exits(2).says("F223");
    repo.flag(&["list"]).ok().says("new-checkout: a flag's file is a plain file");
}

/// Where the file system knows no modes, Git is told so, and what is committed counts.
#[test]
fn modes_that_git_ignores_are_ignored() {
    let repo = TestRepo::shop();
    repo.git(&["config", "core.fileMode", "false"]);
    repo.shell(&format!("chmod +x {PATH}")).ok();
    repo.flag(&["disable", "new-checkout", "--env", "production"]).ok();
    repo.flag(&EVAL).ok();
}

#[test]
fn a_file_made_executable_is_an_edit() {
    let repo = TestRepo::shop();
    repo.shell(&format!("chmod +x {PATH}")).ok();
    let run = repo.flag(&["disable", "new-checkout", "--env", "production"]).exits(5);
    assert_eq!(run.code(), Some("F207"), "{run}");
}

#[test]
fn a_link_is_no_flag() {
    let repo = TestRepo::shop();
    repo.shell(&format!(
        "mv {PATH} elsewhere.yaml && ln -s ../../elsewhere.yaml {PATH} && git add -A && git commit -qm link"
    ))
    .ok();
    refused_everywhere(&repo, "F223", PATH, None);
}

#[test]
fn a_submodule_is_no_flag() {
    let repo = TestRepo::shop();
    repo.shell(&format!(
        "git rm -q {PATH} && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),{PATH} && \
         git commit -qm submodule && mkdir -p {PATH}"
    ))
    .ok();
    refused_everywhere(&repo, "F223", PATH, None);
}

/// Whatever is behind it would count on one machine and not on another.
#[test]
fn a_folder_behind_a_link_is_reported_and_not_followed() {
    let repo = TestRepo::shop();
    repo.shell("mkdir more && sed s/One-page/Two-page/ flags/features/new-checkout.yaml > more/behind.yaml").ok();
    repo.shell("ln -s ../more flags/linked && ln -s ../more/behind.yaml flags/README.md").ok();
    repo.shell("git add -A && git commit -qm linked").ok();
    for arguments in [&["validate"][..], &["validate", "--staged"], &["validate", "--at", "HEAD"]] {
        let run = repo.flag(arguments).exits(1);
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(text.contains("F223") && text.contains("flags/linked"), "{run}");
        assert!(!text.contains("README"), "a text that is a link harms nobody\n{run}");
    }
    repo.flag(&["eval", "behind", "--env", "production"]).exits(3);
    repo.flag(&["show", "behind"]).exits(3);
}

#[test]
fn segments_behind_a_link_are_not_followed() {
    let repo = TestRepo::shop();
    repo.shell("mv flags/segments . && ln -s ../segments flags/segments && git add -A && git commit -qm linked").ok();
    let run =
        repo.flag(&["eval", "new-checkout", "--env", "staging", "--user", "u", "-c", "email=x@example.com", "--json"]);
    assert_eq!(run.json()["decisions"][0]["errorCode"], "PARSE_ERROR", "{run}");
    repo.flag(&["validate"]).exits(1);
}

/// Names that differ only in case are one file on some machines: nothing makes them, and nothing works on them.
#[test]
fn segments_that_differ_only_in_case() {
    let repo = TestRepo::shop();
    for words in [
        &["segment", "create", "Staff", "--include", "u"][..],
        &["segment", "create", "STAFF", "--include", "u", "--no-commit"],
        &["segment", "rename", "early-birds", "sTaff"],
    ] {
        assert_eq!(repo.flag(words).exits(5).complains().code(), Some("F254"), "{words:?}");
    }
    repo.flag(&["segment", "delete", "early-birds"]).ok();
    repo.write("flags/segments/Early-Birds.yaml", "include: [u]\n");
    repo.write("flags/segments/STAFF.yaml", "include: [u]\n");
    repo.commit_all("by hand");
    let run = repo.flag(&["undo"]).exits(2).complains();
    run.says("F082").says("`Early-Birds` and `early-birds`");
    for name in ["staff", "STAFF"] {
        let run = repo.flag(&["segment", "include", name, "user-1"]).exits(2).complains();
        assert_eq!(run.code(), Some("F082"), "{run}");
    }
    repo.flag(&["segment", "rename", "STAFF", "people"]).exits(2).complains();
    repo.flag(&["segment", "delete", "STAFF"]).ok();
    repo.flag(&["segment", "include", "staff", "user-1"]).ok();
}

/// One key in two folders: nobody can tell which file counts, so none does.
#[test]
fn a_key_with_two_files_has_none() {
    for other in ["flags/zz/new-checkout.yaml", "flags/aa/new-checkout.yaml", "flags/aa/New-Checkout.yaml"] {
        let repo = TestRepo::shop();
        repo.shell(&format!("mkdir -p $(dirname {other}) && sed s/One-page/Two-page/ {PATH} > {other}")).ok();
        repo.commit_all("twice");
        let code = if other.contains("New") { "F082" } else { "F081" };
        refused_everywhere(&repo, code, PATH, None);
        refused_everywhere(&repo, code, other, None);
        let told = repo.flag(&EVAL).json()["decisions"][0].clone();
        let details = told["errorDetails"].as_str().expect("details").to_owned();
        assert!(details.contains(PATH) && details.contains(other), "{details}");
        for command in ["enable", "disable"] {
            let run = repo.flag(&[command, "new-checkout", "--env", "production"]);
            assert_eq!(run.code(), Some("F229"), "{run}");
            run.says(PATH).says(other);
        }
        repo.flag(&["show", "new-checkout"]).exits(2).says("F229");
        // Others are not concerned.
        repo.flag(&["enable", "summer-sale", "--env", "staging"]).ok();
    }
}

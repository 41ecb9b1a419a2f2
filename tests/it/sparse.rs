//! Sparse checkouts: a flag that is not on disk is a flag all the same.

use crate::support::TestRepo;

const PATH: &str = "flags/features/new-checkout.yaml";

/// The ways to leave `flags/features/new-checkout.yaml` out: all of `flags`, one folder, one file, by one bit.
const WAYS: [&str; 5] = [
    "git sparse-checkout set --cone --no-sparse-index docs",
    "git sparse-checkout set --cone --sparse-index docs",
    "git sparse-checkout set --cone --sparse-index flags/segments",
    "git sparse-checkout set --no-cone '/*' '!/flags/features/new-checkout.yaml'",
    "git update-index --skip-worktree flags/features/new-checkout.yaml && rm flags/features/new-checkout.yaml",
];

fn sparse(way: &str) -> TestRepo {
    let repo = TestRepo::shop();
    repo.write("docs/a.md", "a\n");
    repo.commit_all("docs");
    repo.shell(way).ok();
    assert!(!repo.path().join(PATH).exists(), "{way}");
    repo
}

const READS: [&[&str]; 6] = [
    &["list", "--json"],
    &["show", "new-checkout", "--json"],
    &["eval", "new-checkout", "--env", "production", "--user", "user-1", "--json"],
    &["eval", "--all", "--env", "staging", "--user", "user-7", "--json"],
    &["validate", "--json", "--fail-on", "never"],
    &["segment", "list", "--json"],
];

#[test]
fn reads_find_what_is_left_out() {
    let whole = TestRepo::shop();
    for way in WAYS {
        let repo = sparse(way);
        for arguments in READS {
            let expected = whole.flag(arguments).ok();
            assert_eq!(repo.flag(arguments).ok().stdout, expected.stdout, "{way}: {arguments:?}");
        }
        assert_eq!(repo.status(), "", "{way}");
    }
}

#[test]
fn writes_commit_and_leave_out() {
    for way in WAYS {
        let repo = sparse(way);
        repo.flag(&["disable", "new-checkout", "--env", "production"]).ok();
        assert_eq!(repo.git(&["show", "--format=", "--name-only"]).trim(), PATH, "{way}");
        assert!(!repo.path().join(PATH).exists(), "{way}: still left out");
        assert_eq!(repo.status(), "", "{way}");
        repo.flag(&["enabled", "new-checkout", "--env", "production", "--user", "user-1"]).exits(1);
        repo.flag(&["undo"]).ok();
        assert!(!repo.path().join(PATH).exists(), "{way}: still left out");
        assert_eq!(repo.status(), "", "{way}");
        // The user's own version on disk is the one that counts again.
        repo.shell("git sparse-checkout disable 2>/dev/null; git update-index --no-skip-worktree flags/features/new-checkout.yaml; git checkout -q .")
            .ok();
        repo.flag(&["validate", "--fail-on", "error"]).ok();
        assert_eq!(repo.status(), "", "{way}");
    }
}

#[test]
fn a_new_flag_is_left_out_where_git_would_leave_it_out() {
    for way in &WAYS[..3] {
        let repo = sparse(way);
        let create = ["create", "brand-new", "--type", "boolean", "--owner", "o", "--description", "d", "--permanent"];
        repo.flag(&[&create[..], &["--category", "features"]].concat()).ok();
        assert!(!repo.path().join("flags/features/brand-new.yaml").exists(), "{way}");
        assert_eq!(repo.status(), "", "{way}");
        repo.flag(&["show", "brand-new"]).ok();
        repo.git(&["sparse-checkout", "disable"]);
        assert!(repo.path().join("flags/features/brand-new.yaml").exists(), "{way}");
        assert_eq!(repo.status(), "", "{way}");
    }
}

#[test]
fn an_edit_without_commit_brings_the_file() {
    let repo = sparse(WAYS[3]);
    repo.flag(&["disable", "new-checkout", "--env", "production", "--no-commit"]).ok();
    assert!(repo.read(PATH).contains("enabled: false"));
    assert_eq!(repo.commits(), TestRepo::shop().commits() + 1);
}

/// What is left out is in the index, so the index is what is read, as it would be on disk.
#[test]
fn what_is_staged_counts_as_on_disk() {
    let repo = sparse(WAYS[0]);
    repo.shell(&format!(
        "id=$(git show :{PATH} | sed s/One-page/Staged/ | git hash-object -w --stdin) && \
         git update-index --cacheinfo 100644,$id,{PATH} && git update-index --skip-worktree {PATH}"
    ))
    .ok();
    repo.flag(&["show", "new-checkout"]).ok().prints("Staged");
    repo.flag(&["disable", "new-checkout", "--env", "production"]).exits(5).complains();
}

//! Kinds of repositories.

use super::*;
use crate::git::Verdict::{Good, Unsigned, Untrusted};
use std::fs;

fn change_and_check(sandbox: &Sandbox, repository: &Repository, text: &str) {
    let made = commit(repository, &request(repository, "flags/a.yaml", Some(text))).unwrap();
    assert_eq!(made.id, sandbox.head());
    assert_eq!(made.notes, Vec::<String>::new());
    assert_eq!(sandbox.status(), "");
    assert_eq!(shown(sandbox), "M\tflags/a.yaml");
    sandbox.git(&["fsck", "--strict"]);
    assert_tidy(sandbox);
}

#[test]
fn sha256_and_reftable() {
    for arguments in [&["--object-format=sha256"][..], &["--ref-format=reftable"]] {
        let Some(sandbox) = Sandbox::with_init(arguments) else {
            eprintln!("SKIPPED: this Git does not know {arguments:?}");
            continue;
        };
        let repository = sandbox.repository();
        assert!(!repository.reads_in_process());
        commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 1\n"))).unwrap();
        change_and_check(&sandbox, &repository, "a: 2\n");
        assert_eq!(sandbox.read("flags/a.yaml"), "a: 2\n");
    }
}

#[test]
fn a_linked_work_tree_has_its_own_branch() {
    let sandbox = started();
    let linked = sandbox.beside("linked");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    for reader in [Reader::Auto, Reader::Executable] {
        let repository = sandbox.open(&linked.join("flags"), reader);
        assert_eq!(repository.work_tree(), Some(linked.as_path()));
        assert_eq!(repository.common_dir(), sandbox.path(".git"));
        assert_eq!(repository.relative(&linked.join("flags/a.yaml")).as_deref(), Some("flags/a.yaml"));
        let text = format!("a: {reader:?}\n");
        let made = commit(&repository, &request(&repository, "flags/a.yaml", Some(&text))).unwrap();
        assert_eq!(made.branch, "refs/heads/side");
        assert_eq!(fs::read_to_string(linked.join("flags/a.yaml")).unwrap(), text);
        let status = sandbox.command(&linked).args(["status", "--porcelain"]).output().unwrap();
        assert_eq!(String::from_utf8(status.stdout).unwrap(), "");
        assert_eq!((sandbox.read("flags/a.yaml").as_str(), sandbox.status().as_str()), ("a: 1\n", ""));
        let there = sandbox.repository().base_of(&Target::Branch("side".to_owned())).unwrap_err();
        assert!(
            matches!(&there, CommitError::CheckedOut { branch, work_tree } if branch == "side" && *work_tree == linked),
            "{there:?}"
        );
        let here = repository.base_of(&Target::Branch("main".to_owned())).unwrap_err();
        assert!(matches!(here, CommitError::CheckedOut { .. }), "{here:?}");
    }
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let inner = started();
    let outer = Sandbox::new();
    outer.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        inner.top().to_str().unwrap(),
        "sub",
    ]);
    outer.commit_all("with a submodule");
    let repository = outer.open(&outer.path("sub/flags"), Reader::Auto);
    assert_eq!(repository.work_tree(), Some(outer.path("sub").as_path()));
    assert_eq!(repository.git_dir(), outer.path(".git/modules/sub"));
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: sub\n"))).unwrap();
    assert_eq!(outer.read("sub/flags/a.yaml"), "a: sub\n");
    assert_eq!(outer.git(&["-C", "sub", "status", "--porcelain"]), "");
}

#[test]
fn bare_repositories_are_read_and_not_written() {
    let sandbox = started();
    let bare = sandbox.beside("bare.git");
    sandbox.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    for reader in [Reader::Auto, Reader::Executable] {
        let repository = sandbox.open(&bare, reader);
        assert!(repository.is_bare());
        let commit = repository.resolve("main").unwrap();
        let entry = repository.entry(commit, "flags/a.yaml").unwrap().unwrap();
        assert_eq!(repository.read(entry.id).unwrap(), b"a: 1\n");
        assert_eq!(repository.list(Source::Index, "").unwrap(), []);
        assert!(matches!(repository.base_of(&Target::CurrentBranch), Err(CommitError::Bare)));
        assert!(matches!(repository.write_files_only(&[]), Err(CommitError::Bare)));
    }
}

#[test]
fn sparse_checkouts_stay_sparse() {
    for sparse_index in ["--no-sparse-index", "--sparse-index"] {
        let sandbox = started();
        sandbox.write("kept/k.txt", "k\n");
        sandbox.write("flags/b.yaml", "b: 1\n");
        sandbox.write("flags/deep/er/d.yaml", "d: 1\n");
        sandbox.commit_all("more");
        sandbox.git(&["sparse-checkout", "set", "--cone", sparse_index, "kept"]);
        assert!(!sandbox.path("flags").exists());
        for reader in [Reader::Auto, Reader::Executable] {
            let repository = sandbox.open(sandbox.top(), reader);
            let listed = repository.index_entries("flags").unwrap();
            assert_eq!(listed.len(), 3);
            assert!(listed.iter().all(|entry| entry.skip_worktree), "{listed:?}");
            let text = format!("a: {reader:?}{sparse_index}\n");
            change_and_check(&sandbox, &repository, &text);
            commit(&repository, &request(&repository, "flags/deep/er/d.yaml", Some(&text))).unwrap();
            assert!(!sandbox.path("flags").exists(), "still left out");
            assert_eq!(sandbox.status(), "");
            let names = sandbox.git(&["ls-files"]);
            assert_eq!(names, "flags/a.yaml\nflags/b.yaml\nflags/deep/er/d.yaml\nkept/k.txt\nother.txt", "each once");
            let id = repository.index_entries("flags/a.yaml").unwrap()[0].id;
            assert_eq!(repository.read(id).unwrap(), text.as_bytes());
            commit(&repository, &request(&repository, "kept/k.txt", Some(&text))).unwrap();
            assert_eq!(sandbox.read("kept/k.txt"), text);
        }
    }
}

#[test]
fn split_indexes_and_untracked_caches_are_kept() {
    let sandbox = started();
    sandbox.git(&["update-index", "--split-index"]);
    for repository in sandbox.both() {
        change_and_check(&sandbox, &repository, &format!("a: split {}\n", repository.reads_in_process()));
    }
    sandbox.git(&["update-index", "--no-split-index"]);
    sandbox.git(&["update-index", "--force-untracked-cache"]);
    sandbox.status();
    let has_cache = || fs::read(sandbox.path(".git/index")).unwrap().windows(4).any(|window| window == b"UNTR");
    assert!(has_cache());
    change_and_check(&sandbox, &sandbox.repository(), "a: cached\n");
    assert!(has_cache());
}

#[test]
fn flags_of_index_entries_are_kept() {
    let sandbox = started();
    sandbox.git(&["update-index", "--index-version", "4"]);
    sandbox.git(&["update-index", "--assume-unchanged", "other.txt"]);
    sandbox.write("new.txt", "n\n");
    sandbox.git(&["add", "-N", "new.txt"]);
    for repository in sandbox.both() {
        let text = format!("a: {}\n", repository.reads_in_process());
        commit(&repository, &request(&repository, "flags/a.yaml", Some(&text))).unwrap();
        assert_eq!(sandbox.git(&["ls-files", "-v"]), "H flags/a.yaml\nH new.txt\nh other.txt");
        assert_eq!(sandbox.status(), " A new.txt");
        assert_eq!(fs::read(sandbox.path(".git/index")).unwrap()[7], 4);
        let intended: Vec<_> = repository.index_entries("").unwrap().into_iter().filter(|e| e.intent_to_add).collect();
        assert_eq!(intended.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["new.txt"]);
        assert_eq!(repository.list(Source::Index, "").unwrap().len(), 2);
    }
}

#[test]
fn line_endings_are_converted_as_git_does() {
    for (config, attributes) in [("true", ""), ("false", "*.yaml text eol=crlf\n"), ("input", "*.yaml text=auto\n")] {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", "core.autocrlf", config]);
        sandbox.write(".gitattributes", attributes);
        sandbox.write("flags/a.yaml", "a: 1\nb: 1\n");
        let first = sandbox.commit_all("first");
        fs::remove_file(sandbox.path("flags/a.yaml")).unwrap();
        sandbox.git(&["checkout", "-q", "--", "flags/a.yaml"]);
        let end = if config == "input" { "\n" } else { "\r\n" };
        assert_eq!(sandbox.read("flags/a.yaml"), format!("a: 1{end}b: 1{end}"));
        for repository in sandbox.both() {
            assert_eq!(
                repository.path_states(&["flags/a.yaml"]).unwrap()[0].work_tree,
                crate::git::WorkTreeState::Clean
            );
            commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\nb: 1\n"))).unwrap();
            assert_eq!(sandbox.read("flags/a.yaml"), format!("a: 2{end}b: 1{end}"));
            assert_eq!(sandbox.git(&["show", "HEAD:flags/a.yaml"]), "a: 2\nb: 1");
            assert_eq!(sandbox.status(), "");
            sandbox.write("flags/a.yaml", "a: 3\r\n");
            let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 4\n"))).unwrap_err();
            assert!(matches!(error, CommitError::Dirty { how: Dirty::Edited, .. }), "{error:?}");
            sandbox.git(&["reset", "-q", "--hard", &first.to_string()]);
        }
    }
}

#[test]
fn the_index_that_the_environment_names_is_the_one() {
    let sandbox = started();
    let other = sandbox.path(".git/other-index");
    fs::copy(sandbox.path(".git/index"), &other).unwrap();
    let sandbox = sandbox.with_variable("GIT_INDEX_FILE", ".git/other-index");
    sandbox.write("staged.txt", "s\n");
    sandbox.git(&["add", "staged.txt"]);
    for repository in sandbox.both() {
        let paths: Vec<_> = repository.list(Source::Index, "").unwrap().into_iter().map(|entry| entry.path).collect();
        assert_eq!(paths, ["flags/a.yaml", "other.txt", "staged.txt"]);
        let text = format!("a: {}\n", repository.reads_in_process());
        commit(&repository, &request(&repository, "flags/a.yaml", Some(&text))).unwrap();
        assert_eq!(sandbox.status(), "A  staged.txt");
    }
}

#[test]
fn repositories_named_by_the_environment() {
    let sandbox = started();
    let elsewhere = sandbox.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    assert!(Repository::discover_with(&elsewhere, sandbox.environment(), Reader::Auto).unwrap().is_none());
    let (git_dir, top) = (sandbox.path(".git"), sandbox.top().to_owned());
    let sandbox = sandbox
        .with_variable("GIT_DIR", git_dir.to_str().unwrap())
        .with_variable("GIT_WORK_TREE", top.to_str().unwrap());
    for reader in [Reader::Auto, Reader::Executable] {
        let repository = sandbox.open(&elsewhere, reader);
        assert_eq!((repository.git_dir(), repository.work_tree()), (git_dir.as_path(), Some(top.as_path())));
        let text = format!("a: {reader:?}\n");
        change_and_check(&sandbox, &repository, &text);
    }
}

#[test]
fn quarantined_objects_are_read() {
    let sandbox = started();
    let quarantine = sandbox.beside("quarantine");
    fs::create_dir(&quarantine).unwrap();
    let sandbox = sandbox
        .with_variable("GIT_OBJECT_DIRECTORY", quarantine.to_str().unwrap())
        .with_variable("GIT_ALTERNATE_OBJECT_DIRECTORIES", ".git/objects");
    sandbox.write("flags/a.yaml", "a: quarantined\n");
    let blob = sandbox.git(&["hash-object", "-w", "flags/a.yaml"]);
    let repository = sandbox.open(sandbox.top(), Reader::Auto);
    let id = ObjectId::from_hex(blob.as_bytes()).unwrap();
    assert_eq!(repository.read(id).unwrap(), b"a: quarantined\n");
}

#[test]
fn shallow_clones_say_so() {
    let sandbox = started();
    sandbox.write("other.txt", "2\n");
    sandbox.commit_all("second");
    let clone = sandbox.beside("clone");
    let url = format!("file://{}", sandbox.top().display());
    sandbox.git(&["clone", "-q", "--depth=1", &url, clone.to_str().unwrap()]);
    let repository = sandbox.open(&clone, Reader::Auto);
    assert!(repository.is_shallow() && !sandbox.repository().is_shallow());
    let tip = repository.resolve("HEAD").unwrap();
    let error = repository.commit_before(tip, crate::git::testing::EPOCH).unwrap_err();
    assert!(error.help().unwrap().contains("--unshallow"), "{error:?}");
}

#[test]
fn partial_clones_fetch_what_they_need() {
    let sandbox = started();
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = sandbox.beside("clone");
    let url = format!("file://{}", sandbox.top().display());
    sandbox.git(&["clone", "-q", "--filter=blob:none", "--no-checkout", &url, clone.to_str().unwrap()]);
    let repository = sandbox.open(&clone, Reader::Auto);
    assert!(repository.is_partial().unwrap() && !sandbox.repository().is_partial().unwrap());
    let tip = repository.resolve("HEAD").unwrap();
    let entry = repository.entry(tip, "flags/a.yaml").unwrap().unwrap();
    assert_eq!(repository.read(entry.id).unwrap(), b"a: 1\n");
}

#[test]
fn signatures_are_made_and_checked() {
    let sandbox = started();
    let key = sandbox.beside("key");
    let made =
        std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no ssh-keygen");
        return;
    }
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = sandbox.beside("allowed");
    fs::write(&allowed, format!("ada@example.com {public}")).unwrap();
    sandbox.git(&["config", "gpg.format", "ssh"]);
    sandbox.git(&["config", "user.signingKey", key.to_str().unwrap()]);
    sandbox.git(&["config", "gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()]);
    let repository = sandbox.repository();
    let unsigned = sandbox.head();
    let always = CommitRequest { signing: Signing::Always, ..request(&repository, "flags/a.yaml", Some("a: 2\n")) };
    let first = commit(&repository, &always).unwrap().id;
    sandbox.git(&["config", "commit.gpgSign", "true"]);
    let repository = sandbox.repository();
    let second = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 3\n"))).unwrap().id;
    let never = CommitRequest { signing: Signing::Never, ..request(&repository, "flags/a.yaml", Some("a: 4\n")) };
    let third = commit(&repository, &never).unwrap().id;
    let commits = [unsigned, first, second, third];
    assert_eq!(repository.are_signed(&commits).unwrap(), [false, true, true, false]);
    let verdicts: Vec<_> = repository.signatures(&commits).unwrap().iter().map(|checked| checked.verdict).collect();
    assert_eq!(verdicts, [Unsigned, Good, Good, Unsigned]);
    let checked = repository.signatures(&[second]).unwrap();
    assert_eq!(checked[0].signer, "ada@example.com");
    assert!(checked[0].key.starts_with("SHA256:"), "{checked:?}");
    fs::write(&allowed, "").unwrap();
    assert_eq!(repository.signatures(&[second]).unwrap()[0].verdict, Untrusted);
    sandbox.git(&["config", "user.signingKey", "/no/such/key"]);
    let repository = sandbox.repository();
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 5\n"))).unwrap_err();
    assert!(matches!(error, CommitError::Signing { .. }), "{error:?}");
    assert_eq!(sandbox.status(), "");
}

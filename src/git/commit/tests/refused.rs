use super::*;
use crate::git::{GitError, Operation};
use std::fs;

/// Tries to change `flags/a.yaml` with both readers; nothing may change.
fn refusal(sandbox: &Sandbox, expected: impl Fn(&CommitError) -> bool) -> CommitError {
    let state = || {
        let refs = sandbox.git(&["for-each-ref"]);
        let index = sandbox.git(&["ls-files", "-s"]);
        (refs, index, sandbox.status(), fs::read(sandbox.path("flags/a.yaml")).ok())
    };
    let before = state();
    let mut last = None;
    for repository in sandbox.both() {
        let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
        assert!(expected(&error), "{error:?}");
        assert!(!error.to_string().is_empty());
        assert_eq!(state(), before);
        assert!(!sandbox.path(".git/git-flag/journal").exists());
        last = Some(error);
    }
    last.unwrap()
}

#[test]
fn the_users_own_changes_of_the_file() {
    let sandbox = started();
    sandbox.write("flags/a.yaml", "a: mine\n");
    let error = refusal(&sandbox, |error| matches!(error, CommitError::Dirty { how: Dirty::Edited, .. }));
    assert_eq!(
        (error.to_string().as_str(), error.kind()),
        ("`flags/a.yaml` has changes that are not committed", FailureKind::Conflict)
    );
    assert!(error.help().unwrap().contains("--no-commit"));
    sandbox.git(&["add", "flags/a.yaml"]);
    refusal(&sandbox, |error| matches!(error, CommitError::Dirty { how: Dirty::Staged, .. }));
    sandbox.git(&["reset", "-q", "--hard"]);
    fs::remove_file(sandbox.path("flags/a.yaml")).unwrap();
    refusal(&sandbox, |error| matches!(error, CommitError::Dirty { how: Dirty::Edited, .. }));
    sandbox.git(&["rm", "-q", "--cached", "flags/a.yaml"]);
    refusal(&sandbox, |error| matches!(error, CommitError::Dirty { how: Dirty::Staged, .. }));
}

#[test]
fn a_file_in_the_way() {
    let sandbox = started();
    sandbox.write("flags/new.yaml", "mine\n");
    sandbox.git(&["add", "-N", "flags/new.yaml"]);
    for expected in [Dirty::Staged, Dirty::Untracked] {
        for repository in sandbox.both() {
            let error = commit(&repository, &request(&repository, "flags/new.yaml", Some("n: 1\n"))).unwrap_err();
            assert!(matches!(error, CommitError::Dirty { how, .. } if how == expected), "{error:?}");
            assert_eq!(sandbox.read("flags/new.yaml"), "mine\n");
        }
        sandbox.git(&["reset", "-q"]);
    }
}

#[test]
fn an_operation_in_progress() {
    let sandbox = started();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.write("other.txt", "side\n");
    sandbox.commit_all("side");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("other.txt", "main\n");
    sandbox.commit_all("main");
    sandbox.try_git(&["merge", "side"]);
    let error = refusal(&sandbox, |error| matches!(error, CommitError::Operation(Operation::Merge)));
    assert!(error.help().unwrap().contains("git merge --abort"));
    fs::remove_file(sandbox.path(".git/MERGE_HEAD")).unwrap();
    refusal(&sandbox, |error| matches!(error, CommitError::Unmerged { paths } if *paths == ["other.txt"]));
}

#[test]
fn a_branch_that_moved() {
    let sandbox = started();
    for repository in sandbox.both() {
        let request = request(&repository, "flags/a.yaml", Some("a: 2\n"));
        sandbox.write("other.txt", &format!("{}\n", sandbox.head()));
        let now = sandbox.commit_all("theirs");
        let error = commit(&repository, &request).unwrap_err();
        assert!(matches!(error, CommitError::Moved { now: Some(id) } if id == now), "{error:?}");
        assert_eq!((sandbox.head(), sandbox.status().as_str()), (now, ""));
    }
}

#[test]
fn a_branch_that_moves_at_the_last_moment() {
    for step in [Step::CommitMade, Step::IndexLocked] {
        let sandbox = started();
        let repository = sandbox.repository();
        let request = request(&repository, "flags/a.yaml", Some("a: 2\n"));
        let first = sandbox.head();
        let tree = sandbox.git(&["rev-parse", "HEAD^{tree}"]);
        let theirs = sandbox.git(&["commit-tree", "-m", "theirs", "-p", &first.to_string(), &tree]);
        let mut command = sandbox.command(sandbox.top());
        command.args(["update-ref", "HEAD", &theirs]);
        let act = Box::new(move || assert!(command.status().unwrap().success()));
        failpoint::MEANWHILE.set(Some((step, act)));
        let error = commit(&repository, &request).unwrap_err();
        assert!(matches!(error, CommitError::Moved { now: Some(id) } if id.to_string() == theirs), "{error:?}");
        assert_eq!(sandbox.status(), "");
        assert_tidy(&sandbox);
    }
}

#[test]
fn something_else_than_a_file() {
    let sandbox = started();
    fs::remove_file(sandbox.path("flags/a.yaml")).unwrap();
    fs::create_dir(sandbox.path("flags/a.yaml")).unwrap();
    refusal(&sandbox, |error| matches!(error, CommitError::NotAFile { .. }));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let sandbox = started();
    let outside = sandbox.beside("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("a.yaml"), "a: 1\n").unwrap();
    fs::remove_dir_all(sandbox.path("flags")).unwrap();
    symlink(&outside, sandbox.path("flags")).unwrap();
    for repository in sandbox.both() {
        let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
        assert!(matches!(error, CommitError::NotAFile { .. }), "{error:?}");
        let file = FileChange { path: "flags/b.yaml".to_owned(), old: None, new: Some(b"b".to_vec()) };
        assert!(matches!(repository.write_files_only(&[file]), Err(CommitError::NotAFile { .. })));
    }
    assert_eq!(fs::read_to_string(outside.join("a.yaml")).unwrap(), "a: 1\n");
    assert!(!outside.join("b.yaml").exists());
}

#[test]
fn paths_that_lead_elsewhere() {
    let sandbox = started();
    let repository = sandbox.repository();
    for path in
        ["", "/etc/x", "../x", "flags/../../x", ".git/hooks/post-commit", "flags/.GIT/x", "flags//x", "a\nb", "a\\b"]
    {
        let mut asked = request(&repository, "flags/a.yaml", Some("a: 2\n"));
        asked.files[0].path = path.to_owned();
        let error = commit(&repository, &asked).unwrap_err();
        assert!(matches!(error, CommitError::Path { .. }), "{path}: {error:?}");
        assert!(matches!(repository.write_files_only(&asked.files), Err(CommitError::Path { .. })), "{path}");
    }
    let mut twice = request(&repository, "flags/a.yaml", Some("a: 2\n"));
    twice.files.push(twice.files[0].clone());
    assert!(matches!(commit(&repository, &twice), Err(CommitError::Path { .. })));
}

#[test]
fn names_that_no_branch_can_have() {
    let sandbox = started();
    for name in ["", "-x", "a b", "a..b", "HEAD", "a.lock", "--upload-pack=x", "a~1"] {
        let error = sandbox.repository().base_of(&Target::Branch(name.to_owned())).unwrap_err();
        assert!(matches!(error, CommitError::BranchName { .. }), "{name}: {error:?}");
        assert_eq!(error.kind(), FailureKind::Usage);
    }
}

#[test]
fn nothing_to_commit_and_nothing_to_say() {
    let sandbox = started();
    for repository in sandbox.both() {
        let same = request(&repository, "flags/a.yaml", Some("a: 1\n"));
        assert!(matches!(commit(&repository, &same), Err(CommitError::NothingToCommit)));
        let silent =
            CommitRequest { message: " \n".to_owned(), ..request(&repository, "flags/a.yaml", Some("a: 2\n")) };
        assert!(matches!(commit(&repository, &silent), Err(CommitError::EmptyMessage)));
    }
}

#[test]
fn nobody_to_commit() {
    let sandbox = started();
    sandbox.git(&["config", "user.useConfigOnly", "true"]);
    let sandbox = sandbox.without_variables("GIT_COMMITTER").without_variables("GIT_AUTHOR");
    let error = refusal(&sandbox, |error| matches!(error, CommitError::Identity));
    assert!(error.help().unwrap().contains("user.email"));
}

#[test]
fn a_foreign_lock_is_waited_for() {
    let sandbox = started();
    let lock = sandbox.path(".git/index.lock");
    fs::write(&lock, "").unwrap();
    let repository = sandbox.repository();
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert!(matches!(&error, CommitError::Locked { path } if *path == lock), "{error:?}");
    assert!(lock.exists(), "it is not ours to remove");
    assert_eq!(sandbox.read("flags/a.yaml"), "a: 1\n");

    let held = lock.clone();
    let other = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        fs::remove_file(held).unwrap();
    });
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    other.join().unwrap();
    assert_eq!(sandbox.status(), "");
    assert_tidy(&sandbox);
}

#[test]
fn an_index_that_changes_before_it_is_locked_is_read_again() {
    let sandbox = started();
    sandbox.write("late.txt", "late\n");
    let mut command = sandbox.command(sandbox.top());
    command.args(["add", "late.txt"]);
    let act = Box::new(move || assert!(command.status().unwrap().success()));
    failpoint::MEANWHILE.set(Some((Step::Journalled, act)));
    let repository = sandbox.repository();
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    assert_eq!(sandbox.status(), "A  late.txt");
}

#[test]
fn a_file_that_is_staged_at_the_last_moment_is_not_overwritten() {
    let sandbox = started();
    sandbox.write("mine", "a: mine\n");
    let mut command = sandbox.command(sandbox.top());
    let blob = sandbox.git(&["hash-object", "-w", "mine"]);
    command.args(["update-index", "--cacheinfo", &format!("100644,{blob},flags/a.yaml")]);
    let act = Box::new(move || assert!(command.status().unwrap().success()));
    failpoint::MEANWHILE.set(Some((Step::CommitMade, act)));
    let repository = sandbox.repository();
    let before = sandbox.head();
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert!(matches!(error, CommitError::Dirty { how: Dirty::Staged, .. }), "{error:?}");
    assert_eq!(sandbox.head(), before);
    assert_tidy(&sandbox);
}

#[test]
fn a_file_that_is_edited_at_the_last_moment_is_left_alone() {
    let sandbox = started();
    let path = sandbox.path("flags/a.yaml");
    failpoint::MEANWHILE.set(Some((Step::BranchMoved, Box::new(move || fs::write(path, "a: mine\n").unwrap()))));
    let repository = sandbox.repository();
    let made = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    assert_eq!(made.notes.len(), 1);
    assert!(made.notes[0].contains("`flags/a.yaml`"), "{:?}", made.notes);
    assert_eq!(sandbox.read("flags/a.yaml"), "a: mine\n");
    assert_eq!(sandbox.status(), " M flags/a.yaml");
}

#[test]
fn a_place_that_cannot_be_written() {
    let sandbox = started();
    // A file where our directory should be fails for root too, unlike permissions.
    fs::write(sandbox.path(".git/git-flag"), "").unwrap();
    let repository = sandbox.repository();
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert_eq!(error.kind(), FailureKind::Failed);
    assert!(error.to_string().contains("git-flag"), "{error}");
    assert_eq!(repository.recover().unwrap(), None);
}

/// A folder in which no draft can be written, for root as well: with the name of the draft the path is too long.
#[cfg(target_os = "linux")]
fn with_a_tight_folder() -> (Sandbox, String) {
    const LONGEST: usize = 4095;
    let sandbox = started();
    let room = LONGEST - 10 - sandbox.path("flags/tight").as_os_str().len();
    let folders: Vec<String> = (0..room / 200).map(|_| "d".repeat(199)).collect();
    let rest = room - 200 * folders.len() - "/a.yaml".len();
    let path = format!("flags/tight{}/{}/a.yaml", "d".repeat(rest), folders.join("/"));
    sandbox.write(&path, "a: 1\n");
    sandbox.commit_all("tight");
    (sandbox, path)
}

#[cfg(target_os = "linux")]
#[test]
fn a_work_tree_that_cannot_be_written_stops_the_commit() {
    let (sandbox, tight) = with_a_tight_folder();
    for hooks in [false, true] {
        if hooks {
            sandbox.hook("pre-commit", "exit 0");
        }
        for repository in sandbox.both() {
            // A hook would see that the file is gone, which needs no draft.
            for new in [Some("a: 2\n"), None].into_iter().take(if hooks { 1 } else { 2 }) {
                let head = sandbox.head();
                let files = vec![
                    change(&repository, "flags/a.yaml", Some("a: 2\n")),
                    change(&repository, "flags/new/n.yaml", Some("n: 1\n")),
                    change(&repository, &tight, new),
                ];
                let asked = CommitRequest { files, ..request(&repository, "x", None) };
                let error = commit(&repository, &asked).unwrap_err();
                assert!(matches!(error, CommitError::Unwritable { .. }), "{error:?}");
                assert!(error.to_string().contains("/a.yaml` cannot be written"), "{error}");
                assert!(error.help().unwrap().contains("flags/tight"));
                assert_eq!((sandbox.head(), sandbox.status().as_str()), (head, ""));
                assert!(!sandbox.path("flags/new").exists());
                assert_tidy(&sandbox);
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_commit_all_files_are_written_or_none() {
    let (sandbox, tight) = with_a_tight_folder();
    let repository = sandbox.repository();
    let files = |last: FileChange| {
        let first = [
            change(&repository, "flags/a.yaml", Some("a: 2\n")),
            change(&repository, "flags/new/n.yaml", Some("n: 1\n")),
            change(&repository, "other.txt", None),
        ];
        first.into_iter().chain([last]).collect::<Vec<_>>()
    };
    let error = repository.write_files_only(&files(change(&repository, &tight, Some("a: 2\n")))).unwrap_err();
    assert!(error.help().unwrap().contains("flags/tight"), "{error:?}");
    assert_eq!(sandbox.status(), "");
    assert!(!sandbox.path("flags/new").exists());
    // A folder appears where the last file goes, after all was prepared.
    let late = sandbox.path("late.txt");
    let act = Box::new(move || fs::create_dir_all(late.join("in")).unwrap());
    failpoint::MEANWHILE.set(Some((Step::Prepared, act)));
    let error = repository.write_files_only(&files(change(&repository, "late.txt", Some("l\n")))).unwrap_err();
    assert!(matches!(error, CommitError::Unwritable { .. }), "{error:?}");
    assert_eq!(sandbox.status(), "");
    assert!(!sandbox.path("flags/new").exists());
    assert_tidy(&sandbox);
}

/// As root nothing is read-only, and there is nothing to see.
#[cfg(unix)]
#[test]
fn a_read_only_folder_stops_the_commit() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = started();
    let allow = |mode| fs::set_permissions(sandbox.path("flags"), fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    let is_root = fs::write(sandbox.path("flags/probe"), "").is_ok();
    let repository = sandbox.repository();
    let head = sandbox.head();
    let made = (!is_root).then(|| commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))));
    allow(0o755);
    let Some(made) = made else { return };
    assert!(matches!(made, Err(CommitError::Unwritable { .. })), "{made:?}");
    assert_eq!((sandbox.head(), sandbox.status().as_str()), (head, ""));
    assert_tidy(&sandbox);
}

#[test]
fn what_the_system_says_is_told_apart() {
    let failed = |stderr: &str| {
        CommitError::of_write(GitError::Failed { command: "x".into(), code: Some(128), stderr: stderr.into() })
    };
    assert!(matches!(failed("error: unable to write file: No space left on device"), CommitError::DiskFull));
    assert!(matches!(failed("fatal: cannot lock ref 'HEAD': Permission denied"), CommitError::ReadOnly { .. }));
    assert!(matches!(failed("fatal: Read-only file system"), CommitError::ReadOnly { .. }));
    assert!(matches!(failed("error: gpg failed to sign the data:\nx"), CommitError::Signing { .. }));
    assert!(matches!(failed("fatal: something else"), CommitError::Git(_)));
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    assert!(matches!(CommitError::io("write", "x".as_ref(), full), CommitError::DiskFull));
}

#[test]
fn a_new_branch_is_not_called_like_something_else() {
    let sandbox = started();
    sandbox.git(&["tag", "v1"]);
    sandbox.git(&["tag", "v2/deep"]);
    sandbox.git(&["update-ref", "refs/remotes/origin/feature", "HEAD"]);
    for repository in sandbox.both() {
        for (name, what, help) in [
            ("v1", "the tag `v1`", "`git branch v1`"),
            ("feature", "the branch `origin/feature` of a remote", "`git branch feature origin/feature`"),
            ("origin/feature", "the branch `origin/feature` of a remote", "`--branch feature`"),
        ] {
            let error = repository.base_of(&Target::Branch(name.to_owned())).unwrap_err();
            assert!(matches!(&error, CommitError::OtherRef { what: found, .. } if found == what), "{name}: {error:?}");
            assert!(error.help().unwrap().contains(help), "{error:?}");
            assert_eq!(error.kind(), FailureKind::Usage);
        }
        for name in ["v2", "origin", "or", "feat"] {
            repository.base_of(&Target::Branch(name.to_owned())).unwrap();
        }
    }
    sandbox.git(&["branch", "feature"]);
    sandbox.repository().base_of(&Target::Branch("feature".to_owned())).unwrap();
}

#[test]
fn what_would_be_refused_is_known_before_the_work() {
    let sandbox = started();
    for repository in sandbox.both() {
        let ask = |target: &Target| repository.refuse_if_dirty(target, &["flags/a.yaml"]);
        ask(&Target::CurrentBranch).unwrap();
        sandbox.write("flags/a.yaml", "a: mine\n");
        let error = ask(&Target::CurrentBranch).unwrap_err();
        assert!(matches!(error, CommitError::Dirty { how: Dirty::Edited, .. }), "{error:?}");
        ask(&Target::Branch("other".to_owned())).unwrap();
        sandbox.git(&["add", "flags/a.yaml"]);
        let error = ask(&Target::CurrentBranch).unwrap_err();
        assert!(matches!(error, CommitError::Dirty { how: Dirty::Staged, .. }), "{error:?}");
        sandbox.git(&["reset", "-q", "--hard"]);
    }
}

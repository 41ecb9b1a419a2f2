use super::*;

#[test]
fn a_change_becomes_one_commit_and_the_tree_is_clean() {
    let sandbox = started();
    for repository in sandbox.both() {
        let before = sandbox.head();
        let text = format!("a: {before}\n");
        let made = commit(&repository, &request(&repository, "flags/a.yaml", Some(&text))).unwrap();
        assert_eq!(made.id, sandbox.head());
        assert_eq!(made.parent, Some(before));
        assert_eq!(made.branch, "refs/heads/main");
        assert_eq!(made.files, [("flags/a.yaml".to_owned(), Some(text.clone().into_bytes()))]);
        assert_eq!(made.notes, Vec::<String>::new());
        assert_eq!(shown(&sandbox), "M\tflags/a.yaml");
        assert_eq!(sandbox.read("flags/a.yaml"), text);
        // Before `git status` could put the index right.
        assert_eq!(sandbox.git(&["diff-files", "--name-only"]), "");
        assert_eq!(sandbox.status(), "");
        assert_eq!(
            sandbox.git(&["log", "-1", "--format=%an|%ce|%B"]),
            "Ada|ada@example.com|flag: change flags/a.yaml\n\nFlag-Key: a"
        );
        assert_eq!(sandbox.git(&["reflog", "-1", "--format=%gs"]), "commit: flag: change flags/a.yaml");
        sandbox.git(&["fsck", "--strict"]);
        assert_tidy(&sandbox);
    }
}

#[test]
fn files_are_created_and_deleted_with_their_directories() {
    let sandbox = started();
    for repository in sandbox.both() {
        let path = "flags/new dir/ü ñ.yaml";
        commit(&repository, &request(&repository, path, Some("n: 1\n"))).unwrap();
        assert_eq!(
            sandbox.git(&["-c", "core.quotePath=false", "show", "--format=", "--name-status"]),
            format!("A\t{path}")
        );
        assert_eq!((sandbox.read(path).as_str(), sandbox.status().as_str()), ("n: 1\n", ""));
        commit(&repository, &request(&repository, path, None)).unwrap();
        assert!(!sandbox.path("flags/new dir").exists(), "an empty directory goes too");
        assert!(sandbox.path("flags/a.yaml").exists());
        assert_eq!(sandbox.status(), "");
        assert_eq!(repository.entry(sandbox.head(), path).unwrap(), None);
    }
}

#[test]
fn a_whole_directory_may_go_and_several_files_change_at_once() {
    let sandbox = started();
    for repository in sandbox.both() {
        let base = sandbox.head();
        let files = vec![
            change(&repository, "flags/a.yaml", None),
            change(&repository, "b.yaml", Some("b")),
            change(&repository, "other.txt", Some("changed\n")),
        ];
        let made = commit(&repository, &CommitRequest { files, ..request(&repository, "x", None) }).unwrap();
        let entries = repository.list(Source::Commit(made.id), "").unwrap();
        assert_eq!(entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["b.yaml", "other.txt"]);
        sandbox.git(&["fsck", "--strict"]);
        assert_eq!(sandbox.status(), "");
        sandbox.git(&["reset", "-q", "--hard", &base.to_string()]);
    }
}

#[test]
fn what_the_user_staged_and_edited_stays_theirs() {
    let sandbox = started();
    sandbox.write("staged.txt", "staged\n");
    sandbox.write("other.txt", "staged\n");
    sandbox.git(&["add", "staged.txt", "other.txt"]);
    sandbox.write("other.txt", "and edited\n");
    sandbox.write("intended.txt", "later\n");
    sandbox.git(&["add", "-N", "intended.txt"]);
    sandbox.write("loose.txt", "loose\n");
    let before = sandbox.status();
    for (number, repository) in sandbox.both().iter().enumerate() {
        commit(repository, &request(repository, "flags/a.yaml", Some(&format!("a: {}\n", number + 2)))).unwrap();
        assert_eq!(shown(&sandbox), "M\tflags/a.yaml");
        assert_eq!(sandbox.status(), before);
        assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "other.txt\nstaged.txt");
    }
    sandbox.git(&["commit", "-q", "-m", "theirs"]);
    assert_eq!(shown(&sandbox), "M\tother.txt\nA\tstaged.txt");
}

#[test]
fn a_change_within_the_tick_of_the_last_add_is_still_noticed() {
    let sandbox = started();
    let repository = sandbox.repository();
    for round in 0..20 {
        sandbox.write("other.txt", "aaaa\n");
        sandbox.git(&["add", "other.txt"]);
        sandbox.write("other.txt", "bbbb\n");
        commit(&repository, &request(&repository, "flags/a.yaml", Some(&format!("a: r{round}\n")))).unwrap();
        assert!(sandbox.status().ends_with("M other.txt"), "round {round}: {:?}", sandbox.status());
    }
}

#[test]
fn an_edit_right_after_the_commit_is_noticed() {
    let sandbox = started();
    for repository in sandbox.both() {
        for round in 10..30 {
            commit(&repository, &request(&repository, "flags/a.yaml", Some(&format!("a: {round}\n")))).unwrap();
            // As long as before, in the same file, within the same tick.
            sandbox.write("flags/a.yaml", "a: XX\n");
            assert_eq!(sandbox.git(&["diff-files", "--name-only"]), "flags/a.yaml", "round {round}");
            assert_eq!(sandbox.status(), " M flags/a.yaml");
            sandbox.git(&["checkout", "-q", "--", "flags/a.yaml"]);
        }
    }
}

#[test]
fn the_first_commit_is_a_root() {
    for reader in [Reader::Auto, Reader::Executable] {
        let sandbox = Sandbox::new();
        sandbox.write("staged.txt", "staged\n");
        sandbox.git(&["add", "staged.txt"]);
        let repository = sandbox.open(sandbox.top(), reader);
        let made = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 1\n"))).unwrap();
        assert_eq!((made.parent, made.id), (None, sandbox.head()));
        assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]), "flags/a.yaml");
        assert_eq!(sandbox.status(), "A  staged.txt");
        assert_eq!(sandbox.git(&["reflog", "-1", "--format=%gs"]), "commit (initial): flag: change flags/a.yaml");
        assert_tidy(&sandbox);
    }
}

#[test]
fn another_branch_leaves_index_and_work_tree_alone() {
    let sandbox = started();
    let first = sandbox.head();
    for repository in sandbox.both() {
        let target = Target::Branch(format!("proposal/{}", repository.reads_in_process()));
        let on = |base| CommitRequest {
            base,
            target: target.clone(),
            ..request(&repository, "flags/a.yaml", Some("a: 9\n"))
        };
        assert_eq!(repository.base_of(&target).unwrap(), Some(first), "begun at HEAD");
        let made = commit(&repository, &on(Some(first))).unwrap();
        assert_eq!(repository.base_of(&target).unwrap(), Some(made.id), "and then its own");
        assert_eq!(sandbox.git(&["rev-parse", &made.branch]), made.id.to_string());
        assert_eq!(sandbox.head(), first);
        assert_eq!((sandbox.read("flags/a.yaml").as_str(), sandbox.status().as_str()), ("a: 1\n", ""));
        assert!(
            matches!(commit(&repository, &on(Some(first))), Err(CommitError::Moved { now }) if now == Some(made.id))
        );
        assert_tidy(&sandbox);
    }
}

#[test]
fn a_detached_head_takes_only_a_named_branch() {
    let sandbox = started();
    let first = sandbox.head();
    sandbox.git(&["checkout", "-q", "--detach"]);
    let repository = sandbox.repository();
    assert!(matches!(repository.base_of(&Target::CurrentBranch), Err(CommitError::Detached)));
    let old = Some(b"a: 1\n".to_vec());
    let file = FileChange { path: "flags/a.yaml".to_owned(), old, new: Some(b"a: 2\n".to_vec()) };
    let mut request =
        CommitRequest { base: Some(first), files: vec![file], message: "m".to_owned(), ..CommitRequest::default() };
    assert!(matches!(commit(&repository, &request), Err(CommitError::Detached)));
    request.target = Target::Branch("main".to_owned());
    commit(&repository, &request).unwrap();
    assert_eq!(repository.head().unwrap(), Head::Detached { commit: first });
    assert_eq!(sandbox.git(&["log", "--format=%s", "main"]), "m\nfirst");
}

#[test]
fn the_work_tree_only_is_written_on_request() {
    let sandbox = started();
    let repository = sandbox.repository();
    let before = sandbox.head();
    sandbox.write("flags/a.yaml", "a: edited\r\n");
    let edit = |old: &str, new: &str| FileChange {
        path: "flags/a.yaml".to_owned(),
        old: Some(old.as_bytes().to_vec()),
        new: Some(new.as_bytes().to_vec()),
    };
    let new = FileChange { path: "flags/n/b.yaml".to_owned(), old: None, new: Some(b"b".to_vec()) };
    let error = repository.write_files_only(&[new.clone(), edit("a: 1\n", "x")]).unwrap_err();
    assert!(matches!(error, CommitError::Dirty { how: Dirty::Edited, .. }), "{error:?}");
    assert!(!sandbox.path("flags/n").exists(), "all or nothing");
    repository.write_files_only(&[new.clone(), edit("a: edited\r\n", "a: again\r\n")]).unwrap();
    assert_eq!(sandbox.read("flags/a.yaml"), "a: again\r\n");
    assert_eq!(sandbox.status(), " M flags/a.yaml\n?? flags/n/b.yaml");
    let error = repository.write_files_only(&[new]).unwrap_err();
    assert!(matches!(error, CommitError::Dirty { how: Dirty::Untracked, .. }), "{error:?}");
    assert_eq!(sandbox.head(), before);
    assert_tidy(&sandbox);
}

#[test]
fn pushing_never_forces() {
    let sandbox = started();
    let remote = sandbox.beside("remote.git");
    sandbox.git(&["init", "-q", "--bare", remote.to_str().unwrap()]);
    sandbox.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    let repository = sandbox.repository();
    repository.push(Some("origin"), "refs/heads/main").unwrap();
    let first = sandbox.head();
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    repository.push(Some("origin"), "refs/heads/main").unwrap();
    let second = sandbox.head();
    sandbox.git(&["reset", "-q", "--hard", &first.to_string()]);
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 3\n"))).unwrap();
    let error = repository.push(Some("origin"), "refs/heads/main").unwrap_err();
    assert!(matches!(error, PushError::Behind { .. }), "{error:?}");
    assert!(error.help().unwrap().contains("pull"));
    assert_eq!(sandbox.git(&["ls-remote", "origin", "refs/heads/main"]), format!("{second}\trefs/heads/main"));
    assert!(matches!(repository.push(Some("nowhere"), "refs/heads/main"), Err(PushError::Git(_))));
}

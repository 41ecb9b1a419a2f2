use super::*;
use std::fs;

#[test]
fn hooks_see_the_new_version_and_know_whose_commit_it_is() {
    let sandbox = started();
    let log = sandbox.beside("log");
    let log = log.display();
    for name in ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"] {
        sandbox.hook(
            name,
            &format!(
                "echo {name} $# $GIT_FLAG_COMMIT $(git show :flags/a.yaml) $(git diff --cached --name-only) >>'{log}'"
            ),
        );
    }
    sandbox.write("staged.txt", "s\n");
    sandbox.git(&["add", "staged.txt"]);
    let repository = sandbox.repository();
    let made = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    assert_eq!(
        fs::read_to_string(sandbox.beside("log")).unwrap(),
        "pre-commit 0 op-1 a: 2 flags/a.yaml\n\
         prepare-commit-msg 2 op-1 a: 2 flags/a.yaml\n\
         commit-msg 1 op-1 a: 2 flags/a.yaml\n\
         post-commit 0 a: 2 staged.txt\n"
    );
    assert_eq!(made.id, sandbox.head());
    assert_eq!(sandbox.status(), "A  staged.txt");
    assert_tidy(&sandbox);
}

#[test]
fn a_hook_may_change_our_file_and_the_message() {
    let sandbox = started();
    sandbox.hook("pre-commit", "git show :flags/a.yaml | sed s/2/3/ >\"$GIT_INDEX_FILE.x\"; id=$(git hash-object -w \"$GIT_INDEX_FILE.x\"); rm \"$GIT_INDEX_FILE.x\"; git update-index --cacheinfo 100644,$id,flags/a.yaml");
    sandbox.hook("commit-msg", "printf '\\nSigned-off-by: Ada\\n' >>\"$1\"");
    for repository in sandbox.both() {
        let before = sandbox.head();
        let mut judged = Vec::new();
        let asked = request(&repository, "flags/a.yaml", Some("a: 2\n"));
        let made = repository
            .commit(&asked, &mut |files| {
                judged = files.to_vec();
                Ok(())
            })
            .unwrap();
        assert_eq!(made.files, [("flags/a.yaml".to_owned(), Some(b"a: 3\n".to_vec()))]);
        assert_eq!(judged, made.files);
        assert_eq!(sandbox.read("flags/a.yaml"), "a: 3\n");
        assert_eq!(sandbox.status(), "");
        assert!(sandbox.git(&["log", "-1", "--format=%B"]).contains("\nSigned-off-by: Ada"));

        sandbox.git(&["reset", "-q", "--hard", &before.to_string()]);
        let error = repository.commit(&asked, &mut |_| Err("3 is too many".to_owned())).unwrap_err();
        assert!(matches!(&error, CommitError::HookBroke { reason } if reason == "3 is too many"), "{error:?}");
        assert_eq!((sandbox.head(), sandbox.status().as_str()), (before, ""));
        assert_tidy(&sandbox);
    }
}

#[test]
fn hooks_find_the_new_version_in_the_work_tree() {
    let sandbox = started();
    sandbox.write("flags/gone.yaml", "gone: 1\n");
    sandbox.commit_all("second");
    sandbox.hook(
        "pre-commit",
        "git diff-files --exit-code || exit 1; test ! -e flags/gone.yaml || exit 2\n\
         for file in flags/a.yaml flags/new/n.yaml; do echo '# formatted' >>$file; done\n\
         git add flags/a.yaml flags/new/n.yaml",
    );
    for repository in sandbox.both() {
        let before = sandbox.head();
        let files = vec![
            change(&repository, "flags/a.yaml", Some("a: 2\n")),
            change(&repository, "flags/new/n.yaml", Some("n: 1\n")),
            change(&repository, "flags/gone.yaml", None),
        ];
        commit(&repository, &CommitRequest { files, ..request(&repository, "x", None) }).unwrap();
        assert_eq!(sandbox.git(&["show", "HEAD:flags/a.yaml"]), "a: 2\n# formatted");
        assert_eq!(sandbox.read("flags/new/n.yaml"), "n: 1\n# formatted\n");
        assert_eq!(sandbox.status(), "");
        assert_tidy(&sandbox);
        sandbox.git(&["reset", "-q", "--hard", &before.to_string()]);
    }
}

#[test]
fn a_hook_that_changes_files_and_refuses_leaves_them_as_they_were() {
    let sandbox = started();
    sandbox.hook("pre-commit", "echo '# formatted' >>flags/a.yaml; echo 'files were modified'; exit 1");
    for repository in sandbox.both() {
        let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("the hook `pre-commit` refused the commit: files were modified\n`flags/a.yaml`"),
            "{text}"
        );
        let kept = text.split("git show ").nth(1).unwrap().split('`').next().unwrap();
        assert_eq!(sandbox.git(&["show", kept]), "a: 2\n# formatted");
        assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("", "a: 1\n"));
        sandbox.git(&["diff-files", "--exit-code"]);
        assert_tidy(&sandbox);
    }
}

#[test]
fn a_new_file_goes_again_when_a_hook_refuses() {
    let sandbox = started();
    sandbox.hook("pre-commit", "grep -q n flags/new/n.yaml && exit 1");
    let repository = sandbox.repository();
    let error = commit(&repository, &request(&repository, "flags/new/n.yaml", Some("n: 1\n"))).unwrap_err();
    assert!(matches!(&error, CommitError::Hook { .. }), "{error:?}");
    assert_eq!(sandbox.status(), "");
    assert!(!sandbox.path("flags/new").exists());
    assert_tidy(&sandbox);
}

#[test]
fn line_endings_of_the_work_tree_are_lent_and_given_back() {
    let sandbox = started();
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.write("flags/a.yaml", "a: 1\r\n");
    sandbox.git(&["add", "flags/a.yaml"]);
    sandbox.hook("pre-commit", "test \"$(tr -d '\\r' <flags/a.yaml)\" = 'a: 2' && exit 9");
    let repository = sandbox.repository();
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert!(matches!(&error, CommitError::Hook { .. }), "{error:?}");
    assert_eq!(sandbox.read("flags/a.yaml"), "a: 1\r\n");
}

#[test]
fn what_hooks_say_is_passed_on() {
    let sandbox = started();
    for (name, script) in
        [("pre-commit", "echo checked; echo twice >&2"), ("commit-msg", ""), ("post-commit", "echo after")]
    {
        sandbox.hook(name, script);
    }
    let repository = sandbox.repository();
    let made = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    assert_eq!(made.notes, ["the hook `pre-commit` says: checked\ntwice", "the hook `post-commit` says: after"]);
}

#[test]
fn a_hook_that_stages_another_file_is_refused() {
    let sandbox = started();
    sandbox.write("sneaky.txt", "x\n");
    sandbox.hook("pre-commit", "git add sneaky.txt");
    for repository in sandbox.both() {
        let before = sandbox.head();
        let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
        assert!(matches!(&error, CommitError::HookTouched { paths } if *paths == ["sneaky.txt"]), "{error:?}");
        assert_eq!(error.kind(), FailureKind::Refused);
        assert_eq!((sandbox.head(), sandbox.status().as_str()), (before, "?? sneaky.txt"));
        assert_eq!(sandbox.read("flags/a.yaml"), "a: 1\n");
        assert_tidy(&sandbox);
    }
}

#[test]
fn a_hook_that_undoes_everything_is_told() {
    let sandbox = started();
    sandbox.hook("pre-commit", "git read-tree HEAD");
    let repository = sandbox.repository();
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert!(matches!(&error, CommitError::HookTookBack { paths } if *paths == ["flags/a.yaml"]), "{error:?}");
    assert_eq!(error.kind(), FailureKind::Refused);
    assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("", "a: 1\n"));
    assert_tidy(&sandbox);
}

#[test]
fn a_hook_that_takes_one_of_several_changes_back_is_told() {
    let sandbox = started();
    sandbox.write("flags/gone.yaml", "gone: 1\n");
    sandbox.commit_all("second");
    let head = sandbox.head();
    for (script, path) in [
        ("git reset -q HEAD -- flags/a.yaml", "flags/a.yaml"),
        ("git rm -q --cached flags/new.yaml", "flags/new.yaml"),
        ("git checkout -q HEAD -- flags/gone.yaml", "flags/gone.yaml"),
    ] {
        sandbox.hook("pre-commit", script);
        for repository in sandbox.both() {
            let files = vec![
                change(&repository, "flags/a.yaml", Some("a: 2\n")),
                change(&repository, "flags/new.yaml", Some("n: 1\n")),
                change(&repository, "flags/gone.yaml", None),
            ];
            let error = commit(&repository, &CommitRequest { files, ..request(&repository, "x", None) }).unwrap_err();
            assert!(matches!(&error, CommitError::HookTookBack { paths } if *paths == [path]), "{script}: {error:?}");
            assert_eq!((sandbox.head(), sandbox.status().as_str()), (head, ""), "{script}");
            assert_eq!(
                (sandbox.read("flags/a.yaml").as_str(), sandbox.path("flags/new.yaml").exists()),
                ("a: 1\n", false)
            );
            assert_eq!(sandbox.read("flags/gone.yaml"), "gone: 1\n");
            assert_tidy(&sandbox);
        }
    }
}

#[test]
fn a_hook_that_fails_is_heard() {
    for name in ["pre-commit", "prepare-commit-msg", "commit-msg"] {
        let sandbox = started();
        sandbox.hook(name, "echo 'ticket missing' >&2; exit 3");
        let repository = sandbox.repository();
        let asked = request(&repository, "flags/a.yaml", Some("a: 2\n"));
        let error = commit(&repository, &asked).unwrap_err();
        assert!(matches!(&error, CommitError::Hook { name: hook, .. } if hook == name), "{error:?}");
        assert_eq!(error.to_string(), format!("the hook `{name}` refused the commit: ticket missing"));
        assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("", "a: 1\n"));
        assert_tidy(&sandbox);
        // As `git commit --no-verify`, which does not spare `prepare-commit-msg`.
        let unchecked = commit(&repository, &CommitRequest { skip_checks: true, ..asked });
        assert_eq!(unchecked.is_ok(), name != "prepare-commit-msg");
    }
}

#[test]
fn hooks_run_where_the_configuration_says_and_only_if_executable() {
    let sandbox = started();
    sandbox.hook("pre-commit", "exit 1");
    fs::create_dir(sandbox.path("my-hooks")).unwrap();
    fs::write(sandbox.path("my-hooks/pre-commit"), "#!/bin/sh\nexit 1\n").unwrap();
    sandbox.git(&["config", "core.hooksPath", "my-hooks"]);
    let repository = sandbox.repository();
    assert!(!crate::git::commit::hooks::exists(&repository, "pre-commit").unwrap(), "not executable");
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    sandbox.git(&["config", "--unset", "core.hooksPath"]);
    assert!(crate::git::commit::hooks::exists(&sandbox.repository(), "pre-commit").unwrap());
}

#[test]
fn a_failing_post_commit_and_a_refusing_reference_transaction() {
    let sandbox = started();
    sandbox.hook("post-commit", "exit 1");
    let repository = sandbox.repository();
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    sandbox.hook("reference-transaction", "[ \"$1\" != prepared ]");
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 3\n"))).unwrap_err();
    assert!(matches!(&error, CommitError::Hook { name, .. } if name == "reference-transaction"), "{error:?}");
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before);
    assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("", "a: 2\n"));
    assert_tidy(&sandbox);
}

#[test]
fn a_hook_cannot_commit_within_a_commit() {
    let sandbox = started().with_variable("GIT_FLAG_COMMIT", "op-0");
    let repository = sandbox.repository();
    assert!(repository.inside_our_commit());
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert!(matches!(error, CommitError::Nested), "{error:?}");
}

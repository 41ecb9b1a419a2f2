//! Kills, at each step and at random.

use super::*;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

const BEFORE: [Step; 4] = [Step::CommitMade, Step::Journalled, Step::IndexLocked, Step::Prepared];
const AFTER: [Step; 5] =
    [Step::BranchMoved, Step::IndexWritten, Step::TemporaryWritten, Step::WorkTreeWritten, Step::Refreshing];

/// Makes a commit that is killed at `step`.
fn killed_at(repository: &Repository, step: Step, request: &CommitRequest) {
    failpoint::STOP.set(Some(step));
    let error = commit(repository, request).unwrap_err();
    failpoint::STOP.set(None);
    assert!(matches!(error, CommitError::Killed), "{step:?}: {error:?}");
}

fn all_kinds(repository: &Repository) -> CommitRequest {
    let files = vec![
        change(repository, "flags/a.yaml", Some("a: 2\n")),
        change(repository, "flags/new/n.yaml", Some("n: 1\n")),
        change(repository, "flags/gone.yaml", None),
    ];
    CommitRequest { files, ..request(repository, "x", None) }
}

fn ready() -> Sandbox {
    let sandbox = started();
    sandbox.write("flags/gone.yaml", "gone: 1\n");
    sandbox.commit_all("second");
    sandbox.write("staged.txt", "s\n");
    sandbox.git(&["add", "staged.txt"]);
    sandbox
}

#[test]
fn before_the_branch_moves_a_kill_leaves_nothing() {
    for reader in [Reader::Auto, Reader::Executable] {
        for step in BEFORE {
            let sandbox = ready();
            let before = sandbox.head();
            let repository = sandbox.open(sandbox.top(), reader);
            killed_at(&repository, step, &all_kinds(&repository));
            let locked = matches!(step, Step::IndexLocked | Step::Prepared);
            assert_eq!(sandbox.path(".git/index.lock").exists(), locked);
            assert_eq!(sandbox.path("flags/new").exists(), step == Step::Prepared);
            let recovered = repository.recover().unwrap();
            assert_eq!(recovered, (step != Step::CommitMade).then_some(Recovered::Discarded), "{step:?}");
            assert_eq!(repository.recover().unwrap(), None);
            assert_eq!((sandbox.head(), sandbox.status().as_str()), (before, "A  staged.txt"), "{step:?}");
            assert!(!sandbox.path("flags/new").exists());
            assert_tidy(&sandbox);
        }
    }
}

#[test]
fn after_the_branch_moved_the_next_command_finishes() {
    for reader in [Reader::Auto, Reader::Executable] {
        for step in AFTER {
            let sandbox = ready();
            let before = sandbox.head();
            let repository = sandbox.open(sandbox.top(), reader);
            killed_at(&repository, step, &all_kinds(&repository));
            let commit = sandbox.head();
            assert_ne!(commit, before);
            assert_eq!(repository.recover().unwrap(), Some(Recovered::Finished(commit)), "{step:?}");
            assert_eq!(sandbox.status(), "A  staged.txt", "{step:?}");
            assert_eq!(sandbox.read("flags/a.yaml"), "a: 2\n");
            assert_eq!(sandbox.read("flags/new/n.yaml"), "n: 1\n");
            assert!(!sandbox.path("flags/gone.yaml").exists());
            assert_tidy(&sandbox);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_kill_while_hooks_have_our_files_gives_them_back() {
    for reader in [Reader::Auto, Reader::Executable] {
        for step in [Step::Lending, Step::TemporaryWritten, Step::Lent].into_iter().chain(BEFORE) {
            let sandbox = ready();
            sandbox.hook("pre-commit", "exit 0");
            let before = sandbox.head();
            let repository = sandbox.open(sandbox.top(), reader);
            killed_at(&repository, step, &all_kinds(&repository));
            assert_eq!(
                sandbox.path("flags/gone.yaml").exists(),
                step == Step::Lending || step == Step::TemporaryWritten
            );
            assert_eq!(repository.recover().unwrap(), Some(Recovered::Discarded), "{step:?}");
            assert_eq!(repository.recover().unwrap(), None);
            assert_eq!((sandbox.head(), sandbox.status().as_str()), (before, "A  staged.txt"), "{step:?}");
            assert_eq!(sandbox.read("flags/gone.yaml"), "gone: 1\n");
            assert!(!sandbox.path("flags/new").exists());
            assert_tidy(&sandbox);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_kill_while_files_are_given_back_gives_them_back() {
    for step in [Step::GivenBack, Step::TemporaryWritten] {
        let sandbox = ready();
        sandbox.hook("pre-commit", "exit 1");
        let before = sandbox.head();
        let repository = sandbox.repository();
        let killed = all_kinds(&repository);
        failpoint::MEANWHILE.with_borrow_mut(|slot| {
            // Not while they are lent, which writes files in the same way.
            *slot = Some((Step::Lent, Box::new(move || failpoint::STOP.set(Some(step)))));
        });
        let error = commit(&repository, &killed).unwrap_err();
        failpoint::STOP.set(None);
        assert!(matches!(&error, CommitError::Hook { .. }), "{error:?}");
        assert!(sandbox.path(".git/git-flag/loan").exists());
        assert_eq!(repository.recover().unwrap(), Some(Recovered::Discarded), "{step:?}");
        assert_eq!((sandbox.head(), sandbox.status().as_str()), (before, "A  staged.txt"), "{step:?}");
        assert_eq!(
            (sandbox.read("flags/a.yaml"), sandbox.read("flags/gone.yaml")),
            ("a: 1\n".into(), "gone: 1\n".into())
        );
        assert!(!sandbox.path("flags/new").exists());
        assert_tidy(&sandbox);
    }
}

/// The hook goes on after the kill, and changes the file once more.
#[cfg(unix)]
#[test]
fn recovery_waits_for_a_hook_that_outlives_the_kill() {
    let sandbox = ready();
    let started = sandbox.beside("started");
    let go = sandbox.beside("go");
    sandbox.hook(
        "pre-commit",
        &format!(
            "touch '{}'; while [ ! -e '{}' ]; do sleep 0.01; done; git checkout -q HEAD -- flags/a.yaml",
            started.display(),
            go.display()
        ),
    );
    let mut child = start_writer(&sandbox, "flags/a.yaml", 1);
    while !started.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    kill(&mut child, false);
    child.wait().unwrap();
    let repository = sandbox.repository();
    assert_ne!(sandbox.read("flags/a.yaml"), "a: 1\n", "on loan");
    assert_eq!(repository.recover().unwrap(), None, "the hook still has it");
    fs::write(&go, "").unwrap();
    let recovered = loop {
        match repository.recover().unwrap() {
            None => {}
            Some(recovered) => break recovered,
        }
    };
    assert_eq!(recovered, Recovered::Discarded);
    assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("A  staged.txt", "a: 1\n"));
    assert_tidy(&sandbox);
}

#[cfg(unix)]
#[test]
fn a_kill_after_hooks_and_landing_keeps_the_commit() {
    for step in [Step::BranchMoved, Step::IndexWritten, Step::WorkTreeWritten, Step::Refreshing] {
        let sandbox = ready();
        sandbox.hook("pre-commit", "echo '# formatted' >>flags/a.yaml; git add flags/a.yaml");
        let repository = sandbox.repository();
        killed_at(&repository, step, &all_kinds(&repository));
        assert!(matches!(repository.recover().unwrap(), Some(Recovered::Finished(_))), "{step:?}");
        assert_eq!(sandbox.status(), "A  staged.txt", "{step:?}");
        assert_eq!(sandbox.read("flags/a.yaml"), "a: 2\n# formatted\n");
        assert!(!sandbox.path("flags/gone.yaml").exists());
        assert_tidy(&sandbox);
    }
}

#[cfg(unix)]
#[test]
fn a_file_edited_after_a_kill_among_hooks_is_the_users() {
    let sandbox = ready();
    sandbox.hook("pre-commit", "exit 0");
    let repository = sandbox.repository();
    killed_at(&repository, Step::Lent, &all_kinds(&repository));
    sandbox.write("flags/a.yaml", "a: mine\n");
    sandbox.write("flags/new/n.yaml", "n: mine\n");
    let recovered = repository.recover().unwrap().unwrap();
    assert!(matches!(&recovered, Recovered::Left(files) if files.len() == 2), "{recovered:?}");
    let (words, help) = recovered.warning().unwrap();
    assert!(words.ends_with(" in `flags/a.yaml`, `flags/new/n.yaml`"), "{words}");
    assert!(help.starts_with("`git checkout -- flags/a.yaml` and `rm flags/new/n.yaml` takes"), "{help}");
    assert_eq!(sandbox.read("flags/a.yaml"), "a: mine\n");
    assert_eq!(sandbox.status(), " M flags/a.yaml\nA  staged.txt\n?? flags/new/n.yaml");
    assert_eq!(repository.recover().unwrap(), None);
}

/// Who commits or stages what a killed command left has made it theirs.
#[cfg(unix)]
#[test]
fn what_the_user_took_over_after_a_kill_among_hooks_is_theirs() {
    for reader in [Reader::Auto, Reader::Executable] {
        for take_over in [&["commit", "-q", "--no-verify", "-m", "yes"][..], &["status"]] {
            let sandbox = ready();
            sandbox.hook("pre-commit", "exit 0");
            let repository = sandbox.open(sandbox.top(), reader);
            killed_at(&repository, Step::Lent, &all_kinds(&repository));
            sandbox.git(&["add", "flags"]);
            sandbox.git(take_over);
            let before = (sandbox.head(), sandbox.status());
            repository.recover().unwrap();
            assert_eq!((sandbox.head(), sandbox.status()), before);
            assert_eq!(
                (sandbox.read("flags/a.yaml"), sandbox.read("flags/new/n.yaml")),
                ("a: 2\n".into(), "n: 1\n".into())
            );
            assert!(!sandbox.path("flags/gone.yaml").exists());
            assert_tidy(&sandbox);
        }
    }
}

#[test]
fn the_next_commit_recovers_by_itself() {
    for step in BEFORE.into_iter().chain(AFTER) {
        let sandbox = ready();
        let repository = sandbox.repository();
        killed_at(&repository, step, &all_kinds(&repository));
        let made = commit(&repository, &request(&repository, "flags/z.yaml", Some("z: 1\n"))).unwrap();
        assert_eq!(made.id, sandbox.head(), "{step:?}");
        assert_eq!(sandbox.status(), "A  staged.txt", "{step:?}");
        assert_tidy(&sandbox);
    }
}

#[test]
fn a_foreign_index_lock_survives_recovery() {
    let sandbox = ready();
    let repository = sandbox.repository();
    killed_at(&repository, Step::Journalled, &all_kinds(&repository));
    let lock = sandbox.path(".git/index.lock");
    fs::write(&lock, "somebody else's").unwrap();
    assert_eq!(repository.recover().unwrap(), Some(Recovered::Discarded));
    assert_eq!(fs::read_to_string(&lock).unwrap(), "somebody else's");
}

#[test]
fn a_user_who_removed_the_lock_by_hand_gets_the_index_all_the_same() {
    let sandbox = ready();
    let repository = sandbox.repository();
    killed_at(&repository, Step::BranchMoved, &all_kinds(&repository));
    fs::remove_file(sandbox.path(".git/index.lock")).unwrap();
    sandbox.write("more.txt", "m\n");
    sandbox.git(&["add", "more.txt"]);
    assert!(matches!(repository.recover().unwrap(), Some(Recovered::Finished(_))));
    assert_eq!(sandbox.status(), "A  more.txt\nA  staged.txt");
    assert_tidy(&sandbox);
}

/// Who stages the old text once our commit is in the index, or goes on without our lock, means it.
#[test]
fn an_old_text_that_the_user_staged_is_theirs() {
    let ways: [&[&str]; 3] =
        [&["revert", "-n", "HEAD"], &["checkout", "-q", "HEAD~1", "--", "flags/a.yaml"], &["reset", "-q", "--hard"]];
    for reader in [Reader::Auto, Reader::Executable] {
        for step in [Step::BranchMoved, Step::IndexWritten, Step::Refreshing] {
            for way in ways {
                let sandbox = ready();
                let repository = sandbox.open(sandbox.top(), reader);
                killed_at(&repository, step, &all_kinds(&repository));
                drop(fs::remove_file(sandbox.path(".git/index.lock")));
                sandbox.git(&["reset", "-q", "--hard"]);
                sandbox.git(&["clean", "-qfd", "flags"]);
                sandbox.git(way);
                let before = (sandbox.status(), sandbox.read("flags/a.yaml"));
                assert!(matches!(repository.recover().unwrap(), Some(Recovered::Finished(_))));
                let after = (sandbox.status(), sandbox.read("flags/a.yaml"));
                assert_eq!(after, before, "{reader:?} {step:?} {way:?}");
                assert_eq!(before.1, if way[0] == "reset" { "a: 2\n" } else { "a: 1\n" });
                assert_tidy(&sandbox);
            }
        }
    }
}

/// Newer commits may have brought an old version back, which then is not behind.
#[test]
fn what_newer_commits_changed_is_not_changed_again() {
    for reader in [Reader::Auto, Reader::Executable] {
        let sandbox = ready();
        let repository = sandbox.open(sandbox.top(), reader);
        killed_at(&repository, Step::BranchMoved, &all_kinds(&repository));
        let commit = sandbox.head();
        fs::remove_file(sandbox.path(".git/index.lock")).unwrap();
        sandbox.git(&["reset", "-q", "--hard"]);
        sandbox.git(&["revert", "--no-edit", "HEAD"]);
        assert_eq!(repository.recover().unwrap(), Some(Recovered::Finished(commit)));
        assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("", "a: 1\n"));
        assert!(!sandbox.path("flags/new").exists() && sandbox.path("flags/gone.yaml").exists());
        assert_tidy(&sandbox);
    }
}

/// The branch goes on without index and work tree, say by a push to it: they follow in what is still ours.
#[test]
fn files_that_newer_commits_left_as_ours_still_follow() {
    let sandbox = ready();
    let old = sandbox.git(&["rev-parse", "HEAD:flags/a.yaml"]);
    let repository = sandbox.repository();
    killed_at(&repository, Step::BranchMoved, &all_kinds(&repository));
    let commit = sandbox.head();
    let index = sandbox.beside("index");
    let mut theirs = sandbox.command(sandbox.top());
    let script = format!(
        "git read-tree HEAD && git update-index --cacheinfo 100644,{old},flags/a.yaml && \
         git update-ref HEAD $(git commit-tree -p HEAD -m theirs $(git write-tree))"
    );
    theirs.env("GIT_INDEX_FILE", &index);
    let mut shell = Command::new("sh");
    shell.env_clear().envs(theirs.get_envs().filter_map(|(name, value)| value.map(|value| (name, value))));
    shell.env("PATH", std::env::var_os("PATH").unwrap()).args(["-c", &script]).current_dir(sandbox.top());
    assert!(shell.status().unwrap().success());
    assert_eq!(repository.recover().unwrap(), Some(Recovered::Finished(commit)));
    assert_eq!((sandbox.status().as_str(), sandbox.read("flags/a.yaml").as_str()), ("A  staged.txt", "a: 1\n"));
    assert!(sandbox.path("flags/new/n.yaml").exists() && !sandbox.path("flags/gone.yaml").exists());
    assert_tidy(&sandbox);
}

#[test]
fn a_file_edited_after_the_kill_is_left_alone() {
    let sandbox = ready();
    let repository = sandbox.repository();
    killed_at(&repository, Step::IndexWritten, &all_kinds(&repository));
    sandbox.write("flags/a.yaml", "a: mine\n");
    repository.recover().unwrap();
    assert_eq!(sandbox.read("flags/a.yaml"), "a: mine\n");
    assert_eq!(sandbox.status(), " M flags/a.yaml\nA  staged.txt");
}

#[test]
fn locks_of_a_killed_update_ref_are_removed_and_foreign_ones_are_not() {
    let sandbox = ready();
    let repository = sandbox.repository();
    killed_at(&repository, Step::IndexLocked, &all_kinds(&repository));
    let journal = journal::Journal::load(&repository).unwrap().unwrap();
    fs::write(sandbox.path(".git/HEAD.lock"), "").unwrap();
    fs::write(sandbox.path(".git/refs/heads/main.lock"), format!("{}\n", journal.commit().unwrap())).unwrap();
    assert_eq!(repository.recover().unwrap(), Some(Recovered::Discarded));
    assert_tidy(&sandbox);

    killed_at(&repository, Step::IndexLocked, &all_kinds(&repository));
    let foreign = sandbox.path(".git/refs/heads/main.lock");
    fs::write(&foreign, format!("{}\n", sandbox.head())).unwrap();
    assert_eq!(repository.recover().unwrap(), Some(Recovered::Discarded));
    assert!(foreign.exists());
    let error = commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap_err();
    assert!(matches!(&error, CommitError::Locked { path } if path.ends_with("main.lock")), "{error:?}");
}

#[test]
fn a_damaged_journal_blocks_nothing() {
    let sandbox = ready();
    let repository = sandbox.repository();
    commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
    for text in ["", "{", "{\"version\":99}", "\u{0}\u{0}"] {
        fs::write(sandbox.path(".git/git-flag/journal"), text).unwrap();
        assert_eq!(repository.recover().unwrap(), None);
        assert_tidy(&sandbox);
    }
}

#[test]
fn a_branch_left_after_the_kill_is_not_touched() {
    let sandbox = ready();
    let repository = sandbox.repository();
    killed_at(&repository, Step::BranchMoved, &all_kinds(&repository));
    let commit = sandbox.head();
    fs::remove_file(sandbox.path(".git/index.lock")).unwrap();
    sandbox.git(&["checkout", "-q", "-f", "-b", "elsewhere", "HEAD~1"]);
    assert_eq!(repository.recover().unwrap(), Some(Recovered::Finished(commit)));
    assert_eq!(sandbox.status(), "");
    assert_tidy(&sandbox);
}

/// Not a test by itself: the process that the next tests kill or race.
#[test]
fn writer() {
    let Ok(top) = std::env::var("WRITER_TOP") else { return };
    let file = std::env::var("WRITER_FILE").unwrap();
    let rounds: usize = std::env::var("WRITER_ROUNDS").unwrap().parse().unwrap();
    let environment = crate::git::Environment::of_process();
    let repository = Repository::discover_with(top.as_ref(), environment, Reader::Auto).unwrap().unwrap();
    for round in 0..rounds {
        let made = loop {
            let mut asked = request(&repository, &file, Some(&format!("{file}: {round} {}\n", journal::random())));
            asked.message = format!("{file} {round}");
            match commit(&repository, &asked) {
                Ok(made) => break made,
                Err(CommitError::Moved { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        };
        println!("acknowledged {}", made.id);
        std::io::stdout().flush().unwrap();
    }
}

fn start_writer(sandbox: &Sandbox, file: &str, rounds: usize) -> std::process::Child {
    let git = sandbox.command(sandbox.top());
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "git::commit::tests::crash::writer", "--nocapture", "--test-threads=1"]);
    for (name, value) in git.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("WRITER_TOP", sandbox.top()).env("WRITER_FILE", file).env("WRITER_ROUNDS", rounds.to_string());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills the writer, alone or together with the `git` that it may be running.
fn kill(child: &mut std::process::Child, with_children: bool) {
    if cfg!(unix) && with_children {
        let group = format!("-{}", child.id());
        assert!(Command::new("kill").args(["-KILL", "--", &group]).status().unwrap().success());
    } else {
        child.kill().unwrap();
    }
}

/// The commits that a writer acknowledges, as it does.
fn acknowledged(child: &mut std::process::Child) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).filter_map(|line| line.split("acknowledged ").nth(1).map(str::to_owned))
}

#[test]
fn a_kill_at_any_instant_loses_nothing_and_blocks_nothing() {
    let sandbox = ready();
    let repository = sandbox.repository();
    for round in 0..16_u64 {
        let mut child = start_writer(&sandbox, "flags/a.yaml", 1_000);
        let mut ids = acknowledged(&mut child);
        let first = ids.next().expect("a first commit");
        std::thread::sleep(Duration::from_millis(round * 13 % 47));
        kill(&mut child, round % 2 == 0);
        let ids: Vec<String> = std::iter::once(first).chain(ids).collect();
        child.wait().unwrap();
        // The next command, whatever it is.
        loop {
            match commit(&repository, &request(&repository, "flags/z.yaml", Some(&format!("z: {round}\n")))) {
                Ok(_) => break,
                // An orphan of the killed process may still move the branch after we looked.
                Err(CommitError::Moved { .. }) => {}
                Err(error) => panic!("round {round}: {error:?}"),
            }
        }
        let history = sandbox.git(&["rev-list", "HEAD"]);
        assert!(ids.iter().all(|id| history.contains(id)), "round {round}");
        assert_eq!(sandbox.status(), "A  staged.txt", "round {round}");
        assert_tidy(&sandbox);
    }
    sandbox.git(&["fsck", "--strict"]);
}

#[test]
fn writers_at_once_lose_nothing() {
    const ROUNDS: usize = 8;
    let sandbox = started();
    let before: usize = sandbox.git(&["rev-list", "--count", "HEAD"]).parse().unwrap();
    let mut children: Vec<_> =
        (0..4).map(|number| start_writer(&sandbox, &format!("flags/w{number}.yaml"), ROUNDS)).collect();
    for child in &mut children {
        assert_eq!(acknowledged(child).count(), ROUNDS);
        assert!(child.wait().unwrap().success());
    }
    let after: usize = sandbox.git(&["rev-list", "--count", "HEAD"]).parse().unwrap();
    assert_eq!(after - before, 4 * ROUNDS);
    for number in 0..4 {
        let path = format!("flags/w{number}.yaml");
        assert_eq!(sandbox.git(&["rev-list", "--count", "HEAD", "--", &path]), ROUNDS.to_string());
    }
    assert_eq!(sandbox.status(), "");
    assert_tidy(&sandbox);
}

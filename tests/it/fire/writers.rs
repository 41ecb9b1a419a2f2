//! Eight writers at once, beside people who use plain Git.

use super::{Random, count, seed};
use crate::support::TestRepo;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub(super) const WRITERS: usize = 8;
const KEYS: [&str; WRITERS] =
    ["new-checkout", "limits", "theme", "payments-v2", "summer-sale", "region-model", "button-colour", "page-size"];

/// A flag that others change, too.
fn any_key(writer: usize, round: usize) -> &'static str {
    KEYS[Random::new(seed(), writer << 20 | round).below(4)]
}

/// A flag of one's own, which can be pulled without a conflict.
pub(super) fn own_key(writer: usize) -> &'static str {
    KEYS[writer]
}

/// One change: of a flag, by its own author, with a text that nobody else writes.
pub(super) fn edit(repo: &TestRepo, key: &str, writer: usize, round: usize, more: &[&str]) -> Command {
    let (text, name) = (format!("description=by {writer} in {round}"), format!("op-{writer}-{round}"));
    let mut command = repo.command(&[&["set", key, &text, "--op-id", &name, "--quiet"], more].concat());
    command.env("GIT_AUTHOR_NAME", format!("writer-{writer}"));
    command
}

/// That each change is in the history of `HEAD` exactly once, under its author, and changed one line of one file.
pub(super) fn check_history(repo: &TestRepo, rounds: usize) {
    let format = "--format=%x00%an%x01%(trailers:key=Flag-Op,valueonly,separator=%x2C)%x01%s";
    let log = repo.git(&["log", "--no-merges", "--numstat", format]);
    let mut found = BTreeMap::new();
    for record in log.split('\0').filter(|record| record.contains("\u{1}op-")) {
        let (head, files) = record.split_once('\n').unwrap_or((record, ""));
        let [author, operation, _] = head.split('\u{1}').collect::<Vec<_>>()[..] else { panic!("{head}") };
        let files: Vec<&str> = files.lines().filter(|line| !line.is_empty()).collect();
        assert!(files.len() == 1 && files[0].starts_with("1\t1\tflags/"), "{head} changed {files:?}");
        let before = found.insert(operation.to_owned(), author.to_owned());
        assert_eq!(before, None, "{operation} is there twice");
    }
    for writer in 0..WRITERS {
        for round in 0..rounds {
            let author = found.remove(&format!("op-{writer}-{round}"));
            assert_eq!(author, Some(format!("writer-{writer}")), "change {round} of writer {writer}");
        }
    }
    assert_eq!(found.len(), 0, "nobody made {found:?}");
}

/// Carries an edit out, again where the program says that it was overtaken too often. Returns how often it had to be
/// repeated.
fn carry_out(repo: &TestRepo, writer: usize, round: usize) -> usize {
    for again in 0..100 {
        let output = edit(repo, any_key(writer, round), writer, round, &[]).output().expect("an ended program");
        if output.status.success() {
            return again;
        }
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(["error[F218]", "error[F208]"].iter().any(|code| error.contains(code)), "{error}");
    }
    panic!("change {round} of writer {writer} was overtaken a hundred times");
}

/// Commits on other files until told to stop, as a person would who tries again when Git says that it is busy.
fn plain_commits(repo: &TestRepo, stop: &AtomicBool) -> usize {
    let mut commits = 0;
    while !stop.load(Ordering::Relaxed) {
        repo.write("other.txt", format!("{commits}\n"));
        if repo.try_git(&["commit", "-q", "-m", "plain", "--", "other.txt"]).code == 0 {
            commits += 1;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    commits
}

#[test]
fn writers_beside_plain_git_lose_nothing() {
    let rounds = count("FIRE_EDITS", 4);
    let repo = TestRepo::shop();
    repo.write("other.txt", "");
    repo.write("edited.txt", "old\n");
    repo.commit_all("other files");
    repo.write("staged.txt", "staged\n");
    repo.git(&["add", "staged.txt"]);
    repo.write("edited.txt", "edited\n");
    let before = repo.commits();
    let (stop, repeated) = (AtomicBool::new(false), AtomicUsize::new(0));
    let plain = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (repo, repeated) = (&repo, &repeated);
                scope.spawn(move || {
                    for round in 0..rounds {
                        repeated.fetch_add(carry_out(repo, writer, round), Ordering::Relaxed);
                    }
                })
            })
            .collect();
        let person = scope.spawn(|| plain_commits(&repo, &stop));
        let gc = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                repo.try_git(&["gc", "-q"]);
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        });
        for writer in writers {
            writer.join().expect("no panic");
        }
        stop.store(true, Ordering::Relaxed);
        gc.join().expect("no panic");
        person.join().expect("no panic")
    });
    println!(
        "{} changes by {WRITERS} writers, {repeated:?} calls repeated, beside {plain} plain commits",
        WRITERS * rounds
    );
    check_history(&repo, rounds);
    assert_eq!(repo.commits(), before + WRITERS * rounds + plain);
    repo.git(&["checkout", "-q", "--", "other.txt"]);
    assert_eq!(repo.status(), " M edited.txt\nA  staged.txt\n");
    assert_eq!((repo.read("edited.txt"), repo.git(&["show", ":staged.txt"])), ("edited\n".into(), "staged\n".into()));
    let run = repo.try_git(&["fsck", "--strict", "--no-dangling"]).ok();
    assert_eq!(run.stderr, "");
}

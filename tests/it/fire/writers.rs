//! Eight writers at once, beside people who use plain Git.

use super::scene::ended;
use super::{Random, count, seed};
use crate::support::TestRepo;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// Carries an edit out, at the first call: whoever else writes, nobody has to try again.
fn carry_out(repo: &TestRepo, writer: usize, round: usize) {
    let run = ended(edit(repo, any_key(writer, round), writer, round, &[]).spawn().expect("a started program"));
    assert_eq!(run.code, 0, "change {round} of writer {writer} was given up\n{run}");
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
    let rounds = count("FIRE_EDITS", 3);
    let repo = TestRepo::shop();
    repo.write("other.txt", "");
    repo.write("edited.txt", "old\n");
    repo.commit_all("other files");
    repo.write("staged.txt", "staged\n");
    repo.git(&["add", "staged.txt"]);
    repo.write("edited.txt", "edited\n");
    let before = repo.commits();
    let stop = AtomicBool::new(false);
    let plain = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let repo = &repo;
                scope.spawn(move || (0..rounds).for_each(|round| carry_out(repo, writer, round)))
            })
            .collect();
        let person = scope.spawn(|| plain_commits(&repo, &stop));
        let gc = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                repo.try_git(&["gc", "-q"]);
                std::thread::sleep(std::time::Duration::from_millis(200));
            }
        });
        let ended: Vec<_> = writers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        stop.store(true, Ordering::Relaxed);
        for writer in ended {
            writer.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        gc.join().expect("no panic");
        person.join().expect("no panic")
    });
    println!("{} changes by {WRITERS} writers, beside {plain} plain commits", WRITERS * rounds);
    check_history(&repo, rounds);
    assert_eq!(repo.commits(), before + WRITERS * rounds + plain);
    repo.git(&["checkout", "-q", "--", "other.txt"]);
    assert_eq!(repo.status(), " M edited.txt\nA  staged.txt\n");
    assert_eq!((repo.read("edited.txt"), repo.git(&["show", ":staged.txt"])), ("edited\n".into(), "staged\n".into()));
    let run = repo.try_git(&["fsck", "--strict", "--no-dangling"]).ok();
    assert_eq!(run.stderr, "");
}

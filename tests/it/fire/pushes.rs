//! Eight clones that push to one repository.

use super::count;
use super::writers::{WRITERS, check_history, edit, own_key};
use crate::support::TestRepo;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where a push comes too late and the program says so, the person does what it says.
fn by_hand(repo: &TestRepo, error: &str) {
    // Git's words for a push that lost the race on the other side.
    let late = ["the remote has commits that are not here", "failed to update ref", "cannot lock ref"];
    assert!(late.iter().any(|words| error.contains(words)), "{error}");
    for _ in 0..200 {
        repo.shell("git pull -q --rebase || { git rebase --abort; false; }");
        if repo.try_git(&["push", "-q"]).code == 0 {
            return;
        }
    }
    panic!("{error}");
}

/// Each change lands, and none is forced: the branch only ever moved on.
#[test]
fn pushes_of_many_clones_all_land() {
    let rounds = count("FIRE_PUSHES", 2);
    let start = TestRepo::shop();
    start.shell("git clone -q --bare . ../bare.git && git -C ../bare.git config core.logAllRefUpdates true").ok();
    start.shell("git -C ../bare.git config receive.denyNonFastForwards false").ok();
    let bare = start.outside().join("bare.git").to_str().expect("a name").to_owned();
    let clones: Vec<TestRepo> = (0..WRITERS)
        .map(|_| {
            let clone = TestRepo::folder();
            clone.shell(&format!("git clone -q {bare} . && git config maintenance.auto false")).ok();
            clone
        })
        .collect();
    let helped = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (writer, clone) in clones.iter().enumerate() {
            let helped = &helped;
            scope.spawn(move || {
                for round in 0..rounds {
                    let output =
                        edit(clone, own_key(writer), writer, round, &["--push"]).output().expect("an ended program");
                    if !output.status.success() {
                        helped.fetch_add(1, Ordering::Relaxed);
                        by_hand(clone, &String::from_utf8_lossy(&output.stderr));
                    }
                }
            });
        }
    });
    println!("{} pushes by {WRITERS} clones, {helped:?} of them by hand", WRITERS * rounds);
    start.shell(&format!("git pull -q --ff-only {bare} main")).ok();
    check_history(&start, rounds);
    let moves = std::fs::read_to_string(format!("{bare}/logs/refs/heads/main")).expect("a log of the branch");
    for line in moves.lines() {
        let [old, new] = [0, 41].map(|at| &line[at..at + 40]);
        start.try_git(&["merge-base", "--is-ancestor", old, new]).ok();
    }
}

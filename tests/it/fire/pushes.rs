//! Eight clones that push to one repository.

use super::count;
use super::scene::ended;
use super::writers::{WRITERS, check_history, edit, own_key};
use crate::support::TestRepo;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Each change lands at the first call, whoever else pushes at that moment, and none is forced: the branch only ever moved
/// on.
#[test]
fn pushes_of_many_clones_all_land() {
    let rounds = count("FIRE_PUSHES", 1);
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
    let replayed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (writer, clone) in clones.iter().enumerate() {
            let replayed = &replayed;
            scope.spawn(move || {
                for round in 0..rounds {
                    let mut command = edit(clone, own_key(writer), writer, round, &["--push", "--json"]);
                    let run = ended(command.spawn().expect("a started program"));
                    assert_eq!(run.code, 0, "change {round} of writer {writer} was given up\n{run}");
                    assert_eq!(run.json()["pushed"], true, "{run}");
                    let moved = clone.git(&["reflog", "-3", "--format=%gs"]);
                    replayed.fetch_add(usize::from(moved.contains("again on what was pushed")), Ordering::Relaxed);
                }
            });
        }
    });
    println!("{} pushes by {WRITERS} clones, {replayed:?} of them done again", WRITERS * rounds);
    start.shell(&format!("git pull -q --ff-only {bare} main")).ok();
    check_history(&start, rounds);
    let moves = std::fs::read_to_string(format!("{bare}/logs/refs/heads/main")).expect("a log of the branch");
    for line in moves.lines() {
        let [old, new] = [0, 41].map(|at| &line[at..at + 40]);
        start.try_git(&["merge-base", "--is-ancestor", old, new]).ok();
    }
}

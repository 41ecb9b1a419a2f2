//! Every call that modifies a file fails, one after another: in the program and in the Git commands that it starts.

use super::scene::{Ending, Next, Scene, ended};
use super::shim::{Blow, Counter, EACCES, EIO, ENOSPC};
use super::{Random, rounds, seed};
use crate::support::samples;

const BLOWS: [Blow; 4] = [Blow::Fails(ENOSPC), Blow::Fails(EIO), Blow::Fails(EACCES), Blow::Full];

/// Either the change is done and said to be, or there is an error and nothing of it is to be seen.
fn strike(scene: &Scene, at: usize, blow: Blow, next: Next) -> Result<(), String> {
    let repo = scene.copy();
    let counter = Counter::new(repo.outside());
    let mut command = scene.command(&repo);
    counter.arm(&mut command, at, blow);
    let run = ended(command.spawn().expect("a started program"));
    let hit = counter.read().1;
    let acknowledged = run.code == 0;
    if hit.starts_with("unlink") && hit.ends_with(".lock in git") {
        // Git could not remove its own lock, and nothing proves whose it is.
        return Ok(());
    }
    let clean = if acknowledged {
        Ok(())
    } else if run.code != 6 || run.code().is_none() {
        Err("no error of the disk".to_owned())
    } else if hit.starts_with("unlink") {
        // What can't be removed stays until it can.
        Ok(())
    } else {
        scene.is_untouched(&repo)
    };
    let clean = clean.and_then(|()| match run.internals() {
        Some(word) => Err(format!("it says {word:?}")),
        None => Ok(()),
    });
    let held = clean
        .and_then(|()| scene.shows_no_third_thing(&repo))
        .and_then(|()| scene.settles(&repo, Ending { acknowledged }, next));
    held.map_err(|what| format!("{:?} with {blow:?} at call {at} ({hit}): {what}\nit said: {run}", scene.words()))
}

#[test]
fn a_call_that_fails_is_a_clean_error() {
    let all = std::env::var("FIRE_CALLS").is_ok();
    let mut blows = Vec::new();
    let chosen = samples().filter(|sample| ["enable", "rollback"].contains(&sample.command));
    let scenes: Vec<Scene> = chosen.flat_map(|sample| [false, true].map(|hooks| Scene::new(sample, hooks))).collect();
    for scene in &scenes {
        if all {
            blows.extend((1..=scene.calls).flat_map(|at| BLOWS.map(|blow| (scene, at, blow))));
            continue;
        }
        // Some anywhere, a disk that is full while hooks run, and each of the last, where index and journal are settled.
        let first = Random::new(seed(), blows.len()).below(48) + 1;
        blows.extend((first..=scene.calls).step_by(48).map(|at| (scene, at, BLOWS[at % BLOWS.len()])));
        if scene.words()[0] == "enable" {
            blows.push((scene, scene.calls * 2 / 3, Blow::Full));
            blows.extend((scene.calls - 5..=scene.calls).map(|at| (scene, at, Blow::Fails(EIO))));
        }
    }
    let wrong = rounds(blows.len(), |round| {
        let (scene, at, blow) = blows[round];
        strike(scene, at, blow, Next::any(&mut Random::new(seed(), round)))
    });
    println!("{} calls failed", blows.len());
    assert!(wrong.is_empty(), "FIRE_SEED={}\n{}", seed(), wrong.join("\n\n"));
}

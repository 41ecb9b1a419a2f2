//! Writing under fire: kills, calls that fail, many writers at once.
//!
//! Counts are small by default. The variables below raise them, and `FIRE_SEED` repeats a run:
//!
//!     FIRE_KILLS=10000 FIRE_CALLS=all FIRE_EDITS=1000 FIRE_PUSHES=200 \
//!         cargo test --test it -- fire:: --nocapture --test-threads=1

mod calls;
mod kills;
mod pushes;
mod scene;
mod shim;
mod writers;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The count that a variable asks for.
fn count(variable: &str, otherwise: usize) -> usize {
    let asked = std::env::var(variable).ok();
    asked.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// What a run is repeated with.
fn seed() -> u64 {
    count("FIRE_SEED", 1) as u64
}

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    fn new(seed: u64, round: usize) -> Self {
        let mut random = Self((seed << 32 ^ round as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.below(2);
        random
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % end as u64).expect("small")
    }
}

/// Does `work` for each number below `rounds`, on all cores; returns what went wrong, at most a few.
fn rounds(rounds: usize, work: impl Fn(usize) -> Result<(), String> + Sync) -> Vec<String> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let round = next.fetch_add(1, Ordering::Relaxed);
                    if round >= rounds || wrong.lock().expect("no panic").len() >= count("FIRE_FAILURES", 8) {
                        return;
                    }
                    if let Err(what) = work(round) {
                        wrong.lock().expect("no panic").push(format!("round {round}: {what}"));
                    }
                }
            });
        }
    });
    wrong.into_inner().expect("no panic")
}

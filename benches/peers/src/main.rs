//! The same 1,000 flags and the same user in our evaluator and in those of others, in one run.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml`
//!
//! Each engine is asked in turn, many times over, and the median of its rounds counts, so that whatever else the machine
//! does hits all of them alike. Only the ratios mean something elsewhere.

#[path = "../../workload/mod.rs"]
mod workload;

mod datalogic;
mod eppo;
mod yggdrasil;

use git_flag::evaluate::{Program, evaluate};
use git_flag::model::{Timestamp, Value};
use std::hint::black_box;
use std::time::Instant;
use workload::{ENVIRONMENT, plain_key, ruled_key};

/// One thing that is measured: what an engine does, and how many evaluations a call of it is.
struct Measured<'m> {
    name: &'static str,
    each: usize,
    run: Box<dyn FnMut(usize) -> usize + 'm>,
    rounds: Vec<f64>,
}

const ROUNDS: usize = 61;
/// How long a round takes about.
const ROUND_NANOSECONDS: f64 = 4e6;

fn measured<'m>(name: &'static str, each: usize, run: impl FnMut(usize) -> usize + 'm) -> Measured<'m> {
    Measured { name, each, run: Box::new(run), rounds: Vec::new() }
}

impl Measured<'_> {
    fn time(&mut self, calls: usize) -> f64 {
        let start = Instant::now();
        let mut sum = 0;
        for call in 0..calls {
            sum += (self.run)(black_box((call * 7) % 500));
        }
        black_box(sum);
        start.elapsed().as_nanos() as f64 / (calls * self.each) as f64
    }

    /// Nanoseconds for one evaluation.
    fn median(&self) -> f64 {
        let mut rounds = self.rounds.clone();
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    }
}

/// Measures all in turn, and prints each beside the first.
fn table(title: &str, mut all: Vec<Measured<'_>>) {
    let calls: Vec<usize> = all
        .iter_mut()
        .map(|one| {
            // Cold, the first round would seem so slow that the others would be too short to be warm.
            let some = (10_000 / one.each).max(3);
            one.time(some);
            let each = one.time(some).max(1.0) * one.each as f64;
            ((ROUND_NANOSECONDS / each) as usize).max(3)
        })
        .collect();
    for _ in 0..ROUNDS {
        for (one, calls) in all.iter_mut().zip(&calls) {
            let time = one.time(*calls);
            one.rounds.push(time);
        }
    }
    println!("\n| {title} | ns each | beside ours |\n| --- | --- | --- |");
    let ours = all[0].median();
    for one in &all {
        println!("| {} | {:.1} | {:.2} |", one.name, one.median(), one.median() / ours);
    }
}

fn main() {
    let catalog = workload::catalog();
    let context = workload::context();
    let program = Program::compile(&catalog);
    let now = Timestamp::from_unix(1_790_000_000);
    let bound = program.bind(&context);
    let (plain, ruled): (Vec<String>, Vec<String>) = (0..500).map(|at| (plain_key(at), ruled_key(at))).unzip();

    let yggdrasil = yggdrasil::Engine::new();
    let eppo = eppo::Engine::new();
    let logic = datalogic::Compiled::new(&catalog);
    let arena = datalogic::Arena::new();
    let data = arena.data();

    // That they do the same is seen by how many of the flags are on: about 750 of 1,000.
    let keys = || plain.iter().chain(&ruled);
    let on = [
        ("ours", keys().filter(|key| bound.evaluate(key, ENVIRONMENT, now).as_bool() == Some(true)).count()),
        ("unleash-yggdrasil", keys().filter(|key| yggdrasil.is_enabled(key)).count()),
        ("eppo_core", keys().filter(|key| eppo.value(key)).count()),
        ("datalogic-rs", 500 + (0..500).filter(|at| logic.is_on(*at, data)).count()),
    ];
    for (name, on) in on {
        println!("{name}: {on} of 1,000 flags are on");
        assert!((710..790).contains(&on), "{name}: that is another workload");
    }

    let on = Value::Boolean(true);
    table(
        "three rules: segment, version, 50/50",
        vec![
            measured("git-flag", 1, |at| usize::from(bound.value(&ruled[at], ENVIRONMENT, now) == Some(&on))),
            measured("git-flag, decision with reason", 1, |at| {
                usize::from(bound.evaluate(&ruled[at], ENVIRONMENT, now).as_bool() == Some(true))
            }),
            measured("git-flag, context bound for each", 1, |at| {
                usize::from(evaluate(&program, &ruled[at], ENVIRONMENT, &context, now).as_bool() == Some(true))
            }),
            measured("unleash-yggdrasil 0.21.7 `is_enabled`", 1, |at| usize::from(yggdrasil.is_enabled(&ruled[at]))),
            measured("eppo_core 10.0.0 `get_assignment`", 1, |at| usize::from(eppo.value(&ruled[at]))),
            measured("datalogic-rs 5.4.0, context parsed before", 1, |at| usize::from(logic.is_on(at, data))),
        ],
    );
    table(
        "plain boolean",
        vec![
            measured("git-flag", 1, |at| usize::from(bound.value(&plain[at], ENVIRONMENT, now) == Some(&on))),
            measured("git-flag, decision with reason", 1, |at| {
                usize::from(bound.evaluate(&plain[at], ENVIRONMENT, now).as_bool() == Some(true))
            }),
            measured("unleash-yggdrasil 0.21.7 `is_enabled`", 1, |at| usize::from(yggdrasil.is_enabled(&plain[at]))),
            measured("eppo_core 10.0.0 `get_assignment`", 1, |at| usize::from(eppo.value(&plain[at]))),
        ],
    );
    table(
        "all 1,000 flags for one user, per flag",
        vec![
            measured("git-flag, values", 1000, |_| {
                let bound = program.bind(&context);
                bound.evaluate_all(ENVIRONMENT, now).filter(|decision| decision.as_bool() == Some(true)).count()
            }),
            measured("git-flag, values, variants, reasons and rules as JSON", 1000, |_| {
                let bound = program.bind(&context);
                let all: Vec<_> = bound.evaluate_all(ENVIRONMENT, now).collect();
                serde_json::to_string(&all).map_or(0, |text| text.len())
            }),
            measured("git-flag, decisions with reasons", 1000, |_| {
                let bound = program.bind(&context);
                let all = bound.evaluate_all(ENVIRONMENT, now);
                all.map(|decision| black_box(decision).reason as usize).sum()
            }),
            measured("unleash-yggdrasil 0.21.7 `is_enabled`", 1000, |_| {
                keys().filter(|key| yggdrasil.is_enabled(key)).count()
            }),
            measured("eppo_core 10.0.0 `get_assignment`", 1000, |_| keys().filter(|key| eppo.value(key)).count()),
        ],
    );
}

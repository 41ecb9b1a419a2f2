//! Our answers beside those of released engines of others, on what we export for them.
//!
//! `bash tests/peers/install` installs the engines as they are pinned in `tests/peers/`, which needs Node.js, Python and
//! their registries. `GIT_FLAG_PEERS=<flags>` asks about so many flags, `GIT_FLAG_PEERS_SEED` starts from another seed;
//! with `UPDATE=1` and at least 10,000 flags the tables of docs/conformance.md are written.

mod compare;
mod contexts;
mod dice;
mod engine;
mod generate;
mod shipped;
mod world;

use crate::conformance::document_table;
use compare::{Tally, reasons_table};
use dice::Dice;
use engine::{ENGINES, Engine, Questions, installed};
use std::collections::BTreeMap;
use std::path::Path;
use world::World;

/// How many flags are asked about where nothing is said.
const FLAGS: usize = 400;
/// How many questions are asked about each.
const EACH: usize = 4;
/// From so many flags on, a run is worth documenting.
const DOCUMENTED: usize = 10_000;

const HEAD: &str = "| engine | `fractional` | flags | not exported | questions | same value and variant | same reason |\n\
                    | --- | --- | --- | --- | --- | --- | --- |\n";

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn flags() -> usize {
    number("GIT_FLAG_PEERS", FLAGS)
}

fn seed() -> u64 {
    u64::try_from(number("GIT_FLAG_PEERS_SEED", 2026)).expect("a seed")
}

/// Writes a table where enough was asked and that is wanted, else prints it.
#[expect(clippy::print_stdout, reason = "tables are to be seen")]
fn document(name: &str, table: &str) {
    println!("{table}");
    if flags() >= DOCUMENTED && std::env::var_os("UPDATE").is_some() {
        document_table(name, table);
    }
}

/// Questions about every flag of a world.
fn questions(world: &World, dice: &mut Dice, mut context: impl FnMut(&mut Dice) -> serde_json::Value) -> Questions {
    let mut asked = Questions { contexts: Vec::new(), questions: Vec::new() };
    for (key, of_type) in world.exported() {
        for _ in 0..EACH {
            let hours = i64::try_from(dice.below(240)).expect("a small number") - 120;
            let moment = generate::NOW + hours * 3600 + i64::try_from(dice.below(3)).expect("a small number") - 1;
            asked.questions.push((key.clone(), of_type, asked.contexts.len(), moment));
            asked.contexts.push(context(dice));
        }
    }
    asked
}

fn of_generation(world: &World) -> impl Iterator<Item = &'static Engine> {
    ENGINES.iter().filter(|engine| engine.generation == world.generation)
}

#[test]
fn flagd_engines_answer_as_we_do() {
    let Some(installed) = installed() else { return };
    let mut lines = String::new();
    let mut reasons = BTreeMap::new();
    for generation in ["v2", "v3"] {
        let mut dice = Dice::new(seed());
        let world = World::generate(flags(), generation, &mut dice);
        let asked = questions(&world, &mut dice, contexts::declared);
        for engine in of_generation(&world) {
            let tally = Tally::of(&world, &asked, &engine.ask(&installed, &world.export, &asked));
            lines += &tally.line(engine.name, &world);
            for (line, count) in &tally.reasons {
                *reasons.entry(*line).or_insert(0) += count;
            }
            assert!(tally.differences.is_empty(), "{}", tally.shown(engine.name, &world, &asked));
        }
    }
    document("peers", &format!("{HEAD}{lines}"));
    document("peers-reasons", &reasons_table(&reasons));
}

#[test]
fn where_contexts_are_not_as_declared_each_difference_has_a_known_cause() {
    let Some(installed) = installed() else { return };
    let mut lines = String::new();
    let mut unknown = Vec::new();
    for generation in ["v2", "v3"] {
        let mut dice = Dice::new(seed() ^ 0x00dd);
        let world = World::generate(flags(), generation, &mut dice);
        let mut oddities = Vec::new();
        let asked = questions(&world, &mut dice, |dice| {
            let (context, what) = contexts::odd(dice);
            oddities.push(what);
            context
        });
        for engine in of_generation(&world) {
            let tally = Tally::of(&world, &asked, &engine.ask(&installed, &world.export, &asked));
            let (table, rest) = tally.by_cause(engine, &oddities, &asked);
            lines += &table;
            unknown.extend(rest);
        }
    }
    let head = "| engine | given | questions | differ | why |\n| --- | --- | --- | --- | --- |\n";
    document("peers-causes", &format!("{head}{lines}"));
    assert!(unknown.is_empty(), "differences without a known cause:\n{}", unknown.join("\n"));
}

#[test]
fn what_is_pinned_is_what_the_tables_name() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name);
        std::fs::read_to_string(path).expect("what is pinned")
    };
    let pinned = read("package.json") + &read("requirements.in");
    for engine in ENGINES.iter().chain(engine::PROVIDERS) {
        let words: Vec<&str> = engine.name.split([' ', ',']).collect();
        let (name, version) = (words[1], words[2]);
        let here = pinned.lines().any(|line| line.contains(name) && line.contains(version));
        assert!(here, "{} is not pinned", engine.name);
    }
}

//! The flags of this repository, exported by the program and asked for through SDKs with a provider of flagd.

use super::compare::Tally;
use super::dice::Dice;
use super::engine::{PROVIDERS, installed};
use super::world::World;
use super::{document, questions, seed};
use crate::support::TestRepo;
use git_flag::evaluate::Program;
use git_flag::model::{AttributeType, Project, Scalar};
use git_flag::project::{Root, View};
use serde_json::{Map, Value as Json, json};
use std::path::Path;

/// The flags of this repository in a repository of their own, with buckets of that generation.
fn shipped(generation: &str) -> TestRepo {
    let repo = TestRepo::empty();
    let flags = Path::new(env!("CARGO_MANIFEST_DIR")).join("flags");
    repo.shell(&format!("cp -R '{}' flags", flags.display())).ok();
    repo.replace("flags/project.yaml", "bucketing: flagd-v3", &format!("bucketing: flagd-{generation}"));
    repo.commit_all("the shop");
    repo
}

fn world(generation: &'static str, environment: &'static str) -> World {
    let repo = shipped(generation);
    let run = repo.flag(&["export", "--format", "flagd", "--env", environment, "--partial"]).ok();
    let loaded = Root::discover(&repo.path()).expect("a repository").load_all(View::WorkTree).expect("flags");
    let program = Program::compile(&loaded.catalog);
    World { generation, environment, catalog: loaded.catalog, program, export: run.json() }
}

fn json_of(scalar: &Scalar, of_type: AttributeType) -> Json {
    match scalar {
        #[expect(clippy::cast_possible_truncation, reason = "declared as an integer")]
        Scalar::Number(number) if of_type == AttributeType::Integer => (*number as i64).into(),
        Scalar::Number(number) => (*number).into(),
        Scalar::Text(text) => text.as_str().into(),
        Scalar::Boolean(value) => (*value).into(),
    }
}

/// A context of what the project declares, by its examples.
fn context(project: &Project, dice: &mut Dice) -> Json {
    let mut context = json!({"targetingKey": format!("user-{}", dice.below(1000))});
    for (path, declared) in project.attributes.iter().flatten() {
        let values: Vec<Scalar> = declared.allowed.iter().chain(&declared.examples).cloned().collect();
        if dice.chance(25) || (values.is_empty() && declared.attribute_type != AttributeType::Boolean) {
            continue;
        }
        let value = match declared.attribute_type {
            AttributeType::Boolean => dice.chance(50).into(),
            AttributeType::Strings | AttributeType::Numbers => {
                let items = (0..dice.below(3)).map(|_| json_of(dice.pick(&values), declared.attribute_type));
                items.collect()
            }
            of_type => json_of(dice.pick(&values), of_type),
        };
        let (last, way) = path.parts().split_last().expect("a name");
        let object = way.iter().fold(&mut context, |object, name| {
            let inner = object.as_object_mut().expect("an object").entry(&**name);
            inner.or_insert_with(|| Map::new().into())
        });
        object[&**last] = value;
    }
    context
}

#[test]
fn sdks_with_providers_of_flagd_answer_as_we_do_for_the_shipped_flags() {
    let Some(installed) = installed() else { return };
    let mut lines = String::new();
    for generation in ["v2", "v3"] {
        for environment in ["development", "staging", "production"] {
            let world = world(generation, environment);
            let mut dice = Dice::new(seed());
            let mut asked = questions(&world, &mut dice, |dice| context(&world.catalog.project, dice));
            // Each flag is asked for many users.
            for _ in 0..4 {
                asked.more(questions(&world, &mut dice, |dice| context(&world.catalog.project, dice)));
            }
            for provider in PROVIDERS.iter().filter(|provider| provider.generation == generation) {
                let tally = Tally::of(&world, &asked, &provider.ask(&installed, &world.export, &asked));
                lines += &tally.line(&format!("{}, {environment}", provider.name), &world);
                assert!(tally.differences.is_empty(), "{}", tally.shown(provider.name, &world, &asked));
            }
        }
    }
    document("peers-shipped", &format!("{}{lines}", super::HEAD));
}

//! Generated flags, read as files are, compiled, and exported.

use super::dice::Dice;
use super::generate::{Generator, SEGMENTS, project};
use git_flag::evaluate::Program;
use git_flag::exchange::export;
use git_flag::model::{Bucketing, Catalog, FlagKey, SegmentName, ValueType};
use git_flag::source::FilePath;
use git_flag::{diagnostic::Diagnostic, document, yaml};
use serde_json::Value as Json;

/// The environment of generated flags.
const ENVIRONMENT: &str = "production";

pub(super) struct World {
    pub(super) generation: &'static str,
    pub(super) environment: &'static str,
    pub(super) catalog: Catalog,
    pub(super) program: Program,
    /// What flagd reads.
    pub(super) export: Json,
}

/// JSON is YAML: it is read as a file is.
fn read<T>(json: &Json, decode: impl Fn(&FilePath, &yaml::Tree<'_>) -> (Option<T>, Vec<Diagnostic>)) -> T {
    let (file, text) = ("x.yaml".into(), json.to_string());
    let (tree, problems) = yaml::parse(&file, &text);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    let (read, problems) = decode(&file, &tree.expect("a tree"));
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    read.expect("something that reads")
}

impl World {
    /// So many flags that can be exported, and those among them that can't.
    pub(super) fn generate(flags: usize, generation: &'static str, dice: &mut Dice) -> Self {
        let mut generator = Generator { dice: Dice::new(dice.below(usize::MAX) as u64), generation };
        let mut catalog = Catalog::new(read(&project(generation), document::project));
        for (before, name) in SEGMENTS.iter().enumerate() {
            let name = SegmentName::new(name).expect("a name");
            let segment = generator.segment(before);
            let segment = read(&segment, |file, tree| document::segment(file, &name, tree));
            catalog.segments.insert(name, segment);
        }
        let bucketing = if generation == "v2" { Bucketing::FlagdV2 } else { Bucketing::FlagdV3 };
        let mut earlier: Vec<(String, Vec<Json>)> = Vec::new();
        let mut wanted = flags;
        loop {
            while catalog.flags.len() < wanted {
                let name = format!("flag-{}", catalog.flags.len());
                let key = FlagKey::new(&name).expect("a key");
                let flag = generator.flag(&earlier);
                let flag = read(&flag, |file, tree| document::flag(file, &key, tree));
                let variants = flag.variants.iter().map(|variant| match flag.value_type {
                    ValueType::Boolean => variant.value.to_json(),
                    _ => variant.name.as_str().into(),
                });
                earlier.push((name, variants.collect()));
                // Chains of requirements stay short.
                earlier.drain(..earlier.len().saturating_sub(8));
                catalog.flags.insert(key, flag);
            }
            let exported = export::flagd(&catalog, ENVIRONMENT, &[], bucketing);
            if exported.flags >= flags {
                let program = Program::compile(&catalog);
                let broken: Vec<_> = program.problems().collect();
                assert!(broken.is_empty(), "{broken:?}");
                return Self { generation, environment: ENVIRONMENT, catalog, program, export: exported.document };
            }
            wanted += flags - exported.flags;
        }
    }

    /// How many flags say what flagd can't.
    pub(super) fn refused(&self) -> usize {
        self.catalog.flags.values().filter(|flag| flag.archived.is_none()).count() - self.exported().count()
    }

    /// The keys that are exported, with their types.
    pub(super) fn exported(&self) -> impl Iterator<Item = (String, &'static str)> {
        let exported = self.export["flags"].as_object().expect("flags");
        self.catalog.flags.values().filter(|flag| exported.contains_key(flag.key.as_str())).map(|flag| {
            let of_type = match flag.value_type {
                ValueType::Boolean => "boolean",
                ValueType::String => "string",
                ValueType::Integer => "integer",
                ValueType::Number => "number",
                ValueType::Json => "json",
            };
            (flag.key.to_string(), of_type)
        })
    }
}

//! Decoder and schema agree, and the shipped schemas are current.

use super::corpus::seeds;
use super::mutate::{Pool, Random, mutate};
use crate::diagnostic::Diagnostic;
use crate::document::schema::{Document, NOT_IN_SCHEMA, schema_accepts, schemas};
use crate::document::{flag, flag_tests, golden, node_to_json, project, segment, segment_tests};
use crate::model::{FlagKey, SegmentName};
use crate::source::FilePath;
use crate::yaml::{Data, Tree, document, parse};
use std::collections::BTreeMap;

/// The problems that the decoder finds; none exactly when there is a model.
fn decode(kind: Document, tree: &Tree<'_>) -> Vec<Diagnostic> {
    let file: FilePath = "flags/x.yaml".into();
    let (there, problems) = match kind {
        Document::Flag => {
            let (flag, problems) = flag(&file, &FlagKey::new("x").unwrap(), tree);
            (flag.is_some(), problems)
        }
        Document::Segment => {
            let (segment, problems) = segment(&file, &SegmentName::new("x").unwrap(), tree);
            (segment.is_some(), problems)
        }
        Document::Project => {
            let (project, problems) = project(&file, tree);
            (project.is_some(), problems)
        }
        Document::Tests => {
            let (tests, problems) = flag_tests(&file, tree);
            (tests.is_some(), problems)
        }
        Document::SegmentTests => {
            let (tests, problems) = segment_tests(&file, tree);
            (tests.is_some(), problems)
        }
        Document::Golden => {
            let (golden, problems) = golden(&file, tree);
            (golden.is_some(), problems)
        }
    };
    assert_eq!(there, problems.is_empty(), "a model and problems, or neither: {problems:?}\n{}", tree.text);
    problems
}

/// What decoder and schema disagree about, if they do. Texts that are not YAML are skipped.
fn disagreement(kind: Document, text: &str) -> Option<String> {
    let (tree, problems) = parse(&"x.yaml".into(), text);
    let tree = tree.filter(|_| problems.is_empty())?;
    let found = decode(kind, &tree);
    let verdict = schema_accepts(kind, &node_to_json(&tree.root).unwrap());
    let beyond = |problem: &Diagnostic| NOT_IN_SCHEMA.iter().any(|(code, _)| *code == problem.code);
    let codes: Vec<_> = found.iter().map(|problem| format!("{}: {}", problem.code.name, problem.message)).collect();
    match verdict {
        Err(message) if found.is_empty() => Some(format!("only the schema refuses: {message}\n{text}")),
        Ok(()) if !found.iter().all(beyond) => Some(format!("only the decoder refuses: {codes:#?}\n{text}")),
        _ => None,
    }
}

#[test]
fn both_accept_the_corpus() {
    for (kind, _) in Document::ALL {
        for text in seeds(kind) {
            let (tree, problems) = parse(&"x.yaml".into(), text);
            assert_eq!(problems, [], "{text}");
            let tree = tree.unwrap();
            assert_eq!(decode(kind, &tree), [], "{text}");
            assert_eq!(schema_accepts(kind, &node_to_json(&tree.root).unwrap()), Ok(()), "{text}");
        }
    }
}

#[test]
fn both_agree_on_ten_thousand_mutations() {
    let mut random = Random::new(7);
    let mut verdicts: BTreeMap<bool, usize> = BTreeMap::new();
    let texts = Document::ALL.iter().flat_map(|(kind, _)| seeds(*kind));
    let pool = Pool::new(texts.map(|text| Data::from(&parse(&"x.yaml".into(), text).0.unwrap().root)));
    let mut disagreements = Vec::new();
    for round in 0..10_000 {
        // Flags have the most to say.
        let kind = Document::ALL.get(round % 7).map_or(Document::Flag, |(kind, _)| *kind);
        let texts = seeds(kind);
        let seed = parse(&"x.yaml".into(), texts[random.below(texts.len())]).0.unwrap();
        let mut data = Data::from(&seed.root);
        for _ in 0..=random.below(3) {
            mutate(&mut data, &mut random, &pool);
        }
        let text = document(&data);
        let (tree, problems) = parse(&"x.yaml".into(), &text);
        if let Some(tree) = tree.filter(|_| problems.is_empty()) {
            *verdicts.entry(decode(kind, &tree).is_empty()).or_default() += 1;
        }
        disagreements.extend(disagreement(kind, &text));
    }
    let few: Vec<&str> = disagreements.iter().take(5).map(String::as_str).collect();
    assert!(few.is_empty(), "{} disagreements:\n{}", disagreements.len(), few.join("\n---\n"));
    assert!(verdicts.values().all(|count| *count > 500), "the mutations test only one side: {verdicts:?}");
}

#[test]
fn the_shipped_schemas_are_current() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in schemas() {
        let path = folder.join(name);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let shipped = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(shipped == text, "schemas/{name} is stale: run the tests with UPDATE=1 and commit it");
    }
}

#[test]
fn schemas_are_valid_themselves_and_refer_to_what_is_there() {
    for (name, schema) in schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        let text = schema.to_string();
        for reference in text.split("\"#/$defs/").skip(1) {
            let target = reference.split('"').next().unwrap();
            assert!(schema["$defs"].get(target).is_some_and(|found| !found.is_null()), "{name}: {target}");
        }
    }
}

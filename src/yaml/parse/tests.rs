//! Trees, spans and problems of small texts.

use super::*;
use crate::source::{Focus, Path};
use crate::yaml::scalar::Resolved;

#[test]
fn keeps_spans_and_styles() {
    let text = "a: 1 # one\nb: {c: \"x\", d: [1, 2]}\ne:\n  - f\n  - g: null\n";
    let (tree, problems) = parse(&"t.yaml".into(), text);
    assert_eq!(problems, []);
    let tree = tree.unwrap();
    let at = |path: &Path, focus| tree.locate(path, focus).slice(text);
    let root = Path::root();
    assert_eq!(at(&root.key("b"), Focus::Value), "{c: \"x\", d: [1, 2]}");
    assert_eq!(at(&root.key("b").key("c"), Focus::Value), "\"x\"");
    assert_eq!(at(&root.key("b").key("c"), Focus::Key), "c");
    assert_eq!(at(&root.key("e").index(1).key("g"), Focus::Value), "null");
    assert_eq!(at(&root.key("e"), Focus::Value), "- f\n  - g: null");
    assert_eq!(tree.comments[0].span.slice(text), "# one");
}

#[test]
fn spans_start_at_the_first_dash_and_empty_values_stand_behind_their_indicator() {
    let text = "a: # - c\n# - d\n- -5\n-\n- - x\nb:\n  - 1\n\"k\" :\n";
    let (tree, problems) = parse(&"t.yaml".into(), text);
    assert_eq!(problems, []);
    let tree = tree.unwrap();
    let root = &tree.root;
    assert_eq!(root.get("a").unwrap().span.slice(text), "- -5\n-\n- - x");
    assert_eq!(root.get("b").unwrap().span.slice(text), "- 1");
    let items = root.get("a").unwrap().items().unwrap();
    assert!(text[..items[1].span.start as usize].ends_with("-5\n-"));
    assert_eq!(items[2].span.slice(text), "- x");
    assert!(items[1].is_null() && root.get("k").unwrap().is_null());
    assert!(text[..root.get("k").unwrap().span.start as usize].ends_with("\"k\" :"));
}

#[test]
fn a_block_scalar_at_the_very_end_has_no_line_break_to_keep() {
    for (text, value) in [("a: |\n  x", "x"), ("a: |\n  x\n", "x\n"), ("a: |-\n  x", "x"), ("a: >+\n  x\n\n", "x\n\n")]
    {
        let tree = parse(&"t.yaml".into(), text).0.unwrap();
        assert_eq!(tree.root.get("a").unwrap().scalar(), Some(Resolved::Text(value)), "{text:?}");
    }
}

#[test]
fn collects_every_problem() {
    let text = "a: &x 1\nb: *x\na: !!str 2\nc: on\nd: 017\ne: .nan\n";
    let (tree, problems) = parse(&"t.yaml".into(), text);
    assert!(tree.is_some());
    let ids: Vec<_> = problems.iter().map(|problem| problem.code.name).collect();
    assert_eq!(
        ids,
        ["anchor", "anchor", "duplicate-key", "tag", "ambiguous-scalar", "ambiguous-scalar", "number-out-of-range"]
    );
}

#[test]
fn values_are_the_same_without_comments() {
    let mut texts: Vec<String> = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")];
    folders.push(std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("flags"));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(text) = std::fs::read_to_string(entry) {
                texts.push(text);
            }
        }
    }
    assert!(texts.len() > 400);
    // A comment wherever a line ends, and as a line of its own.
    texts.extend(texts.clone().iter().map(|text| text.replace('\n', " # x\n# y\n")));
    let mut with_comments = 0;
    for text in &texts {
        let (tree, problems) = parse(&"t.yaml".into(), text);
        let (values, same_problems) = parse_values(&"t.yaml".into(), text);
        assert_eq!(problems, same_problems, "{text}");
        with_comments += usize::from(tree.as_ref().is_some_and(|tree| !tree.comments.is_empty()));
        assert_eq!(tree.map(|tree| tree.root), values.map(|tree| tree.root), "{text}");
    }
    assert!(with_comments > 400);
}

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
    // A word may start like an indicator that only brackets know.
    for (text, start) in [("?\n:}:: 1\n", 2), ("{? a, :}\n", 7)] {
        let tree = parse(&"t.yaml".into(), text).0.unwrap();
        let first = &tree.root.entries().unwrap()[0];
        assert!(first.value.is_null() && first.value.span.start <= start, "{text:?}: {first:?}");
    }
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

/// What both readings say of a text: they may never differ.
#[track_caller]
fn same_by_both(text: &str) {
    let file: FilePath = "flags/a.yaml".into();
    let (tree, problems) = parse(&file, text);
    let (values, same) = parse_values(&file, text);
    assert_eq!((tree.map(|tree| tree.root), problems), (values.map(|tree| tree.root), same), "{text:?}");
}

/// Whether it is read without the event parser.
fn is_everyday(text: &str) -> bool {
    let file: FilePath = "flags/a.yaml".into();
    let mut reader = Reader {
        file: &file,
        text,
        with_comments: false,
        problems: Vec::new(),
        comments: Vec::new(),
        nodes: 0,
        cursor: 0,
    };
    reader.everyday().is_some()
}

#[test]
fn shipped_flags_are_everyday() {
    let mut folders = vec![std::path::PathBuf::from("flags")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                same_by_both(&text);
                count += usize::from(is_everyday(&text));
            }
        }
    }
    assert!(count > 50, "{count}");
}

/// At the border of what is everyday.
#[rustfmt::skip]
const DOUBTFUL: &[&str] = &[
    "", "#", "a", "a:", "a: ", "a: b", "a: b\n  c", "a:\n  b", "a:\n- b\n- c\nd: e", "a:\n  - b\n  c: d", "- a",
    "a: 'b''c'", "a: \"b\\n\"", "a: 'b'c", "a: 'b'#c", "a: b#c", "a: b #c", "a: b: c", "a: b:", "a:b", "a: [b, c]",
    "a: [b, c", "a: [b,]", "a: [,]", "a: {b: c, d: [e]}", "a: {b}", "a: {b: }", "a: {b:c}", "a: [b: c]", "a: []",
    "a: {}", "a: [ ]", "a: [b]x", "a: [b] # c", "a: [b]# c", "a: {b: c}: d", "a: -1", "a: - b", "a: -", "a: ? b",
    "? a: b", "a: <<", "<<: a", "a: 1\na: 2", "a: yes", "on: 1", "a: [on]", "a: 99999999999999999999", "a: |\n  b",
    "a: &b c", "a: *b", "a: !b c", "a: @b", "a: ,b", "a:\n    b: c\n  d: e", "a:\n  b: c\n d: e", "  a: b",
    "  a: b\nc: d", "a: b\n---\nc: d", "--- \na: b", "a: b\n...\n", "a:\n  # c\n  b: d\n# e\n",
    "a:\n- b: c\n  d: e\n-  f: g\n   h: i\n", "a:\n- b: c\n d: e", "a:\n-\n  b", "a:\n- - b", "a:\n- - b: c",
    "a:\n- [b]\n- {c: d}\n- 'e'\n", "a:\n- b\n  c", "a:\n  - b\n- c", "a:\n- b\nc", "a: \u{e9}\u{20ac} d",
    "a: b\u{85}c", "\u{feff}a: b", "a: %b", "a: b\r\nc: d\r\n", "a:\tb", "a: \"b", "a: 'b\n  c'", "a: [b\n, c]",
    "a: b # \u{2028}", "é: b", "a b: c", "a: 'b' 'c'", "a: {b: c, b: d}", "a: [[[[b]]]]", "a: {b: {c: {d: e}}}",
    "a: {b: [c, {d: e}], f: 'g, h'}", "a: =", "a: ==", "a: [=]", "a: ~", "a: b\n\n\n  \n# c\n\nd: e", "a: b \n",
    "a: 'b' \n", "a: [b] \n ", "a-b.c/d_1: e", "1: 2", "a: [a-b, -1, 1.5, ./c]", "a: b?c", "a: [b?c, d:e]",
    "a: [b #c]", "a: {b: c #d}", "a: b ,c", "a: [b c, d  e ]", "a: [\"b\"c]", "a: {\"b\": c}", "a: [\"b\": c]",
    "'a': b", "a : b",
];

#[test]
fn what_is_nearly_everyday_is_read_as_the_event_parser_does() {
    for text in DOUBTFUL {
        same_by_both(text);
        same_by_both(&format!("{text}\n"));
    }
    let deep = |open: &str, close: &str| format!("a: {}b{}", open.repeat(MAX_DEPTH + 2), close.repeat(MAX_DEPTH + 2));
    same_by_both(&deep("[", "]"));
    for depth in MAX_DEPTH - 2..MAX_DEPTH + 2 {
        same_by_both(&format!("a: {}b{}", "[".repeat(depth), "]".repeat(depth)));
        let nested: String = (0..depth).map(|level| format!("{:level$}a:\n", "")).collect();
        same_by_both(&format!("{nested}{:depth$}b: c\n", ""));
    }
    same_by_both(&"- a\n".repeat(3));
    same_by_both(&format!("a:\n{}", "- b: c\n".repeat(MAX_NODES / 3)));
    same_by_both(&format!("a:\n{}", "- b: c\n".repeat(MAX_NODES / 3 + 1)));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 4096, failure_persistence: None, ..Default::default() })]
    /// Lines out of pieces that mean something to YAML, at any indentation.
    #[test]
    fn both_readings_say_the_same(lines in proptest::collection::vec((0_usize..5, proptest::collection::vec(0_usize..36, 1..6)), 1..8)) {
        const PIECES: [&str; 36] = [
            "a", "b", "a: ", "b: ", "c:", "- ", "-", "[", "]", "{", "}", ", ", ",", ": ", ":", "'", "\"", "#", " #", " ", "x y", "1.5",
            "true", "on", "<<", "|", ">", "&x", "*x", "!t", "? ", "---", "\\", "é", "''", "k: [v, {w: 1}]",
        ];
        let text: String = lines
            .iter()
            .map(|(indent, pieces)| {
                format!("{:indent$}{}\n", "", pieces.iter().map(|piece| PIECES[*piece]).collect::<String>())
            })
            .collect();
        same_by_both(&text);
    }
}

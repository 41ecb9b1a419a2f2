//! Texts made to exhaust or mislead the reader.

use super::{MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, Tree, parse};
use crate::diagnostic::Diagnostic;
use std::time::{Duration, Instant};

fn read(text: &str) -> (Option<Tree<'_>>, Vec<Diagnostic>) {
    parse(&"h.yaml".into(), text)
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

fn names(text: &str) -> Vec<&'static str> {
    read(text).1.iter().map(|problem| problem.code.name).collect()
}

#[test]
fn refuses_by_name() {
    let deep = |open: &str, levels: usize| open.repeat(levels);
    for (text, name) in [
        ("%YAML 1.1\n---\na: 1\n".to_owned(), "invalid-yaml"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n".to_owned(), "invalid-yaml"),
        ("? a\n: 1\n".to_owned(), "complex-key"),
        ("{? a : 1}\n".to_owned(), "complex-key"),
        ("? [a]\n: 1\n".to_owned(), "complex-key"),
        ("{a: 1}: 2\n".to_owned(), "complex-key"),
        ("- ? x\n  : z\n".to_owned(), "complex-key"),
        ("a: 1\n---\nb: 1\n".to_owned(), "several-documents"),
        ("a: \0".to_owned(), "forbidden-character"),
        ("a: x\rb: 1\n".to_owned(), "forbidden-character"),
        ("a: x\u{2028}b\n".to_owned(), "forbidden-character"),
        ("a: 1 # \u{202e}\n".to_owned(), "forbidden-character"),
        ("a: [1\n".to_owned(), "invalid-yaml"),
        ("a: \"x\n".to_owned(), "invalid-yaml"),
        ("a: 'x\n".to_owned(), "invalid-yaml"),
        ("<<: {a: 1}\n".to_owned(), "anchor"),
        (format!("{}1{}", deep("[", MAX_DEPTH + 1), deep("]", MAX_DEPTH + 1)), "too-deep"),
        (deep("[", 5000), "too-deep"),
        (deep("{a: ", 5000), "too-deep"),
        (deep("- ", 5000), "too-deep"),
        (lines(60, |level| format!("{}a:\n", " ".repeat(level))), "too-deep"),
        ("x".repeat(MAX_BYTES + 1), "too-large"),
        (format!("[{}]", "1,".repeat(MAX_NODES + 1)), "too-many-values"),
    ] {
        let found = names(&text);
        assert_eq!(found, [name], "{text:.60}");
    }
}

#[test]
fn reads_what_is_unusual_but_fine() {
    for text in [
        "",
        "\n\n",
        "# only\n",
        "\u{feff}",
        "\u{feff}# c\na: 1",
        "---\na: 1\n...\n",
        "--- # c\na: 1\n",
        "a: 1\n...\n# c\n",
        "a:\t1\n",
        "a: b\t# c\n",
        "a: [1,\n\t2]\n",
        "a: 1\r\n\r\n# c\r\nb:\r\n- 1\r\n",
        "a: what?\nb: 1\n",
        "# really ?\nb: 1\n",
        "a: 👨\u{200d}👩\u{200d}👧\n",
    ] {
        assert_eq!(names(text), [""; 0], "{text:?}");
        assert!(read(text).0.is_some(), "{text:?}");
    }
    let flat = format!("{}1{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(names(&flat), [""; 0]);
    let comments = format!("a:\n{}  b: 1\n", "# c\n".repeat(5000));
    let (tree, problems) = read(&comments);
    assert_eq!((tree.map(|tree| tree.comments.len()), problems), (Some(5000), vec![]));
}

#[test]
fn a_flood_of_problems_is_cut() {
    let text = lines(5000, |n| format!("k{n}: on\n"));
    let (tree, problems) = read(&text);
    assert!(tree.is_some());
    assert_eq!(problems.len(), MAX_PROBLEMS);
    assert_eq!(problems.last().map(|problem| problem.code.name), Some("too-many-problems"));
    let same = "a: 1\n".repeat(20_000);
    assert_eq!(read(&same).1.len(), MAX_PROBLEMS);
}

#[test]
fn finds_duplicates_in_large_mappings() {
    let mut text = lines(3000, |n| format!("k{n}: 1\n"));
    assert_eq!(names(&text), [""; 0]);
    text.push_str("k7: 1\nk2999: 1\nk7: 2\n");
    assert_eq!(names(&text), ["duplicate-key"; 3]);
}

/// Time linear in the size is far below this bound even in a slow build; quadratic time is far above.
#[test]
fn nothing_takes_long() {
    let fill = |piece: &str| piece.repeat(MAX_BYTES / 4 / piece.len());
    for piece in [
        "a",
        " ",
        "\n",
        "#",
        "# c\n",
        "a: 1\n",
        "- ",
        "-\n",
        "[",
        "]",
        "{",
        "a: {",
        "? ",
        ": ",
        ":",
        "'",
        "\"",
        "\\",
        "\"\\\"",
        "|\n",
        ">\n",
        "a: |\n",
        "\t",
        "&a ",
        "*a ",
        "!a ",
        "!",
        "%",
        "---\n",
        "...\n",
        "a: b: ",
        "[a, ",
        "{a: b, ",
        "é",
        "a b ",
        "a\n ",
        "\u{200d}",
        "- - ",
        "[]",
        "{},",
        "a,",
        "k: [",
        "\"a\": ",
        "\r\n",
        "a: \"\n",
        "a#",
        "a:b",
        "- a\n",
        "- \"a\"\n",
    ] {
        let text = fill(piece);
        for text in [
            text.clone(),
            format!("a: {text}"),
            format!("a: [{text}"),
            format!("a: \"{text}\""),
            format!("a: |\n  {text}"),
        ] {
            let start = Instant::now();
            let (_, problems) = read(&text[..text.floor_char_boundary(MAX_BYTES)]);
            let took = start.elapsed();
            assert!(problems.len() <= MAX_PROBLEMS);
            assert!(took < Duration::from_secs(2), "{piece:?} took {took:?}");
        }
    }
}

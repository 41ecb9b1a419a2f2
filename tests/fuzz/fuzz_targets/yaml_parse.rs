//! Any bytes: no panic, and every span of the tree lies in the text, in order, on whole characters.

#![no_main]

use git_flag::source::{At, FilePath, Span};
use git_flag::yaml::{Kind, MAX_BYTES, MAX_DEPTH, MAX_PROBLEMS, Node, parse, parse_values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let file: FilePath = "flags/a.yaml".into();
    let (tree, problems) = parse(&file, text);
    assert!(problems.len() <= MAX_PROBLEMS);
    let (values, same_problems) = parse_values(&file, text);
    assert_eq!(problems, same_problems);
    assert_eq!(tree.as_ref().map(|tree| &tree.root), values.as_ref().map(|tree| &tree.root));
    for problem in &problems {
        assert!(!problem.message.is_empty() && problem.is_error(), "{problem:?}");
        let Some(At::Span(span)) = problem.place.as_ref().map(|place| &place.at) else { panic!("{problem:?}") };
        within(*span, Span::new(0, text.len()), text);
    }
    match tree {
        None => assert!(!problems.is_empty(), "refused without a reason"),
        Some(tree) => {
            assert!(text.len() <= MAX_BYTES);
            node(&tree.root, Span::new(0, text.len()), text, 0, problems.is_empty());
            let mut last = 0;
            for comment in &tree.comments {
                within(comment.span, Span::new(0, text.len()), text);
                assert!(comment.span.start >= last && comment.span.slice(text).starts_with('#'), "{comment:?}");
                last = comment.span.end;
            }
        }
    }
});

fn within(inner: Span, outer: Span, text: &str) {
    assert!(outer.start <= inner.start && inner.end <= outer.end && inner.start <= inner.end, "{inner:?} in {outer:?}");
    assert!(text.get(inner.range()).is_some(), "{inner:?} cuts a character");
}

/// Within a file that has problems, keys marked with `?` may stand anywhere.
fn node(node: &Node<'_>, outer: Span, text: &str, depth: usize, sound: bool) {
    assert!(depth <= MAX_DEPTH);
    within(node.span, outer, text);
    let mut last = node.span.start;
    match &node.kind {
        Kind::Scalar(..) => {}
        Kind::Sequence(items, _) => {
            for item in items {
                assert!(item.span.start >= last, "items overlap: {item:?}");
                self::node(item, node.span, text, depth + 1, sound);
                last = item.span.end;
            }
        }
        Kind::Mapping(entries, _) => {
            for entry in entries {
                within(entry.key_span, node.span, text);
                let in_order = entry.key_span.start >= last && entry.value.span.start >= entry.key_span.end;
                assert!(in_order || !sound, "{entry:?}");
                self::node(&entry.value, node.span, text, depth + 1, sound);
                last = entry.value.span.end;
            }
        }
    }
}

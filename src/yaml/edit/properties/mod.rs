//! Random documents and random edits. The expectation is worked out by another reader on its own values.

mod generate;
mod model;

use super::{Edit, EditError, edit};
use crate::source::{Path, Step};
use crate::yaml::tree::{Kind, ScalarStyle, Style};
use crate::yaml::{Data, Node, Tree, document, parse};
use generate::Tape;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn read(text: &str) -> Option<Tree<'_>> {
    parse(&"p.yaml".into(), text).0
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Every node with its path, depth first.
fn nodes<'n, 't>(node: &'n Node<'t>, path: &Path, found: &mut Vec<(Path, &'n Node<'t>)>) {
    found.push((path.clone(), node));
    for entry in node.entries().unwrap_or_default() {
        nodes(&entry.value, &path.key(&*entry.key), found);
    }
    for (index, item) in node.items().unwrap_or_default().iter().enumerate() {
        nodes(item, &path.index(index), found);
    }
}

/// Some edit that fits the document.
fn some_edit(tree: &Tree<'_>, tape: &mut Tape<'_>) -> Edit {
    let mut all = Vec::new();
    nodes(&tree.root, &Path::root(), &mut all);
    let (path, node) = all[tape.below(all.len())].clone();
    let len = node.items().map_or(0, <[_]>::len);
    match tape.below(7) {
        0 if !path.steps().is_empty() => Edit::Remove { path },
        1 | 2 if node.entries().is_some() || node.is_null() => {
            let keys: Vec<_> = node.entries().unwrap_or_default().iter().map(|entry| entry.key.to_string()).collect();
            let before = if keys.is_empty() || tape.coin() {
                vec![]
            } else {
                vec![keys[tape.below(keys.len())].as_str().into()]
            };
            Edit::Insert { path: path.key(tape.new_key()), value: tape.data(2), before }
        }
        1 | 2 if node.items().is_some() => Edit::InsertItem { path, index: tape.below(len + 1), value: tape.data(2) },
        3 if len > 0 => Edit::MoveItem { path, from: tape.below(len), to: tape.below(len) },
        4 if matches!(path.split_last(), Some((_, Step::Key(_)))) => {
            Edit::RenameKey { path, key: tape.new_key().into() }
        }
        _ => Edit::Set { path, value: tape.data(3) },
    }
}

/// The lines, counted from 0, that an edit of the text may touch.
fn touchable(tree: &Tree<'_>, edit: &Edit) -> std::ops::RangeInclusive<usize> {
    let text = tree.text;
    let line = |at: usize| text[..at].matches('\n').count();
    let lines: Vec<&str> = text.split('\n').collect();
    let (parent, step) =
        edit.path().split_last().map_or((None, None), |(parent, step)| (Some(parent), Some(step.clone())));
    let parent_node = parent.as_ref().and_then(|parent| tree.find(parent)).unwrap_or(&tree.root);
    let node = tree.find(edit.path());
    let within = |node: &Node<'_>| (line(node.span.start as usize), line(node.span.end as usize));
    let (first, last) = match (edit, node) {
        (Edit::Set { .. } | Edit::InsertItem { .. } | Edit::MoveItem { .. }, Some(node)) => within(node),
        (Edit::Remove { .. } | Edit::RenameKey { .. }, Some(node)) => {
            let (mut first, last) = within(node);
            if let (Some(Step::Key(key)), Some(parent)) = (&step, Some(parent_node)) {
                first = parent.entry(key).map_or(first, |entry| line(entry.key_span.start as usize));
            }
            (first, last)
        }
        _ => within(parent_node),
    };
    // The key's or dash's line above, and the comments and blank lines between.
    let mut top = first;
    // An item's dash may stand on a line above it, and the key of the list above that.
    for _ in 0..if matches!(step, Some(Step::Index(_))) { 2 } else { 1 } {
        while top > 0 && (lines[top - 1].trim().is_empty() || lines[top - 1].trim_start().starts_with('#')) {
            top -= 1;
        }
        top = top.saturating_sub(1);
    }
    let mut bottom = last;
    if matches!(edit, Edit::Remove { .. }) {
        // A comma of a neighbour, a brace, or what moves up to a dash; blank lines at the end.
        while lines.get(bottom + 1).is_some_and(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            bottom += 1;
        }
        bottom += 1;
    }
    top..=bottom
}

fn comments(tree: &Tree<'_>) -> Vec<String> {
    tree.comments.iter().map(|comment| comment.span.slice(tree.text).to_owned()).collect()
}

/// The comments that must survive: those outside the lines of the node that goes, and of the comments above it.
fn lasting(tree: &Tree<'_>, edit: &Edit) -> Vec<String> {
    let range = match edit {
        Edit::Remove { .. } | Edit::Set { .. } => touchable(tree, edit),
        _ => return comments(tree),
    };
    // Comments above a value that is only set stay, unless inside it.
    let line = |at: usize| tree.text[..at].matches('\n').count();
    tree.comments
        .iter()
        .filter(|comment| !range.contains(&line(comment.span.start as usize)))
        .map(|comment| comment.span.slice(tree.text).to_owned())
        .collect()
}

fn count(words: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word.as_str()).or_insert(0) += 1;
    }
    counts
}

fn check_lines(tree: &Tree<'_>, edit: &Edit, result: &str) -> Result<(), TestCaseError> {
    let (old, new): (Vec<&str>, Vec<&str>) = (tree.text.split('\n').collect(), result.split('\n').collect());
    let range = touchable(tree, edit);
    let (top, below) = (*range.start(), old.len().saturating_sub(range.end() + 1));
    prop_assert!(
        new.len() >= top && old[..top] == new[..top],
        "lines above were touched by {edit:?}:\n{}\n=>\n{result}",
        tree.text
    );
    // Blank lines beside a block scalar that keeps such lines are, or would become, its own: they may go with an edit.
    let keeps = tree.text.contains(['|', '>']) && tree.text.contains('+');
    let is_told = |line: &&&str| !keeps || !line.trim().is_empty();
    let told = old[old.len().saturating_sub(below)..].iter().filter(is_told).count();
    let suffix = |lines: &[&str]| {
        let lines: Vec<&str> = lines.iter().filter(is_told).copied().collect();
        lines[lines.len().saturating_sub(told)..].join("\n")
    };
    prop_assert_eq!(
        suffix(&old),
        suffix(&new),
        "lines below were touched by {:?}:\n{}\n=>\n{}",
        edit,
        tree.text,
        result
    );
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_edit_changes_exactly_what_is_meant(tape in prop::collection::vec(any::<u16>(), 1..300)) {
        let mut tape = Tape::new(&tape);
        let text = tape.text();
        let Some(tree) = read(&text) else { return Err(TestCaseError::fail(format!("not YAML:\n{text}\n{:?}", parse(&"p".into(), &text).1))) };
        let before = model::read(&text).map_err(TestCaseError::fail)?;
        prop_assert_eq!(model::of(&Data::from(&tree.root)), before.clone(), "the readers disagree on\n{}", text);
        let change = some_edit(&tree, &mut tape);
        let Some(expected) = model::apply(before, &change) else { return Err(TestCaseError::fail(format!("{change:?}"))) };
        let result = match edit(&text, std::slice::from_ref(&change)) {
            Ok(result) => result,
            Err(EditError::Exists(_)) => return Ok(()),
            // Comments and blank lines that would become part of a block scalar above them: refused.
            Err(EditError::Guard { .. })
                if text.contains(['|', '>']) && matches!(change, Edit::Remove { .. } | Edit::MoveItem { .. }) =>
            {
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(format!("{error}: {change:?} on\n{text}"))),
        };
        let after = model::read(&result).map_err(TestCaseError::fail)?;
        prop_assert_eq!(after, expected, "{:?} on\n{}\n=>\n{}", change, text, result);
        check_lines(&tree, &change, &result)?;
        let Some(new) = read(&result) else { return Err(TestCaseError::fail("unreadable")) };
        let kept = comments(&new);
        let kept = count(&kept);
        for (comment, times) in count(&lasting(&tree, &change)) {
            prop_assert!(kept.get(comment).is_some_and(|kept| *kept >= times), "{comment} was lost by {change:?} on\n{text}\n=>\n{result}");
        }
        prop_assert_eq!(text.starts_with('\u{feff}'), result.starts_with('\u{feff}'));
        prop_assert!(!text.contains("\r\n") || result.matches('\n').count() == result.matches("\r\n").count(), "line ends: {change:?} on\n{text:?}\n=>\n{result:?}");
        if !tree.root.is_null() && !text.is_empty() {
            prop_assert_eq!(text.ends_with('\n'), result.ends_with('\n'), "{:?} on\n{:?}\n=>\n{:?}", change, text, result);
        }
    }

    #[test]
    fn setting_a_scalar_back_restores_the_bytes(tape in prop::collection::vec(any::<u16>(), 1..300)) {
        let mut tape = Tape::new(&tape);
        let text = tape.text();
        let Some(tree) = read(&text) else { return Err(TestCaseError::fail(text)) };
        let mut all = Vec::new();
        nodes(&tree.root, &Path::root(), &mut all);
        all.retain(|(_, node)| match &node.kind {
            Kind::Scalar(_, ScalarStyle::Plain | ScalarStyle::Single) => {
                !node.is_null() && !node.span.slice(&text).contains('\n')
            }
            _ => false,
        });
        if all.is_empty() {
            return Ok(());
        }
        let (path, node) = all[tape.below(all.len())].clone();
        let old = Data::from(node);
        let value = match old {
            Data::Boolean(value) => Data::Boolean(!value),
            Data::Integer(value) => Data::Integer(value + 1),
            Data::Decimal(_) => Data::Decimal("77.5".into()),
            _ => Data::text("another"),
        };
        let there = edit(&text, &[Edit::Set { path: path.clone(), value }]).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_ne!(&there, &text);
        let back = edit(&there, &[Edit::Set { path, value: old }]).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(back, text);
    }

    #[test]
    fn what_is_written_reads_back_for_every_reader(tape in prop::collection::vec(any::<u16>(), 1..200), odd in any::<String>()) {
        let mut tape = Tape::new(&tape);
        let hidden: Vec<usize> = crate::yaml::hidden(&odd).map(|(at, _)| at).collect();
        let (_, problems) = parse(&"p".into(), &document(&Data::text(odd.clone())));
        prop_assert_eq!(problems.len(), hidden.len(), "{:?}", odd);
        let odd: String = odd.char_indices().filter(|(at, _)| !hidden.contains(at)).map(|(_, c)| c).collect();
        // Without what stood between them, joiners may be alone.
        let odd = odd.replace(['\u{200c}', '\u{200d}'], "");
        let key = odd.replace(['\t', '\n'], " ");
        for data in [tape.data(4), Data::text(odd.clone()), Data::map([(key, Data::list([Data::text(odd.clone()), Data::flow_list([Data::text(odd)])]))])] {
            let text = document(&data);
            let (tree, problems) = parse(&"p".into(), &text);
            prop_assert_eq!(problems, vec![], "{}", text);
            prop_assert!(tree.is_some_and(|tree| Data::from(&tree.root).same(&data)), "{data:?}\n{text}");
            prop_assert_eq!(model::read(&text).map_err(TestCaseError::fail)?, model::of(&data), "{}", text);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), pieces in prop::collection::vec(0..generate::PIECES.len(), 0..40)) {
        let joined: String = pieces.iter().map(|&piece| generate::PIECES[piece]).collect();
        for text in [String::from_utf8_lossy(&bytes).into_owned(), joined] {
            let Some(tree) = read(&text) else { continue };
            let mut all = Vec::new();
            nodes(&tree.root, &Path::root(), &mut all);
            for (path, node) in all {
                prop_assert!(text.get(node.span.range()).is_some(), "{:?} in {text:?}", node.span);
                let value = Data::text("no");
                for change in [
                    Edit::Set { path: path.clone(), value: value.clone() },
                    Edit::Set { path: path.clone(), value: Data::map([("k", Data::list([value.clone()]))]) },
                    Edit::Insert { path: path.key("zzz"), value: value.clone(), before: vec![] },
                    Edit::InsertItem { path: path.clone(), index: 0, value: value.clone() },
                    Edit::MoveItem { path: path.clone(), from: 0, to: 1 },
                    Edit::RenameKey { path: path.clone(), key: "a: b".into() },
                    Edit::Remove { path },
                ] {
                    if let Ok(result) = edit(&text, &[change]) {
                        prop_assert!(read(&result).is_some());
                    }
                }
            }
        }
    }

    #[test]
    fn spans_nest_and_hold_their_text(tape in prop::collection::vec(any::<u16>(), 1..300)) {
        let text = Tape::new(&tape).text();
        let Some(tree) = read(&text) else { return Err(TestCaseError::fail(text)) };
        let mut all = Vec::new();
        nodes(&tree.root, &Path::root(), &mut all);
        for (path, node) in &all {
            let slice = text.get(node.span.range());
            prop_assert!(slice.is_some(), "{path}");
            let slice = slice.unwrap_or_default();
            let fits = match &node.kind {
                Kind::Scalar(_, ScalarStyle::Single) => slice.len() > 1 && slice.starts_with('\'') && slice.ends_with('\''),
                Kind::Scalar(_, ScalarStyle::Double) => slice.len() > 1 && slice.starts_with('"') && slice.ends_with('"'),
                Kind::Scalar(_, ScalarStyle::Literal) => slice.starts_with('|'),
                Kind::Scalar(_, ScalarStyle::Folded) => slice.starts_with('>'),
                Kind::Scalar(value, ScalarStyle::Plain) => slice.contains('\n') || slice == value,
                Kind::Sequence(_, Style::Flow) => slice.starts_with('[') && slice.ends_with(']'),
                Kind::Sequence(_, Style::Block) => slice.starts_with('-'),
                Kind::Mapping(entries, Style::Block) => entries.first().is_some_and(|first| first.key_span.start == node.span.start),
                Kind::Mapping(_, Style::Flow) => !slice.starts_with('{') || slice.ends_with('}'),
            };
            prop_assert!(fits, "{path}: {slice:?} in\n{text}");
        }
    }
}

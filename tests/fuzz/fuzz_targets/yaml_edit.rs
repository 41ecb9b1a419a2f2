//! Bytes become a document and up to three edits. An edit either refuses, or its result reads without new problems and
//! means the document with exactly that change, worked out here on plain values.
//!
//! The document ends at the last byte 0xFF, and the edits are chosen by the bytes after it; in bytes without one, by a
//! checksum of the text, so that plain YAML files are good seeds.

#![no_main]

use git_flag::source::{FilePath, Path, Step};
use git_flag::yaml::{Data, Edit, Node, Tree, edit, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (document, tape) = match bytes.iter().rposition(|&byte| byte == 0xff) {
        Some(at) => (&bytes[..at], bytes[at + 1..].to_vec()),
        None => (bytes, checksum(bytes)),
    };
    let Ok(text) = std::str::from_utf8(document) else { return };
    let mut tape = Tape { bytes: &tape, at: 0 };
    let mut text = text.to_owned();
    for _ in 0..=tape.below(3) {
        let Some(next) = step(&text, &mut tape) else { return };
        text = next;
    }
});

/// One edit; `None` when it was refused or the document does not read.
fn step(text: &str, tape: &mut Tape<'_>) -> Option<String> {
    let file = FilePath::from("");
    let (tree, problems) = parse(&file, text);
    let tree = tree?;
    let change = some_edit(&tree, tape);
    let result = edit(text, std::slice::from_ref(&change)).ok()?;
    let (after, new_problems) = parse(&file, &result);
    assert!(new_problems.len() <= problems.len(), "{change:?}\n{text}\n=>\n{result}\n{new_problems:?}");
    let after = after.unwrap_or_else(|| panic!("{change:?}\n{text}\n=>\n{result}"));
    let mut expected = Data::from(&tree.root);
    // Of duplicate keys it is not said which one is meant; the reader has reported them.
    if problems.is_empty() {
        assert!(intend(&mut expected, &change), "{change:?} was done, but does not fit\n{text}");
        assert!(Data::from(&after.root).same(&expected), "{change:?}\n{text}\n=>\n{result}");
    }
    if matches!(change, Edit::Insert { .. } | Edit::InsertItem { .. } | Edit::MoveItem { .. } | Edit::RenameKey { .. })
    {
        assert!(after.comments.len() >= tree.comments.len(), "a comment was lost: {change:?}\n{text}\n=>\n{result}");
    }
    Some(result)
}

/// Numbers to choose by; 0 when they run out.
struct Tape<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Tape<'_> {
    fn below(&mut self, limit: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % limit.max(1)
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }
}

fn checksum(bytes: &[u8]) -> Vec<u8> {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut out = Vec::new();
    for round in 0..3_u8 {
        for byte in bytes.iter().chain([&round]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        out.extend((hash ^ (hash >> 32)).to_le_bytes());
    }
    out
}

const KEYS: &[&str] = &["new", "a", "on", "it's", "x y", "1", "é", "a: b", "", "# c", "enabled", "serve"];
const TEXTS: &[&str] = &[
    "x",
    "no",
    "12:30",
    "a: b",
    "# c",
    "it's",
    "say \"hi\"",
    "two\nlines",
    "two\nlines\n",
    " lead",
    "",
    "017",
    "a\tb",
    "back\\slash",
    "é\n\nü\n",
    "\n",
    "x\n  deeper\ny",
    "end \n",
    "[",
    "- x",
    "true",
    "\u{200b}",
    "\u{7f}",
    "~",
    "---",
];

fn data(tape: &mut Tape<'_>, depth: usize) -> Data {
    match tape.below(if depth == 0 { 6 } else { 10 }) {
        0 => Data::Integer(5),
        1 => Data::Null,
        2 => Data::Boolean(true),
        3 => Data::Decimal("33.334".into()),
        4 | 5 => Data::text(tape.pick(TEXTS)),
        kind => {
            let children: Vec<Data> = (0..tape.below(4)).map(|_| data(tape, depth - 1)).collect();
            match kind {
                6 => Data::list(children),
                7 => Data::flow_list(children.into_iter().map(|child| Data::pair("p", child))),
                8 => Data::map(["on", "k", "x y"].into_iter().zip(children)),
                _ => Data::flow_map(["a", "no", "it's"].into_iter().zip(children)),
            }
        }
    }
}

/// Some edit that fits the document.
fn some_edit(tree: &Tree<'_>, tape: &mut Tape<'_>) -> Edit {
    let mut path = Path::root();
    let mut node = &tree.root;
    // Down from the root: a byte for each level.
    loop {
        let entries = node.entries().unwrap_or_default();
        let items = node.items().unwrap_or_default();
        let choice = tape.below(entries.len() + items.len() + 1);
        let Some((step, child)) = child(node, choice) else { break };
        path = match step {
            Step::Key(key) => path.key(key),
            Step::Index(index) => path.index(index),
        };
        node = child;
    }
    let len = node.items().map_or(0, <[_]>::len);
    match tape.below(7) {
        0 if !path.steps().is_empty() => Edit::Remove { path },
        1 | 2 if node.entries().is_some() || node.is_null() => {
            let keys: Vec<&str> = node.entries().unwrap_or_default().iter().map(|entry| &*entry.key).collect();
            let before = match tape.below(keys.len() + 1) {
                0 => vec![],
                index => vec![keys[index - 1].into()],
            };
            Edit::Insert { path: path.key(tape.pick(KEYS)), value: data(tape, 2), before }
        }
        1 | 2 if node.items().is_some() => Edit::InsertItem { path, index: tape.below(len + 1), value: data(tape, 2) },
        3 if len > 0 => Edit::MoveItem { path, from: tape.below(len), to: tape.below(len) },
        4 if matches!(path.split_last(), Some((_, Step::Key(_)))) => {
            Edit::RenameKey { path, key: tape.pick(KEYS).into() }
        }
        _ => Edit::Set { path, value: data(tape, 3) },
    }
}

/// The child of that number, counted from 1.
fn child<'n, 't>(node: &'n Node<'t>, number: usize) -> Option<(Step, &'n Node<'t>)> {
    let index = number.checked_sub(1)?;
    if let Some(entries) = node.entries() {
        let entry = entries.get(index)?;
        return Some((Step::Key(entry.key.as_ref().into()), &entry.value));
    }
    Some((Step::Index(index), node.items()?.get(index)?))
}

/// Makes the change; false when there is no such place.
fn intend(root: &mut Data, change: &Edit) -> bool {
    let path = change.path();
    let split = path.split_last();
    match change {
        Edit::Set { value, .. } => find(root, path).map(|place| *place = value.clone()).is_some(),
        Edit::Insert { value, before, .. } => {
            let Some((parent, Step::Key(key))) = split else { return false };
            let Some(place) = find(root, &parent) else { return false };
            if place.same(&Data::Null) {
                *place = Data::map::<String>([]);
            }
            let Data::Mapping(entries, _) = place else { return false };
            let index = before.iter().find_map(|key| entries.iter().position(|entry| entry.0 == **key));
            entries.insert(index.unwrap_or(entries.len()), (key.to_string(), value.clone()));
            true
        }
        Edit::InsertItem { index, value, .. } => {
            let Some(place) = find(root, path) else { return false };
            if place.same(&Data::Null) {
                *place = Data::list([]);
            }
            let Data::Sequence(items, _) = place else { return false };
            items.insert(*index, value.clone());
            true
        }
        Edit::Remove { .. } => {
            let Some((parent, step)) = split else { return false };
            match (find(root, &parent), step) {
                (Some(Data::Mapping(entries, _)), Step::Key(key)) => entries.retain(|entry| entry.0 != **key),
                (Some(Data::Sequence(items, _)), Step::Index(index)) => drop(items.remove(*index)),
                _ => return false,
            }
            true
        }
        Edit::RenameKey { key: new, .. } => {
            let Some((parent, Step::Key(key))) = split else { return false };
            let Some(Data::Mapping(entries, _)) = find(root, &parent) else { return false };
            let entry = entries.iter_mut().find(|entry| entry.0 == **key);
            entry.map(|entry| entry.0 = new.to_string()).is_some()
        }
        Edit::MoveItem { from, to, .. } => {
            let Some(Data::Sequence(items, _)) = find(root, path) else { return false };
            let item = items.remove(*from);
            items.insert(*to, item);
            true
        }
    }
}

fn find<'d>(root: &'d mut Data, path: &Path) -> Option<&'d mut Data> {
    path.steps().iter().try_fold(root, |data, step| match (data, step) {
        (Data::Mapping(entries, _), Step::Key(key)) => {
            entries.iter_mut().find(|entry| entry.0 == **key).map(|entry| &mut entry.1)
        }
        (Data::Sequence(items, _), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    })
}

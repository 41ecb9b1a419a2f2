//! Edits by hand: before, edit, after, to the byte.

use super::{Edit, EditError, edit};
use crate::source::Path;
use crate::yaml::Data;

/// `a.b[0].c`
fn at(text: &str) -> Path {
    let mut path = Path::root();
    for part in text.split(['.', '[']).filter(|part| !part.is_empty()) {
        path = match part.strip_suffix(']') {
            Some(index) => path.index(index.parse().unwrap()),
            None => path.key(part),
        };
    }
    path
}

fn set(path: &str, value: Data) -> Edit {
    Edit::Set { path: at(path), value }
}

fn insert(path: &str, value: Data, before: &[&str]) -> Edit {
    Edit::Insert { path: at(path), value, before: before.iter().map(|&key| key.into()).collect() }
}

fn item(path: &str, index: usize, value: Data) -> Edit {
    Edit::InsertItem { path: at(path), index, value }
}

fn remove(path: &str) -> Edit {
    Edit::Remove { path: at(path) }
}

fn rename(path: &str, key: &str) -> Edit {
    Edit::RenameKey { path: at(path), key: key.into() }
}

fn shift(path: &str, from: usize, to: usize) -> Edit {
    Edit::MoveItem { path: at(path), from, to }
}

fn check(cases: &[(&str, Edit, &str)]) {
    for (before, change, after) in cases {
        match edit(before, std::slice::from_ref(change)) {
            Ok(result) => assert_eq!(result, *after, "\n{change:?} on\n{before}gives\n{result}"),
            Err(error) => panic!("{change:?} on\n{before}fails: {error}"),
        }
    }
}

fn n(value: i64) -> Data {
    Data::Integer(value)
}

fn t(text: &str) -> Data {
    Data::text(text)
}

#[test]
fn sets_scalars_by_scalars() {
    check(&[
        ("a: true # on\nb: 1\n", set("a", Data::Boolean(false)), "a: false # on\nb: 1\n"),
        ("a: 'x' # c\n", set("a", t("it's")), "a: 'it''s' # c\n"),
        ("a: \"x\"\n", set("a", t("y")), "a: \"y\"\n"),
        ("a: \"x\"\n", set("a", n(3)), "a: 3\n"),
        ("a: x\n", set("a", t("no")), "a: \"no\"\n"),
        ("a: x\n", set("a", t("a: b")), "a: \"a: b\"\n"),
        ("a: 2026-12-01\n", set("a", t("2027-01-31")), "a: 2027-01-31\n"),
        ("a: x\n", set("a", Data::plain("2027-01-31")), "a: 2027-01-31\n"),
        ("a: {b: x, c: [1, 2]}\n", set("a.c[1]", t("x,y")), "a: {b: x, c: [1, \"x,y\"]}\n"),
        (
            "a: [control: 34, b: 66]\n",
            set("a[0].control", Data::Decimal("33.334".into())),
            "a: [control: 33.334, b: 66]\n",
        ),
        ("a:   1\nb: 2", set("b", n(3)), "a:   1\nb: 3"),
        ("a: 1\r\nb: 2 # c\r\n", set("a", n(3)), "a: 3\r\nb: 2 # c\r\n"),
        ("\u{feff}a: 1\n", set("a", n(2)), "\u{feff}a: 2\n"),
        ("é: 日本 # ü\nb: 1\n", set("é", t("x")), "é: x # ü\nb: 1\n"),
        ("a: one\n  two # c\nb: 1\n", set("a", t("x")), "a: x # c\nb: 1\n"),
        ("a:\n  # why\n  old # c\n", set("a", t("new")), "a:\n  # why\n  new # c\n"),
        ("- 1\n-   2 # c\n", set("[1]", n(3)), "- 1\n-   3 # c\n"),
        ("x\n", set("", n(3)), "3\n"),
        ("a: 1.0\n", set("a", n(1)), "a: 1.0\n"),
        ("a: no # c\n", set("a", t("no")), "a: \"no\" # c\n"),
        ("a: ~\n", set("a", Data::Null), "a: ~\n"),
    ]);
}

#[test]
fn sets_where_nothing_stands() {
    check(&[
        ("a:\nb: 1\n", set("a", n(1)), "a: 1\nb: 1\n"),
        ("a:   # c\nb: 1\n", set("a", n(1)), "a: 1   # c\nb: 1\n"),
        ("a: # c\nb: 1\n", set("a", Data::map([("x", n(1))])), "a: # c\n  x: 1\nb: 1\n"),
        ("- \n- 2\n", set("[0]", n(1)), "- 1 \n- 2\n"),
        ("-\n- 2\n", set("[0]", Data::map([("x", n(1)), ("y", n(2))])), "- x: 1\n  \"y\": 2\n- 2\n"),
        ("{a, b: , c: 1}\n", set("a", n(1)), "{a: 1, b: , c: 1}\n"),
        ("{a, b: , c: 1}\n", set("b", n(1)), "{a, b: 1 , c: 1}\n"),
        ("# only\n", set("", Data::map([("x", n(1))])), "# only\nx: 1\n"),
        ("", set("", Data::map([("x", n(1))])), "x: 1\n"),
        ("\"k\" :\n", set("k", n(1)), "\"k\" : 1\n"),
    ]);
}

#[test]
fn sets_text_of_several_lines() {
    check(&[
        ("a: |  # c\n    x\n    y\n\n# d\nb: 1\n", set("a", t("p\nq\n")), "a: |  # c\n    p\n    q\n\n# d\nb: 1\n"),
        ("a: >\n  x\n  y\nb: 1\n", set("a", t("z\n")), "a: >\n  z\nb: 1\n"),
        ("a: |\n  x\n", set("a", t("z")), "a: |-\n  z\n"),
        ("a: | # c\n  x\n  y\nb: 1\n", set("a", n(1)), "a: 1 # c\nb: 1\n"),
        ("a: |\r\n  x\r\nb: 1\r\n", set("a", t("p\nq\n")), "a: |\r\n  p\r\n  q\r\nb: 1\r\n"),
        ("a: x # c\nb: 1\n", set("a", t("p\nq\n")), "a: | # c\n  p\n  q\nb: 1\n"),
        ("a: \"x\" # c\n", set("a", t("p\nq\n")), "a: \"p\\nq\\n\" # c\n"),
        ("a: |+\n  x\n\n\nb: 1\n", set("a", t("z\n")), "a: |\n  z\nb: 1\n"),
        ("- |\n  x\n- 2\n", set("[0]", Data::map([("k", n(1)), ("l", n(2))])), "- k: 1\n  l: 2\n- 2\n"),
        ("a: |\n  x\nb: 1\n", set("a", Data::map([("k", n(1))])), "a: \n  k: 1\nb: 1\n"),
    ]);
}

#[test]
fn sets_collections() {
    check(&[
        ("a: 1 # c\nb: 2\n", set("a", Data::map([("x", n(1))])), "a: # c\n  x: 1\nb: 2\n"),
        ("a:\n  x: 1 # c\n  y: 2\n# d\nb: 2\n", set("a", n(1)), "a: 1\n# d\nb: 2\n"),
        ("a: # c\n  x: 1\nb: 2", set("a", n(1)), "a: 1 # c\nb: 2"),
        ("b: 2\na:\n  - 1", set("a", n(1)), "b: 2\na: 1"),
        ("a: [1, 2] # c\n", set("a", Data::list([t("x"), t("z")])), "a: [x, z] # c\n"),
        ("a: {x: 1} # c\n", set("a", Data::list([t("x")])), "a: # c\n  - x\n"),
        ("a:\n- 1\n- 2\nb: 1\n", set("a", Data::map([("x", n(1))])), "a:\n  x: 1\nb: 1\n"),
        ("a:\n- 1\n- 2\nb: 1\n", set("a", n(5)), "a: 5\nb: 1\n"),
        ("r:\n  - id: x\n    when: 1\n  - 2\n", set("r[0]", n(5)), "r:\n  - 5\n  - 2\n"),
        (
            "r:\n  - 5 # c\n  - 2\n",
            set("r[0]", Data::map([("x", n(1)), ("y", n(2))])),
            "r:\n  - x: 1 # c\n    \"y\": 2\n  - 2\n",
        ),
        ("a: {x: 1}\n", set("a.x", Data::map([("y", n(1))])), "a: {x: {\"y\": 1}}\n"),
        ("serve: false\n", set("serve", Data::flow_map([("percentage", n(25))])), "serve: {percentage: 25}\n"),
        (
            "serve: {split: [a: 50, b: 50]} # half\n",
            set("serve.split", Data::flow_list([Data::pair("a", n(30)), Data::pair("b", n(70))])),
            "serve: {split: [a: 30, b: 70]} # half\n",
        ),
    ]);
}

#[test]
fn sets_only_what_differs_in_a_collection() {
    check(&[
        (
            "a:\n  # one\n  x: 1 # c\n\n  z: 3 # d\n  w: 4\n",
            set("a", Data::map([("x", n(1)), ("y", n(2)), ("z", n(4))])),
            "a:\n  # one\n  x: 1 # c\n\n  \"y\": 2\n  z: 4 # d\n",
        ),
        ("a: [1, 2, 3] # c\n", set("a", Data::flow_list([n(1), n(3)])), "a: [1, 3] # c\n"),
        ("- a # 1\n- b # 2\n", set("", Data::list([t("a"), t("c"), t("b")])), "- a # 1\n- c\n- b # 2\n"),
    ]);
}

#[test]
fn inserts_entries() {
    check(&[
        ("a: 1 # c\n\n# end\n", insert("b", n(2), &[]), "a: 1 # c\nb: 2\n\n# end\n"),
        ("a: 1", insert("b", n(2), &[]), "a: 1\nb: 2"),
        ("a: 1\r\nb: 2\r\n", insert("c", Data::map([("x", n(1))]), &[]), "a: 1\r\nb: 2\r\nc:\r\n  x: 1\r\n"),
        ("a: 1\n# about b\nb: 2\n", insert("c", n(3), &["z", "b"]), "a: 1\nc: 3\n# about b\nb: 2\n"),
        ("# file\na: 1\n", insert("b", n(2), &["a"]), "# file\nb: 2\na: 1\n"),
        (
            "a:\n    x: 1\nb: 2\n",
            insert("a.v", Data::map([("z", n(1))]), &[]),
            "a:\n    x: 1\n    v:\n        z: 1\nb: 2\n",
        ),
        ("a:\n- 1\nb: 2\n", insert("c", Data::list([n(1)]), &[]), "a:\n- 1\nb: 2\nc:\n- 1\n"),
        ("- x: 1\n  y: 2\n", insert("[0].z", n(3), &["x"]), "- z: 3\n  x: 1\n  y: 2\n"),
        ("- x: 1\n- 2\n", insert("[0].z", n(3), &[]), "- x: 1\n  z: 3\n- 2\n"),
        ("a: {x: 1}\n", insert("a.on", n(2), &[]), "a: {x: 1, \"on\": 2}\n"),
        ("a: {x: 1, y: 2, }\n", insert("a.z", n(3), &["y"]), "a: {x: 1, z: 3, y: 2, }\n"),
        ("a: {x: }\n", insert("a.z", n(1), &[]), "a: {x: , z: 1 }\n"),
        ("a: {}\n", insert("a.x", n(1), &[]), "a: {x: 1}\n"),
        ("a: {} # c\n", insert("a.x", Data::map([("y", n(1))]), &[]), "a: # c\n  x:\n    \"y\": 1\n"),
        ("a:\nb: 1\n", insert("a.x", n(1), &[]), "a:\n  x: 1\nb: 1\n"),
        ("a: ~ # c\n", insert("a.x", n(1), &[]), "a: # c\n  x: 1\n"),
        ("a: [control: 34]\n", insert("a[0].b", n(1), &[]), "a: [{control: 34, b: 1}]\n"),
        ("a: {\n  x: 1, # c\n  y: 2 # d\n}\n", insert("a.z", n(3), &[]), "a: {\n  x: 1, # c\n  y: 2, # d\n  z: 3\n}\n"),
        ("a: {\n  x: 1, # c\n}\n", insert("a.z", n(3), &[]), "a: {\n  x: 1, # c\n  z: 3,\n}\n"),
        ("a: {\n  # h\n  x: 1,\n}\n", insert("a.z", n(3), &["x"]), "a: {\n  z: 3,\n  # h\n  x: 1,\n}\n"),
        ("a: {\n  # none\n}\n", insert("a.z", n(3), &[]), "a: {\n  # none\nz: 3}\n"),
        ("a: |\n  x\n\n\n# c\n", insert("b", n(1), &[]), "a: |\n  x\nb: 1\n\n\n# c\n"),
        ("a: |+\n  x\n\n", insert("b", n(1), &[]), "a: |+\n  x\n\nb: 1\n"),
        ("", insert("b", n(1), &[]), "b: 1\n"),
        ("---\na: 1\n...\n", insert("b", n(1), &[]), "---\na: 1\nb: 1\n...\n"),
    ]);
}

#[test]
fn inserts_items() {
    check(&[
        ("a:\n  - 1 # c\n  # d\n  - 2\n", item("a", 1, n(5)), "a:\n  - 1 # c\n  - 5\n  # d\n  - 2\n"),
        ("a:\n- 1\nb: 1\n", item("a", 1, n(5)), "a:\n- 1\n- 5\nb: 1\n"),
        ("- - 1\n  - 2\n", item("[0]", 0, n(5)), "- - 5\n  - 1\n  - 2\n"),
        ("a:\n  - x: 1\n", item("a", 0, Data::map([("p", n(1)), ("q", n(2))])), "a:\n  - p: 1\n    q: 2\n  - x: 1\n"),
        ("a: [1, 2]\n", item("a", 2, t("no")), "a: [1, 2, \"no\"]\n"),
        ("a: [1, 2]\n", item("a", 0, n(0)), "a: [0, 1, 2]\n"),
        ("a: [x: 1]\n", item("a", 1, Data::pair("y", n(2))), "a: [x: 1, \"y\": 2]\n"),
        ("a: []\n", item("a", 0, n(1)), "a: [1]\n"),
        ("a: [] # c\n", item("a", 0, Data::map([("x", n(1)), ("y", n(2))])), "a: # c\n  - x: 1\n    \"y\": 2\n"),
        ("a:\n", item("a", 0, n(1)), "a:\n  - 1\n"),
        ("a: [\n  1,\n  2\n]\n", item("a", 2, n(3)), "a: [\n  1,\n  2,\n  3\n]\n"),
        ("a: [1,\n    2]\n", item("a", 2, n(3)), "a: [1,\n    2, 3]\n"),
    ]);
}

#[test]
fn removes_entries() {
    check(&[
        ("a: 1 # x\n# about b\n# more\nb: 2 # y\n# about c\nc: 3\n", remove("b"), "a: 1 # x\n# about c\nc: 3\n"),
        ("a: 1\n# apart\n\nb: 2\nc: 3\n", remove("b"), "a: 1\n# apart\n\nc: 3\n"),
        ("# file\na: 1\nb: 2\n", remove("a"), "# file\nb: 2\n"),
        ("a: 1\nb: 2", remove("b"), "a: 1"),
        ("a: 1\r\nb: 2", remove("b"), "a: 1"),
        ("a: 1\n\nb: 2\n\nc: 3\n", remove("b"), "a: 1\n\nc: 3\n"),
        ("a: 1\n\nb: 2\n", remove("b"), "a: 1\n"),
        ("a: 1\n\nb: 2", remove("b"), "a: 1"),
        ("a:\n  x: 1 # c\nb: 2\n", remove("a.x"), "a: {}\nb: 2\n"),
        ("a: # c\n  # d\n  x: 1\n  # e\nb: 2\n", remove("a.x"), "a: {} # c\n  # e\nb: 2\n"),
        ("b: 2\na:\n\n  x: 1", remove("a.x"), "b: 2\na: {}"),
        ("b: 2\na:\n  x:\n    y: 1", remove("a.x"), "b: 2\na: {}"),
        ("a: 1 # c\n# d\n", remove("a"), "{} # c\n# d\n"),
        ("- x: 1\n  y: 2\n", remove("[0].x"), "- y: 2\n"),
        ("- x: 1 # c\n  # about y\n  y: 2\n", remove("[0].x"), "- # about y\n  y: 2\n"),
        ("- x: 1\n  y: 2\n", remove("[0].y"), "- x: 1\n"),
        ("- x: 1 # c\n- 2\n", remove("[0].x"), "- {} # c\n- 2\n"),
        ("a: {x: 1, y: 2, z: 3}\n", remove("a.x"), "a: {y: 2, z: 3}\n"),
        ("a: {x: 1, y: 2, z: 3}\n", remove("a.y"), "a: {x: 1, z: 3}\n"),
        ("a: {x: , y: 2}\n", remove("a.y"), "a: {x: }\n"),
        ("a: {x: 1, y: 2, z: 3}\n", remove("a.z"), "a: {x: 1, y: 2}\n"),
        ("a: { x: 1 }\n", remove("a.x"), "a: {}\n"),
        ("a: |\n  text\n  # no comment\nb: 1\n", remove("a"), "b: 1\n"),
        ("a:\n  b: 1\n  # tail\nc: 2\n", remove("a"), "  # tail\nc: 2\n"),
    ]);
}

#[test]
fn removes_items() {
    check(&[
        ("a:\n  - 1 # c\n  # about 2\n  - 2\n  - 3\n", remove("a[1]"), "a:\n  - 1 # c\n  - 3\n"),
        ("a:\n- 1\n- 2\nb: 1\n", remove("a[0]"), "a:\n- 2\nb: 1\n"),
        ("a:\n- 1\nb: 1\n", remove("a[0]"), "a: []\nb: 1\n"),
        ("- - 1\n  - 2\n- 3\n", remove("[0][0]"), "- - 2\n- 3\n"),
        ("a: [1, 2, 3] # c\n", remove("a[1]"), "a: [1, 3] # c\n"),
        ("a: [1, 2, ] # c\n", remove("a[1]"), "a: [1, ] # c\n"),
        ("a: [1]\n", remove("a[0]"), "a: []\n"),
        ("a: [x: 1, y: 2]\n", remove("a[0]"), "a: [y: 2]\n"),
        ("a: [x: 1, y: 2]\n", remove("a[0].x"), "a: [{}, y: 2]\n"),
        ("a: [\n  1, # one\n  # about two\n  2, # two\n  3\n]\n", remove("a[1]"), "a: [\n  1, # one\n  3\n]\n"),
        ("a: [\n  1, # one\n  2 # two\n]\n", remove("a[1]"), "a: [\n  1 # one\n]\n"),
        ("a: [1, 2,\n    3, 4]\n", remove("a[1]"), "a: [1,\n    3, 4]\n"),
        ("a: [1, # one\n    2]\n", remove("a[1]"), "a: [1 # one\n    ]\n"),
    ]);
}

#[test]
fn renames_keys() {
    check(&[
        ("a: 1 # c\nb: 2\n", rename("a", "z"), "z: 1 # c\nb: 2\n"),
        ("\"a\" : 1\n", rename("a", "z"), "\"z\" : 1\n"),
        ("'a': 1\n", rename("a", "it's"), "'it''s': 1\n"),
        ("x: {a: 1, b: 2}\n", rename("x.a", "on"), "x: {\"on\": 1, b: 2}\n"),
        ("x: [control: 34]\n", rename("x[0].control", "blue"), "x: [blue: 34]\n"),
        ("- a:\n    b: 1\n", rename("[0].a", "longer"), "- longer:\n    b: 1\n"),
    ]);
}

#[test]
fn moves_items() {
    check(&[
        ("- 1 # a\n# about 2\n- 2\n- 3\n", shift("", 1, 0), "# about 2\n- 2\n- 1 # a\n- 3\n"),
        ("# file\n- 1\n- 2\n- 3", shift("", 0, 2), "# file\n- 2\n- 3\n- 1"),
        ("r:\n  - 1\n\n  - x: 1\n    y: 2\n\n  - 3", shift("r", 2, 0), "r:\n  - 3\n  - 1\n\n  - x: 1\n    y: 2"),
        ("a:\n - [\n  ]\n\n - x\n", shift("a", 1, 0), "a:\n - x\n - [\n  ]\n\n"),
        ("a:\n - [\n  ]\n\n - x", shift("a", 1, 0), "a:\n - x\n - [\n  ]"),
        ("- - 1\n  # h\n  - 2\n- 3\n", shift("[0]", 1, 0), "- # h\n  - 2\n  - 1\n- 3\n"),
        ("- - 1 # a\n  # h\n  - 2\n- 3\n", shift("[0]", 0, 1), "- # h\n  - 2\n  - 1 # a\n- 3\n"),
        ("a: [1, 22, 333]\n", shift("a", 2, 0), "a: [333, 1, 22]\n"),
        ("a: [\n  1, # c\n  2,\n]\n", shift("a", 0, 1), "a: [\n  2, # c\n  1,\n]\n"),
        ("- 1\r\n- 2\r\n", shift("", 0, 1), "- 2\r\n- 1\r\n"),
    ]);
}

#[test]
fn refuses_what_it_cannot_do_honestly() {
    let refused = |before: &str, change: Edit| edit(before, &[change]).unwrap_err();
    assert_eq!(refused("a: 1\n", set("b", n(1))), EditError::Missing(at("b")));
    assert_eq!(refused("a: 1\n", remove("a.b")), EditError::Missing(at("a.b")));
    assert_eq!(refused("a: 1\n", insert("a", n(1), &[])), EditError::Exists(at("a")));
    assert_eq!(refused("a: 1\nb: 1\n", rename("a", "b")), EditError::Exists(at("b")));
    assert_eq!(
        refused("a: 1\n", insert("a.b", n(1), &[])),
        EditError::NotAMapping { path: at("a"), found: "a number" }
    );
    assert_eq!(refused("a: x\n", item("a", 0, n(1))), EditError::NotAList { path: at("a"), found: "text" });
    assert_eq!(refused("[1]\n", item("", 2, n(1))), EditError::OutOfBounds { path: at(""), index: 2, len: 1 });
    assert_eq!(refused("[1]\n", shift("", 0, 1)), EditError::OutOfBounds { path: at(""), index: 1, len: 1 });
    assert_eq!(refused("a: 1\n", remove("")), EditError::Root);
    assert_eq!(refused("[1]\n", insert("[1]", n(1), &[])), EditError::NotAnEntry(at("[1]")));
    for text in ["a: &x 1\nb: 2\n", "a: !!str 1\n", "a: 1\n---\nb: 1\n", "a: 1\na: 2\n", "? a\n: 1\n"] {
        assert!(matches!(refused(text, set("a", n(5))), EditError::Dishonest(_)), "{text}");
    }
    assert!(matches!(refused("a: [", set("a", n(5))), EditError::Unreadable(_)));
    for value in [Data::Number(f64::NAN), n(1 << 53), Data::map([("x", n(1)), ("x", n(2))])] {
        assert!(matches!(refused("a: 1\n", set("a", value)), EditError::Guard { .. }));
    }
}

#[test]
fn applies_edits_in_order_and_all_or_nothing() {
    let edits = [insert("b", n(2), &[]), set("b", n(3)), remove("a")];
    assert_eq!(edit("a: 1\n", &edits).unwrap(), "b: 3\n");
    assert!(edit("a: 1\n", &[set("a", n(2)), remove("z")]).is_err());
    assert_eq!(edit("a: 1", &[]).unwrap(), "a: 1");
}

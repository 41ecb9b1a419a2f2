//! Small suites of our own, one for each source: they run without the suites of others.

use super::{import, json, own};
use git_flag::exchange::{Input, Kept};
use git_flag::model::{Bucketing, Timestamp, Value};
use proptest::prelude::*;
use serde_json::Value as Json;

/// The moment that the cases are asked at.
const NOW: i64 = 1_790_000_000;

/// The files of each source that mutations start from.
const FILES: &[(&str, &str)] = &[
    ("launchdarkly", "flags.json"),
    ("launchdarkly", "kinds.json"),
    ("launchdarkly", "rest.json"),
    ("growthbook", "features.json"),
    ("flipt", "features.yaml"),
    ("flipt", "snapshot.json"),
    ("flagd", "flags.json"),
    ("unleash", "own.json"),
    ("unleash", "export.json"),
];

/// Imports `files` of `tests/conformance/<source>/`, and asks what `cases` beside the first says.
pub(super) fn cases(source: &str, files: &[&str]) {
    let (stem, _) = files[0].split_once('.').expect("an ending");
    let suite = json(&own(&format!("{source}/{stem}-cases.json")));
    let input = |name: &&str| Input { file: (*name).to_owned(), text: own(&format!("{source}/{name}")) };
    let asked = import(source, &files.iter().map(input).collect::<Vec<_>>(), Bucketing::FlagdV3);
    for case in suite["cases"].as_array().expect("cases") {
        let key = case["flag"].as_str().expect("a flag");
        let now = Timestamp::from_unix(case["now"].as_i64().unwrap_or(NOW));
        let decision = asked.ask(key, &case["context"], now);
        let value = decision.value.map(Value::to_json);
        assert_eq!(value.as_ref(), Some(&case["value"]), "{case}\n{decision:?}\n{}", asked.left_out(key));
    }
    let said = |kept: Kept| -> Json {
        let about = asked.imported.items.iter().filter(|item| item.kept == kept);
        let keys: std::collections::BTreeSet<_> = about.filter_map(|item| item.flag.clone()).collect();
        keys.into_iter().collect::<Vec<_>>().into()
    };
    assert_eq!(said(Kept::No), suite["left_out"], "{:#?}", asked.imported.items);
    assert_eq!(said(Kept::Otherwise), suite["otherwise"], "{:#?}", asked.imported.items);
    // What many flags have in common is said once, with all of their names.
    let common = asked.imported.items.iter().filter(|item| item.kept == Kept::Otherwise && item.flag.is_none());
    let common: Vec<&str> = common.map(|item| item.message.as_str()).collect();
    for name in suite["in_common"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        let names = |message: &&str| message.split(['(', ')', ',']).any(|word| word.trim() == name);
        assert!(common.iter().any(names), "{name}: {common:#?}");
    }
}

/// What looks like a file of flags and holds none says what to take instead.
#[test]
fn answers_about_flags_are_told_from_flags() {
    for (source, text, expected) in [
        ("growthbook", r#"{"features": [{"id": "x", "defaultValue": "true", "environments": {}}]}"#, "REST API"),
        ("launchdarkly", r#"{"x": true, "$flagsState": {"x": {"variation": 0}}, "$valid": true}"#, "one context"),
        ("unleash", r#"{"toggles": [{"name": "x", "enabled": true}]}"#, "no `features`"),
        ("flipt", r#"{"flagKey": "x", "enabled": true}"#, "no `flags`"),
    ] {
        let asked = import(source, &[Input { file: "file.json".into(), text: text.into() }], Bucketing::FlagdV3);
        let said = &asked.imported.items;
        assert!(said.iter().any(|item| item.kept == Kept::No && item.message.contains(expected)), "{said:#?}");
        assert!(asked.imported.flags.is_empty());
    }
}

/// Pieces that documents of the sources are made of, and pieces that they are not.
const PIECES: &[&str] = &[
    "{}",
    "[]",
    "null",
    "true",
    "-1",
    "0",
    "1e300",
    "\"\"",
    "\"a\"",
    "\"kind\"",
    "\"$or\"",
    "[[]]",
    "{\"a\":{\"$x\":1}}",
    "99999999999999999999",
    "0.123456789",
    "\"multi\"",
    "\"(\"",
    "\"\\u0000\"",
    "\"2026-02-30\"",
    "\"10.0.0.0/33\"",
    ",",
    ":",
    "\"",
    "{",
    "]",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever stands in a file: no panic, and what comes out can be written, read and evaluated.
    #[test]
    fn any_text_is_read_or_refused(
        seed in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..3), 0..6),
    ) {
        let (source, file) = seed.get(FILES);
        let mut text = own(&format!("{source}/{file}"));
        for (place, piece, kind) in edits {
            text = mutated(&text, place.index(text.len().max(1)), PIECES[piece.index(PIECES.len())], kind);
        }
        import(source, &[Input { file: (*file).to_owned(), text }], Bucketing::FlagdV3);
    }
}

/// The text with the scalar or list around `place` replaced, with a piece put in, or with a piece cut out.
fn mutated(text: &str, place: usize, piece: &str, kind: usize) -> String {
    let ends = |c: char| matches!(c, ',' | '{' | '}' | '[' | ']' | ':' | '\n');
    let place = (0..=place.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = text[..place].rfind(ends).map_or(0, |at| at + 1);
    let end = text[place..].find(ends).map_or(text.len(), |at| place + at);
    match kind {
        0 => format!("{}{piece}{}", &text[..start], &text[end.max(start)..]),
        1 => format!("{}{piece}{}", &text[..place], &text[place..]),
        _ => format!("{}{}", &text[..start], &text[end.max(start)..]),
    }
}

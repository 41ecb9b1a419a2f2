//! Any context, as JSON or as assignments, against all shipped flags: no panic, the same answer twice, and `explain`
//! answers what `evaluate` answers, also where only what is asked for was kept.

#![no_main]

use git_flag::evaluate::{Context, Program, Reason, Selection, Wanted};
use git_flag::model::{Catalog, Timestamp};
use git_flag::project::{Files, load_all};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    load_all(&Files::on_disk(root.into())).expect("the shipped flags").catalog
});
static PROGRAM: LazyLock<Program> = LazyLock::new(|| Program::compile(&CATALOG));
static WANTED: LazyLock<Vec<Wanted<'static>>> = LazyLock::new(|| {
    let paths = PROGRAM.attributes().map(|path| path.parts().iter().map(|part| &**part).collect::<Vec<_>>());
    Wanted::all(paths)
});
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| PROGRAM.keys().map(str::to_owned).collect());

const ENVIRONMENTS: [&str; 4] = ["production", "staging", "development", "elsewhere"];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut selection = None;
    let context = if text.starts_with('{') {
        let selected = Selection::parse(text, &WANTED);
        let context = match Context::parse(text) {
            Ok(context) => context,
            Err(error) => return assert_eq!(selected, Err(error)),
        };
        selection = Some(selected.expect("what all of it was accepted of"));
        context
    } else {
        let mut context = Context::default();
        for line in text.lines() {
            // What does not parse changes nothing.
            let before = context.clone();
            if context.assign(line, CATALOG.project.attributes.as_ref()).is_err() {
                assert!(before.attributes().len() <= context.attributes().len(), "{line}");
            }
        }
        context
    };
    let sum = bytes.iter().fold(7_u64, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let environment = ENVIRONMENTS[(sum % 4) as usize];
    let now = Timestamp::from_unix(1_700_000_000 + (sum >> 8) as i64 % 200_000_000);
    let bound = PROGRAM.bind(&context);
    for decision in bound.evaluate_all(environment, now) {
        assert!(decision.reason != Reason::Error && decision.value.is_some(), "{decision:?}");
        assert_eq!(decision, bound.evaluate(decision.key, environment, now));
    }
    if let Some(selection) = &selection {
        let selected = PROGRAM.bind_selection(selection);
        assert!(bound.evaluate_all(environment, now).eq(selected.evaluate_all(environment, now)));
    }
    let key = &KEYS[(sum >> 3) as usize % KEYS.len()];
    let (explained, _) = bound.explain(key, environment, now);
    let decision = PROGRAM.bind(&context).evaluate(key, environment, now);
    assert_eq!(decision, explained);
    assert_eq!(decision.to_json(), explained.to_json());
});

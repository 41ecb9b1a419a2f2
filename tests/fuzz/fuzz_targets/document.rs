//! Any YAML through the decoder of its kind: no panic; places lie in the text; what the decoder accepts, the schema
//! accepts; what it refuses, the schema refuses, apart from what a schema can't express.

#![no_main]

use git_flag::diagnostic::Diagnostic;
use git_flag::document::schema::{Document, NOT_IN_SCHEMA, schema_accepts};
use git_flag::document::{self, node_to_json};
use git_flag::lint;
use git_flag::model::{FlagKey, Project, SegmentName, Timestamp};
use git_flag::source::{At, FilePath};
use git_flag::yaml::parse;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static KEY: LazyLock<FlagKey> = LazyLock::new(|| FlagKey::new("a").expect("a key"));
static NAME: LazyLock<SegmentName> = LazyLock::new(|| SegmentName::new("s").expect("a name"));
static FILE: LazyLock<FilePath> = LazyLock::new(|| "flags/a.yaml".into());
static PROJECT: LazyLock<Project> = LazyLock::new(|| {
    let text = include_str!("../../../flags/project.yaml");
    document::project(&FILE, &parse(&FILE, text).0.expect("a tree")).0.expect("a project")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (Some(tree), syntax) = parse(&FILE, text) else { return };
    let has = |key| tree.root.get(key).is_some();
    let context = lint::FileContext { project: &PROJECT, file: &FILE, now: Timestamp::from_unix(1_790_000_000) };
    let (kind, accepted, problems) = if has("format") {
        let (project, problems) = document::project(&FILE, &tree);
        (Document::Project, project.is_some(), problems)
    } else if has("answers") {
        let (golden, problems) = document::golden(&FILE, &tree);
        (Document::Golden, golden.is_some(), problems)
    } else if has("expect") && text.contains("member") {
        let (tests, problems) = document::segment_tests(&FILE, &tree);
        (Document::SegmentTests, tests.is_some(), problems)
    } else if has("expect") {
        let (tests, problems) = document::flag_tests(&FILE, &tree);
        (Document::Tests, tests.is_some(), problems)
    } else if has("include") || has("exclude") || has("match") {
        let (segment, problems) = document::segment(&FILE, &NAME, &tree);
        if let Some(segment) = &segment {
            places(&lint::check_segment(&context, segment), text);
        }
        (Document::Segment, segment.is_some(), problems)
    } else {
        let (flag, problems) = document::flag(&FILE, &KEY, &tree);
        let _ = document::salvage_default(&tree);
        if let Some(flag) = &flag {
            let found = lint::check_flag(&context, flag);
            places(&found, text);
            places(&lint::suppress(&context, &tree, found), text);
        }
        (Document::Flag, flag.is_some(), problems)
    };
    assert!(!accepted || !problems.iter().any(Diagnostic::is_error), "{problems:?}");
    places(&problems, text);
    if !syntax.is_empty() {
        return;
    }
    assert!(accepted || !problems.is_empty(), "refused without a reason");
    let Some(json) = node_to_json(&tree.root) else { panic!("no JSON without a problem: {text}") };
    let expressible = |problem: &Diagnostic| !NOT_IN_SCHEMA.iter().any(|(code, _)| *code == problem.code);
    if accepted {
        schema_accepts(kind, &json).unwrap_or_else(|error| panic!("{error}\n{text}"));
    } else if problems.iter().all(expressible) {
        assert!(schema_accepts(kind, &json).is_err(), "the schema accepts what has {problems:?}\n{text}");
    }
});

fn places(problems: &[Diagnostic], text: &str) {
    for problem in problems {
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
        for place in problem.place.iter().chain(problem.related.iter().map(|(place, _)| place)) {
            if let At::Span(span) = &place.at {
                assert!(text.get(span.range()).is_some(), "{problem:?}");
            }
        }
    }
}

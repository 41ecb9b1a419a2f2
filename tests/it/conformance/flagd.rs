//! flagd's test bed: Gherkin outlines, expanded to one case a line.

use super::{Asked, Case, Suite, check, document_lines, import, json, own, read, suites};
use git_flag::evaluate::Reason;
use git_flag::exchange::Input;
use git_flag::model::{Bucketing, Timestamp, Value};
use serde_json::{Map, Value as Json};
use std::path::Path;

/// Reasons that mean the same: flagd says `TARGETING_MATCH` of whatever its targeting names, by bucket or as the last
/// `else`, and `DEFAULT` of whatever it leaves to the default, also where a rule of ours says so.
const REASONS: &[(&str, &[Reason])] = &[
    ("STATIC", &[Reason::Static]),
    ("DEFAULT", &[Reason::Default, Reason::Static, Reason::TargetingMatch]),
    ("TARGETING_MATCH", &[Reason::TargetingMatch, Reason::Split, Reason::Default]),
    ("DISABLED", &[Reason::Disabled]),
    ("ERROR", &[Reason::Error]),
];

/// The moment that the cases are asked at.
const NOW: i64 = 1_790_000_000;

#[test]
fn own_cases() {
    let suite: Json = json(&own("flagd/cases.json"));
    for (name, bucketing) in [("v2", Bucketing::FlagdV2), ("v3", Bucketing::FlagdV3)] {
        let input = Input { file: "flagd/flags.json".into(), text: own("flagd/flags.json") };
        let asked = import("flagd", &[input], bucketing);
        for case in suite["cases"].as_array().expect("cases") {
            let key = case["flag"].as_str().expect("a flag");
            let now = Timestamp::from_unix(case["now"].as_i64().unwrap_or(NOW));
            let decision = asked.ask(key, &case["context"], now);
            let expected = if case[name].is_null() { &case["value"] } else { &case[name] };
            let value = decision.value.map(Value::to_json);
            assert_eq!(value.as_ref(), Some(expected), "{name} {case}\n{}", asked.left_out(key));
        }
        let mut left_out: Vec<String> = asked
            .imported
            .items
            .iter()
            .filter(|item| item.kept == git_flag::exchange::Kept::No)
            .filter_map(|item| item.flag.clone())
            .collect();
        left_out.dedup();
        assert_eq!(Json::from(left_out), suite["left_out"], "{:#?}", asked.imported.items);
    }
}

#[test]
fn test_bed() {
    let Some(folder) = suites("flagd") else { return };
    let mut lines = String::new();
    for (name, bucketing, other) in
        [("v2", Bucketing::FlagdV2, "fractional-v3"), ("v3", Bucketing::FlagdV3, "fractional-v2")]
    {
        for (title, files, flags) in [
            ("evaluator", &["evaluator-cases.jsonl"][..], "evaluator/flags"),
            ("providers", &["evaluation-cases.jsonl", "targeting-cases.jsonl"], "flags"),
        ] {
            let asked = testbed_flags(&folder.join(flags), bucketing);
            let mut cases = Vec::new();
            let mut aside = 0;
            let lines_of = |file: &&str| -> Vec<_> {
                let text = read(&folder.join(file));
                text.lines().enumerate().map(|(number, line)| (file.to_string(), number, json(line))).collect()
            };
            for (file, number, row) in files.iter().flat_map(lines_of) {
                let tagged = |tag: &str| row["tags"].as_array().is_some_and(|tags| tags.contains(&tag.into()));
                if tagged("fractional-v1") || tagged("deprecated") || tagged(other) {
                    aside += 1;
                    continue;
                }
                let question = Question::of(&row);
                let id = format!("{}:{} {}", file.trim_end_matches(".jsonl"), number + 1, question.flag);
                cases.push(Case { id, result: question.ask(&asked) });
            }
            let what = format!("other generations than {name}");
            lines += &check(&Suite { name: format!("flagd {name} {title}"), aside: Some((aside, what)), cases });
        }
    }
    document_lines("flagd", &lines);
}

fn testbed_flags(folder: &Path, bucketing: Bucketing) -> Asked {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    // Flags of other sets come under keys that are taken.
    files.retain(|path| !path.to_string_lossy().contains("selector"));
    let input = |path: &std::path::PathBuf| Input { file: path.to_string_lossy().into_owned(), text: read(path) };
    import("flagd", &files.iter().map(input).collect::<Vec<_>>(), bucketing)
}

/// What a scenario asks and expects.
struct Question {
    flag: String,
    of_type: String,
    fallback: String,
    context: Map<String, Json>,
    value: Option<String>,
    reason: Option<String>,
    error: Option<String>,
    metadata: Option<Map<String, Json>>,
}

/// What stands between quotes, from the `index`th on.
fn quoted(step: &str, index: usize) -> &str {
    step.split('"').nth(index * 2 + 1).unwrap_or_default()
}

/// The last value of a step, which may have quotes in it.
fn value_of(step: &str) -> &str {
    let (_, rest) = step.split_once("value \"").unwrap_or_default();
    rest.strip_suffix('"').unwrap_or(rest)
}

fn typed(of_type: &str, text: &str) -> Json {
    match of_type {
        "String" => text.into(),
        "Object" | "Null" => serde_json::from_str(text)
            .unwrap_or_else(|_| serde_json::from_str(&text.replace("\\\"", "\"")).expect(text)),
        _ => serde_json::from_str(text).unwrap_or_else(|error| panic!("{of_type} {text}: {error}")),
    }
}

impl Question {
    fn of(row: &Json) -> Self {
        let mut question = Self {
            flag: String::new(),
            of_type: String::new(),
            fallback: String::new(),
            context: Map::new(),
            value: None,
            reason: None,
            error: None,
            metadata: None,
        };
        for step in row["steps"].as_array().expect("steps") {
            let step = step.as_str().expect("text");
            if let Some((head, _)) = step.split_once("-flag with key") {
                question.of_type = head.trim_start_matches("a ").into();
                question.flag = quoted(step, 0).into();
                question.fallback = value_of(step).into();
            } else if step.starts_with("a context containing a key") {
                let value = typed(
                    quoted(step, 1),
                    step.split_once("with value \"").expect(step).1.strip_suffix('"').expect(step),
                );
                question.context.insert(quoted(step, 0).to_owned(), value);
            } else if step.starts_with("a context containing a targeting key") {
                question.context.insert("targetingKey".into(), value_of(step).into());
            } else if step.starts_with("a context containing a nested") {
                let inner = Json::Object([(quoted(step, 1).to_owned(), value_of(step).into())].into_iter().collect());
                question.context.insert(quoted(step, 0).to_owned(), inner);
            } else if step.starts_with("the resolved details value should be") {
                let text = step.split_once("be \"").expect(step).1;
                question.value = Some(text.strip_suffix('"').expect(step).to_owned());
            } else if step.starts_with("the reason should be") {
                question.reason = Some(quoted(step, 0).to_owned());
            } else if step.starts_with("the error-code should be") {
                question.error = Some(quoted(step, 0).to_owned());
            } else if step.starts_with("the resolved metadata") {
                question.metadata = Some(Map::new());
            } else if let (Some(metadata), Some(cells)) = (&mut question.metadata, step.strip_prefix('|')) {
                let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
                if cells[0] != "key" {
                    metadata.insert(cells[0].to_owned(), typed(cells[1], cells[2]));
                }
            } else {
                let known = ["an option", "a stable", "an evaluator", "the flag was evaluated"];
                assert!(known.iter().any(|start| step.starts_with(start)), "an unknown step: {step}");
            }
        }
        question
    }

    fn ask(&self, asked: &Asked) -> Result<(), String> {
        let decision = asked.ask(&self.flag, &Json::Object(self.context.clone()), Timestamp::from_unix(NOW));
        let fits = match (self.of_type.as_str(), decision.value) {
            (_, None) => true,
            ("Boolean", Some(value)) => matches!(value, Value::Boolean(_)),
            ("String", Some(value)) => matches!(value, Value::String(_)),
            ("Integer", Some(value)) => matches!(value, Value::Integer(_)),
            ("Float", Some(value)) => matches!(value, Value::Number(_) | Value::Integer(_)),
            (_, Some(value)) => matches!(value, Value::Json(_)),
        };
        let error = match decision.error {
            Some((code, _)) => code.as_str(),
            None if !fits => "TYPE_MISMATCH",
            None => "",
        };
        // As every client of OpenFeature does: the caller's own value where there was an error.
        let value = match (error, decision.value) {
            ("", Some(value)) => value.to_json(),
            _ => typed(&self.of_type, &self.fallback),
        };
        let why = || format!("{decision:?} {}", asked.left_out(&self.flag));
        if let Some(expected) = &self.value {
            let expected = typed(&self.of_type, expected);
            let same = expected == value || expected.as_f64().is_some() && expected.as_f64() == value.as_f64();
            if !same {
                return Err(format!("value {value}, not {expected}: {}", why()));
            }
        }
        if self.error.as_deref().is_some_and(|expected| expected != error) {
            return Err(format!("error {error}, not {:?}: {}", self.error, why()));
        }
        if let Some(expected) = &self.reason {
            let (_, fitting) = REASONS.iter().find(|(reason, _)| reason == expected).expect("a reason of flagd");
            if !fitting.contains(&decision.reason) {
                return Err(format!("reason {}, not {expected}: {}", decision.reason, why()));
            }
        }
        if let Some(expected) = &self.metadata
            && decision.metadata.unwrap_or(&Map::new()) != expected
        {
            return Err(format!("metadata, not {expected:?}: {}", why()));
        }
        Ok(())
    }
}

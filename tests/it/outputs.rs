//! What programs read: JSON that keeps to its schema, is the same twice, and errors that are JSON too.

use crate::support::{Run, Sample, TestRepo, leaves, samples};
use serde_json::Value;
use std::collections::BTreeSet;

fn has_json(name: &str) -> bool {
    leaves()
        .iter()
        .any(|(leaf, command)| leaf == name && command.get_arguments().any(|argument| argument.get_id() == "json"))
}

#[track_caller]
fn schema(repo: &TestRepo, command: &str) -> Value {
    let words: Vec<&str> = ["schema", "output"].into_iter().chain(command.split(' ')).collect();
    repo.flag(&words).ok().json()
}

fn faults(schema: &Value, instance: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).expect("a schema");
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn ready(sample: &Sample) -> TestRepo {
    let repo = TestRepo::shop();
    if !sample.before.is_empty() {
        repo.shell(sample.before).ok();
    }
    repo
}

#[test]
fn every_command_keeps_to_its_schema() {
    let mut wrong = Vec::new();
    for sample in samples().filter(|sample| has_json(sample.command)) {
        let repo = ready(sample);
        let schema = schema(&repo, sample.command);
        let mut runs = vec![repo.flag(&sample.with(&["--json"]))];
        if sample.writes() {
            // Now there is nothing left to do, or it can't be done again: both are answers.
            runs.extend(Some(repo.flag(&sample.with(&["--json"]))).filter(|run| run.code == 0));
        }
        for run in runs {
            match serde_json::from_str::<Value>(&run.stdout) {
                Ok(json) => {
                    wrong
                        .extend(faults(&schema, &json).into_iter().map(|fault| format!("{}: {fault}", sample.command)));
                }
                Err(error) => wrong.push(format!("{}: {error}\n{run}", sample.command)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rich answers: traces, problems with places, differences.
#[test]
fn rich_answers_keep_to_their_schema() {
    let repo = TestRepo::shop();
    repo.write("flags/features/broken.yaml", "type: boolean\ndefault: false\ndefault: true\nenvironments: {}\n");
    repo.write(
        "flags/tests/segments/staff.yaml",
        "expect: [{user: user-7, member: true}, {user: ada, member: true}]\n",
    );
    let ada = "environment: development\nnow: 2026-12-01\ncontext: {targetingKey: ada}\nanswers: {old: true}\n";
    repo.write("flags/tests/golden/ada.yaml", ada);
    for (name, words) in [
        (
            "eval",
            &[
                "eval",
                "new-checkout",
                "theme",
                "--env",
                "production",
                "--user",
                "ada",
                "-c",
                "country=DE",
                "--explain",
                "--json",
            ][..],
        ),
        ("eval", &["eval", "--all", "--env", "production", "--json"][..]),
        ("validate", &["validate", "--json"][..]),
        ("explain", &["explain", "--json"][..]),
        ("list", &["list", "--json"][..]),
        ("test", &["test", "--coverage", "--mutate", "--json"][..]),
    ] {
        let run = repo.flag(words);
        assert_eq!(faults(&schema(&repo, name), &run.json()), Vec::<String>::new(), "{words:?}");
    }
    std::fs::remove_file(repo.path().join("flags/features/broken.yaml")).expect("a removed file");
    let run = repo.flag(&["test", "--record", "ada", "--json"]).ok();
    assert_eq!(faults(&schema(&repo, "test-record"), &run.json()), Vec::<String>::new(), "{run}");
}

#[test]
fn errors_are_json_on_standard_error() {
    let repo = TestRepo::shop();
    let schema = schema(&repo, "error");
    repo.write("flags/features/broken.yaml", "type: boolean\ndefault: false\ndefault: true\n");
    for words in [
        &["show", "nothing", "--json"][..],
        &["show", "broken", "--json"][..],
        &["eval", "theme", "--env", "prod", "--json"][..],
    ] {
        let run = repo.flag(words);
        assert_ne!(run.code, 0, "{run}");
        assert_eq!(run.stdout, "", "{run}");
        for line in run.stderr.lines() {
            let json: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(faults(&schema, &json), Vec::<String>::new(), "{line}");
        }
        assert!(!run.stderr.is_empty());
    }
}

/// A command line that does not parse fails in the same way.
#[test]
fn mistakes_on_the_command_line_are_json_too() {
    let repo = TestRepo::shop();
    let schema = schema(&repo, "error");
    for (words, message) in [
        (&["show", "--json"][..], "the following required arguments were not provided: <KEY>"),
        (&["list", "--json", "--nonsense"][..], "unexpected argument '--nonsense' found"),
        (&["lst", "--format", "json"][..], "unrecognized subcommand 'lst'"),
        (&["list", "--format=json", "--color", "mauve"][..], "invalid value 'mauve' for '--color <WHEN>'"),
    ] {
        let run = repo.flag(words);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run}");
        let json: Value = serde_json::from_str(&run.stderr).unwrap_or_else(|error| panic!("{error}: {run}"));
        assert_eq!(faults(&schema, &json), Vec::<String>::new(), "{run}");
        assert!(json["message"].as_str().is_some_and(|text| text.starts_with(message)), "{run}");
        assert!(!json["help"].as_array().expect("help").is_empty(), "{run}");
    }
    repo.flag(&["show"]).exits(2).says("error: the following required arguments");
    repo.flag(&["show", "--json", "--help"]).ok();
}

/// What is there twice is the same twice, parses without standard error, and ends with one line break.
#[test]
fn reading_commands_are_stable() {
    let repo = TestRepo::shop();
    for sample in samples().filter(|sample| sample.reads() && has_json(sample.command)) {
        let words = sample.with(&["--json"]);
        let same_time = [("GIT_FLAG_NOW", "2026-11-20T12:00:00Z")];
        let (first, second): (Run, Run) =
            (repo.flag_with(&words, &same_time, None), repo.flag_with(&words, &same_time, None));
        assert_eq!(first.stdout, second.stdout, "{words:?}");
        assert!(first.stdout.ends_with("}\n") && !first.stdout.starts_with('\u{feff}'), "{first}");
        let json = first.json();
        assert_eq!(json["schema"], format!("git-flag.{}/v1", sample.command.replace(' ', "-")), "{words:?}");
        // The other formats hold the same.
        let yaml = repo.flag_with(&sample.with(&["--format", "yaml"]), &same_time, None).exits(second.code);
        let as_yaml: Value = serde_yaml::from_str(&yaml.stdout).expect("YAML");
        assert_eq!(as_yaml, json, "{words:?}");
    }
}

#[test]
fn every_schema_ships_and_is_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/output");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("schemas")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let repo = TestRepo::folder();
    let listed = repo.flag(&["schema"]).ok().stdout;
    let names: BTreeSet<String> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("output "))
        .map(|name| format!("{name}.v1.schema.json"))
        .collect();
    assert_eq!(files, names);
    for (leaf, _) in leaves().iter().filter(|(leaf, _)| has_json(leaf)) {
        let schema = schema(&repo, leaf);
        let title = schema["title"].as_str().unwrap_or_default();
        assert_eq!(schema["properties"]["schema"]["const"], title, "{leaf}");
        assert_ne!(schema["additionalProperties"], false, "{leaf}: fields may be added");
    }
}

#[test]
fn unknown_formats_list_the_known_ones() {
    let repo = TestRepo::shop();
    repo.flag(&["show", "theme", "--format", "csv"]).exits(2).says("table, json, yaml, jsonl").complains();
    repo.flag(&["list", "--format", "xml"]).exits(2).says("possible values: table, json");
    repo.flag(&["schema", "output", "lst"]).exits(2).says("did you mean `list`").complains();
}

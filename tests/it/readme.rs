//! Every command in the documents does what the documents say.
//!
//! A `console` block holds commands behind `$ `, each followed by what it prints. The blocks of a document run one after
//! the other in one scratch repository, into which `yaml` blocks that begin with the path of a file of flags are written
//! where the document is listed as having such files. `UPDATE=1 cargo test --test it readme` writes what is printed into the documents.
//! Commands for the project itself are in `sh` blocks, which continuous integration runs as they stand.

use crate::support::TestRepo;
use std::fs;
use std::path::Path;

/// Documents, and whether their examples are files of the scratch repository.
const DOCUMENTS: [(&str, bool); 4] =
    [("README.md", false), ("docs/format.md", false), ("docs/git.md", false), ("docs/experiments.md", true)];

fn project(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Ids of commits and operations differ from run to run: they are shown as one that does not.
fn masked(output: &str) -> String {
    let ids = regex::Regex::new(r"\b[0-9a-f]{7,40}\b").expect("a pattern");
    let shown = ids.replace_all(output, |found: &regex::Captures<'_>| {
        // One id in a thousand has no digit, and no word of the documents looks like one.
        "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"[..found[0].len().min(40)].to_owned()
    });
    shown.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn run_document(path: &str, files: bool) {
    let text = fs::read_to_string(project(path)).expect("the document");
    let repo = TestRepo::empty();
    let mut written = String::new();
    let mut lines = text.lines().peekable();
    let mut wrong = Vec::new();
    while let Some(line) = lines.next() {
        written += line;
        written.push('\n');
        if let ("```yaml", Some(file)) = (line, lines.peek().and_then(|first| first.strip_prefix("# flags/"))) {
            let file = format!("flags/{file}");
            let mut example = String::new();
            while let Some(line) = lines.next_if(|next| *next != "```") {
                example += &format!("{line}\n");
            }
            written += &example;
            if files {
                repo.write(&file, example);
            }
            continue;
        }
        if line.trim() != "```console" {
            continue;
        }
        while let Some(line) = lines.next() {
            written += line;
            written.push('\n');
            if line.trim() == "```" {
                break;
            }
            let Some(command) = line.strip_prefix("$ ") else {
                panic!("{path}: {line:?} is neither a command nor the output of one");
            };
            let mut expected = String::new();
            while let Some(output) = lines.next_if(|next| !next.starts_with("$ ") && next.trim() != "```") {
                expected += output;
                expected.push('\n');
            }
            // As on a terminal, where lists are tables.
            let run = repo.shell(&format!("export NO_COLOR=1 GIT_FLAG_FORCE_TTY=110; {command}"));
            let actual = masked(&format!("{}{}", run.stdout, run.stderr));
            if actual != expected {
                wrong.push(format!("$ {command}\nexpected:\n{expected}\nprinted:\n{actual}"));
            }
            written += &actual;
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(project(path), written).expect("a written document");
    } else {
        assert!(
            wrong.is_empty(),
            "{path}: run `UPDATE=1 cargo test --test it readme` if this is meant\n{}",
            wrong.join("\n")
        );
    }
}

#[test]
fn every_command_prints_what_the_documents_say() {
    for (document, files) in DOCUMENTS {
        run_document(document, files);
    }
}

/// The two commands that set everything up are those that continuous integration runs.
#[test]
fn continuous_integration_runs_the_first_two_commands() {
    let readme = fs::read_to_string(project("README.md")).expect("the README");
    let mut blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands: Vec<&str> = blocks.by_ref().flat_map(str::lines).take(2).collect();
    let ci = fs::read_to_string(project(".ci/run")).expect("the script");
    assert_eq!(commands.len(), 2, "{commands:?}");
    assert!(commands[0].starts_with("cargo run "), "{commands:?}");
    assert!(commands[1].starts_with("cargo test"), "{commands:?}");
    assert!(ci.contains("README.md"), "the script takes the commands from the README");
}

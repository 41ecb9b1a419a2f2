//! Engines of others, started once for all questions.

use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What one engine answers to one question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) value: Json,
    pub(super) variant: Option<String>,
    pub(super) reason: String,
    pub(super) error: Option<String>,
}

/// A released engine or provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Engine {
    pub(super) name: &'static str,
    /// Its generation of `fractional`.
    pub(super) generation: &'static str,
    script: &'static str,
    /// Whether Node.js runs it; else Python does.
    node: bool,
    more: &'static [&'static str],
}

pub(super) const ENGINES: &[Engine] = &[
    Engine {
        name: "npm flagd-core 4.0.1",
        generation: "v2",
        script: "flagd_core.cjs",
        node: true,
        more: &["compiled"],
    },
    Engine {
        name: "npm flagd-core 4.0.1 interpreted",
        generation: "v2",
        script: "flagd_core.cjs",
        node: true,
        more: &["interpreted"],
    },
    Engine {
        name: "PyPI openfeature-flagd-core 2.0.0",
        generation: "v3",
        script: "flagd_core.py",
        node: false,
        more: &[],
    },
];

pub(super) const PROVIDERS: &[Engine] = &[
    Engine { name: "npm flagd-provider 0.16.1", generation: "v2", script: "provider.cjs", node: true, more: &[] },
    Engine {
        name: "PyPI openfeature-provider-flagd 0.6.1",
        generation: "v3",
        script: "provider.py",
        node: false,
        more: &[],
    },
];

/// Questions to a set of flags: the key, its type, the index of the context, and the moment.
pub(super) struct Questions {
    pub(super) contexts: Vec<Json>,
    pub(super) questions: Vec<(String, &'static str, usize, i64)>,
}

impl Questions {
    /// Asks those of `other` as well.
    pub(super) fn more(&mut self, other: Self) {
        let first = self.contexts.len();
        self.contexts.extend(other.contexts);
        let later = other.questions.into_iter().map(|(key, of_type, context, at)| (key, of_type, first + context, at));
        self.questions.extend(later);
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where the engines are installed; `None`, said loudly, where they are not. Continuous integration has them.
#[expect(clippy::print_stderr, reason = "what is not run is to be seen")]
pub(super) fn installed() -> Option<PathBuf> {
    let into = root().join("target/peers");
    let same = |name: &str| {
        let (pinned, there) = (std::fs::read(root().join("tests/peers").join(name)), std::fs::read(into.join(name)));
        pinned.expect("what is pinned") == there.unwrap_or_default()
    };
    if same("package-lock.json") && same("requirements.txt") {
        return Some(into);
    }
    let words = "the engines of others are not installed as pinned: `bash tests/peers/install` (Node.js, Python)";
    assert!(std::env::var_os("CI").is_none(), "{words}");
    eprintln!("SKIPPED: {words}");
    None
}

impl Engine {
    /// What it answers, in the order of the questions.
    pub(super) fn ask(&self, installed: &Path, export: &Json, asked: &Questions) -> Vec<Answer> {
        let folder = tempfile::tempdir().expect("a folder");
        let (flags, questions) = (folder.path().join("export.json"), folder.path().join("questions.json"));
        std::fs::write(&flags, export.to_string()).expect("written");
        let text = json!({"contexts": asked.contexts, "questions": asked.questions}).to_string();
        std::fs::write(&questions, text).expect("written");
        let script = root().join("tests/peers").join(self.script);
        let mut command = if self.node {
            let mut command = Command::new("node");
            command.arg(script).arg(installed);
            command
        } else {
            let mut command = Command::new(installed.join("venv/bin/python"));
            command.arg(script);
            command
        };
        let output = command
            .arg(&flags)
            .arg(&questions)
            .args(self.more)
            .env("PYTHONUTF8", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output();
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {}\n{said}", self.name, output.status);
        let answers: Vec<Answer> = String::from_utf8(output.stdout).expect("text").lines().map(answer).collect();
        assert_eq!(answers.len(), asked.questions.len(), "{}: an answer to every question\n{said}", self.name);
        answers
    }
}

fn answer(line: &str) -> Answer {
    let (value, variant, reason, error) = serde_json::from_str(line).expect("an answer");
    Answer { value, variant, reason, error }
}

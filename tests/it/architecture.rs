//! The layers: who may import whom, how long files are, and that tables list everything.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in order; each imports only those above it. `git` imports none of ours.
const ROOMS: [&str; 17] = [
    "source",
    "diagnostic",
    "model",
    "evaluate",
    "enrich",
    "compare",
    "yaml",
    "document",
    "expectation",
    "exchange",
    "lint",
    "git",
    "project",
    "history",
    "merge",
    "render",
    "commands",
];

/// What a room does not see although it stands above: the core stays free of files and texts.
const BLIND: &[(&str, &[&str])] = &[
    ("model", &["source", "diagnostic"]),
    ("enrich", &["source"]),
    ("compare", &["source", "diagnostic", "enrich"]),
    ("yaml", &["model", "evaluate", "compare"]),
    ("document", &["compare"]),
    ("expectation", &["compare", "yaml", "diagnostic", "source"]),
    ("exchange", &["compare", "expectation"]),
    ("lint", &["compare", "expectation", "exchange"]),
];

/// Crates, and the rooms that may use them.
const CRATES: &[(&str, &[&str])] = &[
    ("clap", &["commands", "render"]),
    ("clap_complete", &["commands"]),
    ("git2", &["git"]),
    ("granit_parser", &["yaml"]),
    ("anstream", &["render", "commands"]),
    ("annotate_snippets", &["render"]),
    ("comfy_table", &["render"]),
    ("jsonschema", &["document"]),
    ("rayon", &["project", "history", "commands"]),
    ("regex", &["evaluate"]),
    ("toml", &["exchange"]),
];

/// The longest file, in lines.
const LONGEST: usize = 450;

fn sources() -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.insert(path.clone(), fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}

fn room(path: &Path) -> Option<String> {
    let inner = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).ok()?;
    let first = inner.components().next()?.as_os_str().to_str()?;
    ROOMS.contains(&first).then(|| first.to_owned())
}

/// The code without comments and without its test modules, which may use what they like.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| {
        let name = part.as_os_str().to_string_lossy();
        name == "tests"
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
            || matches!(&*name, "testing.rs" | "sample.rs" | "testing")
    })
}

/// The rooms named after `crate::`, in paths and in grouped imports.
fn imports(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let group = group.split("};").next().unwrap_or_default();
            let mut depth = 0;
            let mut word = String::new();
            for character in group.chars().chain([',']) {
                match character {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    c if depth == 0 => word.push(c),
                    _ => {}
                }
            }
        } else {
            rooms.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    rooms.into_iter().map(|room| room.trim().split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn rooms_import_only_what_stands_above_them() {
    let position = |room: &str| ROOMS.iter().position(|other| *other == room);
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(own) = room(&path).filter(|_| !is_test_file(&path)) else { continue };
        for other in imports(&code(&text)) {
            let Some(theirs) = position(&other) else { continue };
            let blind = BLIND.iter().any(|(room, unseen)| *room == own && unseen.contains(&other.as_str()));
            if other != own && (own == "git" || blind || theirs > position(&own).expect("a room")) {
                wrong.push(format!("{} imports {other}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(own) = room(&path).filter(|_| !is_test_file(&path)) else { continue };
        for (name, rooms) in CRATES {
            let used = code(&text).lines().any(|line| line.contains(&format!("{name}::")));
            if used && !rooms.contains(&own.as_str()) {
                wrong.push(format!("{} uses {name}", path.display()));
            }
        }
        let code = code(&text);
        for (needle, rooms) in [
            ("process::Command", &["git", "commands"][..]),
            ("SystemTime::now", &["commands", "git"]),
            ("env::var", &["commands", "git"]),
            ("println!", &[]),
        ] {
            if code.contains(needle) && !rooms.contains(&own.as_str()) {
                wrong.push(format!("{} uses {needle}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|(path, text)| !is_test_file(path) && code(text).lines().count() > LONGEST)
        .map(|(path, text)| format!("{} has {} lines", path.display(), code(text).lines().count()))
        .collect();
    assert!(long.is_empty(), "more than {LONGEST} lines:\n{}", long.join("\n"));
}

#[test]
fn every_command_file_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    let command = git_flag::commands::command();
    let known: Vec<String> = command.get_subcommands().map(|command| command.get_name().replace('-', "_")).collect();
    let table = fs::read_to_string(folder.join("mod.rs")).expect("the table");
    for entry in fs::read_dir(&folder).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a stem").to_str().expect("text").to_owned();
        let file = if path.is_dir() { path.join("mod.rs") } else { path.clone() };
        let text = fs::read_to_string(&file).unwrap_or_default();
        if text.contains("pub struct Args {") && stem != "mod" {
            assert!(known.contains(&stem), "{stem} is not in the table of commands");
            assert!(table.contains(&format!("{stem} ")), "{stem} is not in the table of commands");
        }
    }
}

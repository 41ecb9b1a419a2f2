//! What other systems' own suites say, through our importers and our evaluator.
//!
//! The suites are not part of this repository: `GIT_FLAG_SUITES=<folder> cargo test --test it conformance` runs them
//! from there; docs/conformance.md says where each comes from, and `UPDATE=1` writes its table. A small suite of our own
//! for each source stands in `tests/conformance/` and runs always.

mod featurevisor;
mod flagd;
mod flipt;
mod goff;
mod growthbook;
mod launchdarkly;
mod own;
mod unleash;

use git_flag::evaluate::{Context, Decision, Program};
use git_flag::exchange::{self, Imported, Input, Kept, Options};
use git_flag::model::{Bucketing, Catalog, EnvironmentName, Flag, Project, ProjectEnvironment, Timestamp};
use git_flag::{document, yaml};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The environment that everything is imported for.
pub(crate) const ENVIRONMENT: &str = "production";

/// One case of a suite, with what came out of it.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) result: Result<(), String>,
}

/// A suite that was run.
pub(crate) struct Suite {
    /// Its name, in the table and in the list of exclusions.
    pub(crate) name: String,
    /// How many rows its files have that were not run, because they are about something else, and what that is.
    pub(crate) aside: Option<(usize, String)>,
    pub(crate) cases: Vec<Case>,
}

/// The folders of suites that are known, which `GIT_FLAG_SUITES_ONLY` may choose from.
const FOLDERS: &[&str] = &["featurevisor", "flagd", "flipt", "goff", "growthbook", "launchdarkly", "unleash"];

/// Where the suites of others stand, where that is said and this one is asked for.
pub(crate) fn suites(folder: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let path = Path::new(&set("GIT_FLAG_SUITES")?).join(folder);
    let name = folder.split('/').next().unwrap_or_default();
    if !wanted(name, set("GIT_FLAG_SUITES_ONLY").as_deref()) {
        return None;
    }
    assert!(
        path.is_dir(),
        "there is no folder {}: get the suite, or name those that are there in GIT_FLAG_SUITES_ONLY",
        path.display()
    );
    Some(path)
}

/// Whether the suite is one of `only`, names with commas between them; all are where that is not said.
fn wanted(folder: &str, only: Option<&str>) -> bool {
    assert!(FOLDERS.contains(&folder), "FOLDERS lacks {folder}");
    let Some(only) = only else { return true };
    let only: Vec<&str> = only.split(',').map(str::trim).collect();
    let unknown: Vec<_> = only.iter().filter(|name| !FOLDERS.contains(name)).collect();
    assert!(unknown.is_empty(), "GIT_FLAG_SUITES_ONLY names no suites: {unknown:?}, of {FOLDERS:?}");
    only.contains(&folder)
}

#[test]
fn suites_are_chosen_by_name() {
    assert!(wanted("goff", None));
    assert!(wanted("goff", Some("flagd, goff")));
    assert!(!wanted("unleash", Some("flagd, goff")));
    assert!(std::panic::catch_unwind(|| wanted("goff", Some("golf"))).is_err());
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn own(path: &str) -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(path))
}

pub(crate) fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("JSON")
}

/// Flags of a source, ready to be asked.
pub(crate) struct Asked {
    pub(crate) imported: Imported,
    pub(crate) program: Program,
}

/// The project that imports go to.
pub(crate) fn project(bucketing: Bucketing, environments: &[&str]) -> Project {
    let environments = environments.iter().map(|name| ProjectEnvironment {
        name: EnvironmentName::new(name).expect("a name"),
        description: None,
        protected: false,
    });
    Project { bucketing, ..Project::with_environments(environments.collect()) }
}

/// Imports `inputs` and makes sure that what comes out can be written, read back, and validates.
pub(crate) fn import(source: &str, inputs: &[Input], bucketing: Bucketing) -> Asked {
    import_for(source, inputs, bucketing, &[ENVIRONMENT])
}

/// As [`import`], for these environments.
pub(crate) fn import_for(source: &str, inputs: &[Input], bucketing: Bucketing, environments: &[&str]) -> Asked {
    let names: Vec<_> = environments.iter().map(|name| EnvironmentName::new(name).expect("a name")).collect();
    let options = Options { environments: &names, flagd: bucketing, prefix: "" };
    let imported = exchange::find(source).expect("a source").import(inputs, &options);
    let mut catalog = Catalog::new(project(bucketing, environments));
    for segment in &imported.segments {
        let text = yaml::document(&document::encode::segment(segment));
        let (tree, problems) = yaml::parse(&"x.yaml".into(), &text);
        assert!(problems.is_empty(), "{problems:?}\n{text}");
        let (read, problems) = document::segment(&"x.yaml".into(), &segment.name, &tree.expect("a tree"));
        assert_eq!(read.as_ref(), Some(segment), "{problems:?}\n{text}");
        catalog.segments.insert(segment.name.clone(), segment.clone());
    }
    for flag in &imported.flags {
        assert_eq!(reread(flag), *flag);
        catalog.flags.insert(flag.key.clone(), flag.clone());
    }
    let program = Program::compile(&catalog);
    let broken: Vec<_> = program.problems().collect();
    assert!(broken.is_empty(), "{broken:?}");
    Asked { imported, program }
}

/// The flag, written as a file and read again.
fn reread(flag: &Flag) -> Flag {
    let text = yaml::document(&document::encode::flag(flag));
    let (tree, problems) = yaml::parse(&"x.yaml".into(), &text);
    assert!(problems.is_empty(), "{problems:?}\n{text}");
    let (read, problems) = document::flag(&"x.yaml".into(), &flag.key, &tree.expect("a tree"));
    read.unwrap_or_else(|| panic!("{problems:?}\n{text}"))
}

impl Asked {
    /// Asks for a flag.
    pub(crate) fn ask<'a>(&'a self, key: &'a str, context: &Json, now: Timestamp) -> Decision<'a> {
        let context = Context::from_json(context.clone()).expect("a context");
        git_flag::evaluate::evaluate(&self.program, key, ENVIRONMENT, &context, now)
    }

    /// What was not carried over of a flag, in words.
    pub(crate) fn left_out(&self, theirs: &str) -> String {
        let about = |flag: &Option<String>| flag.as_deref() == Some(theirs);
        let items = self.imported.items.iter().filter(|item| item.kept == Kept::No && about(&item.flag));
        items.map(|item| item.message.clone()).collect::<Vec<_>>().join("; ")
    }
}

/// The exclusions of a suite: ids with reasons.
fn exclusions(suite: &str) -> BTreeMap<String, String> {
    let all: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(&own("exclusions.json")).expect("a list of exclusions");
    all.get(suite).cloned().unwrap_or_default()
}

/// Checks a suite against its exclusions: everything else passes, no exclusion is stale, and there are few. Returns its
/// line of the table.
#[expect(clippy::print_stdout, reason = "what is excluded is to be seen")]
pub(crate) fn check(suite: &Suite) -> String {
    let excluded = exclusions(&suite.name);
    let mut failed = Vec::new();
    let mut passed = 0;
    let mut left = excluded.clone();
    for case in &suite.cases {
        match (&case.result, left.remove(&case.id)) {
            (Ok(()), None) => passed += 1,
            (Ok(()), Some(_)) => failed.push(format!("{}: excluded, but it passes: remove the exclusion", case.id)),
            (Err(_), Some(reason)) => println!("{}: excluded {}: {reason}", suite.name, case.id),
            (Err(why), None) => failed.push(format!("{}: {why}", case.id)),
        }
    }
    failed.extend(left.keys().map(|id| format!("{id}: excluded, but there is no such case")));
    assert!(
        failed.is_empty(),
        "{}: {} of {} cases:\n{}",
        suite.name,
        failed.len(),
        suite.cases.len(),
        failed.join("\n")
    );
    assert!(excluded.len() * 10 <= suite.cases.len(), "{}: more than a tenth is excluded", suite.name);
    let reasons: std::collections::BTreeSet<&str> = excluded.values().map(String::as_str).collect();
    let mut notes: Vec<String> = reasons.into_iter().map(str::to_owned).collect();
    notes.extend(suite.aside.iter().map(|(count, what)| format!("{count} rows aside: {what}")));
    format!("| {} | {} | {passed} | {} | {} |\n", suite.name, suite.cases.len(), excluded.len(), notes.join("; "))
}

/// Compares the lines of a source with docs/conformance.md, or writes them there.
pub(crate) fn document_lines(source: &str, lines: &str) {
    let head = "| suite | run | passed | excluded | why |\n| --- | --- | --- | --- | --- |\n";
    document_table(source, &format!("{head}{lines}"));
}

/// Compares a table with docs/conformance.md, or writes it there.
pub(crate) fn document_table(name: &str, table: &str) {
    // Tests run side by side.
    static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _writing = WRITING.lock();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    let text = read(&path);
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let from = text.find(&start).unwrap_or_else(|| panic!("docs/conformance.md has no place for {name}")) + start.len();
    let to = text.find(&end).expect("an end");
    let table = format!("\n{table}\n");
    if std::env::var_os("UPDATE").is_some() {
        let new = format!("{}{table}{}", &text[..from], &text[to..]);
        std::fs::write(&path, new).expect("written");
        return;
    }
    assert_eq!(&text[from..to], table, "docs/conformance.md is stale: run with UPDATE=1");
}

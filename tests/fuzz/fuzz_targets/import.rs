//! Any text as a file of every system that flags come from: no panic, and what is carried over is written to files that
//! read back as the same flags, and evaluates.

#![no_main]

use git_flag::document;
use git_flag::evaluate::{Context, Program};
use git_flag::exchange::{Input, Options, SOURCES};
use git_flag::model::{Bucketing, Catalog, EnvironmentName, Project, ProjectEnvironment, Timestamp};
use git_flag::source::FilePath;
use git_flag::yaml;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FILE: LazyLock<FilePath> = LazyLock::new(|| "flags/a.yaml".into());
static ENVIRONMENTS: LazyLock<Vec<EnvironmentName>> =
    LazyLock::new(|| vec![EnvironmentName::new("production").expect("a name")]);

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let inputs = [Input { file: "file".to_owned(), text: text.to_owned() }];
    let options = Options { environments: &ENVIRONMENTS, flagd: Bucketing::default(), prefix: "" };
    for source in SOURCES {
        let imported = source.import(&inputs, &options);
        let mut catalog = Catalog::new(Project::with_environments(
            ENVIRONMENTS
                .iter()
                .map(|name| ProjectEnvironment { name: name.clone(), description: None, protected: false })
                .collect(),
        ));
        for flag in imported.flags {
            let written = yaml::document(&document::encode::flag(&flag));
            let (tree, problems) = yaml::parse(&FILE, &written);
            let tree = tree.unwrap_or_else(|| panic!("{}: {problems:?}\n{written}", source.name));
            let (read, problems) = document::flag(&FILE, &flag.key, &tree);
            assert_eq!(read.as_ref(), Some(&flag), "{}: {problems:?}\n{written}", source.name);
            catalog.flags.insert(flag.key.clone(), flag);
        }
        for segment in imported.segments {
            catalog.segments.insert(segment.name.clone(), segment);
        }
        let program = Program::compile(&catalog);
        let context = Context::of_user("user-1");
        for decision in program.bind(&context).evaluate_all("production", Timestamp::from_unix(1_790_000_000)) {
            assert!(decision.value.is_some(), "{}: {decision:?}", source.name);
        }
    }
});

//! What is to survive a power failure is written by Git so, too.

use crate::support::TestRepo;

/// The commands of Git that synchronised something, as Git's own trace tells.
fn synchronising(repo: &TestRepo, arguments: &[&str]) -> Vec<String> {
    let trace = repo.outside().join("trace");
    // Git writes one file for each process into a folder.
    std::fs::create_dir_all(&trace).expect("a folder");
    let variables = [("GIT_TRACE2_EVENT", trace.to_str().expect("a name"))];
    repo.flag_with(arguments, &variables, None).ok();
    let mut found = Vec::new();
    for file in std::fs::read_dir(&trace).expect("a folder").map(|file| file.expect("a file").path()) {
        let text = std::fs::read_to_string(&file).expect("a trace");
        let started = text.lines().find(|line| line.contains("\"event\":\"cmd_name\"")).unwrap_or_default();
        let name = started.split("\"name\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        if text.contains("\"name\":\"hardware-flush\"") {
            found.push(name.to_owned());
        }
    }
    std::fs::remove_dir_all(&trace).expect("removed");
    found.sort();
    found.dedup();
    found
}

#[test]
fn git_synchronises_objects_where_it_is_asked_to() {
    let repo = TestRepo::shop();
    let own = |found: &[String]| found.iter().any(|name| name == "commit-tree");
    let set = |value: &str| ["set".to_owned(), "theme".to_owned(), format!("owner={value}")];
    let words = |set: &[String; 3], more: &[&'static str]| -> Vec<String> {
        set.iter().cloned().chain(more.iter().map(|&word| word.to_owned())).collect()
    };
    let run = |words: Vec<String>| synchronising(&repo, &words.iter().map(String::as_str).collect::<Vec<_>>());
    let plain = run(words(&set("a"), &[]));
    assert!(!own(&plain), "{plain:?}");
    let durable = run(words(&set("b"), &["--durable"]));
    assert!(own(&durable), "{durable:?}");
    // The project asks for it on behalf of everyone.
    repo.replace("flags/project.yaml", "format: 1\n", "format: 1\ndurability: full\n");
    repo.commit_all("durable");
    let durable = run(words(&set("c"), &[]));
    assert!(own(&durable), "{durable:?}");
    repo.flag(&["diff", "HEAD~2", "HEAD"]).ok().prints("durability standard → full");
    run(words(&set("d"), &["--no-commit"]));
    assert!(repo.read("flags/experiments/theme.yaml").contains("owner: d"));
    repo.replace("flags/project.yaml", "durability: full", "durability: high");
    repo.flag(&["validate"]).exits(1).prints("F024");
}

//! The help: a summary, examples, and examples that run.

use crate::support::{TestRepo, leaves};

/// What has to be done in the shop before an example does its work: the start of the command, and a line of shell.
const BEFORE: &[(&str, &str)] = &[
    (
        "git flag import --from featurevisor",
        "mkdir -p featurevisor/features && printf 'description: x\\ntags: [all]\\nbucketBy: userId\\nrules:\\n  staging: [{key: all, segments: \"*\", percentage: 100}]\\n  production: [{key: all, segments: \"*\", percentage: 50}]\\n' > featurevisor/features/foo.yml",
    ),
    ("git flag init", "rm -rf .git flags && git init -q -b main"),
    (
        "git flag create",
        "git rm -q flags/features/new-checkout.yaml flags/experiments/button-colour.yaml flags/ops/limits.yaml && git commit -q -m gone",
    ),
    (
        "git flag rule add new-checkout --env production --id dach",
        "git flag rule remove new-checkout dach --env production",
    ),
    (
        "git flag rule move",
        "git flag rule add new-checkout --env production --id staff --when 'segment staff' --serve true",
    ),
    (
        "git flag segment create staff",
        "git rm -q flags/segments/staff.yaml && sed -i '/staff/d' flags/project.yaml flags/features/*.yaml && git commit -q -a -m gone",
    ),
    ("git flag segment exclude staff user-13", ""),
    ("git flag variant add button-colour", "git flag variant remove button-colour treatment"),
    (
        "git flag rollout new-checkout --env production --next-stage",
        "git flag rollout new-checkout --env production --canary stages=1,5,25",
    ),
    (
        "git flag require new-checkout --on payments-v2 --remove",
        "git flag require new-checkout --on payments-v2 --serves true",
    ),
    ("git flag revive new-checkout --env", "git flag kill new-checkout --env production --reason broken"),
    ("git flag revive", "git flag kill new-checkout --reason broken"),
    ("git flag archive new-checkout --undo", "git flag archive new-checkout"),
    ("git flag edit", "git config core.editor 'sed -i s/One-page/Two-page/'"),
    ("git flag undo", "git flag rollout new-checkout 60 --env production"),
    (
        "git flag rollback new-checkout --env production --rule dach",
        "git flag rule set new-checkout dach --env production --serve 50",
    ),
    ("git flag rollback --commit", "git flag rollout new-checkout 60 --env production && git tag v1.3"),
    ("git flag op status deploy-42", "git flag rollout new-checkout 60 --env production --op-id deploy-42"),
    ("git fetch && git flag op", "git flag rollout new-checkout 60 --env production --op-id deploy-42"),
    ("git flag op log --branch", "git branch release"),
    ("git flag import", FOREIGN),
    ("git flag completions bash", "mkdir -p ~/.local/share/bash-completion/completions"),
    ("git flag completions fish", "mkdir -p ~/.config/fish/completions"),
];

/// Files of other systems.
const FOREIGN: &str = concat!(
    "for file in flags.flagd.json staging.json flags.json; do cp '",
    env!("CARGO_MANIFEST_DIR"),
    "/tests/conformance/flagd/small.json' $file; done"
);

/// Exit codes that are answers, not failures.
const ANSWERS: &[(&str, i32)] = &[("git flag enabled new-checkout", 1)];

/// Examples that can't run here.
const NOT_RUNNABLE: &[(&str, &str)] = &[("GIT_EDITOR='code --wait'", "needs Visual Studio Code and a person")];

fn examples(command: &clap::Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (_, examples) = text.split_once("Examples:\n").unwrap_or_default();
    examples.lines().take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_help_has_a_summary_and_examples() {
    let mut wrong = Vec::new();
    for (name, command) in leaves() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        if about.is_empty() || about.lines().count() > 1 || about.ends_with('.') {
            wrong.push(format!("{name}: the summary is {about:?}"));
        }
        if examples(&command).len() < 2 {
            wrong.push(format!("{name}: fewer than two examples"));
        }
    }
    let repo = TestRepo::folder();
    for (name, command) in leaves() {
        let words: Vec<&str> = name.split(' ').chain(["--help"]).collect();
        let run = repo.flag(&words).ok();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        // A long summary is wrapped, so that its first words have to do.
        let first = about.split(' ').take(4).collect::<Vec<_>>().join(" ");
        if !run.stdout.starts_with(&first) {
            wrong.push(format!("{name} --help starts with {:?}", run.stdout.lines().next()));
        }
        let short = repo.flag(&[words[..words.len() - 1].to_vec(), vec!["-h"]].concat()).ok();
        if short.stdout.len() > run.stdout.len() {
            wrong.push(format!("{name}: -h is longer than --help"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_runs() {
    let shop = TestRepo::shop();
    let mut wrong = Vec::new();
    let mut commands: Vec<(String, clap::Command)> = leaves();
    let mut all = git_flag::commands::command();
    all.build();
    commands.extend(
        all.get_subcommands()
            .filter(|command| command.has_subcommands())
            .map(|command| (command.get_name().to_owned(), command.clone())),
    );
    for (name, command) in commands {
        for example in examples(&command) {
            if NOT_RUNNABLE.iter().any(|(start, _)| example.starts_with(start)) {
                continue;
            }
            let repo = shop.copy();
            if let Some((_, before)) = BEFORE.iter().find(|(start, _)| example.starts_with(start)) {
                repo.shell(before).ok();
            }
            let run = repo.shell(&example);
            let expected = ANSWERS.iter().find(|(start, _)| example.starts_with(start)).map_or(0, |(_, code)| *code);
            if run.code != expected {
                wrong.push(format!("{name}: {example}\n{run}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}

/// The overview fits on a screen, and every command is in it.
#[test]
fn the_overview() {
    let repo = TestRepo::folder();
    let run = repo.flag(&["-h"]).ok();
    assert!(run.stdout.lines().count() <= 24, "{run}");
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{run}");
    let mut command = git_flag::commands::command();
    command.build();
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        assert!(run.stdout.contains(sub.get_name()), "{} is missing\n{run}", sub.get_name());
    }
    assert_eq!(repo.flag(&[]).exits(2).stderr.trim(), run.stdout.trim(), "without arguments the same");
    repo.flag(&["--version"]).ok().prints(env!("CARGO_PKG_VERSION"));
    repo.flag(&["lst"]).exits(2).says("list");
}

/// Topics, commands of any depth, and man pages; every variable that is read is told of.
#[test]
fn help_explains_topics_and_commands() {
    let repo = TestRepo::folder();
    for (topic, word) in [
        ("exit-codes", "101"),
        ("formatting", "jsonl"),
        ("contexts", "targetingKey"),
        ("bucketing", "MurmurHash3"),
        ("environment", "NO_COLOR"),
    ] {
        let run = repo.flag(&["help", topic]).ok().prints(word);
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 120), "{run}");
        repo.flag(&["help"]).ok().prints(topic);
    }
    let long = repo.flag(&["rule", "add", "--help"]).ok().stdout;
    assert_eq!(repo.flag(&["help", "rule", "add"]).ok().stdout, long);
    repo.flag(&["help", "bucketting"]).exits(2).says("did you mean `bucketing`?").complains();
    repo.flag(&["help", "--man", "../pages"]).ok();
    let page = std::fs::read_to_string(repo.outside().join("pages/git-flag-list.1")).expect("a page");
    assert!(page.contains(".TH"), "{page}");

    let environment = repo.flag(&["help", "environment"]).ok().stdout;
    let pattern = regex::Regex::new("\"(GIT_FLAG_[A-Z_]+)\"").expect("a pattern");
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut read = std::collections::BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(path).expect("a file");
                read.extend(pattern.captures_iter(&text).map(|found| found[1].to_owned()));
            }
        }
    }
    assert!(read.remove("GIT_FLAG_BUILD_COMMIT") && read.len() >= 6, "{read:?}");
    for name in read {
        assert!(environment.contains(&name), "`git flag help environment` does not tell of {name}");
    }
}

#[test]
fn the_version_says_what_it_was_built_from() {
    let repo = TestRepo::folder();
    let run = repo.flag(&["--version"]).ok();
    let commit = regex::Regex::new(r"^git-flag \d+\.\d+\.\d+ \((commit [0-9a-f]{10}|built for development)\)\n$");
    assert!(commit.expect("a pattern").is_match(&run.stdout), "{run}");
    assert_eq!(repo.flag(&["-V"]).ok().stdout, run.stdout);
    let json = repo.flag(&["--version", "--json"]).ok().json();
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    let schema = repo.flag(&["schema", "output", "version"]).ok().json();
    assert!(jsonschema::draft202012::is_valid(&schema, &json), "{json}");
}

/// What a mistake names works when it is typed: Git would take `git flag --help` for itself.
#[test]
fn mistakes_name_the_help_of_their_command() {
    let repo = TestRepo::folder();
    for (words, help) in [
        (&["foo"][..], "git flag -h"),
        (&["list", "--nonsense"], "git flag list -h"),
        (&["show"], "git flag show -h"),
        (&["rule", "add"], "git flag rule add -h"),
        (&["hook", "foo"], "git flag hook -h"),
    ] {
        let run = repo.flag(words).exits(2).says(&format!("For more information, try `{help}`.\n"));
        assert!(!run.stderr.contains("'--help'"), "{run}");
        repo.shell(help).ok();
    }
}

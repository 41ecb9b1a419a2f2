//! Whole commands beside what they are measured against. `cargo bench --bench commands [-- WORD…]`
//!
//! Words choose tables by their names: `eval`, `stream`, `test`, `validate`, `complete`, `write`, `history`. Repositories are generated once
//! below the target folder. Ratios are to the first line of each table.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may stop, and prints its figures")]

#[path = "support/mod.rs"]
mod support;

#[path = "support/measure.rs"]
mod measure;
#[path = "support/repository.rs"]
mod repository;
#[path = "support/typed.rs"]
mod typed;

use measure::{Case, table};
use repository::Bench;
use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use support::{Plan, key, path};

/// A table by its name.
type Table = (&'static str, fn());

const TABLES: [Table; 7] = [
    ("eval", eval),
    ("stream", stream),
    ("test", expect),
    ("complete", complete),
    ("validate", validate),
    ("write", write),
    ("history", history),
];

/// Starts this program as the baseline of `validate`.
const TYPED: &str = "--parse-typed";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [mode, folder] = &words[..]
        && mode == TYPED
    {
        return match typed::parse_all(Path::new(folder)) {
            Ok(environments) => ExitCode::from(u8::from(environments == 0)),
            Err(error) => {
                println!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    for (name, run) in TABLES {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            run();
        }
    }
    ExitCode::SUCCESS
}

/// A repository whose only commit adds all flags.
fn flat(flags: usize) -> Bench {
    Bench::of(&Plan { flags, commits: 0, ..Plan::default() })
}

/// 20,000 commits on 1,000 flags, with merges and moved files.
fn long() -> Bench {
    Bench::of(&Plan { merge_every: 50, move_every: 40, ..Plan::default() })
}

fn eval() {
    for (flags, ratio) in [(1_000, 4.0), (10_000, 6.0)] {
        let bench = flat(flags);
        let arguments = |round| [key(round * 37 % flags), format!("user-{round}")];
        let cases = vec![
            Case::new("git --version", |_| bench.git(&["--version"])),
            Case::new("git flag --version", |_| bench.flag(&["--version"])),
            Case::new("git flag eval KEY", |round| {
                let [key, user] = arguments(round);
                bench.flag(&["eval", &key, "--env", "production", "--user", &user])
            })
            .ratio(ratio)
            .milliseconds(10),
            Case::new("git flag enabled KEY", |round| {
                let [key, _] = arguments(round);
                bench.flag(&["enabled", &key, "--env", "development", "--user", "ada"])
            })
            .ratio(ratio)
            .milliseconds(10),
        ];
        table(&format!("eval, {flags} flags"), 60, cases);
    }
}

/// 500,000 contexts of about 200 bytes for one flag with three rules; a million lines a second is 500 ms.
fn stream() {
    let bench = flat(1_000);
    let file = bench.folder().join("../contexts.jsonl");
    let mut lines = String::new();
    for user in 0..500_000 {
        let (country, plan) = (["DE", "FR", "US", "NL", "CH"][user % 5], ["free", "premium"][user % 2]);
        lines += &format!(
            "{{\"targetingKey\":\"user-{user:06}\",\"country\":\"{country}\",\"plan\":\"{plan}\",\"email\":\"user-{user:06}@example.org\",\"app\":{{\"version\":\"2.{}.0\",\"name\":\"web\"}},\"age\":{},\"session\":\"{:032x}\",\"beta\":false}}\n",
            user % 9,
            18 + user % 60,
            user * 7_919
        );
    }
    fs::write(&file, &lines).unwrap();
    let path = file.to_str().unwrap();
    let eval =
        |more: &[&str]| bench.flag(&[&["eval", &key(42), "--env", "staging", "--contexts", path][..], more].concat());
    let cases = vec![
        Case::new("cat FILE", |_| bench.command("cat", &[path])),
        Case::new("git flag eval KEY --contexts FILE", |_| eval(&[])).milliseconds(500).megabytes(60),
        Case::new("the same with --value-only", |_| eval(&["--value-only"])).milliseconds(500),
    ];
    table(&format!("stream: 500,000 contexts of {} bytes", lines.len() / 500_000), 10, cases);
}

/// 10,000 expectations about 1,000 flags.
fn expect() {
    let original = flat(1_000);
    let (bench, _guard) = original.copy();
    fs::create_dir_all(bench.folder().join("flags/tests")).unwrap();
    for number in 0..1_000 {
        let key = key(number);
        let cases: String = (0..10).map(|at| format!("  - {{user: user-{at}, variant: true}}\n")).collect();
        fs::write(
            bench.folder().join(format!("flags/tests/{key}.yaml")),
            format!("environment: development\nexpect:\n{cases}"),
        )
        .unwrap();
    }
    let cases = vec![
        Case::new("git --version", |_| bench.git(&["--version"])),
        Case::new("git flag test", |_| bench.flag(&["test"])).milliseconds(1_000),
    ];
    table("test: 10,000 expectations about 1,000 flags", 10, cases);
}

fn complete() {
    for flags in [1_000, 10_000] {
        let bench = flat(flags);
        let typed = |word: &str| {
            let mut command = bench.flag(&["--", "git-flag", "eval", word]);
            command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_INDEX", "2");
            command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "true");
            command
        };
        let cases = vec![
            Case::new("git --version", |_| bench.git(&["--version"])),
            Case::new("complete `flag-000`", |_| typed("flag-000")).milliseconds(20),
            Case::new("complete all keys", |_| typed("")).milliseconds(20),
        ];
        table(&format!("complete, {flags} flags"), 40, cases);
    }
}

fn validate() {
    for (flags, limit) in [(1_000, Some(50)), (10_000, None)] {
        let bench = flat(flags);
        let sizes: usize = (0..flags).map(|number| support::flag(number, 0).len()).sum();
        let own = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
        let parse = Case::new("serde_yaml into structs, same threads", |_| {
            bench.command(&own, &[TYPED, bench.folder().to_str().unwrap()])
        });
        let check = Case::new("git flag validate", |_| bench.flag(&["validate"]));
        let check = match limit {
            Some(limit) => check.milliseconds(limit),
            None => check.ratio(2.2).megabytes(60),
        };
        table(&format!("validate, {flags} files of {} bytes on average", sizes / flags), 15, vec![parse, check]);
    }
}

fn write() {
    let original = long();
    let (bench, _guard) = original.copy();
    let next = Cell::new(0);
    let other = Cell::new(500);
    let raise = |cell: &Cell<usize>| cell.replace(cell.get() + 1);
    let current = |number| find(&bench, number);
    let cases = vec![
        Case::new("git commit -- PATH", |_| bench.git(&["commit", "-q", "-m", "change", "--", &current(other.get())]))
            .prepare(|_| {
                let file = bench.folder().join(current(raise(&other) + 1));
                let text = fs::read_to_string(&file).unwrap();
                fs::write(&file, text.replace("percentage: 50}", "percentage: 51}")).unwrap();
            }),
        Case::new("git flag disable KEY", |_| {
            bench.flag(&["disable", &key(raise(&next) + 1), "--env", "development", "--reason", "bench", "--quiet"])
        })
        .ratio(2.5),
        Case::new("git flag enable KEY", |_| {
            bench.flag(&["enable", &key(next.get()), "--env", "development", "--reason", "bench", "--quiet"])
        })
        .ratio(2.5),
        Case::new("git flag rollback KEY", |_| bench.flag(&["rollback", &key(next.get()), "--quiet"])).ratio(4.0),
        Case::new("git flag enable KEY --dry-run", |_| {
            bench.flag(&["enable", &key(next.get()), "--env", "development", "--dry-run"])
        }),
    ];
    table("write, 20,000 commits on 1,000 flags", 30, cases);
}

/// Where the flag's file is now.
fn find(bench: &Bench, number: usize) -> String {
    let (name, start) = (format!("{}.yaml", key(number)), path(number));
    if bench.folder().join(&start).exists() {
        return start;
    }
    let folders = fs::read_dir(bench.folder().join("flags")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut paths = folders.map(|folder| format!("flags/{}/{name}", folder.to_str().unwrap()));
    paths.find(|path| bench.folder().join(path).exists()).unwrap()
}

fn history() {
    let bench = long();
    let flag = key(42);
    let file = find(&bench, 42);
    let forget = |_| drop(fs::remove_dir_all(bench.cache()));
    let git = || Case::new("git log --full-history -- PATH", |_| bench.git(&["log", "--full-history", "--", &file]));
    for command in ["log", "audit"] {
        let first = Case::new(format!("git flag {command} KEY, the first time"), |_| bench.flag(&[command, &flag]));
        let again = Case::new(format!("git flag {command} KEY, again"), |_| bench.flag(&[command, &flag]));
        let cases = vec![git(), first.prepare(forget).ratio(1.5), again.milliseconds(15)];
        table(&format!("history: {command}, 20,000 commits on 1,000 flags"), 15, cases);
    }
    let cases = vec![
        Case::new("git log --raw -- flags/", |_| bench.git(&["log", "--raw", "--", "flags/"])),
        Case::new("git flag audit, the first time", |_| bench.flag(&["audit", "--format", "jsonl"]))
            .prepare(forget)
            .ratio(1.2),
        Case::new("git flag audit, again", |_| bench.flag(&["audit", "--format", "jsonl"])),
    ];
    table("history: audit of everything", 5, cases);
    let cases = vec![
        Case::new("git diff HEAD~1000 HEAD -- flags/", |_| bench.git(&["diff", "HEAD~1000", "HEAD", "--", "flags/"])),
        Case::new("git flag diff HEAD~1000", |_| bench.flag(&["diff", "HEAD~1000"])).milliseconds(60),
    ];
    table("history: diff across 1,000 commits", 15, cases);
}

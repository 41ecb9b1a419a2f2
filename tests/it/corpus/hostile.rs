//! Hostile input in a process of its own: never a crash, more than 100 MB, or more than two seconds of computing.

use crate::support::TestRepo;
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A flag up to `environments:`.
const HEAD: &str = "type: boolean\nkind: ops\nowner: team-a\ndefault: false\n";

/// `count` lines made by `line`, joined.
fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        text += &line(index);
        text
    })
}

/// Text that ends just below the limit of 256 KiB, made of `head`, pieces by `line`, and `tail`.
fn full(head: &str, line: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    for index in 0.. {
        let piece = line(index);
        if text.len() + piece.len() + tail.len() > 256 * 1024 {
            break;
        }
        text += &piece;
    }
    text + tail
}

fn production(body: &str) -> String {
    format!("{HEAD}environments:\n  production:\n    enabled: true\n{body}    serve: false\n")
}

/// The cases: a name, the code that must be among what is printed (none where the file is fine), and the flag's text.
#[expect(clippy::too_many_lines, reason = "a table")]
fn flags() -> Vec<(&'static str, Option<&'static str>, String)> {
    let rules = "    rules:\n";
    let environments = format!("{HEAD}environments:\n  production:\n    enabled: true\n");
    let serve = "    serve: false\n";
    vec![
        ("larger than the limit", Some("F009"), format!("{HEAD}# {}\n", "x".repeat(300_000))),
        ("ten megabytes", Some("F009"), "a".repeat(10_000_000)),
        ("more values than the limit", Some("F012"), full("a: [", |_| "1, ".into(), "1]\n")),
        ("a comment as large as can be", Some("F020"), full("# ", |_| "x".into(), "\n")),
        ("one key as large as can be", Some("F001"), full("k", |_| "k".into(), ": 1\n")),
        (
            "one text as large as can be",
            None,
            full("description: \"", |_| "x".into(), &format!("\"\n{}", production(""))),
        ),
        ("brackets", Some("F010"), "[".repeat(200_000)),
        ("braces", Some("F010"), "{a: ".repeat(60_000)),
        ("dashes", Some("F010"), "- ".repeat(120_000)),
        ("question marks", Some("F010"), "? ".repeat(120_000)),
        ("anchors", Some("F003"), full("a:\n", |i| format!("  - &a{i} x\n"), "")),
        ("aliases", Some("F003"), full("a: &a x\nb:\n", |_| "  - *a\n".into(), "")),
        ("tags", Some("F004"), full("a:\n", |_| "  - !!str x\n".into(), "")),
        ("documents", Some("F005"), full("", |_| "---\na: 1\n".into(), "")),
        ("one key again and again", Some("F002"), full(HEAD, |_| "k: 1\n".into(), "")),
        ("unknown fields", Some("F021"), full(HEAD, |i| format!("environmentz{i}: 1\n"), "")),
        ("unknown long fields", Some("F021"), full(HEAD, |i| format!("{}{i}: 1\n", "environments".repeat(80)), "")),
        ("open quotes", Some("F001"), full("a: \"", |_| "x\n".into(), "")),
        ("block scalar of blank lines", Some("F022"), full("a: |\n", |_| "\n".into(), "")),
        ("tabs", Some("F001"), full("a:\n", |_| "\t".into(), "x: 1\n")),
        ("carriage returns", Some("F008"), "\r".repeat(200_000)),
        ("bidirectional overrides", Some("F008"), "\u{202e}".repeat(80_000)),
        (
            "variants",
            Some("F012"),
            full("type: string\ndefault: x\nenvironments: {}\nvariants:\n", |i| format!("  v{i}: {{value: a}}\n"), ""),
        ),
        (
            "environments",
            Some("F070"),
            full(&format!("{HEAD}environments:\n"), |i| format!("  e{i}: {{serve: true}}\n"), ""),
        ),
        (
            "units",
            None,
            full(
                &format!("{environments}    targets:\n      - serve: true\n        units:\n"),
                |i| format!("          - u{i}\n"),
                serve,
            ),
        ),
        (
            "the same unit",
            Some("F044"),
            full(
                &format!("{environments}    targets:\n      - serve: true\n        units:\n"),
                |_| "          - u\n".into(),
                serve,
            ),
        ),
        (
            "targets",
            None,
            full(
                &format!("{environments}    targets:\n"),
                |i| format!("      - {{serve: true, units: [u{i}]}}\n"),
                serve,
            ),
        ),
        (
            "rules",
            None,
            full(
                &format!("{environments}{rules}"),
                |i| format!("      - {{id: r{i}, when: [{{attribute: a{i}, equals: x}}], serve: true}}\n"),
                serve,
            ),
        ),
        (
            "rules with one condition",
            Some("F106"),
            full(
                &format!("{environments}{rules}"),
                |i| format!("      - {{id: r{i}, when: [{{attribute: a, equals: x}}], serve: true}}\n"),
                serve,
            ),
        ),
        (
            "a rule with many conditions",
            None,
            full(
                &format!("{environments}{rules}      - id: r\n        when:\n"),
                |i| format!("          - {{attribute: a, equals: x{i}}}\n"),
                &format!("        serve: true\n{serve}"),
            ),
        ),
        (
            "many large conditions",
            Some("F012"),
            full(
                &format!("{environments}{rules}"),
                |i| {
                    format!(
                        "      - {{id: r{i}, when: [{{attribute: a, in: [{}]}}], serve: true}}\n",
                        many(100, |j| format!("v{j}, "))
                    )
                },
                serve,
            ),
        ),
        (
            "a long list to compare with",
            None,
            full(
                &format!(
                    "{environments}{rules}      - id: r\n        serve: true\n        when:\n          - attribute: a\n            in:\n"
                ),
                |i| format!("              - v{i}\n"),
                serve,
            ),
        ),
        (
            "regular expressions",
            Some("F039"),
            full(
                &format!("{environments}{rules}"),
                |i| format!("      - {{id: r{i}, when: [{{attribute: a, matches: '^(a|b{i})+$'}}], serve: true}}\n"),
                serve,
            ),
        ),
        (
            "a list of regular expressions",
            Some("F039"),
            full(
                &format!(
                    "{environments}{rules}      - id: r\n        serve: true\n        when:\n          - attribute: a\n            matches:\n"
                ),
                |i| format!("              - '(x+x+)+y{i}'\n"),
                serve,
            ),
        ),
        (
            "large regular expressions",
            Some("F039"),
            full(
                &format!("{environments}{rules}"),
                |i| {
                    format!(
                        "      - {{id: r{i}, when: [{{attribute: a, matches: '(\\w{{100}}){{100}}{i}'}}], serve: true}}\n"
                    )
                },
                serve,
            ),
        ),
        (
            "a regular expression as large as can be",
            Some("F039"),
            full(
                &format!(
                    "{environments}{rules}      - id: r\n        serve: true\n        when: [{{attribute: a, matches: '"
                ),
                |_| "a?".into(),
                &format!("'}}]\n{serve}"),
            ),
        ),
        (
            "nested alternatives",
            Some("F012"),
            full(
                &format!("{environments}{rules}"),
                |i| {
                    format!(
                        "      - {{id: r{i}, when: [{{any: [{{all: [{{any: [{{not: {{not: {{segment: staff}}}}}}]}}]}}]}}], serve: true}}\n"
                    )
                },
                serve,
            ),
        ),
        (
            "a split with many entries",
            Some("F041"),
            full(
                "type: string\nkind: ops\nowner: a\ndefault: a\nvariants: {a: {value: x}, b: {value: y}}\nenvironments:\n  production:\n    enabled: true\n    serve:\n      split:\n",
                |_| "        - a: 100\n".into(),
                "",
            ),
        ),
        (
            "stages of a canary",
            Some("F036"),
            full(
                &format!("{environments}    serve:\n      canary:\n        stage: 1\n        stages:\n"),
                |_| "          - 100\n".into(),
                "",
            ),
        ),
        (
            "tags that repeat",
            Some("F049"),
            full(&format!("{HEAD}environments: {{}}\ntags:\n"), |_| "  - a\n".into(), ""),
        ),
        (
            "ignores",
            Some("F132"),
            full("", |_| "# git-flag: ignore[missing-owner] reason: x\n".into(), &production("")),
        ),
        (
            "ignores of many lints",
            Some("F083"),
            full("# git-flag: ignore[", |i| format!("lint{i},"), &format!("x] reason: x\n{}", production(""))),
        ),
        (
            "requirements",
            Some("F072"),
            full(
                &format!("{HEAD}environments: {{production: {{enabled: true, serve: true}}}}\nrequires:\n"),
                |i| format!("  - {{flag: f{i}, serves: true}}\n"),
                "",
            ),
        ),
        ("digits", Some("F007"), full("a: ", |_| "9".into(), "\n")),
        ("decimals", Some("F031"), full(&format!("{environments}    serve: {{percentage: 1."), |_| "1".into(), "}\n")),
        ("zeros", Some("F021"), full("a: 0.", |_| "0".into(), "\n")),
    ]
}

/// What a run took.
struct Cost {
    peak: u64,
    computing: Duration,
    code: i32,
    printed: String,
}

/// Runs `validate` and watches the process. Its memory never shrinks in `VmHWM`, so that looking often is enough.
fn watched(repo: &TestRepo) -> Cost {
    let log = repo.outside().join("log");
    let file = std::fs::File::create(&log).expect("a file");
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("git-flag"))
        .args(["validate"])
        .current_dir(repo.path())
        .env("GIT_FLAG_NOW", "2026-11-20T09:00:00Z")
        .stdin(Stdio::null())
        .stdout(file.try_clone().expect("a file"))
        .stderr(file)
        .spawn()
        .expect("a started program");
    let (mut peak, mut computing) = (0, Duration::ZERO);
    let start = Instant::now();
    let code = loop {
        let process = format!("/proc/{}", child.id());
        let status = std::fs::read_to_string(format!("{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0));
        computing = computing.max(ticks(&process));
        if let Some(status) = child.try_wait().expect("a state") {
            break status.code().unwrap_or(-1);
        }
        if peak > 1_000_000 || computing > Duration::from_mins(1) || start.elapsed() > Duration::from_mins(5) {
            child.kill().expect("an end");
            break -1;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Cost { peak, computing, code, printed: std::fs::read_to_string(log).expect("text") }
}

/// The time that the process has computed, from user and system ticks of 10 ms.
fn ticks(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("{process}/stat")).unwrap_or_default();
    // The name in brackets may hold anything.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let sum: u64 = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * sum)
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "memory is measured through /proc")]
fn hostile_files_cost_little() {
    let repo = TestRepo::folder();
    repo.write("flags/project.yaml", "format: 1\nenvironments:\n  - {name: production}\n");
    repo.write("flags/segments/staff.yaml", "description: Employees\ninclude: [user-1]\n");
    let mut wrong = String::new();
    let mut costs = String::new();
    for (name, code, text) in flags() {
        repo.write("flags/hostile.yaml", &text);
        let cost = watched(&repo);
        let _ = writeln!(costs, "{:>6} kB {:>6} ms  {name}", cost.peak, cost.computing.as_millis());
        if let Some(file) = std::env::var_os("SHOW_CORPUS") {
            std::fs::write(std::path::Path::new(&file).with_extension("costs"), &costs).expect("a written file");
        }
        let expected = match code {
            Some(code) => cost.printed.contains(&format!("[{code}]")),
            None => !cost.printed.contains("error["),
        };
        // Without optimisation everything takes about ten times as long.
        let limit = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
        let ended = matches!(cost.code, 0 | 1);
        if !ended || !expected || cost.peak > 100_000 || cost.computing > limit || cost.printed.len() > 1_000_000 {
            let start: String = cost.printed.chars().take(600).collect();
            let Cost { peak, computing, code: exit, .. } = cost;
            let _ = writeln!(wrong, "{name}: exit code {exit}, {peak} kB, {computing:?}, expected {code:?}\n{start}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

//! Generated repositories for benchmarks: a stream for `git fast-import`, the same for the same plan on every machine.

use std::fmt::Write as _;
use std::io::{self, Write};

/// What a generated repository looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// How many flags.
    pub flags: usize,
    /// How many commits after the first, which adds everything; each changes one flag.
    pub commits: usize,
    /// Every so many commits (at least 8) a branch is merged that has three commits of its own, while the main branch went
    /// on by as many; 0 for a linear history.
    pub merge_every: usize,
    /// Every so many commits a flag's file moves to the next folder; 0 for never.
    pub move_every: usize,
    /// Files beside the flags, so that trees are as wide as in a repository with code.
    pub other_files: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self { flags: 1_000, commits: 20_000, merge_every: 0, move_every: 0, other_files: 200 }
    }
}

const CATEGORIES: [&str; 8] =
    ["ci-cd", "compliance", "emergency", "experiments", "features", "infrastructure", "integrations", "performance"];
const FIRST_SECOND: u64 = 1_700_000_000;
const MAIN: &str = "refs/heads/main";
const SIDE: &str = "refs/heads/side";
/// Commits from the start of a side branch to its merge.
const WINDOW: usize = 7;

/// The key of a flag: `flag-00042`.
#[must_use]
pub(crate) fn key(flag: usize) -> String {
    format!("flag-{flag:05}")
}

/// The file of a flag that never moved.
#[must_use]
pub(crate) fn path(flag: usize) -> String {
    moved_path(flag, 0)
}

fn moved_path(flag: usize, moves: usize) -> String {
    format!("flags/{}/{}.yaml", CATEGORIES[(flag + moves) % CATEGORIES.len()], key(flag))
}

/// The file's text after `version` changes: each raises, lowers or switches something. 774 bytes on average over many
/// flags; every third flag is not in production yet.
#[must_use]
pub(crate) fn flag(flag: usize, version: usize) -> String {
    let share = 1 + (version * 7 + flag) % 99;
    let mut text = format!(
        "# A generated\n\
         description: Number {flag} of the generated flags\n\
         type: boolean\nkind: release\nowner: team-{team}\ntags: [generated, \"group-{group}\"]\nexpires: 2040-03-01\n\
         links: {{ticket: GEN-{flag}}}\ndefault: false\nenvironments:\n  development:\n    enabled: true\n    serve: true\n",
        team = flag % 20,
        group = flag % 7,
    );
    let last = if flag.is_multiple_of(3) { "staging" } else { "production" };
    if last == "production" {
        let half = share.div_ceil(2);
        let _ = write!(
            text,
            "\x20 staging:\n    enabled: true\n    rules:\n      - id: staff\n        when:\n          - {{segment: staff}}\n\
             \x20       serve: true\n    serve: {{percentage: {half}}}\n"
        );
    }
    let _ = write!(
        text,
        "\x20 {last}:\n    enabled: {on}\n    targets:\n      - {{serve: true, units: [user-1, user-2]}}\n\
         \x20   rules:\n      - id: near\n        when:\n          - {{attribute: country, in: [AT, CH, {country}]}}\n\
         \x20         - {{attribute: plan, equals: premium}}\n        serve: true\n      - id: recent\n        when:\n\
         \x20         - {{attribute: app.version, semver_greater_than_or_equal: 2.3.0}}\n\
         \x20       serve: {{percentage: 50}}\n    serve: {{percentage: {share}}}\n",
        on = version % 5 != 4,
        country = ["DE", "FR", "IT", "ES", "PL"][(flag + version / 3) % 5],
    );
    text
}

/// The project file of a generated repository.
pub(crate) const PROJECT: &str =
    "format: 1\nenvironments:\n  - {name: development}\n  - {name: staging}\n  - {name: production}\n";
/// The segment that the flags use, in `flags/segments/staff.yaml`.
pub(crate) const SEGMENT: &str =
    "description: Employees\nmatch:\n  - {attribute: email, ends_with: \"@example.com\"}\n";

/// Writes the history as a stream for `git fast-import`, on `refs/heads/main`.
///
/// # Errors
/// When `out` can't be written.
pub(crate) fn fast_import(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    let mut history = History::begin(plan);
    for commit in 0..plan.commits {
        history.next(plan, commit);
        if history.text.len() > 1 << 20 {
            out.write_all(history.text.as_bytes())?;
            history.text.clear();
        }
    }
    out.write_all(history.text.as_bytes())?;
    out.write_all(b"done\n")
}

/// The stream so far that was not written yet, and the state it leads to.
struct History {
    text: String,
    second: u64,
    /// How often each flag was changed.
    versions: Vec<usize>,
    /// How often each flag was moved.
    moves: Vec<usize>,
    /// What the side branch changed since it began.
    side: Vec<usize>,
}

impl History {
    fn begin(plan: &Plan) -> Self {
        let (versions, moves) = (vec![0; plan.flags], vec![0; plan.flags]);
        let mut history = Self { text: String::new(), second: FIRST_SECOND, versions, moves, side: Vec::new() };
        history.commit(MAIN, "add all flags", None);
        history.file("flags/project.yaml", PROJECT);
        history.file("flags/segments/staff.yaml", SEGMENT);
        for number in 0..plan.other_files {
            history.file(&format!("src/part{:02}/file{number}.txt", number % 20), &format!("file {number}\n"));
        }
        for number in 0..plan.flags {
            history.file(&path(number), &flag(number, 0));
        }
        history
    }

    fn next(&mut self, plan: &Plan, commit: usize) {
        let number = changed(commit, plan.flags);
        let left = if plan.merge_every == 0 { usize::MAX } else { plan.merge_every - commit % plan.merge_every };
        match left {
            1 if !self.side.is_empty() => self.merge(),
            // The side branch and the main branch take turns.
            left if left <= WINDOW && left % 2 == 1 => {
                let from = (left == WINDOW).then_some(MAIN);
                self.change(SIDE, number, from);
                self.side.push(number);
            }
            _ if left > WINDOW && plan.move_every > 0 && commit % plan.move_every == plan.move_every - 1 => {
                self.relocate(number);
            }
            _ => self.change(MAIN, number, None),
        }
    }

    fn merge(&mut self) {
        self.commit(MAIN, "Merge branch 'side'", None);
        self.text.push_str("merge refs/heads/side\n");
        // The stream says what the tree of a merge is: the main branch's with the side's files.
        for number in std::mem::take(&mut self.side) {
            self.content(number);
        }
    }

    fn change(&mut self, branch: &str, number: usize, from: Option<&str>) {
        self.versions[number] += 1;
        let (name, second) = (key(number), self.second);
        let message = format!(
            "flag({name}): change in production\n\nFlag-Key: {name}\nFlag-Environment: production\n\
             Flag-Action: rollout\nFlag-Reason: generated\nFlag-Op: {second:016x}\n"
        );
        self.commit(branch, &message, from);
        self.content(number);
    }

    fn relocate(&mut self, number: usize) {
        let old = moved_path(number, self.moves[number]);
        self.moves[number] += 1;
        self.commit(MAIN, &format!("move {}", key(number)), None);
        let _ = writeln!(self.text, "R {old} {}", moved_path(number, self.moves[number]));
    }

    fn content(&mut self, number: usize) {
        let path = moved_path(number, self.moves[number]);
        self.file(&path, &flag(number, self.versions[number]));
    }

    fn commit(&mut self, branch: &str, message: &str, from: Option<&str>) {
        self.second += 60;
        let second = self.second;
        let author = ["Ada", "Grace", "Edsger", "Barbara"][usize::try_from(second / 60 % 4).unwrap_or(0)];
        let person = format!("{author} <{}@example.com> {second} +0000", author.to_lowercase());
        let length = message.len();
        let _ = write!(self.text, "commit {branch}\nauthor {person}\ncommitter {person}\ndata {length}\n{message}\n");
        if let Some(from) = from {
            let _ = writeln!(self.text, "from {from}");
        }
    }

    fn file(&mut self, path: &str, content: &str) {
        let _ = write!(self.text, "M 100644 inline {path}\ndata {}\n{content}\n", content.len());
    }
}

/// Which flag a commit changes: spread over all of them, without a pattern.
fn changed(commit: usize, flags: usize) -> usize {
    let mixed = (commit as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    usize::try_from(mixed).unwrap_or(0) % flags.max(1)
}

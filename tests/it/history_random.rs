//! Random histories that reuse a few keys over several branches, with moves, renames and merges of every kind: one flag's
//! history is the part of everything's that is told of it, remembered or not.
//!
//! `HISTORY_SEEDS=first..end` tries other seeds than the few that always run.

use crate::support::TestRepo;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;

const FOLDERS: [&str; 4] = ["flags", "flags/a", "flags/b", "flags/a/c"];
const KEYS: u64 = 5;
const STEPS: usize = 45;

/// The files of flags: path and text.
type Tree = BTreeMap<String, String>;

struct Commit {
    parents: Vec<usize>,
    ancestors: BTreeSet<usize>,
    tree: Tree,
}

/// A history as it is made up.
struct Story {
    state: u64,
    commits: Vec<Commit>,
    branches: Vec<usize>,
}

impl Story {
    fn new(seed: u64) -> Self {
        let first = Commit { parents: Vec::new(), ancestors: BTreeSet::from([0]), tree: Tree::new() };
        let mut story =
            Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, commits: vec![first], branches: vec![0] };
        for _ in 0..STEPS {
            story.step();
        }
        for branch in 1..story.branches.len() {
            story.merge(0, branch);
        }
        story
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % end
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let at = self.below(of.len() as u64);
        of[usize::try_from(at).expect("small")].clone()
    }

    fn commit(&mut self, branch: usize, others: Vec<usize>, tree: Tree) {
        let mut parents = vec![self.branches[branch]];
        parents.extend(others);
        let at = self.commits.len();
        let mut ancestors: BTreeSet<usize> =
            parents.iter().flat_map(|parent| self.commits[*parent].ancestors.iter().copied()).collect();
        ancestors.insert(at);
        self.commits.push(Commit { parents, ancestors, tree });
        self.branches[branch] = at;
    }

    fn step(&mut self) {
        let branch = usize::try_from(self.below(self.branches.len() as u64)).expect("small");
        match self.below(100) {
            0..10 if self.branches.len() < 4 => self.branches.push(self.branches[branch]),
            0..25 => {
                let other = usize::try_from(self.below(self.branches.len() as u64)).expect("small");
                if other != branch {
                    self.merge(branch, other);
                }
            }
            _ => {
                let mut tree = self.commits[self.branches[branch]].tree.clone();
                self.change(&mut tree);
                self.commit(branch, Vec::new(), tree);
            }
        }
    }

    fn text(&mut self, salt: Option<&str>) -> String {
        let salt = salt.map_or_else(String::new, |salt| format!("salt: {salt}\n"));
        let (percentage, description) = (self.below(101), self.below(3));
        format!(
            "type: boolean\n{salt}description: d{description}\ndefault: false\nenvironments:\n  production:\n    enabled: true\n    \
             serve: {{percentage: {percentage}}}\n"
        )
    }

    /// Changes one flag.
    fn change(&mut self, tree: &mut Tree) {
        let key = format!("k{}", self.below(KEYS));
        let folder = self.pick(&FOLDERS);
        let fresh = format!("{folder}/{key}.yaml");
        let is_free = !tree.keys().any(|path| key_of(path) == key);
        let files: Vec<String> = tree.keys().cloned().collect();
        let how = self.below(100);
        if files.is_empty() || (how < 25 && is_free) {
            let text = self.text(None);
            tree.insert(fresh, text);
            return;
        }
        let path = self.pick(&files);
        let text = tree[&path].clone();
        match how {
            0..55 => {
                let salt = text.lines().find_map(|line| line.strip_prefix("salt: ")).map(str::to_owned);
                let text = self.text(salt.as_deref());
                tree.insert(path, text);
            }
            55..65 => {
                tree.remove(&path);
            }
            65..80 => {
                tree.remove(&path);
                tree.insert(format!("{folder}/{}.yaml", key_of(&path)), text);
            }
            80..92 if is_free => {
                tree.remove(&path);
                let salted = if text.contains("salt:") {
                    text
                } else {
                    text.replacen('\n', &format!("\nsalt: {}\n", key_of(&path)), 1)
                };
                tree.insert(fresh, salted);
            }
            92..96 => {
                tree.insert(path, "broken: [\n".into());
            }
            _ => {
                tree.insert(path, format!("{text}# {how}\n"));
            }
        }
    }

    /// Merges file by file, with conflicts resolved in some way; now and then it drops a side, or edits.
    fn merge(&mut self, branch: usize, other: usize) {
        let (ours, theirs) = (self.branches[branch], self.branches[other]);
        if self.commits[ours].ancestors.contains(&theirs) {
            return;
        }
        let common = self.commits[ours].ancestors.intersection(&self.commits[theirs].ancestors).max();
        let base = self.commits[*common.expect("a first commit")].tree.clone();
        let [ours_tree, theirs_tree] = [ours, theirs].map(|at| self.commits[at].tree.clone());
        let style = self.below(10);
        let paths: BTreeSet<&String> = ours_tree.keys().chain(theirs_tree.keys()).collect();
        let mut tree = Tree::new();
        for path in paths {
            let (b, o, t) = (base.get(path), ours_tree.get(path), theirs_tree.get(path));
            let chosen = match style {
                0 => o,
                1 => t,
                _ if o == t || b == t => o,
                _ if b == o => t,
                _ => self.pick(&[o, t, None]),
            };
            if let Some(text) = chosen {
                tree.insert(path.clone(), text.clone());
            }
        }
        let mut seen = BTreeSet::new();
        tree.retain(|path, _| seen.insert(key_of(path).to_owned()));
        if self.below(8) == 0 {
            self.change(&mut tree);
        }
        self.commit(branch, vec![theirs], tree);
    }

    /// As a stream for `git fast-import`; commit number `n` is the branch `cn`.
    fn stream(&self) -> String {
        let mut stream = String::new();
        for (at, commit) in self.commits.iter().enumerate() {
            let time = 1_795_165_200 + at * 60;
            let _ = write!(
                stream,
                "commit refs/heads/c{at}\nmark :{}\ncommitter Ada <ada@example.com> {time} +0000\ndata 1\nc\n",
                at + 1
            );
            for (parent, word) in commit.parents.iter().zip(std::iter::once("from").chain(std::iter::repeat("merge"))) {
                let _ = writeln!(stream, "{word} :{}", parent + 1);
            }
            stream.push_str("deleteall\n");
            let project = "format: 1\nenvironments:\n  - {name: production}\n";
            for (path, text) in std::iter::once(("flags/project.yaml", project))
                .chain(commit.tree.iter().map(|(path, text)| (path.as_str(), text.as_str())))
            {
                let _ = write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
            }
        }
        stream
    }
}

fn key_of(path: &str) -> &str {
    path.rsplit('/').next().expect("a name").trim_end_matches(".yaml")
}

#[track_caller]
fn entries(repo: &TestRepo, arguments: &[&str]) -> Vec<Value> {
    let run = repo.flag(&[arguments, &["--json"]].concat()).ok();
    run.json()["entries"].as_array().expect("entries").clone()
}

fn seeds() -> std::ops::Range<u64> {
    let Ok(text) = std::env::var("HISTORY_SEEDS") else { return 1..4 };
    let (first, end) = text.split_once("..").expect("first..end");
    first.parse().expect("a number")..end.parse().expect("a number")
}

fn brief(entries: &[Value]) -> String {
    let line = |entry: &Value| {
        let [commit, digest, previous] =
            ["commit", "digest", "previous"].map(|name| entry[name].as_str().map_or("-", |id| &id[id.len() - 8..]));
        let [flag, action, path] = ["flag", "action", "path"].map(|name| &entry[name]);
        format!("{commit} {flag} {action} {path} {digest} {previous}")
    };
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn same(one: &[Value], other: &[Value], what: &str) {
    assert!(one == other, "{what}\n{}\nnot\n{}", brief(one), brief(other));
}

/// One flag's history is that part of everything's which hangs together.
fn check(seed: u64, all: &[Value], key: &str, path: Option<&str>, one: &[Value]) {
    let digest = |entry: &Value| entry["digest"].as_str().expect("a digest").to_owned();
    let own: BTreeSet<String> = one.iter().map(digest).collect();
    let part: Vec<Value> = all.iter().filter(|entry| own.contains(&digest(entry))).cloned().collect();
    same(one, &part, &format!("seed {seed}, {key}: the part of everything\n{}", brief(all)));
    for entry in one {
        let previous = entry["previous"].as_str();
        assert!(
            previous.is_none_or(|previous| own.contains(previous)),
            "seed {seed}, {key}: lacks what was before {entry}"
        );
    }
    let Some(path) = path else { return };
    let lost = all
        .iter()
        .find(|entry| entry["previous"].as_str().is_some_and(|it| own.contains(it)) && !own.contains(&digest(entry)));
    assert!(
        lost.is_none(),
        "seed {seed}, {key} in {path}: lacks what came after: {}\n{}\nof\n{}",
        brief(lost.map(std::slice::from_ref).unwrap_or_default()),
        brief(one),
        brief(all)
    );
    let newest = all.iter().find(|entry| entry["path"]["after"] == path);
    if let Some(newest) = newest {
        assert!(
            own.contains(&digest(newest)),
            "seed {seed}, {key}: lacks {}\n{}\nof\n{}",
            brief(std::slice::from_ref(newest)),
            brief(one),
            brief(all)
        );
    }
}

#[test]
fn one_flag_is_told_as_everything_is() {
    for seed in seeds() {
        let story = Story::new(seed);
        let repo = TestRepo::empty();
        repo.write("../stream", story.stream());
        repo.shell("git fast-import --quiet < ../stream").ok();
        let tip = story.branches[0];
        repo.git(&["reset", "-q", "--hard", &format!("c{tip}")]);
        let all = entries(&repo, &["audit"]);
        same(&entries(&repo, &["audit"]), &all, &format!("seed {seed}: remembered"));
        let tree = &story.commits[tip].tree;
        let paths: HashMap<&str, &str> = tree.keys().map(|path| (key_of(path), path.as_str())).collect();
        let keys: BTreeSet<String> =
            all.iter().map(|entry| entry["flag"].as_str().expect("a flag").to_owned()).collect();
        let mut told = BTreeMap::new();
        for key in &keys {
            let one = entries(&repo, &["audit", key]);
            check(seed, &all, key, paths.get(key.as_str()).copied(), &one);
            same(&entries(&repo, &["log", key]), &one, &format!("seed {seed}, {key}: remembered"));
            told.insert(key, one);
        }
        // Remembered since some commit before.
        let mut before = tip;
        for _ in 0..6 {
            before = story.commits[before].parents.first().copied().unwrap_or(before);
        }
        fs::remove_dir_all(repo.path().join(".git/git-flag/history")).expect("a cache");
        repo.git(&["reset", "-q", "--hard", &format!("c{before}")]);
        repo.flag(&["audit", "--json"]);
        for key in &keys {
            repo.flag(&["log", key, "--json"]);
        }
        repo.git(&["reset", "-q", "--hard", &format!("c{tip}")]);
        for (key, one) in told {
            same(&entries(&repo, &["log", key]), &one, &format!("seed {seed}, {key}: caught up"));
        }
        same(&entries(&repo, &["audit"]), &all, &format!("seed {seed}: caught up"));
    }
}

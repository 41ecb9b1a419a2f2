//! The main job from end to end, as issue and README promise it.

use crate::support::{Fingerprint, Scope, TestRepo};

/// The answers for a hundred users.
fn answers(repo: &TestRepo) -> Vec<String> {
    let contexts: String = (0..100).map(|user| format!("{{\"targetingKey\":\"user-{user}\"}}\n")).collect();
    let words = ["eval", "new-checkout", "--env", "production", "--contexts", "-"];
    let run = repo.flag_with(&words, &[], Some(&contexts)).ok();
    let lines: Vec<String> = run.stdout.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 100);
    lines
}

fn served(answers: &[String]) -> Vec<bool> {
    answers.iter().map(|line| line.contains("\"value\":true")).collect()
}

const FILE: &str = "flags/new-checkout.yaml";

/// After a step: one commit more, of flag files only; what the user staged is staged still; nothing else is dirty.
struct Steps<'r> {
    repo: &'r TestRepo,
    commits: usize,
}

impl Steps<'_> {
    #[track_caller]
    fn step(&mut self, words: &[&str]) {
        self.repo.flag(words).ok();
        self.commits += 1;
        assert_eq!(self.repo.commits(), self.commits, "{words:?}");
        let files = self.repo.git(&["show", "--format=", "--name-only", "HEAD"]);
        assert!(files.lines().all(|file| file.starts_with("flags/")), "{words:?} committed {files}");
        assert_eq!(self.repo.status(), "A  notes.txt\n", "{words:?}");
    }
}

#[test]
fn the_main_job() {
    let repo = TestRepo::empty();
    repo.write("README.md", "a shop\n");
    repo.commit_all("start");
    repo.write("notes.txt", "not of this\n");
    repo.git(&["add", "notes.txt"]);
    let mut steps = Steps { repo: &repo, commits: 1 };

    steps.step(&["init"]);
    steps.step(&["create", "new-checkout", "--type", "boolean", "--owner", "team-pay", "--permanent"]);
    steps.step(&["enable", "new-checkout", "--env", "production"]);
    steps.step(&["rollout", "new-checkout", "25", "--env", "production", "--ticket", "PAY-1"]);
    let quarter = answers(&repo);
    let got_it = served(&quarter).iter().filter(|on| **on).count();
    assert!((10..=40).contains(&got_it), "{got_it} of 100 got it");

    // By hand, with comments and in another order, as people do.
    let text = repo.read(FILE);
    let text = text.replacen("owner: team-pay", "owner: team-pay      # asks before changes", 1);
    repo.write(FILE, format!("# Replaces three pages.\n\n{text}\n# the end, without a line break"));
    repo.git(&["commit", "-q", "-m", "comments", "--", FILE]);
    steps.commits += 1;
    assert_eq!(answers(&repo), quarter);

    let before = repo.read(FILE);
    steps.step(&["rollout", "new-checkout", "50", "--env", "production", "--reason", "error rate is flat"]);
    let after = repo.read(FILE);
    assert_eq!(after, before.replace("percentage: 25", "percentage: 50"), "only the value changed");
    let shown = repo.git(&["show", "--format=", "-U0", "--word-diff=porcelain", "HEAD"]);
    let changed: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"))
        .collect();
    assert_eq!(changed.len(), 2, "{shown}");
    assert!(changed[0].contains("25") && changed[1].contains("50"), "{shown}");
    let half = served(&answers(&repo));
    assert!(
        served(&quarter).iter().zip(&half).all(|(before, after)| !*before || *after),
        "raising took it from somebody"
    );

    undo_the_half(&mut steps, &quarter);

    // The user's own commit holds what they staged, and nothing else.
    repo.git(&["commit", "-q", "-m", "mine"]);
    assert_eq!(repo.git(&["show", "--format=", "--name-only", "HEAD"]), "notes.txt\n");
    assert_eq!(repo.status(), "");
    assert_eq!(repo.git(&["fsck", "--strict"]), "");
}

fn undo_the_half(steps: &mut Steps<'_>, quarter: &[String]) {
    let repo = steps.repo;
    let before = Fingerprint::of(repo.outside(), Scope::Everything);
    repo.flag(&["diff", "HEAD~3"]).ok().prints("new-checkout").prints("50%");
    let log = repo.flag(&["log", "new-checkout"]).ok();
    assert!(log.stdout.contains("error rate is flat") && log.stdout.contains("25%"), "{log}");
    let audit = repo.flag(&["audit", "new-checkout", "--json"]).ok().json();
    let actions: Vec<&str> =
        audit["entries"].as_array().expect("entries").iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert_eq!(actions, ["rollout", "reformat", "rollout", "enable", "create"], "comments are told, as what they are");
    assert_eq!(audit["entries"][2]["ticket"], "PAY-1");
    let reading = before.changed(&Fingerprint::of(repo.outside(), Scope::Everything));
    assert_eq!(reading, Vec::<String>::new(), "reading touched something");

    steps.step(&["rollback", "new-checkout", "--env", "production", "--reason", "errors went up"]);
    assert_eq!(answers(repo), quarter, "the answers of 25% are back");
    let text = repo.read(FILE);
    assert!(
        text.starts_with("# Replaces three pages.\n") && text.ends_with("\n# the end, without a line break"),
        "{text}"
    );
    let message = repo.git(&["log", "-1", "--format=%B"]);
    assert!(message.contains("This reverts commit ") && message.contains("Flag-Reverts: "), "{message}");
    // A second rollback goes further back, and undo takes the last operation back.
    steps.step(&["rollback", "new-checkout", "--env", "production"]);
    assert!(served(&answers(repo)).iter().all(|on| *on), "before 25% everyone had it");
    steps.step(&["undo"]);
    assert_eq!(answers(repo), quarter);
}

//! Many who write at once, in one clone and in several.

use crate::support::{Run, TestRepo};

const FILE: &str = "flags/features/new-checkout.yaml";

/// Clones of one remote, side by side.
fn clones(count: usize) -> TestRepo {
    let repo = TestRepo::shop();
    repo.shell(
        "git init -q --bare -b main ../remote.git && git remote add origin ../remote.git && git push -q -u origin main",
    )
    .ok();
    for number in 0..count {
        repo.shell(&format!(
            "git clone -q ../remote.git ../clone{number} && git -C ../clone{number} config maintenance.auto false"
        ))
        .ok();
    }
    repo
}

fn target(repo: &TestRepo, clone: &str, user: &str, more: &str) -> Run {
    let line = format!("-C {clone} target new-checkout --user {user} --serve true --env production {more}");
    repo.shell(&format!("git flag {line}"))
}

#[test]
fn everyone_who_writes_at_once_gets_it_in() {
    let repo = TestRepo::shop();
    let before = repo.commits();
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let (repo, people) = (&repo, 0..10);
        let started: Vec<_> =
            people.map(|n| scope.spawn(move || target(repo, ".", &format!("racer-{n}"), ""))).collect();
        started.into_iter().map(|thread| thread.join().expect("a run")).collect()
    });
    for run in runs {
        run.ok().says("committed ");
    }
    let text = repo.read(FILE);
    assert!((0..10).all(|n| text.contains(&format!("racer-{n}"))), "{text}");
    assert_eq!((repo.commits(), repo.status()), (before + 10, String::new()));
    assert!(!repo.path().join(".git/git-flag/queue").exists());
}

#[test]
fn clones_that_push_at_once_replay_their_changes() {
    let repo = clones(4);
    let before = repo.commits();
    let runs: Vec<Run> = std::thread::scope(|scope| {
        let repo = &repo;
        let push = |n: usize| target(repo, &format!("../clone{n}"), &format!("racer-{n}"), "--push --op-id race");
        let started: Vec<_> = (0..4).map(|n| scope.spawn(move || push(n))).collect();
        started.into_iter().map(|thread| thread.join().expect("a run")).collect()
    });
    for run in runs {
        run.ok().says(" and pushed");
    }
    repo.shell("git pull -q").ok();
    let text = repo.read(FILE);
    assert!((0..4).all(|n| text.contains(&format!("racer-{n}"))), "{text}");
    assert_eq!(repo.commits(), before + 4);
    // One line of commits, each with its operation, and nothing was forced.
    assert_eq!(repo.git(&["rev-list", "--min-parents=2", "HEAD"]), "");
    for n in 0..4 {
        let clone = format!("../clone{n}");
        assert_eq!(repo.git(&["-C", &clone, "status", "--porcelain"]), "", "clone {n}");
        repo.git(&["-C", &clone, "merge-base", "--is-ancestor", "HEAD", "origin/main"]);
    }
    repo.flag(&["validate"]).ok();
}

#[test]
fn a_replay_keeps_what_else_is_in_the_clone() {
    let repo = clones(2);
    target(&repo, "../clone0", "first", "--push").ok();
    repo.shell("cd ../clone1 && echo staged > notes.txt && git add notes.txt && sed -i 's/team-growth/team-x/' flags/segments/early-birds.yaml").ok();
    let run = target(&repo, "../clone1", "second", "--push --json").ok();
    assert_eq!(run.json()["pushed"], true, "{run}");
    let status = repo.git(&["-C", "../clone1", "status", "--porcelain"]);
    assert_eq!(status, " M flags/segments/early-birds.yaml\nA  notes.txt\n");
    repo.shell("git pull -q").ok();
    assert!(repo.read(FILE).contains("first") && repo.read(FILE).contains("second"));
    // A branch that is not checked out, too.
    repo.shell("git push -q origin main:ops && git -C ../clone0 fetch -q && git -C ../clone1 fetch -q").ok();
    repo.shell("git -C ../clone0 branch ops origin/ops && git -C ../clone1 branch ops origin/ops").ok();
    target(&repo, "../clone0", "third", "--push --branch ops").ok();
    target(&repo, "../clone1", "fourth", "--push --branch ops").ok().says("done again on");
    assert_eq!(repo.git(&["-C", "../clone1", "status", "--porcelain"]), status);
    repo.shell("git fetch -q").ok();
    let text = repo.git(&["show", &format!("origin/ops:{FILE}")]);
    assert!(text.contains("third") && text.contains("fourth"), "{text}");
}

/// What is the user's to decide is left to the user, and nothing is lost.
#[test]
fn a_push_is_not_replayed_over_other_work() {
    let repo = clones(2);
    target(&repo, "../clone0", "first", "--push").ok();
    repo.shell("cd ../clone1 && echo own > own.txt && git add own.txt && git commit -q -m own").ok();
    let run = target(&repo, "../clone1", "second", "--push").exits(6).complains_of("F230");
    run.says("git pull --rebase");
    assert_eq!(repo.git(&["-C", "../clone1", "log", "-2", "--format=%s"]).lines().nth(1), Some("own"));
    // What a colleague changed is edited here.
    repo.shell("git -C ../clone1 reset -q --hard origin/main && git -C ../clone0 rm -q -r flags/tests && git -C ../clone0 commit -q -m less && git -C ../clone0 push -q").ok();
    repo.shell("echo '# mine' >> ../clone1/flags/tests/new-checkout.yaml").ok();
    target(&repo, "../clone1", "second", "--push").exits(6).complains_of("F230");
    assert_eq!(repo.git(&["-C", "../clone1", "status", "--porcelain"]), " M flags/tests/new-checkout.yaml\n");
    repo.shell("git -C ../clone1 checkout -q -- . && git -C ../clone1 reset -q --hard origin/main").ok();
    // What makes no sense on what they have is refused, and stands here.
    repo.shell("git flag -C ../clone0 delete new-checkout --push --yes").ok();
    let run = target(&repo, "../clone1", "second", "--push").exits(6).complains_of("F230");
    run.says("committed ").says("there is no flag `new-checkout`");
    assert!(repo.git(&["-C", "../clone1", "show", &format!("HEAD:{FILE}")]).contains("second"));
}

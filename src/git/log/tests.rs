use super::super::testing::{EPOCH, Sandbox};
use super::*;

fn all(repository: &Repository, query: &LogQuery) -> Vec<Commit> {
    repository.log(query).unwrap().collect::<Result<_, _>>().unwrap()
}

fn subjects(commits: &[Commit]) -> Vec<String> {
    commits.iter().map(Commit::subject).collect()
}

fn on(paths: &[&str]) -> LogQuery {
    LogQuery { paths: paths.iter().map(|path| (*path).to_owned()).collect(), full_history: true, ..LogQuery::default() }
}

#[test]
fn commits_carry_all_they_say() {
    let sandbox = Sandbox::new();
    sandbox.write("flags/a ü.yaml", "1");
    let first = sandbox.commit_all("first");
    sandbox.write("flags/a ü.yaml", "2");
    sandbox.write("flags/b.yaml", "new");
    let message = ":100644 subject\nof two lines\n\nBody: not trailers\nhere\n\nFlag-Key: a\nFlag-Reason: one\n two\n";
    let second = sandbox.commit_all(message);
    for repository in sandbox.both() {
        let commits = all(&repository, &on(&["flags"]));
        assert_eq!(commits.iter().map(|commit| commit.id).collect::<Vec<_>>(), [second, first]);
        let commit = &commits[0];
        assert_eq!(commit.parents, [first]);
        assert_eq!(commit.message, message);
        assert_eq!(commit.subject(), ":100644 subject of two lines");
        let trailers = commit.trailers();
        assert_eq!(trailers[0], ("Flag-Key".to_owned(), "a".to_owned()));
        assert_eq!(trailers[1], ("Flag-Reason".to_owned(), "one two".to_owned()));
        let ada = Person { name: "Ada".to_owned(), email: "ada@example.com".to_owned(), time: EPOCH + 60, offset: 0 };
        assert_eq!((&commit.author, &commit.committer), (&ada, &ada));
        let changes = &commit.changes;
        assert_eq!(changes.iter().map(|change| change.status).collect::<String>(), "MA");
        assert_eq!(changes[0].path, "flags/a ü.yaml");
        assert_eq!((changes[0].old_mode, changes[0].new_mode), (0o100_644, 0o100_644));
        assert_eq!(repository.read(changes[0].old.unwrap()).unwrap(), b"1");
        assert_eq!(repository.read(changes[0].new.unwrap()).unwrap(), b"2");
        assert_eq!((changes[1].old, changes[1].old_mode), (None, 0));
    }
}

#[test]
fn what_merges_bring_take_and_hide_is_seen() {
    let sandbox = Sandbox::new();
    sandbox.write("flags/a", "1\n");
    sandbox.write("flags/b", "1\n");
    sandbox.commit_all("first");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.write("flags/a", "side\n");
    sandbox.commit_all("side");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("other", "x");
    sandbox.commit_all("main");
    sandbox.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    sandbox.write("flags/b", "evil\n");
    sandbox.commit_all("merge");
    sandbox.git(&["checkout", "-q", "side"]);
    sandbox.write("flags/a", "lost\n");
    sandbox.commit_all("lost");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "-s", "ours", "-m", "away", "side"]);
    let repository = sandbox.repository();

    let along = LogQuery { first_parent: true, ..on(&["flags"]) };
    let commits = all(&repository, &along);
    assert_eq!(subjects(&commits), ["merge", "first"], "a merge that takes nothing over changes nothing");
    let paths: Vec<&str> = commits[0].changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["flags/a", "flags/b"], "merged in, and edited in the merge");

    let commits = all(&repository, &LogQuery { merges: MergeChanges::Combined, ..on(&["flags"]) });
    let merge = commits.iter().find(|commit| commit.subject() == "merge").unwrap();
    let [evil] = &merge.changes[..] else { panic!("{merge:?}") };
    assert_eq!((evil.path.as_str(), evil.other_parents.len()), ("flags/b", 1));
    assert_eq!(repository.read(evil.new.unwrap()).unwrap(), b"evil\n");
    assert_eq!(repository.read(evil.other_parents[0].1.unwrap()).unwrap(), b"1\n");

    assert!(subjects(&all(&repository, &on(&["flags/a"]))).contains(&"lost".to_owned()), "merged away");
    let pruned = LogQuery { full_history: false, merges: MergeChanges::Nothing, ..on(&["flags/a"]) };
    assert!(!subjects(&all(&repository, &pruned)).contains(&"lost".to_owned()));
}

#[test]
fn ranges_limits_and_dates() {
    let sandbox = Sandbox::new();
    let mut ids = Vec::new();
    for number in 0..5 {
        sandbox.write("a", &number.to_string());
        ids.push(sandbox.commit_all(&number.to_string()));
    }
    let repository = sandbox.repository();
    let walk = |query: LogQuery| subjects(&all(&repository, &query)).concat();
    assert_eq!(walk(LogQuery::default()), "43210");
    assert_eq!(walk(LogQuery { limit: Some(2), ..LogQuery::default() }), "43");
    assert_eq!(walk(LogQuery { limit: Some(0), ..LogQuery::default() }), "");
    assert_eq!(walk(LogQuery { from: vec![ids[3]], until: vec![ids[1]], ..LogQuery::default() }), "32");
    assert_eq!(walk(LogQuery { since: Some(EPOCH + 120), ..LogQuery::default() }), "432");
    assert_eq!(walk(LogQuery { before: Some(EPOCH + 60), ..LogQuery::default() }), "10");
    assert_eq!(walk(LogQuery { merges: MergeChanges::Nothing, ..on(&["none"]) }), "");
}

#[test]
fn no_commit_is_no_history_and_a_missing_one_is_an_error() {
    let sandbox = Sandbox::new();
    let repository = sandbox.repository();
    assert_eq!(all(&repository, &on(&["flags"])), []);
    let absent = ObjectId::from_hex(b"1234567890123456789012345678901234567890").unwrap();
    let results: Vec<_> = repository.log(&LogQuery { from: vec![absent], ..LogQuery::default() }).unwrap().collect();
    assert!(matches!(&results[..], [Err(GitError::Failed { code: Some(128), .. })]), "{results:?}");
}

#[test]
fn paths_are_not_patterns() {
    let sandbox = Sandbox::new();
    sandbox.write("flags/a", "1");
    sandbox.write("flags/[a]*", "1");
    sandbox.commit_all("both");
    sandbox.write("flags/a", "2");
    sandbox.commit_all("a");
    assert_eq!(subjects(&all(&sandbox.repository(), &on(&["flags/[a]*"]))), ["both"]);
}

#[test]
fn a_walk_may_be_left_early() {
    let sandbox = Sandbox::new();
    for number in 0..3 {
        sandbox.write("a", &number.to_string());
        sandbox.commit_all(&number.to_string());
    }
    let first = sandbox.repository().log(&LogQuery::default()).unwrap().next().unwrap().unwrap();
    assert_eq!(first.subject(), "2");
}

#[test]
fn the_pace_changes_nothing_that_is_told() {
    let sandbox = Sandbox::new();
    for (number, path) in ["a", "b", "a", "a/b", "a", "b"].into_iter().enumerate() {
        drop(std::fs::remove_file(sandbox.path("a")));
        drop(std::fs::remove_dir_all(sandbox.path("a")));
        sandbox.write(path, &number.to_string());
        sandbox.commit_all(&number.to_string());
    }
    let repository = sandbox.repository();
    let paced = |pace| all(&repository, &LogQuery { pace, first_parent: true, ..on(&["a"]) });
    assert_eq!(paced(Pace::Blocks).len(), 6);
    assert_eq!(paced(Pace::Each), paced(Pace::Blocks));
    // Where the path was a folder, what else changed in it is left out.
    let one = |commits: Vec<Commit>| {
        commits
            .into_iter()
            .map(|it| Commit { changes: it.changes.into_iter().take(1).collect(), ..it })
            .collect::<Vec<_>>()
    };
    assert_eq!(paced(Pace::EachOfOneFile), one(paced(Pace::Blocks)));
}

#[test]
fn replacements_are_not_followed() {
    let sandbox = Sandbox::new();
    for number in 0..3 {
        sandbox.write("a", &number.to_string());
        sandbox.commit_all(&number.to_string());
    }
    sandbox.git(&["replace", "HEAD~1", "HEAD~2"]);
    for repository in sandbox.both() {
        assert_eq!(subjects(&all(&repository, &LogQuery::default())), ["2", "1", "0"]);
    }
}

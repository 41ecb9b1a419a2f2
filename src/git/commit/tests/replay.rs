use super::super::failpoint::{MEANWHILE, STOP, Step};
use super::*;

/// Our commit and a colleague's, both on the first one; the user has staged and edited other files.
fn two_lines(sandbox: &Sandbox, repository: &Repository) -> (CommitId, CommitId) {
    sandbox.git(&["checkout", "-q", "-b", "theirs"]);
    sandbox.write("flags/b.yaml", "b: 1\n");
    sandbox.write("flags/a.yaml", "a: theirs\n");
    let theirs = sandbox.commit_all("theirs");
    sandbox.git(&["checkout", "-q", "main"]);
    let ours = commit(repository, &request(repository, "flags/a.yaml", Some("a: ours\n"))).unwrap().id;
    sandbox.write("staged.txt", "s\n");
    sandbox.git(&["add", "staged.txt"]);
    sandbox.write("other.txt", "edited\n");
    (ours, theirs)
}

const STATUS: &str = " M other.txt\nA  staged.txt";

#[test]
fn a_branch_gives_way_and_other_work_stays() {
    let sandbox = started();
    let repository = sandbox.repository();
    let (ours, theirs) = two_lines(&sandbox, &repository);
    assert_eq!(repository.give_way("refs/heads/main", theirs, ours).unwrap(), Way::Moved, "it is not there");
    assert_eq!(repository.give_way("refs/heads/main", ours, theirs).unwrap(), Way::Given);
    assert_eq!((sandbox.head(), sandbox.read("flags/a.yaml").as_str()), (theirs, "a: theirs\n"));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), STATUS);
    assert_tidy(&sandbox);
}

#[test]
fn killed_while_it_gives_way_the_next_command_follows() {
    let sandbox = started();
    let repository = sandbox.repository();
    let (ours, theirs) = two_lines(&sandbox, &repository);
    STOP.set(Some(Step::GaveWay));
    let killed = repository.give_way("refs/heads/main", ours, theirs);
    STOP.set(None);
    assert!(matches!(killed, Err(CommitError::Killed)), "{killed:?}");
    assert_eq!((sandbox.head(), sandbox.read("flags/a.yaml").as_str()), (theirs, "a: ours\n"));
    repository.recover().unwrap();
    assert_eq!(sandbox.read("flags/a.yaml"), "a: theirs\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), STATUS);
    assert_tidy(&sandbox);
}

/// Somebody commits at the last moment: what has nothing to do with ours is followed, and anything else asks for ours to be
/// computed again.
#[test]
fn a_commit_is_made_again_on_what_does_not_concern_it() {
    for (path, step, concerns) in [
        ("other.txt", Some(Step::CommitMade), false),
        ("other.txt", Some(Step::Prepared), false),
        ("other.txt", None, false),
        ("flags/b.yaml", Some(Step::Prepared), true),
        ("flags/b.yaml", None, true),
    ] {
        let sandbox = started();
        let repository = sandbox.repository();
        let ours =
            CommitRequest { scope: Some("flags".to_owned()), ..request(&repository, "flags/a.yaml", Some("a: 2\n")) };
        let first = sandbox.head();
        sandbox.write(path, "theirs\n");
        let theirs = sandbox.commit_all("theirs");
        let moved = {
            let top = sandbox.path("");
            move |to: CommitId| {
                let mut git = std::process::Command::new("git");
                let run = git.current_dir(&top).args(["update-ref", "HEAD", &to.to_string()]).output().unwrap();
                assert!(run.status.success());
            }
        };
        if let Some(step) = step {
            sandbox.git(&["reset", "-q", "--soft", &first.to_string()]);
            MEANWHILE.set(Some((step, Box::new(move || moved(theirs)))));
        }
        let made = commit(&repository, &ours);
        if concerns {
            assert!(matches!(made, Err(CommitError::Moved { now: Some(now) }) if now == theirs), "{made:?}");
            assert_eq!((sandbox.head(), sandbox.status()), (theirs, String::new()));
        } else {
            let made = made.unwrap();
            assert_eq!((made.id, made.parent), (sandbox.head(), Some(theirs)), "{step:?}");
            assert_eq!((shown(&sandbox).as_str(), sandbox.status()), ("M\tflags/a.yaml", String::new()));
        }
        assert_tidy(&sandbox);
    }
}

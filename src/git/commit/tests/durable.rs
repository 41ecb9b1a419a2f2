use super::super::durable::{BROKEN, SYNCED};
use super::*;
use std::path::PathBuf;

/// What was synchronised since the last look, relative to the top.
fn synced(sandbox: &Sandbox) -> Vec<String> {
    let top = sandbox.path("").canonicalize().unwrap();
    let paths: Vec<PathBuf> = SYNCED.with_borrow_mut(std::mem::take);
    paths
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .map(|path| path.strip_prefix(&top).unwrap_or(&path).to_string_lossy().into_owned())
        .collect()
}

#[test]
fn what_is_to_last_is_on_the_disk_before_it_is_reported() {
    let sandbox = started();
    for repository in sandbox.both() {
        commit(&repository, &request(&repository, "flags/a.yaml", Some("a: 2\n"))).unwrap();
        assert_eq!(synced(&sandbox), Vec::<String>::new(), "nobody asked for it");
        repository.be_durable();
        let text = format!("a: durable {}\n", sandbox.head());
        let made = commit(&repository, &request(&repository, "flags/a.yaml", Some(&text))).unwrap();
        let synced = synced(&sandbox);
        let at = |wanted: &str| {
            let found = synced.iter().position(|path| path == wanted || path.starts_with(&format!("{wanted}-")));
            found.unwrap_or_else(|| panic!("{wanted} is not among {synced:#?}"))
        };
        let mut objects = Vec::new();
        for name in ["HEAD", "HEAD^{tree}", "HEAD:flags", "HEAD:flags/a.yaml"] {
            let id = sandbox.git(&["rev-parse", name]);
            objects.extend([
                at(&format!(".git/objects/{}/{}", &id[..2], &id[2..])),
                at(&format!(".git/objects/{}", &id[..2])),
            ]);
        }
        objects.push(at(".git/objects"));
        // Objects before the branch that needs them, files before the folders that name them.
        let branch = at(".git/refs/heads");
        assert!(objects.iter().all(|object| *object < branch), "{synced:#?}");
        assert!(at(".git/git-flag/index") < branch && at(".git/git-flag") < branch);
        let draft = synced.iter().position(|path| path.starts_with("flags/.git-flag-")).expect("a draft");
        let folder = synced.iter().rposition(|path| path == "flags").expect("a folder");
        assert!(draft < branch && branch < folder, "{synced:#?}");
        assert_eq!((made.id, sandbox.read("flags/a.yaml"), sandbox.status()), (sandbox.head(), text, String::new()));
        // Without a commit, too.
        repository.write_files_only(&[change(&repository, "flags/b.yaml", Some("b: 1\n"))]).unwrap();
        let synced = self::synced(&sandbox);
        assert!(synced[0].starts_with("flags/.git-flag-") && synced.contains(&"flags".to_owned()), "{synced:#?}");
        std::fs::remove_file(sandbox.path("flags/b.yaml")).unwrap();
        assert_tidy(&sandbox);
    }
}

/// The branch has moved, so the commit stands; that it is on the disk is not claimed.
#[test]
fn what_the_disk_does_not_confirm_is_told() {
    let sandbox = started();
    for repository in sandbox.both() {
        for (broken, text) in [("refs/heads", "one"), ("flags", "two"), (".git", "three")] {
            let text = format!("a: {text} {}\n", sandbox.head());
            let request = request(&repository, "flags/a.yaml", Some(&text));
            repository.be_durable();
            BROKEN.set(Some(broken));
            let made = commit(&repository, &request);
            let again = repository.confirm(sandbox.head(), "refs/heads/main");
            BROKEN.set(None);
            // Before the branch moves it is an error like any other.
            let Ok(made) = made else {
                assert_eq!(broken, ".git");
                assert_tidy(&sandbox);
                continue;
            };
            let why = made.unconfirmed.expect("a reason");
            assert!(why.contains("synchronise") && why.contains(broken), "{why}");
            assert!(again.is_err_and(|error| error.to_string().contains(broken)));
            assert_eq!(made.id, sandbox.head());
            // The next command finds or makes all as it should be.
            repository.recover().unwrap();
            assert_eq!((sandbox.read("flags/a.yaml"), sandbox.status()), (text, String::new()));
            repository.confirm(made.id, "refs/heads/main").unwrap();
            assert!(synced(&sandbox).iter().any(|path| path == "flags/a.yaml"));
            assert_tidy(&sandbox);
        }
    }
}

//! `audit --verify-signatures`, with real signatures.

use crate::support::TestRepo;
use serde_json::Value;
use std::path::PathBuf;

const FILE: &str = "flags/new-checkout.yaml";

/// A repository that signs with `ada`, whom it trusts. `eve` has a key that nobody knows.
fn signing() -> TestRepo {
    let repo = TestRepo::with_flag();
    for name in ["ada", "eve"] {
        let made = repo.shell(&format!("ssh-keygen -q -t ed25519 -N '' -C {name}@example.com -f ../home/{name}"));
        assert_eq!(made.code, 0, "{made}");
    }
    let trusted = std::fs::read_to_string(home(&repo, "ada.pub")).expect("what was just made");
    std::fs::write(home(&repo, "signers"), format!("ada@example.com {trusted}")).expect("what was just made");
    repo.git(&["config", "gpg.format", "ssh"]);
    repo.git(&["config", "gpg.ssh.allowedSignersFile", home(&repo, "signers").to_str().expect("what was just made")]);
    repo.git(&["config", "user.signingKey", home(&repo, "ada.pub").to_str().expect("what was just made")]);
    repo
}

fn home(repo: &TestRepo, name: &str) -> PathBuf {
    repo.outside().join("home").join(name)
}

fn verdicts(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["signature"]["verdict"].as_str().unwrap_or("-")).collect()
}

/// Changes the flag by hand, in a commit with these options.
fn edit(repo: &TestRepo, owner: &str, options: &[&str]) {
    let text = repo.read(FILE);
    let old = text.lines().find(|line| line.starts_with("owner:")).expect("what was just made");
    repo.replace(FILE, old, &format!("owner: {owner}"));
    repo.git(&["add", "-A"]);
    repo.git(&[&["commit", "-q", "-m", owner], options].concat());
}

/// Puts a commit in the place of HEAD that says something else under the same signature.
fn forge(repo: &TestRepo) {
    let forged =
        repo.shell("git cat-file commit HEAD | sed 's/^honest$/forged/' | git hash-object -t commit -w --stdin");
    let id = forged.stdout.trim();
    assert_ne!(id, repo.git(&["rev-parse", "HEAD"]).trim());
    repo.git(&["reset", "-q", "--soft", id]);
}

#[test]
fn good_unknown_and_missing_signatures() {
    let repo = signing();
    edit(&repo, "trusted", &["-S"]);
    let eve = format!("-S{}", home(&repo, "eve.pub").display());
    edit(&repo, "stranger", &[&eve]);
    let run = repo.flag(&["audit", "--verify-signatures", "--json"]).ok();
    let entries = run.json()["entries"].as_array().unwrap().clone();
    assert_eq!(verdicts(&entries), ["untrusted", "good", "unsigned"]);
    assert_eq!(entries[1]["signature"]["signer"], "ada@example.com");
    assert!(entries[1]["signature"]["key"].as_str().unwrap().starts_with("SHA256:"), "{}", entries[1]);
    assert_eq!(entries[2]["signature"]["signer"], Value::Null);
    assert_eq!([&entries[0]["signed"], &entries[1]["signed"], &entries[2]["signed"]], [true, true, false]);
    // Signed by the tool itself, as the configuration says.
    repo.git(&["config", "commit.gpgSign", "true"]);
    repo.flag(&["enable", "new-checkout", "--env", "production"]).ok();
    repo.flag(&["audit", "-n", "1", "--verify-signatures", "--format", "csv"]).ok().prints(",good,git-flag,");
    // Without being asked nothing is checked.
    let plain = repo.flag(&["audit", "-n", "2", "--json"]).ok().json();
    assert_eq!(plain["entries"][1]["signature"], Value::Null);
    repo.flag(&["audit", "-n", "2"]).ok().prints(" signed ");
}

#[test]
fn a_bad_signature_is_a_negative_answer() {
    let repo = signing();
    edit(&repo, "honest", &["-S"]);
    repo.flag(&["audit", "--verify-signatures"]).ok().prints("good");
    forge(&repo);
    let run = repo.flag(&["audit", "--verify-signatures", "--json"]).exits(1);
    assert_eq!(verdicts(run.json()["entries"].as_array().unwrap()), ["bad", "unsigned"]);
    repo.flag(&["audit", "--verify-signatures", "--format", "jsonl"]).exits(1).prints("\"verdict\":\"bad\"");
    repo.flag(&["audit"]).ok();
}

#[test]
fn a_signature_that_nobody_can_check_is_not_taken_for_none() {
    let repo = signing();
    edit(&repo, "honest", &["-S"]);
    repo.git(&["config", "--unset", "gpg.ssh.allowedSignersFile"]);
    let run = repo.flag(&["audit", "--verify-signatures", "--json"]).ok();
    assert_eq!(verdicts(run.json()["entries"].as_array().unwrap()), ["unknown", "unsigned"]);
}

//! What happened to flags, and taking it back.

use crate::support::TestRepo;
use serde_json::Value;

const FILE: &str = "flags/new-checkout.yaml";

/// A repository whose flag went from 10% to 25% in production, by this tool.
fn rolled_out() -> TestRepo {
    let repo = TestRepo::with_flag();
    repo.flag(&["enable", "new-checkout", "--env", "production"]).ok();
    repo.flag(&["rollout", "new-checkout", "10", "--env", "production"]).ok();
    repo.flag(&["rollout", "new-checkout", "25", "--env", "production", "--reason", "all fine", "--ticket", "PAY-1"])
        .ok();
    repo
}

#[track_caller]
fn entries(repo: &TestRepo, arguments: &[&str]) -> Vec<Value> {
    let run = repo.flag(&[arguments, &["--json"]].concat()).ok();
    run.json()["entries"].as_array().expect("entries").clone()
}

#[track_caller]
fn field(entries: &[Value], name: &str) -> Vec<String> {
    entries.iter().map(|entry| entry[name].as_str().unwrap_or("-").to_owned()).collect()
}

#[track_caller]
fn production(repo: &TestRepo) -> String {
    let text = repo.read(FILE);
    let serve = text.lines().rev().find(|line| line.trim_start().starts_with("serve:")).expect("a serve");
    serve.trim().to_owned()
}

#[test]
fn the_log_tells_changes_by_tool_and_by_hand() {
    let repo = rolled_out();
    repo.replace(FILE, "percentage: 25", "percentage: 30");
    repo.commit_all("by hand\n\nFlag-Action: nonsense");
    repo.replace(FILE, "default: false", "default: false # safe");
    repo.commit_all("a comment");
    let found = entries(&repo, &["log", "new-checkout"]);
    assert_eq!(field(&found, "action"), ["reformat", "rollout", "rollout", "rollout", "enable", "create"]);
    assert_eq!(field(&found, "via")[..3], ["git", "git", "git-flag"]);
    assert_eq!(found[2]["reason"], "all fine");
    assert_eq!(found[2]["ticket"], "PAY-1");
    assert_eq!(found[2]["differences"][0]["before"]["text"], "10%");
    assert_eq!(found[2]["author"]["email"], "ada@example.com");
    let text = repo.flag(&["log", "new-checkout", "-n", "3"]).ok().stdout;
    assert!(text.contains("production: 10% → 25%") && text.contains("“all fine (PAY-1)”"), "{text}");
    assert_eq!(entries(&repo, &["log", "new-checkout", "--env", "staging"]).len(), 1);
    repo.flag(&["log", "new-chekout"]).exits(3).says("new-checkout");
}

#[test]
fn the_log_follows_moves_and_renames() {
    let repo = rolled_out();
    std::fs::create_dir_all(repo.path().join("flags/features")).unwrap();
    repo.git(&["mv", FILE, "flags/features/new-checkout.yaml"]);
    repo.commit_all("move");
    repo.flag(&["rename", "new-checkout", "checkout"]).ok();
    repo.flag(&["disable", "checkout", "--env", "production"]).ok();
    let found = entries(&repo, &["log", "checkout"]);
    assert_eq!(field(&found, "action"), ["disable", "rename", "move", "rollout", "rollout", "enable", "create"]);
    assert_eq!(field(&found, "flag")[..3], ["checkout", "checkout", "new-checkout"]);
    // The old key ends with the rename, told from the whole history.
    assert_eq!(field(&entries(&repo, &["log", "new-checkout"]), "action"), field(&found[1..], "action"));
    // One flag and all flags come to the same digests.
    let all = entries(&repo, &["audit"]);
    let of = |entries: &[Value]| field(entries, "digest");
    assert_eq!(of(&found), of(&all));
    assert_eq!(of(&found[1..]), of(&entries(&repo, &["audit", "new-checkout"])));
}

#[test]
fn digests_chain_and_the_cache_changes_nothing() {
    let repo = rolled_out();
    let first = entries(&repo, &["audit", "new-checkout"]);
    assert_eq!(first.len(), 4);
    for pair in first.windows(2) {
        assert_eq!(pair[0]["previous"], pair[1]["digest"]);
    }
    assert_eq!(first[3]["previous"], Value::Null);
    assert_eq!(entries(&repo, &["audit", "new-checkout"]), first);
    // A later change stands on the same ground.
    repo.flag(&["disable", "new-checkout", "--env", "production"]).ok();
    let second = entries(&repo, &["audit", "new-checkout"]);
    assert_eq!(second[1..], first[..]);
    // Rewritten history has other digests from there on.
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]);
    repo.flag(&["rollout", "new-checkout", "26", "--env", "production"]).ok();
    let third = entries(&repo, &["audit", "new-checkout"]);
    assert_eq!(third[1..], first[1..]);
    assert_ne!(third[0]["digest"], first[0]["digest"]);
    // Damaged and unwritable caches are not missed.
    let cache = repo.path().join(".git/git-flag/history");
    for file in std::fs::read_dir(&cache).unwrap() {
        std::fs::write(file.unwrap().path(), "damaged").unwrap();
    }
    assert_eq!(entries(&repo, &["audit", "new-checkout"]), third);
    std::fs::remove_dir_all(&cache).unwrap();
    std::fs::write(&cache, "no folder").unwrap();
    assert_eq!(entries(&repo, &["audit", "new-checkout"]), third);
}

#[test]
fn a_digest_can_be_computed_without_this_tool() {
    use sha2::{Digest as _, Sha256};
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let repo = TestRepo::with_flag();
    let found = entries(&repo, &["audit", "new-checkout"]);
    let entry = &found[0];
    let commit = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let parent = repo.git(&["rev-parse", "HEAD^"]).trim().to_owned();
    let time = repo.git(&["log", "-1", "--format=%ct"]).trim().to_owned();
    let operation = entry["operation"].as_str().unwrap();
    let file = hex(&Sha256::digest(repo.read(FILE)));
    let person = format!("{{\"email\":\"ada@example.com\",\"name\":\"Ada Lovelace\",\"offset\":0,\"time\":{time}}}");
    let text = format!(
        "{{\"author\":{person},\"commit\":\"{commit}\",\"committer\":{person},\"flag\":\"new-checkout\",\"kind\":\"change\",\
         \"operation\":\"{operation}\",\"parents\":[\"{parent}\"],\"path\":{{\"after\":\"{FILE}\",\"before\":null}},\
         \"previous\":null,\"reason\":null,\"renamedFrom\":null,\"reverts\":[],\"sha256\":{{\"after\":\"{file}\",\"before\":null}},\
         \"signed\":false,\"ticket\":null,\"version\":\"git-flag.entry/v1\"}}"
    );
    assert_eq!(entry["digest"].as_str().unwrap(), format!("sha256:{}", hex(&Sha256::digest(text))));
}

/// A branch `side` that changed the flag's owner, beside a `main` that has 10%.
fn branched() -> TestRepo {
    let repo = rolled_out();
    repo.git(&["switch", "-q", "-c", "side"]);
    repo.flag(&["set", "new-checkout", "owner=team-side"]).ok();
    repo.git(&["switch", "-q", "main"]);
    repo
}

#[test]
fn what_is_merged_in_is_told_once_at_its_own_commit() {
    let repo = branched();
    repo.flag(&["rollout", "new-checkout", "30", "--env", "production"]).ok();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let found = entries(&repo, &["log", "new-checkout"]);
    assert_eq!(field(&found, "kind"), ["change"; 6]);
    assert_eq!(field(&found, "action")[..2], ["metadata", "rollout"]);
    assert_eq!(field(&entries(&repo, &["audit"]), "digest"), field(&found, "digest"));
}

#[test]
fn what_a_merge_drops_is_told_at_the_merge() {
    let repo = branched();
    repo.git(&["merge", "-q", "--no-ff", "-s", "ours", "-m", "merge", "side"]);
    let found = entries(&repo, &["log", "new-checkout"]);
    assert_eq!(field(&found, "action")[..2], ["merged-away", "metadata"]);
    assert_eq!(found[0]["differences"][0]["before"]["text"], "team-side");
    assert_eq!(found[0]["differences"][0]["after"]["text"], "team-pay");
    assert_eq!(field(&entries(&repo, &["audit", "--action", "merged-away"]), "digest"), field(&found[..1], "digest"));

    // The other way round: main's change is dropped.
    let repo = branched();
    repo.flag(&["rollout", "new-checkout", "30", "--env", "production"]).ok();
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repo.git(&["checkout", "-q", "side", "--", FILE]);
    repo.git(&["commit", "-q", "-m", "merge"]);
    let found = entries(&repo, &["log", "new-checkout"]);
    assert_eq!(found[0]["action"], "merged-away");
    assert_eq!(found[0]["differences"][0]["before"]["text"], "30%");
}

#[test]
fn what_a_merge_hides_is_told_at_the_merge() {
    let repo = branched();
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    repo.replace(FILE, "percentage: 25", "percentage: 99");
    repo.commit_all("merge");
    let found = entries(&repo, &["log", "new-checkout"]);
    assert_eq!(found[0]["kind"], "merge");
    assert_eq!(found[0]["summary"], "production: 25% → 99%");
    assert_eq!(field(&entries(&repo, &["audit"]), "digest"), field(&found, "digest"));
}

#[test]
fn a_deleted_flag_keeps_its_log_and_a_new_life_has_its_own_chain() {
    let repo = rolled_out();
    let text = repo.read(FILE);
    repo.flag(&["delete", "new-checkout"]).ok();
    assert_eq!(field(&entries(&repo, &["log", "new-checkout"]), "action")[..2], ["delete", "rollout"]);
    repo.flag(&["rollback", "new-checkout"]).ok();
    assert_eq!(repo.read(FILE), text);
    let found = entries(&repo, &["log", "new-checkout"]);
    assert_eq!(field(&found, "action")[..3], ["create", "delete", "rollout"]);
    assert_eq!(found[0]["previous"], Value::Null);
    assert_eq!(found[0]["reverts"][0], found[1]["commit"]);
}

#[test]
fn audit_filters_and_prints_csv() {
    let repo = rolled_out();
    repo.git(&["-c", "user.name=x", "commit", "-q", "--allow-empty", "-m", "nothing"]);
    assert_eq!(entries(&repo, &["audit", "--action", "rollout"]).len(), 2);
    assert_eq!(entries(&repo, &["audit", "--author", "LOVELACE", "-n", "1"]).len(), 1);
    assert_eq!(entries(&repo, &["audit", "--author", "nobody"]).len(), 0);
    assert_eq!(entries(&repo, &["audit", "--env", "production"]).len(), 4);
    assert_eq!(entries(&repo, &["audit", "--since", "2030-01-01"]).len(), 0);
    assert_eq!(entries(&repo, &["audit", "--until", "2030-01-01"]).len(), 4);
    let csv = repo.flag(&["audit", "--format", "csv"]).ok().stdout;
    assert_eq!(csv.lines().count(), 5);
    assert!(csv.starts_with("time,flag,action,environments,summary,author,"), "{csv}");
    assert_eq!(repo.flag(&["audit", "--format", "jsonl"]).ok().stdout.lines().count(), 4);
    let checked = entries(&repo, &["audit", "--verify-signatures", "-n", "1"]);
    assert_eq!(checked[0]["signature"]["verdict"], "unsigned");
    repo.flag(&["audit", "--env", "prodution"]).exits(3).says("production");
}

#[test]
fn rollback_goes_back_step_by_step_and_keeps_the_rest() {
    let repo = rolled_out();
    repo.replace(FILE, "description:", "# kept\ndescription:");
    repo.commit_all("a comment");
    repo.flag(&["set", "new-checkout", "owner=team-b"]).ok();
    let run = repo.flag(&["rollback", "new-checkout", "--env", "production", "--dry-run"]).ok();
    assert!(run.stdout.contains("percentage: 10"), "{run}");
    assert_eq!(production(&repo), "serve: {percentage: 25}");
    repo.flag(&["rollback", "new-checkout", "--env", "production", "--reason", "errors"]).ok();
    assert_eq!(production(&repo), "serve: {percentage: 10}");
    assert!(repo.read(FILE).contains("# kept") && repo.read(FILE).contains("owner: team-b"));
    let message = repo.git(&["log", "-1", "--format=%B"]);
    let undone = repo.git(&["rev-parse", "HEAD~3"]).trim().to_owned();
    assert!(message.contains(&format!("This reverts commit {undone}.\n")), "{message}");
    assert!(message.contains(&format!("Flag-Reverts: {undone}\n")), "{message}");
    repo.flag(&["rollback", "new-checkout", "--env", "production"]).ok();
    assert_eq!(production(&repo), "serve: true");
    repo.flag(&["rollback", "new-checkout", "--env", "production"]).ok();
    repo.flag(&["rollback", "new-checkout", "--env", "production"]).exits(3).says("no change of `new-checkout`");
    assert_eq!(repo.status(), "");
}

#[test]
fn rollback_of_several_steps_and_to_a_revision() {
    let repo = rolled_out();
    repo.git(&["tag", "before"]);
    repo.flag(&["rollback", "new-checkout", "--steps", "2"]).ok();
    assert_eq!(production(&repo), "serve: true");
    repo.flag(&["rollback", "new-checkout", "--steps", "9"]).exits(3).says("only 2 changes");
    repo.flag(&["rollback", "new-checkout", "--to", "before"]).ok();
    assert_eq!(production(&repo), "serve: {percentage: 25}");
    repo.flag(&["rollback", "new-checkout", "--to", "before"]).ok().says("nothing to change");
    repo.flag(&["rollback", "new-checkout", "--to", "HEAD~99"]).exits(3);
}

#[test]
fn rollback_repairs_a_flag_that_no_longer_reads() {
    let repo = rolled_out();
    let before = repo.read(FILE);
    repo.replace(FILE, "percentage: 25}", "percentage: 25 # careful}");
    repo.commit_all("broken");
    let run = repo.flag(&["rollback", "new-checkout", "--env", "production"]).exits(2).says("F226");
    run.says("`git flag rollback new-checkout` without `--env`");
    // It is what it was, not a new flag.
    let run = repo.flag(&["rollback", "new-checkout", "--to", "HEAD~1", "--dry-run"]).ok();
    run.prints("~ new-checkout  can be read again");
    let run = repo.flag(&["rollback", "new-checkout", "--reason", "it does not read"]).ok();
    run.says("~ new-checkout  can be read again");
    let subject = repo.git(&["log", "-1", "--format=%s"]);
    assert!(subject.starts_with("flag(new-checkout): roll back what broke the file: "), "{subject}");
    assert_eq!((repo.read(FILE), repo.status()), (before, String::new()));
    repo.flag(&["eval", "new-checkout", "--env", "production", "--user", "ada"]).ok();
}

#[test]
fn rollback_of_a_change_from_before_a_rename() {
    let repo = rolled_out();
    repo.flag(&["rename", "new-checkout", "checkout"]).ok();
    repo.flag(&["rollback", "checkout", "--env", "production"]).ok();
    let text = repo.read("flags/checkout.yaml");
    assert!(text.contains("percentage: 10") && text.contains("salt: new-checkout"), "{text}");
    assert_eq!(repo.status(), "");
    repo.git(&["mv", "flags/checkout.yaml", "flags/pay.yaml"]);
    repo.commit_all("by hand");
    repo.flag(&["rollback", "pay", "--env", "production"]).ok();
    assert!(repo.read("flags/pay.yaml").contains("    serve: true\n"), "{}", repo.read("flags/pay.yaml"));
}

#[test]
fn rollback_names_the_variant_that_is_gone() {
    let repo = TestRepo::init();
    repo.flag(&["create", "colour", "--type", "string", "--variant", "red=1", "--variant", "blue=2"]).ok();
    repo.flag(&["rollout", "colour", "blue", "--env", "production"]).ok();
    repo.flag(&["rollout", "colour", "red", "--env", "production"]).ok();
    repo.flag(&["variant", "remove", "colour", "blue"]).ok();
    for arguments in [
        &["rollback", "colour", "--env", "production"][..],
        &["rollback", "colour", "--to", "HEAD~2", "--env", "production"],
    ] {
        repo.flag(arguments).exits(5).says("F257").says("variant `blue`");
    }
}

#[test]
fn rollback_refuses_what_it_would_overwrite() {
    let repo = rolled_out();
    // Both changes are in one commit each, by hand, so that the newer one can't be told apart from its part.
    repo.replace(FILE, "percentage: 25", "percentage: 30");
    repo.replace(FILE, "owner: team-pay", "owner: team-x");
    repo.commit_all("two things");
    repo.replace(FILE, "percentage: 30", "percentage: 35");
    repo.commit_all("by hand\n\nThis reverts commit 0000000000000000000000000000000000000000.");
    let before = repo.read(FILE);
    repo.flag(&["rollback", "new-checkout"]).exits(5).says("F256").says("production: `serve`");
    assert_eq!(repo.read(FILE), before);
}

#[test]
fn rollback_refuses_what_refers_to_something_gone() {
    let repo = rolled_out();
    repo.flag(&["segment", "create", "staff"]).ok();
    repo.replace(
        FILE,
        "    serve: {percentage: 25}",
        "    rules:\n      - {id: staff, when: [{segment: staff}], serve: true}\n    serve: {percentage: 25}",
    );
    repo.commit_all("use it");
    repo.replace(FILE, "    rules:\n      - {id: staff, when: [{segment: staff}], serve: true}\n", "");
    repo.commit_all("no longer");
    std::fs::remove_file(repo.path().join("flags/segments/staff.yaml")).unwrap();
    repo.commit_all("gone");
    repo.flag(&["rollback", "new-checkout"]).exits(5).says("F257").says("segment `staff`");
}

#[test]
fn rollback_undoes_creation_and_rename() {
    let repo = rolled_out();
    repo.flag(&[
        "create",
        "other",
        "--type",
        "boolean",
        "--owner",
        "x",
        "--description",
        "y",
        "--expires",
        "2027-03-01",
    ])
    .ok();
    repo.flag(&["require", "other", "--on", "new-checkout", "--serves", "true"]).ok();
    let before = repo.read(FILE);
    repo.flag(&["rename", "new-checkout", "checkout"]).ok();
    repo.flag(&["rollback", "checkout"]).ok();
    assert_eq!(repo.read(FILE), before);
    assert!(repo.read("flags/other.yaml").contains("new-checkout"));
    repo.flag(&["rollback", "other"]).ok();
    repo.flag(&["rollback", "other"]).ok();
    assert!(!repo.path().join("flags/other.yaml").exists());
    assert_eq!(repo.status(), "");
}

#[test]
fn undo_goes_back_operation_by_operation() {
    let repo = rolled_out();
    repo.flag(&["segment", "create", "staff"]).ok();
    repo.write("notes.txt", "not ours");
    repo.commit_all("not an operation");
    repo.flag(&["undo"]).ok();
    assert!(!repo.path().join("flags/segments/staff.yaml").exists());
    repo.flag(&["undo"]).ok();
    assert_eq!(production(&repo), "serve: {percentage: 10}");
    repo.flag(&["undo", "--dry-run"]).ok().prints("serve: true");
    repo.flag(&["undo"]).ok();
    repo.flag(&["undo"]).ok();
    repo.flag(&["undo"]).ok();
    assert!(!repo.path().join(FILE).exists());
    repo.flag(&["undo"]).exits(3).says("git flag init");
    assert_eq!(repo.status(), "");
}

/// By hand, with the same content or with the salt that keeps everyone's bucket; once or twice.
#[test]
fn undo_follows_a_rename_made_by_hand() {
    for salt in ["", "salt: new-checkout\n"] {
        let repo = rolled_out();
        repo.git(&["mv", FILE, "flags/checkout.yaml"]);
        repo.write("flags/checkout.yaml", repo.read("flags/checkout.yaml") + salt);
        repo.commit_all("shorter");
        repo.shell("mkdir flags/web && git mv flags/checkout.yaml flags/web/buy.yaml && git commit -qm again").ok();
        repo.flag(&["undo"]).ok().says("production: 25% → 10%");
        let text = repo.read("flags/web/buy.yaml");
        assert!(text.contains("serve: {percentage: 10}") && text.ends_with(salt), "{text}");
        assert_eq!(repo.git(&["log", "-1", "--format=%s"]), "flag(buy): undo rollout 10% → 25% in production\n");
        assert_eq!((repo.path().join(FILE).exists(), repo.status()), (false, String::new()));
        // Nothing of the name is left, nor of the content: that is no rename.
        repo.flag(&["delete", "buy"]).ok();
        repo.flag(&["undo"]).ok();
        repo.flag(&["rollout", "buy", "30", "--env", "production"]).ok();
        repo.git(&["mv", "flags/web/buy.yaml", "flags/web/sell.yaml"]);
        repo.replace("flags/web/sell.yaml", "boolean", "string");
        repo.commit_all("another flag");
        repo.flag(&["undo"]).exits(5).complains();
    }
}

#[test]
fn undo_of_a_rollback_brings_the_change_back_and_leaves_it_to_be_undone() {
    let repo = rolled_out();
    repo.flag(&["rollback", "new-checkout"]).ok();
    assert_eq!(production(&repo), "serve: {percentage: 10}");
    repo.flag(&["undo"]).ok();
    assert_eq!(production(&repo), "serve: {percentage: 25}");
    repo.flag(&["rollback", "new-checkout"]).ok();
    assert_eq!(production(&repo), "serve: {percentage: 10}");
}

#[test]
fn diff_compares_any_two_states_by_meaning() {
    let repo = rolled_out();
    repo.flag(&["diff", "HEAD~1"]).ok().prints("production: 10% → 25%");
    repo.flag(&["diff", "--exit-code"]).ok();
    repo.replace(FILE, "percentage: 25", "percentage: 40");
    repo.flag(&["diff", "--exit-code"]).exits(1).prints("production: 25% → 40%");
    repo.flag(&["diff", "--staged", "--exit-code"]).ok();
    repo.git(&["add", "-A"]);
    repo.flag(&["diff", "--staged"]).ok().prints("25% → 40%");
    repo.flag(&["diff", "HEAD~1..HEAD", "new-checkout"]).ok().prints("10% → 25%");
    repo.flag(&["diff", "HEAD~2..HEAD", "nothing"]).exits(3);
    let json = repo.flag(&["diff", "HEAD~1..", "--json"]).ok().json();
    assert_eq!(json["schema"], "git-flag.diff/v1");
    assert_eq!(json["differences"][0]["after"]["text"], "25%");
    repo.flag(&["diff", "HEAD~1", "HEAD", "--format", "markdown"])
        .ok()
        .prints("| new-checkout | production | 10% → 25% |");
    // A new file counts before it is tracked; a broken one leaves the rest alone.
    repo.write("flags/other.yaml", "type: boolean\n");
    repo.flag(&["diff"]).ok().prints("can't be read").prints("25% → 40%");
}

#[test]
fn a_project_that_does_not_read_is_a_difference() {
    let repo = TestRepo::shop();
    let good = repo.read("flags/project.yaml");
    for broken in ["format: 1\nenvironments: [\n", "format: 2\n", "format: 1\nenvironments: []\n"] {
        repo.write("flags/project.yaml", broken);
        repo.flag(&["diff", "--exit-code"]).exits(1).prints("can't be read").says("does not read");
        let found = repo.flag(&["diff", "--json"]).ok().json()["differences"].clone();
        assert_eq!((&found[0]["subject"]["kind"], &found[0]["aspect"]), (&"project".into(), &"unreadable".into()));
        repo.commit_all("broken");
        repo.write("flags/project.yaml", &good);
        repo.flag(&["diff", "--exit-code"]).exits(1).prints("can be read again");
        repo.commit_all("mended");
    }
    repo.flag(&["diff", "--exit-code"]).ok();
}

#[test]
fn shallow_clones_say_what_is_missing() {
    let repo = rolled_out();
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", "2", &url, "shallow"]);
    let run = repo.flag(&["-C", "shallow", "log", "new-checkout", "--json"]).ok().says("F214");
    // Of the oldest commit that is here nobody knows what it did.
    assert_eq!(field(run.json()["entries"].as_array().unwrap(), "action"), ["rollout"]);
    let older = repo.git(&["rev-parse", "HEAD~3"]);
    for revision in [older.trim(), "HEAD~3"] {
        for arguments in [&["-C", "shallow", "diff", revision][..], &["-C", "shallow", "list", "--at", revision]] {
            repo.flag(arguments).exits(3).says("in this shallow clone").says("git fetch --unshallow");
        }
    }
    // What the oldest one did can't be taken back, and is not taken for the beginning.
    repo.git(&["clone", "-q", "--depth", "1", &url, "cut"]);
    let refused = repo.flag(&["-C", "cut", "undo"]).exits(3).says("F255").says("--unshallow");
    assert!(!refused.stderr.contains("init"), "{refused}");
    repo.git(&["-C", "shallow", "fetch", "-q", "--unshallow"]);
    assert_eq!(
        repo.flag(&["-C", "shallow", "log", "new-checkout", "--json"]).ok().json()["entries"].as_array().unwrap().len(),
        4
    );
}

/// A boolean flag `a` in a new repository.
fn plain() -> TestRepo {
    let repo = TestRepo::init();
    repo.flag(&["create", "a", "--type", "boolean"]).ok();
    repo
}

#[track_caller]
fn head(repo: &TestRepo) -> String {
    repo.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

#[track_caller]
fn subject(repo: &TestRepo) -> String {
    repo.git(&["log", "-1", "--format=%s"]).trim().to_owned()
}

#[test]
fn going_back_to_a_revision_takes_undos_back_and_leaves_the_rest_to_be_undone() {
    let repo = plain();
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    repo.flag(&["rollout", "a", "10", "--env", "production"]).ok();
    repo.flag(&["enable", "a", "--env", "staging"]).ok();
    repo.flag(&["rollout", "a", "20", "--env", "production"]).ok();
    let rolled = head(&repo);
    repo.flag(&["undo"]).ok();
    let undone = head(&repo);
    repo.flag(&["undo"]).ok();
    let both = [head(&repo), undone.clone()];
    repo.flag(&["rollback", "a", "--to", &rolled]).ok();
    let message = repo.git(&["log", "-1", "--format=%B"]);
    let reverts: Vec<&str> = message.lines().filter_map(|line| line.strip_prefix("Flag-Reverts: ")).collect();
    assert_eq!(reverts, both);
    // Whatever was undone is there again: the newest change is the one to take back.
    repo.flag(&["rollback", "a", "--dry-run"]).ok().prints("production: 20% → 10%");
    repo.flag(&["rollback", "a", "--to", &undone]).ok();
    repo.flag(&["rollback", "a"]).ok().says("staging: disabled");
    repo.flag(&["rollback", "a"]).ok().says("10%");
    repo.flag(&["rollback", "a"]).ok().says("production: disabled");
    repo.flag(&["rollback", "a"]).ok().says("deleted");
    repo.flag(&["rollback", "a"]).exits(3).says("F255");
}

#[test]
fn going_back_in_one_environment_leaves_the_undo_in_the_others() {
    let repo = plain();
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    repo.replace("flags/a.yaml", "  staging:\n    enabled: false", "  staging:\n    enabled: true");
    repo.replace("flags/a.yaml", "  production:\n    enabled: true", "  production:\n    enabled: false");
    repo.commit_all("both");
    let both = head(&repo);
    repo.flag(&["rollback", "a"]).ok();
    repo.flag(&["rollback", "a", "--to", &both, "--env", "production"]).ok().says("production: disabled");
    // In staging it is undone still.
    repo.flag(&["rollback", "a", "--env", "staging"]).exits(3);
    repo.flag(&["rollback", "a"]).ok().says("production: enabled");
    assert_eq!(subject(&repo), "flag(a): roll back production: disabled");
    repo.flag(&["rollback", "a"]).ok().says("production: disabled");
}

#[test]
fn the_subject_names_only_what_is_taken_back() {
    let repo = plain();
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    repo.flag(&["rollout", "a", "10", "--env", "production"]).ok();
    repo.replace("flags/a.yaml", "percentage: 10", "percentage: 20");
    repo.replace("flags/a.yaml", "  staging:\n    enabled: false", "  staging:\n    enabled: true");
    repo.commit_all("two environments");
    repo.flag(&["rollback", "a", "--to", "HEAD~1", "--env", "production"]).ok();
    // What was undone there does not stand in the way of what came there later.
    repo.flag(&["rollout", "a", "15", "--env", "production"]).ok();
    repo.flag(&["rollback", "a"]).ok();
    repo.flag(&["rollback", "a"]).ok();
    assert_eq!(subject(&repo), "flag(a): roll back staging: enabled");
}

#[test]
fn a_rename_and_its_rollback_can_be_undone() {
    let repo = plain();
    repo.flag(&["create", "b", "--type", "boolean"]).ok();
    repo.flag(&["require", "b", "--on", "a", "--serves", "true"]).ok();
    let before = [repo.read("flags/a.yaml"), repo.read("flags/b.yaml")];
    repo.flag(&["rename", "a", "z"]).ok();
    let renamed = [repo.read("flags/z.yaml"), repo.read("flags/b.yaml")];
    let run = repo.flag(&["rollback", "z"]).ok().says("renamed from `z`");
    assert!(!run.stderr.contains("deleted") && !run.stderr.contains("created"), "{run}");
    assert_eq!([repo.read("flags/a.yaml"), repo.read("flags/b.yaml")], before);
    assert_eq!(field(&entries(&repo, &["log", "a"]), "action"), ["rename", "rename", "create"]);
    repo.flag(&["undo"]).ok();
    assert_eq!([repo.read("flags/z.yaml"), repo.read("flags/b.yaml")], renamed);
    repo.flag(&["undo"]).ok();
    assert_eq!([repo.read("flags/a.yaml"), repo.read("flags/b.yaml")], before);
    assert_eq!(repo.status(), "");
}

#[test]
fn a_key_that_is_gone_acts_on_no_other_flag() {
    let repo = plain();
    repo.flag(&["enable", "a", "--env", "production"]).ok();
    let before = repo.read("flags/a.yaml");
    repo.flag(&["rename", "a", "z"]).ok();
    repo.flag(&["rollback", "a"]).exits(3).says("F202").says("`z`");
    repo.flag(&["rollback", "a", "--to", "HEAD~1"]).exits(3).says("F202").says("`z`");
    repo.flag(&["rollback", "z"]).ok();
    repo.flag(&["rollback", "z"]).exits(3).says("F202").says("`a`");
    assert_eq!(repo.read("flags/a.yaml"), before);
    // A new flag under the old key has no history but its own.
    repo.flag(&["rename", "a", "z"]).ok();
    repo.flag(&["create", "a", "--type", "boolean"]).ok();
    repo.flag(&["rollback", "a"]).ok();
    repo.flag(&["rollback", "a"]).exits(3);
    assert!(!repo.path().join("flags/a.yaml").exists());
}

#[test]
fn a_rollback_leaves_the_file_where_it_is() {
    let repo = plain();
    let before = repo.read("flags/a.yaml");
    std::fs::create_dir_all(repo.path().join("flags/n")).unwrap();
    repo.git(&["mv", "flags/a.yaml", "flags/n/a.yaml"]);
    repo.replace("flags/n/a.yaml", "  production:\n    enabled: false", "  production:\n    enabled: true");
    repo.commit_all("move and edit");
    repo.flag(&["rollback", "a"]).ok();
    assert_eq!(repo.read("flags/n/a.yaml"), before);
    assert!(!repo.path().join("flags/a.yaml").exists());
}

#[test]
fn a_log_says_that_its_clone_is_cut() {
    let repo = plain();
    repo.flag(&["create", "b", "--type", "boolean"]).ok();
    let url = format!("file://{}", repo.path().display());
    let clone = TestRepo::folder();
    clone.git(&["clone", "-q", "--depth", "1", &url, "."]);
    let run = clone.flag(&["log", "a"]).ok().says("F214");
    assert!(!run.stderr.contains("not committed"), "{run}");
}

#[test]
fn words_that_mean_nothing_are_refused() {
    let repo = plain();
    for word in ["HEAD~99", "HEAD:flags", "HEAD^9", "a b", "HEAD~99..HEAD"] {
        repo.flag(&["diff", word]).exits(3).says("F204");
    }
    repo.flag(&["diff", "HEAD", "HEAD~1", "HEAD^0"]).exits(2);
    for command in [&["audit"][..], &["log", "a"]] {
        repo.flag(&[command, &["--env", "prodution"]].concat()).exits(3).says("F203").says("`production`");
    }
    repo.flag(&["audit", "--action", "rolout"]).exits(2).says("`rollout`");
    for command in ["rollback", "log", "audit"] {
        repo.flag(&[command, "a1"]).exits(3).says("F202").says("did you mean `a`");
    }
    repo.flag(&["rollback", "a", "--to", "2020-01-01"]).exits(3).says("2020-01-01");
    repo.flag(&["rollback", "a", "--to", "2099-01-01"]).ok().says("nothing to change");
}

#[test]
fn an_operation_is_undone_once() {
    let repo = rolled_out();
    for command in [&["rollback", "new-checkout"][..], &["undo"]] {
        let id = format!("once-{}", command[0]);
        let call = [command, &["--op-id", &id, "--json"]].concat();
        let first = repo.flag(&call).ok().json();
        let again = repo.flag(&call).ok().json();
        assert_eq!(again["committed"], first["committed"]);
        assert_eq!((&first["changed"], &again["changed"]), (&true.into(), &false.into()));
    }
    repo.flag(&["undo", "--op-id", "once-rollback"]).exits(5);
    repo.flag(&["rollback", "other", "--op-id", "once-rollback"]).exits(5);
}

#[test]
fn init_promises_no_undo() {
    let repo = TestRepo::empty();
    let run = repo.flag(&["init"]).ok().says("committed");
    assert!(!run.stderr.contains("undo"), "{run}");
    repo.flag(&["undo"]).exits(3).says("git revert");
}

/// Digests can be recomputed from what is printed, as docs/audit.md says and without any code of ours.
#[test]
fn digests_are_what_the_page_says() {
    use sha2::{Digest as _, Sha256};
    let repo = TestRepo::with_flag();
    let told =
        ["rollout", "new-checkout", "30", "--env", "production", "--reason", "„Grüße“ \\ \"now\"", "--ticket", "PAY-1"];
    repo.flag(&told).ok();
    repo.flag(&["undo"]).ok();
    repo.shell("GIT_COMMITTER_DATE='1795000000 -0330' git commit -q --amend --no-edit").ok();
    repo.flag(&["rename", "new-checkout", "one-page"]).ok();
    let printed = repo.flag(&["audit", "--format", "jsonl"]).ok().stdout;
    let entries: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(entries.len(), 4, "{printed}");
    for entry in &entries {
        let mut hashed = serde_json::Map::new();
        let taken = "flag renamedFrom kind commit parents author committer signed path sha256 reason ticket operation reverts previous";
        for key in taken.split(' ') {
            hashed.insert(key.into(), entry.get(key).unwrap_or_else(|| panic!("no {key} in {entry}")).clone());
        }
        hashed.insert("version".into(), "git-flag.entry/v1".into());
        for who in ["author", "committer"] {
            let time: jiff::Timestamp = entry[who]["time"].as_str().expect("a time").parse().expect("RFC 3339");
            hashed[who]["time"] = time.as_second().into();
        }
        let hash = Sha256::digest(sorted(&Value::Object(hashed)));
        let told = hash.iter().fold("sha256:".to_owned(), |told, byte| format!("{told}{byte:02x}"));
        assert_eq!(entry["digest"], told, "{entry}");
    }
    assert!(entries.iter().any(|entry| entry["reverts"] != serde_json::json!([])), "{printed}");
    assert_eq!(entries.iter().filter(|entry| entry["committer"]["offset"] == -210).count(), 1, "{printed}");
}

/// JSON with sorted keys and without spaces, whatever the order of maps.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let members: std::collections::BTreeMap<_, _> = object.iter().collect();
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), sorted(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

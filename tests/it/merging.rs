//! The merge driver and the text of diffs, as Git calls them.

use crate::support::{Run, TestRepo};

const FLAG: &str = "flags/features/new-checkout.yaml";

/// The flag that the branches change. What they change stands on neighbouring lines, so that a merge of lines conflicts.
const TEXT: &str = "\
# The page that replaces three.
description: One-page checkout
type: string
owner: team-payments
tags: [checkout, web]
variants:
  control: {value: old}
  fresh: {value: new} # since May
default: control
environments:
  staging: {enabled: true, serve: fresh}
  production:
    enabled: true
    targets:
      - {serve: fresh, units: [user-1, user-2]}
    rules:
      # Our own people.
      - id: staff
        when: [{segment: staff}]
        serve: fresh
      - id: near
        when: [{attribute: country, in: [DE, FR]}]
        serve: {percentage: 10, serve: fresh}
    serve: control
";

fn repo() -> TestRepo {
    let repo = TestRepo::shop();
    repo.write(FLAG, TEXT);
    repo.write(
        "flags/tests/new-checkout.yaml",
        "environment: production\nexpect:\n  - {user: user-1, variant: fresh}\n",
    );
    repo.flag(&["hook", "install"]).ok().says("merge driver");
    repo.commit_all("a flag and the merge driver");
    repo
}

/// Changes the flag, on the branch that is checked out, and commits.
#[track_caller]
fn change(repo: &TestRepo, path: &str, changes: &[(&str, &str)]) {
    for (from, to) in changes {
        repo.replace(path, from, to);
    }
    repo.git(&["commit", "-q", "--no-verify", "-a", "-m", "change"]);
}

/// `theirs` on the branch `topic`, `ours` on `main`.
#[track_caller]
fn branches(repo: &TestRepo, path: &str, theirs: &[(&str, &str)], ours: &[(&str, &str)]) {
    repo.git(&["checkout", "-q", "-b", "topic"]);
    change(repo, path, theirs);
    repo.git(&["checkout", "-q", "main"]);
    change(repo, path, ours);
}

#[track_caller]
fn holds(repo: &TestRepo, texts: &[&str]) {
    let text = repo.read(FLAG);
    for wanted in texts {
        assert!(text.contains(wanted), "lacks {wanted:?}\n{text}");
    }
    assert!(!text.contains("<<<<"), "{text}");
    repo.flag(&["validate"]).ok();
}

const THEIRS: &[(&str, &str)] = &[
    ("tags: [checkout, web]", "tags: [checkout, web, mobile]"),
    ("[user-1, user-2]", "[user-1, user-2, user-3]"),
    ("in: [DE, FR]}]", "in: [DE, FR, AT]}] # and the Alps"),
    ("serve: {percentage: 10, serve: fresh}", "serve: {percentage: 40, serve: fresh} # agreed with Bob"),
];

const OURS: &[(&str, &str)] = &[
    ("tags: [checkout, web]", "tags: [checkout]"),
    ("[user-1, user-2]}", "[user-2]} # Ada left"),
    ("in: [DE, FR]", "in: [DE]"),
    ("      # Our own people.", "      # Our own people, and those of the bank."),
    ("    serve: control", "    serve: fresh"),
];

const BOTH: &[&str] = &[
    "tags: [checkout, mobile]",
    "[user-2, user-3]} # Ada left",
    "in: [DE, AT]",
    "and the Alps",
    "serve: {percentage: 40, serve: fresh}",
    "# agreed with Bob",
    "# Our own people, and those of the bank.",
    "# since May",
    "    serve: fresh\n",
];

#[test]
fn a_merge_keeps_what_both_sides_did() {
    let repo = repo();
    branches(&repo, FLAG, THEIRS, OURS);
    repo.git(&["-c", "merge.git-flag.driver=false", "checkout", "-q", "-b", "by-lines"]);
    let by_lines = repo.try_git(&["-c", "merge.git-flag.driver=git merge-file %A %O %B", "merge", "-q", "topic"]);
    assert_ne!(by_lines.code, 0, "a merge of lines would do\n{by_lines}");
    repo.git(&["merge", "--abort"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    holds(&repo, BOTH);
    assert_eq!(repo.read(FLAG).matches("# Our own people").count(), 1, "{}", repo.read(FLAG));
}

#[test]
fn rebase_cherry_pick_revert_and_stash_do_too() {
    let repo = repo();
    branches(&repo, FLAG, THEIRS, OURS);
    let start = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["cherry-pick", "topic"]);
    holds(&repo, BOTH);
    repo.git(&["revert", "--no-edit", "HEAD"]);
    holds(&repo, &["tags: [checkout]", "in: [DE]", "percentage: 10", "[user-2]} # Ada left"]);
    repo.git(&["reset", "-q", "--hard", start.trim()]);
    repo.git(&["checkout", "-q", "-b", "rebased", "topic"]);
    repo.git(&["rebase", "-q", "main"]);
    holds(&repo, BOTH);
    repo.git(&["checkout", "-q", "--detach", "topic~1"]);
    for (from, to) in OURS {
        repo.replace(FLAG, from, to);
    }
    repo.git(&["stash", "-q"]);
    repo.git(&["checkout", "-q", "topic"]);
    repo.git(&["stash", "pop", "-q"]);
    holds(&repo, BOTH);
}

/// In a bare repository, where there is neither a work tree nor an index.
#[test]
fn a_bare_repository_merges_too() {
    let repo = repo();
    branches(&repo, FLAG, THEIRS, OURS);
    repo.shell("git clone -q --bare . ../bare.git && git-flag -C ../bare.git hook install")
        .ok()
        .says("info/attributes says");
    let tree = repo.shell("git -C ../bare.git merge-tree --write-tree main topic").ok().stdout;
    let merged = repo.shell(&format!("git -C ../bare.git show {}:{FLAG}", tree.trim())).ok().stdout;
    for wanted in BOTH {
        assert!(merged.contains(wanted), "lacks {wanted:?}\n{merged}");
    }
}

#[track_caller]
fn conflicts(repo: &TestRepo) -> Run {
    let run = repo.try_git(&["merge", "--no-edit", "topic"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(repo.status().contains("UU ") || repo.status().contains("AA "), "{}", repo.status());
    run
}

#[test]
fn a_true_conflict_is_marked_and_explained() {
    let repo = repo();
    branches(
        &repo,
        FLAG,
        &[
            ("percentage: 10", "percentage: 25"),
            ("team-payments", "team-web # moved"),
            ("tags: [checkout, web]", "tags: [web]"),
        ],
        &[("percentage: 10", "percentage: 40"), ("tags: [checkout, web]", "tags: [checkout, web, mobile]")],
    );
    let run = conflicts(&repo);
    for text in [
        "conflict in flags/features/new-checkout.yaml:",
        "production: rule `near`, `serve`: both sides changed it differently",
        "HEAD: production: rule `near` 10% fresh → 40% fresh",
        "topic: production: rule `near` 10% fresh → 25% fresh",
    ] {
        assert!(run.stderr.contains(text), "lacks {text:?}\n{run}");
    }
    let text = repo.read(FLAG);
    let marked = "\
<<<<<<< HEAD
        serve: {percentage: 40, serve: fresh}
=======
        serve: {percentage: 25, serve: fresh}
>>>>>>> topic
";
    assert!(text.contains(marked), "{text}");
    // Everything else is merged already.
    assert!(text.contains("owner: team-web # moved") && text.contains("tags: [web, mobile]"), "{text}");
    assert_eq!(text.matches("<<<<<<<").count(), 1, "{text}");
    repo.flag(&["validate"]).exits(1).prints("error[F014]: a merge conflict is not resolved here");
    repo.write(FLAG, text.replace(marked, "        serve: {percentage: 30, serve: fresh}\n"));
    repo.flag(&["validate"]).ok();
    repo.git(&["add", FLAG]);
    repo.git(&["commit", "-q", "--no-edit"]);
}

/// Lines would merge, and the sum of the shares would be right by chance or not at all.
#[test]
fn a_conflict_that_lines_do_not_see() {
    let repo = repo();
    repo.replace(
        FLAG,
        "    serve: control",
        "    serve:\n      split:\n        - control: 50\n        - fresh: 20\n        - control: 30",
    );
    repo.git(&["commit", "-q", "-a", "-m", "a split"]);
    branches(
        &repo,
        FLAG,
        &[("- control: 50", "- control: 60"), ("- control: 30", "- control: 20")],
        &[("- fresh: 20", "- fresh: 15"), ("- control: 50", "- control: 55")],
    );
    let run = conflicts(&repo);
    assert!(run.stderr.contains("production: `serve`: both sides changed it differently"), "{run}");
    assert!(repo.read(FLAG).contains("<<<<<<< HEAD"), "{}", repo.read(FLAG));
}

/// One side takes away what the other begins to use: no place is set twice, but the result would not be a flag.
#[test]
fn what_only_together_is_wrong_is_a_conflict() {
    let repo = repo();
    repo.replace(FLAG, "default: control", "  spare: {value: x}\ndefault: control");
    repo.git(&["commit", "-q", "-a", "-m", "a variant more"]);
    branches(
        &repo,
        FLAG,
        &[("  spare: {value: x}\n", "")],
        &[("staging: {enabled: true, serve: fresh}", "staging: {enabled: true, serve: spare}")],
    );
    let run = conflicts(&repo);
    assert!(run.stderr.contains("each side is right, both together are not") && run.stderr.contains("spare"), "{run}");
    assert!(repo.read(FLAG).contains("<<<<<<< HEAD"), "{}", repo.read(FLAG));
}

#[test]
fn conflicts_show_the_base_where_that_is_wanted() {
    let repo = repo();
    repo.git(&["config", "merge.conflictStyle", "zdiff3"]);
    branches(&repo, FLAG, &[("percentage: 10", "percentage: 25")], &[("percentage: 10", "percentage: 40")]);
    conflicts(&repo);
    let text = repo.read(FLAG);
    let (_, base) = text.split_once("|||||||").expect("the base");
    assert!(base.lines().nth(1).is_some_and(|line| line.contains("percentage: 10")), "{text}");
}

#[test]
fn files_that_both_added() {
    let repo = repo();
    let path = "flags/features/other.yaml";
    let text = TEXT.replace("One-page checkout", "Another");
    for (branch, text, comment) in [("topic", &text, "# From topic.\n"), ("main", &text, "# From main.\n")] {
        repo.shell(&format!("git checkout -q {branch} 2>/dev/null || git checkout -q -b {branch}")).ok();
        repo.write(path, format!("{comment}{text}"));
        repo.commit_all("added");
    }
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    let merged = repo.read(path);
    assert!(merged.contains("# From topic.") && merged.contains("# From main."), "{merged}");
    // With different content it is a conflict.
    for branch in ["topic", "main"] {
        repo.git(&["checkout", "-q", branch]);
        repo.write("flags/features/third.yaml", text.replace("team-payments", branch));
        repo.commit_all("added differently");
    }
    let run = conflicts(&repo);
    assert!(run.stderr.contains("both sides added the file") && run.stderr.contains("owner"), "{run}");
    assert!(
        repo.read("flags/features/third.yaml")
            .contains("<<<<<<< HEAD\nowner: main\n=======\nowner: topic\n>>>>>>> topic\n")
    );
}

#[test]
fn segments_and_the_project_are_merged_by_entries() {
    let repo = repo();
    let segment = "flags/segments/early-birds.yaml";
    branches(
        &repo,
        segment,
        &[("[user-1, user-2]", "[user-1, user-2, user-3]")],
        &[("[user-1, user-2]", "[user-2] # Ada left")],
    );
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    assert!(repo.read(segment).contains("include: [user-2, user-3] # Ada left"), "{}", repo.read(segment));
    let project = "flags/project.yaml";
    repo.git(&["branch", "-q", "-D", "topic"]);
    branches(
        &repo,
        project,
        &[
            ("  - {name: production}", "  - {name: production, protected: true}"),
            ("enum: [free, pro]", "enum: [free, pro, team]"),
        ],
        &[
            ("  - {name: staging}", "  - {name: staging}\n  - {name: canary}"),
            ("enum: [free, pro]", "enum: [free, pro, trial]"),
        ],
    );
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    let text = repo.read(project);
    for wanted in ["{name: canary}\n  - {name: production, protected: true}", "trial, team]"] {
        assert!(text.contains(wanted), "lacks {wanted:?}\n{text}");
    }
    repo.git(&["branch", "-q", "-D", "topic"]);
    branches(
        &repo,
        project,
        &[("{name: beta, segment: staff, percentage: 5}", "{name: beta, segment: staff, percentage: 6}")],
        &[("percentage: 5}", "percentage: 7}")],
    );
    let run = conflicts(&repo);
    assert!(run.stderr.contains("`rings.beta.percentage`: both sides changed it differently"), "{run}");
    assert!(run.stderr.contains("HEAD: `rings.beta.percentage` 5 → 7"), "{run}");
}

#[test]
fn what_is_no_flag_is_merged_by_lines() {
    let repo = repo();
    branches(&repo, FLAG, &[("type: string", "type: strong")], &[("    serve: control", "    serve: fresh")]);
    repo.git(&["merge", "-q", "--no-verify", "--no-edit", "topic"]);
    let text = repo.read(FLAG);
    assert!(text.contains("type: strong") && text.contains("    serve: fresh\n"), "{text}");
    repo.git(&["branch", "-q", "-D", "topic"]);
    branches(&repo, FLAG, &[("One-page checkout", "Topic")], &[("One-page checkout", "Main")]);
    let run = conflicts(&repo);
    assert!(run.stderr.contains("merged by lines"), "{run}");
    assert!(repo.read(FLAG).contains("<<<<<<< HEAD\ndescription: Main\n"), "{}", repo.read(FLAG));
}

/// The trap of merge drivers: one that can't be started leaves our side, without a marker.
#[test]
fn without_the_program_lines_are_merged() {
    for (ours, code) in [("owner: team-web", 1), ("owner: team-payments", 0)] {
        let repo = repo();
        branches(
            &repo,
            FLAG,
            &[("owner: team-payments", "owner: team-topic")],
            &[("owner: team-payments", ours), ("    serve: control", "    serve: fresh")],
        );
        let run = repo.shell("PATH=/usr/local/bin:/usr/bin:/bin git merge --no-verify --no-edit topic");
        assert_eq!(run.code, code, "{run}");
        let text = repo.read(FLAG);
        if code == 1 {
            assert!(
                text.contains("<<<<<<< HEAD\nowner: team-web\n=======\nowner: team-topic\n>>>>>>> topic\n"),
                "{text}"
            );
        } else {
            assert!(text.contains("owner: team-topic") && text.contains("    serve: fresh"), "{text}");
        }
        // And a diff shows the file.
        repo.shell("PATH=/usr/local/bin:/usr/bin:/bin git log -1 -p topic").ok().prints("+owner: team-topic");
    }
}

/// One that breaks, or does not know the command, is as good as none.
#[test]
fn a_program_that_fails_is_as_good_as_none() {
    let repo = repo();
    branches(&repo, FLAG, &[("team-payments", "team-topic")], &[("team-payments", "team-web")]);
    repo.write(".git/other/git-flag", "#!/bin/sh\nexit 2\n");
    let run = repo.shell("chmod +x .git/other/git-flag && PATH=$PWD/.git/other:$PATH git merge --no-edit topic");
    assert_eq!(run.code, 1, "{run}");
    assert!(repo.read(FLAG).contains("<<<<<<< HEAD\nowner: team-web\n=======\nowner: team-topic\n>>>>>>> topic\n"));
}

#[test]
fn line_ends_and_spaces_in_paths_survive() {
    let repo = repo();
    let path = "flags/my features/other flag's folder/checkout.yaml";
    repo.write(path, TEXT.replace('\n', "\r\n"));
    repo.commit_all("with carriage returns");
    branches(&repo, path, THEIRS, OURS);
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    let text = repo.read(path);
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    for wanted in BOTH {
        assert!(text.contains(wanted.trim_end()), "lacks {wanted:?}\n{text}");
    }
    repo.git(&["branch", "-q", "-D", "topic"]);
    branches(&repo, path, &[("percentage: 40", "percentage: 50")], &[("percentage: 40", "percentage: 60")]);
    conflicts(&repo);
    let text = repo.read(path);
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
}

/// A move on one side, a change on the other.
#[test]
fn a_moved_file_is_merged() {
    let repo = repo();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    change(&repo, FLAG, THEIRS);
    repo.git(&["checkout", "-q", "main"]);
    repo.shell(&format!("mkdir -p flags/ops && git mv {FLAG} flags/ops/")).ok();
    let moved = "flags/ops/new-checkout.yaml";
    change(&repo, moved, OURS);
    repo.git(&["merge", "-q", "--no-edit", "topic"]);
    let text = repo.read(moved);
    for wanted in BOTH {
        assert!(text.contains(wanted), "lacks {wanted:?}\n{text}");
    }
}

#[test]
fn diffs_tell_what_changed_in_meaning() {
    let repo = repo();
    change(
        &repo,
        FLAG,
        &[("percentage: 10", "percentage: 25"), ("One-page checkout", "\"One-page checkout\" # the name")],
    );
    for arguments in [&["diff", "HEAD~1"][..], &["log", "-1", "-p", "--format="], &["show", "--format=", "HEAD"]] {
        let diff = repo.git(arguments);
        let changed: Vec<&str> = diff
            .lines()
            .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"))
            .collect();
        assert_eq!(
            changed,
            ["-production: rule near: serve 10% fresh", "+production: rule near: serve 25% fresh"],
            "{arguments:?}"
        );
    }
    // A file that does not read is shown as it is.
    repo.replace(FLAG, "type: string", "type: strong");
    assert!(repo.git(&["diff"]).contains("+type: strong"));
}

#[test]
fn a_text_depends_on_the_meaning_alone() {
    let repo = TestRepo::folder();
    repo.write("a.yaml", TEXT);
    let turned = "\
environments:
    production:
        serve: control
        rules:
        -   {serve: fresh, id: staff, when: [{segment: staff}]}
        -   {id: near, serve: {serve: fresh, percentage: 10}, when: [{in: [DE, FR], attribute: country}]}
        targets: [{units: [user-2], serve: fresh}, {units: [user-1], serve: fresh}]
        enabled: true
    staging: {enabled: true, serve: fresh}
default: control
variants: {fresh: {value: new}, control: {value: old}}
tags: [web, checkout]
owner: 'team-payments'
type: string
description: One-page checkout
";
    repo.write("b.yaml", turned);
    let run = repo.flag(&["textconv", "a.yaml"]).ok();
    assert_eq!(run.stdout, repo.flag(&["textconv", "b.yaml"]).ok().stdout);
    for fact in [
        "type: string\n",
        "tag: web\n",
        "variant fresh: \"new\"\n",
        "production: target user-1: fresh\n",
        "production: rules: staff, near\n",
    ] {
        assert!(run.stdout.contains(fact), "lacks {fact:?}\n{run}");
    }
    for (name, bytes) in [
        ("broken.yaml", &b"type: [\n"[..]),
        ("bytes.yaml", b"\xff\xfe\0"),
        ("list.yaml", b"- a\n"),
        ("empty.yaml", b""),
    ] {
        repo.write(name, bytes);
        let run = repo.flag(&["textconv", name]).ok();
        assert_eq!(run.stdout, String::from_utf8_lossy(bytes), "{name}");
    }
    repo.flag(&["textconv", "absent.yaml"]).exits(6).complains();
}

#[test]
fn installing_keeps_what_is_there_and_uninstalling_takes_only_our_own() {
    let repo = TestRepo::shop();
    repo.write(".gitattributes", "*.png binary");
    repo.git(&["config", "merge.other.driver", "true"]);
    repo.git(&["config", "diff.other.textconv", "cat"]);
    let before = repo.git(&["config", "--local", "--list"]);
    repo.flag(&["hook", "status"]).ok().says("not set up").says("does not name the merge driver");
    repo.flag(&["hook", "install"]).ok().says("set up").says("commit it");
    let installed = repo.read(".gitattributes");
    assert_eq!(installed, "*.png binary\nflags/**/*.yaml merge=git-flag diff=git-flag\n");
    repo.flag(&["hook", "install"]).ok().says("set up already").says("names the merge driver already");
    assert_eq!(repo.read(".gitattributes"), installed);
    for path in [FLAG, "flags/project.yaml", "flags/a b/c.yaml"] {
        assert!(repo.git(&["check-attr", "merge", "--", path]).contains("merge: git-flag"), "{path}");
    }
    repo.flag(&["hook", "status"]).ok().says("merge driver and diffs: set up");
    let check = |name: &str| {
        let report = repo.flag(&["doctor", "--json"]).json();
        let checks = report["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["name"] == name).expect("the check")["health"].clone()
    };
    assert_eq!(check("merge driver"), "good");
    repo.flag(&["hook", "uninstall"]).ok().says("removed from .gitattributes");
    assert_eq!(
        (repo.read(".gitattributes"), repo.git(&["config", "--local", "--list"])),
        ("*.png binary\n".to_owned(), before)
    );
    assert_eq!(check("merge driver"), "advice");
    repo.flag(&["hook", "uninstall"]).ok().says("not set up");
}

/// Flags in a folder of a larger repository, installed from there.
#[test]
fn flags_in_a_folder_of_a_larger_repository() {
    let repo = TestRepo::empty();
    repo.write_shop("apps/web shop/");
    let path = "apps/web shop/flags/features/new-checkout.yaml";
    repo.write(path, TEXT);
    // They are about another flag of that name, and the hook would say so.
    std::fs::remove_file(repo.path().join("apps/web shop/flags/tests/new-checkout.yaml")).expect("removed");
    repo.flag(&["-C", "apps/web shop", "hook", "install"]).ok();
    assert!(repo.read("apps/web shop/.gitattributes").contains("merge=git-flag"));
    repo.commit_all("all");
    branches(&repo, path, THEIRS, OURS);
    repo.git(&["merge", "-q", "--no-verify", "--no-edit", "topic"]);
    let text = repo.read(path);
    for wanted in BOTH {
        assert!(text.contains(wanted), "lacks {wanted:?}\n{text}");
    }
}

//! How the program behaves in terminals, pipes, folders and other surroundings.

use crate::support::{TestRepo, World};

const ESCAPE: char = '\u{1b}';

#[test]
fn colour_is_asked_for_in_the_usual_ways() {
    let repo = TestRepo::shop();
    let colour = |words: &[&str], variables: &[(&str, &str)]| {
        repo.flag_with(words, variables, None).ok().stdout.contains(ESCAPE)
    };
    assert!(!colour(&["list", "--format", "table"], &[]));
    assert!(!colour(&["list"], &[("FORCE_COLOR", "1")]), "a pipe gets records");
    assert!(colour(&["list", "--format", "table", "--color", "always"], &[("NO_COLOR", "1")]));
    let show = &["show", "theme"][..];
    assert!(colour(show, &[("FORCE_COLOR", "1")]));
    assert!(colour(show, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")]));
    assert!(!colour(show, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(colour(show, &[("FORCE_COLOR", "1"), ("NO_COLOR", "")]));
    assert!(!colour(&["show", "theme", "--color", "never"], &[("FORCE_COLOR", "1")]));
    // Data for programs never has any.
    for format in ["json", "plain", "csv", "markdown", "yaml", "jsonl"] {
        assert!(!colour(&["list", "--format", format, "--color", "always"], &[]), "{format}");
    }
    let plan = repo.flag(&["disable", "theme", "--env", "production", "--dry-run", "--json", "--color", "always"]).ok();
    assert!(!plan.stdout.contains(ESCAPE) && !plan.stdout.contains("\\u001b"), "{plan}");
    let quiet = repo.flag(&["disable", "theme", "--env", "production", "--quiet"]).ok();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

/// Colour never says anything that words and symbols do not.
#[test]
fn without_colour_nothing_is_lost() {
    let repo = TestRepo::shop();
    for words in [
        &["list", "--format", "table"][..],
        &["show", "new-checkout"][..],
        &["eval", "new-checkout", "--env", "production", "--explain"][..],
    ] {
        let plain = repo.flag(words).ok().stdout;
        let coloured = repo.flag(&[words, &["--color", "always"]].concat()).ok().stdout;
        let stripped: String = anstream::adapter::strip_str(&coloured)
            .to_string()
            .lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect();
        assert_eq!(stripped, plain, "{words:?}");
    }
}

/// Where the locale has no Unicode, or it is asked for, our symbols are ASCII; what others wrote stays.
#[test]
fn terminals_without_unicode_get_ascii() {
    let repo = TestRepo::shop();
    repo.flag(&["rollout", "new-checkout", "50", "--env", "production", "--reason", "“good”"]).ok();
    for variables in [("LC_ALL", "C"), ("LC_ALL", "POSIX"), ("LC_ALL", "de_DE.ISO-8859-1"), ("GIT_FLAG_ASCII", "1")] {
        for words in [
            &["list", "--format", "table"][..],
            &["show", "new-checkout"],
            &["diff", "HEAD~1"],
            &["log", "new-checkout"],
            &["eval", "new-checkout", "--env", "production", "--user", "ada", "--explain"],
            &["rollout", "new-checkout", "75", "--env", "production", "--dry-run"],
            &["rollout", "new-checkout", "75", "--env", "nowhere"],
        ] {
            let run = repo.flag_with(words, &[variables], None);
            assert!(run.to_string().is_ascii(), "{variables:?} {words:?}\n{run}");
        }
        let json = repo.flag_with(&["log", "new-checkout", "--json"], &[variables], None).ok().json();
        assert_eq!(json["entries"][0]["reason"], "“good”", "data is data");
    }
    repo.flag(&["set", "theme", "description=Für alle"]).ok();
    repo.flag_with(&["show", "theme"], &[("LC_ALL", "C")], None).ok().prints("Für alle");
    assert!(!repo.flag_with(&["diff", "HEAD~2"], &[("LC_ALL", ""), ("LANG", "C.UTF-8")], None).ok().stdout.is_ascii());
}

/// A list is a table for people, and records for programs.
#[test]
fn lists_in_pipes_are_records() {
    let repo = TestRepo::shop();
    let line = "new-checkout\ton\tpartly\tpartly\trelease\tteam-payments\tOne-page checkout";
    for variables in [&[][..], &[("GIT_FLAG_FORCE_TTY", "100"), ("GIT_FLAG_PLAIN", "1")], &[("FORCE_COLOR", "1")]] {
        let run = repo.flag_with(&["list"], variables, None).ok();
        assert!(run.stdout.lines().any(|other| other == line), "{variables:?}\n{run}");
        assert_eq!(run.stdout.lines().count(), 9, "no header\n{run}");
        repo.flag_with(&["segment", "list"], variables, None).ok().prints("staff\t1\t1\t2\t2\tteam-it");
    }
    let null = repo.flag(&["list", "-0"]).ok().stdout;
    assert!(null.ends_with('\0') && !null.contains('\n') && null.split('\0').any(|record| record == line), "{null:?}");
    repo.flag(&["segment", "list", "--null"]).ok().prints("staff\t1\t1\t2\t2\tteam-it");
    repo.flag(&["list", "-0", "--json"]).exits(2);
    assert_eq!(repo.flag(&["list", "--owner", "nobody"]).ok().stdout, "");
    let terminal = [("GIT_FLAG_FORCE_TTY", "100"), ("NO_COLOR", "1")];
    let table = repo.flag_with(&["list"], &terminal, None).ok();
    assert!(table.stdout.starts_with("FLAG ") && table.stdout.contains("Does anothe…"), "{table}");
    repo.flag_with(&["list", "--no-truncate"], &terminal, None).ok().prints("Does another colour sell more");
}

/// What is longer than the screen goes through a pager, on terminals only.
#[cfg(unix)]
#[test]
fn long_output_goes_through_a_pager() {
    let repo = TestRepo::shop();
    let screen = |height: &'static str| [("GIT_FLAG_FORCE_TTY", "100"), ("NO_COLOR", "1"), ("LINES", height)];
    let list = |words: &[&str], height, more: &[(&str, &str)]| {
        let variables = [&screen(height)[..], more].concat();
        repo.flag_with(&[&["list"], words].concat(), &variables, None).ok().stdout
    };
    let plain = list(&[], "50", &[("GIT_FLAG_PAGER", "sed s/^/P:/")]);
    assert!(plain.starts_with("FLAG "), "it fits: {plain}");
    let paged: String = plain.lines().map(|line| format!("P:{line}\n")).collect();
    assert_eq!(list(&[], "5", &[("GIT_FLAG_PAGER", "sed s/^/P:/")]), paged);
    assert_eq!(list(&[], "5", &[("GIT_FLAG_PAGER", "sed s/^/P:/"), ("GIT_PAGER", "false"), ("PAGER", "false")]), paged);
    assert_eq!(list(&[], "5", &[("GIT_PAGER", "sed s/^/P:/"), ("PAGER", "false")]), paged);
    assert_eq!(list(&[], "5", &[("PAGER", "sed s/^/P:/")]), paged);
    repo.git(&["config", "core.pager", "sed s/^/P:/"]);
    assert_eq!(list(&[], "5", &[("PAGER", "false")]), paged);
    // None is wanted, or there is none.
    assert_eq!(list(&["--no-pager"], "5", &[]), plain);
    assert_eq!(list(&["-P"], "5", &[]), plain);
    assert_eq!(list(&[], "5", &[("GIT_PAGER", "cat"), ("GIT_FLAG_PAGER", "false")]), plain);
    assert_eq!(list(&[], "5", &[("GIT_FLAG_PAGER", "no-such-pager-here 2>&-")]), plain);
    assert!(!repo.flag_with(&["list"], &[("LINES", "5")], None).ok().stdout.contains("P:"), "a pipe has no screen");
    // Whoever leaves it early has seen enough.
    repo.flag_with(&["list"], &[&screen("5")[..], &[("GIT_FLAG_PAGER", "true")]].concat(), None).ok();
}

#[test]
fn times_on_terminals_are_told_by_how_long_ago_they_were() {
    let repo = TestRepo::with_flag();
    let terminal = [("GIT_FLAG_FORCE_TTY", "120"), ("NO_COLOR", "1")];
    for words in [&["log", "new-checkout"][..], &["audit"]] {
        let on_terminal = |words: &[&str]| repo.flag_with(words, &terminal, None).ok().stdout;
        assert!(on_terminal(words).contains(" ago "), "{}", on_terminal(words));
        assert!(!repo.flag(words).ok().stdout.contains(" ago "));
        assert!(!on_terminal(&[words, &["--absolute"]].concat()).contains(" ago "));
        assert!(!on_terminal(&[words, &["--format", "markdown"]].concat()).contains(" ago "));
    }
}

#[test]
fn names_cannot_play_with_the_terminal() {
    let repo = TestRepo::shop();
    repo.replace("flags/features/new-checkout.yaml", "One-page checkout", "\"evil \\e[2Jtext\"");
    // Files can't hold such characters, and what is said about them is safe; authors and messages of commits can.
    for (words, code) in [(&["list"][..], 0), (&["show", "new-checkout"][..], 2), (&["validate"][..], 1)] {
        let run = repo.flag(words);
        assert_eq!(run.code, code, "{run}");
        assert!(!run.to_string().contains(ESCAPE), "{run}");
    }
    repo.replace("flags/features/new-checkout.yaml", "\"evil \\e[2Jtext\"", "Checkout on one page");
    repo.git(&["add", "flags"]);
    repo.git(&[
        "commit",
        "-qm",
        "evil \u{1b}[2J\u{202e}txet",
        "--author",
        "Eve \u{1b}[31m\u{202e}il <eve@example.com>",
    ]);
    for words in [
        &["log", "new-checkout"][..],
        &["audit"],
        &["log", "new-checkout", "--json"],
        &["log", "new-checkout", "--format", "jsonl"],
        &["audit", "--json"],
        &["audit", "--format", "jsonl"],
    ] {
        let run = repo.flag(words).ok();
        assert!(run.stdout.contains("Eve") && !run.stdout.contains([ESCAPE, '\u{202e}']), "{run}");
        let json = words.iter().any(|word| word.contains("json"));
        assert_eq!(run.stdout.contains("\\u202eil"), json, "the characters are there, and can be seen\n{run}");
    }
    let error = repo.flag(&["show", "a\u{202e}b\u{9b}", "--json"]).exits(2).stderr;
    assert!(error.contains("a\\u202eb\\u009b") && !error.contains('\u{9b}'), "{error}");
}

#[test]
fn a_broken_pipe_is_quiet() {
    let repo = TestRepo::shop();
    for command in ["list", "explain", "completions bash", "schema flag", "list --json"] {
        let run = repo.shell(&format!("(git flag {command}; echo \"exit $?\" >&2) | true")).ok();
        assert_eq!(run.stderr, "exit 0\n", "{command}");
    }
}

/// Nobody is asked without a terminal, and nothing hangs.
#[test]
fn questions_name_the_option_that_answers_them() {
    let repo = TestRepo::shop();
    repo.replace("flags/project.yaml", "{name: production}", "{name: production, protected: true}");
    repo.commit_all("protect");
    let words = ["disable", "theme", "--env", "production", "--reason", "x"];
    let run = repo.flag_with(&words, &[], Some("y\n")).exits(2).says("--yes").complains();
    assert_eq!(run.code(), Some("F251"), "input that is no terminal is no person");
    repo.flag(&["eval", "theme"]).exits(2).says("F259").says("--env");
}

#[test]
fn any_folder_of_the_repository_will_do() {
    let repo = TestRepo::shop();
    let within = |folder| World::default().within(folder);
    let top = repo.flag(&["list"]).ok().stdout;
    assert_eq!(repo.flag_in(&within("work/flags/ops"), &["list"]).ok().stdout, top);
    assert_eq!(repo.flag_in(&within("home"), &["-C", "../work", "list"]).ok().stdout, top);
    assert_eq!(repo.flag_in(&within("home"), &["list", "-C", "../work/flags"]).ok().stdout, top);
    repo.flag_in(&within("home"), &["-C", "../nowhere", "list"]).exits(6).complains();
    repo.flag_in(&within("home"), &["list"]).exits(3).complains();
    repo.flag_in(&within("work/flags/ops"), &["disable", "theme", "--env", "staging"]).ok();
    assert_eq!(repo.status(), "");
}

/// `-C` enters the folder as the shell's `cd` does: what lies around the folder it was called from plays no part.
#[test]
fn another_repository_is_entered_from_inside_this_one() {
    let repo = TestRepo::shop();
    repo.shell(
        "git clone -q --bare . ../bare.git && git clone -q --bare . inner.git && ln -s ../../bare.git flags/link",
    )
    .ok();
    repo.flag(&["delete", "limits"]).ok();
    for folder in ["../bare.git", "flags/../../bare.git", "inner.git", "inner.git/refs", "flags/link"] {
        repo.flag(&["-C", folder, "list"]).ok().prints("limits");
        repo.git(&["-C", folder, "flag", "log", "limits"]);
    }
    repo.flag(&["list", "-C", "flags/nowhere"]).exits(6).complains();
}

/// The flags of a monorepo lie in a folder of their own, and places are told from the top of the repository.
#[test]
fn flags_in_a_subfolder_of_the_repository() {
    let repo = TestRepo::empty();
    repo.write_shop("apps/web shop/");
    repo.write("apps/other/main.rs", "fn main() {}\n");
    repo.commit_all("monorepo");
    let world = World::default().within("work/apps/web shop");
    let run = repo.flag_in(&world, &["rollout", "new-checkout", "50", "--env", "production"]).ok();
    assert_eq!(repo.status(), "", "{run}");
    assert_eq!(
        repo.git(&["show", "--format=", "--name-only", "HEAD"]),
        "apps/web shop/flags/features/new-checkout.yaml\n"
    );
    repo.flag_in(&world, &["show", "new-checkout", "--at", "HEAD~1"]).ok().prints("10%");
    repo.flag_in(&World::default().within("work/apps/web shop/flags/ops"), &["validate"]).ok();
    repo.flag(&["list"]).exits(3).complains();
    repo.replace("apps/web shop/flags/features/new-checkout.yaml", "segment: staff", "segment: stuff");
    let json = repo.flag_in(&world, &["validate", "--json"]).exits(1).json();
    assert_eq!(json["problems"][0]["path"], "apps/web shop/flags/features/new-checkout.yaml");
    repo.flag_in(&world, &["hook", "install"]).ok();
}

#[test]
fn paths_with_spaces_and_letters_of_the_world() {
    let repo = TestRepo::empty();
    let folder = "Läden für 日本/shop's \"best\"";
    repo.write_shop(&format!("{folder}/"));
    repo.commit_all("世界");
    let world = World::default().within("work/Läden für 日本/shop's \"best\"");
    repo.flag_in(&world, &["set", "theme", "description=Für alle — ✓"]).ok();
    repo.flag_in(&world, &["show", "theme"]).ok().prints("Für alle — ✓").prints(folder);
    repo.flag_in(&world, &["delete", "limits"]).ok();
    repo.flag_in(&world, &["list", "--at", "HEAD~1"]).ok().prints("limits");
    assert_eq!(repo.status(), "");
}

#[test]
fn linked_work_trees_are_separate() {
    let repo = TestRepo::shop();
    repo.git(&["worktree", "add", "-q", "../linked", "-b", "topic"]);
    let linked = World::default().within("linked");
    repo.flag_in(&linked, &["rollout", "new-checkout", "75", "--env", "production"]).ok();
    repo.flag_in(&linked, &["show", "new-checkout"]).ok().prints("75%");
    repo.flag(&["show", "new-checkout"]).ok().prints("25%");
    assert_eq!(repo.git(&["-C", "../linked", "status", "--porcelain"]), "");
    assert_eq!(repo.status(), "");
    // A branch that is checked out there is not moved from here.
    let run = repo.flag(&["disable", "theme", "--env", "staging", "--branch", "topic"]).exits(5).complains();
    assert_eq!(run.code(), Some("F265"), "{run}");
}

/// A time that does not read is no reason to take another one: what was asked for is an answer for that time.
#[test]
fn a_malformed_time_in_the_environment_is_a_mistake() {
    let repo = TestRepo::shop();
    for (time, word) in [("yesterday", "is not a time"), ("2026-12-01T09:00:00", "needs an offset")] {
        let variables = [("GIT_FLAG_NOW", time)];
        let run = repo.flag_with(&["list"], &variables, None).exits(2).says("GIT_FLAG_NOW").says(word).complains();
        assert_eq!((run.code(), run.stdout.as_str()), (Some("F260"), ""), "{run}");
        let run = repo.flag_with(&["list", "--json"], &variables, None).exits(2);
        let error: serde_json::Value = serde_json::from_str(&run.stderr).expect("JSON");
        assert_eq!((&error["code"], &run.stdout), (&"F260".into(), &String::new()));
        repo.flag_with(&["disable", "theme", "--env", "staging"], &variables, None).exits(2);
    }
    assert_eq!(repo.status(), "");
    repo.flag_with(&["list"], &[("GIT_FLAG_NOW", "")], None).ok();
}

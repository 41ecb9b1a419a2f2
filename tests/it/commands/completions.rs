//! Completion in real shells.

use crate::support::TestRepo;

/// What bash offers after these words, the last of which is being typed.
fn bash(repo: &TestRepo, words: &str) -> Vec<String> {
    let script = format!(
        "source <(git-flag completions bash)
         COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); COMP_TYPE=9; COMPREPLY=()
         _clap_complete_git_flag git-flag \"${{COMP_WORDS[COMP_CWORD]}}\"
         printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    repo.write("../complete.sh", script);
    let run = repo.shell("bash --norc --noprofile ../complete.sh").ok();
    assert_eq!(run.stderr, "", "{run}");
    let offered = run.stdout.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty());
    let mut offered: Vec<String> = offered.collect();
    // Bash sorts them itself.
    offered.sort();
    offered
}

#[test]
fn bash_completes_keys_environments_and_segments() {
    let repo = TestRepo::shop();
    assert_eq!(bash(&repo, "git-flag eval new"), ["new-checkout"]);
    assert_eq!(bash(&repo, "git-flag show p"), ["page-size", "payments-v2"]);
    assert_eq!(bash(&repo, "git-flag eval theme --env ''"), ["development", "production", "staging"]);
    assert_eq!(bash(&repo, "git-flag segment show e"), ["early-birds"]);
    assert_eq!(bash(&repo, "git-flag roll"), ["rollback", "rollout"]);
    assert!(bash(&repo, "git-flag eval theme --expl").contains(&"--explain".to_owned()));
    // A broken file or no repository at all never disturbs the shell.
    repo.write("flags/features/broken.yaml", "[");
    assert_eq!(bash(&repo, "git-flag show bro"), ["broken"]);
    repo.write("flags/project.yaml", "[");
    assert_eq!(bash(&repo, "git-flag eval theme --env p"), Vec::<String>::new());
    let nowhere = TestRepo::folder();
    assert_eq!(bash(&nowhere, "git-flag show n"), Vec::<String>::new());
}

/// What shells that show it are told beside each candidate.
#[test]
fn candidates_come_with_what_they_are() {
    let repo = TestRepo::shop();
    repo.git(&["tag", "rel-1"]);
    repo.git(&["branch", "feature/x"]);
    let fish = |words: &[&str]| {
        let run = repo.flag_with(&[&["--", "git-flag"], words].concat(), &[("COMPLETE", "fish")], None).ok();
        assert_eq!(run.stderr, "");
        run.stdout
    };
    let line = "new-checkout\tOne-page checkout: development on, staging partly, production partly\n";
    assert_eq!(fish(&["show", "new"]), line);
    assert_eq!(fish(&["diff", "new"]), line);
    assert_eq!(fish(&["show", "theme", "--at", "re"]), "rel-1\n");
    assert_eq!(fish(&["rollback", "theme", "--to", "fea"]), "feature/x\n");
    assert_eq!(fish(&["diff", "ma"]).lines().next(), Some("main"));
    // A flag or a project that does not read disturbs nobody.
    repo.write("flags/features/new-checkout.yaml", "[");
    assert_eq!(fish(&["show", "new"]), "new-checkout\n");
    repo.write("flags/project.yaml", "[");
    assert_eq!(fish(&["show", "pay"]), "payments-v2\n");
}

/// Git's own completion asks ours for `git flag …`.
#[test]
fn bash_completes_the_subcommand_of_git() {
    let repo = TestRepo::shop();
    let script = "source <(git-flag completions bash)
        words=(git -C . flag show pay); cword=5; COMP_TYPE=9; COMPREPLY=()
        _git_flag
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    repo.write("../complete.sh", script);
    assert_eq!(repo.shell("bash --norc --noprofile ../complete.sh").ok().stdout.trim(), "payments-v2");
}

/// The scripts of other shells load without complaint, where the shells are there.
#[test]
fn other_shells_load_their_script() {
    let repo = TestRepo::shop();
    for (shell, line) in [
        ("zsh", "zsh -fc 'autoload -U compinit; compinit -u; source <(git-flag completions zsh)'"),
        ("fish", "fish --no-config -c 'git-flag completions fish | source; complete -C \"git-flag show pay\"'"),
    ] {
        if repo.shell(&format!("command -v {shell}")).code != 0 {
            eprintln!("SKIPPED the completion of {shell}: it is not installed");
            continue;
        }
        let run = repo.shell(line).ok();
        assert_eq!(run.stderr, "", "{run}");
        assert!(shell != "fish" || run.stdout.starts_with("payments-v2"), "{run}");
    }
}

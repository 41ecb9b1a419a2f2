use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::render::{Outcome, Report, Terminal};
use clap_complete::env::Shells;
use serde_json::{Value, json};

/// Print the completion script of a shell
///
/// It completes `git-flag` and `git flag` with commands and options, and with the keys, environments and segments of the
/// repository around you.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag completions bash > ~/.local/share/bash-completion/completions/git-flag\n  git flag completions fish > ~/.config/fish/completions/git-flag.fish"
)]
pub struct Args {
    /// The shell.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(SHELLS.map(|(shell, _)| shell)))]
    shell: String,
}

/// The shells, each with the file in which its script ships.
pub const SHELLS: [(&str, &str); 4] =
    [("bash", "git-flag.bash"), ("zsh", "_git-flag"), ("fish", "git-flag.fish"), ("powershell", "git-flag.ps1")];

pub(super) fn run(args: Args, _: &mut Session) -> Result<Outcome> {
    let script = script(&args.shell)
        .ok_or_else(|| Failure::new(&change::BAD_ARGUMENT, format!("there is no script for `{}`", args.shell)))?;
    Ok(Outcome::report(Script { shell: args.shell, script }))
}

struct Script {
    shell: String,
    script: String,
}

impl Report for Script {
    fn text(&self, _: &Terminal) -> String {
        self.script.clone()
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.completions/v1", "shell": self.shell, "script": self.script })
    }
}

/// The script of a shell: what `git-flag` registers for itself, and what makes Git's own completion ask it for `git flag`.
#[must_use]
pub fn script(shell: &str) -> Option<String> {
    let shells = Shells::builtins();
    let mut script = Vec::new();
    shells.completer(shell)?.write_registration("COMPLETE", "git-flag", "git-flag", "git-flag", &mut script).ok()?;
    let mut script = String::from_utf8(script).ok()?.trim_end().to_owned();
    script.push('\n');
    script += match shell {
        "bash" => BASH,
        "zsh" => ZSH,
        "fish" => FISH,
        _ => "",
    };
    Some(script)
}

/// Git's completion for bash calls `_git_flag` with the words in `words` and `cword`.
const BASH: &str = r#"
_git_flag() {
    local git_words=("${words[@]}") git_cword="$cword" at=0
    while (( at < git_cword )) && [[ "${git_words[at]}" != flag ]]; do (( at++ )); done
    local COMP_WORDS=(git-flag "${git_words[@]:at+1}")
    local COMP_CWORD=$(( git_cword - at ))
    _clap_complete_git_flag git-flag "${COMP_WORDS[COMP_CWORD]}"
}
"#;

/// Git's completion for zsh runs `_git-flag` for the subcommand, with `flag` as the first of `words`.
const ZSH: &str = r"
_git-flag() {
    words[1]=git-flag
    _clap_dynamic_completer_git_flag
}
zstyle -g existing_user_commands ':completion:*:*:git:*' user-commands
zstyle ':completion:*:*:git:*' user-commands ${existing_user_commands} flag:'feature flags as YAML files in Git'
";

/// Fish asks for `git flag` separately from `git-flag`.
const FISH: &str = r"
function __git_flag_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l at (contains --index -- flag $words)
    set -l rest $words[(math $at + 1)..-1]
    COMPLETE=fish git-flag -- git-flag $rest (commandline --current-token)
end
complete --command git --no-files --condition '__fish_seen_subcommand_from flag' --arguments '(__git_flag_complete)'
";

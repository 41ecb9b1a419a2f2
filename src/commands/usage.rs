//! Command lines that do not parse.

use crate::diagnostic::Failure;
use crate::diagnostic::codes::change;
use crate::render::{ColorChoice, Format, Outcome, Output};
use std::ffi::OsString;

/// Prints what clap has to say: help to standard output, a mistake to standard error, as JSON where the command line asks
/// for it. Returns the exit code.
pub(super) fn report(error: &clap::Error, arguments: &[OsString]) -> u8 {
    if error.use_stderr() && asks_for_json(arguments) {
        return refuse(&failure(&error.render().to_string(), &help(arguments)), arguments);
    } else if let Some(text) = error.render().ansi().to_string().rsplit_once(MORE).map(|(text, _)| text) {
        let (stdout, stderr) = Output::terminals(ColorChoice::Auto, &super::session::variable);
        Output::standard(stdout, stderr).error(&format!("{text}{MORE}`{}`.\n", help(arguments)));
    } else {
        // A closed pipe is no reason to fail in another way.
        let _ = error.print();
    }
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// Prints why no command was run, as JSON where the command line asks for it. Returns the exit code.
pub(super) fn refuse(failure: &Failure, arguments: &[OsString]) -> u8 {
    let (stdout, stderr) = Output::terminals(ColorChoice::Auto, &super::session::variable);
    let mut output = Output::standard(stdout, stderr);
    if asks_for_json(arguments) {
        output.format = Format::Json;
    }
    output.failure(failure);
    failure.exit() as u8
}

/// Prints the version as JSON. Returns the exit code.
pub(super) fn tell_version() -> u8 {
    let (stdout, stderr) = Output::terminals(ColorChoice::Never, &super::session::variable);
    let mut output = Output::standard(stdout, stderr);
    output.format = Format::Json;
    // A closed pipe is no reason to fail.
    let _ = output.print(&Outcome::report(super::version::Version));
    0
}

/// How clap begins the last line of a mistake.
const MORE: &str = "For more information, try ";

/// What prints the help of the command that the words name, as far as they name one. Without a command Git would take
/// `--help` for itself, and look for a man page.
fn help(arguments: &[OsString]) -> String {
    let all = super::command();
    let (mut at, mut words) = (&all, "git flag".to_owned());
    for word in arguments.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(sub) = at.find_subcommand(word).filter(|sub| !sub.is_hide_set()) {
            at = sub;
            words += &format!(" {word}");
        }
    }
    words + " -h"
}

/// Whether the words, which could not be parsed, hold `--json`, `--format json` or the like.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let words: Vec<&str> =
        arguments.iter().map(|word| word.to_str().unwrap_or_default()).take_while(|word| *word != "--").collect();
    let is_json = |format: &str| matches!(format, "json" | "jsonl");
    words.iter().any(|word| *word == "--json" || word.strip_prefix("--format=").is_some_and(is_json))
        || words.windows(2).any(|pair| pair[0] == "--format" && is_json(pair[1]))
}

/// Clap's words as a problem with its help.
fn failure(words: &str, more: &str) -> Box<Failure> {
    let line = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paragraphs = words.trim().split("\n\n").map(line);
    let first = paragraphs.next().unwrap_or_default();
    let mut failure = Failure::new(&change::BAD_ARGUMENT, first.strip_prefix("error: ").unwrap_or(&first));
    for paragraph in paragraphs {
        let help = paragraph.strip_prefix("tip: ").map(str::to_owned);
        let usage = || paragraph.strip_prefix("Usage: ").map(|usage| format!("usage: {usage}"));
        if let Some(help) = help.or_else(usage) {
            failure = failure.help(help);
        }
    }
    if failure.diagnostics[0].help.is_empty() {
        failure.help(format!("`{more}` shows what can be given"))
    } else {
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_in_several_ways() {
        let asks = |line: &str| asks_for_json(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in ["git-flag list --json --no", "git-flag list --format json", "git-flag list --format=jsonl -x"] {
            assert!(asks(line), "{line}");
        }
        for line in ["git-flag list", "git-flag list --format table", "git-flag edit -- --json", "git-flag json"] {
            assert!(!asks(line), "{line}");
        }
    }

    #[test]
    fn words_become_message_and_help() {
        let text = "error: unexpected argument '--jsn' found\n\n  tip: a similar argument exists: '--json'\n\nUsage: git flag \
                    list --json\n\nFor more information, try '--help'.\n";
        let failure = failure(text, "git flag list -h");
        assert_eq!(failure.to_string(), "unexpected argument '--jsn' found");
        let helps = ["a similar argument exists: '--json'", "usage: git flag list --json"];
        assert_eq!(failure.diagnostics[0].help, helps);
    }
}

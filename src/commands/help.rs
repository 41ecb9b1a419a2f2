use super::overview::overview;
use crate::commands::Session;
use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::render::{Outcome, Report, Terminal};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Explain a command or a topic: exit-codes, environment, formatting, contexts, bucketing
///
/// Without a word it prints the overview and the topics. `git flag explain CODE` explains a problem.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag help exit-codes\n  git flag help rule add\n  git flag help --man man/man1"
)]
pub struct Args {
    /// A topic, or a command.
    #[arg(value_name = "TOPIC|COMMAND")]
    words: Vec<String>,

    /// Write the man pages of all commands into this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "words")]
    man: Option<PathBuf>,
}

/// The topics: name, what it is about, and the text.
const TOPICS: &[(&str, &str, &str)] = &[
    ("exit-codes", "what the exit code of a command says", include_str!("help/exit-codes.txt")),
    ("environment", "the variables that are read", include_str!("help/environment.txt")),
    ("formatting", "how output can be printed", include_str!("help/formatting.txt")),
    ("contexts", "how to say for whom a flag is evaluated", include_str!("help/contexts.txt")),
    ("bucketing", "who is within a percentage", include_str!("help/bucketing.txt")),
];

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    if let Some(folder) = args.man {
        return write_man_pages(&session.directory().join(folder));
    }
    let Some(first) = args.words.first() else {
        let topics = TOPICS.iter().map(|(name, about, _)| format!("  {name:<12} {about}\n")).collect::<String>();
        return Ok(told("overview", format!("{}\nTopics of `git flag help TOPIC`:\n{topics}", overview())));
    };
    if let (Some((name, _, text)), 1) = (TOPICS.iter().find(|(name, ..)| name == first), args.words.len()) {
        return Ok(told(name, (*text).to_owned()));
    }
    let mut command = super::command();
    command.build();
    let mut at = &mut command;
    for word in &args.words {
        let known: Vec<String> = at.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        let topics = TOPICS.iter().map(|(name, ..)| *name);
        let hint = did_you_mean(word, known.iter().map(String::as_str).chain(topics));
        let Some(sub) = at.find_subcommand_mut(word) else {
            return Err(Failure::new(&change::BAD_ARGUMENT, format!("there is no topic or command `{word}`"))
                .help(hint.unwrap_or_else(|| "`git flag help` lists them".into())));
        };
        at = sub;
    }
    Ok(told(&args.words.join(" "), at.render_long_help().to_string()))
}

fn told(subject: &str, text: String) -> Outcome {
    Outcome::report(Help { subject: subject.to_owned(), text })
}

fn write_man_pages(folder: &Path) -> Result<Outcome> {
    let failed = |path: &Path, error: &std::io::Error| {
        let reason = crate::project::reason(error);
        Failure::new(&repository::IO_FAILED, format!("can't write `{}`: {reason}", path.display()))
            .help("name a folder that you may write to")
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let pages = super::man_pages();
    for (name, page) in &pages {
        let path = folder.join(name);
        std::fs::write(&path, page).map_err(|error| failed(&path, &error))?;
    }
    Ok(Outcome::silent().note(format!("wrote {} man pages to {}", pages.len(), folder.display())))
}

struct Help {
    subject: String,
    text: String,
}

impl Report for Help {
    fn text(&self, _: &Terminal) -> String {
        self.text.clone()
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.help/v1", "subject": self.subject, "text": self.text })
    }
}

use super::arguments::{AtArgs, FormatArgs, key, unknown_flag};
use super::completing::{Environments, Keys};
use super::past::{LivesArgs, TimeArgs, minute, only_environment, project, root, tip, warn_when_cut, when, why};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::history::{Entry, timeline};
use crate::model::{FlagKey, Timestamp};
use crate::project::View;
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, NAME, PARTLY, paint, plain};
use crate::render::{Format, Outcome, Report, Terminal};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};

/// Show what happened to a flag, newest first
///
/// Every commit that changed it, however it was made: with this tool, with an editor, or in a merge. It follows the flag
/// when its file moves to another folder and when it is renamed. A flag that was deleted before this one was created in
/// another folder is another flag, even with the same key: `--all-lives` shows it, too.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag log new-checkout\n  git flag log new-checkout --env production -n 5\n  git flag log new-checkout --at v1.2 --json"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// Only what concerns this environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// At most so many entries.
    #[arg(short = 'n', long = "limit", value_name = "NUMBER", value_parser = super::arguments::limit)]
    limit: Option<usize>,

    #[command(flatten)]
    lives: LivesArgs,

    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    times: TimeArgs,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Markdown])?);
    let key = key(&args.key)?;
    let root = root(session, args.at.at.as_deref())?;
    let repository = root.git()?;
    let tip = tip(session, repository, args.at.at.as_deref())?;
    let project = project(session, &root, repository, tip)?;
    let mut entries = match tip {
        Some(tip) => timeline(&root, repository, &project, Some((&key, args.lives.lives())), tip)?.entries,
        None => Vec::new(),
    };
    warn_when_cut(session, repository);
    if entries.is_empty() {
        let view = tip.map_or(View::WorkTree, View::Commit);
        let keys = root.keys(View::default_for(Some(repository)))?;
        if keys.contains(&key) {
            let committed = tip.map(|tip| root.keys(View::Commit(tip))).transpose()?.unwrap_or_default().contains(&key);
            // A flag without a commit of its own came before what this clone has.
            let note =
                if committed { "its changes are older than this clone goes back" } else { "it was not committed yet" };
            return Ok(Outcome::report(Log { key, entries, from: None }).note(note));
        }
        return Err(unknown_flag(key.as_str(), root.keys(view)?.iter().chain(&keys).map(FlagKey::as_str)));
    }
    if let Some(name) = &args.env {
        only_environment(&mut entries, &project, name)?;
    }
    entries.truncate(args.limit.unwrap_or(usize::MAX));
    let from = args.times.from(session);
    Ok(Outcome::report(Log { key, entries, from }))
}

struct Log {
    key: FlagKey,
    entries: Vec<Entry>,
    /// The time that times are told from; else they are told as they are.
    from: Option<Timestamp>,
}

impl Report for Log {
    fn text(&self, _: &Terminal) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            let style = match entry.action {
                "create" | "enable" | "revive" | "unarchive" => GOOD,
                "delete" | "disable" | "kill" | "merged-away" => BAD,
                "reformat" | "move" | "metadata" => DIM,
                _ => PARTLY,
            };
            text += &format!(
                "{}  {}  {}\n",
                paint(DIM, when(&entry.commit.committer, self.from)),
                paint(style, entry.action),
                who(entry)
            );
            text += &changes(entry);
            if let Some(why) = why(entry) {
                text += &format!("    {}\n", plain(&format!("“{why}”")));
            }
        }
        if self.entries.is_empty() { "no changes\n".into() } else { text }
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.log/v1", "flag": self.key.as_str(), "entries": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        self.entries.iter().map(|entry| json!(entry)).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Markdown).then(|| {
            let header = ["When", "Action", "Change", "Who", "Why", "Commit"].map(str::to_owned);
            let rows = self.entries.iter().map(|entry| {
                let commit = &entry.commit;
                vec![
                    minute(&commit.committer),
                    entry.action.to_owned(),
                    entry.summary(),
                    commit.author.name.clone(),
                    why(entry).unwrap_or_default(),
                    commit.id.short(),
                ]
            });
            super::wording::markdown_table(&header, rows)
        })
    }
}

fn who(entry: &Entry) -> String {
    let commit = &entry.commit;
    let mut parts = vec![plain(&commit.author.name)];
    if commit.author.name != commit.committer.name && !commit.committer.name.is_empty() {
        parts.push(format!("committed by {}", plain(&commit.committer.name)));
    }
    parts.push(format!("via {}", entry.via()));
    if commit.signed {
        parts.push("signed".into());
    }
    format!("{}  {}", paint(NAME, commit.id.short()), parts.join(", "))
}

/// One line for each difference.
fn changes(entry: &Entry) -> String {
    if entry.differences.is_empty() {
        return format!("    {}\n", paint(DIM, plain(&entry.summary())));
    }
    let mut text = String::new();
    if entry.action == "merged-away" {
        text += &format!("    {}\n", paint(EMPHASIS, "lost in the merge, which made it:"));
    }
    for difference in &entry.differences {
        text += &format!("    {}\n", plain(&difference.sentence()));
    }
    text
}

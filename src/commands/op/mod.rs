//! `op`: the operations of this tool.

mod log;
mod status;

use crate::commands::Session;
use crate::diagnostic::Result;
use crate::git::Person;
use crate::history::Performed;
use crate::model::Timestamp;
use crate::project::trailer;
use crate::render::Outcome;
use serde_json::{Value, json};

/// Look operations of this tool up: whether one landed, and which there were
///
/// Every change by this tool is an operation with an id, which its commit carries as `Flag-Op`. Scripts name the id
/// with `--op-id`, and so can ask afterwards what became of it.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:\n  git flag op status deploy-42\n  git flag op log -n 5")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Status(status::StatusArgs),
    Log(log::LogArgs),
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    match args.command {
        Command::Status(args) => status::run(&args, session),
        Command::Log(args) => log::run(&args, session),
    }
}

/// What an operation did, as the subject of its commit says without the flag: `rollout 10% → 25% in production`.
fn what(performed: &Performed) -> String {
    let subject = &performed.told.subject;
    subject.split_once("): ").map_or(subject.clone(), |(_, what)| what.to_owned())
}

/// What an operation is about: a flag's key, several, `segment/<name>` or `project`.
fn subject(performed: &Performed) -> Option<String> {
    let keys: Vec<&str> = performed.told.all(trailer::KEY).collect();
    (!keys.is_empty()).then(|| keys.join(", "))
}

/// What is known of an operation, as JSON.
fn record(performed: &Performed) -> Value {
    let commit = &performed.commit;
    json!({
        "operation": performed.told.id,
        "commit": commit.id.to_string(),
        "time": Timestamp::from_unix(commit.committer.time).to_string(),
        "author": person(&commit.author),
        "committer": person(&commit.committer),
        "action": performed.told.says(trailer::ACTION),
        "subject": subject(performed),
        "environment": performed.told.says(trailer::ENVIRONMENT),
        "what": what(performed),
        "reason": performed.told.says(trailer::REASON),
        "ticket": performed.told.says(trailer::TICKET),
        "undone": performed.standing.name(),
        "undoneBy": performed.undone_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn person(person: &Person) -> Value {
    json!({ "name": person.name, "email": person.email })
}

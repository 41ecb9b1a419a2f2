use super::completing::{Environments, Keys};
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Take a kill back: the flag serves again what its file says
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag revive new-checkout --env production --reason \"fixed in 6.4.2\" --yes
  git flag revive new-checkout --dry-run")]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment it was killed in; when absent, the kill of the flag as a whole.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let place = args.env.clone().map_or_else(|| " as a whole".to_owned(), |name| format!(" in {name}"));
    let purpose = Purpose::flag(&key, "revive", args.env.as_deref())
        .nothing(format!("`{key}` is not killed{place}, nothing to change"));
    let mut elsewhere = Vec::new();
    let mut archived = false;
    let outcome = change_flag(session, &args.write, &key, purpose, |project, flag| {
        match &args.env {
            Some(name) => {
                let name = super::arguments::environment(project, name)?;
                if flag.environment(name.as_str()).is_some() {
                    environment_mut(project, flag, name.as_str())?.killed = None;
                }
            }
            None => flag.killed = None,
        }
        elsewhere.clear();
        archived = flag.archived.is_some();
        if flag.killed.is_some() {
            elsewhere.push(format!("git flag revive {key}"));
        }
        let killed = flag.environments.iter().filter(|environment| environment.killed.is_some());
        elsewhere.extend(killed.map(|environment| format!("git flag revive {key} --env {}", environment.name)));
        Ok("revive".into())
    })?;
    let outcome = if archived {
        outcome.note(format!("`{key}` is archived; to take it out of the archive: git flag archive {key} --undo"))
    } else {
        outcome
    };
    Ok(elsewhere.into_iter().fold(outcome, |outcome, command| {
        outcome.note(format!("another kill of `{key}` holds; to take it back: {command}"))
    }))
}

use super::completing::{Environments, Keys};
use super::values::identity;
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut};
use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::model::Kill;
use crate::project::fold;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Switch a flag to its default at once, whatever else its file says
///
/// Everything else stays in the file, so that `git flag revive` brings it back as it was. A reason is always needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag kill new-checkout --env production --reason \"double charges, INC-231\" --yes
  git flag kill new-checkout --reason \"payment provider down\" --yes")]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// Only in this environment; everywhere when absent.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(mut args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    if args.write.reason.is_none() && session.is_interactive() {
        args.write.reason = Some(session.ask("Reason: ", "--reason")?);
    }
    let reason = args.write.reason.as_deref().map(fold).filter(|reason| !reason.is_empty()).ok_or_else(|| {
        Failure::new(&change::MISSING_OPTION, "a kill needs a reason")
            .help("pass `--reason \"…\"`, for those who find the flag dead")
    })?;
    let kill = Kill { reason, by: identity(session)?, at: Some(session.now()) };
    let place = args.env.clone().map_or_else(String::new, |name| format!(" in {name}"));
    let purpose = Purpose::flag(&key, "kill", args.env.as_deref())
        .nothing(format!("`{key}` is killed already{place}, nothing to change"));
    change_flag(session, &args.write, &key, purpose, |project, flag| {
        let killed = match &args.env {
            Some(name) => &mut environment_mut(project, flag, name)?.killed,
            None => &mut flag.killed,
        };
        killed.get_or_insert_with(|| kill.clone());
        Ok("kill".into())
    })
}

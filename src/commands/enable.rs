use super::completing::{Environments, Keys};
use super::serve_argument::{self, Beside};
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut, share};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Switch a flag on in an environment
///
/// What it then serves to whom is left as it is, unless `--percentage` sets the share of everyone else.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag enable new-checkout --env staging\n  git flag enable new-checkout --env staging --percentage 10 --reason \"first users\""
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: String,

    /// Serve it to this share of everyone whom no target or rule decides.
    #[arg(short, long, value_name = "PERCENT")]
    percentage: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let percentage = args.percentage.as_deref().map(share).transpose()?;
    let purpose =
        Purpose::flag(&key, "enable", Some(&args.env)).nothing(format!("`{key}` is already enabled in {}", args.env));
    change_flag(session, &args.write, &key, purpose, |project, flag| {
        let current = flag.environment(&args.env).map(|environment| &environment.serve);
        let beside = Beside { current, ..Beside::default() };
        let serve = percentage.map(|share| serve_argument::percentage(flag, share, beside)).transpose()?;
        let environment = environment_mut(project, flag, &args.env)?;
        environment.enabled = true;
        match (serve, percentage) {
            (Some(serve), Some(share)) => {
                environment.serve = serve;
                Ok(format!("enable at {share}%"))
            }
            _ => Ok("enable".into()),
        }
    })
}

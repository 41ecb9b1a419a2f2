use super::completing::{Environments, Keys};
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Switch a flag off in an environment: everyone gets its default
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag disable new-checkout --env staging\n  git flag disable new-checkout --env staging --dry-run"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let purpose =
        Purpose::flag(&key, "disable", Some(&args.env)).nothing(format!("`{key}` is already disabled in {}", args.env));
    change_flag(session, &args.write, &key, purpose, |project, flag| {
        super::arguments::environment(project, &args.env)?;
        if flag.environment(&args.env).is_some() {
            environment_mut(project, flag, &args.env)?.enabled = false;
        }
        Ok("disable".into())
    })
}

use super::arguments::{AtArgs, key, moment};
use super::completing::{Environments, Keys};
use super::context_args::ContextArgs;
use crate::commands::Session;
use crate::diagnostic::{Exit, Result};
use crate::model::FlagKey;
use crate::render::{Format, Outcome, Report, Terminal};
use clap_complete::engine::ArgValueCompleter;

/// Answer with the exit code whether a boolean flag is true: 0 yes, 1 no
///
/// Prints nothing (unless `--json` asks for it), so that scripts can write `if git flag enabled KEY …; then`. Errors have exit codes from 2.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag enabled maintenance --env production && echo closed\n  git flag enabled new-checkout --env production --user ada -c plan=pro"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment; `git config flag.environment` when absent.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    #[command(flatten)]
    context: ContextArgs,

    #[command(flatten)]
    at: AtArgs,

    /// Evaluate as if it were this time.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    #[command(flatten)]
    format: super::arguments::FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let format = args.format.choose(&[])?;
    session.set_format(format);
    let key = key(&args.key)?;
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), args.now.as_deref(), session.now())?;
    let enabled = super::eval::decide_boolean(session, &root, &key, args.env.as_deref(), &args.context, moment)?;
    let exit = if enabled { Exit::Done } else { Exit::Negative };
    let outcome = if format == Format::Table { Outcome::silent() } else { Outcome::report(Enabled { key, enabled }) };
    Ok(outcome.exit(exit))
}

struct Enabled {
    key: FlagKey,
    enabled: bool,
}

impl Report for Enabled {
    fn text(&self, _: &Terminal) -> String {
        String::new()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({ "schema": "git-flag.enabled/v1", "key": self.key.as_str(), "enabled": self.enabled })
    }
}

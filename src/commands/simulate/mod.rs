mod everyone;
mod somebody;

use super::arguments::{AtArgs, FormatArgs, broken_flag, key, moment, time, unknown_flag};
use super::completing::{Environments, Keys};
use super::context_args::ContextArgs;
use super::enriching::{self, enricher};
use crate::commands::Session;
use crate::compare::{Window, forecast};
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::evaluate::Program;
use crate::model::{FlagKey, Seconds, Timestamp};
use crate::render::{Format, Outcome};
use clap_complete::engine::ArgValueCompleter;

/// Show who gets what when, over a span of time
///
/// Schedules, gradual and linear rollouts change what a flag serves without a change of its file, its own and those of the
/// flags that it requires. Without a context: the shares of everyone. With one: what this user gets, and since when.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag simulate new-checkout --env production --to +14d\n  git flag simulate new-checkout --env production --from 2026-12-01 --to 2027-01-01\n  git flag simulate new-checkout --env production --user ada --to +14d"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment; `git config flag.environment` when absent.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// Where to begin: `now`, a time, or a length from now such as `+3d` or `-1w`.
    #[arg(long, value_name = "TIME", default_value = "now", allow_hyphen_values = true)]
    from: String,

    /// Where to end: a time, or a length from the beginning such as `+14d`.
    #[arg(long, value_name = "TIME", default_value = "+14d", allow_hyphen_values = true)]
    to: String,

    /// At how many points a share that grows evenly is shown, and at most how many steps of one that grows in steps.
    #[arg(long, value_name = "NUMBER", default_value_t = 14, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    points: u32,

    #[command(flatten)]
    context: ContextArgs,

    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Markdown])?);
    let key = key(&args.key)?;
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), None, session.now())?;
    let window = window(&args, moment.now)?;
    let loaded = root.load_closure(moment.view, std::slice::from_ref(&key))?;
    if !loaded.flag_files.contains_key(&key) {
        return Err(unknown_flag(key.as_str(), root.keys(moment.view)?.iter().map(FlagKey::as_str)));
    }
    let environment = session.reading_environment(&root, &loaded.catalog.project, args.env.as_deref())?;
    let Some(stretches) = forecast(&loaded.catalog, &key, environment.as_str(), window) else {
        return Err(broken_flag(&loaded, &key));
    };
    if args.context.user.is_some() || !args.context.context.is_empty() {
        let mut context = args.context.context(session, &loaded.catalog.project)?;
        let program = Program::compile(&loaded.catalog);
        let enricher = enricher(&root, &program, &loaded.catalog.project);
        enriching::enrich_all(&mut context, &enricher, [key.as_str()])?;
        let asked = somebody::Asked { program: &program, key: &key, environment: &environment, context: &context };
        return Ok(Outcome::report(somebody::report(&loaded.catalog, asked, window)));
    }
    Ok(Outcome::report(everyone::report(&loaded.catalog, &key, &environment, stretches, window)))
}

fn window(args: &Args, now: Timestamp) -> Result<Window> {
    let from = point(&args.from, now)?;
    let to = point(&args.to, from)?;
    if to <= from {
        return Err(Failure::new(&change::BAD_ARGUMENT, format!("the end ({to}) is not after the beginning ({from})"))
            .help("such as `--from now --to +14d`"));
    }
    Ok(Window { from, to, points: args.points })
}

/// `now`, a time, or a length from `origin`.
fn point(text: &str, origin: Timestamp) -> Result<Timestamp> {
    let length = |length: &str| {
        Seconds::parse(length).map_err(|error| {
            Failure::new(&change::BAD_ARGUMENT, error.to_string())
                .help("such as `+14d`, or a time such as `2026-12-01`")
        })
    };
    match (text, text.strip_prefix('+'), text.strip_prefix('-')) {
        ("now", ..) => Ok(origin),
        (_, Some(later), _) => Ok(origin.plus(length(later)?)),
        (_, _, Some(earlier)) => Ok(origin.minus(length(earlier)?)),
        _ => time(text),
    }
}

/// `2026-12-01 09:00` in UTC, with seconds where there are some.
fn shown(at: Timestamp) -> String {
    let text = at.to_string();
    let text = text.strip_suffix('Z').unwrap_or(&text);
    text.strip_suffix(":00").unwrap_or(text).replace('T', " ")
}

use super::completing::{Environments, Keys};
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut};
use crate::commands::Session;
use crate::compare::words;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::model::{Schedule, Timestamp};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Set when a flag is on in an environment; outside that time everyone gets its default
///
/// It is on from `--from` (inclusive) to `--until` (exclusive). An end that is not given stays as it is; `none` removes it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag schedule summer-sale --env production --from 2026-07-01T06:00:00Z --until 2026-08-01
  git flag schedule summer-sale --env production --until none
  git flag schedule summer-sale --env production --clear")]
#[command(group(clap::ArgGroup::new("change").args(["from", "until", "clear"]).required(true).multiple(true)))]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: String,

    /// On from this moment: a date (00:00 UTC), a time with its offset, or `now`.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Off from this moment.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,

    /// Remove the schedule: always on, as far as time goes.
    #[arg(long, conflicts_with_all = ["from", "until"])]
    clear: bool,

    #[command(flatten)]
    write: WriteArgs,
}

/// What an option says about one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Stays,
    None,
    At(Timestamp),
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let now = session.now();
    let (from, until) = if args.clear {
        (End::None, End::None)
    } else {
        (end(args.from.as_deref(), now)?, end(args.until.as_deref(), now)?)
    };
    let purpose = Purpose::flag(&key, "schedule", Some(&args.env)).nothing(format!(
        "`{key}` {} in {}, nothing to change",
        if args.clear { "has no schedule" } else { "is scheduled so already" },
        args.env
    ));
    change_flag(session, &args.write, &key, purpose, |project, flag| {
        let is_there = flag.environment(super::arguments::environment(project, &args.env)?.as_str()).is_some();
        if !is_there && matches!((from, until), (End::Stays | End::None, End::Stays | End::None)) {
            return Ok("clear schedule".into());
        }
        let environment = environment_mut(project, flag, &args.env)?;
        environment.schedule = scheduled(environment.schedule, from, until)?;
        Ok(environment
            .schedule
            .as_ref()
            .map_or_else(|| "clear schedule".into(), |schedule| format!("schedule {}", words::schedule(schedule))))
    })
}

fn end(text: Option<&str>, now: Timestamp) -> Result<End> {
    match text {
        None => Ok(End::Stays),
        Some("none" | "") => Ok(End::None),
        Some("now") => Ok(End::At(now)),
        Some(text) => super::arguments::time(text).map(End::At),
    }
}

fn scheduled(current: Option<Schedule>, from: End, until: End) -> Result<Option<Schedule>> {
    let new = |end, current| match end {
        End::Stays => current,
        End::None => None,
        End::At(time) => Some(time),
    };
    let from = new(from, current.and_then(|schedule| schedule.from));
    let until = new(until, current.and_then(|schedule| schedule.until));
    match (from, until) {
        (None, None) => Ok(None),
        (Some(start), Some(end)) if start >= end => Err(Failure::new(
            &change::BAD_ARGUMENT,
            format!("the schedule would end ({end}) before it starts ({start})"),
        )
        .help("set both ends with `--from` and `--until`, or remove one with `none`")),
        (from, until) => Ok(Some(Schedule { from, until })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_stay_go_and_keep_their_order() {
        let at = |seconds| Timestamp::from_unix(seconds);
        let schedule = |from: Option<i64>, until: Option<i64>| Schedule { from: from.map(at), until: until.map(at) };
        let both = Some(schedule(Some(10), Some(20)));
        assert_eq!(scheduled(None, End::At(at(10)), End::At(at(20))).unwrap(), both);
        assert_eq!(scheduled(both, End::Stays, End::At(at(30))).unwrap(), Some(schedule(Some(10), Some(30))));
        assert_eq!(scheduled(both, End::None, End::Stays).unwrap(), Some(schedule(None, Some(20))));
        assert_eq!(scheduled(both, End::None, End::None).unwrap(), None);
        assert!(scheduled(both, End::At(at(20)), End::Stays).is_err());
    }

    #[test]
    fn times_can_be_now_or_none() {
        let now = Timestamp::from_unix(7);
        assert_eq!(end(Some("now"), now).unwrap(), End::At(now));
        assert_eq!(end(Some("none"), now).unwrap(), End::None);
        assert_eq!(end(None, now).unwrap(), End::Stays);
        assert!(end(Some("tomorrow"), now).is_err());
    }
}

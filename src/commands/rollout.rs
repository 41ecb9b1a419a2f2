use super::completing::{Environments, Keys, Variants};
use super::rule::position;
use super::serve_argument::{Beside, check, serve, strategy_serve};
use super::strategy_options::StrategyOptions;
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut};
use crate::commands::Session;
use crate::compare::words;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::model::{Flag, Serve, Setting, Timestamp};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Set what is served to everyone whom no target or rule decides: a share, a split, a variant, or a strategy
///
/// Raising a percentage takes the feature from nobody. What buckets are made of (`--by`, `--salt`) stays as it is unless
/// it is given, so that nobody moves by accident.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag rollout new-checkout 25 --env production
  git flag rollout new-checkout 25 --env production --by company.id
  git flag rollout button-colour control=50 treatment=50 --env production
  git flag rollout new-checkout true --env staging
  git flag rollout new-checkout --env production --gradual from=now,start=5,step=10,every=1d,max=100
  git flag rollout new-checkout --env production --linear from=2026-12-01,until=2026-12-08
  git flag rollout new-checkout --env production --canary stages=1,5,25,50,100
  git flag rollout new-checkout --env production --next-stage
  git flag rollout new-checkout --env production --ring beta")]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// A percentage, a variant for everyone, or a split: VARIANT=PERCENT for each variant.
    #[arg(value_name = "SERVE", conflicts_with_all = ["strategy", "stage", "next_stage"])]
    serve_words: Vec<String>,

    /// The environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: String,

    /// Set what this rule serves instead of what everyone else gets: its id, or its position such as `#1`.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,

    /// The variant that is rolled out, where it can't be told.
    #[arg(long, value_name = "VARIANT", add = ArgValueCompleter::new(Variants))]
    serve: Option<String>,

    /// The attribute that is the unit of buckets, such as `company.id`; `targetingKey` is the default.
    #[arg(long, value_name = "ATTRIBUTE")]
    by: Option<String>,

    /// Another salt of the buckets: everyone is drawn anew.
    #[arg(long, value_name = "TEXT")]
    salt: Option<String>,

    #[command(flatten)]
    strategy: StrategyOptions,

    /// Set the stage of a canary that runs already, counted from 1.
    #[arg(long, value_name = "NUMBER", help_heading = "Strategies", conflicts_with = "strategy")]
    stage: Option<u32>,

    /// Take a canary that runs already to its next stage.
    #[arg(long, help_heading = "Strategies", conflicts_with_all = ["strategy", "stage"])]
    next_stage: bool,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let now = session.now();
    let purpose = Purpose::flag(&key, "rollout", Some(&args.env))
        .nothing(format!("`{key}` is rolled out so in {} already, nothing to change", args.env));
    let mut disabled = false;
    let outcome = change_flag(session, &args.write, &key, purpose, |project, flag| {
        environment_mut(project, flag, &args.env)?;
        let before = flag.clone();
        let environment = environment_mut(project, flag, &args.env)?;
        disabled = !environment.enabled;
        let place = match &args.rule {
            Some(rule) => {
                let at = position(environment, rule)?;
                &mut environment.rules[at].serve
            }
            None => &mut environment.serve,
        };
        let new = wanted(&args, &before, place, now)?;
        let what = step(place, &new);
        *place = new;
        Ok(match &args.rule {
            Some(rule) => format!("{what} for rule {rule}"),
            None => what,
        })
    })?;
    if disabled {
        let command = format!("git flag enable {key} --env {}", args.env);
        return Ok(outcome.note(format!("`{key}` is still disabled in {}; to switch it on: {command}", args.env)));
    }
    Ok(outcome)
}

fn wanted(args: &Args, flag: &Flag, current: &Serve, now: Timestamp) -> Result<Serve> {
    let beside = Beside {
        serve: args.serve.as_deref(),
        by: args.by.as_deref(),
        salt: args.salt.as_deref(),
        current: Some(current),
    };
    if let Some((strategy, settings)) = &args.strategy.chosen {
        return strategy_serve(flag, strategy, settings, now, beside);
    }
    if args.stage.is_some() || args.next_stage {
        return stage(flag, current, args.stage);
    }
    serve(flag, &args.serve_words, beside)
}

/// What changes, in a few words: what stays as it is on both sides is left out.
fn step(before: &Serve, after: &Serve) -> String {
    let (mut before, mut after) = (before.clone(), after.clone());
    if let (Serve::Rollout(old), Serve::Rollout(new)) = (&mut before, &mut after) {
        if old.by == new.by {
            (old.by, new.by) = (None, None);
        }
        if old.salt == new.salt {
            (old.salt, new.salt) = (None, None);
        }
        if let (Some(Setting::Count(old)), Some(Setting::Count(new)), true) =
            (old.setting("stage"), new.setting("stage"), old.setting("stages") == new.setting("stages"))
        {
            return format!("rollout stage {old} → {new}");
        }
    }
    format!("rollout {} → {}", words::serve(&before), words::serve(&after))
}

/// The canary at this stage, or at the next one.
fn stage(flag: &Flag, current: &Serve, stage: Option<u32>) -> Result<Serve> {
    let found = current.rollout().and_then(|rollout| match (rollout.setting("stages"), rollout.setting("stage")) {
        (Some(Setting::Shares(stages)), Some(Setting::Count(now))) => Some((rollout, stages.len(), *now)),
        _ => None,
    });
    let Some((rollout, stages, now)) = found else {
        return Err(Failure::new(&change::NOT_THERE, "there is no canary that could change its stage")
            .help("start one with `--canary stages=1,5,25,50,100`"));
    };
    let next = stage.unwrap_or_else(|| now.saturating_add(1));
    if next == 0 || usize::try_from(next).is_ok_and(|next| next > stages) {
        let words = if stage.is_some() { format!("there is no stage {next}") } else { "this is the last stage".into() };
        return Err(Failure::new(&change::BAD_ARGUMENT, format!("{words}: the canary has {stages}"))
            .help("after the last stage, serve the variant to everyone, such as `git flag rollout KEY true`"));
    }
    let mut rollout = rollout.clone();
    for (name, setting) in &mut rollout.settings {
        if *name == "stage" {
            *setting = Setting::Count(next);
        }
    }
    check(flag, &rollout)?;
    Ok(Serve::Rollout(rollout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::boolean;
    use crate::evaluate::strategy;

    #[test]
    fn a_canary_goes_from_stage_to_stage_and_not_beyond() {
        let flag = boolean();
        let canary = strategy::find("canary").unwrap();
        let start =
            strategy_serve(&flag, canary, "stages=1,50,100", Timestamp::from_unix(0), Beside::default()).unwrap();
        let at = |serve: &Serve| match serve.rollout().unwrap().setting("stage") {
            Some(Setting::Count(stage)) => *stage,
            other => panic!("{other:?}"),
        };
        let second = stage(&flag, &start, None).unwrap();
        assert_eq!((at(&start), at(&second), at(&stage(&flag, &second, Some(1)).unwrap())), (1, 2, 1));
        let last = stage(&flag, &second, None).unwrap();
        assert!(stage(&flag, &last, None).unwrap_err().to_string().contains("last stage"));
        assert!(stage(&flag, &last, Some(4)).unwrap_err().to_string().contains("no stage 4"));
        assert!(stage(&flag, &last, Some(0)).is_err());
        assert!(
            stage(&flag, &Serve::Variant(flag.default.clone()), None).unwrap_err().to_string().contains("no canary")
        );
    }
}

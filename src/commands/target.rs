use super::completing::{Environments, Keys, Variants};
use super::values::{few, units};
use super::writing::{Purpose, WriteArgs, change_flag, environment_mut, variant};
use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::model::{Target, Unit, VariantName};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Serve a fixed variant to named users, before any rule
///
/// A user is in at most one target of an environment: who is given another variant leaves the target they were in.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag target new-checkout --user user-1 user-2 --serve true --env production
  git flag target new-checkout --user user-1 --remove --env production
  git flag target button-colour --user qa-bot --serve treatment --env staging")]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The users, as their `targetingKey`.
    #[arg(short, long, value_name = "UNIT", num_args = 1.., required = true)]
    user: Vec<String>,

    /// What they get.
    #[arg(short, long, value_name = "VARIANT", required_unless_present = "remove", add = ArgValueCompleter::new(Variants))]
    serve: Option<String>,

    /// The environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: String,

    /// Take them out of the target they are in; with `--serve` only of targets that serve that.
    #[arg(long)]
    remove: bool,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let units = units(&args.user)?;
    let action = if args.remove { "untarget" } else { "target" };
    let purpose = Purpose::flag(&key, action, Some(&args.env))
        .nothing(format!("targets of `{key}` in {} are so already, nothing to change", args.env));
    change_flag(session, &args.write, &key, purpose, |project, flag| {
        let serve = args.serve.as_deref().map(|text| variant(flag, text)).transpose()?;
        if args.remove && flag.environment(&args.env).is_none() {
            super::arguments::environment(project, &args.env)?;
            return Ok("no target".into());
        }
        let targets = &mut environment_mut(project, flag, &args.env)?.targets;
        match (serve, args.remove) {
            (serve, true) => {
                remove(targets, &units, serve.as_ref());
                Ok(format!("no target for {}", few(&units)))
            }
            (Some(serve), false) => {
                assign(targets, &units, &serve);
                Ok(format!("serve {serve} to {}", few(&units)))
            }
            (None, false) => {
                Err(Failure::new(&change::MISSING_OPTION, "what shall they get?").help("pass `--serve VARIANT`"))
            }
        }
    })
}

/// Units get `serve`: those that do already stay where they are, others move to the first target that serves it.
fn assign(targets: &mut Vec<Target>, units: &[Unit], serve: &VariantName) {
    let is_there = |targets: &[Target], unit: &Unit| {
        targets.iter().any(|target| target.serve == *serve && target.units.contains(unit))
    };
    let new: Vec<Unit> = units.iter().filter(|unit| !is_there(targets, unit)).cloned().collect();
    if new.is_empty() {
        return;
    }
    // The target comes first, so that it keeps its place when the others lose units.
    if !targets.iter().any(|target| target.serve == *serve) {
        targets.push(Target { serve: serve.clone(), units: Vec::new() });
    }
    for target in targets.iter_mut() {
        target.units.retain(|unit| !new.contains(unit));
    }
    if let Some(target) = targets.iter_mut().find(|target| target.serve == *serve) {
        target.units.extend(new);
    }
    targets.retain(|target| !target.units.is_empty());
}

/// Units leave their targets; targets without units go away.
fn remove(targets: &mut Vec<Target>, units: &[Unit], serve: Option<&VariantName>) {
    for target in targets.iter_mut().filter(|target| serve.is_none_or(|serve| target.serve == *serve)) {
        target.units.retain(|unit| !units.contains(unit));
    }
    targets.retain(|target| !target.units.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[(&str, &[&str])]) -> Vec<Target> {
        let unit = |text: &&str| Unit::from_text(text).unwrap();
        let target = |(serve, units): &(&str, &[&str])| Target {
            serve: VariantName::new(serve).unwrap(),
            units: units.iter().map(unit).collect(),
        };
        parts.iter().map(target).collect()
    }

    fn assigned(before: &[(&str, &[&str])], unit: &[&str], serve: &str) -> Vec<Target> {
        let mut targets = of(before);
        let units: Vec<Unit> = unit.iter().map(|text| Unit::from_text(text).unwrap()).collect();
        assign(&mut targets, &units, &VariantName::new(serve).unwrap());
        targets
    }

    #[test]
    fn a_unit_is_in_one_target_only() {
        assert_eq!(assigned(&[], &["a"], "on"), of(&[("on", &["a"])]));
        assert_eq!(
            assigned(&[("on", &["a", "b"]), ("off", &["c"])], &["b"], "off"),
            of(&[("on", &["a"]), ("off", &["c", "b"])])
        );
        assert_eq!(assigned(&[("on", &["a"]), ("off", &["c"])], &["a"], "off"), of(&[("off", &["c", "a"])]));
        assert_eq!(assigned(&[("on", &["a"])], &["a"], "off"), of(&[("off", &["a"])]));
    }

    #[test]
    fn nothing_changes_for_those_who_are_there() {
        let before: &[(&str, &[&str])] = &[("on", &["a"]), ("off", &["c"]), ("on", &["b"])];
        assert_eq!(assigned(before, &["b", "a"], "on"), of(before));
    }

    #[test]
    fn empty_targets_go_away() {
        let mut targets = of(&[("on", &["a"]), ("off", &["b", "c"])]);
        let units = ["a", "b"].map(|text| Unit::from_text(text).unwrap());
        remove(&mut targets, &units, Some(&VariantName::new("on").unwrap()));
        assert_eq!(targets, of(&[("off", &["b", "c"])]));
        remove(&mut targets, &units, None);
        assert_eq!(targets, of(&[("off", &["c"])]));
    }
}

use super::completing::{Environments, Keys, Variants};
use super::writing::{Purpose, WriteArgs, change, environment_mut, uncommitted, variant};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Requirement, ValueType};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Make a flag depend on another one: where that does not serve the variant, everyone gets the default
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag require new-checkout --on payments-v2 --serves true
  git flag require new-checkout --on region-model --serves v2 --env production
  git flag require new-checkout --on payments-v2 --remove")]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The other flag.
    #[arg(long, value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    on: String,

    /// The variant that the other flag has to serve.
    #[arg(long, value_name = "VARIANT", required_unless_present = "remove", add = ArgValueCompleter::new(Variants))]
    serves: Option<String>,

    /// Only in this environment; in all when absent.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    /// Remove the requirement.
    #[arg(long, conflicts_with = "serves")]
    remove: bool,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let on = super::arguments::key(&args.on)?;
    if key == on {
        return Err(
            Failure::new(&codes::BAD_ARGUMENT, "a flag can't require itself").help("name another flag with `--on`")
        );
    }
    let action = if args.remove { "unrequire" } else { "require" };
    let purpose = Purpose::flag(&key, action, args.env.as_deref())
        .nothing(format!("requirements of `{key}` are so already, nothing to change"));
    change(session, &args.write, purpose, |draft| {
        let file = draft.flag(&key)?;
        let mut flag = file.flag.clone();
        let serves = match &args.serves {
            Some(text) => {
                let other = draft.flag(&on)?.flag;
                Some(Requirement {
                    flag: on.clone(),
                    serves: variant(&other, text)?,
                    boolean: other.value_type == ValueType::Boolean,
                })
            }
            None => None,
        };
        let requires = match &args.env {
            Some(name) if args.remove && flag.environment(name).is_none() => {
                super::arguments::environment(draft.project(), name)?;
                return Ok(format!("no longer require {on}"));
            }
            Some(name) => &mut environment_mut(draft.project(), &mut flag, name)?.requires,
            None => &mut flag.requires,
        };
        let what = if let Some(requirement) = serves {
            let what = format!("require {on} to serve {}", requirement.serves);
            require(requires, requirement);
            what
        } else {
            requires.retain(|requirement| requirement.flag != on);
            format!("no longer require {on}")
        };
        draft.set_flag(&file, &flag)?;
        Ok(what)
    })
    .map_err(|failure| match session.root() {
        Ok(root) => uncommitted(&root, &args.write, on.as_str(), failure),
        Err(_) => failure,
    })
}

/// One requirement for each other flag: an old one changes its variant.
fn require(requires: &mut Vec<Requirement>, new: Requirement) {
    match requires.iter_mut().find(|requirement| requirement.flag == new.flag) {
        Some(requirement) => *requirement = new,
        None => requires.push(new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FlagKey, VariantName};

    #[test]
    fn a_flag_is_required_once() {
        let (a, b) = (FlagKey::new("a").unwrap(), FlagKey::new("b").unwrap());
        let mut requires = Vec::new();
        let serving = |flag: &FlagKey, value| {
            let serves = VariantName::boolean(value);
            Requirement { flag: flag.clone(), serves, boolean: true }
        };
        require(&mut requires, serving(&a, true));
        require(&mut requires, serving(&b, true));
        require(&mut requires, serving(&a, false));
        assert_eq!(requires.len(), 2);
        assert_eq!((requires[0].flag.as_str(), requires[0].serves.as_str()), ("a", "off"));
    }
}

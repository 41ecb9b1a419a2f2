mod rename;

use super::completing::{Keys, Variants};
use super::values::{name_of, variant as parse};
use super::writing::{Purpose, WriteArgs, change, change_flag, variant as find};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Catalog, Flag, FlagKey, ValueType, Variant, VariantName};
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Add, change, rename or remove what a flag can serve
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  git flag variant add button-colour treatment=green --description \"The brand's own\"
  git flag variant set button-colour treatment=teal
  git flag variant rename button-colour treatment green
  git flag variant remove button-colour treatment")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(Define),
    Set(Define),
    Rename(rename::Rename),
    Remove(Remove),
}

/// A variant with its value
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag variant add page-size large=100\n  git flag variant set limits default='{\"requests\": 50}'"
)]
struct Define {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The variant and its value, by the flag's type: text, `42`, `1.5`, or JSON.
    #[arg(value_name = "NAME=VALUE")]
    variant: String,

    /// What it stands for; an empty text removes it.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

/// Remove a variant that nothing serves
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag variant remove button-colour treatment\n  git flag variant remove button-colour treatment --dry-run"
)]
struct Remove {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The variant.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(Variants))]
    name: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    match args.command {
        Command::Add(args) => define(&args, session, "variant-add", add),
        Command::Set(args) => define(&args, session, "variant-set", set),
        Command::Rename(args) => rename::run(&args, session),
        Command::Remove(args) => {
            let key = super::arguments::key(&args.key)?;
            name_of("a variant", &args.name, VariantName::new)?;
            let purpose = Purpose::flag(&key, "variant-remove", None);
            change(session, &args.write, purpose, |draft| {
                let file = draft.flag(&key)?;
                let mut flag = file.flag.clone();
                not_boolean(&flag)?;
                let name = find(&flag, &args.name)?;
                let mut uses = uses(&flag, &name);
                uses.extend(required(&draft.load_all()?.catalog, &key, &name));
                if !uses.is_empty() {
                    return Err(still_used(&flag, &name, &uses));
                }
                flag.variants.retain(|variant| variant.name != name);
                draft.set_flag(&file, &flag)?;
                Ok(format!("remove variant {name}"))
            })
        }
    }
}

fn define(
    args: &Define,
    session: &mut Session,
    action: &'static str,
    edit: fn(&mut Flag, &Variant, Option<&str>) -> Result<()>,
) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let purpose = Purpose::flag(&key, action, None);
    change_flag(session, &args.write, &key, purpose, |_, flag| {
        not_boolean(flag)?;
        let variant = parse(flag.value_type, &args.variant)?;
        let what = format!("{} variant {}", if action == "variant-add" { "add" } else { "set" }, args.variant);
        edit(flag, &variant, args.description.as_deref())?;
        Ok(what)
    })
}

fn not_boolean(flag: &Flag) -> Result<()> {
    if flag.value_type != ValueType::Boolean {
        return Ok(());
    }
    Err(Failure::new(
        &codes::WRONG_TYPE_OF_FLAG,
        format!("`{}` is boolean: its variants are always `true` and `false`", flag.key),
    )
    .help("a flag of another type has variants of its own: `git flag create KEY --type string --variant NAME=VALUE`"))
}

fn described(description: Option<&str>) -> Option<String> {
    description.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn add(flag: &mut Flag, new: &Variant, description: Option<&str>) -> Result<()> {
    let new = Variant { description: described(description), ..new.clone() };
    let same = |variant: &&Variant| variant.name.as_str().eq_ignore_ascii_case(new.name.as_str());
    match flag.variants.iter().find(same) {
        Some(variant) if *variant == new => Ok(()),
        Some(variant) => {
            let name = &variant.name;
            Err(Failure::new(
                &codes::ALREADY_EXISTS,
                format!("`{}` has a variant `{name}` already: {}", flag.key, variant.value),
            )
            .help(format!("`git flag variant set {} {name}={}` changes it", flag.key, new.value)))
        }
        None => {
            flag.variants.push(new);
            Ok(())
        }
    }
}

fn set(flag: &mut Flag, new: &Variant, description: Option<&str>) -> Result<()> {
    let name = find(flag, new.name.as_str())?;
    for variant in flag.variants.iter_mut().filter(|variant| variant.name == name) {
        variant.value = new.value.clone();
        if description.is_some() {
            variant.description = described(description);
        }
    }
    Ok(())
}

/// Where the flag itself uses a variant, in words.
fn uses(flag: &Flag, name: &VariantName) -> Vec<String> {
    let mut uses = Vec::new();
    if flag.default == *name {
        uses.push("`default`".to_owned());
    }
    for environment in &flag.environments {
        if environment.targets.iter().any(|target| target.serve == *name) {
            uses.push(format!("a target in {}", environment.name));
        }
        for (rule, serve) in environment.serves() {
            let used = match serve {
                crate::model::Serve::Variant(variant) => variant == name,
                crate::model::Serve::Rollout(rollout) => rollout.variants().any(|variant| variant == name),
            };
            if used {
                let rule = rule.and_then(|index| environment.rules.get(index).map(|rule| rule.label(index)));
                uses.push(match rule {
                    Some(label) => format!("rule {label} in {}", environment.name),
                    None => format!("`serve` in {}", environment.name),
                });
            }
        }
    }
    uses
}

/// Flags that require this variant, in words.
fn required(catalog: &Catalog, key: &FlagKey, name: &VariantName) -> Vec<String> {
    let requires = |flag: &&Flag| {
        flag.requirements().any(|(_, requirement)| requirement.flag == *key && requirement.serves == *name)
    };
    catalog.flags.values().filter(requires).map(|flag| format!("`{}`, which requires it", flag.key)).collect()
}

fn still_used(flag: &Flag, name: &VariantName, uses: &[String]) -> Box<Failure> {
    Failure::new(
        &codes::STILL_REFERENCED,
        format!("the variant `{name}` of `{}` is still used by {}", flag.key, uses.join(", ")),
    )
    .help("serve something else there first, for example with `git flag rollout`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::{boolean, coloured};
    use crate::model::{Requirement, Target, Unit, Value};

    fn variant(text: &str) -> Variant {
        parse(ValueType::String, text).unwrap()
    }

    #[test]
    fn adding_is_for_new_names_and_setting_for_old_ones() {
        let mut flag = coloured(&["red", "green"]);
        add(&mut flag, &variant("blue=sea"), Some("cold")).unwrap();
        assert_eq!(flag.variant("blue").unwrap().description.as_deref(), Some("cold"));
        add(&mut flag, &variant("blue=sea"), Some("cold")).unwrap();
        assert_eq!(flag.variants.len(), 3, "the same again changes nothing");
        assert!(add(&mut flag, &variant("Blue=sky"), None).is_err());
        set(&mut flag, &variant("blue=sky"), None).unwrap();
        assert_eq!(flag.variant("blue").unwrap().value, Value::String("sky".into()));
        assert_eq!(flag.variant("blue").unwrap().description.as_deref(), Some("cold"), "it stays");
        set(&mut flag, &variant("blue=sky"), Some("")).unwrap();
        assert_eq!(flag.variant("blue").unwrap().description, None);
        assert!(set(&mut flag, &variant("pink=sky"), None).is_err());
        assert!(not_boolean(&boolean()).is_err());
    }

    #[test]
    fn every_use_is_named() {
        let mut flag = coloured(&["red", "green", "blue"]);
        let (green, blue) = (VariantName::new("green").unwrap(), VariantName::new("blue").unwrap());
        assert_eq!(uses(&flag, &green), [""; 0]);
        flag.environments[1].targets =
            vec![Target { serve: green.clone(), units: vec![Unit::from_text("a").unwrap()] }];
        assert_eq!(uses(&flag, &green), ["a target in production"]);
        assert_eq!(uses(&flag, &flag.default.clone()), ["`default`", "`serve` in staging", "`serve` in production"]);
        let mut other = boolean();
        other.key = FlagKey::new("other").unwrap();
        other.requires = vec![Requirement { flag: flag.key.clone(), serves: blue.clone(), boolean: false }];
        let mut catalog = Catalog::new(crate::commands::testing::project());
        catalog.flags.insert(other.key.clone(), other);
        assert_eq!(required(&catalog, &flag.key, &blue), ["`other`, which requires it"]);
        assert!(required(&catalog, &flag.key, &green).is_empty());
    }
}

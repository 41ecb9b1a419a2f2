use super::values::{assignment, variant as parse_variant};
use super::writing::{Purpose, WriteArgs, change, new_environment, variant};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Flag, FlagKey, Kind, Lifetime, Project, ValueType, Variant, VariantName, check_name};
use crate::project::layout;
use crate::render::Outcome;
use clap::builder::PossibleValue;
use std::collections::BTreeMap;

/// Create a flag, disabled in every environment
///
/// A boolean flag serves `true` once it is enabled, and `false` wherever it is off. Other types need variants; the first
/// one is the default unless `--default` names another.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag create new-checkout --type boolean --owner team-payments --expires 2027-03-01
  git flag create button-colour --type string --variant control=blue --variant treatment=green
  git flag create limits --type json --variant standard='{\"requests\": 50}' --kind config --permanent --category ops")]
pub struct Args {
    /// Its key; the name of its file.
    #[arg(value_name = "KEY")]
    key: String,

    /// The type of its values.
    #[arg(short = 't', long = "type", value_name = "TYPE", value_parser = value_types())]
    value_type: String,

    /// A name for people.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// What it does.
    #[arg(short, long, value_name = "TEXT")]
    description: Option<String>,

    /// Who answers for it.
    #[arg(short, long, value_name = "NAME")]
    owner: Option<String>,

    /// What it is for.
    #[arg(short, long, value_name = "KIND", value_parser = kinds())]
    kind: Option<String>,

    /// A free label; may be repeated.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,

    /// A variant and its value; may be repeated. Not for booleans.
    #[arg(long, value_name = "NAME=VALUE")]
    variant: Vec<String>,

    /// The safe variant, served wherever the flag is off.
    #[arg(long, value_name = "VARIANT")]
    default: Option<String>,

    /// When it should be gone, as a reminder; evaluation ignores it.
    #[arg(long, value_name = "DATE", conflicts_with = "permanent")]
    expires: Option<String>,

    /// It is meant to stay.
    #[arg(long)]
    permanent: bool,

    /// A reference to elsewhere, such as `ticket=PAY-12`; may be repeated.
    #[arg(long, value_name = "NAME=URL")]
    link: Vec<String>,

    /// The folder below `flags/`.
    #[arg(long, value_name = "FOLDER")]
    category: Option<String>,

    #[command(flatten)]
    write: WriteArgs,
}

fn value_types() -> Vec<PossibleValue> {
    ValueType::ALL.iter().map(|(_, name)| PossibleValue::new(*name)).collect()
}

fn kinds() -> Vec<PossibleValue> {
    Kind::ALL.iter().map(|(_, name, doc)| PossibleValue::new(*name).help(*doc)).collect()
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    args.category.as_deref().map_or(Ok(()), check_category)?;
    let purpose =
        Purpose::flag(&key, "create", None).nothing(format!("`{key}` exists already, exactly so, nothing to change"));
    let created = change(session, &args.write, purpose, |draft| {
        let flag = flag(&args, &key, draft.project())?;
        let exists = draft.find_flag(key.as_str())?.is_some() && draft.flag(&key).is_ok_and(|file| file.flag == flag);
        if !exists {
            draft.create_flag(&flag, args.category.as_deref())?;
        }
        Ok(format!("create {} flag", flag.value_type))
    })?;
    Ok(created)
}

pub(super) fn check_category(category: &str) -> Result<()> {
    let refused = |why: String| {
        Failure::new(&codes::BAD_ARGUMENT, format!("`{category}` can't be a category: {why}"))
            .help("a category is a folder below `flags/`, such as `features`")
    };
    for part in category.split('/') {
        check_name(part).map_err(|error| refused(error.to_string()))?;
    }
    let sample = format!("{}/{category}/x.yaml", layout::FLAGS);
    if matches!(layout::role(&sample), layout::Role::Flag(_)) {
        Ok(())
    } else {
        Err(refused("that folder is for other files".into()))
    }
}

fn flag(args: &Args, key: &FlagKey, project: &Project) -> Result<Flag> {
    let value_type = ValueType::from_name(&args.value_type)
        .ok_or_else(|| Failure::new(&codes::BAD_ARGUMENT, format!("there is no type `{}`", args.value_type)))?;
    let variants = variants(value_type, &args.variant)?;
    let first = variants.first().map_or_else(|| VariantName::boolean(false), |variant| variant.name.clone());
    let lifetime = match &args.expires {
        Some(date) => Lifetime::Expires(super::arguments::time(date)?),
        None if args.permanent => Lifetime::Permanent,
        None => Lifetime::Unstated,
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in args.tag.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|other| other == tag) {
            tags.push(tag.to_owned());
        }
    }
    let links = args.link.iter().map(|link| assignment(link).map(|(name, link)| (name.to_owned(), link.to_owned())));
    let mut flag = Flag {
        key: key.clone(),
        name: args.name.clone(),
        description: args.description.clone(),
        value_type,
        kind: args.kind.as_deref().and_then(Kind::from_name),
        owner: args.owner.clone(),
        tags,
        lifetime,
        links: links.collect::<Result<BTreeMap<_, _>>>()?,
        salt: None,
        bucketing: None,
        default: if value_type == ValueType::Boolean { VariantName::boolean(false) } else { first },
        variants,
        requires: Vec::new(),
        killed: None,
        archived: None,
        metadata: serde_json::Map::new(),
        environments: Vec::new(),
    };
    if let Some(default) = &args.default {
        flag.default = variant(&flag, default)?;
    }
    flag.environments =
        project.environments.iter().map(|environment| new_environment(&flag, environment.name.clone())).collect();
    Ok(flag)
}

fn variants(value_type: ValueType, texts: &[String]) -> Result<Vec<Variant>> {
    if value_type == ValueType::Boolean {
        return match texts {
            [] => Ok(Flag::boolean_variants()),
            _ => Err(Failure::new(&codes::WRONG_TYPE_OF_FLAG, "a boolean has no variants but `true` and `false`")
                .help("leave `--variant` out, or choose another `--type`")),
        };
    }
    if texts.is_empty() {
        return Err(Failure::new(&codes::MISSING_OPTION, format!("a {value_type} flag needs at least one variant"))
            .help("pass `--variant NAME=VALUE`, once for each; the first is the default"));
    }
    let mut variants: Vec<Variant> = Vec::new();
    for text in texts {
        let new = parse_variant(value_type, text)?;
        if variants.iter().any(|variant| variant.name.as_str().eq_ignore_ascii_case(new.name.as_str())) {
            return Err(Failure::new(&codes::BAD_ARGUMENT, format!("the variant `{}` stands twice", new.name))
                .help("give each another name"));
        }
        variants.push(new);
    }
    Ok(variants)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::{boolean, project};
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn made(words: &str) -> Result<Flag> {
        let line = Line::try_parse_from(std::iter::once("create").chain(words.split(' '))).unwrap();
        flag(&line.args, &FlagKey::new(&line.args.key).unwrap(), &project())
    }

    #[test]
    fn a_boolean_is_off_everywhere_and_ready_to_serve_true() {
        assert_eq!(made("sample --type boolean").unwrap(), boolean());
        assert!(made("sample --type boolean --variant a=1").is_err());
    }

    #[test]
    fn other_types_have_variants_and_the_first_is_the_default() {
        let flag =
            made("sample --type integer --variant small=10 --variant large=20 --tag a,b,a --link ticket=T-1").unwrap();
        assert_eq!((flag.default.as_str(), flag.variants.len(), flag.tags.len()), ("small", 2, 2));
        assert_eq!(made("sample --type string --variant a=x --variant b=y --default b").unwrap().default.as_str(), "b");
        for bad in [
            "sample --type string",
            "sample --type integer --variant small=ten",
            "sample --type string --variant a=x --variant A=y",
            "sample --type string --variant a=x --default c",
            "sample --type string --variant a",
            "sample --type boolean --expires soon",
            "sample --type boolean --link ticket",
        ] {
            assert!(made(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn categories_are_folders_for_flags() {
        for good in ["features", "features/web"] {
            assert!(check_category(good).is_ok(), "{good}");
        }
        for bad in ["", "..", "a/../b", "/a", "segments", "tests", ".hidden", "tests/x"] {
            assert!(check_category(bad).is_err(), "{bad}");
        }
    }
}

use super::completing::Keys;
use super::writing::{Purpose, WriteArgs, change};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Catalog, FlagKey};
use crate::project::layout;
use crate::render::Outcome;
use clap_complete::engine::ArgValueCompleter;

/// Delete a flag and its tests
///
/// Refused while another flag requires it. Whoever still asks for the flag gets an error and falls back to their own
/// default; `git flag archive` is the safer first step. `git flag rollback KEY` brings a deleted flag back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag delete new-checkout --reason \"removed from the code in 6.5\" --yes\n  git flag delete new-checkout --dry-run"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    change(session, &args.write, Purpose::flag(&key, "delete", None), |draft| {
        // A file that does not read can be deleted all the same.
        let Some(path) = draft.find_flag(key.as_str())? else {
            draft.flag(&key)?;
            return Ok("delete".into());
        };
        let requiring = requiring(&draft.load_all()?.catalog, &key);
        if !requiring.is_empty() {
            return Err(Failure::new(
                &codes::STILL_REFERENCED,
                format!("`{key}` is still required by {}", requiring.join(", ")),
            )
            .help(format!("first `git flag require FLAG --on {key} --remove`"))
            .help(format!("or switch it off for good and keep it: `git flag archive {key}`")));
        }
        draft.set_text(path, None);
        draft.set_text(layout::tests_path(&key), None);
        super::answers::remove(draft, &key)?;
        Ok("delete".into())
    })
}

/// The flags that require it, each with the environments in which it does, in words.
pub(super) fn requiring(catalog: &Catalog, key: &FlagKey) -> Vec<String> {
    let mut found = Vec::new();
    for flag in catalog.flags.values() {
        let mine = flag.requirements().filter(|(_, requirement)| requirement.flag == *key);
        let places: Vec<String> =
            mine.map(|(environment, _)| environment.map_or_else(String::new, |name| format!(" in {name}"))).collect();
        found.extend(places.iter().map(|place| format!("`{}`{place}", flag.key)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::{boolean, project};
    use crate::model::{Requirement, VariantName};

    #[test]
    fn every_requirement_is_named() {
        let key = FlagKey::new("payments").unwrap();
        let requirement = Requirement { flag: key.clone(), serves: VariantName::boolean(true), boolean: true };
        let mut flag = boolean();
        flag.requires.push(requirement.clone());
        flag.environments[1].requires.push(requirement);
        let mut catalog = Catalog::new(project());
        catalog.flags.insert(flag.key.clone(), flag);
        assert_eq!(requiring(&catalog, &key), ["`sample`", "`sample` in production"]);
        assert!(requiring(&catalog, &FlagKey::new("other").unwrap()).is_empty());
    }
}

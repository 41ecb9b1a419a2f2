use super::answers;
use super::completing::Keys;
use super::writing::{Purpose, WriteArgs, change};
use crate::commands::Session;
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Flag, FlagKey};
use crate::project::{Draft, layout};
use crate::render::Outcome;
use crate::source::FilePath;
use clap_complete::engine::ArgValueCompleter;

/// Give a flag another key, and update its tests and every flag that requires it
///
/// Nobody moves: the old key stays as the salt of the buckets. Code that asks for the old key has to be changed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag rename new-checkout checkout-v2 --yes\n  git flag rename new-checkout checkout-v2 --dry-run"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "OLD", add = ArgValueCompleter::new(Keys))]
    old: String,

    /// Its new key.
    #[arg(value_name = "NEW")]
    new: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let old = super::arguments::key(&args.old)?;
    let new = super::arguments::key(&args.new)?;
    let purpose = Purpose::flag(&new, "rename", None).nothing(format!("`{new}` is its key already, nothing to change"));
    let mut broken = Vec::new();
    let outcome = change(session, &args.write, purpose, |draft| {
        let what = format!("rename from {old}");
        let done_before = draft.find_flag(old.as_str())?.is_none() && draft.find_flag(new.as_str())?.is_some();
        if old == new {
            draft.flag(&old)?;
            return Ok(what);
        }
        if done_before && draft.flag(&new)?.flag.salt.as_deref() == Some(old.as_str()) {
            return Ok(what);
        }
        rename(draft, &old, &new)?;
        broken = update_references(draft, &old, &new)?;
        Ok(what)
    })?;
    let note = |key: &FlagKey| format!("`{key}` does not read, so whether it requires `{old}` was not looked at");
    let outcome = broken.iter().fold(outcome, |outcome, key| outcome.note(note(key)));
    Ok(if old == new {
        outcome
    } else {
        outcome.note(format!("clients that still ask for `{old}` find no flag and use their own default"))
    })
}

/// Moves the file of the flag, that of its tests, and its answers in golden contexts. The text stays as it is, but for the salt.
fn rename(draft: &mut Draft<'_>, old: &FlagKey, new: &FlagKey) -> Result<()> {
    let file = draft.flag(old)?;
    let same = |path: &FilePath| matches!(layout::role(path), layout::Role::Flag(key) if key.as_str().eq_ignore_ascii_case(new.as_str()));
    if let Some(path) = draft.list()?.into_iter().find(|path| same(path) && *path != file.path) {
        return Err(Failure::new(&codes::ALREADY_EXISTS, format!("`{new}` exists already: `{path}`"))
            .help("choose another key"));
    }
    let path = draft.renamed_path(&file.path, new)?;
    let mut flag = file.flag.clone();
    flag.salt.get_or_insert_with(|| old.to_string());
    draft.set_flag(&file, &flag)?;
    move_file(draft, &file.path, path)?;
    move_file(draft, &layout::tests_path(old), layout::tests_path(new))?;
    answers::rename(draft, old, new)
}

pub(super) fn move_file(draft: &mut Draft<'_>, from: &FilePath, to: FilePath) -> Result<()> {
    let text = draft.text(from)?;
    if text.is_some() {
        if draft.text(&to)?.is_some() {
            return Err(Failure::new(&codes::ALREADY_EXISTS, format!("`{to}` exists already"))
                .help("move it out of the way first"));
        }
        draft.set_text(from.clone(), None);
        draft.set_text(to, text);
    }
    Ok(())
}

/// Lets all flags that require the old key require the new one. Returns those that do not read.
pub(super) fn update_references(draft: &mut Draft<'_>, old: &FlagKey, new: &FlagKey) -> Result<Vec<FlagKey>> {
    let loaded = draft.load_all()?;
    for flag in loaded.catalog.flags.values() {
        if flag.requirements().any(|(_, requirement)| requirement.flag == *old) {
            let file = draft.flag(&flag.key)?;
            draft.set_flag(&file, &with_reference(flag, old, new))?;
        }
    }
    Ok(loaded.catalog.broken_flags.into_keys().collect())
}

fn with_reference(flag: &Flag, old: &FlagKey, new: &FlagKey) -> Flag {
    let mut flag = flag.clone();
    let own = flag.requires.iter_mut();
    let all = own.chain(flag.environments.iter_mut().flat_map(|environment| environment.requires.iter_mut()));
    for requirement in all.filter(|requirement| requirement.flag == *old) {
        requirement.flag = new.clone();
    }
    flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::boolean;
    use crate::model::{Requirement, VariantName};

    #[test]
    fn references_follow_everywhere() {
        let key = |text| FlagKey::new(text).unwrap();
        let requires = |text| Requirement { flag: key(text), serves: VariantName::boolean(true), boolean: true };
        let mut flag = boolean();
        flag.requires = vec![requires("a"), requires("b")];
        flag.environments[1].requires = vec![requires("a")];
        let renamed = with_reference(&flag, &key("a"), &key("c"));
        let keys: Vec<&str> = renamed.requirements().map(|(_, requirement)| requirement.flag.as_str()).collect();
        assert_eq!(keys, ["c", "b", "c"]);
    }
}

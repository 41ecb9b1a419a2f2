//! `variant rename`: another name for the same answer.

use super::{find, not_boolean};
use crate::commands::Session;
use crate::commands::answers;
use crate::commands::completing::{Keys, Variants};
use crate::commands::values::name_of;
use crate::commands::writing::{Purpose, WriteArgs, change};
use crate::diagnostic::codes::change as codes;
use crate::diagnostic::{Failure, Result};
use crate::model::{Catalog, Flag, FlagKey, Serve, Setting, VariantName};
use crate::project::{Draft, FlagFile, layout};
use crate::render::Outcome;
use crate::source::{FilePath, Path};
use crate::yaml::{self, Data, Edit, Resolved};
use clap_complete::engine::ArgValueCompleter;

/// Give a variant another name, wherever the flag, its tests and requirements of other flags mention it
///
/// Nobody moves: names play no part in buckets. Code that compares the variant's name has to be changed; the value stays.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag variant rename button-colour treatment green\n  git flag variant rename button-colour treatment green --dry-run"
)]
pub(super) struct Rename {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    /// The variant.
    #[arg(value_name = "OLD", add = ArgValueCompleter::new(Variants))]
    old: String,

    /// Its new name.
    #[arg(value_name = "NEW")]
    new: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: &Rename, session: &mut Session) -> Result<Outcome> {
    let key = crate::commands::arguments::key(&args.key)?;
    let new = name_of("a variant", &args.new, VariantName::new)?;
    let purpose = Purpose::flag(&key, "variant-rename", None)
        .nothing(format!("`{key}` calls its variant `{new}` already, nothing to change"));
    let mut broken = Vec::new();
    let outcome = change(session, &args.write, purpose, |draft| {
        let what = format!("rename variant {} to {new}", args.old);
        let file = draft.flag(&key)?;
        not_boolean(&file.flag)?;
        let done_before = file.flag.variant(&args.old).is_none() && file.flag.variant(new.as_str()).is_some();
        if done_before {
            return Ok(what);
        }
        let old = find(&file.flag, &args.old)?;
        if old == new {
            return Ok(what);
        }
        let taken = |name: &VariantName| *name != old && name.as_str().eq_ignore_ascii_case(new.as_str());
        if let Some(other) = file.flag.variants.iter().find(|variant| taken(&variant.name)) {
            let message = format!("`{key}` has a variant `{}` already: {}", other.name, other.value);
            return Err(Failure::new(&codes::ALREADY_EXISTS, message).help("choose another name"));
        }
        let loaded = draft.load_all()?;
        rename(draft, &file, &old, &new)?;
        rename_in_tests(draft, &key, &old, &new)?;
        answers::rename_variant(draft, &key, &old, &new)?;
        rename_in_requirements(draft, &loaded.catalog, &key, &old, &new)?;
        broken = loaded.catalog.broken_flags.into_keys().collect();
        Ok(what)
    })?;
    let note = |key: &FlagKey| {
        format!("`{key}` does not read, so whether it requires the variant `{}` was not looked at", args.old)
    };
    Ok(broken.iter().fold(outcome, |outcome, key| outcome.note(note(key))))
}

/// Renames it in the flag's own file, and proves that nothing else has changed.
fn rename(draft: &mut Draft<'_>, file: &FlagFile, old: &VariantName, new: &VariantName) -> Result<()> {
    draft.edit_file(&file.path, &edits(&file.flag, old, new))?;
    if draft.flag(&file.flag.key)?.flag == file.flag.with_variant_renamed(old, new) {
        return Ok(());
    }
    let message = format!("`{}` can't be edited without changing something else", file.path);
    Err(Failure::new(&codes::NOT_EDITABLE, message).help("edit the file by hand, for example with `git flag edit`"))
}

/// One edit for each mention in the flag's file.
fn edits(flag: &Flag, old: &VariantName, new: &VariantName) -> Vec<Edit> {
    let mut edits = Vec::new();
    let set = |path: Path| Edit::Set { path, value: Data::text(new.as_str()) };
    if flag.default == *old {
        edits.push(set(Path::root().key("default")));
    }
    for environment in &flag.environments {
        let root = Path::root().key("environments").key(environment.name.as_str());
        for (index, _) in environment.targets.iter().enumerate().filter(|(_, target)| target.serve == *old) {
            edits.push(set(root.key("targets").index(index).key("serve")));
        }
        for (rule, serve) in environment.serves() {
            let path = rule.map_or_else(|| root.clone(), |index| root.key("rules").index(index)).key("serve");
            match serve {
                Serve::Variant(variant) if variant == old => edits.push(set(path)),
                Serve::Variant(_) => {}
                Serve::Rollout(rollout) => {
                    if rollout.serve.as_ref() == Some(old) {
                        edits.push(set(path.key("serve")));
                    }
                    for (name, setting) in &rollout.settings {
                        let Setting::Split(entries) = setting else { continue };
                        for (index, _) in entries.iter().enumerate().filter(|(_, entry)| entry.variant == *old) {
                            let path = path.key(*name).index(index).key(old.as_str());
                            edits.push(Edit::RenameKey { path, key: new.as_str().into() });
                        }
                    }
                }
            }
        }
    }
    edits.push(Edit::RenameKey { path: Path::root().key("variants").key(old.as_str()), key: new.as_str().into() });
    edits
}

/// What the flag's tests expect.
fn rename_in_tests(draft: &mut Draft<'_>, key: &FlagKey, old: &VariantName, new: &VariantName) -> Result<()> {
    let path: FilePath = layout::tests_path(key);
    let Some(text) = draft.text(&path)? else { return Ok(()) };
    let (Some(tree), _) = yaml::parse(&path, &text) else { return Ok(()) };
    let cases = tree.root.get("expect").and_then(|cases| cases.items()).unwrap_or_default();
    let expected = cases.iter().enumerate().filter(|(_, case)| {
        let variant = case.get("variant").and_then(yaml::Node::scalar);
        variant == Some(Resolved::Text(old.as_str()))
    });
    let path_of = |index| Path::root().key("expect").index(index).key("variant");
    let edits: Vec<Edit> =
        expected.map(|(index, _)| Edit::Set { path: path_of(index), value: Data::text(new.as_str()) }).collect();
    if edits.is_empty() { Ok(()) } else { draft.edit_file(&path, &edits) }
}

/// What other flags require.
fn rename_in_requirements(
    draft: &mut Draft<'_>,
    catalog: &Catalog,
    key: &FlagKey,
    old: &VariantName,
    new: &VariantName,
) -> Result<()> {
    for flag in catalog.flags.values() {
        let mut changed = flag.clone();
        let all = changed
            .requires
            .iter_mut()
            .chain(changed.environments.iter_mut().flat_map(|environment| environment.requires.iter_mut()));
        all.filter(|it| it.flag == *key && it.serves == *old && !it.boolean).for_each(|it| it.serves = new.clone());
        if changed != *flag {
            let file = draft.flag(&flag.key)?;
            draft.set_flag(&file, &changed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::coloured;

    #[test]
    fn every_serve_follows() {
        let flag = coloured(&["red", "green"]);
        let (red, blue) = (flag.default.clone(), VariantName::new("blue").unwrap());
        let other = flag.with_variant_renamed(&red, &blue);
        assert_eq!(other.default, blue);
        assert!(other.variant("red").is_none() && other.variant("blue").is_some());
        assert!(!super::super::uses(&flag, &red).is_empty());
        assert_eq!(super::super::uses(&other, &red), [""; 0]);
        assert_eq!(super::super::uses(&other, &blue), super::super::uses(&flag, &red));
        assert_eq!(edits(&flag, &red, &blue).len(), super::super::uses(&flag, &red).len() + 1);
    }
}

//! Recorded answers of golden contexts follow flags that are renamed or deleted.

use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::document::{self, Answer, Golden, golden};
use crate::model::{FlagKey, VariantName};
use crate::project::{Draft, layout};
use crate::source::FilePath;
use crate::yaml;
use std::collections::BTreeMap;

/// Gives the answers of `from` the key `to`.
pub(super) fn rename(draft: &mut Draft<'_>, from: &FlagKey, to: &FlagKey) -> Result<()> {
    for (path, _, golden) in with_answer_of(draft, from)? {
        let free = !golden.answers.iter().any(|recorded| recorded.flag == *to);
        if let Some(edit) = golden::renamed_answer(&golden, from, to).filter(|_| free) {
            draft.edit_file(&path, &[edit])?;
        }
    }
    remove(draft, from)
}

/// Drops the answers of a flag that goes away.
pub(super) fn remove(draft: &mut Draft<'_>, key: &FlagKey) -> Result<()> {
    for (path, text, golden) in with_answer_of(draft, key)? {
        let mut answers = all(&golden);
        answers.remove(key);
        write(draft, path, &text, &golden, &answers)?;
    }
    Ok(())
}

/// Lets answers of `key` that are the variant `old` be `new`.
pub(super) fn rename_variant(draft: &mut Draft<'_>, key: &FlagKey, old: &VariantName, new: &VariantName) -> Result<()> {
    for (path, text, golden) in with_answer_of(draft, key)? {
        let mut answers = all(&golden);
        if let Some(answer) = answers.get_mut(key).filter(|answer| !answer.boolean && answer.variant == *old) {
            answer.variant = new.clone();
            write(draft, path, &text, &golden, &answers)?;
        }
    }
    Ok(())
}

fn all(golden: &Golden) -> BTreeMap<FlagKey, Answer> {
    golden.answers.iter().map(|recorded| (recorded.flag.clone(), recorded.answer.clone())).collect()
}

fn write(
    draft: &mut Draft<'_>,
    path: FilePath,
    text: &str,
    old: &Golden,
    answers: &BTreeMap<FlagKey, Answer>,
) -> Result<()> {
    let written = golden::record(&path, text, old, answers).map_err(|error| {
        Failure::new(&change::NOT_EDITABLE, format!("`{path}` can't be edited without losing something: {error}"))
            .help("edit its `answers` by hand")
    })?;
    draft.set_text(path, Some(written));
    Ok(())
}

/// The golden contexts that have an answer of the flag. Those that do not read are left alone.
fn with_answer_of(draft: &Draft<'_>, key: &FlagKey) -> Result<Vec<(FilePath, String, Golden)>> {
    let mut found = Vec::new();
    for path in draft.list()? {
        if !matches!(layout::role(&path), layout::Role::Golden(_)) {
            continue;
        }
        let Some(text) = draft.text(&path)? else { continue };
        let tree = yaml::parse(&path, &text).0;
        let golden = tree.and_then(|tree| document::golden(&path, &tree).0);
        if let Some(golden) = golden.filter(|golden| golden.answers.iter().any(|recorded| recorded.flag == *key)) {
            found.push((path, text, golden));
        }
    }
    Ok(found)
}

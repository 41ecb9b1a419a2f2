//! Lossless edits: a few bytes of the text are replaced, everything else stays as it is.
//!
//! An edit is planned as splices on the spanned tree ([`set`], [`insert`], [`remove`], [`rearrange`]; lines and columns
//! are in [`page`]), and the result is held against the intent ([`guard`]) before anybody sees it.

mod flow;
mod guard;
mod insert;
mod narrow;
mod page;
mod rearrange;
mod remove;
mod set;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

use super::data::{Data, hidden_in_key};
use crate::source::{Path, Step};
use page::{Page, Splice};
use std::sync::Arc;

/// One intended change of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// The existing value at `path` becomes `value`. Where it means the same already, nothing changes.
    Set {
        /// The value.
        path: Path,
        /// What it becomes.
        value: Data,
    },
    /// A new entry in a mapping (or where nothing stands yet).
    Insert {
        /// The new entry: its last step is the key, which must not exist.
        path: Path,
        /// Its value.
        value: Data,
        /// It is put before the first of these sibling keys that exists, else at the end.
        before: Vec<Arc<str>>,
    },
    /// A new item in a list (or where nothing stands yet).
    InsertItem {
        /// The list.
        path: Path,
        /// Its index in the new list, at most the length of the old one.
        index: usize,
        /// The item.
        value: Data,
    },
    /// An entry or item goes, with the comments directly above it.
    Remove {
        /// The entry or item.
        path: Path,
    },
    /// A key gets another name; its value and place stay.
    RenameKey {
        /// The entry.
        path: Path,
        /// Its new key, which must not exist.
        key: Arc<str>,
    },
    /// An item gets another place in its list, and takes the comments directly above it along.
    MoveItem {
        /// The list.
        path: Path,
        /// Its index in the old list.
        from: usize,
        /// Its index in the new list.
        to: usize,
    },
}

/// Why a text was not edited. Nothing is changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is not YAML that is read here.
    #[error("the file can't be edited because it can't be read: {0}")]
    Unreadable(String),
    /// The document holds something that makes one line mean several things, so that no edit of it is honest.
    #[error("the file can't be edited before this is fixed: {0}")]
    Dishonest(String),
    /// The path leads nowhere.
    #[error("there is no `{0}`")]
    Missing(Path),
    /// An entry was to be put into something else.
    #[error("`{path}` is {found}, not a mapping")]
    NotAMapping {
        /// Where.
        path: Path,
        /// What stands there.
        found: &'static str,
    },
    /// An item was to be put into something else.
    #[error("`{path}` is {found}, not a list")]
    NotAList {
        /// Where.
        path: Path,
        /// What stands there.
        found: &'static str,
    },
    /// The key is taken.
    #[error("`{0}` exists already")]
    Exists(Path),
    /// The index is beyond the end of the list.
    #[error("`{path}` has {len} items, there is no place {index}")]
    OutOfBounds {
        /// The list.
        path: Path,
        /// The index asked for.
        index: usize,
        /// How many items there are.
        len: usize,
    },
    /// The path does not say which entry is meant: it is the root, or ends with an index.
    #[error("`{0}` names no entry of a mapping")]
    NotAnEntry(Path),
    /// The document as a whole can't be removed.
    #[error("the whole document can't be removed")]
    Root,
    /// The layout of the lines is one that can't be edited safely.
    #[error("the lines at `{0}` are laid out in a way that can't be edited safely, edit them by hand")]
    Layout(Path),
    /// The text to write holds a control or invisible character.
    #[error("the character U+{:04X} can't stand in a file, not as an escape either", u32::from(*.0))]
    Hidden(char),
    /// The result would have been something else than was asked for.
    #[error("the edit of `{path}` would not have changed exactly what was asked for: {why}")]
    Guard {
        /// What was to be edited.
        path: Path,
        /// What went wrong.
        why: String,
    },
}

impl Edit {
    /// The value, entry or list that is edited.
    #[must_use]
    pub const fn path(&self) -> &Path {
        match self {
            Self::Set { path, .. }
            | Self::Insert { path, .. }
            | Self::InsertItem { path, .. }
            | Self::Remove { path }
            | Self::RenameKey { path, .. }
            | Self::MoveItem { path, .. } => path,
        }
    }
}

impl Edit {
    /// A control or invisible character that the edit would bring in.
    fn hidden(&self) -> Option<char> {
        match self {
            Self::Set { value, .. } | Self::InsertItem { value, .. } => value.hidden(),
            Self::Insert { path, value, .. } => {
                let key = match path.split_last() {
                    Some((_, Step::Key(key))) => hidden_in_key(key),
                    _ => None,
                };
                key.or_else(|| value.hidden())
            }
            Self::RenameKey { key, .. } => hidden_in_key(key),
            Self::Remove { .. } | Self::MoveItem { .. } => None,
        }
    }
}

/// Applies `edits` one after the other and returns the new text.
///
/// Comments, order, quoting, blank lines, line ends, a missing final newline and a byte order mark survive. After each
/// edit the text is read again and must mean the old text with exactly the intended change.
///
/// # Errors
///
/// Fails at the first edit that does not fit the document, can't be done honestly, or would change anything else.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    edit_with(text, edits, page::newline(text))
}

/// With line breaks that `text` may have had before other edits took them.
fn edit_with(text: &str, edits: &[Edit], newline: &'static str) -> Result<String, EditError> {
    let mut current = text.to_owned();
    for edit in edits {
        if let Some(character) = edit.hidden() {
            return Err(EditError::Hidden(character));
        }
        if let Some(next) = apply(&current, edit, newline)? {
            current = next;
        }
    }
    Ok(current)
}

/// The new text, or `None` where nothing has to change.
fn apply(text: &str, edit: &Edit, newline: &'static str) -> Result<Option<String>, EditError> {
    let mut page = Page::read(text, newline)?;
    if let Edit::Set { path, value } = edit
        && let Some(smaller) = narrow::narrow(&page, path, value)
        && let Ok(result) = edit_with(text, &smaller, newline)
        && guard::check_meaning(&page, edit, &result).is_ok()
    {
        return Ok(Some(result));
    }
    match attempt(&page, edit) {
        // A comment or blank line below could have become part of a block scalar.
        Err(EditError::Guard { .. }) => {
            page.indentation.block_scalars = false;
            page.takes_blank_lines = true;
            attempt(&page, edit)
        }
        result => result,
    }
}

fn attempt(page: &Page<'_>, edit: &Edit) -> Result<Option<String>, EditError> {
    let splices = match edit {
        Edit::Set { path, value } => set::plan(page, path, value)?,
        Edit::Insert { path, value, before } => insert::plan_entry(page, path, value, before)?,
        Edit::InsertItem { path, index, value } => insert::plan_item(page, path, *index, value)?,
        Edit::Remove { path } => remove::plan(page, path)?,
        Edit::RenameKey { path, key } => rearrange::plan_rename(page, path, key)?,
        Edit::MoveItem { path, from, to } => rearrange::plan_move(page, path, *from, *to)?,
    };
    if splices.is_empty() {
        return Ok(None);
    }
    let splices = in_order(splices).ok_or_else(|| EditError::Layout(edit.path().clone()))?;
    let result = splice(page.text, &splices);
    let tree = guard::check_meaning(page, edit, &result)?;
    guard::check_comments(page, edit, &splices, &tree)?;
    Ok(Some(result))
}

/// Sorted by place; `None` when two overlap.
fn in_order(mut splices: Vec<Splice>) -> Option<Vec<Splice>> {
    splices.sort_by_key(|splice| (splice.start, splice.end));
    splices.windows(2).all(|pair| pair[0].end <= pair[1].start).then_some(splices)
}

fn splice(text: &str, splices: &[Splice]) -> String {
    let mut out = String::with_capacity(text.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut done = 0;
    for splice in splices {
        out.push_str(text.get(done..splice.start).unwrap_or_default());
        out.push_str(&splice.text);
        done = splice.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The parent's path and the key that a path to an entry ends with.
fn entry_of(path: &Path) -> Result<(Path, Arc<str>), EditError> {
    match path.split_last() {
        Some((parent, Step::Key(key))) => Ok((parent, Arc::clone(key))),
        _ => Err(EditError::NotAnEntry(path.clone())),
    }
}

//! From a change of the model to a change of the text: the smallest edits, and the proof that they did what was meant.

mod align;
mod diff;

use super::encode;
use crate::diagnostic::Diagnostic;
use crate::model::{Flag, Project, Segment};
use crate::source::FilePath;
use crate::yaml::{self, Data, Edit, EditError, Tree};

/// Something that has a file of its own, which we write.
pub trait Written: PartialEq + Sized {
    /// As it would be written anew.
    fn encode(&self) -> Data;

    /// What `tree` says, under the same name.
    fn decode(&self, file: &FilePath, tree: &Tree<'_>) -> (Option<Self>, Vec<Diagnostic>);
}

impl Written for Flag {
    fn encode(&self) -> Data {
        encode::flag(self)
    }

    fn decode(&self, file: &FilePath, tree: &Tree<'_>) -> (Option<Self>, Vec<Diagnostic>) {
        super::flag(file, &self.key, tree)
    }
}

impl Written for Segment {
    fn encode(&self) -> Data {
        encode::segment(self)
    }

    fn decode(&self, file: &FilePath, tree: &Tree<'_>) -> (Option<Self>, Vec<Diagnostic>) {
        super::segment(file, &self.name, tree)
    }
}

impl Written for Project {
    fn encode(&self) -> Data {
        encode::project(self)
    }

    fn decode(&self, file: &FilePath, tree: &Tree<'_>) -> (Option<Self>, Vec<Diagnostic>) {
        super::project(file, tree)
    }
}

/// Why a text was not changed. Nothing is written then.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChangeError {
    /// The text has problems of its own, which have to be fixed first.
    #[error("the file has problems that have to be fixed before it can be changed")]
    Broken(Vec<Diagnostic>),
    /// The text says something else than the old model.
    #[error("the file has changed since it was read")]
    Stale,
    /// The text could not be edited.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// What was asked for breaks a rule of the format.
    #[error("the change would make the file invalid")]
    Invalid(Vec<Diagnostic>),
    /// The result is valid but not what was asked for.
    #[error("the change can't be written exactly as it was meant, edit the file by hand")]
    Inexact,
}

/// The edits that turn `old` into `new`, for a `tree` that says `old`.
#[must_use]
pub fn edits<T: Written>(tree: &Tree<'_>, old: &T, new: &T) -> Vec<Edit> {
    diff::edits(&tree.root, &old.encode(), &new.encode())
}

/// The edits that turn `old` into `new`, for a `tree` that says `old`: for what has no model.
#[must_use]
pub fn edits_of_data(tree: &Tree<'_>, old: &Data, new: &Data) -> Vec<Edit> {
    diff::edits(&tree.root, old, new)
}

/// `text`, which says `old`, with as few bytes changed as it takes to say `new`. The result is read again and says
/// exactly `new`.
///
/// # Errors
/// When the text does not say `old`, can't be edited, or would not say exactly `new`.
pub fn apply<T: Written>(file: &FilePath, text: &str, old: &T, new: &T) -> Result<String, ChangeError> {
    let (tree, problems) = yaml::parse(file, text);
    let Some(tree) = tree.filter(|_| problems.is_empty()) else { return Err(ChangeError::Broken(problems)) };
    match old.decode(file, &tree) {
        (Some(found), _) if found == *old => {}
        (Some(_), _) => return Err(ChangeError::Stale),
        (None, problems) => return Err(ChangeError::Broken(problems)),
    }
    if old == new {
        return Ok(text.to_owned());
    }
    let result = yaml::edit(text, &edits(&tree, old, new))?;
    prove(file, &result, new)?;
    Ok(result)
}

/// The text of a new file that says `new`.
///
/// # Errors
/// When `new` breaks a rule of the format.
pub fn create<T: Written>(file: &FilePath, new: &T) -> Result<String, ChangeError> {
    let text = yaml::document(&new.encode());
    prove(file, &text, new)?;
    Ok(text)
}

/// That `text` says exactly `new`.
fn prove<T: Written>(file: &FilePath, text: &str, new: &T) -> Result<(), ChangeError> {
    let (tree, problems) = yaml::parse(file, text);
    let Some(tree) = tree.filter(|_| problems.is_empty()) else { return Err(ChangeError::Invalid(problems)) };
    match new.decode(file, &tree) {
        (Some(found), _) if found == *new => Ok(()),
        (Some(_), _) => Err(ChangeError::Inexact),
        (None, problems) => Err(ChangeError::Invalid(problems)),
    }
}

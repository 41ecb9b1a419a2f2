//! One file becomes what it means, or problems.

use super::layout::{Misplaced, PROJECT};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::repository;
use crate::document::{self, FlagTests, Golden, SegmentTests};
use crate::model::{Flag, FlagKey, Project, Segment, SegmentName};
use crate::source::{FilePath, Place, Span};
use crate::yaml;

/// One file, read as far as possible.
pub struct Read<T> {
    /// What it means; `None` when it has errors.
    pub value: Option<T>,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
    /// Its text, when it is text.
    pub text: Option<String>,
}

/// Bytes of a file as text.
///
/// # Errors
/// The diagnostic for bytes that are not UTF-8.
pub fn decode_text(path: &FilePath, bytes: Vec<u8>) -> std::result::Result<String, Box<Diagnostic>> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..at]).matches('\n').count() + 1;
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        Box::new(
            Diagnostic::new(&repository::NOT_UTF8, format!("the file is not UTF-8: byte 0x{byte:02X} in line {line}"))
                .at(Place::span(path.clone(), Span::new(at, at + '\u{fffd}'.len_utf8())))
                .help("save the file as UTF-8"),
        )
    })
}

fn read<T>(
    path: &FilePath,
    bytes: Vec<u8>,
    decode: impl Fn(&yaml::Tree<'_>) -> (Option<T>, Vec<Diagnostic>),
) -> Read<T> {
    let text = match decode_text(path, bytes) {
        Ok(text) => text,
        Err(problem) => return Read { value: None, problems: vec![*problem], text: None },
    };
    let (tree, mut problems) = yaml::parse_values(path, &text);
    let mut value = None;
    if let Some(tree) = &tree {
        let (decoded, found) = decode(tree);
        problems.extend(found);
        value = decoded.filter(|_| !problems.iter().any(Diagnostic::is_error));
    }
    Read { value, problems, text: Some(text) }
}

/// Reads a flag's file.
#[must_use]
pub fn read_flag(path: &FilePath, key: &FlagKey, bytes: Vec<u8>) -> Read<Flag> {
    read(path, bytes, |tree| document::flag(path, key, tree))
}

/// Reads a segment's file.
#[must_use]
pub fn read_segment(path: &FilePath, name: &SegmentName, bytes: Vec<u8>) -> Read<Segment> {
    read(path, bytes, |tree| document::segment(path, name, tree))
}

/// Reads the tests of a flag.
#[must_use]
pub fn read_tests(path: &FilePath, bytes: Vec<u8>) -> Read<FlagTests> {
    read(path, bytes, |tree| document::flag_tests(path, tree))
}

/// Reads the tests of a segment.
#[must_use]
pub fn read_segment_tests(path: &FilePath, bytes: Vec<u8>) -> Read<SegmentTests> {
    read(path, bytes, |tree| document::segment_tests(path, tree))
}

/// Reads a golden context.
#[must_use]
pub fn read_golden(path: &FilePath, bytes: Vec<u8>) -> Read<Golden> {
    read(path, bytes, |tree| document::golden(path, tree))
}

/// Reads the project file.
#[must_use]
pub fn read_project_file(bytes: Vec<u8>) -> Read<Project> {
    let path: FilePath = PROJECT.into();
    read(&path.clone(), bytes, move |tree| document::project(&path, tree))
}

/// What is wrong with a file by its name and kind alone.
#[must_use]
pub fn misplaced(path: &FilePath, why: &Misplaced) -> Diagnostic {
    let at = Place::file(path.clone());
    match why {
        Misplaced::Extension => {
            let stem = path.rsplit_once('.').map_or(&**path, |(stem, _)| stem);
            Diagnostic::new(&repository::WRONG_EXTENSION, "a YAML file must end in `.yaml`")
                .at(at)
                .help(format!("`git mv {path} {stem}.yaml`"))
        }
        Misplaced::Name(error) => {
            Diagnostic::new(&repository::BAD_FILE_NAME, format!("the file's name is no key: {error}"))
                .at(at)
                .help("rename the file; its name without `.yaml` is the key")
        }
        Misplaced::Reserved => Diagnostic::new(
            &repository::RESERVED_FILE,
            "files named `<key>@<environment>.yaml` are reserved for a later version",
        )
        .at(at)
        .help("write the environment into `environments:` of the flag's own file"),
        Misplaced::Nested(folder) => {
            Diagnostic::new(&repository::MISPLACED_FILE, format!("files of `{folder}` lie directly in that folder"))
                .at(at)
                .help(format!("move it up to `{folder}/`"))
        }
    }
}

/// The diagnostic for something that is no plain file.
#[must_use]
pub fn not_plain(path: &FilePath) -> Diagnostic {
    Diagnostic::new(&repository::NOT_A_PLAIN_FILE, "a flag's file is a plain file: no symbolic link, not executable")
        .at(Place::file(path.clone()))
        .help("replace it by a plain file with mode 100644")
}

/// The diagnostic for a file of the index that a merge left to be decided.
#[must_use]
pub(super) fn unmerged(path: &FilePath) -> Diagnostic {
    Diagnostic::new(
        &repository::OPERATION_IN_PROGRESS,
        "a merge left a conflict in this file, so nothing of it is staged",
    )
    .at(Place::file(path.clone()))
    .help(format!("decide the conflict, then `git add {path}`"))
}

/// The diagnostic for a link or a submodule that hides a folder.
#[must_use]
pub fn not_a_folder(path: &FilePath) -> Diagnostic {
    let message = "a folder of flags is a plain folder: symbolic links and submodules are not followed";
    Diagnostic::new(&repository::NOT_A_PLAIN_FILE, message)
        .at(Place::file(path.clone()))
        .help("replace it by a folder, or move it out of `flags/`")
}

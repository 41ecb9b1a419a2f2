//! An intended change: files as they are at the base, with what a command makes of them.
//!
//! A draft reads like the repository it is based on and remembers what was set. It computes nothing by itself: commands
//! change models, and the document room turns the difference of two models into the fewest edits of the text.

use super::files::{Files, Found};
use super::layout::{self, Role};
use super::load::{self, Loaded};
use super::read::{self, Read};
use crate::diagnostic::codes::{change, meaning, repository};
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::document;
use crate::model::{Flag, FlagKey, Project, Segment, SegmentName};
use crate::source::{FilePath, Sources};
use crate::yaml;
use std::collections::BTreeMap;

/// A change of one file: its text before and after, `None` where there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// Relative to the root.
    pub path: FilePath,
    /// The text it is based on.
    pub before: Option<String>,
    /// The text it becomes.
    pub after: Option<String>,
}

/// A flag with its file.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagFile {
    /// Where it is.
    pub path: FilePath,
    /// What it means.
    pub flag: Flag,
}

/// A segment with its file.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentFile {
    /// Where it is.
    pub path: FilePath,
    /// What it means.
    pub segment: Segment,
}

/// An intended change.
pub struct Draft<'r> {
    base: &'r Files<'r>,
    project: Project,
    changed: BTreeMap<FilePath, Option<String>>,
}

impl<'r> Draft<'r> {
    /// Nothing changed yet.
    ///
    /// # Errors
    /// When the project file does not read.
    pub fn new(base: &'r Files<'r>) -> Result<Self> {
        let project = load::load_project(base)?;
        Ok(Self { base, project, changed: BTreeMap::new() })
    }

    /// The project at the base.
    #[must_use]
    pub const fn project(&self) -> &Project {
        &self.project
    }

    /// The text of a file as the draft has it.
    ///
    /// # Errors
    /// When it can't be read or is not text.
    pub fn text(&self, path: &FilePath) -> Result<Option<String>> {
        match self.changed.get(path) {
            Some(text) => Ok(text.clone()),
            None => self.base_text(path),
        }
    }

    fn base_text(&self, path: &FilePath) -> Result<Option<String>> {
        let Some(bytes) = self.base.read(path)? else { return Ok(None) };
        read::decode_text(path, bytes).map(Some).map_err(|problem| (*problem).into())
    }

    /// The path of a flag's file.
    ///
    /// # Errors
    /// When folders can't be read, or the key has several files, whatever their case.
    pub fn find_flag(&self, key: &str) -> Result<Option<FilePath>> {
        self.files().find_flag(key)
    }

    /// The flag of that key.
    ///
    /// # Errors
    /// When there is none, with the nearest keys, or when its file does not read, with its problems.
    pub fn flag(&self, key: &FlagKey) -> Result<FlagFile> {
        let Some(path) = self.find_flag(key.as_str())? else { return Err(self.unknown_flag(key)?) };
        let text = self.text(&path)?.unwrap_or_default();
        let Read { value, problems, text } = read::read_flag(&path, key, text.into_bytes());
        match value {
            Some(flag) => Ok(FlagFile { path, flag }),
            None => Err(load::file_failure(&path, problems, text)),
        }
    }

    fn unknown_flag(&self, key: &FlagKey) -> Result<Box<Failure>> {
        let files = self.list()?;
        let keys: Vec<FlagKey> = files
            .iter()
            .filter_map(|path| match layout::role(path) {
                Role::Flag(key) => Some(key),
                _ => None,
            })
            .collect();
        let failure = Failure::new(&repository::UNKNOWN_FLAG, format!("there is no flag `{key}`"));
        Ok(match did_you_mean(key.as_str(), keys.iter().map(FlagKey::as_str)) {
            Some(hint) => failure.help(hint),
            None => failure.help("`git flag list` shows all flags"),
        })
    }

    /// The segment of that name.
    ///
    /// # Errors
    /// When there is none, its file does not read, or another name differs from it only in case.
    pub fn segment(&self, name: &SegmentName) -> Result<SegmentFile> {
        let path = layout::segment_path(name);
        let names = self.segment_names()?;
        let clashes = |other: &&SegmentName| *other != name && other.as_str().eq_ignore_ascii_case(name.as_str());
        let Some(text) = self.text(&path)? else {
            let failure = Failure::new(&repository::UNKNOWN_SEGMENT_ARGUMENT, format!("there is no segment `{name}`"));
            return Err(match did_you_mean(name.as_str(), names.iter().map(SegmentName::as_str)) {
                Some(hint) => failure.help(hint),
                None => failure.help(format!("`git flag segment create {name}` makes one")),
            });
        };
        if let Some(other) = names.iter().find(clashes) {
            let words = format!("the segments `{name}` and `{other}` differ only in upper and lower case");
            return Err(
                Failure::new(&meaning::CASE_CLASH, words).help("rename or remove one of the files by hand first")
            );
        }
        let Read { value, problems, text } = read::read_segment(&path, name, text.into_bytes());
        match value {
            Some(segment) => Ok(SegmentFile { path, segment }),
            None => Err(load::file_failure(&path, problems, text)),
        }
    }

    /// The names of all segments.
    ///
    /// # Errors
    /// When folders can't be read.
    pub fn segment_names(&self) -> Result<Vec<SegmentName>> {
        let names = self.list()?.into_iter().filter_map(|path| match layout::role(&path) {
            Role::Segment(name) => Some(name),
            _ => None,
        });
        Ok(names.collect())
    }

    /// All files of the draft.
    ///
    /// # Errors
    /// When folders can't be read.
    pub fn list(&self) -> Result<Vec<FilePath>> {
        let base = self.base.list()?.into_iter().map(|found: Found| found.path);
        let mut paths: Vec<FilePath> = base.filter(|path| !matches!(self.changed.get(path), Some(None))).collect();
        paths.extend(self.changed.iter().filter(|(_, text)| text.is_some()).map(|(path, _)| path.clone()));
        paths.sort_unstable();
        paths.dedup();
        Ok(paths)
    }

    /// Everything, as the draft has it.
    ///
    /// # Errors
    /// As for [`load::load_all`].
    pub fn load_all(&self) -> Result<Loaded> {
        load::load_all(&self.files())
    }

    /// The flags `keys` and what they need, as the draft has it.
    ///
    /// # Errors
    /// As for [`load::load_closure`].
    pub fn load_closure(&self, keys: &[FlagKey]) -> Result<Loaded> {
        load::load_closure(&self.files(), keys)
    }

    fn files(&self) -> Files<'_> {
        let changed =
            self.changed.iter().map(|(path, text)| (path.clone(), text.clone().map(String::into_bytes))).collect();
        Files::Overlay { base: self.base, changed }
    }

    /// Changes a flag that exists: the fewest edits that make its file mean `new`.
    ///
    /// # Errors
    /// When the file is written in a way that can't be edited honestly.
    pub fn set_flag(&mut self, file: &FlagFile, new: &Flag) -> Result<()> {
        if file.flag == *new {
            return Ok(());
        }
        let text = self.text(&file.path)?.unwrap_or_default();
        let edited =
            document::apply(&file.path, &text, &file.flag, new).map_err(|error| not_editable(&file.path, &error))?;
        self.changed.insert(file.path.clone(), Some(edited));
        Ok(())
    }

    /// Changes a segment that exists.
    ///
    /// # Errors
    /// When the file is written in a way that can't be edited honestly.
    pub fn set_segment(&mut self, file: &SegmentFile, new: &Segment) -> Result<()> {
        if file.segment == *new {
            return Ok(());
        }
        let text = self.text(&file.path)?.unwrap_or_default();
        let edited =
            document::apply(&file.path, &text, &file.segment, new).map_err(|error| not_editable(&file.path, &error))?;
        self.changed.insert(file.path.clone(), Some(edited));
        Ok(())
    }

    /// Changes the project.
    ///
    /// # Errors
    /// When the file is written in a way that can't be edited honestly.
    pub fn set_project(&mut self, new: &Project) -> Result<()> {
        let path: FilePath = layout::PROJECT.into();
        let text = self.text(&path)?.unwrap_or_default();
        let edited = document::apply(&path, &text, &self.project, new).map_err(|error| not_editable(&path, &error))?;
        self.changed.insert(path, Some(edited));
        self.project = new.clone();
        Ok(())
    }

    /// Adds a flag in `category` (directly in `flags/` when `None`).
    ///
    /// # Errors
    /// When a flag of that key exists, in whatever case and folder, or no flag can be there.
    pub fn create_flag(&mut self, flag: &Flag, category: Option<&str>) -> Result<FilePath> {
        let key = &flag.key;
        let exists = self.list()?.into_iter().find(
            |path| matches!(layout::role(path), Role::Flag(other) if other.as_str().eq_ignore_ascii_case(key.as_str())),
        );
        if let Some(path) = exists {
            return Err(Failure::new(&change::ALREADY_EXISTS, format!("`{key}` exists already: `{path}`"))
                .help(format!("`git flag show {key}` prints it; choose another key for another flag")));
        }
        let path = layout::flag_path(key, category);
        reserved(key, &path)?;
        self.changed.insert(path.clone(), Some(yaml::document(&document::encode::flag(flag))));
        Ok(path)
    }

    /// The file of a flag, in the folder of `old` but with the key `new`.
    ///
    /// # Errors
    /// When no flag can be there.
    pub fn renamed_path(&self, old: &FilePath, new: &FlagKey) -> Result<FilePath> {
        let folder = old.rsplit_once('/').map_or(layout::FLAGS, |(folder, _)| folder);
        let path = format!("{folder}/{new}.yaml").into();
        reserved(new, &path)?;
        Ok(path)
    }

    /// Adds a segment.
    ///
    /// # Errors
    /// When a segment of that name exists, in whatever case.
    pub fn create_segment(&mut self, segment: &Segment) -> Result<FilePath> {
        let name = &segment.name;
        if let Some(other) =
            self.segment_names()?.iter().find(|other| other.as_str().eq_ignore_ascii_case(name.as_str()))
        {
            return Err(Failure::new(&change::ALREADY_EXISTS, format!("the segment `{other}` exists already"))
                .help(format!("`git flag segment show {other}` prints it; choose another name for another segment")));
        }
        let path = layout::segment_path(name);
        self.changed.insert(path.clone(), Some(yaml::document(&document::encode::segment(segment))));
        Ok(path)
    }

    /// Edits a file that exists, whatever it is; the caller looks at what it means then.
    ///
    /// # Errors
    /// When the file is written in a way that can't be edited honestly.
    pub fn edit_file(&mut self, path: &FilePath, edits: &[yaml::Edit]) -> Result<()> {
        let text = self.text(path)?.unwrap_or_default();
        let edited = yaml::edit(&text, edits).map_err(|error| not_editable(path, &error.into()))?;
        self.changed.insert(path.clone(), Some(edited));
        Ok(())
    }

    /// Sets the text of a file, `None` to remove it.
    pub fn set_text(&mut self, path: FilePath, text: Option<String>) {
        self.changed.insert(path, text);
    }

    /// The changes, without those that change nothing, by path.
    ///
    /// # Errors
    /// When a file of the base can't be read.
    pub fn edits(&self) -> Result<Vec<FileEdit>> {
        let mut edits = Vec::new();
        for (path, after) in &self.changed {
            let before = self.base_text(path)?;
            if before != *after {
                edits.push(FileEdit { path: path.clone(), before, after: after.clone() });
            }
        }
        Ok(edits)
    }

    /// The texts that changed, for diagnostics to point into.
    #[must_use]
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::new();
        for (path, text) in &self.changed {
            if let Some(text) = text {
                sources.insert(path.clone(), text.as_str());
            }
        }
        sources
    }
}

/// # Errors
/// When no flag can be in the file `path`, which is what `key` and its category come to.
fn reserved(key: &FlagKey, path: &FilePath) -> Result<()> {
    match layout::role(path) {
        Role::Flag(_) => Ok(()),
        Role::Project => Err(Failure::new(
            &change::BAD_ARGUMENT,
            format!("a flag can't be called `{key}` directly in `flags/`: `{path}` is the project's own file"),
        )
        .help("choose another key, or put it into a folder: `--category features`")),
        _ => Err(Failure::new(&change::BAD_ARGUMENT, format!("no flag can be in `{path}`"))
            .help("a category is a folder below `flags/` that is not for other files, such as `features`")),
    }
}

fn not_editable(path: &FilePath, error: &document::ChangeError) -> Box<Failure> {
    if let document::ChangeError::Edit(error @ yaml::EditError::Hidden(_)) = error {
        return Failure::new(&change::BAD_ARGUMENT, error.to_string())
            .help("leave it out; it would not be seen, or would change how the text around it is shown");
    }
    Failure::new(&change::NOT_EDITABLE, format!("`{path}` can't be edited without losing something: {error}"))
        .help("edit the file by hand, for example with `git flag edit`")
}

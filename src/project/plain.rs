//! Files of a folder without Git, changed all together or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{FileEdit, reason};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result};

/// Writes the new files beside the old ones and renames them into place; puts all back when one fails. With `durable` the
/// disk has them afterwards.
///
/// # Errors
/// Which file can't be written, and why.
pub(super) fn write(directory: &Path, edits: &[FileEdit], durable: bool) -> Result<()> {
    let failed = |edit: &FileEdit, error: &io::Error| {
        Failure::new(&repository::IO_FAILED, format!("can't write `{}`: {}", edit.path, reason(error))).help(format!(
            "nothing was changed; see that files can be written in `{}`, then run the command again",
            folder(directory, edit).display()
        ))
    };
    let mut steps = Vec::with_capacity(edits.len());
    for edit in edits {
        let draft = edit.after.as_deref().map(|text| draft(directory, edit, text, durable)).transpose();
        steps.push((edit, draft.map_err(|error| failed(edit, &error))?));
    }
    for (number, (edit, draft)) in steps.into_iter().enumerate() {
        let full = directory.join(&*edit.path);
        let done = match draft {
            Some(draft) => draft.persist(&full).map(drop).map_err(|error| error.error),
            None => fs::remove_file(&full),
        };
        // Elsewhere folders can't be opened as files, and their names need no help.
        let sync = |()| if durable && cfg!(unix) { File::open(folder(directory, edit))?.sync_all() } else { Ok(()) };
        let done = done.and_then(sync);
        if let Err(error) = done {
            // The first error counts; what can't be put back has no second chance.
            edits[..number].iter().for_each(|edit| drop(put_back(directory, edit)));
            return Err(failed(edit, &error));
        }
    }
    Ok(())
}

fn folder(directory: &Path, edit: &FileEdit) -> PathBuf {
    directory.join(&*edit.path).parent().unwrap_or(directory).to_owned()
}

fn draft(directory: &Path, edit: &FileEdit, text: &str, durable: bool) -> io::Result<NamedTempFile> {
    let folder = folder(directory, edit);
    fs::create_dir_all(&folder)?;
    let permissions = fs::metadata(directory.join(&*edit.path)).map(|metadata| metadata.permissions()).ok();
    let mut temporary = tempfile::Builder::new().prefix(".git-flag-").tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    set_permissions(temporary.as_file(), permissions)?;
    if durable {
        temporary.as_file().sync_all()?;
    }
    Ok(temporary)
}

fn put_back(directory: &Path, edit: &FileEdit) -> io::Result<()> {
    let full = directory.join(&*edit.path);
    match &edit.before {
        Some(text) => draft(directory, edit, text, false)?.persist(full).map(drop).map_err(|error| error.error),
        None => fs::remove_file(full),
    }
}

/// Those of the file that is replaced; for a new file what the user's umask gives, not the private ones of a temporary file.
fn set_permissions(file: &File, permissions: Option<Permissions>) -> io::Result<()> {
    if let Some(permissions) = permissions {
        return file.set_permissions(permissions);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(Permissions::from_mode(0o644))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FilePath;

    fn edit(path: &str, before: Option<&str>, after: Option<&str>) -> FileEdit {
        FileEdit { path: FilePath::from(path), before: before.map(str::to_owned), after: after.map(str::to_owned) }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn all_files_are_written_or_none() {
        let place = tempfile::tempdir().unwrap();
        let top = place.path();
        fs::write(top.join("a.yaml"), "old a\n").unwrap();
        fs::write(top.join("gone.yaml"), "old gone\n").unwrap();
        fs::create_dir_all(top.join("folder.yaml")).unwrap();
        let good = [
            edit("a.yaml", Some("old a\n"), Some("new a\n")),
            edit("new.yaml", None, Some("new\n")),
            edit("gone.yaml", Some("old gone\n"), None),
        ];
        // No draft can be written below a file; no file can take the place of a folder.
        for bad in ["a.yaml/b.yaml", "folder.yaml"] {
            let edits: Vec<_> = good.iter().cloned().chain([edit(bad, None, Some("b\n"))]).collect();
            let failure = write(top, &edits, false).unwrap_err();
            assert!(failure.to_string().contains(bad), "{failure}");
            assert_eq!(names(top), ["a.yaml", "folder.yaml", "gone.yaml"], "{bad}");
            assert_eq!(fs::read_to_string(top.join("a.yaml")).unwrap(), "old a\n", "{bad}");
            assert_eq!(fs::read_to_string(top.join("gone.yaml")).unwrap(), "old gone\n", "{bad}");
        }
        write(top, &good, true).unwrap();
        assert_eq!(names(top), ["a.yaml", "folder.yaml", "new.yaml"]);
        assert_eq!(fs::read_to_string(top.join("a.yaml")).unwrap(), "new a\n");
    }
}

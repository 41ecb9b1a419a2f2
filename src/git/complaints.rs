//! What a Git process that answers for long complains about: in a file, which never fills up as a pipe does.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::GitError;
use super::run::failure;

/// The complaints of one process.
pub(super) struct Complaints {
    file: File,
    command: &'static str,
    /// Where it runs.
    place: PathBuf,
}

impl Complaints {
    /// For `git <command>` in the directory `place`, with what the process gets as its standard error.
    pub(super) fn new(command: &'static str, place: &Path) -> Result<(Self, Stdio), GitError> {
        let broken = |error| GitError::io("write", &std::env::temp_dir(), error);
        let file = tempfile::tempfile().map_err(broken)?;
        let stderr = Stdio::from(file.try_clone().map_err(broken)?);
        Ok((Self { file, command, place: place.to_owned() }, stderr))
    }

    /// Waits for the process, and says whether it came to a good end.
    ///
    /// # Errors
    /// Why not, as it says.
    pub(super) fn verdict(&mut self, child: &mut Child) -> Result<(), GitError> {
        let broken = |error| GitError::io("talk to", Path::new("git"), error);
        let status = child.wait().map_err(broken)?;
        if status.success() {
            return Ok(());
        }
        let mut stderr = Vec::new();
        self.file.rewind().and_then(|()| self.file.read_to_end(&mut stderr)).map_err(broken)?;
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        Err(failure(self.command.to_owned(), status.code(), stderr, self.place.clone()))
    }
}

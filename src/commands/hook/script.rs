//! A hook's file: how ours gets in and out of it without touching anything else.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Whether a file was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Done,
    Nothing,
    /// Our block is there, but with a script that was made not executable, which is not ours to switch on again.
    Dormant,
}

const START: &str = "# >>> git-flag >>>";
const END: &str = "# <<< git-flag <<<";

/// Runs before whatever the script does, because scripts often end in `exec` or `exit`.
const BLOCK: &str = "\
# >>> git-flag >>>
# Validates staged feature flags; `git flag hook uninstall` takes this block out again.
if command -v git-flag >/dev/null 2>&1; then
  git-flag validate --staged --hook || exit $?
elif [ -n \"${GIT_FLAG_COMMIT-}\" ]; then
  : # A commit of git-flag itself, which has validated it.
elif git -c core.quotePath=false ls-files -- ':(top,glob)**/flags/project.yaml' | while read -r project; do
  git diff --cached --quiet -- \":(top,literal)${project%/project.yaml}\" || exit 1
done; then
  echo 'warning: git-flag is not on the PATH, so feature flags are not checked here' >&2
  echo '  no flag is in this commit; put git-flag on the PATH before you commit one' >&2
else
  echo 'error: git-flag is not on the PATH, so the staged feature flags were NOT CHECKED' >&2
  echo '  install it, or put it on the PATH; `git commit --no-verify` commits them unchecked' >&2
  exit 1
fi
# <<< git-flag <<<
";

/// What a hook that can't take our block is renamed to, so that ours can call it.
const CHAINED: &str = "before-git-flag";

/// What a hook's file does for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// It has our block, and Git runs it.
    Installed,
    /// It has our block, but is not executable, so that Git passes over it.
    Dormant,
    /// It has no block of ours, or is not there.
    Absent,
}

/// What the file does for us.
pub(super) fn presence(path: &Path) -> Presence {
    let has_block = fs::read_to_string(path).is_ok_and(|text| text.contains(START));
    match (has_block, fs::metadata(path).is_ok_and(|file| runs(&file))) {
        (true, true) => Presence::Installed,
        (true, false) => Presence::Dormant,
        (false, _) => Presence::Absent,
    }
}

/// Puts our block in, making the file when there is none.
///
/// What is no shell script that Git would run (another program, a link, a script that is not executable) is moved aside as
/// it is, and called afterwards if Git would have run it.
pub(super) fn install(path: &Path) -> io::Result<Change> {
    let Some(existing) = fs::symlink_metadata(path).map(Some).or_else(none_if_absent)? else {
        write(path, &format!("#!/bin/sh\n{BLOCK}"))?;
        return Ok(Change::Done);
    };
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes).ok(),
        // A link that leads nowhere.
        Err(error) => none_if_absent(error)?,
    };
    match text {
        Some(text) if text.contains(START) => {
            let with = block_replaced(&text, BLOCK);
            if presence(path) == Presence::Dormant {
                if !is_ours(&text, path) {
                    return Ok(Change::Dormant);
                }
                fs::remove_file(path)?;
            } else if with == text {
                return Ok(Change::Nothing);
            }
            write(path, &with)?;
        }
        Some(text) if is_shell_script(&text) && runs(&existing) => write(path, &with_block(&text))?,
        _ => {
            let chained = chained(path);
            if there(&chained) {
                let message =
                    format!("`{}` of an earlier hook is in the way: move it, or remove it", chained.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
            }
            fs::rename(path, &chained)?;
            if let Err(error) = write(path, &format!("#!/bin/sh\n{BLOCK}{}", call(&chained))) {
                fs::rename(&chained, path)?;
                return Err(error);
            }
        }
    }
    Ok(Change::Done)
}

/// Takes our block out; a file that we made goes away, and what we moved aside comes back in its place.
pub(super) fn uninstall(path: &Path) -> io::Result<Change> {
    let text = match fs::read_to_string(path) {
        Ok(text) if text.contains(START) => text,
        Ok(_) => return Ok(Change::Nothing),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
            return Ok(Change::Nothing);
        }
        Err(error) => return Err(error),
    };
    let rest = block_replaced(&text, "");
    let chained = chained(path);
    if calls(&rest, &chained) && there(&chained) {
        fs::rename(&chained, path)?;
    } else if is_ours(&text, path) {
        fs::remove_file(path)?;
    } else {
        write(path, &rest)?;
    }
    Ok(Change::Done)
}

/// Whether a script with our block has nothing besides that we did not write.
fn is_ours(text: &str, path: &Path) -> bool {
    let rest = block_replaced(text, "");
    rest.trim() == "#!/bin/sh" || calls(&rest, &chained(path))
}

/// A hook that was moved aside and that nothing calls any more, because somebody has replaced our file.
pub(super) fn forgotten(path: &Path) -> Option<PathBuf> {
    let chained = chained(path);
    let called = fs::read_to_string(path).is_ok_and(|text| calls(&block_replaced(&text, ""), &chained));
    (there(&chained) && !called).then_some(chained)
}

/// The line of ours that calls what was moved aside, which Git would have run only if it is executable.
fn call(chained: &Path) -> String {
    let name = file_name(chained);
    format!("! test -x \"$(dirname \"$0\")/{name}\" || {}", plain_call(chained))
}

/// The same line as earlier versions wrote it.
fn plain_call(chained: &Path) -> String {
    format!("exec \"$(dirname \"$0\")/{}\" \"$@\"\n", file_name(chained))
}

/// Whether a script without our block is the one that we made to call what was moved aside.
fn calls(script: &str, chained: &Path) -> bool {
    script.strip_prefix("#!/bin/sh\n").is_some_and(|line| line == call(chained) || line == plain_call(chained))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether anything is there, be it a link that leads nowhere.
fn there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn none_if_absent<T>(error: io::Error) -> io::Result<Option<T>> {
    if error.kind() == io::ErrorKind::NotFound { Ok(None) } else { Err(error) }
}

/// Whether Git runs such a file, and its text is to be found there and nowhere else.
#[cfg(unix)]
fn runs(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.is_file() && file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn runs(file: &fs::Metadata) -> bool {
    file.is_file()
}

fn chained(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(CHAINED);
    path.with_file_name(name)
}

/// Scripts without a shebang run in `sh`, as Git starts them.
fn is_shell_script(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let Some(interpreter) = first.strip_prefix("#!") else { return true };
    let words = interpreter.split_whitespace().filter_map(|word| word.rsplit('/').next());
    words.into_iter().any(|word| matches!(word, "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash"))
}

fn with_block(text: &str) -> String {
    if !text.starts_with("#!") {
        return format!("{BLOCK}{text}");
    }
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    format!("{first}\n{BLOCK}{rest}")
}

fn block_replaced(text: &str, block: &str) -> String {
    let Some(start) = text.find(START) else { return text.to_owned() };
    let after = text[start..].find(END).map_or(text.len(), |end| start + end + END.len());
    let after = after + usize::from(text[after..].starts_with('\n'));
    format!("{}{block}{}", &text[..start], &text[after..])
}

/// Replaces the file as a whole, behind links, with the permissions that it has; a new one is executable.
fn write(path: &Path, text: &str) -> io::Result<()> {
    replace(path, text, 0o755)
}

/// The same for a text that nobody runs.
pub(super) fn write_text(path: &Path, text: &str) -> io::Result<()> {
    replace(path, text, 0o644)
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "there are no modes"))]
fn replace(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".git-flag-").tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let permissions = fs::metadata(path).map_or(fs::Permissions::from_mode(mode), |file| file.permissions());
        temporary.as_file().set_permissions(permissions)?;
    }
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(before: Option<&str>) -> (String, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-commit");
        if let Some(text) = before {
            fs::write(&path, text).unwrap();
            executable(&path);
        }
        assert_eq!(install(&path).unwrap(), Change::Done);
        assert_eq!(install(&path).unwrap(), Change::Nothing, "twice is once");
        let installed = fs::read_to_string(&path).unwrap();
        assert_eq!(uninstall(&path).unwrap(), Change::Done);
        assert_eq!(uninstall(&path).unwrap(), Change::Nothing);
        (installed, fs::read_to_string(&path).ok())
    }

    fn executable(path: &Path) {
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }

    #[test]
    fn a_hook_of_our_own_comes_and_goes() {
        let (installed, after) = round_trip(None);
        assert!(installed.starts_with("#!/bin/sh\n# >>> git-flag"));
        assert_eq!(after, None);
    }

    #[test]
    fn a_shell_script_keeps_every_byte() {
        for script in ["#!/usr/bin/env bash\nset -e\nexec make lint", "echo no shebang\nexit 0\n"] {
            let (installed, after) = round_trip(Some(script));
            assert!(installed.find(END) < installed.find("exit 0").or(installed.find("exec make")), "{installed}");
            assert_eq!(after.as_deref(), Some(script));
        }
    }

    #[test]
    fn another_program_is_called_afterwards() {
        let script = "#!/usr/bin/env python3\nprint(1)\n";
        let (installed, after) = round_trip(Some(script));
        assert!(installed.ends_with(" || exec \"$(dirname \"$0\")/pre-commit.before-git-flag\" \"$@\"\n"));
        assert_eq!(after.as_deref(), Some(script));
    }

    #[test]
    fn what_earlier_versions_installed_is_taken_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pre-commit");
        fs::write(chained(&path), "#!/usr/bin/env python3\n").unwrap();
        fs::write(&path, format!("#!/bin/sh\n{BLOCK}{}", plain_call(&chained(&path)))).unwrap();
        assert_eq!((forgotten(&path), uninstall(&path).unwrap()), (None, Change::Done));
        assert_eq!(fs::read_to_string(&path).unwrap(), "#!/usr/bin/env python3\n");
        assert!(!there(&chained(&path)));
    }
}

//! A hook's file: how ours gets in and out of it without touching anything else.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Whether a file was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Done,
    Nothing,
}

const START: &str = "# >>> git-flag >>>";
const END: &str = "# <<< git-flag <<<";

/// Runs before whatever the script does, because scripts often end in `exec` or `exit`.
const BLOCK: &str = "\
# >>> git-flag >>>
# Validates staged feature flags; `git flag hook uninstall` takes this block out again.
if command -v git-flag >/dev/null 2>&1; then
  git-flag validate --staged --hook || exit $?
else
  echo 'git-flag is not on the PATH: feature flags were not validated' >&2
fi
# <<< git-flag <<<
";

/// What a hook that is no shell script is renamed to, so that ours can call it.
const CHAINED: &str = "before-git-flag";

/// Whether our block is in the file.
pub(super) fn is_installed(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.contains(START))
}

/// Puts our block in, making the file when there is none.
pub(super) fn install(path: &Path) -> io::Result<Change> {
    let existing = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let Some(existing) = existing else {
        write(path, &format!("#!/bin/sh\n{BLOCK}"))?;
        return Ok(Change::Done);
    };
    match String::from_utf8(existing) {
        Ok(text) if text.contains(START) => {
            let (with, without) = (block_replaced(&text, BLOCK), text);
            if with == without {
                return Ok(Change::Nothing);
            }
            write(path, &with)?;
        }
        Ok(text) if is_shell_script(&text) => write(path, &with_block(&text))?,
        _ => {
            let chained = chained(path);
            fs::rename(path, &chained)?;
            let name = chained.file_name().unwrap_or_default().to_string_lossy().into_owned();
            write(path, &format!("#!/bin/sh\n{BLOCK}exec \"$(dirname \"$0\")/{name}\" \"$@\"\n"))?;
        }
    }
    Ok(Change::Done)
}

/// Takes our block out; a file that we made goes away, a program that we renamed comes back.
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
    if chained.exists() {
        fs::rename(&chained, path)?;
    } else if rest.trim() == "#!/bin/sh" {
        fs::remove_file(path)?;
    } else {
        write(path, &rest)?;
    }
    Ok(Change::Done)
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

/// Replaces the file as a whole, executable.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".git-flag-").tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        temporary.as_file().set_permissions(fs::Permissions::from_mode(0o755))?;
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
        }
        assert_eq!(install(&path).unwrap(), Change::Done);
        assert_eq!(install(&path).unwrap(), Change::Nothing, "twice is once");
        let installed = fs::read_to_string(&path).unwrap();
        assert_eq!(uninstall(&path).unwrap(), Change::Done);
        assert_eq!(uninstall(&path).unwrap(), Change::Nothing);
        (installed, fs::read_to_string(&path).ok())
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
        assert!(installed.ends_with("exec \"$(dirname \"$0\")/pre-commit.before-git-flag\" \"$@\"\n"));
        assert_eq!(after.as_deref(), Some(script));
    }
}

use super::completing::Keys;
use super::writing::{Purpose, WriteArgs, change, uncommitted};
use crate::commands::{Session, session};
use crate::diagnostic::codes::{change as codes, repository};
use crate::diagnostic::{Failure, Result};
use crate::model::FlagKey;
use crate::project::{Draft, Message, Plan, Root};
use crate::render::Outcome;
use crate::source::FilePath;
use clap_complete::engine::ArgValueCompleter;
use std::path::Path;
use std::process::Command;

/// Edit a flag's file in your editor; what you write is checked before it is accepted
///
/// The editor is the one that Git uses: `GIT_EDITOR`, `git config core.editor`, `VISUAL`, `EDITOR`, or vi.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag edit new-checkout\n  GIT_EDITOR='code --wait' git flag edit new-checkout --reason \"new rules\""
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    key: String,

    #[command(flatten)]
    write: WriteArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let key = super::arguments::key(&args.key)?;
    let write = &args.write;
    let root = if write.no_commit { session.root()? } else { write.root(session)? };
    let (path, before) =
        text_of(&root, write, &key).map_err(|failure| uncommitted(&root, write, key.as_str(), failure))?;
    root.recover()?;
    root.refuse_if_dirty(&write.options(), &path)?;
    let editor = editor(&root)?;
    let copy = copy(&key, &before)?;
    let result = edited(session, &root, write, &editor, &copy, (&path, &before)).and_then(|after| {
        let purpose =
            Purpose::flag(&key, "edit", None).nothing(format!("`{key}` was left as it is, nothing to change"));
        change(session, write, purpose, |draft| {
            if draft.find_flag(key.as_str())?.as_ref() != Some(&path) || draft.text(&path)?.as_ref() != Some(&before) {
                return Err(Failure::new(
                    &repository::CONTENDED,
                    format!("`{path}` was changed by someone else while you edited it"),
                )
                .help("start again from the new state"));
            }
            draft.set_text(path.clone(), Some(after.clone()));
            Ok("edit".into())
        })
    });
    result.map_err(|failure| keep(copy, &before, failure))
}

/// The flag's file and its text, where the change will be based. It need not read: an editor is how it gets repaired.
fn text_of(root: &Root, write: &WriteArgs, key: &FlagKey) -> Result<(FilePath, String)> {
    let base = root.files_to_change(&write.options())?;
    let draft = Draft::new(&base)?;
    match draft.find_flag(key.as_str())? {
        Some(path) => {
            let text = draft.text(&path)?.unwrap_or_default();
            Ok((path, text))
        }
        None => draft.flag(key).map(|file| (file.path, String::new())),
    }
}

/// Lets the person edit until the text is good, or until they give up.
fn edited(
    session: &mut Session,
    root: &Root,
    write: &WriteArgs,
    editor: &str,
    copy: &tempfile::TempPath,
    (path, before): (&FilePath, &str),
) -> Result<String> {
    loop {
        open(editor, copy)?;
        let after = std::fs::read_to_string(copy).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::new(
                &codes::EDIT_ABORTED,
                "the editor removed the file that it was given, so nothing was changed",
            )
            .help("`git flag delete KEY` deletes a flag"),
            _ => failed(copy, &error),
        })?;
        if after == before {
            return Ok(after);
        }
        // Without a person the change itself says what is wrong.
        if !session.is_interactive() {
            return Ok(after);
        }
        let Err(failure) = check(root, write, path, &after, session) else { return Ok(after) };
        session.output.failure(&failure);
        if !session.confirm("Edit again?", "a file without errors")? {
            return Err(Failure::new(&codes::EDIT_ABORTED, "the edit was given up, nothing was changed"));
        }
    }
}

/// Whether the text would be accepted.
fn check(root: &Root, write: &WriteArgs, path: &FilePath, after: &str, session: &Session) -> Result<()> {
    let base = root.files_to_change(&write.options())?;
    let mut draft = Draft::new(&base)?;
    draft.set_text(path.clone(), Some(after.to_owned()));
    Plan::new(&base, &draft, Message::default(), session.now()).map(|_| ())
}

/// A copy for the editor, with a name that lets it know what it is.
fn copy(key: &FlagKey, text: &str) -> Result<tempfile::TempPath> {
    let make = || -> std::io::Result<tempfile::TempPath> {
        let mut file = tempfile::Builder::new().prefix(&format!("{key}-")).suffix(".yaml").tempfile()?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        Ok(file.into_temp_path())
    };
    make().map_err(|error| {
        Failure::new(&repository::IO_FAILED, format!("can't make a copy to edit: {}", crate::project::reason(&error)))
    })
}

fn failed(path: &Path, error: &std::io::Error) -> Box<Failure> {
    Failure::new(&repository::IO_FAILED, format!("can't read `{}`: {}", path.display(), crate::project::reason(error)))
}

/// Nobody's work is thrown away: what was written stays where the message says.
fn keep(copy: tempfile::TempPath, before: &str, failure: Box<Failure>) -> Box<Failure> {
    match std::fs::read(&copy) {
        Ok(bytes) if bytes == before.as_bytes() => return failure,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return failure,
        _ => {}
    }
    match copy.keep() {
        Ok(path) => failure.help(format!("what you wrote is in `{}`", path.display())),
        Err(_) => failure,
    }
}

/// The editor that Git would open.
fn editor(root: &Root) -> Result<String> {
    let configured = match root.repository() {
        Some(repository) => repository.config("core.editor")?,
        None => None,
    };
    let dumb = session::variable("TERM").is_none_or(|terminal| terminal == "dumb");
    let chosen = session::variable("GIT_EDITOR")
        .or(configured)
        .or_else(|| session::variable("VISUAL").filter(|_| !dumb))
        .or_else(|| session::variable("EDITOR"));
    match chosen {
        Some(editor) => Ok(editor),
        None if dumb => {
            Err(Failure::new(&codes::EDIT_ABORTED, "no editor is set, and this terminal is too simple for vi")
                .help("`git config core.editor NAME` sets one; other commands change flags without an editor"))
        }
        None => Ok("vi".into()),
    }
}

/// Opens the file and waits. As with Git, the editor is a command line for the shell.
#[expect(clippy::disallowed_methods, reason = "the one place that starts an editor")]
fn open(editor: &str, path: &Path) -> Result<()> {
    let mut command = if cfg!(windows) {
        let mut words = editor.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or(editor));
        command.args(words);
        command
    } else {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor);
        command
    };
    let aborted = |why: String| {
        Failure::new(&codes::EDIT_ABORTED, format!("the editor `{editor}` failed: {why}"))
            .help("nothing was changed; `git config core.editor NAME` sets another editor")
    };
    let status = command.arg(path).status().map_err(|error| aborted(crate::project::reason(&error)))?;
    if status.success() { Ok(()) } else { Err(aborted(status.to_string())) }
}

use crate::commands::Session;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Exit, Failure, Result};
use crate::git::{Labels, Repository, merge_file};
use crate::merge::{Merged, Style, Versions, merge};
use crate::project::{layout, reason};
use crate::render::Outcome;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Merge three versions of a file of flags, as Git's merge driver
///
/// Git calls it in merges, rebases, cherry-picks, reverts and stashes once `git flag hook install` has set it up. Flags are
/// merged by environment, rule, variant, target and element of a list, and the comments of both sides stay. Where both sides
/// set one place differently, markers stand around that place, standard error says what each made of it, and the exit code
/// is 1. What does not read as a file of flags is merged by lines, as without it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag merge-driver /dev/null flags/features/new-checkout.yaml flags/features/new-checkout.yaml flags/a.yaml\n  git config merge.git-flag.driver 'git-flag merge-driver %O %A %B %P %L %S %X %Y'"
)]
pub struct Args {
    /// The file that holds what both sides come from; empty when both made it (`%O`).
    #[arg(value_name = "BASE")]
    base: PathBuf,

    /// The file that holds our version, and is given the result (`%A`).
    #[arg(value_name = "OURS")]
    ours: PathBuf,

    /// The file that holds their version (`%B`).
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,

    /// Where the file is in the repository (`%P`).
    #[arg(value_name = "PATH")]
    path: String,

    /// How many characters a conflict marker has (`%L`).
    #[arg(value_name = "SIZE", default_value = "7", hide_default_value = true)]
    size: usize,

    /// What the base is called (`%S`).
    #[arg(value_name = "BASE-NAME", allow_hyphen_values = true)]
    base_name: Option<String>,

    /// What our side is called (`%X`).
    #[arg(value_name = "OUR-NAME", allow_hyphen_values = true)]
    our_name: Option<String>,

    /// What their side is called (`%Y`).
    #[arg(value_name = "THEIR-NAME", allow_hyphen_values = true)]
    their_name: Option<String>,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let folder = session.directory();
    let files = [&args.ours, &args.base, &args.theirs].map(|path| folder.join(path));
    let style = Style {
        size: args.size,
        ours: label(args.our_name, "ours"),
        base: label(args.base_name, "base"),
        theirs: label(args.their_name, "theirs"),
        with_base: shows_base(folder),
    };
    let inner = inside(folder, &args.path);
    let mut texts = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).map_err(|error| failed("read", file, &error))?;
        texts.push(String::from_utf8(bytes).ok());
    }
    let merged = match (&texts[..], inner) {
        ([Some(ours), Some(base), Some(theirs)], Some(inner)) => {
            merge(&inner.into(), &layout::role(inner), Versions { base, ours, theirs }, &style)
        }
        _ => Merged::Unreadable,
    };
    match merged {
        Merged::Clean(text) => write(&files[0], &text).map(|()| Outcome::silent()),
        Merged::Conflict { text, words } => {
            write(&files[0], &text)?;
            let outcome = Outcome::silent().note(format!("conflict in {}:", args.path));
            let outcome = words.into_iter().fold(outcome, |outcome, line| outcome.note(format!("  {line}")));
            Ok(outcome
                .note("  edit what is between the markers, check with `git flag validate`, then `git add` the file")
                .exit(Exit::Negative))
        }
        Merged::Unreadable => by_lines(session, &files, &style, &args.path),
    }
}

/// As Git would without us.
fn by_lines(session: &Session, [ours, base, theirs]: &[PathBuf; 3], style: &Style, path: &str) -> Result<Outcome> {
    let labels = Labels { ours: &style.ours, base: &style.base, theirs: &style.theirs, size: style.size };
    let is_clean = merge_file(session.directory(), [ours, base, theirs], labels)?;
    if is_clean {
        return Ok(Outcome::silent());
    }
    let words = format!("conflict in {path}: merged by lines, because a version of it is no valid file of flags");
    Ok(Outcome::silent().note(words).exit(Exit::Negative))
}

/// The path below the root of the flags. The first `flags` on it that holds a project is meant; where there is no work
/// tree to tell, the first.
fn inside<'p>(folder: &Path, path: &'p str) -> Option<&'p str> {
    let starts = std::iter::once(0).chain(path.match_indices('/').map(|(at, _)| at + 1));
    let candidates: Vec<usize> = starts.filter(|&at| path[at..].starts_with("flags/")).collect();
    let holds_project = |at: &&usize| folder.join(&path[..**at]).join(layout::PROJECT).exists();
    let at = candidates.iter().find(holds_project).or(candidates.first())?;
    Some(&path[*at..])
}

/// A name that Git gave; versions of Git that have none leave the placeholder as it is.
fn label(given: Option<String>, usual: &str) -> String {
    given
        .filter(|name| !name.is_empty() && !matches!(name.as_str(), "%S" | "%X" | "%Y"))
        .unwrap_or_else(|| usual.into())
}

/// Whether the user wants to see the base in conflicts.
fn shows_base(folder: &Path) -> bool {
    let repository = Repository::discover(folder).ok().flatten();
    let style = repository.and_then(|repository| repository.config("merge.conflictStyle").ok().flatten());
    style.is_some_and(|style| matches!(style.as_str(), "diff3" | "zdiff3"))
}

/// All of it or nothing: when we are killed, our version is still there for a merge of lines.
fn write(path: &Path, text: &str) -> Result<()> {
    let replace = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".merge_file_").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    replace().map_err(|error| failed("write", path, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Box<Failure> {
    Failure::new(&repository::IO_FAILED, format!("can't {what} `{}`: {}", path.display(), reason(error)))
        .help("Git calls this command with the files of a merge; `git flag merge-driver -h` names them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_the_flags_is_found() {
        let nowhere = Path::new("/nowhere");
        assert_eq!(inside(nowhere, "flags/a.yaml"), Some("flags/a.yaml"));
        assert_eq!(inside(nowhere, "apps/web/flags/segments/a.yaml"), Some("flags/segments/a.yaml"));
        assert_eq!(inside(nowhere, "flags/flags/a.yaml"), Some("flags/flags/a.yaml"));
        assert_eq!(inside(nowhere, "my-flags/a.yaml"), None);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("flags/app/flags")).unwrap();
        std::fs::write(folder.path().join("flags/app/flags/project.yaml"), "").unwrap();
        assert_eq!(inside(folder.path(), "flags/app/flags/segments/a.yaml"), Some("flags/segments/a.yaml"));
    }

    #[test]
    fn names_that_git_did_not_fill_in() {
        assert_eq!(label(Some("HEAD".into()), "ours"), "HEAD");
        assert_eq!(
            [label(Some("%X".into()), "ours"), label(Some(String::new()), "ours"), label(None, "ours")],
            ["ours"; 3]
        );
    }
}

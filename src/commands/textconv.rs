use crate::commands::Session;
use crate::compare::{facts, facts_of_value};
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Diagnostic, Failure, Result};
use crate::document;
use crate::model::FlagKey;
use crate::project::{read_flag, reason};
use crate::render::Outcome;
use crate::source::FilePath;
use crate::yaml::{self, Data};
use std::path::PathBuf;

/// Print what a file of flags means, one fact per line, for `git diff`
///
/// Git calls it for `git diff`, `git log -p` and `git show` once `git flag hook install` has set it up. Comments, layout and
/// the order of keys leave no trace, so a diff shows changes of meaning only. What does not read as a file of flags is printed as
/// it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag textconv flags/features/new-checkout.yaml\n  git diff --no-textconv flags/features/new-checkout.yaml"
)]
pub struct Args {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let path = session.directory().join(&args.file);
    let bytes = std::fs::read(&path).map_err(|error| {
        Failure::new(&repository::IO_FAILED, format!("can't read `{}`: {}", path.display(), reason(&error)))
            .help("name a file that is there")
    })?;
    let facts = std::str::from_utf8(&bytes).ok().and_then(meaning);
    let shown =
        facts.map_or(bytes, |facts| facts.iter().flat_map(|fact| [fact, "\n"]).collect::<String>().into_bytes());
    let written = session.output.stream().write_all(&shown).and_then(|()| session.output.stream().flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(&repository::IO_FAILED, format!("can't write to standard output: {}", reason(&error))))
        }
        _ => Ok(Outcome::silent()),
    }
}

/// The facts of a text. Git gives no path that says what it is, so its keys do.
fn meaning(text: &str) -> Option<Vec<String>> {
    let file = FilePath::from("");
    let (tree, problems) = yaml::parse(&file, text);
    let tree = tree.filter(|_| !problems.iter().any(Diagnostic::is_error))?;
    let is_flag = tree.root.get("type").is_some() && tree.root.get("environments").is_some();
    if is_flag {
        // The key stands nowhere in the text, and no fact tells it.
        let key = FlagKey::new("flag").ok()?;
        return Some(facts(&read_flag(&file, &key, text.into()).value?));
    }
    let is_project = tree.root.get("format").is_some();
    let problems = if is_project {
        document::project(&file, &tree).1
    } else if ["match", "include", "exclude"].iter().any(|key| tree.root.get(key).is_some()) {
        document::segment(&file, &crate::model::SegmentName::new("segment").ok()?, &tree).1
    } else {
        // Tests, and what else there may be, are best read as they are.
        return None;
    };
    let is_right = !problems.iter().any(Diagnostic::is_error);
    is_right.then(|| facts_of_value(&Data::from(&tree.root).to_json()))
}

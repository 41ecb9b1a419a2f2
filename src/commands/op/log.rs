//! `op log`

use super::{record, subject, what};
use crate::commands::Session;
use crate::commands::arguments::{FormatArgs, limit};
use crate::commands::past::{branch_tip, minute, project, warn_when_cut};
use crate::diagnostic::Result;
use crate::history::{Operations, Performed, Standing};
use crate::render::style::{BAD, DIM, NAME, paint, plain};
use crate::render::{Format, Outcome, Report, Terminal};
use serde_json::{Value, json};

/// List the operations of this tool on the branch, newest first
///
/// Each with its id, time, author and what it did, and whether it was undone since. Commits made without this tool are
/// left out; `git flag audit` lists every change.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag op log\n  git flag op log -n 5 --json\n  git flag op log --branch release --format jsonl"
)]
pub(super) struct LogArgs {
    /// At most so many operations.
    #[arg(short = 'n', long = "limit", value_name = "NUMBER", value_parser = limit)]
    limit: Option<usize>,

    /// Those on this branch instead of the one checked out.
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &LogArgs, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl])?);
    let root = session.root_in_git()?;
    let repository = root.git()?;
    warn_when_cut(session, repository);
    let operations = match branch_tip(repository, args.branch.as_deref())? {
        Some(tip) => {
            let project = project(session, &root, repository, Some(tip))?;
            let all = Operations::new(&root, repository, &project, tip)?;
            all.take(args.limit.unwrap_or(usize::MAX)).collect::<std::result::Result<Vec<_>, _>>()?
        }
        None => Vec::new(),
    };
    Ok(Outcome::report(List { operations }))
}

struct List {
    operations: Vec<Performed>,
}

impl Report for List {
    fn text(&self, _: &Terminal) -> String {
        let width = self.operations.iter().map(|it| it.told.id.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for it in &self.operations {
            let commit = &it.commit;
            let undone = match (it.standing, it.undone_by.first()) {
                (Standing::Undone, Some(by)) => format!(", undone by {}", by.short()),
                (Standing::PartlyUndone, Some(by)) => format!(", partly undone by {}", by.short()),
                _ => String::new(),
            };
            text += &format!(
                "{}  {:width$}  {}  {}: {}{}  {}\n",
                paint(DIM, minute(&commit.committer)),
                plain(&it.told.id),
                commit.id.short(),
                paint(NAME, plain(subject(it).as_deref().unwrap_or("project"))),
                plain(&what(it)),
                paint(BAD, undone),
                paint(DIM, plain(&commit.author.name)),
            );
        }
        if self.operations.is_empty() { "no operations of this tool\n".into() } else { text }
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.op-log/v1", "operations": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        self.operations.iter().map(record).collect()
    }
}

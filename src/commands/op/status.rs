//! `op status`

use super::{record, subject, what};
use crate::commands::Session;
use crate::commands::arguments::FormatArgs;
use crate::commands::past::{minute, project, warn_when_cut};
use crate::diagnostic::{Exit, Result};
use crate::git::{CommitId, Repository};
use crate::history::{Operations, Performed, Standing};
use crate::project::{Root, find_operation};
use crate::render::style::{DIM, EMPHASIS, GOOD, NAME, paint, plain};
use crate::render::{Outcome, Report, Terminal};
use serde_json::{Value, json};

/// Tell whether an operation landed: its commit, the branches that have it, and whether the upstream has it too
///
/// All branches of this clone are searched, and those of remotes as they were fetched last. The exit code is 0 when it
/// landed and 1 when it did not. What a killed command left half done is finished or discarded before.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag op status deploy-42\n  git fetch && git flag op status deploy-42 --json\n  git flag op status deploy-42 || git flag rollout new-checkout 50 --env production --op-id deploy-42"
)]
pub(super) struct StatusArgs {
    /// The operation's id, as given by `--op-id` or told by `--json`.
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &StatusArgs, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[])?);
    let root = session.root_in_git()?;
    root.recover()?;
    let repository = root.git()?;
    let landed = landed(session, &root, repository, &args.id)?;
    if landed.is_none() {
        warn_when_cut(session, repository);
    }
    let exit = if landed.is_some() { Exit::Done } else { Exit::Negative };
    Ok(Outcome::report(Status { id: args.id.clone(), landed }).exit(exit))
}

/// An operation, and who has it.
struct Landed {
    performed: Performed,
    branches: Vec<String>,
    /// As fetched last.
    remote_branches: Vec<String>,
    /// The upstream of the first branch that has it, and whether it is there.
    upstream: Option<(String, bool)>,
}

/// The commit on the current branch counts before those on others, which may be copies of it.
fn landed(session: &mut Session, root: &Root, repository: &Repository, id: &str) -> Result<Option<Landed>> {
    let head = repository.head()?;
    let mut found = None;
    for start in [head.commit().into_iter().collect(), repository.branch_tips()?] {
        if found.is_none() {
            found = find_operation(root, id, start)?.map(|found| found.commit);
        }
    }
    let Some(commit) = found else { return Ok(None) };
    let names = repository.branches_with(commit)?;
    let short = |prefix: &str| {
        names.iter().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect::<Vec<String>>()
    };
    let (mut branches, remote_branches) = (short("refs/heads/"), short("refs/remotes/"));
    let current = head.branch().and_then(|branch| branch.strip_prefix("refs/heads/"));
    branches.sort_by_key(|branch| Some(branch.as_str()) != current);
    let upstream = match branches.first() {
        Some(branch) => repository.upstream_of(&format!("refs/heads/{branch}"))?,
        None => None,
    };
    let upstream = upstream.map(|name| {
        let is_there = names.contains(&name);
        (name.strip_prefix("refs/remotes/").map_or(name.clone(), str::to_owned), is_there)
    });
    // Whether it was undone is asked of the branch that it is on.
    let tip = match (branches.first(), names.first()) {
        (Some(branch), _) => repository.ref_commit(&format!("refs/heads/{branch}"))?,
        (None, Some(name)) => repository.ref_commit(name)?,
        (None, None) => head.commit(),
    };
    let tip = tip.unwrap_or(commit);
    let project = project(session, root, repository, Some(tip))?;
    for performed in Operations::new(root, repository, &project, tip)? {
        let performed = performed?;
        if performed.commit.id == commit && performed.told.id == id {
            return Ok(Some(Landed { performed, branches, remote_branches, upstream }));
        }
    }
    Ok(None)
}

struct Status {
    id: String,
    landed: Option<Landed>,
}

impl Report for Status {
    fn text(&self, _: &Terminal) -> String {
        let id = plain(&self.id);
        let Some(landed) = &self.landed else { return format!("{id} did not land on any branch of this clone\n") };
        let it = &landed.performed;
        let on = match (&landed.branches[..], &landed.remote_branches[..]) {
            ([], []) => "no branch".to_owned(),
            ([], remote) => remote.join(", "),
            (own, _) => own.join(", "),
        };
        let pushed = match &landed.upstream {
            Some((upstream, true)) => format!("pushed to {upstream}"),
            Some((upstream, false)) => format!("not pushed to {upstream}"),
            None if !landed.remote_branches.is_empty() => format!("there is {}", landed.remote_branches.join(", ")),
            None => "the branch has no upstream".to_owned(),
        };
        let mut text = format!(
            "{} {} as {} on {}; {}\n    {}  {}: {}\n    {}\n",
            paint(EMPHASIS, id),
            paint(GOOD, "landed"),
            it.commit.id.short(),
            plain(&on),
            plain(&pushed),
            paint(DIM, minute(&it.commit.committer)),
            paint(NAME, plain(subject(it).as_deref().unwrap_or("project"))),
            plain(&what(it)),
            plain(&it.commit.author.name),
        );
        let undone = match it.standing {
            Standing::Stands => return text,
            Standing::PartlyUndone => "partly undone",
            Standing::Undone => "undone",
        };
        let by: Vec<String> = it.undone_by.iter().map(CommitId::short).collect();
        text += &format!("    {undone} since, by {}\n", by.join(", "));
        text
    }

    fn json(&self) -> Value {
        let landed = self.landed.as_ref();
        json!({
            "schema": "git-flag.op-status/v1",
            "operation": self.id,
            "landed": landed.is_some(),
            "commit": landed.map(|it| it.performed.commit.id.to_string()),
            "branches": landed.map_or(&[][..], |it| &it.branches),
            "remoteBranches": landed.map_or(&[][..], |it| &it.remote_branches),
            "upstream": landed.and_then(|it| it.upstream.as_ref()).map(|(name, _)| name),
            "pushed": landed.and_then(|it| it.upstream.as_ref()).map(|(_, pushed)| pushed),
            "details": landed.map(|it| record(&it.performed)),
        })
    }
}

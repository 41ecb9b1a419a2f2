mod beside;
mod range;
mod report;
mod side;

use self::range::Range;
use self::report::Diff;
use super::arguments::FormatArgs;
use super::completing::RevisionsAndKeys;
use super::impacts::impacts_between;
use crate::commands::Session;
use crate::compare::{self, Aspect, Difference, Subject};
use crate::diagnostic::{Exit, Result};
use crate::model::FlagKey;
use crate::project::View;

use crate::render::style::{DIM, paint};
use crate::render::{Format, Outcome};
use clap_complete::engine::ArgValueCompleter;
use std::collections::BTreeSet;

/// Show what differs in meaning between two states of the flags
///
/// Comments, formatting and the order of keys don't count. Without a revision: what the work tree changes against HEAD.
/// With one, A: what the work tree changes against A. `A..B`: from A to B. `A...B`: what B changed since it parted from A.
/// Tests and golden contexts that changed are named with how many of their cases did; `--exit-code` does not count them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag diff\n  git flag diff HEAD~3 new-checkout\n  git flag diff main...my-branch --format markdown\n  git flag diff --staged --exit-code"
)]
pub struct Args {
    /// A revision or range (`A`, `A..B`, `A...B`), then keys of flags; all flags when there is none.
    #[arg(value_name = "A[..B] | KEY", add = ArgValueCompleter::new(RevisionsAndKeys))]
    what: Vec<String>,

    /// What is staged, against HEAD (or A).
    #[arg(long, visible_alias = "cached")]
    staged: bool,

    /// Exit with 1 when anything differs.
    #[arg(long)]
    exit_code: bool,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Markdown])?);
    let root = session.root_in_git_or(|repository| range::named(repository, &args))?;
    let repository = root.git()?;
    let (range, keys) = Range::parse(&root, repository, &args)?;
    let changed = range.changed(&root, repository)?;
    let side::Both { sides: [before, after], unreadable, unread, found } =
        side::read_both(&root, [range.old, range.new], &changed)?;
    let now = session.now();
    let (mut differences, mut impacts) =
        rayon::join(|| compare::compare(&before, &after), || impacts_between(&before, &after, now));
    differences.splice(0..0, unreadable);
    // Of a flag that does not read on one side nobody can say who is affected.
    let broken = |key: &FlagKey| [&before, &after].into_iter().any(|side| side.broken_flags.contains_key(key));
    impacts.retain(|(key, _)| !broken(key));
    if !keys.is_empty() {
        // Under its old key a flag is asked for, too.
        let renamed = |difference: &Difference| {
            let old = difference.before.as_ref().filter(|_| difference.aspect == Aspect::Renamed)?;
            let is_asked_for = keys.iter().any(|key| key.as_str() == old.text);
            difference.subject.name().filter(|_| is_asked_for).map(str::to_owned)
        };
        let renamed: BTreeSet<String> = differences.iter().filter_map(renamed).collect();
        let wanted = |name: Option<&str>| {
            let is = |name: &str| keys.iter().any(|key| key.as_str() == name) || renamed.contains(name);
            name.is_some_and(is)
        };
        for key in &keys {
            let known = differences.iter().any(|difference| difference.subject.name() == Some(key.as_str()));
            if !known && !range.knows(&root, key)? {
                // What looks like the id of a commit may have been meant as one.
                let is_id = key.as_str().len() >= 4 && key.as_str().bytes().all(|byte| byte.is_ascii_hexdigit());
                if let Some(Err(unknown)) = is_id.then(|| repository.resolve(key.as_str())) {
                    return Err(unknown.into());
                }
                let all = root.keys(View::default_for(Some(repository)))?;
                return Err(super::arguments::unknown_flag(key.as_str(), all.iter().map(FlagKey::as_str)));
            }
        }
        differences
            .retain(|difference| matches!(difference.subject, Subject::Flag(_)) && wanted(difference.subject.name()));
        impacts.retain(|(key, _)| wanted(Some(key.as_str())));
    }
    // The process is about to end, which takes less time than taking thousands of flags apart.
    std::mem::forget((before, after));
    let differs = !differences.is_empty();
    let expectations = beside::expectations(&root, &changed, &differences, &keys)?;
    let told = expectations.len();
    let report = Diff { expectations, from: range.old.name(), to: range.new.name(), differences, impacts };
    let mut outcome = Outcome::report(report);
    if !differs && !found.differing.is_empty() && keys.is_empty() {
        let count = found.differing.len();
        let files = super::wording::count(count, if told > 0 { "other file" } else { "file" });
        let differ = if count == 1 { "differs" } else { "differ" };
        outcome = outcome.note(paint(DIM, format!("{files} {differ} only in comments, formatting or place")));
    }
    for path in found.misplaced.iter().filter(|_| keys.is_empty()) {
        outcome = outcome.note(format!("`{path}` can't be the file of a flag; `git flag validate` shows why"));
    }
    for state in unread {
        outcome = outcome.note(format!("`flags/project.yaml` of {state} does not read; `git flag validate` shows why"));
    }
    Ok(if differs && args.exit_code { outcome.exit(Exit::Negative) } else { outcome })
}

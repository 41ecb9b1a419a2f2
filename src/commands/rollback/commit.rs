//! `rollback --commit`: what one commit did, to one flag or to all.

use crate::commands::Session;
use crate::commands::past;
use crate::commands::restore::{self, Back};
use crate::commands::wording::count;
use crate::commands::writing::{Purpose, WriteArgs, change};
use crate::compare;
use crate::diagnostic::codes::{change as codes, repository as repository_codes};
use crate::diagnostic::{Failure, Result};
use crate::git::{CommitId, Repository};
use crate::history::{FileVersion, Parts, lives_on_as, operation_at};
use crate::model::{FlagKey, Project};
use crate::project::Root;
use crate::render::Outcome;

/// Where to look, and which part of the commit goes back.
pub(super) struct Wanted<'r> {
    pub(super) root: &'r Root,
    pub(super) repository: &'r Repository,
    pub(super) project: &'r Project,
    /// One flag; all that the commit changed when `None`.
    pub(super) key: Option<&'r FlagKey>,
    pub(super) environment: Option<&'r str>,
    pub(super) rule: Option<&'r str>,
    pub(super) tip: CommitId,
}

impl Wanted<'_> {
    /// One new commit takes all of it back, or nothing is changed.
    pub(super) fn take_back(&self, session: &mut Session, write: &WriteArgs, revision: &str) -> Result<Outcome> {
        let Self { root, repository, project, tip, .. } = *self;
        let Some(commit) = past::tip(session, repository, Some(revision))? else {
            return Err(self.nothing(&format!("`{revision}` is no commit")));
        };
        let short = commit.short();
        if !repository.is_ancestor(commit, tip)? {
            let message = format!("{short} is not among the commits of this branch");
            return Err(Failure::new(&repository_codes::UNKNOWN_REVISION, message)
                .help("`--branch NAME` takes it back on the branch that has it"));
        }
        let Some(operation) = operation_at(root, repository, project, commit)? else {
            return Err(self.nothing(&format!("{short} changed no flag, as far as this clone knows")));
        };
        let parts = Parts::of_rule(self.environment, self.rule);
        let mut backs = Vec::new();
        for change in &operation.flags {
            let (before, after) = (change.before.as_ref().map(|it| &it.key), change.after.as_ref().map(|it| &it.key));
            let today = after.map(|then| lives_on_as(root, repository, project, then, commit, tip));
            // A flag that the commit itself made or removed has a change of its own, however alike the two are.
            let has_own = |key: &FlagKey| {
                let is = |version: &Option<FileVersion>| version.as_ref().is_some_and(|version| version.key == *key);
                operation
                    .flags
                    .iter()
                    .any(|other| !std::ptr::eq(other, change) && (is(&other.before) || is(&other.after)))
            };
            let today = today.transpose()?.flatten().filter(|today| !has_own(today));
            let is_wanted = self.key.is_none_or(|key| [before, after, today.as_ref()].contains(&Some(key)));
            let back = Back { change, parts: parts.clone(), left: Parts::of(None), today, tip };
            if is_wanted && back.differences().next().is_some() {
                backs.push(back);
            }
        }
        if backs.is_empty() {
            return Err(self.nothing(&format!("{short} changed nothing there that means something")));
        }
        let names: Vec<String> = backs.iter().filter_map(Back::key_now).map(ToString::to_string).collect();
        let what = match &backs[..] {
            [back] => {
                let own: Vec<_> = back.differences().cloned().collect();
                format!("roll back {}", compare::summarise(&own))
            }
            _ => format!("roll back {} of {short}", count(backs.len(), "flag")),
        };
        let purpose = Purpose {
            subject: if let [only] = &names[..] { only.clone() } else { "project".to_owned() },
            action: "rollback",
            environment: self.environment.map(str::to_owned),
            rule: self.rule.map(str::to_owned),
            reverts: vec![commit.to_string()],
            nothing: format!("what {short} did is gone already, nothing to change"),
        };
        let outcome = change(session, write, purpose, |draft| {
            restore::take_back(draft, root, repository, &backs)?;
            Ok(what.clone())
        })?;
        let others: Vec<&str> = operation.others.iter().map(|other| other.path.as_str()).collect();
        Ok(match (&others[..], self.key) {
            ([], _) | (_, Some(_)) => outcome,
            (paths, None) => outcome.note(format!("left as they are, being no flags: {}", paths.join(", "))),
        })
    }

    fn nothing(&self, message: &str) -> Box<Failure> {
        let help = match self.key {
            Some(key) => format!("`git flag log {key}` shows which commits changed it"),
            None => "`git flag audit` shows which commits changed flags".to_owned(),
        };
        Failure::new(&codes::NOTHING_TO_UNDO, message).help(help)
    }
}

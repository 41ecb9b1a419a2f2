//! A plan, or what became of it, for people and programs.

use super::impacts::impacts_between;
use super::writing::{Purpose, WriteArgs};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::model::Timestamp;
use crate::project::{Done, FileEdit, Plan, Root, layout};
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, NAME, PARTLY, paint, plain};
use crate::render::{Format, Outcome, Report, Terminal};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

/// See the module.
pub(super) struct PlanReport {
    done: Done,
    paths: Vec<String>,
    now: Timestamp,
    dry_run: bool,
    no_commit: bool,
    branch: Option<String>,
    in_git: bool,
    /// Where a push could go.
    remotes: Vec<String>,
    /// The branch that is checked out, when Git does not know where to push it.
    unpublished: Option<String>,
    /// Why `--push` had nothing to do.
    unpushed: Option<String>,
}

impl PlanReport {
    pub(super) fn new(done: Done, root: &Root, now: Timestamp, write: &WriteArgs) -> Self {
        let paths = done.plan.edits.iter().map(|edit| root.shown(&edit.path).to_string()).collect();
        let branch = write.branch.clone();
        let in_git = root.repository().is_some();
        let remotes = root.repository().and_then(|repository| repository.remotes().ok()).unwrap_or_default();
        let unpublished = root.repository().and_then(|repository| {
            let head = repository.head().ok()?;
            let short = head.branch()?.strip_prefix("refs/heads/")?.to_owned();
            repository.config(&format!("branch.{short}.merge")).ok()?.is_none().then_some(short)
        });
        let unpushed = (write.push && !write.dry_run && !done.pushed && !done.up_to_date)
            .then(|| super::writing::nothing_to_push(write));
        let (dry_run, no_commit) = (write.dry_run, write.no_commit);
        Self { done, paths, now, dry_run, no_commit, branch, in_git, remotes, unpublished, unpushed }
    }

    /// The report, with words on standard error about what was done and what to do next.
    #[expect(clippy::unnecessary_wraps, reason = "ends the chain of fallible steps")]
    pub(super) fn outcome(self, session: &Session, purpose: &Purpose) -> Result<Outcome> {
        if self.done.plan.edits.is_empty() {
            let machine = !matches!(session.output.format, Format::Table);
            let pushed = match (self.done.pushed, self.done.up_to_date) {
                (true, _) => Some("pushed what was committed before".to_owned()),
                (false, true) => Some(super::writing::UP_TO_DATE.to_owned()),
                (false, false) => self.unpushed.clone(),
            };
            let outcome = if machine { Outcome::report(self) } else { Outcome::silent() };
            let outcome = outcome.note(purpose.nothing.clone());
            return Ok(match pushed {
                Some(words) => outcome.note(words),
                None => outcome,
            });
        }
        if self.dry_run {
            return Ok(Outcome::report(self));
        }
        let mut notes: Vec<String> = lines(&self.done.plan, self.now).lines().map(str::to_owned).collect();
        notes.extend(self.done.warnings.iter().cloned());
        notes.push(paint(DIM, self.next()));
        let machine = !matches!(session.output.format, Format::Table);
        let mut outcome = if machine { Outcome::report(self) } else { Outcome::silent() };
        outcome.notes = notes;
        Ok(outcome)
    }

    fn next(&self) -> String {
        let Some(commit) = &self.done.commit else {
            if !self.in_git {
                return "written; there is no Git repository here to commit it to".into();
            }
            return format!("written, not committed; next: {}", self.commit_command());
        };
        let (to, undo) = match &self.branch {
            Some(branch) if self.done.began_branch => {
                (format!(" to the new branch {branch}"), format!("git flag undo --branch {branch}"))
            }
            Some(branch) => (format!(" to {branch}"), format!("git flag undo --branch {branch}")),
            None => (String::new(), "git flag undo".to_owned()),
        };
        let done = format!("committed {}{to}", commit.short());
        // Without the project there is nothing that `undo` could work on.
        let undo = (self.done.plan.message.action != "init").then(|| format!("to take it back: {undo}"));
        let next = match (self.done.pushed, self.push_command()) {
            (true, _) => {
                return [Some(format!("{done} and pushed")), undo].into_iter().flatten().collect::<Vec<_>>().join("; ");
            }
            (false, push) => [push, undo].into_iter().flatten().collect::<Vec<_>>().join(", or "),
        };
        match (next.is_empty(), next.starts_with("to take")) {
            (true, _) => done,
            (false, true) => format!("{done}; {next}"),
            (false, false) => format!("{done}; next: {next}"),
        }
    }

    /// What pushes the commit, where there is somewhere to push to.
    fn push_command(&self) -> Option<String> {
        let remote = self.remotes.iter().find(|name| *name == "origin").or(self.remotes.first())?;
        Some(match self.branch.as_ref().or(self.unpublished.as_ref()) {
            Some(branch) => format!("git push -u {remote} {branch}"),
            None => "git push".to_owned(),
        })
    }
}

impl PlanReport {
    /// What commits the files that were written.
    fn commit_command(&self) -> String {
        let edits = &self.done.plan.edits;
        let paths = self.paths.join(" ");
        if edits.iter().all(|edit| edit.before.is_some() && edit.after.is_some()) {
            return format!("git commit {paths}");
        }
        let folder = self.paths.first().and_then(|path| path.split_once("flags/")).map_or("", |(prefix, _)| prefix);
        let what = if edits.len() > 3 { format!("{folder}flags") } else { paths };
        format!("git add --all {what} && git commit")
    }
}

impl Report for PlanReport {
    fn text(&self, _: &Terminal) -> String {
        let plan = &self.done.plan;
        let mut text = format!("Plan for {}\n", self.paths.join(", "));
        text += &lines(plan, self.now);
        text.push('\n');
        for (edit, path) in plan.edits.iter().zip(&self.paths) {
            text += &unified(edit, path);
        }
        text += &format!("\ncommit message:\n{}", indent(&plan.message.to_string()));
        text += &paint(DIM, format!("{}: dry run, nothing written\n", counts(plan)));
        text
    }

    fn json(&self) -> Value {
        let plan = &self.done.plan;
        let changed = !plan.edits.is_empty();
        let files = plan.edits.iter().zip(&self.paths).map(|(edit, path)| {
            json!({ "path": path, "created": edit.before.is_none(), "deleted": edit.after.is_none(), "diff": anstream_free(&unified(edit, path)) })
        });
        let impacts = impacts_between(&plan.before, &plan.after, self.now);
        let impacts = impacts.iter().map(|(key, impact)| super::impacts::with_flag(key, impact));
        json!({
            "schema": "git-flag.change/v1",
            "changed": changed,
            "dryRun": self.dry_run,
            "committed": self.done.commit.map(|commit| commit.to_string()),
            "noCommit": self.no_commit,
            "pushed": self.done.pushed,
            "upToDate": self.done.up_to_date,
            "operation": changed.then_some(&plan.message.operation),
            "action": plan.message.action,
            "subject": plan.message.subject,
            "environment": plan.message.environment,
            "message": changed.then(|| plan.message.to_string()),
            "files": files.collect::<Vec<_>>(),
            "differences": plan.differences,
            "impact": impacts.collect::<Vec<_>>(),
        })
    }
}

/// One line for each difference, with who is affected.
pub(super) fn lines(plan: &Plan, now: Timestamp) -> String {
    let mut text = String::new();
    let impacts = impacts_between(&plan.before, &plan.after, now);
    // Where it is not plain from the lines above, who is affected by which flag.
    let several = plan.differences.iter().any(|it| Some(&it.subject) != plan.differences.first().map(|it| &it.subject));
    let goes_back = matches!(plan.message.action.as_str(), "rollback" | "undo");
    for difference in &plan.differences {
        let (sign, style) = match (&difference.before, &difference.after) {
            (None, _) => ("+", GOOD),
            (_, None) => ("-", BAD),
            _ => ("~", PARTLY),
        };
        let name = difference.subject.name().unwrap_or("project");
        text += &format!("  {} {}  {}\n", paint(style, sign), paint(NAME, name), plain(&difference.sentence()));
    }
    for (key, impact) in impacts {
        let flag = if several { format!("{} in ", paint(NAME, &key)) } else { String::new() };
        text += &format!("      {flag}{}: {}\n", paint(EMPHASIS, &impact.environment), plain(&impact.sentence()));
        if let Some(words) = impact.going_back().filter(|_| goes_back) {
            let flag = if several { format!("{}: ", paint(NAME, &key)) } else { String::new() };
            text += &format!("      {flag}{}\n", plain(&words));
        }
    }
    text
}

/// What the plan does, in words, for a question on standard error.
pub(super) fn summary(plan: &Plan, now: Timestamp, root: &Root) -> String {
    let paths: Vec<String> = plan.edits.iter().map(|edit| root.shown(&edit.path).to_string()).collect();
    format!("Plan for {}\n{}", paths.join(", "), lines(plan, now))
}

fn counts(plan: &Plan) -> String {
    let count = |wanted: fn(&FileEdit) -> bool| plan.edits.iter().filter(|edit| wanted(edit)).count();
    format!(
        "{}, {} added, {} changed, {} removed",
        super::wording::count(plan.edits.len(), "file"),
        count(|edit| edit.before.is_none()),
        count(|edit| edit.before.is_some() && edit.after.is_some()),
        count(|edit| edit.after.is_none()),
    )
}

/// The change of a file as a unified diff with colours.
fn unified(edit: &FileEdit, path: &str) -> String {
    let (before, after) = (edit.before.as_deref().unwrap_or_default(), edit.after.as_deref().unwrap_or_default());
    let side = |there: bool, letter: char| if there { format!("{letter}/{path}") } else { "/dev/null".into() };
    let mut text = format!("--- {}\n+++ {}\n", side(edit.before.is_some(), 'a'), side(edit.after.is_some(), 'b'));
    if edit.path.starts_with(layout::SCHEMAS) {
        // Thousands of generated lines that nobody reads.
        return text + &paint(DIM, format!("a schema of {} lines\n", after.lines().count()));
    }
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        text += &format!("{}\n", paint(DIM, hunk.header()));
        for change in hunk.iter_changes() {
            let line = plain(change.value().trim_end_matches(['\n', '\r']));
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', BAD),
                ChangeTag::Insert => ('+', GOOD),
                ChangeTag::Equal => (' ', anstyle::Style::new()),
            };
            text += &format!("{}\n", paint(style, format!("{sign}{line}")));
        }
    }
    text
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect()
}

fn anstream_free(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

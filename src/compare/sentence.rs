//! Differences in sentences, in one line, and as a verb.

use super::aspect::Aspect;
use super::difference::{Difference, Side, Subject};
use std::fmt::Write as _;

impl Difference {
    /// In words that a product manager understands: `production: rule eu-premium 10% → 25%` (names in backticks).
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{environment}: {}", self.clause()),
            None => self.clause(),
        }
    }

    /// The sentence without its environment.
    #[must_use]
    pub fn clause(&self) -> String {
        let row = self.aspect.row();
        let (before, after) = (text_of(self.before.as_ref()), text_of(self.after.as_ref()));
        let mut forms = row.sentence.split(" | ");
        let changed = forms.next().unwrap_or_default();
        let form = match (before, after) {
            (None, Some(_)) => forms.next().unwrap_or(changed),
            (Some(_), None) => forms.nth(1).unwrap_or(changed),
            _ => changed,
        };
        if before.is_some() && before == after && form.contains("{b}") && form.contains("{a}") {
            return self.same_words(form, before.unwrap_or_default());
        }
        self.fill(form)
    }

    /// Both sides have the same words: another notation of the same meaning, or a detail that words leave out.
    fn same_words(&self, form: &str, words: &str) -> String {
        let subject = self.fill(form.split("{b}").next().unwrap_or_default());
        if !self.behaviour {
            return format!("{subject}{words}, rewritten with the same meaning");
        }
        let full = |side: Option<&Side>| side.map(|it| super::words::short(&it.value.to_string())).unwrap_or_default();
        format!("{subject}{} → {}", full(self.before.as_ref()), full(self.after.as_ref()))
    }

    fn fill(&self, form: &str) -> String {
        let item = self.item.as_deref().unwrap_or_default();
        let rule = self.rule.as_deref().unwrap_or_default();
        let owner = match (&self.item, &self.rule) {
            (Some(item), _) => format!(" of {item}"),
            (None, Some(rule)) => format!(" of rule `{rule}`"),
            (None, None) => String::new(),
        };
        let mut result = String::new();
        let mut rest = form;
        while let Some((plain, tail)) = rest.split_once('{') {
            result.push_str(plain);
            let Some((name, tail)) = tail.split_once('}') else { break };
            result.push_str(match name {
                "b" => text_of(self.before.as_ref()).unwrap_or_default(),
                "a" => text_of(self.after.as_ref()).unwrap_or_default(),
                "i" => item,
                "r" => rule,
                "o" => &owner,
                "e" if self.rest => "everyone else ",
                // One unit is named alone; several are counted or joined.
                "g" if item.starts_with('`') && !item.contains("` and `") => "gets",
                "g" => "get",
                _ => "",
            });
            rest = tail;
        }
        result.push_str(rest);
        result.trim_end().to_owned()
    }

    /// A stable verb in kebab-case, for audit entries and the trailer `Flag-Action`.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match (&self.subject, self.aspect) {
            (Subject::Flag(_), Aspect::EnvironmentAdded) if self.switches() => "enable",
            (Subject::Flag(_), Aspect::EnvironmentRemoved) if self.switches() => "disable",
            (Subject::Flag(_), aspect) => aspect.row().action,
            (Subject::Segment(_), Aspect::Created) => "segment-create",
            (Subject::Segment(_), Aspect::Deleted) => "segment-delete",
            (Subject::Segment(_), _) => "segment-change",
            (Subject::Project, _) => "project-change",
        }
    }

    /// Whether a block that came or went was enabled.
    fn switches(&self) -> bool {
        self.behaviour
    }
}

fn text_of(side: Option<&Side>) -> Option<&str> {
    side.map(|side| side.text.as_str())
}

/// The verb for several differences together: their common verb, `enable` or `disable` when that came with another
/// serve, else `change`; `none` when there are none.
#[must_use]
pub fn action(differences: &[Difference]) -> &'static str {
    let mut verbs: Vec<&str> = Vec::new();
    for difference in differences {
        let verb = difference.action();
        if !verbs.contains(&verb) {
            verbs.push(verb);
        }
    }
    verbs.sort_unstable();
    match verbs.as_slice() {
        [] => "none",
        [one] => one,
        [switch @ ("enable" | "disable"), "rollout"] => switch,
        _ => "change",
    }
}

/// All differences in one line: `production: enabled, 10% → 25%; owner set to team-payments`. What differs beyond the
/// first five is counted. Subjects are named when there are several.
#[must_use]
pub fn summarise(differences: &[Difference]) -> String {
    const MOST: usize = 5;
    let Some(first) = differences.first() else { return "nothing changes".to_owned() };
    let several = differences.iter().any(|difference| difference.subject != first.subject);
    let mut line = String::new();
    let mut last: Option<&Difference> = None;
    for difference in differences.iter().take(MOST) {
        let same_subject = last.is_some_and(|last| last.subject == difference.subject);
        let same_place = same_subject && last.is_some_and(|last| last.environment == difference.environment);
        if last.is_some() {
            line.push_str(if same_place { ", " } else { "; " });
        }
        if several && !same_subject {
            line.push_str(&named(&difference.subject));
            line.push_str(": ");
        }
        line.push_str(&if same_place { difference.clause() } else { difference.sentence() });
        last = Some(difference);
    }
    if differences.len() > MOST {
        let more = differences.len() - MOST;
        let _ = write!(line, "; and {more} more {}", if more == 1 { "change" } else { "changes" });
    }
    line
}

/// For the subject of a commit: `10% → 25% in production` when one environment is concerned, else as [`summarise`].
#[must_use]
pub fn headline(differences: &[Difference]) -> String {
    let Some(first) = differences.first() else { return summarise(differences) };
    let alike = |it: &Difference| it.environment == first.environment && it.subject == first.subject;
    match &first.environment {
        Some(environment) if differences.len() <= 3 && differences.iter().all(alike) => {
            let clauses: Vec<String> = differences.iter().map(Difference::clause).collect();
            format!("{} in {environment}", clauses.join(", "))
        }
        _ => summarise(differences),
    }
}

fn named(subject: &Subject) -> String {
    match subject {
        Subject::Flag(key) => key.to_string(),
        Subject::Segment(name) => format!("segment {name}"),
        Subject::Project => "project".to_owned(),
    }
}

//! Our answers and theirs, side by side.

use super::engine::{Answer, Engine, Questions};
use super::world::World;
use git_flag::evaluate::{Cause, Context, Decision, Reason, Why};
use git_flag::model::{Timestamp, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What flagd says for each reason of ours.
pub(super) const REASONS: &[(&str, &str, &str)] = &[
    ("STATIC", "", "TARGETING_MATCH"),
    ("TARGETING_MATCH", "", "TARGETING_MATCH"),
    ("SPLIT", "", "TARGETING_MATCH"),
    ("DEFAULT", "of the environment's own `serve`", "TARGETING_MATCH"),
    ("DEFAULT", "a requirement does not hold, or there is no unit", "DEFAULT"),
    ("DISABLED", "killed, archived or not enabled", "STATIC"),
    ("DISABLED", "outside its schedule", "DEFAULT"),
];

/// Why engines differ where contexts are not as declared: the engine begins so, what is given begins so and ends so, why.
const CAUSES: &[(&str, &str, &str, &str)] = &[
    ("npm", "a unit beyond ASCII", "", "its hash reads units of UTF-16, not UTF-8: another bucket"),
    ("npm", "a text beyond ASCII", "for a text", "its hash reads units of UTF-16, not UTF-8: another bucket"),
    ("", "", "for a version", "it reads `1.2`, `v1.2.3` and numbers as versions; here they are none"),
    (
        "npm",
        "",
        "for a list of texts",
        "it fails to look into what is neither list nor text; here that matches nothing",
    ),
    (
        "npm",
        "",
        "for a list of numbers",
        "it fails to look into what is neither list nor text; here that matches nothing",
    ),
    ("PyPI", "", "for a list of texts", "what is no list is without the item; here that matches nothing"),
    ("PyPI", "", "for a list of numbers", "what is no list is without the item; here that matches nothing"),
    ("", "", "number", "orders are of numbers only here; it reads other values as numbers, or fails"),
    ("", "", "integer", "orders are of numbers only here; it reads other values as numbers, or fails"),
    (
        "",
        "",
        "for a boolean",
        "what is of another type is not equal, or part of a unit; here it matches nothing, and is no unit",
    ),
    (
        "",
        "",
        "for a text",
        "what is of another type is not equal, or part of a unit; here it matches nothing, and is no unit",
    ),
];

/// A difference: the index of the question, what is ours and what theirs.
pub(super) struct Difference {
    question: usize,
    ours: String,
    theirs: String,
}

#[derive(Default)]
pub(super) struct Tally {
    asked: usize,
    same: usize,
    same_reason: usize,
    pub(super) differences: Vec<Difference>,
    /// Lines of [`REASONS`], by how often they held.
    pub(super) reasons: BTreeMap<usize, usize>,
}

/// The line of [`REASONS`] that a decision belongs to.
fn line_of(decision: &Decision<'_>) -> usize {
    let scheduled = matches!(decision.cause, Some(Cause::Itself(Why::NotYet(_) | Why::NoLonger(_))));
    let when = match decision.reason {
        Reason::Default if decision.cause.is_some() => "a requirement does not hold, or there is no unit",
        Reason::Default => "of the environment's own `serve`",
        Reason::Disabled if scheduled => "outside its schedule",
        Reason::Disabled => "killed, archived or not enabled",
        _ => "",
    };
    let found = REASONS.iter().position(|(reason, of, _)| *reason == decision.reason.as_str() && *of == when);
    found.unwrap_or_else(|| panic!("no line for {decision:?}"))
}

/// Numbers that are equal look equal.
fn plain(json: &Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().map_or(Json::Null, Json::from),
        Json::Array(items) => items.iter().map(plain).collect(),
        Json::Object(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
        other => other.clone(),
    }
}

impl Tally {
    pub(super) fn of(world: &World, asked: &Questions, answers: &[Answer]) -> Self {
        let mut tally = Self::default();
        for (question, ((key, _, context, moment), theirs)) in asked.questions.iter().zip(answers).enumerate() {
            let context = Context::from_json(asked.contexts[*context].clone()).expect("a context");
            let bound = world.program.bind(&context);
            let decision = bound.evaluate(key, world.environment, Timestamp::from_unix(*moment));
            let value = decision.value.map(Value::to_json).unwrap_or_default();
            let line = line_of(&decision);
            let same = plain(&value) == plain(&theirs.value) && decision.variant == theirs.variant.as_deref();
            let same_reason = theirs.reason == REASONS[line].2 && theirs.error.is_none();
            tally.asked += 1;
            tally.same += usize::from(same);
            tally.same_reason += usize::from(same_reason);
            if same && same_reason {
                *tally.reasons.entry(line).or_insert(0) += 1;
                continue;
            }
            let ours = format!("{value} ({}) {} {:?}", decision.variant.unwrap_or("-"), decision.reason, decision.rule);
            let variant = theirs.variant.as_deref().unwrap_or("-");
            let error = theirs.error.as_deref().unwrap_or_default();
            let theirs = format!("{} ({variant}) {} {error}", theirs.value, theirs.reason);
            tally.differences.push(Difference { question, ours, theirs });
        }
        tally
    }

    pub(super) fn line(&self, name: &str, world: &World) -> String {
        let (flags, refused) = (world.exported().count(), world.refused());
        let (asked, same, reason) = (self.asked, self.same, self.same_reason);
        format!("| {name} | {} | {flags} | {refused} | {asked} | {same} | {reason} |\n", world.generation)
    }

    /// The differences about the shortest flags in full.
    pub(super) fn shown(&self, name: &str, world: &World, asked: &Questions) -> String {
        let mut text = format!("{name}: {} of {} differ\n", self.differences.len(), self.asked);
        let mut shortest: Vec<&Difference> = self.differences.iter().collect();
        shortest.sort_by_key(|one| world.export["flags"][&asked.questions[one.question].0].to_string().len());
        for difference in shortest.into_iter().take(5) {
            let (key, _, context, moment) = &asked.questions[difference.question];
            let flag = &world.export["flags"][key];
            text += &format!("\n{key} at {moment}\n  ours   {}\n  theirs {}\n", difference.ours, difference.theirs);
            text += &format!("  context {}\n  exported {flag}\n", asked.contexts[*context]);
        }
        text
    }

    /// A line for each cause, and the differences for which none is known.
    pub(super) fn by_cause(&self, engine: &Engine, oddities: &[String], asked: &Questions) -> (String, Vec<String>) {
        let mut questions: BTreeMap<&str, usize> = BTreeMap::new();
        let mut differ: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
        for (_, _, context, _) in &asked.questions {
            *questions.entry(&oddities[*context]).or_default() += 1;
        }
        for difference in &self.differences {
            differ.entry(&oddities[asked.questions[difference.question].2]).or_default().push(difference);
        }
        let mut causes: BTreeMap<&str, (Vec<&str>, usize, usize)> = BTreeMap::new();
        let mut unknown = Vec::new();
        for (what, differences) in &differ {
            let known = CAUSES.iter().find(|(name, start, end, _)| {
                engine.name.starts_with(name) && what.starts_with(start) && what.ends_with(end)
            });
            let Some((_, _, _, why)) = known else {
                let first = differences[0];
                let (key, _, context, _) = &asked.questions[first.question];
                let context = &asked.contexts[*context];
                unknown.push(format!("{}: {what}: {key}: {} / {} {context}", engine.name, first.ours, first.theirs));
                continue;
            };
            let entry = causes.entry(why).or_default();
            entry.0.push(what);
            entry.1 += questions[what];
            entry.2 += differences.len();
        }
        let mut lines = String::new();
        for (why, (given, asked, differ)) in causes {
            lines += &format!("| {} | {} | {asked} | {differ} | {why} |\n", engine.name, given.join(", "));
        }
        (lines, unknown)
    }
}

/// The table of reasons, with how often each held.
pub(super) fn reasons_table(counted: &BTreeMap<usize, usize>) -> String {
    let mut table = "| `git flag` | | flagd | questions |\n| --- | --- | --- | --- |\n".to_owned();
    for (line, (ours, when, theirs)) in REASONS.iter().enumerate() {
        let count = counted.get(&line).copied().unwrap_or_default();
        table += &format!("| `{ours}` | {when} | `{theirs}` | {count} |\n");
    }
    table
}

//! Parts of flags in words that people understand, each on one line.

mod serve;

pub use serve::{rollout, serve};

use crate::model::{
    Archived, AttributeDeclaration, Condition, Environment, Flag, Kill, Lifetime, Operand, Ring, Rule, Scalar,
    Schedule, Test, Timestamp, Unit,
};

/// Text of any length on one line: control characters become spaces, and the rest is cut after 80 characters.
#[must_use]
pub fn short(text: &str) -> String {
    cut(text, 80)
}

fn cut(text: &str, most: usize) -> String {
    let clean = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    let line: String = text.trim().chars().take(most + 1).map(clean).collect();
    if line.chars().count() <= most {
        return line;
    }
    let start: String = line.chars().take(most - 1).collect();
    format!("{}…", start.trim_end())
}

/// Characters that change how their neighbours are shown, without being control characters: bidi marks and separators.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A time: `2026-12-01` at midnight UTC, RFC 3339 otherwise.
#[must_use]
pub fn time(time: Timestamp) -> String {
    let full = time.to_string();
    if full.ends_with("T00:00:00Z") { time.date() } else { full }
}

/// Conditions that all must match, in up to 240 characters; `everyone` when there are none.
#[must_use]
pub fn conditions(conditions: &[Condition]) -> String {
    let text = match conditions {
        [] => "everyone".to_owned(),
        [one] => one.to_string(),
        many => Condition::All(many.to_vec()).to_string(),
    };
    cut(&text, 240)
}

/// What came to and went from the list of a test that is otherwise the same: `country in: + NO, − FR`.
#[must_use]
pub fn list_change(before: &Test, after: &Test) -> Option<String> {
    let alike = before.attribute == after.attribute
        && before.operator == after.operator
        && before.ignore_case == after.ignore_case
        && before.lenient == after.lenient
        && before.any_item == after.any_item;
    let (Operand::Many(old), Operand::Many(new)) = (&before.operand, &after.operand) else { return None };
    let only = |these: &[Scalar], those: &[Scalar], sign: &str| -> Vec<String> {
        these.iter().filter(|it| !those.contains(it)).map(|it| format!("{sign} {it}")).collect()
    };
    let changes = [only(new, old, "+"), only(old, new, "−")].concat();
    let told = alike && !changes.is_empty();
    told.then(|| {
        let operator = after.operator.replace('_', " ");
        cut(&format!("{} {operator}: {}", after.attribute, changes.join(", ")), 240)
    })
}

/// A rule: `25% when country in [DE, FR]`, or `25% for everyone`.
#[must_use]
pub fn rule(rule: &Rule) -> String {
    let served = serve(&rule.serve);
    if rule.when.is_empty() {
        format!("{served} for everyone")
    } else {
        format!("{served} when {}", conditions(&rule.when))
    }
}

/// A window of time: `from 2026-12-01 until 2027-01-01`.
#[must_use]
pub fn schedule(schedule: &Schedule) -> String {
    match (schedule.from, schedule.until) {
        (Some(from), Some(until)) => format!("from {} until {}", time(from), time(until)),
        (Some(from), None) => format!("from {}", time(from)),
        (None, Some(until)) => format!("until {}", time(until)),
        (None, None) => "always".to_owned(),
    }
}

/// Why it was killed, by whom and when, as far as known.
#[must_use]
pub fn kill(kill: &Kill) -> String {
    note(&short(&kill.reason), kill.by.as_deref(), kill.at)
}

/// By whom and when it was archived, as far as known.
#[must_use]
pub fn archived(archived: &Archived) -> String {
    note("", archived.by.as_deref(), archived.at)
}

fn note(first: &str, by: Option<&str>, at: Option<Timestamp>) -> String {
    let by = by.map(|by| format!("by {}", short(by)));
    let at = at.map(|at| format!("at {}", time(at)));
    let first = (!first.is_empty()).then(|| first.to_owned());
    first.into_iter().chain(by).chain(at).collect::<Vec<_>>().join(" ")
}

/// How long a flag is meant to live; `None` when its file does not say.
#[must_use]
pub fn lifetime(lifetime: Lifetime) -> Option<String> {
    match lifetime {
        Lifetime::Unstated => None,
        Lifetime::Permanent => Some("permanent".to_owned()),
        Lifetime::Expires(at) => Some(format!("expires {}", time(at))),
    }
}

/// Up to two units by name, else their number: `` `user-1` and `user-2` ``, `3 users`.
#[must_use]
pub fn units<'a>(units: impl IntoIterator<Item = &'a Unit>) -> String {
    let all: Vec<&Unit> = units.into_iter().collect();
    match all.as_slice() {
        [] => "nobody".to_owned(),
        [one] => format!("`{}`", short(one.as_str())),
        [one, two] => format!("`{}` and `{}`", short(one.as_str()), short(two.as_str())),
        many => format!("{} users", many.len()),
    }
}

/// What a flag does in an environment: `off`, `killed`, `25%`, `25%, 3 rules`.
#[must_use]
pub fn environment(environment: &Environment) -> String {
    if environment.killed.is_some() {
        return "killed".to_owned();
    }
    if !environment.enabled {
        return "off".to_owned();
    }
    let counted = |count: usize, one: &str| match count {
        0 => String::new(),
        1 => format!(", 1 {one}"),
        many => format!(", {many} {one}s"),
    };
    let rules = counted(environment.rules.len(), "rule");
    let targets = counted(environment.targets.iter().map(|target| target.units.len()).sum(), "target");
    let window = environment.schedule.as_ref().map(|it| format!(", {}", schedule(it))).unwrap_or_default();
    format!("{}{rules}{targets}{window}", serve(&environment.serve))
}

/// A flag: `boolean, off everywhere`, or `string; staging: 25%; production: off`.
#[must_use]
pub fn flag(flag: &Flag) -> String {
    let state = if flag.archived.is_some() {
        Some("archived")
    } else if flag.killed.is_some() {
        Some("killed everywhere")
    } else if flag.environments.iter().all(|environment| !environment.enabled) {
        Some("off everywhere")
    } else {
        None
    };
    if let Some(state) = state {
        return format!("{}, {state}", flag.value_type);
    }
    let parts: Vec<String> = flag.environments.iter().map(|it| format!("; {}: {}", it.name, environment(it))).collect();
    format!("{}{}", flag.value_type, parts.concat())
}

/// A ring: `segment staff, 10%`.
#[must_use]
pub fn ring(ring: &Ring) -> String {
    let segment = ring.segment.as_ref().map(|name| format!("segment {name}"));
    let share = ring.percentage.map(|share| format!("{share}%"));
    let parts: Vec<String> = segment.into_iter().chain(share).collect();
    if parts.is_empty() { "nobody".to_owned() } else { parts.join(", ") }
}

/// A declared attribute: `string, one of free, pro`.
#[must_use]
pub fn attribute(attribute: &AttributeDeclaration) -> String {
    let mut words = attribute.attribute_type.name().to_owned();
    for (word, values) in [("one of", &attribute.allowed), ("such as", &attribute.examples)] {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            words = format!("{words}, {word} {}", values.join(", "));
        }
    }
    match &attribute.description {
        Some(text) => format!("{words} ({})", short(text)),
        None => words,
    }
}

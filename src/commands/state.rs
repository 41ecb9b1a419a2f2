//! The state of a flag in an environment, in one word and symbol.

use crate::compare::words;
use crate::model::{Environment, Flag, Serve, Share, Timestamp, Value};
use crate::render::Terminal;
use crate::render::style::Symbol;
use crate::render::table::{Tone, ToneCell};

/// What a flag does in an environment, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The flag has no such environment: it serves its default.
    Absent,
    /// Not enabled: it serves its default.
    Off,
    /// Killed there or everywhere.
    Killed,
    /// Put away.
    Archived,
    /// Enabled, but not yet or no longer in its schedule.
    Waiting,
    /// Serves one variant, other than the default, to everyone.
    On,
    /// Serves different variants to different people.
    Partly,
    /// Enabled, and serves its default to everyone.
    DefaultOnly,
}

impl State {
    /// All states with their words in `list --state` and JSON.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::Absent, "absent"),
        (Self::Off, "off"),
        (Self::Killed, "killed"),
        (Self::Archived, "archived"),
        (Self::Waiting, "scheduled"),
        (Self::On, "on"),
        (Self::Partly, "partly"),
        (Self::DefaultOnly, "default"),
    ];

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Of `flag` in the environment of that name.
    pub(super) fn of(flag: &Flag, environment: &str, now: Timestamp) -> Self {
        if flag.archived.is_some() {
            return Self::Archived;
        }
        let Some(environment) = flag.environment(environment) else { return Self::Absent };
        if flag.killed.is_some() || environment.killed.is_some() {
            return Self::Killed;
        }
        if !environment.enabled {
            return Self::Off;
        }
        if environment.schedule.is_some_and(|schedule| !schedule.contains(now)) {
            return Self::Waiting;
        }
        if !environment.rules.is_empty() || !environment.targets.is_empty() || !is_uniform(&environment.serve) {
            return Self::Partly;
        }
        if serves_default(flag, &environment.serve) { Self::DefaultOnly } else { Self::On }
    }
}

fn is_uniform(serve: &Serve) -> bool {
    let single = |share: Option<&crate::model::Setting>| matches!(share, Some(crate::model::Setting::Share(share)) if *share == Share::ZERO || *share == Share::FULL);
    match serve {
        Serve::Variant(_) => true,
        Serve::Rollout(rollout) => rollout.strategy == "percentage" && single(rollout.setting("percentage")),
    }
}

fn serves_default(flag: &Flag, serve: &Serve) -> bool {
    match serve {
        Serve::Variant(variant) => *variant == flag.default,
        Serve::Rollout(rollout) => {
            let nobody = matches!(rollout.setting("percentage"), Some(crate::model::Setting::Share(share)) if *share == Share::ZERO);
            nobody || rollout.serve.as_ref() == Some(&flag.default)
        }
    }
}

/// The cell of a table: symbol and words, such as `◐ 25%` or `● on`.
pub(super) fn cell(flag: &Flag, name: &str, now: Timestamp, terminal: &Terminal) -> ToneCell {
    let state = State::of(flag, name, now);
    let (symbol, tone) = match state {
        State::Absent => (Symbol::Absent, Tone::Dim),
        State::Off | State::DefaultOnly | State::Archived => (Symbol::Off, Tone::Dim),
        State::Killed => (Symbol::Killed, Tone::Bad),
        State::Waiting | State::Partly => (Symbol::Partly, Tone::Partly),
        State::On => (Symbol::On, Tone::Good),
    };
    let words = flag.environment(name).map_or_else(|| "-".to_owned(), |environment| words_of(flag, environment, state));
    (format!("{} {words}", symbol.text(terminal)), tone)
}

/// The words of a state: `25%`, `on +2 rules`, `killed`.
pub(super) fn words_of(flag: &Flag, environment: &Environment, state: State) -> String {
    match state {
        State::On | State::Partly | State::DefaultOnly => {
            let mut text = words::serve(&environment.serve);
            let count = |text: &mut String, number: usize, word: &str| {
                if number > 0 {
                    *text += &format!(" +{number} {word}{}", if number == 1 { "" } else { "s" });
                }
            };
            count(&mut text, environment.rules.len(), "rule");
            count(&mut text, environment.targets.len(), "target");
            text
        }
        State::Off if flag.default.as_str() != "off" => format!("off ({})", default_words(flag)),
        other => other.word().to_owned(),
    }
}

fn default_words(flag: &Flag) -> String {
    match flag.variant(flag.default.as_str()).map(|variant| &variant.value) {
        Some(Value::Boolean(value)) => value.to_string(),
        _ => flag.default.to_string(),
    }
}

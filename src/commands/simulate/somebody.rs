//! What one user gets, and since when.

use super::shown;
use crate::commands::eval::words;
use crate::commands::wording::markdown_table;
use crate::compare::{Window, moments};
use crate::evaluate::{BoundContext, Context, Program};
use crate::model::{Catalog, EnvironmentName, FlagKey, Timestamp};
use crate::render::style::{DIM, EMPHASIS, NAME, paint, plain};
use crate::render::table::{Tone, table};
use crate::render::{Format, Report, Terminal};
use serde_json::{Value, json};

/// What is asked, and by whom.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) program: &'a Program,
    pub(super) key: &'a FlagKey,
    pub(super) environment: &'a EnvironmentName,
    pub(super) context: &'a Context,
}

pub(super) fn report(catalog: &Catalog, asked: Asked<'_>, window: Window) -> impl Report + use<> {
    let Asked { program, key, environment, context } = asked;
    let bound = program.bind(context);
    let mut answers: Vec<Answer> = Vec::new();
    let Some(flag) = catalog.flags.get(key) else { return Somebody::new(key, environment, window, answers) };
    let ask = |at| Answer::at(&bound, key, environment, at);
    let mut moments: Vec<Timestamp> = moments(catalog, flag, environment.as_str(), window).into_iter().collect();
    moments.push(window.to);
    let mut last: Option<Answer> = None;
    for at in moments {
        let next = ask(at);
        // Between two moments only shares that grow evenly change anything: the exact second is found by halving.
        while let Some(known) = last.take().filter(|known| !known.is_as(&next)) {
            let (mut before, mut after) = (known.at.unix(), at.unix());
            while before + 1 < after {
                let middle = before + (after - before) / 2;
                if ask(Timestamp::from_unix(middle)).is_as(&known) { before = middle } else { after = middle }
            }
            let changed = ask(Timestamp::from_unix(after));
            answers.push(changed.clone());
            last = Some(changed);
            if after == at.unix() {
                break;
            }
        }
        if answers.is_empty() {
            answers.push(next.clone());
        }
        last = Some(next);
    }
    Somebody::new(key, environment, window, answers)
}

/// What is served from a moment on.
#[derive(Clone)]
struct Answer {
    at: Timestamp,
    value: String,
    variant: Option<String>,
    cause: Option<String>,
    words: String,
    json: Value,
}

impl Answer {
    fn at(bound: &BoundContext<'_, '_>, key: &FlagKey, environment: &EnvironmentName, at: Timestamp) -> Self {
        let decision = bound.evaluate(key.as_str(), environment.as_str(), at);
        Self {
            at,
            value: decision.value.map_or_else(|| "-".to_owned(), ToString::to_string),
            variant: decision.variant.map(str::to_owned),
            cause: decision.cause.map(|cause| cause.to_string()),
            words: words(&decision),
            json: decision.to_json(),
        }
    }

    /// Whether the user gets the same, and the default for the same cause.
    fn is_as(&self, other: &Self) -> bool {
        (&self.variant, &self.cause) == (&other.variant, &other.cause)
    }
}

struct Somebody {
    key: FlagKey,
    environment: EnvironmentName,
    window: Window,
    answers: Vec<Answer>,
}

impl Somebody {
    fn new(key: &FlagKey, environment: &EnvironmentName, window: Window, answers: Vec<Answer>) -> Self {
        Self { key: key.clone(), environment: environment.clone(), window, answers }
    }
}

impl Report for Somebody {
    fn text(&self, terminal: &Terminal) -> String {
        let span = format!("{} to {} UTC", shown(self.window.from), shown(self.window.to));
        let mut text =
            format!("{} in {}  {}\n\n", paint(EMPHASIS, &self.key), paint(NAME, &self.environment), paint(DIM, span));
        let rows = self.answers.iter().map(|answer| {
            vec![
                (shown(answer.at), Tone::Dim),
                (plain(&answer.value), Tone::Name),
                (plain(&answer.words), Tone::Normal),
            ]
        });
        text += &table(terminal, &["from", "value", "reason"], rows.collect());
        text
    }

    fn json(&self) -> Value {
        json!({
            "schema": "git-flag.simulate/v1",
            "flag": self.key.as_str(),
            "environment": self.environment.as_str(),
            "from": self.window.from.to_string(),
            "to": self.window.to.to_string(),
            "answers": self.records(),
        })
    }

    fn records(&self) -> Vec<Value> {
        let record = |answer: &Answer| json!({ "at": answer.at.to_string(), "decision": answer.json });
        self.answers.iter().map(record).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Markdown).then(|| {
            let header = ["From", "Value", "Reason"].map(str::to_owned);
            let rows =
                self.answers.iter().map(|answer| vec![shown(answer.at), answer.value.clone(), answer.words.clone()]);
            markdown_table(&header, rows)
        })
    }
}

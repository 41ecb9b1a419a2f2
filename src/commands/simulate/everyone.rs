//! The shares of everyone, stretch by stretch.

use super::shown;
use crate::commands::wording::markdown_table;
use crate::compare::{Closed, Served, Stretch, Window, words};
use crate::model::{Catalog, EnvironmentName, FlagKey, Setting, VariantName};
use crate::render::style::{DIM, EMPHASIS, NAME, paint, plain};
use crate::render::table::{Tone, table};
use crate::render::{Format, Report, Terminal};
use serde_json::{Value, json};

pub(super) fn report(
    catalog: &Catalog,
    key: &FlagKey,
    environment: &EnvironmentName,
    stretches: Vec<Stretch>,
    window: Window,
) -> impl Report + use<> {
    let flag = catalog.flags.get(key);
    let block = flag.and_then(|flag| flag.environment(environment.as_str()));
    let rules = block.map_or(0, |block| block.rules.len() + block.targets.len());
    let targets = block.map_or(0, |block| block.targets.iter().map(|target| target.units.len()).sum());
    let mut notes = Vec::new();
    let serves = block.into_iter().flat_map(|block| block.rules.iter().map(|rule| &rule.serve).chain([&block.serve]));
    for rollout in serves.filter_map(|serve| serve.rollout()).filter(|rollout| rollout.strategy == "canary") {
        let (stages, stage) = (rollout.setting("stages"), rollout.setting("stage"));
        if let (Some(Setting::Shares(stages)), Some(Setting::Count(stage))) = (stages, stage) {
            notes.push(format!(
                "a canary at stage {stage} of {}: it grows when somebody raises it, not with time",
                stages.len()
            ));
        }
    }
    notes.dedup();
    if targets > 0 {
        notes.push(format!(
            "{} always get what they are targeted with",
            crate::commands::wording::count(targets, "unit")
        ));
    }
    let requires = flag.into_iter().flat_map(|flag| &flag.requires);
    let requires = requires.chain(block.into_iter().flat_map(|block| &block.requires));
    let requires: Vec<String> = requires.map(|it| format!("`{}` to serve {}", it.flag, it.shown())).collect();
    if !requires.is_empty() {
        notes.push(format!("only for those for whom it requires {}", requires.join(" and ")));
    }
    Everyone {
        key: key.clone(),
        environment: environment.clone(),
        default: flag.map(|flag| flag.default.clone()),
        has_rules: rules > 0,
        stretches,
        window,
        notes,
    }
}

struct Everyone {
    key: FlagKey,
    environment: EnvironmentName,
    default: Option<VariantName>,
    has_rules: bool,
    stretches: Vec<Stretch>,
    window: Window,
    notes: Vec<String>,
}

impl Everyone {
    /// When, for whom, and what; of a later stretch only what is new in it.
    fn rows(&self) -> Vec<[String; 3]> {
        let mut rows = Vec::new();
        let mut known: &[Served] = &[];
        for stretch in &self.stretches {
            let mut when = shown(stretch.at);
            if let Some(closed) = &stretch.closed {
                let default = self.default.as_ref().map(ToString::to_string).unwrap_or_default();
                rows.push([when, "everyone".into(), format!("{default} (it {})", closed_in_words(closed))]);
                known = &[];
                continue;
            }
            let is_new = |(index, served): &(usize, &Served)| known.get(*index) != Some(*served);
            for (_, served) in stretch.serves.iter().enumerate().filter(is_new) {
                let whom = match (&served.rule, self.has_rules) {
                    (Some(rule), _) => format!("rule {rule}"),
                    (None, true) => "everyone else".to_owned(),
                    (None, false) => "everyone".to_owned(),
                };
                rows.push([std::mem::take(&mut when), whom, served_in_words(served)]);
            }
            known = &stretch.serves;
        }
        rows
    }
}

fn closed_in_words(closed: &Closed) -> String {
    match closed {
        Closed::Absent => "does not have this environment".into(),
        Closed::Disabled => "is disabled".into(),
        Closed::Killed => "is killed".into(),
        Closed::Archived => "is archived".into(),
        Closed::NotYet(from) => format!("is not on before {}", shown(*from)),
        Closed::NoLonger(until) => format!("is off since {}", shown(*until)),
        Closed::Unknown(key) => format!("requires `{key}`, which does not read or is not there"),
        Closed::Requires(key, why) => format!("requires `{key}`, which {}", closed_in_words(why)),
        Closed::Serves(key, variant) => format!("requires `{key}`, which serves `{variant}` to everyone"),
    }
}

fn served_in_words(served: &Served) -> String {
    let mut text = match &served.parts[..] {
        [(variant, _)] => variant.to_string(),
        parts => parts.iter().map(|(variant, portion)| format!("{variant} {portion}")).collect::<Vec<_>>().join(", "),
    };
    if let Some(by) = served.by.as_ref().filter(|by| !by.is_targeting_key()) {
        text += &format!(" by {by}");
    }
    if served.grows {
        text += ", growing";
    }
    if !served.members.is_empty() {
        let names: Vec<String> = served.members.iter().map(ToString::to_string).collect();
        text += &format!(", and members of {}", names.join(", "));
    }
    text
}

impl Report for Everyone {
    fn text(&self, terminal: &Terminal) -> String {
        let span = format!("{} to {} UTC", shown(self.window.from), shown(self.window.to));
        let mut text =
            format!("{} in {}  {}\n\n", paint(EMPHASIS, &self.key), paint(NAME, &self.environment), paint(DIM, span));
        let rows = self.rows().into_iter().map(|[when, whom, what]| {
            vec![(when, Tone::Dim), (plain(&whom), Tone::Name), (plain(&what), Tone::Normal)]
        });
        text += &table(terminal, &["from", "for", "serves"], rows.collect());
        if self.stretches.len() == 1 {
            text += &format!("\n{}\n", paint(DIM, "nothing changes with time"));
        }
        for note in &self.notes {
            text += &format!("\n{}\n", paint(DIM, plain(note)));
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "schema": "git-flag.simulate/v1",
            "flag": self.key.as_str(),
            "environment": self.environment.as_str(),
            "from": self.window.from.to_string(),
            "to": self.window.to.to_string(),
            "stretches": self.records(),
            "notes": self.notes,
        })
    }

    fn records(&self) -> Vec<Value> {
        let served = |served: &Served| {
            let parts =
                served.parts.iter().map(|(variant, portion)| json!({ "variant": variant.as_str(), "share": portion }));
            let members: Vec<&str> = served.members.iter().map(crate::model::SegmentName::as_str).collect();
            json!({ "rule": served.rule,
                "parts": parts.collect::<Vec<_>>(),
                "by": served.by.as_ref().map(ToString::to_string),
                "members": members, "grows": served.grows })
        };
        let record = |stretch: &Stretch| {
            json!({
                "at": stretch.at.to_string(),
                "closed": stretch.closed.as_ref().map(closed_in_words),
                "serves": stretch.serves.iter().map(served).collect::<Vec<_>>(),
            })
        };
        self.stretches.iter().map(record).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Markdown).then(|| {
            let header = ["From", "For", "Serves"].map(str::to_owned);
            let mut text = markdown_table(&header, self.rows().into_iter().map(Vec::from));
            for note in &self.notes {
                text += &format!("\n{}\n", words::short(note));
            }
            text
        })
    }
}

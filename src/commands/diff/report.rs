//! The differences, for people and programs.

use crate::compare::{Difference, Impact, Subject};
use crate::model::FlagKey;
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, PARTLY, paint, plain};
use crate::render::{Format, Report, Terminal};
use serde_json::{Value, json};

pub(super) struct Diff {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) differences: Vec<Difference>,
    pub(super) impacts: Vec<(FlagKey, Impact)>,
}

impl Diff {
    fn subjects(&self) -> Vec<&Subject> {
        let mut subjects: Vec<&Subject> = Vec::new();
        for difference in &self.differences {
            if subjects.last() != Some(&&difference.subject) {
                subjects.push(&difference.subject);
            }
        }
        subjects
    }

    fn of<'d>(&'d self, subject: &'d Subject) -> impl Iterator<Item = &'d Difference> {
        self.differences.iter().filter(move |difference| difference.subject == *subject)
    }

    fn impacts_of<'d>(&'d self, subject: &'d Subject) -> impl Iterator<Item = &'d Impact> {
        let name = subject.name().filter(|_| matches!(subject, Subject::Flag(_)));
        self.impacts.iter().filter(move |(key, _)| Some(key.as_str()) == name).map(|(_, impact)| impact)
    }

    fn markdown(&self) -> String {
        if self.differences.is_empty() {
            return "No flag changes.\n".into();
        }
        let header = ["Flag", "Environment", "Change", "Who is affected"].map(str::to_owned);
        let rows = self.differences.iter().map(|difference| {
            let environment = difference.environment.as_ref().map(ToString::to_string);
            let affected = self
                .impacts_of(&difference.subject)
                .filter(|impact| Some(&impact.environment) == difference.environment.as_ref());
            vec![
                title(&difference.subject),
                environment.unwrap_or_default(),
                difference.clause(),
                affected.map(Impact::sentence).collect::<Vec<_>>().join("; "),
            ]
        });
        crate::commands::wording::markdown_table(&header, rows)
    }
}

fn title(subject: &Subject) -> String {
    match subject {
        Subject::Flag(key) => key.to_string(),
        Subject::Segment(name) => format!("segment {name}"),
        Subject::Project => "project".into(),
    }
}

impl Report for Diff {
    fn text(&self, _: &Terminal) -> String {
        let mut text = String::new();
        for subject in self.subjects() {
            text += &format!("{}\n", paint(EMPHASIS, title(subject)));
            for difference in self.of(subject) {
                let (sign, style) = match (&difference.before, &difference.after) {
                    (None, _) => ("+", GOOD),
                    (_, None) => ("-", BAD),
                    _ => ("~", PARTLY),
                };
                text += &format!("  {} {}\n", paint(style, sign), plain(&difference.sentence()));
            }
            for impact in self.impacts_of(subject) {
                text +=
                    &format!("    {}\n", paint(DIM, plain(&format!("{}: {}", impact.environment, impact.sentence()))));
            }
        }
        text
    }

    fn json(&self) -> Value {
        let impacts = self.impacts.iter().map(|(key, impact)| {
            let mut value = json!(impact);
            if let Some(object) = value.as_object_mut() {
                object.insert("flag".into(), key.as_str().into());
            }
            value
        });
        json!({
            "schema": "git-flag.diff/v1",
            "from": self.from,
            "to": self.to,
            "differences": self.differences,
            "impact": impacts.collect::<Vec<_>>(),
        })
    }

    fn records(&self) -> Vec<Value> {
        self.differences.iter().map(|difference| json!(difference)).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Markdown).then(|| self.markdown())
    }
}

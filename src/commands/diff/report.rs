//! The differences, for people and programs.

use super::beside::Expectations;
use crate::commands::impacts::with_flag;
use crate::compare::{Difference, Impact, Subject};
use crate::model::FlagKey;
use crate::render::style::{BAD, DIM, EMPHASIS, GOOD, PARTLY, paint, plain};
use crate::render::{Format, Report, Terminal};
use serde_json::{Value, json};

pub(super) struct Diff {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) differences: Vec<Difference>,
    pub(super) expectations: Vec<Expectations>,
    /// In the order of keys.
    pub(super) impacts: Vec<(FlagKey, Impact)>,
}

impl Diff {
    /// The differences by what they are about, which stand together.
    fn subjects(&self) -> impl Iterator<Item = (&Subject, &[Difference])> {
        let subjects = self.differences.chunk_by(|one, next| one.subject == next.subject);
        subjects.filter_map(|differences| Some((&differences.first()?.subject, differences)))
    }

    /// Who is affected by what differs in a flag; those of a flag stand together, and flags in order.
    fn impacts_of<'d>(&'d self, subject: &'d Subject) -> impl Iterator<Item = &'d Impact> {
        let (start, end) = match subject {
            Subject::Flag(key) => (
                self.impacts.partition_point(|(other, _)| other < key),
                self.impacts.partition_point(|(other, _)| other <= key),
            ),
            _ => (0, 0),
        };
        self.impacts[start..end].iter().map(|(_, impact)| impact)
    }

    fn markdown(&self) -> String {
        if self.differences.is_empty() && self.expectations.is_empty() {
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
        let expectations = self.expectations.iter().map(|file| {
            let nothing = || String::new();
            vec![file.title.clone(), nothing(), file.words().1, nothing()]
        });
        crate::commands::wording::markdown_table(&header, rows.chain(expectations))
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
        for (subject, differences) in self.subjects() {
            text += &format!("{}\n", paint(EMPHASIS, title(subject)));
            for difference in differences {
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
        for file in &self.expectations {
            let (sign, words) = file.words();
            let style = match sign {
                '+' => GOOD,
                '-' => BAD,
                _ => PARTLY,
            };
            text += &format!("{}\n  {} {words}\n", paint(EMPHASIS, &file.title), paint(style, sign));
        }
        text
    }

    fn json(&self) -> Value {
        let impacts = self.impacts.iter().map(|(key, impact)| with_flag(key, impact));
        json!({
            "schema": "git-flag.diff/v1",
            "from": self.from,
            "to": self.to,
            "differences": self.differences,
            "impact": impacts.collect::<Vec<_>>(),
            "expectations": self.expectations.iter().map(Expectations::json).collect::<Vec<_>>(),
        })
    }

    fn records(&self) -> Vec<Value> {
        self.differences.iter().map(|difference| json!(difference)).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        (format == Format::Markdown).then(|| self.markdown())
    }
}

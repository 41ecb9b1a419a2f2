//! `segment list` and `segment show`.

use super::uses::{Use, uses};
use crate::commands::Session;
use crate::commands::arguments::{AtArgs, FormatArgs, ListFormatArgs, moment};
use crate::commands::completing::Segments;
use crate::commands::wording::{csv, markdown_table, records};
use crate::compare::words;
use crate::diagnostic::codes::repository;
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::model::{Segment, SegmentName};
use crate::project::{Loaded, file_failure, layout};
use crate::render::style::{DIM, EMPHASIS, NAME, paint, plain};
use crate::render::table::{Tone, table};
use crate::render::{Format, Outcome, Report, Terminal};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};

/// List all segments
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git flag segment list\n  git flag segment list --json")]
pub(super) struct ListArgs {
    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    format: ListFormatArgs,
}

/// Show a segment: who is in it, and which flags use it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  git flag segment show staff\n  git flag segment show staff --at HEAD~3 --json")]
pub(super) struct ShowArgs {
    /// The segment.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(Segments))]
    name: String,

    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    format: FormatArgs,
}

fn load(session: &mut Session, at: &AtArgs) -> Result<Loaded> {
    let root = session.root_at(at.at.as_deref())?;
    let moment = moment(root.repository(), at.at.as_deref(), None, session.now())?;
    root.load_all(moment.view)
}

pub(super) fn list(args: &ListArgs, session: &mut Session) -> Result<Outcome> {
    let end = args.format.apply(session)?;
    let loaded = load(session, &args.at)?;
    let segments = loaded
        .catalog
        .segments
        .values()
        .map(|segment| (segment.clone(), uses(&loaded.catalog, &segment.name).len()))
        .collect();
    let broken: Vec<String> = loaded
        .catalog
        .broken_segments
        .iter()
        .map(|(name, error)| format!("`{name}` does not read and is left out: {error}"))
        .collect();
    let outcome = Outcome::report(List { segments, end });
    Ok(broken.into_iter().fold(outcome, Outcome::note))
}

pub(super) fn show(args: &ShowArgs, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl])?);
    let name = super::name(&args.name)?;
    let mut loaded = load(session, &args.at)?;
    let uses = uses(&loaded.catalog, &name);
    match loaded.catalog.segments.remove(&name) {
        Some(segment) => Ok(Outcome::report(Show { segment, uses })),
        None => Err(missing(loaded, &name)),
    }
}

fn missing(loaded: Loaded, name: &SegmentName) -> Box<Failure> {
    let path = layout::segment_path(name);
    if loaded.catalog.broken_segments.contains_key(name) {
        let own = |place: Option<&crate::source::Place>| place.is_some_and(|place| place.file == path);
        let problems = loaded.problems.into_iter().filter(|problem| own(problem.place.as_ref())).collect();
        let mut failure = file_failure(&path, problems, None);
        failure.sources.extend(loaded.sources);
        return failure;
    }
    let failure = Failure::new(&repository::UNKNOWN_SEGMENT_ARGUMENT, format!("there is no segment `{name}`"));
    match did_you_mean(name.as_str(), loaded.catalog.segments.keys().map(SegmentName::as_str)) {
        Some(hint) => failure.help(hint),
        None => failure.help("`git flag segment list` shows all segments"),
    }
}

/// Segments with the number of places that use them.
struct List {
    segments: Vec<(Segment, usize)>,
    /// What ends a record of the format `plain`.
    end: char,
}

const HEADER: [&str; 7] = ["segment", "included", "excluded", "conditions", "used", "owner", "description"];

impl List {
    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.segments.iter().map(|(segment, used)| {
            vec![
                segment.name.to_string(),
                segment.include.len().to_string(),
                segment.exclude.len().to_string(),
                segment.conditions.len().to_string(),
                used.to_string(),
                segment.owner.as_deref().map_or_else(|| "-".to_owned(), plain),
                segment.description.as_deref().map_or_else(String::new, plain),
            ]
        })
    }
}

impl Report for List {
    fn text(&self, terminal: &Terminal) -> String {
        if self.segments.is_empty() {
            return "no segments\n".into();
        }
        let toned = |row: Vec<String>| {
            row.into_iter()
                .enumerate()
                .map(|(column, text)| (text, if column == 0 { Tone::Name } else { Tone::Normal }))
                .collect()
        };
        table(terminal, &HEADER, self.rows().map(toned).collect())
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.segment-list/v1", "segments": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        let record = |(segment, used): &(Segment, usize)| {
            json!({
                "name": segment.name.as_str(), "description": segment.description, "owner": segment.owner,
                "included": segment.include.len(), "excluded": segment.exclude.len(),
                "conditions": segment.conditions.len(), "used": used,
            })
        };
        self.segments.iter().map(record).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        let header: Vec<String> = HEADER.iter().map(|title| (*title).to_owned()).collect();
        match format {
            Format::Plain => Some(records(self.rows(), self.end)),
            Format::Csv => Some(csv(std::iter::once(header).chain(self.rows()))),
            Format::Markdown => Some(markdown_table(&header, self.rows())),
            _ => None,
        }
    }
}

struct Show {
    segment: Segment,
    uses: Vec<Use>,
}

impl Report for Show {
    fn text(&self, _: &Terminal) -> String {
        let segment = &self.segment;
        let mut text =
            format!("{}  {}\n", paint(EMPHASIS, &segment.name), paint(DIM, layout::segment_path(&segment.name)));
        if let Some(description) = &segment.description {
            text += &format!("{}\n", plain(description));
        }
        if let Some(owner) = &segment.owner {
            text += &format!("\n  owner      {}\n", plain(owner));
        }
        text.push('\n');
        if !segment.exclude.is_empty() {
            text += &format!("  excluded   {}\n", plain(&words::units(&segment.exclude)));
        }
        if !segment.include.is_empty() {
            text += &format!("  included   {}\n", plain(&words::units(&segment.include)));
        }
        for (index, condition) in segment.conditions.iter().enumerate() {
            let label = if index == 0 { "and who" } else { "and" };
            text += &format!("  {label:<10} {}. {}\n", index + 1, plain(&condition.to_string()));
        }
        if segment.conditions.is_empty() && segment.include.is_empty() {
            text += "  nobody is in it\n";
        }
        text += &format!("\n{}\n", paint(EMPHASIS, "used by"));
        for place in &self.uses {
            text += &format!("  {}\n", paint(NAME, place));
        }
        if self.uses.is_empty() {
            text += "  nothing\n";
        }
        text
    }

    fn json(&self) -> Value {
        let uses = self.uses.iter().map(|place| match place {
            Use::Rule { flag, environment, rule } => {
                json!({ "flag": flag.as_str(), "environment": environment.as_str(), "rule": rule })
            }
            Use::Segment(name) => json!({ "segment": name.as_str() }),
            Use::Ring(name) => json!({ "ring": name.as_str() }),
        });
        json!({
            "schema": "git-flag.segment-show/v1",
            "name": self.segment.name.as_str(),
            "path": layout::segment_path(&self.segment.name).to_string(),
            "segment": crate::compare::structure::segment(&self.segment),
            "uses": uses.collect::<Vec<_>>(),
        })
    }
}

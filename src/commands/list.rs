use super::arguments::{AtArgs, ListFormatArgs, environment, moment};
use super::state::{self, State};
use crate::commands::Session;
use crate::diagnostic::Result;
use crate::model::{Flag, Kind, Lifetime, Project, Timestamp};
use crate::project::{Loaded, layout};
use crate::render::table::{Tone, table};
use crate::render::{Format, Outcome, Report, Terminal};
use serde_json::{Value, json};

/// List flags with their state in each environment
///
/// Archived flags are left out unless `--state archived` or `--all` asks for them. Several filters must all hold.
///
/// In a pipe the list is `plain`: one line per flag, separated by tabs, without a header: key, state in each environment
/// (a word of `--state`), kind, owner, description; `-` where there is none. `--format table` prints the table all the same.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag list\n  git flag list --env production --state partly\n  git flag list --owner team-payments --json"
)]
pub struct Args {
    /// Show only this environment.
    #[arg(short, long, value_name = "ENVIRONMENT", add = clap_complete::engine::ArgValueCompleter::new(super::completing::Environments))]
    env: Option<String>,

    /// Only flags in this state: in the environment of `--env`, else in any.
    #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(State::ALL.map(|(_, word)| word)))]
    state: Option<String>,

    /// Only flags with this tag.
    #[arg(long)]
    tag: Option<String>,

    /// Only flags of this owner.
    #[arg(long)]
    owner: Option<String>,

    /// Only flags of this kind.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Kind::ALL.map(|(_, name, _)| name)))]
    kind: Option<String>,

    /// Only flags in this folder of `flags/`.
    #[arg(long)]
    category: Option<String>,

    /// Only flags with this text in key, name, description, owner or tags, ignoring case.
    #[arg(short, long, value_name = "TEXT")]
    search: Option<String>,

    /// Archived flags too.
    #[arg(short, long)]
    all: bool,

    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    format: ListFormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let end = args.format.apply(session)?;
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), None, session.now())?;
    let loaded = root.load_all(moment.view)?;
    if let Some(name) = &args.env {
        environment(&loaded.catalog.project, name)?;
    }
    let rows: Vec<Row> = loaded
        .catalog
        .flags
        .values()
        .map(|flag| Row { flag: flag.clone(), category: category(&loaded, flag) })
        .filter(|row| args.wants(row, &loaded.catalog.project, moment.now))
        .collect();
    let broken: Vec<String> =
        loaded.catalog.broken_flags.iter().map(|(key, broken)| format!("{key}: {}", broken.error)).collect();
    let project = loaded.catalog.project;
    let mut outcome = Outcome::report(List { rows, project, environment: args.env, now: moment.now, end });
    if !broken.is_empty() {
        outcome =
            outcome.note(format!("{} not listed, because of errors:", super::wording::count(broken.len(), "flag")));
        for line in broken {
            outcome = outcome.note(format!("  {line}"));
        }
        outcome = outcome.note("`git flag validate` shows them in full");
    }
    Ok(outcome)
}

fn category(loaded: &Loaded, flag: &Flag) -> Option<String> {
    loaded.flag_files.get(&flag.key).and_then(|path| layout::category(path)).map(str::to_owned)
}

impl Args {
    fn wants(&self, row: &Row, project: &Project, now: Timestamp) -> bool {
        let flag = &row.flag;
        let is = |wanted: &Option<String>, actual: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| actual == Some(wanted))
        };
        let state_fits = match &self.state {
            None => self.all || flag.archived.is_none(),
            Some(wanted) => match &self.env {
                Some(environment) => State::of(flag, environment, now).word() == wanted,
                None => {
                    project.environment_names().any(|environment| State::of(flag, environment, now).word() == wanted)
                }
            },
        };
        state_fits
            && is(&self.owner, flag.owner.as_deref())
            && is(&self.kind, flag.kind.map(Kind::name))
            && is(&self.category, row.category.as_deref())
            && self.tag.as_ref().is_none_or(|tag| flag.tags.contains(tag))
            && self.search.as_ref().is_none_or(|text| row.contains(&text.to_lowercase()))
    }
}

struct Row {
    flag: Flag,
    category: Option<String>,
}

impl Row {
    fn contains(&self, lower: &str) -> bool {
        let flag = &self.flag;
        let texts = [Some(flag.key.as_str()), flag.name.as_deref(), flag.description.as_deref(), flag.owner.as_deref()];
        let tags = flag.tags.iter().map(String::as_str);
        texts.into_iter().flatten().chain(tags).any(|text| text.to_lowercase().contains(lower))
    }
}

struct List {
    rows: Vec<Row>,
    project: Project,
    environment: Option<String>,
    now: Timestamp,
    /// What ends a record of the format `plain`.
    end: char,
}

impl List {
    fn environments(&self) -> Vec<&str> {
        match &self.environment {
            Some(name) => vec![name],
            None => self.project.environment_names().collect(),
        }
    }

    fn cells(&self, row: &Row, terminal: &Terminal) -> Vec<(String, Tone)> {
        let flag = &row.flag;
        let plain = |text: Option<&str>| (crate::render::style::plain(text.unwrap_or("-")), Tone::Normal);
        let mut cells = vec![(flag.key.to_string(), Tone::Name)];
        cells.extend(self.environments().iter().map(|environment| state::cell(flag, environment, self.now, terminal)));
        cells.push(plain(flag.kind.map(Kind::name)));
        cells.push(plain(flag.owner.as_deref()));
        cells.push((plain(flag.description.as_deref().or(flag.name.as_deref())).0, Tone::Dim));
        cells
    }

    /// For programs: words instead of symbols, each on its own telling the state.
    fn fields(&self, row: &Row, state: impl Fn(&Flag, &str) -> String) -> Vec<String> {
        let mut fields = self.cells(row, &Terminal::plain()).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        for (field, environment) in fields.iter_mut().skip(1).zip(self.environments()) {
            *field = state(&row.flag, environment);
        }
        fields
    }

    fn header(&self) -> Vec<&str> {
        let mut header = vec!["flag"];
        header.extend(self.environments());
        header.extend(["kind", "owner", "description"]);
        header
    }
}

impl Report for List {
    fn text(&self, terminal: &Terminal) -> String {
        let rows = self.rows.iter().map(|row| self.cells(row, terminal)).collect::<Vec<_>>();
        if rows.is_empty() {
            return "no flags\n".into();
        }
        table(terminal, &self.header(), rows)
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.list/v1", "flags": self.records() })
    }

    fn records(&self) -> Vec<Value> {
        self.rows.iter().map(|row| record(row, &self.environments(), self.now)).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        let word = |flag: &Flag, environment: &str| State::of(flag, environment, self.now).word().to_owned();
        let summary = |flag: &Flag, name: &str| match flag.environment(name) {
            Some(environment) => state::words_of(flag, environment, State::of(flag, name, self.now)),
            None => "-".to_owned(),
        };
        let rows = |state: &dyn Fn(&Flag, &str) -> String| {
            self.rows.iter().map(|row| self.fields(row, state)).collect::<Vec<_>>()
        };
        let header = self.header().into_iter().map(str::to_owned).collect::<Vec<_>>();
        match format {
            Format::Plain => Some(super::wording::records(rows(&word), self.end)),
            Format::Csv => Some(super::wording::csv(std::iter::once(header).chain(rows(&summary)))),
            Format::Markdown => {
                let cells = |row| self.cells(row, &Terminal::plain()).into_iter().map(|(text, _)| text).collect();
                Some(super::wording::markdown_table(&header, self.rows.iter().map(cells)))
            }
            _ => None,
        }
    }
}

fn record(row: &Row, environments: &[&str], now: Timestamp) -> Value {
    let flag = &row.flag;
    let mut states = serde_json::Map::new();
    for name in environments {
        let state = State::of(flag, name, now);
        let words = flag.environment(name).map(|environment| state::words_of(flag, environment, state));
        states.insert((*name).to_owned(), json!({ "state": state.word(), "summary": words }));
    }
    let (expires, permanent) = match flag.lifetime {
        Lifetime::Expires(at) => (Some(at.date()), false),
        Lifetime::Permanent => (None, true),
        Lifetime::Unstated => (None, false),
    };
    json!({
        "key": flag.key.as_str(), "type": flag.value_type.name(), "kind": flag.kind.map(Kind::name), "category": row.category,
        "owner": flag.owner, "description": flag.description, "tags": flag.tags, "expires": expires, "permanent": permanent,
        "archived": flag.archived.is_some(), "environments": states,
    })
}

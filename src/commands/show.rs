use super::arguments::{AtArgs, FormatArgs, broken_flag, key, moment, unknown_flag};
use super::state::{self, State};
use crate::commands::Session;
use crate::compare::words;
use crate::diagnostic::Result;
use crate::model::{Environment, Flag, FlagKey, Kind, Lifetime, Project, Timestamp};
use crate::render::style::{DIM, EMPHASIS, NAME, paint, plain};
use crate::render::{Format, Outcome, Report, Terminal};
use crate::source::FilePath;
use serde_json::{Value, json};

/// Show one flag: what it serves to whom, in plain words
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag show new-checkout\n  git flag show new-checkout --at HEAD~3\n  git flag show new-checkout --json"
)]
pub struct Args {
    /// The flag.
    #[arg(value_name = "KEY", add = clap_complete::engine::ArgValueCompleter::new(super::completing::Keys))]
    key: String,

    #[command(flatten)]
    at: AtArgs,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl])?);
    let key = key(&args.key)?;
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), None, session.now())?;
    let mut loaded = root.load_closure(moment.view, std::slice::from_ref(&key))?;
    let Some(path) = loaded.flag_files.get(&key).cloned() else {
        return Err(unknown_flag(key.as_str(), root.keys(moment.view)?.iter().map(FlagKey::as_str)));
    };
    let Some(flag) = loaded.catalog.flags.remove(&key) else { return Err(broken_flag(&loaded, &key)) };
    let path = root.shown(&path);
    Ok(Outcome::report(Show { flag, path, project: loaded.catalog.project, now: moment.now }))
}

struct Show {
    flag: Flag,
    path: FilePath,
    project: Project,
    now: Timestamp,
}

impl Show {
    fn facts(&self) -> Vec<(&'static str, String)> {
        let flag = &self.flag;
        let mut facts = vec![("type", flag.value_type.to_string())];
        let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, plain(&value))));
        add("kind", flag.kind.map(|kind| Kind::name(kind).to_owned()));
        add("owner", flag.owner.clone());
        add("tags", (!flag.tags.is_empty()).then(|| flag.tags.join(", ")));
        add(
            "lifetime",
            match flag.lifetime {
                Lifetime::Expires(at) if at < self.now => Some(format!("expired on {}", at.date())),
                Lifetime::Expires(at) => Some(format!("until {}", at.date())),
                Lifetime::Permanent => Some("permanent".into()),
                Lifetime::Unstated => None,
            },
        );
        add("salt", flag.salt.clone());
        add("bucketing", flag.bucketing.map(|bucketing| bucketing.to_string()));
        add("default", Some(flag.default.to_string()));
        let requires =
            |requirement: &crate::model::Requirement| format!("{} to serve {}", requirement.flag, requirement.serves);
        add(
            "requires",
            (!flag.requires.is_empty()).then(|| flag.requires.iter().map(requires).collect::<Vec<_>>().join(", ")),
        );
        add("killed", flag.killed.as_ref().map(words::kill));
        add("archived", flag.archived.as_ref().map(words::archived));
        for (name, link) in &flag.links {
            facts.push(("link", plain(&format!("{name}: {link}"))));
        }
        facts
    }
}

impl Report for Show {
    fn text(&self, terminal: &Terminal) -> String {
        let flag = &self.flag;
        let mut text = format!("{}  {}\n", paint(EMPHASIS, &flag.key), paint(DIM, &self.path));
        if let Some(description) = flag.description.as_deref().or(flag.name.as_deref()) {
            text += &format!("{}\n", plain(description));
        }
        text.push('\n');
        for (name, value) in self.facts() {
            text += &format!("  {name:<10} {value}\n");
        }
        if flag.value_type != crate::model::ValueType::Boolean {
            text += &format!("\n{}\n", paint(EMPHASIS, "variants"));
            for variant in &flag.variants {
                let description = variant.description.as_deref().map(|words| paint(DIM, format!("  {}", plain(words))));
                let value = plain(&variant.value.to_json().to_string());
                text += &format!("  {} = {value}{}\n", paint(NAME, &variant.name), description.unwrap_or_default());
            }
        }
        let names = self.project.environment_names().filter(|name| flag.environment(name).is_some());
        for environment in names.filter_map(|name| flag.environment(name)) {
            let (cell, _) = state::cell(flag, environment.name.as_str(), self.now, terminal);
            text += &format!("\n{}  {cell}\n", paint(EMPHASIS, &environment.name));
            text += &steps(environment);
        }
        text
    }

    fn json(&self) -> Value {
        let states = self.project.environment_names().map(|name| {
            let state = State::of(&self.flag, name, self.now).word();
            (name.to_owned(), Value::from(state))
        });
        json!({
            "schema": "git-flag.show/v1",
            "key": self.flag.key.as_str(),
            "path": &*self.path,
            "states": states.collect::<serde_json::Map<_, _>>(),
            "flag": crate::compare::structure::flag(&self.flag),
        })
    }
}

/// What an environment does, in the order of evaluation.
fn steps(environment: &Environment) -> String {
    let mut lines = Vec::new();
    if let Some(kill) = &environment.killed {
        lines.push(format!("killed: {}", words::kill(kill)));
    }
    if let Some(schedule) = &environment.schedule {
        lines.push(words::schedule(schedule));
    }
    for requirement in &environment.requires {
        lines.push(format!("requires {} to serve {}", requirement.flag, requirement.serves));
    }
    for target in &environment.targets {
        lines.push(format!("{} for {}", paint(NAME, &target.serve), words::units(&target.units)));
    }
    for (index, rule) in environment.rules.iter().enumerate() {
        let when = if rule.when.is_empty() { "everyone".to_owned() } else { words::conditions(&rule.when) };
        let label = rule.label(index);
        lines.push(format!(
            "{} when {} {}",
            paint(NAME, words::serve(&rule.serve)),
            plain(&when),
            paint(DIM, format!("({label})"))
        ));
    }
    lines.push(format!(
        "{} for everyone{}",
        paint(NAME, words::serve(&environment.serve)),
        if lines.is_empty() { "" } else { " else" }
    ));
    lines.iter().enumerate().map(|(index, line)| format!("  {}. {line}\n", index + 1)).collect()
}

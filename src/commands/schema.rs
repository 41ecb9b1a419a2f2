use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result, did_you_mean};
use crate::document;
use crate::render::{Outcome, Report, Terminal};
use serde_json::{Value, json};

/// Print the JSON Schema of a kind of file, or of what a command prints with `--json`
///
/// Editors that know the schema complete and check flag files while you type. `init` writes the schemas to
/// `flags/.schemas/`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag schema flag\n  git flag schema project > project.schema.json\n  git flag schema output list\n  git flag schema output error"
)]
pub struct Args {
    /// `flag`, `segment`, `project`, `tests`, `segment-tests` or `golden`, or `output` and a command; all names when absent.
    kind: Option<String>,

    /// With `output`: the command, or `error` for what failing commands print.
    #[arg(value_name = "COMMAND")]
    output: Vec<String>,
}

/// The schemas of output, by the name in its field `schema`.
const OUTPUTS: &[(&str, &str)] = &[
    ("audit", include_str!("../../schemas/output/audit.v1.schema.json")),
    ("change", include_str!("../../schemas/output/change.v1.schema.json")),
    ("diff", include_str!("../../schemas/output/diff.v1.schema.json")),
    ("distribution", include_str!("../../schemas/output/distribution.v1.schema.json")),
    ("doctor", include_str!("../../schemas/output/doctor.v1.schema.json")),
    ("enabled", include_str!("../../schemas/output/enabled.v1.schema.json")),
    ("error", include_str!("../../schemas/output/error.v1.schema.json")),
    ("eval", include_str!("../../schemas/output/eval.v1.schema.json")),
    ("explain", include_str!("../../schemas/output/explain.v1.schema.json")),
    ("list", include_str!("../../schemas/output/list.v1.schema.json")),
    ("log", include_str!("../../schemas/output/log.v1.schema.json")),
    ("op-log", include_str!("../../schemas/output/op-log.v1.schema.json")),
    ("op-status", include_str!("../../schemas/output/op-status.v1.schema.json")),
    ("segment-list", include_str!("../../schemas/output/segment-list.v1.schema.json")),
    ("segment-show", include_str!("../../schemas/output/segment-show.v1.schema.json")),
    ("show", include_str!("../../schemas/output/show.v1.schema.json")),
    ("simulate", include_str!("../../schemas/output/simulate.v1.schema.json")),
    ("test", include_str!("../../schemas/output/test.v1.schema.json")),
    ("test-record", include_str!("../../schemas/output/test-record.v1.schema.json")),
    ("validate", include_str!("../../schemas/output/validate.v1.schema.json")),
    ("version", include_str!("../../schemas/output/version.v1.schema.json")),
];

pub(super) fn run(args: Args, _: &mut Session) -> Result<Outcome> {
    let schemas = document::schema::schemas();
    let kind = |file: &'static str| file.split('.').next().unwrap_or(file);
    let Some(wanted) = args.kind else {
        let kinds = schemas.iter().map(|(file, _)| kind(file).to_owned());
        let outputs = OUTPUTS.iter().map(|(name, _)| format!("output {name}"));
        return Ok(Outcome::report(Kinds(kinds.chain(outputs).collect())));
    };
    if wanted == "output" {
        return output(&args.output.join("-"));
    }
    if let Some(extra) = args.output.first() {
        return Err(Failure::new(
            &change::BAD_ARGUMENT,
            format!("`{wanted}` takes no further argument, but there is `{extra}`"),
        )
        .help("`git flag schema` lists all schemas"));
    }
    match schemas.into_iter().find(|(file, _)| kind(file) == wanted) {
        Some((_, schema)) => Ok(Outcome::report(Schema(schema))),
        None => {
            let names: Vec<&str> =
                document::schema::schemas().iter().map(|(file, _)| kind(file)).chain(["output"]).collect();
            let failure = Failure::new(&change::BAD_ARGUMENT, format!("there is no schema of `{wanted}`"));
            let hint = did_you_mean(&wanted, names.iter().copied());
            Err(failure.help(hint.unwrap_or_else(|| format!("there are {}", names.join(", ")))))
        }
    }
}

/// The schema of what a command prints; all writing commands print the same.
fn output(command: &str) -> Result<Outcome> {
    let name = if changes(command) { "change" } else { command };
    if let Some((_, text)) = OUTPUTS.iter().find(|(output, _)| *output == name) {
        // Files of ours, which a test reads.
        return Ok(Outcome::report(Schema(serde_json::from_str(text).unwrap_or_default())));
    }
    let names: Vec<&str> = OUTPUTS.iter().map(|(name, _)| *name).collect();
    let failure = Failure::new(&change::BAD_ARGUMENT, format!("there is no schema of the output of `{command}`"));
    let hint = did_you_mean(command, names.iter().copied());
    Err(failure
        .help(hint.unwrap_or_else(|| format!("there are {}, and the names of writing commands", names.join(", ")))))
}

/// Whether this is a command that changes flags: it has the option `--dry-run`. Subcommands follow after a `-`.
fn changes(command: &str) -> bool {
    let mut words = command.split('-');
    let mut found = words.next().and_then(|word| super::command().find_subcommand(word).cloned());
    for word in words {
        found = found.and_then(|command| command.find_subcommand(word).cloned());
    }
    found.is_some_and(|command| command.get_arguments().any(|argument| argument.get_id() == "dry_run"))
}

struct Kinds(Vec<String>);

impl Report for Kinds {
    fn text(&self, _: &Terminal) -> String {
        self.0.iter().map(|kind| format!("{kind}\n")).collect()
    }

    fn json(&self) -> Value {
        json!({ "schema": "git-flag.schema/v1", "kinds": self.0 })
    }
}

struct Schema(Value);

impl Report for Schema {
    fn text(&self, _: &Terminal) -> String {
        format!("{:#}\n", self.0)
    }

    fn json(&self) -> Value {
        self.0.clone()
    }
}

use super::arguments::{AtArgs, moment};
use super::completing::Keys;
use super::wording::count;
use crate::commands::Session;
use crate::diagnostic::codes::exchange as problems;
use crate::diagnostic::{Diagnostic, Exit, Failure, Result};
use crate::document::encode;
use crate::exchange::export::{self, Exported, Refusal};
use crate::model::{Bucketing, Catalog, FlagKey};
use crate::project::Loaded;
use crate::render::{Outcome, Report, Terminal, diagnostic};
use crate::source::Sources;
use clap::builder::PossibleValue;
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Map, Value, json};

/// Write flags for another system to standard output
///
/// For flagd, every flag becomes what all released providers evaluate the same: segments and requirements are inlined,
/// comparisons guarded, and a flag that is off serves its default. What flagd can't say is refused, flag by flag, unless
/// `--partial` leaves those flags out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag export --format flagd --env production >flags.flagd.json
  git flag export --format openfeature-manifest >flags.json
  git flag export --format json new-checkout payments-v2")]
pub struct Args {
    /// The flags; all that are not archived when absent.
    #[arg(value_name = "KEY", add = ArgValueCompleter::new(Keys))]
    keys: Vec<String>,

    /// What to write.
    #[arg(short, long, value_name = "FORMAT", value_parser = formats())]
    format: String,

    /// The environment, for `flagd`.
    #[arg(short, long, value_name = "ENV", add = ArgValueCompleter::new(super::completing::Environments))]
    env: Option<String>,

    /// The generation of flagd's `fractional`; the project's bucketing when absent.
    #[arg(long, value_name = "GENERATION", value_parser = ["v2", "v3"])]
    fractional: Option<String>,

    /// Leave out the flags that can't be exported.
    #[arg(long)]
    partial: bool,

    #[command(flatten)]
    at: AtArgs,
}

fn formats() -> Vec<PossibleValue> {
    vec![
        PossibleValue::new("flagd").help("flag definitions for flagd and its in-process providers"),
        PossibleValue::new("openfeature-manifest").help("the manifest that the OpenFeature CLI generates code from"),
        PossibleValue::new("json").help("flags, segments and project as they are"),
    ]
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let root = session.root_at(args.at.at.as_deref())?;
    let keys: Vec<FlagKey> = args.keys.iter().map(|key| super::arguments::key(key)).collect::<Result<_>>()?;
    let moment = moment(root.repository(), args.at.at.as_deref(), None, session.now())?;
    let loaded = root.load_all(moment.view)?;
    known(&loaded, &keys)?;
    let exported = match args.format.as_str() {
        "flagd" => {
            let environment = session.reading_environment(&root, &loaded.catalog.project, args.env.as_deref())?;
            let generation = match args.fractional.as_deref() {
                Some("v2") => Bucketing::FlagdV2,
                Some(_) => Bucketing::FlagdV3,
                None => loaded.catalog.project.bucketing,
            };
            export::flagd(&loaded.catalog, environment.as_str(), &keys, generation)
        }
        "openfeature-manifest" => export::manifest(&loaded.catalog, &keys),
        _ => whole(&loaded.catalog, &keys),
    };
    finish(exported, &loaded, &keys, args.partial, session)
}

/// All keys are there, and read.
fn known(loaded: &Loaded, keys: &[FlagKey]) -> Result<()> {
    for key in keys {
        if loaded.catalog.broken_flags.contains_key(key) {
            return Err(super::arguments::broken_flag(loaded, key));
        }
        if !loaded.catalog.flags.contains_key(key) {
            let all = loaded.catalog.flags.keys().map(FlagKey::as_str);
            return Err(super::arguments::unknown_flag(key.as_str(), all));
        }
    }
    Ok(())
}

fn finish(
    mut exported: Exported,
    loaded: &Loaded,
    keys: &[FlagKey],
    partial: bool,
    session: &Session,
) -> Result<Outcome> {
    if keys.is_empty() {
        exported.refusals.extend(loaded.catalog.broken_flags.iter().map(|(key, broken)| Refusal {
            flag: key.clone(),
            message: format!("its file does not read: {}", broken.error),
            help: "`git flag validate` shows all problems".into(),
            kept: false,
        }));
    }
    let refused = exported.refusals.iter().filter(|refusal| !refusal.kept).count();
    let items: Vec<Diagnostic> = exported.refusals.iter().map(item).collect();
    if refused > 0 && !partial {
        let words = format!("{} can't be exported", count(refused, "flag"));
        let failure = Failure::new(&problems::NOT_EXPORTABLE, words).help("`--partial` leaves them out");
        return Err(failure.with(items, Sources::new()));
    }
    let terminal = &session.output.stderr;
    let notes = items.iter().map(|item| diagnostic::text(item, &Sources::new(), terminal)).collect();
    let report = Document(exported.document);
    Ok(Outcome { report: Some(Box::new(report)), notes, exit: Exit::Done })
}

fn item(refusal: &Refusal) -> Diagnostic {
    let code = if refusal.kept { &problems::DETAIL_LEFT_OUT } else { &problems::NOT_EXPORTABLE };
    Diagnostic::new(code, format!("{}: {}", refusal.flag, refusal.message)).help(&refusal.help)
}

/// Everything, in the notation of the files.
fn whole(catalog: &Catalog, keys: &[FlagKey]) -> Exported {
    let chosen = catalog.flags.values().filter(|flag| keys.is_empty() || keys.contains(&flag.key));
    let flags: Map<String, Value> = chosen.map(|flag| (flag.key.to_string(), encode::flag(flag).to_json())).collect();
    let segments: Map<String, Value> = catalog
        .segments
        .values()
        .map(|segment| (segment.name.to_string(), encode::segment(segment).to_json()))
        .collect();
    let count = flags.len();
    let document = json!({
        "schema": "git-flag.export/v1",
        "project": encode::project(&catalog.project).to_json(),
        "segments": segments,
        "flags": flags,
    });
    Exported { document, flags: count, refusals: Vec::new() }
}

/// A document that is JSON in any case.
struct Document(Value);

impl Report for Document {
    fn text(&self, _: &Terminal) -> String {
        format!("{:#}\n", self.0)
    }

    fn json(&self) -> Value {
        self.0.clone()
    }
}

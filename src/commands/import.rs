use super::wording::count;
use super::writing::{Purpose, WriteArgs, change};
use crate::commands::Session;
use crate::diagnostic::codes::{change as codes, exchange as problems, repository};
use crate::diagnostic::{Diagnostic, Exit, Failure, Result};
use crate::exchange::{self, Imported, Input, Item, Kept, Options, SOURCES, Source};
use crate::model::{Bucketing, EnvironmentName, Flag, FlagKey, Project, Segment};
use crate::project::Draft;
use crate::render::{Outcome, Report, Terminal, diagnostic};
use crate::source::Sources;
use clap::builder::PossibleValue;
use serde_json::{Value, json};
use std::path::Path;

/// Carry flags over from another system, in one commit
///
/// The flags answer as they do there, and keep that system's buckets, so that nobody moves. What has no equivalent is
/// listed with its place and what to do; while there is any, nothing is written, unless `--partial` accepts it. A flag
/// that is there already is never overwritten, unless `--replace` says so.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  git flag import --from flagd flags.flagd.json --env production --dry-run
  git flag import --from flagd staging.json --env staging --category imported
  git flag import --from featurevisor featurevisor/ --env staging,production
  git flag import --from flagd flags.json --env development,staging --partial --reason \"leaving flagd\"")]
pub struct Args {
    /// The files, or folders of files; `-` for standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,

    /// The system that they come from.
    #[arg(long, value_name = "SYSTEM", value_parser = sources())]
    from: String,

    /// The environment that they are for; may be repeated.
    #[arg(short, long, value_name = "ENV", value_delimiter = ',')]
    env: Vec<String>,

    /// The folder below `flags/`.
    #[arg(long, value_name = "FOLDER")]
    category: Option<String>,

    /// What the key of every flag begins with here.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,

    /// The generation of flagd's `fractional`; the project's bucketing when absent.
    #[arg(long, value_name = "GENERATION", value_parser = ["v2", "v3"])]
    fractional: Option<String>,

    /// Import what can be carried over, and leave out the rest.
    #[arg(long)]
    partial: bool,

    /// Overwrite flags and segments that are there already.
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    write: WriteArgs,
}

fn sources() -> Vec<PossibleValue> {
    SOURCES.iter().map(|source| PossibleValue::new(source.name).help(source.files)).collect()
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    let source = exchange::find(&args.from)
        .ok_or_else(|| Failure::new(&codes::BAD_ARGUMENT, format!("`{}` is no system to import from", args.from)))?;
    args.category.as_deref().map_or(Ok(()), super::create::check_category)?;
    let inputs = inputs(&args.files, source, session)?;
    let purpose = Purpose {
        subject: "import".into(),
        action: "import",
        nothing: "all of these flags are there already, exactly so, nothing to change".into(),
        ..Purpose::default()
    };
    let mut found: Option<Imported> = None;
    let done = change(session, &args.write, purpose, |draft| {
        let mut imported = import(source, &inputs, &args, draft.project())?;
        let declared = draft.project().attributes.as_ref().map(|declared| exchange::declare(&mut imported, declared));
        let what = apply(draft, &imported, &args, source);
        if let (Ok(_), Some(declared)) = (&what, declared) {
            let project = Project { attributes: Some(declared), ..draft.project().clone() };
            draft.set_project(&project)?;
        }
        found = Some(imported);
        what
    });
    let Some(imported) = found else { return done };
    let mut sources = Sources::new();
    for input in &inputs {
        sources.insert(input.file.as_str().into(), input.text.as_str());
    }
    let items: Vec<Diagnostic> = imported.items.iter().map(Item::diagnostic).collect();
    match done {
        Ok(outcome) => Ok(report(outcome, &imported, items, sources, source, session)),
        Err(failure) if failure.code() == Some(&problems::NOT_CARRIED_OVER) => {
            let machine = !matches!(session.output.format, crate::render::Format::Table);
            if machine {
                let report = ImportReport { inner: None, items, sources, dry_run: args.write.dry_run };
                return Ok(Outcome::report(report).exit(Exit::Negative));
            }
            Err(failure.with(items, sources))
        }
        Err(failure) => Err(failure),
    }
}

fn import(source: &Source, inputs: &[Input], args: &Args, project: &Project) -> Result<Imported> {
    let environments: Vec<EnvironmentName> =
        args.env.iter().map(|name| super::arguments::environment(project, name.trim())).collect::<Result<_>>()?;
    if environments.is_empty() {
        let names: Vec<&str> = project.environment_names().collect();
        return Err(Failure::new(&codes::MISSING_OPTION, "which environment are the flags for? `--env` is missing")
            .help(format!("pass one or more of {}", names.join(","))));
    }
    let flagd = match args.fractional.as_deref() {
        Some("v2") => Bucketing::FlagdV2,
        Some(_) => Bucketing::FlagdV3,
        None => project.bucketing,
    };
    let options = Options { environments: &environments, flagd, prefix: &args.prefix };
    let imported = source.import(inputs, &options);
    if imported.flags.is_empty() && imported.items.is_empty() {
        return Err(Failure::new(&problems::NO_FLAGS_READ, format!("there are no flags of {} in it", source.title))
            .help(format!("expected is {}", source.files)));
    }
    Ok(imported)
}

/// Adds the flags and segments to the draft. Returns what that is, in few words.
fn apply(draft: &mut Draft<'_>, imported: &Imported, args: &Args, source: &Source) -> Result<String> {
    let left_out = imported.items.iter().filter(|item| item.kept == Kept::No).count();
    if left_out > 0 && !args.partial {
        let words = format!("{} can't be carried over exactly, so nothing was written", count(left_out, "thing"));
        return Err(Failure::new(&problems::NOT_CARRIED_OVER, words)
            .help("`--partial` imports the rest; what is left out or different is listed below"));
    }
    let mut taken = Vec::new();
    for segment in &imported.segments {
        if !add_segment(draft, segment, args.replace)? {
            taken.push(format!("the segment `{}`", segment.name));
        }
    }
    for flag in &imported.flags {
        if !add_flag(draft, flag, args)? {
            taken.push(format!("`{}`", flag.key));
        }
    }
    if !taken.is_empty() {
        return Err(Failure::new(
            &codes::ALREADY_EXISTS,
            format!("{} there already, and different: {}", count(taken.len(), "name"), taken.join(", ")),
        )
        .help("`--replace` overwrites what is there; `--prefix` gives the new ones other keys"));
    }
    Ok(format!("{} from {}", count(imported.flags.len(), "flag"), source.title))
}

fn add_segment(draft: &mut Draft<'_>, segment: &Segment, replace: bool) -> Result<bool> {
    if !draft.segment_names()?.contains(&segment.name) {
        return draft.create_segment(segment).map(|_| true);
    }
    let file = draft.segment(&segment.name)?;
    if file.segment != *segment && !replace {
        return Ok(false);
    }
    draft.set_segment(&file, segment).map(|()| true)
}

/// Adds the flag, or its environments to the same flag; `false` when another is there.
fn add_flag(draft: &mut Draft<'_>, flag: &Flag, args: &Args) -> Result<bool> {
    let key: &FlagKey = &flag.key;
    if draft.find_flag(key.as_str())?.is_none() {
        return draft.create_flag(flag, args.category.as_deref()).map(|_| true);
    }
    let file = draft.flag(key)?;
    match joined(&file.flag, flag, draft.project(), args.replace) {
        Some(flag) => draft.set_flag(&file, &flag).map(|()| true),
        None => Ok(false),
    }
}

/// The flag that is there with the environments of the new one; `None` when they differ elsewhere, or in an environment
/// that both have.
fn joined(old: &Flag, new: &Flag, project: &Project, replace: bool) -> Option<Flag> {
    if replace {
        return Some(new.clone());
    }
    let mut all = Flag { environments: old.environments.clone(), ..new.clone() };
    if all != *old {
        return None;
    }
    for environment in &new.environments {
        match old.environment(environment.name.as_str()) {
            Some(there) if there == environment => {}
            Some(_) => return None,
            None => all.environments.push(environment.clone()),
        }
    }
    let position = |name: &EnvironmentName| project.environment_names().position(|other| *name == *other);
    all.environments.sort_by_key(|environment| position(&environment.name));
    Some(all)
}

/// The outcome of the change, with what was not carried over.
fn report(
    mut outcome: Outcome,
    imported: &Imported,
    items: Vec<Diagnostic>,
    sources: Sources,
    source: &Source,
    session: &Session,
) -> Outcome {
    let terminal = &session.output.stderr;
    let mut notes: Vec<String> = items.iter().map(|item| diagnostic::text(item, &sources, terminal)).collect();
    notes.extend(kept_buckets(imported, source));
    notes.append(&mut outcome.notes);
    outcome.notes = notes;
    if matches!(session.output.format, crate::render::Format::Table) {
        return outcome;
    }
    let inner = outcome.report.take();
    outcome.report = Some(Box::new(ImportReport { inner, items, sources, dry_run: false }));
    outcome
}

/// What a switch to the native algorithm would move.
fn kept_buckets(imported: &Imported, source: &Source) -> Option<String> {
    let foreign = imported.flags.iter().filter(|flag| exchange::foreign_buckets(flag)).count();
    (foreign > 0).then(|| {
        format!(
            "{} the buckets of {}: nobody moves. Removing their `bucketing` later draws all their users anew; `git flag diff` says how many get another answer",
            if foreign == 1 { "1 flag keeps".to_owned() } else { format!("{foreign} flags keep") },
            source.title
        )
    })
}

/// What was read from where.
fn inputs(files: &[String], source: &Source, session: &Session) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for file in files {
        if file == "-" {
            inputs.push(Input { file: "-".into(), text: session.read_stdin()? });
            continue;
        }
        let path = session.directory().join(file);
        if path.is_dir() {
            folder(&path, file, source, &mut inputs)?;
        } else {
            inputs.push(Input { file: file.clone(), text: read(&path, file)? });
        }
    }
    Ok(inputs)
}

/// The largest file that is read.
const LARGEST: u64 = 64 << 20;

fn read(path: &Path, shown: &str) -> Result<String> {
    let failed = |why: String| Failure::new(&repository::IO_FAILED, format!("can't read `{shown}`: {why}"));
    let size = std::fs::metadata(path).map_err(|error| failed(crate::project::reason(&error)))?.len();
    if size > LARGEST {
        return Err(failed("it is larger than 64 MiB".into()));
    }
    std::fs::read_to_string(path).map_err(|error| failed(crate::project::reason(&error)))
}

/// The files of the source below a folder, in order.
fn folder(path: &Path, shown: &str, source: &Source, inputs: &mut Vec<Input>) -> Result<()> {
    let failed = |error: std::io::Error| {
        let why = crate::project::reason(&error);
        Failure::new(&repository::IO_FAILED, format!("can't read `{shown}`: {why}"))
    };
    let mut entries: Vec<_> =
        std::fs::read_dir(path).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let shown = format!("{}/{name}", shown.trim_end_matches('/'));
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && !name.starts_with('.') && name != "node_modules" {
            folder(&entry.path(), &shown, source, inputs)?;
        } else if kind.is_file() && source.endings.iter().any(|end| name.ends_with(end)) {
            inputs.push(Input { text: read(&entry.path(), &shown)?, file: shown });
        }
    }
    Ok(())
}

/// A change, with what was not carried over.
struct ImportReport {
    inner: Option<Box<dyn Report>>,
    items: Vec<Diagnostic>,
    sources: Sources,
    dry_run: bool,
}

impl Report for ImportReport {
    fn text(&self, terminal: &Terminal) -> String {
        self.inner.as_ref().map_or_else(String::new, |inner| inner.text(terminal))
    }

    fn json(&self) -> Value {
        let nothing = || {
            json!({
                "schema": "git-flag.change/v1",
                "changed": false,
                "dryRun": self.dry_run,
                "committed": null,
                "noCommit": false,
                "pushed": false,
                "operation": null,
                "action": "import",
                "subject": "import",
                "environment": null,
                "message": null,
                "files": [],
                "differences": [],
                "impact": [],
            })
        };
        let mut json = self.inner.as_ref().map_or_else(nothing, |inner| inner.json());
        json["items"] = self.items.iter().map(|item| diagnostic::json(item, &self.sources)).collect();
        json
    }
}

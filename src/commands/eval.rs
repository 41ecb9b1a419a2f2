use super::arguments::{AtArgs, FormatArgs, Moment, broken_flag, key, moment, unknown_flag};
use super::completing::{Environments, Keys};
use super::context_args::{ContextArgs, warn_of_strangers};
use super::enriching::{self, enricher};
use super::trace;
use crate::commands::Session;
use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Exit, Failure, Result};
use crate::enrich::{Derived, Enricher};
use crate::evaluate::{Context, Decision, Program, Selection, Trace, Wanted};
use crate::model::{EnvironmentName, FlagKey, Timestamp};
use crate::project::{Loaded, Root};
use crate::render::style::{DIM, EMPHASIS, NAME, paint, plain};
use crate::render::table::{Tone, table};
use crate::render::{Format, Outcome, Report, Terminal};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufWriter, Write};

/// Evaluate flags locally, as any client would
///
/// The answer depends on the files, the environment, the context and the time alone. Nothing is sent anywhere.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  git flag eval new-checkout --env production --user ada\n  git flag eval new-checkout --env production --user ada -c plan=pro -c age:=33 --explain\n  git flag eval new-checkout --env production --user ada --at 2026-11-01 --json\n  git flag eval --all --env staging --user ada"
)]
pub struct Args {
    /// The flags.
    #[arg(value_name = "KEY", required_unless_present = "all", add = ArgValueCompleter::new(Keys))]
    keys: Vec<String>,

    /// All flags.
    #[arg(short, long, conflicts_with = "keys")]
    all: bool,

    /// The environment; `git config flag.environment` when absent.
    #[arg(short, long, value_name = "ENVIRONMENT", add = ArgValueCompleter::new(Environments))]
    env: Option<String>,

    #[command(flatten)]
    context: ContextArgs,

    /// Evaluate for each context of this file, one JSON object per line (`-` for standard input), and print one decision
    /// per line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["context", "user", "explain"])]
    contexts: Option<String>,

    #[command(flatten)]
    at: AtArgs,

    /// Evaluate as if it were this time (2026-12-01 or 2026-12-01T09:00:00Z).
    #[arg(long, value_name = "TIME")]
    now: Option<String>,

    /// Say step by step why.
    #[arg(short = 'x', long)]
    explain: bool,

    /// Print only the value.
    #[arg(long, conflicts_with_all = ["explain", "json", "format"])]
    value_only: bool,

    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: Args, session: &mut Session) -> Result<Outcome> {
    session.set_format(args.format.choose(&[Format::Jsonl, Format::Plain])?);
    let root = session.root_at(args.at.at.as_deref())?;
    let moment = moment(root.repository(), args.at.at.as_deref(), args.now.as_deref(), session.now())?;
    let keys = args.keys.iter().map(|text| key(text)).collect::<Result<Vec<FlagKey>>>()?;
    let loaded = if args.all { root.load_all(moment.view)? } else { root.load_closure(moment.view, &keys)? };
    let keys = if args.all { loaded.flag_files.keys().cloned().collect() } else { keys };
    for key in &keys {
        if !loaded.flag_files.contains_key(key) {
            return Err(unknown_flag(key.as_str(), root.keys(moment.view)?.iter().map(FlagKey::as_str)));
        }
    }
    let environment = session.reading_environment(&root, &loaded.catalog.project, args.env.as_deref())?;
    let program = Program::compile(&loaded.catalog);
    let enricher = enricher(&root, &program, &loaded.catalog.project);
    let request = Request {
        program: &program,
        enricher: &enricher,
        keys: &keys,
        environment: &environment,
        now: moment.now,
        value_only: args.value_only,
    };
    if let Some(file) = &args.contexts {
        return stream(session, &request, file);
    }
    let mut context = args.context.context(session, &loaded.catalog.project)?;
    warn_of_strangers(session, &loaded.catalog.project, &context);
    let derived = enricher.enrich(&mut context);
    let outcome = answer(&args, &request, &context, derived, &session.output.stdout);
    if enricher.problem().is_some() {
        let bound = program.bind(&context);
        let decisions = keys.iter().map(|key| bound.evaluate(key.as_str(), environment.as_str(), moment.now));
        let untold: Vec<&str> = decisions.filter(enriching::is_untold).map(|decision| decision.key).collect();
        if let Some(failure) = enriching::failure(&enricher, untold) {
            session.output.failure(&failure);
        }
    }
    Ok(with_problems(outcome, &loaded, &keys, session))
}

struct Request<'a> {
    program: &'a Program,
    enricher: &'a Enricher<'a>,
    keys: &'a [FlagKey],
    environment: &'a EnvironmentName,
    now: Timestamp,
    value_only: bool,
}

fn answer(
    args: &Args,
    request: &Request<'_>,
    context: &Context,
    derived: Vec<(Derived, String)>,
    terminal: &Terminal,
) -> Outcome {
    let Request { program, keys, environment, now, value_only, .. } = *request;
    let bound = program.bind(context);
    let mut decisions = Vec::new();
    for key in keys {
        let (decision, trace) = if args.explain {
            let (decision, trace) = bound.explain(key.as_str(), environment.as_str(), now);
            (decision, Some(trace))
        } else {
            (bound.evaluate(key.as_str(), environment.as_str(), now), None)
        };
        decisions.push(Answer::new(&decision, trace.as_ref(), terminal));
    }
    let failed = decisions.iter().any(|answer| answer.failed);
    let form = if value_only {
        Form::ValueOnly
    } else if args.all || decisions.len() > 1 && !args.explain {
        Form::Table
    } else {
        Form::Words
    };
    Outcome::report(Answers { decisions, derived, form }).exit(if failed { Exit::Usage } else { Exit::Done })
}

/// A flag that does not read is answered with its default, and its problems go to standard error.
fn with_problems(outcome: Outcome, loaded: &Loaded, keys: &[FlagKey], session: &mut Session) -> Outcome {
    for key in keys.iter().filter(|key| loaded.catalog.broken_flags.contains_key(*key)) {
        session.output.failure(&broken_flag(loaded, key));
    }
    outcome
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Words,
    Table,
    ValueOnly,
}

/// A decision, detached from the program.
struct Answer {
    json: Value,
    value: String,
    words: String,
    trace: Option<(Value, String)>,
    failed: bool,
}

impl Answer {
    fn new(decision: &Decision<'_>, trace: Option<&Trace<'_, '_>>, terminal: &Terminal) -> Self {
        let value = decision.value.map_or_else(|| "-".to_owned(), ToString::to_string);
        let trace = trace.map(|trace| (serde_json::to_value(trace).unwrap_or_default(), trace::text(trace, terminal)));
        Self { json: decision.to_json(), value, words: words(decision), trace, failed: decision.error.is_some() }
    }

    fn json(&self) -> Value {
        let mut json = self.json.clone();
        if let Some((trace, _)) = &self.trace {
            json["trace"] = trace.clone();
        }
        json
    }
}

/// Why, in words: `SPLIT: everyone else, bucket 12.345`.
pub(super) fn words(decision: &Decision<'_>) -> String {
    let mut words = decision.reason.to_string();
    let mut parts = Vec::new();
    if let Some(rule) = decision.rule {
        parts.push(format!("rule {rule}"));
    }
    if let Some(bucket) = decision.bucket {
        parts.push(format!("bucket {bucket}"));
    }
    if let Some(cause) = &decision.cause {
        parts.push(cause.to_string());
    }
    if let Some((code, details)) = &decision.error {
        parts.push(format!("{} ({details})", code.as_str()));
    }
    if !parts.is_empty() {
        words += &format!(": {}", parts.join(", "));
    }
    words
}

struct Answers {
    decisions: Vec<Answer>,
    /// What was added to the context.
    derived: Vec<(Derived, String)>,
    form: Form,
}

impl Report for Answers {
    fn text(&self, terminal: &Terminal) -> String {
        match self.form {
            Form::ValueOnly => self.decisions.iter().map(|answer| format!("{}\n", answer.value)).collect(),
            Form::Words => {
                let text: String = self.decisions.iter().map(in_words).collect();
                enriching::words(&self.derived)
                    .iter()
                    .fold(text, |text, line| text + &format!("  {}\n", paint(DIM, plain(line))))
            }
            Form::Table => {
                let field = |answer: &Answer, name: &str| answer.json[name].as_str().unwrap_or("-").to_owned();
                let rows = self.decisions.iter().map(|answer| {
                    vec![
                        (field(answer, "key"), Tone::Name),
                        (plain(&answer.value), Tone::Normal),
                        (field(answer, "variant"), Tone::Normal),
                        (plain(&answer.words), Tone::Dim),
                    ]
                });
                table(terminal, &["flag", "value", "variant", "reason"], rows.collect())
            }
        }
    }

    fn json(&self) -> Value {
        let mut json = json!({ "schema": "git-flag.eval/v1", "decisions": self.records() });
        if !self.derived.is_empty() {
            json["derived"] = enriching::json(&self.derived);
        }
        json
    }

    fn records(&self) -> Vec<Value> {
        self.decisions.iter().map(Answer::json).collect()
    }

    fn other(&self, format: Format) -> Option<String> {
        let line = |answer: &Answer| {
            let field = |name: &str| answer.json[name].as_str().unwrap_or("-").to_owned();
            format!("{}\t{}\t{}\t{}\n", field("key"), plain(&answer.value), field("variant"), field("reason"))
        };
        (format == Format::Plain).then(|| self.decisions.iter().map(line).collect())
    }
}

fn in_words(answer: &Answer) -> String {
    let key = answer.json["key"].as_str().unwrap_or_default();
    let variant = answer.json["variant"].as_str().filter(|variant| !matches!(*variant, "on" | "off"));
    let variant = variant.map(|name| format!(" ({name})")).unwrap_or_default();
    let environment = answer.json["environment"].as_str().unwrap_or_default();
    let mut text = format!("{} = {}{variant}\n", paint(NAME, key), paint(EMPHASIS, plain(&answer.value)));
    text += &format!("  {} {}\n", plain(&answer.words), paint(DIM, format!("in {environment}")));
    if let Some((_, trace)) = &answer.trace {
        text += trace;
    }
    text
}

/// Evaluates context after context, in constant memory.
fn stream(session: &mut Session, request: &Request<'_>, file: &str) -> Result<Outcome> {
    let mut input: Box<dyn BufRead> = if file == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let opened = std::fs::File::open(session.directory().join(file)).map_err(|error| {
            Failure::new(&repository::IO_FAILED, format!("can't read `{file}`: {}", crate::project::reason(&error)))
        })?;
        Box::new(std::io::BufReader::with_capacity(1 << 16, opened))
    };
    let mut broken: Vec<(usize, String)> = Vec::new();
    let mut count = 0usize;
    let mut untold = BTreeSet::new();
    let written = stream_lines(
        &mut input,
        BufWriter::with_capacity(1 << 16, session.output.stream()),
        request,
        &mut broken,
        &mut untold,
        &mut count,
    );
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Outcome::silent()),
        Err(error) => {
            return Err(Failure::new(
                &repository::IO_FAILED,
                format!("can't go on: {}", crate::project::reason(&error)),
            ));
        }
        Ok(()) => {}
    }
    let untold = enriching::failure(request.enricher, untold);
    if broken.is_empty() {
        return untold.map_or_else(|| Ok(Outcome::silent()), Err);
    }
    if let Some(failure) = untold {
        session.output.failure(&failure);
    }
    let mut failure = Failure::new(&change::BAD_ARGUMENT, format!("{} of {count} lines are no context", broken.len()));
    for (line, error) in broken.iter().take(10) {
        failure = failure.help(format!("line {line}: {error}"));
    }
    Err(failure)
}

fn stream_lines<'a>(
    input: &mut dyn BufRead,
    mut output: impl Write,
    request: &Request<'a>,
    broken: &mut Vec<(usize, String)>,
    untold: &mut BTreeSet<&'a str>,
    count: &mut usize,
) -> std::io::Result<()> {
    let (mut bytes, mut json) = (Vec::new(), Vec::new());
    let mut number = 0;
    let asked = request.program.attributes().map(|path| path.parts().iter().map(|part| &**part).collect::<Vec<_>>());
    let wanted = Wanted::all(asked.chain(request.enricher.sources().map(|source| vec![source])));
    let derives = request.enricher.sources().next().is_some();
    loop {
        bytes.clear();
        number += 1;
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return output.flush();
        }
        let selection = match std::str::from_utf8(&bytes) {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => Selection::parse(line.trim_end(), &wanted).map_err(|error| error.to_string()),
            Err(error) => Err(format!("the context is not UTF-8: byte {} of the line", error.valid_up_to() + 1)),
        };
        *count += 1;
        let selection = match selection {
            Ok(selection) => selection,
            Err(error) => {
                let told = json!({ "line": number, "errorCode": "INVALID_CONTEXT", "errorDetails": error });
                writeln!(output, "{told}")?;
                if broken.len() < 1000 {
                    broken.push((number, error));
                }
                continue;
            }
        };
        let mut context;
        let bound = if derives {
            context = Context::from(selection);
            request.enricher.enrich(&mut context);
            request.program.bind(&context)
        } else {
            request.program.bind_selection(&selection)
        };
        for key in request.keys {
            let decision = bound.evaluate(key.as_str(), request.environment.as_str(), request.now);
            if enriching::is_untold(&decision) {
                untold.insert(key.as_str());
            }
            if request.value_only {
                writeln!(output, "{}", decision.value.map_or_else(|| "-".to_owned(), ToString::to_string))?;
                continue;
            }
            // The number of the line comes first, so that answers can be joined with what was asked.
            json.clear();
            json.extend_from_slice(b"{\"line\":");
            serde_json::to_writer(&mut json, &number).map_err(std::io::Error::from)?;
            let brace = json.len();
            serde_json::to_writer(&mut json, &decision).map_err(std::io::Error::from)?;
            json[brace] = b',';
            json.push(b'\n');
            match std::str::from_utf8(&json) {
                Ok(text) => output.write_all(crate::render::json::escaped(text).as_bytes())?,
                Err(_) => output.write_all(&json)?,
            }
        }
    }
}

/// Evaluates one boolean flag, for `enabled`.
pub(super) fn decide_boolean(
    session: &Session,
    root: &Root,
    key: &FlagKey,
    environment: Option<&str>,
    context: &ContextArgs,
    moment: Moment,
) -> Result<bool> {
    let loaded = root.load_closure(moment.view, std::slice::from_ref(key))?;
    if !loaded.flag_files.contains_key(key) {
        return Err(unknown_flag(key.as_str(), root.keys(moment.view)?.iter().map(FlagKey::as_str)));
    }
    if loaded.catalog.broken_flags.contains_key(key) {
        return Err(broken_flag(&loaded, key));
    }
    let environment = session.reading_environment(root, &loaded.catalog.project, environment)?;
    let mut context = context.context(session, &loaded.catalog.project)?;
    let program = Program::compile(&loaded.catalog);
    let enricher = enricher(root, &program, &loaded.catalog.project);
    enricher.enrich(&mut context);
    let decision = program.bind(&context).evaluate(key.as_str(), environment.as_str(), moment.now);
    if let Some(failure) = enriching::failure(&enricher, enriching::is_untold(&decision).then_some(key.as_str())) {
        return Err(failure);
    }
    if let Some((_, details)) = decision.error {
        return Err(Failure::new(&repository::FLAG_DOES_NOT_READ, format!("`{key}` can't be evaluated: {details}")));
    }
    decision.as_bool().ok_or_else(|| {
        Failure::new(&change::WRONG_TYPE_OF_FLAG, format!("`{key}` is not boolean, so it is neither enabled nor not"))
            .help(format!("`git flag eval {key} --value-only` prints its value"))
    })
}

//! `--user`, `--context`: the context of an evaluation, from the command line, files and standard input.

use crate::commands::Session;
use crate::diagnostic::codes::context::STRANGE_ATTRIBUTE;
use crate::diagnostic::codes::{change, repository};
use crate::diagnostic::{Diagnostic, Failure, Result, did_you_mean};
use crate::enrich::DERIVED;
use crate::evaluate::{Context, ContextError};
use crate::model::{AttributeDeclaration, AttributePath, Project};
use crate::render::diagnostic;
use crate::source::Sources;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Who is asking.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ContextArgs {
    /// The user: the attribute `targetingKey`.
    #[arg(short, long, value_name = "ID")]
    pub(super) user: Option<String>,

    /// Attributes: `plan=pro` (text, unless the project declares another type), `age:=33` (JSON), a JSON object, `@FILE`
    /// with a JSON object, or `-` for standard input. May be repeated; the last wins.
    #[arg(short, long, value_name = "ATTRIBUTE=VALUE")]
    pub(super) context: Vec<String>,
}

const FORMS: &str = "write `ATTRIBUTE=TEXT`, `ATTRIBUTE:=JSON`, a JSON object, `@FILE` or `-`";

impl ContextArgs {
    /// The context that they describe.
    ///
    /// # Errors
    /// When a part does not parse.
    pub(super) fn context(&self, session: &Session, project: &Project) -> Result<Context> {
        let declarations: BTreeMap<AttributePath, AttributeDeclaration> =
            project.attributes.clone().unwrap_or_default();
        let mut context = Context::default();
        for part in &self.context {
            let failed = |error: &ContextError| Box::<Failure>::from(Diagnostic::from(error)).help(FORMS);
            if part == "-" {
                context.merge(Context::parse(&session.read_stdin()?).map_err(|error| failed(&error))?);
            } else if let Some(file) = part.strip_prefix('@') {
                let text = read(session, file)?;
                context.merge(Context::parse(&text).map_err(|error| failed(&error).help(format!("in `{file}`")))?);
            } else if part.trim_start().starts_with('{') {
                context.merge(Context::parse(part).map_err(|error| failed(&error))?);
            } else {
                context.assign(part, Some(&declarations)).map_err(|error| failed(&error))?;
            }
        }
        if let Some(user) = &self.user {
            if user.is_empty() {
                return Err(Failure::new(&change::BAD_ARGUMENT, "`--user` is empty: an empty text is no unit")
                    .help("leave it out for somebody unknown"));
            }
            let set = context.set(&AttributePath::targeting_key(), user.as_str().into());
            set.map_err(|error| Box::<Failure>::from(Diagnostic::from(&error)))?;
        }
        Ok(context)
    }
}

/// Says on standard error which attributes of a context the project does not declare, if it declares any.
pub(super) fn warn_of_strangers(session: &mut Session, project: &Project, context: &Context) {
    let Some(declared) = &project.attributes else { return };
    if session.output.quiet {
        return;
    }
    let known = |path: &str| {
        declared.keys().any(|key| key.as_str() == path)
            || path == AttributePath::targeting_key().as_str()
            || DERIVED.iter().any(|derived| [derived.path, derived.from].contains(&path))
    };
    let mut paths = Vec::new();
    leaves("", context.attributes(), &mut paths);
    for path in paths.iter().filter(|path| !known(path)) {
        let mut warning = Diagnostic::new(&STRANGE_ATTRIBUTE, format!("the project declares no attribute `{path}`"));
        let hint = did_you_mean(path, declared.keys().map(AttributePath::as_str));
        warning = warning.help(hint.unwrap_or_else(|| "declare it under `attributes` in `flags/project.yaml`".into()));
        let text = diagnostic::text(&warning, &Sources::new(), &session.output.stderr);
        session.output.error(&text);
    }
}

/// The paths of all values that are no objects.
fn leaves(above: &str, object: &Map<String, Value>, paths: &mut Vec<String>) {
    for (name, value) in object {
        let path = format!("{above}{}", name.replace('\\', r"\\").replace('.', r"\."));
        match value {
            Value::Object(inner) => leaves(&format!("{path}."), inner, paths),
            _ => paths.push(path),
        }
    }
}

/// The text of a file that the command line names, relative to the session's folder.
pub(super) fn read(session: &Session, file: &str) -> Result<String> {
    std::fs::read_to_string(session.directory().join(file)).map_err(|error| {
        Failure::new(&repository::IO_FAILED, format!("can't read `{file}`: {}", crate::project::reason(&error)))
            .help("paths are relative to the folder that the command runs in")
    })
}

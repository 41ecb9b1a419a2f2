//! Contexts get what follows from them before flags are evaluated.

use crate::diagnostic::{Diagnostic, Failure};
use crate::enrich::{Derived, EnrichError, Enricher};
use crate::evaluate::{Context, Program};
use crate::model::Project;
use crate::project::{Root, reason};
use serde_json::{Map, Value};

/// What adds to contexts that `program` is asked with.
pub(super) fn enricher<'r>(root: &'r Root, program: &Program, project: &Project) -> Enricher<'r> {
    let read = |path: &str| std::fs::read(root.directory().join(path)).map_err(|error| reason(&error));
    Enricher::new(program, project, Box::new(read))
}

/// Adds to the context of a test what it would get elsewhere; nothing to what is no context.
///
/// # Errors
/// As [`Enricher::enrich`].
pub(super) fn enrich<E>(context: &mut Result<Context, E>, enricher: &Enricher<'_>) -> crate::diagnostic::Result<()> {
    match context {
        Ok(context) => enricher.enrich(context).map(drop).map_err(|error| failure(&error)),
        Err(_) => Ok(()),
    }
}

pub(super) fn failure(error: &EnrichError) -> Box<Failure> {
    Box::<Failure>::from(Diagnostic::new(error.code(), error.to_string())).help(error.help())
}

/// `derived from userAgent: device.os = ios, device.type = phone`
pub(super) fn words(derived: &[(Derived, String)]) -> Vec<String> {
    let of = |from: &str| {
        let own = derived.iter().filter(|(it, _)| it.from == from).map(|(it, value)| format!("{} = {value}", it.path));
        let own: Vec<String> = own.collect();
        (!own.is_empty()).then(|| format!("derived from {from}: {}", own.join(", ")))
    };
    ["userAgent", "ip"].into_iter().filter_map(of).collect()
}

/// The same as an object.
pub(super) fn json(derived: &[(Derived, String)]) -> Value {
    let object: Map<String, Value> =
        derived.iter().map(|(it, value)| (it.path.to_owned(), value.as_str().into())).collect();
    object.into()
}

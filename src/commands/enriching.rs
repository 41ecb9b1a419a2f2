//! Contexts get what follows from them before flags are evaluated.

use crate::diagnostic::{Diagnostic, Failure};
use crate::enrich::{Derived, Enricher};
use crate::evaluate::{Context, Decision, ErrorCode, Program};
use crate::model::Project;
use crate::project::{Root, reason};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What adds to contexts that `program` is asked with.
pub(super) fn enricher<'r>(root: &'r Root, program: &Program, project: &Project) -> Enricher<'r> {
    let read = |path: &str| std::fs::read(root.directory().join(path)).map_err(|error| reason(&error));
    Enricher::new(program, project, Box::new(read))
}

/// Adds to the context of a test what it would get elsewhere; nothing to what is no context.
pub(super) fn enrich<E>(context: &mut Result<Context, E>, enricher: &Enricher<'_>) {
    if let Ok(context) = context {
        enricher.enrich(context);
    }
}

/// The failure of these flags, whose answers depend on what `enricher` could not tell; `None` when there are none.
pub(super) fn failure<'k>(enricher: &Enricher<'_>, keys: impl IntoIterator<Item = &'k str>) -> Option<Box<Failure>> {
    let keys: BTreeSet<&str> = keys.into_iter().collect();
    let error = enricher.problem().filter(|_| !keys.is_empty())?;
    let names: Vec<String> = keys.iter().take(5).map(|key| format!("`{key}`")).collect();
    let more = if keys.len() > names.len() { format!(" and {} more", keys.len() - names.len()) } else { String::new() };
    let message = format!("{}{more} can't be evaluated: {error}", names.join(", "));
    Some(Box::<Failure>::from(Diagnostic::new(error.code(), message)).help(error.help()))
}

/// Whether the decision is one of [`failure`].
pub(super) fn is_untold(decision: &Decision<'_>) -> bool {
    matches!(decision.error, Some((ErrorCode::General, _)))
}

/// Adds to the context what the flags `keys` ask for.
///
/// # Errors
/// When a place can't be told.
pub(super) fn enrich_all<'k>(
    context: &mut Context,
    enricher: &Enricher<'_>,
    keys: impl IntoIterator<Item = &'k str>,
) -> crate::diagnostic::Result<()> {
    enricher.enrich(context);
    failure(enricher, keys).map_or(Ok(()), Err)
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

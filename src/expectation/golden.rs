//! Golden contexts: every flag answers as it was recorded.

use crate::document::{Answer, Golden, Recorded};
use crate::evaluate::{BoundContext, Context, Decision, Reason};
use crate::model::{FlagKey, Value, VariantName};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a flag answers to a golden context, and what was recorded.
#[derive(Debug)]
pub struct GoldenAnswer<'g, 'p> {
    /// The key of the flag.
    pub flag: &'g str,
    /// What was recorded; `None` for a flag that is new.
    pub recorded: Option<&'g Recorded>,
    /// What it answers; `None` for a flag that is gone.
    pub decision: Option<Decision<'p>>,
}

/// The context of a golden context.
///
/// # Errors
/// Why that is none.
pub fn golden_context(golden: &Golden) -> Result<Context, String> {
    Context::from_json(Json::Object(golden.context.clone())).map_err(|error| error.to_string())
}

/// What all flags answer to `bound`, the context of `golden`, in the order of their keys; then the recorded answers of
/// flags that are gone. Flags that are `archived` count only where an answer was recorded.
pub fn golden_answers<'p: 'g, 'g>(
    golden: &'g Golden,
    bound: &BoundContext<'p, '_>,
    archived: impl Fn(&str) -> bool,
) -> Vec<GoldenAnswer<'g, 'g>> {
    let mut recorded: BTreeMap<&str, &Recorded> = golden.answers.iter().map(|it| (it.flag.as_str(), it)).collect();
    let mut answers = Vec::new();
    for decision in bound.evaluate_all(golden.environment.as_str(), golden.now) {
        let recorded = recorded.remove(decision.key);
        if recorded.is_some() || !archived(decision.key) {
            answers.push(GoldenAnswer { flag: decision.key, recorded, decision: Some(decision) });
        }
    }
    let gone =
        recorded.into_iter().map(|(flag, recorded)| GoldenAnswer { flag, recorded: Some(recorded), decision: None });
    answers.extend(gone);
    answers
}

/// A decision as it is recorded.
///
/// # Errors
/// What went wrong, for a flag that does not work.
pub fn answer(decision: &Decision<'_>) -> Result<Answer, String> {
    let error = |details: &str| Err(format!("an error: {details}"));
    match (decision.reason, decision.variant.and_then(|name| VariantName::new(name).ok())) {
        (Reason::Error, _) => error(decision.error.map_or("it does not work", |(_, details)| details)),
        (_, Some(variant)) => Ok(Answer { variant, boolean: matches!(decision.value, Some(Value::Boolean(_))) }),
        (_, None) => error("it serves nothing"),
    }
}

impl GoldenAnswer<'_, '_> {
    /// Whether the answer is the recorded one.
    #[must_use]
    pub fn holds(&self) -> bool {
        let actual = self.decision.as_ref().map(answer);
        matches!((self.recorded, actual), (Some(recorded), Some(Ok(actual))) if recorded.answer.variant == actual.variant)
    }

    /// What was recorded, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        self.recorded.map_or_else(|| "nothing".to_owned(), |recorded| recorded.answer.to_string())
    }

    /// What is answered, in words.
    #[must_use]
    pub fn actual(&self) -> String {
        match self.decision.as_ref().map(answer) {
            Some(Ok(answer)) => answer.to_string(),
            Some(Err(error)) => error,
            None => "gone".to_owned(),
        }
    }
}

/// What is to be recorded for `bound`, the context of `golden`: the answers of all flags that are not archived.
///
/// # Errors
/// The flag that does not work, and why.
pub fn to_record(
    golden: &Golden,
    bound: &BoundContext<'_, '_>,
    archived: impl Fn(&str) -> bool,
) -> Result<BTreeMap<FlagKey, Answer>, (String, String)> {
    let decisions = bound.evaluate_all(golden.environment.as_str(), golden.now);
    decisions
        .filter(|decision| !archived(decision.key))
        .filter_map(|decision| Some((FlagKey::new(decision.key).ok()?, decision)))
        .map(|(flag, decision)| match answer(&decision) {
            Ok(answer) => Ok((flag, answer)),
            Err(error) => Err((flag.to_string(), error)),
        })
        .collect()
}

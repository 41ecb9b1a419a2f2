//! Cases: what is asked, and whether the answer is right.

use crate::document::{Expectation, FlagTests};
use crate::evaluate::{Bucket, Context, Decision, Program, Trace};
use crate::model::{AttributePath, EnvironmentName, Timestamp, Unit};
use serde_json::{Map, Value as Json};

/// One question with the answer that is expected.
#[derive(Debug, Clone)]
pub struct Case<'t> {
    /// What the file says.
    pub expectation: &'t Expectation,
    /// Where it is asked.
    pub environment: &'t EnvironmentName,
    /// The values that the matrix gives, in its order.
    pub combination: Vec<(&'t AttributePath, &'t Json)>,
    /// Who is asking, or why that is no context.
    pub context: Result<Context, String>,
    /// When.
    pub now: Timestamp,
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// `variant`, `value`, `reason`, `rule`, `environment`, `context`, or `member` of a segment.
    pub what: &'static str,
    /// What was expected, as it would be written.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// The answer to a case.
#[derive(Debug)]
pub struct Verdict<'p, 'c> {
    /// What is not as expected; empty when the case holds.
    pub mismatches: Vec<Mismatch>,
    /// What was decided; `None` when the case has no context to decide for.
    pub decision: Option<(Decision<'p>, Trace<'p, 'c>)>,
}

/// The cases of a tests file, in its order: for each expectation its environments, for each of them the combinations of
/// its matrix. `now` is the time of those that name none.
pub fn cases(tests: &FlagTests, now: Timestamp) -> impl Iterator<Item = Case<'_>> {
    tests.expect.iter().flat_map(move |expectation| {
        let environments =
            if expectation.environments.is_empty() { &tests.environments } else { &expectation.environments };
        environments.iter().flat_map(move |environment| {
            combinations(&expectation.matrix).into_iter().map(move |combination| Case {
                expectation,
                environment,
                context: context(&tests.context, &expectation.context, expectation.user.as_ref(), &combination),
                combination,
                now: expectation.now.or(tests.now).unwrap_or(now),
            })
        })
    })
}

/// Every combination of the values, the last attribute changing fastest; one empty combination without a matrix.
pub(super) fn combinations(matrix: &[(AttributePath, Vec<Json>)]) -> Vec<Vec<(&AttributePath, &Json)>> {
    matrix.iter().fold(vec![Vec::new()], |known, (path, values)| {
        let longer = |before: &Vec<_>| {
            let before = before.clone();
            values.iter().map(move |value| {
                let mut combination = before.clone();
                combination.push((path, value));
                combination
            })
        };
        known.iter().flat_map(longer).collect()
    })
}

/// The file's attributes, the case's over them, then the matrix and the user.
pub(super) fn context(
    file: &Map<String, Json>,
    case: &Map<String, Json>,
    user: Option<&Unit>,
    combination: &[(&AttributePath, &Json)],
) -> Result<Context, String> {
    let mut attributes = file.clone();
    attributes.extend(case.clone());
    if let Some(user) = user {
        attributes.insert("targetingKey".to_owned(), user.as_str().into());
    }
    let mut context = Context::from_json(Json::Object(attributes)).map_err(|error| error.to_string())?;
    for (path, value) in combination {
        context.set(path, (*value).clone()).map_err(|error| error.to_string())?;
    }
    Ok(context)
}

impl Case<'_> {
    /// Asks the flag `key` of `program`.
    #[must_use]
    pub fn run<'p: 'r, 'r>(&'r self, program: &'p Program, key: &'r str) -> Verdict<'r, 'r> {
        let context = match &self.context {
            Ok(context) => context,
            Err(error) => {
                let expected = "attributes that fit together".to_owned();
                let mismatch = Mismatch { what: "context", expected, actual: error.clone() };
                return Verdict { mismatches: vec![mismatch], decision: None };
            }
        };
        let bucket = self.expectation.bucket.and_then(|share| Bucket::new(share.steps()));
        let bound = program.bind(context);
        let (decision, trace) = bound.explain_in(key, self.environment.as_str(), self.now, bucket);
        Verdict { mismatches: self.compare(&decision), decision: Some((decision, trace)) }
    }

    fn compare(&self, decision: &Decision<'_>) -> Vec<Mismatch> {
        let Expectation { variant, value, reason, rule, .. } = self.expectation;
        let nothing = || "nothing".to_owned();
        let mut mismatches = Vec::new();
        let mut unlike = |what, expected: String, actual: Option<String>| {
            mismatches.push(Mismatch { what, expected, actual: actual.unwrap_or_else(nothing) });
        };
        // Its default is no answer, even where that is the variant that is expected.
        if let Some((_, details)) = decision.error.filter(|_| *reason != Some("ERROR")) {
            unlike("answer", "one".to_owned(), Some(format!("an error: {details}")));
        }
        if let Some(variant) = variant.as_ref().filter(|variant| decision.variant != Some(variant.as_str())) {
            unlike("variant", variant.to_string(), decision.variant.map(str::to_owned));
        }
        if let Some(value) = value {
            let actual = decision.value.map(crate::model::Value::to_json);
            if !actual.as_ref().is_some_and(|actual| same(actual, value)) {
                unlike("value", value.to_string(), actual.map(|actual| actual.to_string()));
            }
        }
        if let Some(reason) = reason.filter(|reason| decision.reason.as_str() != *reason) {
            unlike("reason", reason.to_owned(), Some(decision.reason.to_string()));
        }
        if let Some(rule) = rule.as_deref().filter(|rule| decision.rule != Some(rule)) {
            unlike("rule", rule.to_owned(), decision.rule.map(str::to_owned));
        }
        mismatches
    }

    /// What the case is called: its name, or what it expects, with its combination.
    #[must_use]
    pub fn title(&self) -> String {
        with_combination(self.expectation.name.clone().unwrap_or_else(|| self.expected()), &self.combination)
    }

    /// What is expected, in a few words: `variant on, rule beta`.
    fn expected(&self) -> String {
        let Expectation { variant, value, reason, rule, user, .. } = self.expectation;
        let parts = [
            variant.as_ref().map(|variant| format!("variant {variant}")),
            value.as_ref().map(|value| format!("value {value}")),
            reason.map(|reason| format!("reason {reason}")),
            rule.as_ref().map(|rule| format!("rule {rule}")),
        ];
        let words = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        match user {
            Some(user) => format!("{}: {words}", user.as_str()),
            None => words,
        }
    }
}

/// `title [age=1, country="DE"]`
pub(super) fn with_combination(title: String, combination: &[(&AttributePath, &Json)]) -> String {
    if combination.is_empty() {
        return title;
    }
    let values: Vec<String> = combination.iter().map(|(path, value)| format!("{}={value}", path.as_str())).collect();
    format!("{title} [{}]", values.join(", "))
}

/// Equal as JSON, numbers by their value: `1` is `1.0`.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

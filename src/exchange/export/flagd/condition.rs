//! Conditions as JSONLogic.

use super::Writer;
use super::serve::Scope;
use crate::model::{AttributePath, Condition, Operand, Scalar, Schedule, Segment, Share, Test, Unit};
use serde_json::{Value as Json, json};

/// All of these; `true` and `false` decide now.
pub(super) fn all(conditions: Vec<Json>) -> Json {
    if conditions.contains(&Json::Bool(false)) {
        return false.into();
    }
    let mut open = Vec::new();
    for condition in conditions {
        match condition {
            Json::Bool(true) => {}
            other => open.push(other),
        }
    }
    match open.len() {
        0 => true.into(),
        1 => open.remove(0),
        _ => json!({ "and": open }),
    }
}

/// At least one of these.
pub(super) fn any(conditions: Vec<Json>) -> Json {
    if conditions.contains(&Json::Bool(true)) {
        return true.into();
    }
    let mut open: Vec<Json> = conditions.into_iter().filter(|one| *one != Json::Bool(false)).collect();
    match open.len() {
        0 => false.into(),
        1 => open.remove(0),
        _ => json!({ "or": open }),
    }
}

pub(super) fn not(condition: Json) -> Json {
    match condition {
        Json::Bool(value) => (!value).into(),
        other => json!({ "!": [other] }),
    }
}

/// `from` until before `until`.
pub(super) fn window(schedule: &Schedule) -> Json {
    let now = json!({"var": "$flagd.timestamp"});
    let from = schedule.from.map(|from| json!({ ">=": [now, from.unix()] }));
    let until = schedule.until.map(|until| json!({ "<": [now, until.unix()] }));
    all(from.into_iter().chain(until).collect())
}

/// Whether the targeting key is one of these.
pub(super) fn is_unit(units: &[Unit]) -> Json {
    let units: Vec<&str> = units.iter().map(Unit::as_str).collect();
    json!({ "in": [{"var": "targetingKey"}, units] })
}

/// The attribute, or why flagd can't name it.
pub(super) fn var(path: &AttributePath) -> Result<Json, String> {
    if path.parts().iter().any(|part| part.contains('.')) {
        return Err(format!("`{path}` has a name with a dot, which flagd takes for two names"));
    }
    if path.parts().iter().any(|part| part.parse::<u32>().is_ok()) {
        return Err(format!("`{path}` has a name that is a number, which flagd takes for an item of a list"));
    }
    if path.parts().first().is_some_and(|part| &**part == "$flagd") {
        return Err(format!("`{path}` is a name that flagd uses itself"));
    }
    let name: Vec<&str> = path.parts().iter().map(|part| &**part).collect();
    Ok(json!({ "var": name.join(".") }))
}

/// Strictly: npm's engine fails where a list is compared loosely.
pub(super) fn there(var: &Json) -> Json {
    json!({ "!==": [var, null] })
}

impl Writer<'_> {
    pub(super) fn condition(&mut self, condition: &Condition, scope: Scope<'_>) -> Result<Json, String> {
        self.depth += 1;
        if self.depth > super::DEEPEST * 4 {
            return Err("its conditions are nested too deep".into());
        }
        let written = match condition {
            Condition::Test(test) => one_test(test),
            Condition::Schedule(schedule) => Ok(window(schedule)),
            Condition::Any(inner) => self.each(inner, scope).map(any),
            Condition::All(inner) => self.each(inner, scope).map(all),
            Condition::Not(inner) => self.condition(inner, scope).map(not),
            Condition::Percentage { share, .. } if *share == Share::ZERO => Ok(false.into()),
            Condition::Percentage { share, .. } if *share == Share::FULL => Ok(true.into()),
            Condition::Percentage { share, by, salt, bucketing } => {
                let parts =
                    [(true.into(), u64::from(share.steps())), (false.into(), 100_000 - u64::from(share.steps()))];
                let draw = self.draw(by.as_ref(), salt.as_deref(), *bucketing, scope)?;
                Ok(all(vec![draw.guard.clone(), draw.fractional(&parts)]))
            }
            Condition::Segment(name) => match self.catalog.segments.get(name) {
                Some(segment) => self.segment(segment),
                None => Err(format!("the segment `{name}` does not read")),
            },
        };
        self.depth -= 1;
        written
    }

    fn each(&mut self, conditions: &[Condition], scope: Scope<'_>) -> Result<Vec<Json>, String> {
        conditions.iter().map(|one| self.condition(one, scope)).collect()
    }

    /// Exclude wins, then include, then match.
    pub(super) fn segment(&mut self, segment: &Segment) -> Result<Json, String> {
        let scope = Scope { salt: segment.name.as_str(), bucketing: None };
        let within = |why: String| format!("in the segment `{}`: {why}", segment.name);
        let mut matching = Json::Bool(false);
        if !segment.conditions.is_empty() {
            matching = all(self.each(&segment.conditions, scope).map_err(within)?);
        }
        if !segment.include.is_empty() {
            matching = any(vec![is_unit(&segment.include), matching]);
        }
        if !segment.exclude.is_empty() {
            matching = all(vec![not(is_unit(&segment.exclude)), matching]);
        }
        Ok(matching)
    }
}

fn scalar(scalar: &Scalar) -> Json {
    match scalar {
        Scalar::Boolean(value) => (*value).into(),
        Scalar::Text(text) => text.as_str().into(),
        Scalar::Number(number) => whole(*number).map_or_else(|| (*number).into(), Into::into),
    }
}

/// An integer without a fraction: not every provider takes `5.0` for `5`.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

fn equal(var: &Json, to: &Scalar) -> Json {
    match to {
        // 5 and 5.0 are of different types to some; in a list they are equal, and "5" is not.
        Scalar::Number(_) => json!({ "in": [var, [scalar(to)]] }),
        _ => json!({ "===": [var, scalar(to)] }),
    }
}

/// Whether a text has this part, or a list this item.
fn part(var: &Json, item: &Scalar) -> Json {
    let within = json!({ "in": [scalar(item), var] });
    match item {
        // npm's engine does not find nothing in an empty text.
        Scalar::Text(text) if text.is_empty() => any(vec![json!({ "starts_with": [var, ""] }), within]),
        _ => within,
    }
}

fn one_test(test: &Test) -> Result<Json, String> {
    if test.ignore_case {
        return Err(format!("`{}` ignores case, which flagd can't", test.attribute));
    }
    let var = var(&test.attribute)?;
    let scalars = test.operand.scalars();
    let each = |write: &dyn Fn(&Scalar) -> Json| any(scalars.iter().map(write).collect());
    let guarded = |positive: Json| all(vec![there(&var), not(positive)]);
    let list: Vec<Json> = scalars.iter().map(scalar).collect();
    let one = || scalars.first().map_or(Json::Null, scalar);
    let compared = |operator: &str| Ok(all(vec![there(&var), json!({ operator: [var, one()] })]));
    let version = |operator: &str| Ok(json!({ "sem_ver": [var, operator, one()] }));
    match test.operator {
        "equals" => Ok(each(&|scalar| equal(&var, scalar))),
        "not_equals" => Ok(guarded(each(&|scalar| equal(&var, scalar)))),
        "in" => Ok(json!({ "in": [var, list] })),
        "not_in" => Ok(guarded(json!({ "in": [var, list] }))),
        "contains" => Ok(each(&|item| part(&var, item))),
        "not_contains" => Ok(guarded(each(&|item| part(&var, item)))),
        "starts_with" | "ends_with" => Ok(each(&|affix| json!({ test.operator: [var, scalar(affix)] }))),
        "greater_than" => compared(">"),
        "greater_than_or_equal" => compared(">="),
        "less_than" => compared("<"),
        "less_than_or_equal" => compared("<="),
        "semver_equal" => version("="),
        "semver_not_equal" => version("!="),
        "semver_greater_than" => version(">"),
        "semver_greater_than_or_equal" => version(">="),
        "semver_less_than" => version("<"),
        "semver_less_than_or_equal" => version("<="),
        "exists" if test.operand == Operand::One(Scalar::Boolean(true)) => Ok(there(&var)),
        "exists" => Ok(json!({ "===": [var, null] })),
        "has_type" => {
            let types = scalars.iter().map(|scalar| match scalar {
                // Every text starts with nothing.
                Scalar::Text(name) if name == "text" => Ok(json!({ "starts_with": [var, ""] })),
                Scalar::Text(name) if name == "boolean" => Ok(json!({ "in": [var, [true, false]] })),
                other => Err(format!("flagd can't ask whether `{}` is a {other}", test.attribute)),
            });
            Ok(any(types.collect::<Result<_, String>>()?))
        }
        "matches" => Err(unknown(test, "has no regular expressions")),
        "semver_range" => Err(unknown(test, "has no ranges of versions: write two comparisons")),
        "before" | "after" => Err(unknown(test, "compares no times in text: give the time in seconds as a number")),
        "in_cidr" => Err(unknown(test, "knows no networks: work out an attribute before")),
        _ => Err(unknown(test, "has no such operator")),
    }
}

fn unknown(test: &Test, why: &str) -> String {
    format!("`{}` asks `{}`, and flagd {why}", test.attribute, test.operator)
}

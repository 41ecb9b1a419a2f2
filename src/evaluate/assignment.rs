//! Attributes as people type them: `plan=pro`, `account.age_days:=30`.

use super::context::{Context, ContextError};
use crate::model::{AttributeDeclaration, AttributePath, AttributeType, Timestamp};
use crate::source::Strict;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What the project says about attributes.
type Declarations = BTreeMap<AttributePath, AttributeDeclaration>;

impl Context {
    /// Sets an attribute as `name=text` or `name:=JSON` says. Text becomes a number, boolean or list when
    /// `declarations` give the attribute such a type; items of a list are separated by commas.
    ///
    /// # Errors
    /// When it is no assignment, names no attribute, is no JSON, or not of the declared type.
    pub fn assign(&mut self, assignment: &str, declarations: Option<&Declarations>) -> Result<(), ContextError> {
        let (left, right) =
            assignment.split_once('=').ok_or_else(|| ContextError::NotAnAssignment(assignment.to_owned()))?;
        let (name, json) = left.strip_suffix(':').map_or((left, false), |name| (name, true));
        let path = AttributePath::parse(name).ok_or_else(|| ContextError::NotAPath(name.to_owned()))?;
        let value = if json {
            let Strict(value) = serde_json::from_str(right).map_err(|error| match ContextError::of_json(&error) {
                ContextError::NotJson(words) => ContextError::NotJson(format!("in `{assignment}`: {words}")),
                ContextError::Doubled(words) => ContextError::Doubled(format!("in `{assignment}`, {words}")),
                other => other,
            })?;
            value
        } else {
            let declared = declarations.and_then(|declarations| declarations.get(&path));
            typed(&path, right, declared.map(|declaration| declaration.attribute_type))?
        };
        self.set(&path, value)
    }
}

/// `text` as a value of the declared type.
fn typed(path: &AttributePath, text: &str, declared: Option<AttributeType>) -> Result<Json, ContextError> {
    let wrong = |declared| ContextError::WrongType { path: path.to_string(), declared, value: text.to_owned() };
    let items = || text.split(',').map(str::trim).filter(|item| !item.is_empty());
    match declared {
        Some(AttributeType::Boolean) => text.parse::<bool>().map(Json::from).map_err(|_| wrong("a boolean")),
        Some(AttributeType::Integer) => match number(text) {
            Some(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => Ok(number),
            _ => Err(wrong("an integer")),
        },
        Some(AttributeType::Number) => number(text).ok_or_else(|| wrong("a number")),
        // A time may be Unix seconds.
        Some(AttributeType::Time) => match number(text) {
            Some(seconds) => Ok(seconds),
            None if Timestamp::parse(text).is_ok() => Ok(text.into()),
            None => Err(wrong("a time, such as 2026-12-01T09:00:00Z or Unix seconds")),
        },
        Some(AttributeType::Strings) => Ok(items().map(Json::from).collect()),
        Some(AttributeType::Numbers) => {
            items().map(number).collect::<Option<Vec<_>>>().map(Json::from).ok_or_else(|| wrong("a list of numbers"))
        }
        Some(AttributeType::String | AttributeType::Semver | AttributeType::Ip) | None => Ok(text.into()),
    }
}

/// A JSON number.
fn number(text: &str) -> Option<Json> {
    serde_json::from_str::<serde_json::Number>(text).ok().map(Json::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn declared(types: &[(&str, AttributeType)]) -> Declarations {
        let declaration = |attribute_type| AttributeDeclaration {
            attribute_type,
            allowed: Vec::new(),
            description: None,
            examples: Vec::new(),
        };
        types.iter().map(|(path, of)| (AttributePath::parse(path).unwrap(), declaration(*of))).collect()
    }

    #[test]
    fn text_is_text_unless_declared_otherwise() {
        let declarations = declared(&[
            ("age", AttributeType::Integer),
            ("beta", AttributeType::Boolean),
            ("roles", AttributeType::Strings),
            ("sizes", AttributeType::Numbers),
            ("since", AttributeType::Time),
            ("until", AttributeType::Time),
        ]);
        let mut context = Context::default();
        for assignment in [
            "plan=5",
            "age=5",
            "beta=true",
            "roles=a, b",
            "sizes=1,2.5",
            "since=100",
            "until=2026-12-01T09:00:00+01:00",
            "a.b=x=y",
            r#"deep.x:={"y":[1]}"#,
            "empty=",
        ] {
            context.assign(assignment, Some(&declarations)).unwrap();
        }
        let expected = json!({"plan": "5", "age": 5, "beta": true, "roles": ["a", "b"], "sizes": [1, 2.5], "since": 100,
            "until": "2026-12-01T09:00:00+01:00",
            "a": {"b": "x=y"}, "deep": {"x": {"y": [1]}}, "empty": ""});
        assert_eq!(Context::from_json(expected), Ok(context));
    }

    #[test]
    fn mistakes_are_named() {
        let declarations = declared(&[
            ("age", AttributeType::Integer),
            ("sizes", AttributeType::Numbers),
            ("since", AttributeType::Time),
        ]);
        let error = |assignment| {
            let mut context = Context::of_user("x");
            context.assign(assignment, Some(&declarations)).unwrap_err().to_string()
        };
        assert_eq!(error("plan"), "`plan` is not an assignment: write `name=text` or `name:=JSON`");
        assert_eq!(error("=x"), "`` is not the path of an attribute");
        assert_eq!(error("a..b=x"), "`a..b` is not the path of an attribute");
        assert_eq!(error("age=1.5"), "`age` is declared as an integer, which `1.5` is not");
        assert_eq!(error("sizes=1,x"), "`sizes` is declared as a list of numbers, which `1,x` is not");
        assert_eq!(
            error("since=2026-12-01T09:00Z"),
            "`since` is declared as a time, such as 2026-12-01T09:00:00Z or Unix seconds, which `2026-12-01T09:00Z` is not"
        );
        assert_eq!(
            error("targetingKey.x=1"),
            "`targetingKey.x` can't be set: `targetingKey` is already there and is not an object"
        );
        assert!(error("x:=NaN").starts_with("the context is not JSON: in `x:=NaN`"));
        assert!(error("x:=1e999").contains("number out of range"));
    }
}

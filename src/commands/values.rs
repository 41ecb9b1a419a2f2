//! Values of variants, units and names as arguments.

use super::json_argument;
use crate::commands::Session;
use crate::diagnostic::codes::change;
use crate::diagnostic::{Failure, Result};
use crate::model::{NameError, Unit, Value, ValueType, Variant, VariantName};
use crate::project::Root;

/// Largest integer that every reader keeps exactly.
const MAX_INTEGER: i64 = Unit::MAX_INTEGER;

/// A value of a flag of this type: text as it is, `42`, `1.5`, or JSON.
///
/// # Errors
/// When it is of another type.
pub(super) fn value(value_type: ValueType, text: &str) -> Result<Value> {
    let refused = |expected: &str| {
        Failure::new(&change::BAD_ARGUMENT, format!("`{text}` is not {expected}"))
            .help(format!("the flag's type is {value_type}, and so is every value of it"))
    };
    let number = matches!(value_type, ValueType::Integer | ValueType::Number);
    if number && let Some(other) = crate::yaml::misread_by_yaml_1_1(text) {
        return Err(
            refused("a number that every reader takes for the same").help(format!("many readers take it for {other}"))
        );
    }
    match value_type {
        ValueType::Boolean => match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(refused("`true` or `false`")),
        },
        ValueType::String => Ok(Value::String(text.to_owned())),
        ValueType::Integer => {
            let number = text.parse::<i64>().ok().filter(|number| (-MAX_INTEGER..=MAX_INTEGER).contains(number));
            number.map(Value::Integer).ok_or_else(|| refused("a whole number within ±(2^53−1)"))
        }
        ValueType::Number => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(Value::Number).ok_or_else(|| refused("a number"))
        }
        ValueType::Json => json_argument::read(text).map(Value::Json).map_err(|error| {
            if json_argument::is_json(text) {
                return refused("JSON that every reader takes for the same").help(error);
            }
            refused("JSON")
                .help(format!("it fails here: {error}"))
                .help("quote it for the shell: `name='{\"size\": 3}'`")
        }),
    }
}

/// `name=value`, with the value of this type.
///
/// # Errors
/// When there is no `=`, the name is none, or the value is of another type.
pub(super) fn variant(value_type: ValueType, text: &str) -> Result<Variant> {
    let (name, text) = assignment(text)?;
    Ok(Variant {
        name: name_of("a variant", name, VariantName::new)?,
        value: value(value_type, text)?,
        description: None,
    })
}

/// `name=value`
///
/// # Errors
/// When there is no `=`.
pub(super) fn assignment(text: &str) -> Result<(&str, &str)> {
    text.split_once('=').ok_or_else(|| {
        Failure::new(&change::BAD_ARGUMENT, format!("`{text}` has no `=`")).help(format!("write `{text}=VALUE`"))
    })
}

/// A checked name.
///
/// # Errors
/// When it can't be one.
pub(super) fn name_of<T>(
    what: &str,
    text: &str,
    make: impl FnOnce(&str) -> std::result::Result<T, NameError>,
) -> Result<T> {
    make(text)
        .map_err(|error| Failure::new(&change::BAD_ARGUMENT, format!("`{text}` can't be the name of {what}: {error}")))
}

/// Units, each once, in the order they are given.
///
/// # Errors
/// When one is empty.
pub(super) fn units(texts: &[String]) -> Result<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    for text in texts {
        let unit = Unit::from_text(text).ok_or_else(|| {
            Failure::new(&change::BAD_ARGUMENT, "a unit can't be empty").help("pass an id such as `user-7`")
        })?;
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    Ok(units)
}

/// `user-1`, `user-1 and user-2`, or `user-1 and 4 more`.
pub(super) fn few(units: &[Unit]) -> String {
    match units {
        [] => "nobody".into(),
        [one] => one.to_string(),
        [one, two] => format!("{one} and {two}"),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
    }
}

/// Who makes the change, as Git has it; `None` where Git does not know.
///
/// # Errors
/// When Git can't be asked.
pub(super) fn identity(session: &mut Session) -> Result<Option<String>> {
    let root: Root = session.root()?;
    match root.repository() {
        Some(repository) => Ok(repository.committer()?),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_type() {
        assert_eq!(value(ValueType::String, "42").unwrap(), Value::String("42".into()));
        assert_eq!(value(ValueType::Integer, "42").unwrap(), Value::Integer(42));
        assert_eq!(value(ValueType::Number, "1.5").unwrap(), Value::Number(1.5));
        assert_eq!(value(ValueType::Json, "[1]").unwrap(), Value::Json(serde_json::json!([1])));
        for (value_type, text) in [
            (ValueType::Boolean, "on"),
            (ValueType::Integer, "1.5"),
            (ValueType::Integer, "9007199254740992"),
            (ValueType::Number, "NaN"),
            (ValueType::Number, "inf"),
            (ValueType::Json, "{a}"),
        ] {
            assert!(value(value_type, text).is_err(), "{value_type} {text}");
        }
    }

    #[test]
    fn units_stand_once() {
        let given = ["b", "a", "b"].map(str::to_owned);
        assert_eq!(units(&given).unwrap().iter().map(Unit::as_str).collect::<Vec<_>>(), ["b", "a"]);
        assert!(units(&[String::new()]).is_err());
        assert_eq!(few(&units(&given).unwrap()), "b and a");
    }

    #[test]
    fn a_variant_is_a_name_and_a_value() {
        let found = variant(ValueType::String, "blue=a=b").unwrap();
        assert_eq!((found.name.as_str(), found.value), ("blue", Value::String("a=b".into())));
        assert!(variant(ValueType::String, "blue").is_err());
        assert!(variant(ValueType::String, "b/c=x").is_err());
    }
}

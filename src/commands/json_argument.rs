//! JSON in arguments, as strictly as in files: no key twice, and no integer that some reader would round.

use crate::model::Unit;
use crate::source::Strict;
use serde_json::Value;

/// The value that `text` says.
///
/// # Errors
/// When it is no JSON, names a key twice in an object, or has an integer beyond ±(2^53−1); the reason in words.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let Strict(value) = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match rounded(text) {
        Some(number) => Err(format!("{number} is beyond ±(2^53−1), where numbers of JSON are no longer exact")),
        None => Ok(value),
    }
}

/// Whether `text` is JSON at all.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The first integer in JSON that not every reader keeps.
fn rounded(text: &str) -> Option<&str> {
    // What stands between quotes, with no escaped one before its end, is a string.
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[start..];
        let end = if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |(at, _)| at + 1)
        } else {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(end);
        let digits = token.strip_prefix('-').unwrap_or(token);
        let exact = |number: i64| (-Unit::MAX_INTEGER..=Unit::MAX_INTEGER).contains(&number);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) && !token.parse().is_ok_and(exact) {
            return Some(token);
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_is_lost_silently() {
        for (text, reason) in [
            (r#"{"a": 1, "b": {"c": 1, "c": 2}}"#, "the key `c` is there twice"),
            ("[9007199254740992]", "9007199254740992 is beyond"),
            (r#"{"a":-9007199254740993}"#, "-9007199254740993 is beyond"),
            (r#"{"a\"": "\\", "b": 100000000000000000000000}"#, "100000000000000000000000 is beyond"),
            ("{a}", "key must be a string"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(reason), "{text}: {error}");
        }
    }

    #[test]
    fn everything_else_is_read() {
        for text in [
            r#"{"a": 9007199254740991, "b": [-9007199254740991, 1.5, 1e22, true, null], "c": {"a": "\"9007199254740993"}}"#,
            r#""9007199254740993 \\""#,
            "0",
        ] {
            assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap(), "{text}");
        }
        assert_eq!(read("[]").unwrap(), json!([]));
    }
}

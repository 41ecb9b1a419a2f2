//! JSON that shows what it holds.

use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;

/// JSON with control, bidirectional and invisible characters written as `\uXXXX`, so that printing it can neither steer a
/// terminal nor show something else than it says. Such characters only stand in strings, where an escape means the same.
#[must_use]
pub fn escaped(json: &str) -> Cow<'_, str> {
    // Nearly always there is nothing to look for. Without an early end the compiler looks at many bytes at once.
    if json.bytes().fold(true, |is_plain, byte| is_plain & ((byte == b'\n') | (byte.wrapping_sub(b' ') < 0x5f))) {
        return Cow::Borrowed(json);
    }
    let mut found = crate::yaml::hidden(json).filter(|(_, c)| *c != '\r').peekable();
    if found.peek().is_none() {
        return Cow::Borrowed(json);
    }
    let (mut out, mut from) = (String::with_capacity(json.len() + 16), 0);
    for (at, c) in found {
        out.push_str(&json[from..at]);
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing into memory can't fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
        from = at + c.len_utf8();
    }
    out.push_str(&json[from..]);
    Cow::Owned(out)
}

/// A value on one line.
#[must_use]
pub fn compact(value: &impl Serialize) -> String {
    escaped(&serde_json::to_string(value).unwrap_or_default()).into_owned()
}

/// A value on indented lines, without a line break at the end.
#[must_use]
pub fn pretty(value: &impl Serialize) -> String {
    escaped(&serde_json::to_string_pretty(value).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_hides_is_escaped_and_means_the_same() {
        let value = json!({ "a\u{202e}b": "c\u{9b}31m \u{7f} \u{200b} \u{e0041} é 👨\u{200d}👩 \u{1b} \r\n" });
        for text in [compact(&value), pretty(&value)] {
            for escape in ["\\u202e", "\\u009b", "\\u007f", "\\u200b", "\\udb40\\udc41", "\\u001b", "\\r\\n"] {
                assert!(text.contains(escape), "{text}");
            }
            assert!(text.contains("é 👨\u{200d}👩"), "{text}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        }
        assert!(matches!(escaped("{\"a\": \"é\"}"), Cow::Borrowed(_)));
    }
}

//! What plain scalars mean: the YAML 1.2 core schema, and where YAML 1.1 readers would disagree.

/// The meaning of a plain scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Resolved<'t> {
    /// Nothing, `~`, `null`.
    Null,
    /// `true`, `false`.
    Boolean(bool),
    /// A whole number within ±(2^53−1), decimal, `0o` or `0x`.
    Integer(i64),
    /// A finite number with a fraction or an exponent.
    Number(f64),
    /// A number that can't be kept exactly everywhere: NaN, infinity, or an integer beyond ±(2^53−1).
    OutOfRange,
    /// Anything else.
    Text(&'t str),
}

const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Resolves a plain scalar by the core schema (YAML 1.2.2, 10.3.2).
#[must_use]
pub fn resolve(text: &str) -> Resolved<'_> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
        "true" | "True" | "TRUE" => return Resolved::Boolean(true),
        "false" | "False" | "FALSE" => return Resolved::Boolean(false),
        _ => {}
    }
    // Only these can start a number.
    if !matches!(text.as_bytes()[0], b'0'..=b'9' | b'+' | b'-' | b'.') {
        return Resolved::Text(text);
    }
    resolve_number(text)
}

fn resolve_number(text: &str) -> Resolved<'_> {
    let integer = |digits: &str, radix| match i64::from_str_radix(digits, radix) {
        Ok(value) if (-MAX_INTEGER..=MAX_INTEGER).contains(&value) => Resolved::Integer(value),
        _ => Resolved::OutOfRange,
    };
    let all = |digits: &str, radix| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    if let Some(digits) = text.strip_prefix("0o") {
        return if all(digits, 8) { integer(digits, 8) } else { Resolved::Text(text) };
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return if all(digits, 16) { integer(digits, 16) } else { Resolved::Text(text) };
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if all(unsigned, 10) {
        return integer(text, 10);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Resolved::OutOfRange;
    }
    if !is_float(unsigned) {
        return Resolved::Text(text);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Resolved::Number(value),
        _ => Resolved::OutOfRange,
    }
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(unsigned: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent_fits && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// What a YAML 1.1 reader (`PyYAML`, older Go and Ruby libraries, many editors) would take this plain text for, when that
/// differs from YAML 1.2: `on`, `off`, `yes`, `no`, `y`, `n` are booleans there, `017` is octal, `0b11` binary, `1_000`
/// and `12:30` (sexagesimal) are numbers, `<<` merges and `=` is the value key.
///
/// It is the union of the types at yaml.org/type and of what `PyYAML`, `js-yaml`, Psych and go-yaml read, apart from the
/// `1.2.3` that the grammar of floats there allows and no reader takes for a number, and from dates, which are written
/// plain where a time stands; see `timestamp_in_yaml_1_1`.
#[must_use]
pub fn misread_by_yaml_1_1(text: &str) -> Option<&'static str> {
    const WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    if text.len() <= 3 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Some("a boolean");
    }
    match text {
        "<<" => return Some("a merge key"),
        "=" => return Some("the key of a default value"),
        _ => {}
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') || resolve(text) == Resolved::OutOfRange {
        return None;
    }
    if [".inf", ".nan"].iter().any(|word| word.eq_ignore_ascii_case(unsigned)) {
        return Some("a number");
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if unsigned.len() > 1 && unsigned.starts_with('0') && digits(unsigned) {
        return Some("an octal number");
    }
    if digits(unsigned) {
        return None;
    }
    misread_number(text, unsigned)
}

/// Numbers in a base, with separators between their digits, and in base 60.
fn misread_number(text: &str, unsigned: &str) -> Option<&'static str> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // Ruby's reader takes `1,000` for a number, too.
    let bare = unsigned.replace(['_', ','], "");
    for (prefix, radix, what) in [("0b", 2, "a binary number"), ("0o", 8, "an octal number"), ("0x", 16, HEXADECIMAL)] {
        let based = bare.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if based && unsigned.len() > 2 && bare[2..].chars().all(|c| c.is_digit(radix)) {
            return matches!(resolve(text), Resolved::Text(_)).then_some(what);
        }
    }
    if bare.len() < unsigned.len() && is_float(&bare) {
        return Some("a number");
    }
    let mut parts = bare.split(':');
    let first = parts.next().unwrap_or_default();
    let sexagesimal = bare.contains(':')
        && digits(first)
        && parts.all(|part| {
            let whole = part.split('.').next().unwrap_or_default();
            digits(whole) && whole.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        });
    sexagesimal.then_some("a sexagesimal number")
}

const HEXADECIMAL: &str = "a hexadecimal number";

/// Whether YAML 1.1 readers take it for a date or a time: it starts with `2026-1`, say. Where a time is meant it stands
/// without quotes all the same.
pub(super) fn timestamp_in_yaml_1_1(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
        && bytes.iter().all(|byte| byte.is_ascii_digit() || b"-+:.TtZz \t".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_by_the_core_schema() {
        for (text, meaning) in [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("true", Resolved::Boolean(true)),
            ("no", Resolved::Text("no")),
            ("12", Resolved::Integer(12)),
            ("-12", Resolved::Integer(-12)),
            ("+5", Resolved::Integer(5)),
            ("0o17", Resolved::Integer(15)),
            ("0x1F", Resolved::Integer(31)),
            ("017", Resolved::Integer(17)),
            ("1.5", Resolved::Number(1.5)),
            ("1e3", Resolved::Number(1000.0)),
            (".5", Resolved::Number(0.5)),
            ("5.", Resolved::Number(5.0)),
            ("1e999", Resolved::OutOfRange),
            (".nan", Resolved::OutOfRange),
            ("-.inf", Resolved::OutOfRange),
            ("9007199254740991", Resolved::Integer(9_007_199_254_740_991)),
            ("9007199254740992", Resolved::OutOfRange),
            ("99999999999999999999999", Resolved::OutOfRange),
            (".", Resolved::Text(".")),
            ("-", Resolved::Text("-")),
            ("1.2.3", Resolved::Text("1.2.3")),
            ("1_000", Resolved::Text("1_000")),
            ("2026-12-01", Resolved::Text("2026-12-01")),
            ("e5", Resolved::Text("e5")),
        ] {
            assert_eq!(resolve(text), meaning, "{text:?}");
        }
    }

    #[test]
    fn knows_what_yaml_1_1_would_read() {
        for text in ["on", "Off", "YES", "no", "y", "N", "017", "-012", "1_000", "12:30", "1:20:30", "12:30.5"] {
            assert!(misread_by_yaml_1_1(text).is_some(), "{text}");
        }
        for text in [
            "0b11", "-0b11", "0b1_0", "0x1_F", ".1_0", "6_8.5e+3", "-0x1F", "+0o17", "0X1F", "0B1", "1,000", "._5",
            "-.Inf", "+.nan", ".Nan", "1_0:30", "-1:30", "<<", "=", "1_", "0_7", "1e_5",
        ] {
            if resolve(text) != Resolved::OutOfRange {
                assert!(misread_by_yaml_1_1(text).is_some(), "{text}");
            }
        }
        for text in [
            "online",
            "0",
            "10",
            "1.5",
            "2026-12-01",
            "a:b",
            "12:300",
            "true",
            "00:x",
            "2026-12-01T09:00:00Z",
            "0b12",
            "0x",
            "0xg",
            "1.2.3",
            ".",
            "..",
            "-",
            "1,a",
            "==",
            "v1_0",
            "0x1F",
            "0o17",
            ".inf",
            "-.inf",
        ] {
            assert_eq!(misread_by_yaml_1_1(text), None, "{text}");
        }
    }
}

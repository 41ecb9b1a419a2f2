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
/// differs from YAML 1.2: `on`, `off`, `yes`, `no`, `y`, `n` are booleans there, `017` is octal, `1_000` and `12:30`
/// (sexagesimal) are numbers.
#[must_use]
pub fn misread_by_yaml_1_1(text: &str) -> Option<&'static str> {
    const WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    if text.len() <= 3 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Some("a boolean");
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if unsigned.len() > 1 && unsigned.starts_with('0') && digits(unsigned) {
        return Some("an octal number");
    }
    if unsigned.contains('_') && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_' || byte == b'.') {
        return Some("a number");
    }
    if unsigned.contains(':') {
        let mut parts = unsigned.split(':');
        let first = parts.next().unwrap_or_default();
        let sexagesimal = digits(first)
            && parts.all(|part| {
                let whole = part.split('.').next().unwrap_or_default();
                digits(whole) && whole.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            });
        if sexagesimal {
            return Some("a sexagesimal number");
        }
    }
    None
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
        for text in ["online", "0", "10", "1.5", "2026-12-01", "a:b", "12:300", "true", "00:x", "2026-12-01T09:00:00Z"]
        {
            assert_eq!(misread_by_yaml_1_1(text), None, "{text}");
        }
    }
}

//! Scalars as text that every reader takes for the same.

use super::characters::is_forbidden;
use super::data::{Data, is_number};
use super::scalar::{Resolved, misread_by_yaml_1_1, resolve, timestamp_in_yaml_1_1};
use super::tree::ScalarStyle;
use std::fmt::Write as _;

/// Where a scalar is going to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// On the lines of a block collection.
    Block,
    /// In brackets or braces.
    Flow,
}

/// A scalar on one line; `None` for collections. `like` is the style to keep where the value allows it.
pub(super) fn scalar(data: &Data, context: Context, like: Option<ScalarStyle>) -> Option<String> {
    Some(match data {
        Data::Null => "null".to_owned(),
        Data::Boolean(value) => value.to_string(),
        Data::Integer(value) => value.to_string(),
        Data::Number(value) => number(*value),
        Data::Decimal(number) if is_number(number) => number.clone(),
        Data::Plain(text) if fits_plain(text, context, true) => text.clone(),
        Data::Decimal(text) | Data::Plain(text) | Data::Text(text) => self::text(text, context, like),
        Data::Sequence(..) | Data::Mapping(..) | Data::Pair(..) => return None,
    })
}

/// A mapping's key.
pub(super) fn key(key: &str, like: Option<ScalarStyle>) -> String {
    // Keys are held to the rules of flow context everywhere: they may not contain `: `, and they are moved around.
    text(key, Context::Flow, like)
}

/// A double, in a form that YAML 1.1 readers take for a number too: they want a dot, and a sign in the exponent.
fn number(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let shortest = format!("{value:?}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let dot = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{dot}e{sign}{exponent}")
}

fn text(text: &str, context: Context, like: Option<ScalarStyle>) -> String {
    match like {
        Some(ScalarStyle::Single) if fits_single(text) => return single(text),
        Some(ScalarStyle::Double) => return double(text),
        Some(ScalarStyle::Plain) if timestamp_in_yaml_1_1(text) && fits_plain(text, context, true) => {
            return text.to_owned();
        }
        _ => {}
    }
    if fits_plain(text, context, false) {
        text.to_owned()
    } else if fits_single(text) && text.contains(['"', '\\']) {
        single(text)
    } else {
        double(text)
    }
}

/// Whether `text` can stand without quotes and be read back as this very text: by the 1.2 core schema, and, unless
/// `dates` are meant to be misread, by every YAML 1.1 reader too.
fn fits_plain(text: &str, context: Context, dates: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if text.chars().any(|c| c.is_control() || is_forbidden(c) || (c.is_whitespace() && c != ' ')) {
        return false;
    }
    if resolve(text) != Resolved::Text(text) || misread_by_yaml_1_1(text).is_some() {
        return false;
    }
    let indicator = "-?:,[]{}#&*!|>'\"%@`=<~";
    if indicator.contains(first) || text.starts_with(' ') || text.ends_with([' ', ':']) || text.starts_with("...") {
        return false;
    }
    if text.contains(": ") || text.contains(" #") {
        return false;
    }
    if context == Context::Flow && text.contains([',', '[', ']', '{', '}']) {
        return false;
    }
    if dates {
        return true;
    }
    // Older readers take `a:b` in brackets for a pair, and a question mark for that of a key.
    let pair = context == Context::Flow && text.contains([':', '?']);
    let word = ["true", "false", "null"].iter().any(|word| word.eq_ignore_ascii_case(text));
    !pair && !word && !looks_like_number(text) && !timestamp_in_yaml_1_1(text)
}

/// Anything a lenient reader could take for a number: other bases, separators, sexagesimals, versions.
fn looks_like_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let start = unsigned.strip_prefix('.').unwrap_or(unsigned);
    let word = |word: &str| start.eq_ignore_ascii_case(word) && start.len() < text.len();
    let digits = |c: char| c.is_ascii_hexdigit() || "xXoO_.:+-".contains(c);
    word("inf") || word("nan") || (start.starts_with(|c: char| c.is_ascii_digit()) && unsigned.chars().all(digits))
}

fn fits_single(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || is_forbidden(c) || (c.is_whitespace() && c != ' '))
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// In double quotes, with everything escaped that is invisible or means something.
fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a String can't fail.
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            '\0' => write!(out, "\\0"),
            ' ' => write!(out, " "),
            _ if c.is_control() || is_forbidden(c) || c.is_whitespace() => match code {
                0..=0xff => write!(out, "\\x{code:02x}"),
                0x100..=0xffff => write!(out, "\\u{code:04x}"),
                _ => write!(out, "\\U{code:08x}"),
            },
            _ => write!(out, "{c}"),
        };
    }
    out.push('"');
    out
}

/// Text as a block scalar: its header, and its lines without indentation. `None` where only quotes keep the text
/// exactly.
pub(super) fn block(text: &str, like: Option<ScalarStyle>) -> Option<(&'static str, Vec<&str>)> {
    let (body, clip) = match text.strip_suffix('\n') {
        Some(body) => (body, true),
        None => (text, false),
    };
    let (first, last) = (body.split('\n').next()?, body.rsplit('\n').next()?);
    let blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let invisible = |c: char| c != '\n' && (c.is_control() || is_forbidden(c));
    if blank(first) || blank(last) || first.starts_with([' ', '\t']) || body.contains(invisible) {
        return None;
    }
    // A line of blanks only would be trimmed by many editors.
    if body.split('\n').any(|line| !line.is_empty() && blank(line)) {
        return None;
    }
    let folded = like == Some(ScalarStyle::Folded) && !body.contains('\n');
    let header = match (folded, clip) {
        (false, true) => "|",
        (false, false) => "|-",
        (true, true) => ">",
        (true, false) => ">-",
    };
    Some((header, body.split('\n').collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const AMBIGUOUS: &[&str] = &[
        "", "no", "On", "y", "null", "Null", "~", "true", "TRUE", "tRue", "017", "1_000", "12:30", "1:20:30.5", "=",
        "<<", "-", "- a", "?", "a: b", "a #b", "a:", "#a", "[a", "{a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "'a",
        "\"a", " a", "a ", "12", "-1", "+1",
        "1.5", ".5", "5.", "1e3", "0x1F", "0o17", "0b101", "1.2.3", "2026-12-01", "2026-12-01T09:00:00Z",
        "2026-12-01 09:00:00 +2", ".inf", "-.inf", ".NaN", "+.INF", "---", "...", "--- a", "a\tb", "a\nb", "a\u{200b}b",
        "a\u{a0}", "\u{feff}a", "a\u{2028}b", "a\u{85}b", "\u{7f}",
    ];

    fn plainly(text: &str, context: Context) -> String {
        self::text(text, context, None)
    }

    #[test]
    fn quotes_what_any_reader_could_take_for_something_else() {
        for text in AMBIGUOUS {
            for context in [Context::Block, Context::Flow] {
                let written = plainly(text, context);
                assert!(written.starts_with(['"', '\'']), "{text:?} was written {written}");
            }
        }
    }

    #[test]
    fn leaves_words_alone() {
        for text in ["a", "user-1", "One-page checkout", "é", "日本", "a-b", "a.b", "it's", "50 %", "👍", "v1.2"] {
            assert_eq!(plainly(text, Context::Block), text);
            assert_eq!(plainly(text, Context::Flow), text);
        }
        assert_eq!(plainly("https://x.org/a#b", Context::Block), "https://x.org/a#b");
        assert_eq!(plainly("https://x.org", Context::Flow), "\"https://x.org\"");
        assert_eq!(plainly("a?", Context::Block), "a?");
        assert_eq!(plainly("a?", Context::Flow), "\"a?\"");
        assert_eq!(plainly("a, b", Context::Block), "a, b");
        assert_eq!(plainly("a, b", Context::Flow), "\"a, b\"");
        assert_eq!(plainly(r"^\d+ \w$", Context::Block), r"^\d+ \w$");
        assert_eq!(plainly(r"[\d]", Context::Block), r"'[\d]'");
    }

    #[test]
    fn writes_numbers_that_every_reader_takes_for_numbers() {
        for (value, text) in [(5.0, "5.0"), (0.1, "0.1"), (1e300, "1.0e+300"), (1.5e-9, "1.5e-9"), (-2.5, "-2.5")] {
            assert_eq!(number(value), text);
        }
        let decimal = |text: &str| scalar(&Data::Decimal(text.to_owned()), Context::Block, None).unwrap();
        assert_eq!(decimal("33.334"), "33.334");
        assert_eq!(decimal("017"), "\"017\"");
        assert_eq!(decimal("x"), "x");
    }

    #[test]
    fn keeps_dates_plain_on_request_only() {
        let plain = |text: &str, context| scalar(&Data::plain(text), context, None).unwrap();
        assert_eq!(plain("2026-12-01", Context::Flow), "2026-12-01");
        assert_eq!(plain("2026-12-01T09:00:00Z", Context::Flow), "2026-12-01T09:00:00Z");
        assert_eq!(plain("12:30", Context::Block), "\"12:30\"");
        assert_eq!(plain("no", Context::Block), "\"no\"");
        assert_eq!(plain("1", Context::Block), "\"1\"");
        assert_eq!(text("2026-12-01", Context::Block, Some(ScalarStyle::Plain)), "2026-12-01");
    }

    /// The types of YAML 1.1 as yaml.org/type and the common readers have them, and the core schema of 1.2.
    #[rustfmt::skip]
    const NO_TEXT: &[&str] = &[
        "y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        "~|null|Null|NULL|", "<<", "=",
        "[-+]?0b[0-1_]+", "[-+]?0[0-7_]+", "[-+]?(0|[1-9][0-9_]*)", "[-+]?0x[0-9a-fA-F_]+",
        "[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+",
        r"[-+]?([0-9][0-9_]*)\.[0-9.]*([eE][-+][0-9]+)?", r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*",
        r"[-+]?\.(inf|Inf|INF)", r"\.(nan|NaN|NAN)",
        r"[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?", r"\.[0-9][0-9_]*([eE][-+][0-9]+)?",
        r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?", r"[-+]?\.[0-9_]*[0-9]([eE][-+]?[0-9]+)?",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?",
        "[-+]?0b[01_,]+", "[-+]?0[0-7_,]+", "[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)", "[-+]?0x[0-9a-fA-F_,]+",
        "[-+]?0[bB][01]+", "[-+]?0[oO][0-7]+", "[-+]?0[xX][0-9a-fA-F]+",
        "0o[0-7]+", "0x[0-9a-fA-F]+", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
    ];

    fn no_text(text: &str) -> bool {
        static SET: std::sync::LazyLock<regex::RegexSet> = std::sync::LazyLock::new(|| {
            regex::RegexSet::new(NO_TEXT.iter().map(|pattern| format!("^(?:{pattern})$"))).unwrap()
        });
        SET.is_match(text)
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 4096, failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_is_left_plain_is_text_for_every_reader(
            text in "[-+]?(0[bBoOxX]?)?[0-9a-fA-F_.,:eE+-]{0,8}|[-+.]?[0-9_.,:]{1,6}([eE][-+]?[0-9]{1,2})?|[=<~a-zA-Z.+-]{0,4}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[Tt ]?[0-9:.Z+-]{0,9}|[-+]?[1-9][0-9_]?(:[0-5]?[0-9]){1,2}"
        ) {
            for context in [Context::Block, Context::Flow] {
                let written = plainly(&text, context);
                if written == text {
                    proptest::prop_assert!(!no_text(&text), "{:?} is left plain", text);
                }
            }
            // The reader refuses what it could take for text and others do not; it lets dates stand.
            let float_of_the_grammar = text.matches('.').count() > 1;
            if resolve(&text) == Resolved::Text(&text) && no_text(&text) && !float_of_the_grammar {
                let refused = misread_by_yaml_1_1(&text).is_some() || timestamp_in_yaml_1_1(&text);
                proptest::prop_assert!(refused, "{:?} is read as text", text);
            }
        }
    }
}

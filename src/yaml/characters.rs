//! Characters that make a file show something else than it means.

use std::ops::{Range, RangeInclusive};
use std::str::CharIndices;

/// Format, bidirectional and invisible characters that are refused anywhere in a file, comments included
/// (CVE-2021-42574). Control characters, which `char::is_control` knows, are not listed.
const INVISIBLE: [RangeInclusive<char>; 16] = [
    '\u{00ad}'..='\u{00ad}',   // soft hyphen
    '\u{034f}'..='\u{034f}',   // combining grapheme joiner
    '\u{061c}'..='\u{061c}',   // Arabic letter mark
    '\u{115f}'..='\u{1160}',   // Hangul fillers
    '\u{17b4}'..='\u{17b5}',   // Khmer inherent vowels
    '\u{180e}'..='\u{180e}',   // Mongolian vowel separator
    '\u{200b}'..='\u{200f}',   // zero width space and joiners, directional marks
    '\u{2028}'..='\u{202e}',   // line and paragraph separators, embeddings and overrides
    '\u{2060}'..='\u{206f}',   // word joiner, invisible operators, isolates
    '\u{3164}'..='\u{3164}',   // Hangul filler
    '\u{feff}'..='\u{feff}',   // byte order mark
    '\u{ffa0}'..='\u{ffa0}',   // halfwidth Hangul filler
    '\u{fff0}'..='\u{fffb}',   // interlinear annotations
    '\u{fffe}'..='\u{ffff}',   // noncharacters
    '\u{1d173}'..='\u{1d17a}', // musical format characters
    '\u{e0000}'..='\u{e0fff}', // tags and supplementary variation selectors
];

/// Whether `c` is an invisible character.
pub(super) fn is_forbidden(c: char) -> bool {
    c >= '\u{ad}' && INVISIBLE.iter().any(|range| range.contains(&c))
}

/// The forbidden characters of `text` with their offsets: invisible ones, and control characters other than tab, line
/// feed, and a carriage return before a line feed. One byte order mark at the start is fine.
///
/// A zero-width joiner or non-joiner between two characters outside ASCII is fine too: emoji and several scripts need
/// them, and they cannot hide inside a key or an ASCII word.
pub(super) fn forbidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let body = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    hidden(text).filter(move |&(at, c)| at >= body && !(c == '\r' && text.as_bytes().get(at + 1) == Some(&b'\n')))
}

/// The same for text that stands by itself: there is no byte order mark at its start, and a carriage return is no part
/// of a line's end.
pub(crate) fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let text = if is_plainly_fine(text) { "" } else { text };
    text.char_indices().filter(move |&(at, c)| match c {
        '\n' | '\t' => false,
        '\u{200c}' | '\u{200d}' => {
            let before = text[..at].chars().next_back();
            let after = text[at + c.len_utf8()..].chars().next();
            let outside = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_forbidden(c));
            !(outside(before) && outside(after))
        }
        _ => c.is_control() || is_forbidden(c),
    })
}

/// The escapes of a scalar in double quotes that stand for characters which are forbidden in text: where they stand in
/// `raw`, which is the scalar as written, and what they stand for.
pub(super) fn forbidden_escapes(raw: &str) -> Vec<(Range<usize>, char)> {
    let mut decoded = String::with_capacity(raw.len());
    let mut escapes = Vec::new();
    let mut rest = raw.char_indices();
    while let Some((start, c)) = rest.next() {
        let Some(c) = (if c == '\\' { escape(&mut rest) } else { Some(c) }) else { continue };
        if raw.as_bytes()[start] == b'\\' {
            escapes.push((decoded.len(), start..rest.offset()));
        }
        decoded.push(c);
    }
    let found = hidden(&decoded).filter_map(|(at, c)| {
        let escape = escapes.binary_search_by_key(&at, |(at, _)| *at).ok()?;
        Some((escapes[escape].1.clone(), c))
    });
    found.collect()
}

/// What the escape stands for whose backslash was read; `None` for a line that goes on, and for what is no escape.
fn escape(rest: &mut CharIndices<'_>) -> Option<char> {
    let digits = match rest.next()?.1 {
        '0' => return Some('\0'),
        'a' => return Some('\u{7}'),
        'b' => return Some('\u{8}'),
        't' | '\t' => return Some('\t'),
        'n' => return Some('\n'),
        'v' => return Some('\u{b}'),
        'f' => return Some('\u{c}'),
        'r' => return Some('\r'),
        'e' => return Some('\u{1b}'),
        'N' => return Some('\u{85}'),
        '_' => return Some('\u{a0}'),
        'L' => return Some('\u{2028}'),
        'P' => return Some('\u{2029}'),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '\r' | '\n' => return None,
        other => return Some(other),
    };
    let code = rest.by_ref().take(digits).try_fold(0_u32, |code, (_, c)| Some(code << 4 | c.to_digit(16)?));
    char::from_u32(code?)
}

/// Whether bytes alone tell that nothing is forbidden, which is so for nearly every file. Looked at in blocks without
/// early exit, so that the compiler can use vector instructions.
fn is_plainly_fine(text: &str) -> bool {
    let suspicious = |byte: u8| (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7f || byte >= 0xc2;
    text.as_bytes().chunks(256).all(|block| !block.iter().fold(false, |found, &byte| found | suspicious(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_hides() {
        for (text, at) in [
            ("a\u{202e}b", Some(1)),
            ("# \u{2066}", Some(2)),
            ("a\rb", Some(1)),
            ("a\r", Some(1)),
            ("a\r\n\r\nb", None),
            ("\u{feff}a", None),
            ("\u{feff}\u{feff}a", Some(3)),
            ("a\u{feff}", Some(1)),
            ("tab\there", None),
            ("nul\0", Some(3)),
            ("nel\u{85}", Some(3)),
            ("del\u{7f}", Some(3)),
            ("x\u{2028}", Some(1)),
            ("pay\u{200d}ments", Some(3)),
            ("👨\u{200d}👩\u{200d}👧 and ❤\u{fe0f}\u{200d}🔥", None),
            ("می\u{200c}خواهم", None),
            ("é\u{200d}\u{200d}é", Some(2)),
            ("日本 ü", None),
        ] {
            assert_eq!(forbidden(text).next().map(|(at, _)| at), at, "{text:?}");
        }
    }
    #[test]
    fn finds_what_escapes_hide() {
        for (raw, found) in [
            (r#""\x07""#, Some((1..5, '\u{7}'))),
            (r#""a\u202Eb""#, Some((2..8, '\u{202e}'))),
            (r#""\0""#, Some((1..3, '\0'))),
            (r#""\U0000200b""#, Some((1..11, '\u{200b}'))),
            (r#""é\e[31m""#, Some((3..5, '\u{1b}'))),
            (r#""\uFEFFa""#, Some((1..7, '\u{feff}'))),
            (r#""a\r\n""#, Some((2..4, '\r'))),
            (r#""\L""#, Some((1..3, '\u{2028}'))),
            (r#""a\u200db""#, Some((2..8, '\u{200d}'))),
            (r#""👨\u200d👩""#, None),
            (r#""\ud83d""#, None),
            (r#""\\x07 \\\\u202e""#, None),
            (r#""\tb\n\"\/\x20\u00e9\_""#, None),
            ("\"a \\\n  b\"", None),
        ] {
            assert_eq!(forbidden_escapes(raw).first().cloned(), found, "{raw}");
        }
    }
}

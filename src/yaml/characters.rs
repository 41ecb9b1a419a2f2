//! Characters that make a file show something else than it means.

use std::ops::RangeInclusive;

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
    let text = if is_plainly_fine(text) { "" } else { text };
    text.char_indices().filter(move |&(at, c)| match c {
        '\n' | '\t' => false,
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        '\u{200c}' | '\u{200d}' => {
            let before = text[..at].chars().next_back();
            let after = text[at + c.len_utf8()..].chars().next();
            let outside = |c: Option<char>| c.is_some_and(|c| !c.is_ascii() && !is_forbidden(c));
            !(outside(before) && outside(after))
        }
        _ => at >= body && (c.is_control() || is_forbidden(c)),
    })
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
}

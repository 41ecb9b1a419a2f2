//! Styles by meaning. Colour never carries meaning alone: there is always a word or a symbol beside it.

use super::Terminal;
use anstyle::{AnsiColor, Style};
use std::fmt;

/// What matters most on the line.
pub const EMPHASIS: Style = Style::new().bold();
/// On, gained, added.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Off, lost, removed, killed.
pub const BAD: Style = AnsiColor::Red.on_default();
/// In part, changed, worth a look.
pub const PARTLY: Style = AnsiColor::Yellow.on_default();
/// Names of flags and other things one can look up.
pub const NAME: Style = AnsiColor::Cyan.on_default();
/// Less important.
pub const DIM: Style = Style::new().dimmed();

/// `text` in `style`.
pub fn paint(style: Style, text: impl fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The symbols that stand beside words, in Unicode or ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// Serves the same to everyone, and not the default.
    On,
    /// Serves the default to everyone.
    Off,
    /// Serves it to some.
    Partly,
    /// Killed.
    Killed,
    /// Not there.
    Absent,
    /// Done, matched, passed.
    Yes,
    /// Failed, not matched.
    No,
    /// Leads to.
    Arrow,
}

impl Symbol {
    /// As text for this terminal.
    #[must_use]
    pub const fn text(self, terminal: &Terminal) -> &'static str {
        match (self, terminal.unicode) {
            (Self::On, true) => "●",
            (Self::On, false) => "*",
            (Self::Off, true) => "○",
            (Self::Off, false) => "o",
            (Self::Partly, true) => "◐",
            (Self::Partly, false) => "%",
            (Self::Killed, true) => "✖",
            (Self::Killed, false) => "X",
            (Self::Absent, true) => "·",
            (Self::Absent, false) => "-",
            (Self::Yes, true) => "✓",
            (Self::Yes, false) => "+",
            (Self::No, true) => "✗",
            (Self::No, false) => "x",
            (Self::Arrow, true) => "→",
            (Self::Arrow, false) => "->",
        }
    }
}

/// The symbols of our sentences, and how they are written in ASCII.
const IN_ASCII: &[(char, &str)] = &[
    ('→', "->"),
    ('…', "..."),
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
    ('–', "-"),
    ('—', "-"),
    ('−', "-"),
    ('·', "-"),
    ('×', "x"),
    ('≈', "~"),
    ('≤', "<="),
    ('≥', ">="),
    ('±', "+-"),
    ('●', "*"),
    ('○', "o"),
    ('◐', "%"),
    ('✖', "X"),
    ('✓', "+"),
    ('✗', "x"),
];

/// `text` with our symbols in ASCII.
#[must_use]
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match IN_ASCII.iter().find(|(symbol, _)| *symbol == c) {
            Some((_, written)) => out.push_str(written),
            None => out.push(c),
        }
    }
    out
}

/// Takes terminal escapes and other control, bidirectional and invisible characters out of text that comes from a
/// repository, so that printing a file can neither steer the terminal nor show something else than it says. Line breaks
/// become spaces. A joiner between two characters outside ASCII stays: emoji and several scripts need it.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, c) in crate::yaml::hidden(text) {
        out.push_str(&text[from..at]);
        out.push(if c == '\r' { ' ' } else { '\u{fffd}' });
        from = at + c.len_utf8();
    }
    out.push_str(&text[from..]);
    out.replace(['\n', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_steers_the_terminal_or_hides() {
        for (text, printed) in [
            ("a\u{1b}[31mb", "a\u{fffd}[31mb"),
            ("a\u{9b}31m", "a\u{fffd}31m"),
            ("two\r\nlines\tmore", "two  lines more"),
            ("x\u{202e}y\u{2066}z", "x\u{fffd}y\u{fffd}z"),
            ("pay\u{200b}ments\u{ad}", "pay\u{fffd}ments\u{fffd}"),
            ("\u{feff}a", "\u{fffd}a"),
            ("👨\u{200d}👩 é", "👨\u{200d}👩 é"),
        ] {
            assert_eq!(plain(text), printed, "{text:?}");
        }
    }
}

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

/// Takes terminal escapes and other control characters out of text that comes from a repository, so that printing a file
/// can't steer the terminal. Line breaks become spaces.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' | '\r' => ' ',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

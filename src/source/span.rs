//! Byte ranges, and their lines and columns.

use std::ops::Range;

/// A range of bytes in one text, `start <= end`. Files are far below 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A place for people: 1-based line, and 1-based column counted in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1 for the first line.
    pub line: usize,
    /// 1 for the first character of the line.
    pub column: usize,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    ///
    /// Offsets beyond `u32::MAX` saturate: a file of that size is refused long before.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    /// As a range for slicing.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text it covers; empty where it does not fit the text.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

impl Position {
    /// The position of byte `offset` in `text`. Offsets past the end, or within a character, are moved back to the
    /// nearest character. A byte order mark takes no column.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before[line_start..].chars().filter(|&c| c != '\u{feff}').count() + 1;
        Self { line, column }
    }
}

/// A text with the starts of its lines, for many positions.
#[derive(Debug, Clone)]
pub struct Lines {
    text: String,
    /// Where each line after the first begins, in bytes.
    starts: Vec<usize>,
}

impl Lines {
    /// The lines of `text`.
    #[must_use]
    pub fn new(text: String) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1).collect();
        Self { text, starts }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As [`Position::of`] the text.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let before = self.starts.partition_point(|start| *start <= offset);
        let start = before.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let inside = Position::of(self.text.get(start..).unwrap_or_default(), offset - start);
        Position { line: before + inside.line, column: inside.column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_not_bytes() {
        let text = "a\nüb: c\r\nd";
        assert_eq!(Position::of(text, 0), Position { line: 1, column: 1 });
        assert_eq!(Position::of(text, text.find('b').unwrap()), Position { line: 2, column: 2 });
        assert_eq!(Position::of(text, 3), Position { line: 2, column: 1 }, "inside a character");
        assert_eq!(Position::of(text, 999), Position { line: 3, column: 2 });
        let lines = Lines::new(text.to_owned());
        for offset in 0..20 {
            assert_eq!(lines.position(offset), Position::of(text, offset), "{offset}");
        }
    }
}

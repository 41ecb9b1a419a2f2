//! Tables without borders, fitted to the terminal.

use super::Terminal;
use super::style::{BAD, DIM, GOOD, NAME, PARTLY, paint};
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, TableStyle};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How a cell is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Like everything else.
    #[default]
    Normal,
    /// On, gained, done.
    Good,
    /// Off for good: killed, failed.
    Bad,
    /// In part.
    Partly,
    /// A name.
    Name,
    /// Less important.
    Dim,
}

/// The text of a cell and how it is shown.
pub type ToneCell = (String, Tone);

/// Between two columns.
const GAP: usize = 2;
/// What the last column is cut to at most.
const LEAST: usize = 12;

/// A table with a header. When the terminal is too narrow its last column is cut, and where that does not do, all others
/// but the first are broken into lines.
#[must_use]
pub fn table(terminal: &Terminal, header: &[&str], mut rows: Vec<Vec<ToneCell>>) -> String {
    let last = header.len().saturating_sub(1);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.as_str());
        cells.chain(header.get(column).copied()).map(UnicodeWidthStr::width).max().unwrap_or_default()
    };
    if let Some(width) = terminal.width {
        let others: usize = (0..last).map(|column| widest(column) + GAP).sum();
        let room = usize::from(width).saturating_sub(others + GAP).max(LEAST);
        for (text, _) in rows.iter_mut().filter_map(|row| row.get_mut(last)) {
            *text = cut(text, room, if terminal.unicode { "…" } else { "..." });
        }
    }
    let mut table = Table::new();
    table.load_style(TableStyle::new()).force_no_tty().set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = terminal.width {
        table.set_width(width);
    } else {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    let painted = |style, text: String| if terminal.color { paint(style, text) } else { text };
    table.set_header(header.iter().map(|title| Cell::new(painted(DIM, title.to_uppercase()))));
    for row in rows {
        let cells: Vec<Cell> = row
            .into_iter()
            .map(|(text, tone)| Cell::new(tone.style().map_or(text.clone(), |style| painted(style, text))))
            .collect();
        table.add_row(cells);
    }
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if number == 0 || number == last {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut text: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if text.trim().is_empty() {
        text.clear();
    }
    text
}

/// `text` in at most `room` columns of the terminal, ending in `mark` where something is left out.
fn cut(text: &str, room: usize, mark: &str) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut left = room.saturating_sub(mark.width());
    let fits = |c: &char| {
        let width = c.width().unwrap_or_default();
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}{mark}", kept.trim_end())
}

impl Tone {
    fn style(self) -> Option<anstyle::Style> {
        match self {
            Self::Normal => None,
            Self::Good => Some(GOOD),
            Self::Bad => Some(BAD),
            Self::Partly => Some(PARTLY),
            Self::Name => Some(NAME),
            Self::Dim => Some(DIM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<ToneCell>> {
        let row = |cells: [&str; 3]| cells.map(|text| (text.to_owned(), Tone::Normal)).to_vec();
        vec![
            row(["a-rather-long-key", "50% of everyone", "Words that say what it is for"]),
            row(["b", "on", "日本語の説明はここにある"]),
        ]
    }

    fn at(width: Option<u16>) -> String {
        table(&Terminal { width, ..Terminal::plain() }, &["flag", "state", "description"], rows())
    }

    #[test]
    fn only_the_last_column_is_cut() {
        assert_eq!(
            at(Some(60)),
            "FLAG               STATE            DESCRIPTION\na-rather-long-key  50% of everyone  Words that say what i…\n\
             b                  on               日本語の説明はここに…\n"
        );
        assert!(at(None).contains("Words that say what it is for"));
        let ascii = Terminal { width: Some(60), unicode: false, ..Terminal::plain() };
        assert!(table(&ascii, &["flag", "state", "description"], rows()).contains("Words that say what..."));
    }

    #[test]
    fn what_does_not_fit_is_broken_into_lines_and_keys_are_whole() {
        let text = at(Some(46));
        assert!(text.contains("a-rather-long-key  50% of ") && text.contains("everyone"), "{text}");
        assert!(text.lines().all(|line| line.width() <= 46), "{text}");
    }
}

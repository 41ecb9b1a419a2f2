//! Tables without borders, fitted to the terminal.

use super::Terminal;
use super::style::{BAD, DIM, GOOD, NAME, PARTLY, paint};
use comfy_table::{Cell, ContentArrangement, Table, TableStyle};

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

/// A table with a header; its last column is cut when the terminal is too narrow.
#[must_use]
pub fn table(terminal: &Terminal, header: &[&str], rows: Vec<Vec<ToneCell>>) -> String {
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
        // A row is one line; what does not fit is cut.
        let mut row = comfy_table::Row::from(cells);
        row.max_height(1);
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let mut text: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if text.trim().is_empty() {
        text.clear();
    }
    text
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

//! Small forms of text that several commands print.

use crate::render::style::plain;

/// `1 flag`, `2 flags`
pub(super) fn count(number: usize, word: &str) -> String {
    match (number, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {word}s"),
    }
}

/// Comma-separated values by RFC 4180. A cell that a spreadsheet would run as a formula gets a leading apostrophe.
pub(super) fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
        text += &cells.join(",");
        text += "\r\n";
    }
    text
}

fn csv_cell(cell: &str) -> String {
    let guarded = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell != "-" {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

/// Text that Markdown shows as it is: no table breaks, no HTML, nobody mentioned by accident.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::new();
    for character in plain(text).chars() {
        match character {
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '@' => escaped += "@\u{200b}",
            other => escaped.push(other),
        }
    }
    escaped
}

/// A Markdown table.
pub(super) fn markdown_table(header: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(header.iter().map(|title| markdown(title)).collect());
    text += &line(header.iter().map(|_| "---".to_owned()).collect());
    for row in rows {
        text += &line(row.iter().map(|cell| markdown(cell)).collect());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_guards() {
        let rows = [vec!["a,b".to_owned(), "say \"x\"".to_owned(), "=1+1".to_owned(), "-".to_owned()]];
        assert_eq!(csv(rows), "\"a,b\",\"say \"\"x\"\"\",'=1+1,-\r\n");
    }

    #[test]
    fn markdown_is_inert() {
        assert_eq!(markdown("a|b <b>@x `y`"), "a\\|b &lt;b&gt;@\u{200b}x \\`y\\`");
    }

    #[test]
    fn counts() {
        assert_eq!(
            (count(1, "entry"), count(2, "entry"), count(0, "flag")),
            ("1 entry".into(), "2 entries".into(), "0 flags".into())
        );
    }
}

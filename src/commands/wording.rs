//! Small forms of text that several commands print.

use crate::render::style::plain;

/// `1 flag`, `2 flags`
pub(super) fn count(number: usize, word: &str) -> String {
    match (number, word.strip_suffix('y').filter(|stem| !stem.ends_with('a'))) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {word}s"),
    }
}

/// Records with fields separated by tabs, each ended by `end`.
pub(super) fn records(rows: impl IntoIterator<Item = Vec<String>>, end: char) -> String {
    rows.into_iter().map(|row| format!("{}{end}", row.join("\t"))).collect()
}

/// Comma-separated values by RFC 4180; see [`csv_line`].
pub(super) fn csv(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    rows.into_iter().map(|row| csv_line(&row)).collect()
}

/// A line of comma-separated values by RFC 4180. A cell that a spreadsheet would run as a formula gets a leading
/// apostrophe, and what would steer a terminal or hide is taken out, as from all text.
pub(super) fn csv_line(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell.as_ref())).collect();
    format!("{}\r\n", cells.join(","))
}

fn csv_cell(cell: &str) -> String {
    // Spreadsheets skip white space, and some read wide forms as the narrow ones.
    let formula = |c: char| "=+-@＝＋－＠".contains(c);
    let is_formula = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start().starts_with(formula);
    let cell = plain(cell);
    let guarded = if is_formula && cell != "-" { format!("'{cell}") } else { cell };
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
    let mut text = markdown_head(header);
    for row in rows {
        text += &markdown_line(row);
    }
    text
}

/// What a Markdown table begins with.
pub(super) fn markdown_head(header: &[impl AsRef<str>]) -> String {
    let rule: Vec<&str> = header.iter().map(|_| "---").collect();
    format!("{}| {} |\n", markdown_line(header), rule.join(" | "))
}

/// A row of a Markdown table.
pub(super) fn markdown_line(cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| markdown(cell.as_ref())).collect();
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_and_guards() {
        assert_eq!(csv_line(&["a,b", "say \"x\"", "=1+1", "-"]), "\"a,b\",\"say \"\"x\"\"\",'=1+1,-\r\n");
        assert_eq!(csv_line(&["\t=1", " @a", "＝1", "a=1"]), "' =1,' @a,'＝1,a=1\r\n");
        assert_eq!(csv_line(&["a\u{1b}[31m", "x\u{202e}y", "two\nlines"]), "a\u{fffd}[31m,x\u{fffd}y,two lines\r\n");
    }

    #[test]
    fn markdown_is_inert() {
        assert_eq!(markdown("a|b <b>@x `y`"), "a\\|b &lt;b&gt;@\u{200b}x \\`y\\`");
    }

    #[test]
    fn counts() {
        assert_eq!(
            (count(1, "entry"), count(2, "entry"), count(3, "day")),
            ("1 entry".into(), "2 entries".into(), "3 days".into())
        );
    }
}

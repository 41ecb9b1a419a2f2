//! Values as YAML text.

use super::data::Data;
use super::quote::{self, Context};
use super::tree::Style;

/// How many columns a level is indented by, and what may stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Indentation {
    /// A mapping below its key, and a block scalar's lines.
    pub(super) mapping: usize,
    /// A list's dashes below their key; 0 where they stand below the key itself.
    pub(super) sequence: usize,
    /// Whether text of several lines may be a block scalar. Lines below it could become part of it.
    pub(super) block_scalars: bool,
}

impl Default for Indentation {
    fn default() -> Self {
        Self { mapping: 2, sequence: 2, block_scalars: true }
    }
}

/// A whole document for a new file: block style at the top, line feeds, a newline at the end.
#[must_use]
pub fn document(data: &Data) -> String {
    at_root(data, Indentation::default())
}

pub(super) fn at_root(data: &Data, indentation: Indentation) -> String {
    let mut out = match data {
        Data::Mapping(entries, _) if !entries.is_empty() => mapping(entries, 0, indentation),
        Data::Sequence(items, _) if !items.is_empty() => sequence(items, 0, indentation),
        Data::Pair(..) => block(data, 0, indentation),
        _ => after_indicator(data, 0, indentation, 2).trim_start().to_owned(),
    };
    out.push('\n');
    out
}

/// Whether the value takes lines of its own in block context.
pub(super) fn takes_lines(data: &Data) -> bool {
    match data {
        Data::Sequence(items, Style::Block) => !items.is_empty(),
        Data::Mapping(entries, Style::Block) => !entries.is_empty(),
        Data::Pair(..) => true,
        _ => false,
    }
}

/// A block collection whose first line starts at `column`: that line without its indentation, the others with theirs,
/// no newline at the end. Anything else on one line.
pub(super) fn block(data: &Data, column: usize, indentation: Indentation) -> String {
    match data {
        Data::Mapping(entries, Style::Block) if !entries.is_empty() => mapping(entries, column, indentation),
        Data::Sequence(items, Style::Block) if !items.is_empty() => sequence(items, column, indentation),
        Data::Pair(key, value) => entry(key, value, column, indentation),
        _ => inline(data, Context::Block),
    }
}

fn mapping(entries: &[(String, Data)], column: usize, indentation: Indentation) -> String {
    let lines: Vec<String> = entries.iter().map(|(key, value)| entry(key, value, column, indentation)).collect();
    lines.join(&new_line(column))
}

fn sequence(items: &[Data], column: usize, indentation: Indentation) -> String {
    let lines: Vec<String> = items.iter().map(|value| item(value, column, indentation)).collect();
    lines.join(&new_line(column))
}

/// `key: value` for a key at `column`, without indentation before it or newline behind it.
pub(super) fn entry(key: &str, value: &Data, column: usize, indentation: Indentation) -> String {
    format!("{}:{}", quote::key(key, None), after_colon(value, column, indentation))
}

/// What follows the colon of a key at `column`, with the space or newline before it.
pub(super) fn after_colon(value: &Data, column: usize, indentation: Indentation) -> String {
    let deeper = match value {
        Data::Sequence(..) => column + indentation.sequence,
        _ => column + indentation.mapping,
    };
    if takes_lines(value) {
        return format!("{}{}", new_line(deeper), block(value, deeper, indentation));
    }
    after_indicator(value, column, indentation, indentation.mapping)
}

/// `- value` for a dash at `column`.
pub(super) fn item(value: &Data, column: usize, indentation: Indentation) -> String {
    if takes_lines(value) {
        return format!("- {}", block(value, column + 2, indentation));
    }
    format!("-{}", after_indicator(value, column, indentation, 2))
}

/// A scalar or flow collection after a colon or dash, with the space before it; text of several lines as a block scalar.
fn after_indicator(value: &Data, column: usize, indentation: Indentation, deeper: usize) -> String {
    if let Data::Text(text) | Data::Plain(text) = value
        && text.contains('\n')
        && indentation.block_scalars
        && let Some((header, lines)) = quote::block(text, None)
    {
        return format!(" {header}{}", block_scalar_lines(&lines, column + deeper));
    }
    format!(" {}", inline(value, Context::Block))
}

/// The lines of a block scalar, each after a newline; empty ones without indentation.
pub(super) fn block_scalar_lines(lines: &[&str], column: usize) -> String {
    let mut out = String::new();
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', column));
            out.push_str(line);
        }
    }
    out
}

/// On one line: scalars, and collections in brackets and braces.
pub(super) fn inline(data: &Data, context: Context) -> String {
    if let Some(scalar) = quote::scalar(data, context, None) {
        return scalar;
    }
    match data {
        Data::Sequence(items, _) => {
            let items: Vec<String> = items.iter().map(flow_item).collect();
            format!("[{}]", items.join(", "))
        }
        Data::Mapping(entries, _) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| flow_entry(key, value)).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Data::Pair(key, value) => format!("{{{}}}", flow_entry(key, value)),
        _ => String::new(),
    }
}

/// An item of a list in brackets.
pub(super) fn flow_item(item: &Data) -> String {
    match item {
        Data::Pair(key, value) => flow_entry(key, value),
        _ => inline(item, Context::Flow),
    }
}

/// An entry of a mapping in braces.
pub(super) fn flow_entry(key: &str, value: &Data) -> String {
    format!("{}: {}", quote::key(key, None), inline(value, Context::Flow))
}

/// A line break and the indentation after it.
pub(super) fn new_line(column: usize) -> String {
    let mut out = String::with_capacity(column + 1);
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', column));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    #[test]
    fn writes_a_flag() {
        let data = Data::map([
            ("description", Data::text("One-page checkout")),
            ("tags", Data::flow_list([Data::text("web"), Data::text("no")])),
            ("expires", Data::plain("2027-03-01")),
            ("notes", Data::text("first\n  second\n\nthird\n")),
            (
                "environments",
                Data::map([(
                    "production",
                    Data::map([
                        ("enabled", Data::Boolean(false)),
                        (
                            "rules",
                            Data::list([
                                Data::map([
                                    ("id", Data::text("eu")),
                                    ("when", Data::list([Data::flow_map([("segment", Data::text("staff"))])])),
                                ]),
                                Data::list([Data::Integer(1), Data::text("a\nb")]),
                            ]),
                        ),
                        (
                            "serve",
                            Data::flow_map([(
                                "split",
                                Data::flow_list([
                                    Data::pair("control", Data::Decimal("33.334".into())),
                                    Data::pair("on", Data::Decimal("66.666".into())),
                                ]),
                            )]),
                        ),
                        ("metadata", Data::map::<String>([])),
                    ]),
                )]),
            ),
        ]);
        let text = document(&data);
        assert_eq!(
            text,
            "description: One-page checkout\ntags: [web, \"no\"]\nexpires: 2027-03-01\nnotes: |\n  first\n    second\n\n  \
             third\nenvironments:\n  production:\n    enabled: false\n    rules:\n      - id: eu\n        when:\n          \
             - {segment: staff}\n      - - 1\n        - |-\n          a\n          b\n    serve: {split: [control: \
             33.334, \"on\": 66.666]}\n    metadata: {}\n"
        );
        let (tree, problems) = parse(&"t.yaml".into(), &text);
        assert_eq!(problems, []);
        assert!(Data::from(&tree.unwrap().root).same(&data));
    }

    #[test]
    fn writes_documents_of_any_kind() {
        for data in [
            Data::Null,
            Data::text("a: b"),
            Data::text("a\nb\n"),
            Data::text("---\nx"),
            Data::flow_list([Data::Integer(1)]),
            Data::flow_list([]),
            Data::pair("a", Data::Null),
            Data::flow_map([("a", Data::text("x\ny"))]),
        ] {
            let text = document(&data);
            assert!(text.ends_with('\n'));
            let (tree, problems) = parse(&"t.yaml".into(), &text);
            assert_eq!(problems, [], "{text}");
            assert!(Data::from(&tree.unwrap().root).same(&data), "{text}");
        }
    }
}

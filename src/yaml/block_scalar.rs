//! Where a block scalar starts and ends.

use crate::source::Span;

/// The bytes of a block scalar: from its `|` or `>` to the end of its last line, without the line break.
///
/// The event parser reports the content alone, from its first character to the start of the next token. Blank lines
/// below the last line belong to the scalar only where they are part of its `value` (under `+`). `from` is somewhere
/// between the token before the header and the header.
pub(super) fn span(text: &str, from: usize, content: Span, value: &str) -> Span {
    let (start, end) = (content.start as usize, (content.end as usize).min(text.len()));
    let Some(header) = text.get(from..start.max(from)).and_then(header).map(|at| from + at) else {
        return content;
    };
    let header_line = text[header..].find('\n').map_or(text.len(), |at| header + at);
    if end <= header_line {
        return Span::new(header, text[header..header_line].trim_end().len() + header);
    }
    let keeps =
        text[header..header_line].bytes().take_while(|byte| b"|>+-0123456789".contains(byte)).any(|b| b == b'+');
    let last_line = value.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    // A last line of blanks alone is content too.
    let exact = keeps || (!last_line.is_empty() && last_line.trim().is_empty());
    let body = &text[header_line..end];
    let body = if exact {
        // Without what indents the next token.
        let lines = body.rfind('\n').map_or(body, |at| if body[at..].trim().is_empty() { &body[..at] } else { body });
        lines.strip_suffix('\r').unwrap_or(lines)
    } else {
        let shown = body.trim_end();
        let line_end = body[shown.len()..].find('\n').map_or(body.len(), |at| shown.len() + at);
        let line = &body[..line_end];
        line.strip_suffix('\r').unwrap_or(line)
    };
    if body.is_empty() {
        let line = &text[header..header_line];
        return Span::new(header, header + line.strip_suffix('\r').unwrap_or(line).len());
    }
    Span::new(header, header_line + body.len())
}

/// The first `|` or `>` outside comments.
fn header(between: &str) -> Option<usize> {
    let mut in_comment = false;
    between.bytes().position(|byte| {
        match byte {
            b'#' => in_comment = true,
            b'\n' => in_comment = false,
            _ => {}
        }
        !in_comment && matches!(byte, b'|' | b'>')
    })
}

#[cfg(test)]
mod tests {
    use crate::source::{Focus, Path};
    use crate::yaml::parse;

    #[test]
    fn covers_header_and_lines() {
        for (text, scalar) in [
            ("a: |\n  x\nb: 1\n", "|\n  x"),
            ("a: |  # c | >\n  x\n   y\n\n\nb: 1\n", "|  # c | >\n  x\n   y"),
            ("a:\n  # c |\n  >-\n  x\n\n# d\nb: 1\n", ">-\n  x"),
            ("a: |+\n  x\n\n\n# d\n", "|+\n  x\n\n"),
            ("a: |+\n  x\n\n", "|+\n  x\n"),
            ("a: |\n  x", "|\n  x"),
            ("a: |2\n   x\n\n  \nb: 1\n", "|2\n   x"),
            ("a: |\r\n  x\r\n  y\r\n\r\nb: 1\r\n", "|\r\n  x\r\n  y"),
            ("a: |+\r\n  x\r\n\r\nb: 1\r\n", "|+\r\n  x\r\n"),
            ("a: |\nb: 1\n", "|"),
            ("a: |  # c\n\n\nb: 1\n", "|  # c"),
            ("a: |", "|"),
            ("é: |\n  é  \n", "|\n  é  "),
        ] {
            let (tree, problems) = parse(&"t.yaml".into(), text);
            assert_eq!(problems, [], "{text:?}");
            let span =
                tree.unwrap().locate(&Path::root().key(if text.starts_with('é') { "é" } else { "a" }), Focus::Value);
            assert_eq!(span.slice(text), scalar, "{text:?}");
        }
    }

    #[test]
    fn ends_before_the_next_sibling() {
        let text = "a:\n  b: |\n    x\n\n  # c\n  d: |+\n    y\n\n  e: 1\n";
        let tree = parse(&"t.yaml".into(), text).0.unwrap();
        let a = Path::root().key("a");
        assert_eq!(tree.locate(&a.key("b"), Focus::Value).slice(text), "|\n    x");
        assert_eq!(tree.locate(&a.key("d"), Focus::Value).slice(text), "|+\n    y\n");
    }
}

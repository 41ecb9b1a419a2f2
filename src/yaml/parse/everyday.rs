//! The YAML that nearly all flag files are written in, read straight into nodes: several times as fast as by events.
//!
//! Block mappings with plain keys, block sequences, and on one line each: plain scalars, quoted ones without escapes, and
//! flow collections of these. Whatever else a file holds, anything doubtful and every problem, is left to the event parser,
//! which reads that file from the start: what is read here must be what it would have read, in nodes and spans. The fuzz
//! target `yaml_parse` and a property test compare the two.

use super::{Content, Keys, MAX_DEPTH, MAX_NODES, Open, Reader, close};
use crate::source::Span;
use crate::yaml::tree::{Entry, Kind, Node, ScalarStyle, Style};
use std::borrow::Cow;

/// Line breaks that are none here, and what only the event parser knows to skip.
const SPECIAL: [char; 4] = ['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}'];

/// The next line that holds more than a comment.
#[derive(Clone, Copy)]
struct Line {
    /// How many columns its content is indented.
    indent: usize,
    /// Where its content starts.
    start: usize,
    /// Where the line ends.
    end: usize,
}

struct Everyday<'r, 'a, 't> {
    reader: &'r mut Reader<'a, 't>,
    text: &'t str,
    bytes: &'t [u8],
    line: Option<Line>,
    nodes: usize,
}

impl<'t> Reader<'_, 't> {
    /// The document, if it is one of the everyday kind and has no problem.
    pub(super) fn everyday(&mut self) -> Option<Node<'t>> {
        let text = self.text;
        if text.bytes().any(|byte| matches!(byte, b'\t' | b'\r')) || (!text.is_ascii() && text.contains(SPECIAL)) {
            return None;
        }
        let mut everyday = Everyday { reader: self, text, bytes: text.as_bytes(), line: None, nodes: 0 };
        everyday.advance(0);
        let root = match everyday.line {
            Some(Line { indent: 0, .. }) => everyday.mapping(0, 1),
            _ => None,
        };
        let is_whole = everyday.line.is_none();
        root.filter(|_| is_whole && self.problems.is_empty()).or_else(|| {
            // They will be found again.
            self.problems.clear();
            None
        })
    }
}

impl<'t> Everyday<'_, '_, 't> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// Goes to the first line from `at` on, where a line starts, that holds more than a comment.
    fn advance(&mut self, mut at: usize) {
        self.line = None;
        while at < self.bytes.len() {
            let end =
                self.bytes[at..].iter().position(|&byte| byte == b'\n').map_or(self.bytes.len(), |line| at + line);
            let start = self.spaces(at);
            if start < end && self.bytes[start] != b'#' {
                self.line = Some(Line { indent: start - at, start, end });
                return;
            }
            at = end + 1;
        }
    }

    fn spaces(&self, at: usize) -> usize {
        at + self.bytes[at.min(self.bytes.len())..].iter().take_while(|&&byte| byte == b' ').count()
    }

    /// Whether a dash that begins an item stands there.
    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == b'-' && matches!(self.byte(at + 1), b' ' | b'\n')
    }

    fn node(&mut self, span: Span, kind: Kind<'t>) -> Option<Node<'t>> {
        self.nodes += 1;
        (self.nodes <= MAX_NODES).then_some(Node { span, kind })
    }

    /// A plain key and the place behind its colon.
    fn key(&mut self, at: usize) -> Option<(Node<'t>, usize)> {
        let is_first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_more = |byte: &&u8| is_first(**byte) || matches!(byte, b'-' | b'.' | b'/');
        if !is_first(self.byte(at)) {
            return None;
        }
        let end = at + self.bytes[at..].iter().take_while(is_more).count();
        // Longer ones are refused.
        if end - at > 1000 {
            return None;
        }
        if self.byte(end) != b':' || !matches!(self.byte(end + 1), b' ' | b'\n') {
            return None;
        }
        Some((self.plain(at, end)?, end + 1))
    }

    fn plain(&mut self, start: usize, end: usize) -> Option<Node<'t>> {
        let (text, span) = (self.text.get(start..end)?, Span::new(start, end));
        self.reader.check_plain(text, span);
        self.node(span, Kind::Scalar(Cow::Borrowed(text), ScalarStyle::Plain))
    }

    /// The mapping whose first key is where the line starts, all of whose keys are in that column.
    fn mapping(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let start = self.line?.start;
        let (mut entries, mut keys, mut end) = (Vec::new(), Keys::default(), start);
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            if line.indent > indent {
                return None;
            }
            let (key, behind) = self.key(line.start)?;
            let (key, key_span) = self.reader.key(key, &entries, &mut keys);
            let value = self.value(behind, indent, depth)?;
            end = value.span.end as usize;
            entries.push(Entry { key, key_span, value });
        }
        self.collection(
            Open { start, end, style: Style::Block, content: Content::Mapping(entries, None, keys) },
            end,
            depth,
        )
    }

    /// What stands behind the colon of a key in the column `indent`, there or on the lines below.
    fn value(&mut self, behind: usize, indent: usize, depth: usize) -> Option<Node<'t>> {
        let line = self.line?;
        let at = self.spaces(behind);
        if at < line.end && self.bytes[at] != b'#' {
            return self.inline(at, indent, depth);
        }
        self.advance(line.end + 1);
        let below = self.line.filter(|below| below.indent >= indent)?;
        match (self.is_dash(below.start), below.indent > indent) {
            (true, _) => self.sequence(below.indent, depth + 1),
            (false, true) => self.mapping(below.indent, depth + 1),
            (false, false) => None,
        }
    }

    /// A value that begins at `at` and must end on this line.
    fn inline(&mut self, at: usize, indent: usize, depth: usize) -> Option<Node<'t>> {
        let line = self.line?;
        let node = match self.bytes[at] {
            b'[' | b'{' => self.flow(at, depth + 1)?,
            b'"' | b'\'' => self.quoted(at)?,
            _ => self.block_plain(at, line.end)?,
        };
        let end = node.span.end as usize;
        let behind = self.spaces(end);
        if behind < line.end && (self.bytes[behind] != b'#' || behind == end) {
            return None;
        }
        self.advance(line.end + 1);
        // It would go on there.
        if self.line.is_some_and(|next| next.indent > indent) { None } else { Some(node) }
    }

    /// Whether a plain scalar can begin so.
    fn begins_plain(&self, at: usize) -> bool {
        match self.byte(at) {
            b'-' => self.byte(at + 1).is_ascii_alphanumeric(),
            first => !b"?:,[]{}#&*!|>'\"%@`<= \n".contains(&first),
        }
    }

    fn block_plain(&mut self, start: usize, line_end: usize) -> Option<Node<'t>> {
        if !self.begins_plain(start) {
            return None;
        }
        let mut end = start;
        for at in start..line_end {
            match self.bytes[at] {
                b':' if matches!(self.byte(at + 1), b' ' | b'\n') => return None,
                b'#' if self.bytes[at - 1] == b' ' => break,
                b' ' => {}
                _ => end = at + 1,
            }
        }
        self.plain(start, end)
    }

    fn quoted(&mut self, start: usize) -> Option<Node<'t>> {
        let quote = self.bytes[start];
        let inside = start + 1;
        let length = self.bytes[inside..].iter().position(|&byte| byte == quote || matches!(byte, b'\n' | b'\\'))?;
        let end = inside + length;
        // A doubled quote stands for one.
        if self.bytes[end] != quote || self.byte(end + 1) == quote {
            return None;
        }
        let style = if quote == b'"' { ScalarStyle::Double } else { ScalarStyle::Single };
        let text = self.text.get(inside..end)?;
        self.node(Span::new(start, end + 1), Kind::Scalar(Cow::Borrowed(text), style))
    }

    /// The sequence whose dashes are in the column `indent`.
    fn sequence(&mut self, indent: usize, depth: usize) -> Option<Node<'t>> {
        let start = self.line?.start;
        let (mut items, mut end) = (Vec::new(), start);
        while let Some(line) = self.line.filter(|line| line.indent >= indent) {
            if line.indent > indent {
                return None;
            }
            if !self.is_dash(line.start) {
                break;
            }
            let at = self.spaces(line.start + 1);
            if at >= line.end {
                return None;
            }
            let nodes = self.nodes;
            let item = if self.key(at).is_some() {
                // It is read again as the first of its mapping.
                self.nodes = nodes;
                let indent = indent + (at - line.start);
                self.line = Some(Line { indent, start: at, end: line.end });
                self.mapping(indent, depth + 1)?
            } else {
                self.inline(at, indent, depth)?
            };
            end = item.span.end as usize;
            items.push(item);
        }
        self.collection(Open { start, end, style: Style::Block, content: Content::Sequence(items) }, end, depth)
    }

    fn flow(&mut self, start: usize, depth: usize) -> Option<Node<'t>> {
        // Further inside the stack would end before the text.
        if depth > MAX_DEPTH {
            return None;
        }
        let is_mapping = self.bytes[start] == b'{';
        let last = if is_mapping { b'}' } else { b']' };
        let (mut entries, mut keys, mut items) = (Vec::new(), Keys::default(), Vec::new());
        let mut at = self.spaces(start + 1);
        if self.byte(at) != last {
            loop {
                if is_mapping {
                    let (key, behind) = self.key(at)?;
                    let (key, key_span) = self.reader.key(key, &entries, &mut keys);
                    let value = self.flow_value(self.spaces(behind), depth)?;
                    at = value.span.end as usize;
                    entries.push(Entry { key, key_span, value });
                } else {
                    let item = self.flow_value(at, depth)?;
                    at = item.span.end as usize;
                    items.push(item);
                }
                at = self.spaces(at);
                match self.byte(at) {
                    b',' => at = self.spaces(at + 1),
                    byte if byte == last => break,
                    _ => return None,
                }
            }
        }
        let content = if is_mapping { Content::Mapping(entries, None, keys) } else { Content::Sequence(items) };
        self.collection(Open { start, end: start, style: Style::Flow, content }, at + 1, depth)
    }

    fn flow_value(&mut self, at: usize, depth: usize) -> Option<Node<'t>> {
        match self.byte(at) {
            b'[' | b'{' => self.flow(at, depth + 1),
            b'"' | b'\'' => self.quoted(at),
            _ => self.flow_plain(at),
        }
    }

    fn flow_plain(&mut self, start: usize) -> Option<Node<'t>> {
        if !self.begins_plain(start) {
            return None;
        }
        let mut end = start;
        for at in start.. {
            match self.byte(at) {
                b',' | b'[' | b']' | b'{' | b'}' => break,
                b'\n' => return None,
                b':' if b" \n,[]{}".contains(&self.byte(at + 1)) => return None,
                b'#' if self.bytes[at - 1] == b' ' => return None,
                b' ' => {}
                _ => end = at + 1,
            }
        }
        self.plain(start, end)
    }

    fn collection(&mut self, open: Open<'t>, end: usize, depth: usize) -> Option<Node<'t>> {
        let Node { span, kind } = close(open, Span::new(end, end));
        (depth <= MAX_DEPTH).then(|| self.node(span, kind)).flatten()
    }
}

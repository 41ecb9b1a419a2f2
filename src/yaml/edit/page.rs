//! Lines and columns of a document: where nodes stand, and which lines are theirs.

use super::EditError;
use crate::diagnostic::codes::syntax;
use crate::source::{FilePath, Path, Step};
use crate::yaml::parse;
use crate::yaml::tree::{Kind, Node, Style, Tree};
use crate::yaml::write::Indentation;

/// Bytes `start..end` become `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

impl Splice {
    pub(super) fn delete(start: usize, end: usize) -> Self {
        Self { start, end, text: String::new() }
    }
}

/// A document that can be edited.
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    pub(super) tree: Tree<'t>,
    pub(super) problems: usize,
    pub(super) indentation: Indentation,
    /// Whether blank lines below what is removed go too: below a block scalar with `+` they would become its content.
    pub(super) takes_blank_lines: bool,
    newline: &'static str,
}

/// Where a node stands.
pub(super) struct Spot<'n, 't> {
    pub(super) node: &'n Node<'t>,
    /// In brackets or braces.
    pub(super) flow: bool,
    /// Right behind the colon or dash before it; `None` for the root, and in brackets where there is none.
    pub(super) after: Option<usize>,
    /// The column of the key or dash that it belongs to, in block context.
    pub(super) column: usize,
    /// An item of a list in brackets.
    pub(super) flow_item: bool,
}

/// The lines of one entry or item of a block collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    /// Its first byte: a comment directly above it, else its key or dash.
    pub(super) head: usize,
    /// Its key or dash.
    pub(super) start: usize,
    /// Whether only spaces stand before it on its line.
    pub(super) own_line: bool,
    /// The end of its last line, the comment there included, without the line break.
    pub(super) line_end: usize,
    /// Where the previous sibling's lines, or the parent's line, end.
    pub(super) floor: usize,
}

/// How lines end in a text: as the first one does.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

impl<'t> Page<'t> {
    /// With `newline` for the line breaks of what is put into it.
    pub(super) fn read(text: &'t str, newline: &'static str) -> Result<Self, EditError> {
        let (tree, problems) = parse(&FilePath::from(""), text);
        let dishonest =
            [&syntax::ANCHOR, &syntax::TAG, &syntax::SEVERAL_DOCUMENTS, &syntax::DUPLICATE_KEY, &syntax::COMPLEX_KEY];
        if let Some(problem) = problems.iter().find(|problem| dishonest.contains(&problem.code)) {
            return Err(EditError::Dishonest(problem.message.clone()));
        }
        let Some(tree) = tree else {
            let message = problems.first().map(|problem| problem.message.clone());
            return Err(EditError::Unreadable(message.unwrap_or_default()));
        };
        let mut page = Self {
            text,
            tree,
            problems: problems.len(),
            indentation: Indentation::default(),
            takes_blank_lines: false,
            newline,
        };
        page.indentation = page.measure();
        Ok(page)
    }

    /// New text for `start..end`, with `\n` for line breaks.
    pub(super) fn splice(&self, start: usize, end: usize, text: &str) -> Splice {
        let text = if self.newline == "\n" { text.to_owned() } else { text.replace('\n', self.newline) };
        Splice { start, end, text }
    }

    /// The start of the line of byte `at`, behind a byte order mark.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if start == 0 { self.body_start().min(at) } else { start }
    }

    fn body_start(&self) -> usize {
        if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
    }

    /// The end of the line of byte `at`, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        if end > at && end < self.text.len() && self.text[..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The start of the line after that of byte `at`; the end of the text after the last line.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// The end, before its line break, of the line above that of byte `at`.
    pub(super) fn end_above(&self, at: usize) -> usize {
        let start = self.line_start(at);
        let above = self.text[..start].strip_suffix('\n').unwrap_or(&self.text[..start]);
        above.strip_suffix('\r').unwrap_or(above).len()
    }

    /// Bytes from the start of the line: all that stands before a block node on its line is ASCII.
    pub(super) fn column(&self, at: usize) -> usize {
        at - self.line_start(at)
    }

    /// Whether only spaces stand before `at` on its line.
    pub(super) fn own_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].bytes().all(|byte| byte == b' ')
    }

    /// Whether the line of byte `at` holds nothing.
    pub(super) fn is_blank(&self, at: usize) -> bool {
        self.text[self.line_start(at)..self.line_end(at)].trim().is_empty()
    }

    /// The first comment that starts in `start..end`.
    pub(super) fn comment(&self, start: usize, end: usize) -> Option<usize> {
        let comments = &self.tree.comments;
        let first = comments.partition_point(|comment| (comment.span.start as usize) < start);
        comments.get(first).map(|comment| comment.span.start as usize).filter(|&at| at < end)
    }

    /// Where the node at `path` stands.
    pub(super) fn spot(&self, path: &Path) -> Result<Spot<'_, 't>, EditError> {
        let mut spot = Spot { node: &self.tree.root, flow: false, after: None, column: 0, flow_item: false };
        for step in path.steps() {
            let parent = spot.node;
            let node = parent.child(step).ok_or_else(|| EditError::Missing(path.clone()))?;
            let layout = || EditError::Layout(path.clone());
            spot = match (step, &parent.kind) {
                (Step::Key(key), Kind::Mapping(_, style)) => {
                    let entry = parent.entry(key).ok_or_else(layout)?;
                    let after = self.colon(entry.key_span.end as usize).map(|colon| colon + 1);
                    let flow = *style == Style::Flow;
                    if !flow && after.is_none() {
                        return Err(layout());
                    }
                    let column = if flow { spot.column } else { self.column(entry.key_span.start as usize) };
                    Spot { node, flow, after, column, flow_item: false }
                }
                (Step::Index(index), Kind::Sequence(_, Style::Block)) => {
                    let dash = self.dashes(parent).and_then(|dashes| dashes.get(*index).copied()).ok_or_else(layout)?;
                    Spot { node, flow: false, after: Some(dash + 1), column: self.column(dash), flow_item: false }
                }
                _ => Spot { node, flow: true, after: None, column: spot.column, flow_item: true },
            };
        }
        Ok(spot)
    }

    /// The colon behind a key that ends at `at`.
    pub(super) fn colon(&self, at: usize) -> Option<usize> {
        let blanks = self.text[at..].bytes().take_while(u8::is_ascii_whitespace).count();
        (self.text.as_bytes().get(at + blanks) == Some(&b':')).then_some(at + blanks)
    }

    /// The dashes of a block sequence.
    fn dashes(&self, sequence: &Node<'_>) -> Option<Vec<usize>> {
        let items = sequence.items()?;
        let first = sequence.span.start as usize;
        let column = self.column(first);
        let is_dash = |at: usize| self.text.as_bytes().get(at) == Some(&b'-');
        let mut dashes = Vec::with_capacity(items.len());
        let mut dash = first;
        for item in items {
            if !is_dash(dash) {
                return None;
            }
            dashes.push(dash);
            let mut line = self.next_line((item.span.end as usize).max(dash + 1));
            while line < self.text.len() {
                dash = line + column;
                if is_dash(dash) && self.own_line(dash) {
                    break;
                }
                line = self.next_line(line);
            }
        }
        Some(dashes)
    }

    /// The lines of the entries or items of a block collection, which stands at `spot`.
    pub(super) fn chunks(&self, spot: &Spot<'_, 't>) -> Option<Vec<Chunk>> {
        let starts: Vec<(usize, usize)> = match &spot.node.kind {
            Kind::Mapping(entries, Style::Block) => entries
                .iter()
                .map(|entry| (entry.key_span.start as usize, entry.value.span.end.max(entry.key_span.end) as usize))
                .collect(),
            Kind::Sequence(items, Style::Block) => {
                let dashes = self.dashes(spot.node)?;
                items.iter().zip(dashes).map(|(item, dash)| (dash, (item.span.end as usize).max(dash + 1))).collect()
            }
            _ => return None,
        };
        let mut floor = spot.after.map_or(self.body_start(), |after| self.line_end(after));
        let mut chunks = Vec::with_capacity(starts.len());
        for (start, end) in starts {
            let own_line = self.own_line(start);
            let mut head = if own_line { self.head(start, floor) } else { start };
            // A comment that opens the file is about the file.
            if spot.after.is_none() && chunks.is_empty() && self.line_start(head) == self.body_start() {
                head = start;
            }
            let line_end = self.line_end(end);
            chunks.push(Chunk { head, start, own_line, line_end, floor });
            floor = line_end;
        }
        Some(chunks)
    }

    /// The first of the comments that stand directly above `start`, in its column and below `floor`.
    pub(super) fn head(&self, start: usize, floor: usize) -> usize {
        let column = self.column(start);
        let mut head = start;
        loop {
            let line = self.line_start(head);
            if line <= floor || line <= self.body_start() {
                return head;
            }
            let above = self.line_start(line - 1) + column;
            let is_comment = above < line
                && above >= floor
                && self.text.is_char_boundary(above)
                && self.text[above..].starts_with('#')
                && self.own_line(above);
            if !is_comment {
                return head;
            }
            head = above;
        }
    }

    /// How deep the document indents.
    fn measure(&self) -> Indentation {
        let mut found = (None, None);
        self.measure_below(&self.tree.root, &mut found);
        let mapping = found.0.unwrap_or(2);
        Indentation { mapping, sequence: found.1.unwrap_or(mapping), block_scalars: true }
    }

    fn measure_below(&self, node: &Node<'_>, found: &mut (Option<usize>, Option<usize>)) {
        if found.0.is_some() && found.1.is_some() {
            return;
        }
        for entry in node.entries().unwrap_or_default() {
            let column = self.column(entry.key_span.start as usize);
            let child = &entry.value;
            let deeper = || self.column(child.span.start as usize).checked_sub(column);
            match child.kind {
                Kind::Mapping(_, Style::Block) if found.0.is_none() => found.0 = deeper().filter(|&step| step > 0),
                Kind::Sequence(_, Style::Block) if found.1.is_none() => found.1 = deeper(),
                _ => {}
            }
            self.measure_below(child, found);
        }
        for item in node.items().unwrap_or_default() {
            self.measure_below(item, found);
        }
    }
}

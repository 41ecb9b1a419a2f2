//! Documents and values from a tape of numbers: a shorter tape, or smaller numbers, give a simpler document.

use crate::yaml::Data;

/// Bits of YAML, to be joined at random.
pub(super) const PIECES: &[&str] = &[
    "a",
    "b: ",
    "c:",
    "- ",
    "-",
    ": ",
    "? ",
    "\n",
    "\r\n",
    "\r",
    "  ",
    " ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    "#",
    " # c",
    "|",
    ">-",
    "|+2",
    "\"",
    "'",
    "\\",
    "&x ",
    "*x",
    "!!str ",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "é",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "null",
    "~",
    "\n  ",
    "\n    - ",
    "a: 1\n",
    "k: {x: 1}\n",
    "l: [1, 2]\n",
    "1",
    "no",
    "t: |\n  text\n",
];

const COMMENTS: &[&str] =
    &["#", "# c", "# a: b", "# - x", "# 'quote", "# \"", "# | >", "# }]", "#x", "# é 日本", "# {a: 1}, ", "# &x *y"];
const KEYS: &[&str] = &["a", "b", "key", "long-key.name", "\"on\"", "'it''s'", "\"é\"", "日本", "k e y", "\"a: b\""];
const PLAIN: &[&str] = &["x", "word", "two words", "true", "1", "-7", "33.334", "null", "~", "2026-12-01", "é", "a#b"];
const QUOTED: &[&str] =
    &["'x'", "\"y\"", "'it''s'", "\"no\"", "\"a\\nb\"", "''", "\"\"", "'# no'", "\"a: b, [c]\"", "\"\\u00e9\""];
const TEXTS: &[&str] = &[
    "x",
    "word",
    "no",
    "12:30",
    "a: b",
    "a, b",
    "# c",
    "it's",
    "say \"hi\"",
    "two\nlines",
    "two\nlines\n",
    " lead",
    "",
    "017",
    "2026-12-01",
    "a\tb",
    "back\\slash",
    "é\n\nü\n",
    "\n",
    "x\n  deeper\ny",
    "end \n",
    "[",
    "- x",
    "? y",
    "true",
];
const NEW_KEYS: &[&str] = &["new", "a", "on", "it's", "x y", "1", "é", "a: b", "z"];

/// Numbers to choose by; 0 when they run out.
pub(super) struct Tape<'n> {
    numbers: &'n [u16],
    at: usize,
    out: String,
    newline: &'static str,
}

impl<'n> Tape<'n> {
    pub(super) fn new(numbers: &'n [u16]) -> Self {
        Self { numbers, at: 0, out: String::new(), newline: "\n" }
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % limit.max(1)
    }

    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    fn rarely(&mut self) -> bool {
        self.below(5) == 4
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len())]
    }

    pub(super) fn new_key(&mut self) -> &'static str {
        self.pick(NEW_KEYS)
    }

    /// A value to write.
    pub(super) fn data(&mut self, depth: usize) -> Data {
        let text = self.pick(TEXTS);
        match self.below(if depth == 0 { 7 } else { 12 }) {
            0 => Data::Integer(5),
            1 => Data::Null,
            2 => Data::Boolean(true),
            3 => Data::Decimal("33.334".into()),
            4 => Data::plain(if self.coin() { "2026-12-01T09:00:00Z" } else { text }),
            5 | 6 => Data::text(text),
            kind => {
                let len = self.below(4);
                let children: Vec<Data> = (0..len).map(|_| self.data(depth - 1)).collect();
                match kind {
                    7 => Data::list(children),
                    8 => Data::flow_list(children),
                    9 => Data::flow_list(children.into_iter().map(|child| Data::pair("p", child))),
                    10 => Data::map(["on", "k", "x y", "z"].into_iter().zip(children)),
                    _ => Data::flow_map(["a", "no", "it's", "z"].into_iter().zip(children)),
                }
            }
        }
    }

    /// A document.
    pub(super) fn text(&mut self) -> String {
        self.newline = if self.rarely() { "\r\n" } else { "\n" };
        if self.rarely() {
            self.out.push('\u{feff}');
        }
        match self.below(8) {
            0 => self.flow(2, 0),
            1 => self.sequence(0, 3),
            _ => self.mapping(0, 3),
        }
        self.end_line();
        self.filler(0);
        let mut out = std::mem::take(&mut self.out);
        // A block scalar without a newline at the end of the file means different things to different readers.
        if self.rarely() && !out.contains(['|', '>']) {
            let len = out.trim_end_matches(['\r', '\n']).len();
            out.truncate(len);
        }
        out
    }

    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn end_line(&mut self) {
        self.out.push_str(self.newline);
    }

    /// Blank lines and comments between entries.
    fn filler(&mut self, column: usize) {
        while self.rarely() {
            match self.below(4) {
                0 => {}
                1 => {
                    let odd = self.below(9);
                    self.pad(odd);
                    let comment = self.pick(COMMENTS);
                    self.out.push_str(comment);
                }
                _ => {
                    self.pad(column);
                    let comment = self.pick(COMMENTS);
                    self.out.push_str(comment);
                }
            }
            self.end_line();
        }
    }

    fn trailing_comment(&mut self) {
        if self.rarely() {
            let comment = self.pick(COMMENTS);
            let gap = 1 + self.below(2);
            self.pad(gap);
            self.out.push_str(comment);
        }
    }

    /// Entries at `column`; the first starts where the text is.
    fn mapping(&mut self, column: usize, depth: usize) {
        let mut keys = KEYS.to_vec();
        let count = 1 + self.below(4);
        for place in 0..count {
            if place > 0 {
                self.end_line();
                self.filler(column);
                self.pad(column);
            }
            let key = keys.remove(self.below(keys.len()));
            self.out.push_str(key);
            if self.rarely() {
                self.out.push(' ');
            }
            self.out.push(':');
            self.value(column, depth, true);
        }
    }

    fn sequence(&mut self, column: usize, depth: usize) {
        let count = 1 + self.below(4);
        for place in 0..count {
            if place > 0 {
                self.end_line();
                self.filler(column);
                self.pad(column);
            }
            self.out.push('-');
            self.value(column, depth, false);
        }
    }

    /// What follows a colon or dash at `column`, up to the end of its last line.
    fn value(&mut self, column: usize, depth: usize, is_entry: bool) {
        let deeper = column + 1 + self.below(4);
        match self.below(if depth == 0 { 7 } else { 12 }) {
            0..=3 => {
                self.out.push(' ');
                self.scalar();
                self.trailing_comment();
            }
            4 => self.trailing_comment(),
            5 => self.block_scalar(deeper),
            6 | 7 => {
                self.out.push(' ');
                self.flow(2, column);
                self.trailing_comment();
            }
            kind => {
                let is_mapping = kind < 10;
                let compact = !is_entry && self.coin();
                let below = if is_entry && !is_mapping && self.coin() { column } else { deeper };
                if compact {
                    let gap = 1 + self.below(2);
                    self.pad(gap);
                    self.collection(is_mapping, column + 1 + gap, depth - 1);
                    return;
                }
                self.trailing_comment();
                self.end_line();
                self.filler(below);
                self.pad(below);
                self.collection(is_mapping, below, depth - 1);
            }
        }
    }

    fn collection(&mut self, is_mapping: bool, column: usize, depth: usize) {
        if is_mapping {
            self.mapping(column, depth);
        } else {
            self.sequence(column, depth);
        }
    }

    fn scalar(&mut self) {
        let from = if self.coin() { QUOTED } else { PLAIN };
        let scalar = self.pick(from);
        self.out.push_str(scalar);
    }

    fn block_scalar(&mut self, column: usize) {
        let header = self.pick(&["|", ">", "|-", ">-", "|+", ">+"]);
        self.out.push(' ');
        self.out.push_str(header);
        self.trailing_comment();
        for line in 0..=self.below(3) {
            self.end_line();
            if line > 0 && self.rarely() {
                continue;
            }
            let more = if line > 0 { self.below(2) } else { 0 };
            self.pad(column + more);
            let words = self.pick(&["text", "# no comment", "- a: b", "é", "key: value"]);
            self.out.push_str(words);
        }
        if self.rarely() {
            self.end_line();
        }
    }

    fn flow(&mut self, depth: usize, column: usize) {
        let is_mapping = self.coin();
        let lines = self.rarely();
        let count = self.below(4);
        let mut keys = vec!["a", "b", "\"on\"", "'x y'"];
        self.out.push(if is_mapping { '{' } else { '[' });
        for place in 0..count {
            if lines {
                self.trailing_comment();
                self.end_line();
                if self.rarely() {
                    self.pad(column + 2);
                    let comment = self.pick(COMMENTS);
                    self.out.push_str(comment);
                    self.end_line();
                }
                self.pad(column + 2);
            } else if place > 0 {
                self.out.push(' ');
            }
            let pair = !is_mapping && self.rarely();
            if is_mapping || pair {
                let key = keys.remove(self.below(keys.len()));
                self.out.push_str(key);
                self.out.push_str(": ");
            }
            match self.below(6) {
                0 if depth > 0 => self.flow(depth - 1, column + 2),
                1 if is_mapping => {}
                _ => self.scalar(),
            }
            if place + 1 < count || self.rarely() {
                self.out.push(',');
            }
        }
        if lines {
            self.trailing_comment();
            self.end_line();
            self.pad(column + 1);
        }
        self.out.push(if is_mapping { '}' } else { ']' });
    }
}

//! What is YAML, and refused all the same, because other readers or people could take it for something else.

use super::{MERGE, Reader};
use crate::diagnostic::codes::syntax;
use crate::source::Span;
use crate::yaml::scalar::{Resolved, misread_by_yaml_1_1, resolve};
use crate::yaml::tree::{Kind, Node, ScalarStyle};
use crate::yaml::{characters, message};

impl<'t> Reader<'_, 't> {
    pub(super) fn forbidden_characters(&mut self) {
        for (at, character) in characters::forbidden(self.text).take(20) {
            let name = match character {
                '\r' => "a carriage return without a line feed".to_owned(),
                _ => format!("the character U+{:04X}", u32::from(character)),
            };
            self.helpful(
                &syntax::FORBIDDEN_CHARACTER,
                Span::new(at, at + character.len_utf8()),
                format!("{name} is not allowed here"),
                "remove it; invisible and control characters can make a file mean something else than it shows",
            );
        }
    }

    pub(super) fn conflicts(&mut self) {
        for marker in message::conflicts(self.text) {
            self.helpful(
                &syntax::MERGE_CONFLICT,
                marker,
                "a merge conflict is not resolved here",
                "keep the lines that are right, and remove those that start with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`",
            );
        }
    }

    /// What a scalar in double quotes names by escapes and could not hold as it is.
    pub(super) fn forbidden_escapes(&mut self, scalar: Span) {
        let raw = scalar.slice(self.text);
        if !raw.contains('\\') {
            return;
        }
        for (range, character) in characters::forbidden_escapes(raw) {
            let code = u32::from(character);
            let start = scalar.start as usize;
            self.helpful(
                &syntax::FORBIDDEN_CHARACTER,
                Span::new(start + range.start, start + range.end),
                format!("the character U+{code:04X} is not allowed in text, not as an escape either"),
                format!("remove it; a regular expression can name it in single quotes, as in '\\x{{{code:x}}}'"),
            );
        }
    }

    pub(super) fn refuse_tag(&mut self, tagged: bool, span: Span) {
        if tagged {
            let span = message::tag(self.text, span);
            let message = "tags such as `!!str` are not allowed";
            self.helpful(&syntax::TAG, span, message, "remove the tag; quote the value to make it text");
        }
    }

    pub(super) fn check_plain(&mut self, text: &str, span: Span) {
        // As a key it is another problem.
        if text != MERGE {
            self.check_word(text, span);
        }
    }

    pub(super) fn check_merge(&mut self, value: &Node<'t>) {
        if matches!(&value.kind, Kind::Scalar(text, ScalarStyle::Plain) if text == MERGE) {
            self.check_word(MERGE, value.span);
        }
    }

    pub(super) fn check_word(&mut self, text: &str, span: Span) {
        if let Some(other) = misread_by_yaml_1_1(text) {
            self.helpful(
                &syntax::AMBIGUOUS_SCALAR,
                span,
                format!("`{text}` must be quoted: many YAML readers take it for {other}"),
                match text.to_ascii_lowercase().as_str() {
                    "y" | "yes" | "on" => format!("write true, or \"{text}\" if it is text"),
                    "n" | "no" | "off" => format!("write false, or \"{text}\" if it is text"),
                    _ => format!("write \"{text}\" if it is text"),
                },
            );
        } else if resolve(text) == Resolved::OutOfRange {
            self.helpful(
                &syntax::NUMBER_OUT_OF_RANGE,
                span,
                format!("`{text}` can't be kept exactly by every reader"),
                format!("integers are within ±9007199254740991 and numbers are finite; write \"{text}\" if it is text"),
            );
        }
    }
}

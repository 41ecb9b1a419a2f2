//! The event parser's errors in plain words.

use crate::source::Span;
use granit_parser::{ErrorKind as Kind, ScanError};

/// Where and what is wrong, in one sentence without a full stop, and how to fix it where that is known. `at` is where
/// the event parser stopped.
pub(super) fn of(error: &ScanError, text: &str, at: Span) -> (Span, String, Option<String>) {
    if let (Kind::MappingValueNotAllowed, Some((colon, key, value))) = (error.kind(), glued(text, at)) {
        return (colon, "a space is missing after this colon".to_owned(), Some(format!("write `{key}: {value}`")));
    }
    let (message, help) = words(error);
    (at, message, help.map(str::to_owned))
}

/// What Git leaves in a file where a merge could not be finished: one marker of each conflict, and every marker that
/// stands without the others.
pub(super) fn conflicts(text: &str) -> Vec<Span> {
    if !MARKERS.iter().any(|marker| text.contains(marker)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut inside = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_end_matches(['\r', '\n']);
        let marker = MARKERS
            .iter()
            .position(|marker| words.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')));
        if let Some(marker) = marker {
            if marker == 0 || !inside {
                found.push(Span::new(at, at + MARKERS[marker].len()));
            }
            inside = marker == 0 || (inside && marker != 3);
        }
        at += line.len();
    }
    found
}

/// Where a conflict starts, where the common ancestor and the other side start, and where it ends.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// A line `key:value` right above the line of `at`, which then reads as text.
fn glued(text: &str, at: Span) -> Option<(Span, &str, &str)> {
    let line = text.get(..at.start as usize)?.rfind('\n')?;
    let start = text[..line].rfind('\n').map_or(0, |newline| newline + 1);
    let above = text[start..line].trim_end();
    let (key, value) = above.split_once(':')?;
    let is_word = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let indent = key.len() - key.trim_start_matches([' ', '-']).len();
    let fits = key.len() > indent && key[indent..].chars().all(is_word);
    let starts_value = !value.starts_with([' ', '\t', '/', ':']) && !value.is_empty() && !value.contains(": ");
    let colon = start + key.len();
    (fits && starts_value).then(|| (Span::new(colon, colon + 1), &key[indent..], value))
}

/// The tag before a value.
pub(super) fn tag(text: &str, value: Span) -> Span {
    let mut end = value.start as usize;
    // An anchor may stand between.
    for _ in 0..2 {
        let before = text.get(..end).unwrap_or_default().trim_end();
        let start = before.rfind(|c: char| c.is_whitespace() || "[{,".contains(c));
        // What separates may be a space of several bytes.
        let start = start.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        if before[start..].starts_with('!') {
            return Span::new(start, before.len());
        }
        end = start;
    }
    value
}

fn words(error: &ScanError) -> (String, Option<&'static str>) {
    let (message, help) = match error.kind() {
        Kind::MappingValueNotAllowed => (
            "a colon is not allowed here",
            Some("quote text that contains `: `, and indent all keys of one mapping alike"),
        ),
        Kind::TabInBlockIndentation | Kind::TabInIndentation | Kind::TabNotAllowed | Kind::TabAtBlockScalarStart => {
            ("a tab is used for indentation", Some("indent with spaces"))
        }
        Kind::UnclosedQuotedScalar => ("this quote is never closed", Some("add the closing quote")),
        Kind::InvalidQuotedScalarIndent => (
            "quoted text is not closed before this line",
            Some("close the quote, or indent the lines that continue it"),
        ),
        Kind::UnknownQuotedScalarEscape => (
            "an unknown escape in double quotes",
            Some("write `\\\\` for a backslash, or use single quotes, which know no escapes"),
        ),
        Kind::MisplacedFlowCollectionEnd => ("this bracket closes nothing", Some("remove it, or quote the text")),
        Kind::SimpleKeyExpected => (
            "a key without a colon",
            Some("write `key: value` with a key of at most 1024 characters, and indent text that continues a value"),
        ),
        Kind::ExpectedBlockMappingKey | Kind::ExpectedBlockSequenceEntry => (
            "this line does not fit the lines above it",
            Some("indent it exactly like its siblings; items of a list start with `- `"),
        ),
        Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator => {
            ("a comma or the closing bracket is missing before this", None)
        }
        Kind::UnexpectedEofImplicitFlowMapping => ("nothing stands between two commas", Some("remove one of them")),
        Kind::InvalidColonPlacement => ("a colon is not allowed here", Some("close the bracket or quote before it")),
        Kind::CommentNotSeparated => ("a comment needs a space before `#`", None),
        Kind::CommentInterceptedScalar => {
            ("a comment stands inside text of several lines", Some("move the comment, or quote the text"))
        }
        Kind::DirectiveDisallowed => ("directives such as `%YAML` are not allowed", Some("remove the line")),
        Kind::InvalidBlockScalarHeader => {
            ("only `|`, `>`, `+`, `-`, a digit or a comment may stand here", Some("start the text on the next line"))
        }
        Kind::PlainScalarStartsWithDashFlowIndicator => ("a dash cannot stand here without quotes", None),
        Kind::UnclosedFlowCollection { open } => return (format!("this `{open}` is never closed"), None),
        Kind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("this `{open}` is closed by a `{close}`"), None);
        }
        Kind::UnexpectedCharacter { character } => {
            let character = if *character == '`' { "a backtick".to_owned() } else { format!("`{character}`") };
            return (format!("text cannot start with {character}"), Some("quote the text"));
        }
        _ => return (tidy(&error.info()), None),
    };
    (message.to_owned(), help)
}

/// The parser's own words, as one sentence that starts in lower case unless with an abbreviation.
fn tidy(info: &str) -> String {
    let line = info.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let mut chars = line.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(line.chars().skip(1)).collect()
        }
        (None, _) => "the text is not YAML".to_owned(),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, tag};
    use super::{conflicts, tidy};
    use crate::yaml::parse;

    #[test]
    fn conflicts_are_found_however_much_of_them_is_left() {
        let found = |text: &str| conflicts(text).iter().map(|span| span.start).collect::<Vec<_>>();
        assert_eq!(found("a:\n<<<<<<< HEAD\n  b: 1\n||||||| base\n=======\n  b: 2\n>>>>>>> x\nc: 1\n"), [3]);
        assert_eq!(found("<<<<<<<\r\na: 1\r\n=======\r\n>>>>>>>\r\n<<<<<<< x\n=======\n>>>>>>> y"), [0, 33]);
        assert_eq!(found("a: [x,\n=======\n y]\n"), [7], "a list goes on there, for a reader of YAML");
        assert_eq!(found("a: 1\n>>>>>>> feature\n"), [5]);
        assert_eq!(found("a: |\n  =======\n  <<<<<<< x\n# ======= \n========\n"), [0; 0]);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, message, at) in [
            ("a: b: c\n", "a colon is not allowed here", ": c"),
            ("a:\n\tb: 1\n", "a tab is used for indentation", "b: 1"),
            ("é: 'x", "this quote is never closed", "'x"),
            ("a: \"x\nb: 3", "quoted text is not closed before this line", "b: 3"),
            ("a: {x: 1]\n", "this `{` is closed by a `]`", "{x"),
            ("a: 1\r\nfoo\r\nb: 2\r\n", "a key without a colon", "foo"),
            ("a:\n  - b\n c: 1\n", "this line does not fit the lines above it", "c: 1"),
            ("a: [1,,2]\n", "nothing stands between two commas", ",2"),
            ("a: @x\n", "text cannot start with `@`", "@x"),
            ("a: \"x\"#c\n", "a comment needs a space before `#`", "#c"),
            ("type:boolean\ndefault: false\n", "a space is missing after this colon", ":boolean"),
            ("a:\n  b:'x'\n  c: 1\n", "a space is missing after this colon", ":'x'"),
            ("a: 1\nhttp://x\nb: 1\n", "a key without a colon", "http"),
            ("a: `x`\n", "text cannot start with a backtick", "`x"),
            ("%YAML 1.2\n---\na: 1\n", "directives such as `%YAML` are not allowed", "%YAML"),
        ] {
            let (tree, problems) = parse(&"t.yaml".into(), text);
            assert!(tree.is_none(), "{text:?}");
            assert_eq!(problems.len(), 1, "{text:?}");
            assert_eq!(problems[0].message, message, "{text:?}");
            let Some(crate::source::At::Span(span)) = problems[0].place.as_ref().map(|place| &place.at) else {
                panic!("no span for {text:?}")
            };
            assert!(text[span.start as usize..].starts_with(at), "{text:?}: {span:?}");
        }
    }

    #[test]
    fn tags_are_pointed_at() {
        let text = "a: !!str  x\nb: !t &c {d: !<e> f}\ng: [!h i]\n";
        let (_, problems) = parse(&"t.yaml".into(), text);
        let tags: Vec<&str> = problems
            .iter()
            .filter(|problem| problem.code.name == "tag")
            .map(|problem| match &problem.place.as_ref().unwrap().at {
                crate::source::At::Span(span) => span.slice(text),
                _ => "",
            })
            .collect();
        assert_eq!(tags, ["!!str", "!t", "!<e>", "!h"]);
        // A space of several bytes stands before what is no tag.
        let wide = "!? # !#\u{2009}x\u{2009}\n\t!?e";
        assert_eq!(tag(wide, Span::new(wide.len(), wide.len())).slice(wide), "!?e");
        assert_eq!(tag("\u{2009}!a b", Span::new(6, 7)), Span::new(3, 5));
        assert_eq!(tag("\u{2009}a b", Span::new(5, 6)), Span::new(5, 6));
    }

    #[test]
    fn tidies_other_messages() {
        assert_eq!(tidy("Unexpected thing. "), "unexpected thing");
        assert_eq!(tidy("YAML directives"), "YAML directives");
        assert_eq!(tidy(""), "the text is not YAML");
    }
}

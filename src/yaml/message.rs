//! The event parser's errors in plain words.

use crate::source::Span;
use granit_parser::{ErrorKind as Kind, ScanError};
use std::borrow::Cow;

/// Where and what is wrong, in one sentence without a full stop, and how to fix it. `at` is where the event parser stopped.
pub(super) fn of(error: &ScanError, text: &str, at: Span) -> (Span, String, String) {
    let kind = error.kind();
    if let (Kind::MappingValueNotAllowed, Some((colon, key, value))) = (kind, glued(text, at)) {
        return (colon, "a space is missing after this colon".to_owned(), format!("write `{key}: {value}`"));
    }
    if let Some(tab) = indenting_tab(kind, text, at) {
        return (tab, "a tab is used for indentation".to_owned(), "indent with spaces".to_owned());
    }
    let at = if is_escape(kind) { wrong_escape(text, at) } else { at };
    let (message, help) = words(kind, &text[at.start as usize..]);
    (at, message.into_owned(), help.into_owned())
}

/// The tab in an indentation that the parser stumbled over: on its line, or, while it looked for more of a text, below.
fn indenting_tab(kind: &Kind, text: &str, at: Span) -> Option<Span> {
    let searches = matches!(
        kind,
        Kind::TabInPlainScalar
            | Kind::TabInBlockIndentation
            | Kind::TabInIndentation
            | Kind::TabNotAllowed
            | Kind::TabAtBlockScalarStart
    );
    let may_follow = matches!(
        kind,
        Kind::MappingValueNotAllowed
            | Kind::SimpleKeyExpected
            | Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry
            | Kind::InvalidIndentation
    );
    if !searches && !may_follow {
        return None;
    }
    let mut start = text.get(..at.start as usize)?.rfind('\n').map_or(0, |newline| newline + 1);
    for line in text[start..].split_inclusive('\n').take(if searches { usize::MAX } else { 1 }) {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - content.len()];
        if let Some(tab) = indent.find('\t').filter(|_| !content.trim().is_empty()) {
            return Some(Span::new(start + tab, start + tab + 1));
        }
        start += line.len();
    }
    None
}

const fn is_escape(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::InvalidLowSurrogate
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
            | Kind::InvalidUnicodeEscape
    )
}

/// The first escape of the text in double quotes at `quoted` that is none.
fn wrong_escape(text: &str, quoted: Span) -> Span {
    let start = quoted.start as usize;
    let rest = &text[start..];
    let mut at = 0;
    while let Some(backslash) = rest[at..].find('\\').map(|found| at + found) {
        let after = &rest[backslash + 1..];
        let digits = match after.chars().next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(other) if "0abt\tnvfre \"/\\N_LP\n\r".contains(other) => 0,
            other => {
                let length = other.filter(|c| !c.is_control()).map_or(0, char::len_utf8);
                return Span::new(start + backslash, start + backslash + 1 + length);
            }
        };
        if digits > 0 {
            let hex = after[1..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
            let code = u32::from_str_radix(&after[1..=hex], 16).ok().filter(|_| hex == digits);
            if code.and_then(char::from_u32).is_none() {
                return Span::new(start + backslash, start + backslash + 2 + hex);
            }
        }
        at = backslash + 2;
    }
    quoted
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

type Words = (Cow<'static, str>, Cow<'static, str>);

fn words(kind: &Kind, rest: &str) -> Words {
    if let Some((_, message, help)) = WORDS.iter().find(|(kinds, ..)| kinds.contains(kind)) {
        return (Cow::Borrowed(message), Cow::Borrowed(help));
    }
    let first = rest.chars().next();
    match kind {
        Kind::UnexpectedEofImplicitFlowMapping if first == Some(',') => {
            ("nothing stands before this comma".into(), "remove it, or write a value before it".into())
        }
        Kind::MissingAnchorOrAliasName => {
            let sign = first.unwrap_or('&');
            (format!("text cannot start with `{sign}`").into(), "quote the text".into())
        }
        Kind::UnclosedFlowCollection { open } => {
            (format!("this `{open}` is never closed").into(), format!("add a `{}`", closing(*open)).into())
        }
        Kind::MismatchedFlowCollectionEnd { open, close } => (
            format!("this `{open}` is closed by a `{close}`").into(),
            format!("every `{open}` needs a `{}`; quote brackets that are text", closing(*open)).into(),
        ),
        Kind::UnexpectedCharacter { character } => {
            let character = if *character == '`' { "a backtick".to_owned() } else { format!("`{character}`") };
            (format!("text cannot start with {character}").into(), "quote the text".into())
        }
        _ if first == Some(',') => ("text cannot start with a comma".into(), "remove it, or quote the text".into()),
        _ if rest.trim().is_empty() => {
            ("the file ends in the middle of an entry".into(), "write the rest of it, or remove what is there".into())
        }
        _ => (
            "this does not fit what stands before it".into(),
            "write `key: value`, one on each line, and quote text that holds special characters".into(),
        ),
    }
}

const fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}

/// What is said of the kinds of errors that need no more than themselves for it.
const WORDS: &[(&[Kind], &str, &str)] = &[
    (
        &[Kind::MappingValueNotAllowed],
        "a colon is not allowed here",
        "quote text that contains `: `, and indent all keys of one mapping alike",
    ),
    (
        &[
            Kind::TabInBlockIndentation,
            Kind::TabInIndentation,
            Kind::TabNotAllowed,
            Kind::TabAtBlockScalarStart,
            Kind::TabInPlainScalar,
            Kind::InvalidBlockEntryWhitespace,
            Kind::InvalidMappingValueWhitespace,
        ],
        "a tab stands where YAML needs spaces",
        "write spaces",
    ),
    (&[Kind::UnclosedQuotedScalar], "this quote is never closed", "add the closing quote"),
    (
        &[Kind::InvalidQuotedScalarIndent],
        "quoted text is not closed before this line",
        "close the quote, or indent the lines that continue it",
    ),
    (
        &[Kind::DocumentIndicatorInQuotedScalar],
        "this quote is not closed before a line that starts with `---` or `...`",
        "close the quote, or indent the lines that continue it",
    ),
    (
        &[Kind::InvalidTrailingSingleQuotedScalar],
        "nothing may follow quoted text",
        "put all of it between the quotes; inside single quotes, a single quote is written twice",
    ),
    (
        &[Kind::InvalidTrailingDoubleQuotedScalar],
        "nothing may follow quoted text",
        "put all of it between the quotes; inside double quotes, a double quote is written `\\\"`",
    ),
    (
        &[Kind::UnknownQuotedScalarEscape],
        "an unknown escape in double quotes",
        "write `\\\\` for a backslash, or use single quotes, which know no escapes",
    ),
    (
        &[Kind::InvalidQuotedScalarHexEscape, Kind::InvalidLowSurrogateHexEscape],
        "this escape has too few hexadecimal digits",
        "two follow `\\x`, four `\\u` and eight `\\U`; single quotes know no escapes",
    ),
    (
        &[Kind::InvalidLowSurrogate, Kind::MissingLowSurrogate, Kind::UnpairedLowSurrogate, Kind::InvalidUnicodeEscape],
        "this escape is no character",
        "write the character itself, or its code point in eight digits, such as `\\U0001F600`",
    ),
    (&[Kind::MisplacedFlowCollectionEnd], "this bracket closes nothing", "remove it, or quote the text"),
    (
        &[Kind::UnexpectedEofFlowSequence, Kind::UnexpectedEofFlowMapping],
        "a bracket is not closed before the file ends",
        "add the closing bracket",
    ),
    (
        &[Kind::SimpleKeyExpected, Kind::InvalidSimpleKey],
        "a key without a colon",
        "write `key: value` with a key of at most 1024 characters, and indent text that continues a value",
    ),
    (
        &[Kind::ExpectedBlockMappingKey, Kind::ExpectedBlockSequenceEntry],
        "this line does not fit the lines above it",
        "indent it exactly like its siblings; items of a list start with `- `",
    ),
    (
        &[Kind::InvalidIndentation, Kind::InvalidFlowScalarIndent],
        "this line is indented too little",
        "indent what belongs to a key further than the key",
    ),
    (
        &[Kind::ExpectedFlowMappingSeparator, Kind::ExpectedFlowSequenceSeparator],
        "a comma or the closing bracket is missing before this",
        "write a comma between two values, and quote text that holds commas, colons, quotes or brackets",
    ),
    (&[Kind::InvalidColonPlacement], "a colon is not allowed here", "close the bracket or quote before it"),
    (
        &[Kind::FlowMappingValueAdjacentCollection],
        "a space is missing after this colon",
        "write one between the colon and the bracket",
    ),
    (&[Kind::MappingKeyNotAllowed], "a question mark is not allowed here", "quote the text, or write `key: value`"),
    (
        &[Kind::BlockEntryInFlowCollection],
        "an item with a dash cannot stand inside brackets",
        "write `[one, two]` without dashes, or quote a dash that is text",
    ),
    (
        &[Kind::BlockSequenceEntryNotAllowed],
        "an item with a dash cannot start here",
        "begin the list on the line below its key, or quote a dash that is text",
    ),
    (
        &[Kind::PlainScalarStartsWithDashFlowIndicator],
        "a dash cannot stand here without quotes",
        "write `\"-\"` if it is text, or remove it",
    ),
    (
        &[Kind::CommentNotSeparated],
        "a comment needs a space before `#`",
        "write one, or quote the text if `#` belongs to it",
    ),
    (
        &[Kind::CommentInterceptedScalar],
        "a comment stands inside text of several lines",
        "move the comment, or quote the text",
    ),
    (
        &[
            Kind::DirectiveDisallowed,
            Kind::DuplicateVersionDirective,
            Kind::UnsupportedYamlMajorVersion,
            Kind::DuplicateTagDirective,
            Kind::MissingDocumentEndBeforeDirective,
            Kind::InvalidDirectiveTerminator,
            Kind::MissingYamlVersionSeparator,
            Kind::MissingDirectiveName,
            Kind::InvalidDirectiveName,
            Kind::YamlVersionTooLong,
            Kind::MissingYamlVersion,
            Kind::InvalidTagDirectiveTerminator,
            Kind::ExpectedTagDirectiveBang,
        ],
        "directives such as `%YAML` are not allowed",
        "remove the line; text that starts with `%` needs quotes",
    ),
    (
        &[
            Kind::UndeclaredTagHandle,
            Kind::ExpectedTagBang,
            Kind::InvalidGlobalTagCharacter,
            Kind::InvalidTagTerminator,
            Kind::MissingTagUri,
            Kind::UnclosedVerbatimTag,
            Kind::InvalidTagEscape,
            Kind::InvalidTagUtf8LeadingByte,
            Kind::InvalidTagUtf8TrailingByte,
            Kind::InvalidTagUtf8,
        ],
        "text cannot start with `!`, which begins a tag",
        "quote the text, or remove the tag",
    ),
    (&[Kind::UnknownAnchor, Kind::AnchorCountOverflow], "aliases are not allowed", "write the value out"),
    (
        &[Kind::InvalidBlockScalarHeader],
        "behind `|` or `>` only `+`, `-`, a digit or a comment may stand",
        "start the text on the next line, or quote it",
    ),
    (
        &[Kind::ZeroBlockScalarIndent],
        "the lines of a text can't be indented by 0",
        "leave the digit behind `|` or `>` out, or write one from 1 to 9",
    ),
    (
        &[Kind::InvalidBlockScalarIndent],
        "this line of a text is indented unlike its first",
        "indent all lines of the text alike, further than its key",
    ),
    (&[Kind::InvalidDocumentEnd], "nothing may follow `...` on its line", "remove it: a file holds one document"),
    (&[Kind::BomInsideDocument], "a byte order mark stands inside the file", "remove it"),
    (&[Kind::ExpectedWhitespace], "a space is missing before this", "write one, or quote the text"),
    (&[Kind::ExpectedNodeContent], "a value is missing here", "write one; an empty text is `\"\"`"),
];

#[cfg(test)]
mod tests {
    use super::conflicts;
    use super::{Span, tag};
    use crate::yaml::parse;

    /// Texts, what is wrong, and what the place starts with.
    const WRONG: &[(&str, &str, &str)] = &[
        ("a: b: c\n", "a colon is not allowed here", ": c"),
        ("a:\n\tb: 1\n", "a tab is used for indentation", "\tb: 1"),
        ("a: b\n\tc: 1\n", "a tab is used for indentation", "\tc: 1"),
        ("a: b\n  \n \tc: 1\n", "a tab is used for indentation", "\tc: 1"),
        ("a:\n  b: 1\n\t  c: 1\n", "a tab is used for indentation", "\t  c: 1"),
        ("a: |\n\tb\n", "a tab is used for indentation", "\tb"),
        ("a: [b\n\tc: 1]\n", "a tab is used for indentation", "\tc: 1"),
        ("a:\n -\t- b\n", "a tab stands where YAML needs spaces", "- b"),
        ("é: 'x", "this quote is never closed", "'x"),
        ("a: \"x\nb: 3", "quoted text is not closed before this line", "b: 3"),
        ("a: {x: 1]\n", "this `{` is closed by a `]`", "{x"),
        ("a: 1\r\nfoo\r\nb: 2\r\n", "a key without a colon", "foo"),
        ("a:\n  - b\n c: 1\n", "this line does not fit the lines above it", "c: 1"),
        ("a: [1,,2]\n", "nothing stands before this comma", ",2"),
        ("a: {, b: 1}\n", "nothing stands before this comma", ", b"),
        ("a: , b\n", "text cannot start with a comma", ", b"),
        ("a: &\n", "text cannot start with `&`", "&"),
        ("a: * b\n", "text cannot start with `*`", "* b"),
        ("a: !<b\n", "text cannot start with `!`, which begins a tag", "!<b"),
        ("a: !b!c d\n", "text cannot start with `!`, which begins a tag", "!b!c"),
        ("a: !b%zz c\n", "text cannot start with `!`, which begins a tag", "!b%zz"),
        ("a: {b:[1]}\n", "a space is missing after this colon", ":[1]"),
        ("a: [b\n", "this `[` is never closed", "[b"),
        ("a: [b} \n", "this `[` is closed by a `}`", "[b}"),
        ("a: }\n", "this bracket closes nothing", "}"),
        ("a: [\"b\" c]\n", "nothing may follow quoted text", "c]"),
        ("a: 'b' c\n", "nothing may follow quoted text", "c"),
        ("a: [{b: 1} c]\n", "a comma or the closing bracket is missing before this", "c]"),
        ("a: {b: {c: 1} d}\n", "a comma or the closing bracket is missing before this", "d}"),
        ("a: \"b\\x4 c\"\n", "this escape has too few hexadecimal digits", "\\x4 c"),
        ("a: \"\\t\\q c\"\n", "an unknown escape in double quotes", "\\q"),
        ("a: \"\\ud83d\"\n", "this escape is no character", "\\ud83d"),
        ("a: \"\\udc00\"\n", "this escape is no character", "\\udc00"),
        ("a: \"\\ud83d\\u0041\"\n", "this escape is no character", "\\ud83d"),
        ("a: \"\\U00110000\"\n", "this escape is no character", "\\U00110000"),
        ("\"b\n---\nc\"\n", "this quote is not closed before a line that starts with `---` or `...`", "\"b"),
        ("a: - b\n", "an item with a dash cannot start here", "- b"),
        ("a: [- b]\n", "an item with a dash cannot stand inside brackets", "- b"),
        ("a: [-]\n", "a dash cannot stand here without quotes", "-]"),
        ("a: |x\n", "behind `|` or `>` only `+`, `-`, a digit or a comment may stand", "|x"),
        ("a: |0\n  x\n", "the lines of a text can't be indented by 0", "|0"),
        ("a: |\n    \n  x\n", "this line of a text is indented unlike its first", "x"),
        ("a: b # c\n  d\n", "a comment stands inside text of several lines", "# c"),
        ("a: 1\n... b\n", "nothing may follow `...` on its line", "b"),
        ("[] ? a\n", "a question mark is not allowed here", "? a"),
        ("[a] b\n", "this does not fit what stands before it", "b"),
        ("a: 1\nb", "a key without a colon", "b"),
        ("a: @x\n", "text cannot start with `@`", "@x"),
        ("a: \"x\"#c\n", "a comment needs a space before `#`", "#c"),
        ("type:boolean\ndefault: false\n", "a space is missing after this colon", ":boolean"),
        ("a:\n  b:'x'\n  c: 1\n", "a space is missing after this colon", ":'x'"),
        ("a: 1\nhttp://x\nb: 1\n", "a key without a colon", "http"),
        ("a: `x`\n", "text cannot start with a backtick", "`x"),
        ("%YAML 1.2\n---\na: 1\n", "directives such as `%YAML` are not allowed", "%YAML"),
    ];

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
        let mut wrong = Vec::new();
        for (text, message, at) in WRONG {
            let (tree, problems) = parse(&"t.yaml".into(), text);
            let said: Vec<(&str, &str)> = problems
                .iter()
                .map(|problem| match &problem.place.as_ref().unwrap().at {
                    crate::source::At::Span(span) => (&*problem.message, &text[span.start as usize..]),
                    _ => (&*problem.message, "no span"),
                })
                .collect();
            let is_told = matches!(said[..], [(words, place)] if words == *message && place.starts_with(at));
            let helps = problems.iter().all(|problem| problem.help.len() == 1 && !problem.help[0].is_empty());
            if tree.is_some() || !helps || !is_told {
                let said: Vec<String> = said.iter().map(|(words, place)| format!("{words}: {place}")).collect();
                wrong.push((text, said));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
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
}

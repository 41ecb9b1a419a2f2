//! Inline ignores: `# git-flag: ignore[missing-owner, expired] reason: why it does not matter here`.
//!
//! Above the first key an ignore is about the whole file. Above an entry, or at the end of the line where one begins, it
//! is about that entry and everything in it. Only lints can be ignored, and only with a reason.

use super::meaning::{find_lint, unknown_lint};
use super::{FileContext, is_lint, level};
use crate::diagnostic::codes::{lint, meaning};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{At, Place, Span};
use crate::yaml::{Node, Tree};

const MARK: &str = "git-flag:";
const EXAMPLE: &str = "write `# git-flag: ignore[missing-owner] reason: why it does not matter here`";

/// Whether `text` may hold inline ignores: only then it needs [`suppress`].
#[must_use]
pub fn mentions_ignore(text: &str) -> bool {
    text.contains(MARK)
}

/// Removes from `problems` those that inline ignores of the file cover, and adds problems of the ignores themselves: no
/// reason, an unknown lint, a comment that does not read, nothing to suppress.
///
/// `tree` is the tree of `context.file`; `problems` are all of that file, of both stages (those of other files are left
/// alone), before [`super::apply_levels`]. Where the file has errors of form, checks were left out, so that an ignore
/// that suppresses nothing is no problem.
#[must_use]
pub fn suppress(context: &FileContext<'_>, tree: &Tree<'_>, problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut new = Vec::new();
    let mut ignores = Vec::new();
    for comment in &tree.comments {
        match read(comment.span, tree.text) {
            None => {}
            Some(Ok(names)) => ignores.extend(ignore(context, tree, comment.span, names, &mut new)),
            Some(Err(problem)) => new.push(problem.at(Place::span(context.file.clone(), comment.span))),
        }
    }
    if ignores.is_empty() {
        return problems.into_iter().chain(new).collect();
    }
    let unread = problems.iter().any(|problem| problem.code.id < "F070" && problem.is_error());
    let mut kept: Vec<Diagnostic> =
        problems.into_iter().filter(|problem| !is_ignored(context, tree, problem, &mut ignores)).collect();
    kept.append(&mut new);
    if !unread {
        let unused = ignores.iter().filter(|ignore| !ignore.used);
        kept.extend(unused.filter(|ignore| level(context.project, ignore.code) != Severity::Off).map(|ignore| {
            let name = ignore.code.name;
            Diagnostic::new(&lint::UNUSED_IGNORE, format!("there is no `{name}` to ignore here"))
                .at(Place::span(context.file.clone(), ignore.name))
                .help("remove it, or move it to the entry that it is about")
        }));
    }
    kept
}

/// One lint that is ignored in one place.
struct Ignore {
    code: &'static Code,
    /// The bytes of the name in the comment.
    name: Span,
    scope: Scope,
    used: bool,
}

#[derive(Clone, Copy)]
enum Scope {
    File,
    Bytes(Span),
}

/// The names that an ignore lists, with their bytes.
type Names = Vec<(String, Span)>;

/// The names of an ignore; `None` for other comments.
fn read(span: Span, text: &str) -> Option<Result<Names, Box<Diagnostic>>> {
    let comment = span.slice(text);
    let body = comment.trim_start_matches('#').trim_start();
    let rest = body.strip_prefix(MARK)?.trim_start();
    Some(read_names(span, comment, rest))
}

fn read_names(span: Span, comment: &str, rest: &str) -> Result<Names, Box<Diagnostic>> {
    let invalid = |message: &str| Box::new(Diagnostic::new(&meaning::INVALID_DIRECTIVE, message).help(EXAMPLE));
    let Some(list) = rest.strip_prefix("ignore") else {
        let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        return Err(invalid(&format!("`{word}` is no instruction: the only one is `ignore[…]`")));
    };
    let Some((list, reason)) = list.trim_start().strip_prefix('[').and_then(|list| list.split_once(']')) else {
        return Err(invalid("an ignore names lints in brackets"));
    };
    // `list` is a part of `comment`, which is at `span`.
    let mut offset = span.start as usize + (list.as_ptr() as usize - comment.as_ptr() as usize);
    let mut names = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let start = offset + (part.len() - part.trim_start().len());
        offset += part.len() + 1;
        if name.is_empty() {
            return Err(invalid("an ignore names lints, with commas between them"));
        }
        names.push((name.to_owned(), Span::new(start, start + name.len())));
    }
    match reason.trim().strip_prefix("reason:").map(str::trim) {
        Some(reason) if !reason.is_empty() => Ok(names),
        None if !reason.trim().is_empty() => Err(invalid("after the brackets comes `reason:`")),
        _ => Err(Box::new(
            Diagnostic::new(&meaning::IGNORE_WITHOUT_REASON, "this ignore does not say why")
                .help("add `reason:` and one line of text after the brackets"),
        )),
    }
}

/// The ignores of one comment; unknown names become problems.
fn ignore(
    context: &FileContext<'_>,
    tree: &Tree<'_>,
    comment: Span,
    names: Names,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Ignore> {
    let scope = scope(tree, comment);
    let mut ignores = Vec::new();
    for (text, name) in names {
        match find_lint(&text) {
            Some(code) => ignores.push(Ignore { code, name, scope, used: false }),
            None => problems.push(unknown_lint(&text).at(Place::span(context.file.clone(), name))),
        }
    }
    ignores
}

fn is_ignored(context: &FileContext<'_>, tree: &Tree<'_>, problem: &Diagnostic, ignores: &mut [Ignore]) -> bool {
    let Some(place) = problem.place.as_ref().filter(|place| place.file == *context.file && is_lint(problem.code))
    else {
        return false;
    };
    let start = match &place.at {
        At::File => None,
        At::Span(span) => Some(span.start),
        At::Node(path, focus) => Some(tree.locate(path, *focus).start),
    };
    let mut found = false;
    for ignore in ignores.iter_mut().filter(|ignore| ignore.code == problem.code) {
        let covers = match (ignore.scope, start) {
            (Scope::File, _) => true,
            (Scope::Bytes(span), Some(start)) => (span.start..span.end).contains(&start),
            (Scope::Bytes(_), None) => false,
        };
        ignore.used |= covers;
        found |= covers;
    }
    found
}

/// What a comment is about.
fn scope(tree: &Tree<'_>, comment: Span) -> Scope {
    let text = tree.text;
    let start = comment.start as usize;
    let line_start = line_start(text, start);
    let alone = text[line_start..start].trim_matches([' ', '\t', '\u{feff}']).is_empty();
    if alone && comment.start < tree.root.span.start {
        return Scope::File;
    }
    let line = if alone { next_line(text, comment.end as usize) } else { line_at(text, start) };
    let mut scope = line;
    entries_of_line(&tree.root, line, &mut scope);
    Scope::Bytes(scope)
}

/// Widens `scope` by the outermost entries and items that begin on `line`.
fn entries_of_line(node: &Node<'_>, line: Span, scope: &mut Span) {
    let mut visit = |start: u32, child: &Node<'_>| {
        let end = child.span.end.max(start);
        if (line.start..line.end).contains(&start) {
            scope.end = scope.end.max(end);
        } else if start < line.start && line.start < end {
            entries_of_line(child, line, scope);
        }
    };
    for entry in node.entries().unwrap_or_default() {
        visit(entry.key_span.start, &entry.value);
    }
    for item in node.items().unwrap_or_default() {
        visit(item.span.start, item);
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The line that holds the byte `at`, with its line break.
fn line_at(text: &str, at: usize) -> Span {
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
    Span::new(line_start(text, at), end)
}

/// The next line after the byte `at` that is neither empty nor a comment; the end of the text where there is none.
fn next_line(text: &str, at: usize) -> Span {
    let mut line = line_at(text, at);
    while (line.end as usize) < text.len() {
        line = line_at(text, line.end as usize);
        let content = line.slice(text).trim();
        if !content.is_empty() && !content.starts_with('#') {
            return line;
        }
    }
    Span::new(text.len(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::testing::{FILE, context, project};
    use crate::source::{Path, Step};
    use crate::yaml::parse;

    const FLAG: &str = "\
# about the flag
type: boolean
default: false
environments:
  production:
    enabled: true
    rules:
      - id: a
        when: [{segment: x}]
        serve: true
      - when: [{segment: z}]
        serve: true
    serve: false
";

    fn rules(index: usize) -> Path {
        Path::root().key("environments").key("production").key("rules").index(index)
    }

    fn all() -> Vec<Diagnostic> {
        let at = |code, path| Diagnostic::new(code, "x").at(Place::value(FILE.clone(), path));
        vec![
            Diagnostic::new(&lint::MISSING_OWNER, "x").at(Place::file(FILE.clone())),
            at(&lint::RULE_WITHOUT_ID, rules(1)),
            at(&lint::REDUNDANT_RULE, rules(0)),
            at(&lint::REDUNDANT_RULE, rules(1)),
            at(&meaning::UNKNOWN_SEGMENT, rules(1).key("when").index(0).key("segment")),
        ]
    }

    /// What is left of [`all`] and what comes in addition, in `FLAG` with `comment` before the line `line`, or at its
    /// end.
    fn left(line: usize, comment: &str, own_line: bool) -> Vec<String> {
        let mut lines: Vec<String> = FLAG.lines().map(ToOwned::to_owned).collect();
        if own_line {
            lines.insert(line - 1, format!("      # {comment}"));
        } else {
            lines[line - 1] = format!("{}  # {comment}", lines[line - 1]);
        }
        let text = lines.join("\n");
        let (tree, problems) = parse(&FILE, &text);
        assert!(problems.is_empty(), "{problems:?}\n{text}");
        let project = project();
        let left = suppress(&context(&project), &tree.unwrap(), all());
        left.iter()
            .map(|problem| match &problem.place.as_ref().unwrap().at {
                At::Node(path, _) => {
                    let index = path.steps().iter().find_map(|step| match step {
                        Step::Index(index) => Some(*index),
                        Step::Key(_) => None,
                    });
                    format!("{} {}", problem.code.name, index.unwrap())
                }
                At::Span(span) => format!("{} `{}`", problem.code.name, span.slice(&text)),
                At::File => problem.code.name.to_owned(),
            })
            .collect()
    }

    const ALL: [&str; 5] =
        ["missing-owner", "rule-without-id 1", "redundant-rule 0", "redundant-rule 1", "unknown-segment 1"];

    fn without(gone: &[&str]) -> Vec<String> {
        ALL.iter().filter(|name| !gone.contains(name)).map(ToString::to_string).collect()
    }

    #[test]
    fn at_the_top_it_is_about_the_whole_file() {
        let found = left(1, "git-flag: ignore[missing-owner, redundant-rule] reason: being split (OPS-41)", true);
        assert_eq!(found, without(&["missing-owner", "redundant-rule 0", "redundant-rule 1"]));
    }

    #[test]
    fn above_or_beside_an_entry_it_is_about_that_entry() {
        let comment = "git-flag:ignore[F106] reason: kept for later";
        assert_eq!(left(8, comment, true), without(&["redundant-rule 0"]));
        assert_eq!(left(11, comment, true), without(&["redundant-rule 1"]));
        assert_eq!(left(11, comment, false), without(&["redundant-rule 1"]));
        assert_eq!(left(7, comment, false), without(&["redundant-rule 0", "redundant-rule 1"]));
        assert_eq!(left(5, comment, true), without(&["redundant-rule 0", "redundant-rule 1"]));
    }

    #[test]
    fn an_ignore_that_suppresses_nothing_is_a_problem() {
        let with = |extra: &str| ALL.iter().copied().chain([extra]).map(ToOwned::to_owned).collect::<Vec<_>>();
        let comment = "git-flag: ignore[redundant-rule] reason: x";
        assert_eq!(left(13, comment, true), with("unused-ignore `redundant-rule`"));
        assert_eq!(left(2, "git-flag: ignore[expired] reason: x", false), with("unused-ignore `expired`"));
        // About one line: a finding about the file as a whole is not meant.
        let comment = "git-flag: ignore[missing-owner] reason: x";
        assert_eq!(left(2, comment, false), with("unused-ignore `missing-owner`"));
        // Lints that are off are not looked for.
        assert_eq!(left(1, "git-flag: ignore[missing-environment] reason: x", true), without(&[]));
    }

    #[test]
    fn ignores_need_a_reason_and_known_lints() {
        let extra = |comment: &str| left(1, comment, true)[5..].to_vec();
        let whole = |code: &str, comment: &str| vec![format!("{code} `# {comment}`")];
        for comment in
            ["git-flag: ignore[expired]", "git-flag: ignore[expired] reason:", "git-flag: ignore[expired] reason:  "]
        {
            assert_eq!(extra(comment), whole("ignore-without-reason", comment), "{comment}");
        }
        for comment in [
            "git-flag: ignore missing-owner reason: x",
            "git-flag: ignore[]",
            "git-flag: ignore[expired,] reason: x",
            "git-flag: ignore[expired] because",
            "git-flag: disable[expired] reason: x",
            "git-flag:",
        ] {
            assert_eq!(extra(comment), whole("invalid-directive", comment), "{comment}");
        }
        let found = extra("git-flag: ignore[mising-owner, unknown-segment] reason: x");
        assert_eq!(found, ["unknown-lint `mising-owner`", "unknown-lint `unknown-segment`"], "errors can't be ignored");
        assert!(extra("git-flags are great").is_empty() && extra("see git-flag: ignore").is_empty());
    }

    #[test]
    fn a_file_with_errors_of_form_has_no_unused_ignores() {
        let text = "# git-flag: ignore[expired] reason: x\ntype: bolean\n";
        let (tree, _) = parse(&FILE, text);
        let project = project();
        let error = Diagnostic::new(&crate::diagnostic::codes::syntax::INVALID_YAML, "x");
        let found = suppress(&context(&project), &tree.unwrap(), vec![error.clone()]);
        assert_eq!(found, [error]);
    }
}

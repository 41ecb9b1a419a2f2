//! Diagnostics as text with carets, as JSON, and as workflow commands of GitHub.

use super::Terminal;
use super::style::{BAD, EMPHASIS, NAME, PARTLY, paint, plain};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{At, Place, Position, Sources, Span};
use crate::yaml;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::json;

/// A place made concrete: bytes, and 1-based line and column of both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concrete {
    /// The bytes.
    pub span: Span,
    /// Where they start.
    pub start: Position,
    /// Where they end.
    pub end: Position,
}

/// Makes `place` concrete, when its file's text is known.
#[must_use]
pub fn concrete(place: &Place, sources: &Sources) -> Option<Concrete> {
    let text = sources.text(&place.file)?;
    let span = match &place.at {
        At::File => return None,
        At::Span(span) => *span,
        At::Node(path, focus) => {
            yaml::parse(&place.file, text).0.map_or_else(Span::default, |tree| tree.locate(path, *focus))
        }
    };
    let start = Position::of(text, span.start as usize);
    let end = Position::of(text, span.end as usize);
    Some(Concrete { span, start, end })
}

/// `file:line:column`, or as much of it as is known.
#[must_use]
pub fn location(diagnostic: &Diagnostic, sources: &Sources) -> Option<String> {
    let place = diagnostic.place.as_ref()?;
    Some(match concrete(place, sources) {
        Some(Concrete { start, .. }) => format!("{}:{}:{}", place.file, start.line, start.column),
        None => place.file.to_string(),
    })
}

/// Replaces symbolic places by bytes where the texts are known: each file is parsed once for this, and never again when
/// its diagnostics are sorted and rendered.
pub fn locate(diagnostics: &mut [Diagnostic], sources: &Sources) {
    let places = diagnostics.iter_mut().flat_map(|diagnostic| {
        let related = diagnostic.related.iter_mut().map(|(place, _)| place);
        diagnostic.place.iter_mut().chain(related)
    });
    let mut symbolic: Vec<&mut Place> = places.filter(|place| matches!(place.at, At::Node(..))).collect();
    // File by file, so that only one tree is there at a time.
    symbolic.sort_by(|a, b| a.file.cmp(&b.file));
    for places in symbolic.chunk_by_mut(|a, b| a.file == b.file) {
        let file = places[0].file.clone();
        let Some(text) = sources.text(&file) else { continue };
        let tree = yaml::parse(&file, text).0;
        for place in places {
            if let At::Node(path, focus) = &place.at {
                place.at = At::Span(tree.as_ref().map_or_else(Span::default, |tree| tree.locate(path, *focus)));
            }
        }
    }
}

/// Sorts by file, then by place, then by code: the order in which people read them.
pub fn sort(diagnostics: &mut [Diagnostic], sources: &Sources) {
    diagnostics.sort_by_cached_key(|diagnostic| {
        let place = diagnostic.place.as_ref();
        let start = place.and_then(|place| concrete(place, sources)).map(|concrete| concrete.span.start);
        (place.map(|place| place.file.clone()), start, diagnostic.code.id, diagnostic.message.clone())
    });
}

/// One diagnostic with its snippet, as a compiler shows it.
#[must_use]
pub fn text(diagnostic: &Diagnostic, sources: &Sources, terminal: &Terminal) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info | Severity::Off => Level::INFO,
    };
    let message = plain(&diagnostic.message);
    let label = diagnostic.label.as_deref().map(plain);
    let helps: Vec<String> = diagnostic.help.iter().map(|help| plain(help)).collect();
    if diagnostic.place.is_none() && diagnostic.related.is_empty() {
        return without_place(diagnostic, &message, &helps);
    }
    let mut group = Group::with_title(level.primary_title(&message).id(diagnostic.code.id));
    let width = terminal.width.map_or(140, usize::from);
    for (file, text, marks) in snippets(diagnostic, sources, width) {
        let mut snippet = Snippet::source(text).path(file).fold(true);
        for (kind, span, words) in marks {
            let mut annotation = kind.span(span.range());
            if let Some(words) = words {
                annotation = annotation.label(words);
            } else if let Some(label) = &label {
                annotation = annotation.label(label);
            }
            snippet = snippet.annotation(annotation);
        }
        group = group.element(snippet);
    }
    if let Some(place) = diagnostic.place.as_ref().filter(|place| concrete(place, sources).is_none()) {
        group = group.element(annotate_snippets::Origin::path(&*place.file));
    }
    for help in &helps {
        group = group.element(Level::HELP.message(help));
    }
    let renderer = if terminal.color { Renderer::styled() } else { Renderer::plain() };
    let style = if terminal.unicode && terminal.color { DecorStyle::Unicode } else { DecorStyle::Ascii };
    let rendered = renderer.decor_style(style).term_width(width).render(&[group]);
    format!("{rendered}\n")
}

/// Problems of the command line or the repository as a whole have no snippet to hang their help on.
fn without_place(diagnostic: &Diagnostic, message: &str, helps: &[String]) -> String {
    let style = match diagnostic.severity {
        Severity::Error => BAD.bold(),
        Severity::Warning => PARTLY.bold(),
        Severity::Info | Severity::Off => NAME.bold(),
    };
    let level = paint(style, format!("{}[{}]", diagnostic.severity.name(), diagnostic.code.id));
    let mut text = format!("{level}{}\n", paint(EMPHASIS, format!(": {message}")));
    for line in diagnostic.output.iter().flat_map(|output| output.lines()) {
        text += format!("  | {}", plain(line)).trim_end();
        text.push('\n');
    }
    for help in helps {
        text += &format!("  {} {help}\n", paint(NAME.bold(), "help:"));
    }
    text
}

type Mark<'a> = (AnnotationKind, Span, Option<&'a str>);

/// The marks of each file that the diagnostic points into, the file of its own place first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
    width: usize,
) -> Vec<(&'a str, &'a str, Vec<Mark<'a>>)> {
    let mut files: Vec<(&str, &str, Vec<Mark<'_>>)> = Vec::new();
    let own = diagnostic.place.iter().map(|place| (place, AnnotationKind::Primary, None));
    let related =
        diagnostic.related.iter().map(|(place, words)| (place, AnnotationKind::Context, Some(words.as_str())));
    for (place, kind, words) in own.chain(related) {
        let (Some(text), Some(concrete)) = (sources.text(&place.file), concrete(place, sources)) else { continue };
        let mark = (kind, visible(concrete.span, text, width), words);
        match files.iter_mut().find(|(file, ..)| *file == &*place.file) {
            Some((_, _, marks)) => marks.push(mark),
            None => files.push((&place.file, text, vec![mark])),
        }
    }
    files
}

/// A span of several lines is marked on its first line only, no further than half of the terminal, and never ends inside a
/// character.
fn visible(span: Span, text: &str, width: usize) -> Span {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(span.start as usize), floor(span.end as usize));
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |newline| start + newline);
    let end = end.min(line_end).max(start);
    let most = text[start..end].char_indices().nth(width.div_euclid(2).max(10));
    Span::new(start, most.map_or(end, |(length, _)| start + length))
}

/// One diagnostic as JSON. `line` and `column` are 1-based and count characters.
#[must_use]
pub fn json(diagnostic: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let at = |place: &Place| {
        let concrete = concrete(place, sources);
        json!({
            "path": &*place.file,
            "line": concrete.map(|c| c.start.line),
            "column": concrete.map(|c| c.start.column),
            "endLine": concrete.map(|c| c.end.line),
            "endColumn": concrete.map(|c| c.end.column),
        })
    };
    let mut object = json!({
        "code": diagnostic.code.id,
        "name": diagnostic.code.name,
        "severity": diagnostic.severity.name(),
        "message": diagnostic.message,
    });
    if let (Some(place), Some(fields)) = (&diagnostic.place, object.as_object_mut())
        && let serde_json::Value::Object(place) = at(place)
    {
        fields.extend(place);
    }
    if let Some(label) = &diagnostic.label {
        object["label"] = label.as_str().into();
    }
    if let Some(output) = &diagnostic.output {
        object["output"] = output.as_str().into();
    }
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().map(|(place, words)| {
            let mut entry = at(place);
            entry["message"] = words.as_str().into();
            entry
        });
        object["related"] = related.collect();
    }
    if !diagnostic.help.is_empty() {
        object["help"] = diagnostic.help.iter().map(String::as_str).collect();
    }
    object
}

/// One diagnostic as a workflow command of GitHub. Data and properties are escaped as `@actions/toolkit` does.
#[must_use]
pub fn github(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let mut place = String::new();
    if let Some(at) = &diagnostic.place {
        place = format!("file={}", property(&at.file));
        if let Some(Concrete { start, end, .. }) = concrete(at, sources) {
            place +=
                &format!(",line={},endLine={},col={},endColumn={}", start.line, end.line, start.column, end.column);
        }
        place.push(',');
    }
    annotation(diagnostic, &place)
}

/// As [`github`], at a place that is known already.
#[must_use]
pub fn github_at(diagnostic: &Diagnostic, file: &str, at: Position) -> String {
    annotation(diagnostic, &format!("file={},line={},col={},", property(file), at.line, at.column))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn annotation(diagnostic: &Diagnostic, place: &str) -> String {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Off => "notice",
    };
    let title = format!("{} {}", diagnostic.code.id, diagnostic.code.name);
    let mut message = diagnostic.message.clone();
    for help in &diagnostic.help {
        message += &format!("\nhelp: {help}");
    }
    format!("::{level} {place}title={}::{}\n", property(&title), data(&message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes::syntax;
    use crate::source::Path;

    fn sample() -> (Diagnostic, Sources) {
        let mut sources = Sources::new();
        sources.insert("flags/a.yaml".into(), "type: boolean\nserve: 110%, or\nx: y\n");
        let place = Place::value("flags/a.yaml".into(), Path::root().key("serve"));
        let diagnostic =
            Diagnostic::new(&syntax::INVALID_YAML, "no: 100%,\nbad").at(place).label("here").help("fix it");
        (diagnostic, sources)
    }

    #[test]
    fn text_points_with_a_caret() {
        let (diagnostic, sources) = sample();
        insta::assert_snapshot!(text(&diagnostic, &sources, &Terminal::plain()), @r"
        error[F001]: no: 100%, bad
         --> flags/a.yaml:2:8
          |
        2 | serve: 110%, or
          |        ^^^^^^^^ here
          |
          = help: fix it
        ");
    }

    #[test]
    fn long_marks_end_within_the_terminal() {
        let mut sources = Sources::new();
        let text = format!("a: [{}]\n", "é, ".repeat(200));
        sources.insert("flags/a.yaml".into(), text.as_str());
        let place = Place::value("flags/a.yaml".into(), Path::root().key("a"));
        let diagnostic = Diagnostic::new(&syntax::INVALID_YAML, "no").at(place);
        let carets = |terminal: &Terminal| self::text(&diagnostic, &sources, terminal).matches('^').count();
        assert_eq!(carets(&Terminal::plain()), 70);
        assert_eq!(carets(&Terminal { width: Some(80), ..Terminal::plain() }), 40);
        assert_eq!(json(&diagnostic, &sources)["endColumn"], 606, "for programs it is as long as it is");
    }

    #[test]
    fn github_commands_are_escaped() {
        let (diagnostic, sources) = sample();
        assert_eq!(
            github(&diagnostic, &sources),
            "::error file=flags/a.yaml,line=2,endLine=2,col=8,endColumn=16,title=F001 invalid-yaml::no: 100%25,%0Abad%0Ahelp: fix it\n"
        );
    }

    #[test]
    fn json_has_code_and_place() {
        let (diagnostic, sources) = sample();
        let json = json(&diagnostic, &sources);
        assert_eq!((json["line"].as_u64(), json["column"].as_u64()), (Some(2), Some(8)));
        assert_eq!(json["code"], "F001");
    }

    #[test]
    fn located_diagnostics_look_the_same() {
        let (first, sources) = sample();
        let other = Place::key("flags/b.yaml".into(), Path::root().key("x"));
        let all = [first.clone().related(other, "not there"), first];
        let mut located = all.clone();
        locate(&mut located, &sources);
        assert!(located.iter().all(|it| matches!(it.place.as_ref().unwrap().at, At::Span(_))));
        assert!(matches!(located[0].related[0].0.at, At::Node(..)), "its text is not known");
        for (before, after) in all.iter().zip(&located) {
            assert_eq!(json(before, &sources), json(after, &sources));
        }
    }
}

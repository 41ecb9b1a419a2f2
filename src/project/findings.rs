//! What is done to problems before anybody sees them: not too many for one file, and places that are cheap to resolve.

use crate::diagnostic::codes::syntax;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{At, FilePath, Place, Sources};
use crate::yaml::{self, MAX_PROBLEMS};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Keeps at most [`MAX_PROBLEMS`] problems of each file, the worst first, the last of which says that there are more.
pub(super) fn limit(problems: &mut Vec<Diagnostic>) {
    let mut counts: BTreeMap<FilePath, usize> = BTreeMap::new();
    for place in problems.iter().filter_map(|problem| problem.place.as_ref()) {
        *counts.entry(place.file.clone()).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count > MAX_PROBLEMS);
    if counts.is_empty() {
        return;
    }
    problems.sort_by_key(|problem| Reverse(problem.severity));
    let mut kept: BTreeMap<FilePath, usize> = BTreeMap::new();
    let mut hidden: BTreeMap<FilePath, (usize, Severity)> = BTreeMap::new();
    problems.retain(|problem| {
        let Some(place) = problem.place.as_ref().filter(|place| counts.contains_key(&place.file)) else { return true };
        let kept = kept.entry(place.file.clone()).or_insert(0);
        *kept += 1;
        let keeps = *kept < MAX_PROBLEMS && problem.code != &syntax::TOO_MANY_PROBLEMS;
        if !keeps {
            // Sorted: the first that is hidden is the worst.
            hidden.entry(place.file.clone()).or_insert((0, problem.severity)).0 += 1;
        }
        keeps
    });
    for (file, (count, severity)) in hidden {
        let message = format!("the file has more problems: {count} are not shown");
        let problem = Diagnostic::new(&syntax::TOO_MANY_PROBLEMS, message).at(Place::file(file));
        problems.push(Diagnostic { severity, ..problem.help("fix those that are shown, and look again") });
    }
}

/// Replaces places by keys with places by bytes, so that each file is read once, not for every problem.
pub(super) fn pin(problems: &mut [Diagnostic], sources: &Sources) {
    let mut by_file: BTreeMap<FilePath, Vec<&mut Place>> = BTreeMap::new();
    for problem in problems {
        let related = problem.related.iter_mut().map(|(place, _)| place);
        for place in problem.place.iter_mut().chain(related).filter(|place| matches!(place.at, At::Node(..))) {
            by_file.entry(place.file.clone()).or_default().push(place);
        }
    }
    for (file, places) in by_file {
        let Some(tree) = sources.text(&file).and_then(|text| yaml::parse(&file, text).0) else { continue };
        for place in places {
            if let At::Node(path, focus) = &place.at {
                place.at = At::Span(tree.locate(path, *focus));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes::{lint, shape};
    use crate::source::Path;

    #[test]
    fn the_worst_of_many_problems_are_kept() {
        let file: FilePath = "flags/a.yaml".into();
        let at = |code, file: &str| Diagnostic::new(code, "x").at(Place::file(file.into()));
        let mut problems: Vec<Diagnostic> = (0..300).map(|_| at(&lint::RULE_WITHOUT_ID, &file)).collect();
        problems.push(at(&shape::SPLIT_SUM, &file));
        problems.extend((0..MAX_PROBLEMS).map(|_| at(&lint::EXPIRED, "flags/b.yaml")));
        limit(&mut problems);
        let of =
            |name: &str| problems.iter().filter(|p| p.place.as_ref().is_some_and(|place| *place.file == *name)).count();
        assert_eq!((of("flags/a.yaml"), of("flags/b.yaml")), (MAX_PROBLEMS, MAX_PROBLEMS));
        assert!(problems[0].code == &shape::SPLIT_SUM);
        let last = problems.last().unwrap();
        assert_eq!((last.code.id, last.severity), ("F013", Severity::Info), "hints that are hidden stop nobody");
        assert_eq!(last.message, "the file has more problems: 202 are not shown");
    }

    #[test]
    fn places_become_bytes() {
        let file: FilePath = "flags/a.yaml".into();
        let mut sources = Sources::new();
        sources.insert(file.clone(), "a:\n  b: 1\n");
        let place = Place::value(file, Path::root().key("a").key("b"));
        let mut problems = [Diagnostic::new(&shape::SPLIT_SUM, "x").at(place.clone()).related(place, "y")];
        pin(&mut problems, &sources);
        for place in [problems[0].place.as_ref().unwrap(), &problems[0].related[0].0] {
            assert!(matches!(place.at, At::Span(span) if span.start == 8 && span.end == 9));
        }
    }
}

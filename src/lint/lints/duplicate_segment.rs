//! No segment repeats another.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::DUPLICATE_SEGMENT;
use crate::lint::{Check, Lint, Repository};
use crate::source::Place;
use std::collections::BTreeMap;

pub(super) const LINT: Lint = Lint { code: &DUPLICATE_SEGMENT, checks: &[Check::Repository(check)] };

fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = BTreeMap::new();
    for segment in &repository.segments {
        let Some(content) = segment.content else { continue };
        let first = *seen.entry(content).or_insert(segment);
        if first.name != segment.name {
            found.push(
                Diagnostic::new(&DUPLICATE_SEGMENT, format!("`{}` is the same as `{}`", segment.name, first.name))
                    .at(Place::file(segment.file.clone()))
                    .related(Place::file(first.file.clone()), "the other segment")
                    .help("keep one of them, and use it in both places"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{in_segment, places_of_repository, segment, staff, units};
    use crate::model::Segment;

    #[test]
    fn only_who_is_in_counts() {
        let mut other = staff();
        other.name = "team".parse().unwrap();
        other.description = Some("Others".into());
        let mut both = segment("both", vec![in_segment("team")]);
        both.include = units(&["user-1"]);
        let found =
            |other: &Segment, both: &Segment| places_of_repository(&[], &[staff(), other.clone(), both.clone()]);
        assert_eq!(found(&other, &both), ["unused-segment file in both.yaml", "duplicate-segment file in team.yaml"]);
        other.exclude = units(&["user-1"]);
        assert_eq!(found(&other, &both), ["unused-segment file in both.yaml"]);
    }
}

//! Something uses every segment.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::UNUSED_SEGMENT;
use crate::lint::{Check, Lint, Repository};
use crate::source::Place;
use std::collections::BTreeSet;

pub(super) const LINT: Lint = Lint { code: &UNUSED_SEGMENT, checks: &[Check::Repository(check)] };

fn check(repository: &Repository<'_>, found: &mut Vec<Diagnostic>) {
    let flags = repository.flags.iter().flat_map(|flag| &flag.segments).map(|used| used.segment.as_str());
    let segments = repository.segments.iter().flat_map(|segment| {
        segment.segments.iter().map(|used| used.segment.as_str()).filter(|used| segment.name != **used)
    });
    let rings = repository.context.project.rings.iter().filter_map(|ring| ring.segment.as_ref());
    let used: BTreeSet<&str> = flags.chain(segments).chain(rings.map(AsRef::as_ref)).collect();
    // What does not read may use any segment.
    if repository.flags.iter().any(|flag| flag.value_type.is_none()) {
        return;
    }
    for segment in repository.segments.iter().filter(|segment| !used.contains(segment.name.as_str())) {
        found.push(
            Diagnostic::new(&UNUSED_SEGMENT, format!("nothing uses the segment `{}`", segment.name))
                .at(Place::file(segment.file.clone()))
                .help("delete the file, or use the segment"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, good_flag, in_segment, places_of_repository, rule, segment, staff};

    #[test]
    fn flags_segments_and_rings_use_segments() {
        let mut flag = good_flag();
        flag.environments[0].rules = vec![rule("r", vec![in_segment("a")], "off")];
        let segments = [
            staff(),
            segment("a", vec![in_segment("b")]),
            segment("b", vec![equals("x", "b")]),
            segment("c", vec![equals("x", "c")]),
        ];
        assert_eq!(places_of_repository(&[flag], &segments), ["unused-segment file in c.yaml"]);
    }
}

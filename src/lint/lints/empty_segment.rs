//! Somebody can be in every segment.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::EMPTY_SEGMENT;
use crate::lint::truth;
use crate::lint::{Check, FileContext, Lint};
use crate::model::Segment;
use crate::source::Path;

pub(super) const LINT: Lint = Lint { code: &EMPTY_SEGMENT, checks: &[Check::Segment(check)] };

fn check(context: &FileContext<'_>, segment: &Segment, found: &mut Vec<Diagnostic>) {
    let included = segment.include.iter().any(|unit| !segment.exclude.contains(unit));
    if included {
        return;
    }
    let name = &segment.name;
    if segment.conditions.is_empty() {
        found.push(
            Diagnostic::new(&EMPTY_SEGMENT, format!("nobody can be in the segment `{name}`"))
                .at(context.whole())
                .help("add `include` or `match`"),
        );
    } else if truth::all(&segment.conditions) == Some(false) {
        found.push(
            Diagnostic::new(&EMPTY_SEGMENT, format!("nobody can be in the segment `{name}`: `match` never holds"))
                .at(context.value(Path::root().key("match")))
                .help("all conditions must match; use `any` where one of them is enough"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{equals, places_of_segment, segment, units};

    #[test]
    fn finds_segments_for_nobody() {
        let mut empty = segment("s", vec![]);
        assert_eq!(places_of_segment(&empty), ["empty-segment file"]);
        empty.include = units(&["user-1"]);
        assert!(places_of_segment(&empty).is_empty());
        let never = segment("s", vec![equals("country", "DE"), equals("country", "FR")]);
        assert_eq!(places_of_segment(&never), ["empty-segment value match"]);
    }
}

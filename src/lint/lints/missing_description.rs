//! Flags and segments say what they are for.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::lint::MISSING_DESCRIPTION;
use crate::lint::{Check, FileContext, Lint};
use crate::model::{Flag, Segment};

pub(super) const LINT: Lint =
    Lint { code: &MISSING_DESCRIPTION, checks: &[Check::Flag(flag), Check::Segment(segment)] };

fn flag(context: &FileContext<'_>, flag: &Flag, found: &mut Vec<Diagnostic>) {
    if flag.description.is_none() {
        let help = format!("`git flag set {} description=\"…\"`", flag.key);
        found.push(missing(context, &format!("the flag `{}`", flag.key)).help(help));
    }
}

fn segment(context: &FileContext<'_>, segment: &Segment, found: &mut Vec<Diagnostic>) {
    if segment.description.is_none() {
        let help = "add `description:` and who is in the segment";
        found.push(missing(context, &format!("the segment `{}`", segment.name)).help(help));
    }
}

fn missing(context: &FileContext<'_>, what: &str) -> Diagnostic {
    Diagnostic::new(&MISSING_DESCRIPTION, format!("{what} has no description")).at(context.whole())
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{good_flag, places_of_flag, places_of_segment, staff};

    #[test]
    fn finds_flags_and_segments_without_description() {
        let mut flag = good_flag();
        flag.description = None;
        assert_eq!(places_of_flag(&flag), ["missing-description file"]);
        let mut segment = staff();
        assert!(places_of_segment(&segment).is_empty());
        segment.description = None;
        assert_eq!(places_of_segment(&segment), ["missing-description file"]);
    }
}
